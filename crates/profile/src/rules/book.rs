//! The rules of all workspaces in memory, shared by the resolver, the views and the service.
//!
//! Only the resolver swaps them, at the beginning of a batch, so that everybody works a batch out by the same rules. It
//! reads them when somebody says they changed, and every [`REREAD_MS`] in case another process changed them: one small
//! statement then, none otherwise.

use super::Rules;
use base::{Json, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row};
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// How long a change made by another process goes unseen at most.
const REREAD_MS: i64 = 10_000;

pub(crate) const SELECT: &str = "SELECT workspace_id, version, applied, rules FROM profile_rules ORDER BY workspace_id";

/// Traits for which the workspace has a rule, as a batch left them.
pub type TraitsOfBatch = Vec<(ProfileId, Vec<(String, Json, Timestamp)>)>;

/// The rules of all workspaces at one time.
#[derive(Debug, Default)]
pub(crate) struct RuleSet(HashMap<WorkspaceId, Arc<Rules>>);

impl RuleSet {
    pub fn of(&self, workspace: WorkspaceId) -> &Rules {
        self.arc(workspace)
    }
    pub fn arc(&self, workspace: WorkspaceId) -> &Arc<Rules> {
        self.0.get(&workspace).unwrap_or_else(|| Rules::defaults())
    }
    /// Workspaces that have rules of their own.
    pub fn workspaces(&self) -> impl Iterator<Item = (WorkspaceId, &Rules)> {
        self.0.iter().map(|(workspace, rules)| (*workspace, &**rules))
    }
}

/// One per process.
#[derive(Debug)]
pub struct RuleBook {
    current: RwLock<Arc<RuleSet>>,
    is_stale: AtomicBool,
    read_at_ms: AtomicI64,
    /// What came of traits with a rule in the batch that is being applied.
    told: Mutex<HashMap<WorkspaceId, TraitsOfBatch>>,
}

impl Default for RuleBook {
    fn default() -> Self {
        Self {
            current: RwLock::default(),
            is_stale: AtomicBool::new(true),
            read_at_ms: AtomicI64::new(i64::MIN),
            told: Mutex::default(),
        }
    }
}

impl RuleBook {
    /// Reads the rules; to be called at start, before anybody asks.
    pub async fn load(&self, db: &Db) -> Result<(), DbError> {
        self.take(&db.query(SELECT, &[]).await?)
    }

    /// True for traits for which the workspace has a rule of its own.
    pub fn is_ruled(&self, workspace: WorkspaceId, name: &str) -> bool {
        let current = self.current.read();
        let rules = current.of(workspace);
        !rules.traits.is_empty() && rules.of_trait(name).is_some()
    }

    /// True when the workspace has a rule for any trait.
    pub fn has_trait_rules(&self, workspace: WorkspaceId) -> bool {
        !self.current.read().of(workspace).traits.is_empty()
    }

    /// Where a phone number without country code is from.
    pub fn phone_region(&self, workspace: WorkspaceId) -> String {
        self.current.read().of(workspace).region().to_owned()
    }

    /// What the batch that is being applied made of traits with a rule; there after [`crate::ProfileView`] applied it.
    pub fn traits_of_batch(&self, workspace: WorkspaceId) -> TraitsOfBatch {
        self.told.lock().get(&workspace).cloned().unwrap_or_default()
    }

    pub(crate) fn current(&self) -> Arc<RuleSet> {
        self.current.read().clone()
    }
    pub(crate) fn begin_batch(&self) {
        self.told.lock().clear();
    }
    pub(crate) fn tell(&self, rows: impl Iterator<Item = ((WorkspaceId, ProfileId), Vec<(String, Json, Timestamp)>)>) {
        let mut told = self.told.lock();
        rows.for_each(|((workspace, profile), traits)| told.entry(workspace).or_default().push((profile, traits)));
    }

    /// Somebody changed rules, or let a shared device go.
    pub(crate) fn note_change(&self) {
        self.is_stale.store(true, Ordering::Release);
    }
    /// True when the rules are to be read again before the batch; not asked twice for one change.
    pub(crate) fn wants_reading(&self, now: Timestamp) -> bool {
        let is_old = self.read_at_ms.load(Ordering::Acquire).saturating_add(REREAD_MS) <= now.ms();
        if is_old {
            self.read_at_ms.store(now.ms(), Ordering::Release);
        }
        self.is_stale.swap(false, Ordering::AcqRel) || is_old
    }

    /// Takes rows of [`SELECT`]. Rules that did not change stay as they are; what cannot be read is an error in the log,
    /// and the rules of before hold.
    pub(crate) fn take(&self, rows: &[Row]) -> Result<(), DbError> {
        let before = self.current();
        let mut set = HashMap::new();
        for row in rows {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            let (known, version) = (before.arc(workspace), row.i64("version")?);
            if known.version == version {
                set.insert(workspace, known.clone());
                continue;
            }
            match super::RulesDoc::parse(&row.text("rules")?) {
                Ok(doc) => {
                    set.insert(workspace, Arc::new(Rules::new(version, doc)));
                }
                Err(error) => {
                    tracing::error!(%workspace, version, error, "the identity rules cannot be read; those of before hold");
                    set.insert(workspace, known.clone());
                }
            }
        }
        *self.current.write() = Arc::new(RuleSet(set));
        Ok(())
    }
}

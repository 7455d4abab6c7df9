//! Retention over the history: what is cut out of it, what reads it, and what becomes of somebody who is anonymised.

use super::erasers::settle_log;
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use compute::Definition;
use db::{DbError, Tx};
use events::names;
use lake::{CutLedger, CutRow, Cutter, Fate, FileCut};
use parking_lot::Mutex;
use retention::{
    Cause, Cut, Facts, History, Ledger, Matcher, Needs, Reader, Run, Seen, Trail, Verdict, What, kept_properties,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Names of events that other rooms need: `measure` makes orders of them and credits them; `consent` and `profile` have
/// proof in them.
pub fn retention_needs() -> Needs {
    Needs {
        orders: &measure::ORDER_EVENTS,
        touches: &[names::EMAIL_OPENED, names::EMAIL_LINK_CLICKED],
        protected: &[
            names::CONSENT_CHANGED,
            names::EMAIL_BOUNCED,
            names::EMAIL_MARKED_AS_SPAM,
            names::PROFILE_ERASED,
            names::PROFILE_MERGED,
            names::PROFILE_SPLIT,
            names::UNSUBSCRIBED,
        ],
    }
}

/// `retention::History` over the lake, and over the audience engine, which has events in memory.
pub struct LakeHistory {
    lake: Arc<lake::Lake>,
    inbox: Arc<events::Inbox>,
    pipeline: Arc<events::Pipeline>,
    segments: Arc<segment::Segments>,
    /// Names of events that were cut out of the files and may still be in memory. A restart reads the files.
    stale: Mutex<Stale>,
}

type Stale = HashMap<WorkspaceId, BTreeSet<String>>;

impl LakeHistory {
    pub fn new(
        lake: Arc<lake::Lake>,
        inbox: Arc<events::Inbox>,
        pipeline: Arc<events::Pipeline>,
        segments: Arc<segment::Segments>,
    ) -> Self {
        Self { lake, inbox, pipeline, segments, stale: Mutex::default() }
    }

    /// Has the audience engine forget what was cut, and correct who is in which segment. Memberships also when nothing
    /// was cut: a run before may have been stopped between the two.
    async fn forget_cut(&self, workspace: WorkspaceId) -> Result<(), String> {
        let names = self.stale.lock().get(&workspace).cloned().unwrap_or_default();
        let changed = self.segments.follow_cut(workspace, &names).await.map_err(said)?;
        self.stale.lock().remove(&workspace);
        if 0 < changed {
            self.pipeline.wake();
        }
        Ok(())
    }
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The rules, as the lake asks for them.
struct RuleCutter(Arc<Matcher>);

impl Cutter for RuleCutter {
    fn may_concern(&self, at: (Timestamp, Timestamp), _: (ProfileId, ProfileId)) -> bool {
        self.0.may_concern(at.0)
    }
    fn fate(&self, row: &CutRow<'_>) -> Fate {
        match self.0.verdict(row.kind, row.name, row.at, row.profile == lake::NOBODY) {
            Verdict::Keep => Fate::Keep,
            Verdict::Delete(rule) => Fate::Delete(rule),
            Verdict::Anonymise(rule) => Fate::Anonymise(rule),
        }
    }
    fn properties(&self, text: &str) -> String {
        kept_properties(text)
    }
}

/// The receipt, as the lake keeps it.
struct Receipt<'l> {
    ledger: &'l dyn Ledger,
    workspace: WorkspaceId,
    stale: &'l Mutex<Stale>,
}

fn of_file(cut: &FileCut) -> Cut {
    let total = cut.total();
    Cut { file: cut.file.clone(), deleted: total.deleted, anonymised: total.anonymised }
}

#[async_trait]
impl CutLedger for Receipt<'_> {
    async fn begin(&self, cut: &FileCut) -> Result<(), String> {
        // Before it is done: whatever happens then, nothing that is gone is counted on.
        let names = cut.rows.keys().map(|(_, _, name)| name.clone());
        self.stale.lock().entry(self.workspace).or_default().extend(names);
        self.ledger.begin(&of_file(cut)).await
    }
    async fn done(&self, cut: &FileCut) -> Result<(), String> {
        self.ledger.done(&of_file(cut)).await
    }
    fn looked(&self, done: usize, total: usize) {
        self.ledger.looked(done as f32 / total.max(1) as f32);
    }
}

#[async_trait]
impl History for LakeHistory {
    fn events(&self, workspace: WorkspaceId) -> u64 {
        self.lake.count(workspace)
    }
    async fn settle(&self) -> Result<u64, String> {
        settle_log(&self.inbox, &self.pipeline, &self.lake).await
    }
    async fn census(
        &self,
        workspace: WorkspaceId,
        matcher: Arc<Matcher>,
        visit: &mut (dyn for<'a> FnMut(Seen<'a>) + Send),
        looked: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<(), String> {
        let mut each = |row: &CutRow<'_>, fate: Fate| {
            let (Fate::Delete(rule) | Fate::Anonymise(rule)) = fate else { return };
            visit(Seen { rule, profile: row.profile, at: row.at, kind: row.kind, name: row.name });
        };
        self.lake.census(workspace, Arc::new(RuleCutter(matcher)), &mut each, looked).await.map_err(said)
    }
    async fn cut(
        &self,
        workspace: WorkspaceId,
        mark: u64,
        matcher: Arc<Matcher>,
        ledger: &dyn Ledger,
    ) -> Result<(), String> {
        let cutter = Arc::new(RuleCutter(matcher));
        let receipt = Receipt { ledger, workspace, stale: &self.stale };
        let cut = self.lake.cut(workspace, mark, cutter, &receipt).await;
        // A cut that failed has taken something too.
        let forgotten = self.forget_cut(workspace).await;
        cut.map_err(said)?;
        forgotten
    }
    async fn holds(&self, file: &str) -> Result<bool, String> {
        self.lake.holds(file).await.map_err(said)
    }
}

/// Everything some profiles did becomes events of nobody; that they are erased is not kept at all.
pub struct PersonCutter {
    profiles: BTreeSet<ProfileId>,
}

impl PersonCutter {
    pub fn new(profiles: &[ProfileId]) -> Self {
        Self { profiles: profiles.iter().copied().collect() }
    }
}

impl Cutter for PersonCutter {
    fn may_concern(&self, _: (Timestamp, Timestamp), profiles: (ProfileId, ProfileId)) -> bool {
        self.profiles.range(profiles.0..=profiles.1).next().is_some()
    }
    fn fate(&self, row: &CutRow<'_>) -> Fate {
        match self.profiles.contains(&row.profile) {
            false => Fate::Keep,
            true if row.own && row.name == names::PROFILE_ERASED => Fate::Delete(0),
            true => Fate::Anonymise(0),
        }
    }
    fn properties(&self, text: &str) -> String {
        kept_properties(text)
    }
}

/// `retention::Facts` over settings, computed traits and segments.
pub struct RetentionFacts {
    pub access: Arc<access::Access>,
    pub computes: compute::Compute,
    pub segments: Arc<segment::Segments>,
}

#[async_trait]
impl Facts for RetentionFacts {
    async fn attribution_days(&self, workspace: WorkspaceId) -> Result<i64, String> {
        let settings = self.access.workspace(workspace).await.map_err(said)?;
        Ok(i64::from(settings.attribution.window_days))
    }

    async fn readers(&self, workspace: WorkspaceId) -> Result<Vec<(Reader, Vec<String>)>, String> {
        let mut found = Vec::new();
        for one in self.computes.list(workspace).await.map_err(said)? {
            let Definition::Events(definition) = &one.definition else { continue };
            let reader = Reader { kind: "computed_trait".into(), id: one.id.to_string(), name: one.name };
            found.push((reader, vec![definition.event.name.clone()]));
        }
        for one in self.segments.list(workspace).await.map_err(said)? {
            let events = one.condition.references().events;
            if !events.is_empty() {
                let reader = Reader { kind: "segment".into(), id: one.id.to_string(), name: one.name };
                found.push((reader, events.into_iter().collect()));
            }
        }
        Ok(found)
    }
}

/// Rules a summary of the audit trail names; the entry holds all.
const RULES_NAMED_MAX: usize = 5;

/// `retention::Trail` over the audit trail.
pub struct RetentionTrail(pub Arc<access::Access>);

#[async_trait]
impl Trail for RetentionTrail {
    async fn ended(&self, tx: &mut Tx, workspace: WorkspaceId, run: &Run) -> Result<(), DbError> {
        let rule = |one: &retention::RuleOutcome| {
            let target = &one.draft.target;
            serde_json::json!({
                "rule": one.rule, "what": target.what, "name": target.name, "action": one.draft.action,
                "cutoff": one.cutoff, "events": one.events,
            })
        };
        let after = serde_json::json!({
            "receipt": run.id, "trigger": run.cause, "state": run.state, "deleted": run.deleted,
            "anonymised": run.anonymised, "rules": run.rules.iter().map(rule).collect::<Vec<_>>(),
        });
        let record = access::AuditRecord {
            action: "retention.ended",
            object: run.id.to_string(),
            summary: summary(run),
            after: Some(after),
            ..access::AuditRecord::default()
        };
        self.0.audit_in(tx, workspace, &access::Actor::System, record).await
    }
}

/// One sentence: by night or at once, how many events, by which rules, whether it failed.
fn summary(run: &Run) -> String {
    let when = match run.cause {
        Cause::Schedule => "by night",
        Cause::Person => "at once",
    };
    let target = |one: &retention::RuleOutcome| match one.draft.target.what {
        What::EverythingElse => "everything else".to_owned(),
        What::Kind => format!("kind {}", one.draft.target.name),
        What::Event => format!("\"{}\"", one.draft.target.name),
    };
    let mut rules: Vec<String> = run.rules.iter().take(RULES_NAMED_MAX).map(target).collect();
    if RULES_NAMED_MAX < run.rules.len() {
        rules.push(format!("{} more", run.rules.len() - RULES_NAMED_MAX));
    }
    let ended = match &run.failure {
        Some(failure) => format!("; it failed, and the next night does the rest: {failure}"),
        None => String::new(),
    };
    format!(
        "the retention rules were followed {when}: {} events deleted, {} made anonymous; rules for {}{ended}",
        run.deleted,
        run.anonymised,
        rules.join(", ")
    )
}

//! Retention over the history: what is cut out of it, what reads it, and what becomes of somebody who is anonymised.

use super::erasers::settle_log;
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use compute::Definition;
use events::names;
use lake::{CutLedger, CutRow, Cutter, Fate, FileCut};
use retention::{Cut, Facts, History, Ledger, Matcher, Needs, Reader, Seen, Verdict, kept_properties};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Names of events that other rooms need: `measure` makes orders of them and credits them; `consent` and `profile` have
/// proof in them.
pub fn retention_needs() -> Needs {
    Needs {
        orders: &[names::ORDER_COMPLETED, "Order Updated", names::ORDER_REFUNDED, "Order Cancelled", "Order Canceled"],
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

/// `retention::History` over the lake.
pub struct LakeHistory {
    pub lake: Arc<lake::Lake>,
    pub inbox: Arc<events::Inbox>,
    pub pipeline: Arc<events::Pipeline>,
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
struct Receipt<'l>(&'l dyn Ledger);

fn of_file(cut: &FileCut) -> Cut {
    let total = cut.total();
    Cut { file: cut.file.clone(), deleted: total.deleted, anonymised: total.anonymised }
}

#[async_trait]
impl CutLedger for Receipt<'_> {
    async fn begin(&self, cut: &FileCut) -> Result<(), String> {
        self.0.begin(&of_file(cut)).await
    }
    async fn done(&self, cut: &FileCut) -> Result<(), String> {
        self.0.done(&of_file(cut)).await
    }
    fn looked(&self, done: usize, total: usize) {
        self.0.looked(done as f32 / total.max(1) as f32);
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
        self.lake.cut(workspace, mark, cutter, &Receipt(ledger)).await.map(|_| ()).map_err(said)
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

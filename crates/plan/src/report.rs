//! Violations as people read them: what, where, how often, from whom.

use crate::counts::{HOUR_MS, Tally};
use crate::error::Result;
use crate::limits::VIOLATIONS_SHOWN_MAX;
use crate::model::*;
use crate::service::Plans;
use crate::store::{self, ViolationFilter};
use base::{PlanEventId, SourceId, Timestamp, WorkspaceId};
use std::collections::{BTreeMap, HashMap};

/// One thing that is wrong with one event.
#[derive(Debug, Clone, PartialEq)]
pub struct ViolationCount {
    pub kind: Kind,
    pub name: String,
    /// The entry that says so; None when nothing is planned of this name.
    pub event: Option<PlanEventId>,
    pub code: Code,
    pub pointer: String,
    pub message: String,
    pub events: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    /// Most first; None: no source, or one that is gone.
    pub sources: Vec<(Option<SourceId>, u64)>,
}

/// What broke the plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViolationReport {
    /// Most frequent first.
    pub items: Vec<ViolationCount>,
    /// Events of each day (UTC midnight) on which there were some.
    pub days: Vec<(Timestamp, Tally)>,
    /// Violations beyond those told apart.
    pub others: u64,
}

/// Rows read: each violation of each source.
const ROWS_MAX: usize = 5_000;

impl Plans {
    pub async fn violations(&self, workspace: WorkspaceId, filter: &ViolationFilter) -> Result<ViolationReport> {
        self.flush().await?;
        let now = self.inner.clock.now();
        let ids: HashMap<(Kind, String), PlanEventId> = store::events(&self.inner.db, workspace)
            .await?
            .into_iter()
            .map(|event| ((event.kind, event.name), event.id))
            .collect();
        let mut report = ViolationReport::default();
        let mut found: BTreeMap<(Kind, String, Code, String), ViolationCount> = BTreeMap::new();
        for row in store::violations(&self.inner.db, workspace, filter, now, ROWS_MAX).await? {
            let Some(kind) = row.kind else {
                report.others += row.events;
                continue;
            };
            let key = (kind, row.name.clone(), row.code, row.pointer.clone());
            let blank = ViolationCount {
                kind,
                event: ids.get(&(kind, row.name.clone())).copied(),
                name: row.name,
                code: row.code,
                pointer: row.pointer,
                message: row.message,
                events: 0,
                first_at: row.first_at,
                last_at: row.last_at,
                sources: Vec::new(),
            };
            let one = found.entry(key).or_insert(blank);
            one.events += row.events;
            one.first_at = one.first_at.min(row.first_at);
            one.last_at = one.last_at.max(row.last_at);
            one.sources.push((row.source, row.events));
        }
        report.items = found.into_values().collect();
        report.items.sort_by_key(|one| std::cmp::Reverse(one.events));
        report.items.truncate(VIOLATIONS_SHOWN_MAX);
        let mut days: BTreeMap<i64, Tally> = BTreeMap::new();
        for (hour, tally) in store::hours(&self.inner.db, workspace, filter, now).await? {
            days.entry(hour.ms().div_euclid(24 * HOUR_MS)).or_default().add(tally);
        }
        report.days = days.into_iter().map(|(day, tally)| (Timestamp::from_ms(day * 24 * HOUR_MS), tally)).collect();
        Ok(report)
    }
}

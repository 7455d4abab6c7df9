//! When suggestions follow the customers by themselves: after a change, not at once, and never most of the time.

use crate::service::Duplicates;
use base::{Timestamp, WorkspaceId};
use std::time::Duration;

/// Whoever is new or changed is compared this long after the first change.
pub const UPDATE_AFTER: Duration = Duration::from_secs(5 * 60);
/// Sooner after this many changes, but never before [`UPDATE_REST`] since the last update.
pub const UPDATE_AFTER_PEOPLE: u64 = 1_000;
pub const UPDATE_REST: Duration = Duration::from_secs(60);
/// After an update comes this many times as long a rest as it took: of the time, updates take a twentieth at most.
pub const REST_FACTOR: i64 = 20;
/// How often it is looked whether an update is due.
const TICK: Duration = Duration::from_secs(10);
/// New or changed customers that one part of an update compares; what was done is kept after each part.
pub const PEOPLE_AT_ONCE: usize = 10_000;
/// By how much a workspace may have grown since the last whole search: after that weights are learned anew.
pub const GROWN_SHARE: f64 = 0.2;
/// Changes at once beyond which comparing everybody is less work: this many, and this share of all.
const CHANGED_MAX: u64 = 1_000;
const CHANGED_SHARE_MAX: f64 = 0.05;

/// How much one update takes on; tests make it small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub people_at_once: usize,
    pub changed_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { people_at_once: PEOPLE_AT_ONCE, changed_max: CHANGED_MAX }
    }
}

impl Limits {
    /// Whether a whole search has to do it: `people` can be compared now, `whole` could be at the last one, and
    /// `changed` are new or changed.
    pub fn ask_for_everybody(self, people: u64, whole: u64, changed: u64) -> bool {
        let many = self.changed_max.max((people as f64 * CHANGED_SHARE_MAX) as u64);
        people as f64 > whole as f64 * (1.0 + GROWN_SHARE) || changed > many
    }
}

/// What is known of the changes in a workspace since its last update.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stir {
    pub changes: u64,
    /// When the first of them was heard of.
    pub since: Timestamp,
    /// When the last update ended, and how long it took.
    pub last: Option<(Timestamp, i64)>,
}

impl Stir {
    /// At the start of the program nobody knows who changed before.
    pub fn unknown(now: Timestamp) -> Self {
        Self { changes: 1, since: now, last: None }
    }

    pub fn heard(&mut self, changes: u64, now: Timestamp) {
        if self.changes == 0 {
            self.since = now;
        }
        self.changes += changes;
    }

    pub fn is_due(&self, now: Timestamp) -> bool {
        let rested = self.last.is_none_or(|(ended, took_ms)| {
            let rest_ms = (took_ms * REST_FACTOR).max(UPDATE_REST.as_millis() as i64);
            now.ms_since(ended) >= rest_ms
        });
        let waited = now.ms_since(self.since) >= UPDATE_AFTER.as_millis() as i64;
        self.changes > 0 && rested && (waited || self.changes >= UPDATE_AFTER_PEOPLE)
    }
}

impl Duplicates {
    /// Customers were told of, merged or split: their suggestions follow when it is time.
    pub fn changed(&self, workspace: WorkspaceId, changes: u64) {
        let now = self.now();
        self.stirs().lock().entry(workspace).or_insert_with(|| Stir::unknown(now)).heard(changes, now);
    }

    /// Changes went by unheard: somebody may have changed in any workspace.
    pub fn missed_changes(&self) {
        let now = self.now();
        self.stirs().lock().values_mut().for_each(|stir| stir.heard(1, now));
    }

    /// Updates every workspace that is due. Answers how many were.
    pub async fn tick(&self) -> Result<usize, crate::DuplicateError> {
        let mut updated = 0;
        for workspace in crate::store::searched_workspaces(self.db()).await? {
            let now = self.now();
            let is_due = self.stirs().lock().entry(workspace).or_insert_with(|| Stir::unknown(now)).is_due(now);
            if is_due {
                self.update(workspace).await?;
                updated += 1;
            }
        }
        Ok(updated)
    }

    /// Updates when it is time, until dropped.
    pub async fn run(self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "suggested duplicates could not follow the customers; trying again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_waits_for_changes_for_company_and_for_its_rest() {
        let at = |s: i64| Timestamp::from_ms(s * 1_000);
        let mut stir = Stir { changes: 0, since: at(0), last: Some((at(0), 10_000)) };
        assert!(!stir.is_due(at(9_999)), "nothing changed");
        stir.heard(1, at(1_000));
        stir.heard(1, at(1_200));
        assert!(!stir.is_due(at(1_299)) && stir.is_due(at(1_300)), "five minutes after the first change");
        stir.heard(UPDATE_AFTER_PEOPLE, at(1_200));
        assert!(stir.is_due(at(1_200)), "at once when there are many");
        stir.last = Some((at(1_150), 10_000));
        assert!(!stir.is_due(at(1_349)) && stir.is_due(at(1_350)), "twenty times as long a rest as it took");
    }

    #[test]
    fn everybody_is_compared_when_the_workspace_grew_or_much_changed() {
        let limits = Limits::default();
        assert!(!limits.ask_for_everybody(120_000, 100_000, 6_000));
        assert!(limits.ask_for_everybody(120_001, 100_000, 1));
        assert!(limits.ask_for_everybody(100_000, 100_000, 5_001));
        assert!(!limits.ask_for_everybody(2_000, 2_000, 1_000), "few customers, few changes");
    }
}

//! Halts a campaign whose addresses do not exist: mailbox providers take many unknown recipients for a bought list and
//! stop taking mail from the sender, also to those who want it.
//!
//! Counted is since the campaign began or was resumed after a halt, in the transaction that records the outcomes; late
//! bounces count when their report comes. A halted campaign is paused with a reason, and only a person resumes it. What
//! other nodes have in hand at that moment still goes out.

use crate::bounce::BounceKind;
use crate::model::{Recorded, RowOutcome, SERVICE};
use base::{Timestamp, WorkspaceId};
use db::{Result, Tx};
use std::collections::BTreeMap;

/// Hard bounces of what was handed over; providers begin to frown at 2 %, and block at 5 to 10 %.
const HARD_RATE_MAX: f64 = 0.05;
/// Fewer say nothing.
const HANDED_MIN: u64 = 200;
/// Why a campaign was halted, as stored and shown.
pub(crate) const BOUNCE_RATE: &str = "bounce_rate";

/// When a campaign is halted by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BounceGuard {
    /// Hard bounces of what was handed over, 0 to 1; above it the campaign is halted.
    pub hard_rate_max: f64,
    /// Not before so many were handed over.
    pub handed_min: u64,
}

impl Default for BounceGuard {
    fn default() -> Self {
        Self { hard_rate_max: HARD_RATE_MAX, handed_min: HANDED_MIN }
    }
}

impl BounceGuard {
    fn is_over(&self, handed: u64, hard: u64) -> bool {
        handed >= self.handed_min && hard as f64 > handed as f64 * self.hard_rate_max
    }
}

/// A campaign that was halted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Halted {
    pub workspace: WorkspaceId,
    pub campaign: String,
    pub handed: u64,
    pub hard: u64,
}

/// What outcomes add to each campaign: handed over, refused for good. In key order, so that two nodes lock in the same.
pub(crate) fn counts(batch: &[Recorded]) -> BTreeMap<(WorkspaceId, &str), (u64, u64)> {
    let mut counts = BTreeMap::new();
    for item in batch {
        let add = match &item.outcome {
            RowOutcome::Sent { .. } => (1, 0),
            RowOutcome::Bounced { kind: BounceKind::Hard, .. } => (1, 1),
            RowOutcome::Bounced { .. } => (1, 0),
            _ => continue,
        };
        let sum: &mut (u64, u64) = counts.entry((item.row.workspace, item.row.campaign.as_str())).or_default();
        *sum = (sum.0 + add.0, sum.1 + add.1);
    }
    counts
}

/// Counts and, when it is too much, halts the running campaign.
pub(crate) async fn count(
    tx: &mut Tx,
    guard: &BounceGuard,
    workspace: WorkspaceId,
    campaign: &str,
    (handed, hard): (u64, u64),
    now: Timestamp,
) -> Result<Option<Halted>> {
    // Anybody can type an address into a form; the mails it asks for must not stop those of others.
    if campaign == SERVICE {
        return Ok(None);
    }
    let row = tx
        .query_one(
            "UPDATE delivery_run SET handed = handed + $3, hard_bounced = hard_bounced + $4 \
             WHERE workspace_id = $1 AND campaign_id = $2 RETURNING handed, hard_bounced, state",
            &[workspace.into(), campaign.into(), (handed as usize).into(), (hard as usize).into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let count = |column: &str| row.i64(column).map(|count| count.max(0) as u64);
    let (handed, hard) = (count("handed")?, count("hard_bounced")?);
    if row.text("state")? != "running" || !guard.is_over(handed, hard) {
        return Ok(None);
    }
    tx.execute(
        "UPDATE delivery_run SET state = 'paused', halted = $3, changed_ms = $4 \
         WHERE workspace_id = $1 AND campaign_id = $2",
        &[workspace.into(), campaign.into(), BOUNCE_RATE.into(), now.into()],
    )
    .await?;
    Ok(Some(Halted { workspace, campaign: campaign.to_owned(), handed, hard }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_bounces_say_nothing_and_exactly_the_limit_is_allowed() {
        let guard = BounceGuard::default();
        assert!(!guard.is_over(199, 199));
        assert!(!guard.is_over(200, 10));
        assert!(guard.is_over(200, 11));
        assert!(!guard.is_over(100_000, 5_000));
        assert!(guard.is_over(100_000, 5_001));
    }
}

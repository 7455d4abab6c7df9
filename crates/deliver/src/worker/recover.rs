//! What the last run left in its hands. The argument is in the parent module's comment.

use crate::error::Result;
use crate::model::{Claimed, Recorded, RowOutcome};
use crate::ports::Confirmation;
use crate::service::Deliver;
use crate::store;

/// Rows settled in one transaction.
const SETTLED_ROWS: usize = 1_000;

impl Deliver {
    /// Settles every row that was claimed when the last run ended. Does nothing the second time.
    pub async fn recover(&self) -> Result<RecoveryReport> {
        let Some(journal) = self.take_recovered() else { return Ok(RecoveryReport::default()) };
        let outcome = self.settle_left(&journal).await;
        if outcome.is_err() {
            self.put_back_recovered(journal);
        }
        outcome
    }

    async fn settle_left(&self, journal: &crate::journal::Recovered) -> Result<RecoveryReport> {
        let rows = store::left_claimed(self.db(), self.node()).await?;
        let mut report = RecoveryReport { found: rows.len(), ..RecoveryReport::default() };
        for chunk in rows.chunks(SETTLED_ROWS) {
            let mut settled: Vec<Recorded> = Vec::with_capacity(chunk.len());
            for row in chunk {
                let outcome = match journal.begun.get(&(row.workspace, row.id, row.attempt)) {
                    Some(Some(outcome)) => outcome.clone(),
                    Some(None) => self.confirm(row).await?,
                    None if journal.same_boot => self.back_to_pending(),
                    None => self.confirm(row).await?,
                };
                match &outcome {
                    RowOutcome::Again { .. } => report.back_to_pending += 1,
                    RowOutcome::Unconfirmed { .. } => report.unconfirmed += 1,
                    _ => report.answered += 1,
                }
                settled.push(self.recorded(row.clone(), outcome));
            }
            self.commit(&settled).await?;
        }
        if report.found > 0 {
            tracing::info!(
                found = report.found,
                answered = report.answered,
                back_to_pending = report.back_to_pending,
                unconfirmed = report.unconfirmed,
                "settled the deliveries the last run left behind"
            );
        }
        self.journal().forget_before()?;
        Ok(report)
    }

    async fn confirm(&self, row: &Claimed) -> Result<RowOutcome> {
        let sender = self.senders().get(row.workspace).await?;
        let known = match self.channel(&sender.channel) {
            Ok(channel) => channel.confirm(row.workspace, row.id).await,
            Err(_) => Confirmation::Unknown,
        };
        Ok(match known {
            Confirmation::Sent => RowOutcome::Sent { delivered: true, provider_ref: None },
            Confirmation::NotSent => self.back_to_pending(),
            Confirmation::Unknown => RowOutcome::Unconfirmed {
                reason: "the program was stopped while this message was handed over; it may have been sent".into(),
            },
        })
    }

    fn back_to_pending(&self) -> RowOutcome {
        RowOutcome::Again { due_ms: self.now().ms(), reason: None, counted: false }
    }
}

/// What [`Deliver::recover`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    pub found: usize,
    /// The answer had come and is recorded now.
    pub answered: usize,
    pub back_to_pending: usize,
    pub unconfirmed: usize,
}

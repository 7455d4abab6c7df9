//! Writes outcomes: rows and events in one transaction, many at a time.

use crate::emit;
use crate::guard;
use crate::model::Recorded;
use crate::service::Deliver;
use crate::store;
use std::time::Duration;
use tokio::sync::mpsc;

/// Outcomes written in one transaction at most.
const BATCH_MAX: usize = 1_000;
/// How long the first outcome of a batch waits for more.
const GATHER_MS: u64 = 25;
const RETRY_MS: u64 = 1_000;

pub(crate) async fn run(deliver: Deliver, mut outcomes: mpsc::Receiver<Vec<Recorded>>) {
    while let Some(mut batch) = outcomes.recv().await {
        let gather = tokio::time::sleep(Duration::from_millis(GATHER_MS));
        tokio::pin!(gather);
        while batch.len() < BATCH_MAX {
            tokio::select! {
                more = outcomes.recv() => match more {
                    Some(more) => batch.extend(more),
                    None => break,
                },
                () = &mut gather => break,
            }
        }
        // An outcome is never dropped: it is also in the journal, should the database stay away until we are stopped.
        while let Err(error) = deliver.commit(&batch).await {
            tracing::error!(%error, outcomes = batch.len(), "outcomes of deliveries cannot be written; trying again");
            tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
        }
    }
}

impl Deliver {
    /// Writes outcomes with their events and lets the journal forget them.
    pub(crate) async fn commit(&self, batch: &[Recorded]) -> db::Result<()> {
        let events: Vec<_> = batch.iter().flat_map(emit::of_outcome).collect();
        let mut tx = self.db().begin().await?;
        let node = (self.db().engine() != "sqlite").then(|| self.node());
        store::record(&mut tx, batch, node).await?;
        let mut halted = Vec::new();
        for ((workspace, campaign), counts) in guard::counts(batch) {
            halted.extend(guard::count(&mut tx, &self.config().guard, workspace, campaign, counts, self.now()).await?);
        }
        events::emit_in_tx(&mut tx, &events).await?;
        tx.commit().await?;
        self.halt(&halted);
        if !events.is_empty() {
            self.wake_pipeline();
        }
        self.journal().committed(batch.iter().map(|item| (item.row.workspace, item.row.id, item.row.attempt)));
        self.count(batch);
        Ok(())
    }
}

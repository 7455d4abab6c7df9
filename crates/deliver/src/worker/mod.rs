//! The worker: from a due row to a recorded outcome, once.
//!
//! ```text
//! feed: claim ─► gate ─► render ─► track ──queue──► hand: limits ─► fence ─► journal B ─► channel ─► journal D ──queue──► record
//! ```
//! **Why a message never goes out twice and never is forgotten, whatever is killed.** A row is in exactly one of these
//! places: (1) `pending` in SQL: it will be claimed. (2) `claimed`, no `B` line: it was in our memory only, so after a
//! crash it goes back to pending. (3) `claimed`, `B` without `D`: the channel may have it. An idempotent channel is
//! asked; any other answer cannot be had, so the row becomes `unconfirmed` and a person decides; it is never sent again
//! by itself. (4) `claimed`, `B` and `D`: the answer is known and is written now. (5) settled in SQL. The step from 2
//! to 3 is the `B` line, written (not only queued) before the first byte leaves; the steps to 5 are one transaction that
//! also holds the events. On PostgreSQL the row lock (`SKIP LOCKED`) keeps two nodes apart and each recovers its own
//! rows; a node that does not come back is taken over from, and [`crate::nodes`] says why that sends nothing twice
//! either. After a reboot the journal's last
//! lines may be missing, so every claimed row without a `D` counts as case 3.

mod feed;
mod hand;
mod record;
mod recover;

pub(crate) use feed::outgoing;
pub use recover::RecoveryReport;

use crate::nodes::Fence;
use crate::service::Deliver;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};

/// Rows claimed at once.
pub(crate) const CLAIM_ROWS: usize = 250;
/// Batches waiting to be rendered, and rendered batches waiting to be handed over.
const QUEUED_BATCHES: usize = 2;
/// Batches rendered at the same time.
const PREPARERS: usize = 2;
/// Messages given at once to a channel that takes batches.
const CHANNEL_BATCH: usize = 100;
/// How long a batch waits when the gate, the renderer or the journal cannot be used.
const NOT_NOW_MS: i64 = 5_000;

impl Deliver {
    /// Settles what the last run left behind, then sends until `stop` turns true. Returns when everything that was
    /// handed over is recorded.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        while let Err(error) = self.recover().await {
            tracing::error!(%error, "deliveries of the last run cannot be settled yet");
            if wait_or_stop(&mut stop, NOT_NOW_MS).await {
                return;
            }
        }
        let (record_in, record_out) = mpsc::channel(1_024);
        let (claims_in, claims_out) = mpsc::channel(QUEUED_BATCHES);
        let (ready_in, ready_out) = mpsc::channel(QUEUED_BATCHES * CLAIM_ROWS);
        let (claims_out, ready_out) = (Arc::new(Mutex::new(claims_out)), Arc::new(Mutex::new(ready_out)));
        let one_program = self.db().engine() == "sqlite";
        let (fence, marker) = if one_program {
            (Fence::none(), None)
        } else {
            let (fence, marker) = Fence::open(self);
            (fence, Some(tokio::spawn(marker)))
        };
        let (resign, resigned) = watch::channel(false);
        let lease = (!one_program).then(|| tokio::spawn(self.clone().keep_lease(resigned)));
        let recorder = tokio::spawn(record::run(self.clone(), record_out));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..PREPARERS {
            tasks.spawn(feed::prepare_all(self.clone(), claims_out.clone(), ready_in.clone(), record_in.clone()));
        }
        for _ in 0..self.config().concurrency.max(1) {
            let (ready, record) = (ready_out.clone(), record_in.clone());
            tasks.spawn(hand::hand_all(self.clone(), ready, record, fence.clone(), stop.clone()));
        }
        drop((ready_in, record_in, fence));
        feed::claim_all(self.clone(), claims_in, stop).await;
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a delivery task ended badly; its rows are settled at the next start");
            }
        }
        if let Err(error) = recorder.await {
            tracing::error!(%error, "the recorder of deliveries ended badly");
        }
        // This node lives until its last outcome is written.
        resign.send_replace(true);
        for task in [marker, lease].into_iter().flatten() {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the delivery node ended badly");
            }
        }
    }
}

/// Waits; true when it is time to stop.
async fn wait_or_stop(stop: &mut watch::Receiver<bool>, ms: i64) -> bool {
    if *stop.borrow() {
        return true;
    }
    tokio::select! {
        changed = stop.changed() => changed.is_err() || *stop.borrow(),
        () = tokio::time::sleep(std::time::Duration::from_millis(ms.max(0) as u64)) => *stop.borrow(),
    }
}

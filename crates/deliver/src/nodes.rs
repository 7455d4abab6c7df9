//! Several programs on one PostgreSQL: who lives, and what becomes of the rows of one that does not.
//!
//! **Leases.** Every node makes its `beats` grow. Who sees another's beats stand still for the lease time takes its
//! claimed rows over. Clocks of two machines are never compared: "still" is measured by the one who looks.
//!
//! **Why a take-over never sends twice.** A node may only be slow, or frozen, and come back with rows in its memory. So
//! right before a message is handed over, its row is marked in SQL, under the conditions that it is still this node's,
//! of this attempt, and not marked yet ([`Fence`]); what is not marked is not handed over. The take-over therefore knows:
//! a claimed row without the mark has not gone out and never will by its old node (the mark fails), so it goes back to
//! pending; a row with the mark may have gone out, so it becomes *unconfirmed* and is never sent again by itself. When the
//! old node comes back after all, what it knows settles the question (its late answer, or its journal).
//!
//! On SQLite there is one program; its journal alone decides, nothing here runs.

use crate::journal::AttemptKey;
use crate::service::Deliver;
use crate::store;
use base::Timestamp;
use db::{Db, Result, Val};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Marks asked for and not yet begun on.
const ASKED_MAX: usize = 256;
const NODE_GONE: &str = "the program that handed this message over does not answer; it may have been sent";

/// May a message be handed over?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    Ours,
    /// Another node has the row by now: it is forgotten here.
    NotOurs,
    /// The database does not answer: later.
    Unknown,
}

type Ask = (AttemptKey, oneshot::Sender<Pass>);

/// Marks rows before they are handed over, those of all hands in one statement.
#[derive(Clone)]
pub(crate) struct Fence(Option<mpsc::Sender<Ask>>);

impl Fence {
    /// For a store with one program: everything passes.
    pub fn none() -> Self {
        Self(None)
    }

    /// The fence and the task that marks; it ends when the last copy of the fence is dropped.
    pub fn open(deliver: &Deliver) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (ask, asked) = mpsc::channel(ASKED_MAX);
        (Self(Some(ask)), mark_all(deliver.clone(), asked))
    }

    /// One answer per key, in order.
    pub async fn pass_all(&self, keys: &[AttemptKey]) -> Vec<Pass> {
        let Some(ask) = &self.0 else { return vec![Pass::Ours; keys.len()] };
        let mut waiting = Vec::with_capacity(keys.len());
        for key in keys {
            let (answer, answered) = oneshot::channel();
            // A task that ended drops the question: its answer is "unknown" below.
            let _ = ask.send((*key, answer)).await;
            waiting.push(answered);
        }
        let mut answers = Vec::with_capacity(keys.len());
        for answered in waiting {
            answers.push(answered.await.unwrap_or(Pass::Unknown));
        }
        answers
    }
}

/// One statement after the other, each for everybody who asked during the one before.
async fn mark_all(deliver: Deliver, mut asked: mpsc::Receiver<Ask>) {
    while let Some(first) = asked.recv().await {
        let mut asks = vec![first];
        while asks.len() < ASKED_MAX
            && let Ok(more) = asked.try_recv()
        {
            asks.push(more);
        }
        let keys: Vec<AttemptKey> = asks.iter().map(|(key, _)| *key).collect();
        let marked = store::mark_handing(deliver.db(), deliver.node(), &keys, deliver.now()).await;
        if let Err(error) = &marked {
            tracing::warn!(%error, "nothing is handed over while rows cannot be marked");
        }
        for (key, answer) in asks {
            let pass = match &marked {
                Ok(ours) if ours.contains(&key) => Pass::Ours,
                Ok(_) => Pass::NotOurs,
                Err(_) => Pass::Unknown,
            };
            // A hand that was dropped asks no more.
            let _ = answer.send(pass);
        }
    }
}

/// The beats of a node, and since when (by our clock) they are these.
type Seen = HashMap<String, (i64, Timestamp)>;

/// Whose beats stood still.
#[derive(Default)]
pub(crate) struct Watch(Mutex<Seen>);

impl Watch {
    /// Nodes that hold claimed rows and did not move for `lease_ms`.
    fn gone(&self, holding: &[(String, i64)], now: Timestamp, lease_ms: i64) -> Vec<(String, i64)> {
        let mut seen = self.0.lock();
        seen.retain(|node, _| holding.iter().any(|(other, _)| other == node));
        let mut gone = Vec::new();
        for (node, beats) in holding {
            let entry = seen.entry(node.clone()).or_insert((*beats, now));
            if entry.0 != *beats {
                *entry = (*beats, now);
            } else if now.ms_since(entry.1) >= lease_ms {
                gone.push((node.clone(), *beats));
            }
        }
        gone
    }
}

impl Deliver {
    /// Says that this node lives and takes over from those that do not, until told to stop.
    pub(crate) async fn keep_lease(self, mut stop: watch::Receiver<bool>) {
        let pause = Duration::from_millis(self.config().heartbeat_ms);
        loop {
            if let Err(error) = self.beat_and_look().await {
                tracing::warn!(%error, "this node cannot say that it lives");
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// One beat, and one look at the others; answers how many rows were taken over.
    pub(crate) async fn beat_and_look(&self) -> Result<u64> {
        beat(self.db(), self.node()).await?;
        let holding = holding(self.db(), self.node()).await?;
        let mut taken = 0;
        for (node, beats) in self.watch().gone(&holding, self.now(), self.config().lease_ms) {
            let (pending, unconfirmed) = take_over(self.db(), &node, beats, self.now()).await?;
            if pending + unconfirmed > 0 {
                tracing::warn!(node, pending, unconfirmed, "took over the rows of a node that does not answer");
            }
            taken += pending + unconfirmed;
        }
        if taken > 0 {
            self.wake();
        }
        Ok(taken)
    }
}

async fn beat(db: &Db, node: &str) -> Result<()> {
    db.execute(
        "INSERT INTO delivery_node (node, beats) VALUES ($1, 1) \
         ON CONFLICT (node) DO UPDATE SET beats = delivery_node.beats + 1",
        &[node.into()],
    )
    .await
    .map(|_| ())
}

/// Nodes other than this one with claimed rows; -1 beats: it never said that it lives (an older program).
async fn holding(db: &Db, node: &str) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT o.node, COALESCE(MAX(n.beats), -1) AS beats FROM outbox o LEFT JOIN delivery_node n ON n.node = o.node \
               WHERE o.state = 1 AND o.node IS NOT NULL AND o.node <> $1 GROUP BY o.node";
    let rows = db.query(sql, &[node.into()]).await?;
    rows.iter().map(|row| Ok((row.text("node")?, row.i64("beats")?))).collect()
}

/// Rows back to pending, and rows that became unconfirmed. Nothing is done when the node lives after all. An older
/// program marks nothing, so all its rows are in question.
async fn take_over(db: &Db, node: &str, beats: i64, now: Timestamp) -> Result<(u64, u64)> {
    let mut tx = db.begin().await?;
    let gone = "SELECT 1 AS found FROM delivery_node WHERE node = $1 AND beats <> $2";
    if tx.query_one(gone, &[node.into(), Val::I(beats)]).await?.is_some() {
        return Ok((0, 0));
    }
    let pending = match beats {
        0.. => {
            let sql = "UPDATE outbox SET state = 0, node = NULL, due_ms = $2 \
                       WHERE state = 1 AND node = $1 AND handing_ms IS NULL";
            tx.execute(sql, &[node.into(), now.into()]).await?
        }
        _ => 0,
    };
    // The node's name stays on them: a late answer of its own settles them.
    let sql =
        "UPDATE outbox SET state = 2, reason = $2, handing_ms = COALESCE(handing_ms, $3) WHERE state = 1 AND node = $1";
    let unconfirmed = tx.execute(sql, &[node.into(), NODE_GONE.into(), now.into()]).await?;
    tx.commit().await?;
    Ok((pending, unconfirmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_gone_when_its_beats_stood_still_for_the_whole_lease() {
        let watch = Watch::default();
        let at = Timestamp::from_ms;
        let held = |beats| vec![("a".to_owned(), beats)];
        assert!(watch.gone(&held(5), at(0), 100).is_empty(), "seen for the first time");
        assert!(watch.gone(&held(5), at(99), 100).is_empty());
        assert!(watch.gone(&held(6), at(150), 100).is_empty(), "it moved");
        assert!(watch.gone(&held(6), at(249), 100).is_empty());
        assert_eq!(watch.gone(&held(6), at(250), 100), held(6));
        assert!(watch.gone(&[], at(300), 100).is_empty());
        assert!(watch.gone(&held(6), at(400), 100).is_empty(), "forgotten when it held nothing");
    }
}

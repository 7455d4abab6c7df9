//! A feed on its way in. Nothing changes until all of it was read; then it is applied in the background, and a crash
//! only delays that.

use crate::error::{CatalogError, Result};
use crate::feed::{self, FeedError, PIECES_AHEAD, Piece, Pipe};
use crate::limits::{CHUNK_ITEMS, LEASE_MS, SHRINK_MAX};
use crate::run::{self, Mode, Run, RunState};
use crate::service::Catalog;
use crate::staging::Staging;
use base::{Share, WorkspaceId};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Batches of items that wait to be staged.
const BATCHES_AHEAD: usize = 2;

/// Where the bytes of a feed go; dropped without [`Upload::finish`], nothing of them is applied.
pub struct Upload {
    catalog: Catalog,
    workspace: WorkspaceId,
    run: String,
    pieces: mpsc::Sender<Piece>,
    decided: Option<oneshot::Receiver<Result<Run>>>,
    task: JoinHandle<()>,
}

impl Upload {
    pub(crate) fn start(catalog: &Catalog, workspace: WorkspaceId, run: Run, confirm: bool) -> Self {
        let (pieces, received) = mpsc::channel(PIECES_AHEAD);
        let (decide, decided) = oneshot::channel();
        let id = run.id.clone();
        let work = work(catalog.clone(), Staging::new(workspace, run), confirm, received, decide);
        let task = tokio::spawn(work);
        Self { catalog: catalog.clone(), workspace, run: id, pieces, decided: Some(decided), task }
    }

    pub fn run_id(&self) -> &str {
        &self.run
    }

    pub async fn push(&mut self, bytes: &[u8]) -> Result<()> {
        match self.pieces.send(Piece::Bytes(bytes.to_vec())).await {
            Ok(()) => Ok(()),
            // The reader has seen enough.
            Err(_) => self.decision().await.map(|_| ()),
        }
    }

    async fn decision(&mut self) -> Result<Run> {
        match self.decided.take() {
            Some(decided) => decided.await.unwrap_or_else(|_| Err(CatalogError::Reader("it broke".into()))),
            None => Err(FeedError::Aborted.into()),
        }
    }

    /// All of it came. Answers what became of it, as far as it is after `wait`; None: waits to the end.
    pub async fn finish(mut self, wait: Option<Duration>) -> Result<Run> {
        // A reader that is gone has decided.
        let _ = self.pieces.send(Piece::End).await;
        let decided = self.decision().await?;
        let done = match wait {
            Some(wait) => tokio::time::timeout(wait, self.task).await.is_ok(),
            None => self.task.await.is_ok(),
        };
        if done { run::get(self.catalog.db(), self.workspace, &decided.id).await } else { Ok(decided) }
    }
}

async fn work(
    catalog: Catalog,
    mut staging: Staging,
    confirm: bool,
    pieces: mpsc::Receiver<Piece>,
    decide: oneshot::Sender<Result<Run>>,
) {
    let outcome = take_in(&catalog, &mut staging, confirm, pieces).await;
    let Staging { workspace, mut run, .. } = staging;
    let outcome = match outcome {
        Ok(()) if run.state == RunState::Applying => {
            // Nobody listens any more when the sender is gone; the feed came whole all the same.
            let _ = decide.send(Ok(run.clone()));
            catalog.apply_logged(workspace, run).await;
            return;
        }
        Ok(()) => Ok(()),
        Err(error) => {
            (run.state, run.code) = match error.refusal() {
                Some(code) => (RunState::Refused, Some(code.to_owned())),
                None => (RunState::Interrupted, None),
            };
            run.detail = Some(error.to_string());
            Err(error)
        }
    };
    run.ended_at = Some(catalog.now());
    let ended = match &outcome {
        Err(CatalogError::LostRun) => Ok(()),
        _ => run::end(catalog.db(), workspace, &run).await,
    };
    if let Err(error) = ended {
        tracing::warn!(run = run.id, %error, "catalog: how a feed ended could not be noted; its lease runs out");
    }
    let _ = decide.send(outcome.map(|()| run));
}

/// Reads and stages the feed, and decides what becomes of it.
async fn take_in(catalog: &Catalog, staging: &mut Staging, confirm: bool, pieces: mpsc::Receiver<Piece>) -> Result<()> {
    let (batches, mut received) = mpsc::channel(BATCHES_AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(CHUNK_ITEMS);
        let gone = |_| FeedError::Aborted;
        let ended = feed::read(Pipe::new(pieces), &mut |item| {
            batch.push(item);
            if batch.len() < CHUNK_ITEMS {
                return Ok(());
            }
            batches.blocking_send(std::mem::take(&mut batch)).map_err(gone)
        });
        // What came before the end of half a file counts in an update.
        if !batch.is_empty() {
            let _ = batches.blocking_send(batch);
        }
        ended
    });
    let period = Duration::from_millis(LEASE_MS as u64 / 4);
    let mut renewal = tokio::time::interval_at(tokio::time::Instant::now() + period, period);
    loop {
        tokio::select! {
            batch = received.recv() => match batch {
                Some(items) => staging.take(catalog.db(), items, catalog.now()).await?,
                None => break,
            },
            _ = renewal.tick() => {
                let mut tx = catalog.db().begin().await?;
                run::hold(&mut tx, staging.workspace, &staging.run, catalog.now()).await?;
                tx.commit().await?;
            }
        }
    }
    let ended = reader.await.map_err(|error| CatalogError::Reader(error.to_string()))?;
    staging.run.format = ended.format;
    decide(catalog, staging, confirm, ended.error).await
}

async fn decide(catalog: &Catalog, staging: &mut Staging, confirm: bool, error: Option<FeedError>) -> Result<()> {
    let run = &mut staging.run;
    match error {
        Some(FeedError::CutOff(detail)) if run.mode == Mode::Update && run.items > 0 => {
            (run.code, run.detail) = (Some("feed_cut_off".into()), Some(format!("{detail}; what came before is in")));
        }
        Some(FeedError::CutOff(detail)) => {
            let detail = format!("{detail}; send it whole, or as an update (mode=update), which removes nothing");
            return Err(FeedError::CutOff(detail).into());
        }
        Some(error) => return Err(error.into()),
        None if run.items == 0 => return Err(CatalogError::Empty("there is no product in the feed".into())),
        None => {}
    }
    run.state = RunState::Applying;
    if run.mode == Mode::Whole {
        let (live, would_go) = catalog.would_go(staging.workspace, &staging.run).await?;
        let nameless = catalog.nameless(staging.workspace, &staging.run).await?;
        let run = &mut staging.run;
        run.would_go = would_go;
        // An item whose id cannot be read may be any of those that seem to be missing.
        if !confirm && nameless && would_go > 0 {
            let detail = format!(
                "{would_go} of {live} products of this source seem not to be in the feed, but of some items that were \
                 refused not even the id can be read; put those right, or apply the run, or send the feed with confirm=true"
            );
            (run.state, run.code, run.detail) = (RunState::Held, Some("feed_shrank".into()), Some(detail));
            return Ok(());
        }
        if !confirm && Share::of(would_go, live).value() > SHRINK_MAX {
            let detail = format!(
                "{would_go} of {live} products of this source are not in the feed; look whether it is the right one, \
                 then apply the run, or send the feed with confirm=true"
            );
            (run.state, run.code, run.detail) = (RunState::Held, Some("feed_shrank".into()), Some(detail));
            return Ok(());
        }
    }
    let mut tx = catalog.db().begin().await?;
    run::hold(&mut tx, staging.workspace, &staging.run, catalog.now()).await?;
    run::save(&mut tx, staging.workspace, &staging.run).await?;
    Ok(tx.commit().await?)
}

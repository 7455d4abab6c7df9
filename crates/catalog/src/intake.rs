//! A feed on its way in. Nothing changes until all of it was read; then it is applied in the background, and a crash
//! only delays that.

use crate::attributes::RawItem;
use crate::error::{CatalogError, Result};
use crate::feed::{self, Ended, FeedError, PIECES_AHEAD, Piece, Pipe};
use crate::limits::{BATCH_BYTES_MAX, CHUNK_ITEMS, LEASE_MS, SHRINK_MAX};
use crate::run::{self, Mode, Run, RunState};
use crate::service::Catalog;
use crate::staging::Staging;
use base::{Share, WorkspaceId};
use std::io::Read;
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
    let Staging { workspace, run, .. } = staging;
    let outcome = match outcome {
        Ok(()) if run.state == RunState::Applying => {
            // Nobody listens any more when the sender is gone; the feed came whole all the same.
            let _ = decide.send(Ok(run.clone()));
            catalog.apply_logged(workspace, run).await;
            return;
        }
        // How it ended was noted with the decision.
        Ok(()) => Ok(run),
        Err(error) => {
            note_failure(&catalog, workspace, run, &error).await;
            Err(error)
        }
    };
    let _ = decide.send(outcome);
}

async fn note_failure(catalog: &Catalog, workspace: WorkspaceId, mut run: Run, error: &CatalogError) {
    (run.state, run.code) = match error.refusal() {
        Some(code) => (RunState::Refused, Some(code.to_owned())),
        None => (RunState::Interrupted, None),
    };
    (run.ended_at, run.detail) = (Some(catalog.now()), Some(error.told()));
    if run.code.is_none() {
        tracing::warn!(run = run.id, %error, "catalog: a feed could not be taken in");
    }
    // Whoever took it up has noted it.
    let ended = match error {
        CatalogError::LostRun => Ok(()),
        _ => run::end(catalog.db(), workspace, &run, catalog.now()).await,
    };
    if let Err(error) = ended {
        tracing::warn!(run = run.id, %error, "catalog: how a feed ended could not be noted; its lease runs out");
    }
}

/// Goes on having the source while a feed is read and decided about, whatever of that takes long.
struct Renewal(JoinHandle<()>);

impl Renewal {
    fn start(catalog: &Catalog, staging: &Staging) -> Self {
        let (catalog, workspace, run) = (catalog.clone(), staging.workspace, staging.run.clone());
        let period = Duration::from_millis(LEASE_MS as u64 / 4);
        // A task of its own: it must not wait for who waits for it.
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                match run::renew(catalog.db(), workspace, &run, catalog.now()).await {
                    Ok(()) => {}
                    // The next that is written for the run finds that out, too.
                    Err(CatalogError::LostRun) => return,
                    Err(error) => tracing::warn!(run = run.id, %error, "catalog: a feed's lease could not be renewed"),
                }
            }
        }))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Hands the items of a feed on in batches, none of which fills the memory.
fn batched(input: impl Read, hand_on: &mut dyn FnMut(Vec<RawItem>) -> std::result::Result<(), FeedError>) -> Ended {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let ended = feed::read(input, &mut |item: RawItem| {
        bytes += item.weight();
        batch.push(item);
        if batch.len() < CHUNK_ITEMS && bytes < BATCH_BYTES_MAX {
            return Ok(());
        }
        bytes = 0;
        hand_on(std::mem::take(&mut batch))
    });
    // What came before the end of half a file counts in an update.
    if !batch.is_empty() {
        let _ = hand_on(batch);
    }
    ended
}

/// Reads and stages the feed, and decides what becomes of it.
async fn take_in(catalog: &Catalog, staging: &mut Staging, confirm: bool, pieces: mpsc::Receiver<Piece>) -> Result<()> {
    let (batches, mut received) = mpsc::channel(BATCHES_AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        batched(Pipe::new(pieces), &mut |batch| batches.blocking_send(batch).map_err(|_| FeedError::Aborted))
    });
    let _renewal = Renewal::start(catalog, staging);
    while let Some(items) = received.recv().await {
        staging.take(catalog.db(), items, catalog.now()).await?;
    }
    let ended = reader.await.map_err(|error| CatalogError::Reader(error.to_string()))?;
    staging.run.format = ended.format;
    decide(catalog, staging, confirm, ended.error).await
}

/// Whoever lost the source decides nothing.
pub(crate) async fn decide(
    catalog: &Catalog,
    staging: &mut Staging,
    confirm: bool,
    error: Option<FeedError>,
) -> Result<()> {
    let run = &mut staging.run;
    let mut open = None;
    match error {
        Some(error @ (FeedError::CutOff(_) | FeedError::OpenQuote { .. }))
            if run.mode == Mode::Update && run.items > 0 =>
        {
            (run.code, run.detail) = (Some(error.code().into()), Some(format!("{error}; what came before is in")));
        }
        Some(FeedError::CutOff(detail)) => {
            let detail = format!("{detail}; send it whole, or as an update (mode=update), which removes nothing");
            return Err(FeedError::CutOff(detail).into());
        }
        Some(error @ FeedError::OpenQuote { .. }) if run.items > 0 => open = Some(error.to_string()),
        Some(error) => return Err(error.into()),
        None if run.items == 0 => return Err(CatalogError::Empty("there is no product in the feed".into())),
        None => {}
    }
    run.state = RunState::Applying;
    if run.mode == Mode::Whole
        && let Some((code, detail)) = why_held(catalog, staging, confirm, open).await?
    {
        let run = &mut staging.run;
        (run.state, run.code, run.detail) = (RunState::Held, Some(code.into()), Some(detail));
        run.ended_at = Some(catalog.now());
        return run::end(catalog.db(), staging.workspace, &staging.run, catalog.now()).await;
    }
    let mut tx = catalog.db().begin().await?;
    run::hold(&mut tx, staging.workspace, &staging.run, catalog.now()).await?;
    run::save(&mut tx, staging.workspace, &staging.run).await?;
    Ok(tx.commit().await?)
}

/// Why a whole feed waits for a person, if it does. `open`: it ends within quotes.
async fn why_held(
    catalog: &Catalog,
    staging: &mut Staging,
    confirm: bool,
    open: Option<String>,
) -> Result<Option<(&'static str, String)>> {
    const QUOTE: &str = "feed_open_quote";
    const SHRANK: &str = "feed_shrank";
    let (live, would_go) = catalog.would_go(staging.workspace, &staging.run).await?;
    staging.run.would_go = would_go;
    if would_go > 0 && !run::has_staged(catalog.db(), staging.workspace, &staging.run.id).await? {
        // Unless whoever took the run up has cleared it.
        run::renew(catalog.db(), staging.workspace, &staging.run, catalog.now()).await?;
        return Err(CatalogError::Empty("the feed has not one item whose id can be read".into()));
    }
    let missing = format!("{would_go} of {live} products of this source");
    if let Some(open) = open {
        // Confirmed or not: whoever confirmed has not seen it.
        let detail = format!(
            "{open}; {missing} seem not to be in the feed; put the quotation mark right and send the feed again, or \
             apply the run"
        );
        return Ok(Some((QUOTE, detail)));
    }
    if confirm || would_go == 0 {
        return Ok(None);
    }
    let within = match staging.stray_quote {
        Some(line) => Some((line, "rows after it may have been read as one text".to_owned())),
        None => {
            let found = catalog.swallowed(staging.workspace, &staging.run, &staging.swallowed).await?;
            found.map(|(id, line)| (line, format!("the product {id} stands in the text it begins")))
        }
    };
    if let Some((line, what)) = within {
        let detail = format!(
            "the quotation mark that opens in line {line} seems to be closed too late: {what}; {missing} seem not to \
             be in the feed; put the quotation mark right and send the feed again, or apply the run, or send the feed \
             with confirm=true"
        );
        return Ok(Some((QUOTE, detail)));
    }
    // An item whose id cannot be read may be any of those that seem to be missing.
    if catalog.nameless(staging.workspace, &staging.run).await? {
        let detail = format!(
            "{missing} seem not to be in the feed, but of some items that were refused not even the id can be read; \
             put those right, or apply the run, or send the feed with confirm=true"
        );
        return Ok(Some((SHRANK, detail)));
    }
    let shrinks = Share::of(would_go, live).value() > SHRINK_MAX;
    Ok(shrinks.then(|| {
        let detail = format!(
            "{missing} are not in the feed; look whether it is the right one, then apply the run, or send the feed \
             with confirm=true"
        );
        (SHRANK, detail)
    }))
}

#[cfg(test)]
mod tests;

//! The pipeline: inbox → resolve → views → history, one transaction a batch.
//!
//! Each step takes the records after the cursor, decodes and resolves them, lets every view write its consequences,
//! moves the cursor, commits. After a crash or a rollback the same records come again, so views are functions of
//! (their tables, the batch). Events that views and workers emit are rows of `emitted_event`, written in the same
//! transaction and moved into the inbox afterwards; a second move is dropped there by messageId.
//!
//! A record that no view can take even alone (a bug or damaged data) is put aside in `rejected_record` after
//! [`RECORD_ATTEMPTS_MAX`] tries, so that one bad record cannot stop everybody's events. A database that does not
//! answer is waited for.

mod ahead;
mod aside;
mod burst;
mod emitted;
mod trouble;

pub use aside::erase_put_aside;
pub use burst::{BURST_BYTES_PER_S, BURST_REST};
pub use emitted::emit_in_tx;
pub use trouble::Trouble;

use crate::{
    Batch, Decoder, Effects, Event, History, Inbox, InboxError, Offset, Record, Resolution, Resolver, View, ViewError,
};
use base::{Clock, Timestamp};
use db::{Db, Migration, Tx, Val};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tokio::sync::{Notify, broadcast, watch};

pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "events/0001_init", sql: include_str!("../../migrations/0001_init.sql") }];

/// Attempts at a single record before it is put aside.
pub const RECORD_ATTEMPTS_MAX: u32 = 3;
const CURSOR: &str = "views";
/// Batches a slow listener of [`Pipeline::subscribe`] may lag behind before it misses some.
const LIVE_BATCHES_MAX: usize = 256;
const RETRY_MS: u64 = 500;
/// Steps between two drops of finished inbox segments.
const RELEASE_EVERY_STEPS: u64 = 64;

#[derive(Debug, Clone)]
pub struct PipelineConfig {
    /// Inbox bytes taken into one transaction: large enough to spread the commit, small enough to stay in cache.
    pub batch_bytes_max: usize,
    /// The same while a backlog of as much waits: more events of one customer meet in a batch, and each row is written
    /// once a batch.
    pub backlog_batch_bytes_max: usize,
}

impl Default for PipelineConfig {
    fn default() -> Self {
        Self { batch_bytes_max: 4 << 20, backlog_batch_bytes_max: 16 << 20 }
    }
}

impl PipelineConfig {
    /// Bytes to take when `waiting` are there. In a burst little, so that it is soon time to rest.
    fn take(&self, waiting: u64, in_burst: bool) -> usize {
        let many = waiting >= self.backlog_batch_bytes_max as u64 && !in_burst;
        if many { self.backlog_batch_bytes_max } else { self.batch_bytes_max }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    #[error(transparent)]
    View(#[from] ViewError),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] InboxError),
}

impl PipelineError {
    /// True when waiting helps: nothing is wrong with the data.
    fn is_unavailable(&self) -> bool {
        match self {
            Self::View(ViewError::Db(error)) | Self::Db(error) => error.is_unavailable(),
            Self::View(ViewError::Broken { .. }) => false,
            Self::Inbox(error) => !matches!(error, InboxError::Corrupt { .. }),
        }
    }
}

/// Waits for what views began. A task that died is found by `apply`, which then does the work itself.
async fn ended(begun: &mut [Option<tokio::task::JoinHandle<()>>]) {
    for task in begun.iter_mut().filter_map(Option::take) {
        if let Err(error) = task.await {
            tracing::error!(%error, "pipeline: what a view began beside the others came to nothing");
        }
    }
}

/// How the pipeline is doing.
#[derive(Debug, Clone, Copy, Default)]
pub struct PipelineStatus {
    /// Up to here every question sees the events: of the database, of what views keep in memory, of the history.
    pub cursor: Offset,
    pub end: Offset,
    pub events_total: u64,
    /// Between the acceptance of the last processed event and its commit.
    pub lag_ms: i64,
}

impl PipelineStatus {
    pub fn backlog_bytes(&self) -> u64 {
        self.end.0.saturating_sub(self.cursor.0)
    }
}

/// What the pipeline is made of.
pub struct Pipeline {
    db: Db,
    inbox: Arc<Inbox>,
    decoder: Arc<dyn Decoder>,
    resolver: Arc<dyn Resolver>,
    views: Vec<Arc<dyn View>>,
    history: Arc<dyn History>,
    clock: Arc<dyn Clock>,
    config: PipelineConfig,
    cursor: AtomicU64,
    /// The cursor once the views' memory and the history have the batch too: from then on every question sees it.
    seen: AtomicU64,
    events_total: AtomicU64,
    lag_ms: AtomicI64,
    steps: AtomicU64,
    troubles: trouble::Troubles,
    emitted: Notify,
    live: broadcast::Sender<Arc<Batch>>,
    ahead: ahead::Ahead,
    burst: burst::Burst,
}

impl Pipeline {
    /// Reads the cursor and fills the history's tail with what the views have and the history does not.
    #[allow(clippy::too_many_arguments)] // The parts of a pipeline are what they are; a builder would only rename them.
    pub async fn open(
        db: Db,
        inbox: Arc<Inbox>,
        decoder: Arc<dyn Decoder>,
        resolver: Arc<dyn Resolver>,
        history: Arc<dyn History>,
        clock: Arc<dyn Clock>,
        config: PipelineConfig,
    ) -> Result<Self, PipelineError> {
        let rows = db.query("SELECT position FROM pipeline_cursor WHERE name = $1", &[CURSOR.into()]).await?;
        let cursor = match rows.first() {
            Some(row) => row.i64("position")? as u64,
            None => 0,
        };
        if cursor > inbox.end().0 {
            return Err(PipelineError::Inbox(InboxError::Corrupt {
                segment: "the inbox".into(),
                at: inbox.end().0,
                detail: format!(
                    "the views were written from a longer log (they reach {cursor}): the inbox folder is older than the \
                     database, or was cut. Restore both from the same backup"
                ),
            }));
        }
        let (live, _) = broadcast::channel(LIVE_BATCHES_MAX);
        let pipeline = Self {
            db,
            inbox,
            decoder,
            resolver,
            views: Vec::new(),
            history,
            clock,
            config,
            cursor: AtomicU64::new(cursor),
            seen: AtomicU64::new(cursor),
            events_total: AtomicU64::new(0),
            lag_ms: AtomicI64::new(0),
            steps: AtomicU64::new(0),
            troubles: trouble::Troubles::default(),
            emitted: Notify::new(),
            live,
            ahead: ahead::Ahead::default(),
            burst: burst::Burst::default(),
        };
        pipeline.refill_history().await?;
        Ok(pipeline)
    }

    /// Adds a view; views are applied in the order they were added. Call before [`Pipeline::run`].
    pub fn add_view(&mut self, view: Arc<dyn View>) {
        self.views.push(view);
    }

    /// Committed batches as they come, for live screens. A slow listener misses batches, it never holds them up.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.live.subscribe()
    }

    /// Says that rows were added to `emitted_event` outside of a batch.
    pub fn wake(&self) {
        self.emitted.notify_one();
    }

    pub fn status(&self) -> PipelineStatus {
        PipelineStatus {
            cursor: Offset(self.seen.load(Ordering::Acquire)),
            end: self.inbox.end(),
            events_total: self.events_total.load(Ordering::Relaxed),
            lag_ms: self.lag_ms.load(Ordering::Relaxed),
        }
    }

    /// What keeps the pipeline from going on: for longer than `patience_ms`, or because `in_a_row_max` records one after
    /// the other had to be put aside.
    pub fn trouble(&self, patience_ms: i64, in_a_row_max: u64) -> Option<Trouble> {
        self.troubles.now(self.clock.now(), patience_ms, in_a_row_max)
    }

    /// Runs until `stop` turns true.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let outcome = tokio::select! {
                outcome = self.turn() => outcome,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match outcome {
                Ok(()) => self.troubles.went_well(),
                Err(error) => {
                    tracing::warn!(%error, "pipeline: trying again");
                    self.troubles.failed(self.clock.now(), error.to_string());
                    tokio::time::sleep(std::time::Duration::from_millis(RETRY_MS)).await;
                }
            }
        }
    }

    /// One turn: relay what was emitted, process what is there, or wait for more.
    async fn turn(&self) -> Result<(), PipelineError> {
        self.relay().await?;
        if self.step().await? == 0 {
            let from = Offset(self.cursor.load(Ordering::Relaxed));
            tokio::select! {
                () = self.inbox.wait_beyond(from) => {}
                () = self.emitted.notified() => {}
                // A worker of another process may have emitted; and a wake-up may be missed across a crash.
                () = tokio::time::sleep(std::time::Duration::from_secs(2)) => {}
            }
            // What comes in is counted from here, not from before the pause.
            self.burst.is_on(self.inbox.end(), self.clock.now());
        } else if self.burst.is_on(self.inbox.end(), self.clock.now()) {
            tokio::time::sleep(burst::BURST_REST).await;
        }
        Ok(())
    }

    /// Works until the log and the emitted events are through; for tests, imports on the command line, and shutdown.
    pub async fn drain(&self) -> Result<(), PipelineError> {
        loop {
            let relayed = self.relay().await?;
            if self.step().await? == 0 && relayed == 0 {
                return Ok(());
            }
        }
    }

    /// Moves emitted events into the inbox; answers how many.
    async fn relay(&self) -> Result<usize, PipelineError> {
        emitted::relay(&self.db, &self.inbox, self.clock.now()).await
    }

    /// Processes one batch; answers the bytes taken.
    async fn step(&self) -> Result<u64, PipelineError> {
        let from = Offset(self.cursor.load(Ordering::Relaxed));
        let in_burst = self.burst.was_on();
        let ahead::Taken { end, records, events, .. } =
            self.ahead.take(&self.inbox, &self.decoder, from, |waiting| self.config.take(waiting, in_burst)).await?;
        if records.is_empty() {
            return Ok(0);
        }
        self.troubles.began(self.clock.now());
        let outcome = if events.iter().any(|event| event.stands_alone()) {
            self.process_in_runs(&records, end).await
        } else {
            self.process(events, end).await
        };
        if let Err(error) = outcome {
            if error.is_unavailable() {
                return Err(error);
            }
            let done = self.cursor.load(Ordering::Relaxed);
            let rest: Vec<Record> = records.into_iter().filter(|record| done <= record.offset.0).collect();
            tracing::warn!(%error, records = rest.len(), "pipeline: a batch failed; taking its records one by one");
            self.process_one_by_one(&rest, end).await?;
        }
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        if step.is_multiple_of(RELEASE_EVERY_STEPS) {
            self.release().await?;
        }
        Ok(end.0 - from.0)
    }

    /// Drops the segments of the log that the views and the history are past.
    pub async fn release(&self) -> Result<(), PipelineError> {
        let floor = self.history.cursor().await?.min(Offset(self.cursor.load(Ordering::Relaxed)));
        Ok(self.inbox.release(floor).await?)
    }

    async fn process(&self, events: Vec<Arc<Event>>, end: Offset) -> Result<(), PipelineError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let outcome = self.apply(&mut tx, events, end, now).await;
        let batch = match outcome {
            Ok(batch) => batch,
            Err((error, batch)) => {
                drop(tx);
                self.rolled_back(batch.as_deref()).await;
                return Err(error);
            }
        };
        if let Err(error) = tx.commit().await {
            self.rolled_back(Some(&batch)).await;
            return Err(error.into());
        }
        self.committed(batch).await;
        Ok(())
    }

    /// Everything inside the transaction. On failure the batch comes back too, if it got that far.
    async fn apply(
        &self,
        tx: &mut Tx,
        events: Vec<Arc<Event>>,
        end: Offset,
        now: Timestamp,
    ) -> Result<Arc<Batch>, (PipelineError, Option<Arc<Batch>>)> {
        let resolution = self.resolver.resolve(tx, events, now).await.map_err(|error| (error.into(), None))?;
        let Resolution { events, merges, splits } = resolution;
        let batch = Arc::new(Batch { end, now, merges, splits, events });
        let mut begun: Vec<_> = self.views.iter().map(|view| view.begin(&batch)).collect();
        let mut effects = Effects::default();
        for (position, view) in self.views.iter().enumerate() {
            ended(&mut begun[position..=position]).await;
            if let Err(error) = view.apply(tx, &batch, &mut effects).await {
                tracing::warn!(view = view.name(), %error, "pipeline: a view could not apply a batch");
                ended(&mut begun).await;
                return Err((error.into(), Some(batch)));
            }
        }
        let written = async {
            emit_in_tx(tx, &effects.emitted).await?;
            let sql = "INSERT INTO pipeline_cursor (name, position) VALUES ($1, $2) \
                       ON CONFLICT (name) DO UPDATE SET position = excluded.position";
            tx.execute(sql, &[CURSOR.into(), Val::I(end.0 as i64)]).await
        };
        match written.await {
            Ok(_) => Ok(batch),
            Err(error) => Err((error.into(), Some(batch))),
        }
    }

    async fn committed(&self, batch: Arc<Batch>) {
        self.cursor.store(batch.end.0, Ordering::Relaxed);
        self.events_total.fetch_add(batch.events.len() as u64, Ordering::Relaxed);
        if let Some(last) = batch.events.last() {
            self.lag_ms.store(self.clock.now().ms_since(last.event.received_at), Ordering::Relaxed);
        } else {
            self.lag_ms.store(0, Ordering::Relaxed);
        }
        self.resolver.committed().await;
        for view in &self.views {
            view.committed(&batch).await;
        }
        // The batch is committed: it must reach the history before the next one does, however long that takes.
        // Killed here, the history is refilled from the log at the next start.
        while let Err(error) = self.history.append(&batch).await {
            tracing::error!(%error, "pipeline: the history does not take a batch; waiting");
            self.troubles.failed(self.clock.now(), format!("the history does not take a batch: {error}"));
            tokio::time::sleep(std::time::Duration::from_millis(RETRY_MS)).await;
        }
        self.seen.store(batch.end.0, Ordering::Release);
        self.troubles.committed();
        // No listener is fine.
        let _ = self.live.send(batch);
    }

    async fn rolled_back(&self, batch: Option<&Batch>) {
        self.resolver.rolled_back().await;
        if let Some(batch) = batch {
            for view in &self.views {
                view.rolled_back(batch).await;
            }
        }
    }

    /// Records with an event that stands alone are batches of their own, those between them as many as there are.
    async fn process_in_runs(&self, records: &[Record], end: Offset) -> Result<(), PipelineError> {
        let mut run: Vec<Arc<Event>> = Vec::new();
        for (index, record) in records.iter().enumerate() {
            let events = ahead::decode(&*self.decoder, std::slice::from_ref(record));
            if !events.iter().any(|event| event.stands_alone()) {
                run.extend(events);
                continue;
            }
            if !run.is_empty() {
                self.process(std::mem::take(&mut run), record.offset).await?;
            }
            let record_end = records.get(index + 1).map_or(end, |next| next.offset);
            self.process(events, record_end).await?;
        }
        if self.cursor.load(Ordering::Relaxed) < end.0 {
            self.process(run, end).await?;
        }
        Ok(())
    }

    async fn process_one_by_one(&self, records: &[Record], end: Offset) -> Result<(), PipelineError> {
        for (index, record) in records.iter().enumerate() {
            let record_end = records.get(index + 1).map_or(end, |next| next.offset);
            let mut attempt = 1;
            let events = || ahead::decode(&*self.decoder, std::slice::from_ref(record));
            while let Err(error) = self.process(events(), record_end).await {
                if error.is_unavailable() {
                    return Err(error);
                }
                if attempt == RECORD_ATTEMPTS_MAX {
                    self.put_aside(record, record_end, &error).await?;
                    break;
                }
                attempt += 1;
            }
        }
        Ok(())
    }

    async fn put_aside(&self, record: &Record, end: Offset, error: &PipelineError) -> Result<(), PipelineError> {
        tracing::error!(position = record.offset.0, %error, "pipeline: a record was put aside");
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO rejected_record (workspace_id, position, error, body, at_ms) VALUES ($1,$2,$3,$4,$5) \
                   ON CONFLICT (workspace_id, position) DO NOTHING";
        let args = [
            record.workspace.into(),
            Val::I(record.offset.0 as i64),
            error.to_string().into(),
            record.encode().into(),
            self.clock.now().into(),
        ];
        tx.execute(sql, &args).await?;
        self.apply(&mut tx, Vec::new(), end, self.clock.now()).await.map_err(|(error, _)| error)?;
        tx.commit().await?;
        self.cursor.store(end.0, Ordering::Relaxed);
        self.seen.store(end.0, Ordering::Release);
        self.troubles.put_aside(self.clock.now(), error.to_string());
        Ok(())
    }

    /// After a restart the history may be behind the views: its tail is refilled from the log.
    async fn refill_history(&self) -> Result<(), PipelineError> {
        let views = Offset(self.cursor.load(Ordering::Relaxed));
        let mut at = self.history.cursor().await?.max(self.inbox.floor());
        while at < views {
            let room = (views.0 - at.0).min(self.config.batch_bytes_max as u64) as usize;
            let (mut records, mut end) = self.inbox.read(at, room).await?;
            if end > views {
                records.retain(|record| record.offset < views);
                end = views;
            }
            if records.is_empty() {
                return Ok(());
            }
            let events = ahead::decode(&*self.decoder, &records);
            let profiles = self.resolver.lookup(&events).await?;
            let events = events.into_iter().zip(profiles).filter_map(|(event, profile)| {
                profile.map(|profile| crate::ResolvedEvent { event, profile, created: false })
            });
            let batch = Batch { end, now: self.clock.now(), events: events.collect(), ..Batch::default() };
            self.history.append(&batch).await?;
            at = end;
        }
        Ok(())
    }
}

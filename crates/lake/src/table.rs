//! The open table: its folder, the current snapshot, the tail, and the one way to commit.
//!
//! Locks, in the order they are taken: `maintenance` (one compaction or erasure at a time), `table` (one commit at
//! a time), `readers` (deleting files waits for readers), `state` (short, never across an await).

use crate::config::CHECKPOINT_COMMITS;
use crate::file::{DataFile, sync_folder};
use crate::schema::{STATS_COLUMNS, WORKSPACE_ID, delta_columns};
use crate::tail::{Chunk, Tail};
use crate::{LakeConfig, LakeError, flush};
use async_trait::async_trait;
use base::{Clock, WorkspaceId};
use deltalake::DeltaTableBuilder;
use deltalake::datafusion::execution::memory_pool::FairSpillPool;
use deltalake::datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Transaction};
use deltalake::logstore::LogStoreRef;
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::DeltaOperation;
use deltalake::table::state::DeltaTableState;
use events::{Batch, History, Offset, ViewError};
use parking_lot::RwLock;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;
use url::Url;

/// The `txn` application id under which a flush records the inbox offset it reached.
pub(crate) const TXN_APP: &str = "tutti.inbox";
const LOCK_FILE: &str = "_lock";
const SPILL_FOLDER: &str = "_spill";
const LOG_FOLDER: &str = "_delta_log";

/// Where a test lets the process die.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    FilesWritten,
    Committed,
}

/// The history of events. Cheap to clone; the last clone that is dropped stops the background task.
#[derive(Clone)]
pub struct Lake {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub root: PathBuf,
    pub config: LakeConfig,
    pub clock: Arc<dyn Clock>,
    pub log: LogStoreRef,
    pub runtime: Arc<RuntimeEnv>,
    pub state: RwLock<State>,
    pub readers: Arc<tokio::sync::RwLock<()>>,
    /// None after a commit of unknown outcome: the next one reads the log first.
    pub table: tokio::sync::Mutex<Option<DeltaTableState>>,
    /// Files the table no longer refers to and that still have to be deleted.
    pub maintenance: tokio::sync::Mutex<Vec<DataFile>>,
    /// Files of a commit whose outcome is not known; deleted when the log turns out not to have them.
    pub suspects: parking_lot::Mutex<Vec<DataFile>>,
    /// Wakes the flusher.
    pub wake: Notify,
    /// Wakes appenders that wait for room in the tail.
    pub room: Notify,
    #[cfg(test)]
    pub crash: parking_lot::Mutex<Option<CrashPoint>>,
    _lock: File,
}

/// What readers see: the files and the tail, changed together.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub files: Arc<Vec<Arc<DataFile>>>,
    pub tail: Tail,
    /// Everything before this inbox offset is in files.
    pub committed: u64,
    /// Everything before this inbox offset is in files or in the tail.
    pub taken: u64,
    /// Before the first batch after opening was taken, it may overlap what is stored.
    pub first_batch_seen: bool,
    pub last_error: Option<String>,
}

impl State {
    pub fn files_of(&self, workspace: WorkspaceId) -> Vec<Arc<DataFile>> {
        self.files.iter().filter(|file| file.workspace == workspace).cloned().collect()
    }
}

/// What one commit changes.
pub(crate) struct Change {
    pub operation: DeltaOperation,
    pub removed: Vec<Arc<DataFile>>,
    pub added: Vec<DataFile>,
    /// False when no row is new or gone: compaction.
    pub data_change: bool,
    pub reached: Option<u64>,
}

/// For `/api/v1/health` and metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct LakeStatus {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
    pub tail_rows: u64,
    pub cursor: u64,
    pub taken: u64,
    /// Why the last flush or compaction failed; None when it went well.
    pub last_error: Option<String>,
}

impl Lake {
    /// Opens the table in `root` or creates it, deletes files a crash left without a commit, and starts the
    /// background task that flushes and compacts. Must run in a tokio runtime.
    pub async fn open(root: &Path, config: LakeConfig, clock: Arc<dyn Clock>) -> Result<Self, LakeError> {
        std::fs::create_dir_all(root).map_err(|error| LakeError::io(root, error))?;
        let root = root.canonicalize().map_err(|error| LakeError::io(root, error))?;
        let lock = lock_folder(&root)?;
        let runtime = runtime(&root, &config)?;
        let log = open_log(&root).await?;
        let inner = Arc::new(Inner {
            root,
            config,
            clock,
            log,
            runtime,
            state: RwLock::default(),
            readers: Arc::default(),
            table: tokio::sync::Mutex::new(None),
            maintenance: tokio::sync::Mutex::default(),
            suspects: parking_lot::Mutex::default(),
            wake: Notify::new(),
            room: Notify::new(),
            #[cfg(test)]
            crash: parking_lot::Mutex::new(None),
            _lock: lock,
        });
        inner.reload(&mut *inner.table.lock().await).await?;
        inner.delete_orphans()?;
        let lake = Self { inner };
        flush::spawn(&lake);
        Ok(lake)
    }

    /// Writes everything in the tail. For shutdown, backup and tests.
    pub async fn flush(&self) -> Result<(), LakeError> {
        let target = self.inner.state.read().taken;
        while self.inner.state.read().committed < target {
            self.inner.flush_once().await?;
        }
        Ok(())
    }

    /// Numbers for operators.
    pub fn status(&self) -> LakeStatus {
        let state = self.inner.state.read();
        LakeStatus {
            files: state.files.len() as u64,
            rows: state.files.iter().map(|file| file.rows).sum(),
            bytes: state.files.iter().map(|file| file.bytes.max(0) as u64).sum(),
            tail_rows: state.tail.rows() as u64,
            cursor: state.committed,
            taken: state.taken,
            last_error: state.last_error.clone(),
        }
    }

    /// The folder of the table: what Spark, Polars, DuckDB or ClickHouse open.
    pub fn folder(&self) -> &Path {
        &self.inner.root
    }
}

#[async_trait]
impl History for Lake {
    async fn cursor(&self) -> Result<Offset, ViewError> {
        Ok(Offset(self.inner.state.read().committed))
    }

    async fn append(&self, batch: &Batch) -> Result<(), ViewError> {
        let inner = &self.inner;
        if batch.end.0 <= inner.state.read().taken {
            return Ok(());
        }
        // What was worked out of the history is not part of it.
        let happened = batch.events.iter().filter(|item| !item.event.is_computed());
        let mut events: Vec<_> = happened.cloned().collect();
        if !inner.state.read().first_batch_seen {
            inner.drop_stored(&mut events).await?;
        }
        let chunk = Chunk::new(batch.end.0, events);
        loop {
            let room = inner.room.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            if !inner.state.read().tail.is_full() {
                break;
            }
            inner.wake.notify_one();
            room.await;
        }
        let mut state = inner.state.write();
        state.first_batch_seen = true;
        state.taken = batch.end.0;
        state.tail.push(chunk);
        if state.tail.wants_flush(inner.config.flush_rows) {
            inner.wake.notify_one();
        }
        Ok(())
    }
}

impl Inner {
    /// Reads the log: the files, and the inbox offset of the last flush.
    pub async fn reload(&self, table: &mut Option<DeltaTableState>) -> Result<(), LakeError> {
        let snapshot = DeltaTableState::try_new(&*self.log, None).await?;
        let committed = snapshot.transaction_version(&*self.log, TXN_APP).await?.unwrap_or(0).max(0) as u64;
        let views = snapshot.log_data();
        let files: Vec<Arc<DataFile>> =
            views.iter().map(|view| DataFile::from_log(&view).map(Arc::new)).collect::<Result<_, _>>()?;
        let known: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        for file in std::mem::take(&mut *self.suspects.lock()) {
            if !known.contains(file.path.as_str()) {
                let path = file.full_path(&self.root);
                std::fs::remove_file(&path).map_err(|error| LakeError::io(&path, error))?;
            }
        }
        *table = Some(snapshot);
        let mut state = self.state.write();
        state.files = Arc::new(files);
        state.committed = committed;
        state.taken = state.taken.max(committed);
        state.tail.drop_until(committed);
        Ok(())
    }

    /// One Delta commit of `removed` files replaced by `added` ones, then the same change for readers. `reached` is
    /// the inbox offset the added files reach. When the outcome is unknown the table is forgotten, so that the next
    /// caller asks the log before it writes again.
    pub async fn commit(&self, table: &mut Option<DeltaTableState>, change: Change) -> Result<(), LakeError> {
        let added = change.added.clone();
        let outcome = self.commit_log(table, &change).await;
        if outcome.is_err() {
            *table = None;
            self.suspects.lock().extend(added);
            return outcome;
        }
        let gone: BTreeSet<&str> = change.removed.iter().map(|file| file.path.as_str()).collect();
        let mut state = self.state.write();
        let kept = state.files.iter().filter(|file| !gone.contains(file.path.as_str())).cloned();
        state.files = Arc::new(kept.chain(added.into_iter().map(Arc::new)).collect());
        if let Some(offset) = change.reached {
            state.committed = offset;
            state.tail.drop_until(offset);
        }
        Ok(())
    }

    async fn commit_log(&self, table: &mut Option<DeltaTableState>, change: &Change) -> Result<(), LakeError> {
        if table.is_none() {
            self.reload(table).await?;
        }
        let Some(snapshot) = table.take() else { return Err(LakeError::missing("the table's snapshot")) };
        let now = self.clock.now();
        let added = change.added.iter().map(|file| Action::Add(file.add(change.data_change)));
        let removed = change.removed.iter().map(|file| Action::Remove(file.remove(now, change.data_change)));
        let mut properties = CommitProperties::default();
        if let Some(offset) = change.reached {
            let txn = Transaction::new_with_last_update(TXN_APP, offset as i64, Some(now.ms()));
            properties = properties.with_application_transaction(txn);
        }
        let done = CommitBuilder::from(properties)
            .with_actions(removed.chain(added).collect())
            .build(Some(&snapshot), self.log.clone(), change.operation.clone())
            .await?;
        let log_folder = self.root.join(LOG_FOLDER);
        let entry = log_folder.join(format!("{:020}.json", done.version));
        tokio::task::spawn_blocking(move || {
            File::open(&entry).and_then(|file| file.sync_all()).map_err(|error| LakeError::io(&entry, error))?;
            sync_folder(&log_folder)
        })
        .await??;
        *table = Some(done.snapshot);
        #[cfg(test)]
        self.crash_at(CrashPoint::Committed)?;
        Ok(())
    }

    /// Files no commit refers to: what a crash between writing and committing leaves behind.
    fn delete_orphans(&self) -> Result<(), LakeError> {
        let known: BTreeSet<PathBuf> = self.state.read().files.iter().map(|file| file.full_path(&self.root)).collect();
        let prefix = format!("{WORKSPACE_ID}=");
        for folder in entries(&self.root)? {
            if !folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)) {
                continue;
            }
            for path in entries(&folder)? {
                if !known.contains(&path) {
                    std::fs::remove_file(&path).map_err(|error| LakeError::io(&path, error))?;
                }
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub fn crash_at(&self, point: CrashPoint) -> Result<(), LakeError> {
        let mut crash = self.crash.lock();
        if *crash == Some(point) {
            *crash = None;
            return Err(LakeError::Crashed(point));
        }
        Ok(())
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let wrap = |error| LakeError::io(folder, error);
    std::fs::read_dir(folder).map_err(wrap)?.map(|entry| Ok(entry.map_err(wrap)?.path())).collect()
}

/// Refuses a second process: it would take the first one's uncommitted files for orphans.
fn lock_folder(root: &Path) -> Result<File, LakeError> {
    let path = root.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| LakeError::io(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(LakeError::Locked(root.display().to_string())),
        Err(std::fs::TryLockError::Error(error)) => Err(LakeError::io(&path, error)),
    }
}

fn runtime(root: &Path, config: &LakeConfig) -> Result<Arc<RuntimeEnv>, LakeError> {
    let spill = root.join(SPILL_FOLDER);
    if spill.exists() {
        std::fs::remove_dir_all(&spill).map_err(|error| LakeError::io(&spill, error))?;
    }
    std::fs::create_dir_all(&spill).map_err(|error| LakeError::io(&spill, error))?;
    let pool = Arc::new(FairSpillPool::new(config.memory_bytes));
    Ok(RuntimeEnvBuilder::new().with_memory_pool(pool).with_temp_file_path(spill).build_arc()?)
}

/// Opens the log store; creates the table when the folder has none.
/// The log of the table in an absolute folder, whether there is one yet or not.
fn log_in(root: &Path) -> Result<LogStoreRef, LakeError> {
    let url = Url::from_directory_path(root)
        .map_err(|()| LakeError::Broken(format!("{} is not an absolute path", root.display())))?;
    Ok(DeltaTableBuilder::from_url(url)?.build_storage()?)
}

/// The log of a table that is there.
pub(crate) async fn existing_log(root: &Path) -> Result<Option<LogStoreRef>, LakeError> {
    let log = log_in(root)?;
    Ok(log.is_delta_table_location().await?.then_some(log))
}

async fn open_log(root: &Path) -> Result<LogStoreRef, LakeError> {
    let log = log_in(root)?;
    if !log.is_delta_table_location().await? {
        let checkpoints = CHECKPOINT_COMMITS.to_string();
        let properties = [
            ("delta.checkpointInterval", checkpoints.as_str()),
            ("delta.dataSkippingStatsColumns", STATS_COLUMNS),
            ("delta.logRetentionDuration", "interval 1 days"),
            ("delta.enableExpiredLogCleanup", "true"),
        ];
        CreateBuilder::new()
            .with_log_store(log.clone())
            .with_table_name("events")
            .with_comment("Every event, as resolved to a profile. Times are ms since 1970 UTC.")
            .with_columns(delta_columns())
            .with_partition_columns([WORKSPACE_ID])
            .with_configuration(properties.map(|(key, value)| (key, Some(value))))
            .await?;
        sync_folder(&root.join(LOG_FOLDER))?;
    }
    Ok(log)
}

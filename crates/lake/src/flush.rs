//! From the tail to the table: a file per workspace, one commit, in the background.

use crate::LakeError;
use crate::config::{FILES_WHILE_BUSY_MAX, FLUSH_ROWS_MAX, RETRY_PAUSE, RETRY_PAUSE_MAX, ROW_GROUP_ROWS};
use crate::file::{DataFile, FileWriter, discard};
use crate::schema::{self, Row};
use crate::table::{Change, Inner, Lake};
use crate::tail::Chunk;
use base::{Timestamp, WorkspaceId};
use deltalake::protocol::{DeltaOperation, SaveMode};
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Instant;

/// Rows converted to Arrow at a time while a file is written.
const BATCH_ROWS: usize = ROW_GROUP_ROWS / 4;

/// Starts the background task. It holds no strong reference, so that dropping the lake ends it.
pub(crate) fn spawn(lake: &Lake) {
    let weak = Arc::downgrade(&lake.inner);
    let interval = lake.inner.config.flush_interval;
    let compact = lake.inner.config.compact;
    tokio::spawn(async move {
        let mut pause = RETRY_PAUSE;
        while let Some(inner) = wait(&weak, interval).await {
            let busy = inner.state.read().tail.wants_flush(inner.config.flush_rows);
            match inner.flush_due().await {
                Ok(()) => pause = RETRY_PAUSE,
                Err(error) => {
                    tracing::error!(%error, "the history could not be written; it is tried again");
                    inner.state.write().last_error = Some(error.to_string());
                    drop(inner);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY_PAUSE_MAX);
                    continue;
                }
            }
            // While more comes in than an interval's worth, the processors are needed for that.
            let wait = busy && inner.state.read().files.len() < FILES_WHILE_BUSY_MAX;
            if compact && !wait && inner.maintenance.try_lock().is_ok() {
                tokio::spawn(async move {
                    if let Err(error) = (Lake { inner: inner.clone() }).compact().await {
                        tracing::warn!(%error, "the history could not be compacted; it is tried again");
                        inner.state.write().last_error = Some(error.to_string());
                    }
                });
            }
        }
    });
}

/// Waits for the interval or a wake-up; None when the lake is gone.
async fn wait(weak: &Weak<Inner>, interval: std::time::Duration) -> Option<Arc<Inner>> {
    // The lake may be dropped while we wait, so the wait must not hold it: look again every second.
    let until = Instant::now() + interval;
    loop {
        let inner = weak.upgrade()?;
        let due = inner.state.read().tail.wants_flush(inner.config.flush_rows) || Instant::now() >= until;
        if due {
            return Some(inner);
        }
        let step = until.saturating_duration_since(Instant::now()).min(std::time::Duration::from_secs(1));
        let _ = tokio::time::timeout(step, inner.wake.notified()).await;
    }
}

impl Inner {
    /// Flushes until less than a full flush is left.
    async fn flush_due(&self) -> Result<(), LakeError> {
        loop {
            self.flush_once().await?;
            let mut state = self.state.write();
            state.last_error = None;
            if !state.tail.wants_flush(self.config.flush_rows) {
                return Ok(());
            }
        }
    }

    /// Writes the oldest chunks of the tail and commits them with the offset they reach.
    pub async fn flush_once(&self) -> Result<(), LakeError> {
        let mut table = self.table.lock().await;
        if table.is_none() {
            // An earlier commit may have happened although we were told it did not: what it holds leaves the tail.
            self.reload(&mut table).await?;
        }
        let chunks = self.state.read().tail.next_flush();
        let Some(end) = chunks.last().map(|chunk| chunk.end) else { return Ok(()) };
        let started = Instant::now();
        let (root, now) = (self.root.clone(), self.clock.now());
        let files = tokio::task::spawn_blocking(move || write_chunks(&root, &chunks, now)).await??;
        #[cfg(test)]
        self.crash_at(crate::table::CrashPoint::FilesWritten)?;
        let written_ms = started.elapsed().as_millis() as u64;
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(vec![schema::WORKSPACE_ID.to_owned()]),
            predicate: None,
        };
        let change = Change { operation, removed: Vec::new(), added: files, data_change: true, reached: Some(end) };
        self.commit(&mut table, change).await?;
        self.room.notify_waiters();
        let commit_ms = started.elapsed().as_millis() as u64 - written_ms;
        tracing::debug!(rows, written_ms, commit_ms, "history flushed");
        Ok(())
    }
}

fn write_chunks(root: &Path, chunks: &[Arc<Chunk>], now: Timestamp) -> Result<Vec<DataFile>, LakeError> {
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(FLUSH_ROWS_MAX);
    for chunk in chunks {
        rows.extend(chunk.events.iter().map(|item| (item, chunk.end)));
    }
    schema::sort_rows(&mut rows);
    let mut files = Vec::new();
    for (workspace, rows) in schema::by_workspace(&rows) {
        let written = write_file(root, workspace, rows, now);
        files.push(written.inspect_err(|_| files.iter().for_each(|file| discard(root, file)))?);
    }
    Ok(files)
}

fn write_file(root: &Path, workspace: WorkspaceId, rows: &[Row<'_>], now: Timestamp) -> Result<DataFile, LakeError> {
    let mut writer = FileWriter::create(root, workspace, now)?;
    for part in rows.chunks(BATCH_ROWS) {
        writer.write(&schema::batch_of(part)?)?;
    }
    writer.finish()
}

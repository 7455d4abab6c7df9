//! Compaction: many small files become few, each sorted by (profile, at) and within one bucket of profiles.
//!
//! A bucket is a range of 65,536 profile ids, not a hash: ids are dense, so ranges are even, and the range of a file
//! is in the Delta log where every reader prunes by it. Files of a group are merged when enough of like size are
//! there, so a row is rewritten about log(n) times, not once per flush.

use crate::LakeError;
use crate::config::{MERGE_FILES_MAX, RUN_GROWTH, RUNS_MIN, SPLIT_ROWS_MIN};
use crate::file::{DataFile, FileWriter, bucket_of, discard, numbers};
use crate::query::Tuning;
use crate::schema::{AT_MS, EVENT_ID, PROFILE_ID};
use crate::table::{Change, Inner, Lake};
use base::{Timestamp, WorkspaceId};
use deltalake::arrow::array::RecordBatch;
use deltalake::datafusion::prelude::{DataFrame, col};
use deltalake::protocol::DeltaOperation;
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What the log calls the target; a file ends where its bucket ends, so this is only a note.
const TARGET_FILE_BYTES: i64 = 128 << 20;

impl Lake {
    /// Merges what is worth merging and deletes the old files. The background task does this by itself.
    pub async fn compact(&self) -> Result<(), LakeError> {
        self.compact_with(RUNS_MIN).await
    }

    /// Leaves one sorted file per bucket, whatever it costs. For benchmarks, backups and quiet nights.
    pub async fn compact_fully(&self) -> Result<(), LakeError> {
        self.compact_with(1).await
    }

    async fn compact_with(&self, runs_min: usize) -> Result<(), LakeError> {
        let inner = &self.inner;
        let mut retired = inner.maintenance.lock().await;
        let workspaces: BTreeSet<WorkspaceId> = inner.state.read().files.iter().map(|file| file.workspace).collect();
        for workspace in workspaces {
            inner.compact_workspace(workspace, runs_min, &mut retired).await?;
        }
        // Files still being read stay until the next time.
        if let Ok(_nobody_reads) = inner.readers.try_write() {
            inner.delete(&mut retired)?;
        }
        Ok(())
    }
}

/// The smallest files that are of like size, if there are enough of them: as many as possible so that the largest
/// is at most `RUN_GROWTH` times the rest together.
fn pick(mut files: Vec<Arc<DataFile>>, runs_min: usize) -> Vec<Arc<DataFile>> {
    files.sort_by_key(|file| file.rows);
    let of_like_size = |count: &usize| {
        let rest: u64 = files[..count - 1].iter().map(|file| file.rows).sum();
        runs_min == 1 || files[count - 1].rows <= rest * RUN_GROWTH
    };
    let count = (runs_min..=files.len()).rev().find(of_like_size).unwrap_or(0);
    files.truncate(count.min(MERGE_FILES_MAX));
    files
}

impl Inner {
    async fn compact_workspace(
        &self,
        workspace: WorkspaceId,
        runs_min: usize,
        retired: &mut Vec<DataFile>,
    ) -> Result<(), LakeError> {
        // Files that span buckets first: cutting them adds runs to the buckets.
        let loose = self.group(workspace).remove(&None).unwrap_or_default();
        let rows: u64 = loose.iter().map(|file| file.rows).sum();
        if loose.len() >= runs_min && (runs_min == 1 || rows >= SPLIT_ROWS_MIN) {
            for files in loose.chunks(MERGE_FILES_MAX) {
                self.merge(files.to_vec(), true, retired).await?;
            }
        } else {
            self.merge(pick(loose, runs_min), false, retired).await?;
        }
        let buckets: Vec<i64> = self.group(workspace).into_keys().flatten().collect();
        for bucket in buckets {
            loop {
                let files = pick(self.group(workspace).remove(&Some(bucket)).unwrap_or_default(), runs_min);
                if files.len() < 2 {
                    break;
                }
                self.merge(files, true, retired).await?;
            }
        }
        Ok(())
    }

    fn group(&self, workspace: WorkspaceId) -> BTreeMap<Option<i64>, Vec<Arc<DataFile>>> {
        let mut groups: BTreeMap<Option<i64>, Vec<Arc<DataFile>>> = BTreeMap::new();
        for file in self.state.read().files_of(workspace) {
            groups.entry(file.bucket()).or_default().push(file);
        }
        groups
    }

    async fn merge(&self, files: Vec<Arc<DataFile>>, cut: bool, retired: &mut Vec<DataFile>) -> Result<(), LakeError> {
        let Some(workspace) = files.first().map(|file| file.workspace) else { return Ok(()) };
        let context = self.session(Tuning::Merge(files.len()));
        let order = [PROFILE_ID, AT_MS, EVENT_ID].map(|column| col(column).sort(true, false)).to_vec();
        let rows = self.files(&context, &files).await?.sort(order)?;
        let added = self.write(rows, workspace, cut).await?;
        #[cfg(test)]
        self.crash_at(crate::table::CrashPoint::FilesWritten)?;
        let (before, after) = (files.len(), added.len());
        let operation = DeltaOperation::Optimize { predicate: None, target_size: TARGET_FILE_BYTES };
        retired.extend(files.iter().map(|file| DataFile::clone(file)));
        let change = Change { operation, removed: files, added, data_change: false, reached: None };
        if let Err(error) = self.commit(&mut *self.table.lock().await, change).await {
            // Whether the old files are still in use is not known: a file is deleted at the next start at the latest.
            retired.truncate(retired.len() - before);
            return Err(error);
        }
        tracing::debug!(%workspace, before, after, "history compacted");
        Ok(())
    }

    /// Writes sorted rows into new files; with `cut`, one file per bucket.
    pub async fn write(&self, rows: DataFrame, workspace: WorkspaceId, cut: bool) -> Result<Vec<DataFile>, LakeError> {
        let mut stream = rows.execute_stream().await?;
        let (root, now) = (self.root.clone(), self.clock.now());
        let (send, mut batches) = tokio::sync::mpsc::channel::<RecordBatch>(2);
        let writer = tokio::task::spawn_blocking(move || {
            let mut files = Vec::new();
            write_parts(&root, workspace, now, cut, &mut files, || batches.blocking_recv())
                .inspect_err(|_| files.iter().for_each(|file| discard(&root, file)))?;
            Ok::<_, LakeError>(files)
        });
        let mut outcome = Ok(());
        while let Some(batch) = stream.next().await {
            match batch {
                Ok(batch) => {
                    if send.send(batch).await.is_err() {
                        break; // The writer failed; its error comes below.
                    }
                }
                Err(error) => {
                    outcome = Err(LakeError::from(error));
                    break;
                }
            }
        }
        drop(send);
        let files = writer.await??;
        if outcome.is_err() {
            files.iter().for_each(|file| discard(&self.root, file));
        }
        outcome.map(|()| files)
    }

    /// Deletes files the table no longer refers to. The caller makes sure that nobody reads.
    pub fn delete(&self, retired: &mut Vec<DataFile>) -> Result<(), LakeError> {
        while let Some(file) = retired.pop() {
            let path = file.full_path(&self.root);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    retired.push(file);
                    return Err(LakeError::io(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Writes the batches of `next` into one file, or into one per bucket, and collects the finished files.
fn write_parts(
    root: &Path,
    workspace: WorkspaceId,
    now: Timestamp,
    cut: bool,
    files: &mut Vec<DataFile>,
    mut next: impl FnMut() -> Option<RecordBatch>,
) -> Result<(), LakeError> {
    let mut open: Option<(i64, FileWriter)> = None;
    while let Some(batch) = next() {
        for (bucket, part) in parts(&batch, cut)? {
            if let Some((_, done)) = open.take_if(|(of, _)| *of != bucket) {
                files.push(done.finish()?);
            }
            let (_, file) = match &mut open {
                Some(file) => file,
                none => none.insert((bucket, FileWriter::create(root, workspace, now)?)),
            };
            file.write(&part)?;
        }
    }
    if let Some((_, last)) = open {
        files.push(last.finish()?);
    }
    Ok(())
}

/// The batch cut where the bucket changes; whole when `cut` is false.
fn parts(batch: &RecordBatch, cut: bool) -> Result<Vec<(i64, RecordBatch)>, LakeError> {
    if !cut {
        return Ok(vec![(0, batch.clone())]);
    }
    let profiles = numbers(batch, PROFILE_ID)?;
    let mut parts = Vec::new();
    let mut start = 0;
    for run in profiles.chunk_by(|left, right| bucket_of(*left) == bucket_of(*right)) {
        parts.push((bucket_of(run[0]), batch.slice(start, run.len())));
        start += run.len();
    }
    Ok(parts)
}

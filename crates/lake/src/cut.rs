//! Cutting: rows that were kept long enough, or that are of somebody who is to be forgotten but still counted, leave the
//! files. What the caller's [`Cutter`] says is deleted is gone; what it says is anonymised stays as a row of nobody.
//!
//! One file at a time: the rows that stay go into a new file, one commit puts it in place of the old one, and the old
//! bytes are deleted as soon as nobody reads them, at the end of the cut at the latest. Whatever stops a cut leaves a
//! whole table, and doing it again does what is left. Memory: a batch of rows, and one row group of anonymised ones.
//!
//! Only rows are cut that the inbox cannot bring back: those up to an inbox offset that its files no longer hold. Rows
//! accepted later wait for the next cut.

use crate::LakeError;
use crate::config::ROW_GROUP_ROWS;
use crate::file::{DataFile, FileWriter, discard, numbers};
use crate::read::{columns_of, text};
use crate::schema::{AT_MS, EVENT_ID, FILE_SCHEMA, PROFILE_ID, RECEIVED_MS};
use crate::table::{Change, Inner, Lake};
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use deltalake::arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, UInt32Array, new_null_array,
};
use deltalake::arrow::compute::{concat_batches, filter_record_batch, take_record_batch};
use deltalake::arrow::datatypes::DataType;
use deltalake::protocol::DeltaOperation;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The profile that rows of nobody are stored under; profiles count from 1.
pub const NOBODY: ProfileId = ProfileId::new(0);
const DAY_MS: i64 = 86_400_000;
/// What a row's fate hangs on.
const FATE_COLUMNS: [&str; 6] = [PROFILE_ID, AT_MS, "kind", "name", "source", "inbox_offset"];
/// Batches a census reads ahead of its caller.
const CENSUS_AHEAD: usize = 4;

/// A row, as far as its fate hangs on it.
#[derive(Debug, Clone, Copy)]
pub struct CutRow<'a> {
    pub profile: ProfileId,
    pub at: Timestamp,
    /// As in [`events::EventKind::name`].
    pub kind: &'a str,
    /// [`events::Event::display_name`].
    pub name: &'a str,
    /// Written by Tutti, not by a source.
    pub own: bool,
}

/// What becomes of a row, and by which of the caller's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Keep,
    Delete(u16),
    /// It stays, of [`NOBODY`], exact to the day (UTC): kind, name, channel, source, and what [`Cutter::properties`]
    /// leaves of the properties. Its id is a new one.
    Anonymise(u16),
}

/// Says what becomes of rows. Asked again after a crash, it must say the same.
pub trait Cutter: Send + Sync + 'static {
    /// False when no row can be concerned whose time and profile lie between these, both included.
    fn may_concern(&self, at: (Timestamp, Timestamp), profiles: (ProfileId, ProfileId)) -> bool;
    fn fate(&self, row: &CutRow<'_>) -> Fate;
    /// What stays of an anonymised row's properties; both are JSON objects as text.
    fn properties(&self, text: &str) -> String;
}

/// What is done to one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCut {
    /// The file that is replaced; see [`Lake::holds`].
    pub file: String,
    /// By (rule, kind, name).
    pub rows: BTreeMap<(u16, String, String), CutCount>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CutCount {
    pub deleted: u64,
    pub anonymised: u64,
}

impl CutCount {
    pub fn add(&mut self, other: CutCount) {
        self.deleted += other.deleted;
        self.anonymised += other.anonymised;
    }
}

impl FileCut {
    pub fn total(&self) -> CutCount {
        let mut all = CutCount::default();
        self.rows.values().for_each(|count| all.add(*count));
        all
    }
}

/// Who keeps count of a cut. After a crash a file that was begun was cut exactly if the lake does not hold it any more.
#[async_trait]
pub trait CutLedger: Send + Sync {
    /// The file is about to be replaced. An error stops the cut.
    async fn begin(&self, _cut: &FileCut) -> Result<(), String> {
        Ok(())
    }
    async fn done(&self, _cut: &FileCut) -> Result<(), String> {
        Ok(())
    }
    /// Of `total` files that may be concerned, `done` were looked at.
    fn looked(&self, _done: usize, _total: usize) {}
}

/// Nobody counts.
#[async_trait]
impl CutLedger for () {}

impl Lake {
    /// Does to the stored rows of a workspace what `cutter` says, for rows up to the inbox offset `upto`. When it
    /// returns no file of the lake holds what was cut.
    pub async fn cut(
        &self,
        workspace: WorkspaceId,
        upto: u64,
        cutter: Arc<dyn Cutter>,
        ledger: &dyn CutLedger,
    ) -> Result<CutCount, LakeError> {
        self.flush().await?;
        let inner = &self.inner;
        let (mut all, mut seen) = (CutCount::default(), BTreeSet::new());
        loop {
            // One file at a time, so that an erasure or a compaction waits for no more than that.
            let mut retired = inner.maintenance.lock().await;
            inner.know_table().await?;
            let files = inner.state.read().files_of(workspace);
            let open: Vec<_> = files.into_iter().filter(|file| concerns(&*cutter, file)).collect();
            let open: Vec<_> = open.into_iter().filter(|file| !seen.contains(&file.path)).collect();
            ledger.looked(seen.len(), seen.len() + open.len());
            let Some(file) = open.into_iter().next() else { break };
            seen.insert(file.path.clone());
            let Some((cut, added)) = inner.rewritten(&file, upto, cutter.clone()).await? else { continue };
            seen.extend(added.iter().map(|file| file.path.clone()));
            if let Err(error) = ledger.begin(&cut).await {
                added.iter().for_each(|file| discard(&inner.root, file));
                return Err(LakeError::Ledger(error));
            }
            #[cfg(test)]
            inner.crash_at(crate::table::CrashPoint::FilesWritten)?;
            let operation = DeltaOperation::Delete { predicate: None };
            let change = Change { operation, removed: vec![file.clone()], added, data_change: true, reached: None };
            inner.commit(&mut *inner.table.lock().await, change).await?;
            retired.push(DataFile::clone(&file));
            all.add(cut.total());
            ledger.done(&cut).await.map_err(LakeError::Ledger)?;
            if let Ok(_nobody_reads) = inner.readers.try_write() {
                inner.delete(&mut retired)?;
            }
        }
        let mut retired = inner.maintenance.lock().await;
        let _nobody_reads = inner.readers.write().await;
        inner.delete(&mut retired)?;
        Ok(all)
    }

    /// Reads what a cut would do, and changes nothing: calls `visit` for each stored row that would not be kept. `looked`
    /// hears the share that is read, 0 to 1.
    pub async fn census(
        &self,
        workspace: WorkspaceId,
        cutter: Arc<dyn Cutter>,
        visit: &mut (dyn for<'a> FnMut(&CutRow<'a>, Fate) + Send),
        looked: &(dyn Fn(f32) + Send + Sync),
    ) -> Result<(), LakeError> {
        self.flush().await?;
        let mut files = Vec::new();
        {
            let _reading = self.inner.readers.read().await;
            for file in self.inner.state.read().files_of(workspace) {
                if concerns(&*cutter, &file) {
                    let path = file.full_path(&self.inner.root);
                    files.push(File::open(&path).map_err(|error| LakeError::io(&path, error))?);
                }
            }
        }
        let total = files.len().max(1);
        let (send, mut batches) = tokio::sync::mpsc::channel(CENSUS_AHEAD);
        let reader = tokio::task::spawn_blocking(move || {
            for (number, file) in files.into_iter().enumerate() {
                for batch in columns_of(file, &FATE_COLUMNS)? {
                    if send.blocking_send((number, batch?)).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok::<(), LakeError>(())
        });
        while let Some((number, batch)) = batches.recv().await {
            each_row(&batch, u64::MAX, |row, _| {
                let fate = cutter.fate(&row);
                if fate != Fate::Keep {
                    visit(&row, fate);
                }
            })?;
            looked(number as f32 / total as f32);
        }
        reader.await?
    }

    /// Is this file part of the table?
    pub async fn holds(&self, file: &str) -> Result<bool, LakeError> {
        self.inner.know_table().await?;
        Ok(self.inner.state.read().files.iter().any(|one| one.path == file))
    }
}

fn concerns(cutter: &dyn Cutter, file: &DataFile) -> bool {
    let times = (Timestamp::from_ms(file.at.min), Timestamp::from_ms(file.at.max));
    let highest = ProfileId::new(u32::try_from(file.profile.max).unwrap_or(u32::MAX));
    cutter.may_concern(times, (ProfileId::from_sql(file.profile.min), highest))
}

impl Inner {
    /// Reads the log if the outcome of the last commit is not known.
    async fn know_table(&self) -> Result<(), LakeError> {
        let mut table = self.table.lock().await;
        if table.is_none() { self.reload(&mut table).await } else { Ok(()) }
    }

    /// The file without what is cut out of it: (what, the new files); None when nothing is.
    async fn rewritten(
        &self,
        file: &Arc<DataFile>,
        upto: u64,
        cutter: Arc<dyn Cutter>,
    ) -> Result<Option<(FileCut, Vec<DataFile>)>, LakeError> {
        let (root, file, now) = (self.root.clone(), file.clone(), self.clock.now());
        let work = move || {
            let cut = looked_at(&root, &file, upto, &*cutter)?;
            if cut.rows.is_empty() {
                return Ok(None);
            }
            let mut added = Vec::new();
            write_rest(&root, &file, upto, &*cutter, now, &mut added)
                .inspect_err(|_| added.iter().for_each(|file| discard(&root, file)))?;
            Ok(Some((cut, added)))
        };
        tokio::task::spawn_blocking(work).await?
    }
}

fn open(root: &Path, file: &DataFile) -> Result<File, LakeError> {
    let path = file.full_path(root);
    File::open(&path).map_err(|error| LakeError::io(&path, error))
}

/// What would be cut out of the file.
fn looked_at(root: &Path, file: &DataFile, upto: u64, cutter: &dyn Cutter) -> Result<FileCut, LakeError> {
    let mut cut = FileCut { file: file.path.clone(), ..FileCut::default() };
    for batch in columns_of(open(root, file)?, &FATE_COLUMNS)? {
        each_row(&batch?, upto, |row, _| {
            let (rule, one) = match cutter.fate(&row) {
                Fate::Keep => return,
                Fate::Delete(rule) => (rule, CutCount { deleted: 1, anonymised: 0 }),
                Fate::Anonymise(rule) => (rule, CutCount { deleted: 0, anonymised: 1 }),
            };
            cut.rows.entry((rule, row.kind.to_owned(), row.name.to_owned())).or_default().add(one);
        })?;
    }
    Ok(cut)
}

/// Calls `each(row, number)` for the rows up to the inbox offset.
fn each_row(batch: &RecordBatch, upto: u64, mut each: impl FnMut(CutRow<'_>, usize)) -> Result<(), LakeError> {
    let (profiles, at, offsets) =
        (numbers(batch, PROFILE_ID)?, numbers(batch, AT_MS)?, numbers(batch, "inbox_offset")?);
    let (kinds, names, sources) = (text(batch, "kind")?, text(batch, "name")?, text(batch, "source")?);
    for index in 0..batch.num_rows() {
        if u64::try_from(offsets[index]).unwrap_or(0) <= upto {
            let row = CutRow {
                profile: ProfileId::from_sql(profiles[index]),
                at: Timestamp::from_ms(at[index]),
                kind: kinds.value(index),
                name: names.value(index),
                own: sources.is_null(index),
            };
            each(row, index);
        }
    }
    Ok(())
}

/// Writes what stays of the file: the rows that are kept, in their order, and those of nobody in files of their own.
fn write_rest(
    root: &Path,
    file: &DataFile,
    upto: u64,
    cutter: &dyn Cutter,
    now: Timestamp,
    added: &mut Vec<DataFile>,
) -> Result<(), LakeError> {
    let columns: Vec<&str> = FILE_SCHEMA.fields().iter().map(|field| field.name().as_str()).collect();
    let mut kept: Option<FileWriter> = None;
    let (mut nobody, mut waiting) = (Vec::new(), 0);
    for batch in columns_of(open(root, file)?, &columns)? {
        let batch = batch?;
        let mut fates = vec![Fate::Keep; batch.num_rows()];
        each_row(&batch, upto, |row, index| fates[index] = cutter.fate(&row))?;
        let of = |which: fn(&Fate) -> bool| BooleanArray::from_iter(fates.iter().map(|fate| Some(which(fate))));
        let stays = filter_record_batch(&batch, &of(|fate| *fate == Fate::Keep))?;
        if 0 < stays.num_rows() {
            let writer = match &mut kept {
                Some(writer) => writer,
                none => none.insert(FileWriter::create(root, file.workspace, now)?),
            };
            writer.write(&stays)?;
        }
        let turned = filter_record_batch(&batch, &of(|fate| matches!(fate, Fate::Anonymise(_))))?;
        if 0 < turned.num_rows() {
            waiting += turned.num_rows();
            nobody.push(of_nobody(&turned, cutter)?);
        }
        if ROW_GROUP_ROWS <= waiting {
            added.push(write_nobody(root, file.workspace, &nobody, now)?);
            (nobody, waiting) = (Vec::new(), 0);
        }
    }
    if let Some(kept) = kept {
        added.push(kept.finish()?);
    }
    if 0 < waiting {
        added.push(write_nobody(root, file.workspace, &nobody, now)?);
    }
    Ok(())
}

/// The rows with nothing left of whose they were; the ids are given by [`write_nobody`].
fn of_nobody(batch: &RecordBatch, cutter: &dyn Cutter) -> Result<RecordBatch, LakeError> {
    let rows = batch.num_rows();
    let day = |column: &str| -> Result<ArrayRef, LakeError> {
        let floored = numbers(batch, column)?.iter().map(|ms| ms.div_euclid(DAY_MS) * DAY_MS);
        Ok(Arc::new(Int64Array::from_iter_values(floored)))
    };
    let same = |value: &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows))) };
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(FILE_SCHEMA.fields().len());
    for field in FILE_SCHEMA.fields() {
        columns.push(match field.name().as_str() {
            PROFILE_ID => Arc::new(Int64Array::from_iter_values(std::iter::repeat_n(NOBODY.sql(), rows))),
            "inbox_offset" => Arc::new(Int64Array::from_iter_values(std::iter::repeat_n(0, rows))),
            AT_MS => day(AT_MS)?,
            RECEIVED_MS => day(RECEIVED_MS)?,
            name @ ("kind" | "name" | "channel" | "source") => Arc::new(text(batch, name)?.clone()),
            "properties" => {
                let properties = text(batch, "properties")?;
                let left = (0..rows).map(|index| cutter.properties(properties.value(index)));
                Arc::new(StringArray::from_iter_values(left))
            }
            EVENT_ID | "message_id" => same(""),
            "traits" | "context" => same("{}"),
            _ => new_null_array(&DataType::Utf8, rows),
        });
    }
    Ok(RecordBatch::try_new(FILE_SCHEMA.clone(), columns)?)
}

fn write_nobody(
    root: &Path,
    workspace: WorkspaceId,
    batches: &[RecordBatch],
    now: Timestamp,
) -> Result<DataFile, LakeError> {
    let all = concat_batches(&FILE_SCHEMA, batches)?;
    let times = numbers(&all, AT_MS)?;
    let mut order: Vec<u32> = (0..all.num_rows() as u32).collect();
    order.sort_by_key(|index| times[*index as usize]);
    let sorted = take_record_batch(&all, &UInt32Array::from(order))?;
    let mut ids: Vec<u128> = (0..sorted.num_rows()).map(|_| uuid::Uuid::new_v4().as_u128()).collect();
    // A file is sorted by (profile, at, event).
    let mut start = 0;
    for day in numbers(&sorted, AT_MS)?.chunk_by(|left, right| left == right) {
        ids[start..start + day.len()].sort_unstable();
        start += day.len();
    }
    let ids = StringArray::from_iter_values(ids.into_iter().map(|id| format!("{id:032x}")));
    let columns = FILE_SCHEMA.fields().iter().zip(sorted.columns()).map(|(field, column)| {
        if field.name() == EVENT_ID { Arc::new(ids.clone()) as ArrayRef } else { column.clone() }
    });
    let mut writer = FileWriter::create(root, workspace, now)?;
    writer.write(&RecordBatch::try_new(FILE_SCHEMA.clone(), columns.collect())?)?;
    writer.finish()
}

//! One data file: how it is written, what the Delta log says about it, which profiles it may hold.

use crate::LakeError;
use crate::config::{BUCKET_PROFILES_BITS, PAGE_ROWS, ROW_GROUP_ROWS};
use crate::schema::{AT_MS, EVENT_ID, FILE_SCHEMA, PROFILE_ID, RECEIVED_MS, WORKSPACE_ID};
use base::{ProfileId, Timestamp, WorkspaceId};
use deltalake::arrow::array::{AsArray, RecordBatch};
use deltalake::arrow::datatypes::Int64Type;
use deltalake::kernel::{Add, LogicalFileView, Remove};
use deltalake::parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use deltalake::parquet::basic::{Compression, ZstdLevel};
use deltalake::parquet::file::metadata::SortingColumn;
use deltalake::parquet::file::properties::{EnabledStatistics, WriterProperties};
use deltalake::parquet::schema::types::ColumnPath;
use serde_json::json;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The level of the spike: level 1 costs a third of level 3 and loses 4 % of size.
const ZSTD_LEVEL: i32 = 1;

/// Smallest and largest value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    pub min: i64,
    pub max: i64,
}

impl Range {
    const EMPTY: Range = Range { min: i64::MAX, max: i64::MIN };
    const ALL: Range = Range { min: i64::MIN, max: i64::MAX };
    fn widen(&mut self, values: &[i64]) {
        for value in values {
            self.min = self.min.min(*value);
            self.max = self.max.max(*value);
        }
    }
}

/// An active file of the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DataFile {
    /// Below the table's folder.
    pub path: String,
    pub workspace: WorkspaceId,
    pub rows: u64,
    pub bytes: i64,
    pub profile: Range,
    pub at: Range,
    pub received: Range,
    pub written: Timestamp,
}

pub(crate) fn bucket_of(profile: i64) -> i64 {
    profile >> BUCKET_PROFILES_BITS
}

impl DataFile {
    /// The one bucket all profiles of the file belong to; None when it spans several.
    pub fn bucket(&self) -> Option<i64> {
        (bucket_of(self.profile.min) == bucket_of(self.profile.max)).then(|| bucket_of(self.profile.min))
    }
    /// False when the file cannot hold any of the profiles.
    pub fn may_hold<'a>(&self, profiles: impl IntoIterator<Item = &'a ProfileId>) -> bool {
        profiles.into_iter().any(|profile| (self.profile.min..=self.profile.max).contains(&profile.sql()))
    }
    pub fn full_path(&self, root: &Path) -> PathBuf {
        root.join(&self.path)
    }

    fn partition(&self) -> HashMap<String, Option<String>> {
        HashMap::from([(WORKSPACE_ID.to_owned(), Some(self.workspace.number().to_string()))])
    }

    /// The log's entry. `data_change` is false when the rows were in the table before (compaction).
    pub fn add(&self, data_change: bool) -> Add {
        let stats = json!({
            "numRecords": self.rows,
            "minValues": {PROFILE_ID: self.profile.min, AT_MS: self.at.min, RECEIVED_MS: self.received.min},
            "maxValues": {PROFILE_ID: self.profile.max, AT_MS: self.at.max, RECEIVED_MS: self.received.max},
            "nullCount": {PROFILE_ID: 0, AT_MS: 0, RECEIVED_MS: 0},
        });
        Add {
            path: self.path.clone(),
            partition_values: self.partition(),
            size: self.bytes,
            modification_time: self.written.ms(),
            data_change,
            stats: Some(stats.to_string()),
            ..Add::default()
        }
    }

    pub fn remove(&self, now: Timestamp, data_change: bool) -> Remove {
        Remove {
            path: self.path.clone(),
            data_change,
            deletion_timestamp: Some(now.ms()),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition()),
            size: Some(self.bytes),
            ..Remove::default()
        }
    }

    /// From the log. A file of another writer without statistics counts as holding everybody.
    pub fn from_log(view: &LogicalFileView) -> Result<Self, LakeError> {
        let path = view.path().into_owned();
        let number = view.partition_values_map().remove(WORKSPACE_ID).flatten().and_then(|text| text.parse().ok());
        let workspace =
            number.map(WorkspaceId::new).ok_or_else(|| LakeError::missing(&format!("workspace of {path}")))?;
        let stats: serde_json::Value =
            view.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let range = |column: &str| {
            let bound = |side: &str| stats.get(side)?.get(column)?.as_i64();
            match (bound("minValues"), bound("maxValues")) {
                (Some(min), Some(max)) => Range { min, max },
                _ => Range::ALL,
            }
        };
        Ok(Self {
            workspace,
            rows: stats.get("numRecords").and_then(serde_json::Value::as_u64).unwrap_or(0),
            bytes: view.size(),
            profile: range(PROFILE_ID),
            at: range(AT_MS),
            received: range(RECEIVED_MS),
            written: Timestamp::from_ms(view.modification_time()),
            path,
        })
    }
}

/// Deletes a file that no commit will refer to. What cannot be deleted now goes at the next start.
pub(crate) fn discard(root: &Path, file: &DataFile) {
    let _ = std::fs::remove_file(file.full_path(root));
}

/// Deletes the file when dropped before it was finished, so that a full disk does not fill with fragments.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Writes one sorted file. Nothing refers to it until the commit.
pub(crate) struct FileWriter {
    root: PathBuf,
    unfinished: Unfinished,
    file: DataFile,
    writer: ArrowWriter<File>,
}

impl FileWriter {
    pub fn create(root: &Path, workspace: WorkspaceId, now: Timestamp) -> Result<Self, LakeError> {
        let folder = format!("{WORKSPACE_ID}={}", workspace.number());
        let path = format!("{folder}/part-{}.parquet", uuid::Uuid::new_v4().simple());
        let full = root.join(&path);
        std::fs::create_dir_all(root.join(&folder)).map_err(|error| LakeError::io(&full, error))?;
        let out = File::create_new(&full).map_err(|error| LakeError::io(&full, error))?;
        let unfinished = Unfinished(Some(full));
        let options = ArrowWriterOptions::new().with_properties(properties()?);
        let writer = ArrowWriter::try_new_with_options(out, FILE_SCHEMA.clone(), options)?;
        let file = DataFile {
            path,
            workspace,
            rows: 0,
            bytes: 0,
            profile: Range::EMPTY,
            at: Range::EMPTY,
            received: Range::EMPTY,
            written: now,
        };
        Ok(Self { root: root.to_owned(), unfinished, file, writer })
    }

    /// Batches must come in file order.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.file.rows += batch.num_rows() as u64;
        for (column, range) in
            [(PROFILE_ID, &mut self.file.profile), (AT_MS, &mut self.file.at), (RECEIVED_MS, &mut self.file.received)]
        {
            range.widen(numbers(batch, column)?);
        }
        Ok(self.writer.write(batch)?)
    }

    /// Closes the file and waits until it is on the disk.
    pub fn finish(mut self) -> Result<DataFile, LakeError> {
        let full = self.file.full_path(&self.root);
        self.writer.flush()?;
        let out = self.writer.into_inner()?;
        out.sync_all().map_err(|error| LakeError::io(&full, error))?;
        self.file.bytes = out.metadata().map_err(|error| LakeError::io(&full, error))?.len() as i64;
        if let Some(folder) = full.parent() {
            sync_folder(folder)?;
        }
        self.unfinished.0 = None;
        Ok(self.file)
    }
}

/// Makes new and renamed entries of a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LakeError> {
    File::open(folder).and_then(|handle| handle.sync_all()).map_err(|error| LakeError::io(folder, error))
}

/// A number column without nulls.
pub(crate) fn numbers<'a>(batch: &'a RecordBatch, column: &str) -> Result<&'a [i64], LakeError> {
    let array = batch.column_by_name(column).and_then(|array| array.as_primitive_opt::<Int64Type>());
    Ok(array.ok_or_else(|| LakeError::missing(column))?.values())
}

fn properties() -> Result<WriterProperties, LakeError> {
    let ascending = |column_idx| SortingColumn { column_idx, descending: false, nulls_first: false };
    let page_statistics = |column: &str| (ColumnPath::from(column), EnabledStatistics::Page);
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_sorting_columns(Some(vec![ascending(0), ascending(1)]));
    for (column, statistics) in [PROFILE_ID, AT_MS, RECEIVED_MS, "name"].map(page_statistics) {
        builder = builder.set_column_statistics_enabled(column, statistics);
    }
    // Nearly every row has its own value: a dictionary would be hashed, found too large and thrown away.
    for column in [AT_MS, EVENT_ID, "message_id", "properties"] {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    Ok(builder.build())
}

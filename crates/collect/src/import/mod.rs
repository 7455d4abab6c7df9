//! Files of customers, orders, events and companies become events.
//!
//! A file is stored under `imports/ID/`, read row by row (never whole), mapped column by column, and its events go
//! through the inbox like any others, with messageIds that follow from the rows: what is read twice counts once.
//! Every few thousand rows a checkpoint (row number, open orders, length of the rejected-rows file) is written, and
//! after a crash the import goes on there. A full inbox slows the import down; a bad row is reported with its line
//! and costs no other row.
//!
//! Memory: one record of [`RECORD_BYTES_MAX`], the open orders (at most [`ORDER_ROWS_OPEN_MAX`] rows), two batches.

mod companies;
mod customers;
mod happenings;
mod mapping;
mod model;
mod orders;
mod rows;
mod run;
mod service;
mod sniff;
mod store;
mod values;
mod xlsx;

pub use mapping::{ColumnPreview, DateOrder, Mapping, Preview};
pub use model::{Format, Import, ImportKind, ImportState};
pub use service::{ImportUpload, NewImport, PreviewRequest};

use base::{ImportId, Json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// One record of a file.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
pub const COLUMNS_MAX: usize = 500;
/// A file is previewed by this much of its beginning.
pub const PREVIEW_BYTES: usize = 64 * 1024;
pub const PREVIEW_ROWS_MAX: usize = 10;
/// Lines of one order may lie this far apart in the file.
pub const ORDER_WINDOW_ROWS: u64 = 2_000;
/// Lines of orders that may still grow; beyond it the oldest order is taken as complete.
pub const ORDER_ROWS_OPEN_MAX: usize = 20_000;
/// Lines of one order.
pub const ORDER_LINES_MAX: usize = 5_000;
/// Completed orders remembered, to tell a late line from a new order.
pub const ORDERS_CLOSED_KEPT: usize = 20_000;
/// Rows between checkpoints.
pub const CHECKPOINT_ROWS: u64 = 5_000;
/// Events and bytes of one inbox record.
pub const BATCH_EVENTS: usize = 500;
pub const BATCH_BYTES: usize = 400 * 1024;
/// One workbook (.xlsx), as it lies on the disk.
pub const XLSX_BYTES_MAX: u64 = 200 << 20;
/// A workbook is previewed whole: its table of contents stands at its end.
pub const XLSX_PREVIEW_BYTES_MAX: usize = 64 << 20;
/// A workbook unpacked.
pub const XLSX_INFLATED_BYTES_MAX: u64 = 2 << 30;
/// The texts its cells share, unpacked: they are held in memory.
pub const XLSX_TEXTS_BYTES_MAX: u64 = 64 << 20;
/// Files inside a workbook.
pub const XLSX_PARTS_MAX: usize = 10_000;
pub const XLSX_SHEETS_MAX: usize = 200;
/// Imports that run at the same time; others wait.
pub const RUNNING_MAX: usize = 4;

/// Reads Parquet files. `server` implements it over the lake, so that this room stays light.
pub trait ParquetRows: Send + Sync + 'static {
    /// Opens `path`; rows come as JSON values in the order of `columns`.
    fn open(&self, path: &Path) -> Result<ParquetFile, String>;
}

/// An opened Parquet file.
pub struct ParquetFile {
    pub columns: Vec<String>,
    pub rows: ParquetRowIter,
}

/// Rows of a Parquet file; an `Err` ends the import.
pub type ParquetRowIter = Box<dyn Iterator<Item = Result<Vec<Json>, String>> + Send>;

/// The running imports of this process.
pub(crate) struct Imports {
    pub dir: PathBuf,
    pub parquet: Option<Arc<dyn ParquetRows>>,
    pub running: Mutex<HashMap<ImportId, Arc<run::Live>>>,
    pub slots: Arc<tokio::sync::Semaphore>,
}

impl Imports {
    pub fn new(dir: PathBuf, parquet: Option<Arc<dyn ParquetRows>>) -> Self {
        let slots = Arc::new(tokio::sync::Semaphore::new(RUNNING_MAX));
        Self { dir, parquet, running: Mutex::default(), slots }
    }
    pub fn live(&self, id: ImportId) -> Option<Arc<run::Live>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
    pub fn ended(&self, id: ImportId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
    /// The folder of one import.
    pub fn folder(&self, id: ImportId) -> PathBuf {
        self.dir.join(id.to_string())
    }
}

#[cfg(test)]
mod tests;

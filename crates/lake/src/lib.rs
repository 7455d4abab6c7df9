//! The history: every event that was ever resolved to a profile, as a Delta Lake table of Parquet files.
//!
//! ```text
//! pipeline ──append──► tail (memory) ──flush──► one file per workspace ──compact──► one bucket of profiles per file
//!                        │                            │                                  │
//!                        └────────── query, timeline, scan: tail and files as one ───────┘
//! ```
//!
//! - [`Lake::open`] opens or creates the table in a folder; only one process may have it open for writing.
//! - [`events::History`] is how the pipeline writes. A flush is one Delta commit that carries the files and, as
//!   the `txn` action, the inbox offset they reach: replaying after a crash cannot double a row.
//! - [`Lake::timeline`], [`Lake::scan`], [`Lake::count_by_name`], [`Lake::query`] read one workspace each.
//! - [`Lake::compact`] sorts files by (profile, time) and cuts them at buckets of 65,536 profiles.
//! - [`Lake::erase`] rewrites every file that holds a person and deletes the old bytes; [`Lake::cut`] does the same with
//!   rows that were kept long enough, or makes them rows of nobody.
//!
//! Layout: `workspace_id=N/part-….parquet`, partitioned by workspace so that one workspace can be read, moved or
//! dropped alone. Columns are in docs/reference/lake.md. Times are milliseconds since 1970 UTC.
//! Personal data is only in data files: the statistics in the Delta log cover numbers alone.

mod compact;
mod config;
mod cut;
mod erase;
mod error;
mod file;
mod flush;
mod inspect;
mod json;
mod query;
mod read;
mod reassign;
mod row;
mod rows;
mod schema;
mod table;
mod tail;

pub use config::LakeConfig;
pub use cut::{CutCount, CutLedger, CutRow, Cutter, Fate, FileCut, NOBODY};
pub use erase::Erased;
pub use error::LakeError;
pub use inspect::{LakeState, inspect};
pub use query::{Column, QueryAnswer};
pub use read::{HistoryFilter, HistorySnapshot, NameCount, RowVisitor, TimelineFilter};
pub use row::{HistoryRow, StoredEvent};
pub use rows::{ParquetRowReader, read_parquet_rows};
pub use table::{Lake, LakeStatus};

/// Arrow, for callers of [`Lake::query_arrow`].
pub use deltalake::arrow;

#[cfg(test)]
mod tests;

//! Limits of the lake. Every number the lake obeys is here.

use std::time::Duration;

/// Rows in one flush at the most.
pub(crate) const FLUSH_ROWS_MAX: usize = 250_000;
/// Text of the events in one flush at the most.
pub(crate) const FLUSH_BYTES_MAX: usize = 128 << 20;
/// Not yet flushed rows before `append` waits.
pub(crate) const TAIL_ROWS_MAX: usize = 4 * FLUSH_ROWS_MAX;
/// Text of not yet flushed events before `append` waits.
pub(crate) const TAIL_BYTES_MAX: usize = 512 << 20;
/// Profiles per bucket: the container size of the audience engine's bitmaps, so that one bucket is one container.
pub(crate) const BUCKET_PROFILES_BITS: u32 = 16;
/// Files of a group (a bucket, or files that span buckets) of like size before they are merged.
pub(crate) const RUNS_MIN: usize = 6;
/// A larger file joins a merge when it has at most this many times the rows collected so far.
pub(crate) const RUN_GROWTH: u64 = 2;
/// Files one merge reads at the same time; each costs about a row group of memory.
pub(crate) const MERGE_FILES_MAX: usize = 16;
/// Files that span buckets are cut at bucket borders once they hold this many rows together.
pub(crate) const SPLIT_ROWS_MIN: u64 = 500_000;
/// Compaction waits while events come in faster than the interval flushes them, until there are so many files: a
/// timeline opens each file that may hold the customer.
pub(crate) const FILES_WHILE_BUSY_MAX: usize = 64;
/// Rows of a Parquet row group: what a writer holds in memory per open file.
pub(crate) const ROW_GROUP_ROWS: usize = 131_072;
/// Rows of a Parquet data page: what a point read decodes.
pub(crate) const PAGE_ROWS: usize = 4_096;
/// Commits between two checkpoints of the Delta log.
pub(crate) const CHECKPOINT_COMMITS: u32 = 20;
/// Rows `query` answers at the most.
pub(crate) const QUERY_ROWS_MAX: usize = 10_000;
/// A query is cancelled after this time.
pub(crate) const QUERY_TIME_MAX: Duration = Duration::from_secs(60);
/// Profiles one `timeline` may ask for (a profile and those merged into it).
pub(crate) const TIMELINE_PROFILES_MAX: usize = 10_000;
/// Pause after a flush that failed; doubles up to the maximum.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_millis(500);
pub(crate) const RETRY_PAUSE_MAX: Duration = Duration::from_secs(30);

/// What an instance may choose.
#[derive(Debug, Clone)]
pub struct LakeConfig {
    /// Events wait in memory this long at the most before they are written.
    pub flush_interval: Duration,
    /// Rows that trigger a flush before the interval is over; at most 250,000.
    pub flush_rows: usize,
    /// Memory all queries, compactions and erasures share; beyond it they spill to disk.
    pub memory_bytes: usize,
    /// Threads of one query.
    pub threads: usize,
    /// Whether the background task compacts by itself.
    pub compact: bool,
}

impl Default for LakeConfig {
    fn default() -> Self {
        Self {
            flush_interval: Duration::from_secs(10),
            flush_rows: FLUSH_ROWS_MAX,
            memory_bytes: 512 << 20,
            threads: 2,
            compact: true,
        }
    }
}

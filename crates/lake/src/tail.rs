//! The tail: batches taken from the pipeline and not yet in a file. Readers see it as part of the history.

use crate::LakeError;
use crate::config::{FLUSH_BYTES_MAX, FLUSH_ROWS_MAX, TAIL_BYTES_MAX, TAIL_ROWS_MAX};
use crate::schema::{self, Row};
use base::{ProfileId, WorkspaceId};
use deltalake::arrow::array::RecordBatch;
use events::ResolvedEvent;
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

/// What an event costs beyond its texts: the struct, its ids, its slot in the batch.
const EVENT_OVERHEAD_BYTES: usize = 300;

/// One batch of the pipeline. Arrow is made of it only when somebody queries.
pub(crate) struct Chunk {
    /// The inbox offset the batch ends at.
    pub end: u64,
    pub events: Vec<ResolvedEvent>,
    pub bytes: usize,
    arrow: OnceLock<Vec<(WorkspaceId, RecordBatch)>>,
}

impl Chunk {
    pub fn new(end: u64, events: Vec<ResolvedEvent>) -> Self {
        let bytes = events.iter().map(|item| event_bytes(&item.event)).sum();
        Self { end, events, bytes, arrow: OnceLock::new() }
    }

    /// The chunk's rows of one workspace as Arrow; made once.
    pub fn batch(&self, workspace: WorkspaceId) -> Result<Option<RecordBatch>, LakeError> {
        let batches = match self.arrow.get() {
            Some(batches) => batches,
            None => {
                let mut rows: Vec<Row<'_>> = self.events.iter().map(|item| (item, self.end)).collect();
                schema::sort_rows(&mut rows);
                let batches = schema::by_workspace(&rows)
                    .map(|(workspace, rows)| Ok((workspace, schema::batch_of(rows)?)))
                    .collect::<Result<Vec<_>, LakeError>>()?;
                self.arrow.get_or_init(|| batches)
            }
        };
        Ok(batches.iter().find(|(of, _)| *of == workspace).map(|(_, batch)| batch.clone()))
    }
}

fn event_bytes(event: &events::Event) -> usize {
    EVENT_OVERHEAD_BYTES
        + event.message_id.len()
        + event.name.len()
        + event.properties.text().len()
        + event.traits.text().len()
        + event.context.text().len()
}

/// Chunks in inbox order. Cloning is cheap: readers take a copy and go.
#[derive(Clone, Default)]
pub(crate) struct Tail {
    chunks: VecDeque<Arc<Chunk>>,
    rows: usize,
    bytes: usize,
}

impl Tail {
    pub fn rows(&self) -> usize {
        self.rows
    }
    pub fn is_full(&self) -> bool {
        self.rows >= TAIL_ROWS_MAX || self.bytes >= TAIL_BYTES_MAX
    }
    /// Enough for a flush before its time.
    pub fn wants_flush(&self, flush_rows: usize) -> bool {
        self.rows >= flush_rows.min(FLUSH_ROWS_MAX) || self.bytes >= FLUSH_BYTES_MAX
    }
    pub fn push(&mut self, chunk: Chunk) {
        self.rows += chunk.events.len();
        self.bytes += chunk.bytes;
        self.chunks.push_back(Arc::new(chunk));
    }
    pub fn chunks(&self) -> impl DoubleEndedIterator<Item = &Arc<Chunk>> {
        self.chunks.iter()
    }
    /// The first chunks that make up one flush: at least one, if there is any.
    pub fn next_flush(&self) -> Vec<Arc<Chunk>> {
        let (mut rows, mut bytes) = (0, 0);
        let fits = |chunk: &&Arc<Chunk>| {
            let fits =
                rows == 0 || (rows + chunk.events.len() <= FLUSH_ROWS_MAX && bytes + chunk.bytes <= FLUSH_BYTES_MAX);
            rows += chunk.events.len();
            bytes += chunk.bytes;
            fits
        };
        self.chunks.iter().take_while(fits).cloned().collect()
    }
    /// Forgets what is in the table now.
    pub fn drop_until(&mut self, end: u64) {
        while let Some(chunk) = self.chunks.front().filter(|chunk| chunk.end <= end) {
            self.rows -= chunk.events.len();
            self.bytes -= chunk.bytes;
            self.chunks.pop_front();
        }
    }
    /// Drops the events of these profiles; answers how many.
    pub fn erase(&mut self, workspace: WorkspaceId, profiles: &BTreeSet<ProfileId>) -> u64 {
        let before = self.rows;
        let hit = |item: &ResolvedEvent| item.event.workspace == workspace && profiles.contains(&item.profile);
        for slot in &mut self.chunks {
            if slot.events.iter().any(hit) {
                let kept = slot.events.iter().filter(|item| !hit(item)).cloned().collect();
                *slot = Arc::new(Chunk::new(slot.end, kept));
            }
        }
        self.rows = self.chunks.iter().map(|chunk| chunk.events.len()).sum();
        self.bytes = self.chunks.iter().map(|chunk| chunk.bytes).sum();
        (before - self.rows) as u64
    }
}

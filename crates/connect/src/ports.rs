//! What this room needs of others; `server` implements it.

use crate::definition::Kind;
use crate::rows::{RowsKind, RowsMapping};
use async_trait::async_trait;
use base::{ImportId, Json, Problem, SourceId, WorkspaceId};

/// What became of events or rows that were handed in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    pub accepted: u64,
    pub refused: Vec<Refused>,
    /// Less is kept than the events say: something of them was cut out, or some of them were left out.
    pub is_cut: bool,
}

/// An event the door does not take. `pointer` is relative to the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub index: usize,
    pub code: String,
    pub pointer: String,
    pub detail: String,
}

/// A file of rows to bring in.
#[derive(Debug, Clone)]
pub struct NewRows {
    pub workspace: WorkspaceId,
    pub source: SourceId,
    /// Shown in the list of imports.
    pub name: String,
    pub kind: RowsKind,
    /// `jsonl`, when it is known; else found out from the name and the content.
    pub format: Option<&'static str>,
    pub mapping: RowsMapping,
}

/// Where rows go; dropped without [`RowSink::finish`], nothing of them was taken.
#[async_trait]
pub trait RowSink: Send {
    fn id(&self) -> ImportId;
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem>;
    async fn finish(self: Box<Self>) -> Result<(), Problem>;
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStage {
    Running,
    Finished,
    Failed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportStatus {
    pub stage: ImportStage,
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
    pub code: Option<String>,
    pub detail: Option<String>,
}

/// A column of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub examples: Vec<String>,
    /// What the mapping makes of it.
    pub suggested: String,
}

/// The beginning of a file as an import would read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// csv, jsonl, parquet or xlsx.
    pub format: String,
    pub columns: Vec<Column>,
    pub rows: Vec<std::collections::BTreeMap<String, String>>,
    pub fields: Vec<String>,
    /// The mapping that would be used; None where there are no columns to map.
    pub mapping: Option<RowsMapping>,
}

/// The way in for events, and the sources they belong to: the room `collect`.
#[async_trait]
pub trait Door: Send + Sync + 'static {
    async fn create_source(&self, workspace: WorkspaceId, name: &str, kind: Kind) -> Result<SourceId, Problem>;
    async fn delete_source(&self, workspace: WorkspaceId, source: SourceId) -> Result<(), Problem>;
    /// Names of the workspace's sources that are not deleted.
    async fn sources(&self, workspace: WorkspaceId) -> Result<Vec<(SourceId, String)>, Problem>;
    /// What is wrong with events, before any is stored.
    fn check(&self, events: &[Json]) -> Vec<Refused>;
    /// What may be kept of a body, before it is known what it means: without the IP addresses its workspace does not
    /// keep whole. None: all of it. Asked again about its answer, it says None.
    fn short_body(&self, workspace: WorkspaceId, body: &str) -> Option<String>;
    /// The same for a header or a field of a form.
    fn short_value(&self, workspace: WorkspaceId, name: &str, value: &str) -> Option<String>;
    /// Stores events; durable when it answers.
    async fn accept(&self, source: SourceId, events: &[Json]) -> Result<Taken, Problem>;
    fn check_mapping(&self, kind: RowsKind, mapping: &RowsMapping) -> Result<(), Problem>;
    /// Reads the beginning of a file.
    async fn sample(&self, name: &str, head: Vec<u8>, kind: RowsKind, mapping: &RowsMapping)
    -> Result<Sample, Problem>;
    /// Bytes of a file [`Door::sample`] needs; None: all of it.
    fn sample_bytes(&self, first: &[u8]) -> Option<usize>;
    async fn begin_rows(&self, rows: NewRows) -> Result<Box<dyn RowSink>, Problem>;
    async fn import(&self, workspace: WorkspaceId, id: ImportId) -> Result<Option<ImportStatus>, Problem>;
}

/// A feed of products to bring in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFeed {
    pub workspace: WorkspaceId,
    pub source: SourceId,
    /// What it does not have is gone.
    pub whole: bool,
}

/// What became of a feed. Counts are of items.
#[derive(Debug, Clone, Default)]
pub struct FeedTaken {
    /// What [`Products::stands`] is asked for.
    pub run: String,
    pub read: u64,
    pub accepted: u64,
    pub refused: u64,
    /// Why it waits for a person before it is applied.
    pub held: Option<Problem>,
}

/// Where the bytes of a feed go; dropped without [`FeedSink::finish`], nothing of them is applied.
#[async_trait]
pub trait FeedSink: Send {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem>;
    async fn finish(self: Box<Self>) -> Result<FeedTaken, Problem>;
}

/// Whoever keeps products.
#[async_trait]
pub trait Products: Send + Sync + 'static {
    async fn begin(&self, feed: NewFeed) -> Result<Box<dyn FeedSink>, Problem>;
    /// Whether the source's products are still what this feed made them: no other was applied and none was deleted since.
    async fn stands(&self, workspace: WorkspaceId, source: SourceId, run: &str) -> Result<bool, Problem>;
    /// Values of the first `most` products by name. `complete`: `head` is the whole feed.
    async fn sample(
        &self,
        head: Vec<u8>,
        complete: bool,
        most: usize,
    ) -> Result<Vec<std::collections::BTreeMap<String, String>>, Problem>;
}

/// Keeps secrets unreadable in a copy of the database. `context` names their place: elsewhere they cannot be opened.
pub trait Vault: Send + Sync + 'static {
    fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, Problem>;
    fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Problem>;
}

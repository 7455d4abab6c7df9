//! What an import is.

use super::Mapping;
use base::{ImportId, Problem, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }
        impl $name {
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(/// What the rows are.
    ImportKind { Customers = "customers", Orders = "orders" });
named!(/// How the file is written.
    Format { Csv = "csv", Jsonl = "jsonl", Parquet = "parquet" });
named!(/// Where an import stands. `cancelled` and `failed` ones can be resumed while their file is there.
ImportState {
    Uploading = "uploading",
    Running = "running",
    Finished = "finished",
    Failed = "failed",
    Cancelled = "cancelled",
});

impl Format {
    /// By the file's name, else by its first bytes.
    pub fn guess(name: &str, head: &[u8]) -> Format {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("parquet" | "pq") => return Format::Parquet,
            Some("jsonl" | "ndjson") => return Format::Jsonl,
            Some("csv" | "tsv" | "txt") => return Format::Csv,
            _ => {}
        }
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            _ if head.starts_with(b"PAR1") => Format::Parquet,
            Some(b'{') => Format::Jsonl,
            _ => Format::Csv,
        }
    }
}

/// One import. Counts are of rows of the file; `events_sent` of what they became.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub workspace: WorkspaceId,
    pub id: ImportId,
    pub name: String,
    pub kind: ImportKind,
    pub format: Format,
    pub state: ImportState,
    pub mapping: Mapping,
    pub bytes_total: u64,
    pub bytes_done: u64,
    /// Known once the file was read to its end.
    pub rows_total: Option<u64>,
    pub rows_done: u64,
    pub rows_accepted: u64,
    pub rows_rejected: u64,
    pub events_sent: u64,
    /// Length of the rejected-rows file at the checkpoint.
    pub rejected_bytes: u64,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub error: Option<String>,
    /// The code of the problem, as the API has it.
    pub error_code: Option<String>,
}

impl Import {
    /// It cannot go on, at `now`.
    pub(crate) fn fail(&mut self, problem: &Problem, now: Timestamp) {
        (self.state, self.finished_at) = (ImportState::Failed, Some(now));
        (self.error, self.error_code) = (Some(problem.detail.clone()), Some(problem.code.to_owned()));
    }
}

//! What an import is.

use super::Mapping;
use base::{ImportId, Problem, SourceId, Timestamp, WorkspaceId};

base::words!(/// What the rows are.
    ImportKind { Customers = "customers", Orders = "orders", Events = "events", Companies = "companies" });
base::words!(/// How the file is written.
    Format { Csv = "csv", Jsonl = "jsonl", Parquet = "parquet", Xlsx = "xlsx" });
base::words!(/// Where an import stands. `cancelled` and `failed` ones can be resumed while their file is there.
ImportState {
    Uploading = "uploading",
    Running = "running",
    Finished = "finished",
    Failed = "failed",
    Cancelled = "cancelled",
});

impl Format {
    /// By the first bytes where they are sure, then by the file's name, else by what the bytes look like.
    pub fn guess(name: &str, head: &[u8]) -> Format {
        if let Some(sure) = Self::signed(head) {
            return sure;
        }
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            // Without a byte of it the name is all there is.
            Some("parquet" | "pq") if head.is_empty() => return Format::Parquet,
            Some("xlsx" | "xlsm") if head.is_empty() => return Format::Xlsx,
            Some("jsonl" | "ndjson") => return Format::Jsonl,
            Some("csv" | "tsv" | "txt") => return Format::Csv,
            _ => {}
        }
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            Some(b'{') => Format::Jsonl,
            _ => Format::Csv,
        }
    }

    /// The format the first four bytes are the signature of.
    pub fn signed(head: &[u8]) -> Option<Format> {
        match head {
            [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
            [b'P', b'K', 3, 4, ..] => Some(Format::Xlsx),
            _ => None,
        }
    }

    /// What is none of ours, and what to do about it.
    pub(crate) fn foreign(head: &[u8]) -> Option<&'static str> {
        match head {
            [0xd0, 0xcf, 0x11, 0xe0, ..] => {
                Some("this is an old Excel file (.xls) or one with a password; save it as .xlsx without a password")
            }
            [0x1f, 0x8b, ..] => Some("the file is compressed (gzip); unpack it first"),
            [b'%', b'P', b'D', b'F', ..] => Some("this is a PDF; export the table as CSV or .xlsx"),
            _ => None,
        }
    }
}

/// One import. Counts are of rows of the file; `events_sent` of what they became.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub workspace: WorkspaceId,
    pub id: ImportId,
    pub name: String,
    /// The source it belongs to, when a connection made it.
    pub source: Option<SourceId>,
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

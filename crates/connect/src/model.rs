//! What a connection is.

use crate::definition::{Definition, Kind, Secrets};
use base::{ImportId, SourceId, Timestamp, WorkspaceId};

base::words!(
    /// How a connection is doing.
    #[derive(utoipa::ToSchema)]
    #[schema(as = ConnectionHealthState, rename_all = "snake_case")]
    HealthState {
        /// Nothing came yet.
        Waiting = "waiting",
        Ok = "ok",
        Running = "running",
        Failing = "failing",
        Paused = "paused",
    }
);
base::words!(
    /// How a run stands or ended.
    #[derive(utoipa::ToSchema)]
    #[schema(as = ConnectionRunState, rename_all = "snake_case")]
    RunState {
        Running = "running",
        Done = "done",
        Failed = "failed",
        /// The program stopped in the middle; the next run goes on there.
        Interrupted = "interrupted",
    }
);
base::words!(
    /// What became of a payload.
    #[derive(utoipa::ToSchema)]
    #[schema(as = WebhookPayloadState, rename_all = "snake_case")]
    PayloadState {
        Mapped = "mapped",
        /// No rule wanted it.
        Nothing = "nothing",
        /// A rule wanted it and could not use it: kept for replay.
        Failed = "failed",
        /// There was no rule yet: kept for replay.
        Unmapped = "unmapped",
    }
);
base::words!(
    /// What became of a file.
    #[derive(utoipa::ToSchema)]
    #[schema(as = WatchedFileState, rename_all = "snake_case")]
    FileState { Importing = "importing", Done = "done", Failed = "failed" }
);

/// How it is doing, since when and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    pub state: HealthState,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub since: Option<Timestamp>,
}

/// A connection as it is stored, its secrets open: never shown as it is.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub workspace: WorkspaceId,
    pub id: SourceId,
    pub enabled: bool,
    pub version: i64,
    pub definition: Definition,
    pub secrets: Secrets,
    pub cursor: Option<String>,
    pub health: Health,
    pub next_run_at: Option<Timestamp>,
    pub last_run_at: Option<Timestamp>,
    pub lease_until: Timestamp,
    /// Failed files are tried again by the next run.
    pub retry: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A connection as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    pub id: SourceId,
    pub name: String,
    pub kind: Kind,
    pub enabled: bool,
    pub version: i64,
    pub definition: Definition,
    /// A webhook's signature secret, a database's password or an object store's secret is stored.
    pub secret_set: bool,
    pub health: Health,
    /// The token of a webhook's address.
    pub token: Option<String>,
    pub cursor: Option<String>,
    pub next_run_at: Option<Timestamp>,
    pub last_run_at: Option<Timestamp>,
    /// Payloads that wait for a replay.
    pub failed_payloads: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One time a source was asked. Counts are of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: String,
    pub state: RunState,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub read: u64,
    pub accepted: u64,
    pub refused: u64,
    pub files: u64,
    pub code: Option<String>,
    pub detail: Option<String>,
    /// What it brought, as imports: there are the refused rows.
    pub imports: Vec<ImportId>,
}

/// A delivery to a webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    pub id: String,
    pub received_at: Timestamp,
    pub state: PayloadState,
    pub events: u64,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: String,
}

/// A file of a watched folder.
#[derive(Debug, Clone, PartialEq)]
pub struct FileEntry {
    pub hash: String,
    pub name: String,
    pub bytes: u64,
    pub state: FileState,
    pub import: Option<ImportId>,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub taken_at: Timestamp,
}

/// A name that sorts by time: `run_` and 26 letters.
pub(crate) fn new_id(prefix: &str, now: Timestamp, rng: &dyn base::Rng) -> String {
    format!("{prefix}_{:012x}{:016x}", now.ms().max(0), rng.next_u64())
}

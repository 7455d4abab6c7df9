//! Every limit of this room.

/// Connections of one workspace.
pub const CONNECTIONS_MAX: usize = 200;
/// A definition as JSON.
pub const DEFINITION_BYTES_MAX: usize = 128 * 1024;

/// One delivery to a webhook.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;
/// Deliveries a second that one webhook takes over time; more are told to come back (429).
pub const DELIVERIES_PER_SECOND: u32 = 100;
/// Deliveries at once before that.
pub const DELIVERIES_BURST: u32 = 500;
/// Payloads shown for trying a mapping out.
pub const SAMPLES_KEPT: usize = 20;
/// Larger payloads that were mapped are not kept as samples.
pub const SAMPLE_BYTES_MAX: usize = 256 * 1024;
/// Payloads that could not be mapped, kept per webhook for replay; then deliveries are refused (503) until somebody
/// replays or the sender is stopped. The sender keeps them: nothing is dropped silently.
pub const WAITING_KEPT: u64 = 1_000;
pub const WAITING_BYTES_MAX: u64 = 64 << 20;
/// Payloads are deleted at this age: they hold personal data.
pub const PAYLOADS_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Of a payload's headers, those that tell what it is.
pub const HEADERS_MAX: usize = 40;
pub const HEADER_BYTES_MAX: usize = 500;

pub const RULES_MAX: usize = 20;
/// Events of one payload.
pub const EVENTS_PER_PAYLOAD_MAX: usize = 5_000;
pub const PATH_CHARS_MAX: usize = 300;
/// Properties, traits or identifiers of one rule.
pub const FIELDS_MAX: usize = 100;
/// A signed webhook is not older than this: what was recorded cannot be sent again later.
pub const SIGNATURE_AGE_MS_MAX: i64 = 5 * 60_000;

/// Runs of one connection that are kept.
pub const RUNS_KEPT: i64 = 200;
/// A run nobody has renewed for this long is taken up by another.
pub const LEASE_MS: i64 = 60_000;
/// How often the runner looks for what is due.
pub const TICK_MS: u64 = 1_000;
/// How often changes made by another node are looked for.
pub const RELOAD_MS: i64 = 5_000;
pub const PRUNE_MS: i64 = 3_600_000;

/// A file that has not grown for this long is whole.
pub const REST_MS: i64 = 5_000;
/// Files of one folder that are looked at.
pub const FILES_MAX: usize = 10_000;
/// Objects below one prefix that are listed, whatever they are called.
pub const OBJECTS_MAX: usize = 200_000;
/// One file of a folder.
pub const FILE_BYTES_MAX: u64 = 50 << 30;

/// How long a database may take to answer the first time.
pub const CONNECT_TIMEOUT_MS: u64 = 10_000;
/// How long a server may take for its first row or block, and between two.
pub const READ_TIMEOUT_MS: u64 = 120_000;
/// Rows read before they are imported and the cursor is saved.
pub const CHUNK_ROWS: usize = 50_000;
/// Rows of a query without a cursor.
pub const FULL_ROWS_MAX: u64 = 5_000_000;
pub const QUERY_CHARS_MAX: usize = 20_000;
/// Rows a test shows.
pub const TEST_ROWS: usize = 10;

//! Every limit of the edge. Those of the Segment HTTP API are kept as its SDKs know them.

/// One event, as JSON text.
pub const EVENT_BYTES_MAX: usize = 32 * 1024;
/// One request, after decompression.
pub const BATCH_BYTES_MAX: usize = 500 * 1024;
/// Items of one batch: what 500 KB hold of the smallest events, rounded.
pub const BATCH_ITEMS_MAX: usize = 10_000;
pub const MESSAGE_ID_CHARS_MAX: usize = 100;
pub const GROUP_ID_CHARS_MAX: usize = 500;
pub const USER_ID_CHARS_MAX: usize = 500;
/// Name of a track event, page or screen. Segment states none; longer names are mistakes and break screens.
pub const NAME_CHARS_MAX: usize = 250;
/// Keys of `properties` and of `traits`.
pub const PROPERTIES_MAX: usize = 300;
/// Nesting of objects and arrays in one event. The JSON reader behind the views stops at 128.
pub const DEPTH_MAX: usize = 64;
/// JSON in a text of JSON, and so on: looked into for addresses so many deep.
pub const TEXTS_WITHIN_MAX: usize = 8;
/// An event may say that it happens this far in the future before its clock is not believed.
pub const FUTURE_MS_MAX: i64 = 24 * 3_600_000;
/// `externalIds` of one event.
pub const EXTERNAL_IDS_MAX: usize = 20;

/// Rejected items kept per source, for the screen that shows what is wrong.
pub const REJECTIONS_KEPT: usize = 50;
/// Refused items and rows are personal data nobody asked us to keep: they are deleted at this age.
pub const REJECTIONS_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How often what is too old is looked for.
pub const PRUNE_MS: i64 = 3_600_000;
/// Of a rejected item this much text is kept; one that is shorter can be tried again.
pub const REJECTION_BYTES_MAX: usize = 8_192;
/// A rotated write key is still accepted for this long.
pub const KEY_OVERLAP_MS: i64 = 24 * 3_600_000;
/// An unknown write key makes us look into the store at most this often: another node may have made it.
pub const KEY_RELOAD_MS: i64 = 1_000;
/// Counters of sources are written at this interval.
pub const FLUSH_MS: u64 = 2_000;
pub const SOURCE_NAME_CHARS_MAX: usize = 100;

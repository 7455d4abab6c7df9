//! Every limit of this room.

/// A feed, unpacked.
pub const FEED_BYTES_MAX: u64 = 1 << 30;
/// Items of one feed.
pub const ITEMS_MAX: u64 = 1_000_000;
/// One tag, text or line of a feed.
pub const TOKEN_BYTES_MAX: usize = 1 << 20;
/// One item, all attributes together.
pub const ITEM_BYTES_MAX: usize = 256 * 1024;
/// Elements within elements.
pub const DEPTH_MAX: usize = 32;
/// Columns of a table, attributes of one item.
pub const FIELDS_MAX: usize = 300;
/// Line ends within the quotes of one field of a table. More are rows that a stray quotation mark made text of: the
/// longest description of 5,000 characters has room for as many lines of 25.
pub const FIELD_LINES_MAX: u64 = 200;
/// Ids that stand in what looks like rows within quotes, remembered of one feed.
pub const SWALLOWED_IDS_MAX: usize = 10_000;

/// A whole feed without more than this share of a source's products waits for a person.
pub const SHRINK_MAX: f64 = 0.5;
/// Refused items of a run that are kept with what is wrong.
pub const REFUSED_KEPT: u64 = 1_000;
/// Runs of one source that are kept.
pub const RUNS_KEPT: i64 = 100;
/// Sources of one workspace.
pub const SOURCES_MAX: i64 = 500;
/// Characters of the name of a source.
pub const SOURCE_CHARS_MAX: usize = 60;

/// Changes of price and availability kept per product.
pub const HISTORY_MAX: usize = 100;
/// Variants shown with a product.
pub const VARIANTS_MAX: usize = 100;
/// Products looked up at once by the shop's ids.
pub const LOOKUP_MAX: usize = 100;

/// Characters, as the Merchant specification has them.
pub const ID_CHARS_MAX: usize = 50;
pub const TITLE_CHARS_MAX: usize = 150;
pub const DESCRIPTION_CHARS_MAX: usize = 5_000;
pub const LINK_CHARS_MAX: usize = 2_000;
pub const BRAND_CHARS_MAX: usize = 70;
pub const CATEGORY_CHARS_MAX: usize = 750;
pub const WORD_CHARS_MAX: usize = 100;
pub const MATERIAL_CHARS_MAX: usize = 200;
pub const IMAGES_MAX: usize = 10;
pub const CUSTOM_LABELS: usize = 5;

/// Attributes kept that the room does not know, and how long they may be; more are left out.
pub const EXTRA_MAX: usize = 50;
pub const EXTRA_NAME_CHARS_MAX: usize = 60;
pub const EXTRA_VALUE_CHARS_MAX: usize = 1_000;

/// Words of a title from which a search finds it.
pub const TITLE_WORDS_MAX: usize = 8;
/// Characters a search by the beginning reaches.
pub const TERM_CHARS_MAX: usize = 60;

/// Items staged, or applied, in one transaction.
pub const CHUNK_ITEMS: usize = 500;
/// Items on their way from the reader to the staging, one batch of them: it is closed when it weighs this, or has
/// [`CHUNK_ITEMS`]. Five batches are alive at most.
pub const BATCH_BYTES_MAX: usize = 4 << 20;
/// A run nobody renewed for this long is taken up by another.
pub const LEASE_MS: i64 = 30_000;
/// How often it is looked for runs that were left.
pub const TICK_MS: u64 = 5_000;

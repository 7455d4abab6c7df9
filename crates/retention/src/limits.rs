//! Every number this room obeys.

use std::time::Duration;

/// Rules of a workspace.
pub const RULES_MAX: usize = 200;
/// Characters of an event's name, as at the door.
pub const NAME_CHARS_MAX: usize = 250;
pub const KEEP_DAYS_MAX: u32 = 36_500;
pub const KEEP_MONTHS_MAX: u32 = 1_200;
/// Days a month has at the least: what a rule in months keeps for certain.
pub(crate) const MONTH_DAYS_MIN: i64 = 28;
/// Names a receipt lists by rule.
pub const NAMES_LISTED_MAX: usize = 50;
/// Different names a census tells apart by rule; events of further ones are counted with "more".
pub(crate) const NAMES_COUNTED_MAX: usize = 10_000;
/// Computed traits and segments a receipt lists by rule.
pub const READERS_LISTED_MAX: usize = 100;
/// A dry run that takes longer is given up.
pub const DRY_RUN_TIME_MAX: Duration = Duration::from_secs(15 * 60);
/// How old a dry run may be that a rule is switched on by.
pub const DRY_RUN_AGE_MAX_MS: i64 = 24 * 3_600_000;
/// Dry runs are forgotten after this time; receipts of runs are kept.
pub(crate) const DRY_RUNS_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// When the night's run begins, in hours UTC.
pub const NIGHT_HOUR_UTC: i64 = 2;
/// How often it is looked whether a run is due.
pub(crate) const TICK: Duration = Duration::from_secs(30);
/// Attempts to find a moment at which nothing of the past is under way, and the pause between them.
pub(crate) const SETTLE_ATTEMPTS: usize = 12;
pub(crate) const SETTLE_PAUSE: Duration = Duration::from_secs(10);
/// Of a run's progress this share is counting; the rest is cutting.
pub(crate) const COUNTING_SHARE: f32 = 0.3;
pub(crate) const DAY_MS: i64 = 86_400_000;

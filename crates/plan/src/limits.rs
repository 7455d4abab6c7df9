//! How large a plan may be.

/// Bytes of one schema as JSON.
pub const SCHEMA_BYTES_MAX: usize = 65_536;
/// Nesting of objects and arrays in a schema. A property inside an object is two levels deeper.
pub const SCHEMA_DEPTH_MAX: usize = 32;
/// Properties one schema names, those inside objects included.
pub const SCHEMA_PROPERTIES_MAX: usize = 300;
/// Schemas inside a schema when every local `$ref` is followed: what judging one event can cost.
pub const SCHEMA_NODES_MAX: usize = 2_000;
/// Keywords `unevaluatedProperties` and `unevaluatedItems`: each looks at its neighbours once more.
pub const SCHEMA_UNEVALUATED_MAX: usize = 4;
/// Characters of a regular expression.
pub const PATTERN_CHARS_MAX: usize = 200;
/// Regular expressions in a schema.
pub const PATTERNS_MAX: usize = 50;
/// Bytes a compiled regular expression may take; `(a{1,1000}){1,1000}` takes more.
pub const PATTERN_COMPILED_BYTES_MAX: usize = 256 * 1024;
/// Entries of a workspace's plan, archived ones included.
pub const EVENTS_MAX: usize = 500;
pub const NAME_CHARS_MAX: usize = 250;
pub const DESCRIPTION_CHARS_MAX: usize = 2_000;
/// Values an enumerated property may have in the form.
pub const ALLOWED_VALUES_MAX: usize = 500;
/// Purposes and words about one property.
pub const PROPERTY_NAME_CHARS_MAX: usize = 200;

/// Violations told of one event; further ones are not looked for.
pub const VIOLATIONS_PER_EVENT_MAX: usize = 20;
/// Different violations of a workspace told apart in an hour; further ones are counted together.
pub const VIOLATIONS_PER_HOUR_MAX: usize = 1_000;
/// Events with violations remembered per workspace, for the live screen.
pub const RECENT_EVENTS_MAX: usize = 1_000;
/// Violations are forgotten at this age.
pub const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Counters are written, and changes of other nodes read, at this interval.
pub const FLUSH_MS: u64 = 2_000;
/// How often what is too old is looked for.
pub const PRUNE_MS: i64 = 3_600_000;
/// Rows of the list of violations.
pub const VIOLATIONS_SHOWN_MAX: usize = 500;

/// Newest events suggestions are made from.
pub const SAMPLE_EVENTS_MAX: usize = 10_000;
/// Events suggested.
pub const SUGGESTIONS_MAX: usize = 300;
/// Pages, or screens, suggested by name; of more only the entry for all of them is suggested.
pub const NAMED_PAGES_MAX: usize = 5;
/// Levels of objects a suggestion looks into.
pub const SUGGESTED_DEPTH_MAX: usize = 4;
/// A property that this share of the events has is suggested as required.
pub const REQUIRED_SHARE: f64 = 0.99;
/// Of fewer events nothing is said to be required.
pub const REQUIRED_EVENTS_MIN: u64 = 10;
/// Entries one request adopts.
pub const ADOPTED_MAX: usize = 200;

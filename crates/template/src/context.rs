//! What a rendering needs besides the data: where the text goes, how much it may cost, what time it is.

use crate::Template;
use std::collections::HashMap;
use std::sync::Arc;

/// Where the text ends up; decides how the value of `{{ }}` is made harmless there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputContext {
    /// HTML text and attribute values: `& < > " '` become entities unless the value went through `| raw`.
    Html,
    /// Nothing is changed.
    Text,
    /// One header line: CR, LF and other control characters are dropped.
    Header,
    /// A part of a URL: everything but letters, digits and `-._~` is percent-encoded.
    Url,
    /// Inside a JSON string literal.
    Json,
}

/// The most bytes one rendering may write, and the longest single text it may build.
pub const OUTPUT_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// All rounds of all loops of one rendering together.
pub const LOOP_ITERATIONS_MAX: u64 = 100_000;
/// Blocks inside blocks, counted through content blocks; keeps the stack small.
pub const NESTING_MAX: u32 = 100;
/// Content blocks inside content blocks.
pub const INCLUDE_DEPTH_MAX: u32 = 10;
/// A step is a tag, a filter, a list element touched or 64 bytes copied: about 0.1 to 0.5 µs, so this is about a second.
pub const STEPS_MAX: u64 = 2_000_000;

/// Bounds of one rendering. The defaults are far above what a message needs.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub output_bytes_max: u64,
    pub loop_iterations_max: u64,
    pub nesting_max: u32,
    pub include_depth_max: u32,
    pub steps_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            output_bytes_max: OUTPUT_BYTES_MAX,
            loop_iterations_max: LOOP_ITERATIONS_MAX,
            nesting_max: NESTING_MAX,
            include_depth_max: INCLUDE_DEPTH_MAX,
            steps_max: STEPS_MAX,
        }
    }
}

/// Where `{% include %}`, `{% render %}` and `{% content_block %}` find their templates. Nothing is loaded during rendering.
pub trait Partials: Sync {
    fn partial(&self, name: &str) -> Option<&Template>;
}

/// For messages without content blocks.
pub struct NoPartials;

impl Partials for NoPartials {
    fn partial(&self, _name: &str) -> Option<&Template> {
        None
    }
}

impl<S: std::hash::BuildHasher + Sync> Partials for HashMap<String, Template, S> {
    fn partial(&self, name: &str) -> Option<&Template> {
        self.get(name)
    }
}

impl<S: std::hash::BuildHasher + Sync> Partials for HashMap<String, Arc<Template>, S> {
    fn partial(&self, name: &str) -> Option<&Template> {
        self.get(name).map(|template| &**template)
    }
}

/// Everything a rendering needs besides the data.
#[derive(Clone, Copy)]
pub struct RenderContext<'a> {
    pub output: OutputContext,
    pub limits: Limits,
    /// What `'now' | date` means.
    pub now_ms: i64,
    /// IANA name; dates are shown in this zone.
    pub time_zone: &'a str,
    /// `en`, `nl`, `sv` or `fy`, also with a region (`nl-BE`); others read as `en`.
    pub locale: &'a str,
    pub partials: &'a dyn Partials,
}

impl<'a> RenderContext<'a> {
    /// UTC, English, default limits, no content blocks.
    pub fn new(output: OutputContext, now_ms: i64) -> RenderContext<'static> {
        RenderContext {
            output,
            limits: Limits::default(),
            now_ms,
            time_zone: "UTC",
            locale: "en",
            partials: &NoPartials,
        }
    }

    /// The same, for text that goes somewhere else.
    pub fn with_output(&self, output: OutputContext) -> RenderContext<'a> {
        RenderContext { output, ..*self }
    }
}

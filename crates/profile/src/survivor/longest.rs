use super::{SPARE_MAX, Said, Survivor, keep_staircase};
use base::Json;
use std::cmp::Reverse;

/// The text with the most letters, or the list with the most entries.
pub(super) struct Longest;

fn length(value: &Json) -> usize {
    match value {
        Json::String(text) => text.trim().chars().count(),
        Json::Array(items) => items.len(),
        other => other.to_string().len(),
    }
}

impl Survivor for Longest {
    fn code(&self) -> &'static str {
        "longest"
    }
    fn words(&self) -> &'static str {
        "The longest value stays."
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(|one, other| {
            Reverse(length(one.value())).cmp(&Reverse(length(other.value()))).then_with(|| one.later_first(other))
        });
        keep_staircase(said, 1 + SPARE_MAX);
    }
}

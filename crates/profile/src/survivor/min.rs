use super::order::{greater_first, is_comparable};
use super::{SPARE_MAX, Said, Survivor, keep_staircase};
use base::Json;

/// The smallest: numbers, texts (dates among them), no before yes.
pub(super) struct Min;

impl Survivor for Min {
    fn code(&self) -> &'static str {
        "min"
    }
    fn words(&self) -> &'static str {
        "The lowest value stays."
    }
    fn parts(&self, value: &Json) -> Vec<Json> {
        Vec::from_iter(is_comparable(value).then(|| value.clone()))
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(|one, other| greater_first(one.value(), other.value(), true).then_with(|| one.later_first(other)));
        keep_staircase(said, 1 + SPARE_MAX);
    }
}

use super::{SPARE_MAX, Said, Survivor};

/// What was said first. The next ones are kept for the case that it is taken back.
pub(super) struct First;

impl Survivor for First {
    fn code(&self) -> &'static str {
        "first"
    }
    fn words(&self) -> &'static str {
        "The first value stays."
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(|one, other| other.later_first(one));
        said.dedup();
        said.truncate(1 + SPARE_MAX);
    }
}

use super::{Said, Survivor};

/// What was said last.
pub(super) struct Latest;

impl Survivor for Latest {
    fn code(&self) -> &'static str {
        "latest"
    }
    fn words(&self) -> &'static str {
        "The latest value stays."
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(Said::later_first);
        said.truncate(1);
    }
}

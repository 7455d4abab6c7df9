use super::{Said, Survivor, keep_staircase};

/// What the most trusted source said last. Sources that are not in the order come after those that are.
pub(super) struct MostTrusted;

impl Survivor for MostTrusted {
    fn code(&self) -> &'static str {
        "most_trusted"
    }
    fn words(&self) -> &'static str {
        "The value of the most trusted source stays; of one source the latest."
    }
    fn has_sources(&self) -> bool {
        true
    }
    fn settle(&self, said: &mut Vec<Said>, sources: &[String]) {
        let trust = |one: &Said| sources.iter().position(|source| source == one.source()).unwrap_or(sources.len());
        said.sort_by(|one, other| trust(one).cmp(&trust(other)).then_with(|| one.later_first(other)));
        // Of each source in the order one at most: nothing is ever left out that could come to hold.
        keep_staircase(said, sources.len() + 1);
    }
}

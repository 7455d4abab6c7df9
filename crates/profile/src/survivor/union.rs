use super::{Outcome, Said, Survivor};
use crate::document::TRAIT_VALUE_BYTES_MAX;
use base::Json;
use std::collections::HashSet;

/// Everything that was ever said, each once: lists entry by entry, anything else as one entry. In the order of the texts.
pub(super) struct Union;

/// Entries; of more those that were said last.
const ENTRIES_MAX: usize = 200;

impl Survivor for Union {
    fn code(&self) -> &'static str {
        "union"
    }
    fn words(&self) -> &'static str {
        "All values stay, as one list."
    }
    fn parts(&self, value: &Json) -> Vec<Json> {
        match value {
            Json::Array(items) => items.iter().filter(|item| !item.is_null()).cloned().collect(),
            other => vec![other.clone()],
        }
    }
    fn settle(&self, said: &mut Vec<Said>, _: &[String]) {
        said.sort_by(Said::later_first);
        let mut seen = HashSet::new();
        said.retain(|one| seen.insert(one.value().to_string()));
        // What fits into a trait, beginning with the latest: whatever comes before an entry comes before it for ever.
        let mut bytes = "[]".len();
        let fits = said.iter().take(ENTRIES_MAX).take_while(|one| {
            bytes += one.value().to_string().len() + 1;
            bytes <= TRAIT_VALUE_BYTES_MAX
        });
        let count = fits.count();
        said.truncate(count);
    }
    fn holding<'s>(&self, said: &'s [Said]) -> &'s [Said] {
        said
    }
    fn outcome(&self, said: &[Said]) -> Option<Outcome> {
        let last = said.first()?;
        let mut entries: Vec<&Json> = said.iter().map(Said::value).collect();
        entries.sort_by_cached_key(|entry| entry.to_string());
        Some(Outcome { value: Json::Array(entries.into_iter().cloned().collect()), ..Outcome::from(last) })
    }
}

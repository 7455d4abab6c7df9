//! Counting what a run finds.

use crate::limits::{NAMES_COUNTED_MAX, NAMES_LISTED_MAX, READERS_LISTED_MAX};
use crate::model::{NameCount, Reader, RuleOutcome, What, customer};
use crate::ports::Seen;
use base::Timestamp;
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// What was found of one rule. Memory: the names, and a bit per customer.
#[derive(Default)]
struct Found {
    events: u64,
    customers: RoaringBitmap,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// By kind and name.
    names: HashMap<(String, String), u64>,
    uncounted: u64,
}

pub(crate) struct Census {
    rules: Vec<Found>,
    customers: RoaringBitmap,
}

impl Census {
    pub fn new(rules: usize) -> Self {
        Self { rules: (0..rules).map(|_| Found::default()).collect(), customers: RoaringBitmap::new() }
    }

    pub fn see(&mut self, seen: &Seen<'_>) {
        let Some(found) = self.rules.get_mut(usize::from(seen.rule)) else { return };
        found.events += 1;
        if let Some(number) = customer(seen.profile) {
            found.customers.insert(number);
            self.customers.insert(number);
        }
        found.oldest = Some(found.oldest.map_or(seen.at, |at| at.min(seen.at)));
        found.newest = Some(found.newest.map_or(seen.at, |at| at.max(seen.at)));
        let key = (seen.kind.to_owned(), seen.name.to_owned());
        if found.names.len() < NAMES_COUNTED_MAX || found.names.contains_key(&key) {
            *found.names.entry(key).or_default() += 1;
        } else {
            found.uncounted += 1;
        }
    }

    /// Writes what was found into the outcomes; answers (events, customers) over all.
    pub fn write(self, outcomes: &mut [RuleOutcome], readers: &[(Reader, Vec<String>)]) -> (u64, u64) {
        let mut events = 0;
        for (outcome, found) in outcomes.iter_mut().zip(self.rules) {
            events += found.events;
            outcome.readers = readers_of(outcome, &found, readers);
            outcome.events = found.events;
            outcome.customers = found.customers.len();
            (outcome.oldest_at, outcome.newest_at) = (found.oldest, found.newest);
            let count = |((kind, name), events): ((String, String), u64)| NameCount { name, kind, events };
            let mut names: Vec<NameCount> = found.names.into_iter().map(count).collect();
            names.sort_by(|one, other| (other.events, &one.name).cmp(&(one.events, &other.name)));
            outcome.more_names = (names.len().saturating_sub(NAMES_LISTED_MAX)) as u64 + u64::from(0 < found.uncounted);
            names.truncate(NAMES_LISTED_MAX);
            outcome.names = names;
        }
        (events, self.customers.len())
    }
}

/// What reads an event that was found, or that the rule names.
fn readers_of(outcome: &RuleOutcome, found: &Found, readers: &[(Reader, Vec<String>)]) -> Vec<Reader> {
    let target = &outcome.draft.target;
    let reads = |name: &String| {
        (target.what == What::Event && target.name == *name) || found.names.keys().any(|(_, other)| other == name)
    };
    let mut reading: Vec<Reader> =
        readers.iter().filter(|(_, names)| names.iter().any(reads)).map(|(reader, _)| reader.clone()).collect();
    reading.sort();
    reading.truncate(READERS_LISTED_MAX);
    reading
}

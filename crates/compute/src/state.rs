//! What is kept of one customer for one computed trait.
//!
//! A window that stands still needs one [`Partial`]; one that rolls keeps a partial per moment, and forgets what has
//! left it. Up to [`ENTRIES_EXACT_MAX`] moments are kept to the millisecond, more to the hour.

use crate::definition::EventAggregate;
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Moments inside a rolling window that are kept to the millisecond.
pub const ENTRIES_EXACT_MAX: usize = 1_000;
const HOUR_MS: i64 = 3_600_000;

/// Stored as JSON: `{"p":{…}}` or `{"w":{"MS":{…}}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum State {
    #[serde(rename = "p")]
    Whole(Box<Partial>),
    #[serde(rename = "w")]
    Rolling(BTreeMap<i64, Partial>),
}

impl State {
    pub fn new(definition: &EventAggregate) -> Self {
        match definition.window() {
            Window::Last(_) => Self::Rolling(BTreeMap::new()),
            _ => Self::Whole(Box::default()),
        }
    }

    /// Takes an event that the definition selects.
    pub(crate) fn take(&mut self, definition: &EventAggregate, at: Timestamp, values: &[Scalar<'_>]) {
        match self {
            Self::Whole(partial) => definition.aggregate.take(partial, at, values),
            Self::Rolling(entries) => {
                definition.aggregate.take(entries.entry(at.ms()).or_default(), at, values);
                coarsen(entries);
            }
        }
    }

    /// Adds what is kept of other events of the same definition.
    pub fn merge(&mut self, other: &State) {
        match (self, other) {
            (Self::Whole(own), Self::Whole(other)) => own.merge(other),
            (Self::Rolling(own), Self::Rolling(other)) => {
                for (at, partial) in other {
                    own.entry(*at).or_default().merge(partial);
                }
                coarsen(own);
            }
            // Both are of one definition, so they are of one form.
            _ => {}
        }
    }

    /// Forgets what the window has left behind.
    pub fn prune(&mut self, definition: &EventAggregate, now: Timestamp) {
        if let Self::Rolling(entries) = self {
            let (from, _) = definition.window().range(now);
            *entries = entries.split_off(&from);
        }
    }

    /// The value at `now`; null: there is none.
    pub fn value(&self, definition: &EventAggregate, now: Timestamp) -> Json {
        definition.aggregate.value(&self.within(definition, now), now)
    }

    fn within(&self, definition: &EventAggregate, now: Timestamp) -> Partial {
        match self {
            Self::Whole(partial) => (**partial).clone(),
            Self::Rolling(entries) => {
                let (from, to) = definition.window().range(now);
                let mut sum = Partial::default();
                entries.range(from..to).for_each(|(_, partial)| sum.merge(partial));
                sum
            }
        }
    }

    /// When time alone changes the value.
    pub fn next_change(&self, definition: &EventAggregate, now: Timestamp) -> Option<Timestamp> {
        let of_value = definition.aggregate.next_change(&self.within(definition, now), now);
        let of_window = match (self, definition.window()) {
            (Self::Rolling(entries), Window::Last(span)) => {
                entries.keys().filter_map(|at| span.next_change(Timestamp::from_ms(*at), now)).min()
            }
            _ => None,
        };
        of_value.into_iter().chain(of_window).min()
    }

    pub fn to_text(&self) -> String {
        // Numbers and strings only: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Brings the moments of one hour together where there are too many.
fn coarsen(entries: &mut BTreeMap<i64, Partial>) {
    if entries.len() <= ENTRIES_EXACT_MAX {
        return;
    }
    let mut hours: BTreeMap<i64, Partial> = BTreeMap::new();
    for (at, partial) in std::mem::take(entries) {
        hours.entry(at.div_euclid(HOUR_MS) * HOUR_MS).or_default().merge(&partial);
    }
    *entries = hours;
}

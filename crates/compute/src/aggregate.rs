//! What can be worked out of the events of one customer. Adding one is a file in `aggregates/` and its line in
//! [`AGGREGATES`].

use crate::aggregates::*;
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

/// Whether an aggregate looks at a property of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyUse {
    /// It counts or dates the events themselves.
    No,
    /// Without one it answers with the time of the event.
    Optional,
    Yes,
}

impl PropertyUse {
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Optional => "optional",
            Self::Yes => "yes",
        }
    }
}

/// One way to add up events.
pub trait Aggregate: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    fn property(&self) -> PropertyUse;
    /// The type of the values; None: that of the property.
    fn value_type(&self) -> Option<ValueType>;
    /// Takes an event that happened at `at` with these values of the property.
    fn take(&self, partial: &mut Partial, at: Timestamp, values: &[Scalar<'_>]);
    /// The answer; null: there is none.
    fn value(&self, partial: &Partial, now: Timestamp) -> Json;
    /// When time alone changes the answer.
    fn next_change(&self, _partial: &Partial, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

/// The registry.
pub const AGGREGATES: &[&dyn Aggregate] = &[
    &count::Count,
    &sum::Sum,
    &average::Average,
    &min::Min,
    &max::Max,
    &first::First,
    &last::Last,
    &most_frequent::MostFrequent,
    &unique_list::UniqueList,
    &days_since::DaysSince,
];

pub(crate) fn named(name: &str) -> Option<&'static dyn Aggregate> {
    AGGREGATES.iter().copied().find(|aggregate| aggregate.name() == name)
}

//! The value of a property that occurs most often; between equals the one that occurred last.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct MostFrequent;

impl Aggregate for MostFrequent {
    fn name(&self) -> &'static str {
        "most_frequent"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Yes
    }
    fn value_type(&self) -> Option<ValueType> {
        None
    }
    fn take(&self, partial: &mut Partial, at: Timestamp, values: &[Scalar<'_>]) {
        partial.note_values(at, values);
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        let most = partial.values.iter().max_by_key(|(text, seen)| (seen.0, seen.1, text.as_str()));
        most.map_or(Json::Null, |(text, _)| crate::partial::value_of(text))
    }
}

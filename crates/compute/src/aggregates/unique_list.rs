//! Every value of a property once, the latest first.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct UniqueList;

impl Aggregate for UniqueList {
    fn name(&self) -> &'static str {
        "unique_list"
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
        if partial.values.is_empty() {
            return Json::Null;
        }
        let mut values: Vec<_> = partial.values.iter().collect();
        values.sort_by_key(|(text, seen)| (std::cmp::Reverse(seen.1), text.as_str()));
        values.into_iter().map(|(text, _)| crate::partial::value_of(text)).collect()
    }
}

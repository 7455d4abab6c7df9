//! The value of a property at the last event that has one; without a property, when that event happened.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Last;

impl Aggregate for Last {
    fn name(&self) -> &'static str {
        "last"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Optional
    }
    fn value_type(&self) -> Option<ValueType> {
        None
    }
    fn take(&self, partial: &mut Partial, at: Timestamp, values: &[Scalar<'_>]) {
        partial.take_last(at, values);
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.last.as_ref().map_or(Json::Null, |(_, value)| value.clone())
    }
}

//! The value of a property at the first event that has one; without a property, when that event happened.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct First;

impl Aggregate for First {
    fn name(&self) -> &'static str {
        "first"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Optional
    }
    fn value_type(&self) -> Option<ValueType> {
        None
    }
    fn take(&self, partial: &mut Partial, at: Timestamp, values: &[Scalar<'_>]) {
        partial.take_first(at, values);
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.first.as_ref().map_or(Json::Null, |(_, value)| value.clone())
    }
}

//! The mean of a numeric property, over its values: an event with three prices counts three times.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Average;

impl Aggregate for Average {
    fn name(&self) -> &'static str {
        "average"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Yes
    }
    fn value_type(&self) -> Option<ValueType> {
        Some(ValueType::Number)
    }
    fn take(&self, partial: &mut Partial, _at: Timestamp, values: &[Scalar<'_>]) {
        partial.add_numbers(values);
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.sum.mean(partial.count)
    }
}

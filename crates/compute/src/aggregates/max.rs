//! The largest value of a numeric property.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Max;

impl Aggregate for Max {
    fn name(&self) -> &'static str {
        "max"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Yes
    }
    fn value_type(&self) -> Option<ValueType> {
        Some(ValueType::Number)
    }
    fn take(&self, partial: &mut Partial, _at: Timestamp, values: &[Scalar<'_>]) {
        for number in values.iter().filter_map(Scalar::number) {
            partial.max = Some(partial.max.map_or(number, |max| max.max(number)));
        }
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.max.map_or(Json::Null, |number| Scalar::Number(number).to_json())
    }
}

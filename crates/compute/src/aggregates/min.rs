//! The smallest value of a numeric property.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Min;

impl Aggregate for Min {
    fn name(&self) -> &'static str {
        "min"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::Yes
    }
    fn value_type(&self) -> Option<ValueType> {
        Some(ValueType::Number)
    }
    fn take(&self, partial: &mut Partial, _at: Timestamp, values: &[Scalar<'_>]) {
        for number in values.iter().filter_map(Scalar::number) {
            partial.min = Some(partial.min.map_or(number, |min| min.min(number)));
        }
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.min.map_or(Json::Null, |number| Scalar::Number(number).to_json())
    }
}

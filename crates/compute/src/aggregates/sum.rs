//! The sum of a numeric property. Values that are no number are left out.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Sum;

impl Aggregate for Sum {
    fn name(&self) -> &'static str {
        "sum"
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
        partial.sum.to_json()
    }
}

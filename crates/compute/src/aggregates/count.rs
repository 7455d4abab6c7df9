//! How often the event happened.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

pub struct Count;

impl Aggregate for Count {
    fn name(&self) -> &'static str {
        "count"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::No
    }
    fn value_type(&self) -> Option<ValueType> {
        Some(ValueType::Number)
    }
    fn take(&self, partial: &mut Partial, _at: Timestamp, _values: &[Scalar<'_>]) {
        partial.count += 1;
    }
    fn value(&self, partial: &Partial, _now: Timestamp) -> Json {
        partial.count.into()
    }
}

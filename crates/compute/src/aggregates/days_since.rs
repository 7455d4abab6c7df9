//! Whole days since the event last happened.

use crate::aggregate::{Aggregate, PropertyUse};
use crate::partial::Partial;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueType};

const DAY_MS: i64 = 86_400_000;

pub struct DaysSince;

impl Aggregate for DaysSince {
    fn name(&self) -> &'static str {
        "days_since"
    }
    fn property(&self) -> PropertyUse {
        PropertyUse::No
    }
    fn value_type(&self) -> Option<ValueType> {
        Some(ValueType::Number)
    }
    fn take(&self, partial: &mut Partial, at: Timestamp, _values: &[Scalar<'_>]) {
        partial.take_last(at, &[]);
    }
    fn value(&self, partial: &Partial, now: Timestamp) -> Json {
        let Some((last, _)) = &partial.last else { return Json::Null };
        (now.ms_since(Timestamp::from_ms(*last)).max(0) / DAY_MS).into()
    }
    fn next_change(&self, partial: &Partial, now: Timestamp) -> Option<Timestamp> {
        let (last, _) = partial.last.as_ref()?;
        let days = now.ms_since(Timestamp::from_ms(*last)).max(0) / DAY_MS;
        Some(Timestamp::from_ms(last + (days + 1) * DAY_MS))
    }
}

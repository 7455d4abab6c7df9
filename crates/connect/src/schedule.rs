//! When a source is asked again.

use crate::error::invalid;
use base::{Problem, Timestamp};
use jiff::ToSpan;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{Object, ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const MINUTES_MAX: u32 = 7 * 24 * 60;

/// Either every so many minutes, or once a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
    /// `03:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_at: Option<String>,
    /// IANA name of the clock `daily_at` is read on; UTC otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { every_minutes: Some(15), daily_at: None, time_zone: None }
    }
}

/// One way or the other, which fields that are all optional would not say.
impl PartialSchema for Schedule {
    fn schema() -> RefOr<Schema> {
        let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about)).build();
        let minutes = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MINUTES_MAX))
            .description(Some("Minutes from one time to the next."))
            .build();
        let way = |name: &str, value: Object| {
            ObjectBuilder::new()
                .property(name, value)
                .required(name)
                .property("time_zone", text("IANA name of the clock `daily_at` is read on; UTC otherwise."))
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        OneOfBuilder::new()
            .description(Some("When a source is asked again: every so many minutes, or once a day."))
            .item(way("every_minutes", minutes))
            .item(way("daily_at", text("`03:00`.")))
            .into()
    }
}

impl ToSchema for Schedule {
    fn name() -> Cow<'static, str> {
        "ConnectionSchedule".into()
    }
}

impl Schedule {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        match (self.every_minutes, &self.daily_at) {
            (Some(1..=MINUTES_MAX), None) => {}
            (None, Some(at)) => {
                at.parse::<Time>()
                    .map_err(|_| invalid("/definition/schedule/daily_at", "must be a time of day such as 03:00"))?;
            }
            (Some(_), None) => {
                let detail = format!("must lie between 1 and {MINUTES_MAX} minutes");
                return Err(invalid("/definition/schedule/every_minutes", detail));
            }
            _ => return Err(invalid("/definition/schedule", "must say either every_minutes or daily_at")),
        }
        self.zone()
            .map(|_| ())
            .ok_or_else(|| invalid("/definition/schedule/time_zone", "must be a name such as Europe/Amsterdam"))
    }

    fn zone(&self) -> Option<TimeZone> {
        self.time_zone.as_deref().map_or(Some(TimeZone::UTC), |name| TimeZone::get(name).ok())
    }

    /// The first moment after `now` that is due.
    pub(crate) fn next(&self, now: Timestamp) -> Timestamp {
        if let Some(minutes) = self.every_minutes {
            return now.plus_ms(i64::from(minutes) * 60_000);
        }
        self.next_day(now).unwrap_or_else(|| now.plus_ms(24 * 3_600_000))
    }

    fn next_day(&self, now: Timestamp) -> Option<Timestamp> {
        let at: Time = self.daily_at.as_deref()?.parse().ok()?;
        let zone = self.zone()?;
        let here = jiff::Timestamp::from_millisecond(now.ms()).ok()?.to_zoned(zone.clone());
        for days in 0..=1 {
            let day = here.date().checked_add(days.days()).ok()?;
            // An hour that the change to summer time leaves out is the one after it.
            let due = day.to_datetime(at).to_zoned(zone.clone()).ok()?;
            if due > here {
                return Some(Timestamp::from_ms(due.timestamp().as_millisecond()));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("a time")
    }

    #[test]
    fn a_day_is_the_day_of_the_shops_clock_also_when_summer_ends() {
        let daily = Schedule {
            every_minutes: None,
            daily_at: Some("03:00".into()),
            time_zone: Some("Europe/Amsterdam".into()),
        };
        daily.check().expect("right");
        assert_eq!(daily.next(at("2026-07-01T00:30:00Z")), at("2026-07-01T01:00:00Z"));
        assert_eq!(daily.next(at("2026-07-01T01:00:00Z")), at("2026-07-02T01:00:00Z"));
        assert_eq!(daily.next(at("2026-10-24T02:00:00Z")), at("2026-10-25T02:00:00Z"), "winter: an hour later in UTC");
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let wrong = [
            Schedule { every_minutes: Some(0), daily_at: None, time_zone: None },
            Schedule { every_minutes: None, daily_at: None, time_zone: None },
            Schedule { every_minutes: Some(5), daily_at: Some("03:00".into()), time_zone: None },
            Schedule { every_minutes: None, daily_at: Some("25:00".into()), time_zone: None },
            Schedule { every_minutes: Some(5), daily_at: None, time_zone: Some("Mars".into()) },
        ];
        assert!(wrong.iter().all(|schedule| schedule.check().is_err()));
        assert_eq!(Schedule::default().next(at("2026-07-01T00:30:00Z")), at("2026-07-01T00:45:00Z"));
    }
}

//! Which day it was there: the one place that turns an instant into a day of the workspace's time zone.

use crate::MeasureError;
use base::{Timestamp, WorkspaceId};
use jiff::civil::Date;
use jiff::tz::TimeZone;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// The calendar of one workspace. Remembers the last day's bounds, because events come in runs.
#[derive(Debug, Clone)]
pub struct DayCalendar {
    zone: TimeZone,
    known: Option<KnownDay>,
}

#[derive(Debug, Clone, Copy)]
struct KnownDay {
    from_ms: i64,
    until_ms: i64,
    day: i64,
}

impl DayCalendar {
    pub fn new(workspace: WorkspaceId, time_zone: &str) -> Result<Self, MeasureError> {
        let zone = TimeZone::get(time_zone)
            .map_err(|_| MeasureError::TimeZone { workspace, name: time_zone.chars().take(60).collect() })?;
        Ok(Self { zone, known: None })
    }

    /// Days since 1970-01-01 on the wall there. Times outside the years ±9999 fall on the UTC day.
    pub fn day_of(&mut self, at: Timestamp) -> i64 {
        if let Some(known) = self.known.filter(|known| (known.from_ms..known.until_ms).contains(&at.ms())) {
            return known.day;
        }
        let Ok(instant) = jiff::Timestamp::from_millisecond(at.ms()) else { return at.utc_day() };
        let zoned = instant.to_zoned(self.zone.clone());
        let day = day_number(zoned.date());
        let bounds = zoned.start_of_day().and_then(|start| Ok((start.clone(), start.tomorrow()?)));
        if let Ok((start, next)) = bounds {
            let from_ms = start.timestamp().as_millisecond();
            self.known = Some(KnownDay { from_ms, until_ms: next.timestamp().as_millisecond(), day });
        }
        day
    }

    /// When `day` begins there; midnight, or the first instant after it where a clock change skips midnight.
    pub fn start_of(&self, day: i64) -> Timestamp {
        let start = date_of(day).and_then(|date| date.to_zoned(self.zone.clone()).ok());
        Timestamp::from_ms(start.map_or(day * 86_400_000, |start| start.timestamp().as_millisecond()))
    }
}

/// ISO 8601 text of a day number.
pub fn day_text(day: i64) -> String {
    date_of(day).map_or_else(|| format!("day {day}"), |date| date.to_string())
}

fn date_of(day: i64) -> Option<Date> {
    let days = i32::try_from(day).ok()?;
    EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

fn day_number(date: Date) -> i64 {
    i64::from(date.since((jiff::Unit::Day, EPOCH)).map_or(0, |span| span.get_days()))
}

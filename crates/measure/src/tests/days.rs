//! Which day it was there.

use super::*;
use crate::engine::day::day_text;

#[track_caller]
fn check(zone: &str, at: &str, expected: &str) {
    let mut calendar = DayCalendar::new(SHOP, zone).unwrap();
    let at = Timestamp::parse(at).unwrap();
    let day = calendar.day_of(at);
    assert_eq!(day_text(day), expected, "{zone} {at}");
    assert_eq!(calendar.day_of(at), day, "remembered");
    assert!(calendar.start_of(day) <= at && at < calendar.start_of(day + 1), "{zone} {at} lies in its day");
}

#[test]
fn a_day_begins_at_local_midnight() {
    check("Europe/Amsterdam", "2026-11-21T22:59:59.999Z", "2026-11-21");
    check("Europe/Amsterdam", "2026-11-21T23:00:00Z", "2026-11-22");
    check("Pacific/Tongatapu", "2026-11-22T11:00:00Z", "2026-11-23");
    check("Pacific/Midway", "2026-11-22T10:59:59Z", "2026-11-21");
    check("UTC", "1969-12-31T23:59:59Z", "1969-12-31");
}

#[test]
fn a_day_is_23_or_25_hours_long_when_the_clock_changes() {
    check("Europe/Amsterdam", "2026-03-28T23:00:00Z", "2026-03-29");
    check("Europe/Amsterdam", "2026-03-29T22:00:00Z", "2026-03-30");
    check("Europe/Amsterdam", "2026-10-25T22:59:59Z", "2026-10-25");
    // Midnight does not exist there on that day.
    check("America/Sao_Paulo", "2017-10-15T03:00:00Z", "2017-10-15");
    assert!(DayCalendar::new(SHOP, "Europe/Leeuwarden").is_err());
}

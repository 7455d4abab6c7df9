//! When the day of a date comes round: birthdays, the day of the first order.
//!
//! Days are of UTC. The 29th of February is kept on the 28th in other years.

use base::{DurationMs, Timestamp};
use jiff::civil::Date;

const DAY_MS: i64 = 86_400_000;
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Does the day of `date` come round today, or begin within `ahead` from now?
pub(super) fn holds(date: Timestamp, ahead: DurationMs, now: Timestamp) -> bool {
    next_start(date, now).is_some_and(|start| start < now.ms().saturating_add(ahead))
}

/// When [`holds`] next turns.
pub(super) fn next_change(date: Timestamp, ahead: DurationMs, now: Timestamp) -> Option<Timestamp> {
    let start = next_start(date, now)?;
    let turns = if holds(date, ahead, now) { start + DAY_MS } else { start.saturating_sub(ahead).saturating_add(1) };
    Some(Timestamp::from_ms(turns.max(now.ms() + 1)))
}

/// When the day of `date` next begins, or began today.
fn next_start(date: Timestamp, now: Timestamp) -> Option<i64> {
    let (born, today) = (day_of(date)?, day_of(now)?);
    let this_year = in_year(born, today.year())?;
    let day = if this_year < today { in_year(born, today.year() + 1)? } else { this_year };
    let days = i64::from(EPOCH.until(day).ok()?.get_days());
    Some(days * DAY_MS)
}

fn in_year(born: Date, year: i16) -> Option<Date> {
    let first = Date::new(year, born.month(), 1).ok()?;
    Date::new(year, born.month(), born.day().min(first.days_in_month())).ok()
}

fn day_of(time: Timestamp) -> Option<Date> {
    let time = jiff::Timestamp::from_millisecond(time.ms()).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_birthday_comes_round_every_year() {
        let born = at("1984-11-25");
        let days = |count: i64| count * DAY_MS;
        assert!(holds(born, 1, at("2026-11-25T23:59:59Z")) && !holds(born, 1, at("2026-11-24T23:59:59Z")));
        assert!(holds(born, days(7), at("2026-11-19")) && !holds(born, days(7), at("2026-11-18")));
        assert!(holds(born, days(7), at("2026-11-25T12:00:00Z")) && !holds(born, days(7), at("2026-11-26")));
        assert!(holds(at("1990-01-02"), days(7), at("2026-12-30")), "over the turn of the year");
        let leap = at("2000-02-29");
        assert!(
            holds(leap, 1, at("2026-02-28")) && holds(leap, 1, at("2028-02-29")) && !holds(leap, 1, at("2028-02-28"))
        );
        assert!(!holds(leap, 1, at("2026-03-01")) && !holds(leap, 1, at("2028-03-01")));
        assert!(holds(at("1890-11-25T23:00:00Z"), 1, at("2026-11-25")), "before 1970");
    }

    #[test]
    fn it_says_when_it_turns() {
        for (born, now) in [
            ("1984-11-25", "2026-11-01T10:00:00Z"),
            ("2000-02-29", "2026-11-22"),
            ("1999-12-31", "2026-12-31T05:00:00Z"),
        ] {
            for ahead in [1, DAY_MS, 7 * DAY_MS, 90 * DAY_MS, 366 * DAY_MS] {
                let (born, now) = (at(born), at(now));
                let turns = next_change(born, ahead, now).unwrap();
                let holds_now = holds(born, ahead, now);
                assert!(now < turns);
                assert_eq!(holds(born, ahead, turns.plus_ms(-1)), holds_now, "not before");
                // With more than a year ahead it always holds.
                assert!(holds(born, ahead, turns) != holds_now || 365 * DAY_MS < ahead, "then");
            }
        }
    }
}

//! Times as they come: `now`, seconds or milliseconds since 1970, ISO 8601, RFC 2822, `March 14, 2016 10:30`.
//!
//! A time without an offset is in the message's time zone.

use crate::value::Val;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Numbers from here on are milliseconds: as seconds they would lie after the year 5000.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// Longer texts are no times.
const TEXT_BYTES_MAX: usize = 64;

pub(super) fn parse(value: &Val<'_>, now_ms: i64, zone: &TimeZone) -> Option<Timestamp> {
    match value {
        Val::Int(number) => from_number(*number),
        Val::Float(number) => from_number(*number as i64),
        _ => from_text(value.as_str()?.trim(), now_ms, zone),
    }
}

fn from_number(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() < MILLISECONDS_FROM.unsigned_abs() {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

fn from_text(text: &str, now_ms: i64, zone: &TimeZone) -> Option<Timestamp> {
    if text.is_empty() || TEXT_BYTES_MAX < text.len() {
        return None;
    }
    if text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("today") {
        return Timestamp::from_millisecond(now_ms).ok();
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return from_number(text.parse().ok()?);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return in_zone(time, zone);
    }
    if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned.timestamp());
    }
    words(text, zone)
}

fn in_zone(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(time).compatible().ok()
}

/// What the words of a free-form time said.
#[derive(Default)]
struct Found {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    is_pm: Option<bool>,
    offset: Option<Offset>,
}

/// `March 14, 2016`, `14 Mar 2016 10:30 pm`, `2016-03-14 10:30:00 +0100`.
fn words(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut found = Found::default();
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        read_word(word, &mut found)?;
    }
    let date = match found.date {
        Some(date) => date,
        None => Date::new(found.year?, found.month?, found.day.unwrap_or(1)).ok()?,
    };
    let mut time = found.time.unwrap_or(Time::midnight());
    if let Some(is_pm) = found.is_pm {
        let hour = time.hour() % 12 + if is_pm { 12 } else { 0 };
        time = Time::new(hour, time.minute(), time.second(), 0).ok()?;
    }
    let moment = date.to_datetime(time);
    match found.offset {
        Some(offset) => offset.to_timestamp(moment).ok(),
        None => in_zone(moment, zone),
    }
}

fn read_word(word: &str, found: &mut Found) -> Option<()> {
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "am" | "pm" => {
            found.is_pm = Some(lower == "pm");
            return Some(());
        }
        "utc" | "gmt" | "z" => {
            found.offset = Some(Offset::UTC);
            return Some(());
        }
        "at" | "of" | "the" => return Some(()),
        _ => {}
    }
    if let Some(month) = month(&lower) {
        found.month = Some(month);
    } else if is_weekday(&lower) {
        // The date itself says which day it is.
    } else if word.contains(':') {
        found.time = Some(clock(word)?);
    } else if word.starts_with(['+', '-']) {
        found.offset = Some(offset(word)?);
    } else if let Ok(date) = word.parse::<Date>() {
        found.date = Some(date);
    } else {
        let digits = lower.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h', '.']);
        let number: i16 = digits.parse().ok()?;
        if digits.len() == 4 { found.year = Some(number) } else { found.day = Some(i8::try_from(number).ok()?) }
    }
    Some(())
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    if word.len() < 3 {
        return None;
    }
    MONTHS.iter().position(|month| month.starts_with(word)).map(|at| at as i8 + 1)
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    3 <= word.len() && DAYS.iter().any(|day| day.starts_with(word))
}

fn clock(word: &str) -> Option<Time> {
    let mut parts = word.split(':').map(|part| part.split('.').next().unwrap_or("").parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None => 0,
    };
    Time::new(hour, minute, second, 0).ok()
}

fn offset(word: &str) -> Option<Offset> {
    let digits: String = word[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if word.starts_with('-') { -seconds } else { seconds }).ok()
}

//! Cells as people write them: numbers with commas, dates in three orders, text in Windows-1252.

use super::DateOrder;
use base::{Json, Timestamp};
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// UTF-8, or else Windows-1252: what spreadsheets of western Europe write.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

fn windows_1252(byte: u8) -> char {
    /// 0x80 to 0x9F; the five positions without a character become U+FFFD.
    const HIGH: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
        '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

/// A cell as text; `None` when it is empty or one of the words for "nothing".
pub(crate) fn text(cell: &Json) -> Option<Cow<'_, str>> {
    match cell {
        Json::Null => None,
        Json::String(text) => {
            let text = text.trim();
            let nothing = text.is_empty() || matches!(text, "NULL" | "null" | "NaN" | "nan" | "N/A" | "n/a" | "\\N");
            (!nothing).then_some(Cow::Borrowed(text))
        }
        Json::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// A customer or order number: spreadsheets and pandas turn `17850` into `17850.0`.
pub(crate) fn id_text(cell: &Json) -> Option<String> {
    let text = text(cell)?;
    let whole =
        text.strip_suffix(".0").filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    Some(whole.unwrap_or(&text).to_owned())
}

/// A number in the writing of the file: `1.234,56` with a decimal comma, `1,234.56` without.
pub(crate) fn number(cell: &Json, decimal_comma: bool) -> Option<f64> {
    if let Json::Number(number) = cell {
        return number.as_f64();
    }
    let text = text(cell)?;
    let (decimal, thousands) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter == decimal => plain.push('.'),
            letter if letter == thousands => {}
            '0'..='9' | '-' | '+' => plain.push(letter),
            // Minus signs of typographers, currency signs and the blanks used as thousands separators.
            '−' | '–' => plain.push('-'),
            '€' | '$' | '£' | ' ' | '\u{a0}' | '\u{202f}' | '\'' => {}
            _ => return None,
        }
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// True when the text can only be read with a decimal comma: `12,5`, `1.234,56`.
pub(crate) fn shows_decimal_comma(text: &str) -> bool {
    let Some((whole, fraction)) = text.trim().rsplit_once(',') else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // Three digits may be thousands (1,234), unless the dot is there as well (1.234,567).
    digits(fraction) && (fraction.len() != 3 || whole.contains('.'))
}

/// `yes`, `1`, `ja`, … ; `None` for anything else.
pub(crate) fn boolean(cell: &Json) -> Option<bool> {
    match text(cell)?.to_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "ja" | "j" | "on" | "subscribed" | "opt-in" | "optin" | "x" => Some(true),
        "false" | "0" | "no" | "n" | "nee" | "nej" | "nee." | "off" | "unsubscribed" | "opt-out" | "optout" => {
            Some(false)
        }
        _ => None,
    }
}

/// A point in time: ISO 8601, epoch seconds or milliseconds, or day, month and year in `order`, with or without a
/// time of day. Without a zone it is taken in `zone`.
pub(crate) fn time(cell: &Json, order: DateOrder, zone: &TimeZone) -> Option<Timestamp> {
    let text = text(cell)?;
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_ms(at.as_millisecond()));
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok().or_else(|| written_date(&text, order));
    match civil {
        Some(civil) => {
            let at = civil.to_zoned(zone.clone()).ok()?;
            Some(Timestamp::from_ms(at.timestamp().as_millisecond()))
        }
        // An eight-digit number is more likely a date without separators than the year 1970.
        None if text.len() >= 9 => Timestamp::parse(&text).ok(),
        None => None,
    }
}

/// The three numbers of `1-12-2010`, `12/1/2010 8:26` or `01.12.2010`, in the order written.
pub(crate) fn date_numbers(text: &str) -> Option<([u32; 3], &str)> {
    let (date, time) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), ""));
    let mut numbers = [0; 3];
    let mut parts = date.split(['-', '/', '.']);
    for number in &mut numbers {
        *number = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some((numbers, time.trim()))
}

fn written_date(text: &str, order: DateOrder) -> Option<jiff::civil::DateTime> {
    let ([a, b, c], time) = date_numbers(text)?;
    let (year, month, day) = match order {
        _ if a >= 1000 => (a, b, c),
        DateOrder::DayMonth => (c, b, a),
        DateOrder::MonthDay => (c, a, b),
    };
    let year = if year < 100 { 2000 + year } else { year };
    let (hour, minute, second) = time_of_day(time)?;
    let small = |number: u32| i8::try_from(number).ok();
    let year = i16::try_from(year).ok()?;
    jiff::civil::DateTime::new(year, small(month)?, small(day)?, hour, minute, second, 0).ok()
}

fn time_of_day(text: &str) -> Option<(i8, i8, i8)> {
    if text.is_empty() {
        return Some((0, 0, 0));
    }
    let lower = text.to_ascii_lowercase();
    let (clock, afternoon) = match (lower.strip_suffix("pm"), lower.strip_suffix("am")) {
        (Some(clock), _) => (clock.trim(), Some(true)),
        (_, Some(clock)) => (clock.trim(), Some(false)),
        _ => (lower.as_str(), None),
    };
    let mut parts = clock.split([':', '.']).map(|part| part.parse::<i8>().ok());
    let hour = parts.next()??;
    let minute = parts.next()??;
    let second = parts.next().unwrap_or(Some(0))?;
    let hour = match (afternoon, hour) {
        (Some(true), 1..=11) => hour + 12,
        (Some(false), 12) => 0,
        _ => hour,
    };
    Some((hour, minute, second))
}

#[cfg(test)]
mod tests;

//! strftime, as Ruby does it: `%-d` without padding, `%^a` in capitals, `%10Y` with a width.
//!
//! Own code, because the names of months and days are in the recipient's language.

use crate::locale::Locale;
use jiff::Zoned;

/// Wider fields are mistakes or attacks.
const WIDTH_MAX: usize = 32;

/// What stands between `%` and the letter.
#[derive(Default)]
struct Flags {
    pad: Option<char>,
    is_unpadded: bool,
    is_upper: bool,
    is_swapped: bool,
    colons: usize,
    width: usize,
}

pub(super) fn format(time: &Zoned, format: &str, locale: &Locale) -> String {
    let mut out = String::with_capacity(format.len() * 2);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (flags, letter, length) = directive(&rest[at + 1..]);
        match letter.and_then(|letter| field(time, letter, &flags, locale)) {
            Some(text) => out.push_str(&text),
            None => out.push_str(&rest[at..at + 1 + length]),
        }
        rest = &rest[at + 1 + length..];
    }
    out.push_str(rest);
    out
}

fn directive(text: &str) -> (Flags, Option<char>, usize) {
    let mut flags = Flags::default();
    for (at, c) in text.char_indices() {
        match c {
            '-' => flags.is_unpadded = true,
            '_' => flags.pad = Some(' '),
            '0' if flags.width == 0 => flags.pad = Some('0'),
            '^' => flags.is_upper = true,
            '#' => flags.is_swapped = true,
            ':' => flags.colons += 1,
            '0'..='9' => flags.width = (flags.width * 10 + (c as usize - '0' as usize)).min(WIDTH_MAX),
            letter => return (flags, Some(letter), at + letter.len_utf8()),
        }
    }
    (flags, None, text.len())
}

impl Flags {
    fn number(&self, number: i64, width: usize, pad: char) -> Option<String> {
        if self.is_unpadded {
            return Some(number.to_string());
        }
        let width = if self.width == 0 { width } else { self.width };
        Some(match self.pad.unwrap_or(pad) {
            ' ' => format!("{number:>width$}"),
            _ => format!("{number:0>width$}"),
        })
    }

    fn word(&self, word: &str) -> Option<String> {
        let word = if self.is_upper || self.is_swapped { word.to_uppercase() } else { word.to_string() };
        let width = self.width;
        Some(match self.pad {
            Some('0') => format!("{word:0>width$}"),
            _ => format!("{word:>width$}"),
        })
    }
}

fn field(time: &Zoned, letter: char, flags: &Flags, locale: &Locale) -> Option<String> {
    let (hour, minute, second) = (i64::from(time.hour()), i64::from(time.minute()), i64::from(time.second()));
    let hour_12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    let year = i64::from(time.year());
    let month = time.month() as usize - 1;
    let sunday_0 = time.weekday().to_sunday_zero_offset();
    let week = time.date().iso_week_date();
    match letter {
        'Y' => flags.number(year, 4, '0'),
        'C' => flags.number(year.div_euclid(100), 2, '0'),
        'y' => flags.number(year.rem_euclid(100), 2, '0'),
        'm' => flags.number(month as i64 + 1, 2, '0'),
        'B' => flags.word(locale.months[month]),
        'b' | 'h' => flags.word(locale.months_short[month]),
        'd' => flags.number(i64::from(time.day()), 2, '0'),
        'e' => flags.number(i64::from(time.day()), 2, ' '),
        'j' => flags.number(i64::from(time.day_of_year()), 3, '0'),
        'H' => flags.number(hour, 2, '0'),
        'k' => flags.number(hour, 2, ' '),
        'I' => flags.number(hour_12, 2, '0'),
        'l' => flags.number(hour_12, 2, ' '),
        'M' => flags.number(minute, 2, '0'),
        'S' => flags.number(second, 2, '0'),
        'L' => Some(format!("{:03}", time.subsec_nanosecond() / 1_000_000)),
        'N' => Some(format!("{:09}", time.subsec_nanosecond())),
        'z' => Some(offset(time.offset().seconds(), flags.colons)),
        'Z' => flags.word(time.time_zone().to_offset_info(time.timestamp()).abbreviation()),
        'A' => flags.word(locale.days[sunday_0 as usize]),
        'a' => flags.word(locale.days_short[sunday_0 as usize]),
        'u' => flags.number(i64::from(time.weekday().to_monday_one_offset()), 1, '0'),
        'w' => flags.number(i64::from(sunday_0), 1, '0'),
        'G' => flags.number(i64::from(week.year()), 4, '0'),
        'g' => flags.number(i64::from(week.year()).rem_euclid(100), 2, '0'),
        'V' => flags.number(i64::from(week.week()), 2, '0'),
        'U' => flags.number((i64::from(time.day_of_year()) + 6 - i64::from(sunday_0)) / 7, 2, '0'),
        'W' => flags.number((i64::from(time.day_of_year()) + 6 - i64::from((sunday_0 + 6) % 7)) / 7, 2, '0'),
        's' => flags.number(time.timestamp().as_second(), 1, '0'),
        'p' if flags.is_swapped => Some(if hour < 12 { "am" } else { "pm" }.to_string()),
        'p' => flags.word(if hour < 12 { "AM" } else { "PM" }),
        'P' => flags.word(if hour < 12 { "am" } else { "pm" }),
        'n' => Some("\n".to_string()),
        't' => Some("\t".to_string()),
        '%' => Some("%".to_string()),
        letter => Some(format(time, whole(letter)?, locale)),
    }
}

/// Letters that stand for several others.
fn whole(letter: char) -> Option<&'static str> {
    Some(match letter {
        'c' => "%a %b %e %H:%M:%S %Y",
        'D' | 'x' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'T' | 'X' => "%H:%M:%S",
        'R' => "%H:%M",
        'r' => "%I:%M:%S %p",
        'v' => "%e-%^b-%Y",
        '+' => "%a %b %e %H:%M:%S %Z %Y",
        _ => return None,
    })
}

fn offset(seconds: i32, colons: usize) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60);
    let colon = if 0 < colons { ":" } else { "" };
    format!("{sign}{hours:02}{colon}{minutes:02}")
}

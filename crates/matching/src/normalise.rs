//! Values brought into the form in which they are compared: lower case without marks, dates as `yyyymmdd`,
//! numbers without separators. What cannot be read as its kind is kept as text: a typing error is evidence too.

use crate::field::FieldKind;

/// What people and programs write when there is no value.
const NOTHING: &[&str] = &["", "-", "?", "n/a", "na", "nan", "null", "none", "unknown", "onbekend", "okänd"];

/// Digits of a telephone number that count: country code and trunk zero are written or not.
const PHONE_DIGITS: usize = 9;

/// Years read as a year of birth.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2100;

/// Writes the normalised form of `raw` into `out`; leaves it empty when there is no value.
pub fn normalise(kind: FieldKind, raw: &str, out: &mut String) {
    out.clear();
    let raw = raw.trim();
    if NOTHING.iter().any(|nothing| raw.eq_ignore_ascii_case(nothing)) {
        return;
    }
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName | FieldKind::FullName => words(raw, out),
        FieldKind::Street | FieldKind::City | FieldKind::Region | FieldKind::Text => words(raw, out),
        FieldKind::DateOfBirth => date(raw, out),
        FieldKind::Postcode | FieldKind::HouseNumber | FieldKind::Id => compact(raw, out),
        FieldKind::Email => raw.chars().for_each(|letter| fold(letter, out)),
        FieldKind::Phone => {
            compact(raw, out);
            let extra = out.chars().count().saturating_sub(PHONE_DIGITS);
            if let Some((at, _)) = out.char_indices().nth(extra) {
                out.drain(..at);
            }
        }
    }
}

/// Letters and digits in words parted by one space; apostrophes vanish, other marks part words.
fn words(raw: &str, out: &mut String) {
    for letter in raw.chars() {
        if letter.is_alphanumeric() {
            fold(letter, out);
        } else if !matches!(letter, '\'' | '’' | '`' | '´') && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
}

/// Letters and digits only.
fn compact(raw: &str, out: &mut String) {
    raw.chars().filter(|letter| letter.is_alphanumeric()).for_each(|letter| fold(letter, out));
}

/// `yyyymmdd` from ISO 8601, `yyyymmdd`, or day first; anything else loses only its separators.
fn date(raw: &str, out: &mut String) {
    let day = raw.split(['T', ' ']).next().unwrap_or(raw);
    let mut parts = day.split(['-', '/', '.']);
    if let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next()) {
        if third.len() == 4 && first.len() <= 2 && second.len() <= 2 {
            if let (Ok(d), Ok(m), Ok(y)) = (first.parse::<u32>(), second.parse::<u32>(), third.parse::<u32>())
                && YEARS.contains(&y)
            {
                let (d, m) = if m > 12 && d <= 12 { (m, d) } else { (d, m) };
                out.push_str(&format!("{y:04}{m:02}{d:02}"));
                return;
            }
        } else if first.len() == 4 && (second.len() == 1 || third.len() == 1) {
            out.push_str(&format!("{first}{second:0>2}{third:0>2}"));
            return;
        }
    }
    compact(day, out);
}

/// Lower case, Latin letters without marks; other scripts stay as they are.
fn fold(letter: char, out: &mut String) {
    if letter.is_ascii() {
        out.push(letter.to_ascii_lowercase());
        return;
    }
    for lower in letter.to_lowercase() {
        match lower {
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => out.push('c'),
            'ď' | 'đ' | 'ð' => out.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => out.push('g'),
            'ĥ' | 'ħ' => out.push('h'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => out.push('i'),
            'ĳ' => out.push_str("ij"),
            'ĵ' => out.push('j'),
            'ķ' => out.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ł' => out.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ŕ' | 'ř' => out.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => out.push('s'),
            'ß' => out.push_str("ss"),
            'ţ' | 'ť' | 'ț' => out.push('t'),
            'þ' => out.push_str("th"),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => out.push('u'),
            'ŵ' => out.push('w'),
            'ý' | 'ÿ' | 'ŷ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: FieldKind, raw: &str, expected: &str) {
        let mut out = String::new();
        normalise(kind, raw, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn a_value_written_two_ways_becomes_one() {
        check(FieldKind::FamilyName, " O'Brien-Åström ", "obrien astrom");
        check(FieldKind::DateOfBirth, "1985-03-12", "19850312");
        check(FieldKind::DateOfBirth, "12/3/1985", "19850312");
        check(FieldKind::DateOfBirth, "3-25-1985", "19850325");
        check(FieldKind::DateOfBirth, "1985-3-2", "19850302");
        check(FieldKind::DateOfBirth, "198x0312", "198x0312");
        check(FieldKind::Phone, "+31 (0)6 1234-5678", "612345678");
        check(FieldKind::Phone, "06 12345678", "612345678");
        check(FieldKind::Postcode, "8911 ab", "8911ab");
        check(FieldKind::Email, " Jan@Shop.NL ", "jan@shop.nl");
        check(FieldKind::City, "N/A", "");
    }
}

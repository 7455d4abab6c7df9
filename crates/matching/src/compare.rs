//! Comparison levels: what two values of a kind have in common, as a small number.
//!
//! Most pairs of unequal values share nothing; the signatures of their bytes tell so at once. The rest is compared
//! letter by letter, and a small cache per field remembers pairs of values that return (a common name and its typos).

use crate::field::{EXACT, FieldKind, MISSING};
use crate::records::{Dictionary, NO_VALUE, Records};
use crate::text::{Comparer, edits_at_least, jaro_winkler_at_most};

/// Entries of the cache of one field; a power of two that stays in the second-level cache of a processor.
const CACHE_ENTRIES: usize = 1 << 13;

/// Winkler's threshold for "surely a variant", as used by the US Census Bureau and by Splink's name comparison.
const VERY_SIMILAR: f64 = 0.92;
/// Similar enough to tell something: nicknames, two typing errors.
const SIMILAR: f64 = 0.80;
const CITY_SIMILAR: f64 = 0.88;
/// Words of an address line shorter than this are too common to be shared evidence.
const WORD_MIN: usize = 4;

/// Where each part of an atom array lies for names, see `blocking::atoms_of`.
const SOUND_ATOM: usize = 1;

/// Compares records field by field.
#[derive(Default)]
pub(crate) struct Levels {
    comparer: Comparer,
    caches: Vec<Vec<(u64, u8)>>,
    /// For given and family names: the other field of the two, if there is exactly one.
    partner: Vec<Option<usize>>,
}

impl Levels {
    pub fn new(records: &Records) -> Self {
        let only = |kind: FieldKind| {
            let mut found = records.fields.iter().enumerate().filter(|(_, field)| field.kind == kind);
            match (found.next(), found.next()) {
                (Some((index, _)), None) => Some(index),
                _ => None,
            }
        };
        let (given, family) = (only(FieldKind::GivenName), only(FieldKind::FamilyName));
        let partner = (0..records.width()).map(|field| match (given, family) {
            (Some(given), Some(family)) if field == given => Some(family),
            (Some(given), Some(family)) if field == family => Some(given),
            _ => None,
        });
        let caches = vec![Vec::new(); records.width()];
        Self { comparer: Comparer::default(), caches, partner: partner.collect() }
    }

    /// The level of `field` for two rows of codes, [`MISSING`] when one of them has no value.
    pub fn level(&mut self, records: &Records, field: usize, left: &[u32], right: &[u32]) -> u8 {
        let (a, b) = (left[field], right[field]);
        if a == NO_VALUE || b == NO_VALUE {
            return MISSING;
        }
        if a == b {
            return EXACT;
        }
        if let Some(partner) = self.partner[field]
            && left[partner] != right[partner]
            && self.nearly(records, field, a, right[partner])
            && self.nearly(records, field, left[partner], b)
        {
            // One event, counted once: the given name carries it.
            return if records.fields[field].kind == FieldKind::GivenName { 1 } else { MISSING };
        }
        self.unequal(records, field, a, b)
    }

    /// Whether two names are one but for an edit.
    fn nearly(&mut self, records: &Records, field: usize, a: u32, b: u32) -> bool {
        if a == NO_VALUE || b == NO_VALUE || a == b {
            return a == b && a != NO_VALUE;
        }
        let names = records.dictionary(field);
        edits_at_least(names.signatures[a as usize], names.signatures[b as usize]) <= 1
            && self.comparer.edits(names.value(a).as_bytes(), names.value(b).as_bytes()) <= 1
    }

    fn unequal(&mut self, records: &Records, field: usize, a: u32, b: u32) -> u8 {
        let kind = records.fields[field].kind;
        let dictionary = records.dictionary(field);
        let last = kind.levels().len() as u8 - 1;
        if nothing_in_common(kind, dictionary, a, b) {
            return last;
        }
        let key = (u64::from(a.min(b)) << 32) | u64::from(a.max(b));
        let cache = &mut self.caches[field];
        if cache.is_empty() {
            cache.resize(CACHE_ENTRIES, (0, 0));
        }
        let slot = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % CACHE_ENTRIES;
        let cached = cache[slot];
        if cached.0 == key {
            return cached.1;
        }
        let level = compare(&mut self.comparer, kind, dictionary, a.min(b), a.max(b));
        cache[slot] = (key, level);
        level
    }
}

/// A quick proof, from signatures and lengths alone, that the level is the last one.
fn nothing_in_common(kind: FieldKind, dictionary: &Dictionary, a: u32, b: u32) -> bool {
    let (left, right) = (dictionary.signatures[a as usize], dictionary.signatures[b as usize]);
    let edits = edits_at_least(left, right);
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName => {
            let (x, y) = (dictionary.value(a).len(), dictionary.value(b).len());
            edits > 2
                && dictionary.atoms[a as usize][SOUND_ATOM] != dictionary.atoms[b as usize][SOUND_ATOM]
                && left & right != left
                && left & right != right
                && jaro_winkler_at_most(left, right, x, y) < SIMILAR
        }
        FieldKind::Email => {
            let (x, y) = (local(dictionary.value(a)).len(), local(dictionary.value(b)).len());
            edits > 2 && jaro_winkler_at_most(left, right, x, y) < SIMILAR
        }
        FieldKind::Phone | FieldKind::Id => edits > 2,
        FieldKind::HouseNumber | FieldKind::Region => edits > 1,
        _ => false,
    }
}

fn compare(comparer: &mut Comparer, kind: FieldKind, dictionary: &Dictionary, a: u32, b: u32) -> u8 {
    let (left, right) = (dictionary.value(a), dictionary.value(b));
    let (x, y) = (left.as_bytes(), right.as_bytes());
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName => {
            let (p, q) = (dictionary.atoms[a as usize][SOUND_ATOM], dictionary.atoms[b as usize][SOUND_ATOM]);
            name(comparer, x, y, p == q && p != 0)
        }
        FieldKind::FullName => full_name(comparer, left, right),
        FieldKind::DateOfBirth => date(comparer, x, y),
        FieldKind::Street | FieldKind::Text => street(comparer, left, right),
        FieldKind::HouseNumber | FieldKind::Region => 2 - u8::from(comparer.edits(x, y) <= 1),
        FieldKind::Postcode => postcode(comparer, x, y),
        FieldKind::City => {
            let (p, q) = (dictionary.atoms[a as usize][SOUND_ATOM], dictionary.atoms[b as usize][SOUND_ATOM]);
            if comparer.edits(x, y) <= 1 || (p == q && p != 0) {
                return 1;
            }
            3 - u8::from(comparer.jaro_winkler(x, y) >= CITY_SIMILAR)
        }
        FieldKind::Email => email(comparer, left, right),
        FieldKind::Phone | FieldKind::Id => (comparer.edits(x, y) as u8).min(3),
    }
}

fn name(comparer: &mut Comparer, x: &[u8], y: &[u8], sounds_alike: bool) -> u8 {
    let edits = comparer.edits(x, y);
    if edits <= 1 && x.len().max(y.len()) > 2 {
        return 2;
    }
    let alike = comparer.jaro_winkler(x, y);
    if sounds_alike || alike >= VERY_SIMILAR {
        return 3;
    }
    let short_form = x.starts_with(y) || y.starts_with(x);
    5 - u8::from(alike >= SIMILAR || short_form || (edits == 2 && x.len().min(y.len()) > 4))
}

fn full_name(comparer: &mut Comparer, left: &str, right: &str) -> u8 {
    let words = |value: &str| {
        let mut words: Vec<_> = value.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let (x, y) = (words(left), words(right));
    if x == y {
        return 1;
    }
    if comparer.edits(left.as_bytes(), right.as_bytes()) <= 1 {
        return 2;
    }
    let (sorted_left, sorted_right) = (x.join(" "), y.join(" "));
    let alike = comparer.jaro_winkler(left.as_bytes(), right.as_bytes());
    if alike >= VERY_SIMILAR || comparer.edits(sorted_left.as_bytes(), sorted_right.as_bytes()) <= 2 {
        return 3;
    }
    5 - u8::from(x.iter().any(|word| word.len() > 2 && y.contains(word)))
}

fn date(comparer: &mut Comparer, x: &[u8], y: &[u8]) -> u8 {
    let edits = comparer.edits(x, y);
    if edits <= 1 {
        return 1;
    }
    if x.len() != 8 || y.len() != 8 {
        return if edits == 2 { 2 } else { 4 };
    }
    let (year, month, day) = (x[..4] == y[..4], x[4..6] == y[4..6], x[6..] == y[6..]);
    if year && x[4..6] == y[6..] && x[6..] == y[4..6] {
        return 1;
    }
    let days = days(x).zip(days(y)).map(|(x, y)| (x - y).abs());
    if u8::from(year) + u8::from(month) + u8::from(day) == 2 || days.is_some_and(|days| days <= 31) {
        return 2;
    }
    if year || days.is_some_and(|days| days <= 366) { 3 } else { 4 }
}

/// Days since an arbitrary day, near enough for differences of months.
fn days(date: &[u8]) -> Option<i32> {
    let number: i32 = std::str::from_utf8(date).ok()?.parse().ok()?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    Some(year * 365 + year / 4 + month * 30 + month / 2 + day)
}

fn street(comparer: &mut Comparer, left: &str, right: &str) -> u8 {
    let (x, y) = (left.as_bytes(), right.as_bytes());
    let edits = comparer.edits(x, y);
    if edits <= 1 || (edits == 2 && x.len().min(y.len()) > 6) {
        return 1;
    }
    if comparer.jaro_winkler(x, y) >= VERY_SIMILAR {
        return 2;
    }
    let shared = left.split(' ').any(|word| word.len() >= WORD_MIN && right.split(' ').any(|other| other == word));
    4 - u8::from(shared)
}

fn postcode(comparer: &mut Comparer, x: &[u8], y: &[u8]) -> u8 {
    let edits = comparer.edits(x, y);
    let half = x.len().min(y.len()).div_ceil(2).max(2);
    match edits {
        0 | 1 => 1,
        _ if x.get(..half) == y.get(..half) => 2,
        2 if x.len().min(y.len()) > 4 => 2,
        _ => 3,
    }
}

fn email(comparer: &mut Comparer, left: &str, right: &str) -> u8 {
    let (local_left, local_right) = (local(left), local(right));
    if local_left == local_right {
        return 1;
    }
    let edits = comparer.edits(left.as_bytes(), right.as_bytes());
    if edits <= 1 {
        return 2;
    }
    let alike = comparer.jaro_winkler(local_left.as_bytes(), local_right.as_bytes());
    if edits == 2 || alike >= VERY_SIMILAR {
        return 3;
    }
    5 - u8::from(alike >= SIMILAR)
}

/// The part of an e-mail address before the `@`.
pub(crate) fn local(address: &str) -> &str {
    address.split('@').next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[track_caller]
    fn check(kind: FieldKind, left: &str, right: &str, expected: &str) {
        let mut records = Records::new(vec![Field::new("x", kind)]).unwrap();
        records.push(1, &[Some(left)]).unwrap();
        records.push(2, &[Some(right)]).unwrap();
        let mut levels = Levels::new(&records);
        for (a, b) in [(0, 1), (1, 0)] {
            let level = levels.level(&records, 0, records.row(a), records.row(b));
            assert_eq!(kind.levels()[usize::from(level)], expected, "{left} and {right}");
        }
    }

    #[test]
    fn each_kind_tells_its_levels_apart() {
        check(FieldKind::GivenName, "Robert", "robert ", "exact");
        check(FieldKind::GivenName, "Robert", "Robrt", "one edit");
        check(FieldKind::GivenName, "Sophie", "Sofie", "sounds alike or very similar");
        check(FieldKind::GivenName, "Rob", "Robert", "similar");
        check(FieldKind::GivenName, "Rob", "Anna", "different");
        check(FieldKind::FullName, "Jan de Vries", "Vries, Jan de", "same words");
        check(FieldKind::DateOfBirth, "1971-06-24", "1971-05-24", "one edit, or day and month swapped");
        check(FieldKind::DateOfBirth, "1971-06-04", "1971-04-06", "one edit, or day and month swapped");
        check(FieldKind::DateOfBirth, "1971-06-24", "1983-06-24", "two parts equal or within a month");
        check(FieldKind::DateOfBirth, "1971-06-24", "1971-11-02", "within a year");
        check(FieldKind::DateOfBirth, "1971-06-24", "1983-11-02", "different");
        check(FieldKind::Email, "jan@a.nl", "jan@b.se", "same name, other domain");
        check(FieldKind::Email, "jan.devries@a.nl", "jan.devires@a.nl", "one edit");
        check(FieldKind::Phone, "0612345678", "+31612345679", "one edit");
        check(FieldKind::Id, "123456", "987654", "different");
        check(FieldKind::Street, "Nieuwestad 12", "Nieuwstad 12", "one or two edits");
        check(FieldKind::HouseNumber, "12", "12a", "one edit");
        check(FieldKind::Postcode, "8911 AB", "8911 CD", "same beginning or two edits");
        check(FieldKind::City, "Göteborg", "Goteborg", "exact");
        check(FieldKind::Region, "nsw", "vic", "different");
    }
}

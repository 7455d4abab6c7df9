//! People as several systems of a company know them: made from a seed, so that it is known who is who.
//!
//! Each person has one to four records. Names follow Zipf's law; values have typing errors, nicknames stand for names,
//! some values are missing, some people moved, some households share a mailbox. Nothing but the truth is kept in memory.

use crate::load::mix;
use anyhow::Context;
use std::io::Write;
use std::path::Path;

/// The columns written, after `row`.
pub const COLUMNS: [&str; 6] = ["first_name", "surname", "dob", "city", "email", "phone"];
const FIRST_NAMES: usize = 3_000;
const SURNAMES: usize = 30_000;
const CITIES: usize = 800;
/// Exponents of Zipf's law.
const FIRST_NAME_SKEW: f64 = 0.8;
const SURNAME_SKEW: f64 = 0.7;
const CITY_SKEW: f64 = 0.9;
/// Of a hundred persons, those with one record, with one or two, with up to three; the rest have four.
const RECORDS_PERCENT: [u64; 3] = [45, 80, 93];
/// Of a hundred values of each column: typing errors, and missing ones.
const TYPO_PERCENT: [u64; 6] = [10, 10, 4, 5, 6, 4];
const MISSING_PERCENT: [u64; 6] = [3, 2, 5, 12, 25, 30];
const MOVED_PERCENT: u64 = 10;
const NICKNAME_PERCENT: u64 = 4;
/// Of a hundred persons, those who use the mailbox of the person before them.
const SHARED_MAILBOX_PERCENT: u64 = 3;
const DOMAINS: [&str; 4] = ["mail.example", "post.example", "web.example", "box.example"];
const SYLLABLES: [&str; 32] = [
    "an", "be", "ca", "da", "el", "fi", "go", "ha", "io", "ju", "ka", "li", "ma", "no", "ol", "pe", "qui", "ro", "sa",
    "ti", "ul", "vi", "wa", "xe", "yo", "za", "bri", "chr", "ste", "tho", "mar", "len",
];

/// A seeded draw that goes on.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }
    fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
    fn percent(&mut self, share: u64) -> bool {
        (self.below(100) as u64) < share
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Distinct names of so many syllables, drawn with Zipf's law.
struct Names {
    names: Vec<String>,
    /// Cumulative shares.
    shares: Vec<f64>,
}

impl Names {
    fn make(draw: &mut Draw, count: usize, syllables: usize, skew: f64) -> Self {
        let mut seen = std::collections::HashSet::with_capacity(count);
        let mut names = Vec::with_capacity(count);
        while names.len() < count {
            let name: String = (0..syllables).map(|_| SYLLABLES[draw.below(SYLLABLES.len())]).collect();
            if seen.insert(name.clone()) {
                names.push(name);
            }
        }
        let mut sum = 0.0;
        let shares = (1..=count).map(|rank| {
            sum += (rank as f64).powf(-skew);
            sum
        });
        let shares: Vec<f64> = shares.collect();
        Self { names, shares }
    }

    fn draw(&self, draw: &mut Draw) -> &str {
        let at = draw.unit() * self.shares[self.shares.len() - 1];
        &self.names[self.shares.partition_point(|share| *share < at).min(self.names.len() - 1)]
    }
}

/// One typing error: two letters swapped, one lost, or another one.
fn typo(draw: &mut Draw, value: &mut String) {
    if value.len() < 3 {
        return;
    }
    let mut bytes = std::mem::take(value).into_bytes();
    let at = draw.below(bytes.len() - 1);
    match draw.below(3) {
        0 => bytes.swap(at, at + 1),
        1 => drop(bytes.remove(at)),
        _ => bytes[at] = b'a' + draw.below(26) as u8,
    }
    *value = String::from_utf8_lossy(&bytes).into_owned();
}

/// What people call each other: the first part of the name, or that with a y.
fn nickname(draw: &mut Draw, name: &mut String) {
    name.truncate((name.len() / 2).max(2));
    if draw.percent(50) {
        name.push('y');
    }
}

/// Writes about `records` records as CSV, in an order that tells nothing. Answers who each row is.
pub fn write(path: &Path, records: usize, seed: u64) -> anyhow::Result<Vec<u32>> {
    let mut draw = Draw(mix(seed));
    let first_names = Names::make(&mut draw, FIRST_NAMES, 3, FIRST_NAME_SKEW);
    let surnames = Names::make(&mut draw, SURNAMES, 4, SURNAME_SKEW);
    let cities = Names::make(&mut draw, CITIES, 3, CITY_SKEW);
    let mut rows: Vec<(u32, [String; 6])> = Vec::with_capacity(records);
    let (mut person, mut mailbox) = (0, String::new());
    while rows.len() < records {
        let (first, last) = (first_names.draw(&mut draw), surnames.draw(&mut draw));
        let (year, month, day) = (1940 + draw.below(68), 1 + draw.below(12), 1 + draw.below(28));
        if !draw.percent(SHARED_MAILBOX_PERCENT) {
            let domain = DOMAINS[draw.below(DOMAINS.len())];
            mailbox = format!("{first}.{last}{}@{domain}", draw.below(97));
        }
        let clean = [
            first.to_owned(),
            last.to_owned(),
            format!("{year}-{month:02}-{day:02}"),
            cities.draw(&mut draw).to_owned(),
            mailbox.clone(),
            format!("{:09}", 100_000_000 + draw.below(900_000_000)),
        ];
        let sort = draw.below(100) as u64;
        let copies = 1 + RECORDS_PERCENT.iter().filter(|percent| sort >= **percent).count();
        for _ in 0..copies.min(records - rows.len()) {
            let mut values = clean.clone();
            if draw.percent(MOVED_PERCENT) {
                values[3] = cities.draw(&mut draw).to_owned();
            }
            if draw.percent(NICKNAME_PERCENT) {
                nickname(&mut draw, &mut values[0]);
            }
            for (column, value) in values.iter_mut().enumerate() {
                if draw.percent(TYPO_PERCENT[column]) {
                    typo(&mut draw, value);
                }
                if draw.percent(MISSING_PERCENT[column]) {
                    value.clear();
                }
            }
            rows.push((person, values));
        }
        person += 1;
    }
    for last in (1..rows.len()).rev() {
        rows.swap(last, draw.below(last + 1));
    }
    let file = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = std::io::BufWriter::new(file);
    writeln!(out, "row,{}", COLUMNS.join(","))?;
    for (row, (_, values)) in rows.iter().enumerate() {
        writeln!(out, "{row},{}", values.join(","))?;
    }
    out.flush()?;
    Ok(rows.into_iter().map(|(person, _)| person).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_people_and_most_of_them_come_more_than_once() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.csv"), folder.path().join("other.csv"));
        let truth = write(&one, 2_000, 7).unwrap();
        assert_eq!(truth, write(&other, 2_000, 7).unwrap());
        let text = std::fs::read_to_string(&one).unwrap();
        assert_eq!(text, std::fs::read_to_string(&other).unwrap());
        assert_ne!(truth, write(&other, 2_000, 8).unwrap());
        assert_eq!(text.lines().count(), 2_001);
        assert!(text.lines().all(|line| line.split(',').count() == 7), "no value holds a comma");
        let persons = truth.iter().max().unwrap() + 1;
        assert!((1_000..1_250).contains(&persons), "{persons} persons");
    }
}

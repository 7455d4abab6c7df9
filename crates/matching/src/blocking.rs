//! Blocking: which pairs are worth comparing.
//!
//! Each value has a few *atoms* (the value itself, its sound, its first letters, year and month of a date ...).
//! A [`BlockKey`] is a conjunction of atoms of different fields; records that agree on all of them form a block
//! and are compared with each other. Pairs are counted before any is made, and no block is larger than
//! [`BLOCK_MAX`]. Which keys are used is learned, see `choose`.

use crate::field::FieldKind;
use crate::records::{Dictionary, Records};
use crate::text::sound;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Parts of a value that may block.
pub const ATOMS_MAX: usize = 4;

/// A block with more records is not a block: what they share is too common to mean anything.
/// Pairs in it are found by the other keys.
pub const BLOCK_MAX: usize = 256;

/// Letters of a name that make an atom.
const NAME_LETTERS: usize = 3;

/// One part of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    pub field: usize,
    pub part: usize,
}

/// Records that agree on all these parts are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockKey {
    pub(crate) atoms: Vec<Atom>,
}

/// What the atoms of a kind are called in reports.
pub(crate) fn atom_names(kind: FieldKind) -> &'static [&'static str] {
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName => &["value", "sound", "first 3", "last 3"],
        FieldKind::FullName => &["value", "first word", "last word", "sound of last word"],
        FieldKind::DateOfBirth => &["value", "year and month", "month and day", "year and day"],
        FieldKind::Street | FieldKind::Text => &["value", "first word", "last 5"],
        FieldKind::HouseNumber | FieldKind::Region => &["value"],
        FieldKind::Postcode => &["value", "first half"],
        FieldKind::City => &["value", "sound", "first 3"],
        FieldKind::Email => &["value", "before the @", "first 5", "last 5 before the @"],
        FieldKind::Phone | FieldKind::Id => &["value", "first half", "last half"],
    }
}

/// The atoms of a value as hashes, 0 where it has none.
pub(crate) fn atoms_of(kind: FieldKind, value: &str) -> [u32; ATOMS_MAX] {
    let mut atoms = [0; ATOMS_MAX];
    atoms[0] = hash(value);
    match kind {
        FieldKind::GivenName | FieldKind::FamilyName => {
            atoms[1] = hash(&sound(value));
            atoms[2] = hash(first(value, NAME_LETTERS));
            atoms[3] = hash(last(value, NAME_LETTERS));
        }
        FieldKind::FullName => {
            let last_word = value.rsplit(' ').next().unwrap_or_default();
            atoms[1] = hash(value.split(' ').next().unwrap_or_default());
            atoms[2] = hash(last_word);
            atoms[3] = hash(&sound(last_word));
        }
        FieldKind::DateOfBirth => {
            atoms[1] = hash(first(value, 6));
            atoms[2] = hash(last(value, 4));
            atoms[3] = hash(&format!("{}{}", first(value, 4), last(value, 2)));
        }
        FieldKind::Street | FieldKind::Text => {
            atoms[1] = hash(value.split(' ').next().unwrap_or_default());
            atoms[2] = hash(last(value, 5));
        }
        FieldKind::HouseNumber | FieldKind::Region => {}
        FieldKind::Postcode => atoms[1] = hash(first(value, value.len().div_ceil(2))),
        FieldKind::City => {
            atoms[1] = hash(&sound(value));
            atoms[2] = hash(first(value, NAME_LETTERS));
        }
        FieldKind::Email => {
            let local = crate::compare::local(value);
            atoms[1] = hash(local);
            atoms[2] = hash(first(local, 5));
            atoms[3] = hash(last(local, 5));
        }
        FieldKind::Phone | FieldKind::Id => {
            atoms[1] = hash(first(value, value.len() / 2));
            atoms[2] = hash(last(value, value.len() / 2));
        }
    }
    atoms
}

/// 0 for nothing, never 0 for something.
fn hash(part: &str) -> u32 {
    if part.is_empty() { 0 } else { (xxh3_64_with_seed(part.as_bytes(), 0) as u32).max(1) }
}

fn first(value: &str, bytes: usize) -> &str {
    &value[..value.floor_char_boundary(bytes.min(value.len()))]
}

fn last(value: &str, bytes: usize) -> &str {
    &value[value.ceil_char_boundary(value.len().saturating_sub(bytes))..]
}

impl BlockKey {
    pub(crate) fn new(atoms: Vec<Atom>) -> Self {
        Self { atoms }
    }

    /// The fields used, as bits.
    pub(crate) fn fields(&self) -> u32 {
        self.atoms.iter().fold(0, |bits, atom| bits | 1 << atom.field)
    }

    /// The block a row belongs to; 0 when it lacks a part.
    pub(crate) fn block(&self, dictionaries: &Columns, row: &[u32]) -> u64 {
        let mut block = 0u64;
        for atom in &self.atoms {
            let part = dictionaries.of(atom.field).atoms[row[atom.field] as usize][atom.part];
            if part == 0 {
                return 0;
            }
            block = (block ^ u64::from(part)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            block ^= block >> 29;
        }
        (block.wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ block >> 32).max(1)
    }

    /// How a person would say it: "family name: sound + date of birth: value".
    pub fn describe(&self, records: &Records) -> String {
        let part = |atom: &Atom| {
            let field = &records.fields()[atom.field];
            format!("{}: {}", field.name, atom_names(field.kind)[atom.part])
        };
        self.atoms.iter().map(part).collect::<Vec<_>>().join(" + ")
    }
}

/// The dictionary of each field.
pub(crate) struct Columns<'a>(Vec<&'a Dictionary>);

impl<'a> Columns<'a> {
    pub fn new(records: &'a Records) -> Self {
        Self((0..records.width()).map(|field| records.dictionary(field)).collect())
    }

    fn of(&self, field: usize) -> &'a Dictionary {
        self.0[field]
    }
}

/// Blocks of one key, or of a sample of its blocks.
pub(crate) struct Blocks {
    /// (block, record), sorted: records of a block lie together in the order of their keys.
    pub entries: Vec<(u64, u32)>,
}

impl Blocks {
    /// The blocks whose hash falls within `share` (0..=1) of all hashes.
    pub fn sample(records: &Records, key: &BlockKey, share: f64) -> Self {
        let below = if share >= 1.0 { u64::MAX } else { (share * u64::MAX as f64) as u64 };
        let columns = Columns::new(records);
        let rows = records.codes.chunks_exact(records.width()).zip(0u32..);
        let mut entries: Vec<_> = rows
            .map(|(row, record)| (key.block(&columns, row), record))
            .filter(|(block, _)| *block != 0 && *block <= below)
            .collect();
        entries.sort_unstable();
        Self { entries }
    }

    /// The records of one block.
    pub fn of(&self, block: u64) -> &[(u64, u32)] {
        let start = self.entries.partition_point(|entry| entry.0 < block);
        let len = self.entries[start..].partition_point(|entry| entry.0 == block);
        &self.entries[start..start + len]
    }

    /// Blocks of two records or more that are not too large.
    pub fn each(&self) -> impl Iterator<Item = &[(u64, u32)]> {
        self.entries.chunk_by(|a, b| a.0 == b.0).filter(|block| (2..=BLOCK_MAX).contains(&block.len()))
    }
}

/// Records that are enough to count pairs.
const COUNTED_MAX: usize = 65_536;

/// Counts the pairs of keys without making them, on a seeded sample when there are many records.
pub(crate) struct Counter<'a> {
    columns: Columns<'a>,
    codes: Vec<u32>,
    width: usize,
    /// Records of which one is in the sample.
    stride: f64,
}

impl<'a> Counter<'a> {
    pub fn new(records: &'a Records) -> Self {
        let stride = (records.len() as f64 / COUNTED_MAX as f64).max(1.0);
        let below = (u64::MAX as f64 / stride) as u64;
        let chosen = |record: u64| stride == 1.0 || xxh3_64_with_seed(&record.to_le_bytes(), 1) < below;
        let rows = records.codes.chunks_exact(records.width()).zip(0u64..);
        let codes = rows.filter(|(_, record)| chosen(*record)).flat_map(|(row, _)| row.iter().copied()).collect();
        Self { columns: Columns::new(records), codes, width: records.width(), stride }
    }

    fn sizes(&self, key: &BlockKey, mut add: impl FnMut(f64)) {
        let rows = self.codes.chunks_exact(self.width);
        let mut blocks: Vec<u64> = rows.map(|row| key.block(&self.columns, row)).filter(|block| *block != 0).collect();
        blocks.sort_unstable();
        blocks.chunk_by(|a, b| a == b).for_each(|block| add(block.len() as f64));
    }

    /// The pairs that a key makes; blocks that are too large make none.
    pub fn pairs(&self, key: &BlockKey) -> f64 {
        let mut pairs = 0.0;
        self.sizes(key, |size| {
            if size * self.stride <= BLOCK_MAX as f64 || size < 3.0 {
                pairs += size * (size - 1.0) / 2.0;
            }
        });
        pairs * self.stride * self.stride
    }

    /// The share of all pairs that agree on an atom.
    pub fn chance(&self, atom: Atom) -> f64 {
        let mut pairs = 0.0;
        self.sizes(&BlockKey::new(vec![atom]), |size| pairs += size * (size - 1.0) / 2.0);
        let records = (self.codes.len() / self.width) as f64;
        pairs.max(0.5) / (records * (records - 1.0) / 2.0).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn pairs_are_counted_as_they_are_made() {
        let fields = vec![Field::new("name", FieldKind::FamilyName), Field::new("born", FieldKind::DateOfBirth)];
        let mut records = Records::new(fields).unwrap();
        for (key, (name, born)) in
            [("smit", "19800101"), ("smith", "19800115"), ("smit", "19800101"), ("bakker", "19800101")]
                .iter()
                .enumerate()
        {
            records.push(key as u128, &[Some(name), Some(born)]).unwrap();
        }
        records.push(9, &[None, Some("19800101")]).unwrap();
        let key = |parts: &[(usize, usize)]| {
            BlockKey::new(parts.iter().map(|(field, part)| Atom { field: *field, part: *part }).collect())
        };
        assert_eq!(Counter::new(&records).pairs(&key(&[(0, 0)])), 1.0);
        assert_eq!(Counter::new(&records).pairs(&key(&[(0, 1)])), 3.0);
        assert_eq!(Counter::new(&records).pairs(&key(&[(1, 0)])), 6.0);
        assert_eq!(Counter::new(&records).pairs(&key(&[(0, 1), (1, 0)])), 1.0);
        assert_eq!(key(&[(0, 1), (1, 0)]).describe(&records), "name: sound + born: value");
    }
}

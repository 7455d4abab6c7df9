//! Records as columns of dictionary codes: every distinct value is normalised and taken apart once.

use crate::Error;
use crate::blocking::ATOMS_MAX;
use crate::compare::local;
use crate::field::{Field, FieldKind};
use crate::normalise::normalise;
use crate::text::signature;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Code of "no value" in every dictionary.
pub(crate) const NO_VALUE: u32 = 0;

/// Columns a set of records may have: field sets are kept in a `u32` of bits.
pub const FIELDS_MAX: usize = 24;

/// Keys of maps that are hashes already.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub(crate) type HashedMap<V> = HashMap<u64, V, BuildHasherDefault<Hashed>>;

/// The distinct values of one or more columns, with what comparing and blocking need of each.
#[derive(Debug, Default, Clone)]
pub(crate) struct Dictionary {
    text: String,
    ends: Vec<u32>,
    /// Bits of the bytes a value has, see [`signature`].
    pub signatures: Vec<u64>,
    /// Hashes of the parts of a value that may block; 0 where there is none.
    pub atoms: Vec<[u32; ATOMS_MAX]>,
    index: HashedMap<u32>,
}

impl Dictionary {
    fn new() -> Self {
        let (ends, signatures, atoms) = (vec![0], vec![0], vec![[0; ATOMS_MAX]]);
        Self { ends, signatures, atoms, ..Self::default() }
    }

    /// The normalised value of a code; empty for none.
    pub fn value(&self, code: u32) -> &str {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.text[start as usize..self.ends[code] as usize]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The code of a normalised value, if it is known.
    pub fn find(&self, value: &str) -> Option<u32> {
        (0..).find_map(|seed| match self.index.get(&xxh3_64_with_seed(value.as_bytes(), seed)) {
            Some(code) if self.value(*code) == value => Some(Some(*code)),
            Some(_) => None,
            None => Some(None),
        })?
    }

    fn intern(&mut self, kind: FieldKind, value: &str) -> Result<u32, Error> {
        if value.is_empty() {
            return Ok(NO_VALUE);
        }
        // Two values with one hash get seeds of their own: equality is always checked on the text.
        for seed in 0.. {
            let hash = xxh3_64_with_seed(value.as_bytes(), seed);
            match self.index.get(&hash) {
                Some(code) if self.value(*code) == value => return Ok(*code),
                Some(_) => {}
                None => {
                    let code = u32::try_from(self.ends.len()).map_err(|_| Error::TooLarge)?;
                    self.text.push_str(value);
                    self.ends.push(u32::try_from(self.text.len()).map_err(|_| Error::TooLarge)?);
                    // Domains are shared by everybody: the signature of an address is that of its local part.
                    let distinctive = if kind == FieldKind::Email { local(value) } else { value };
                    self.signatures.push(signature(distinctive.as_bytes()));
                    self.atoms.push(crate::blocking::atoms_of(kind, value));
                    self.index.insert(hash, code);
                    return Ok(code);
                }
            }
        }
        Ok(NO_VALUE)
    }
}

/// Records to be linked: typed columns and a key for each record.
///
/// ```
/// use matching::{Field, FieldKind, Records};
/// let mut records = Records::new(vec![Field::new("email", FieldKind::Email)]).unwrap();
/// records.push(1, &[Some("Jan@Shop.nl")]).unwrap();
/// assert_eq!(records.value(0, 0), Some("jan@shop.nl"));
/// ```
#[derive(Debug, Clone)]
pub struct Records {
    pub(crate) fields: Vec<Field>,
    pub(crate) dictionaries: Vec<Dictionary>,
    /// Which dictionary a field uses: given and family names share one.
    pub(crate) dictionary_of: Vec<usize>,
    pub(crate) keys: Vec<u128>,
    known: HashSet<u128, BuildHasherDefault<Folded>>,
    /// Row-major codes.
    pub(crate) codes: Vec<u32>,
    normalised: String,
}

/// Folds a record key to 64 bits: keys are ids or hashes already.
#[derive(Default, Debug, Clone)]
pub(crate) struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }
    fn write_u128(&mut self, value: u128) {
        let mixed = (value as u64) ^ (value >> 64) as u64;
        self.0 = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xD1B5_4A32_D192_ED03);
    }
}

impl Records {
    /// No records yet, with these columns.
    pub fn new(fields: Vec<Field>) -> Result<Self, Error> {
        if fields.is_empty() || fields.len() > FIELDS_MAX {
            return Err(Error::Fields { given: fields.len() });
        }
        let mut dictionaries = Vec::new();
        let mut dictionary_of: Vec<usize> = Vec::new();
        let mut names = None;
        for field in &fields {
            match names {
                Some(shared) if field.kind.shares_names() => dictionary_of.push(shared),
                _ => {
                    dictionary_of.push(dictionaries.len());
                    if field.kind.shares_names() {
                        names = Some(dictionaries.len());
                    }
                    dictionaries.push(Dictionary::new());
                }
            }
        }
        let (keys, known, codes) = (Vec::new(), HashSet::default(), Vec::new());
        Ok(Self { fields, dictionaries, dictionary_of, keys, known, codes, normalised: String::new() })
    }

    /// Adds a record. `key` is the caller's own id and never given twice; one value for each field.
    pub fn push(&mut self, key: u128, values: &[Option<&str>]) -> Result<(), Error> {
        if values.len() != self.fields.len() {
            return Err(Error::Width { key, given: values.len(), expected: self.fields.len() });
        }
        if self.keys.len() >= u32::MAX as usize - 1 {
            return Err(Error::TooLarge);
        }
        if !self.known.insert(key) {
            return Err(Error::KeyTwice { key });
        }
        let mut normalised = std::mem::take(&mut self.normalised);
        for (field, value) in values.iter().enumerate() {
            let kind = self.fields[field].kind;
            normalise(kind, value.unwrap_or_default(), &mut normalised);
            let code = self.dictionaries[self.dictionary_of[field]].intern(kind, &normalised)?;
            self.codes.push(code);
        }
        self.normalised = normalised;
        self.keys.push(key);
        Ok(())
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The key of a record by its position.
    pub fn key(&self, record: usize) -> u128 {
        self.keys[record]
    }

    /// The normalised value of a record in a field.
    pub fn value(&self, record: usize, field: usize) -> Option<&str> {
        let code = self.row(record as u32)[field];
        (code != NO_VALUE).then(|| self.dictionary(field).value(code))
    }

    pub(crate) fn width(&self) -> usize {
        self.fields.len()
    }

    pub(crate) fn row(&self, record: u32) -> &[u32] {
        let (start, width) = (record as usize * self.fields.len(), self.fields.len());
        &self.codes[start..start + width]
    }

    pub(crate) fn dictionary(&self, field: usize) -> &Dictionary {
        &self.dictionaries[self.dictionary_of[field]]
    }

    /// Puts the records in the order of their keys, so that nothing learned depends on how they came.
    pub(crate) fn sort(&mut self) {
        if self.keys.is_sorted() {
            return;
        }
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        order.sort_unstable_by_key(|record| self.keys[*record as usize]);
        self.codes = order.iter().flat_map(|record| self.row(*record).iter().copied()).collect();
        self.keys = order.iter().map(|record| self.keys[*record as usize]).collect();
    }

    /// How often each code occurs in a field.
    pub(crate) fn counts(&self, field: usize) -> Vec<u32> {
        let mut counts = vec![0u32; self.dictionary(field).len()];
        for row in self.codes.chunks_exact(self.width()) {
            counts[row[field] as usize] += 1;
        }
        counts
    }
}

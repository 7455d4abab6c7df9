//! Who was compared with which values, without the values: 64 bits of HMAC-SHA-256 under a key of the instance.
//!
//! Whose fingerprint is another than the stored one has changed; who has none is new; who has one and is not there any
//! more was merged away or erased. Nobody who reads the table without the key can try names out against it.
//! Stored in parts of [`PART_IDS`] ids, 12 bytes a customer: the id and the fingerprint, little endian.

use crate::DuplicateError;
use crate::model::PersonFields;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;

/// Ids of one stored row.
pub(crate) const PART_IDS: u32 = 4_096;
const ENTRY_BYTES: usize = 12;

/// Makes fingerprints.
#[derive(Clone)]
pub(crate) struct Fingerprints(Hmac<Sha256>);

impl Fingerprints {
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC takes keys of any length.
        Self(<Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("any length is a key"))
    }

    pub fn of(&self, fields: &PersonFields) -> u64 {
        let mut mac = self.0.clone();
        for value in &fields.0 {
            let bytes = value.as_deref().unwrap_or_default().as_bytes();
            // A length no value has stands for none: "ab" and "c" are not "a" and "bc".
            let length = if value.is_some() { bytes.len() as u64 } else { u64::MAX };
            mac.update(&length.to_le_bytes());
            mac.update(bytes);
        }
        let digest = mac.finalize().into_bytes();
        u64::from_le_bytes(std::array::from_fn(|at| digest[at]))
    }
}

/// The row an id is in.
pub(crate) fn part_of(id: u32) -> u32 {
    id / PART_IDS
}

/// Fingerprints by id, of one part or of several.
pub(crate) type Seen = BTreeMap<u32, u64>;

pub(crate) fn encode(seen: impl Iterator<Item = (u32, u64)>) -> Vec<u8> {
    seen.flat_map(|(id, print)| id.to_le_bytes().into_iter().chain(print.to_le_bytes())).collect()
}

pub(crate) fn decode(bytes: &[u8], into: &mut Seen) -> Result<(), DuplicateError> {
    if !bytes.len().is_multiple_of(ENTRY_BYTES) {
        return Err(DuplicateError::Broken(format!("{} bytes of fingerprints", bytes.len())));
    }
    for entry in bytes.chunks_exact(ENTRY_BYTES) {
        let id = u32::from_le_bytes(std::array::from_fn(|at| entry[at]));
        into.insert(id, u64::from_le_bytes(std::array::from_fn(|at| entry[4 + at])));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(first: Option<&str>, last: Option<&str>) -> PersonFields {
        let mut fields = PersonFields::default();
        (fields.0[0], fields.0[1]) = (first.map(str::to_owned), last.map(str::to_owned));
        fields
    }

    #[test]
    fn a_fingerprint_follows_values_their_places_and_the_key() {
        let prints = Fingerprints::new(&[1; 32]);
        let one = prints.of(&fields(Some("ab"), Some("c")));
        assert_eq!(one, prints.of(&fields(Some("ab"), Some("c"))));
        for other in [fields(Some("a"), Some("bc")), fields(Some("abc"), None), fields(Some("abc"), Some(""))] {
            assert_ne!(one, prints.of(&other));
        }
        assert_ne!(one, Fingerprints::new(&[2; 32]).of(&fields(Some("ab"), Some("c"))));
    }

    #[test]
    fn stored_fingerprints_come_back_and_half_a_one_is_refused() {
        let mut back = Seen::new();
        let bytes = encode([(7, u64::MAX), (9_000, 1)].into_iter());
        decode(&bytes, &mut back).unwrap();
        assert_eq!(back, Seen::from([(7, u64::MAX), (9_000, 1)]));
        assert!(decode(&bytes[1..], &mut back).is_err());
        assert_eq!((part_of(4_095), part_of(4_096)), (0, 1));
    }
}

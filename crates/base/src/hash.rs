//! A fingerprint of content: xxh3, 128 bits. Finds damage; not for secrets. And maps whose keys are such hashes.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by 128-bit hash. Hashing the key again would cost more than the look-up.
pub type HashKeyed<T> = HashMap<u128, T, BuildHasherDefault<KeyIsHash>>;
/// A set of 128-bit hashes.
pub type HashKeys = HashSet<u128, BuildHasherDefault<KeyIsHash>>;

/// The hasher of keys that are hashes: folds them to 64 bits.
#[derive(Default)]
pub struct KeyIsHash(u64);

impl Hasher for KeyIsHash {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = self.0.rotate_left(23) ^ u64::from_le_bytes(word);
        }
    }
    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64 ^ (hash >> 64) as u64;
    }
}

/// Takes bytes in pieces.
#[derive(Clone)]
pub struct ContentHash(xxhash_rust::xxh3::Xxh3);

impl Default for ContentHash {
    fn default() -> Self {
        Self(xxhash_rust::xxh3::Xxh3::new())
    }
}

impl ContentHash {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    /// 32 hexadecimal digits; the same content gives the same digits on every machine and in every version.
    pub fn finish(&self) -> String {
        format!("{:032x}", self.0.digest128())
    }
}

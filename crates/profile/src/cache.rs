//! What the resolver and the view remember between batches: identifier -> profile, merged id -> canonical id, and when
//! a profile was last written as seen.
//!
//! Two generations of 128-bit hashes, so that memory is bounded without a list of uses: what is asked for moves to
//! the young one, what nobody asked for leaves with the old one. About 35 MB each when full. Changes of a batch wait in
//! `pending` until its transaction is committed.

use base::HashKeyed;

/// Entries per generation: just what 2^19 hash buckets carry.
const ENTRIES_PER_GENERATION_MAX: usize = 450_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Whose an identifier is, and the day it was last written as seen (days since 1970).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// 0: nobody's any more.
    pub profile: u32,
    pub seen_day: u32,
}

impl Known {
    pub fn new(profile: u32, last_ms: i64) -> Self {
        Self { profile, seen_day: last_ms.div_euclid(DAY_MS).clamp(0, i64::from(u32::MAX)) as u32 }
    }
}

pub(crate) struct Cache<V> {
    young: HashKeyed<V>,
    old: HashKeyed<V>,
    pending: HashKeyed<Option<V>>,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self { young: HashKeyed::default(), old: HashKeyed::default(), pending: HashKeyed::default() }
    }
}

impl<V: Copy> Cache<V> {
    pub fn get(&mut self, hash: u128) -> Option<V> {
        if let Some(change) = self.pending.get(&hash) {
            return *change;
        }
        if let Some(known) = self.young.get(&hash) {
            return Some(*known);
        }
        let known = self.old.remove(&hash)?;
        self.insert(hash, known);
        Some(known)
    }

    /// Holds from now on for this batch, and for ever once it is committed. None forgets.
    pub fn change(&mut self, hash: u128, known: Option<V>) {
        self.pending.insert(hash, known);
    }

    pub fn commit(&mut self) {
        for (hash, change) in std::mem::take(&mut self.pending) {
            self.young.remove(&hash);
            self.old.remove(&hash);
            if let Some(known) = change {
                self.insert(hash, known);
            }
        }
    }

    pub fn roll_back(&mut self) {
        self.pending.clear();
    }

    fn insert(&mut self, hash: u128, known: V) {
        if self.young.len() >= ENTRIES_PER_GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, known);
    }
}

/// The key of a profile id, beside those of identifiers.
pub(crate) fn anchor_key(workspace: u32, profile: u32) -> u128 {
    (u128::from(u64::MAX) << 64) | (u128::from(workspace) << 32) | u128::from(profile)
}

//! How good clusters are, when the truth is known: precision and recall over pairs of records.

use std::collections::HashMap;
use std::hash::Hash;

/// Pairs counted; `f1` is what the reference quotes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Pairs in one cluster that are one person.
    pub right: u64,
    /// Pairs in one cluster.
    pub found: u64,
    /// Pairs that are one person.
    pub true_pairs: u64,
}

impl Quality {
    /// Compares clusters with the truth: one (found cluster, true cluster) for each record.
    pub fn of<A: Hash + Eq + Copy, B: Hash + Eq + Copy>(records: &[(A, B)]) -> Self {
        let (mut both, mut found, mut truth) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (a, b) in records {
            *both.entry((*a, *b)).or_insert(0u64) += 1;
            *found.entry(*a).or_insert(0u64) += 1;
            *truth.entry(*b).or_insert(0u64) += 1;
        }
        let pairs = |count: &u64| count * (count - 1) / 2;
        Self {
            right: both.values().map(pairs).sum(),
            found: found.values().map(pairs).sum(),
            true_pairs: truth.values().map(pairs).sum(),
        }
    }

    /// Share of the found pairs that are right.
    pub fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    /// Share of the true pairs that were found.
    pub fn recall(&self) -> f64 {
        self.right as f64 / self.true_pairs.max(1) as f64
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.found + self.true_pairs).max(1) as f64
    }
}

//! How many deliveries a webhook takes: a bucket of tokens each, so that a flood to one is nobody else's.

use crate::limits::{DELIVERIES_BURST, DELIVERIES_PER_SECOND};
use base::{SourceId, Timestamp};
use parking_lot::Mutex;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(super) struct Floods(Mutex<HashMap<SourceId, Bucket>>);

#[derive(Debug)]
struct Bucket {
    /// Thousandths of a delivery.
    left: i64,
    at: Timestamp,
}

impl Floods {
    /// False: come back later.
    pub fn allows(&self, source: SourceId, now: Timestamp) -> bool {
        let full = i64::from(DELIVERIES_BURST) * 1_000;
        let mut buckets = self.0.lock();
        let bucket = buckets.entry(source).or_insert(Bucket { left: full, at: now });
        let passed = now.ms_since(bucket.at).max(0);
        bucket.left = bucket.left.saturating_add(passed.saturating_mul(i64::from(DELIVERIES_PER_SECOND))).min(full);
        bucket.at = now;
        if bucket.left < 1_000 {
            return false;
        }
        bucket.left -= 1_000;
        true
    }

    pub fn forget(&self, source: SourceId) {
        self.0.lock().remove(&source);
    }
}

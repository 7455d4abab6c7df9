//! Known messageIds: two generations of 128-bit hashes. First wins; a duplicate is accepted and dropped.

use base::{EventId, HashKeys, Timestamp};

pub(super) struct Dedupe {
    period_ms: i64,
    generation_start: Timestamp,
    young: HashKeys,
    old: HashKeys,
}

impl Dedupe {
    pub fn new(period_ms: i64, now: Timestamp) -> Self {
        Self { period_ms, generation_start: now, young: HashKeys::default(), old: HashKeys::default() }
    }

    /// Puts ids read back at start where their age belongs.
    pub fn load(&mut self, at: Timestamp, ids: &[EventId]) {
        let young = self.generation_start.ms_since(at) < self.period_ms;
        let set = if young { &mut self.young } else { &mut self.old };
        set.extend(ids.iter().filter(|id| id.0 != 0).map(|id| id.0));
    }

    /// Starts a new generation when the young one is a period old.
    pub fn turn(&mut self, now: Timestamp) {
        if now.ms_since(self.generation_start) >= self.period_ms {
            self.old = std::mem::take(&mut self.young);
            self.generation_start = now;
        }
    }

    /// True when the id was not known; it is now.
    pub fn insert(&mut self, id: EventId) -> bool {
        !self.old.contains(&id.0) && self.young.insert(id.0)
    }

    /// Takes back what a failed write had inserted, so that the client's retry is no duplicate.
    pub fn forget(&mut self, id: EventId) {
        self.young.remove(&id.0);
    }
}

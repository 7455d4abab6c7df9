//! What was written lately, so that an event which says nothing new costs no SQL.
//!
//! Two generations, so that memory is bounded without a list of times: what was written longest ago leaves with the old
//! one. About 40 MB each when full; nothing while there are few customers. Nothing
//! is lost by forgetting but time: what is not found is read from the store.

use crate::SEEN_STEP_MS;
use crate::known::{Held, day_of};
use base::{HashKeyed, ProfileId, Timestamp, WorkspaceId};

/// Devices a generation remembers: just what 2^19 hash buckets carry.
const PER_GENERATION_MAX: usize = 450_000;

/// Whose device, and what was said of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print {
    which: u128,
    says: u64,
}

impl Print {
    pub fn of(workspace: WorkspaceId, profile: ProfileId, (which, says): (u64, u64)) -> Self {
        let whose = [workspace.sql().to_le_bytes(), profile.sql().to_le_bytes(), which.to_le_bytes()].concat();
        Self { which: xxhash_rust::xxh3::xxh3_128(&whose), says }
    }
}

#[derive(Debug, Clone, Copy)]
struct Trace {
    says: u64,
    /// First and last time, as they are stored.
    first: Timestamp,
    last: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    young: HashKeyed<Trace>,
    old: HashKeyed<Trace>,
}

impl Seen {
    /// True when the event would change nothing that is worth a write.
    pub fn knows(&self, print: Print, at: Timestamp) -> bool {
        let Some(trace) = self.young.get(&print.which).or_else(|| self.old.get(&print.which)) else { return false };
        trace.says == print.says
            && trace.first <= at
            && at.ms_since(trace.last).abs() < SEEN_STEP_MS
            && day_of(at) == day_of(trace.last)
    }

    pub fn keep(&mut self, print: Print, stored: &Held) {
        if self.young.len() >= PER_GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(print.which, Trace { says: print.says, first: stored.first, last: stored.last });
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

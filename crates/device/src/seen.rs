//! What was written lately, so that an event which says nothing new costs no SQL.
//!
//! A table of fixed size: whoever comes to a taken place takes it. Nothing is lost by that but time: what is not found is
//! read from the store.

use crate::SEEN_STEP_MS;
use crate::known::{Held, day_of};
use base::{ProfileId, Timestamp, WorkspaceId};

/// Devices that are remembered: 5 MB.
const PLACES: usize = 1 << 17;

/// Whose device, and what was said of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Print {
    which: u64,
    says: u64,
}

impl Print {
    pub fn of(workspace: WorkspaceId, profile: ProfileId, (which, says): (u64, u64)) -> Self {
        let whose = [workspace.sql().to_le_bytes(), profile.sql().to_le_bytes(), which.to_le_bytes()].concat();
        Self { which: xxhash_rust::xxh3::xxh3_64(&whose), says }
    }
}

#[derive(Debug, Clone, Copy)]
struct Trace {
    print: Print,
    /// First and last time, as they are stored.
    first: Timestamp,
    last: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Seen(Vec<Option<Trace>>);

impl Default for Seen {
    fn default() -> Self {
        Self(vec![None; PLACES])
    }
}

impl Seen {
    /// True when the event would change nothing that is worth a write.
    pub fn knows(&self, print: Print, at: Timestamp) -> bool {
        let there = self.0[print.which as usize % PLACES].filter(|trace| trace.print.which == print.which);
        let Some(trace) = there else { return false };
        trace.print.says == print.says
            && trace.first <= at
            && at.ms_since(trace.last).abs() < SEEN_STEP_MS
            && day_of(at) == day_of(trace.last)
    }

    pub fn keep(&mut self, print: Print, stored: &Held) {
        self.0[print.which as usize % PLACES] = Some(Trace { print, first: stored.first, last: stored.last });
    }

    pub fn clear(&mut self) {
        self.0.fill(None);
    }
}

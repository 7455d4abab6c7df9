//! In a burst, taking events in goes before processing them.
//!
//! Who sends waits for the answer; who reads a screen can wait some seconds longer. While more than
//! [`BURST_BYTES_PER_S`] arrive, which is more than the pipeline can process anyway, it rests between two batches and
//! leaves the processors to the intake. What was accepted is on disk; the backlog is worked off when the burst is over.

use crate::Offset;
use base::Timestamp;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// More than this arriving is a burst: about 100,000 events a second.
pub const BURST_BYTES_PER_S: u64 = 60 << 20;
/// How long the pipeline rests after a batch in a burst.
pub const BURST_REST: Duration = Duration::from_millis(1500);
/// Over a shorter time a rate says nothing.
const SPAN_MS: i64 = 20;

#[derive(Default)]
pub(super) struct Burst {
    last: Mutex<Option<(Offset, Timestamp)>>,
    on: AtomicBool,
}

impl Burst {
    /// True when since the last look more arrived than [`BURST_BYTES_PER_S`]; `end` is the log's end `now`.
    pub fn is_on(&self, end: Offset, now: Timestamp) -> bool {
        let on = self.look(end, now);
        self.on.store(on, Ordering::Relaxed);
        on
    }

    /// What the last look said.
    pub fn was_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    fn look(&self, end: Offset, now: Timestamp) -> bool {
        let mut last = self.last.lock();
        let Some((from, since)) = *last else {
            *last = Some((end, now));
            return false;
        };
        let span_ms = now.ms_since(since);
        if (0..SPAN_MS).contains(&span_ms) {
            return false;
        }
        *last = Some((end, now));
        // A clock that stepped back says nothing either.
        span_ms > 0 && end.0.saturating_sub(from.0) * 1000 / span_ms as u64 > BURST_BYTES_PER_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_on_while_more_arrives_than_can_be_processed_and_over_when_it_ends() {
        let (burst, at) = (Burst::default(), |ms: i64| Timestamp::from_ms(1_000_000 + ms));
        assert!(!burst.is_on(Offset(0), at(0)), "nothing to compare with");
        assert!(burst.is_on(Offset(BURST_BYTES_PER_S), at(500)));
        assert!(!burst.is_on(Offset(BURST_BYTES_PER_S * 2), at(510)), "too soon to tell");
        assert!(burst.is_on(Offset(BURST_BYTES_PER_S * 2), at(900)));
        assert!(!burst.is_on(Offset(BURST_BYTES_PER_S * 2 + 1000), at(2_000)));
        assert!(!burst.is_on(Offset(BURST_BYTES_PER_S * 9), at(1_000)), "the clock stepped back");
    }
}

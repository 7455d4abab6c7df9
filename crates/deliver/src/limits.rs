//! Rates and circuit breakers, per destination: one slow or closed destination never holds up the others.
//!
//! Pure: time is an argument (ms). A token bucket holds one second's worth; what finds no token is given a slot in
//! the future of its own destination and goes back to the outbox until then. A breaker opens after
//! [`BREAKER_FAILURES`] temporary failures in a row, lets one probe through when its time is up, and stays open
//! twice as long each time the probe fails.

use std::collections::HashMap;

const BREAKER_FAILURES: u32 = 5;
const BREAKER_OPEN_MS: i64 = 15_000;
const BREAKER_OPEN_MS_MAX: i64 = 15 * 60_000;
/// Destinations remembered; beyond it the idle ones are forgotten.
const DESTINATIONS_MAX: usize = 20_000;
/// A wait shorter than this is slept off; a longer one sends the row back to the outbox.
pub const SLEEP_MS_MAX: i64 = 250;

/// May this message go to its destination now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Now,
    /// Not before this time (ms).
    At(i64),
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_ms: i64,
    /// The slot given to the last message that was sent back; later ones queue up behind it.
    parked_ms: f64,
}

impl Bucket {
    fn new(now_ms: i64) -> Self {
        Self { tokens: 1.0, filled_ms: now_ms, parked_ms: 0.0 }
    }
    /// Takes a token, or answers when to come back.
    fn take(&mut self, rate: f64, now_ms: i64) -> Admission {
        let gained = (now_ms - self.filled_ms).max(0) as f64 * rate / 1_000.0;
        self.tokens = (self.tokens + gained).min(rate.max(1.0));
        self.filled_ms = now_ms;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Admission::Now;
        }
        self.parked_ms = self.parked_ms.max(now_ms as f64) + 1_000.0 / rate;
        Admission::At(self.parked_ms.ceil() as i64)
    }
}

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    opened: u32,
    open_until_ms: i64,
    probing: bool,
}

#[derive(Debug, Default)]
struct Destination {
    bucket: Option<Bucket>,
    breaker: Breaker,
}

/// All destinations of one process.
#[derive(Debug, Default)]
pub struct Limits {
    destinations: HashMap<String, Destination>,
}

impl Limits {
    /// `rate` is messages a second, 0 for no limit. `Now` takes the token.
    pub fn admit(&mut self, destination: &str, rate: f64, now_ms: i64) -> Admission {
        self.make_room(now_ms);
        let entry = self.destinations.entry(destination.to_owned()).or_default();
        let breaker = &mut entry.breaker;
        if breaker.open_until_ms > now_ms {
            return Admission::At(breaker.open_until_ms);
        }
        if breaker.opened > 0 {
            if breaker.probing {
                return Admission::At(now_ms + BREAKER_OPEN_MS / 5);
            }
            breaker.probing = true;
        }
        if rate <= 0.0 {
            return Admission::Now;
        }
        entry.bucket.get_or_insert_with(|| Bucket::new(now_ms)).take(rate, now_ms)
    }

    /// The destination answered (whatever it said about the message).
    pub fn answered(&mut self, destination: &str) {
        if let Some(entry) = self.destinations.get_mut(destination) {
            entry.breaker = Breaker::default();
        }
    }

    /// A temporary failure. Answers until when the destination is left alone, if it is.
    pub fn failed(&mut self, destination: &str, now_ms: i64) -> Option<i64> {
        let breaker = &mut self.destinations.entry(destination.to_owned()).or_default().breaker;
        breaker.failures += 1;
        let probe_failed = std::mem::take(&mut breaker.probing);
        if !probe_failed && breaker.failures < BREAKER_FAILURES {
            return None;
        }
        if breaker.open_until_ms > now_ms {
            return Some(breaker.open_until_ms);
        }
        let open_ms = (BREAKER_OPEN_MS << breaker.opened.min(10)).min(BREAKER_OPEN_MS_MAX);
        breaker.opened += 1;
        breaker.open_until_ms = now_ms + open_ms;
        Some(breaker.open_until_ms)
    }

    /// The probe was not made after all (its message was paused or skipped).
    pub fn abandoned(&mut self, destination: &str) {
        if let Some(entry) = self.destinations.get_mut(destination) {
            entry.breaker.probing = false;
        }
    }

    /// Destinations that are closed now, for the health page.
    pub fn open_breakers(&self, now_ms: i64) -> Vec<(String, i64)> {
        let open = self.destinations.iter().filter(|(_, entry)| entry.breaker.open_until_ms > now_ms);
        open.map(|(name, entry)| (name.clone(), entry.breaker.open_until_ms)).collect()
    }

    fn make_room(&mut self, now_ms: i64) {
        if self.destinations.len() >= DESTINATIONS_MAX {
            self.destinations.retain(|_, entry| {
                entry.breaker.failures > 0
                    || entry.bucket.as_ref().is_some_and(|bucket| bucket.parked_ms > now_ms as f64)
            });
        }
    }
}

/// When and how often a temporary failure is tried again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    pub first_ms: i64,
    /// Each wait is this many times the one before.
    pub factor: f64,
    pub wait_ms_max: i64,
    /// Attempts that reached the other side; the last one's temporary answer counts as final.
    pub attempts_max: u32,
    /// A message that could not even be handed over for this long is given up.
    pub give_up_ms: i64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { first_ms: 60_000, factor: 3.0, wait_ms_max: 4 * 3_600_000, attempts_max: 7, give_up_ms: 72 * 3_600_000 }
    }
}

impl RetryPolicy {
    /// The wait after attempt `attempt` (from 1), spread by up to a quarter either way; `chance` is any 64 random bits.
    pub fn wait_ms(&self, attempt: u32, chance: u64) -> i64 {
        let plain = self.first_ms as f64 * self.factor.powi(attempt.saturating_sub(1).min(30) as i32);
        let capped = plain.min(self.wait_ms_max as f64);
        let spread = 0.75 + (chance >> 11) as f64 / (1u64 << 53) as f64 * 0.5;
        ((capped * spread) as i64).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_gets_its_rate_and_no_more_and_others_do_not_wait() {
        let mut limits = Limits::default();
        let now = 1_000_000;
        let burst = (0..100).filter(|_| limits.admit("slow.example", 10.0, now) == Admission::Now).count();
        assert_eq!(burst, 1, "an unknown destination starts without savings");
        assert_eq!(limits.admit("fast.example", 0.0, now), Admission::Now);
        // 99 were sent back to slots a tenth of a second apart: the next is ten seconds off.
        assert_eq!(limits.admit("slow.example", 10.0, now), Admission::At(now + 10_000));
        // Who comes back at its slot finds a token, although more were sent back behind it.
        assert_eq!(limits.admit("slow.example", 10.0, now + 100), Admission::Now);
        assert_eq!(limits.admit("slow.example", 10.0, now + 200), Admission::Now);
        let saved = (0..100).filter(|_| limits.admit("slow.example", 10.0, now + 20_000) == Admission::Now).count();
        assert!(saved <= 10, "{saved} at once after a pause: more than a second's worth");
    }

    #[test]
    fn a_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through() {
        let mut limits = Limits::default();
        for _ in 1..BREAKER_FAILURES {
            assert_eq!(limits.failed("x", 0), None);
        }
        assert_eq!(limits.failed("x", 0), Some(BREAKER_OPEN_MS));
        assert_eq!(limits.admit("x", 0.0, 1), Admission::At(BREAKER_OPEN_MS));
        assert_eq!(limits.admit("y", 0.0, 1), Admission::Now);
        assert_eq!(limits.admit("x", 0.0, BREAKER_OPEN_MS), Admission::Now, "the probe");
        assert!(matches!(limits.admit("x", 0.0, BREAKER_OPEN_MS), Admission::At(_)), "only one");
        assert_eq!(limits.failed("x", BREAKER_OPEN_MS), Some(BREAKER_OPEN_MS * 3), "twice as long");
        assert_eq!(limits.admit("x", 0.0, BREAKER_OPEN_MS * 3), Admission::Now);
        limits.answered("x");
        assert_eq!(limits.admit("x", 0.0, BREAKER_OPEN_MS * 3), Admission::Now);
        assert!(limits.open_breakers(BREAKER_OPEN_MS * 3).is_empty());
    }

    #[test]
    fn waits_grow_to_a_ceiling_and_are_spread() {
        let policy = RetryPolicy::default();
        for attempt in 1..20 {
            let (least, most) = (policy.wait_ms(attempt, 0), policy.wait_ms(attempt, u64::MAX));
            assert!(least < most && most <= policy.wait_ms_max * 5 / 4);
        }
        assert!(policy.wait_ms(2, 0) > policy.wait_ms(1, 0));
    }
}

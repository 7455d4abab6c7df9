//! What keeps the pipeline from going on, and since when; for `/readyz` and operators.

use base::Timestamp;
use parking_lot::Mutex;

/// Something that does not pass by itself, or has not passed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub since: Timestamp,
    /// No personal data: what failed and where.
    pub reason: String,
}

#[derive(Default)]
struct State {
    /// The last turns failed, all of them since then.
    failing: Option<Trouble>,
    /// A batch was begun then and has not come to its end.
    busy_since: Option<Timestamp>,
    /// Records put aside one after the other, without a good one in between, since when, and the last reason.
    put_aside: u64,
    put_aside_last: Option<Trouble>,
}

#[derive(Default)]
pub(super) struct Troubles(Mutex<State>);

impl Troubles {
    pub fn failed(&self, now: Timestamp, reason: String) {
        let mut state = self.0.lock();
        let since = state.failing.as_ref().map_or(now, |trouble| trouble.since);
        state.failing = Some(Trouble { since, reason });
    }

    pub fn went_well(&self) {
        let mut state = self.0.lock();
        (state.failing, state.busy_since) = (None, None);
    }

    pub fn began(&self, now: Timestamp) {
        let mut state = self.0.lock();
        state.busy_since = state.busy_since.or(Some(now));
    }

    /// A batch with these many records was committed.
    pub fn committed(&self) {
        let mut state = self.0.lock();
        (state.put_aside, state.put_aside_last, state.busy_since) = (0, None, None);
    }

    pub fn put_aside(&self, now: Timestamp, reason: String) {
        let mut state = self.0.lock();
        state.put_aside += 1;
        let since = state.put_aside_last.as_ref().map_or(now, |trouble| trouble.since);
        state.put_aside_last = Some(Trouble { since, reason });
    }

    /// What is wrong for longer than `patience_ms`, or with `in_a_row_max` records one after the other.
    pub fn now(&self, now: Timestamp, patience_ms: i64, in_a_row_max: u64) -> Option<Trouble> {
        let state = self.0.lock();
        if let Some(trouble) = state.failing.as_ref().filter(|trouble| now.ms_since(trouble.since) >= patience_ms) {
            return Some(trouble.clone());
        }
        if let Some(last) = state.put_aside_last.as_ref().filter(|_| state.put_aside >= in_a_row_max) {
            let reason = format!("the last {} records in a row were put aside: {}", state.put_aside, last.reason);
            return Some(Trouble { since: last.since, reason });
        }
        let since = state.busy_since.filter(|since| now.ms_since(*since) >= patience_ms)?;
        Some(Trouble { since, reason: "a batch does not come to its end while the log grows".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE_MS: i64 = 10_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + seconds * 1_000)
    }

    fn look(troubles: &Troubles, seconds: i64) -> Option<String> {
        troubles.now(at(seconds), PATIENCE_MS, 3).map(|trouble| trouble.reason)
    }

    #[test]
    fn a_failure_that_lasts_is_trouble_until_a_turn_goes_well() {
        let troubles = Troubles::default();
        troubles.failed(at(0), "the database is gone".into());
        assert_eq!(look(&troubles, 5), None, "it may pass");
        troubles.failed(at(9), "the database is gone".into());
        assert_eq!(look(&troubles, 10).as_deref(), Some("the database is gone"));
        troubles.went_well();
        assert_eq!(look(&troubles, 60), None);
    }

    #[test]
    fn records_put_aside_one_after_the_other_are_trouble_and_single_ones_are_not() {
        let troubles = Troubles::default();
        for _ in 0..2 {
            troubles.put_aside(at(0), "view measure: boom".into());
        }
        troubles.committed();
        troubles.put_aside(at(1), "view measure: boom".into());
        assert_eq!(look(&troubles, 60), None);
        troubles.put_aside(at(2), "view measure: boom".into());
        troubles.put_aside(at(3), "view measure: boom".into());
        assert!(look(&troubles, 3).is_some_and(|reason| reason.contains("3 records in a row")));
    }

    #[test]
    fn a_batch_without_end_is_trouble() {
        let troubles = Troubles::default();
        troubles.began(at(0));
        troubles.began(at(8));
        assert_eq!(look(&troubles, 9), None);
        assert!(look(&troubles, 11).is_some());
        troubles.committed();
        assert_eq!(look(&troubles, 12), None);
    }
}

//! How many events were judged and what they broke the plan with: counted in memory, written every few seconds.

use crate::judge::EventKey;
use crate::limits::VIOLATIONS_PER_HOUR_MAX;
use crate::model::{Code, Kind, Violation};
use base::{SourceId, Timestamp, WorkspaceId};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// Numbers of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub judged: u64,
    pub violating: u64,
    pub blocked: u64,
    /// Lost properties nobody planned.
    pub changed: u64,
    /// Not planned, and kept nowhere.
    pub dropped: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.judged += other.judged;
        self.violating += other.violating;
        self.blocked += other.blocked;
        self.changed += other.changed;
        self.dropped += other.dropped;
    }
}

/// The hour, the source and the entry; no entry: events that are not planned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TallyKey {
    pub workspace: WorkspaceId,
    pub hour: i64,
    pub source: Option<SourceId>,
    pub event: Option<Arc<EventKey>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ViolationKey {
    pub workspace: WorkspaceId,
    pub hour: i64,
    pub source: Option<SourceId>,
    pub kind: Option<Kind>,
    pub name: String,
    pub code: Code,
    pub pointer: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub message: String,
    pub events: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// What is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Unwritten {
    pub tallies: HashMap<TallyKey, Tally>,
    pub violations: HashMap<ViolationKey, Seen>,
}

impl Unwritten {
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.violations.is_empty()
    }
}

#[derive(Default)]
struct State {
    unwritten: Unwritten,
    /// Hashes of the violations told apart in the workspace's present hour.
    apart: HashMap<WorkspaceId, (i64, HashSet<u64>)>,
}

#[derive(Default)]
pub(crate) struct Counts(Mutex<State>);

fn hour_of(now: Timestamp) -> i64 {
    now.ms().div_euclid(HOUR_MS) * HOUR_MS
}

impl Counts {
    pub fn count(
        &self,
        workspace: WorkspaceId,
        source: Option<SourceId>,
        event: Option<Arc<EventKey>>,
        tally: Tally,
        now: Timestamp,
    ) {
        let key = TallyKey { workspace, hour: hour_of(now), source, event };
        self.0.lock().unwritten.tallies.entry(key).or_default().add(tally);
    }

    pub fn violations(
        &self,
        workspace: WorkspaceId,
        source: Option<SourceId>,
        event: &EventKey,
        violations: &[Violation],
        now: Timestamp,
    ) {
        let hour = hour_of(now);
        let mut state = self.0.lock();
        for violation in violations {
            let Violation { code, pointer, message } = violation;
            let mut key = ViolationKey {
                workspace,
                hour,
                source,
                kind: Some(event.0),
                name: event.1.clone(),
                code: *code,
                pointer: pointer.clone(),
            };
            let mut message = message.clone();
            if !state.may_tell_apart(&key) {
                (key.kind, key.name, key.pointer) = (None, String::new(), String::new());
                message = "further violations of this kind".to_owned();
            }
            let blank = Seen { message, events: 0, first_at: now, last_at: now };
            let seen = state.unwritten.violations.entry(key).or_insert(blank);
            seen.events += 1;
            seen.last_at = seen.last_at.max(now);
        }
    }

    pub fn take(&self) -> Unwritten {
        std::mem::take(&mut self.0.lock().unwritten)
    }

    /// Puts back what could not be written.
    pub fn put_back(&self, unwritten: Unwritten) {
        let mut state = self.0.lock();
        for (key, tally) in unwritten.tallies {
            state.unwritten.tallies.entry(key).or_default().add(tally);
        }
        for (key, earlier) in unwritten.violations {
            match state.unwritten.violations.get_mut(&key) {
                Some(later) => {
                    later.events += earlier.events;
                    later.first_at = later.first_at.min(earlier.first_at);
                }
                None => {
                    state.unwritten.violations.insert(key, earlier);
                }
            }
        }
    }
}

impl State {
    fn may_tell_apart(&mut self, key: &ViolationKey) -> bool {
        let (hour, apart) = self.apart.entry(key.workspace).or_default();
        if *hour != key.hour {
            (*hour, *apart) = (key.hour, HashSet::new());
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if apart.contains(&hash) {
            return true;
        }
        apart.len() < VIOLATIONS_PER_HOUR_MAX && apart.insert(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: WorkspaceId = WorkspaceId::new(1);

    fn violation(pointer: &str) -> Vec<Violation> {
        vec![Violation { code: Code::WrongType, pointer: pointer.into(), message: "must be text".into() }]
    }

    #[test]
    fn a_sender_that_makes_names_up_cannot_fill_the_memory() {
        let counts = Counts::default();
        let key = (Kind::Track, "Order Completed".to_owned());
        let now = Timestamp::from_ms(HOUR_MS * 10);
        for number in 0..VIOLATIONS_PER_HOUR_MAX + 50 {
            counts.violations(WORKSPACE, None, &key, &violation(&format!("/p{number}")), now);
        }
        let first = counts.take();
        assert_eq!(first.violations.len(), VIOLATIONS_PER_HOUR_MAX + 1);
        let others = first.violations.iter().find(|(key, _)| key.kind.is_none()).unwrap();
        assert_eq!(others.1.events, 50);
        // What was told apart before stays so, after a write too; the next hour begins anew.
        counts.violations(WORKSPACE, None, &key, &violation("/p7"), now);
        counts.violations(WORKSPACE, None, &key, &violation("/new"), now);
        counts.violations(WORKSPACE, None, &key, &violation("/new"), now.plus_ms(HOUR_MS));
        let second = counts.take();
        let pointers: HashSet<&str> = second.violations.keys().map(|key| key.pointer.as_str()).collect();
        assert_eq!(pointers, HashSet::from(["/p7", "", "/new"]));
    }

    #[test]
    fn what_could_not_be_written_is_counted_with_what_came_since() {
        let counts = Counts::default();
        let key = (Kind::Identify, String::new());
        let early = Timestamp::from_ms(1_000);
        counts.violations(WORKSPACE, None, &key, &violation("/age"), early);
        counts.count(WORKSPACE, None, None, Tally { judged: 1, ..Tally::default() }, early);
        let taken = counts.take();
        counts.violations(WORKSPACE, None, &key, &violation("/age"), early.plus_ms(5));
        counts.count(WORKSPACE, None, None, Tally { judged: 2, ..Tally::default() }, early);
        counts.put_back(taken);
        let all = counts.take();
        let seen = all.violations.values().next().unwrap();
        assert_eq!((seen.events, seen.first_at), (2, early));
        assert_eq!(all.tallies.values().next().unwrap().judged, 3);
        assert!(counts.take().is_empty());
    }
}

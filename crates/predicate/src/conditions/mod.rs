//! One file per kind of condition; the registry is [`crate::KINDS`].

pub mod all;
pub mod any;
pub mod consent;
pub mod event;
pub mod not;
pub mod reachable;
pub mod sample;
pub mod segment;
pub mod sequence;
pub mod trait_value;

use crate::window::earlier;
use crate::{Condition, ProfileFacts};
use base::{Json, Timestamp};

/// The earliest change among `conditions`.
fn earliest_change(conditions: &[Condition], facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
    conditions.iter().fold(None, |next, condition| earlier(next, condition.next_change(facts, now)))
}

/// The members of a group as JSON.
fn members_json(conditions: &[Condition]) -> Json {
    conditions.iter().map(Condition::part_json).collect()
}

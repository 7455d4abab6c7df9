//! Suggested duplicates: customers that are probably one person, with the evidence, for a person to decide.
//!
//! `matching` learns from a workspace's own customers which fields tell people apart; this room reads the customers,
//! keeps what was found, and remembers what was refused. A whole search compares everybody; between two of them,
//! updates compare those who are new or changed, with what the last whole search learned. Nothing is merged by itself.
//! Stored are ids, levels, weights and keyed fingerprints, never a value: what is shown is read from the customers when
//! it is shown, and how common values are is counted anew by every update.

mod draft;
mod error;
mod find;
mod model;
mod names;
mod place;
mod schedule;
mod seen;
mod service;
mod store;
mod update;

pub use error::DuplicateError;
pub use model::{Evidence, FIELDS, Group, GroupId, Pair, PersonFields, RunState, RunStatus, Step, UpdateStatus};
pub use schedule::{GROWN_SHARE, PEOPLE_AT_ONCE, REST_FACTOR, UPDATE_AFTER, UPDATE_AFTER_PEOPLE, UPDATE_REST};
pub use service::{Duplicates, GROUP_SIZE_MAX, PEOPLE_MAX, People};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "duplicates/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "duplicates/0002_updates", sql: include_str!("../migrations/0002_updates.sql") },
];

#[cfg(test)]
mod tests;

//! Suggested duplicates: customers that are probably one person, with the evidence, for a person to decide.
//!
//! `matching` learns from a workspace's own customers which fields tell people apart; this room reads the customers,
//! keeps what was found, and remembers what was refused. Nothing is merged by itself. Stored are ids, levels and
//! weights, never a value: what is shown is read from the customers when it is shown.

mod error;
mod find;
mod model;
mod service;
mod store;

pub use error::DuplicateError;
pub use model::{Evidence, FIELDS, Group, GroupId, Pair, PersonFields, RunState, RunStatus, Step};
pub use service::{Duplicates, GROUP_SIZE_MAX, PEOPLE_MAX, People};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "duplicates/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

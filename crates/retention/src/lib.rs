//! Retention: how long events of each kind are kept, and what becomes of them then.
//!
//! - [`Rule`]s say of an event, a kind of events or everything else: keep so long, then delete or anonymise. Without a
//!   rule everything is kept for ever. The most specific rule that is switched on decides ([`Matcher`]).
//! - A dry run counts what would go and changes nothing; without a fresh one no rule is switched on.
//! - The nightly run, or one that a person starts, has the history cut. It is repeated until it is done: a crash leaves a
//!   whole table and a receipt that counts every event once.
//!
//! A run ends in one transaction: its receipt is complete, and the audit trail says so ([`Trail`]).
//!
//! Only the history is cut. Orders, traits, consent, and counters are kept by their rooms and stay as they are;
//! memberships follow what is left. What people say about consent, and what Tutti needs to know who is who, is never cut.
//!
//! Receipts hold names of events and numbers: nobody is in them.

mod allow;
mod check;
mod error;
pub mod limits;
mod matcher;
mod model;
mod ports;
mod receipt;
mod runs;
mod service;
mod store;

pub use allow::{KEPT_PROPERTIES, kept_properties};
pub use error::{Result, RetentionError};
pub use matcher::{Matcher, Verdict};
pub use model::{
    Action, Cause, Draft, KINDS, Keep, Mode, NameCount, OffReason, Reader, Rule, RuleOutcome, Run, RunState, Target,
    Unit, Warning, What,
};
pub use ports::{Cut, Facts, History, Ledger, Needs, Seen, Trail};
pub use service::{Overview, Retention, RetentionParts};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "retention/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

//! Computed traits: what a customer did, added up; and formulas over what is known of them.
//!
//! - A [`Definition`] says what is worked out: an aggregate of an event ([`AGGREGATES`], one file each) or a formula.
//! - [`Compute`] is the service (define, preview, fill from the history, remove) and, as an `events::View`, keeps every
//!   value current with each batch of the log. What time alone changes (a rolling window, days since) is looked up by
//!   [`Compute::tick`].
//!
//! A value reaches the rest of the program as an `identify` that Tutti writes ([`events::SystemEvent::traits`]): it is a
//! trait like any other, in the profile, in segments and in messages. Those calls are not kept in the history, for they
//! follow from it.
//!
//! State is a sum that can be added up in any order ([`state::State`]), so that what the history holds and what arrives
//! meanwhile are worked out side by side and brought together. Cost: an event that no definition names is looked up by
//! its name once; one that is named costs a fold in memory, and per batch, trait and customer one row read and written.

mod aggregate;
mod aggregates;
mod definition;
mod error;
mod fill;
mod fold;
mod formula;
mod partial;
mod preview;
mod service;
mod state;
mod store;
mod view;
mod words;

pub use aggregate::{AGGREGATES, Aggregate, PropertyUse};
pub use definition::{Definition, EventAggregate};
pub use error::ComputeError;
pub use formula::{FORMULA_BYTES_MAX, Formula};
pub use preview::Previewed;
pub use service::{
    Compute, ComputedTrait, EventVisitor, NAME_BYTES_MAX, NewTrait, Snapshot, Sources, Status, TRAITS_MAX, TraitUse,
    TraitUser, TraitsRead, Visited, WhoDid,
};
pub use state::{ENTRIES_EXACT_MAX, State};
pub use view::VIEW_NAME;
pub use words::sentence;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "compute/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "compute/0002_clustered", sql: include_str!("../migrations/0002_clustered.sql") },
];

/// Deletes what is kept of people who are erased; answers how many rows.
pub async fn erase(
    tx: &mut db::Tx,
    workspace: base::WorkspaceId,
    profiles: &[base::ProfileId],
) -> Result<u64, db::DbError> {
    store::forget(tx, workspace, profiles).await
}

#[cfg(test)]
mod tests;

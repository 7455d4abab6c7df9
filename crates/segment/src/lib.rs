//! Segments: who is in them, counted in milliseconds and kept up to date with every event.
//!
//! - [`Segments`]: the service. Counts and lists any condition of `predicate` without SQL, keeps saved segments.
//! - It is a [`events::View`] too: after each batch the memberships it touched are right, written in the batch's
//!   transaction, and `Segment Entered` / `Segment Exited` are emitted with keys that follow from (segment, profile,
//!   batch), so that a batch taken again says nothing twice.
//! - [`Segments::tick`] does what time alone changes ("in the last 30 days").
//! - [`Segments::follow_cut`] works out anew what profiles did when events were cut out of the history: memory and
//!   memberships are then what a start would make of what is left.
//! - `engine/` is the in-memory engine: pure, one [`engine::Workspace`] per workspace. It is a cache: built at the
//!   start by [`Segments::load`] from what [`SegmentData`] gives, never the truth.
//!
//! How to start: `Segments::open`, then `load().await` AFTER the lake's tail is filled and BEFORE the pipeline runs;
//! then call `tick()` every few seconds, and `Pipeline::wake` when it answers that something changed.
//!
//! Filling a segment when it is created or edited emits no events: entering is something a customer does.
//!
//! Memory: per profile and trait path 12 bytes (numbers: 16) and a bitmap per value of low-cardinality traits (about
//! 2 bits a profile); per event 17 bytes and 4 (text) or 8 (number) per property path; each distinct text once, about
//! 90 bytes more than its length. A million customers with 15 traits and 20 M events of 5 properties: about 1.2 GB.
//!
//! Locks: a writing SQL transaction is begun BEFORE `gate` is taken, always. `gate` is held from a batch's `apply`
//! to its `committed` or `rolled_back`, so that nobody writes on top of changes that may be taken back.

mod audience;
mod data;
mod engine;
mod error;
mod service;
mod store;
mod view;

pub use audience::Audience;
pub use data::{DataError, HistoryNow, HistoryRow, ProfileRow, SegmentData, SegmentUse, SegmentUser, TraitsLeft};
pub use engine::{ADDRESS_KINDS, EventName, PartCount, PropertyName, TraitName, ValueCount};
pub use error::SegmentError;
pub use roaring::RoaringBitmap;
pub use service::{Counted, Membership, NewSegment, SavedSegment, Segments, Warning};
pub use service::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, SEGMENTS_MAX};

/// Tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "segment/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

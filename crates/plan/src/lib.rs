//! The tracking plan: what a workspace means to collect, and what becomes of everything else.
//!
//! - [`Plans`] keeps the plan: events and traits, each with a JSON Schema (2020-12) that also says what is personal and
//!   what it is for.
//! - [`ActivePlan`] is the plan at the door: compiled once, unchanging, swapped for another when the plan changes. It
//!   keeps an item, cuts out of it what nobody planned, refuses it, or leaves it out.
//! - What broke the plan is counted by hour, source, event and place, without any value of an event.
//! - [`suggest`] makes a plan out of what arrives.
//!
//! Invariants: an item that is kept is byte for byte what was sent; a value that is cut out is nowhere; what people
//! say about consent is never refused; a kind of which nothing is planned is not looked at. No schema can make an event
//! expensive: references, depth, size and patterns are bounded before anything is compiled.

mod check;
mod counts;
mod error;
mod exchange;
mod form;
mod judge;
pub mod limits;
mod model;
mod recent;
mod report;
mod schema;
mod service;
mod shape;
mod store;
mod suggest;
mod violation;

pub use check::{Trial, Verdict};
pub use counts::Tally;
pub use error::{PlanError, Result};
pub use exchange::{ImportOutcome, export};
pub use form::{Property, ValueType, form_of, schema_of, sounds_personal, tally};
pub use judge::{ActivePlan, Arriving, Judgement, Outcome};
pub use model::{
    Code, Draft, Kind, OnViolation, PlannedEvent, Purpose, Settings, Status, UnplannedEvents, UnplannedProperties,
    Violation,
};
pub use recent::Remark;
pub use report::{ViolationCount, ViolationReport};
pub use service::{Arrival, Arrivals, Overview, PlanParts, Plans, Protected};
pub use store::{Numbers, ViolationFilter};
pub use suggest::{Adopted, Skipped, SuggestedProperty, Suggestion, Suggestions, suggest};

/// Says whether a schema may be used, and what is wrong with it otherwise.
pub fn check_schema(schema: &base::Json) -> Result<()> {
    schema::compile(schema).map(|_| ())
}

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "plan/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

//! Products and variants of a workspace, as product feeds tell of them.
//!
//! - [`attributes`], [`product`]: the attributes of the Google Merchant product data specification, and what is wrong
//!   with an item.
//! - [`feed`]: reads XML, tables and JSON lines, streamed.
//! - [`Upload`]: a feed on its way in: read, staged, and then applied as a whole in a run that a crash cannot halve.
//! - [`Catalog`]: the service: lists, search, one product, look-ups, runs.
//!
//! Invariants: a product is gone only when a feed that was read to its end did not have it; a feed that would take away
//! more than half of a source waits for a person; an item that is refused leaves the product as it was; one feed of a
//! source is read at a time.

mod apply;
pub mod attributes;
mod error;
mod feed;
mod intake;
pub mod limits;
mod list;
mod product;
mod run;
mod service;
mod source;
mod sql;
mod staging;

pub use error::CatalogError;
pub use feed::{FeedError, Format};
pub use intake::Upload;
pub use list::{CategoryCount, Filter, Gone};
pub use product::{AgeGroup, Availability, Change, Condition, Gender, Item, Product, ProductDetail};
pub use run::{Mode, Refused, Run, RunState};
pub use service::{Catalog, CatalogParts};
pub use source::ProductSource;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "catalog/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "catalog/0002_left", sql: include_str!("../migrations/0002_left.sql") },
];

#[cfg(test)]
mod tests;

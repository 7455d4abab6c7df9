//! A synthetic shop, "Noordkaap": sneakers and outdoor shoes in the Netherlands, Friesland and Sweden.
//!
//! - [`World`]: customers with hidden tastes, made from (seed, number) alone, so that ten million cost no memory.
//! - [`World::history`]: what they did in the months before `until`, as Segment batches per source.
//! - [`Player`]: sends a history over HTTP with several connections and waits when told to (429).
//! - [`Live`]: acts in real time and answers the messages the sandbox received: opens, clicks, buys, unsubscribes,
//!   with a known true effect ([`TrueEffects`]) that measurements can be compared with.
//! - [`World::write_customers_csv`], [`World::write_orders_csv`]: the same world as files, for imports.
//!
//! It speaks only the public API. The same seed gives the same bytes on every machine. Nobody in it exists: addresses
//! are at example domains (RFC 2606); telephone numbers are only valid in form, and nothing here ever calls one.

mod catalogue;
mod client;
mod companies;
mod config;
mod csv_files;
mod customer;
mod effects;
mod error;
mod feed;
mod history;
mod inbox;
mod life;
mod live;
mod names;
mod reaction;
mod wire;

pub use catalogue::{CATALOGUE, Category, Product};
pub use client::{Played, Player, Progress, Target, WriteKeys};
pub use config::Config;
pub use customer::{Consent, Customer, Device, Region, Tastes};
pub use effects::{Exposure, TrueEffects};
pub use error::SimError;
pub use feed::product_feed;
pub use history::{History, SourceBatch, World};
pub use live::{Live, LiveConfig, LiveTotals};
pub use reaction::{Purchase, Reaction};
pub use wire::Source;

#[cfg(test)]
mod tests;

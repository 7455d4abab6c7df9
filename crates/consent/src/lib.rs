//! Who may be contacted on which channel, the proof of it, and the addresses nothing is ever sent to.
//!
//! - [`ConsentView`] (an `events::View`): turns what customers say in events into states with a history.
//! - [`Consents`]: the service: states, history, setting, and [`Consents::check`], which is asked at the moment of
//!   sending and reads the store, not memory.
//! - [`ContactChannel`]: the registry of channels; [`SuppressionReason`]: why an address is on the list.
//!
//! Nothing is sent to anybody who is not `subscribed` on the channel, whatever segment they are in. Rules of precedence
//! are in `statement.rs`.

mod address;
mod divide;
mod error;
mod model;
mod service;
mod sql;
mod statement;
mod view;

pub use address::normalise_address;
pub use error::ConsentError;
pub use model::{
    ChannelConsent, ConsentRecord, ConsentState, ContactChannel, Permission, ProfileConsent, Proof, Suppression,
    SuppressionReason,
};
pub use service::{Consents, STREAM_LIMIT_MAX, SUPPRESSION_IMPORT_MAX};
pub use view::{ConsentView, VIEW_NAME};

/// Event: an address of the profile was put on the suppression list; `{channel, reason}`.
pub const ADDRESS_SUPPRESSED: &str = "Address Suppressed";
/// Event: an address of the profile was taken off the suppression list; `{channel, reason}`.
pub const ADDRESS_UNSUPPRESSED: &str = "Address Unsuppressed";

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "consent/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "consent/0002_shared", sql: include_str!("../migrations/0002_shared.sql") },
];

#[cfg(test)]
mod tests;

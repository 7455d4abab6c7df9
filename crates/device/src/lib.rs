//! The devices customers use, where they are, and what is kept of their addresses.
//!
//! - [`DeviceView`] (an `events::View`): user agents, client hints and what libraries say of the device become rows, a
//!   few per customer. The order in which events arrive does not matter: what was said later in time wins.
//! - [`Devices`]: the service: the devices of a customer; what a workspace keeps of IP addresses.
//! - [`Geo`]: country and city of an address, out of a database file that the operator names. Without one nothing is
//!   looked up.
//! - [`agent`]: what a user agent says, by the patterns of uap-core.

pub mod agent;
mod error;
mod geo;
mod heard;
mod key;
mod known;
mod seen;
mod service;
mod store;
mod view;
mod work;

pub use error::DeviceError;
pub use geo::{Geo, GeoAbout, Place};
pub use key::DeviceKey;
pub use known::{Client, ClientKind, Device, DeviceType, Hardware, Os};
pub use service::{DeviceParts, Devices, IpRule};
pub use view::{DeviceView, VIEW_NAME};

/// Devices kept of one customer; the one not seen for longest goes first.
pub const DEVICES_MAX: usize = 50;
/// Characters kept of a text that says what a device is.
pub const TEXT_CHARS_MAX: usize = 100;
/// A device that is used without a break is written anew this often.
pub const SEEN_STEP_MS: i64 = 3_600_000;
/// Days before the last one of which it is known whether the device was used.
pub const ACTIVE_DAYS_MAX: u32 = 60;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "device/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

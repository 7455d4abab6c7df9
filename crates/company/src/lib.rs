//! Companies (accounts of B2B): who belongs to which, with what role, what is known of each, and what its members do.
//!
//! - [`CompanyView`] (an `events::View`): `group` calls, and calls that say somebody left, make companies, traits and
//!   memberships. The order in which calls arrive does not matter: what was said later in time wins.
//! - [`Companies`]: the service: list, search, get, members, companies of a customer; changes by hand, which are
//!   written to the log like everything else; roll-ups in the background.
//! - [`Naming`], [`People`]: what the room asks of others; `server` wires it.

mod call;
mod error;
mod list;
mod member;
mod model;
mod rollup;
mod service;
mod sql;
mod traits;
mod view;
mod work;
mod writable;

pub use call::{COMPANY_DELETED, GROUP_LEFT, MEMBER_ADDED, MEMBER_REMOVED};
pub use error::CompanyError;
pub use model::{Company, CompanySummary, Member, Membership, RollUp, Sort, TraitSeen};
pub use rollup::{MEMBERS_COUNTED_MAX, MemberNumbers, People};
pub use service::{COMPANIES_OF_CUSTOMER_MAX, Companies, CompanyParts};
pub use traits::{TRAIT_NAME_BYTES_MAX, TRAIT_VALUE_BYTES_MAX, TRAITS_MAX};
pub use view::{CompanyView, Naming, VIEW_NAME};

/// Bytes of a role.
pub const ROLE_BYTES_MAX: usize = 200;

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "company/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

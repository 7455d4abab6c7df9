//! What a message says: written once, made personal for each recipient.
//!
//! An [`EmailMessage`] is Liquid in MJML, HTML or plain text. [`Contents`] compiles it (keeping the result by the
//! hash of the message, so that a campaign is compiled once), renders it with a customer's data, checks it, and keeps
//! saved templates. Marketing mail always carries an unsubscribe link and the sender's postal address: a message that
//! does not place `{{ unsubscribe_url }}` itself gets a footer.
//!
//! Data of a rendering: `customer` (id, first_name, last_name, email, every trait), `campaign` (id, name), `workspace`
//! (name, postal_address), `unsubscribe_url`, `preferences_url`, `view_url`, `now`.

mod cache;
mod checks;
mod error;
mod footer;
mod merge;
mod message;
mod render;
mod starters;
mod templates;

pub use checks::{MessageCheck, Severity};
pub use error::{ContentError, PartError};
pub use merge::{CampaignMerge, ProfileData, WorkspaceData, WorkspaceMerge};
pub use message::{EmailMessage, Utm};
pub use render::{Contents, Preview, PreviewFor, RenderFor, Rendered, SampleSubject};
pub use starters::{Starter, starters};
pub use templates::{SavedTemplate, TemplateDraft};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "content/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

#[cfg(test)]
mod tests;

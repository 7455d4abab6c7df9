//! Who may be contacted on which channel, the proof of it, and the addresses nothing is ever sent to.
//!
//! - [`ConsentView`] (an `events::View`): turns what customers say in events into states with a history.
//! - [`Consents`]: the service: states, history, setting, and [`Consents::check`], which is asked at the moment of
//!   sending and reads the store, not memory.
//! - [`Subject`]: what a consent is about: a channel, a topic, a topic on a channel, a purpose, a wish.
//! - [`Topic`], [`ConsentSettings`]: what people are asked, and the page they are asked on.
//! - [`Request`]: a question the mailbox has to answer (double opt-in).
//! - [`Removed`]: what nobody confirmed is removed again.
//! - [`ContactChannel`]: the registry of channels; [`SuppressionReason`]: why an address is on the list.
//!
//! Nothing is sent to anybody who is not `subscribed` on the channel, whatever segment they are in. Rules of precedence
//! are in `statement.rs`, what a message needs in `permission.rs`.

mod address;
mod brake;
mod divide;
mod error;
mod localised;
mod mail;
mod model;
mod permission;
mod preferences;
mod requests;
mod service;
mod settings;
mod sql;
mod statement;
mod subject;
mod topics;
mod unconfirmed;
mod view;

pub use address::normalise_address;
pub use brake::FORM_REQUESTS_MAX;
pub use error::ConsentError;
pub use localised::{LANGUAGES, Localised, language_of};
pub use mail::{RequestMail, request_mail};
pub use model::{
    ChannelConsent, ConsentRecord, ConsentState, ContactChannel, ProfileConsent, Proof, SubjectState, Suppression,
    SuppressionReason,
};
pub use permission::{Known, Permission};
pub use preferences::{CHANGES_MAX, Change, Overview, PAUSE_MS_MAX};
pub use requests::{
    AGAIN_MS, Answered, MAILS_PER_DAY_MAX, OWN_MS, Request, RequestId, RequestKind, RequestMailer, SUBSCRIBE_MS,
    subscription_requested,
};
pub use service::{Consents, STREAM_LIMIT_MAX, SUPPRESSION_IMPORT_MAX, SentLately};
pub use settings::{
    ConfirmationWords, ConsentSettings, LOGO_DATA_BYTES_MAX, PurposeRule, Sections, contrast_with_white,
};
pub use subject::{Basis, Frequency, Purpose, Subject, TOPIC_KEY_CHARS_MAX, TopicKey};
pub use topics::{TOPICS_MAX, Topic, TopicDraft, TopicUse, TopicUser};
pub use unconfirmed::{
    Removed, SUBSCRIPTION_LAPSED, SignUps, UNCONFIRMED_DAYS_DEFAULT, UNCONFIRMED_DAYS_MAX, UNCONFIRMED_DAYS_MIN,
    Unconfirmed,
};
pub use view::{ConsentView, VIEW_NAME};

/// Event: an address of the profile was put on the suppression list; `{channel, reason}`.
pub const ADDRESS_SUPPRESSED: &str = "Address Suppressed";
/// Event: an address of the profile was taken off the suppression list; `{channel, reason}`.
pub const ADDRESS_UNSUPPRESSED: &str = "Address Unsuppressed";

/// Event of Tutti's own: somebody asks for a subscription that the mailbox has to confirm.
pub const SUBSCRIPTION_REQUESTED: &str = "Subscription Requested";

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "consent/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "consent/0002_shared", sql: include_str!("../migrations/0002_shared.sql") },
    db::Migration { name: "consent/0003_subjects", sql: include_str!("../migrations/0003_subjects.sql") },
    db::Migration { name: "consent/0004_unconfirmed", sql: include_str!("../migrations/0004_unconfirmed.sql") },
];

#[cfg(test)]
mod tests;

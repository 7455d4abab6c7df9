//! Customers: who an event belongs to, what is known of them, and how they are found again.
//!
//! - [`Identity`] (an `events::Resolver`): deterministic identity. Only declared identifiers join profiles, within
//!   limits per kind; every merge is recorded and old ids resolve for ever; what cannot be joined is recorded as a
//!   conflict, never guessed. The registry of kinds is [`identifiers::KINDS`].
//! - [`ProfileView`] (an `events::View`): traits with source and time, first and last seen, counts, channels.
//! - [`Profiles`]: the service: get, search, list, merge data, addresses, create, patch, erase, export.
//! - [`RuleBook`]: what each workspace says of identity and of which value of a trait stays, shared by all of these.
//! - [`Eraser`], [`FileEraser`]: the register of rooms and files that hold something about a person.
//!
//! Decisions worth knowing: two different user ids are never joined by anything but an `alias` call; an anonymous id
//! that belongs to one user stays theirs when another signs in on the same device (the other's events carry their
//! own user id); any call that carries two identifiers declares them to be one person, not only `identify`, so that
//! the outcome does not hang on the order in which calls arrive; an event whose only id is a placeholder ("null")
//! is kept on the workspace's unidentified profile and sets no traits.

mod acquisition;
mod activity;
mod asked;
mod cache;
mod current;
mod document;
mod erase;
mod error;
mod history;
pub mod identifiers;
mod identities;
mod identity;
mod list;
mod model;
mod rules;
mod service;
mod sorting;
mod split;
mod sql;
mod store;
mod stream;
mod survivor;
mod view;
mod writable;

pub use current::traits_in;
pub use document::{TRAIT_NAME_BYTES_MAX, TRAIT_VALUE_BYTES_MAX, TRAITS_MAX};
pub use erase::{Eraser, ErasureProgress, FileEraser, Person, PersonIdentifier, finish_erasures};
pub use error::ProfileError;
pub use history::{HistoryRule, TraitHistory, TraitSaying};
pub use identities::{Apart, Asked, MergePreview, SplitSide, TraitChoice};
pub use identity::Identity;
pub use model::{
    ConflictSeen, ErasureReceipt, IdentifierSeen, MergeSeen, Profile, ProfileCounts, ProfileRow, ProfileSummary, Sort,
    TraitSeen,
};
pub use rules::{
    BLOCKED_MAX, CUSTOM_KINDS_MAX, DEVICE_DAYS_MAX, DEVICE_USERS_MAX, GmailPreview, KindPreview, KindRuleDoc,
    LIMIT_MAX, OtherKinds, PATTERN_CHARS_MAX, PRIORITY_MAX, RuleBook, RulesDoc, RulesPreview, RulesSaved, SOURCES_MAX,
    SharedDevice, SharedDeviceRule, TRAIT_RULES_MAX, TraitRuleDoc, TraitsOfBatch, built_in_blocked,
};
pub use service::{Profiles, STREAM_LIMIT_MAX};
pub use sorting::{Sorter, finish_splits, was_anybody_split};
pub use split::{SPLIT_EVENTS_MAX, SplitRequest, came_with};
pub use stream::{PersonDetails, earliest_wins, traits_of_event};
pub use view::{ProfileView, VIEW_NAME};

/// The tables of this room.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { name: "profile/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    db::Migration { name: "profile/0002_erasing", sql: include_str!("../migrations/0002_erasing.sql") },
    db::Migration { name: "profile/0003_activity", sql: include_str!("../migrations/0003_activity.sql") },
    db::Migration { name: "profile/0004_splits", sql: include_str!("../migrations/0004_splits.sql") },
    db::Migration { name: "profile/0005_rules", sql: include_str!("../migrations/0005_rules.sql") },
    db::Migration { name: "profile/0006_anonymised", sql: include_str!("../migrations/0006_anonymised.sql") },
    db::Migration { name: "profile/0007_erasure_asked", sql: include_str!("../migrations/0007_erasure_asked.sql") },
];

#[cfg(test)]
mod tests;

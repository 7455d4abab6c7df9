//! What is shown and handed out of a profile.

use base::{Json, JsonMap, ProfileId, Timestamp};
use events::Channel;

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileSummary {
    pub id: ProfileId,
    /// The name, else e-mail address, else phone number, else "Visitor 42".
    pub label: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    /// When Tutti first heard of the customer.
    pub created_at: Timestamp,
    /// Time of the earliest event; before `created_at` when history was imported.
    pub first_seen: Timestamp,
    /// Time of the last event in which the customer, not Tutti, did something.
    pub last_seen: Timestamp,
    pub events: u64,
    pub channels: Vec<Channel>,
}

/// Everything this room knows about one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    pub summary: ProfileSummary,
    /// Ids that were merged into this one, oldest first.
    pub merged_from: Vec<ProfileId>,
    pub identifiers: Vec<IdentifierSeen>,
    pub traits: Vec<TraitSeen>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IdentifierSeen {
    pub kind: String,
    /// In its normal form (see `identifiers`).
    pub value: String,
    pub first_seen: Timestamp,
    /// Exact to a day.
    pub last_seen: Timestamp,
    pub source: Option<String>,
    /// The profile it was first attached to: the customer itself, or one that was merged into it.
    pub home: ProfileId,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TraitSeen {
    pub name: String,
    pub value: Json,
    pub at: Timestamp,
    pub source: String,
}

impl From<crate::document::Trait<'_>> for TraitSeen {
    fn from(item: crate::document::Trait<'_>) -> Self {
        Self { name: item.name.to_owned(), value: item.value.clone(), at: item.at, source: item.source.to_owned() }
    }
}

/// A profile as the audience engine and exports stream it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileRow {
    pub id: ProfileId,
    pub created_at: Timestamp,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub events: u64,
    pub channels: Vec<Channel>,
    /// Traits that are set.
    pub traits: JsonMap,
}

/// Two claims on one identifier that the rules could not bring together.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictSeen {
    pub kind: String,
    pub value: String,
    /// Who claimed it.
    pub profile: ProfileId,
    /// Whose it stayed; None: it was refused because the claimant has too many of the kind.
    pub owner: Option<ProfileId>,
    pub reason: String,
    pub occurrences: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct MergeSeen {
    pub from: ProfileId,
    pub into: ProfileId,
    pub at: Timestamp,
    pub reason: String,
    pub event: String,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileCounts {
    pub customers: u64,
    /// Of these, the ones known by more than a device or browser.
    pub identified: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Latest first.
    #[default]
    LastSeen,
    /// Newest first.
    Created,
}

/// Proof that an erasure was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasureReceipt {
    pub profile: ProfileId,
    /// All ids that go, `profile` included.
    pub ids: Vec<ProfileId>,
    pub requested_at: Timestamp,
    /// messageId of the "Profile Erased" event.
    pub message_id: String,
}

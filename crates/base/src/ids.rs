//! Ids are types and show their kind in text (`cmp_…`), so that one cannot be passed for another.
//!
//! Workspaces and profiles are dense integers: profile ids index bitmaps. Everything else is a UUIDv7,
//! sortable by time of creation.

use crate::{Rng, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("\"{text}\" is not an id of the form {prefix}_…")]
pub struct IdError {
    pub text: String,
    pub prefix: &'static str,
}

fn id_error(text: &str, prefix: &'static str) -> IdError {
    IdError { text: text.chars().take(60).collect(), prefix }
}

macro_rules! text_form {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            /// A new id, sortable by `at`.
            pub fn new(at: Timestamp, rng: &dyn Rng) -> Self {
                let mut bytes = [0u8; 10];
                rng.fill(&mut bytes);
                Self(uuid::Builder::from_unix_timestamp_millis(at.ms().max(0) as u64, &bytes).into_uuid())
            }
            /// An id that follows from its parts: the same parts give the same id. For rows written by a
            /// replayable step, so that the replay writes the same row.
            pub fn derived(parts: &str) -> Self {
                Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}:{parts}", $prefix).as_bytes()))
            }
            pub fn uuid(self) -> Uuid {
                self.0
            }
            /// From the 16 bytes of [`Self::uuid`].
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let body = text.strip_prefix(concat!($prefix, "_")).ok_or_else(|| id_error(text, $prefix))?;
                Uuid::try_parse(body).map(Self).map_err(|_| id_error(text, $prefix))
            }
        }
        text_form!($name);
    };
}

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(u32);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            pub const fn new(number: u32) -> Self {
                Self(number)
            }
            pub const fn number(self) -> u32 {
                self.0
            }
            /// As stored in SQL.
            pub const fn sql(self) -> i64 {
                self.0 as i64
            }
            /// From SQL; ids are written by us, so a value out of range is a broken store and becomes 0 (no such row).
            pub fn from_sql(value: i64) -> Self {
                Self(u32::try_from(value).unwrap_or(0))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| id_error(text, $prefix))
            }
        }
        text_form!($name);
    };
}

dense_id!(/// A workspace: one company or brand, isolated from all others. From 1.
    WorkspaceId, "wsp");
dense_id!(/// A customer in one workspace, from 1; indexes bitmaps. A merged profile's id resolves for ever.
    ProfileId, "prf");
dense_id!(/// A company customers belong to (an account of B2B), from 1 in its workspace.
    CompanyId, "com");
dense_id!(/// A product of a source, from 1 in its workspace; shops know it by an id of their own.
    ProductId, "prd");
uuid_id!(/// A source events come from; owns a write key.
    SourceId, "src");
uuid_id!(/// A saved segment.
    SegmentId, "seg");
uuid_id!(/// A campaign.
    CampaignId, "cmp");
uuid_id!(/// A message template.
    TemplateId, "tpl");
uuid_id!(/// One message to one recipient: a row of the outbox.
    MessageId, "msg");
uuid_id!(/// Somebody who signs in.
    UserId, "usr");
uuid_id!(/// A signed-in browser.
    SessionId, "ses");
uuid_id!(/// An API or write key.
    ApiKeyId, "key");
uuid_id!(/// A computed trait.
    ComputedTraitId, "ctr");
uuid_id!(/// A file import.
    ImportId, "imp");
uuid_id!(/// An entry of a tracking plan: one event, or the traits of customers or groups.
    PlanEventId, "ple");
uuid_id!(/// A retention rule.
    RetentionRuleId, "rtn");
uuid_id!(/// A dry run of retention rules, or a run and its receipt.
    RetentionRunId, "rrn");
uuid_id!(/// An entry of the audit trail.
    AuditId, "aud");
uuid_id!(/// A mail kept by the sandbox channel.
    InboxMailId, "box");

/// 128 bits of xxh3 over (workspace, messageId): what events are deduplicated by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u128);

impl EventId {
    /// `message_id` is the sender's own id; the same id in two workspaces is two events.
    pub fn of(workspace: WorkspaceId, message_id: &str) -> Self {
        Self(xxhash_rust::xxh3::xxh3_128_with_seed(message_id.as_bytes(), workspace.0 as u64))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "evt_{:032x}", self.0)
    }
}
impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for EventId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.strip_prefix("evt_")
            .and_then(|digits| u128::from_str_radix(digits, 16).ok())
            .map(Self)
            .ok_or_else(|| id_error(text, "evt"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    #[test]
    fn an_id_of_one_kind_is_refused_where_another_is_wanted() {
        let id = CampaignId::new(Timestamp::from_ms(1_795_341_600_000), &SeededRng::new(1));
        assert_eq!(id.to_string().parse::<CampaignId>().unwrap(), id);
        assert!(id.to_string().parse::<SegmentId>().is_err());
        assert_eq!("prf_42".parse::<ProfileId>().unwrap(), ProfileId::new(42));
        assert!("prf_x".parse::<ProfileId>().is_err());
    }

    #[test]
    fn ids_sort_by_time_and_derived_ids_repeat() {
        let rng = SeededRng::new(7);
        let early = MessageId::new(Timestamp::from_ms(1_000), &rng);
        let late = MessageId::new(Timestamp::from_ms(2_000), &rng);
        assert!(early < late);
        assert_eq!(MessageId::derived("a:1"), MessageId::derived("a:1"));
        assert_ne!(MessageId::derived("a:1"), MessageId::derived("a:2"));
    }
}

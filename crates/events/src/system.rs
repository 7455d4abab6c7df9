//! Events Tutti writes itself, as typed constructors: the only way one room hears of another.
//!
//! They use the names of the Segment e-mail specification where it has one. Their messageId follows from what
//! happened, so that a step that is replayed writes the same event and the inbox drops the second.

use crate::Channel;
use base::{JsonMap, ProfileId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Names of the events Tutti writes.
pub mod names {
    pub const SEGMENT_ENTERED: &str = "Segment Entered";
    pub const SEGMENT_EXITED: &str = "Segment Exited";
    pub const EMAIL_SENT: &str = "Email Sent";
    pub const EMAIL_DELIVERED: &str = "Email Delivered";
    pub const EMAIL_BOUNCED: &str = "Email Bounced";
    pub const EMAIL_FAILED: &str = "Email Failed";
    pub const EMAIL_SKIPPED: &str = "Email Skipped";
    pub const EMAIL_OPENED: &str = "Email Opened";
    pub const EMAIL_LINK_CLICKED: &str = "Email Link Clicked";
    pub const EMAIL_MARKED_AS_SPAM: &str = "Email Marked as Spam";
    pub const UNSUBSCRIBED: &str = "Unsubscribed";
    pub const CONSENT_CHANGED: &str = "Consent Changed";
    pub const PROFILE_ERASED: &str = "Profile Erased";
    /// A person said that two customers are one: `{other}` is joined to the profile.
    pub const PROFILE_MERGED: &str = "Profile Merged";
    /// A person said that a customer is two; see [`crate::Split`].
    pub const PROFILE_SPLIT: &str = "Profile Split";
    /// The order events of the Segment e-commerce specification; conversions.
    pub const ORDER_COMPLETED: &str = "Order Completed";
    pub const ORDER_REFUNDED: &str = "Order Refunded";
}

/// An event to be appended to the inbox with [`crate::Origin::System`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemEvent {
    #[serde(skip)]
    pub workspace: WorkspaceIdField,
    /// `track`, a thing that happened; or `identify`, see [`SystemEvent::traits`].
    #[serde(rename = "type")]
    pub kind: String,
    pub message_id: String,
    pub event: String,
    pub profile_id: ProfileId,
    pub timestamp: Timestamp,
    pub properties: JsonMap,
    #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
    pub traits: JsonMap,
    pub context: SystemContext,
}

/// The source of traits that were worked out, as profiles name it.
pub const COMPUTED_SOURCE: &str = "computed";
/// How the messageId of a [`SystemEvent::traits`] begins.
pub(crate) const COMPUTED_PREFIX: &str = "computed:";

/// The workspace travels in the record's header, not in the body.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceIdField(pub WorkspaceId);

impl Default for WorkspaceIdField {
    fn default() -> Self {
        Self(WorkspaceId::new(0))
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SystemContext {
    pub channel: Channel,
}

impl SystemEvent {
    /// `key` names the occurrence ("sent:msg_…"); the same key is the same event for ever.
    pub fn new(
        workspace: WorkspaceId,
        name: &str,
        key: impl Into<String>,
        profile: ProfileId,
        at: Timestamp,
        channel: Channel,
    ) -> Self {
        Self {
            workspace: WorkspaceIdField(workspace),
            kind: "track".into(),
            message_id: key.into(),
            event: name.into(),
            profile_id: profile,
            timestamp: at,
            properties: JsonMap::new(),
            traits: JsonMap::new(),
            context: SystemContext { channel },
        }
    }

    /// Traits that were worked out ([`crate::Event::is_computed`]); null takes one back. `key` names the occurrence.
    pub fn traits(
        workspace: WorkspaceId,
        key: impl std::fmt::Display,
        profile: ProfileId,
        at: Timestamp,
        traits: JsonMap,
    ) -> Self {
        let message_id = format!("{COMPUTED_PREFIX}{key}");
        let event = Self::new(workspace, "", message_id, profile, at, Channel::System);
        Self { kind: "identify".into(), traits, ..event }
    }

    /// Adds a property.
    pub fn with(mut self, key: &str, value: impl Into<base::Json>) -> Self {
        self.properties.insert(key.to_owned(), value.into());
        self
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.workspace.0
    }
}

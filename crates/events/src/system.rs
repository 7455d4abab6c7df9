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
    /// Traits by customer, of an `identify`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<(ProfileId, JsonMap)>,
    pub context: SystemContext,
}

/// The source of traits that were worked out, as profiles name it.
pub const COMPUTED_SOURCE: &str = "computed";
/// Customers in one event of [`SystemEvent::traits`].
pub const TRAITS_EACH_MAX: usize = 500;
/// Text of what they are told in it, about.
pub const TRAITS_EACH_BYTES_MAX: usize = 64 << 10;
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
            each: Vec::new(),
            context: SystemContext { channel },
        }
    }

    /// Traits that were worked out; null takes one back. Many customers' are one event ([`TRAITS_EACH_MAX`],
    /// [`TRAITS_EACH_BYTES_MAX`]), and an event for each of them when it is read from the log
    /// ([`crate::Event::is_computed`]): millions of values are written, moved and deleted as thousands of rows.
    /// `occasion` makes the keys: the same change is the same event.
    pub fn traits(
        workspace: WorkspaceId,
        occasion: &str,
        at: Timestamp,
        told: impl IntoIterator<Item = (ProfileId, JsonMap)>,
    ) -> Vec<Self> {
        let mut events: Vec<Self> = Vec::new();
        let mut bytes = usize::MAX;
        for (profile, traits) in told {
            // Texts and numbers only: nothing in it can fail to be written.
            let size = serde_json::to_string(&traits).map_or(0, |text| text.len());
            match events.last_mut().filter(|last| last.each.len() < TRAITS_EACH_MAX) {
                Some(last) if bytes.saturating_add(size) <= TRAITS_EACH_BYTES_MAX => {
                    last.each.push((profile, traits));
                    bytes += size;
                }
                _ => {
                    let message_id = format!("{COMPUTED_PREFIX}{profile}:{occasion}");
                    let event = Self::new(workspace, "", message_id, ProfileId::new(0), at, Channel::System);
                    events.push(Self { kind: "identify".into(), each: vec![(profile, traits)], ..event });
                    bytes = size;
                }
            }
        }
        events
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_are_told_is_cut_by_number_and_by_size() {
        let told = |count: u32, text: &str| {
            let traits: JsonMap = [("city".to_owned(), base::Json::from(text))].into_iter().collect();
            SystemEvent::traits(
                WorkspaceId::new(1),
                "b1",
                Timestamp::from_ms(0),
                (1..=count).map(|number| (ProfileId::new(number), traits.clone())),
            )
        };
        let sizes = |events: &[SystemEvent]| events.iter().map(|event| event.each.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&told(1_200, "Sneek")), [500, 500, 200]);
        assert_eq!(told(1_200, "Sneek")[1].message_id, "computed:prf_501:b1");
        assert_eq!(sizes(&told(5, &"x".repeat(30_000))), [2, 2, 1]);
        assert_eq!(sizes(&told(2, &"x".repeat(100_000))), [1, 1], "one alone may be larger");
        assert!(told(0, "").is_empty());
    }
}

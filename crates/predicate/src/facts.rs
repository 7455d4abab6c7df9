//! What the reference evaluator may ask about one profile.

use crate::{Scalar, for_each_scalar};
use base::{Json, JsonMap, SegmentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Whether somebody agreed to be contacted through a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    Subscribed,
    Unsubscribed,
    /// Asked for, not yet confirmed; counts as no.
    Pending,
    /// Never said; counts as no.
    #[default]
    Unknown,
}

impl ConsentState {
    pub const ALL: [ConsentState; 4] = [Self::Subscribed, Self::Unsubscribed, Self::Pending, Self::Unknown];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// One profile, as seen at one moment.
pub trait ProfileFacts {
    /// The profile's number.
    fn number(&self) -> u32;
    /// Every scalar the trait path names.
    fn trait_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>));
    /// Every event of that name, in any order.
    fn events(&self, name: &str, each: &mut dyn FnMut(&dyn EventFacts));
    /// About a channel, or a topic or purpose in the form of [`crate::ConsentIs`].
    fn consent(&self, subject: &str) -> ConsentState;
    /// Is there an address for the channel (an e-mail address, a phone number)?
    fn has_address(&self, channel: &str) -> bool;
    /// Is the address on the suppression list?
    fn suppressed(&self, channel: &str) -> bool;
    fn in_segment(&self, id: SegmentId) -> bool;
}

/// One event of a profile.
pub trait EventFacts {
    fn at(&self) -> Timestamp;
    fn channel(&self) -> &str;
    /// Every scalar the property path names.
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>));
}

/// A profile held as plain JSON: for tests, previews and one-off questions.
#[derive(Debug, Clone, Default)]
pub struct JsonFacts {
    pub number: u32,
    pub traits: JsonMap,
    pub events: Vec<JsonEvent>,
    pub consent: BTreeMap<String, ConsentState>,
    pub addresses: BTreeSet<String>,
    pub suppressed: BTreeSet<String>,
    pub segments: BTreeSet<SegmentId>,
}

/// An event held as plain JSON.
#[derive(Debug, Clone)]
pub struct JsonEvent {
    pub name: String,
    pub at: Timestamp,
    pub channel: String,
    pub properties: Json,
}

impl EventFacts for JsonEvent {
    fn at(&self) -> Timestamp {
        self.at
    }
    fn channel(&self) -> &str {
        &self.channel
    }
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        if let Some(map) = self.properties.as_object() {
            for_each_scalar(map, path, each);
        }
    }
}

impl ProfileFacts for JsonFacts {
    fn number(&self) -> u32 {
        self.number
    }
    fn trait_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        for_each_scalar(&self.traits, path, each);
    }
    fn events(&self, name: &str, each: &mut dyn FnMut(&dyn EventFacts)) {
        self.events.iter().filter(|event| event.name == name).for_each(|event| each(event));
    }
    fn consent(&self, subject: &str) -> ConsentState {
        self.consent.get(subject).copied().unwrap_or_default()
    }
    fn has_address(&self, channel: &str) -> bool {
        self.addresses.contains(channel)
    }
    fn suppressed(&self, channel: &str) -> bool {
        self.suppressed.contains(channel)
    }
    fn in_segment(&self, id: SegmentId) -> bool {
        self.segments.contains(&id)
    }
}

//! One thing that happened between a customer and the company.

use base::{EventId, JsonMap, ProfileId, SourceId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The six calls of the Segment specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Identify,
    Track,
    Page,
    Screen,
    Group,
    Alias,
}

impl EventKind {
    pub const ALL: [EventKind; 6] = [Self::Identify, Self::Track, Self::Page, Self::Screen, Self::Group, Self::Alias];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// Where the contact took place. Taken from `context.channel`, else from the kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Web,
    App,
    Shop,
    Phone,
    Email,
    Sms,
    Push,
    Server,
    Import,
    /// Written by Tutti itself (a segment was entered, a campaign finished).
    System,
}

impl Channel {
    pub const ALL: [Channel; 10] = [
        Self::Web,
        Self::App,
        Self::Shop,
        Self::Phone,
        Self::Email,
        Self::Sms,
        Self::Push,
        Self::Server,
        Self::Import,
        Self::System,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::App => "app",
            Self::Shop => "shop",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Server => "server",
            Self::Import => "import",
            Self::System => "system",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "browser" | "client" | "website" => Some(Self::Web),
            "mobile" => Some(Self::App),
            "store" | "pos" | "till" => Some(Self::Shop),
            "call" | "telephone" => Some(Self::Phone),
            name => Self::ALL.into_iter().find(|channel| channel.name() == name),
        }
    }
}

/// A declared identifier beyond userId and anonymousId: `kind` is `email`, `phone`, `loyalty_card`, …
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identifier {
    pub kind: String,
    pub value: String,
}

/// A JSON object kept as text and parsed only by who needs it: most events are never looked into.
#[derive(Debug, Default)]
pub struct RawJson {
    text: Box<str>,
    parsed: OnceLock<JsonMap>,
}

impl RawJson {
    /// `text` must be a JSON object or empty.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), parsed: OnceLock::new() }
    }
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() || &*self.text == "{}"
    }
    /// The object as text; `{}` when there is none.
    pub fn text(&self) -> &str {
        if self.text.is_empty() { "{}" } else { &self.text }
    }
    /// The object, parsed at first use. Text that is no object counts as empty: `collect` let none in.
    pub fn map(&self) -> &JsonMap {
        self.parsed.get_or_init(|| {
            if self.text.is_empty() { JsonMap::new() } else { serde_json::from_str(&self.text).unwrap_or_default() }
        })
    }
    pub fn get(&self, key: &str) -> Option<&base::Json> {
        if self.text.is_empty() { None } else { self.map().get(key) }
    }
}

impl Clone for RawJson {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl From<JsonMap> for RawJson {
    fn from(map: JsonMap) -> Self {
        Self::new(serde_json::Value::Object(map).to_string())
    }
}

/// An accepted event, decoded from the inbox.
#[derive(Debug, Clone)]
pub struct Event {
    pub workspace: WorkspaceId,
    pub id: EventId,
    /// The sender's messageId.
    pub message_id: String,
    pub kind: EventKind,
    /// Name of a track event, or of the page or screen; empty otherwise.
    pub name: String,
    /// When it happened, corrected for the sender's clock: `receivedAt − (sentAt − originalTimestamp)`.
    pub at: Timestamp,
    pub received_at: Timestamp,
    /// None for events Tutti writes.
    pub source: Option<SourceId>,
    pub channel: Channel,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    /// `alias` only.
    pub previous_id: Option<String>,
    /// `group` only.
    pub group_id: Option<String>,
    /// Set on events Tutti writes about a known profile; sources cannot set it.
    pub profile: Option<ProfileId>,
    /// `context.externalIds`, and `email` / `phone` of an identify's traits.
    pub identifiers: Vec<Identifier>,
    /// `traits` of identify and group.
    pub traits: RawJson,
    /// `properties` of track, page and screen.
    pub properties: RawJson,
    pub context: RawJson,
}

impl Event {
    /// True for the event of this name that Tutti itself wrote.
    pub fn is_own(&self, name: &str) -> bool {
        self.source.is_none() && self.kind == EventKind::Track && self.name == name
    }
    /// True for traits that Tutti worked out from the log. They follow from it: the history does not keep them, and they
    /// are nothing that happened.
    pub fn is_computed(&self) -> bool {
        self.source.is_none()
            && self.profile.is_some()
            && self.kind == EventKind::Identify
            && self.message_id.starts_with(crate::system::COMPUTED_PREFIX)
    }
    /// True for events that are processed in a batch of their own.
    pub fn stands_alone(&self) -> bool {
        self.is_own(crate::names::PROFILE_SPLIT)
    }
    /// What the event is called everywhere in the product: the track name, or "Page Viewed", "Screen Viewed",
    /// "Identified", "Group Joined", "Alias Declared".
    pub fn display_name(&self) -> &str {
        match self.kind {
            EventKind::Track => &self.name,
            EventKind::Page => "Page Viewed",
            EventKind::Screen => "Screen Viewed",
            EventKind::Identify => "Identified",
            EventKind::Group => "Group Joined",
            EventKind::Alias => "Alias Declared",
        }
    }
}

//! What readers get: a borrowed row while scanning, an owned event in a timeline.

use base::{EventId, ProfileId, SourceId, Timestamp, WorkspaceId};
use events::{Channel, EventKind, RawJson, ResolvedEvent};

/// One row of [`crate::Lake::scan`], valid during the call.
#[derive(Debug, Clone, Copy)]
pub struct HistoryRow<'a> {
    pub profile: ProfileId,
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub kind: EventKind,
    /// [`events::Event::display_name`].
    pub name: &'a str,
    pub channel: Channel,
    /// JSON object as text.
    pub properties: &'a str,
    /// JSON object as text.
    pub traits: &'a str,
}

/// An event as stored, with the profile it was resolved to at the time.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    pub workspace: WorkspaceId,
    pub profile: ProfileId,
    pub id: EventId,
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub kind: EventKind,
    /// [`events::Event::display_name`].
    pub name: String,
    /// The name given to a page or screen.
    pub page_name: Option<String>,
    pub channel: Channel,
    pub source: Option<SourceId>,
    pub message_id: String,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    /// `alias` only.
    pub previous_id: Option<String>,
    /// `group` only.
    pub group_id: Option<String>,
    pub properties: RawJson,
    pub traits: RawJson,
    pub context: RawJson,
}

impl StoredEvent {
    /// Position in a timeline: newest first, ties by event id.
    pub fn position(&self) -> (Timestamp, EventId) {
        (self.at, self.id)
    }
}

impl From<&ResolvedEvent> for StoredEvent {
    fn from(item: &ResolvedEvent) -> Self {
        let event = &*item.event;
        let paged = matches!(event.kind, EventKind::Page | EventKind::Screen) && !event.name.is_empty();
        Self {
            workspace: event.workspace,
            profile: item.profile,
            id: event.id,
            at: event.at,
            received_at: event.received_at,
            kind: event.kind,
            name: event.display_name().to_owned(),
            page_name: paged.then(|| event.name.clone()),
            channel: event.channel,
            source: event.source,
            message_id: event.message_id.clone(),
            user_id: event.user_id.clone(),
            anonymous_id: event.anonymous_id.clone(),
            previous_id: event.previous_id.clone(),
            group_id: event.group_id.clone(),
            // As text, so that an absent object reads `{}` here as it does from a file.
            properties: RawJson::new(event.properties.text()),
            traits: RawJson::new(event.traits.text()),
            context: RawJson::new(event.context.text()),
        }
    }
}

impl<'a> From<&'a ResolvedEvent> for HistoryRow<'a> {
    fn from(item: &'a ResolvedEvent) -> Self {
        let event = &*item.event;
        Self {
            profile: item.profile,
            at: event.at,
            received_at: event.received_at,
            kind: event.kind,
            name: event.display_name(),
            channel: event.channel,
            properties: event.properties.text(),
            traits: event.traits.text(),
        }
    }
}

//! Everything a customer ever did, out of the history: for splits, and for the history to follow them.

use async_trait::async_trait;
use base::{EventId, ProfileId, WorkspaceId};
use events::{Event, EventKind, PAST_TOO_LONG, Past, ResolvedEvent, ViewError};
use lake::{Lake, StoredEvent, TimelineFilter};
use std::collections::HashMap;
use std::sync::Arc;

pub struct LakePast(pub Arc<Lake>);

#[async_trait]
impl Past for LakePast {
    async fn of(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        limit: usize,
    ) -> Result<Vec<ResolvedEvent>, ViewError> {
        let filter = TimelineFilter::default();
        let stored = self.0.timeline(workspace, profiles, None, limit + 1, &filter).await?;
        if limit < stored.len() {
            let detail = format!("this customer has more than {limit} events, which is more than can be sorted anew");
            return Err(ViewError::Broken { view: PAST_TOO_LONG, detail });
        }
        let mut events: Vec<ResolvedEvent> = stored.into_iter().map(resolved).collect();
        events.sort_by_key(|item| (item.event.received_at, item.event.at, item.event.id));
        Ok(events)
    }
}

/// The event as it was when it was accepted. What Tutti wrote itself was about the profile it is stored under.
fn resolved(stored: StoredEvent) -> ResolvedEvent {
    let identifiers = collect::declared_identifiers(stored.kind, stored.traits.text(), stored.context.text());
    let name = match stored.kind {
        EventKind::Track => stored.name,
        EventKind::Page | EventKind::Screen => stored.page_name.unwrap_or_default(),
        EventKind::Identify | EventKind::Group | EventKind::Alias => String::new(),
    };
    let event = Event {
        workspace: stored.workspace,
        id: stored.id,
        message_id: stored.message_id,
        kind: stored.kind,
        name,
        at: stored.at,
        received_at: stored.received_at,
        source: stored.source,
        channel: stored.channel,
        user_id: stored.user_id,
        anonymous_id: stored.anonymous_id,
        previous_id: stored.previous_id,
        group_id: stored.group_id,
        profile: stored.source.is_none().then_some(stored.profile),
        identifiers,
        traits: stored.traits,
        properties: stored.properties,
        context: stored.context,
    };
    ResolvedEvent { event: Arc::new(event), profile: stored.profile, created: false }
}

#[async_trait]
impl profile::Sorter for LakePast {
    async fn reassign(
        &self,
        workspace: WorkspaceId,
        stored: &[ProfileId],
        moves: &HashMap<EventId, ProfileId>,
    ) -> Result<(), String> {
        self.0.reassign(workspace, stored, moves).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

//! The last events in memory, and the stream of new ones, for the live screen.

use base::{ProfileId, Timestamp, WorkspaceId};
use events::{Batch, ResolvedEvent};
use parking_lot::RwLock;
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Events kept per workspace.
pub const RECENT_EVENTS_MAX: usize = 500;
/// Distinct event names counted per workspace; sources that make names up cannot fill the memory.
const NAMES_MAX: usize = 2_000;

/// An event as the live screen shows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LiveEvent {
    pub id: String,
    pub message_id: String,
    pub kind: &'static str,
    pub name: String,
    #[schema(value_type = String)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    pub channel: &'static str,
    pub source: Option<String>,
    pub profile: LiveProfile,
    #[schema(value_type = Object)]
    pub properties: base::Json,
    #[schema(value_type = Object)]
    pub traits: base::Json,
    #[schema(value_type = Object)]
    pub context: base::Json,
    pub status: &'static str,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LiveProfile {
    #[schema(value_type = String)]
    pub id: ProfileId,
    /// Name, e-mail address or another identifier; null for those who may not see customers.
    pub label: Option<String>,
    pub created: bool,
}

impl LiveEvent {
    pub fn of(item: &ResolvedEvent) -> Self {
        let event = &item.event;
        let object = |raw: &events::RawJson| base::Json::Object(raw.map().clone());
        Self {
            id: event.id.to_string(),
            message_id: event.message_id.clone(),
            kind: event.kind.name(),
            name: event.display_name().to_owned(),
            at: event.at,
            received_at: event.received_at,
            channel: event.channel.name(),
            source: event.source.map(|source| source.to_string()),
            profile: LiveProfile { id: item.profile, label: None, created: item.created },
            properties: object(&event.properties),
            traits: object(&event.traits),
            context: object(&event.context),
            status: "accepted",
        }
    }
}

#[derive(Default)]
struct Recent {
    events: VecDeque<ResolvedEvent>,
    names: HashMap<String, (u64, Timestamp)>,
    total: u64,
}

/// Kept up to date by [`LiveEvents::listen`].
#[derive(Default)]
pub struct LiveEvents {
    recent: RwLock<HashMap<WorkspaceId, Recent>>,
}

impl LiveEvents {
    /// Follows the pipeline until it is gone. Lagging only skips rows of this screen.
    pub async fn listen(self: Arc<Self>, mut batches: tokio::sync::broadcast::Receiver<Arc<Batch>>) {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match batches.recv().await {
                Ok(batch) => self.keep(&batch),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn keep(&self, batch: &Batch) {
        let mut recent = self.recent.write();
        // Of a large batch only the last events can stay; the rest is only counted.
        let first_kept = batch.events.len().saturating_sub(RECENT_EVENTS_MAX);
        for (index, item) in batch.events.iter().enumerate() {
            let of_workspace = recent.entry(item.event.workspace).or_default();
            of_workspace.total += 1;
            if item.event.display_name() == events::names::PROFILE_ERASED {
                let erased = item.event.profile.unwrap_or(item.profile);
                of_workspace.events.retain(|kept| kept.profile != erased);
            }
            let name = item.event.display_name();
            if let Some(entry) = of_workspace.names.get_mut(name) {
                *entry = (entry.0 + 1, entry.1.max(item.event.at));
            } else if of_workspace.names.len() < NAMES_MAX {
                of_workspace.names.insert(name.to_owned(), (1, item.event.at));
            }
            if index >= first_kept {
                if of_workspace.events.len() == RECENT_EVENTS_MAX {
                    of_workspace.events.pop_front();
                }
                of_workspace.events.push_back(item.clone());
            }
        }
    }

    /// Newest first; the last [`RECENT_EVENTS_MAX`] since the program started.
    pub fn recent(
        &self,
        workspace: WorkspaceId,
        limit: usize,
        mut wanted: impl FnMut(&ResolvedEvent) -> bool,
    ) -> Vec<LiveEvent> {
        let recent = self.recent.read();
        let Some(of_workspace) = recent.get(&workspace) else {
            return Vec::new();
        };
        of_workspace.events.iter().rev().filter(|item| wanted(item)).take(limit).map(LiveEvent::of).collect()
    }

    /// Events of the workspace seen since the program started.
    pub fn total(&self, workspace: WorkspaceId) -> u64 {
        self.recent.read().get(&workspace).map_or(0, |recent| recent.total)
    }
}

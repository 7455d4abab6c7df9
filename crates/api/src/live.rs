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
    /// accepted; corrected: properties nobody planned were cut out; violating: stored though it breaks the plan.
    pub status: &'static str,
    /// What the tracking plan said to it; null: nothing.
    pub plan: Option<LivePlan>,
}

/// What the tracking plan said to an event that was stored.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LivePlan {
    pub violations: Vec<LiveViolation>,
}

/// One way in which an event breaks the plan; no value of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LiveViolation {
    pub code: &'static str,
    /// Into the properties or traits, such as `/products/*/price`.
    pub pointer: String,
    pub message: String,
}

#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LiveProfile {
    #[schema(value_type = String)]
    pub id: ProfileId,
    /// Name, e-mail address or another identifier; null for those who may not see customers.
    pub label: Option<String>,
    /// The event was the first of this customer.
    pub created: bool,
    /// The kinds of identifiers the event named, by which it was given to the customer: user_id, anonymous_id, email …;
    /// profile: it named the customer itself.
    pub by: Vec<String>,
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
            profile: LiveProfile { id: item.profile, label: None, created: item.created, by: named_by(event) },
            properties: object(&event.properties),
            traits: object(&event.traits),
            context: object(&event.context),
            status: "accepted",
            plan: None,
        }
    }

    /// Adds what the tracking plan said to the event.
    pub fn remarked(&mut self, remark: &plan::Remark) {
        self.status = if remark.changed { "corrected" } else { "violating" };
        let violation = |one: &plan::Violation| LiveViolation {
            code: one.code.name(),
            pointer: one.pointer.clone(),
            message: one.message.clone(),
        };
        self.plan = Some(LivePlan { violations: remark.violations.iter().map(violation).collect() });
    }
}

fn named_by(event: &events::Event) -> Vec<String> {
    let own = [
        ("profile", event.profile.is_some()),
        ("user_id", event.user_id.is_some()),
        ("anonymous_id", event.anonymous_id.is_some()),
        ("previous_id", event.previous_id.is_some()),
    ];
    let mut kinds: Vec<String> = own.into_iter().filter(|(_, named)| *named).map(|(kind, _)| kind.to_owned()).collect();
    for identifier in &event.identifiers {
        if !kinds.contains(&identifier.kind) {
            kinds.push(identifier.kind.clone());
        }
    }
    kinds
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
            // Traits that were worked out: nobody sent them.
            if item.event.is_computed() {
                continue;
            }
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

//! Engine against reference on random histories, memberships against full evaluation, and the store suite.

mod cut;
mod differential;
mod engine;
mod funnels;
mod golden;
mod saved;
mod world;

use crate::*;
use async_trait::async_trait;
use base::{Json, ProfileId, Timestamp, WorkspaceId};
use events::{Channel, Event, EventKind, RawJson, ResolvedEvent};
use predicate::Condition;
use std::sync::Arc;

pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
pub(crate) const NOW: Timestamp = testkit::NOW;
pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) fn condition(json: Json) -> Condition {
    predicate::parse(&json).unwrap_or_else(|errors| panic!("{json}: {errors}"))
}

/// An event of a source, or of Tutti itself.
pub(crate) fn event(
    profile: u32,
    kind: EventKind,
    name: &str,
    at: Timestamp,
    body: Json,
    system: bool,
) -> ResolvedEvent {
    let map = body.as_object().cloned().unwrap_or_default();
    let (traits, properties) = if kind == EventKind::Identify {
        (RawJson::from(map), RawJson::default())
    } else {
        (RawJson::default(), map.into())
    };
    let blank = testkit::event(WORKSPACE, "", kind, at);
    let source = blank.source.filter(|_| !system);
    let event = Event { name: name.to_owned(), source, traits, properties, ..blank };
    ResolvedEvent { event: Arc::new(event), profile: ProfileId::new(profile), created: false }
}

pub(crate) fn track(profile: u32, name: &str, days_ago: i64, properties: Json) -> ResolvedEvent {
    event(profile, EventKind::Track, name, NOW.plus_ms(-days_ago * DAY_MS), properties, false)
}

pub(crate) fn identify(profile: u32, traits: Json) -> ResolvedEvent {
    event(profile, EventKind::Identify, "", NOW, traits, false)
}

pub(crate) fn system(profile: u32, name: &str, properties: Json) -> ResolvedEvent {
    event(profile, EventKind::Track, name, NOW, properties, true)
}

/// The other rooms, as they would answer at a restart.
#[derive(Default, Clone)]
pub(crate) struct Others {
    pub profiles: Vec<ProfileRow>,
    pub aliases: Vec<(ProfileId, ProfileId)>,
    pub events: Vec<ResolvedEvent>,
}

#[async_trait]
impl SegmentData for Others {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        Ok(vec![WORKSPACE])
    }
    async fn profiles(
        &self,
        _workspace: WorkspaceId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileRow>, DataError> {
        let later = self.profiles.iter().filter(|row| after.is_none_or(|after| after < row.profile));
        Ok(later.take(limit).cloned().collect())
    }
    async fn aliases(&self, _workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        Ok(self.aliases.clone())
    }
    /// As strict as a test needs: a mistake can be told from an address.
    /// A number without country code is one in Sweden.
    fn is_address(&self, _workspace: WorkspaceId, kind: &str, address: &str, country: Option<&str>) -> bool {
        match kind {
            "phone" => address.starts_with('+') || country == Some("SE"),
            _ => !(address.trim().is_empty() || kind == "email" && address.contains("@@")),
        }
    }
    async fn history(
        &self,
        _workspace: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        for item in self.events.iter().filter(|item| item.event.kind != EventKind::Identify) {
            visit(HistoryRow {
                profile: item.profile,
                at: item.event.at,
                name: item.event.display_name(),
                channel: item.event.channel,
                properties: item.event.properties.text(),
            });
        }
        Ok(())
    }
}

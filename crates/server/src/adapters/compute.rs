//! What computed traits are made of, and who uses them.

use super::Late;
use async_trait::async_trait;
use base::{JsonMap, PageRequest, ProfileId, WorkspaceId};
use compute::{EventVisitor, Snapshot, TraitUse, TraitUser, Visited, WhoDid};
use db::{DbError, Tx};
use events::{Event, Offset, Past, ViewError};
use predicate::{Condition, EventDone};
use profile::{Eraser, Person};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Events of one customer that a preview looks at.
const PREVIEW_EVENTS_MAX: usize = 100_000;
/// Traits the rest of the program gives a meaning: nobody computes them.
const NEEDED: [&str; 18] = [
    "id",
    "name",
    "first_name",
    "firstName",
    "last_name",
    "lastName",
    "email",
    "phone",
    "loyalty_card",
    "loyaltyCard",
    "language",
    "locale",
    "country",
    "city",
    "address",
    "role",
    "gender",
    "date_of_birth",
];
const NEEDED_PREFIXES: [&str; 3] = ["first_utm_", "latest_utm_", "email_"];
const NEEDED_SUFFIX: &str = "_consent";

/// `compute::Sources` and `compute::TraitsRead` over profiles, history and segments.
pub struct ComputeSources {
    pub profiles: Arc<profile::Profiles>,
    pub lake: Arc<lake::Lake>,
    pub past: Arc<super::LakePast>,
    pub segments: Arc<segment::Segments>,
    pub pipeline: Late<Arc<events::Pipeline>>,
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

struct LakeSnapshot(lake::HistorySnapshot);

#[async_trait]
impl Snapshot for LakeSnapshot {
    fn highest(&self) -> u32 {
        self.0.highest_profile().map_or(0, ProfileId::number)
    }
    async fn scan(
        &self,
        name: &str,
        profiles: RangeInclusive<ProfileId>,
        make: &(dyn Fn() -> EventVisitor + Sync),
    ) -> Result<(), String> {
        let make = || -> lake::RowVisitor {
            let mut visit = make();
            Box::new(move |row| {
                visit(Visited {
                    profile: row.profile,
                    at: row.at,
                    name: row.name,
                    channel: row.channel.name(),
                    properties: row.properties,
                });
            })
        };
        let filter = lake::HistoryFilter { name: Some(name.to_owned()), profiles };
        self.0.scan_apart(&filter, &make).await.map_err(said)
    }
}

#[async_trait]
impl compute::Sources for ComputeSources {
    fn processed(&self) -> Offset {
        self.pipeline.get().map_or(Offset(0), |pipeline| pipeline.status().cursor)
    }
    fn wake(&self) {
        if let Ok(pipeline) = self.pipeline.get() {
            pipeline.wake();
        }
    }
    async fn snapshot(&self, workspace: WorkspaceId) -> Result<Box<dyn Snapshot>, String> {
        Ok(Box::new(LakeSnapshot(self.lake.snapshot(workspace).await.map_err(said)?)))
    }
    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, String> {
        self.profiles.canonical(workspace, ids).await.map_err(said)
    }
    async fn people(&self, workspace: WorkspaceId, after: ProfileId, limit: usize) -> Result<Vec<ProfileId>, String> {
        self.profiles.ids_after(workspace, after, limit).await.map_err(said)
    }
    async fn highest(&self, workspace: WorkspaceId) -> Result<ProfileId, String> {
        self.profiles.highest_id(workspace).await.map_err(said)
    }
    async fn latest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<(ProfileId, String)>, String> {
        let page = PageRequest { limit: Some(limit as u32), cursor: None };
        let latest = self.profiles.list(workspace, profile::Sort::LastSeen, &page).await.map_err(said)?;
        Ok(latest.items.into_iter().map(|person| (person.id, person.label)).collect())
    }
    async fn who_did(&self, workspace: WorkspaceId, event: &EventDone, limit: usize) -> Result<Option<WhoDid>, String> {
        // While customers are being loaded nobody can be counted.
        let Ok(counted) = self.segments.count(workspace, &Condition::Event(event.clone()), limit).await else {
            return Ok(None);
        };
        let found = self.profiles.summaries(workspace, &counted.sample).await.map_err(said)?;
        Ok(Some((found.into_iter().map(|person| (person.id, person.label)).collect(), counted.count)))
    }
    async fn events_of(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<Arc<Event>>, String> {
        let ids = self.profiles.aliases(workspace, profile).await.map_err(said)?;
        let events = self.past.of(workspace, &ids, PREVIEW_EVENTS_MAX).await.map_err(said)?;
        Ok(events.into_iter().map(|item| item.event).collect())
    }
    async fn traits_of(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Option<JsonMap>>, String> {
        let data = self.profiles.data(workspace, profiles).await.map_err(said)?;
        Ok(data.into_iter().map(|data| data.as_object().cloned()).collect())
    }
    async fn is_said(&self, workspace: WorkspaceId, name: &str) -> Result<bool, String> {
        let needed = NEEDED.contains(&name)
            || NEEDED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || name.ends_with(NEEDED_SUFFIX);
        if needed {
            return Ok(true);
        }
        let known = self.segments.trait_names(workspace).await.map_err(said)?;
        Ok(known.iter().any(|known| 0 < known.count && (known.name == name || below(&known.name, name))))
    }
}

/// Is `path` inside the trait `name`?
fn below(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}

#[async_trait]
impl compute::TraitsRead for ComputeSources {
    async fn traits(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<Option<JsonMap>>, ViewError> {
        profile::traits_in(tx, workspace, profiles).await
    }
}

/// `compute::TraitUse` over `segment`.
pub struct SegmentTraitUse(pub Arc<segment::Segments>);

#[async_trait]
impl TraitUse for SegmentTraitUse {
    async fn users_of(&self, workspace: WorkspaceId, name: &str) -> Result<Vec<TraitUser>, String> {
        let users = self.0.asking_for_trait(workspace, name).map_err(said)?;
        Ok(users.into_iter().map(|user| TraitUser { kind: user.kind, id: user.id, name: user.name }).collect())
    }
}

pub struct ComputeEraser;

#[async_trait]
impl Eraser for ComputeEraser {
    fn name(&self) -> &'static str {
        "compute"
    }
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, person: &Person) -> Result<u64, DbError> {
        compute::erase(tx, workspace, &person.profiles).await
    }
}

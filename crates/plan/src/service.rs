//! The façade: the plan as people write it, and as it stands at the door.

use crate::counts::{Counts, Tally};
use crate::error::{PlanError, Result};
use crate::judge::{ActivePlan, Books};
use crate::limits::*;
use crate::model::*;
use crate::recent::{Recent, Remark};
use crate::schema::compile;
use crate::store::{self, Numbers};
use async_trait::async_trait;
use base::{Clock, EventId, Json, PlanEventId, Rng, Timestamp, WorkspaceId};
use db::Db;
use parking_lot::RwLock;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// An event as it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    pub kind: Kind,
    pub name: String,
    pub at: Timestamp,
    /// Its properties or traits.
    pub data: Json,
}

/// What has arrived; `server` wires it.
#[async_trait]
pub trait Arrivals: Send + Sync + 'static {
    /// The newest events that sources sent, at most `limit`.
    async fn newest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<Arrival>, String>;
}

/// What a plan must not touch: by it people say what they agree to. `server` knows.
#[derive(Debug, Clone, Copy)]
pub struct Protected {
    /// Events that are never refused or left out.
    pub event: fn(Kind, &str) -> bool,
    /// Properties that are never cut out.
    pub property: fn(Kind, &str) -> bool,
}

/// What [`Plans::open`] needs.
pub struct PlanParts {
    pub db: Db,
    pub arrivals: Arc<dyn Arrivals>,
    pub protected: Protected,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// The room; cheap to clone.
#[derive(Clone)]
pub struct Plans {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub arrivals: Arc<dyn Arrivals>,
    pub protected: Protected,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub counts: Arc<Counts>,
    pub recent: Arc<Recent>,
    active: RwLock<HashMap<WorkspaceId, Held>>,
}

/// The version that was read, and the plan when it is switched on.
type Held = (i64, Option<Arc<ActivePlan>>);

/// A plan at a glance.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub settings: Settings,
    pub version: i64,
    pub planned: usize,
    pub archived: usize,
    /// Kinds of which nothing is planned: they are kept as they come.
    pub unchecked: Vec<Kind>,
    pub day: Tally,
    pub week: Tally,
}

impl Plans {
    /// Compiles the plans of all workspaces.
    pub async fn open(parts: PlanParts) -> Result<Self> {
        let PlanParts { db, arrivals, protected, clock, rng } = parts;
        let inner = Inner {
            db,
            arrivals,
            protected,
            clock,
            rng,
            counts: Arc::default(),
            recent: Arc::default(),
            active: RwLock::default(),
        };
        let this = Self { inner: Arc::new(inner) };
        this.refresh().await?;
        Ok(this)
    }

    /// The plan of a workspace, when it is switched on. Costs a look-up in memory.
    pub fn active(&self, workspace: WorkspaceId) -> Option<Arc<ActivePlan>> {
        self.inner.active.read().get(&workspace)?.1.clone()
    }

    /// What the plan said to an event that was stored; known for the last [`RECENT_EVENTS_MAX`] with a violation.
    pub fn remark(&self, workspace: WorkspaceId, id: EventId) -> Option<Arc<Remark>> {
        self.inner.recent.of(workspace, id)
    }

    /// Runs until dropped: writes counters, reads what other nodes changed, forgets what is old.
    pub async fn run(self) {
        let mut tick = tokio::time::interval(Duration::from_millis(FLUSH_MS));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut pruned_at: Option<Timestamp> = None;
        loop {
            tick.tick().await;
            if let Err(error) = self.flush().await {
                tracing::warn!(%error, "counters of tracking plans not written; they stay in memory");
            }
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "tracking plans cannot be read; those in memory go on");
            }
            let now = self.inner.clock.now();
            if pruned_at.is_none_or(|at| now.ms_since(at) >= PRUNE_MS) {
                pruned_at = Some(now);
                if let Err(error) = self.prune().await {
                    tracing::warn!(%error, "old violations not deleted; tried again in an hour");
                }
            }
        }
    }

    /// Writes what was counted. Also called when the program stops.
    pub async fn flush(&self) -> Result<()> {
        let unwritten = self.inner.counts.take();
        if unwritten.is_empty() {
            return Ok(());
        }
        if let Err(error) = store::add_counts(&self.inner.db, &unwritten).await {
            self.inner.counts.put_back(unwritten);
            return Err(error.into());
        }
        Ok(())
    }

    /// Forgets counts and violations older than [`KEPT_MS`].
    pub async fn prune(&self) -> Result<()> {
        Ok(store::prune(&self.inner.db, self.inner.clock.now().plus_ms(-KEPT_MS)).await?)
    }

    /// Reads the plans that changed.
    pub async fn refresh(&self) -> Result<()> {
        let versions = store::versions(&self.inner.db).await?;
        let there: HashSet<WorkspaceId> = versions.iter().map(|(workspace, _)| *workspace).collect();
        let stale: Vec<WorkspaceId> = {
            let mut active = self.inner.active.write();
            active.retain(|workspace, _| there.contains(workspace));
            let changed = |(workspace, version): &(WorkspaceId, i64)| {
                active.get(workspace).is_none_or(|(held, _)| held < version)
            };
            versions.iter().filter(|one| changed(one)).map(|(workspace, _)| *workspace).collect()
        };
        for workspace in stale {
            self.reload(workspace).await?;
        }
        Ok(())
    }

    /// Takes up the plan as it is stored; from here on requests meet it.
    pub(crate) async fn reload(&self, workspace: WorkspaceId) -> Result<()> {
        // The version before the entries: entries newer than it are read again, never missed.
        let (settings, version) = store::settings(&self.inner.db, workspace).await?;
        let plan = if settings.enabled {
            let events = store::events(&self.inner.db, workspace).await?;
            let (protected, books) = (self.inner.protected, self.books());
            // Five hundred schemas take their time: not on a thread that answers requests.
            let build = move || ActivePlan::new(workspace, settings, &events, protected, books);
            let built = tokio::task::spawn_blocking(build).await;
            Some(Arc::new(built.map_err(|error| PlanError::Broken(error.to_string()))?))
        } else {
            None
        };
        let mut active = self.inner.active.write();
        let held = active.entry(workspace).or_insert((i64::MIN, None));
        if held.0 <= version {
            *held = (version, plan);
        }
        Ok(())
    }

    pub(crate) fn books(&self) -> Books {
        let Inner { counts, recent, clock, .. } = &*self.inner;
        Books { counts: counts.clone(), recent: recent.clone(), clock: clock.clone() }
    }

    pub async fn overview(&self, workspace: WorkspaceId) -> Result<Overview> {
        self.flush().await?;
        let (settings, version) = store::settings(&self.inner.db, workspace).await?;
        let events = store::events(&self.inner.db, workspace).await?;
        let (mut day, mut week) = (Tally::default(), Tally::default());
        for numbers in store::numbers(&self.inner.db, workspace, self.inner.clock.now()).await?.values() {
            day.add(numbers.day);
            week.add(numbers.week);
        }
        let is_planned = |event: &&PlannedEvent| event.status == Status::Planned;
        let planned = events.iter().filter(is_planned).count();
        let nothing_of = |kind: &&Kind| !events.iter().filter(is_planned).any(|event| event.kind == **kind);
        let unchecked = Kind::ALL.iter().filter(nothing_of).copied().collect();
        Ok(Overview { settings, version, planned, archived: events.len() - planned, unchecked, day, week })
    }

    pub async fn set_settings(&self, workspace: WorkspaceId, settings: Settings) -> Result<Overview> {
        store::save_settings(&self.inner.db, workspace, settings, self.inner.clock.now()).await?;
        self.reload(workspace).await?;
        self.overview(workspace).await
    }

    /// The whole plan with its numbers, by kind and name.
    pub async fn events(&self, workspace: WorkspaceId) -> Result<Vec<(PlannedEvent, Numbers)>> {
        self.flush().await?;
        let events = store::events(&self.inner.db, workspace).await?;
        let mut numbers = store::numbers(&self.inner.db, workspace, self.inner.clock.now()).await?;
        let with_numbers = |event: PlannedEvent| {
            let of_event = numbers.remove(&Some((event.kind, event.name.clone()))).unwrap_or_default();
            (event, of_event)
        };
        Ok(events.into_iter().map(with_numbers).collect())
    }

    pub async fn event(&self, workspace: WorkspaceId, id: PlanEventId) -> Result<(PlannedEvent, Numbers)> {
        let event = store::event(&self.inner.db, workspace, id).await?;
        self.flush().await?;
        let mut numbers = store::numbers(&self.inner.db, workspace, self.inner.clock.now()).await?;
        let of_event = numbers.remove(&Some((event.kind, event.name.clone()))).unwrap_or_default();
        Ok((event, of_event))
    }

    /// Plans something. The next request meets it.
    pub async fn create(&self, workspace: WorkspaceId, draft: Draft) -> Result<PlannedEvent> {
        let draft = checked(draft)?;
        let now = self.inner.clock.now();
        let event = self.new_event(draft, now);
        self.write(workspace, now, |all| {
            check_room(all.len())?;
            check_free(all, &event)?;
            Ok(vec![event.clone()])
        })
        .await?;
        Ok(event)
    }

    pub(crate) fn new_event(&self, draft: Draft, now: Timestamp) -> PlannedEvent {
        let Draft { kind, name, description, on_violation, unplanned_properties, schema } = draft;
        PlannedEvent {
            id: PlanEventId::new(now, &*self.inner.rng),
            kind,
            name,
            description,
            on_violation,
            unplanned_properties,
            schema,
            status: Status::Planned,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Replaces an entry; with `version`, only when nobody changed it meanwhile.
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: PlanEventId,
        draft: Draft,
        version: Option<i64>,
    ) -> Result<PlannedEvent> {
        let draft = checked(draft)?;
        self.change(workspace, id, version, |event| {
            let Draft { kind, name, description, on_violation, unplanned_properties, schema } = draft;
            (event.kind, event.name, event.description) = (kind, name, description);
            (event.on_violation, event.unplanned_properties) = (on_violation, unplanned_properties);
            event.schema = schema;
        })
        .await
    }

    /// Archives an entry, or takes it back into the plan.
    pub async fn set_status(&self, workspace: WorkspaceId, id: PlanEventId, status: Status) -> Result<PlannedEvent> {
        self.change(workspace, id, None, |event| event.status = status).await
    }

    async fn change(
        &self,
        workspace: WorkspaceId,
        id: PlanEventId,
        version: Option<i64>,
        edit: impl FnOnce(&mut PlannedEvent) + Send,
    ) -> Result<PlannedEvent> {
        let now = self.inner.clock.now();
        let mut written = self
            .write(workspace, now, |all| {
                let mut event = all.iter().find(|event| event.id == id).cloned().ok_or(PlanError::NotFound(id))?;
                if version.is_some_and(|version| version != event.version) {
                    return Err(PlanError::Stale);
                }
                edit(&mut event);
                (event.version, event.updated_at) = (event.version + 1, now);
                check_free(all, &event)?;
                Ok(vec![event])
            })
            .await?;
        written.pop().ok_or(PlanError::NotFound(id))
    }

    /// Writes what `decide` makes of the plan as it is, in one transaction, and takes it up.
    pub(crate) async fn write(
        &self,
        workspace: WorkspaceId,
        now: Timestamp,
        decide: impl FnOnce(&[PlannedEvent]) -> Result<Vec<PlannedEvent>> + Send,
    ) -> Result<Vec<PlannedEvent>> {
        let mut tx = self.inner.db.begin().await?;
        // First, so that of two writers one waits here and then sees what the other wrote.
        store::bump(&mut tx, workspace, now).await?;
        let all = store::events_held(&mut tx, workspace).await?;
        let changed = decide(&all)?;
        for event in &changed {
            store::put(&mut tx, workspace, event).await?;
        }
        tx.commit().await?;
        self.reload(workspace).await?;
        Ok(changed)
    }
}

pub(crate) fn check_room(entries: usize) -> Result<()> {
    if entries >= EVENTS_MAX { Err(PlanError::Full(EVENTS_MAX)) } else { Ok(()) }
}

fn check_free(all: &[PlannedEvent], event: &PlannedEvent) -> Result<()> {
    let taken = all.iter().find(|one| one.id != event.id && one.kind == event.kind && one.name == event.name);
    taken.map_or(Ok(()), |one| Err(PlanError::Exists { archived: one.status == Status::Archived }))
}

/// A draft with its texts trimmed and everything about it looked at.
pub(crate) fn checked(mut draft: Draft) -> Result<Draft> {
    draft.name = draft.name.trim().to_owned();
    draft.description = draft.description.trim().to_owned();
    let bad_name = |detail: &str| Err(PlanError::field("plan_name", "/name", detail));
    if draft.name.chars().count() > NAME_CHARS_MAX || draft.name.contains('\0') {
        return bad_name(&format!("a name has at most {NAME_CHARS_MAX} characters"));
    }
    if draft.kind.must_be_named() && draft.name.is_empty() {
        return bad_name("a track event has a name");
    }
    if !draft.kind.may_be_named() && !draft.name.is_empty() {
        return bad_name("traits have no name: there is one entry for all customers and one for all groups");
    }
    if draft.description.chars().count() > DESCRIPTION_CHARS_MAX || draft.description.contains('\0') {
        let detail = format!("a description has at most {DESCRIPTION_CHARS_MAX} characters");
        return Err(PlanError::field("plan_description", "/description", detail));
    }
    compile(&draft.schema).map_err(|error| error.under("/schema"))?;
    Ok(draft)
}

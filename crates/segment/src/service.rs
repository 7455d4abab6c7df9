//! The service: counts, lists, names, and the state shared by all its parts.

mod cut;
mod saved;
mod tick;

#[cfg(test)]
pub(crate) use saved::rounds;

pub use saved::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, NewSegment, SEGMENTS_MAX, SavedSegment};

use crate::engine::behaviour::EVENT_NAMES_MAX;
use crate::engine::definitions::Definition;
use crate::engine::{EventName, NOT_BEHAVIOUR, PartCount, PropertyName, TraitName, Undo, ValueCount, Workspace};
use crate::{SegmentData, SegmentError, SegmentUse, store};
use base::{Clock, Json, ProfileId, Rng, SegmentId, Timestamp, WorkspaceId};
use db::Db;
use parking_lot::{Mutex, RwLock};
use predicate::{Condition, Locale};
use roaring::RoaringBitmap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Profiles read at once while loading.
const LOAD_PAGE_ROWS: usize = 5_000;
/// Channels whose reach is counted with every count.
const REACH_CHANNELS: [&str; 2] = ["email", "sms"];

/// See the crate's documentation. Clones share everything.
#[derive(Clone)]
pub struct Segments(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub db: Db,
    pub data: Arc<dyn SegmentData>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    spaces: RwLock<HashMap<WorkspaceId, Arc<RwLock<Workspace>>>>,
    users: RwLock<Option<Arc<dyn SegmentUse>>>,
    loaded: AtomicBool,
    /// One writer of memberships at a time; see the crate's documentation for the order of locks.
    pub gate: Arc<tokio::sync::Mutex<()>>,
    /// What the batch in progress did to memory.
    pub pending: Mutex<Option<Pending>>,
    /// Held while a batch is taken into memory or its outcome settled: never both.
    pub working: tokio::sync::Mutex<()>,
    /// Up to where memory has followed the log since the start.
    pub followed: Mutex<Option<events::Offset>>,
    /// One at a time works out anew what profiles did.
    renewing: tokio::sync::Mutex<()>,
}

pub(crate) struct Pending {
    pub undo: Vec<(WorkspaceId, Vec<Undo>)>,
    pub outcome: Option<Outcome>,
    pub _gate: tokio::sync::OwnedMutexGuard<()>,
}

/// The batch (its end and time) and what it changes, not yet written.
pub(crate) type Outcome = (events::Offset, Timestamp, Result<Vec<(WorkspaceId, Vec<store::Delta>)>, SegmentError>);

/// The answer to "how many are that?".
#[derive(Debug, Clone)]
pub struct Counted {
    pub count: u64,
    /// Profiles in the workspace.
    pub total: u64,
    /// How many of them can be reached, by channel.
    pub reach: Vec<(String, u64)>,
    /// The count of every part, parents before children.
    pub breakdown: Vec<PartCount>,
    /// Some of them, spread over all.
    pub sample: Vec<ProfileId>,
}

/// A segment a profile is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub id: SegmentId,
    pub name: String,
    /// Members from the beginning entered when the segment was filled.
    pub entered_at: Timestamp,
}

/// Something in a condition that is probably a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub pointer: String,
    pub code: &'static str,
    pub detail: String,
}

impl Segments {
    /// Makes the service; nothing is loaded yet.
    pub fn open(db: Db, data: Arc<dyn SegmentData>, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Segments {
        Segments(Arc::new(Inner {
            db,
            data,
            clock,
            rng,
            spaces: RwLock::default(),
            users: RwLock::default(),
            loaded: AtomicBool::new(false),
            gate: Arc::default(),
            pending: Mutex::default(),
            working: tokio::sync::Mutex::default(),
            followed: Mutex::default(),
            renewing: tokio::sync::Mutex::default(),
        }))
    }

    /// Says who uses segments; until then only other segments count.
    pub fn set_use(&self, users: Arc<dyn SegmentUse>) {
        *self.0.users.write() = Some(users);
    }

    /// Builds the engine of every workspace from the other rooms' data. Call once, before the pipeline runs.
    pub async fn load(&self) -> Result<(), SegmentError> {
        for workspace in self.0.data.workspaces().await? {
            let space = self.load_workspace(workspace).await?;
            tracing::info!(%workspace, profiles = space.alive.len(), segments = space.definitions.len(), "segments loaded");
            self.0.spaces.write().insert(workspace, Arc::new(RwLock::new(space)));
        }
        self.0.loaded.store(true, Ordering::Release);
        Ok(())
    }

    async fn load_workspace(&self, workspace: WorkspaceId) -> Result<Workspace, SegmentError> {
        let data = &self.0.data;
        let mut space = Workspace { id: Some(workspace), ..Workspace::default() };
        let mut after = None;
        loop {
            let page = data.profiles(workspace, after, LOAD_PAGE_ROWS).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.profile);
            page.iter().for_each(|row| space.load_profile(row, data.as_ref()));
        }
        let aliases = self.aliases(workspace).await?;
        data.history(workspace, &mut |row| space.load_event(&row, &aliases)).await?;
        space.loaded();
        for stored in store::all(&self.0.db, workspace).await? {
            let json: Json = serde_json::from_str(&stored.condition).unwrap_or_default();
            // Written by this program and checked then: an error means a newer or damaged store.
            let condition = predicate::parse(&json)?;
            let mut definition = Definition::new(stored.id, stored.name, condition, stored.filled_at);
            definition.members = store::members(&self.0.db, workspace, stored.id).await?;
            space.definitions.put(definition);
        }
        Ok(space)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.0.loaded.load(Ordering::Acquire)
    }

    /// The engine of a workspace; an empty one for a workspace that is new since the start.
    pub(crate) fn space(&self, workspace: WorkspaceId) -> Result<Arc<RwLock<Workspace>>, SegmentError> {
        if let Some(space) = self.0.spaces.read().get(&workspace) {
            return Ok(space.clone());
        }
        if !self.is_loaded() {
            return Err(SegmentError::Loading);
        }
        Ok(self.0.spaces.write().entry(workspace).or_default().clone())
    }

    pub(crate) fn workspaces(&self) -> Vec<WorkspaceId> {
        self.0.spaces.read().keys().copied().collect()
    }

    pub(crate) fn users(&self) -> Option<Arc<dyn SegmentUse>> {
        self.0.users.read().clone()
    }

    /// Runs `work` on the engine away from the threads that serve requests.
    async fn read<T: Send + 'static>(
        &self,
        workspace: WorkspaceId,
        work: impl FnOnce(&Workspace) -> T + Send + 'static,
    ) -> Result<T, SegmentError> {
        let space = self.space(workspace)?;
        let done = tokio::task::spawn_blocking(move || work(&space.read())).await;
        done.map_err(|error| SegmentError::Stopped(error.to_string()))
    }

    /// Counts a condition, saved or not, with the count of every part and up to `sample` profiles.
    pub async fn count(
        &self,
        workspace: WorkspaceId,
        condition: &Condition,
        sample: usize,
    ) -> Result<Counted, SegmentError> {
        let (condition, now) = (condition.clone(), self.0.clock.now());
        self.read(workspace, move |space| {
            let (found, breakdown) = space.evaluate_parts(&condition, now);
            let reach = REACH_CHANNELS
                .map(|channel| (channel.to_owned(), space.channels.reachable(channel).intersection_len(&found)));
            let count = found.len();
            let picks = (sample as u64).min(count);
            let pick = |index: u64| found.select((index * count / picks.max(1)) as u32).map(ProfileId::new);
            let sample = (0..picks).filter_map(pick).collect();
            Counted { count, total: space.alive.len(), reach: reach.into(), breakdown, sample }
        })
        .await
    }

    /// Everybody a condition holds for now.
    pub async fn evaluate(&self, workspace: WorkspaceId, condition: &Condition) -> Result<RoaringBitmap, SegmentError> {
        let (condition, now) = (condition.clone(), self.0.clock.now());
        self.read(workspace, move |space| space.evaluate(&condition, now)).await
    }

    /// The members of a saved segment.
    pub fn members(&self, workspace: WorkspaceId, id: SegmentId) -> Result<RoaringBitmap, SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        space.definitions.get(id).map(|definition| definition.members.clone()).ok_or(SegmentError::NotFound(id))
    }

    /// Up to `limit` members after `after`, by id, and whether there are more.
    pub fn members_page(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<(Vec<ProfileId>, bool), SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        let definition = space.definitions.get(id).ok_or(SegmentError::NotFound(id))?;
        let first = after.map_or(0, |after| after.number().saturating_add(1));
        let mut page: Vec<ProfileId> = definition.members.range(first..).take(limit + 1).map(ProfileId::new).collect();
        let more = page.len() > limit;
        page.truncate(limit);
        Ok((page, more))
    }

    /// Is the profile a member of the saved segment?
    pub fn contains(&self, workspace: WorkspaceId, id: SegmentId, profile: ProfileId) -> Result<bool, SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        let definition = space.definitions.get(id).ok_or(SegmentError::NotFound(id))?;
        Ok(definition.members.contains(profile.number()))
    }

    /// The saved segments a profile is in, by name.
    pub async fn segments_of(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<Membership>, SegmentError> {
        let entered = store::entries_of(&self.0.db, workspace, profile.number()).await?;
        let space = self.space(workspace)?;
        let space = space.read();
        let member_of = space.definitions.iter().filter(|definition| definition.members.contains(profile.number()));
        let mut memberships: Vec<Membership> = member_of
            .map(|definition| Membership {
                id: definition.id,
                name: definition.name.clone(),
                entered_at: entered.get(&definition.id).copied().unwrap_or(definition.filled_at),
            })
            .collect();
        memberships.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(memberships)
    }

    /// Profiles in the workspace.
    pub fn total(&self, workspace: WorkspaceId) -> Result<u64, SegmentError> {
        Ok(self.space(workspace)?.read().alive.len())
    }

    /// The condition in words, with the names of the segments it asks for.
    pub fn sentence(
        &self,
        workspace: WorkspaceId,
        condition: &Condition,
        locale: Locale,
    ) -> Result<String, SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        let name = |id: SegmentId| space.definitions.get(id).map(|definition| definition.name.clone());
        Ok(predicate::describe(condition, locale, &name))
    }

    /// Names in the condition that nobody has ever sent, and segments that are not there.
    pub fn warnings(&self, workspace: WorkspaceId, condition: &Condition) -> Result<Vec<Warning>, SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        let mut warnings = Vec::new();
        walk(condition, "", &mut |part, pointer| {
            let mut warn = |step: &str, (code, detail): (&'static str, String)| {
                warnings.push(Warning { pointer: format!("{pointer}/{step}"), code, detail });
            };
            match part {
                Condition::Trait(asked) if space.traits.columns_of(&asked.name).next().is_none() => {
                    let detail = format!("no customer has the property \"{}\" yet", asked.name);
                    warn("trait/name", ("trait_never_seen", detail));
                }
                Condition::Event(asked) => {
                    event_warning(&space, &asked.name).into_iter().for_each(|warning| warn("event/name", warning));
                }
                Condition::Sequence(asked) => {
                    for (number, step) in asked.steps.iter().enumerate() {
                        let at = format!("sequence/steps/{number}/name");
                        event_warning(&space, &step.name).into_iter().for_each(|warning| warn(&at, warning));
                    }
                    if let Some(without) = &asked.without {
                        let warning = event_warning(&space, &without.step.name);
                        warning.into_iter().for_each(|warning| warn("sequence/without/name", warning));
                    }
                }
                Condition::Segment(asked) if space.definitions.get(asked.id).is_none() => {
                    warn("segment/id", ("segment_unknown", format!("the segment {} is not there", asked.id)));
                }
                _ => {}
            }
        });
        Ok(warnings)
    }

    /// How many event names are in use over all workspaces, and in how many workspaces further ones are ignored.
    pub fn event_names_in_use(&self) -> (usize, usize) {
        let spaces = self.0.spaces.read();
        let counts: Vec<(usize, bool)> = spaces
            .values()
            .map(|space| {
                let space = space.read();
                (space.behaviour.iter().count(), space.behaviour.is_full())
            })
            .collect();
        (counts.iter().map(|(names, _)| names).sum(), counts.iter().filter(|(_, full)| *full).count())
    }

    /// Traits there are, most frequent first.
    pub async fn trait_names(&self, workspace: WorkspaceId) -> Result<Vec<TraitName>, SegmentError> {
        self.read(workspace, Workspace::trait_names).await
    }

    /// Values of a trait that contain `part`, most frequent first.
    pub async fn trait_values(
        &self,
        workspace: WorkspaceId,
        name: &str,
        part: &str,
        limit: usize,
    ) -> Result<Vec<ValueCount>, SegmentError> {
        let (name, part) = (name.to_owned(), part.to_owned());
        self.read(workspace, move |space| space.trait_values(&name, &part, limit)).await
    }

    /// Events there are, most frequent first.
    pub async fn event_names(&self, workspace: WorkspaceId) -> Result<Vec<EventName>, SegmentError> {
        self.read(workspace, Workspace::event_names).await
    }

    /// Properties of an event, most frequent first.
    pub async fn event_properties(
        &self,
        workspace: WorkspaceId,
        event: &str,
    ) -> Result<Vec<PropertyName>, SegmentError> {
        let event = event.to_owned();
        self.read(workspace, move |space| space.event_properties(&event)).await
    }
}

/// Why nobody may be found by an event of this name: code and detail.
fn event_warning(space: &Workspace, name: &str) -> Option<(&'static str, String)> {
    if NOT_BEHAVIOUR.contains(&name) {
        let detail = format!("\"{name}\" tells of a customer and is nothing they did: ask for a trait instead");
        return Some(("event_not_behaviour", detail));
    }
    if space.behaviour.find(name).is_some() {
        return None;
    }
    if space.behaviour.is_full() {
        let detail = format!(
            "the event \"{name}\" is not among the {EVENT_NAMES_MAX} event names of this workspace that can be asked \
             for: nobody is counted for it, whether it happened or not. Fewer different names (a name per kind of \
             event, the rest as properties) lift this"
        );
        return Some(("event_beyond_limit", detail));
    }
    Some(("event_never_seen", format!("the event \"{name}\" has not happened yet")))
}

/// Calls `visit` for every part with its pointer, parents first.
pub(crate) fn walk(condition: &Condition, at: &str, visit: &mut dyn FnMut(&Condition, &str)) {
    visit(condition, at);
    for (step, child) in condition.children() {
        walk(child, &format!("{at}{step}"), visit);
    }
}

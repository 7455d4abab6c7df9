//! Saved segments: create, change, delete, list.

use super::{Segments, walk};
use crate::engine::{Workspace, definitions::Definition};
use crate::store::{self, Delta, Stored};
use crate::{SegmentError, SegmentUser};
use base::{SegmentId, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use parking_lot::RwLock;
use predicate::Condition;
use roaring::RoaringBitmap;
use std::sync::Arc;

/// Segments per workspace.
pub const SEGMENTS_MAX: usize = 2_000;
/// Characters of a segment's name.
pub const NAME_CHARS_MAX: usize = 200;
/// Characters of a segment's description.
pub const DESCRIPTION_CHARS_MAX: usize = 2_000;

/// Profiles whose memberships are asked again at once: so long the pipeline waits.
const RECHECK_PROFILES_MAX: usize = 20_000;

/// What a person decides about a segment.
#[derive(Debug, Clone)]
pub struct NewSegment {
    pub name: String,
    pub description: String,
    pub condition: Condition,
}

/// A saved segment with how it stands.
#[derive(Debug, Clone)]
pub struct SavedSegment {
    pub id: SegmentId,
    pub name: String,
    pub description: String,
    pub condition: Condition,
    /// Grows with every change.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub count: u64,
    /// Since midnight UTC.
    pub entered_today: u64,
    pub exited_today: u64,
}

impl Segments {
    /// All saved segments, newest first.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<SavedSegment>, SegmentError> {
        let stored = store::all(&self.0.db, workspace).await?;
        let today = store::day(&self.0.db, workspace, self.0.clock.now().utc_day()).await?;
        let space = self.space(workspace)?;
        let space = space.read();
        Ok(stored
            .into_iter()
            .filter_map(|row| {
                let today = today.get(&row.id).copied().unwrap_or_default();
                saved(&space, row, today)
            })
            .collect())
    }

    pub async fn get(&self, workspace: WorkspaceId, id: SegmentId) -> Result<SavedSegment, SegmentError> {
        let stored = store::one(&self.0.db, workspace, id).await?.ok_or(SegmentError::NotFound(id))?;
        let today = store::day(&self.0.db, workspace, self.0.clock.now().utc_day()).await?;
        let today = today.get(&id).copied().unwrap_or_default();
        let space = self.space(workspace)?;
        saved(&space.read(), stored, today).ok_or(SegmentError::NotFound(id))
    }

    /// Saves a new segment and fills it.
    pub async fn create(&self, workspace: WorkspaceId, new: NewSegment) -> Result<SavedSegment, SegmentError> {
        let segments = self.clone();
        to_the_end(async move { segments.create_now(workspace, new).await }).await
    }

    async fn create_now(&self, workspace: WorkspaceId, new: NewSegment) -> Result<SavedSegment, SegmentError> {
        let new = checked(new)?;
        let now = self.0.clock.now();
        let id = SegmentId::new(now, self.0.rng.as_ref());
        let space = self.space(workspace)?;
        let tx = self.0.db.begin().await?;
        let gate = self.0.gate.clone().lock_owned().await;
        if space.read().definitions.len() >= SEGMENTS_MAX {
            return Err(SegmentError::TooMany(SEGMENTS_MAX));
        }
        check_references(&space.read(), id, &new)?;
        let stored = Stored {
            id,
            name: new.name.clone(),
            description: new.description,
            condition: new.condition.to_json().to_string(),
            version: 1,
            created_at: now,
            updated_at: now,
            filled_at: now,
        };
        let found = evaluated(space.clone(), new.condition.clone(), now).await?;
        self.write_filled(tx, workspace, &stored, Some(&found)).await?;
        let mut definition = Definition::new(id, new.name, new.condition, now);
        definition.members = found;
        space.write().definitions.put(definition);
        drop(gate);
        self.get(workspace, id).await
    }

    /// Changes a segment; `version` is the one the person edited (None: whatever it is). A new condition fills it
    /// anew; segments that ask for it follow, with events.
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        version: Option<i64>,
        new: NewSegment,
    ) -> Result<SavedSegment, SegmentError> {
        let segments = self.clone();
        to_the_end(async move { segments.update_now(workspace, id, version, new).await }).await
    }

    async fn update_now(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        version: Option<i64>,
        new: NewSegment,
    ) -> Result<SavedSegment, SegmentError> {
        let new = checked(new)?;
        let now = self.0.clock.now();
        let space = self.space(workspace)?;
        let tx = self.0.db.begin().await?;
        let gate = self.0.gate.clone().lock_owned().await;
        let old = store::one(&self.0.db, workspace, id).await?.ok_or(SegmentError::NotFound(id))?;
        if let Some(wanted) = version.filter(|wanted| *wanted != old.version) {
            return Err(SegmentError::Stale { wanted, is: old.version });
        }
        check_references(&space.read(), id, &new)?;
        let condition = new.condition.to_json().to_string();
        let refilled = condition != old.condition;
        let found = if refilled { Some(evaluated(space.clone(), new.condition.clone(), now).await?) } else { None };
        let stored = Stored {
            id,
            name: new.name.clone(),
            description: new.description,
            condition,
            version: old.version + 1,
            created_at: old.created_at,
            updated_at: now,
            filled_at: if refilled { now } else { old.filled_at },
        };
        self.write_filled(tx, workspace, &stored, found.as_ref()).await?;
        {
            let mut space = space.write();
            let kept = space.definitions.get(id).map(|definition| definition.members.clone()).unwrap_or_default();
            let mut definition = Definition::new(id, new.name, new.condition, stored.filled_at);
            definition.members = found.unwrap_or(kept);
            space.definitions.put(definition);
        }
        drop(gate);
        if refilled {
            self.refresh(workspace, true).await?;
        }
        self.get(workspace, id).await
    }

    /// Deletes a segment that nothing uses.
    pub async fn delete(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        version: Option<i64>,
    ) -> Result<(), SegmentError> {
        let segments = self.clone();
        to_the_end(async move { segments.delete_now(workspace, id, version).await }).await
    }

    async fn delete_now(
        &self,
        workspace: WorkspaceId,
        id: SegmentId,
        version: Option<i64>,
    ) -> Result<(), SegmentError> {
        let space = self.space(workspace)?;
        let users = self.used_by(workspace, id).await?;
        let mut tx = self.0.db.begin().await?;
        let gate = self.0.gate.clone().lock_owned().await;
        let old = store::one(&self.0.db, workspace, id).await?.ok_or(SegmentError::NotFound(id))?;
        if let Some(wanted) = version.filter(|wanted| *wanted != old.version) {
            return Err(SegmentError::Stale { wanted, is: old.version });
        }
        if !users.is_empty() {
            return Err(SegmentError::InUse { users });
        }
        store::delete(&mut tx, workspace, id).await?;
        tx.commit().await?;
        space.write().definitions.remove(id);
        drop(gate);
        Ok(())
    }

    /// Who uses a segment: other segments, and what [`crate::SegmentUse`] says.
    pub async fn used_by(&self, workspace: WorkspaceId, id: SegmentId) -> Result<Vec<SegmentUser>, SegmentError> {
        let mut users: Vec<SegmentUser> = {
            let space = self.space(workspace)?;
            let space = space.read();
            let user = |definition: &Definition| SegmentUser {
                kind: "segment",
                id: definition.id.to_string(),
                name: definition.name.clone(),
            };
            space.definitions.asking_for(id).map(user).collect()
        };
        if let Some(others) = self.users() {
            users.extend(others.users_of(workspace, id).await?);
        }
        Ok(users)
    }

    /// Saved segments that ask for a trait, or for something inside it.
    pub fn asking_for_trait(&self, workspace: WorkspaceId, name: &str) -> Result<Vec<SegmentUser>, SegmentError> {
        let space = self.space(workspace)?;
        let space = space.read();
        let asks = |path: &String| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let asking = space.definitions.iter().filter(|definition| definition.references.traits.iter().any(asks));
        let user = |definition: &Definition| SegmentUser {
            kind: "segment",
            id: definition.id.to_string(),
            name: definition.name.clone(),
        };
        Ok(asking.map(user).collect())
    }

    async fn write_filled(
        &self,
        mut tx: Tx,
        workspace: WorkspaceId,
        stored: &Stored,
        members: Option<&RoaringBitmap>,
    ) -> Result<(), SegmentError> {
        match store::put(&mut tx, workspace, stored).await {
            Err(DbError::UniqueViolation(_)) => return Err(SegmentError::NameTaken(stored.name.clone())),
            other => other?,
        }
        if let Some(members) = members {
            store::fill(&mut tx, workspace, stored.id, members).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Brings memberships up to date at the current time, those that time can change or all; answers how many
    /// profiles entered or left.
    pub(super) async fn refresh(&self, workspace: WorkspaceId, everything: bool) -> Result<usize, SegmentError> {
        let segments = self.clone();
        to_the_end(async move { segments.refresh_now(workspace, everything).await }).await
    }

    async fn refresh_now(&self, workspace: WorkspaceId, everything: bool) -> Result<usize, SegmentError> {
        let now = self.0.clock.now();
        // Looked up without stopping the pipeline, then asked again of those few while it waits.
        let due = self.read(workspace, move |space| space.due(now, everything)).await?;
        let mut count = 0;
        for round in rounds(due, RECHECK_PROFILES_MAX) {
            count += self.recheck(workspace, round).await?;
        }
        Ok(count)
    }

    /// Asks again about these profiles, in one transaction; answers how many entered or left.
    async fn recheck(&self, workspace: WorkspaceId, due: Due) -> Result<usize, SegmentError> {
        let space = self.space(workspace)?;
        let mut tx = self.0.db.begin().await?;
        let gate = self.0.gate.clone().lock_owned().await;
        let now = self.0.clock.now();
        let mut undo = Vec::new();
        let deltas: Vec<Delta> = {
            let mut space = space.write();
            let changes = space.recheck(due, now, &mut undo);
            changes.into_iter().map(|change| Delta::of(&space, change)).collect()
        };
        let count = deltas.iter().map(|delta| delta.change().entered.len() + delta.change().exited.len()).sum();
        let events = crate::view::membership_events(&space.read(), workspace, &deltas, now, &format!("t{}", now.ms()));
        let written = async {
            for delta in deltas {
                delta.write(&mut tx, workspace, now).await?;
            }
            events::emit_in_tx(&mut tx, &events).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            space.write().undo(undo);
            return Err(error.into());
        }
        drop(gate);
        Ok(count)
    }
}

/// For segments the profiles whose membership may be out of date, ascending.
pub(crate) type Due = Vec<(SegmentId, Vec<u32>)>;

/// Parts of at most `profiles_max` profiles; what is due of one profile is in one part, for its segments may ask for
/// each other.
pub(crate) fn rounds(due: Due, profiles_max: usize) -> Vec<Due> {
    let profiles: RoaringBitmap = due.iter().flat_map(|(_, profiles)| profiles).copied().collect();
    let profiles: Vec<u32> = profiles.iter().collect();
    let part = |chunk: &[u32]| {
        let (Some(first), Some(last)) = (chunk.first(), chunk.last()) else { return Due::new() };
        let of = |(id, profiles): &(SegmentId, Vec<u32>)| {
            let from = profiles.partition_point(|profile| profile < first);
            let to = profiles.partition_point(|profile| profile <= last);
            (from < to).then(|| (*id, profiles[from..to].to_vec()))
        };
        due.iter().filter_map(of).collect()
    };
    profiles.chunks(profiles_max.max(1)).map(part).collect()
}

/// Does work that changes store and memory on a task of its own: a client that hangs up must not leave the two apart.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, SegmentError>> + Send + 'static,
) -> Result<T, SegmentError> {
    tokio::spawn(work).await.map_err(|error| SegmentError::Stopped(error.to_string()))?
}

fn saved(space: &Workspace, row: Stored, (entered_today, exited_today): (u64, u64)) -> Option<SavedSegment> {
    let definition = space.definitions.get(row.id)?;
    Some(SavedSegment {
        id: row.id,
        name: row.name,
        description: row.description,
        condition: definition.condition.clone(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        count: definition.members.len(),
        entered_today,
        exited_today,
    })
}

fn checked(new: NewSegment) -> Result<NewSegment, SegmentError> {
    let name = new.name.trim().to_owned();
    let bad = |field, detail: String| Err(SegmentError::BadField { field, detail });
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return bad("name", format!("a name of 1 to {NAME_CHARS_MAX} characters is wanted"));
    }
    if new.description.chars().count() > DESCRIPTION_CHARS_MAX {
        return bad("description", format!("at most {DESCRIPTION_CHARS_MAX} characters"));
    }
    if name.contains('\0') || new.description.contains('\0') {
        return bad("name", "a NUL character cannot be stored; remove it".to_owned());
    }
    Ok(NewSegment { name, ..new })
}

/// Every segment asked for is there, and none leads back to `id`.
fn check_references(space: &Workspace, id: SegmentId, new: &NewSegment) -> Result<(), SegmentError> {
    let mut missing = None;
    walk(&new.condition, "", &mut |part, pointer| {
        if let Condition::Segment(asked) = part
            && space.definitions.get(asked.id).is_none()
            && asked.id != id
        {
            missing.get_or_insert((asked.id, format!("{pointer}/segment/id")));
        }
    });
    if let Some((id, pointer)) = missing {
        return Err(SegmentError::UnknownSegment { id, pointer });
    }
    let direct = new.condition.references().segments;
    if space.definitions.closure(&direct).contains(&id) {
        let name =
            |id: &SegmentId| space.definitions.get(*id).map_or(id.to_string(), |other| format!("\"{}\"", other.name));
        let leads_back = |other: &&SegmentId| {
            **other == id || space.definitions.closure(&[**other].into_iter().collect()).contains(&id)
        };
        let through: Vec<String> = direct.iter().filter(leads_back).map(name).collect();
        return Err(SegmentError::Cycle { path: format!("\"{}\" asks for {}", new.name, through.join(", ")) });
    }
    Ok(())
}

async fn evaluated(
    space: Arc<RwLock<Workspace>>,
    condition: Condition,
    now: Timestamp,
) -> Result<RoaringBitmap, SegmentError> {
    let done = tokio::task::spawn_blocking(move || space.read().evaluate(&condition, now)).await;
    done.map_err(|error| SegmentError::Stopped(error.to_string()))
}

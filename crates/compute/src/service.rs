//! The façade: define, look at, change, remove; what the room asks of others.

use crate::definition::Definition;
use crate::error::ComputeError;
use crate::store::{self, Stored};
use async_trait::async_trait;
use base::{Clock, ComputedTraitId, Json, JsonMap, ProfileId, Rng, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx};
use events::{Event, Offset, ViewError};
use parking_lot::{Mutex, RwLock};
use predicate::EventDone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Computed traits per workspace.
pub const TRAITS_MAX: usize = 200;
/// Bytes of a name.
pub const NAME_BYTES_MAX: usize = 64;
/// Characters of a description.
const DESCRIPTION_CHARS_MAX: usize = 2_000;
/// Something that uses a trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitUser {
    /// `segment`, `computed_trait`, …
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// Customers with what they are called, and how many there are of them.
pub type WhoDid = (Vec<(ProfileId, String)>, u64);

/// One event of the history, valid during the call.
pub struct Visited<'a> {
    /// As it was when the event was stored; merges since then are followed by [`Sources::canonical`].
    pub profile: ProfileId,
    pub at: Timestamp,
    /// [`events::Event::display_name`].
    pub name: &'a str,
    pub channel: &'a str,
    /// A JSON object as text.
    pub properties: &'a str,
}

/// Sees events of the history.
pub type EventVisitor = Box<dyn for<'a> FnMut(Visited<'a>) + Send>;

/// The history as it is at one moment, whatever is written meanwhile. Can be read several times.
#[async_trait]
pub trait Snapshot: Send + Sync {
    /// The highest number of a customer in it.
    fn highest(&self) -> u32;
    /// Events of one name of these customers, in any order, some to each of the visitors that `make` makes: at once, on
    /// threads of their own.
    async fn scan(
        &self,
        name: &str,
        profiles: RangeInclusive<ProfileId>,
        make: &(dyn Fn() -> EventVisitor + Sync),
    ) -> Result<(), String>;
}

/// What this room asks of others outside of a batch; `server` wires it.
#[async_trait]
pub trait Sources: Send + Sync + 'static {
    /// The views and the history are past this.
    fn processed(&self) -> Offset;
    async fn snapshot(&self, workspace: WorkspaceId) -> Result<Box<dyn Snapshot>, String>;
    /// What each id is today; those that are gone are left out.
    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, String>;
    /// Customers with an id after `after`, in order of id.
    async fn people(&self, workspace: WorkspaceId, after: ProfileId, limit: usize) -> Result<Vec<ProfileId>, String>;
    /// Those seen last, with what they are called.
    async fn latest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<(ProfileId, String)>, String>;
    /// Up to `limit` customers of those who did this, spread over all of them, with what they are called, and how many
    /// did it; None: that cannot be told now.
    async fn who_did(&self, workspace: WorkspaceId, event: &EventDone, limit: usize) -> Result<Option<WhoDid>, String>;
    async fn events_of(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<Arc<Event>>, String>;
    async fn traits_of(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Option<JsonMap>>, String>;
    /// The highest id given out.
    async fn highest(&self, workspace: WorkspaceId) -> Result<ProfileId, String>;
    /// Something was emitted outside of a batch.
    fn wake(&self);
    /// Is there a trait of this name that nobody computes?
    async fn is_said(&self, workspace: WorkspaceId, name: &str) -> Result<bool, String>;
}

/// Traits as they are inside a batch. Implemented over the room whose view comes before this one.
#[async_trait]
pub trait TraitsRead: Send + Sync + 'static {
    /// In the order asked; None for ids that are gone.
    async fn traits(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<Option<JsonMap>>, ViewError>;
}

/// Who uses traits: they must not go away meanwhile.
#[async_trait]
pub trait TraitUse: Send + Sync + 'static {
    async fn users_of(&self, workspace: WorkspaceId, name: &str) -> Result<Vec<TraitUser>, String>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The history is being worked through.
    Filling,
    Live,
    /// It is taken away from everybody, then gone.
    Removing,
    /// The history could not be read; a change of the definition tries again, and so does a restart.
    Failed,
}

impl Status {
    pub const ALL: [Status; 4] = [Self::Filling, Self::Live, Self::Removing, Self::Failed];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Live => "live",
            Self::Removing => "removing",
            Self::Failed => "failed",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == text)
    }
}

/// What a person decides.
#[derive(Debug, Clone)]
pub struct NewTrait {
    pub name: String,
    pub description: String,
    pub definition: Json,
}

/// A computed trait with how it stands.
#[derive(Debug, Clone)]
pub struct ComputedTrait {
    pub id: ComputedTraitId,
    pub name: String,
    pub description: String,
    pub definition: Definition,
    pub status: Status,
    /// 0 to 1 while it is filled or removed.
    pub progress: Option<f32>,
    pub failure: Option<String>,
    /// Customers who have a value.
    pub people: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub used_by: Vec<TraitUser>,
}

/// A definition at work.
#[derive(Debug)]
pub(crate) struct Live {
    pub name: String,
    pub number: i64,
    pub definition: Definition,
}

/// The definitions of one workspace that the view keeps current.
#[derive(Debug, Default)]
pub(crate) struct Space {
    live: BTreeMap<i64, Arc<Live>>,
    by_event: HashMap<String, Vec<Arc<Live>>>,
    by_name: HashMap<String, Arc<Live>>,
    /// Grows with every split: whoever fills from the history begins anew.
    pub splits: Arc<AtomicU64>,
}

impl Space {
    fn with(&self, live: Arc<Live>) -> Self {
        let mut all = self.live.clone();
        all.insert(live.number, live);
        Self::of(all, self.splits.clone())
    }
    fn without(&self, number: i64) -> Self {
        let mut all = self.live.clone();
        all.remove(&number);
        Self::of(all, self.splits.clone())
    }
    fn of(live: BTreeMap<i64, Arc<Live>>, splits: Arc<AtomicU64>) -> Self {
        let mut by_event: HashMap<String, Vec<Arc<Live>>> = HashMap::new();
        for one in live.values() {
            if let Definition::Events(events) = &one.definition {
                by_event.entry(events.event.name.clone()).or_default().push(one.clone());
            }
        }
        let by_name = live.values().map(|one| (one.name.clone(), one.clone())).collect();
        Self { live, by_event, by_name, splits }
    }
    pub fn all(&self) -> impl Iterator<Item = &Arc<Live>> {
        self.live.values()
    }
    pub fn named(&self, name: &str) -> Option<&Arc<Live>> {
        self.by_name.get(name)
    }
    pub fn numbered(&self, number: i64) -> Option<&Arc<Live>> {
        self.live.get(&number)
    }
    pub fn of_event(&self, name: &str) -> &[Arc<Live>] {
        self.by_event.get(name).map_or(&[], Vec::as_slice)
    }
    pub fn formulas(&self) -> impl Iterator<Item = &Arc<Live>> {
        self.all().filter(|live| matches!(live.definition, Definition::Formula(_)))
    }
}

/// Computed traits; cheap to clone.
#[derive(Clone)]
pub struct Compute(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub sources: Arc<dyn Sources>,
    pub traits: Arc<dyn TraitsRead>,
    pub users: RwLock<Vec<Arc<dyn TraitUse>>>,
    pub spaces: RwLock<BTreeMap<WorkspaceId, Arc<Space>>>,
    pub progress: Mutex<HashMap<ComputedTraitId, f32>>,
    /// Held while a batch or other work changes states: never both.
    pub gate: Arc<tokio::sync::Mutex<()>>,
    /// The batch's hold of the gate, until it is committed or rolled back.
    pub held: Mutex<Option<tokio::sync::OwnedMutexGuard<()>>>,
    /// End of the last batch that was committed.
    pub passed: AtomicU64,
    pub work: tokio::sync::Notify,
}

impl Compute {
    /// Reads the definitions; those that are live are kept current from now on.
    pub async fn open(
        db: Db,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        sources: Arc<dyn Sources>,
        traits: Arc<dyn TraitsRead>,
    ) -> Result<Self, ComputeError> {
        let compute = Self(Arc::new(Inner {
            db,
            clock,
            rng,
            sources,
            traits,
            users: RwLock::default(),
            spaces: RwLock::default(),
            progress: Mutex::default(),
            gate: Arc::default(),
            held: Mutex::default(),
            passed: AtomicU64::new(0),
            work: tokio::sync::Notify::new(),
        }));
        for (workspace, row) in store::all(&compute.0.db).await? {
            if row.status == Status::Live.name() {
                compute.enliven(workspace, &row)?;
            }
        }
        Ok(compute)
    }

    /// Names a room that uses traits.
    pub fn add_use(&self, users: Arc<dyn TraitUse>) {
        self.0.users.write().push(users);
    }

    pub(crate) fn spaces(&self) -> Vec<(WorkspaceId, Arc<Space>)> {
        self.0.spaces.read().iter().map(|(workspace, space)| (*workspace, space.clone())).collect()
    }
    pub(crate) fn space(&self, workspace: WorkspaceId) -> Arc<Space> {
        self.0.spaces.read().get(&workspace).cloned().unwrap_or_default()
    }

    /// The view works on it from the next batch on.
    pub(crate) fn enliven(&self, workspace: WorkspaceId, row: &Stored) -> Result<Arc<Live>, ComputeError> {
        let definition = definition_of(row)?;
        let live = Arc::new(Live { name: row.name.clone(), number: row.number, definition });
        let mut spaces = self.0.spaces.write();
        let space = spaces.entry(workspace).or_default();
        *space = Arc::new(space.with(live.clone()));
        Ok(live)
    }
    pub(crate) fn retire(&self, workspace: WorkspaceId, number: i64) {
        let mut spaces = self.0.spaces.write();
        if let Some(space) = spaces.get_mut(&workspace) {
            *space = Arc::new(space.without(number));
        }
    }

    pub(crate) async fn rows(&self, workspace: WorkspaceId) -> Result<Vec<Stored>, DbError> {
        let all = store::all(&self.0.db).await?;
        Ok(all.into_iter().filter(|(of, _)| *of == workspace).map(|(_, row)| row).collect())
    }

    /// All of them, oldest first.
    pub async fn list(&self, workspace: WorkspaceId) -> Result<Vec<ComputedTrait>, ComputeError> {
        let rows = self.rows(workspace).await?;
        let people = store::people(&self.0.db, workspace).await?;
        let mut all = Vec::new();
        for row in &rows {
            let progress = self.0.progress.lock().get(&row.id).copied();
            all.push(ComputedTrait {
                id: row.id,
                name: row.name.clone(),
                description: row.description.clone(),
                definition: definition_of(row)?,
                status: Status::parse(&row.status).unwrap_or(Status::Failed),
                progress,
                failure: row.failure.clone(),
                people: people.get(&row.number).copied().unwrap_or_default(),
                created_at: row.created_at,
                updated_at: row.updated_at,
                used_by: self.users_of(workspace, row, &rows).await?,
            });
        }
        Ok(all)
    }

    pub async fn get(&self, workspace: WorkspaceId, id: ComputedTraitId) -> Result<ComputedTrait, ComputeError> {
        let found = self.list(workspace).await?.into_iter().find(|one| one.id == id);
        found.ok_or(ComputeError::NotFound(id))
    }

    async fn users_of(
        &self,
        workspace: WorkspaceId,
        row: &Stored,
        rows: &[Stored],
    ) -> Result<Vec<TraitUser>, ComputeError> {
        let mut users = Vec::new();
        for other in rows.iter().filter(|other| other.id != row.id && other.status != Status::Removing.name()) {
            if definition_of(other)?.inputs().contains(&row.name) {
                let (id, name) = (other.id.to_string(), other.name.clone());
                users.push(TraitUser { kind: "computed_trait", id, name });
            }
        }
        let others = self.0.users.read().clone();
        for other in others {
            users.extend(other.users_of(workspace, &row.name).await.map_err(ComputeError::Data)?);
        }
        Ok(users)
    }

    /// Saves a new one; it is filled from the history in the background.
    pub async fn create(&self, workspace: WorkspaceId, new: NewTrait) -> Result<ComputedTrait, ComputeError> {
        let rows = self.rows(workspace).await?;
        if rows.len() >= TRAITS_MAX {
            return Err(ComputeError::TooMany(TRAITS_MAX));
        }
        let (name, definition) = self.checked(workspace, None, &new, &rows).await?;
        let now = self.0.clock.now();
        let mut tx = self.0.db.begin().await?;
        let row = Stored {
            id: ComputedTraitId::new(now, self.0.rng.as_ref()),
            name,
            description: new.description.trim().to_owned(),
            definition: definition.to_json().to_string(),
            status: Status::Filling.name().into(),
            number: store::next_number(&mut tx, workspace).await?,
            old_number: None,
            failure: None,
            created_at: now,
            updated_at: now,
        };
        self.put(tx, workspace, &row).await?;
        self.0.work.notify_one();
        self.get(workspace, row.id).await
    }

    async fn put(&self, mut tx: Tx, workspace: WorkspaceId, row: &Stored) -> Result<(), ComputeError> {
        match store::put(&mut tx, workspace, row).await {
            Err(DbError::UniqueViolation(_)) => {
                Err(ComputeError::Name { code: "name_taken", detail: taken(&row.name) })
            }
            other => Ok(other.map(|()| tx.commit())?.await?),
        }
    }

    /// Changes one. Another definition is filled anew; until that is done everybody keeps the old value.
    pub async fn change(
        &self,
        workspace: WorkspaceId,
        id: ComputedTraitId,
        new: NewTrait,
    ) -> Result<ComputedTrait, ComputeError> {
        let rows = self.rows(workspace).await?;
        let row = rows.iter().find(|row| row.id == id).ok_or(ComputeError::NotFound(id))?;
        if row.status == Status::Removing.name() {
            return Err(ComputeError::Removing);
        }
        let (name, definition) = self.checked(workspace, Some(row), &new, &rows).await?;
        let users = if name == row.name { Vec::new() } else { self.users_of(workspace, row, &rows).await? };
        if !users.is_empty() {
            return Err(ComputeError::InUse { users });
        }
        if name != row.name {
            let detail = "a computed trait keeps its name; make a new one and remove this one".to_owned();
            return Err(ComputeError::Name { code: "name_fixed", detail });
        }
        let text = definition.to_json().to_string();
        let mut changed = Stored { description: new.description.trim().to_owned(), ..row.clone() };
        changed.updated_at = self.0.clock.now();
        let mut tx = self.0.db.begin().await?;
        let _gate = self.0.gate.clone().lock_owned().await;
        let again = text != row.definition || row.status == Status::Failed.name();
        if again {
            changed.definition = text;
            changed.status = Status::Filling.name().into();
            changed.failure = None;
            // A definition that was never live leaves nothing behind.
            if row.status == Status::Live.name() {
                changed.old_number = Some(row.number);
            }
            changed.number = store::next_number(&mut tx, workspace).await?;
        }
        self.put(tx, workspace, &changed).await?;
        if again {
            self.retire(workspace, row.number);
            self.0.work.notify_one();
        }
        self.get(workspace, id).await
    }

    /// Takes it away from everybody, in the background.
    pub async fn remove(&self, workspace: WorkspaceId, id: ComputedTraitId) -> Result<(), ComputeError> {
        let rows = self.rows(workspace).await?;
        let row = rows.iter().find(|row| row.id == id).ok_or(ComputeError::NotFound(id))?;
        let users = self.users_of(workspace, row, &rows).await?;
        if !users.is_empty() {
            return Err(ComputeError::InUse { users });
        }
        let tx = self.0.db.begin().await?;
        let _gate = self.0.gate.clone().lock_owned().await;
        let row = Stored { status: Status::Removing.name().into(), updated_at: self.0.clock.now(), ..row.clone() };
        self.put(tx, workspace, &row).await?;
        self.retire(workspace, row.number);
        self.0.work.notify_one();
        Ok(())
    }

    async fn checked(
        &self,
        workspace: WorkspaceId,
        old: Option<&Stored>,
        new: &NewTrait,
        rows: &[Stored],
    ) -> Result<(String, Definition), ComputeError> {
        let name = new.name.trim().to_owned();
        let wrong = |code, detail: String| Err(ComputeError::Name { code, detail });
        let plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-' || letter == ' ';
        if name.is_empty() || NAME_BYTES_MAX < name.len() || !name.chars().all(plain) {
            return wrong("name_invalid", format!("letters, digits, _ and -; at most {NAME_BYTES_MAX} bytes"));
        }
        if new.description.chars().count() > DESCRIPTION_CHARS_MAX || new.description.contains('\0') {
            return Err(ComputeError::Description(DESCRIPTION_CHARS_MAX));
        }
        if rows.iter().any(|row| row.name == name && old.is_none_or(|old| old.id != row.id)) {
            return wrong("name_taken", taken(&name));
        }
        if old.is_none_or(|old| old.name != name)
            && self.0.sources.is_said(workspace, &name).await.map_err(ComputeError::Data)?
        {
            let detail =
                format!("\"{name}\" is a trait that your sources send, or one Tutti needs; choose another name");
            return wrong("name_reserved", detail);
        }
        let definition = Definition::parse(&new.definition)?;
        if leads_back(&name, &definition, rows)? {
            let detail = format!("\"{name}\" would be worked out from itself");
            return Err(crate::error::Mistake::new("/formula", "formula_cycle", detail).into());
        }
        crate::preview::answers_somebody(&definition, rows)?;
        Ok((name, definition))
    }
}

fn taken(name: &str) -> String {
    format!("a computed trait called \"{name}\" is there already; choose another name")
}

pub(crate) fn definition_of(row: &Stored) -> Result<Definition, ComputeError> {
    let json: Json = serde_json::from_str(&row.definition).unwrap_or_default();
    Definition::parse(&json)
}

/// Does a formula ask, through others, for itself?
fn leads_back(name: &str, definition: &Definition, rows: &[Stored]) -> Result<bool, ComputeError> {
    let mut asked: Vec<String> = definition.inputs().to_vec();
    let mut seen = BTreeSet::new();
    while let Some(input) = asked.pop() {
        if input == name {
            return Ok(true);
        }
        if seen.insert(input.clone())
            && let Some(row) = rows.iter().find(|row| row.name == input)
        {
            asked.extend(definition_of(row)?.inputs().iter().cloned());
        }
    }
    Ok(false)
}

impl Compute {
    pub(crate) fn note_progress(&self, id: ComputedTraitId, share: Option<f32>) {
        let mut progress = self.0.progress.lock();
        match share {
            Some(share) => progress.insert(id, share.clamp(0.0, 1.0)),
            None => progress.remove(&id),
        };
    }
    pub(crate) fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Acquire)
    }
}

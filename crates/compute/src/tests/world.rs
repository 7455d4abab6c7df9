//! A small world around the room: customers, their history, and the pipeline's part.

use crate::{Compute, ComputeError, EventVisitor, NewTrait, Snapshot, Sources, TraitsRead, Visited};
use async_trait::async_trait;
use base::{ComputedTraitId, Json, JsonMap, ManualClock, ProfileId, Timestamp, WorkspaceId};
use db::{Db, Tx, Val};
use events::{Batch, Effects, Event, EventKind, Merge, Offset, RawJson, ResolvedEvent, Split, View, ViewError};
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::{NOW, Store};

pub const HERE: WorkspaceId = WorkspaceId::new(1);
pub const DAY_MS: i64 = 86_400_000;

pub async fn each_store() -> Vec<Store> {
    testkit::stores(&[events::MIGRATIONS, crate::MIGRATIONS].concat()).await
}

/// What somebody did: an order `day` days after the beginning.
pub fn order(profile: ProfileId, day: i64, revenue: f64) -> ResolvedEvent {
    happened(profile, "Order Completed", NOW.plus_ms(day * DAY_MS), serde_json::json!({ "revenue": revenue }))
}

pub fn happened(profile: ProfileId, name: &str, at: Timestamp, properties: Json) -> ResolvedEvent {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let message = format!("m{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut event = testkit::event(HERE, message, EventKind::Track, at);
    event.name = name.to_owned();
    event.properties = RawJson::new(properties.to_string());
    ResolvedEvent { event: Arc::new(event), profile, created: false }
}

#[derive(Default)]
struct State {
    /// Stored under the profile of the time.
    history: Vec<ResolvedEvent>,
    canonical: BTreeMap<ProfileId, ProfileId>,
    traits: BTreeMap<ProfileId, JsonMap>,
    end: u64,
}

#[derive(Clone, Default)]
pub struct Rooms(Arc<Mutex<State>>);

struct Frozen(Vec<ResolvedEvent>);

#[async_trait]
impl Snapshot for Frozen {
    fn highest(&self) -> u32 {
        self.0.iter().map(|item| item.profile.number()).max().unwrap_or(0)
    }
    async fn scan(
        &self,
        name: &str,
        profiles: RangeInclusive<ProfileId>,
        make: &(dyn Fn() -> EventVisitor + Sync),
    ) -> Result<(), String> {
        let mut visitors = [make(), make()];
        for (number, item) in self.0.iter().enumerate() {
            if item.event.display_name() != name || !profiles.contains(&item.profile) {
                continue;
            }
            visitors[number % 2](Visited {
                profile: item.profile,
                at: item.event.at,
                name: item.event.display_name(),
                channel: item.event.channel.name(),
                properties: item.event.properties.text(),
            });
        }
        Ok(())
    }
}

#[async_trait]
impl Sources for Rooms {
    fn processed(&self) -> Offset {
        Offset(self.0.lock().end)
    }
    async fn snapshot(&self, _workspace: WorkspaceId) -> Result<Box<dyn Snapshot>, String> {
        Ok(Box::new(Frozen(self.0.lock().history.clone())))
    }
    async fn canonical(&self, _: WorkspaceId, ids: &[ProfileId]) -> Result<HashMap<ProfileId, ProfileId>, String> {
        let state = self.0.lock();
        Ok(ids.iter().filter_map(|id| Some((*id, *state.canonical.get(id)?))).collect())
    }
    async fn people(&self, _: WorkspaceId, after: ProfileId, limit: usize) -> Result<Vec<ProfileId>, String> {
        let state = self.0.lock();
        Ok(state.canonical.iter().filter(|(id, is)| id == is && after < **id).map(|(id, _)| *id).take(limit).collect())
    }
    async fn latest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<(ProfileId, String)>, String> {
        let people = self.people(workspace, ProfileId::new(0), limit).await?;
        Ok(people.into_iter().map(|id| (id, id.to_string())).collect())
    }
    async fn who_did(
        &self,
        workspace: WorkspaceId,
        event: &predicate::EventDone,
        limit: usize,
    ) -> Result<Option<crate::WhoDid>, String> {
        let people = self.people(workspace, ProfileId::new(0), usize::MAX).await?;
        let did = |id: &ProfileId| self.events(*id).iter().any(|one| one.display_name() == event.name);
        let who: Vec<ProfileId> = people.into_iter().filter(did).collect();
        let count = who.len() as u64;
        Ok(Some((who.into_iter().take(limit).map(|id| (id, id.to_string())).collect(), count)))
    }
    async fn events_of(&self, _: WorkspaceId, profile: ProfileId) -> Result<Vec<Arc<Event>>, String> {
        Ok(self.events(profile))
    }
    async fn traits_of(&self, _: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Option<JsonMap>>, String> {
        let state = self.0.lock();
        Ok(profiles.iter().map(|id| Some(state.traits.get(id).cloned().unwrap_or_default())).collect())
    }
    async fn highest(&self, _: WorkspaceId) -> Result<ProfileId, String> {
        Ok(self.0.lock().canonical.keys().next_back().copied().unwrap_or(ProfileId::new(0)))
    }
    fn wake(&self) {}
    async fn is_said(&self, _: WorkspaceId, name: &str) -> Result<bool, String> {
        Ok(name == "email")
    }
}

#[async_trait]
impl TraitsRead for Rooms {
    async fn traits(
        &self,
        _tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<Option<JsonMap>>, ViewError> {
        Ok(self.traits_of(workspace, profiles).await.unwrap_or_default())
    }
}

impl Rooms {
    fn now(&self, profile: ProfileId) -> Option<ProfileId> {
        self.0.lock().canonical.get(&profile).copied()
    }
    /// Everything that is this customer's today.
    pub fn events(&self, profile: ProfileId) -> Vec<Arc<Event>> {
        let state = self.0.lock();
        let own = |item: &&ResolvedEvent| state.canonical.get(&item.profile) == Some(&profile);
        state.history.iter().filter(own).map(|item| item.event.clone()).collect()
    }
}

pub struct World {
    pub compute: Compute,
    pub rooms: Rooms,
    clock: Arc<ManualClock>,
    db: Db,
}

impl World {
    pub async fn open(store: &Store) -> Self {
        let (rooms, clock) = (Rooms::default(), Arc::new(testkit::clock()));
        let sources = Arc::new(rooms.clone());
        let compute =
            Compute::open(store.db.clone(), clock.clone(), Arc::new(base::OsRng), sources.clone(), sources).await;
        Self { compute: compute.unwrap(), rooms, clock, db: store.db.clone() }
    }

    pub fn now(&self) -> Timestamp {
        use base::Clock;
        self.clock.now()
    }

    pub async fn try_define(&self, name: &str, definition: Json) -> Result<ComputedTraitId, ComputeError> {
        let new = NewTrait { name: name.into(), description: String::new(), definition };
        Ok(self.compute.create(HERE, new).await?.id)
    }
    pub async fn define(&self, name: &str, definition: Json) -> ComputedTraitId {
        self.try_define(name, definition).await.unwrap()
    }
    pub async fn change(&self, id: ComputedTraitId, name: &str, definition: Json) {
        let new = NewTrait { name: name.into(), description: String::new(), definition };
        self.compute.change(HERE, id, new).await.unwrap();
    }

    pub async fn batch(&mut self, events: &[ResolvedEvent]) {
        self.turn(events.to_vec(), Vec::new(), Vec::new()).await;
    }
    pub async fn merge(&mut self, from: ProfileId, into: ProfileId) {
        self.join(from, into);
        let merge = Merge { workspace: HERE, from, into };
        self.turn(Vec::new(), vec![merge], Vec::new()).await;
    }
    fn join(&self, from: ProfileId, into: ProfileId) {
        let mut state = self.rooms.0.lock();
        state.canonical.values_mut().filter(|is| **is == from).for_each(|is| *is = into);
        state.canonical.insert(into, into);
        state.canonical.insert(from, into);
        let lost = state.traits.remove(&from).unwrap_or_default();
        // Either value may be the one a profile kept.
        state.traits.entry(into).or_default().extend(lost);
    }
    /// `into` takes with it what was stored under its id.
    pub async fn split(&mut self, from: ProfileId, into: ProfileId) {
        let (kept, left) = self.part(from, into);
        let split = Split { workspace: HERE, from, into, group: vec![into], ..testkit::split(HERE, kept, left) };
        self.turn(Vec::new(), Vec::new(), vec![split]).await;
    }
    fn part(&self, from: ProfileId, into: ProfileId) -> (Vec<Arc<Event>>, Vec<Arc<Event>>) {
        let mut state = self.rooms.0.lock();
        let of = |id: ProfileId| -> Vec<Arc<Event>> {
            let own = |item: &&ResolvedEvent| match state.canonical.get(&item.profile) {
                Some(is) if *is == from => (item.profile == into) == (id == into),
                _ => false,
            };
            state.history.iter().filter(own).map(|item| item.event.clone()).collect()
        };
        let (kept, left) = (of(from), of(into));
        state.canonical.insert(into, into);
        // Both are worked out anew from what each said; nobody said a computed trait.
        state.traits.remove(&from);
        state.traits.remove(&into);
        (kept, left)
    }
    pub fn erase(&mut self, profile: ProfileId) {
        let mut state = self.rooms.0.lock();
        state.canonical.retain(|_, is| *is != profile);
        state.traits.remove(&profile);
    }

    fn next(&self, events: Vec<ResolvedEvent>, merges: Vec<Merge>, splits: Vec<Split>) -> Batch {
        let end = Offset(self.rooms.0.lock().end + 100);
        Batch { end, now: self.now(), merges, splits, events }
    }

    async fn turn(&mut self, events: Vec<ResolvedEvent>, merges: Vec<Merge>, splits: Vec<Split>) {
        let events = self.today(events);
        let batch = self.next(events, merges, splits);
        let mut effects = Effects::default();
        let mut tx = self.db.begin().await.unwrap();
        self.compute.apply(&mut tx, &batch, &mut effects).await.unwrap();
        events::emit_in_tx(&mut tx, effects.emitted()).await.unwrap();
        tx.commit().await.unwrap();
        self.compute.committed(&batch).await;
        self.store(batch);
        self.flush().await;
    }

    fn store(&self, batch: Batch) {
        let mut state = self.rooms.0.lock();
        state.history.extend(batch.events);
        state.end = batch.end.0;
    }

    pub async fn rolled_back_batch(&mut self, events: &[ResolvedEvent]) {
        let batch = self.next(self.today(events.to_vec()), Vec::new(), Vec::new());
        let mut tx = self.db.begin().await.unwrap();
        self.compute.apply(&mut tx, &batch, &mut Effects::default()).await.unwrap();
        tx.rollback().await.unwrap();
        self.compute.rolled_back(&batch).await;
    }

    /// Whoever is new is there from now on; whoever was merged is called what they are called today.
    fn today(&self, events: Vec<ResolvedEvent>) -> Vec<ResolvedEvent> {
        let mut state = self.rooms.0.lock();
        let mut name = |item: ResolvedEvent| {
            let created = !state.canonical.contains_key(&item.profile);
            let profile = *state.canonical.entry(item.profile).or_insert(item.profile);
            ResolvedEvent { profile, created, ..item }
        };
        events.into_iter().map(&mut name).collect()
    }

    /// What was emitted comes back as a batch, until nothing more does.
    pub async fn flush(&mut self) {
        loop {
            let rows = self.db.query("SELECT message_id, body FROM emitted_event ORDER BY seq", &[]).await.unwrap();
            if rows.is_empty() {
                return;
            }
            self.db.execute("DELETE FROM emitted_event", &[] as &[Val]).await.unwrap();
            let mut events = Vec::new();
            for row in rows {
                let body: Json = serde_json::from_str(&row.text("body").unwrap()).unwrap();
                for told in body["each"].as_array().unwrap() {
                    let profile: ProfileId = told[0].as_str().unwrap().parse().unwrap();
                    let message = row.text("message_id").unwrap();
                    let mut event = testkit::event(HERE, message, EventKind::Identify, self.now());
                    event.source = None;
                    event.profile = Some(profile);
                    event.traits = RawJson::new(told[1].to_string());
                    assert!(event.is_computed(), "{body}");
                    let Some(profile) = self.rooms.now(profile) else { continue };
                    let mut state = self.rooms.0.lock();
                    let traits = state.traits.entry(profile).or_default();
                    event.traits.map().iter().for_each(|(name, value)| {
                        traits.insert(name.clone(), value.clone());
                    });
                    events.push(ResolvedEvent { event: Arc::new(event), profile, created: false });
                }
            }
            let batch = self.next(events, Vec::new(), Vec::new());
            let mut effects = Effects::default();
            let mut tx = self.db.begin().await.unwrap();
            self.compute.apply(&mut tx, &batch, &mut effects).await.unwrap();
            events::emit_in_tx(&mut tx, effects.emitted()).await.unwrap();
            tx.commit().await.unwrap();
            self.compute.committed(&batch).await;
            self.rooms.0.lock().end = batch.end.0;
        }
    }

    pub async fn say(&mut self, profile: ProfileId, traits: Json) {
        let mut event = testkit::event(HERE, format!("say:{profile}:{traits}"), EventKind::Identify, self.now());
        event.traits = RawJson::new(traits.to_string());
        let own = self.today(vec![ResolvedEvent { event: Arc::new(event), profile, created: false }]);
        let known = traits.as_object().cloned().unwrap_or_default();
        self.rooms.0.lock().traits.entry(own[0].profile).or_default().extend(known);
        self.turn(own, Vec::new(), Vec::new()).await;
    }

    pub async fn work(&mut self) {
        self.compute.work().await.unwrap();
        self.flush().await;
    }
    pub async fn wait_ms(&mut self, ms: i64) {
        self.clock.advance_ms(ms);
        self.compute.tick().await.unwrap();
        self.flush().await;
    }
    pub async fn wait_days(&mut self, days: i64) {
        self.wait_ms(days * DAY_MS).await;
    }

    /// Null when there is none.
    pub fn value(&self, profile: ProfileId, name: &str) -> Json {
        let state = self.rooms.0.lock();
        state.traits.get(&profile).and_then(|traits| traits.get(name)).cloned().unwrap_or_default()
    }
    pub async fn rows(&self) -> i64 {
        let row = self.db.query_one("SELECT COUNT(*) AS n FROM computed_state", &[]).await.unwrap();
        row.unwrap().i64("n").unwrap()
    }
}

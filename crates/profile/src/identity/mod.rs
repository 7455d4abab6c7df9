//! Which profile an event belongs to: [`Identity`] implements `events::Resolver`.
//!
//! Per batch: read the declared identifiers ([`declare`]), look up what the cache does not know in a few statements
//! ([`store`]), decide event by event in memory ([`plan`]), write in a few statements. No SQL per event.

mod declare;
mod devices;
mod follow;
mod plan;
mod split;
mod store;

use crate::cache::{Cache, Known, anchor_key};
use crate::rules::{RuleBook, RuleSet, Rules};
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, Tx};
use declare::Declarations;
use devices::{DeviceMemory, Devices};
use events::{Event, Past, Resolution, ResolvedEvent, Resolver, ViewError};
use parking_lot::Mutex;
pub(crate) use plan::is_erasure;
use plan::{Facts, Place, Plan, Who};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::Reader;

/// The resolver. One per process: it holds the cache of the pipeline.
pub struct Identity {
    db: Db,
    cache: Mutex<Cache<Known>>,
    past: Option<Arc<dyn Past>>,
    book: Arc<RuleBook>,
    devices: Mutex<DeviceMemory>,
    /// The day old sign-ins were last forgotten.
    swept: Mutex<HashMap<WorkspaceId, u32>>,
}

/// A batch with everything the plan needs.
struct Prepared<'e> {
    declared: Declarations<'e>,
    facts: Facts,
}

impl Identity {
    pub fn new(db: Db) -> Self {
        Self {
            db,
            cache: Mutex::default(),
            past: None,
            book: Arc::default(),
            devices: Mutex::default(),
            swept: Mutex::default(),
        }
    }

    /// The rules of the workspaces; the resolver swaps them between batches, the others follow.
    pub fn with_rules(self, book: Arc<RuleBook>) -> Self {
        Self { book, ..self }
    }

    /// What a split needs to know: everything a customer ever did. Without it no profile is split.
    pub fn with_past(self, past: Arc<dyn Past>) -> Self {
        Self { past: Some(past), ..self }
    }

    /// Reads the identifiers and finds their owners and the canonical ids of named profiles.
    /// Keeps what it read for the batch when `reader` is the pipeline's transaction.
    async fn prepare<'e>(
        &self,
        reader: &mut Reader<'_>,
        events: &'e [Arc<Event>],
        rules: &RuleSet,
    ) -> Result<Prepared<'e>, ViewError> {
        let declared = Declarations::read(events.iter().map(|event| &**event), rules);
        let mut prepared = Prepared { facts: Facts::default(), declared };
        let mut missing = Vec::new();
        let mut anchors = BTreeSet::new();
        {
            let mut cache = self.cache.lock();
            for (number, slot) in prepared.declared.slots.iter().enumerate() {
                let known = cache.get(slot.hash);
                if known.is_none() {
                    missing.push(number as u32);
                }
                prepared.facts.owners.push(known.filter(|known| known.profile != 0));
            }
            for event in events {
                for id in event.profile.into_iter().chain(plan::merged_by_hand(event)) {
                    let who = (event.workspace, id.number());
                    match canonical_in(&mut cache, who) {
                        Some(0) => {}
                        Some(canonical) => {
                            prepared.facts.anchors.insert(who, canonical);
                        }
                        None => {
                            anchors.insert(who);
                        }
                    }
                }
            }
        }
        let from_cache = prepared.facts.owners.clone();
        reader.owners(&mut prepared, &missing).await?;
        let anchors: Vec<Who> = anchors.into_iter().collect();
        let found = reader.anchors(&anchors).await?;
        let keep = matches!(reader, Reader::Tx(_));
        let mut cache = self.cache.lock();
        for (number, slot) in prepared.declared.slots.iter().enumerate().filter(|_| keep) {
            if let (None, Some(known)) = (from_cache[number], prepared.facts.owners[number]) {
                cache.change(slot.hash, Some(known));
            }
        }
        for ((workspace, id), canonical) in found {
            for (id, into) in [(id, canonical), (canonical, canonical)].into_iter().filter(|_| keep) {
                cache.change(anchor_key(workspace.number(), id), Some(Known::new(into, 0)));
            }
            prepared.facts.anchors.insert((workspace, id), canonical);
        }
        Ok(prepared)
    }

    /// Loads the identifiers of profiles that the batch may join, extend or erase, the id counters, and who signed in on
    /// devices on which the batch signs in somebody new.
    async fn complete(
        &self,
        tx: &mut Tx,
        events: &[Arc<Event>],
        prepared: &mut Prepared<'_>,
        rules: &RuleSet,
    ) -> Result<(), ViewError> {
        let Prepared { declared, facts } = prepared;
        let mut disputed: BTreeSet<Who> = BTreeSet::new();
        let mut creating: BTreeSet<WorkspaceId> = BTreeSet::new();
        let mut owners: Vec<Option<u32>> = Vec::new();
        for (number, event) in events.iter().enumerate() {
            let workspace = event.workspace;
            owners.clear();
            let previous = declared.previous_of(number).map(|(user, anonymous)| [user, anonymous]);
            let slots = declared.of(number).iter().copied().chain(previous.into_iter().flatten().flatten());
            owners.extend(slots.map(|slot| facts.owners[slot as usize].map(|known| known.profile)));
            for id in event.profile.into_iter().chain(plan::merged_by_hand(event)) {
                owners.push(facts.anchors.get(&(workspace, id.number())).copied());
            }
            if owners.iter().any(Option::is_none) {
                creating.insert(workspace);
            }
            if plan::is_erasure(event) {
                creating.insert(workspace);
                disputed.extend(owners.iter().flatten().map(|id| (workspace, *id)));
            }
            if owners.windows(2).any(|pair| pair[0] != pair[1]) {
                disputed.extend(owners.iter().flatten().map(|id| (workspace, *id)));
            }
        }
        let new_users = self.devices_with_new_users(events, declared, rules);
        // One of these may turn out to be shared, and need a visitor of its own.
        creating.extend(new_users.keys());
        let users = Reader::Tx(tx).device_users(&new_users).await?;
        facts.devices = Devices::new(self.devices.lock().shared(), users);
        let disputed: Vec<Who> = disputed.into_iter().collect();
        facts.holdings = Reader::Tx(tx).holdings(&disputed, rules).await?;
        facts.apart = Reader::Tx(tx).apart(&disputed).await?;
        for workspace in creating {
            facts.last_ids.insert(workspace, store::last_id(tx, workspace).await?);
        }
        Ok(())
    }

    /// Devices on which the batch signs in somebody who was not noted there on that day; nothing in workspaces that do
    /// not look for shared devices.
    fn devices_with_new_users(
        &self,
        events: &[Arc<Event>],
        declared: &Declarations<'_>,
        rules: &RuleSet,
    ) -> HashMap<WorkspaceId, BTreeSet<u128>> {
        let mut found: HashMap<WorkspaceId, BTreeSet<u128>> = HashMap::new();
        if rules.workspaces().all(|(_, rules)| !rules.doc.shared_devices.enabled) {
            return found;
        }
        let mut memory = self.devices.lock();
        let (shared, slots) = (memory.shared(), &declared.slots);
        for (number, event) in events.iter().enumerate() {
            if !rules.of(event.workspace).doc.shared_devices.enabled {
                continue;
            }
            let (keys, day) = (declared.keys_of(number), devices::day_of(event.at));
            for device in devices::devices_in(&keys, slots).map(|slot| slots[slot as usize].hash) {
                let mut users = devices::users_in(&keys, slots).map(|slot| slots[slot as usize].hash);
                if !shared.contains(&device) && users.any(|user| !memory.is_noted(device, user, day)) {
                    found.entry(event.workspace).or_default().insert(device);
                }
            }
        }
        found
    }

    /// Notes what the plan changed; holds after the commit.
    fn remember(&self, plan: &Plan<'_, '_>, declared: &Declarations<'_>) {
        let mut cache = self.cache.lock();
        for (number, slot) in declared.slots.iter().enumerate() {
            if let Some(seen) = plan.sightings[number].filter(|seen| seen.dirty) {
                let known = plan.owner(number as u32).map(|owner| Known::new(owner, seen.last_ms));
                cache.change(slot.hash, known);
            } else if plan.devices.turned.contains_key(&(number as u32)) {
                cache.change(slot.hash, None);
            }
        }
        self.remember_devices(plan, declared);
        for row in &plan.merges {
            let (workspace, from) = (row.merge.workspace, row.merge.from.number());
            let into = plan.canonical((workspace, from));
            cache.change(anchor_key(workspace.number(), from), Some(Known::new(into, 0)));
            cache.change(anchor_key(workspace.number(), into), Some(Known::new(into, 0)));
            for hash in plan.holdings.get(&(workspace, into)).map_or(&[][..], |held| &held.hashes) {
                let seen_day = cache.get(*hash).map_or(0, |known| known.seen_day);
                cache.change(*hash, Some(Known { profile: into, seen_day }));
            }
        }
        for (workspace, id) in &plan.erased {
            for hash in plan.holdings.get(&(*workspace, *id)).map_or(&[][..], |held| &held.hashes) {
                if cache.get(*hash).is_some_and(|known| plan.canonical((*workspace, known.profile)) == *id) {
                    cache.change(*hash, None);
                }
            }
            cache.change(anchor_key(workspace.number(), *id), Some(Known::new(0, 0)));
        }
    }
}

impl Identity {
    fn remember_devices(&self, plan: &Plan<'_, '_>, declared: &Declarations<'_>) {
        let hash = |slot: &u32| declared.slots[*slot as usize].hash;
        let mut memory = self.devices.lock();
        let shared = memory.shared();
        let erased = plan.erased.iter().filter_map(|who| plan.holdings.get(who));
        let gone: Vec<u128> =
            erased.flat_map(|held| &held.hashes).copied().filter(|hash| shared.contains(hash)).collect();
        let new: Vec<u128> = plan.devices.turned.keys().map(hash).collect();
        memory.change(&gone, &new);
        for ((device, user), day) in &plan.devices.heard {
            memory.note(hash(device), *user, *day);
        }
    }
}

/// The (kind, value) the event declares, normalised, strongest first.
pub(crate) fn declared_by(event: &Event, rules: &Rules) -> Vec<(String, String)> {
    let mut declared = Declarations::default();
    declared.read_one(event, rules);
    let key = |slot: u32| {
        let slot = &declared.slots[slot as usize];
        (slot.kind.name().to_owned(), slot.value.to_string())
    };
    declared.keys_of(0).into_iter().map(key).collect()
}

/// A fingerprint of the strongest identifier the event declares that names a person; empty when none does.
pub(crate) fn whom(event: &Event, rules: &Rules) -> String {
    let mut declared = Declarations::default();
    declared.read_one(event, rules);
    let person = declared.keys_of(0).into_iter().map(|slot| &declared.slots[slot as usize]);
    person.filter(|slot| slot.rule.personal).map(|slot| format!("{:016x}", slot.hash as u64)).next().unwrap_or_default()
}

/// True when the event declares no identifier that names anybody, so that what it says must not be believed of anyone.
pub(crate) fn names_nobody(event: &Event, rules: &Rules) -> bool {
    if event.profile.is_some() {
        return false;
    }
    let mut declared = Declarations::default();
    declared.read_one(event, rules);
    declared.slots.iter().all(|slot| slot.kind == crate::identifiers::Kind::UNIDENTIFIED)
}

/// Follows merged ids in the cache to the one that stands for itself. None: the cache cannot tell. Some(0): erased.
fn canonical_in(cache: &mut Cache<Known>, (workspace, mut id): Who) -> Option<u32> {
    loop {
        let next = cache.get(anchor_key(workspace.number(), id))?.profile;
        if next == id || next == 0 {
            return Some(next);
        }
        id = next;
    }
}

#[async_trait]
impl Resolver for Identity {
    async fn resolve(&self, tx: &mut Tx, events: Vec<Arc<Event>>, now: Timestamp) -> Result<Resolution, ViewError> {
        self.follow_rules(tx, now).await?;
        let rules = self.book.current();
        if let [event] = &events[..]
            && event.stands_alone()
            && let Some(split) = self.split(tx, event, now, rules.of(event.workspace)).await?
        {
            return Ok(Resolution {
                events: vec![split::resolved(event, &split)],
                splits: vec![split],
                ..Resolution::default()
            });
        }
        let mut prepared = self.prepare(&mut Reader::Tx(tx), &events, &rules).await?;
        self.complete(tx, &events, &mut prepared, &rules).await?;
        let Prepared { declared, facts } = prepared;
        let plan = Plan::make(events.iter().map(|event| &**event), &declared, facts, &rules);
        store::write(tx, &plan, &declared.slots, &events, now).await?;
        self.remember(&plan, &declared);
        let mut resolved = Vec::with_capacity(events.len());
        for (event, place) in events.iter().zip(&plan.places) {
            let (id, created) = match *place {
                Place::Nowhere => continue,
                Place::Nobody => (0, false),
                Place::Erased { id } => (id, false),
                Place::Profile { id, created } => {
                    let last = plan.canonical((event.workspace, id));
                    if plan.erased.contains(&(event.workspace, last)) {
                        continue;
                    }
                    (last, created && last == id)
                }
            };
            resolved.push(ResolvedEvent { event: event.clone(), profile: ProfileId::new(id), created });
        }
        let merges = plan.merges.iter().map(|row| row.merge).collect();
        Ok(Resolution { events: resolved, merges, ..Resolution::default() })
    }

    async fn lookup(&self, events: &[Arc<Event>]) -> Result<Vec<Option<ProfileId>>, ViewError> {
        let prepared = self.prepare(&mut Reader::Db(&self.db), events, &self.book.current()).await?;
        let find = |(number, event): (usize, &Arc<Event>)| {
            let anchor = event.profile.and_then(|id| prepared.facts.anchors.get(&(event.workspace, id.number())));
            let mut declared = prepared.declared.of(number).iter();
            anchor
                .copied()
                .or_else(|| declared.find_map(|slot| prepared.facts.owners[*slot as usize].map(|known| known.profile)))
                .filter(|id| *id != 0)
                .map(ProfileId::new)
        };
        Ok(events.iter().enumerate().map(find).collect())
    }

    async fn committed(&self) {
        self.cache.lock().commit();
        self.devices.lock().commit();
    }

    async fn rolled_back(&self) {
        self.cache.lock().roll_back();
        self.devices.lock().roll_back();
        self.swept.lock().clear();
        self.book.note_change();
    }
}

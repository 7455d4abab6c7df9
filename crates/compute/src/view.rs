//! Computed traits as a view of the log: values follow every batch.

use crate::definition::{Definition, EventAggregate};
use crate::fold::{Happened, state_of};
use crate::service::{Compute, Live, Space};
use crate::state::State;
use crate::store::{self, Kept, Key};
use async_trait::async_trait;
use base::{Json, JsonMap, ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx};
use events::{Batch, Effects, EventKind, Merge, ResolvedEvent, Split, SystemEvent, View, ViewError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The view's name in logs.
pub const VIEW_NAME: &str = "compute";

/// What a batch changes in one workspace.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Rows to write.
    pub rows: BTreeMap<Key, Kept>,
    /// By customer: the traits that have another value now.
    pub told: BTreeMap<ProfileId, JsonMap>,
}

impl Outcome {
    fn tell(&mut self, profile: ProfileId, name: &str, value: Json) {
        self.told.entry(profile).or_default().insert(name.to_owned(), value);
    }

    /// Puts a row down and tells its value when it is not `before`.
    pub fn put(&mut self, live: &Live, profile: ProfileId, row: Kept, before: &Json) {
        if row.value != *before {
            self.tell(profile, &live.name, row.value.clone());
        }
        self.rows.insert((live.number, profile), row);
    }

    pub async fn write(&self, tx: &mut Tx, workspace: WorkspaceId) -> Result<(), DbError> {
        let rows: Vec<(Key, &Kept)> = self.rows.iter().map(|(key, row)| (*key, row)).collect();
        store::write(tx, workspace, &rows).await
    }

    /// What every customer is told. `occasion` makes the key: the same change is the same event.
    pub fn events(self, workspace: WorkspaceId, occasion: &str, now: Timestamp) -> Vec<SystemEvent> {
        SystemEvent::traits(workspace, occasion, now, self.told)
    }
}

/// A state with its value at `now`.
pub(crate) fn worked_out(definition: &EventAggregate, mut state: State, now: Timestamp) -> Kept {
    state.prune(definition, now);
    Kept { value: state.value(definition, now), due: state.next_change(definition, now), state: Some(state) }
}

#[async_trait]
impl View for Compute {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), ViewError> {
        // A batch that was neither committed nor rolled back was given up.
        self.0.held.lock().take();
        let gate = self.0.gate.clone().lock_owned().await;
        *self.0.held.lock() = Some(gate);
        for (workspace, space) in self.spaces() {
            let events: Vec<&ResolvedEvent> =
                batch.events.iter().filter(|item| item.event.workspace == workspace && !item.is_of_nobody()).collect();
            let merges: Vec<Merge> =
                batch.merges.iter().filter(|merge| merge.workspace == workspace).copied().collect();
            let splits: Vec<&Split> = batch.splits.iter().filter(|split| split.workspace == workspace).collect();
            if events.is_empty() && merges.is_empty() && splits.is_empty() {
                continue;
            }
            let mut outcome = Outcome::default();
            self.take_splits(tx, &space, &splits, batch.now, &mut outcome).await?;
            self.take_merges(tx, workspace, &space, &merges, batch.now, &mut outcome).await?;
            self.take_events(tx, workspace, &space, &events, batch.now, &mut outcome).await?;
            self.say_again(tx, workspace, &space, &events, &mut outcome).await?;
            self.take_formulas(tx, workspace, &space, (&events, &merges, &splits), &mut outcome).await?;
            outcome.write(tx, workspace).await?;
            let told = outcome.events(workspace, &batch.end.0.to_string(), batch.now);
            told.into_iter().for_each(|event| effects.emit(event));
        }
        Ok(())
    }

    async fn committed(&self, batch: &Batch) {
        self.0.passed.store(batch.end.0, std::sync::atomic::Ordering::Release);
        self.0.held.lock().take();
    }

    async fn rolled_back(&self, _batch: &Batch) {
        self.0.held.lock().take();
    }
}

impl Compute {
    /// Both are worked out anew from what each of them did.
    async fn take_splits(
        &self,
        tx: &mut Tx,
        space: &Space,
        splits: &[&Split],
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<(), DbError> {
        for split in splits {
            space.splits.fetch_add(1, std::sync::atomic::Ordering::Release);
            store::forget(tx, split.workspace, &[split.from, split.into]).await?;
            for (profile, events) in split.sides() {
                for live in space.all() {
                    let Definition::Events(definition) = &live.definition else { continue };
                    let events = events.iter().map(|item| &*item.event);
                    if let Some(state) = state_of(definition, events, now) {
                        // Profile and segments have forgotten every computed trait of the two.
                        outcome.put(live, profile, worked_out(definition, state, now), &Json::Null);
                    }
                }
            }
        }
        Ok(())
    }

    /// What is kept of the two is added up.
    async fn take_merges(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        space: &Space,
        merges: &[Merge],
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<(), DbError> {
        if merges.is_empty() {
            return Ok(());
        }
        let both: BTreeSet<ProfileId> = merges.iter().flat_map(|merge| [merge.from, merge.into]).collect();
        let both: Vec<ProfileId> = both.into_iter().collect();
        let mut rows = store::of_profiles(tx, workspace, &both).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let numbers: BTreeSet<i64> = rows.keys().map(|key| key.0).collect();
        let mut changed: BTreeSet<Key> = BTreeSet::new();
        for merge in merges {
            for number in &numbers {
                let Some(from) = rows.remove(&(*number, merge.from)) else { continue };
                changed.remove(&(*number, merge.from));
                let into = rows.entry((*number, merge.into)).or_insert_with(|| Kept { state: None, ..from.clone() });
                into.state = match (into.state.take(), from.state) {
                    (Some(mut own), Some(other)) => {
                        own.merge(&other);
                        Some(own)
                    }
                    (own, other) => own.or(other),
                };
                changed.insert((*number, merge.into));
            }
        }
        let gone: Vec<ProfileId> = merges.iter().map(|merge| merge.from).collect();
        store::forget(tx, workspace, &gone).await?;
        for (number, profile) in changed {
            let Some(row) = rows.remove(&(number, profile)) else { continue };
            match space.numbered(number).map(|live| (live, &live.definition)) {
                Some((live, Definition::Events(definition))) => {
                    let Some(state) = row.state else { continue };
                    let row = worked_out(definition, state, now);
                    // Whatever the profile made of two values, this is the one that holds.
                    outcome.tell(profile, &live.name, row.value.clone());
                    outcome.rows.insert((number, profile), row);
                }
                // A formula is asked again below; rows nobody works on any more only keep who had a value.
                _ => {
                    outcome.rows.insert((number, profile), row);
                }
            }
        }
        Ok(())
    }

    async fn take_events(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        space: &Space,
        events: &[&ResolvedEvent],
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<(), DbError> {
        let mut heard: BTreeMap<i64, BTreeMap<ProfileId, State>> = BTreeMap::new();
        for item in events {
            for live in space.of_event(item.event.display_name()) {
                let Definition::Events(definition) = &live.definition else { continue };
                let of_live = heard.entry(live.number).or_default();
                let state = of_live.entry(item.profile).or_insert_with(|| State::new(definition));
                definition.hear(state, &Happened::of(&item.event), now);
            }
        }
        for (number, heard) in heard {
            let Some(live) = space.numbered(number) else { continue };
            let Definition::Events(definition) = &live.definition else { continue };
            let empty = State::new(definition);
            let heard: BTreeMap<ProfileId, State> = heard.into_iter().filter(|(_, state)| *state != empty).collect();
            self.add(tx, workspace, live, heard, now, outcome).await?;
        }
        Ok(())
    }

    /// Adds states to what is kept of these customers.
    pub(crate) async fn add(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        live: &Live,
        heard: BTreeMap<ProfileId, State>,
        now: Timestamp,
        outcome: &mut Outcome,
    ) -> Result<(), DbError> {
        let Definition::Events(definition) = &live.definition else { return Ok(()) };
        let missing: Vec<ProfileId> =
            heard.keys().filter(|profile| !outcome.rows.contains_key(&(live.number, **profile))).copied().collect();
        let mut rows = store::of_definition(tx, workspace, live.number, &missing).await?;
        for (profile, mut state) in heard {
            let key = (live.number, profile);
            let old = outcome.rows.remove(&key).or_else(|| rows.remove(&key));
            let before = old.as_ref().map_or(Json::Null, |old| old.value.clone());
            if let Some(old) = old.and_then(|old| old.state) {
                state.merge(&old);
            }
            outcome.put(live, profile, worked_out(definition, state, now), &before);
        }
        Ok(())
    }

    /// A source that says a trait of the same name does not take its place.
    async fn say_again(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        space: &Space,
        events: &[&ResolvedEvent],
        outcome: &mut Outcome,
    ) -> Result<(), DbError> {
        let mut said: BTreeMap<i64, BTreeSet<ProfileId>> = BTreeMap::new();
        let identifies =
            events.iter().filter(|item| item.event.kind == EventKind::Identify && !item.event.is_computed());
        for item in identifies {
            for name in item.event.traits.map().keys() {
                let number = space.named(name).map(|live| live.number);
                said.entry(number.unwrap_or_default()).or_default().insert(item.profile);
            }
        }
        for (number, profiles) in said {
            let Some(live) = space.numbered(number) else { continue };
            let profiles: Vec<ProfileId> = profiles.into_iter().collect();
            let rows = store::of_definition(tx, workspace, number, &profiles).await?;
            for profile in profiles {
                let key = (number, profile);
                let kept = outcome.rows.get(&key).or_else(|| rows.get(&key));
                let value = kept.map_or(Json::Null, |kept| kept.value.clone());
                outcome.tell(profile, &live.name, value);
            }
        }
        Ok(())
    }

    /// Formulas are asked again for everybody one of whose inputs was told, and for those who were merged or taken apart.
    async fn take_formulas(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        space: &Space,
        (events, merges, splits): (&[&ResolvedEvent], &[Merge], &[&Split]),
        outcome: &mut Outcome,
    ) -> Result<(), ViewError> {
        let turned: BTreeSet<ProfileId> = merges
            .iter()
            .map(|merge| merge.into)
            .chain(splits.iter().flat_map(|split| [split.from, split.into]))
            .collect();
        for live in space.formulas() {
            let inputs = live.definition.inputs();
            let touches = |item: &&&ResolvedEvent| {
                // Somebody new: a formula may have an answer without any trait of theirs.
                item.created
                    || item.event.kind == EventKind::Identify
                        && item.event.traits.map().keys().any(|name| inputs.iter().any(|input| reads(input, name)))
            };
            let mut asked: BTreeSet<ProfileId> = events.iter().filter(touches).map(|item| item.profile).collect();
            asked.extend(&turned);
            let asked: Vec<ProfileId> = asked.into_iter().collect();
            self.ask_formula(tx, workspace, live, &asked, outcome).await?;
        }
        Ok(())
    }

    pub(crate) async fn ask_formula(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        live: &Arc<Live>,
        profiles: &[ProfileId],
        outcome: &mut Outcome,
    ) -> Result<(), ViewError> {
        let Definition::Formula(formula) = &live.definition else { return Ok(()) };
        if profiles.is_empty() {
            return Ok(());
        }
        let traits = self.0.traits.traits(tx, workspace, profiles).await?;
        let rows = store::of_definition(tx, workspace, live.number, profiles).await?;
        for (profile, traits) in profiles.iter().zip(traits) {
            let Some(traits) = traits else { continue };
            let key = (live.number, *profile);
            // What the customer has, not what was told last: a merge took one of two values.
            let before = traits.get(&live.name).cloned().unwrap_or_default();
            let value = formula.value(&traits);
            if value != before || outcome.rows.contains_key(&key) || rows.contains_key(&key) {
                outcome.put(live, *profile, Kept { state: None, value, due: None }, &before);
            }
        }
        Ok(())
    }
}

/// Does the path of an input begin at this trait?
fn reads(input: &str, name: &str) -> bool {
    input.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

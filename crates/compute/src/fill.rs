//! Work in the background: filling from the history, taking away, and what time alone changes.
//!
//! Filling: at a moment between two batches the view begins to follow the log for the new definition, and a snapshot of
//! the history is taken: an event is in one of the two, never in both. What the snapshot holds is added up and written in
//! chunks, each in a transaction of its own. A split meanwhile begins anew; so does a restart.

use crate::definition::Definition;
use crate::error::ComputeError;
use crate::fold;
use crate::service::{Compute, EventVisitor, Live, Snapshot, Status};
use crate::state::State;
use crate::store::{self, Kept, Stored};
use crate::view::{Outcome, worked_out};
use base::{Json, ProfileId, Timestamp, WorkspaceId};
use events::{RawJson, emit_in_tx};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Customers written, or taken away, in one transaction: enough to spread its cost, few enough that the events which
/// come in meanwhile do not wait for long.
const CHUNK_PEOPLE: usize = 16_000;
/// Customer numbers one pass over the history covers: bounds memory to about three times as many states (one a reader,
/// and all together). A power of two, so that the history, whose files hold such ranges, opens few files twice.
const PASS_PEOPLE: u32 = 1 << 20;
/// Rows of `tick` in one transaction.
const DUE_ROWS_MAX: usize = 5_000;
/// How often time is looked at.
const TICK: Duration = Duration::from_secs(5);
/// How long to wait for the history to be where the views are, before looking again.
const BEHIND: Duration = Duration::from_millis(20);
/// Tries of a fill that cannot read the history.
const ATTEMPTS_MAX: u32 = 3;
const ALL: ProfileId = ProfileId::new(u32::MAX);

/// Why a fill ended early.
enum Ended {
    /// The definition was changed or removed.
    Superseded,
    /// Somebody was split: what was read is no longer whose it was.
    Anew,
    Failed(ComputeError),
}

impl<E: Into<ComputeError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What one reader of the history heard.
type Part = Arc<Mutex<HashMap<ProfileId, State>>>;

/// What these customers did, by the definition; those who did nothing it selects are left out.
async fn heard_of(
    live: &Arc<Live>,
    snapshot: &dyn Snapshot,
    people: RangeInclusive<ProfileId>,
    now: Timestamp,
) -> Result<BTreeMap<ProfileId, State>, ComputeError> {
    let Definition::Events(definition) = &live.definition else { return Ok(BTreeMap::new()) };
    let parts: Mutex<Vec<Part>> = Mutex::default();
    let make = || -> EventVisitor {
        let (part, live) = (Arc::new(Mutex::new(HashMap::new())), live.clone());
        parts.lock().push(part.clone());
        Box::new(move |event| {
            let Definition::Events(definition) = &live.definition else { return };
            let (at, channel, properties) = (event.at, event.channel, event.properties);
            let mut part = part.lock();
            let state = part.entry(event.profile).or_insert_with(|| State::new(definition));
            if 1 < definition.questions() {
                let properties = RawJson::new(properties);
                definition.hear(state, &fold::Happened { at, channel, properties: &properties }, now);
            } else {
                definition.hear(state, &fold::Stored { at, channel, properties }, now);
            }
        })
    };
    snapshot.scan(&definition.event.name, people, &make).await.map_err(ComputeError::Data)?;
    let empty = State::new(definition);
    let mut heard: BTreeMap<ProfileId, State> = BTreeMap::new();
    for part in parts.into_inner() {
        for (profile, state) in std::mem::take(&mut *part.lock()) {
            match heard.get_mut(&profile) {
                Some(own) => own.merge(&state),
                None if state != empty => {
                    heard.insert(profile, state);
                }
                None => {}
            }
        }
    }
    Ok(heard)
}

impl Compute {
    /// Runs until dropped. `server` spawns it once.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.work().await {
                tracing::warn!(%error, "computed traits: trying again");
            }
            match self.tick().await {
                Ok(DUE_ROWS_MAX..) => continue,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "computed traits: could not look at what time changed; trying again")
                }
            }
            tokio::select! {
                () = self.0.work.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
        }
    }

    /// Fills and removes what waits for it.
    pub async fn work(&self) -> Result<(), ComputeError> {
        for (workspace, row) in store::all(&self.0.db).await? {
            match Status::parse(&row.status) {
                Some(Status::Filling) => self.fill_until_done(workspace, row).await?,
                Some(Status::Removing) => self.take_away(workspace, &row).await?,
                _ => {}
            }
        }
        Ok(())
    }

    async fn fill_until_done(&self, workspace: WorkspaceId, row: Stored) -> Result<(), ComputeError> {
        let mut attempt = 1;
        loop {
            let ended = self.fill(workspace, &row).await;
            self.note_progress(row.id, None);
            match ended {
                Ok(()) | Err(Ended::Superseded) => return Ok(()),
                Err(Ended::Anew) => {}
                Err(Ended::Failed(error)) if attempt < ATTEMPTS_MAX => {
                    tracing::warn!(%error, "a computed trait could not be filled; trying again");
                    attempt += 1;
                }
                Err(Ended::Failed(error)) => {
                    let mut tx = self.0.db.begin().await?;
                    let failed = Stored {
                        status: Status::Failed.name().into(),
                        failure: Some(error.to_string()),
                        ..row.clone()
                    };
                    store::put(&mut tx, workspace, &failed).await?;
                    tx.commit().await?;
                    self.retire(workspace, row.number);
                    return Err(error);
                }
            }
            self.retire(workspace, row.number);
        }
    }

    async fn fill(&self, workspace: WorkspaceId, row: &Stored) -> Result<(), Ended> {
        self.note_progress(row.id, Some(0.0));
        let mut tx = self.0.db.begin().await?;
        store::drop_until(&mut tx, workspace, row.number, ALL).await?;
        tx.commit().await?;
        let (snapshot, live) = self.cut(workspace, row).await?;
        let begun = self.space(workspace).splits.load(Ordering::Acquire);
        match &live.definition {
            Definition::Events(_) => self.fill_events(workspace, row, &live, &*snapshot, begun).await?,
            Definition::Formula(_) => self.fill_formula(workspace, row, &live).await?,
        }
        let mut tx = self.0.db.begin().await?;
        let _gate = self.0.gate.clone().lock_owned().await;
        self.still(workspace, row, Some(begun)).await?;
        let done = Stored { status: Status::Live.name().into(), failure: None, ..row.clone() };
        store::put(&mut tx, workspace, &done).await?;
        tx.commit().await?;
        drop(_gate);
        if let Some(old) = row.old_number {
            self.sweep(workspace, &done, old).await?;
        }
        Ok(())
    }

    /// The moment from which on the view follows the log for this definition, and the history before it.
    async fn cut(&self, workspace: WorkspaceId, row: &Stored) -> Result<(Box<dyn Snapshot>, Arc<Live>), ComputeError> {
        loop {
            let gate = self.0.gate.clone().lock_owned().await;
            // With the gate held no batch gets further than this view; the last one must have reached the history.
            if self.passed() <= self.0.sources.processed().0 {
                let snapshot = self.0.sources.snapshot(workspace).await.map_err(ComputeError::Data)?;
                return Ok((snapshot, self.enliven(workspace, row)?));
            }
            drop(gate);
            tokio::time::sleep(BEHIND).await;
        }
    }

    async fn fill_events(
        &self,
        workspace: WorkspaceId,
        row: &Stored,
        live: &Arc<Live>,
        snapshot: &dyn Snapshot,
        begun: u64,
    ) -> Result<(), Ended> {
        let highest = snapshot.highest();
        let mut first = 0u32;
        loop {
            let last_of_pass = first.saturating_add(PASS_PEOPLE - 1);
            // Number 0 is nobody.
            let people = ProfileId::new(first.max(1))..=ProfileId::new(last_of_pass);
            let heard = heard_of(live, snapshot, people, self.0.clock.now()).await?;
            let share = |profile: u32| profile as f32 / highest.max(1) as f32;
            let mut heard = heard.into_iter().peekable();
            while heard.peek().is_some() {
                let chunk: BTreeMap<ProfileId, State> = heard.by_ref().take(CHUNK_PEOPLE).collect();
                let last = chunk.keys().next_back().map_or(0, |profile| profile.number());
                self.write_chunk(workspace, row, live, chunk, begun).await?;
                self.note_progress(row.id, Some(share(last)));
            }
            if highest <= last_of_pass {
                return Ok(());
            }
            first = last_of_pass + 1;
        }
    }

    async fn write_chunk(
        &self,
        workspace: WorkspaceId,
        row: &Stored,
        live: &Arc<Live>,
        chunk: BTreeMap<ProfileId, State>,
        begun: u64,
    ) -> Result<(), Ended> {
        let mut tx = self.0.db.begin().await?;
        let _gate = self.0.gate.clone().lock_owned().await;
        self.still(workspace, row, Some(begun)).await?;
        let ids: Vec<ProfileId> = chunk.keys().copied().collect();
        let today: HashMap<ProfileId, ProfileId> =
            self.0.sources.canonical(workspace, &ids).await.map_err(ComputeError::Data)?;
        let mut heard: BTreeMap<ProfileId, State> = BTreeMap::new();
        for (profile, state) in chunk {
            // Nobody: erased meanwhile.
            let Some(today) = today.get(&profile) else { continue };
            match heard.get_mut(today) {
                Some(own) => own.merge(&state),
                None => {
                    heard.insert(*today, state);
                }
            }
        }
        let now = self.0.clock.now();
        let mut outcome = Outcome::default();
        self.add(&mut tx, workspace, live, heard, now, &mut outcome).await?;
        outcome.write(&mut tx, workspace).await?;
        let occasion = format!("f{}:{}:{begun}", row.number, now.ms());
        emit_in_tx(&mut tx, &outcome.events(workspace, &occasion, now)).await?;
        tx.commit().await?;
        self.0.sources.wake();
        Ok(())
    }

    async fn fill_formula(&self, workspace: WorkspaceId, row: &Stored, live: &Arc<Live>) -> Result<(), Ended> {
        let mut after = ProfileId::new(0);
        let highest = self.0.sources.highest(workspace).await.map_err(ComputeError::Data)?;
        loop {
            let mut tx = self.0.db.begin().await?;
            let _gate = self.0.gate.clone().lock_owned().await;
            self.still(workspace, row, None).await?;
            let people = self.0.sources.people(workspace, after, CHUNK_PEOPLE).await.map_err(ComputeError::Data)?;
            let Some(last) = people.last() else { return Ok(()) };
            after = *last;
            let mut outcome = Outcome::default();
            let asked = self.ask_formula(&mut tx, workspace, live, &people, &mut outcome).await;
            asked.map_err(|error| ComputeError::Data(error.to_string()))?;
            outcome.write(&mut tx, workspace).await?;
            let now = self.0.clock.now();
            let occasion = format!("f{}:{}", row.number, now.ms());
            emit_in_tx(&mut tx, &outcome.events(workspace, &occasion, now)).await?;
            tx.commit().await?;
            self.0.sources.wake();
            self.note_progress(row.id, Some(after.number() as f32 / highest.number().max(1) as f32));
        }
    }

    /// Is the definition still to be filled, and was nobody split?
    async fn still(&self, workspace: WorkspaceId, row: &Stored, begun: Option<u64>) -> Result<(), Ended> {
        let rows = store::all(&self.0.db).await?;
        let wanted = rows.iter().any(|(of, other)| {
            *of == workspace
                && other.id == row.id
                && other.number == row.number
                && other.status == Status::Filling.name()
        });
        if !wanted {
            return Err(Ended::Superseded);
        }
        if begun.is_some_and(|begun| self.space(workspace).splits.load(Ordering::Acquire) != begun) {
            return Err(Ended::Anew);
        }
        Ok(())
    }

    /// Deletes the rows an older definition left; whoever has no value by the new one loses the old one.
    async fn sweep(&self, workspace: WorkspaceId, row: &Stored, old: i64) -> Result<(), ComputeError> {
        self.take_rows(workspace, row, old, Some(row.number)).await?;
        let mut tx = self.0.db.begin().await?;
        let current = store::all(&self.0.db)
            .await?
            .into_iter()
            .find(|(of, other)| *of == workspace && other.id == row.id && other.number == row.number);
        if let Some((_, current)) = current {
            store::put(&mut tx, workspace, &Stored { old_number: None, ..current }).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn take_away(&self, workspace: WorkspaceId, row: &Stored) -> Result<(), ComputeError> {
        self.note_progress(row.id, Some(0.0));
        for number in std::iter::once(row.number).chain(row.old_number) {
            self.take_rows(workspace, row, number, None).await?;
        }
        let mut tx = self.0.db.begin().await?;
        store::delete(&mut tx, workspace, row.id).await?;
        tx.commit().await?;
        self.note_progress(row.id, None);
        Ok(())
    }

    /// Deletes the rows of `number` and takes the trait from everybody who has one, except by `kept`.
    async fn take_rows(
        &self,
        workspace: WorkspaceId,
        row: &Stored,
        number: i64,
        kept: Option<i64>,
    ) -> Result<(), ComputeError> {
        loop {
            let mut tx = self.0.db.begin().await?;
            let _gate = self.0.gate.clone().lock_owned().await;
            let rows = store::page(&mut tx, workspace, number, ProfileId::new(0), CHUNK_PEOPLE).await?;
            let Some((last, _)) = rows.last().copied() else { return Ok(()) };
            let had: Vec<ProfileId> = rows.iter().filter(|(_, has)| *has).map(|(profile, _)| *profile).collect();
            let keep: BTreeSet<ProfileId> = match kept {
                None => BTreeSet::new(),
                Some(kept) => {
                    let found = store::of_definition(&mut tx, workspace, kept, &had).await?;
                    found.into_iter().filter(|(_, row)| !row.value.is_null()).map(|((_, profile), _)| profile).collect()
                }
            };
            let mut outcome = Outcome::default();
            for profile in had.into_iter().filter(|profile| !keep.contains(profile)) {
                outcome.told.entry(profile).or_default().insert(row.name.clone(), Json::Null);
            }
            store::drop_until(&mut tx, workspace, number, last).await?;
            let now = self.0.clock.now();
            let occasion = format!("r{number}:{}", now.ms());
            emit_in_tx(&mut tx, &outcome.events(workspace, &occasion, now)).await?;
            tx.commit().await?;
            self.0.sources.wake();
        }
    }

    /// Works out anew what time has changed; answers how many rows.
    pub async fn tick(&self) -> Result<usize, ComputeError> {
        let now = self.0.clock.now();
        let mut done = 0;
        for ((workspace, number), profiles) in store::due(&self.0.db, now, DUE_ROWS_MAX).await? {
            let mut tx = self.0.db.begin().await?;
            let _gate = self.0.gate.clone().lock_owned().await;
            let space = self.space(workspace);
            let rows = store::of_definition(&mut tx, workspace, number, &profiles).await?;
            done += rows.len();
            let mut outcome = Outcome::default();
            for (key, row) in rows {
                let live = space.numbered(number);
                match (live.map(|live| (live, &live.definition)), row.state) {
                    (Some((live, Definition::Events(definition))), Some(state)) => {
                        outcome.put(live, key.1, worked_out(definition, state, now), &row.value);
                    }
                    // Nobody works on it any more; it is swept in time.
                    (_, state) => {
                        outcome.rows.insert(key, Kept { state, value: row.value, due: None });
                    }
                }
            }
            outcome.write(&mut tx, workspace).await?;
            let occasion = format!("t{number}:{}", now.ms());
            emit_in_tx(&mut tx, &outcome.events(workspace, &occasion, now)).await?;
            tx.commit().await?;
            self.0.sources.wake();
        }
        Ok(done)
    }
}

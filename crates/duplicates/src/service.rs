//! The façade: search, list, decide.

use crate::draft::{TwoPeople, mended};
use crate::find::{Outcome, Search, is_comparable};
use crate::model::{Group, GroupId, PersonFields, RunState, RunStatus, Step};
use crate::names::named;
use crate::schedule::{Limits, Stir};
use crate::seen::Fingerprints;
use crate::update::{as_numbers, before};
use crate::{DuplicateError, store};
use async_trait::async_trait;
use base::{Clock, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Customers one search compares; a workspace with more has its newest ones left out.
pub const PEOPLE_MAX: u64 = 5_000_000;
/// Customers in one suggestion.
pub const GROUP_SIZE_MAX: usize = 20;
/// Customers read at a time.
pub(crate) const READ_AT_ONCE: usize = 5_000;

/// Who the customers are; `server` wires it.
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// How many there are, about.
    async fn count(&self, workspace: WorkspaceId) -> Result<u64, String>;
    /// Customers with an id after `after`, in order of id.
    async fn page(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: usize,
    ) -> Result<Vec<(ProfileId, PersonFields)>, String>;
    /// These customers; who is not there any more is left out.
    async fn some(&self, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<Vec<(ProfileId, PersonFields)>, String>;
    /// What each id is today.
    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, String>;
    /// Pairs of which a person said that they are two.
    async fn apart(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, String>;
}

/// What is at work in a workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Busy {
    Updating,
    /// An update is at work, and a search was asked for: it begins when the update has ended.
    UpdatingThenSearch,
    /// What it is at, how many of how many.
    Searching(Step, u64, u64),
}

/// Suggested duplicates. Cheap to clone.
#[derive(Clone)]
pub struct Duplicates {
    db: Db,
    people: Arc<dyn People>,
    clock: Arc<dyn Clock>,
    fingerprints: Fingerprints,
    limits: Limits,
    busy: Arc<Mutex<HashMap<WorkspaceId, Busy>>>,
    stirs: Arc<Mutex<HashMap<WorkspaceId, Stir>>>,
}

impl Duplicates {
    /// The name of this room in the register of erasures.
    pub const ERASER_NAME: &'static str = "duplicates";

    /// `key` is the instance's for this purpose: fingerprints of customers are made with it. A search that an earlier
    /// stop cut off is said to have failed.
    pub async fn open(
        db: Db,
        people: Arc<dyn People>,
        clock: Arc<dyn Clock>,
        key: [u8; 32],
    ) -> Result<Self, DuplicateError> {
        store::fail_interrupted(&db, clock.now()).await?;
        let (fingerprints, limits) = (Fingerprints::new(&key), Limits::default());
        Ok(Self { db, people, clock, fingerprints, limits, busy: Arc::default(), stirs: Arc::default() })
    }

    #[cfg(test)]
    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    pub async fn status(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        let mut status = store::status(&self.db, workspace).await?;
        match self.busy.lock().get(&workspace) {
            None => {}
            Some(Busy::Updating) => status.update.running = true,
            Some(Busy::UpdatingThenSearch) => (status.state, status.step) = (RunState::Running, Some(Step::Reading)),
            Some(Busy::Searching(step, done, of)) => {
                status.state = RunState::Running;
                (status.step, status.done, status.of) = (Some(*step), *done, *of);
            }
        }
        Ok(status)
    }

    /// Begins a search in the background; when one is running, that one goes on. An update at work ends first.
    pub async fn start(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        if self.claim(workspace, Busy::Searching(Step::Reading, 0, 0)) {
            let this = self.clone();
            self.begin(workspace).await?;
            tokio::spawn(async move { this.finish(workspace).await });
        } else if let Some(busy @ Busy::Updating) = self.busy.lock().get_mut(&workspace) {
            *busy = Busy::UpdatingThenSearch;
        }
        self.status(workspace).await
    }

    /// A whole search, waited for.
    pub async fn find(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        if self.claim(workspace, Busy::Searching(Step::Reading, 0, 0)) {
            self.begin(workspace).await?;
            self.finish(workspace).await;
        }
        self.status(workspace).await
    }

    /// Of a claimed workspace.
    async fn begin(&self, workspace: WorkspaceId) -> Result<(), DuplicateError> {
        let begun = store::begin(&self.db, workspace, self.now()).await;
        if begun.is_err() {
            self.busy.lock().remove(&workspace);
        }
        Ok(begun?)
    }

    /// False: something is at work there.
    pub(crate) fn claim(&self, workspace: WorkspaceId, what: Busy) -> bool {
        let mut busy = self.busy.lock();
        let free = !busy.contains_key(&workspace);
        if free {
            busy.insert(workspace, what);
        }
        free
    }

    /// Somebody asked for a whole search while an update is at work.
    pub(crate) fn is_search_wanted(&self, workspace: WorkspaceId) -> bool {
        matches!(self.busy.lock().get(&workspace), Some(Busy::UpdatingThenSearch))
    }

    /// The update has ended; a whole search follows when one is needed or was asked for.
    pub(crate) async fn release_update(&self, workspace: WorkspaceId, needed: bool) -> Result<(), DuplicateError> {
        let search = {
            let mut busy = self.busy.lock();
            let wanted = matches!(busy.remove(&workspace), Some(Busy::UpdatingThenSearch));
            if needed || wanted {
                busy.insert(workspace, Busy::Searching(Step::Reading, 0, 0));
            }
            needed || wanted
        };
        if search {
            self.begin(workspace).await?;
            self.finish(workspace).await;
        }
        Ok(())
    }

    async fn finish(&self, workspace: WorkspaceId) {
        let now = self.now();
        // Whoever changed before is read by the search.
        self.stirs.lock().insert(workspace, Stir { changes: 0, since: now, last: Some((now, 0)) });
        if let Err(error) = self.search(workspace).await {
            tracing::warn!(%workspace, %error, "a search for duplicates failed");
            self.changed(workspace, 1);
            if let Err(error) = store::fail(&self.db, workspace, self.now(), &error.to_string()).await {
                tracing::warn!(%workspace, %error, "and that could not be written down");
            }
        }
        self.busy.lock().remove(&workspace);
    }

    fn at(&self, workspace: WorkspaceId, step: Step, done: u64, of: u64) {
        self.busy.lock().insert(workspace, Busy::Searching(step, done, of));
    }

    async fn search(&self, workspace: WorkspaceId) -> Result<(), DuplicateError> {
        let of = self.people.count(workspace).await.map_err(DuplicateError::People)?.min(PEOPLE_MAX);
        let mut search = Search::new()?;
        let (mut read, mut prints, mut after) = (0, Vec::new(), ProfileId::new(0));
        while read < PEOPLE_MAX {
            let page = self.people(workspace, after).await?;
            let Some((last, _)) = page.last() else { break };
            (after, read) = (*last, read + page.len() as u64);
            for (profile, fields) in page.iter().filter(|(_, fields)| is_comparable(fields)) {
                search.add(*profile, fields)?;
                prints.push((profile.number(), self.fingerprint(fields)));
            }
            self.at(workspace, Step::Reading, read, of.max(read));
        }
        let two = self.two_people(workspace).await?;
        let people = prints.len() as u64;
        self.at(workspace, Step::Comparing, people, people);
        let found = tokio::task::spawn_blocking(move || search.run(&two).map(|outcome| (outcome, two)))
            .await
            .map_err(|error| DuplicateError::People(error.to_string()))??;
        let (Outcome { mut drafts, compared, model }, two) = found;
        self.at(workspace, Step::Writing, drafts.len() as u64, drafts.len() as u64);
        let now = self.now();
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, workspace).await?;
        // Somebody may have refused pairs while they were compared.
        let refused = self.two_people(workspace).await?;
        if refused != two {
            drafts = drafts.iter().flat_map(|old| mended(&old.members, &old.pairs, |_| true, &refused)).collect();
        }
        let mut next = store::next_group(&mut tx, workspace).await?;
        let groups = named(drafts, &store::all_before(&mut tx, workspace).await?, &mut next, now);
        store::delete_all(&mut tx, workspace).await?;
        store::insert(&mut tx, workspace, &groups).await?;
        store::set_next_group(&mut tx, workspace, next).await?;
        store::replace_seen(&mut tx, workspace, &prints).await?;
        store::searched(&mut tx, workspace, (people, compared, groups.len()), model.as_ref(), now).await?;
        Ok(tx.commit().await?)
    }

    /// Pairs that are two people, as they are today.
    pub(crate) async fn two_people(&self, workspace: WorkspaceId) -> Result<TwoPeople, DuplicateError> {
        let refused = store::rejected(&self.db, workspace).await?;
        let ids: Vec<ProfileId> = refused.iter().flat_map(|(one, other)| [*one, *other]).collect();
        let now = self.people.canonical(workspace, &ids).await.map_err(DuplicateError::People)?;
        let today = |id: ProfileId| now.get(&id).copied().unwrap_or(id);
        let apart = self.people.apart(workspace).await.map_err(DuplicateError::People)?;
        Ok(as_numbers(refused.into_iter().map(|(one, other)| (today(one), today(other))).chain(apart)))
    }

    /// True while a search or an update of any workspace is running: what it read is not written yet.
    pub fn is_searching(&self) -> bool {
        !self.busy.lock().is_empty()
    }

    /// Suggestions, surest first. `cursor` is what [`Duplicates::cursor`] makes of the last one of the page before.
    pub async fn page(
        &self,
        workspace: WorkspaceId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Group>, DuplicateError> {
        let after = cursor.map(|text| read_cursor(text).ok_or_else(|| DuplicateError::Cursor(text.to_owned())));
        store::page(&self.db, workspace, after.transpose()?, limit).await
    }

    pub fn cursor(last: &Group) -> String {
        format!("{:016x}-{}", f64::from(last.bits).to_bits(), last.id.0)
    }

    pub async fn group(&self, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, DuplicateError> {
        store::group(&self.db, workspace, id).await
    }

    /// The suggestion is decided on, or does not hold any more. False: somebody else was faster.
    pub async fn settle(&self, workspace: WorkspaceId, id: GroupId) -> Result<bool, DuplicateError> {
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, workspace).await?;
        let deleted = store::delete(&mut tx, workspace, id).await?;
        tx.commit().await?;
        Ok(deleted > 0)
    }

    /// A person says that each of `pairs` is two: they are not suggested again.
    pub async fn reject(&self, workspace: WorkspaceId, pairs: &[(ProfileId, ProfileId)]) -> Result<(), DuplicateError> {
        let now = self.now();
        let two = as_numbers(pairs.iter().copied());
        let mut people: Vec<u32> = two.iter().flat_map(|(one, other)| [*one, *other]).collect();
        people.sort_unstable();
        people.dedup();
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, workspace).await?;
        store::reject(&mut tx, workspace, pairs, now).await?;
        part(&mut tx, workspace, &people, |_| true, &two, now).await?;
        Ok(tx.commit().await?)
    }

    /// A person says that nobody in the suggestion is somebody else in it. False: it is gone, or it is not the
    /// `version` that was seen.
    pub async fn reject_group(
        &self,
        workspace: WorkspaceId,
        id: GroupId,
        version: Option<u32>,
    ) -> Result<bool, DuplicateError> {
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, workspace).await?;
        // Read under the lock: an update that was at work may have put others into it.
        let Some(group) = store::group_in(&mut tx, workspace, id).await? else { return Ok(false) };
        if version.is_some_and(|version| version != group.version) {
            return Ok(false);
        }
        let members = &group.members;
        let pairs: Vec<(ProfileId, ProfileId)> = members
            .iter()
            .enumerate()
            .flat_map(|(index, one)| members[index + 1..].iter().map(move |other| (*one, *other)))
            .collect();
        store::reject(&mut tx, workspace, &pairs, self.now()).await?;
        store::delete(&mut tx, workspace, id).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets people. What is left of their suggestions stays. Answers the rows deleted.
    pub async fn erase(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        store::lock(tx, workspace).await?;
        let numbers: Vec<u32> = profiles.iter().map(|profile| profile.number()).collect();
        let stays = |member: u32| !numbers.contains(&member);
        let none = TwoPeople::new();
        match part(tx, workspace, &numbers, stays, &none, Timestamp::default()).await {
            Ok(parted) => Ok(parted + store::erase(tx, workspace, profiles).await?),
            Err(DuplicateError::Db(error)) => Err(error),
            // A suggestion that cannot be read is deleted with everything in it.
            Err(_) => store::erase(tx, workspace, profiles).await,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn stirs(&self) -> &Mutex<HashMap<WorkspaceId, Stir>> {
        &self.stirs
    }

    pub(crate) fn fingerprint(&self, fields: &PersonFields) -> u64 {
        self.fingerprints.of(fields)
    }

    pub(crate) async fn people(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
    ) -> Result<Vec<(ProfileId, PersonFields)>, DuplicateError> {
        self.people.page(workspace, after, READ_AT_ONCE).await.map_err(DuplicateError::People)
    }

    pub(crate) async fn some(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<Vec<(ProfileId, PersonFields)>, DuplicateError> {
        self.people.some(workspace, ids).await.map_err(DuplicateError::People)
    }
}

/// Takes whom `stays` does not name, and one of every pair in `two`, out of the suggestions that `people` are in.
/// Answers how many suggestions there were.
async fn part(
    tx: &mut Tx,
    workspace: WorkspaceId,
    people: &[u32],
    stays: impl Fn(u32) -> bool,
    two: &TwoPeople,
    now: Timestamp,
) -> Result<u64, DuplicateError> {
    let mut groups = store::with_members(tx, workspace, people).await?;
    groups.retain(|_, group| {
        let members: Vec<u32> = group.members.iter().map(|member| member.number()).collect();
        let refused = || two.iter().any(|(one, other)| members.contains(one) && members.contains(other));
        members.iter().any(|member| !stays(*member)) || refused()
    });
    let mut drafts = Vec::new();
    for group in groups.values() {
        let members: Vec<u32> = group.members.iter().map(|member| member.number()).collect();
        drafts.extend(mended(&members, &group.pairs, &stays, two));
    }
    let mut next = store::next_group(tx, workspace).await?;
    let now = groups.values().map(|group| group.found_at).fold(now, Timestamp::max);
    let parts = named(drafts, &before(&groups), &mut next, now);
    store::delete_many(tx, workspace, groups.keys().copied()).await?;
    store::insert(tx, workspace, &parts).await?;
    store::set_next_group(tx, workspace, next).await?;
    Ok(groups.len() as u64)
}

fn read_cursor(text: &str) -> Option<(f64, i64)> {
    let (bits, id) = text.split_once('-')?;
    Some((f64::from_bits(u64::from_str_radix(bits, 16).ok()?), id.parse().ok()?))
}

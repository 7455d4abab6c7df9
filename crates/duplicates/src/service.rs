//! The façade: search, list, decide.

use crate::find::{Outcome, Search};
use crate::model::{Group, GroupId, PersonFields, RunState, RunStatus, Step};
use crate::{DuplicateError, store};
use async_trait::async_trait;
use base::{Clock, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Customers one search compares; a workspace with more has its newest ones left out.
pub const PEOPLE_MAX: u64 = 5_000_000;
/// Customers in one suggestion.
pub const GROUP_SIZE_MAX: usize = 20;
/// Customers read at a time.
const READ_AT_ONCE: usize = 5_000;

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
    /// What each id is today.
    async fn canonical(
        &self,
        workspace: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<HashMap<ProfileId, ProfileId>, String>;
    /// Pairs of which a person said that they are two.
    async fn apart(&self, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, String>;
}

/// What a running search is at, how many of how many.
type Progress = (Step, u64, u64);

/// Suggested duplicates. Cheap to clone.
#[derive(Clone)]
pub struct Duplicates {
    db: Db,
    people: Arc<dyn People>,
    clock: Arc<dyn Clock>,
    running: Arc<Mutex<HashMap<WorkspaceId, Progress>>>,
}

impl Duplicates {
    /// The name of this room in the register of erasures.
    pub const ERASER_NAME: &'static str = "duplicates";

    /// A search that an earlier stop cut off is said to have failed.
    pub async fn open(db: Db, people: Arc<dyn People>, clock: Arc<dyn Clock>) -> Result<Self, DuplicateError> {
        store::fail_interrupted(&db, clock.now()).await?;
        Ok(Self { db, people, clock, running: Arc::default() })
    }

    pub async fn status(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        let mut status = store::status(&self.db, workspace).await?;
        if let Some((step, done, of)) = self.running.lock().get(&workspace) {
            status.state = RunState::Running;
            (status.step, status.done, status.of) = (Some(*step), *done, *of);
        }
        Ok(status)
    }

    /// Begins a search in the background; when one is running, that one goes on.
    pub async fn start(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        if !self.claim(workspace) {
            return self.status(workspace).await;
        }
        let begun = store::begin(&self.db, workspace, self.clock.now()).await;
        if let Err(error) = begun {
            self.running.lock().remove(&workspace);
            return Err(error.into());
        }
        let this = self.clone();
        tokio::spawn(async move { this.finish(workspace).await });
        self.status(workspace).await
    }

    /// A whole search, waited for.
    pub async fn find(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        if self.claim(workspace) {
            store::begin(&self.db, workspace, self.clock.now()).await?;
            self.finish(workspace).await;
        }
        self.status(workspace).await
    }

    fn claim(&self, workspace: WorkspaceId) -> bool {
        let mut running = self.running.lock();
        let free = !running.contains_key(&workspace);
        if free {
            running.insert(workspace, (Step::Reading, 0, 0));
        }
        free
    }

    async fn finish(&self, workspace: WorkspaceId) {
        if let Err(error) = self.search(workspace).await {
            tracing::warn!(%workspace, %error, "a search for duplicates failed");
            if let Err(error) = store::fail(&self.db, workspace, self.clock.now(), &error.to_string()).await {
                tracing::warn!(%workspace, %error, "and that could not be written down");
            }
        }
        self.running.lock().remove(&workspace);
    }

    fn at(&self, workspace: WorkspaceId, step: Step, done: u64, of: u64) {
        self.running.lock().insert(workspace, (step, done, of));
    }

    async fn search(&self, workspace: WorkspaceId) -> Result<(), DuplicateError> {
        let of = self.people.count(workspace).await.map_err(DuplicateError::People)?.min(PEOPLE_MAX);
        let mut search = Search::new()?;
        let (mut read, mut people, mut after) = (0, 0, ProfileId::new(0));
        while read < PEOPLE_MAX {
            let page = self.people.page(workspace, after, READ_AT_ONCE).await.map_err(DuplicateError::People)?;
            let Some((last, _)) = page.last() else { break };
            (after, read) = (*last, read + page.len() as u64);
            for (profile, fields) in &page {
                people += u64::from(search.add(*profile, fields)?);
            }
            self.at(workspace, Step::Reading, read, of.max(read));
        }
        let rejected = self.two_people(workspace).await?;
        self.at(workspace, Step::Comparing, people, people);
        let Outcome { groups, compared } = tokio::task::spawn_blocking(move || search.run(&rejected))
            .await
            .map_err(|error| DuplicateError::People(error.to_string()))??;
        self.at(workspace, Step::Writing, groups.len() as u64, groups.len() as u64);
        store::replace(&self.db, workspace, &groups, (people, compared), self.clock.now()).await
    }

    /// Pairs that are two people, as they are today, the smaller number first.
    async fn two_people(&self, workspace: WorkspaceId) -> Result<HashSet<(u32, u32)>, DuplicateError> {
        let refused = store::rejected(&self.db, workspace).await?;
        let ids: Vec<ProfileId> = refused.iter().flat_map(|(one, other)| [*one, *other]).collect();
        let now = self.people.canonical(workspace, &ids).await.map_err(DuplicateError::People)?;
        let today = |id: ProfileId| now.get(&id).copied().unwrap_or(id);
        let apart = self.people.apart(workspace).await.map_err(DuplicateError::People)?;
        let pairs = refused.into_iter().map(|(one, other)| (today(one), today(other))).chain(apart);
        Ok(pairs.map(|(one, other)| (one.min(other).number(), one.max(other).number())).collect())
    }

    /// True while a search of any workspace is running: what it read is not written yet.
    pub fn is_searching(&self) -> bool {
        !self.running.lock().is_empty()
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
        format!("{:016x}-{}", f64::from(last.bits).to_bits(), last.id.first)
    }

    pub async fn group(&self, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, DuplicateError> {
        store::group(&self.db, workspace, id).await
    }

    /// The suggestion is decided on, or does not hold any more. False: somebody else was faster.
    pub async fn settle(&self, workspace: WorkspaceId, id: GroupId) -> Result<bool, DuplicateError> {
        let mut tx = self.db.begin().await?;
        let deleted = store::delete(&mut tx, workspace, id).await?;
        tx.commit().await?;
        Ok(deleted > 0)
    }

    /// A person says that each of `pairs` is two: they are not suggested again.
    pub async fn reject(&self, workspace: WorkspaceId, pairs: &[(ProfileId, ProfileId)]) -> Result<(), DuplicateError> {
        let mut tx = self.db.begin().await?;
        store::reject(&mut tx, workspace, pairs, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// A person says that nobody in the suggestion is somebody else in it. False: it is gone.
    pub async fn reject_group(&self, workspace: WorkspaceId, id: GroupId) -> Result<bool, DuplicateError> {
        let Some(group) = self.group(workspace, id).await? else { return Ok(false) };
        let members = &group.members;
        let pairs: Vec<(ProfileId, ProfileId)> = members
            .iter()
            .enumerate()
            .flat_map(|(index, one)| members[index + 1..].iter().map(move |other| (*one, *other)))
            .collect();
        let mut tx = self.db.begin().await?;
        store::reject(&mut tx, workspace, &pairs, self.now()).await?;
        store::delete(&mut tx, workspace, id).await?;
        tx.commit().await?;
        Ok(true)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Forgets people. Answers the rows deleted.
    pub async fn erase(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
        store::erase(tx, workspace, profiles).await
    }
}

fn read_cursor(text: &str) -> Option<(f64, u32)> {
    let (bits, id) = text.split_once('-')?;
    Some((f64::from_bits(u64::from_str_radix(bits, 16).ok()?), id.parse().ok()?))
}

//! Updates: who is new or changed since they were last compared is compared on their own.
//!
//! Everybody is read twice, the first time to find who changed, by fingerprints, and the second time past those who
//! did: to find who shares a block with them and to count how common their values are. Compared are only these pairs.
//! A part of an update (at most [`crate::PEOPLE_AT_ONCE`] customers) is one transaction: suggestions, fingerprints and
//! counts. A stop in the middle loses that part only, and whoever was not compared is still changed next time.
//!
//! Memory: the values of the changed customers, and at most 2 million ids of those who share a block with them (32 MB);
//! candidates are read [`COMPARE_AT_ONCE`] at a time.

use crate::draft::TwoPeople;
use crate::find::{CUT_BITS, fields, is_comparable, values};
use crate::model::{Group, GroupId, PersonFields};
use crate::names::{Before, named};
use crate::place::{Touched, placed};
use crate::schedule::Stir;
use crate::seen::{Seen, part_of};
use crate::service::{Busy, Duplicates, PEOPLE_MAX};
use crate::{DuplicateError, RunStatus, store};
use base::{ProfileId, WorkspaceId};
use matching::{Found, Records, SavedModel, Update};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Customers whose values are read at a time to be compared with the changed ones.
const COMPARE_AT_ONCE: usize = 2_000;
/// How often a part is done again at once when somebody decided on suggestions meanwhile.
const OVERTAKEN_MAX: usize = 3;
/// Customers who are gone that one part takes out.
const GONE_AT_ONCE: usize = 100_000;

/// Who is not as they were when they were last compared.
#[derive(Default)]
struct Changes {
    /// With their fingerprints; not more than one part takes on.
    new: Vec<(ProfileId, PersonFields, u64)>,
    /// How many there are in all.
    count: u64,
    gone: BTreeSet<u32>,
    /// Customers with enough to compare.
    people: u64,
    /// There is more to do than one part takes on.
    more: bool,
}

enum Part {
    Done,
    More,
    /// A whole search is what is needed.
    Whole,
}

impl Duplicates {
    /// Compares who is new or changed, until nobody is; a whole search when too much is new. Needs a whole search
    /// before it. When a search or an update is at work, that one goes on.
    pub async fn update(&self, workspace: WorkspaceId) -> Result<RunStatus, DuplicateError> {
        if !self.claim(workspace, Busy::Updating) {
            return self.status(workspace).await;
        }
        let started = self.now();
        let stir = self.stirs().lock().insert(workspace, Stir { changes: 0, since: started, last: None });
        let mut done = self.parts(workspace).await;
        if let Err(error) = &done {
            tracing::warn!(%workspace, %error, "an update of suggested duplicates failed; it is taken up again");
            if let Err(error) = store::update_failed(self.db(), workspace, &error.to_string()).await {
                tracing::warn!(%workspace, %error, "and that could not be written down");
            }
        }
        let needed = matches!(done, Ok(Part::Whole));
        if let Err(error) = self.release_update(workspace, needed).await {
            done = Err(error);
        }
        {
            let mut stirs = self.stirs().lock();
            let now = self.now();
            let next = stirs.entry(workspace).or_insert_with(|| Stir::unknown(now));
            next.last = Some((now, now.ms_since(started)));
            if done.is_err() {
                next.heard(stir.map_or(1, |stir| stir.changes.max(1)), now);
            }
        }
        self.status(workspace).await
    }

    async fn parts(&self, workspace: WorkspaceId) -> Result<Part, DuplicateError> {
        let (mut total, mut overtaken) = ((0, 0), 0);
        loop {
            match self.part(workspace, &mut total).await {
                Ok(Part::More) if !self.is_search_wanted(workspace) => {}
                Err(DuplicateError::Overtaken) if overtaken < OVERTAKEN_MAX => overtaken += 1,
                ended => return ended,
            }
        }
    }

    /// `total`: customers looked at and pairs compared by the parts so far.
    async fn part(&self, workspace: WorkspaceId, total: &mut (u64, u64)) -> Result<Part, DuplicateError> {
        let Some((model, whole_people)) = store::model(self.db(), workspace).await? else { return Ok(Part::Done) };
        let changes = self.changes(workspace).await?;
        if self.limits().ask_for_everybody(changes.people, whole_people, changes.count) {
            return Ok(Part::Whole);
        }
        let two = self.two_people(workspace).await?;
        let (update, links) = match self.compared(workspace, &model, &changes).await {
            // Learned by another program for other fields.
            Err(DuplicateError::Matching(matching::Error::Saved(_))) => return Ok(Part::Whole),
            other => other?,
        };
        let counted = (total.0 + changes.new.len() as u64, total.1 + update.compared());
        let new: BTreeSet<u32> = changes.new.iter().map(|(id, ..)| id.number()).collect();
        let others = links.iter().map(|link| link.other as u32).filter(|other| !new.contains(other));
        let others: BTreeSet<u32> = others.collect();
        let refused = two.iter().flat_map(|(one, other)| [*one, *other]);
        let asked: BTreeSet<u32> = others.iter().chain(&new).chain(&changes.gone).copied().chain(refused).collect();
        let asked: Vec<u32> = asked.into_iter().collect();
        let groups = self.groups_with(workspace, &asked).await?;
        let touched = Touched::new(&groups, |member| !new.contains(&member) && !changes.gone.contains(&member), &two);
        let sets = touched.sets(&others);
        let ids: Vec<ProfileId> = sets.iter().flatten().map(|number| ProfileId::new(*number)).collect();
        let known: HashMap<ProfileId, PersonFields> = self.some(workspace, &ids).await?.into_iter().collect();
        let place = move || placed(update, &links, touched, sets, &known, &two).map(|drafts| (drafts, two));
        let (drafts, two) = apart(place).await??;

        let now = self.now();
        let mut tx = self.db().begin().await?;
        store::lock(&mut tx, workspace).await?;
        let still = store::with_members(&mut tx, workspace, &asked).await?;
        let same = still.len() == groups.len()
            && still.values().zip(groups.values()).all(|(a, b)| (a.id, a.version) == (b.id, b.version));
        if !same || self.two_people(workspace).await? != two {
            return Err(DuplicateError::Overtaken);
        }
        let mut next = store::next_group(&mut tx, workspace).await?;
        let groups = named(drafts, &before(&still), &mut next, now);
        store::delete_many(&mut tx, workspace, still.keys().copied()).await?;
        store::insert(&mut tx, workspace, &groups).await?;
        store::set_next_group(&mut tx, workspace, next).await?;
        let prints: Seen = changes.new.iter().map(|(id, _, print)| (id.number(), *print)).collect();
        store::write_seen(&mut tx, workspace, &prints, &changes.gone).await?;
        store::updated(&mut tx, workspace, counted, now).await?;
        tx.commit().await?;
        *total = counted;
        Ok(if changes.more { Part::More } else { Part::Done })
    }

    /// Reads everybody and tells who is not as they were.
    async fn changes(&self, workspace: WorkspaceId) -> Result<Changes, DuplicateError> {
        let at_once = self.limits().people_at_once;
        let (mut changes, mut stored) = (Changes::default(), Seen::new());
        let (mut after, mut next_part, mut read) = (ProfileId::new(0), 0, 0);
        while read < PEOPLE_MAX {
            let page = self.people(workspace, after).await?;
            let last = page.last().map(|(id, _)| id.number());
            let to_part = last.map_or(u32::MAX, part_of);
            if to_part >= next_part {
                store::read_seen(self.db(), workspace, (next_part, to_part), &mut stored).await?;
                next_part = to_part.saturating_add(1);
            }
            read += page.len() as u64;
            for (id, fields) in page.into_iter().filter(|(_, fields)| is_comparable(fields)) {
                changes.people += 1;
                let print = self.fingerprint(&fields);
                if stored.remove(&id.number()) == Some(print) {
                    continue;
                }
                changes.count += 1;
                if changes.new.len() < at_once {
                    changes.new.push((id, fields, print));
                }
            }
            let later = last.map_or_else(Seen::new, |last| stored.split_off(&last.saturating_add(1)));
            let gone = std::mem::replace(&mut stored, later);
            let room = GONE_AT_ONCE.saturating_sub(changes.gone.len());
            changes.more |= gone.len() > room;
            changes.gone.extend(gone.into_keys().take(room));
            let Some(last) = last else { break };
            after = ProfileId::new(last);
        }
        changes.more |= changes.count > changes.new.len() as u64;
        Ok(changes)
    }

    /// Compares the changed with all who share a block with them.
    async fn compared(
        &self,
        workspace: WorkspaceId,
        model: &SavedModel,
        changes: &Changes,
    ) -> Result<(Update, Vec<Found>), DuplicateError> {
        let mut update = Update::new(model, fields(), CUT_BITS)?;
        if changes.new.is_empty() {
            return Ok((update, Vec::new()));
        }
        for (id, fields, _) in &changes.new {
            update.add(u128::from(id.number()), &values(fields))?;
        }
        let (mut after, mut read) = (ProfileId::new(0), 0);
        while read < PEOPLE_MAX {
            let page = self.people(workspace, after).await?;
            let Some((last, _)) = page.last() else { break };
            (after, read) = (*last, read + page.len() as u64);
            update = apart(move || passed(update, page)).await??;
        }
        let (mut update, candidates, mut links) = apart(move || {
            let candidates = update.candidates();
            let links = update.compare_new();
            (update, candidates, links)
        })
        .await?;
        for part in candidates.chunks(COMPARE_AT_ONCE) {
            let ids: Vec<ProfileId> = part.iter().map(|key| ProfileId::new(*key as u32)).collect();
            let people = self.some(workspace, &ids).await?;
            let found;
            (update, found) = apart(move || compared_with(update, &people)).await??;
            links.extend(found);
        }
        Ok((update, links))
    }

    async fn groups_with(
        &self,
        workspace: WorkspaceId,
        people: &[u32],
    ) -> Result<BTreeMap<GroupId, Group>, DuplicateError> {
        let mut tx = self.db().begin().await?;
        let groups = store::with_members(&mut tx, workspace, people).await?;
        tx.rollback().await?;
        Ok(groups)
    }
}

/// Work for a processor, on a thread of its own: a worker that compares millions of pairs answers nobody meanwhile.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DuplicateError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DuplicateError::People(error.to_string()))
}

fn compared_with(
    mut update: Update,
    people: &[(ProfileId, PersonFields)],
) -> Result<(Update, Vec<Found>), DuplicateError> {
    let rows: Vec<_> = people.iter().map(|(id, fields)| (u128::from(id.number()), values(fields))).collect();
    let found = update.compare(&rows)?;
    Ok((update, found))
}

fn passed(mut update: Update, page: Vec<(ProfileId, PersonFields)>) -> Result<Update, DuplicateError> {
    let mut part = Records::new(fields())?;
    for (id, fields) in page.iter().filter(|(_, fields)| is_comparable(fields)) {
        part.push(u128::from(id.number()), &values(fields))?;
    }
    update.pass(&part);
    Ok(update)
}

/// Stored suggestions as they are named after.
pub(crate) fn before(groups: &BTreeMap<GroupId, Group>) -> BTreeMap<GroupId, Before> {
    let one = |(id, group): (&GroupId, &Group)| {
        let members = group.members.iter().map(|member| member.number()).collect();
        (*id, Before { version: group.version, found_at: group.found_at, members })
    };
    groups.iter().map(one).collect()
}

/// Pairs, the smaller first, as numbers.
pub(crate) fn as_numbers(pairs: impl Iterator<Item = (ProfileId, ProfileId)>) -> TwoPeople {
    pairs.map(|(one, other)| (one.min(other).number(), one.max(other).number())).collect()
}

//! What a batch reads and writes: companies and memberships it touches, each row read once and written once.

use crate::VIEW_NAME;
use crate::member::{Belonging, Word};
use crate::model::{MEMBER_COLUMNS, belonging};
use crate::sql::{Reader, by_workspace, delete_in, values, wanted_pairs};
use crate::traits::Traits;
use base::{CompanyId, Json, ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Row, Tx, Val};
use events::{Merge, ViewError};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How soon after a change of its members a company's roll-up is worked out anew.
const ROLLUP_SOON_MS: i64 = 30_000;
/// Characters of a name or domain that a search by its beginning can reach.
const SEARCH_CHARS_MAX: usize = 100;

pub(crate) type Key = (WorkspaceId, CompanyId);
pub(crate) type Place = (WorkspaceId, CompanyId, ProfileId);

struct Held {
    group_id: String,
    created: Timestamp,
    first: Timestamp,
    last: Timestamp,
    traits: Traits,
    is_new: bool,
}

#[derive(Default)]
struct Slot {
    before: Option<Belonging>,
    now: Option<Belonging>,
}

#[derive(Default)]
pub(crate) struct Work {
    companies: BTreeMap<Key, Held>,
    groups: HashMap<(WorkspaceId, String), CompanyId>,
    slots: BTreeMap<Place, Slot>,
    /// Customers all of whose stored memberships are written anew.
    cleared: BTreeSet<(WorkspaceId, ProfileId)>,
}

impl Work {
    /// Reads all memberships of these customers.
    pub async fn load_members(
        &mut self,
        tx: &mut Tx,
        profiles: impl Iterator<Item = (WorkspaceId, ProfileId)>,
    ) -> Result<(), DbError> {
        for (workspace, profiles) in by_workspace(profiles) {
            let select =
                format!("SELECT {MEMBER_COLUMNS} FROM company_member WHERE workspace_id = $1 AND profile_id IN");
            for row in Reader::Tx(tx).query_in(&select, workspace, &values(&profiles)).await? {
                self.keep(workspace, &row)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, workspace: WorkspaceId, row: &Row) -> Result<(), DbError> {
        let company = CompanyId::from_sql(row.i64("company_id")?);
        let place = (workspace, company, ProfileId::from_sql(row.i64("profile_id")?));
        if let Entry::Vacant(slot) = self.slots.entry(place) {
            let found = belonging(row)?;
            slot.insert(Slot { before: Some(found.clone()), now: Some(found) });
        }
        Ok(())
    }

    /// Reads the memberships of pairs that are not known yet.
    pub async fn load_pairs(&mut self, tx: &mut Tx, pairs: &BTreeSet<Place>) -> Result<(), DbError> {
        let is_new = |place: &Place| self.companies.get(&(place.0, place.1)).is_some_and(|company| company.is_new);
        let unknown = pairs.iter().filter(|place| !self.slots.contains_key(place) && !is_new(place));
        for (workspace, pairs) in by_workspace(unknown.map(|place| (place.0, (place.1, place.2)))) {
            for chunk in db::pieces(&pairs, tx.chunk()) {
                let sql = format!(
                    "{} SELECT {MEMBER_COLUMNS} FROM wanted JOIN company_member ON company_member.workspace_id = $1 \
                     AND company_member.company_id = wanted.one AND company_member.profile_id = wanted.other",
                    wanted_pairs(chunk.len())
                );
                let pair = |(company, profile): &(CompanyId, ProfileId)| [Val::from(company.sql()), (*profile).into()];
                let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().flat_map(pair)).collect();
                for row in tx.query(&sql, &args).await? {
                    self.keep(workspace, &row)?;
                }
            }
        }
        Ok(())
    }

    /// What was said of one customer was said of the other.
    pub fn merge(&mut self, merges: &[Merge]) {
        for merge in merges {
            let held: Vec<Place> =
                self.slots.keys().filter(|at| at.0 == merge.workspace && at.2 == merge.from).copied().collect();
            for place in held {
                let Some(moved) = self.slots.get_mut(&place).and_then(|slot| slot.now.take()) else { continue };
                let target = self.slots.entry((place.0, place.1, merge.into)).or_default();
                target.now.get_or_insert_default().absorb(moved);
                self.cleared.insert((merge.workspace, merge.from));
            }
        }
    }

    /// Forgets what these customers belong to, for it to be said again.
    pub fn clear(&mut self, workspace: WorkspaceId, profiles: &[ProfileId]) {
        for (place, slot) in &mut self.slots {
            if place.0 == workspace && profiles.contains(&place.2) {
                slot.now = None;
            }
        }
        self.cleared.extend(profiles.iter().map(|profile| (workspace, *profile)));
    }

    /// Reads the companies of these group ids.
    pub async fn load_groups(
        &mut self,
        tx: &mut Tx,
        groups: &BTreeMap<WorkspaceId, Vec<String>>,
    ) -> Result<(), ViewError> {
        for (workspace, groups) in groups {
            let list: Vec<Val> = groups.iter().map(Val::from).collect();
            let select = "SELECT id, group_id, created_ms, first_seen_ms, last_seen_ms, traits FROM company \
                          WHERE workspace_id = $1 AND group_id IN";
            for row in Reader::Tx(tx).query_in(select, *workspace, &list).await? {
                self.keep_company(*workspace, &row)?;
            }
        }
        Ok(())
    }

    fn keep_company(&mut self, workspace: WorkspaceId, row: &Row) -> Result<(), ViewError> {
        let id = CompanyId::from_sql(row.i64("id")?);
        let group_id = row.text("group_id")?;
        let traits = Traits::parse(&row.text("traits")?).map_err(|error| ViewError::Broken {
            view: VIEW_NAME,
            detail: format!("stored traits of {id} do not parse: {error}"),
        })?;
        self.groups.insert((workspace, group_id.clone()), id);
        let held = Held {
            group_id,
            created: row.time("created_ms")?,
            first: row.time("first_seen_ms")?,
            last: row.time("last_seen_ms")?,
            traits,
            is_new: false,
        };
        self.companies.insert((workspace, id), held);
        Ok(())
    }

    /// Gives numbers to the companies that are not there yet, in the order of their group ids.
    pub async fn create(&mut self, tx: &mut Tx, groups: &BTreeMap<WorkspaceId, Vec<String>>) -> Result<(), DbError> {
        let (never, ever) = (Timestamp::from_ms(i64::MAX), Timestamp::from_ms(i64::MIN));
        for (workspace, groups) in groups {
            let new: Vec<&String> =
                groups.iter().filter(|group| !self.groups.contains_key(&(*workspace, (*group).clone()))).collect();
            if new.is_empty() {
                continue;
            }
            let sql = "SELECT last_id FROM company_counter WHERE workspace_id = $1";
            let row = tx.query_one(sql, &[(*workspace).into()]).await?;
            let mut last = row.map_or(Ok(0), |row| row.i64("last_id"))?;
            for group in new {
                last += 1;
                let id = CompanyId::from_sql(last);
                self.groups.insert((*workspace, group.clone()), id);
                let traits = Traits::default();
                // The calls that made it tell its times.
                let held =
                    Held { group_id: group.clone(), created: never, first: never, last: ever, traits, is_new: true };
                self.companies.insert((*workspace, id), held);
            }
            let sql = "INSERT INTO company_counter (workspace_id, last_id) VALUES ($1, $2) \
                       ON CONFLICT (workspace_id) DO UPDATE SET last_id = excluded.last_id";
            tx.execute(sql, &[(*workspace).into(), last.into()]).await?;
        }
        Ok(())
    }

    pub fn company(&self, workspace: WorkspaceId, group_id: &str) -> Option<CompanyId> {
        self.groups.get(&(workspace, group_id.to_owned())).copied()
    }

    /// Takes what a call says of a company; answers how many traits a limit refused.
    pub fn tell<'e>(
        &mut self,
        key: Key,
        (received, at): (Timestamp, Timestamp),
        traits: impl Iterator<Item = (&'e String, &'e Json)>,
        source: &str,
    ) -> usize {
        let Some(held) = self.companies.get_mut(&key) else { return 0 };
        held.created = held.created.min(received);
        held.first = held.first.min(at);
        held.last = held.last.max(at);
        traits.filter(|(name, value)| !held.traits.set(name, value, at, source)).count()
    }

    pub fn hear(&mut self, place: Place, word: &Word<'_>) {
        self.slots.entry(place).or_default().now.get_or_insert_default().hear(word);
    }

    /// Writes what has changed. `told`: companies whose row is written whether or not members changed.
    pub async fn write(self, tx: &mut Tx, told: &BTreeSet<Key>, now: Timestamp) -> Result<(), DbError> {
        self.write_members(tx).await?;
        let mut joined: BTreeMap<Key, i64> = BTreeMap::new();
        let is_active = |one: &Option<Belonging>| i64::from(one.as_ref().is_some_and(Belonging::is_active));
        for ((workspace, company, _), slot) in &self.slots {
            let delta = is_active(&slot.now) - is_active(&slot.before);
            if delta != 0 {
                *joined.entry((*workspace, *company)).or_default() += delta;
            }
        }
        let delta = |key: &Key| joined.get(key).copied().unwrap_or_default();
        let mut rows = Vec::with_capacity(told.len());
        for key in told {
            if let Some(held) = self.companies.get(key) {
                let due = match (held.is_new, delta(key)) {
                    (true, _) => now,
                    (false, 0) => Timestamp::from_ms(i64::MAX),
                    (false, _) => now.plus_ms(ROLLUP_SOON_MS),
                };
                rows.push(held.row(*key, delta(key), due));
            }
        }
        // Members are added, times compared: roll-ups and erasures write these columns too.
        let head = "INSERT INTO company (workspace_id, id, group_id, created_ms, first_seen_ms, last_seen_ms, members, \
                    due_ms, traits, search_name, search_domain)";
        let tail = "ON CONFLICT (workspace_id, id) DO UPDATE SET created_ms = excluded.created_ms, \
                    first_seen_ms = excluded.first_seen_ms, last_seen_ms = CASE WHEN company.last_seen_ms < \
                    excluded.last_seen_ms THEN excluded.last_seen_ms ELSE company.last_seen_ms END, members = \
                    company.members + excluded.members, due_ms = CASE WHEN excluded.due_ms < company.due_ms THEN \
                    excluded.due_ms ELSE company.due_ms END, traits = excluded.traits, search_name = \
                    excluded.search_name, search_domain = excluded.search_domain";
        tx.insert_many(head, tail, &rows).await?;
        for (key, delta) in joined.iter().filter(|(key, delta)| **delta != 0 && !told.contains(key)) {
            add_members(tx, *key, *delta, now.plus_ms(ROLLUP_SOON_MS)).await?;
        }
        Ok(())
    }

    async fn write_members(&self, tx: &mut Tx) -> Result<(), DbError> {
        for (workspace, profiles) in by_workspace(self.cleared.iter().copied()) {
            let delete = "DELETE FROM company_member WHERE workspace_id = $1 AND profile_id IN";
            delete_in(tx, delete, workspace, &values(&profiles)).await?;
        }
        let mut rows = Vec::new();
        for (place, slot) in &self.slots {
            let Some(now) = &slot.now else { continue };
            if slot.before.as_ref() != Some(now) || self.cleared.contains(&(place.0, place.2)) {
                rows.push(member_row(*place, now));
            }
        }
        let head = "INSERT INTO company_member (workspace_id, company_id, profile_id, active, at_ms, joined_ms, last_ms, \
                    left_ms, role, role_ms, source)";
        let tail = "ON CONFLICT (workspace_id, company_id, profile_id) DO UPDATE SET active = excluded.active, \
                    at_ms = excluded.at_ms, joined_ms = excluded.joined_ms, last_ms = excluded.last_ms, \
                    left_ms = excluded.left_ms, role = excluded.role, role_ms = excluded.role_ms, \
                    source = excluded.source";
        tx.insert_many(head, tail, &rows).await.map(|_| ())
    }
}

/// Of a company no call of the batch is about: a customer was merged, split or erased. A few at a time.
pub(crate) async fn add_members(tx: &mut Tx, key: Key, delta: i64, due: Timestamp) -> Result<(), DbError> {
    let sql = "UPDATE company SET members = members + $3, due_ms = CASE WHEN $4 < due_ms THEN $4 ELSE due_ms END \
               WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, &[key.0.into(), key.1.sql().into(), delta.into(), due.into()]).await.map(|_| ())
}

fn member_row((workspace, company, profile): Place, one: &Belonging) -> Vec<Val> {
    vec![
        workspace.into(),
        company.sql().into(),
        profile.into(),
        one.is_active().into(),
        one.at().into(),
        one.joined.into(),
        one.last.into(),
        one.left.into(),
        one.role.as_deref().into(),
        one.role_at.into(),
        one.source.as_str().into(),
    ]
}

impl Held {
    fn row(&self, (workspace, id): Key, members: i64, due: Timestamp) -> Vec<Val> {
        let [name, domain] = search_columns(&self.traits, &self.group_id);
        vec![
            workspace.into(),
            id.sql().into(),
            self.group_id.as_str().into(),
            self.created.into(),
            self.first.into(),
            self.last.into(),
            members.into(),
            due.into(),
            self.traits.text().into(),
            name,
            domain,
        ]
    }
}

/// What a search by the name and by the domain finds it by.
pub(crate) fn search_columns(traits: &Traits, group_id: &str) -> [Val; 2] {
    let name = search_form(traits.name().unwrap_or(group_id));
    [name.into(), traits.domain().as_deref().map(search_form).into()]
}

/// Lower case, cut to what a search reaches.
pub(crate) fn search_form(text: &str) -> String {
    text.trim().chars().take(SEARCH_CHARS_MAX).flat_map(char::to_lowercase).collect()
}

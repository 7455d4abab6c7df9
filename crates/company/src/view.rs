//! Companies as a view of the log.
//!
//! A batch reads every company and membership it touches once and writes it once. Cost of an event that speaks of a
//! company: about two rows (the company's is shared by all calls of the batch); of any other event: nothing. Of a batch
//! with merges: one statement per 512 customers. Of a split: everything both ever said of companies, read anew.

use crate::call::{self, Call, source_of};
use crate::sql::{Reader, by_workspace, deletions};
use crate::work::{Work, add_members, search_columns};
use async_trait::async_trait;
use base::{CompanyId, ProfileId, Timestamp, WorkspaceId};
use db::{DbError, Tx, Val};
use events::{Batch, Effects, Event, Merge, ResolvedEvent, Split, View, ViewError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The view's name in logs.
pub const VIEW_NAME: &str = "company";

/// What names somebody or something, by the rules of the room that knows people.
pub trait Naming: Send + Sync + 'static {
    /// True when the event says of whom it is: then what it says of a member is said of its profile.
    fn names_somebody(&self, event: &Event) -> bool;
    /// The one form of a group id; None for "null", "000" and the like.
    fn group_id(&self, sent: &str) -> Option<String>;
}

/// Keeps the tables of this room.
pub struct CompanyView {
    naming: Arc<dyn Naming>,
}

/// A call with what it is about.
struct Heard<'e> {
    call: Call<'e>,
    group: String,
    /// None: it names nobody, so it speaks of the company only.
    member: Option<ProfileId>,
}

impl Heard<'_> {
    fn workspace(&self) -> WorkspaceId {
        self.call.event.workspace
    }
    fn times(&self) -> (Timestamp, Timestamp) {
        (self.call.event.received_at, self.call.event.at)
    }
}

#[async_trait]
impl View for CompanyView {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, _effects: &mut Effects) -> Result<(), ViewError> {
        for split in &batch.splits {
            self.divide(tx, split, batch.now).await?;
        }
        self.delete(tx, &batch.events).await?;
        let calls = self.calls(&batch.events);
        if calls.is_empty() && batch.merges.is_empty() {
            return Ok(());
        }
        let mut work = Work::default();
        let merged = |merge: &Merge| [(merge.workspace, merge.from), (merge.workspace, merge.into)];
        work.load_members(tx, batch.merges.iter().flat_map(merged)).await?;
        work.merge(&batch.merges);
        let told = self.take(tx, &mut work, calls, true).await?;
        Ok(work.write(tx, &told, batch.now).await?)
    }
}

impl CompanyView {
    pub fn new(naming: Arc<dyn Naming>) -> Self {
        Self { naming }
    }

    /// What the events say of companies.
    fn calls<'e>(&self, events: &'e [ResolvedEvent]) -> Vec<Heard<'e>> {
        let told = events.iter().filter(|item| call::may_tell(&item.event));
        let heard = told.filter_map(|item| {
            let call = call::read(&item.event)?;
            let group = self.naming.group_id(call.group_id)?;
            let member = self.naming.names_somebody(&item.event).then_some(item.profile);
            Some(Heard { call, group, member })
        });
        heard.collect()
    }

    /// Takes the calls in; answers the companies they speak of. Without `make`, they tell of members only.
    async fn take(
        &self,
        tx: &mut Tx,
        work: &mut Work,
        mut calls: Vec<Heard<'_>>,
        make: bool,
    ) -> Result<BTreeSet<(WorkspaceId, CompanyId)>, ViewError> {
        let groups_of =
            |calls: &[Heard<'_>]| by_workspace(calls.iter().map(|one| (one.workspace(), one.group.clone())));
        let deleted = deletions(tx, &groups_of(&calls)).await?;
        let until = |one: &Heard<'_>| deleted.get(&(one.workspace(), one.group.clone())).copied();
        calls.retain(|one| !call::is_forgotten(one.call.event, until(one)));
        let groups = groups_of(&calls);
        work.load_groups(tx, &groups).await?;
        if make {
            work.create(tx, &groups).await?;
        }
        let company = |work: &Work, one: &Heard<'_>| work.company(one.workspace(), &one.group);
        let pairs = calls.iter().filter_map(|one| Some((one.workspace(), company(work, one)?, one.member?))).collect();
        work.load_pairs(tx, &pairs).await?;
        let mut told = BTreeSet::new();
        for one in &calls {
            let Some(company) = company(work, one) else { continue };
            let source = source_of(one.call.event);
            if make {
                let refused = work.tell((one.workspace(), company), one.times(), one.call.traits(), &source);
                if 0 < refused {
                    tracing::warn!(event = %one.call.event.id, workspace = %one.workspace(), refused,
                        "traits of a company beyond the limits were not stored");
                }
                told.insert((one.workspace(), company));
            }
            if let Some(member) = one.member {
                work.hear((one.workspace(), company, member), &one.call.word(&source));
            }
        }
        Ok(told)
    }

    /// Two people out of one: what they belong to is worked out anew from what each of them said.
    async fn divide(&self, tx: &mut Tx, split: &Split, now: Timestamp) -> Result<(), ViewError> {
        let mut work = Work::default();
        let both = [split.from, split.into];
        work.load_members(tx, both.iter().map(|profile| (split.workspace, *profile))).await?;
        work.clear(split.workspace, &both);
        let sides = split.sides();
        let calls = sides.iter().flat_map(|(_, events)| self.calls(events)).collect();
        self.take(tx, &mut work, calls, false).await?;
        Ok(work.write(tx, &BTreeSet::new(), now).await?)
    }

    /// A person deleted companies: with all that was received until then.
    async fn delete(&self, tx: &mut Tx, events: &[ResolvedEvent]) -> Result<(), ViewError> {
        let mut until: BTreeMap<(WorkspaceId, String), Timestamp> = BTreeMap::new();
        for item in events.iter().filter(|item| call::may_tell(&item.event)) {
            if let Some(group) = call::deleted(&item.event).and_then(|sent| self.naming.group_id(sent)) {
                let at = until.entry((item.event.workspace, group)).or_insert(item.event.received_at);
                *at = item.event.received_at.max(*at);
            }
        }
        for ((workspace, group), at) in until {
            let sql = "INSERT INTO company_deleted (workspace_id, group_id, at_ms) VALUES ($1, $2, $3) \
                       ON CONFLICT (workspace_id, group_id) DO UPDATE SET at_ms = excluded.at_ms";
            tx.execute(sql, &[workspace.into(), group.as_str().into(), at.into()]).await?;
            let sql = "SELECT id FROM company WHERE workspace_id = $1 AND group_id = $2";
            let Some(row) = tx.query_one(sql, &[workspace.into(), group.into()]).await? else { continue };
            let key: [Val; 2] = [workspace.into(), row.i64("id")?.into()];
            for sql in [
                // The company first: roll-ups are written by whoever holds its row.
                "DELETE FROM company WHERE workspace_id = $1 AND id = $2",
                "DELETE FROM company_member WHERE workspace_id = $1 AND company_id = $2",
                "DELETE FROM company_rollup WHERE workspace_id = $1 AND company_id = $2",
            ] {
                tx.execute(sql, &key).await?;
            }
        }
        Ok(())
    }

    /// The name of this room in the register of erasures.
    pub const ERASER_NAME: &'static str = "company";

    /// Forgets people: that they belong to companies, and traits of these companies that name them. Answers the rows
    /// deleted.
    pub async fn erase(
        tx: &mut Tx,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        is_named: &(dyn Fn(&str) -> bool + Sync),
        now: Timestamp,
    ) -> Result<u64, DbError> {
        let list = crate::sql::values(profiles);
        let select = "SELECT company_id, active FROM company_member WHERE workspace_id = $1 AND profile_id IN";
        let mut gone: BTreeMap<CompanyId, i64> = BTreeMap::new();
        for row in Reader::Tx(tx).query_in(select, workspace, &list).await? {
            *gone.entry(CompanyId::from_sql(row.i64("company_id")?)).or_default() += i64::from(row.bool("active")?);
        }
        let delete = "DELETE FROM company_member WHERE workspace_id = $1 AND profile_id IN";
        let deleted = crate::sql::delete_in(tx, delete, workspace, &list).await?;
        for (company, count) in gone {
            add_members(tx, (workspace, company), -count, now).await?;
            forget_traits(tx, workspace, company, is_named).await?;
        }
        Ok(deleted)
    }
}

async fn forget_traits(
    tx: &mut Tx,
    workspace: WorkspaceId,
    company: CompanyId,
    is_named: &(dyn Fn(&str) -> bool + Sync),
) -> Result<(), DbError> {
    let key: [Val; 2] = [workspace.into(), company.sql().into()];
    let sql = "SELECT group_id, traits FROM company WHERE workspace_id = $1 AND id = $2";
    let Some(row) = tx.query_one(sql, &key).await? else { return Ok(()) };
    let broken = |error: serde_json::Error| DbError::Decode { column: "traits".into(), detail: error.to_string() };
    let mut traits = crate::traits::Traits::parse(&row.text("traits")?).map_err(broken)?;
    if traits.forget(&|text| is_named(text)) {
        let sql = "UPDATE company SET traits = $3, search_name = $4, search_domain = $5 \
                   WHERE workspace_id = $1 AND id = $2";
        let [name, domain] = search_columns(&traits, &row.text("group_id")?);
        let [workspace, company] = key;
        tx.execute(sql, &[workspace, company, traits.text().into(), name, domain]).await?;
    }
    Ok(())
}

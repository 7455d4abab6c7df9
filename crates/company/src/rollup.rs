//! Roll-ups: what the members of a company do, worked out in the background and kept.
//!
//! Cost: [`People`] is asked once per 1,000 members. A company is looked at 30 seconds after its members changed, and
//! every ten minutes; one call of [`refresh`] looks at 20,000 members at most, so that a workspace of a million members
//! costs a steady small share and its roll-ups are older.

use crate::error::CompanyError;
use async_trait::async_trait;
use base::{CompanyId, Currency, Money, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Val};
use std::collections::{BTreeMap, HashMap};

/// Members one roll-up is about: those spoken of last.
pub const MEMBERS_COUNTED_MAX: usize = 10_000;
/// Members asked for at a time.
const PEOPLE_AT_ONCE: usize = 1_000;
/// Companies looked at together, and members one refresh looks at.
const COMPANIES_AT_ONCE: i64 = 100;
const MEMBERS_PER_REFRESH_MAX: usize = 20_000;
/// How often a company is looked at.
const EVERY_MS: i64 = 600_000;
/// Who was seen within this time is active.
const ACTIVE_MS: i64 = 30 * 24 * 3_600_000;

/// What one customer does.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberNumbers {
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub events: u64,
    pub orders: u64,
    pub revenue: Option<Money>,
}

/// What customers do; `server` wires it.
#[async_trait]
pub trait People: Send + Sync + 'static {
    /// Of those that are there, in any order.
    async fn numbers(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<Vec<(ProfileId, MemberNumbers)>, String>;
}

pub(crate) use crate::model::RollUp;

/// The roll-up of a summary's row; None: there is none yet.
pub(crate) fn read(row: &Row) -> Result<Option<RollUp>, DbError> {
    let Some(at) = row.opt_time("rolled_ms")? else { return Ok(None) };
    let count = |column: &str| row.i64(column).map(|value| value.max(0) as u64);
    let revenue: Vec<(String, i64)> = serde_json::from_str(&row.text("revenue")?)
        .map_err(|error| DbError::Decode { column: "revenue".into(), detail: error.to_string() })?;
    let money = |(code, minor): (String, i64)| {
        let currency = Currency::parse(&code);
        currency
            .map(|currency| Money::new(minor, currency))
            .map_err(|error| DbError::Decode { column: "revenue".into(), detail: error.to_string() })
    };
    Ok(Some(RollUp {
        at,
        counted: count("counted")?,
        active_30d: count("active_30d")?,
        first_seen: row.opt_time("member_first_ms")?,
        last_seen: row.opt_time("member_last_ms")?,
        events: count("events")?,
        orders: count("orders")?,
        buyers: count("buyers")?,
        recency_ms: row.opt_i64("recency_ms")?,
        revenue: revenue.into_iter().map(money).collect::<Result<_, _>>()?,
    }))
}

/// The sums of one company's members.
fn fold<'n>(members: impl Iterator<Item = &'n MemberNumbers>, counted: usize, now: Timestamp) -> RollUp {
    let mut sums = RollUp {
        at: now,
        counted: counted as u64,
        active_30d: 0,
        first_seen: None,
        last_seen: None,
        events: 0,
        orders: 0,
        buyers: 0,
        recency_ms: None,
        revenue: Vec::new(),
    };
    let mut money: BTreeMap<Currency, (u64, i64)> = BTreeMap::new();
    let (mut seen, mut age) = (0_i64, 0_i64);
    for one in members {
        let since = now.ms_since(one.last_seen).max(0);
        sums.active_30d += u64::from(since <= ACTIVE_MS);
        sums.first_seen = Some(sums.first_seen.map_or(one.first_seen, |first| first.min(one.first_seen)));
        sums.last_seen = sums.last_seen.max(Some(one.last_seen));
        sums.events += one.events;
        sums.orders += one.orders;
        sums.buyers += u64::from(one.orders > 0);
        (seen, age) = (seen + 1, age.saturating_add(since));
        if let Some(revenue) = one.revenue {
            let sum = money.entry(revenue.currency).or_default();
            *sum = (sum.0 + one.orders, sum.1.saturating_add(revenue.minor));
        }
    }
    sums.recency_ms = age.checked_div(seen);
    let mut by_orders: Vec<(Currency, (u64, i64))> = money.into_iter().collect();
    by_orders.sort_by_key(|(currency, (orders, _))| (std::cmp::Reverse(*orders), *currency));
    sums.revenue = by_orders.into_iter().map(|(currency, (_, minor))| Money::new(minor, currency)).collect();
    sums
}

/// Works out what is due; answers how many companies.
pub(crate) async fn refresh(db: &Db, people: &dyn People, now: Timestamp) -> Result<usize, CompanyError> {
    let sql =
        "SELECT workspace_id, id, members FROM company WHERE due_ms <= $1 ORDER BY due_ms, workspace_id, id LIMIT $2";
    let (mut done, mut looked) = (0, 0);
    while looked < MEMBERS_PER_REFRESH_MAX {
        let rows = db.query(sql, &[now.into(), COMPANIES_AT_ONCE.into()]).await?;
        let mut due: BTreeMap<WorkspaceId, Vec<CompanyId>> = BTreeMap::new();
        let mut members = 0;
        for row in &rows {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            due.entry(workspace).or_default().push(CompanyId::from_sql(row.i64("id")?));
            members += (row.i64("members")?.max(0) as usize).min(MEMBERS_COUNTED_MAX);
            // The rest is due in the next round of this loop.
            if members >= MEMBERS_PER_REFRESH_MAX {
                break;
            }
        }
        if due.is_empty() {
            break;
        }
        let mut written = 0;
        for (workspace, companies) in due {
            written += work_out(db, people, workspace, &companies, now).await?;
        }
        // All of them are being changed by somebody else at this moment: later.
        if written == 0 {
            break;
        }
        done += written;
        looked += members.max(1);
    }
    Ok(done)
}

/// Works out the roll-ups of these companies; answers how many were written.
pub(crate) async fn work_out(
    db: &Db,
    people: &dyn People,
    workspace: WorkspaceId,
    companies: &[CompanyId],
    now: Timestamp,
) -> Result<usize, CompanyError> {
    let mut of_company: Vec<(CompanyId, Vec<ProfileId>)> = Vec::with_capacity(companies.len());
    let sql = "SELECT profile_id FROM company_member WHERE workspace_id = $1 AND company_id = $2 AND active \
               ORDER BY at_ms DESC, profile_id DESC LIMIT $3";
    for company in companies {
        let rows = db.query(sql, &[workspace.into(), company.sql().into(), MEMBERS_COUNTED_MAX.into()]).await?;
        let ids = rows.iter().map(|row| row.i64("profile_id").map(ProfileId::from_sql));
        of_company.push((*company, ids.collect::<Result<Vec<ProfileId>, DbError>>()?));
    }
    let mut all: Vec<ProfileId> = of_company.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    let mut numbers: HashMap<ProfileId, MemberNumbers> = HashMap::with_capacity(all.len());
    for chunk in all.chunks(PEOPLE_AT_ONCE) {
        numbers.extend(people.numbers(workspace, chunk).await.map_err(CompanyError::People)?);
    }
    let rolled = of_company.into_iter().map(|(company, ids)| {
        let members = ids.iter().filter_map(|id| numbers.get(id));
        (company, fold(members, ids.len(), now))
    });
    Ok(write(db, workspace, &rolled.collect::<Vec<_>>(), now).await?)
}

async fn write(
    db: &Db,
    workspace: WorkspaceId,
    rolled: &[(CompanyId, RollUp)],
    now: Timestamp,
) -> Result<usize, DbError> {
    let mut tx = db.begin().await?;
    // A company that was deleted meanwhile gets none; one that the pipeline is writing is left for later, so that nobody
    // waits for the other.
    let ids = rolled.iter().map(|(company, _)| Val::from(company.sql()));
    let args: Vec<Val> = std::iter::once(workspace.into()).chain(ids).collect();
    let sql = format!(
        "SELECT id FROM company WHERE workspace_id = $1 AND id IN {}{}",
        db::in_list(2, rolled.len()),
        tx.skip_locked()
    );
    let there = tx.query(&sql, &args).await?;
    let there = there.iter().map(|row| row.i64("id")).collect::<Result<Vec<i64>, DbError>>()?;
    let list: Vec<Val> = there.iter().map(|id| Val::from(*id)).collect();
    let rows: Vec<Vec<Val>> = rolled
        .iter()
        .filter(|(company, _)| there.contains(&company.sql()))
        .map(|(company, rollup)| row_of(workspace, *company, rollup))
        .collect();
    let head = "INSERT INTO company_rollup (workspace_id, company_id, at_ms, counted, active_30d, first_seen_ms, \
                last_seen_ms, events, orders, buyers, recency_ms, revenue)";
    let tail = "ON CONFLICT (workspace_id, company_id) DO UPDATE SET at_ms = excluded.at_ms, counted = \
                excluded.counted, active_30d = excluded.active_30d, first_seen_ms = excluded.first_seen_ms, \
                last_seen_ms = excluded.last_seen_ms, events = excluded.events, orders = excluded.orders, \
                buyers = excluded.buyers, recency_ms = excluded.recency_ms, revenue = excluded.revenue";
    tx.insert_many(head, tail, &rows).await?;
    for chunk in db::pieces(&list, tx.chunk()) {
        // What has changed since is due again already.
        let sql = format!(
            "UPDATE company SET due_ms = $2 WHERE workspace_id = $1 AND due_ms <= $3 AND id IN {}",
            db::in_list(4, chunk.len())
        );
        let fixed: [Val; 3] = [workspace.into(), now.plus_ms(EVERY_MS).into(), now.into()];
        let args: Vec<Val> = fixed.into_iter().chain(chunk.iter().cloned()).collect();
        tx.execute(&sql, &args).await?;
        let sql = format!(
            "UPDATE company SET last_seen_ms = (SELECT last_seen_ms FROM company_rollup rolled WHERE \
             rolled.workspace_id = $1 AND rolled.company_id = company.id) WHERE workspace_id = $1 AND id IN {} AND \
             last_seen_ms < (SELECT last_seen_ms FROM company_rollup rolled WHERE rolled.workspace_id = $1 AND \
             rolled.company_id = company.id)",
            db::in_list(2, chunk.len())
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        tx.execute(&sql, &args).await?;
    }
    tx.commit().await?;
    Ok(there.len())
}

fn row_of(workspace: WorkspaceId, company: CompanyId, rollup: &RollUp) -> Vec<Val> {
    let revenue: Vec<(&str, i64)> = rollup.revenue.iter().map(|money| (money.currency.code(), money.minor)).collect();
    vec![
        workspace.into(),
        company.sql().into(),
        rollup.at.into(),
        (rollup.counted as i64).into(),
        (rollup.active_30d as i64).into(),
        rollup.first_seen.into(),
        rollup.last_seen.into(),
        (rollup.events as i64).into(),
        (rollup.orders as i64).into(),
        (rollup.buyers as i64).into(),
        rollup.recency_ms.into(),
        serde_json::json!(revenue).to_string().into(),
    ]
}

//! The SQL of the view. Every statement runs on SQLite and PostgreSQL.

use crate::engine::order::{OrderRow, WORTH};
use crate::model::{RefusedOrder, Touch, TouchKind};
use base::{Currency, EventId, ProfileId, Timestamp, WorkspaceId};
use db::{Result, Row, Tx, Val};
use events::Offset;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Keys in one `IN (…)`: SQLite binds in O(n) per parameter.
pub(crate) const KEYS_PER_STATEMENT_MAX: usize = 200;
const ERASED_PREFIX: &str = "erased:";

/// One row of the daily sums.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DailyKey {
    pub day: i64,
    pub metric: &'static str,
    pub channel: Cow<'static, str>,
    pub currency: Cow<'static, str>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Daily {
    pub n: i64,
    pub sum_minor: i64,
}

/// Whose order it is and when it was placed: what attribution needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OrderTime {
    pub profile: ProfileId,
    pub at: Timestamp,
}

/// True when the batch ending at `end` was not counted before.
pub(crate) async fn advance_cursor(tx: &mut Tx, end: Offset) -> Result<bool> {
    let sql = "INSERT INTO measure_cursor (workspace_id, position) VALUES (0, $1)
        ON CONFLICT (workspace_id) DO UPDATE SET position = excluded.position
        WHERE measure_cursor.position < excluded.position";
    Ok(tx.execute(sql, &[Val::I(i64::try_from(end.0).unwrap_or(i64::MAX))]).await? == 1)
}

/// Gives the orders and touches of merged profiles to the survivors.
pub(crate) async fn move_profiles(
    tx: &mut Tx,
    workspace: WorkspaceId,
    moves: &BTreeMap<ProfileId, ProfileId>,
) -> Result<()> {
    let pairs: Vec<_> = moves.iter().collect();
    for chunk in db::pieces(&pairs, tx.chunk()) {
        let mut args = vec![Val::from(workspace)];
        let mut values = String::new();
        for (index, (from, into)) in chunk.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (a, b) = (args.len() + 1, args.len() + 2);
            values.push_str(&format!("{comma}(CAST(${a} AS BIGINT), CAST(${b} AS BIGINT))"));
            args.extend([Val::from(**from), Val::from(**into)]);
        }
        for table in ["measure_order", "measure_touch", "measure_refused_order"] {
            let sql = format!(
                "WITH v(source, target) AS (VALUES {values}) UPDATE {table} SET profile_id = v.target FROM v
                 WHERE {table}.workspace_id = $1 AND {table}.profile_id = v.source"
            );
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

const ORDER_COLUMNS: &str = "order_id, profile_id, at_ms, day, channel, currency, revenue_minor, refunded_minor, placed, \
     cancelled, duplicates";

pub(crate) fn order_of(workspace: WorkspaceId, row: &Row) -> Result<OrderRow> {
    Ok(OrderRow {
        workspace,
        order_id: row.text("order_id")?,
        profile: ProfileId::from_sql(row.i64("profile_id")?),
        at: row.time("at_ms")?,
        day: row.i64("day")?,
        channel: row.text("channel")?,
        currency: row.parse::<CurrencyCode>("currency")?.0,
        revenue_minor: row.i64("revenue_minor")?,
        refunded_minor: row.i64("refunded_minor")?,
        placed: row.bool("placed")?,
        cancelled: row.bool("cancelled")?,
        duplicates: row.i64("duplicates")?,
    })
}

/// A currency column.
pub(crate) struct CurrencyCode(pub Currency);

impl std::str::FromStr for CurrencyCode {
    type Err = base::MoneyError;
    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        Currency::parse(text).map(Self)
    }
}

pub(crate) async fn orders_by_id(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, OrderRow>> {
    let ids: Vec<Val> = ids.iter().map(|id| Val::from(*id)).collect();
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "SELECT {ORDER_COLUMNS} FROM measure_order WHERE workspace_id = $1 AND order_id IN {}",
            db::in_list(2, chunk.len())
        );
        for row in tx.query(&sql, &with_workspace(workspace, chunk)).await? {
            let order = order_of(workspace, &row)?;
            out.insert(order.order_id.clone(), order);
        }
    }
    Ok(out)
}

/// The next `limit` orders after `after` in the order of their ids.
pub(crate) async fn orders_after(
    tx: &mut Tx,
    workspace: WorkspaceId,
    after: &str,
    limit: usize,
) -> Result<Vec<OrderRow>> {
    let sql = format!(
        "SELECT {ORDER_COLUMNS} FROM measure_order WHERE workspace_id = $1 AND order_id > $2 ORDER BY order_id LIMIT $3"
    );
    let rows = tx.query(&sql, &[workspace.into(), after.into(), limit.into()]).await?;
    rows.iter().map(|row| order_of(workspace, row)).collect()
}

pub(crate) async fn upsert_orders(tx: &mut Tx, orders: &[OrderRow]) -> Result<()> {
    let rows: Vec<Vec<Val>> = orders
        .iter()
        .map(|order| {
            let net = order.net();
            vec![
                order.workspace.into(),
                order.order_id.as_str().into(),
                order.profile.into(),
                order.at.into(),
                order.day.into(),
                order.channel.as_str().into(),
                order.currency.code().into(),
                order.revenue_minor.into(),
                order.refunded_minor.into(),
                order.placed.into(),
                order.cancelled.into(),
                order.duplicates.into(),
                net.net_minor.into(),
                net.counted.into(),
            ]
        })
        .collect();
    let head = format!("INSERT INTO measure_order (workspace_id, {ORDER_COLUMNS}, net_minor, counted)");
    let tail = "ON CONFLICT (workspace_id, order_id) DO UPDATE SET profile_id = excluded.profile_id,
        at_ms = excluded.at_ms, day = excluded.day, channel = excluded.channel, currency = excluded.currency,
        revenue_minor = excluded.revenue_minor, refunded_minor = excluded.refunded_minor, placed = excluded.placed,
        cancelled = excluded.cancelled, duplicates = excluded.duplicates, net_minor = excluded.net_minor,
        counted = excluded.counted";
    tx.insert_many(&head, tail, &rows).await?;
    Ok(())
}

/// Orders each profile placed at or after its time.
pub(crate) async fn orders_since(
    tx: &mut Tx,
    workspace: WorkspaceId,
    since: &BTreeMap<ProfileId, Timestamp>,
) -> Result<BTreeMap<String, OrderTime>> {
    let mut out = BTreeMap::new();
    let profiles: Vec<Val> = since.keys().map(|profile| Val::from(*profile)).collect();
    let Some(earliest) = since.values().min() else { return Ok(out) };
    for chunk in profiles.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "SELECT order_id, profile_id, at_ms FROM measure_order WHERE workspace_id = $1 AND placed AND at_ms >= $2
             AND profile_id IN {}",
            db::in_list(3, chunk.len())
        );
        let mut args = vec![workspace.into(), Val::from(*earliest)];
        args.extend_from_slice(chunk);
        for row in tx.query(&sql, &args).await? {
            let order = OrderTime { profile: ProfileId::from_sql(row.i64("profile_id")?), at: row.time("at_ms")? };
            if since.get(&order.profile).is_some_and(|from| *from <= order.at) {
                out.insert(row.text("order_id")?, order);
            }
        }
    }
    Ok(out)
}

pub(crate) async fn insert_touches(tx: &mut Tx, workspace: WorkspaceId, touches: &[Touch]) -> Result<()> {
    let rows: Vec<Vec<Val>> = touches
        .iter()
        .map(|touch| {
            vec![
                workspace.into(),
                touch.profile.into(),
                touch.at.into(),
                touch.event_id.as_str().into(),
                touch.kind.name().into(),
                touch.campaign.as_str().into(),
                touch.message.as_str().into(),
            ]
        })
        .collect();
    let head = "INSERT INTO measure_touch (workspace_id, profile_id, at_ms, event_id, kind, campaign_id, message_id)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, profile_id, at_ms, event_id) DO NOTHING", &rows).await?;
    Ok(())
}

/// The touches of `people` within `from..=until`.
pub(crate) async fn touches(
    tx: &mut Tx,
    workspace: WorkspaceId,
    people: &BTreeSet<ProfileId>,
    from: Timestamp,
    until: Timestamp,
) -> Result<HashMap<ProfileId, Vec<Touch>>> {
    let people: Vec<Val> = people.iter().map(|profile| Val::from(*profile)).collect();
    let mut out: HashMap<ProfileId, Vec<Touch>> = HashMap::new();
    for chunk in people.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "SELECT profile_id, at_ms, event_id, kind, campaign_id, message_id FROM measure_touch
             WHERE workspace_id = $1 AND at_ms >= $2 AND at_ms <= $3 AND profile_id IN {}",
            db::in_list(4, chunk.len())
        );
        let mut args = vec![workspace.into(), Val::from(from), Val::from(until)];
        args.extend_from_slice(chunk);
        for row in tx.query(&sql, &args).await? {
            let touch = Touch {
                profile: ProfileId::from_sql(row.i64("profile_id")?),
                at: row.time("at_ms")?,
                event_id: row.text("event_id")?,
                kind: TouchKind::parse(&row.text("kind")?),
                campaign: row.text("campaign_id")?,
                message: row.text("message_id")?,
            };
            out.entry(touch.profile).or_default().push(touch);
        }
    }
    Ok(out)
}

/// The credits of `orders` become `credits`, no more and no less.
pub(crate) async fn replace_credits(
    tx: &mut Tx,
    workspace: WorkspaceId,
    orders: impl Iterator<Item = &str>,
    credits: &[(&str, &Touch)],
) -> Result<()> {
    let credited: BTreeSet<&str> = credits.iter().map(|(order_id, _)| *order_id).collect();
    let without: Vec<Val> = orders.filter(|order_id| !credited.contains(order_id)).map(Val::from).collect();
    for chunk in without.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "DELETE FROM measure_credit WHERE workspace_id = $1 AND order_id IN {}",
            db::in_list(2, chunk.len())
        );
        tx.execute(&sql, &with_workspace(workspace, chunk)).await?;
    }
    let rows: Vec<Vec<Val>> = credits
        .iter()
        .map(|(order_id, touch)| {
            vec![
                workspace.into(),
                (*order_id).into(),
                touch.campaign.as_str().into(),
                touch.message.as_str().into(),
                touch.kind.name().into(),
                touch.at.into(),
            ]
        })
        .collect();
    let head = "INSERT INTO measure_credit (workspace_id, order_id, campaign_id, message_id, touch_kind, touch_at_ms)";
    let tail = "ON CONFLICT (workspace_id, order_id) DO UPDATE SET campaign_id = excluded.campaign_id,
        message_id = excluded.message_id, touch_kind = excluded.touch_kind, touch_at_ms = excluded.touch_at_ms";
    tx.insert_many(head, tail, &rows).await?;
    Ok(())
}

pub(crate) async fn add_daily(tx: &mut Tx, workspace: WorkspaceId, daily: BTreeMap<DailyKey, Daily>) -> Result<()> {
    let rows: Vec<Vec<Val>> = daily
        .into_iter()
        .filter(|(_, sum)| *sum != Daily::default())
        .map(|(key, sum)| {
            vec![
                workspace.into(),
                key.day.into(),
                key.metric.into(),
                (&*key.channel).into(),
                (&*key.currency).into(),
                sum.n.into(),
                sum.sum_minor.into(),
            ]
        })
        .collect();
    let head = "INSERT INTO measure_daily (workspace_id, day, metric, channel, currency, n, sum_minor)";
    let tail = "ON CONFLICT (workspace_id, day, metric, channel, currency) DO UPDATE SET
        n = measure_daily.n + excluded.n, sum_minor = measure_daily.sum_minor + excluded.sum_minor";
    tx.insert_many(head, tail, &rows).await?;
    Ok(())
}

/// Takes touches back.
pub(crate) async fn delete_touches(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profile: ProfileId,
    event_ids: &[String],
) -> Result<()> {
    for chunk in event_ids.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "DELETE FROM measure_touch WHERE workspace_id = $1 AND profile_id = $2 AND event_id IN {}",
            db::in_list(3, chunk.len())
        );
        let mut args = vec![workspace.into(), Val::from(profile)];
        args.extend(chunk.iter().map(Val::from));
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Forgets a person: touches go, orders stay in the sums but belong to nobody. Answers the rows changed.
pub(crate) async fn erase(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64> {
    let mut changed = 0;
    for profile in profiles {
        let args = [Val::from(workspace), Val::from(*profile)];
        changed += tx.execute("DELETE FROM measure_touch WHERE workspace_id = $1 AND profile_id = $2", &args).await?;
        let refused = "DELETE FROM measure_refused_order WHERE workspace_id = $1 AND profile_id = $2";
        changed += tx.execute(refused, &args).await?;
        let orders = "SELECT order_id FROM measure_order WHERE workspace_id = $1 AND profile_id = $2";
        for row in tx.query(orders, &args).await? {
            let id = row.text("order_id")?;
            let args = [Val::from(workspace), Val::from(&id), erased_order_id(workspace, &id).into()];
            let credit = "UPDATE measure_credit SET message_id = '', order_id = $3 \
                          WHERE workspace_id = $1 AND order_id = $2";
            tx.execute(credit, &args).await?;
            let order = "UPDATE measure_order SET profile_id = 0, order_id = $3 \
                         WHERE workspace_id = $1 AND order_id = $2";
            changed += tx.execute(order, &args).await?;
        }
    }
    Ok(changed)
}

/// What an order of somebody who was erased is known by: enough to take a late refund off it, not to look it up.
pub(crate) fn erased_order_id(workspace: WorkspaceId, order_id: &str) -> String {
    if order_id.starts_with(ERASED_PREFIX) {
        return order_id.to_owned();
    }
    format!("{ERASED_PREFIX}{}", EventId::of(workspace, &format!("order\0{order_id}")))
}

/// Takes what was said of these orders' worth off the list of refused events.
pub(crate) async fn delete_corrected(tx: &mut Tx, workspace: WorkspaceId, orders: &BTreeSet<String>) -> Result<()> {
    let ids: Vec<Val> = orders.iter().map(Val::from).collect();
    for chunk in ids.chunks(tx.chunk()) {
        let sql = format!(
            "DELETE FROM measure_refused_order WHERE workspace_id = $1 AND event IN ('{}', '{}') AND order_id IN {}",
            WORTH[0],
            WORTH[1],
            db::in_list(2, chunk.len())
        );
        tx.execute(&sql, &with_workspace(workspace, chunk)).await?;
    }
    Ok(())
}

pub(crate) async fn insert_refused(tx: &mut Tx, workspace: WorkspaceId, rows: &[RefusedOrder]) -> Result<()> {
    let mut once = BTreeMap::new();
    for row in rows {
        let values = vec![
            workspace.into(),
            (&row.event_id).into(),
            (&row.order_id).into(),
            row.profile.into(),
            row.at.into(),
            (&row.event).into(),
            (&row.channel).into(),
            (&row.reason).into(),
            (&row.said).into(),
        ];
        once.insert(&row.event_id, values);
    }
    let rows: Vec<Vec<Val>> = once.into_values().collect();
    let head = "INSERT INTO measure_refused_order \
                (workspace_id, event_id, order_id, profile_id, at_ms, event, channel, reason, said)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, event_id) DO NOTHING", &rows).await.map(|_| ())
}

fn with_workspace(workspace: WorkspaceId, rest: &[Val]) -> Vec<Val> {
    let mut args = Vec::with_capacity(rest.len() + 1);
    args.push(workspace.into());
    args.extend_from_slice(rest);
    args
}

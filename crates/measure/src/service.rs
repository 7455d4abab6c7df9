//! The façade: what others may ask of this room.

use crate::engine::day::DayCalendar;
use crate::store;
use crate::{
    AttributionRule, MeasureError, MeasureView, OrderRecord, OrderSums, RefusedOrder, RefusedOrders, TouchRecord,
    WorkspaceBasics, Workspaces,
};
use base::{CampaignId, Clock, Money, Page, PageRequest, ProfileId, WorkspaceId};
use db::{Db, Tx, Val};
use std::collections::HashMap;
use std::sync::Arc;

/// Orders, revenue and attribution. Cheap to clone.
#[derive(Clone)]
pub struct Measures(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    workspaces: Arc<dyn Workspaces>,
}

impl Measures {
    pub fn new(db: Db, clock: Arc<dyn Clock>, workspaces: Arc<dyn Workspaces>) -> Self {
        Self(Arc::new(Inner { db, clock, workspaces }))
    }

    /// The projection to plug into the pipeline.
    pub fn view(&self) -> MeasureView {
        MeasureView::new(Arc::clone(&self.0.workspaces))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn workspaces(&self) -> &dyn Workspaces {
        &*self.0.workspaces
    }

    /// The workspace's settings, its calendar and the number of today.
    pub(crate) async fn today(
        &self,
        workspace: WorkspaceId,
    ) -> Result<(WorkspaceBasics, DayCalendar, i64), MeasureError> {
        let basics = self.0.workspaces.basics(workspace).await?;
        let mut calendar = DayCalendar::new(workspace, &basics.time_zone)?;
        let today = calendar.day_of(self.0.clock.now());
        Ok((basics, calendar, today))
    }

    /// How credit is given in this workspace.
    pub async fn attribution_rule(&self, workspace: WorkspaceId) -> Result<AttributionRule, MeasureError> {
        Ok(self.0.workspaces.basics(workspace).await?.attribution)
    }

    /// Forgets a person (the canonical id and every id merged into it) within the caller's transaction: touches go,
    /// orders stay in the sums but belong to nobody. Answers the rows changed.
    pub async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> db::Result<u64> {
        store::erase(tx, workspace, profiles).await
    }

    /// Every order of a person, oldest first; for the person's export and value.
    pub async fn orders_of(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<OrderRecord>, MeasureError> {
        let sql = "SELECT o.order_id, o.at_ms, o.channel, o.currency, o.revenue_minor, o.refunded_minor, o.cancelled,
                c.campaign_id FROM measure_order o LEFT JOIN measure_credit c
            ON c.workspace_id = o.workspace_id AND c.order_id = o.order_id
            WHERE o.workspace_id = $1 AND o.profile_id = $2 AND o.placed ORDER BY o.at_ms, o.order_id";
        let mut out = Vec::new();
        for row in self.0.db.query(sql, &[workspace.into(), profile.into()]).await? {
            let currency = row.parse::<store::CurrencyCode>("currency")?.0;
            let campaign: Option<CampaignId> = row.opt_text("campaign_id")?.and_then(|id| id.parse().ok());
            let revenue_minor = row.i64("revenue_minor")?;
            out.push(OrderRecord {
                order_id: row.text("order_id")?,
                at: row.time("at_ms")?,
                channel: row.text("channel")?,
                revenue: Money::new(revenue_minor, currency),
                refunded: Money::new(row.i64("refunded_minor")?.min(revenue_minor.max(0)), currency),
                cancelled: row.bool("cancelled")?,
                campaign,
            });
        }
        Ok(out)
    }

    /// What each of these people has bought, in one question for all; nobody who bought nothing is in it.
    pub async fn order_sums(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
    ) -> Result<HashMap<ProfileId, OrderSums>, MeasureError> {
        let mut out: HashMap<ProfileId, OrderSums> = HashMap::new();
        for chunk in profiles.chunks(store::KEYS_PER_STATEMENT_MAX) {
            // Most orders last: theirs is the currency that stays.
            let sql = format!(
                "SELECT profile_id, currency, CAST(SUM(counted) AS BIGINT) AS orders,
                 CAST(SUM(net_minor) AS BIGINT) AS net_minor FROM measure_order
                 WHERE workspace_id = $1 AND counted > 0 AND profile_id IN {}
                 GROUP BY profile_id, currency ORDER BY profile_id, SUM(counted), currency",
                db::in_list(2, chunk.len())
            );
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
            for row in self.0.db.query(&sql, &args).await? {
                let profile = ProfileId::from_sql(row.i64("profile_id")?);
                let revenue = Money::new(row.i64("net_minor")?, row.parse::<store::CurrencyCode>("currency")?.0);
                let orders = row.i64("orders")? + out.get(&profile).map_or(0, |sums| sums.orders);
                out.insert(profile, OrderSums { orders, revenue });
            }
        }
        Ok(out)
    }

    /// Order events that are no orders, because their amount or currency cannot be used. None: the cursor is no
    /// [`RefusedOrder::cursor`].
    pub async fn refused_orders(
        &self,
        workspace: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Option<RefusedOrders>, MeasureError> {
        let after = match page.cursor.as_deref() {
            None => Some((i64::MAX, "")),
            Some(cursor) => cursor.split_once('~').and_then(|(at, id)| Some((at.parse().ok()?, id))),
        };
        let Some((at, event)) = after else { return Ok(None) };
        let (mut total, mut by_reason, mut latest) = (0, Vec::new(), Vec::new());
        let sql = "SELECT reason, COUNT(*) AS n FROM measure_refused_order WHERE workspace_id = $1
            GROUP BY reason ORDER BY COUNT(*) DESC, reason";
        for row in self.0.db.query(sql, &[workspace.into()]).await? {
            total += row.i64("n")?;
            by_reason.push((row.text("reason")?, row.i64("n")?));
        }
        let sql = "SELECT event_id, order_id, profile_id, at_ms, event, channel, reason, said
            FROM measure_refused_order WHERE workspace_id = $1 AND (at_ms < $2 OR (at_ms = $2 AND event_id > $3))
            ORDER BY at_ms DESC, event_id LIMIT $4";
        let args = [workspace.into(), at.into(), event.into(), (page.limit() + 1).into()];
        for row in self.0.db.query(sql, &args).await? {
            latest.push(RefusedOrder {
                event_id: row.text("event_id")?,
                order_id: row.text("order_id")?,
                profile: ProfileId::from_sql(row.i64("profile_id")?),
                at: row.time("at_ms")?,
                event: row.text("event")?,
                channel: row.text("channel")?,
                reason: row.text("reason")?,
                said: row.text("said")?,
            });
        }
        Ok(Some(RefusedOrders { total, by_reason, latest: Page::cut(latest, page.limit(), RefusedOrder::cursor) }))
    }

    /// Every touch of a person, oldest first; for the person's export.
    pub async fn touches_of(
        &self,
        workspace: WorkspaceId,
        profile: ProfileId,
    ) -> Result<Vec<TouchRecord>, MeasureError> {
        let sql = "SELECT at_ms, kind, campaign_id, message_id FROM measure_touch
            WHERE workspace_id = $1 AND profile_id = $2 ORDER BY at_ms, event_id";
        let rows = self.0.db.query(sql, &[workspace.into(), Val::from(profile)]).await?;
        let read = |row: &db::Row| {
            Ok(TouchRecord {
                at: row.time("at_ms")?,
                kind: row.text("kind")?,
                campaign_id: row.text("campaign_id")?,
                message_id: row.text("message_id")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

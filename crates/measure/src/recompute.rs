//! Doing it again: credits after the rule changed, daily order sums after the time zone changed.
//!
//! Credits are recomputed in pages, each with its progress in one transaction, so that a large shop does not stop
//! the log and a crash goes on where it stopped; meanwhile the view already uses the new rule.

use crate::engine::day::DayCalendar;
use crate::store::{self, OrderTime};
use crate::view::{add_order, metric, recredit};
use crate::{MeasureError, Measures};
use base::WorkspaceId;
use db::{Tx, Val};
use std::collections::BTreeMap;

/// Orders credited in one transaction.
const PAGE_ORDERS: usize = 500;

impl Measures {
    /// Credits all orders of a workspace anew; after its window or touch changed.
    pub async fn recompute_attribution(&self, workspace: WorkspaceId) -> Result<(), MeasureError> {
        let sql = "INSERT INTO measure_recompute (workspace_id, done_until) VALUES ($1, '')
            ON CONFLICT (workspace_id) DO UPDATE SET done_until = excluded.done_until";
        self.db().execute(sql, &[workspace.into()]).await?;
        while self.recompute_page(workspace).await? {}
        Ok(())
    }

    /// Ends recomputations that a stop of the program interrupted. Call at start.
    pub async fn resume_recomputations(&self) -> Result<(), MeasureError> {
        for row in self.db().query("SELECT workspace_id FROM measure_recompute", &[]).await? {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            while self.recompute_page(workspace).await? {}
        }
        Ok(())
    }

    /// Credits the next page of orders; false when none is left.
    pub(crate) async fn recompute_page(&self, workspace: WorkspaceId) -> Result<bool, MeasureError> {
        let rule = self.attribution_rule(workspace).await?.checked()?;
        let mut tx = self.db().begin().await?;
        let sql = "SELECT done_until FROM measure_recompute WHERE workspace_id = $1";
        let Some(row) = tx.query_one(sql, &[workspace.into()]).await? else { return Ok(false) };
        let page = store::orders_after(&mut tx, workspace, &row.text("done_until")?, PAGE_ORDERS).await?;
        let Some(last) = page.last().map(|order| order.order_id.clone()) else {
            tx.execute("DELETE FROM measure_recompute WHERE workspace_id = $1", &[workspace.into()]).await?;
            tx.commit().await?;
            return Ok(false);
        };
        let placed = page.into_iter().filter(|order| order.placed);
        let orders: BTreeMap<String, OrderTime> =
            placed.map(|order| (order.order_id, OrderTime { profile: order.profile, at: order.at })).collect();
        recredit(&mut tx, workspace, rule, &orders).await?;
        let sql = "UPDATE measure_recompute SET done_until = $2 WHERE workspace_id = $1";
        tx.execute(sql, &[workspace.into(), last.into()]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Puts every order on its day anew and rebuilds the daily order sums; after a change of the time zone.
    /// Days of plain events keep the zone they were counted in.
    pub async fn recount_orders(&self, workspace: WorkspaceId) -> Result<(), MeasureError> {
        let basics = self.workspaces().basics(workspace).await?;
        let mut calendar = DayCalendar::new(workspace, &basics.time_zone)?;
        let mut tx = self.db().begin().await?;
        let args = [Val::from(workspace), metric::ORDERS.into()];
        tx.execute("DELETE FROM measure_daily WHERE workspace_id = $1 AND metric = $2", &args).await?;
        let mut daily = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = self.redate(&mut tx, workspace, &mut calendar, &after).await?;
            let Some(last) = page.last() else { break };
            after = last.order_id.clone();
            page.iter().for_each(|order| add_order(&mut daily, order, 1));
        }
        store::add_daily(&mut tx, workspace, daily).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn redate(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        calendar: &mut DayCalendar,
        after: &str,
    ) -> Result<Vec<crate::engine::order::OrderRow>, MeasureError> {
        let mut page = store::orders_after(tx, workspace, after, PAGE_ORDERS).await?;
        page.iter_mut().for_each(|order| order.day = calendar.day_of(order.at));
        store::upsert_orders(tx, &page).await?;
        Ok(page)
    }
}

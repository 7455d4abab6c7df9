//! A customer that turned out to be two: orders, touches and refused orders go to who made them, and both are credited
//! anew. Sums by day know nobody and stay as they are.

use crate::engine::order::{order_id_of, step_of};
use crate::store::KEYS_PER_STATEMENT_MAX;
use base::WorkspaceId;
use db::{DbError, Tx, Val};
use events::{Event, Split};
use std::collections::BTreeMap;

/// Gives `split.into` what it did.
pub(crate) async fn divide(tx: &mut Tx, split: &Split) -> Result<(), DbError> {
    let events: Vec<Val> = split.left.iter().map(|event| event.id.to_string().into()).collect();
    for table in ["measure_touch", "measure_refused_order"] {
        give(tx, split, table, "event_id", &events).await?;
    }
    let orders: Vec<Val> = orders_of(split).into_iter().map(Val::from).collect();
    give(tx, split, "measure_order", "order_id", &orders).await
}

async fn give(tx: &mut Tx, split: &Split, table: &str, key: &str, values: &[Val]) -> Result<(), DbError> {
    for chunk in values.chunks(KEYS_PER_STATEMENT_MAX) {
        let sql = format!(
            "UPDATE {table} SET profile_id = $3 WHERE workspace_id = $1 AND profile_id = $2 AND {key} IN {}",
            db::in_list(4, chunk.len())
        );
        let mut args = vec![split.workspace.into(), split.from.into(), split.into.into()];
        args.extend_from_slice(chunk);
        tx.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Orders of the one that leaves: an order is whose the first event is that says what it is worth, or the first event
/// at all.
fn orders_of(split: &Split) -> Vec<String> {
    let mut owners: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (event, leaves) in in_order(split) {
        let Some(step) = step_of(event) else { continue };
        let says_worth = step.says_worth();
        let owner = owners.entry(order_id_of(event)).or_insert((leaves, says_worth));
        if says_worth && !owner.1 {
            *owner = (leaves, true);
        }
    }
    owners.into_iter().filter(|(_, (leaves, _))| *leaves).map(|(id, _)| id).collect()
}

fn in_order(split: &Split) -> Vec<(&Event, bool)> {
    let kept = split.kept.iter().map(|event| (&**event, false));
    let mut all: Vec<(&Event, bool)> = kept.chain(split.left.iter().map(|event| (&**event, true))).collect();
    all.sort_by_key(|(event, _)| (event.received_at, event.at));
    all
}

/// Both of every split, by workspace.
pub(crate) fn both(splits: &[Split]) -> impl Iterator<Item = (WorkspaceId, [base::ProfileId; 2])> {
    splits.iter().map(|split| (split.workspace, [split.from, split.into]))
}

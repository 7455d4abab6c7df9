//! Emitted events: a transactional outbox between the rooms' transactions and the inbox.

use super::PipelineError;
use crate::{Inbox, SystemEvent};
use base::{Timestamp, WorkspaceId};
use db::{Db, Tx, Val};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

/// Emitted events moved at once: a trait that was worked out for millions comes in so many.
const RELAY_ROWS_MAX: i64 = 20_000;
/// Of these, events of one record of the log.
const RECORD_EVENTS_MAX: usize = 5_000;
/// Order of emission; starts from the time of the first event so that it grows across restarts.
static SEQUENCE: AtomicI64 = AtomicI64::new(0);
/// Room for this many emissions per millisecond before the sequence runs ahead of the clock.
const SEQUENCE_PER_MS: i64 = 1 << 12;

/// Writes `events` in the caller's transaction; they reach the inbox after its commit, once each.
/// Events that are emitted outside of a view: call [`crate::Pipeline::wake`] after the commit.
pub async fn emit_in_tx(tx: &mut Tx, events: &[SystemEvent]) -> Result<(), db::DbError> {
    // PostgreSQL refuses the same key twice in one statement.
    let mut rows: HashMap<(i64, &str), Vec<Val>> = HashMap::with_capacity(events.len());
    for event in events {
        let key = (event.workspace().sql(), event.message_id.as_str());
        let body = serde_json::to_string(event).unwrap_or_default();
        let seq = next_sequence(event.timestamp);
        rows.entry(key).or_insert_with(|| vec![Val::I(key.0), key.1.into(), Val::I(seq), body.into()]);
    }
    let rows: Vec<Vec<Val>> = rows.into_values().collect();
    let head = "INSERT INTO emitted_event (workspace_id, message_id, seq, body)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, message_id) DO NOTHING", &rows).await?;
    Ok(())
}

fn next_sequence(at: Timestamp) -> i64 {
    SEQUENCE.fetch_max(at.ms().saturating_mul(SEQUENCE_PER_MS), Ordering::Relaxed);
    SEQUENCE.fetch_add(1, Ordering::Relaxed)
}

/// Moves emitted events into the inbox, then deletes them. Killed in between, they are moved again and dropped there
/// as duplicates.
pub(super) async fn relay(db: &Db, inbox: &Inbox, now: Timestamp) -> Result<usize, PipelineError> {
    let sql = "SELECT workspace_id, message_id, body FROM emitted_event ORDER BY seq LIMIT $1";
    let rows = db.query(sql, &[Val::I(RELAY_ROWS_MAX)]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut by_workspace: Vec<(WorkspaceId, Vec<(String, String)>)> = Vec::new();
    for row in &rows {
        let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
        let event = (row.text("message_id")?, row.text("body")?);
        match by_workspace.last_mut() {
            Some((last, events)) if *last == workspace => events.push(event),
            _ => by_workspace.push((workspace, vec![event])),
        }
    }
    for (workspace, events) in &by_workspace {
        for record in events.chunks(RECORD_EVENTS_MAX) {
            inbox.append_system_bodies(*workspace, record, now).await?;
        }
    }
    let mut tx = db.begin().await?;
    for (workspace, events) in &by_workspace {
        for chunk in events.chunks(tx.chunk()) {
            let sql = format!(
                "DELETE FROM emitted_event WHERE workspace_id = $1 AND message_id IN {}",
                db::in_list(2, chunk.len())
            );
            let mut args = vec![Val::from(*workspace)];
            args.extend(chunk.iter().map(|(key, _)| Val::from(key)));
            tx.execute(&sql, &args).await?;
        }
    }
    tx.commit().await?;
    Ok(rows.len())
}

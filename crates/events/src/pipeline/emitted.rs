//! Emitted events: a transactional outbox between the rooms' transactions and the inbox.

use super::PipelineError;
use crate::{Inbox, SystemEvent};
use base::{Timestamp, WorkspaceId};
use db::{Db, Tx, Val};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

/// Emitted events moved at once.
const RELAY_ROWS_MAX: usize = 20_000;
/// Text of emitted events moved at once, about: one may hold the traits of hundreds of customers.
const RELAY_BYTES_MAX: usize = 2 << 20;
/// Rows read in one query of a move.
const RELAY_PAGE_ROWS: usize = 64;
/// Text of one record of the log, about.
const RECORD_BYTES_MAX: usize = 128 << 10;
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
    let records = oldest(db).await?;
    if records.is_empty() {
        return Ok(0);
    }
    for (workspace, events) in &records {
        inbox.append_system_bodies(*workspace, events, now).await?;
    }
    let mut tx = db.begin().await?;
    for (workspace, events) in &records {
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
    Ok(records.iter().map(|(_, events)| events.len()).sum())
}

/// (messageId, JSON) of events of one workspace that make one record of the log.
type RecordEvents = (WorkspaceId, Vec<(String, String)>);

/// What was emitted first, as records.
async fn oldest(db: &Db) -> Result<Vec<RecordEvents>, PipelineError> {
    let sql = "SELECT seq, workspace_id, message_id, body FROM emitted_event WHERE seq > $1 ORDER BY seq LIMIT $2";
    let mut records: Vec<RecordEvents> = Vec::new();
    let (mut after, mut rows, mut bytes, mut of_record) = (i64::MIN, 0, 0, 0);
    while rows < RELAY_ROWS_MAX && bytes < RELAY_BYTES_MAX {
        // Should two processes have given out the same number at the end of a page, the second row comes with a later move.
        let page = db.query(sql, &[Val::I(after), Val::from(RELAY_PAGE_ROWS)]).await?;
        for row in &page {
            let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
            let event = (row.text("message_id")?, row.text("body")?);
            let size = event.1.len();
            match records.last_mut() {
                Some((last, events)) if *last == workspace && of_record + size <= RECORD_BYTES_MAX => {
                    events.push(event)
                }
                _ => {
                    records.push((workspace, vec![event]));
                    of_record = 0;
                }
            }
            (of_record, bytes, after) = (of_record + size, bytes + size, row.i64("seq")?);
        }
        rows += page.len();
        if page.len() < RELAY_PAGE_ROWS {
            break;
        }
    }
    Ok(records)
}

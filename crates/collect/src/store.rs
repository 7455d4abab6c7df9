//! SQL of sources. One text for both engines.

use crate::Result;
use crate::bots::{AGENTS_SHOWN_MAX, Bot};
use crate::limits::REJECTIONS_KEPT;
use crate::source::{Rejection, Source, SourceKind, SourceState};
use base::{SourceId, Timestamp, WorkspaceId};
use db::{Db, Row, Tx, Val};
use events::EventKind;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

pub(crate) struct KeyRow {
    pub workspace: WorkspaceId,
    pub source: SourceId,
    pub kind: SourceKind,
    pub key: String,
    pub expires: Option<Timestamp>,
    pub events: u64,
    pub rejected: u64,
    pub bots: u64,
    pub last_event_at: Option<Timestamp>,
}

pub(crate) async fn all_keys(db: &Db) -> Result<Vec<KeyRow>> {
    let sql = "SELECT k.workspace_id, k.write_key, k.expires_ms, s.id, s.kind, s.events, s.rejected, s.bots, s.last_event_ms \
               FROM collect_write_key k JOIN collect_source s ON s.workspace_id = k.workspace_id AND s.id = k.source_id \
               WHERE s.deleted_ms IS NULL";
    let mut keys = Vec::new();
    for row in db.query(sql, &[]).await? {
        keys.push(KeyRow {
            workspace: WorkspaceId::from_sql(row.i64("workspace_id")?),
            source: row.parse("id")?,
            kind: kind_of(&row)?,
            key: row.text("write_key")?,
            expires: row.opt_time("expires_ms")?,
            events: row.i64("events")?.max(0) as u64,
            rejected: row.i64("rejected")?.max(0) as u64,
            bots: row.i64("bots")?.max(0) as u64,
            last_event_at: row.opt_time("last_event_ms")?,
        });
    }
    Ok(keys)
}

fn kind_of(row: &Row) -> db::Result<SourceKind> {
    Ok(SourceKind::parse(&row.text("kind")?).unwrap_or(SourceKind::Other))
}

pub(crate) async fn insert_source(
    db: &Db,
    workspace: WorkspaceId,
    id: SourceId,
    name: &str,
    kind: SourceKind,
    key: &str,
    now: Timestamp,
) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(
        "INSERT INTO collect_source (workspace_id, id, name, kind, created_ms, events, rejected) \
         VALUES ($1, $2, $3, $4, $5, 0, 0)",
        &[workspace.into(), id.to_string().into(), name.into(), kind.name().into(), now.into()],
    )
    .await?;
    insert_key(&mut tx, workspace, id, key, now).await?;
    Ok(tx.commit().await?)
}

async fn insert_key(tx: &mut db::Tx, workspace: WorkspaceId, id: SourceId, key: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO collect_write_key (workspace_id, write_key, source_id, created_ms) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[workspace.into(), key.into(), id.to_string().into(), now.into()]).await?;
    Ok(())
}

pub(crate) async fn rotate_key(
    db: &Db,
    workspace: WorkspaceId,
    id: SourceId,
    key: &str,
    now: Timestamp,
    old_until: Timestamp,
) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(
        "UPDATE collect_write_key SET expires_ms = $1 WHERE workspace_id = $2 AND source_id = $3 AND expires_ms IS NULL",
        &[old_until.into(), workspace.into(), id.to_string().into()],
    )
    .await?;
    insert_key(&mut tx, workspace, id, key, now).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn rename_source(db: &Db, workspace: WorkspaceId, id: SourceId, name: &str) -> Result<()> {
    let sql = "UPDATE collect_source SET name = $1 WHERE workspace_id = $2 AND id = $3";
    db.execute(sql, &[name.into(), workspace.into(), id.to_string().into()]).await?;
    Ok(())
}

pub(crate) async fn delete_source(db: &Db, workspace: WorkspaceId, id: SourceId, now: Timestamp) -> Result<()> {
    let sql = "UPDATE collect_source SET deleted_ms = $1 WHERE workspace_id = $2 AND id = $3";
    db.execute(sql, &[now.into(), workspace.into(), id.to_string().into()]).await?;
    Ok(())
}

pub(crate) async fn sources(db: &Db, workspace: WorkspaceId, now: Timestamp) -> Result<Vec<Source>> {
    let sql = "SELECT * FROM collect_source WHERE workspace_id = $1 AND deleted_ms IS NULL ORDER BY created_ms, id";
    let keys_sql = "SELECT source_id, write_key, expires_ms FROM collect_write_key WHERE workspace_id = $1 \
                    ORDER BY created_ms, write_key";
    let keys = db.query(keys_sql, &[workspace.into()]).await?;
    let mut sources = Vec::new();
    for row in db.query(sql, &[workspace.into()]).await? {
        let id_text = row.text("id")?;
        let mut source = Source {
            workspace,
            id: row.parse("id")?,
            name: row.text("name")?,
            kind: kind_of(&row)?,
            write_key: String::new(),
            old_keys: Vec::new(),
            created_at: row.time("created_ms")?,
            events: row.i64("events")?.max(0) as u64,
            rejected: row.i64("rejected")?.max(0) as u64,
            bots: row.i64("bots")?.max(0) as u64,
            last_event_at: row.opt_time("last_event_ms")?,
            last_error: row.opt_text("last_error")?,
            last_error_at: row.opt_time("last_error_ms")?,
        };
        for key in &keys {
            if key.text("source_id")? != id_text {
                continue;
            }
            match key.opt_time("expires_ms")? {
                None => source.write_key = key.text("write_key")?,
                Some(until) if until > now => source.old_keys.push((key.text("write_key")?, until)),
                Some(_) => {}
            }
        }
        sources.push(source);
    }
    Ok(sources)
}

pub(crate) async fn rejections(db: &Db, workspace: WorkspaceId, id: SourceId) -> Result<Vec<Rejection>> {
    let sql =
        "SELECT * FROM collect_rejection WHERE workspace_id = $1 AND source_id = $2 ORDER BY at_ms DESC, slot DESC";
    let mut found = Vec::new();
    for row in db.query(sql, &[workspace.into(), id.to_string().into()]).await? {
        found.push(Rejection {
            id: format!("{}-{}", row.i64("at_ms")?, row.i64("slot")?),
            kind: row.opt_text("kind")?.as_deref().and_then(EventKind::parse),
            replayable: row.bool("replayable")?,
            at: row.time("at_ms")?,
            code: row.text("code")?,
            pointer: row.text("pointer")?,
            detail: row.text("detail")?,
            item: row.text("item")?,
        });
    }
    Ok(found)
}

/// Takes a refused item away, if it is still the one that was read.
pub(crate) async fn delete_rejection(db: &Db, workspace: WorkspaceId, source: SourceId, id: &str) -> Result<bool> {
    let Some((at, slot)) = id.split_once('-') else { return Ok(false) };
    let (Ok(at), Ok(slot)) = (at.parse::<i64>(), slot.parse::<i64>()) else { return Ok(false) };
    let sql = "DELETE FROM collect_rejection WHERE workspace_id = $1 AND source_id = $2 AND slot = $3 AND at_ms = $4";
    let args = [workspace.into(), source.to_string().into(), Val::I(slot), Val::I(at)];
    Ok(db.execute(sql, &args).await? > 0)
}

pub(crate) async fn delete_rejections(db: &Db, before: Timestamp) -> Result<()> {
    db.execute("DELETE FROM collect_rejection WHERE at_ms < $1", &[before.into()]).await?;
    Ok(())
}

/// Writes a source's counters and moves its rejected items into the ring.
pub(crate) async fn write_stats(db: &Db, state: &SourceState) -> Result<()> {
    let rejected = state.rejected.load(Ordering::Relaxed);
    let (last_error, unwritten) = {
        let mut errors = state.errors.lock().unwrap_or_else(PoisonError::into_inner);
        (errors.last.clone(), std::mem::take(&mut errors.unwritten))
    };
    let rows = ring_rows(state, rejected, unwritten.iter());
    let bots = state.bot_counts.take();
    let outcome = write(db, state, rejected, last_error, (&rows, &bots)).await;
    if outcome.is_err() {
        state.bot_counts.put_back(bots);
        // Back in front, so that nothing is lost when the database is away for a moment.
        let mut errors = state.errors.lock().unwrap_or_else(PoisonError::into_inner);
        for rejection in unwritten.into_iter().rev() {
            errors.unwritten.push_front(rejection);
        }
        while errors.unwritten.len() > REJECTIONS_KEPT {
            errors.unwritten.pop_front();
        }
    }
    outcome
}

/// The n-th rejection of a source lies in slot n modulo the ring's size.
fn ring_rows<'a>(
    state: &SourceState,
    rejected: u64,
    unwritten: impl ExactSizeIterator<Item = &'a Rejection>,
) -> Vec<Vec<Val>> {
    let first = rejected.saturating_sub(unwritten.len() as u64);
    let row = |(index, rejection): (usize, &Rejection)| {
        vec![
            state.workspace.into(),
            state.id.to_string().into(),
            Val::I(((first + index as u64) % REJECTIONS_KEPT as u64) as i64),
            rejection.at.into(),
            (&rejection.code).into(),
            (&rejection.pointer).into(),
            (&rejection.detail).into(),
            (&rejection.item).into(),
            rejection.kind.map(EventKind::name).into(),
            Val::Bool(rejection.replayable),
        ]
    };
    unwritten.enumerate().map(row).collect()
}

async fn write(
    db: &Db,
    state: &SourceState,
    rejected: u64,
    last_error: Option<(String, Timestamp)>,
    (rejections, bots): (&[Vec<Val>], &[Bot]),
) -> Result<()> {
    let mut tx = db.begin().await?;
    let last_event = state.last_event_ms.load(Ordering::Relaxed);
    let (detail, at) = last_error.map_or((None, None), |(detail, at)| (Some(detail), Some(at)));
    tx.execute(
        "UPDATE collect_source SET events = $1, rejected = $2, last_event_ms = COALESCE($3, last_event_ms), \
         last_error = COALESCE($4, last_error), last_error_ms = COALESCE($5, last_error_ms), \
         bots = $8 WHERE workspace_id = $6 AND id = $7",
        &[
            Val::I(state.events.load(Ordering::Relaxed) as i64),
            Val::I(rejected as i64),
            (last_event > 0).then_some(last_event).into(),
            detail.into(),
            at.into(),
            state.workspace.into(),
            state.id.to_string().into(),
            Val::I(state.bots.load(Ordering::Relaxed) as i64),
        ],
    )
    .await?;
    write_bots(&mut tx, state, bots).await?;
    tx.insert_many(
        "INSERT INTO collect_rejection (workspace_id, source_id, slot, at_ms, code, pointer, detail, item, \
         kind, replayable)",
        "ON CONFLICT (workspace_id, source_id, slot) DO UPDATE SET at_ms = excluded.at_ms, code = excluded.code, \
         pointer = excluded.pointer, detail = excluded.detail, item = excluded.item, \
         kind = excluded.kind, replayable = excluded.replayable",
        rejections,
    )
    .await?;
    Ok(tx.commit().await?)
}

async fn write_bots(tx: &mut Tx, state: &SourceState, bots: &[Bot]) -> Result<()> {
    let row = |bot: &Bot| {
        vec![
            state.workspace.into(),
            state.id.to_string().into(),
            (&bot.agent).into(),
            Val::I(bot.events as i64),
            bot.first_at.into(),
            bot.last_at.into(),
        ]
    };
    let rows: Vec<Vec<Val>> = bots.iter().map(row).collect();
    let head = "INSERT INTO collect_bot (workspace_id, source_id, agent, events, first_ms, last_ms)";
    let tail = "ON CONFLICT (workspace_id, source_id, agent) DO UPDATE SET \
                events = collect_bot.events + excluded.events, last_ms = excluded.last_ms";
    tx.insert_many(head, tail, &rows).await?;
    Ok(())
}

/// The busiest bots of a source.
pub(crate) async fn bots(db: &Db, workspace: WorkspaceId, id: SourceId) -> Result<Vec<Bot>> {
    let sql = "SELECT agent, events, first_ms, last_ms FROM collect_bot WHERE workspace_id = $1 AND source_id = $2 \
               ORDER BY events DESC, agent LIMIT $3";
    let rows = db.query(sql, &[workspace.into(), id.to_string().into(), AGENTS_SHOWN_MAX.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Bot {
                agent: row.text("agent")?,
                events: row.i64("events")?.max(0) as u64,
                first_at: row.time("first_ms")?,
                last_at: row.time("last_ms")?,
            })
        })
        .collect()
}

/// Forgets bots not heard of since.
pub(crate) async fn delete_bots(db: &Db, before: Timestamp) -> Result<()> {
    db.execute("DELETE FROM collect_bot WHERE last_ms < $1", &[before.into()]).await?;
    Ok(())
}

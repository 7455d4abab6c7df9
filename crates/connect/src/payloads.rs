//! SQL of payloads. One text for both engines.

use crate::error::Result;
use crate::limits::*;
use crate::model::{Health, Payload, PayloadState};
use crate::store;
use base::{Page, PageRequest, Problem, ProblemKind, SourceId, Timestamp, WorkspaceId};
use db::{Db, Row, Tx, Val};

const WAITING: &str = "state IN ('failed', 'unmapped')";

fn row(workspace: WorkspaceId, source: SourceId, payload: &Payload) -> Vec<Val> {
    vec![
        workspace.into(),
        (&payload.id).into(),
        source.to_string().into(),
        payload.received_at.into(),
        payload.state.name().into(),
        Val::I(payload.events as i64),
        payload.code.clone().into(),
        payload.detail.clone().into(),
        serde_json::to_string(&payload.headers).unwrap_or_default().into(),
        (&payload.body).into(),
        payload.body.len().into(),
    ]
}

async fn insert(tx: &mut Tx, rows: &[Vec<Val>]) -> Result<()> {
    let head = "INSERT INTO connect_payload (workspace_id, id, source_id, received_ms, state, events, code, detail, \
                headers, body, bytes)";
    tx.insert_many(head, "", rows).await?;
    Ok(())
}

/// Keeps a payload that could not be mapped, durable when it returns; refuses when too many wait already.
pub(crate) async fn insert_waiting(db: &Db, workspace: WorkspaceId, source: SourceId, payload: &Payload) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = format!(
        "SELECT COUNT(*) AS payloads, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM connect_payload \
         WHERE workspace_id = $1 AND source_id = $2 AND {WAITING}"
    );
    let rows = tx.query(&sql, &[workspace.into(), source.to_string().into()]).await?;
    let (count, bytes) = match rows.first() {
        Some(row) => (row.i64("payloads")?.max(0) as u64, row.i64("bytes")?.max(0) as u64),
        None => (0, 0),
    };
    if count >= WAITING_KEPT || bytes + payload.body.len() as u64 > WAITING_BYTES_MAX {
        let detail = format!("{count} payloads wait for a mapping that can use them; no more are taken");
        return Err(Problem::new(ProblemKind::Unavailable, "webhook_full", detail).into());
    }
    insert(&mut tx, &[row(workspace, source, payload)]).await?;
    Ok(tx.commit().await?)
}

/// Writes the last payloads that were mapped, and how the webhook is doing.
pub(crate) async fn insert_samples(
    db: &Db,
    workspace: WorkspaceId,
    source: SourceId,
    samples: &[Payload],
    health: Option<&Health>,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let rows: Vec<Vec<Val>> = samples.iter().map(|payload| row(workspace, source, payload)).collect();
    insert(&mut tx, &rows).await?;
    trim(&mut tx, workspace, source).await?;
    if let Some(health) = health {
        store::write_health(&mut tx, workspace, source, health).await?;
    }
    Ok(tx.commit().await?)
}

pub(crate) async fn trim_samples(db: &Db, workspace: WorkspaceId, source: SourceId) -> Result<()> {
    let mut tx = db.begin().await?;
    trim(&mut tx, workspace, source).await?;
    Ok(tx.commit().await?)
}

/// Samples beyond the last ones go.
async fn trim(tx: &mut Tx, workspace: WorkspaceId, source: SourceId) -> Result<()> {
    let sql = "DELETE FROM connect_payload WHERE workspace_id = $1 AND source_id = $2 \
               AND state IN ('mapped', 'nothing') AND id NOT IN (SELECT id FROM connect_payload \
               WHERE workspace_id = $3 AND source_id = $4 AND state IN ('mapped', 'nothing') ORDER BY id DESC LIMIT $5)";
    let source = source.to_string();
    let args = [workspace.into(), (&source).into(), workspace.into(), (&source).into(), SAMPLES_KEPT.into()];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Newest first; only those that wait when `waiting`.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    source: SourceId,
    waiting: bool,
    page: &PageRequest,
) -> Result<Page<Payload>> {
    let only = if waiting { format!("AND {WAITING}") } else { String::new() };
    // Ids begin with their time. '~' sorts after every id.
    let sql = format!(
        "SELECT * FROM connect_payload WHERE workspace_id = $1 AND source_id = $2 AND id < $3 {only} \
         ORDER BY id DESC LIMIT $4"
    );
    let before = page.cursor.clone().unwrap_or_else(|| "~".into());
    let args = [workspace.into(), source.to_string().into(), before.into(), Val::I(i64::from(page.limit()) + 1)];
    let rows = db.query(&sql, &args).await?;
    let payloads = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(payloads, page.limit(), |payload: &Payload| payload.id.clone()))
}

pub(crate) async fn get(db: &Db, workspace: WorkspaceId, source: SourceId, id: &str) -> Result<Option<Payload>> {
    let sql = "SELECT * FROM connect_payload WHERE workspace_id = $1 AND id = $2 AND source_id = $3";
    let row = db.query_one(sql, &[workspace.into(), id.into(), source.to_string().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Oldest first.
pub(crate) async fn waiting_ids(
    db: &Db,
    workspace: WorkspaceId,
    source: SourceId,
    wanted: Option<&[String]>,
) -> Result<Vec<String>> {
    // What no rule wanted may be wanted by name.
    let states = if wanted.is_some() { "state <> 'mapped'" } else { WAITING };
    let sql =
        format!("SELECT id FROM connect_payload WHERE workspace_id = $1 AND source_id = $2 AND {states} ORDER BY id");
    let rows = db.query(&sql, &[workspace.into(), source.to_string().into()]).await?;
    let ids = rows.iter().map(|row| row.text("id")).collect::<db::Result<Vec<_>>>()?;
    Ok(ids.into_iter().filter(|id| wanted.is_none_or(|wanted| wanted.contains(id))).collect())
}

/// How many wait, by source.
pub(crate) async fn waiting(db: &Db, workspace: WorkspaceId) -> Result<Vec<(String, u64)>> {
    let sql = format!(
        "SELECT source_id, COUNT(*) AS payloads FROM connect_payload WHERE workspace_id = $1 AND {WAITING} GROUP BY source_id"
    );
    let rows = db.query(&sql, &[workspace.into()]).await?;
    let read = |row: &Row| Ok((row.text("source_id")?, row.i64("payloads")?.max(0) as u64));
    Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
}

pub(crate) async fn update(db: &Db, workspace: WorkspaceId, payload: &Payload) -> Result<()> {
    let sql = "UPDATE connect_payload SET state = $1, events = $2, code = $3, detail = $4, headers = $5, body = $6, \
               bytes = $7 WHERE workspace_id = $8 AND id = $9";
    let args = [
        payload.state.name().into(),
        Val::I(payload.events as i64),
        payload.code.clone().into(),
        payload.detail.clone().into(),
        serde_json::to_string(&payload.headers).unwrap_or_default().into(),
        (&payload.body).into(),
        payload.body.len().into(),
        workspace.into(),
        (&payload.id).into(),
    ];
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn prune(db: &Db, before: Timestamp) -> Result<()> {
    db.execute("DELETE FROM connect_payload WHERE received_ms < $1", &[before.into()]).await?;
    Ok(())
}

/// Deletes the payloads that `names` recognises. Answers how many.
pub(crate) async fn erase(
    tx: &mut Tx,
    workspace: WorkspaceId,
    names: &(dyn Fn(&str) -> bool + Sync),
) -> db::Result<u64> {
    let mut deleted = 0;
    let mut after = String::new();
    loop {
        let sql =
            "SELECT id, detail, body FROM connect_payload WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT 100";
        let rows = tx.query(sql, &[workspace.into(), (&after).into()]).await?;
        let Some(last) = rows.last() else { return Ok(deleted) };
        after = last.text("id")?;
        for row in &rows {
            if names(&row.text("body")?) || row.opt_text("detail")?.is_some_and(|detail| names(&detail)) {
                let sql = "DELETE FROM connect_payload WHERE workspace_id = $1 AND id = $2";
                deleted += tx.execute(sql, &[workspace.into(), row.text("id")?.into()]).await?;
            }
        }
    }
}

fn read(row: &Row) -> db::Result<Payload> {
    Ok(Payload {
        id: row.text("id")?,
        received_at: row.time("received_ms")?,
        state: PayloadState::parse(&row.text("state")?).unwrap_or(PayloadState::Failed),
        events: row.i64("events")?.max(0) as u64,
        code: row.opt_text("code")?,
        detail: row.opt_text("detail")?,
        headers: serde_json::from_str(&row.text("headers")?).unwrap_or_default(),
        body: row.text("body")?,
    })
}

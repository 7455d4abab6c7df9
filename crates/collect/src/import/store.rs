//! SQL of imports.

use super::{Format, Import, ImportKind, ImportState, Mapping};
use crate::Result;
use base::{ImportId, Page, PageRequest, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Val};

pub(crate) async fn insert(db: &Db, import: &Import) -> Result<()> {
    db.execute(
        "INSERT INTO collect_import (workspace_id, id, name, kind, format, state, mapping, bytes_total, bytes_done, \
         rows_done, rows_accepted, rows_rejected, events_sent, rejected_bytes, created_ms, source_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0, 0, $8, $9)",
        &[
            import.workspace.into(),
            import.id.to_string().into(),
            (&import.name).into(),
            import.kind.name().into(),
            import.format.name().into(),
            import.state.name().into(),
            mapping_text(&import.mapping).into(),
            import.created_at.into(),
            import.source.map(|source| source.to_string()).into(),
        ],
    )
    .await?;
    Ok(())
}

fn mapping_text(mapping: &Mapping) -> String {
    serde_json::to_string(mapping).unwrap_or_default()
}

/// Writes everything that changes while an import runs.
pub(crate) async fn save(db: &Db, import: &Import) -> Result<()> {
    db.execute(
        "UPDATE collect_import SET state = $1, mapping = $2, bytes_total = $3, bytes_done = $4, rows_total = $5, \
         rows_done = $6, rows_accepted = $7, rows_rejected = $8, events_sent = $9, rejected_bytes = $10, \
         started_ms = $11, finished_ms = $12, error = $13, error_code = $14, format = $15 WHERE workspace_id = $16 AND id = $17",
        &[
            import.state.name().into(),
            mapping_text(&import.mapping).into(),
            Val::I(import.bytes_total as i64),
            Val::I(import.bytes_done as i64),
            import.rows_total.map(|rows| rows as i64).into(),
            Val::I(import.rows_done as i64),
            Val::I(import.rows_accepted as i64),
            Val::I(import.rows_rejected as i64),
            Val::I(import.events_sent as i64),
            Val::I(import.rejected_bytes as i64),
            import.started_at.into(),
            import.finished_at.into(),
            import.error.clone().into(),
            import.error_code.clone().into(),
            import.format.name().into(),
            import.workspace.into(),
            import.id.to_string().into(),
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn get(db: &Db, workspace: WorkspaceId, id: ImportId) -> Result<Option<Import>> {
    let sql = "SELECT * FROM collect_import WHERE workspace_id = $1 AND id = $2";
    let row = db.query_one(sql, &[workspace.into(), id.to_string().into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

/// Newest first.
pub(crate) async fn list(db: &Db, workspace: WorkspaceId, page: &PageRequest) -> Result<Page<Import>> {
    // Ids begin with their time. '~' sorts after every id.
    let sql = "SELECT * FROM collect_import WHERE workspace_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let before = page.cursor.clone().unwrap_or_else(|| "~".into());
    let rows = db.query(sql, &[workspace.into(), before.into(), Val::I(i64::from(page.limit()) + 1)]).await?;
    let imports = rows.iter().map(read).collect::<db::Result<_>>()?;
    Ok(Page::cut(imports, page.limit(), |import: &Import| import.id.to_string()))
}

/// Of all workspaces, oldest first.
pub(crate) async fn in_state(db: &Db, state: ImportState) -> Result<Vec<Import>> {
    let sql = "SELECT * FROM collect_import WHERE state = $1 ORDER BY created_ms, id";
    let rows = db.query(sql, &[state.name().into()]).await?;
    Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
}

fn read(row: &Row) -> db::Result<Import> {
    let named = |column: &str, known: bool| match known {
        true => Ok(()),
        false => Err(DbError::Decode { column: column.into(), detail: "an unknown word".into() }),
    };
    let count = |column: &str| row.i64(column).map(|count| count.max(0) as u64);
    let (kind, format) = (ImportKind::parse(&row.text("kind")?), Format::parse(&row.text("format")?));
    let state = ImportState::parse(&row.text("state")?);
    named("kind", kind.is_some())?;
    named("format", format.is_some())?;
    named("state", state.is_some())?;
    Ok(Import {
        workspace: WorkspaceId::from_sql(row.i64("workspace_id")?),
        id: row.parse("id")?,
        name: row.text("name")?,
        source: row.opt_text("source_id")?.and_then(|id| id.parse().ok()),
        kind: kind.unwrap_or(ImportKind::Customers),
        format: format.unwrap_or(Format::Csv),
        state: state.unwrap_or(ImportState::Failed),
        mapping: serde_json::from_str(&row.text("mapping")?).unwrap_or_default(),
        bytes_total: count("bytes_total")?,
        bytes_done: count("bytes_done")?,
        rows_total: row.opt_i64("rows_total")?.map(|rows| rows.max(0) as u64),
        rows_done: count("rows_done")?,
        rows_accepted: count("rows_accepted")?,
        rows_rejected: count("rows_rejected")?,
        events_sent: count("events_sent")?,
        rejected_bytes: count("rejected_bytes")?,
        created_at: row.time("created_ms")?,
        started_at: row.opt_time("started_ms")?,
        finished_at: row.opt_time("finished_ms")?,
        error: row.opt_text("error")?,
        error_code: row.opt_text("error_code")?,
    })
}

/// Imports of all workspaces that ended between the two times.
pub(crate) async fn ended_between(db: &Db, from: Timestamp, to: Timestamp) -> Result<Vec<ImportId>> {
    let sql = "SELECT id FROM collect_import WHERE finished_ms >= $1 AND finished_ms < $2 AND state <> $3";
    let rows = db.query(sql, &[from.into(), to.into(), ImportState::Running.name().into()]).await?;
    Ok(rows.iter().map(|row| row.parse("id")).collect::<db::Result<_>>()?)
}

/// Which of `keys` were imported before.
pub(crate) async fn known_orders(db: &Db, workspace: WorkspaceId, keys: &[i64]) -> Result<Vec<i64>> {
    let mut known = Vec::new();
    for chunk in keys.chunks(db.chunk()) {
        let sql = format!(
            "SELECT order_key FROM collect_imported_order WHERE workspace_id = $1 AND order_key IN {}",
            db::in_list(2, chunk.len())
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|key| Val::I(*key))).collect();
        for row in db.query(&sql, &args).await? {
            known.push(row.i64("order_key")?);
        }
    }
    Ok(known)
}

pub(crate) async fn remember_orders(db: &Db, workspace: WorkspaceId, keys: &[i64]) -> Result<()> {
    let distinct: std::collections::BTreeSet<i64> = keys.iter().copied().collect();
    let rows: Vec<Vec<Val>> = distinct.into_iter().map(|key| vec![workspace.into(), Val::I(key)]).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let head = "INSERT INTO collect_imported_order (workspace_id, order_key)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, order_key) DO NOTHING", &rows).await?;
    Ok(tx.commit().await?)
}

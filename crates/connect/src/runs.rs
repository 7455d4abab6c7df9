//! SQL of runs.

use crate::error::Result;
use crate::limits::RUNS_KEPT;
use crate::model::{Run, RunState};
use crate::store::{count, counted};
use base::{Page, PageRequest, SourceId, Timestamp, WorkspaceId};
use db::{Db, Row, Val};

pub(crate) async fn insert(db: &Db, workspace: WorkspaceId, source: SourceId, run: &Run) -> Result<()> {
    let mut tx = db.begin().await?;
    // A run that still says "running" here lost its lease: the program stopped in the middle of it.
    let sql =
        "UPDATE connect_run SET state = $1, ended_ms = $2 WHERE workspace_id = $3 AND source_id = $4 AND state = $5";
    let args = [
        RunState::Interrupted.name().into(),
        run.started_at.into(),
        workspace.into(),
        source.to_string().into(),
        RunState::Running.name().into(),
    ];
    tx.execute(sql, &args).await?;
    let sql = "INSERT INTO connect_run (workspace_id, id, source_id, state, started_ms, rows_read, accepted, refused, \
               files, imports) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, '[]')";
    let args =
        [workspace.into(), (&run.id).into(), source.to_string().into(), run.state.name().into(), run.started_at.into()];
    tx.execute(sql, &args).await?;
    let sql = "DELETE FROM connect_run WHERE workspace_id = $1 AND source_id = $2 AND id NOT IN (SELECT id \
               FROM connect_run WHERE workspace_id = $3 AND source_id = $4 ORDER BY id DESC LIMIT $5)";
    let source = source.to_string();
    let args = [workspace.into(), (&source).into(), workspace.into(), (&source).into(), Val::I(RUNS_KEPT)];
    tx.execute(sql, &args).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn save(db: &Db, workspace: WorkspaceId, run: &Run) -> Result<()> {
    let sql = "UPDATE connect_run SET state = $1, ended_ms = $2, rows_read = $3, accepted = $4, refused = $5, \
               files = $6, code = $7, detail = $8, imports = $9 WHERE workspace_id = $10 AND id = $11";
    let args = [
        run.state.name().into(),
        run.ended_at.into(),
        counted(run.read),
        counted(run.accepted),
        counted(run.refused),
        counted(run.files),
        run.code.clone().into(),
        run.detail.clone().into(),
        serde_json::to_string(&run.imports).unwrap_or_default().into(),
        workspace.into(),
        (&run.id).into(),
    ];
    db.execute(sql, &args).await?;
    Ok(())
}

/// Takes a run away that found nothing to do: a folder looked at every minute is not worth a list.
pub(crate) async fn delete(db: &Db, workspace: WorkspaceId, id: &str) -> Result<()> {
    db.execute("DELETE FROM connect_run WHERE workspace_id = $1 AND id = $2", &[workspace.into(), id.into()]).await?;
    Ok(())
}

/// Newest first.
pub(crate) async fn list(db: &Db, workspace: WorkspaceId, source: SourceId, page: &PageRequest) -> Result<Page<Run>> {
    let sql =
        "SELECT * FROM connect_run WHERE workspace_id = $1 AND source_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    let before = page.cursor.clone().unwrap_or_else(|| "~".into());
    let args = [workspace.into(), source.to_string().into(), before.into(), Val::I(i64::from(page.limit()) + 1)];
    let rows = db.query(sql, &args).await?;
    let runs = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(runs, page.limit(), |run: &Run| run.id.clone()))
}

fn read(row: &Row) -> db::Result<Run> {
    Ok(Run {
        id: row.text("id")?,
        state: RunState::parse(&row.text("state")?).unwrap_or(RunState::Failed),
        started_at: row.time("started_ms")?,
        ended_at: row.opt_time("ended_ms")?,
        read: count(row, "rows_read")?,
        accepted: count(row, "accepted")?,
        refused: count(row, "refused")?,
        files: count(row, "files")?,
        code: row.opt_text("code")?,
        detail: row.opt_text("detail")?,
        imports: serde_json::from_str(&row.text("imports")?).unwrap_or_default(),
    })
}

impl Run {
    pub(crate) fn new(id: String, now: Timestamp) -> Self {
        Self {
            id,
            state: RunState::Running,
            started_at: now,
            ended_at: None,
            read: 0,
            accepted: 0,
            refused: 0,
            files: 0,
            code: None,
            detail: None,
            imports: Vec::new(),
        }
    }
}

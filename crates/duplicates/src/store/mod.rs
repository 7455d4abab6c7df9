//! The SQL of the room: how searches and updates went (here), suggestions (`groups`), refusals and fingerprints.

mod groups;
mod rejected;
mod seen;

pub(crate) use groups::{
    all_before, count, delete, delete_all, delete_many, group, group_in, insert, page, with_members,
};
pub(crate) use rejected::{reject, rejected};
pub(crate) use seen::{forget_seen, read_seen, replace_seen, write_seen};

use crate::DuplicateError;
use crate::model::{RunState, RunStatus, UpdateStatus};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use matching::SavedModel;

const STATUS_COLUMNS: &str = "state, started_ms, finished_ms, people, compared, found, error, whole_ms, update_ms, \
     update_people, update_compared, update_error";

pub(crate) async fn status(db: &Db, workspace: WorkspaceId) -> Result<RunStatus, DbError> {
    let sql = format!("SELECT {STATUS_COLUMNS} FROM duplicate_run WHERE workspace_id = $1");
    let blank = RunStatus {
        state: RunState::Never,
        started_at: None,
        finished_at: None,
        people: 0,
        compared: 0,
        groups: 0,
        error: None,
        step: None,
        done: 0,
        of: 0,
        whole_at: None,
        update: UpdateStatus::default(),
    };
    let Some(row) = db.query_one(&sql, &[workspace.into()]).await? else { return Ok(blank) };
    let count = |column: &str| Ok::<u64, DbError>(row.i64(column)?.max(0) as u64);
    Ok(RunStatus {
        state: RunState::parse(&row.text("state")?),
        started_at: Some(row.time("started_ms")?),
        finished_at: row.opt_time("finished_ms")?,
        people: count("people")?,
        compared: count("compared")?,
        groups: count("found")?,
        error: row.opt_text("error")?,
        whole_at: row.opt_time("whole_ms")?,
        update: UpdateStatus {
            running: false,
            finished_at: row.opt_time("update_ms")?,
            people: count("update_people")?,
            compared: count("update_compared")?,
            error: row.opt_text("update_error")?,
        },
        ..blank
    })
}

pub(crate) async fn begin(db: &Db, workspace: WorkspaceId, now: Timestamp) -> Result<(), DbError> {
    let sql = "INSERT INTO duplicate_run (workspace_id, state, started_ms, finished_ms, people, compared, found, error) \
               VALUES ($1, 'running', $2, NULL, 0, 0, 0, NULL) ON CONFLICT (workspace_id) DO UPDATE SET \
               state = 'running', started_ms = excluded.started_ms, finished_ms = NULL, error = NULL";
    db.execute(sql, &[workspace.into(), now.into()]).await.map(|_| ())
}

pub(crate) async fn fail(db: &Db, workspace: WorkspaceId, now: Timestamp, why: &str) -> Result<(), DbError> {
    let sql = "UPDATE duplicate_run SET state = 'failed', finished_ms = $2, error = $3 WHERE workspace_id = $1";
    db.execute(sql, &[workspace.into(), now.into(), why.into()]).await.map(|_| ())
}

/// A search that a stop of the program cut off.
pub(crate) async fn fail_interrupted(db: &Db, now: Timestamp) -> Result<(), DbError> {
    let sql = "UPDATE duplicate_run SET state = 'failed', finished_ms = $1, error = $2 WHERE state = 'running'";
    db.execute(sql, &[now.into(), "the program was stopped meanwhile".into()]).await.map(|_| ())
}

/// Nobody else changes suggestions of the workspace until the end of this transaction.
pub(crate) async fn lock(tx: &mut Tx, workspace: WorkspaceId) -> Result<(), DbError> {
    let sql = "UPDATE duplicate_run SET next_group = next_group WHERE workspace_id = $1";
    tx.execute(sql, &[workspace.into()]).await.map(|_| ())
}

pub(crate) async fn next_group(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64, DbError> {
    let sql = "SELECT next_group FROM duplicate_run WHERE workspace_id = $1";
    tx.query_one(sql, &[workspace.into()]).await?.map_or(Ok(1), |row| row.i64("next_group"))
}

pub(crate) async fn set_next_group(tx: &mut Tx, workspace: WorkspaceId, next: i64) -> Result<(), DbError> {
    let sql = "UPDATE duplicate_run SET next_group = $2 WHERE workspace_id = $1";
    tx.execute(sql, &[workspace.into(), next.into()]).await.map(|_| ())
}

/// A whole search has ended: `counts` are customers, pairs compared and groups.
pub(crate) async fn searched(
    tx: &mut Tx,
    workspace: WorkspaceId,
    counts: (u64, u64, usize),
    model: Option<&SavedModel>,
    now: Timestamp,
) -> Result<(), DuplicateError> {
    let model =
        model.map(serde_json::to_string).transpose().map_err(|error| DuplicateError::Broken(error.to_string()))?;
    let sql = "UPDATE duplicate_run SET state = 'done', finished_ms = $2, people = $3, compared = $4, found = $5, \
               error = NULL, whole_ms = $2, whole_people = $3, model = $6 WHERE workspace_id = $1";
    let (people, compared, found) = (counts.0 as i64, counts.1 as i64, counts.2 as i64);
    let args: [Val; 6] = [workspace.into(), now.into(), people.into(), compared.into(), found.into(), model.into()];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// An update has ended, or a part of it: how many it looked at and compared so far.
pub(crate) async fn updated(
    tx: &mut Tx,
    workspace: WorkspaceId,
    (people, compared): (u64, u64),
    now: Timestamp,
) -> Result<(), DbError> {
    let found = count(tx, workspace).await?;
    let sql = "UPDATE duplicate_run SET update_ms = $2, update_people = $3, update_compared = $4, update_error = NULL, \
               found = $5 WHERE workspace_id = $1";
    let args: [Val; 5] = [workspace.into(), now.into(), (people as i64).into(), (compared as i64).into(), found.into()];
    tx.execute(sql, &args).await.map(|_| ())
}

pub(crate) async fn update_failed(db: &Db, workspace: WorkspaceId, why: &str) -> Result<(), DbError> {
    let sql = "UPDATE duplicate_run SET update_error = $2 WHERE workspace_id = $1";
    db.execute(sql, &[workspace.into(), why.into()]).await.map(|_| ())
}

/// What the last whole search learned, and from how many customers.
pub(crate) async fn model(db: &Db, workspace: WorkspaceId) -> Result<Option<(SavedModel, u64)>, DuplicateError> {
    let sql = "SELECT model, whole_people FROM duplicate_run WHERE workspace_id = $1 AND model IS NOT NULL";
    let Some(row) = db.query_one(sql, &[workspace.into()]).await? else { return Ok(None) };
    let model = serde_json::from_str(&row.text("model")?).map_err(|error| DuplicateError::Broken(error.to_string()))?;
    Ok(Some((model, row.i64("whole_people")?.max(0) as u64)))
}

/// Workspaces whose suggestions can be kept up to date.
pub(crate) async fn searched_workspaces(db: &Db) -> Result<Vec<WorkspaceId>, DbError> {
    let sql = "SELECT workspace_id FROM duplicate_run WHERE model IS NOT NULL ORDER BY workspace_id";
    let rows = db.query(sql, &[]).await?;
    rows.iter().map(|row| Ok(WorkspaceId::from_sql(row.i64("workspace_id")?))).collect()
}

/// Forgets people: every suggestion they are in, what was said of them, and their fingerprints. Answers the rows deleted.
pub(crate) async fn erase(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
    let mut deleted = forget_seen(tx, workspace, profiles).await?;
    for profile in profiles {
        let args: [Val; 2] = [workspace.into(), (*profile).into()];
        let sql = "SELECT group_id FROM duplicate_member WHERE workspace_id = $1 AND profile_id = $2";
        for row in tx.query(sql, &args).await? {
            let group: [Val; 2] = [workspace.into(), row.i64("group_id")?.into()];
            for sql in [
                "DELETE FROM duplicate_group WHERE workspace_id = $1 AND id = $2",
                "DELETE FROM duplicate_member WHERE workspace_id = $1 AND group_id = $2",
            ] {
                deleted += tx.execute(sql, &group).await?;
            }
        }
        let sql = "DELETE FROM duplicate_rejected WHERE workspace_id = $1 AND (one_id = $2 OR other_id = $2)";
        deleted += tx.execute(sql, &args).await?;
    }
    Ok(deleted)
}

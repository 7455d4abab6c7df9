//! The SQL of the room.

use crate::DuplicateError;
use crate::model::{Group, GroupId, RunState, RunStatus};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::BTreeMap;

pub(crate) async fn status(db: &Db, workspace: WorkspaceId) -> Result<RunStatus, DbError> {
    let sql = "SELECT state, started_ms, finished_ms, people, compared, found, error FROM duplicate_run \
               WHERE workspace_id = $1";
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
    };
    let Some(row) = db.query_one(sql, &[workspace.into()]).await? else { return Ok(blank) };
    Ok(RunStatus {
        state: RunState::parse(&row.text("state")?),
        started_at: Some(row.time("started_ms")?),
        finished_at: row.opt_time("finished_ms")?,
        people: row.i64("people")?.max(0) as u64,
        compared: row.i64("compared")?.max(0) as u64,
        groups: row.i64("found")?.max(0) as u64,
        error: row.opt_text("error")?,
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

/// The groups found take the place of those before.
pub(crate) async fn replace(
    db: &Db,
    workspace: WorkspaceId,
    groups: &[Group],
    (people, compared): (u64, u64),
    now: Timestamp,
) -> Result<(), DuplicateError> {
    let mut tx = db.begin().await?;
    for table in ["duplicate_group", "duplicate_member"] {
        tx.execute(&format!("DELETE FROM {table} WHERE workspace_id = $1"), &[workspace.into()]).await?;
    }
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        let pairs = serde_json::to_string(&group.pairs).map_err(|error| DuplicateError::Broken(error.to_string()))?;
        rows.push(vec![
            workspace.into(),
            i64::from(group.id.first).into(),
            now.into(),
            f64::from(group.bits).into(),
            pairs.into(),
        ]);
    }
    tx.insert_many("INSERT INTO duplicate_group (workspace_id, id, run_ms, bits, pairs)", "", &rows).await?;
    let member = |group: &Group| {
        let id = i64::from(group.id.first);
        group.members.iter().map(move |one| vec![workspace.into(), id.into(), (*one).into()]).collect::<Vec<Vec<Val>>>()
    };
    let rows: Vec<Vec<Val>> = groups.iter().flat_map(member).collect();
    tx.insert_many("INSERT INTO duplicate_member (workspace_id, group_id, profile_id)", "", &rows).await?;
    let sql = "UPDATE duplicate_run SET state = 'done', finished_ms = $2, people = $3, compared = $4, found = $5, \
               error = NULL WHERE workspace_id = $1";
    let found = groups.len() as i64;
    tx.execute(sql, &[workspace.into(), now.into(), (people as i64).into(), (compared as i64).into(), found.into()])
        .await?;
    tx.commit().await?;
    Ok(())
}

fn group_of(row: &Row) -> Result<Group, DuplicateError> {
    let pairs = serde_json::from_str(&row.text("pairs")?).map_err(|error| DuplicateError::Broken(error.to_string()))?;
    let id = GroupId { run: row.time("run_ms")?, first: row.i64("id")? as u32 };
    Ok(Group { id, bits: row.f64("bits")? as f32, members: Vec::new(), pairs })
}

/// Groups after a place in the list, surest first.
pub(crate) async fn page(
    db: &Db,
    workspace: WorkspaceId,
    after: Option<(f64, u32)>,
    limit: u32,
) -> Result<Vec<Group>, DuplicateError> {
    let (bits, id) = after.unwrap_or((f64::MAX, 0));
    let sql = "SELECT id, run_ms, bits, pairs FROM duplicate_group WHERE workspace_id = $1 \
               AND (bits < $2 OR (bits = $2 AND id > $3)) ORDER BY bits DESC, id LIMIT $4";
    let args = [workspace.into(), bits.into(), i64::from(id).into(), i64::from(limit).into()];
    let mut groups: Vec<Group> =
        db.query(sql, &args).await?.iter().map(group_of).collect::<Result<_, DuplicateError>>()?;
    add_members(db, workspace, &mut groups).await?;
    Ok(groups)
}

pub(crate) async fn group(db: &Db, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, DuplicateError> {
    let sql = "SELECT id, run_ms, bits, pairs FROM duplicate_group WHERE workspace_id = $1 AND id = $2 AND run_ms = $3";
    let args = [workspace.into(), i64::from(id.first).into(), id.run.into()];
    let Some(row) = db.query_one(sql, &args).await? else { return Ok(None) };
    let mut groups = vec![group_of(&row)?];
    add_members(db, workspace, &mut groups).await?;
    Ok(groups.pop())
}

async fn add_members(db: &Db, workspace: WorkspaceId, groups: &mut [Group]) -> Result<(), DbError> {
    let mut members: BTreeMap<u32, Vec<ProfileId>> = BTreeMap::new();
    let ids: Vec<Val> = groups.iter().map(|group| i64::from(group.id.first).into()).collect();
    for chunk in db::pieces(&ids, db.chunk() * 4) {
        let list = (2..2 + chunk.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(",");
        let sql = format!(
            "SELECT group_id, profile_id FROM duplicate_member WHERE workspace_id = $1 AND group_id IN ({list}) \
             ORDER BY group_id, profile_id"
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        for row in db.query(&sql, &args).await? {
            let id = row.i64("group_id")? as u32;
            members.entry(id).or_default().push(ProfileId::from_sql(row.i64("profile_id")?));
        }
    }
    for group in groups {
        group.members = members.remove(&group.id.first).unwrap_or_default();
    }
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: GroupId) -> Result<u64, DbError> {
    let args: [Val; 3] = [workspace.into(), i64::from(id.first).into(), id.run.into()];
    let sql = "DELETE FROM duplicate_group WHERE workspace_id = $1 AND id = $2 AND run_ms = $3";
    let deleted = tx.execute(sql, &args).await?;
    if deleted > 0 {
        let sql = "DELETE FROM duplicate_member WHERE workspace_id = $1 AND group_id = $2";
        tx.execute(sql, &args[..2]).await?;
    }
    Ok(deleted)
}

/// Remembers that these are two people.
pub(crate) async fn reject(
    tx: &mut Tx,
    workspace: WorkspaceId,
    pairs: &[(ProfileId, ProfileId)],
    now: Timestamp,
) -> Result<(), DbError> {
    let row = |(one, other): &(ProfileId, ProfileId)| {
        vec![workspace.into(), (*one.min(other)).into(), (*one.max(other)).into(), now.into()]
    };
    let rows: Vec<Vec<Val>> = pairs.iter().map(row).collect();
    let head = "INSERT INTO duplicate_rejected (workspace_id, one_id, other_id, at_ms)";
    tx.insert_many(head, "ON CONFLICT (workspace_id, one_id, other_id) DO NOTHING", &rows).await.map(|_| ())
}

pub(crate) async fn rejected(db: &Db, workspace: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DbError> {
    let sql = "SELECT one_id, other_id FROM duplicate_rejected WHERE workspace_id = $1";
    let rows = db.query(sql, &[workspace.into()]).await?;
    rows.iter()
        .map(|row| Ok((ProfileId::from_sql(row.i64("one_id")?), ProfileId::from_sql(row.i64("other_id")?))))
        .collect()
}

/// Forgets people: every suggestion they are in, and what was said of them. Answers the rows deleted.
pub(crate) async fn erase(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
    let mut deleted = 0;
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

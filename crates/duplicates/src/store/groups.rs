//! Suggestions and their members.

use crate::DuplicateError;
use crate::model::{Group, GroupId};
use crate::names::Before;
use base::{ProfileId, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::BTreeMap;

const COLUMNS: &str = "id, version, run_ms, bits, pairs";

/// Suggestions that are not stored yet.
pub(crate) async fn insert(tx: &mut Tx, workspace: WorkspaceId, groups: &[Group]) -> Result<(), DuplicateError> {
    let mut rows = Vec::with_capacity(groups.len());
    for group in groups {
        let pairs = serde_json::to_string(&group.pairs).map_err(|error| DuplicateError::Broken(error.to_string()))?;
        rows.push(vec![
            workspace.into(),
            group.id.0.into(),
            group.version.into(),
            group.found_at.into(),
            f64::from(group.bits).into(),
            pairs.into(),
        ]);
    }
    tx.insert_many("INSERT INTO duplicate_group (workspace_id, id, version, run_ms, bits, pairs)", "", &rows).await?;
    let member = |group: &Group| {
        let id = group.id.0;
        group.members.iter().map(move |one| vec![workspace.into(), id.into(), (*one).into()]).collect::<Vec<Vec<Val>>>()
    };
    let rows: Vec<Vec<Val>> = groups.iter().flat_map(member).collect();
    tx.insert_many("INSERT INTO duplicate_member (workspace_id, group_id, profile_id)", "", &rows).await?;
    Ok(())
}

fn group_of(row: &Row) -> Result<Group, DuplicateError> {
    let pairs = serde_json::from_str(&row.text("pairs")?).map_err(|error| DuplicateError::Broken(error.to_string()))?;
    Ok(Group {
        id: GroupId(row.i64("id")?),
        version: row.i64("version")? as u32,
        found_at: row.time("run_ms")?,
        bits: row.f64("bits")? as f32,
        members: Vec::new(),
        pairs,
    })
}

/// Groups after a place in the list, surest first.
pub(crate) async fn page(
    db: &Db,
    workspace: WorkspaceId,
    after: Option<(f64, i64)>,
    limit: u32,
) -> Result<Vec<Group>, DuplicateError> {
    let (bits, id) = after.unwrap_or((f64::MAX, 0));
    let sql = format!(
        "SELECT {COLUMNS} FROM duplicate_group WHERE workspace_id = $1 \
         AND (bits < $2 OR (bits = $2 AND id > $3)) ORDER BY bits DESC, id LIMIT $4"
    );
    let args = [workspace.into(), bits.into(), id.into(), i64::from(limit).into()];
    let mut groups: Vec<Group> =
        db.query(&sql, &args).await?.iter().map(group_of).collect::<Result<_, DuplicateError>>()?;
    let mut members = BTreeMap::new();
    let ids: Vec<Val> = groups.iter().map(|group| group.id.0.into()).collect();
    for chunk in db::pieces(&ids, db.chunk() * 4) {
        let (sql, args) = members_sql(workspace, chunk);
        read_members(&db.query(&sql, &args).await?, &mut members)?;
    }
    give(&mut groups, members);
    Ok(groups)
}

pub(crate) async fn group(db: &Db, workspace: WorkspaceId, id: GroupId) -> Result<Option<Group>, DuplicateError> {
    let sql = format!("SELECT {COLUMNS} FROM duplicate_group WHERE workspace_id = $1 AND id = $2");
    let Some(row) = db.query_one(&sql, &[workspace.into(), id.0.into()]).await? else { return Ok(None) };
    let mut groups = vec![group_of(&row)?];
    let (sql, args) = members_sql(workspace, &[id.0.into()]);
    let mut members = BTreeMap::new();
    read_members(&db.query(&sql, &args).await?, &mut members)?;
    give(&mut groups, members);
    Ok(groups.pop())
}

fn members_sql(workspace: WorkspaceId, ids: &[Val]) -> (String, Vec<Val>) {
    let sql = format!(
        "SELECT group_id, profile_id FROM duplicate_member WHERE workspace_id = $1 AND group_id IN {} \
         ORDER BY group_id, profile_id",
        db::in_list(2, ids.len())
    );
    (sql, std::iter::once(workspace.into()).chain(ids.iter().cloned()).collect())
}

type Members = BTreeMap<GroupId, Vec<ProfileId>>;

fn read_members(rows: &[Row], into: &mut Members) -> Result<(), DbError> {
    for row in rows {
        let id = GroupId(row.i64("group_id")?);
        into.entry(id).or_default().push(ProfileId::from_sql(row.i64("profile_id")?));
    }
    Ok(())
}

fn give(groups: &mut [Group], mut members: Members) {
    for group in groups {
        group.members = members.remove(&group.id).unwrap_or_default();
    }
}

/// Every suggestion that one of `profiles` is in, by id.
pub(crate) async fn with_members(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profiles: &[u32],
) -> Result<BTreeMap<GroupId, Group>, DuplicateError> {
    let mut ids = std::collections::BTreeSet::new();
    let profiles: Vec<Val> = profiles.iter().map(|number| i64::from(*number).into()).collect();
    for chunk in db::pieces(&profiles, tx.chunk() * 4) {
        let sql = format!(
            "SELECT DISTINCT group_id FROM duplicate_member WHERE workspace_id = $1 AND profile_id IN {}",
            db::in_list(2, chunk.len())
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        for row in tx.query(&sql, &args).await? {
            ids.insert(row.i64("group_id")?);
        }
    }
    let ids: Vec<Val> = ids.into_iter().map(Val::from).collect();
    by_id(tx, workspace, &ids).await
}

/// As it is within the transaction.
pub(crate) async fn group_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: GroupId,
) -> Result<Option<Group>, DuplicateError> {
    Ok(by_id(tx, workspace, &[id.0.into()]).await?.remove(&id))
}

async fn by_id(tx: &mut Tx, workspace: WorkspaceId, ids: &[Val]) -> Result<BTreeMap<GroupId, Group>, DuplicateError> {
    let (mut groups, mut members) = (Vec::new(), Members::new());
    for chunk in db::pieces(ids, tx.chunk() * 4) {
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM duplicate_group WHERE workspace_id = $1 AND id IN {}",
            db::in_list(2, chunk.len())
        );
        for row in tx.query(&sql, &args).await? {
            groups.push(group_of(&row)?);
        }
        let (sql, args) = members_sql(workspace, chunk);
        read_members(&tx.query(&sql, &args).await?, &mut members)?;
    }
    give(&mut groups, members);
    Ok(groups.into_iter().map(|group| (group.id, group)).collect())
}

/// Every suggestion as it is, for naming those of a new search.
pub(crate) async fn all_before(
    tx: &mut Tx,
    workspace: WorkspaceId,
) -> Result<BTreeMap<GroupId, Before>, DuplicateError> {
    let sql = "SELECT id, version, run_ms FROM duplicate_group WHERE workspace_id = $1";
    let mut all = BTreeMap::new();
    for row in tx.query(sql, &[workspace.into()]).await? {
        let before = Before { version: row.i64("version")? as u32, found_at: row.time("run_ms")?, members: Vec::new() };
        all.insert(GroupId(row.i64("id")?), before);
    }
    let sql = "SELECT group_id, profile_id FROM duplicate_member WHERE workspace_id = $1 ORDER BY group_id, profile_id";
    for row in tx.query(sql, &[workspace.into()]).await? {
        if let Some(group) = all.get_mut(&GroupId(row.i64("group_id")?)) {
            group.members.push(row.i64("profile_id")? as u32);
        }
    }
    Ok(all)
}

pub(crate) async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: GroupId) -> Result<u64, DbError> {
    let args: [Val; 2] = [workspace.into(), id.0.into()];
    let deleted = tx.execute("DELETE FROM duplicate_group WHERE workspace_id = $1 AND id = $2", &args).await?;
    if deleted > 0 {
        tx.execute("DELETE FROM duplicate_member WHERE workspace_id = $1 AND group_id = $2", &args).await?;
    }
    Ok(deleted)
}

pub(crate) async fn delete_many(
    tx: &mut Tx,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = GroupId>,
) -> Result<(), DbError> {
    let ids: Vec<Val> = ids.map(|id| id.0.into()).collect();
    for chunk in db::pieces(&ids, tx.chunk() * 4) {
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        for (table, column) in [("duplicate_group", "id"), ("duplicate_member", "group_id")] {
            let sql =
                format!("DELETE FROM {table} WHERE workspace_id = $1 AND {column} IN {}", db::in_list(2, chunk.len()));
            tx.execute(&sql, &args).await?;
        }
    }
    Ok(())
}

pub(crate) async fn delete_all(tx: &mut Tx, workspace: WorkspaceId) -> Result<(), DbError> {
    for table in ["duplicate_group", "duplicate_member"] {
        tx.execute(&format!("DELETE FROM {table} WHERE workspace_id = $1"), &[workspace.into()]).await?;
    }
    Ok(())
}

pub(crate) async fn count(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) AS count FROM duplicate_group WHERE workspace_id = $1";
    tx.query_one(sql, &[workspace.into()]).await?.map_or(Ok(0), |row| row.i64("count"))
}

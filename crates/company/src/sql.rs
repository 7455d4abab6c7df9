//! Forms of SQL the room's stores share.

use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Lists read at a time: so many times the rows a statement may carry, as each carries one value.
const LIST_FACTOR: usize = 4;

/// `WITH wanted(one, other) AS (VALUES ($2,$3),…)`: pairs of BIGINT from parameter 2 on.
pub(crate) fn wanted_pairs(count: usize) -> String {
    let mut sql = String::from("WITH wanted(one, other) AS (VALUES ");
    for row in 0..count {
        let (one, other) = (row * 2 + 2, row * 2 + 3);
        // Both engines take the types of the first row for all.
        let _ = match row {
            0 => write!(sql, "(CAST(${one} AS BIGINT),CAST(${other} AS BIGINT))"),
            _ => write!(sql, ",(${one},${other})"),
        };
    }
    sql.push(')');
    sql
}

/// The pipeline's transaction, or the store.
pub(crate) enum Reader<'t> {
    Tx(&'t mut Tx),
    Db(&'t Db),
}

impl Reader<'_> {
    pub async fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>, DbError> {
        match self {
            Reader::Tx(tx) => tx.query(sql, args).await,
            Reader::Db(db) => db.query(sql, args).await,
        }
    }
    pub fn chunk(&self) -> usize {
        match self {
            Reader::Tx(tx) => tx.chunk(),
            Reader::Db(db) => db.chunk(),
        }
    }
    /// `select` ends in `IN`; `$1` is the workspace.
    pub async fn query_in(&mut self, select: &str, workspace: WorkspaceId, list: &[Val]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        for chunk in db::pieces(list, self.chunk() * LIST_FACTOR) {
            let sql = format!("{select} {}", db::in_list(2, chunk.len()));
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
            rows.extend(self.query(&sql, &args).await?);
        }
        Ok(rows)
    }
}

/// Deletes rows in a list; `delete` ends in `IN`; `$1` is the workspace.
pub(crate) async fn delete_in(tx: &mut Tx, delete: &str, workspace: WorkspaceId, list: &[Val]) -> Result<u64, DbError> {
    let mut deleted = 0;
    for chunk in db::pieces(list, tx.chunk() * LIST_FACTOR) {
        let sql = format!("{delete} {}", db::in_list(2, chunk.len()));
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().cloned()).collect();
        deleted += tx.execute(&sql, &args).await?;
    }
    Ok(deleted)
}

pub(crate) fn values(profiles: &[ProfileId]) -> Vec<Val> {
    profiles.iter().map(|id| Val::from(*id)).collect()
}

/// By workspace, each value once.
pub(crate) fn by_workspace<T: Ord>(all: impl Iterator<Item = (WorkspaceId, T)>) -> BTreeMap<WorkspaceId, Vec<T>> {
    let mut sorted: BTreeMap<WorkspaceId, Vec<T>> = BTreeMap::new();
    for (workspace, one) in all {
        sorted.entry(workspace).or_default().push(one);
    }
    for list in sorted.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    sorted
}

/// Company ids were deleted by a person until then.
pub(crate) async fn deletions(
    tx: &mut Tx,
    groups: &BTreeMap<WorkspaceId, Vec<String>>,
) -> Result<BTreeMap<(WorkspaceId, String), Timestamp>, DbError> {
    let mut found = BTreeMap::new();
    for (workspace, groups) in groups {
        let list: Vec<Val> = groups.iter().map(Val::from).collect();
        let select = "SELECT group_id, at_ms FROM company_deleted WHERE workspace_id = $1 AND group_id IN";
        for row in Reader::Tx(tx).query_in(select, *workspace, &list).await? {
            found.insert((*workspace, row.text("group_id")?), row.time("at_ms")?);
        }
    }
    Ok(found)
}

//! Pairs of which a person said that they are two.

use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Tx, Val};

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

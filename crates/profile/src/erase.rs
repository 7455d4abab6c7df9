//! Erasure of a person: one register that every room with data about profiles is in.
//!
//! Erasing goes through the log: `Profiles::erase` appends a "Profile Erased" event; when the pipeline reaches it,
//! [`crate::ProfileView`] deletes the profile and calls every [`Eraser`] in the same transaction. So erasure keeps its
//! place among the events: what was accepted before it is gone, what the person does afterwards makes a new profile.
//!
//! The history of events is files, not rows: [`finish_erasures`] has it forget the person afterwards, from a durable
//! list, so that a crash in between only delays it.

use crate::ProfileError;
use async_trait::async_trait;
use base::{ProfileId, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use std::collections::BTreeMap;

/// Ids one round of [`finish_erasures`] takes.
const ERASURES_PER_ROUND_MAX: i64 = 500;

/// A room that keeps something about profiles.
#[async_trait]
pub trait Eraser: Send + Sync + 'static {
    /// The room's name, for the receipt.
    fn name(&self) -> &'static str;
    /// Deletes all that the room holds about `profiles` (one person: the canonical id and every id merged into it).
    /// Answers the rows deleted. Deleting what is gone already is no error.
    async fn erase(&self, tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError>;
}

/// A store outside of SQL that holds events of profiles.
#[async_trait]
pub trait HistoryEraser: Send + Sync + 'static {
    /// Forgets `profiles` for good; the error says what hindered it. Called again after a failure or a crash.
    async fn erase(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<(), String>;
}

/// Has the history forget everybody who was erased and is still in it; to be called every minute or so, and at start.
/// Answers the ids done. A workspace whose history cannot be rewritten now is left for the next call.
pub async fn finish_erasures(db: &Db, history: &dyn HistoryEraser) -> Result<usize, ProfileError> {
    let sql = "SELECT workspace_id, id FROM profile_erased WHERE NOT finished ORDER BY workspace_id, id LIMIT $1";
    let mut open: BTreeMap<WorkspaceId, Vec<ProfileId>> = BTreeMap::new();
    for row in db.query(sql, &[ERASURES_PER_ROUND_MAX.into()]).await? {
        let workspace = WorkspaceId::from_sql(row.i64("workspace_id")?);
        open.entry(workspace).or_default().push(ProfileId::from_sql(row.i64("id")?));
    }
    let mut done = 0;
    for (workspace, ids) in open {
        if let Err(error) = history.erase(workspace, &ids).await {
            tracing::warn!(%workspace, ids = ids.len(), error, "the history could not be erased; it is tried again");
            continue;
        }
        for chunk in ids.chunks(db.chunk()) {
            let list = crate::sql::in_list(2, chunk.len());
            let sql = format!("UPDATE profile_erased SET finished = TRUE WHERE workspace_id = $1 AND id IN {list}");
            let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
            db.execute(&sql, &args).await?;
        }
        done += ids.len();
    }
    Ok(done)
}

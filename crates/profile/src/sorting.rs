//! After a split the history still has events under the id they were stored with. They are given to their owner from a
//! durable list, so that a crash in between only delays it.

use crate::ProfileError;
use async_trait::async_trait;
use base::{EventId, ProfileId, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use events::{Event, Past, ResolvedEvent, ViewError};
use std::collections::HashMap;
use std::sync::Arc;

/// Splits one round of [`finish_splits`] takes.
const SPLITS_PER_ROUND_MAX: i64 = 100;

/// What holds events by the profile they are of. Every call may come again after a failure or a crash.
#[async_trait]
pub trait Sorter: Send + Sync + 'static {
    /// Gives each event of `moves` to the profile said there; `stored` are the ids these events may be stored under.
    async fn reassign(
        &self,
        workspace: WorkspaceId,
        stored: &[ProfileId],
        moves: &HashMap<EventId, ProfileId>,
    ) -> Result<(), String>;
}

/// Has the history follow the splits that were made; to be called every second, and at start before anybody reads the
/// history. Answers how many were done. What cannot be done now is left for the next call.
pub async fn finish_splits(db: &Db, sorter: &dyn Sorter) -> Result<usize, ProfileError> {
    let sql = "SELECT workspace_id, event, stored, moves FROM profile_split WHERE NOT sorted \
               ORDER BY workspace_id, at_ms, event LIMIT $1";
    let mut done = 0;
    for row in db.query(sql, &[SPLITS_PER_ROUND_MAX.into()]).await? {
        let (workspace, event) = (WorkspaceId::from_sql(row.i64("workspace_id")?), row.text("event")?);
        let (Ok(stored), Ok(moves)) = (serde_json::from_str(&row.text("stored")?), read_moves(&row.text("moves")?))
        else {
            tracing::error!(%workspace, event, "the list of a split's events cannot be read");
            continue;
        };
        let stored: Vec<ProfileId> = stored;
        if let Err(error) = sorter.reassign(workspace, &stored, &moves).await {
            tracing::warn!(%workspace, event, error, "the history cannot follow a split now; it is tried again");
            // Later splits build on this one.
            break;
        }
        let sql = "UPDATE profile_split SET sorted = TRUE, moves = '{}' WHERE workspace_id = $1 AND event = $2";
        db.execute(sql, &[workspace.into(), event.into()]).await?;
        done += 1;
    }
    Ok(done)
}

fn read_moves(text: &str) -> Result<HashMap<EventId, ProfileId>, String> {
    let moves: HashMap<String, ProfileId> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let parsed = |(id, owner): (String, ProfileId)| Ok((id.parse::<EventId>().map_err(|_| id)?, owner));
    moves.into_iter().map(parsed).collect()
}

/// True while the history still has to follow a split of this profile.
pub(crate) async fn is_sorting(db: &Db, workspace: WorkspaceId, id: ProfileId) -> Result<bool, ProfileError> {
    let sql = "SELECT 1 AS one FROM profile_split WHERE workspace_id = $1 AND NOT sorted \
               AND (from_id = $2 OR into_id = $2)";
    let args: [Val; 2] = [workspace.into(), id.into()];
    Ok(db.query_one(sql, &args).await?.is_some())
}

/// Splits the history has not followed yet.
#[derive(Debug, Default)]
pub(crate) struct Unsorted {
    /// In the order they were made: ids the events may be stored under, and their owners.
    splits: Vec<(Vec<ProfileId>, HashMap<EventId, ProfileId>)>,
}

/// Reads them inside the pipeline's transaction.
pub(crate) async fn unsorted(tx: &mut Tx, workspace: WorkspaceId) -> Result<Unsorted, DbError> {
    Ok(Unsorted::read(&tx.query(UNSORTED, &[workspace.into()]).await?))
}

/// Reads them outside of any.
pub(crate) async fn unsorted_now(db: &Db, workspace: WorkspaceId) -> Result<Unsorted, DbError> {
    Ok(Unsorted::read(&db.query(UNSORTED, &[workspace.into()]).await?))
}

const UNSORTED: &str =
    "SELECT stored, moves FROM profile_split WHERE workspace_id = $1 AND NOT sorted ORDER BY at_ms, event";

impl Unsorted {
    fn read(rows: &[Row]) -> Self {
        let split = |row: &Row| {
            let stored: Vec<ProfileId> = serde_json::from_str(&row.text("stored").ok()?).ok()?;
            Some((stored, read_moves(&row.text("moves").ok()?).ok()?))
        };
        Self { splits: rows.iter().filter_map(split).collect() }
    }

    /// `ids` and every id their events may still be stored under.
    pub fn stored_with(&self, ids: &[ProfileId]) -> Vec<ProfileId> {
        let mut all = ids.to_vec();
        for id in self.splits.iter().flat_map(|(stored, _)| stored) {
            if !all.contains(id) {
                all.push(*id);
            }
        }
        all
    }

    /// What `ids` did, as it will be when the history has followed.
    pub async fn past_of(
        &self,
        past: &dyn Past,
        workspace: WorkspaceId,
        ids: &[ProfileId],
        limit: usize,
    ) -> Result<Vec<ResolvedEvent>, ViewError> {
        let mut events = past.of(workspace, &self.stored_with(ids), limit).await?;
        for item in &mut events {
            let id = item.event.id;
            let Some(owner) = self.splits.iter().rev().find_map(|(_, moves)| moves.get(&id)) else { continue };
            item.profile = *owner;
            if item.event.source.is_none() {
                item.event = Arc::new(Event { profile: Some(*owner), ..Event::clone(&item.event) });
            }
        }
        events.retain(|item| ids.contains(&item.profile));
        Ok(events)
    }
}

/// True while the history still has to follow some split of any workspace.
pub(crate) async fn is_anything_unsorted(db: &Db) -> Result<bool, DbError> {
    Ok(db.query_one("SELECT 1 AS one FROM profile_split WHERE NOT sorted LIMIT 1", &[]).await?.is_some())
}

/// True when a customer of the workspace was ever taken apart.
pub async fn was_anybody_split(tx: &mut Tx, workspace: WorkspaceId) -> Result<bool, DbError> {
    let sql = "SELECT 1 AS one FROM profile_split WHERE workspace_id = $1 LIMIT 1";
    Ok(tx.query_one(sql, &[workspace.into()]).await?.is_some())
}

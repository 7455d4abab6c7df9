//! Fingerprints of who was compared, a row for each range of ids.

use crate::DuplicateError;
use crate::seen::{Seen, decode, encode, part_of};
use base::{ProfileId, WorkspaceId};
use db::{Db, DbError, Tx, Val};
use std::collections::{BTreeMap, BTreeSet};

/// The fingerprints of parts `from..=to`.
pub(crate) async fn read_seen(
    db: &Db,
    workspace: WorkspaceId,
    (from, to): (u32, u32),
    into: &mut Seen,
) -> Result<(), DuplicateError> {
    let sql = "SELECT people FROM duplicate_seen WHERE workspace_id = $1 AND part >= $2 AND part <= $3";
    for row in db.query(sql, &[workspace.into(), from.into(), to.into()]).await? {
        decode(&row.bytes("people")?, into)?;
    }
    Ok(())
}

/// These take the place of all that are stored.
pub(crate) async fn replace_seen(tx: &mut Tx, workspace: WorkspaceId, all: &[(u32, u64)]) -> Result<(), DbError> {
    tx.execute("DELETE FROM duplicate_seen WHERE workspace_id = $1", &[workspace.into()]).await?;
    let mut parts: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
    all.iter().for_each(|(id, print)| parts.entry(part_of(*id)).or_default().push((*id, *print)));
    for (part, people) in parts {
        insert_part(tx, workspace, part, encode(people.into_iter())).await?;
    }
    Ok(())
}

async fn insert_part(tx: &mut Tx, workspace: WorkspaceId, part: u32, people: Vec<u8>) -> Result<(), DbError> {
    let sql = "INSERT INTO duplicate_seen (workspace_id, part, people) VALUES ($1, $2, $3) \
               ON CONFLICT (workspace_id, part) DO UPDATE SET people = excluded.people";
    let args: [Val; 3] = [workspace.into(), part.into(), people.into()];
    tx.execute(sql, &args).await.map(|_| ())
}

/// Writes what is new and takes out who is gone.
pub(crate) async fn write_seen(
    tx: &mut Tx,
    workspace: WorkspaceId,
    new: &Seen,
    gone: &BTreeSet<u32>,
) -> Result<u64, DuplicateError> {
    let parts: BTreeSet<u32> = new.keys().chain(gone).map(|id| part_of(*id)).collect();
    let mut changed = 0;
    for part in parts {
        let args: [Val; 2] = [workspace.into(), part.into()];
        let sql = "SELECT people FROM duplicate_seen WHERE workspace_id = $1 AND part = $2";
        let mut seen = Seen::new();
        if let Some(row) = tx.query_one(sql, &args).await? {
            decode(&row.bytes("people")?, &mut seen)?;
        }
        let before = seen.clone();
        seen.retain(|id, _| !gone.contains(id));
        seen.extend(new.iter().filter(|(id, _)| part_of(**id) == part));
        if seen == before {
            continue;
        }
        changed += 1;
        if seen.is_empty() {
            tx.execute("DELETE FROM duplicate_seen WHERE workspace_id = $1 AND part = $2", &args).await?;
        } else {
            insert_part(tx, workspace, part, encode(seen.into_iter())).await?;
        }
    }
    Ok(changed)
}

/// Answers the rows changed.
pub(crate) async fn forget_seen(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
    let gone: BTreeSet<u32> = profiles.iter().map(|profile| profile.number()).collect();
    match write_seen(tx, workspace, &Seen::new(), &gone).await {
        Ok(changed) => Ok(changed),
        Err(DuplicateError::Db(error)) => Err(error),
        // What cannot be read names nobody; nothing of it may stay.
        Err(_) => tx.execute("DELETE FROM duplicate_seen WHERE workspace_id = $1", &[workspace.into()]).await,
    }
}

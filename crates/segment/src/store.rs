//! SQL of this room. Members are bitmaps in chunks of 65,536 profile numbers, so that filling a segment of a million
//! costs a few rows, and a batch rewrites only the chunks it touches.

use crate::engine::{Change, Workspace};
use base::{SegmentId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use roaring::RoaringBitmap;
use std::collections::{BTreeMap, BTreeSet};

/// Profile numbers per stored chunk, as a power of two: one roaring container.
const CHUNK_BITS: u32 = 16;

const COLUMNS: &str = "id, name, description, condition, version, created_ms, updated_ms, filled_ms";

/// A row of `segment`.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub id: SegmentId,
    pub name: String,
    pub description: String,
    pub condition: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub filled_at: Timestamp,
}

impl Stored {
    fn of(row: &Row) -> Result<Stored, DbError> {
        Ok(Stored {
            id: row.parse("id")?,
            name: row.text("name")?,
            description: row.text("description")?,
            condition: row.text("condition")?,
            version: row.i64("version")?,
            created_at: row.time("created_ms")?,
            updated_at: row.time("updated_ms")?,
            filled_at: row.time("filled_ms")?,
        })
    }
}

pub(crate) async fn all(db: &Db, workspace: WorkspaceId) -> Result<Vec<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM segment WHERE workspace_id = $1 ORDER BY created_ms DESC, id DESC");
    db.query(&sql, &[workspace.into()]).await?.iter().map(Stored::of).collect()
}

pub(crate) async fn one(db: &Db, workspace: WorkspaceId, id: SegmentId) -> Result<Option<Stored>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM segment WHERE workspace_id = $1 AND id = $2");
    db.query_one(&sql, &key(workspace, id)).await?.as_ref().map(Stored::of).transpose()
}

fn key(workspace: WorkspaceId, id: SegmentId) -> [Val; 2] {
    [workspace.into(), id.to_string().into()]
}

/// Inserts or replaces the definition.
pub(crate) async fn put(tx: &mut Tx, workspace: WorkspaceId, segment: &Stored) -> Result<(), DbError> {
    let sql = format!(
        "INSERT INTO segment (workspace_id, {COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
         ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, description = excluded.description,
            condition = excluded.condition, version = excluded.version, updated_ms = excluded.updated_ms,
            filled_ms = excluded.filled_ms"
    );
    let [workspace, id] = key(workspace, segment.id);
    let args = [
        workspace,
        id,
        (&segment.name).into(),
        (&segment.description).into(),
        (&segment.condition).into(),
        segment.version.into(),
        segment.created_at.into(),
        segment.updated_at.into(),
        segment.filled_at.into(),
    ];
    tx.execute(&sql, &args).await.map(|_| ())
}

/// Removes the definition and all that hangs on it.
pub(crate) async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: SegmentId) -> Result<(), DbError> {
    for table in ["segment_member", "segment_entry", "segment_day"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND segment_id = $2");
        tx.execute(&sql, &key(workspace, id)).await?;
    }
    tx.execute("DELETE FROM segment WHERE workspace_id = $1 AND id = $2", &key(workspace, id)).await.map(|_| ())
}

/// The members as stored.
pub(crate) async fn members(db: &Db, workspace: WorkspaceId, id: SegmentId) -> Result<RoaringBitmap, DbError> {
    let sql = "SELECT members FROM segment_member WHERE workspace_id = $1 AND segment_id = $2 ORDER BY chunk";
    let mut all = RoaringBitmap::new();
    for row in db.query(sql, &key(workspace, id)).await? {
        let bytes = row.bytes("members")?;
        let damaged = |error: std::io::Error| DbError::Decode { column: "members".into(), detail: error.to_string() };
        all |= RoaringBitmap::deserialize_from(bytes.as_slice()).map_err(damaged)?;
    }
    Ok(all)
}

/// Replaces all members; everybody counts as entered when the segment was filled.
pub(crate) async fn fill(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: SegmentId,
    members: &RoaringBitmap,
) -> Result<(), DbError> {
    for table in ["segment_member", "segment_entry"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND segment_id = $2");
        tx.execute(&sql, &key(workspace, id)).await?;
    }
    let chunks: BTreeSet<u32> = members.iter().map(|profile| profile >> CHUNK_BITS).collect();
    write_chunks(tx, workspace, id, chunk_bytes(members, &chunks)).await
}

/// The bytes of some chunks; None for an empty one.
fn chunk_bytes(members: &RoaringBitmap, chunks: &BTreeSet<u32>) -> Vec<(u32, Option<Vec<u8>>)> {
    let bytes_of = |chunk: u32| {
        let first = chunk << CHUNK_BITS;
        let mut range = RoaringBitmap::new();
        range.insert_range(first..=first | ((1 << CHUNK_BITS) - 1));
        range &= members;
        let mut bytes = Vec::with_capacity(range.serialized_size());
        // Writing into memory does not fail.
        range.serialize_into(&mut bytes).ok().filter(|()| !range.is_empty()).map(|()| bytes)
    };
    chunks.iter().map(|chunk| (*chunk, bytes_of(*chunk))).collect()
}

async fn write_chunks(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: SegmentId,
    chunks: Vec<(u32, Option<Vec<u8>>)>,
) -> Result<(), DbError> {
    let mut rows = Vec::new();
    for (chunk, bytes) in chunks {
        let [workspace, id] = key(workspace, id);
        match bytes {
            Some(bytes) => rows.push(vec![workspace, id, chunk.into(), bytes.into()]),
            None => {
                let sql = "DELETE FROM segment_member WHERE workspace_id = $1 AND segment_id = $2 AND chunk = $3";
                tx.execute(sql, &[workspace, id, chunk.into()]).await?;
            }
        }
    }
    let head = "INSERT INTO segment_member (workspace_id, segment_id, chunk, members)";
    let tail = "ON CONFLICT (workspace_id, segment_id, chunk) DO UPDATE SET members = excluded.members";
    tx.insert_many(head, tail, &rows).await.map(|_| ())
}

/// What a change of membership writes; made while the engine is locked, written after.
pub(crate) struct Delta {
    change: Change,
    chunks: Vec<(u32, Option<Vec<u8>>)>,
}

impl Delta {
    /// `workspace` already has the change.
    pub fn of(workspace: &Workspace, change: Change) -> Delta {
        let all = change.entered.iter().chain(&change.exited).chain(&change.gone);
        let touched: BTreeSet<u32> = all.map(|profile| profile >> CHUNK_BITS).collect();
        let members = workspace.definitions.get(change.segment).map(|definition| &definition.members);
        let chunks = members.map(|members| chunk_bytes(members, &touched)).unwrap_or_default();
        Delta { change, chunks }
    }

    pub fn change(&self) -> &Change {
        &self.change
    }

    pub async fn write(self, tx: &mut Tx, workspace: WorkspaceId, now: Timestamp) -> Result<(), DbError> {
        let Change { segment, entered, exited, gone } = self.change;
        write_chunks(tx, workspace, segment, self.chunks).await?;
        let row = |profile: &u32| vec![workspace.into(), segment.to_string().into(), (*profile).into(), now.into()];
        let rows: Vec<Vec<Val>> = entered.iter().map(row).collect();
        let head = "INSERT INTO segment_entry (workspace_id, segment_id, profile_id, entered_ms)";
        let tail = "ON CONFLICT (workspace_id, segment_id, profile_id) DO UPDATE SET entered_ms = excluded.entered_ms";
        tx.insert_many(head, tail, &rows).await?;
        let left: Vec<u32> = exited.iter().chain(&gone).copied().collect();
        for chunk in left.chunks(tx.chunk()) {
            let sql = format!(
                "DELETE FROM segment_entry WHERE workspace_id = $1 AND segment_id = $2 AND profile_id IN {}",
                db::in_list(3, chunk.len())
            );
            let mut args = key(workspace, segment).to_vec();
            args.extend(chunk.iter().map(|profile| Val::from(*profile)));
            tx.execute(&sql, &args).await?;
        }
        if entered.is_empty() && exited.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO segment_day (workspace_id, segment_id, day, entered, exited) VALUES ($1,$2,$3,$4,$5)
            ON CONFLICT (workspace_id, segment_id, day) DO UPDATE
            SET entered = segment_day.entered + excluded.entered, exited = segment_day.exited + excluded.exited";
        let [workspace, id] = key(workspace, segment);
        let args = [workspace, id, now.utc_day().into(), entered.len().into(), exited.len().into()];
        tx.execute(sql, &args).await.map(|_| ())
    }
}

/// (entered, exited) of every segment on a UTC day.
pub(crate) async fn day(db: &Db, workspace: WorkspaceId, day: i64) -> Result<BTreeMap<SegmentId, (u64, u64)>, DbError> {
    let sql = "SELECT segment_id, entered, exited FROM segment_day WHERE workspace_id = $1 AND day = $2";
    let mut counts = BTreeMap::new();
    for row in db.query(sql, &[workspace.into(), day.into()]).await? {
        counts.insert(row.parse("segment_id")?, (row.i64("entered")? as u64, row.i64("exited")? as u64));
    }
    Ok(counts)
}

/// When a profile entered the segments it entered after they were filled.
pub(crate) async fn entries_of(
    db: &Db,
    workspace: WorkspaceId,
    profile: u32,
) -> Result<BTreeMap<SegmentId, Timestamp>, DbError> {
    let sql = "SELECT segment_id, entered_ms FROM segment_entry WHERE workspace_id = $1 AND profile_id = $2";
    let mut entered = BTreeMap::new();
    for row in db.query(sql, &[workspace.into(), profile.into()]).await? {
        entered.insert(row.parse("segment_id")?, row.time("entered_ms")?);
    }
    Ok(entered)
}

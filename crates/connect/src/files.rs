//! SQL of the files of watched folders.

use crate::error::Result;
use crate::model::{FileEntry, FileState};
use crate::store::{count, counted};
use base::{Page, PageRequest, SourceId, Timestamp, WorkspaceId};
use db::{Db, Row};
use std::collections::HashMap;

/// What a name looked like when it was looked at last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub bytes: u64,
    pub modified_ms: i64,
    /// Since when it has looked like this.
    pub since: Timestamp,
    pub hash: Option<String>,
    pub etag: Option<String>,
}

impl Seen {
    /// It still looks like this.
    pub fn is(&self, bytes: u64, modified_ms: i64, etag: Option<&str>) -> bool {
        self.bytes == bytes && self.modified_ms == modified_ms && self.etag.as_deref() == etag
    }
}

pub(crate) async fn seen(db: &Db, workspace: WorkspaceId, source: SourceId) -> Result<HashMap<String, Seen>> {
    let sql = "SELECT * FROM connect_seen WHERE workspace_id = $1 AND source_id = $2";
    let mut all = HashMap::new();
    for row in db.query(sql, &[workspace.into(), source.to_string().into()]).await? {
        let seen = Seen {
            bytes: count(&row, "bytes")?,
            modified_ms: row.i64("modified_ms")?,
            since: row.time("since_ms")?,
            hash: row.opt_text("hash")?,
            etag: row.opt_text("etag")?,
        };
        all.insert(row.text("name")?, seen);
    }
    Ok(all)
}

pub(crate) async fn put_seen(db: &Db, workspace: WorkspaceId, source: SourceId, name: &str, seen: &Seen) -> Result<()> {
    let sql = "INSERT INTO connect_seen (workspace_id, source_id, name, bytes, modified_ms, since_ms, hash, etag) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, source_id, name) DO UPDATE SET \
               bytes = excluded.bytes, modified_ms = excluded.modified_ms, since_ms = excluded.since_ms, hash = excluded.hash, \
               etag = excluded.etag";
    let args = [
        workspace.into(),
        source.to_string().into(),
        name.into(),
        counted(seen.bytes),
        seen.modified_ms.into(),
        seen.since.into(),
        seen.hash.clone().into(),
        seen.etag.clone().into(),
    ];
    db.execute(sql, &args).await?;
    Ok(())
}

/// What is not in the folder any more need not be remembered.
pub(crate) async fn forget_seen(db: &Db, workspace: WorkspaceId, source: SourceId, name: &str) -> Result<()> {
    let sql = "DELETE FROM connect_seen WHERE workspace_id = $1 AND source_id = $2 AND name = $3";
    db.execute(sql, &[workspace.into(), source.to_string().into(), name.into()]).await?;
    Ok(())
}

pub(crate) async fn get(db: &Db, workspace: WorkspaceId, source: SourceId, hash: &str) -> Result<Option<FileEntry>> {
    let sql = "SELECT * FROM connect_file WHERE workspace_id = $1 AND source_id = $2 AND hash = $3";
    let row = db.query_one(sql, &[workspace.into(), source.to_string().into(), hash.into()]).await?;
    Ok(row.as_ref().map(read).transpose()?)
}

pub(crate) async fn put(db: &Db, workspace: WorkspaceId, source: SourceId, file: &FileEntry) -> Result<()> {
    let mut tx = db.begin().await?;
    if file.state == FileState::Done {
        // A corrected file under the same name settles what was wrong with the one before.
        let sql = "DELETE FROM connect_file WHERE workspace_id = $1 AND source_id = $2 AND name = $3 AND state = $4 AND hash <> $5";
        let failed = FileState::Failed.name();
        let args =
            [workspace.into(), source.to_string().into(), (&file.name).into(), failed.into(), (&file.hash).into()];
        tx.execute(sql, &args).await?;
    }
    let sql = "INSERT INTO connect_file (workspace_id, source_id, hash, name, bytes, state, import_id, code, detail, \
               taken_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
               ON CONFLICT (workspace_id, source_id, hash) DO UPDATE SET name = excluded.name, state = excluded.state, \
               import_id = excluded.import_id, code = excluded.code, detail = excluded.detail, taken_ms = excluded.taken_ms";
    let args = [
        workspace.into(),
        source.to_string().into(),
        (&file.hash).into(),
        (&file.name).into(),
        counted(file.bytes),
        file.state.name().into(),
        file.import.map(|id| id.to_string()).into(),
        file.code.clone().into(),
        file.detail.clone().into(),
        file.taken_at.into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn remove(db: &Db, workspace: WorkspaceId, source: SourceId, hash: &str) -> Result<()> {
    let sql = "DELETE FROM connect_file WHERE workspace_id = $1 AND source_id = $2 AND hash = $3";
    db.execute(sql, &[workspace.into(), source.to_string().into(), hash.into()]).await?;
    Ok(())
}

/// Newest first.
pub(crate) async fn in_state(
    db: &Db,
    workspace: WorkspaceId,
    source: SourceId,
    state: FileState,
) -> Result<Vec<FileEntry>> {
    let sql = "SELECT * FROM connect_file WHERE workspace_id = $1 AND source_id = $2 AND state = $3 \
               ORDER BY taken_ms DESC, hash LIMIT 1000";
    let rows = db.query(sql, &[workspace.into(), source.to_string().into(), state.name().into()]).await?;
    Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
}

/// Newest first; the cursor is the time and the hash of the last one.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    source: SourceId,
    page: &PageRequest,
) -> Result<Page<FileEntry>> {
    let (before, hash) = page
        .cursor
        .as_deref()
        .and_then(|cursor| cursor.split_once('-'))
        .and_then(|(ms, hash)| Some((ms.parse::<i64>().ok()?, hash.to_owned())))
        .unwrap_or((i64::MAX, String::new()));
    let sql = "SELECT * FROM connect_file WHERE workspace_id = $1 AND source_id = $2 \
               AND (taken_ms < $3 OR (taken_ms = $4 AND hash > $5)) ORDER BY taken_ms DESC, hash LIMIT $6";
    let limit = i64::from(page.limit()) + 1;
    let args = [workspace.into(), source.to_string().into(), before.into(), before.into(), hash.into(), limit.into()];
    let rows = db.query(sql, &args).await?;
    let files = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(files, page.limit(), |file: &FileEntry| format!("{}-{}", file.taken_at.ms(), file.hash)))
}

fn read(row: &Row) -> db::Result<FileEntry> {
    Ok(FileEntry {
        hash: row.text("hash")?,
        name: row.text("name")?,
        bytes: count(row, "bytes")?,
        state: FileState::parse(&row.text("state")?).unwrap_or(FileState::Failed),
        import: row.opt_text("import_id")?.and_then(|id| id.parse().ok()),
        code: row.opt_text("code")?,
        detail: row.opt_text("detail")?,
        taken_at: row.time("taken_ms")?,
    })
}

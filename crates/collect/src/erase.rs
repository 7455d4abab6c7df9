//! What this room holds about people beside the log: refused items, and what files of imports have left behind.

use crate::import::ImportState;
use crate::{Collect, CollectError, Result};
use base::WorkspaceId;
use db::{Db, DbError, Row, Tx, Val};

impl Collect {
    /// Deletes the refused items that `names` recognises. Answers how many.
    pub async fn erase_rejections(
        tx: &mut Tx,
        workspace: WorkspaceId,
        names: &(dyn Fn(&str) -> bool + Sync),
    ) -> std::result::Result<u64, DbError> {
        let sql = "SELECT source_id, slot, pointer, detail, item FROM collect_rejection WHERE workspace_id = $1";
        let mut deleted = 0;
        for row in tx.query(sql, &[workspace.into()]).await? {
            if !is_named(&row, names)? {
                continue;
            }
            let sql = "DELETE FROM collect_rejection WHERE workspace_id = $1 AND source_id = $2 AND slot = $3";
            let args = [workspace.into(), row.text("source_id")?.into(), Val::I(row.i64("slot")?)];
            deleted += tx.execute(sql, &args).await?;
        }
        Ok(deleted)
    }

    /// Deletes the files that ended imports of the workspace have left: uploads that were cancelled or failed, rejected
    /// rows. All of them, whoever is erased: a row was rejected because it could not be read, so nobody can say whose
    /// it is, and the file that was uploaded is where it came from. A cancelled import is then uploaded again.
    /// False when an import is still at work: its files are in use, ask again when it has ended.
    pub async fn erase_import_files(&self, workspace: WorkspaceId) -> Result<bool> {
        // So that what waits in memory is in its table, where `erase_rejections` finds it.
        self.flush().await?;
        let mut all_ended = true;
        let folders = match std::fs::read_dir(&self.inner.imports.dir) {
            Ok(folders) => folders,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
            Err(source) => {
                return Err(CollectError::File { path: self.inner.imports.dir.display().to_string(), source });
            }
        };
        for folder in folders.flatten().map(|entry| entry.path()) {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            let Some(ended) = has_ended(&self.inner.db, workspace, &name).await? else { continue };
            let at_work = name.parse().is_ok_and(|id| self.inner.imports.live(id).is_some());
            if !ended || at_work {
                all_ended = false;
            } else if let Err(source) = tokio::fs::remove_dir_all(&folder).await {
                return Err(CollectError::File { path: folder.display().to_string(), source });
            }
        }
        Ok(all_ended)
    }
}

fn is_named(row: &Row, names: &(dyn Fn(&str) -> bool + Sync)) -> std::result::Result<bool, DbError> {
    for column in ["item", "detail", "pointer"] {
        if names(&row.text(column)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// None when the workspace has no such import.
async fn has_ended(db: &Db, workspace: WorkspaceId, id: &str) -> Result<Option<bool>> {
    let sql = "SELECT state FROM collect_import WHERE workspace_id = $1 AND id = $2";
    let Some(row) = db.query_one(sql, &[workspace.into(), id.into()]).await? else { return Ok(None) };
    let state = row.text("state")?;
    Ok(Some(state != ImportState::Running.name() && state != ImportState::Uploading.name()))
}

//! Records that were put aside: they hold people's data like any other, so erasure reaches them too.

use base::WorkspaceId;
use db::{Tx, Val};

/// Deletes the records put aside that `names` recognises (their bodies are JSON text). Answers how many.
pub async fn erase_put_aside(
    tx: &mut Tx,
    workspace: WorkspaceId,
    names: &(dyn Fn(&str) -> bool + Sync),
) -> Result<u64, db::DbError> {
    let mut deleted = 0;
    let sql = "SELECT position, error, body FROM rejected_record WHERE workspace_id = $1";
    for row in tx.query(sql, &[workspace.into()]).await? {
        let body = row.bytes("body")?;
        if names(&String::from_utf8_lossy(&body)) || names(&row.text("error")?) {
            let sql = "DELETE FROM rejected_record WHERE workspace_id = $1 AND position = $2";
            deleted += tx.execute(sql, &[workspace.into(), Val::I(row.i64("position")?)]).await?;
        }
    }
    Ok(deleted)
}

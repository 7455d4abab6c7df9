//! `Idempotency-Key`: the same write sent twice is done once and answered twice.
//! Source: IETF draft-ietf-httpapi-idempotency-key-header-07.

use crate::{Access, AccessError};
use base::WorkspaceId;
use db::Val;

/// How long an answer is remembered.
pub const IDEMPOTENCY_KEPT_MS: i64 = 24 * 3_600_000;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Remembered {
    /// The key is new and now reserved for this request.
    New,
    /// The first request with this key is still being worked on.
    InProgress,
    /// The key was used with another body.
    OtherRequest,
    /// The answer given then.
    Answer { status: u16, body: String },
}

impl Access {
    /// Forgets the remembered answers, and the keys, that `names` recognises; for the erasure of a person.
    pub async fn erase_answers(
        tx: &mut db::Tx,
        workspace: WorkspaceId,
        names: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<u64, db::DbError> {
        let sql = "SELECT idempotency_key, body FROM idempotency_key WHERE workspace_id = $1";
        let mut deleted = 0;
        for row in tx.query(sql, &[workspace.into()]).await? {
            let key = row.text("idempotency_key")?;
            if names(&key) || row.opt_text("body")?.is_some_and(|body| names(&body)) {
                let sql = "DELETE FROM idempotency_key WHERE workspace_id = $1 AND idempotency_key = $2";
                deleted += tx.execute(sql, &[workspace.into(), key.into()]).await?;
            }
        }
        Ok(deleted)
    }

    /// Reserves `key`, or tells what became of it.
    pub async fn idempotency_begin(
        &self,
        workspace: WorkspaceId,
        key: &str,
        request_hash: &str,
    ) -> Result<Remembered, AccessError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let old = now.plus_ms(-IDEMPOTENCY_KEPT_MS);
        tx.execute("DELETE FROM idempotency_key WHERE created_ms < $1", &[old.into()]).await?;
        let sql = "INSERT INTO idempotency_key (workspace_id, idempotency_key, request_hash, created_ms) \
                   VALUES ($1, $2, $3, $4) ON CONFLICT (workspace_id, idempotency_key) DO NOTHING";
        let args = [workspace.into(), key.into(), request_hash.into(), Val::from(now)];
        let inserted = tx.execute(sql, &args).await?;
        let sql = "SELECT request_hash, status, body FROM idempotency_key \
                   WHERE workspace_id = $1 AND idempotency_key = $2";
        let row = tx.query_one(sql, &[workspace.into(), key.into()]).await?;
        tx.commit().await?;
        let Some(row) = row.filter(|_| inserted == 0) else {
            return Ok(Remembered::New);
        };
        if row.text("request_hash")? != request_hash {
            return Ok(Remembered::OtherRequest);
        }
        match (row.opt_i64("status")?, row.opt_text("body")?) {
            (Some(status), Some(body)) => Ok(Remembered::Answer { status: status as u16, body }),
            _ => Ok(Remembered::InProgress),
        }
    }

    /// Remembers the answer; a server error is not remembered, so that the client can try again.
    pub async fn idempotency_end(
        &self,
        workspace: WorkspaceId,
        key: &str,
        status: u16,
        body: &str,
    ) -> Result<(), AccessError> {
        let args = [workspace.into(), key.into(), Val::I(i64::from(status)), body.into()];
        if status >= 500 {
            let sql = "DELETE FROM idempotency_key WHERE workspace_id = $1 AND idempotency_key = $2";
            self.db.execute(sql, &args[..2]).await?;
        } else {
            let sql = "UPDATE idempotency_key SET status = $3, body = $4 \
                       WHERE workspace_id = $1 AND idempotency_key = $2";
            self.db.execute(sql, &args).await?;
        }
        Ok(())
    }
}

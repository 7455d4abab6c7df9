//! The audit trail: who changed what, when, from where.

use crate::{Access, AccessError, Actor};
use base::{AuditId, Json, Page, PageRequest, Timestamp, WorkspaceId};
use db::{DbError, Tx, Val};
use serde::Serialize;

/// What editors save by themselves while somebody types: a run of them is one entry of the trail.
const SAVED_WHILE_TYPING: [&str; 1] = ["campaign.update"];
/// An edit this soon after the entry of the one before belongs to it.
const TYPING_MS: i64 = 10 * 60_000;

const INSERT: &str = "INSERT INTO audit (workspace_id, audit_id, at_ms, actor, action, object, summary, before_json, \
                      after_json, ip) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/// What is recorded of a change.
#[derive(Debug, Clone, Default)]
pub struct AuditRecord {
    /// `object.verb`: "campaign.launch".
    pub action: &'static str,
    /// The id of what was changed.
    pub object: String,
    /// One sentence for people; no personal data of customers.
    pub summary: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub ip: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub object: String,
    pub summary: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub ip: Option<String>,
}

impl Access {
    /// Writes an entry. Entries are never changed afterwards; an edit that an entry of the last ten minutes covers
    /// (same person, same thing, nothing else done to it in between) gets none of its own.
    pub async fn audit(&self, workspace: WorkspaceId, actor: &Actor, record: AuditRecord) -> Result<(), AccessError> {
        if SAVED_WHILE_TYPING.contains(&record.action) && self.is_covered(workspace, actor, &record).await? {
            return Ok(());
        }
        self.db.execute(INSERT, &self.entry(workspace, actor, record)).await?;
        Ok(())
    }

    /// Writes an entry in the transaction of what it tells of: both are there, or neither.
    pub async fn audit_in(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        actor: &Actor,
        record: AuditRecord,
    ) -> Result<(), DbError> {
        tx.execute(INSERT, &self.entry(workspace, actor, record)).await.map(|_| ())
    }

    fn entry(&self, workspace: WorkspaceId, actor: &Actor, record: AuditRecord) -> [Val; 10] {
        let now = self.clock.now();
        [
            workspace.into(),
            AuditId::new(now, &*self.rng).to_string().into(),
            now.into(),
            actor.label().into(),
            record.action.into(),
            record.object.into(),
            record.summary.into(),
            record.before.map(|json| json.to_string()).into(),
            record.after.map(|json| json.to_string()).into(),
            Val::from(record.ip),
        ]
    }

    async fn is_covered(
        &self,
        workspace: WorkspaceId,
        actor: &Actor,
        record: &AuditRecord,
    ) -> Result<bool, AccessError> {
        let since = self.clock.now().plus_ms(-TYPING_MS);
        let sql = "SELECT actor, action, summary FROM audit \
                   WHERE workspace_id = $1 AND audit_id > $2 AND object = $3 ORDER BY audit_id DESC LIMIT 1";
        let args = [workspace.into(), earliest_id(since).to_string().into(), record.object.as_str().into()];
        let rows = self.db.query(sql, &args).await?;
        let Some(last) = rows.first() else { return Ok(false) };
        Ok(last.text("actor")? == actor.label()
            && last.text("action")? == record.action
            && last.text("summary")? == record.summary)
    }

    /// Newest first.
    pub async fn audit_trail(
        &self,
        workspace: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<AuditEntry>, AccessError> {
        let sql = "SELECT audit_id, at_ms, actor, action, object, summary, before_json, after_json, ip FROM audit \
                   WHERE workspace_id = $1 AND audit_id < $2 ORDER BY audit_id DESC LIMIT $3";
        // '~' sorts after every id.
        let before = page.cursor.clone().unwrap_or_else(|| "~".into());
        let args = [workspace.into(), before.into(), Val::I(i64::from(page.limit()) + 1)];
        let rows = self.db.query(sql, &args).await?;
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        let entries = rows
            .iter()
            .map(|row| {
                Ok(AuditEntry {
                    id: row.parse("audit_id")?,
                    at: row.time("at_ms")?,
                    actor: row.text("actor")?,
                    action: row.text("action")?,
                    object: row.text("object")?,
                    summary: row.text("summary")?,
                    before: json(row.opt_text("before_json")?),
                    after: json(row.opt_text("after_json")?),
                    ip: row.opt_text("ip")?,
                })
            })
            .collect::<Result<Vec<_>, AccessError>>()?;
        Ok(Page::cut(entries, page.limit(), |entry| entry.id.to_string()))
    }
}

/// Sorts before the id of every entry made at or after `at`: ids begin with the time, in milliseconds.
fn earliest_id(at: Timestamp) -> AuditId {
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&at.ms().to_be_bytes()[2..]);
    AuditId::from_bytes(bytes)
}

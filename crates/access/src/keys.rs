//! API keys: one workspace, named scopes, shown once, stored hashed.

use crate::{Access, AccessError, Actor, Caller, Permission, PermissionSet, hash_token};
use base::{ApiKeyId, Timestamp, WorkspaceId};
use db::Val;
use serde::Serialize;

/// What keys begin with, so that secret scanners and people recognise them.
pub const KEY_PREFIX: &str = "tk_live_";
const SHOWN_CHARS: usize = 14;
/// `last_used` is written at most this often per key.
const LAST_USED_EVERY_MS: i64 = 60_000;

#[derive(Debug, Clone, Serialize)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    /// The first characters, to tell keys apart.
    pub prefix: String,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A key that was just made: the only time its secret is seen.
#[derive(Debug, Clone, Serialize)]
pub struct NewApiKey {
    pub key: String,
    #[serde(flatten)]
    pub info: ApiKey,
}

fn parse_scopes(scopes: &[String]) -> Result<PermissionSet, AccessError> {
    let invalid = |detail| AccessError::Invalid { pointer: "/scopes", code: "unknown_scope", detail };
    if scopes.is_empty() {
        return Err(invalid("name at least one scope, or \"*\" for all".into()));
    }
    let mut permissions = Vec::new();
    for scope in scopes {
        if scope == "*" {
            permissions.extend_from_slice(Permission::ALL);
        } else {
            permissions.push(Permission::parse(scope).ok_or_else(|| invalid(format!("there is no scope {scope}")))?);
        }
    }
    Ok(permissions.into_iter().collect())
}

impl Access {
    /// Makes a key. It can never do more than `granted_by` may.
    pub async fn create_key(
        &self,
        workspace: WorkspaceId,
        name: &str,
        scopes: &[String],
        granted_by: PermissionSet,
    ) -> Result<NewApiKey, AccessError> {
        let wanted = parse_scopes(scopes)?;
        let all = scopes.iter().any(|scope| scope == "*");
        if let Some(permission) = wanted.iter().find(|permission| !all && !granted_by.has(*permission)) {
            return Err(AccessError::Forbidden { permission });
        }
        let (key, now) = (format!("{KEY_PREFIX}{}", self.new_token()), self.clock.now());
        let info = ApiKey {
            id: ApiKeyId::new(now, &*self.rng),
            name: name.trim().chars().take(100).collect(),
            prefix: key.chars().take(SHOWN_CHARS).collect(),
            scopes: wanted.intersection(granted_by).names().into_iter().map(str::to_owned).collect(),
            created_at: now,
            last_used_at: None,
        };
        let sql = "INSERT INTO api_key (workspace_id, key_id, name, prefix, key_hash, scopes, created_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let args = [
            workspace.into(),
            info.id.to_string().into(),
            (&info.name).into(),
            (&info.prefix).into(),
            hash_token(&key).into(),
            info.scopes.join(" ").into(),
            Val::from(now),
        ];
        self.db.execute(sql, &args).await?;
        Ok(NewApiKey { key, info })
    }

    pub async fn keys(&self, workspace: WorkspaceId) -> Result<Vec<ApiKey>, AccessError> {
        let sql = "SELECT key_id, name, prefix, scopes, created_ms, last_used_ms FROM api_key \
                   WHERE workspace_id = $1 ORDER BY key_id";
        let rows = self.db.query(sql, &[workspace.into()]).await?;
        rows.iter()
            .map(|row| {
                Ok(ApiKey {
                    id: row.parse("key_id")?,
                    name: row.text("name")?,
                    prefix: row.text("prefix")?,
                    scopes: row.text("scopes")?.split(' ').map(str::to_owned).collect(),
                    created_at: row.time("created_ms")?,
                    last_used_at: row.opt_time("last_used_ms")?,
                })
            })
            .collect()
    }

    pub async fn revoke_key(&self, workspace: WorkspaceId, id: ApiKeyId) -> Result<(), AccessError> {
        let sql = "DELETE FROM api_key WHERE workspace_id = $1 AND key_id = $2";
        let removed = self.db.execute(sql, &[workspace.into(), id.to_string().into()]).await?;
        self.found(removed, "API key", id.to_string())
    }

    /// The caller behind an API key.
    pub async fn caller_of_key(&self, key: &str) -> Result<Caller, AccessError> {
        let sql = "SELECT workspace_id, key_id, name, scopes, last_used_ms FROM api_key WHERE key_hash = $1";
        let row = self.db.query_one(sql, &[hash_token(key).into()]).await?.ok_or(AccessError::Unauthenticated)?;
        let (workspace, id) = (WorkspaceId::from_sql(row.i64("workspace_id")?), row.parse("key_id")?);
        let now = self.clock.now();
        if row.opt_time("last_used_ms")?.is_none_or(|used| now.ms_since(used) > LAST_USED_EVERY_MS) {
            let sql = "UPDATE api_key SET last_used_ms = $3 WHERE workspace_id = $1 AND key_id = $2";
            let id: ApiKeyId = id;
            self.db.execute(sql, &[workspace.into(), id.to_string().into(), now.into()]).await?;
        }
        let permissions = row.text("scopes")?.split(' ').filter_map(Permission::parse).collect();
        Ok(Caller { workspace, actor: Actor::Key { id, name: row.text("name")? }, role: None, permissions })
    }
}

//! The SQL of the rules as a person reads and changes them.

use super::RulesDoc;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Val};

/// A workspace's rules as they are stored.
pub(crate) struct StoredRules {
    pub version: i64,
    pub text: String,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

pub(crate) async fn rules(db: &Db, workspace: WorkspaceId) -> Result<Option<StoredRules>, DbError> {
    let sql = "SELECT version, rules, changed_ms, changed_by FROM profile_rules WHERE workspace_id = $1";
    let Some(row) = db.query_one(sql, &[workspace.into()]).await? else { return Ok(None) };
    Ok(Some(StoredRules {
        version: row.i64("version")?,
        text: row.text("rules")?,
        changed_at: row.time("changed_ms")?,
        changed_by: row.text("changed_by")?,
    }))
}

/// Writes the rules as the version after `version`; false when that is not the version there is.
pub(crate) async fn put(
    db: &Db,
    workspace: WorkspaceId,
    version: i64,
    doc: &RulesDoc,
    (by, now): (&str, Timestamp),
) -> Result<bool, DbError> {
    let args: [Val; 5] = [workspace.into(), version.into(), doc.text().into(), now.into(), by.into()];
    let sql = if version == 0 {
        "INSERT INTO profile_rules (workspace_id, version, applied, rules, changed_ms, changed_by) \
         SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT) + 1, 0, CAST($3 AS TEXT), CAST($4 AS BIGINT), \
         CAST($5 AS TEXT) WHERE NOT EXISTS (SELECT 1 FROM profile_rules WHERE workspace_id = $1) \
         ON CONFLICT (workspace_id) DO NOTHING"
    } else {
        "UPDATE profile_rules SET version = version + 1, rules = $3, changed_ms = $4, changed_by = $5 \
         WHERE workspace_id = $1 AND version = $2"
    };
    Ok(db.execute(sql, &args).await? == 1)
}

/// Customers who have more than `limit` identifiers of a kind.
pub(crate) async fn over_limit(db: &Db, workspace: WorkspaceId, kind: &str, limit: u32) -> Result<u64, DbError> {
    let sql = "SELECT COUNT(*) AS found FROM (SELECT profile_id FROM profile_identifier \
               WHERE workspace_id = $1 AND kind = $2 GROUP BY profile_id HAVING COUNT(*) > $3) AS many";
    count(db, sql, &[workspace.into(), kind.into(), i64::from(limit).into()]).await
}

/// Identifiers of a kind, or those of them that fit one of `patterns` (of LIKE, in lower case).
pub(crate) async fn identifiers(
    db: &Db,
    workspace: WorkspaceId,
    kind: &str,
    patterns: Option<&[String]>,
) -> Result<u64, DbError> {
    let mut sql = "SELECT COUNT(*) AS found FROM profile_identifier WHERE workspace_id = $1 AND kind = $2".to_owned();
    let mut args: Vec<Val> = vec![workspace.into(), kind.into()];
    if let Some(patterns) = patterns {
        let like = |number: usize| format!("LOWER(value) LIKE ${} ESCAPE '\\'", number + 3);
        let any: Vec<String> = (0..patterns.len()).map(like).collect();
        sql.push_str(&format!(" AND ({})", any.join(" OR ")));
        args.extend(patterns.iter().map(|pattern| Val::from(pattern.as_str())));
    }
    count(db, &sql, &args).await
}

async fn count(db: &Db, sql: &str, args: &[Val]) -> Result<u64, DbError> {
    let row = db.query_one(sql, args).await?;
    row.map_or(Ok(0), |row| Ok(row.i64("found")?.max(0) as u64))
}

/// (address, customer) of up to `limit` addresses at the domains of gmail.com.
pub(crate) async fn gmail_addresses(
    db: &Db,
    workspace: WorkspaceId,
    limit: usize,
) -> Result<Vec<(String, i64)>, DbError> {
    let sql = "SELECT value, profile_id FROM profile_identifier WHERE workspace_id = $1 AND kind = 'email' \
               AND (value LIKE '%@gmail.com' OR value LIKE '%@googlemail.com') ORDER BY value LIMIT $2";
    let rows = db.query(sql, &[workspace.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok((row.text("value")?, row.i64("profile_id")?))).collect()
}

/// A row of the list of shared devices.
pub(crate) struct DeviceRow {
    pub kind: String,
    pub value: String,
    pub since: Timestamp,
    pub users: i64,
    pub users_limit: i64,
    pub days: i64,
    pub visitor: Option<ProfileId>,
}

/// Shared devices, the newest first, after (time, kind, value).
pub(crate) async fn shared_devices(
    db: &Db,
    workspace: WorkspaceId,
    after: Option<(i64, String, String)>,
    limit: u32,
) -> Result<Vec<DeviceRow>, DbError> {
    let (at, kind, value) = after.unwrap_or((i64::MAX, String::new(), String::new()));
    let sql = "SELECT device.kind AS kind, device.value AS value, since_ms, users, users_limit, days, profile_id \
               FROM profile_shared_device device LEFT JOIN profile_identifier identifier \
               ON identifier.workspace_id = device.workspace_id AND identifier.kind = device.kind \
               AND identifier.value = device.value WHERE device.workspace_id = $1 AND NOT released \
               AND (since_ms < $2 OR (since_ms = $2 AND (device.kind, device.value) > ($3, $4))) \
               ORDER BY since_ms DESC, device.kind, device.value LIMIT $5";
    let args: [Val; 5] = [workspace.into(), at.into(), kind.into(), value.into(), limit.into()];
    let read = |row: &Row| {
        Ok(DeviceRow {
            kind: row.text("kind")?,
            value: row.text("value")?,
            since: row.time("since_ms")?,
            users: row.i64("users")?,
            users_limit: row.i64("users_limit")?,
            days: row.i64("days")?,
            visitor: row.opt_i64("profile_id")?.map(ProfileId::from_sql),
        })
    };
    db.query(sql, &args).await?.iter().map(read).collect()
}

pub(crate) async fn count_shared(db: &Db, workspace: WorkspaceId) -> Result<u64, DbError> {
    let sql = "SELECT COUNT(*) AS found FROM profile_shared_device WHERE workspace_id = $1 AND NOT released";
    count(db, sql, &[workspace.into()]).await
}

/// False when there is no such device.
pub(crate) async fn release(db: &Db, workspace: WorkspaceId, kind: &str, value: &str) -> Result<bool, DbError> {
    let sql = "UPDATE profile_shared_device SET released = TRUE \
               WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND NOT released";
    Ok(db.execute(sql, &[workspace.into(), kind.into(), value.into()]).await? == 1)
}

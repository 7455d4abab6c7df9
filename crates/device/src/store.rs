//! The room's tables.

use crate::known::{Held, Known};
use crate::service::IpRule;
use crate::{DeviceError, DeviceKey};
use base::{ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::BTreeMap;

/// Customers read at a time: so many times the rows a statement may carry, as each carries one value.
const LIST_FACTOR: usize = 4;
const COLUMNS: &str = "profile_id, device_key, first_ms, last_ms, days, known";

fn held(row: &Row) -> Result<(ProfileId, DeviceKey, Held), DbError> {
    let known = row.text("known")?;
    let known: Known = serde_json::from_str(&known)
        .map_err(|error| DbError::Decode { column: "known".into(), detail: error.to_string() })?;
    let held = Held { first: row.time("first_ms")?, last: row.time("last_ms")?, days: row.i64("days")?, known };
    Ok((ProfileId::from_sql(row.i64("profile_id")?), DeviceKey::from_sql(&row.text("device_key")?)?, held))
}

/// All devices of these customers.
pub(crate) async fn load(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profiles: &[ProfileId],
) -> Result<Vec<(ProfileId, DeviceKey, Held)>, DbError> {
    let mut found = Vec::new();
    for chunk in db::pieces(profiles, tx.chunk() * LIST_FACTOR) {
        let sql = format!(
            "SELECT {COLUMNS} FROM device WHERE workspace_id = $1 AND profile_id IN {}",
            db::in_list(2, chunk.len())
        );
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
        for row in tx.query(&sql, &args).await? {
            found.push(held(&row)?);
        }
    }
    Ok(found)
}

/// The devices of a customer, in no order.
pub(crate) async fn of_profile(
    db: &Db,
    workspace: WorkspaceId,
    profile: ProfileId,
) -> Result<Vec<(DeviceKey, Held)>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE workspace_id = $1 AND profile_id = $2");
    let rows = db.query(&sql, &[workspace.into(), profile.into()]).await?;
    rows.iter().map(|row| held(row).map(|(_, key, held)| (key, held))).collect()
}

/// Deletes all devices of these customers; answers how many.
pub(crate) async fn delete_all(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
    let mut deleted = 0;
    for chunk in db::pieces(profiles, tx.chunk() * LIST_FACTOR) {
        let sql =
            format!("DELETE FROM device WHERE workspace_id = $1 AND profile_id IN {}", db::in_list(2, chunk.len()));
        let args: Vec<Val> = std::iter::once(workspace.into()).chain(chunk.iter().map(|id| (*id).into())).collect();
        deleted += tx.execute(&sql, &args).await?;
    }
    Ok(deleted)
}

pub(crate) async fn delete(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profile: ProfileId,
    key: DeviceKey,
) -> Result<(), DbError> {
    let sql = "DELETE FROM device WHERE workspace_id = $1 AND profile_id = $2 AND device_key = $3";
    tx.execute(sql, &[workspace.into(), profile.into(), key.sql().into()]).await.map(|_| ())
}

/// A row as it is written.
pub(crate) fn row((workspace, profile, key): (WorkspaceId, ProfileId, DeviceKey), held: &Held) -> Vec<Val> {
    vec![
        workspace.into(),
        profile.into(),
        key.sql().into(),
        held.first.into(),
        held.last.into(),
        held.days.into(),
        serde_json::json!(held.known).to_string().into(),
    ]
}

pub(crate) async fn write(tx: &mut Tx, rows: &[Vec<Val>]) -> Result<(), DbError> {
    let head = "INSERT INTO device (workspace_id, profile_id, device_key, first_ms, last_ms, days, known)";
    let tail = "ON CONFLICT (workspace_id, profile_id, device_key) DO UPDATE SET first_ms = excluded.first_ms, \
                last_ms = excluded.last_ms, days = excluded.days, known = excluded.known";
    tx.insert_many(head, tail, rows).await.map(|_| ())
}

/// What workspaces chose to keep of addresses.
pub(crate) async fn rules(db: &Db) -> Result<BTreeMap<WorkspaceId, IpRule>, DeviceError> {
    let rows = db.query("SELECT workspace_id, ip FROM device_privacy", &[]).await?;
    let rule = |row: &Row| {
        let text = row.text("ip")?;
        let rule = IpRule::parse(&text).ok_or(DeviceError::UnknownRule(text))?;
        Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), rule))
    };
    rows.iter().map(rule).collect()
}

pub(crate) async fn set_rule(db: &Db, workspace: WorkspaceId, rule: IpRule, now: Timestamp) -> Result<(), DeviceError> {
    let sql = "INSERT INTO device_privacy (workspace_id, ip, updated_ms) VALUES ($1, $2, $3) \
               ON CONFLICT (workspace_id) DO UPDATE SET ip = excluded.ip, updated_ms = excluded.updated_ms";
    db.execute(sql, &[workspace.into(), rule.name().into(), now.into()]).await?;
    Ok(())
}

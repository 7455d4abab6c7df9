//! SQL of connections. One text for both engines.

use crate::definition::{Definition, Kind, Secrets};
use crate::error::Result;
use crate::model::{Health, HealthState, Stored};
use crate::ports::Vault;
use base::{Problem, SourceId, Timestamp, WorkspaceId};
use db::{Db, Row, Tx, Val};

/// Where a sealed value belongs.
fn place(id: SourceId) -> String {
    format!("connect:{id}")
}

fn seal(vault: &dyn Vault, one: &Stored) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(&one.secrets).map_err(Problem::internal)?;
    Ok(vault.seal(&place(one.id), &plain)?)
}

fn definition_text(definition: &Definition) -> String {
    serde_json::to_string(definition).unwrap_or_default()
}

fn hash_of(one: &Stored) -> Option<String> {
    one.secrets.token.as_deref().map(crate::webhook::token_hash)
}

pub(crate) async fn insert(db: &Db, vault: &dyn Vault, one: &Stored) -> Result<()> {
    let sql = "INSERT INTO connect_connection (workspace_id, source_id, kind, enabled, version, definition, sealed, \
               token_hash, health, next_run_ms, lease_ms, retry, created_ms, updated_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13)";
    let args = [
        one.workspace.into(),
        one.id.to_string().into(),
        one.definition.kind().name().into(),
        one.enabled.into(),
        one.version.into(),
        definition_text(&one.definition).into(),
        seal(vault, one)?.into(),
        hash_of(one).into(),
        one.health.state.name().into(),
        one.next_run_at.into(),
        one.retry.into(),
        one.created_at.into(),
        one.updated_at.into(),
    ];
    db.execute(sql, &args).await?;
    Ok(())
}

/// Writes what people change. The run that is under way keeps its lease.
pub(crate) async fn update(db: &Db, vault: &dyn Vault, one: &Stored) -> Result<()> {
    let sql = "UPDATE connect_connection SET enabled = $1, version = version + 1, definition = $2, sealed = $3, \
               token_hash = $4, cursor = $5, next_run_ms = $6, retry = $7, updated_ms = $8 \
               WHERE workspace_id = $9 AND source_id = $10";
    let args = [
        one.enabled.into(),
        definition_text(&one.definition).into(),
        seal(vault, one)?.into(),
        hash_of(one).into(),
        one.cursor.clone().into(),
        one.next_run_at.into(),
        one.retry.into(),
        one.updated_at.into(),
        one.workspace.into(),
        one.id.to_string().into(),
    ];
    db.execute(sql, &args).await?;
    Ok(())
}

pub(crate) async fn get(db: &Db, vault: &dyn Vault, workspace: WorkspaceId, id: SourceId) -> Result<Option<Stored>> {
    let sql = "SELECT * FROM connect_connection WHERE workspace_id = $1 AND source_id = $2";
    let row = db.query_one(sql, &[workspace.into(), id.to_string().into()]).await?;
    row.as_ref().map(|row| read(row, vault)).transpose()
}

/// Oldest first.
pub(crate) async fn list(db: &Db, vault: &dyn Vault, workspace: WorkspaceId) -> Result<Vec<Stored>> {
    let sql = "SELECT * FROM connect_connection WHERE workspace_id = $1 ORDER BY created_ms, source_id";
    let rows = db.query(sql, &[workspace.into()]).await?;
    rows.iter().map(|row| read(row, vault)).collect()
}

/// Of all workspaces.
pub(crate) async fn webhooks(db: &Db, vault: &dyn Vault) -> Result<Vec<Stored>> {
    let rows = db.query("SELECT * FROM connect_connection WHERE kind = $1", &[Kind::Webhook.name().into()]).await?;
    // One that cannot be opened must not silence the others.
    Ok(rows.iter().filter_map(|row| read(row, vault).ok()).collect())
}

/// Those of all workspaces that should run now and nobody runs.
pub(crate) async fn due(db: &Db, now: Timestamp) -> Result<Vec<(WorkspaceId, SourceId)>> {
    let sql = "SELECT workspace_id, source_id FROM connect_connection \
               WHERE enabled = $1 AND next_run_ms <= $2 AND lease_ms <= $3 ORDER BY next_run_ms";
    let rows = db.query(sql, &[true.into(), now.into(), now.into()]).await?;
    let read = |row: &Row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.parse("source_id")?));
    Ok(rows.iter().map(read).collect::<db::Result<_>>()?)
}

/// True for the one node that may run it until the lease is over.
pub(crate) async fn claim(
    db: &Db,
    workspace: WorkspaceId,
    id: SourceId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE connect_connection SET lease_ms = $1, last_run_ms = $2 \
               WHERE workspace_id = $3 AND source_id = $4 AND lease_ms <= $5";
    let args = [until.into(), now.into(), workspace.into(), id.to_string().into(), now.into()];
    Ok(db.execute(sql, &args).await? > 0)
}

/// False when the connection is gone or paused: whoever runs it stops.
pub(crate) async fn renew(db: &Db, workspace: WorkspaceId, id: SourceId, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE connect_connection SET lease_ms = $1 WHERE workspace_id = $2 AND source_id = $3 AND enabled = $4";
    Ok(db.execute(sql, &[until.into(), workspace.into(), id.to_string().into(), true.into()]).await? > 0)
}

/// A run has ended.
pub(crate) async fn release(
    db: &Db,
    workspace: WorkspaceId,
    id: SourceId,
    next: Option<Timestamp>,
    health: Option<&Health>,
) -> Result<()> {
    let mut tx = db.begin().await?;
    // What was asked for while it ran (a run now) is not forgotten.
    let sql = "UPDATE connect_connection SET lease_ms = 0, retry = $1, next_run_ms = \
               CASE WHEN next_run_ms > last_run_ms THEN next_run_ms ELSE CAST($2 AS BIGINT) END \
               WHERE workspace_id = $3 AND source_id = $4";
    tx.execute(sql, &[false.into(), next.into(), workspace.into(), id.to_string().into()]).await?;
    if let Some(health) = health {
        write_health(&mut tx, workspace, id, health).await?;
    }
    Ok(tx.commit().await?)
}

/// After a start: what another life of this program ran is free again.
pub(crate) async fn free_leases(db: &Db) -> Result<()> {
    db.execute("UPDATE connect_connection SET lease_ms = 0 WHERE lease_ms > 0", &[]).await?;
    Ok(())
}

pub(crate) async fn set_cursor(db: &Db, workspace: WorkspaceId, id: SourceId, cursor: &str) -> Result<()> {
    let sql = "UPDATE connect_connection SET cursor = $1 WHERE workspace_id = $2 AND source_id = $3";
    db.execute(sql, &[cursor.into(), workspace.into(), id.to_string().into()]).await?;
    Ok(())
}

pub(crate) async fn write_health(tx: &mut Tx, workspace: WorkspaceId, id: SourceId, health: &Health) -> Result<()> {
    let sql = "UPDATE connect_connection SET health = $1, health_code = $2, health_detail = $3, health_ms = $4 \
               WHERE workspace_id = $5 AND source_id = $6";
    let args = [
        health.state.name().into(),
        health.code.clone().into(),
        health.detail.clone().into(),
        health.since.into(),
        workspace.into(),
        id.to_string().into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Everything of a connection. Its events stay.
pub(crate) async fn delete(db: &Db, workspace: WorkspaceId, id: SourceId) -> Result<()> {
    let mut tx = db.begin().await?;
    for table in ["connect_payload", "connect_file", "connect_seen", "connect_run", "connect_connection"] {
        let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND source_id = $2");
        tx.execute(&sql, &[workspace.into(), id.to_string().into()]).await?;
    }
    Ok(tx.commit().await?)
}

fn read(row: &Row, vault: &dyn Vault) -> Result<Stored> {
    let id: SourceId = row.parse("source_id")?;
    let broken = |error: &dyn std::fmt::Display| {
        Problem::internal(format!("the stored definition of {id} cannot be read: {error}"))
    };
    let definition: Definition = serde_json::from_str(&row.text("definition")?).map_err(|error| broken(&error))?;
    let opened = vault.open(&place(id), &row.bytes("sealed")?)?;
    let secrets: Secrets = serde_json::from_slice(&opened).map_err(|error| broken(&error))?;
    Ok(Stored {
        workspace: WorkspaceId::from_sql(row.i64("workspace_id")?),
        id,
        enabled: row.bool("enabled")?,
        version: row.i64("version")?,
        definition,
        secrets,
        cursor: row.opt_text("cursor")?,
        health: Health {
            state: HealthState::parse(&row.text("health")?).unwrap_or(HealthState::Waiting),
            code: row.opt_text("health_code")?,
            detail: row.opt_text("health_detail")?,
            since: row.opt_time("health_ms")?,
        },
        next_run_at: row.opt_time("next_run_ms")?,
        last_run_at: row.opt_time("last_run_ms")?,
        lease_until: Timestamp::from_ms(row.i64("lease_ms")?),
        retry: row.bool("retry")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

/// A number that is never below zero.
pub(crate) fn count(row: &Row, column: &str) -> db::Result<u64> {
    Ok(row.i64(column)?.max(0) as u64)
}

pub(crate) fn counted(number: u64) -> Val {
    Val::I(i64::try_from(number).unwrap_or(i64::MAX))
}

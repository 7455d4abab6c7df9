//! The SQL of the room.

use crate::counts::{HOUR_MS, Tally, Unwritten};
use crate::error::{PlanError, Result};
use crate::model::*;
use base::{Json, PlanEventId, SourceId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::HashMap;

fn word<T>(row: &Row, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text = row.text(column)?;
    parse(&text)
        .ok_or_else(|| PlanError::Broken(format!("{column} holds \"{text}\", which this version does not know")))
}

fn opt_word<T>(row: &Row, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    match row.opt_text(column)? {
        None => Ok(None),
        Some(_) => word(row, column, parse).map(Some),
    }
}

fn settings_of(row: &Row) -> Result<(Settings, i64)> {
    let settings = Settings {
        enabled: row.bool("enabled")?,
        unplanned_events: word(row, "unplanned_events", UnplannedEvents::parse)?,
        unplanned_properties: word(row, "unplanned_properties", UnplannedProperties::parse)?,
        on_violation: word(row, "on_violation", OnViolation::parse)?,
    };
    Ok((settings, row.i64("version")?))
}

/// The settings and the version of the plan; a workspace that never had any has version 0.
pub(crate) async fn settings(db: &Db, workspace: WorkspaceId) -> Result<(Settings, i64)> {
    let sql = "SELECT enabled, unplanned_events, unplanned_properties, on_violation, version FROM plan_settings \
               WHERE workspace_id = $1";
    match db.query_one(sql, &[workspace.into()]).await? {
        Some(row) => settings_of(&row),
        None => Ok((Settings::default(), 0)),
    }
}

/// Which workspaces have a plan, and how new it is.
pub(crate) async fn versions(db: &Db) -> Result<Vec<(WorkspaceId, i64)>> {
    let rows = db.query("SELECT workspace_id, version FROM plan_settings", &[]).await?;
    rows.iter().map(|row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.i64("version")?))).collect()
}

pub(crate) async fn save_settings(
    db: &Db,
    workspace: WorkspaceId,
    settings: Settings,
    now: Timestamp,
) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    bump(&mut tx, workspace, now).await?;
    let sql = "UPDATE plan_settings SET enabled = $2, unplanned_events = $3, unplanned_properties = $4, \
               on_violation = $5 WHERE workspace_id = $1";
    let args = [
        workspace.into(),
        settings.enabled.into(),
        settings.unplanned_events.name().into(),
        settings.unplanned_properties.name().into(),
        settings.on_violation.name().into(),
    ];
    tx.execute(sql, &args).await?;
    tx.commit().await
}

/// The plan changed: whoever has it in memory reads it again. Locks the workspace's plan until the end of `tx`.
pub(crate) async fn bump(tx: &mut Tx, workspace: WorkspaceId, now: Timestamp) -> Result<(), DbError> {
    let blank = Settings::default();
    let sql = "INSERT INTO plan_settings (workspace_id, enabled, unplanned_events, unplanned_properties, on_violation, \
               version, updated_ms) VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (workspace_id) DO UPDATE SET \
               version = plan_settings.version + 1, updated_ms = excluded.updated_ms";
    let args = [
        workspace.into(),
        blank.enabled.into(),
        blank.unplanned_events.name().into(),
        blank.unplanned_properties.name().into(),
        blank.on_violation.name().into(),
        now.into(),
    ];
    tx.execute(sql, &args).await.map(|_| ())
}

fn event_of(row: &Row) -> Result<PlannedEvent> {
    let schema =
        serde_json::from_str(&row.text("schema_json")?).map_err(|error| PlanError::Broken(error.to_string()))?;
    Ok(PlannedEvent {
        id: row.parse("id")?,
        kind: word(row, "kind", Kind::parse)?,
        name: row.text("name")?,
        description: row.text("description")?,
        on_violation: opt_word(row, "on_violation", OnViolation::parse)?,
        unplanned_properties: opt_word(row, "unplanned_properties", UnplannedProperties::parse)?,
        schema,
        status: word(row, "status", Status::parse)?,
        version: row.i64("version")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

const COLUMNS: &str = "id, kind, name, description, on_violation, unplanned_properties, schema_json, status, version, \
                       created_ms, updated_ms";

/// The whole plan, by kind and name.
pub(crate) async fn events(db: &Db, workspace: WorkspaceId) -> Result<Vec<PlannedEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_event WHERE workspace_id = $1");
    let mut events: Vec<PlannedEvent> =
        db.query(&sql, &[workspace.into()]).await?.iter().map(event_of).collect::<Result<_>>()?;
    // Here and not in SQL, whose order of letters depends on the engine.
    events.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
    Ok(events)
}

/// As [`events`], within a transaction that holds the plan.
pub(crate) async fn events_held(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<PlannedEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_event WHERE workspace_id = $1");
    tx.query(&sql, &[workspace.into()]).await?.iter().map(event_of).collect()
}

pub(crate) async fn event(db: &Db, workspace: WorkspaceId, id: PlanEventId) -> Result<PlannedEvent> {
    let sql = format!("SELECT {COLUMNS} FROM plan_event WHERE workspace_id = $1 AND id = $2");
    let row = db.query_one(&sql, &[workspace.into(), id.to_string().into()]).await?;
    event_of(&row.ok_or(PlanError::NotFound(id))?)
}

fn opt_name<T: Copy>(value: Option<T>, name: impl Fn(T) -> &'static str) -> Val {
    Val::from(value.map(name))
}

/// Writes an entry, new or changed.
pub(crate) async fn put(tx: &mut Tx, workspace: WorkspaceId, event: &PlannedEvent) -> Result<(), DbError> {
    let sql = "INSERT INTO plan_event (workspace_id, id, kind, name, description, on_violation, unplanned_properties, \
               schema_json, status, version, created_ms, updated_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
               ON CONFLICT (workspace_id, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, \
               description = excluded.description, on_violation = excluded.on_violation, \
               unplanned_properties = excluded.unplanned_properties, schema_json = excluded.schema_json, \
               status = excluded.status, version = excluded.version, updated_ms = excluded.updated_ms";
    let args = [
        workspace.into(),
        event.id.to_string().into(),
        event.kind.name().into(),
        (&event.name).into(),
        (&event.description).into(),
        opt_name(event.on_violation, OnViolation::name),
        opt_name(event.unplanned_properties, UnplannedProperties::name),
        event.schema.to_string().into(),
        event.status.name().into(),
        event.version.into(),
        event.created_at.into(),
        event.updated_at.into(),
    ];
    tx.execute(sql, &args).await.map(|_| ())
}

/// Adds what was counted to what is stored.
pub(crate) async fn add_counts(db: &Db, unwritten: &Unwritten) -> Result<(), DbError> {
    let source = |id: Option<SourceId>| Val::T(id.map(|id| id.to_string()).unwrap_or_default());
    let mut tallies: Vec<Vec<Val>> = Vec::with_capacity(unwritten.tallies.len());
    for (key, tally) in &unwritten.tallies {
        let (kind, name) = key.event.as_deref().map_or(("", ""), |(kind, name)| (kind.name(), name.as_str()));
        let mut row = vec![key.workspace.into(), key.hour.into(), source(key.source), kind.into(), name.into()];
        let numbers = [tally.judged, tally.violating, tally.blocked, tally.changed, tally.dropped];
        row.extend(numbers.map(|number| Val::I(number as i64)));
        tallies.push(row);
    }
    let violation = |(key, seen): (&crate::counts::ViolationKey, &crate::counts::Seen)| {
        vec![
            key.workspace.into(),
            key.hour.into(),
            source(key.source),
            key.kind.map_or("", Kind::name).into(),
            (&key.name).into(),
            key.code.name().into(),
            (&key.pointer).into(),
            (&seen.message).into(),
            Val::I(seen.events as i64),
            seen.first_at.into(),
            seen.last_at.into(),
        ]
    };
    let violations: Vec<Vec<Val>> = unwritten.violations.iter().map(violation).collect();
    let mut tx = db.begin().await?;
    tx.insert_many(
        "INSERT INTO plan_count (workspace_id, hour_ms, source_id, kind, name, judged, violating, blocked, changed, dropped)",
        "ON CONFLICT (workspace_id, hour_ms, source_id, kind, name) DO UPDATE SET \
         judged = plan_count.judged + excluded.judged, violating = plan_count.violating + excluded.violating, \
         blocked = plan_count.blocked + excluded.blocked, changed = plan_count.changed + excluded.changed, \
         dropped = plan_count.dropped + excluded.dropped",
        &sorted(tallies),
    )
    .await?;
    tx.insert_many(
        "INSERT INTO plan_violation (workspace_id, hour_ms, source_id, kind, name, code, pointer, message, events, \
         first_ms, last_ms)",
        "ON CONFLICT (workspace_id, hour_ms, source_id, kind, name, code, pointer) DO UPDATE SET \
         message = excluded.message, events = plan_violation.events + excluded.events, last_ms = excluded.last_ms",
        &sorted(violations),
    )
    .await?;
    tx.commit().await
}

/// In one order on every node, so that two that write at once wait for each other instead of standing still.
fn sorted(mut rows: Vec<Vec<Val>>) -> Vec<Vec<Val>> {
    let key = |row: &Vec<Val>| -> Vec<String> { row.iter().take(7).map(|value| format!("{value:?}")).collect() };
    rows.sort_by_cached_key(key);
    rows
}

fn tally_of(row: &Row, suffix: &str) -> Result<Tally, DbError> {
    let number = |name: &str| Ok::<u64, DbError>(row.i64(&format!("{name}{suffix}"))?.max(0) as u64);
    Ok(Tally {
        judged: number("judged")?,
        violating: number("violating")?,
        blocked: number("blocked")?,
        changed: number("changed")?,
        dropped: number("dropped")?,
    })
}

/// Numbers of an entry: the last 24 hours, the last 7 days.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Numbers {
    pub day: Tally,
    pub week: Tally,
    pub last_violation_at: Option<Timestamp>,
}

/// By entry; None: events that are not planned.
pub(crate) async fn numbers(
    db: &Db,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Result<HashMap<Option<(Kind, String)>, Numbers>> {
    let sums: Vec<String> = ["judged", "violating", "blocked", "changed", "dropped"]
        .iter()
        .flat_map(|name| {
            [
                format!("CAST(SUM({name}) AS BIGINT) AS {name}_week"),
                format!("CAST(SUM(CASE WHEN hour_ms >= $3 THEN {name} ELSE 0 END) AS BIGINT) AS {name}_day"),
            ]
        })
        .collect();
    let sql = format!(
        "SELECT kind, name, {} FROM plan_count WHERE workspace_id = $1 AND hour_ms >= $2 GROUP BY kind, name",
        sums.join(", ")
    );
    let args = [workspace.into(), now.plus_ms(-7 * 24 * HOUR_MS).into(), now.plus_ms(-24 * HOUR_MS).into()];
    let mut found: HashMap<Option<(Kind, String)>, Numbers> = HashMap::new();
    for row in db.query(&sql, &args).await? {
        let key =
            Kind::parse(&row.text("kind")?).map(|kind| Ok::<_, DbError>((kind, row.text("name")?))).transpose()?;
        let numbers = found.entry(key).or_default();
        (numbers.day, numbers.week) = (tally_of(&row, "_day")?, tally_of(&row, "_week")?);
    }
    let sql =
        "SELECT kind, name, MAX(last_ms) AS last_ms FROM plan_violation WHERE workspace_id = $1 GROUP BY kind, name";
    for row in db.query(sql, &[workspace.into()]).await? {
        let Some(kind) = Kind::parse(&row.text("kind")?) else { continue };
        found.entry(Some((kind, row.text("name")?))).or_default().last_violation_at = row.opt_time("last_ms")?;
    }
    Ok(found)
}

/// Which violations to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ViolationFilter {
    pub days: u32,
    pub kind: Option<Kind>,
    pub name: Option<String>,
    pub source: Option<SourceId>,
}

impl ViolationFilter {
    fn args(&self, workspace: WorkspaceId, now: Timestamp) -> [Val; 6] {
        [
            workspace.into(),
            now.plus_ms(-i64::from(self.days) * 24 * HOUR_MS).into(),
            self.kind.map_or("", Kind::name).into(),
            self.name.as_deref().unwrap_or_default().into(),
            self.source.map(|id| id.to_string()).unwrap_or_default().into(),
            i64::from(self.name.is_none()).into(),
        ]
    }
}

const FILTER: &str = "workspace_id = $1 AND hour_ms >= $2 AND ($3 = '' OR kind = $3) AND ($6 = 1 OR name = $4) \
                      AND ($5 = '' OR source_id = $5)";

/// A violation of one source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ViolationRow {
    pub kind: Option<Kind>,
    pub name: String,
    pub code: Code,
    pub pointer: String,
    pub message: String,
    pub source: Option<SourceId>,
    pub events: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

pub(crate) async fn violations(
    db: &Db,
    workspace: WorkspaceId,
    filter: &ViolationFilter,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ViolationRow>> {
    let sql = format!(
        "SELECT kind, name, code, pointer, source_id, MAX(message) AS message, CAST(SUM(events) AS BIGINT) AS total, \
         MIN(first_ms) AS first_ms, MAX(last_ms) AS last_ms FROM plan_violation WHERE {FILTER} \
         GROUP BY kind, name, code, pointer, source_id ORDER BY total DESC, kind, name, code, pointer LIMIT {limit}"
    );
    let rows = db.query(&sql, &filter.args(workspace, now)).await?;
    rows.iter()
        .map(|row| {
            let source = row.text("source_id")?;
            Ok(ViolationRow {
                kind: Kind::parse(&row.text("kind")?),
                name: row.text("name")?,
                code: word(row, "code", Code::parse)?,
                pointer: row.text("pointer")?,
                message: row.text("message")?,
                source: source.parse().ok(),
                events: row.i64("total")?.max(0) as u64,
                first_at: row.time("first_ms")?,
                last_at: row.time("last_ms")?,
            })
        })
        .collect()
}

/// Events judged and events that broke the plan, by hour.
pub(crate) async fn hours(
    db: &Db,
    workspace: WorkspaceId,
    filter: &ViolationFilter,
    now: Timestamp,
) -> Result<Vec<(Timestamp, Tally)>> {
    let sums: Vec<String> = ["judged", "violating", "blocked", "changed", "dropped"]
        .iter()
        .map(|name| format!("CAST(SUM({name}) AS BIGINT) AS {name}"))
        .collect();
    let sums = sums.join(", ");
    let sql = format!("SELECT hour_ms, {sums} FROM plan_count WHERE {FILTER} GROUP BY hour_ms ORDER BY hour_ms");
    let rows = db.query(&sql, &filter.args(workspace, now)).await?;
    rows.iter().map(|row| Ok((row.time("hour_ms")?, tally_of(row, "")?))).collect()
}

/// Forgets what is older than `before`.
pub(crate) async fn prune(db: &Db, before: Timestamp) -> Result<(), DbError> {
    for table in ["plan_count", "plan_violation"] {
        db.execute(&format!("DELETE FROM {table} WHERE hour_ms < $1"), &[before.into()]).await?;
    }
    Ok(())
}

/// An empty schema: nothing is planned inside.
pub(crate) fn blank_schema() -> Json {
    serde_json::json!({ "type": "object", "properties": {} })
}

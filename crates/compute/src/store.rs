//! Rows of this room's tables, in and out.

use crate::state::State;
use base::{ComputedTraitId, Json, ProfileId, Timestamp, WorkspaceId};
use db::{Db, DbError, Row, Tx, Val};
use std::collections::BTreeMap;

/// A definition as stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub id: ComputedTraitId,
    pub name: String,
    pub description: String,
    pub definition: String,
    pub status: String,
    pub number: i64,
    pub old_number: Option<i64>,
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "id, name, description, definition, status, number, old_number, failure, created_ms, updated_ms";

/// What is kept of one customer for one definition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    /// None for a formula.
    pub state: Option<State>,
    /// Null: the customer has no value.
    pub value: Json,
    pub due: Option<Timestamp>,
}

/// (definition's number, customer).
pub(crate) type Key = (i64, ProfileId);

fn stored(row: &Row) -> Result<Stored, DbError> {
    Ok(Stored {
        id: row.parse("id")?,
        name: row.text("name")?,
        description: row.text("description")?,
        definition: row.text("definition")?,
        status: row.text("status")?,
        number: row.i64("number")?,
        old_number: row.opt_i64("old_number")?,
        failure: row.opt_text("failure")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

pub(crate) async fn all(db: &Db) -> Result<Vec<(WorkspaceId, Stored)>, DbError> {
    let sql = format!("SELECT workspace_id, {COLUMNS} FROM computed_trait ORDER BY workspace_id, created_ms, id");
    let rows = db.query(&sql, &[]).await?;
    rows.iter().map(|row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), stored(row)?))).collect()
}

pub(crate) async fn put(tx: &mut Tx, workspace: WorkspaceId, row: &Stored) -> Result<(), DbError> {
    let head = format!("INSERT INTO computed_trait (workspace_id, {COLUMNS})");
    let tail = "ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, description = excluded.description, \
                definition = excluded.definition, status = excluded.status, number = excluded.number, \
                old_number = excluded.old_number, failure = excluded.failure, updated_ms = excluded.updated_ms";
    let values = vec![
        workspace.into(),
        row.id.to_string().into(),
        row.name.as_str().into(),
        row.description.as_str().into(),
        row.definition.as_str().into(),
        row.status.as_str().into(),
        row.number.into(),
        row.old_number.map_or(Val::NullI, Val::from),
        row.failure.as_deref().into(),
        row.created_at.into(),
        row.updated_at.into(),
    ];
    tx.insert_many(&head, tail, &[values]).await.map(|_| ())
}

pub(crate) async fn delete(tx: &mut Tx, workspace: WorkspaceId, id: ComputedTraitId) -> Result<(), DbError> {
    let sql = "DELETE FROM computed_trait WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, &[workspace.into(), id.to_string().into()]).await.map(|_| ())
}

/// A number no row is called by.
pub(crate) async fn next_number(tx: &mut Tx, workspace: WorkspaceId) -> Result<i64, DbError> {
    let sql = "SELECT COALESCE(MAX(number), 0) AS last FROM \
               (SELECT number FROM computed_trait WHERE workspace_id = $1 \
                UNION ALL SELECT old_number FROM computed_trait WHERE workspace_id = $1 AND old_number IS NOT NULL \
                UNION ALL SELECT MAX(number) FROM computed_state WHERE workspace_id = $1) AS used";
    let row = tx.query_one(sql, &[workspace.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.i64("last"))? + 1)
}

/// How many customers have a value.
pub(crate) async fn people(db: &Db, workspace: WorkspaceId) -> Result<BTreeMap<i64, u64>, DbError> {
    let sql = "SELECT number, COUNT(*) AS people FROM computed_state \
               WHERE workspace_id = $1 AND value IS NOT NULL GROUP BY number";
    let rows = db.query(sql, &[workspace.into()]).await?;
    rows.iter().map(|row| Ok((row.i64("number")?, row.i64("people")?.max(0) as u64))).collect()
}

fn kept(row: &Row) -> Result<(Key, Kept), DbError> {
    let broken = |column: &str, error: serde_json::Error| DbError::Decode {
        column: column.to_owned(),
        detail: error.to_string(),
    };
    let state = row.text("state")?;
    let state = if state.is_empty() { None } else { Some(State::parse(&state).map_err(|e| broken("state", e))?) };
    let value = row.opt_text("value")?.map_or(Ok(Json::Null), |text| serde_json::from_str(&text));
    let value = value.map_err(|error| broken("value", error))?;
    let key = (row.i64("number")?, ProfileId::from_sql(row.i64("profile_id")?));
    Ok((key, Kept { state, value, due: row.opt_time("due_ms")? }))
}

/// The rows of one definition; customers without one are left out.
pub(crate) async fn of_definition(
    tx: &mut Tx,
    workspace: WorkspaceId,
    number: i64,
    profiles: &[ProfileId],
) -> Result<BTreeMap<Key, Kept>, DbError> {
    let mut found = BTreeMap::new();
    let mut sorted: Vec<i64> = profiles.iter().map(|profile| profile.sql()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    for chunk in db::pieces(&sorted, tx.chunk() * 4) {
        let (which, ids) = db::among(3, chunk);
        let args: Vec<Val> = [workspace.into(), number.into()].into_iter().chain(ids).collect();
        let sql = format!(
            "SELECT number, profile_id, state, value, due_ms FROM computed_state \
             WHERE workspace_id = $1 AND number = $2 AND profile_id {which}"
        );
        for row in tx.query(&sql, &args).await? {
            let (key, row) = kept(&row)?;
            if chunk.binary_search(&key.1.sql()).is_ok() {
                found.insert(key, row);
            }
        }
    }
    Ok(found)
}

/// What the rows are called by, also those that wait to be swept: some steps in the key, however many rows there are.
async fn numbers(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<i64>, DbError> {
    let sql = "WITH RECURSIVE step(number) AS ( \
               SELECT MIN(number) FROM computed_state WHERE workspace_id = $1 \
               UNION ALL SELECT (SELECT MIN(number) FROM computed_state \
                   WHERE workspace_id = $1 AND number > step.number) FROM step WHERE step.number IS NOT NULL) \
               SELECT number FROM step WHERE number IS NOT NULL";
    tx.query(sql, &[workspace.into()]).await?.iter().map(|row| row.i64("number")).collect()
}

/// Every row of `profiles`.
pub(crate) async fn of_profiles(
    tx: &mut Tx,
    workspace: WorkspaceId,
    profiles: &[ProfileId],
) -> Result<BTreeMap<Key, Kept>, DbError> {
    let mut found = BTreeMap::new();
    for number in numbers(tx, workspace).await? {
        found.extend(of_definition(tx, workspace, number, profiles).await?);
    }
    Ok(found)
}

/// Rows after `after` in order of the customer's number: whether each has a value.
pub(crate) async fn page(
    tx: &mut Tx,
    workspace: WorkspaceId,
    number: i64,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<(ProfileId, bool)>, DbError> {
    let sql = "SELECT profile_id, value FROM computed_state \
               WHERE workspace_id = $1 AND number = $2 AND profile_id > $3 ORDER BY profile_id LIMIT $4";
    let rows = tx.query(sql, &[workspace.into(), number.into(), after.into(), limit.into()]).await?;
    rows.iter().map(|row| Ok((ProfileId::from_sql(row.i64("profile_id")?), row.opt_text("value")?.is_some()))).collect()
}

/// Rows whose value time has changed, oldest first.
pub(crate) async fn due(
    db: &Db,
    now: Timestamp,
    limit: usize,
) -> Result<BTreeMap<(WorkspaceId, i64), Vec<ProfileId>>, DbError> {
    let sql = "SELECT workspace_id, number, profile_id FROM computed_state \
               WHERE due_ms IS NOT NULL AND due_ms <= $1 ORDER BY due_ms LIMIT $2";
    let mut found: BTreeMap<(WorkspaceId, i64), Vec<ProfileId>> = BTreeMap::new();
    for row in db.query(sql, &[now.into(), limit.into()]).await? {
        let key = (WorkspaceId::from_sql(row.i64("workspace_id")?), row.i64("number")?);
        found.entry(key).or_default().push(ProfileId::from_sql(row.i64("profile_id")?));
    }
    Ok(found)
}

pub(crate) async fn write(tx: &mut Tx, workspace: WorkspaceId, rows: &[(Key, &Kept)]) -> Result<(), DbError> {
    let rows: Vec<Vec<Val>> = rows
        .iter()
        .map(|((number, profile), row)| {
            vec![
                workspace.into(),
                (*number).into(),
                (*profile).into(),
                row.state.as_ref().map(State::to_text).unwrap_or_default().into(),
                if row.value.is_null() { Val::NullT } else { row.value.to_string().into() },
                row.due.map_or(Val::NullI, Val::from),
            ]
        })
        .collect();
    let head = "INSERT INTO computed_state (workspace_id, number, profile_id, state, value, due_ms)";
    let tail = "ON CONFLICT (workspace_id, number, profile_id) DO UPDATE SET state = excluded.state, \
                value = excluded.value, due_ms = excluded.due_ms";
    tx.insert_many(head, tail, &rows).await.map(|_| ())
}

/// Deletes every row of `profiles`; answers how many.
pub(crate) async fn forget(tx: &mut Tx, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<u64, DbError> {
    let mut rows = 0;
    for number in numbers(tx, workspace).await? {
        for chunk in db::pieces(profiles, tx.chunk() * 4) {
            let list = db::in_list(3, chunk.len());
            let sql =
                format!("DELETE FROM computed_state WHERE workspace_id = $1 AND number = $2 AND profile_id IN {list}");
            let ids = chunk.iter().map(|id| Val::from(*id));
            let args: Vec<Val> = [workspace.into(), number.into()].into_iter().chain(ids).collect();
            rows += tx.execute(&sql, &args).await?;
        }
    }
    Ok(rows)
}

/// Deletes the rows of one definition up to a customer.
pub(crate) async fn drop_until(
    tx: &mut Tx,
    workspace: WorkspaceId,
    number: i64,
    last: ProfileId,
) -> Result<(), DbError> {
    let sql = "DELETE FROM computed_state WHERE workspace_id = $1 AND number = $2 AND profile_id <= $3";
    tx.execute(sql, &[workspace.into(), number.into(), last.into()]).await.map(|_| ())
}

//! Migrations: forward only, each in one transaction, journalled, safe to run again.
//!
//! Every room hands over its list; names are `room/0001_what`. The journal row is written `started` before
//! the transaction and `done` inside it: whatever is killed, the store is either at a known step or says that
//! it is not. A half-migrated store (`started` left behind by another engine or a failed step), a changed
//! migration or a store written by a newer program refuses to start.

use crate::{Db, DbError, Result, Val};
use base::Timestamp;
use std::collections::HashMap;

/// One step. `sql` may hold several statements, split at `;` at a line's end.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// What [`migration_state`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    pub done: Vec<String>,
    pub pending: Vec<String>,
}

/// At the end of a table: SQLite keeps its rows in the order of the key, in one tree instead of two. For narrow rows.
const CLUSTERED: &str = "/* WITHOUT ROWID */";

const JOURNAL: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, state TEXT NOT NULL, at_ms BIGINT NOT NULL)";

/// Brings the store up to `migrations`, in their order.
pub async fn migrate(db: &Db, migrations: &[Migration], now: Timestamp) -> Result<MigrationState> {
    db.execute(JOURNAL, &[]).await?;
    let state = migration_state(db, migrations).await?;
    for migration in migrations {
        if state.pending.iter().any(|name| name == migration.name) {
            apply(db, migration, now).await?;
        }
    }
    crate::plans::describe(db).await?;
    Ok(state)
}

/// Compares the journal with `migrations` and refuses what must not be touched.
pub async fn migration_state(db: &Db, migrations: &[Migration]) -> Result<MigrationState> {
    let rows = db.query("SELECT name, checksum, state FROM schema_migration ORDER BY at_ms, name", &[]).await?;
    let mut journal = HashMap::new();
    let mut done = Vec::new();
    for row in &rows {
        let name = row.text("name")?;
        if row.text("state")? != "done" {
            return Err(DbError::Migration(format!(
                "the store is half-migrated: step {name} was started and did not finish. Restore the backup made \
                 before the upgrade, or, if the step's tables are not there, delete its row from schema_migration."
            )));
        }
        if !migrations.iter().any(|migration| migration.name == name) {
            return Err(DbError::Migration(format!(
                "the store was written by a newer version of tutti (step {name} is unknown here). \
                 Start that version, or restore a backup made with this one."
            )));
        }
        done.push(name.clone());
        journal.insert(name, row.text("checksum")?);
    }
    let mut pending = Vec::new();
    for migration in migrations {
        match journal.get(migration.name) {
            None => pending.push(migration.name.to_owned()),
            Some(checksum) if *checksum != checksum_of(migration) => {
                return Err(DbError::Migration(format!(
                    "step {} of the store differs from the one in this program: a released migration was changed",
                    migration.name
                )));
            }
            Some(_) => {}
        }
    }
    Ok(MigrationState { done, pending })
}

async fn apply(db: &Db, migration: &Migration, now: Timestamp) -> Result<()> {
    let checksum = checksum_of(migration);
    let started = [migration.name.into(), checksum.into(), Val::from(now)];
    db.execute("INSERT INTO schema_migration (name, checksum, state, at_ms) VALUES ($1, $2, 'started', $3)", &started)
        .await?;
    let outcome = apply_in_transaction(db, migration).await;
    if outcome.is_err() {
        // Both engines roll DDL back, so the store is as it was: take the mark away again.
        db.execute("DELETE FROM schema_migration WHERE name = $1 AND state = 'started'", &[migration.name.into()])
            .await?;
    }
    outcome
}

async fn apply_in_transaction(db: &Db, migration: &Migration) -> Result<()> {
    let mut tx = db.begin().await?;
    for statement in statements(migration.sql) {
        let statement = match db {
            Db::Sqlite { .. } => statement.replace(CLUSTERED, "WITHOUT ROWID"),
            Db::Postgres(_) => statement,
        };
        tx.execute(&statement, &[]).await.map_err(|error| {
            DbError::Migration(format!("step {} failed and was rolled back: {error}", migration.name))
        })?;
    }
    tx.execute("UPDATE schema_migration SET state = 'done' WHERE name = $1", &[migration.name.into()]).await?;
    tx.commit().await
}

/// Splits at `;` that ends a line; drops `--` comment lines.
fn statements(sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    for line in sql.lines().filter(|line| !line.trim_start().starts_with("--")) {
        current.push_str(line);
        current.push('\n');
        if line.trim_end().ends_with(';') {
            out.push(std::mem::take(&mut current).trim().trim_end_matches(';').to_owned());
        }
    }
    if !current.trim().is_empty() {
        out.push(current.trim().to_owned());
    }
    out
}

/// FNV-1a over the text without white space at line ends: a reformatted comment is not a changed migration.
fn checksum_of(migration: &Migration) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for statement in statements(migration.sql) {
        for byte in statement.split_whitespace().flat_map(str::bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

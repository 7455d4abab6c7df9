//! SQL for the rooms: one text for SQLite (embedded) and PostgreSQL 15+.
//!
//! `Db` is a pool, `Tx` a transaction, `Val` a typed parameter, `Row` a typed row. Rooms keep their own SQL;
//! nothing here knows what a table means. SQLite has ONE writer connection (WAL, `synchronous=FULL`), so that
//! `BEGIN IMMEDIATE` never meets a busy lock, and a pool of readers.
//!
//! Rules for SQL that runs on both are in docs/reference/sql.md; the store suites run on both.

mod migrate;
mod plans;
mod row;
mod scrub;
mod value;

pub use migrate::{Migration, MigrationState, migrate, migration_state};
pub use row::Row;
pub use value::{Val, among, in_list, pieces, placeholders};

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};
use std::path::Path;
use std::str::FromStr;

/// Rows a multi-row statement may carry on SQLite (32,766 parameters at most): enough to spread the cost of a statement.
pub const SQLITE_ROWS_PER_STATEMENT_MAX: usize = 128;
/// Rows a multi-row statement may carry on PostgreSQL (65,535 parameters at most).
pub const POSTGRES_ROWS_PER_STATEMENT_MAX: usize = 500;
const SQLITE_READERS_MAX: u32 = 4;
const POSTGRES_CONNECTIONS_MAX: u32 = 12;
/// Rows buffered between the SQLite thread and us; the default of 50 costs a third of the time.
const SQLITE_ROW_BUFFER: usize = 4096;
/// Pages in the write-ahead log (256 MiB) before they are written back: a page that is changed by batch after batch is
/// then written back once. A quarter of the time of a batch over a million customers, against 20,000 pages.
const SQLITE_WAL_CHECKPOINT_PAGES: &str = "65536";
/// Pages the writer keeps, in KiB (negative by SQLite's convention): the upper levels of every index of ten million
/// customers. Taken only as it is used.
const SQLITE_WRITER_CACHE: &str = "-65536";

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("the database does not answer: {0}")]
    Unavailable(String),
    #[error("a row with this key is there already: {0}")]
    UniqueViolation(String),
    #[error("SQL failed: {source}; statement: {statement}")]
    Sql { statement: String, source: sqlx::Error },
    #[error("column {column}: {detail}")]
    Decode { column: String, detail: String },
    #[error("{0}")]
    Migration(String),
}

impl DbError {
    /// True when the same call may succeed later (server gone, pool exhausted, disk full).
    pub fn is_unavailable(&self) -> bool {
        matches!(self, DbError::Unavailable(_))
    }
    fn of(statement: &str, source: sqlx::Error) -> Self {
        let statement: String = statement.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
        match &source {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                DbError::Unavailable(source.to_string())
            }
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                DbError::UniqueViolation(database.message().to_owned())
            }
            // 57P01..03: the server shuts down or starts; 53xxx: no space, no memory; SQLITE_FULL = 13, SQLITE_BUSY = 5.
            sqlx::Error::Database(database)
                if database.code().is_some_and(|code| {
                    code.starts_with("57P") || code.starts_with("53") || code == "13" || code == "5"
                }) =>
            {
                DbError::Unavailable(database.message().to_owned())
            }
            _ => DbError::Sql { statement, source },
        }
    }
}

pub type Result<T> = std::result::Result<T, DbError>;

/// A database: cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// A transaction; rolled back when dropped without [`Tx::commit`].
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bind_all {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Val::I(v) => query.bind(*v),
                Val::F(v) => query.bind(*v),
                Val::T(v) => query.bind(v.as_str()),
                Val::B(v) => query.bind(v.as_slice()),
                Val::Bool(v) => query.bind(*v),
                Val::NullI => query.bind(None::<i64>),
                Val::NullF => query.bind(None::<f64>),
                Val::NullT => query.bind(None::<&str>),
                Val::NullB => query.bind(None::<&[u8]>),
            };
        }
        query
    }};
}

type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn sqlite_query<'q>(sql: &str, args: &'q [Val]) -> SqliteQuery<'q> {
    let (text, order) = value::unnumbered(sql);
    // A number beyond the parameters is left unbound: the engine answers as it does to a wrong statement.
    bind_all!(sqlx::query(AssertSqlSafe(text)), order.iter().filter_map(|number| args.get(*number)))
}

fn postgres_query<'q>(sql: &str, args: &'q [Val]) -> PostgresQuery<'q> {
    bind_all!(sqlx::query(AssertSqlSafe(sql.to_owned())), args)
}

macro_rules! fetch {
    ($executor:expr, $query:expr, $sql:expr, $variant:path) => {
        $query
            .fetch_all($executor)
            .await
            .map(|rows| rows.into_iter().map($variant).collect())
            .map_err(|error| DbError::of($sql, error))
    };
}

macro_rules! run {
    ($executor:expr, $query:expr, $sql:expr) => {
        $query.execute($executor).await.map(|done| done.rows_affected()).map_err(|error| DbError::of($sql, error))
    };
}

impl Db {
    /// Opens or creates the SQLite file `path`.
    pub async fn open_sqlite(path: &Path) -> Result<Db> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(30))
            .pragma("wal_autocheckpoint", SQLITE_WAL_CHECKPOINT_PAGES)
            .pragma("temp_store", "memory")
            // Deleted rows are overwritten where that costs no extra write; `Db::scrub` does the rest.
            .pragma("secure_delete", "FAST")
            .row_buffer_size(SQLITE_ROW_BUFFER)
            .statement_cache_capacity(512);
        let failed = |error| DbError::Unavailable(format!("cannot open {}: {error}", path.display()));
        let writing = options.clone().pragma("cache_size", SQLITE_WRITER_CACHE);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(writing).await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS_MAX)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Db::Sqlite { writer, readers })
    }

    /// Connects to PostgreSQL 15+ by URL (`postgres://user@host/database`).
    pub async fn open_postgres(url: &str) -> Result<Db> {
        let options = sqlx::postgres::PgConnectOptions::from_str(url)
            .map_err(|error| DbError::Unavailable(format!("bad database URL: {error}")))?;
        PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS_MAX)
            .acquire_timeout(std::time::Duration::from_secs(10))
            .connect_with(options)
            .await
            .map(Db::Postgres)
            .map_err(|error| DbError::Unavailable(error.to_string()))
    }

    /// Reads through the readers' pool. On SQLite this must not write.
    pub async fn query(&self, sql: &str, args: &[Val]) -> Result<Vec<Row>> {
        match self {
            Db::Sqlite { readers, .. } => fetch!(readers, sqlite_query(sql, args), sql, Row::Sqlite),
            Db::Postgres(pool) => fetch!(pool, postgres_query(sql, args), sql, Row::Postgres),
        }
    }

    /// The first row of [`Db::query`], if any.
    pub async fn query_one(&self, sql: &str, args: &[Val]) -> Result<Option<Row>> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// One writing statement in a transaction of its own; answers the rows affected.
    pub async fn execute(&self, sql: &str, args: &[Val]) -> Result<u64> {
        match self {
            Db::Sqlite { writer, .. } => run!(writer, sqlite_query(sql, args), sql),
            Db::Postgres(pool) => run!(pool, postgres_query(sql, args), sql),
        }
    }

    /// Starts a writing transaction (`BEGIN IMMEDIATE` on SQLite).
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Db::Sqlite { writer, .. } => writer
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Tx::Sqlite)
                .map_err(|error| DbError::of("BEGIN IMMEDIATE", error)),
            Db::Postgres(pool) => {
                // In a task of its own: dropped between BEGIN and its answer, sqlx would give the connection back with
                // the transaction open, and whatever came next on it would never be committed.
                let pool = pool.clone();
                let begun = tokio::spawn(async move { pool.begin().await }).await;
                let begun = begun.map_err(|error| DbError::Unavailable(format!("BEGIN: {error}")))?;
                begun.map(Tx::Postgres).map_err(|error| DbError::of("BEGIN", error))
            }
        }
    }

    /// Rows a multi-row statement should carry here.
    pub fn chunk(&self) -> usize {
        match self {
            Db::Sqlite { .. } => SQLITE_ROWS_PER_STATEMENT_MAX,
            Db::Postgres(_) => POSTGRES_ROWS_PER_STATEMENT_MAX,
        }
    }

    /// The locking clause for claims: several workers on PostgreSQL pass each other by.
    pub fn skip_locked(&self) -> &'static str {
        match self {
            Db::Sqlite { .. } => "",
            Db::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    pub fn engine(&self) -> &'static str {
        match self {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgresql",
        }
    }

    /// Writes a consistent copy of the embedded database to `target` (`VACUUM INTO`). PostgreSQL: use pg_dump.
    pub async fn backup_to(&self, target: &Path) -> Result<()> {
        match self {
            Db::Sqlite { writer, .. } => {
                let args = [Val::T(target.display().to_string())];
                run!(writer, sqlite_query("VACUUM INTO $1", &args), "VACUUM INTO $1").map(|_| ())
            }
            Db::Postgres(_) => Err(DbError::Unavailable("a PostgreSQL store is backed up with pg_dump".into())),
        }
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Reads inside the transaction; also for `... RETURNING`.
    pub async fn query(&mut self, sql: &str, args: &[Val]) -> Result<Vec<Row>> {
        match self {
            Tx::Sqlite(tx) => fetch!(&mut **tx, sqlite_query(sql, args), sql, Row::Sqlite),
            Tx::Postgres(tx) => fetch!(&mut **tx, postgres_query(sql, args), sql, Row::Postgres),
        }
    }

    pub async fn query_one(&mut self, sql: &str, args: &[Val]) -> Result<Option<Row>> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    pub async fn execute(&mut self, sql: &str, args: &[Val]) -> Result<u64> {
        match self {
            Tx::Sqlite(tx) => run!(&mut **tx, sqlite_query(sql, args), sql),
            Tx::Postgres(tx) => run!(&mut **tx, postgres_query(sql, args), sql),
        }
    }

    /// Runs `"{head} VALUES (...),(...) {tail}"` over `rows`, at most [`Tx::chunk`] rows a statement.
    /// A key must not appear twice in `rows` (PostgreSQL refuses that in an upsert).
    pub async fn insert_many(&mut self, head: &str, tail: &str, rows: &[Vec<Val>]) -> Result<u64> {
        let mut affected = 0;
        for chunk in pieces(rows, self.chunk()) {
            let width = chunk[0].len();
            let args = chunk.iter().flatten();
            affected += match self {
                Tx::Sqlite(tx) => {
                    let sql = format!("{head} VALUES {} {tail}", value::marks(chunk.len(), width));
                    run!(&mut **tx, bind_all!(sqlx::query(AssertSqlSafe(sql.as_str())), args), &sql)?
                }
                Tx::Postgres(tx) => {
                    let sql = format!("{head} VALUES {} {tail}", placeholders(chunk.len(), width));
                    run!(&mut **tx, bind_all!(sqlx::query(AssertSqlSafe(sql.as_str())), args), &sql)?
                }
            };
        }
        Ok(affected)
    }

    pub fn chunk(&self) -> usize {
        match self {
            Tx::Sqlite(_) => SQLITE_ROWS_PER_STATEMENT_MAX,
            Tx::Postgres(_) => POSTGRES_ROWS_PER_STATEMENT_MAX,
        }
    }

    pub fn skip_locked(&self) -> &'static str {
        match self {
            Tx::Sqlite(_) => "",
            Tx::Postgres(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    pub async fn commit(self) -> Result<()> {
        let result = match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        };
        result.map_err(|error| DbError::of("COMMIT", error))
    }

    pub async fn rollback(self) -> Result<()> {
        let result = match self {
            Tx::Sqlite(tx) => tx.rollback().await,
            Tx::Postgres(tx) => tx.rollback().await,
        };
        result.map_err(|error| DbError::of("ROLLBACK", error))
    }
}

impl From<DbError> for base::Problem {
    fn from(error: DbError) -> Self {
        let kind = if error.is_unavailable() { base::ProblemKind::Unavailable } else { base::ProblemKind::Internal };
        let code = if error.is_unavailable() { "database_unavailable" } else { "database_error" };
        base::Problem::new(kind, code, error.to_string())
    }
}

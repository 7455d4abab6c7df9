//! A query on a database, asked on a schedule.
//!
//! With a cursor column only what is new is read, in portions: read a portion, import it, save the cursor, read the next.
//! No connection of the database is held while a portion is imported. After a crash the portion is read again, and what
//! was accepted counts once. One trait, one list, one file per engine.

mod mysql;
mod postgres;
mod query;
mod refusal;
mod sqlite;

use crate::Connect;
use crate::connector::{Connector, Ended, Job, TestResult, schema_fault};
use crate::definition::{Definition, Secrets, Settings, StoredSecret, only_travels_in};
use crate::error::{Fault, invalid};
use crate::kinds::host;
use crate::limits::*;
use crate::model::Run;
use crate::ports::{ImportStage, NewRows, RowSink};
use crate::rows::{RowsKind, RowsMapping};
use crate::schedule::Schedule;
use crate::store;
use async_trait::async_trait;
use base::{Json, JsonMap, Problem};
use futures::StreamExt;
use futures::stream::BoxStream;
use query::Query;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// A query that is asked on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseDefinition {
    pub engine: EngineKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The database's name; of SQLite the path of the file.
    pub database: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Comes in, is sealed, and never goes out.
    #[serde(default, skip_serializing_if = "only_travels_in")]
    #[schema(write_only)]
    pub password: Option<String>,
    /// A password is stored; what a request says here counts for nothing.
    #[serde(default)]
    #[schema(read_only)]
    pub password_set: bool,
    /// Only over TLS, with a certificate that is the host's. Otherwise TLS is taken where the server has it.
    #[serde(default)]
    pub tls: bool,
    /// One SELECT; `:since` stands for the last value of the cursor column.
    pub query: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor_column: Option<String>,
    /// The first `:since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    pub import_kind: RowsKind,
    #[serde(default)]
    pub mapping: RowsMapping,
    #[serde(default)]
    pub schedule: Schedule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DatabaseEngine)]
pub enum EngineKind {
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    Sqlite,
}

impl EngineKind {
    /// Asked over the network, with a user and a password.
    fn is_server(self) -> bool {
        self != Self::Sqlite
    }
}

/// A statement is not under way for longer, whoever waits for it.
const STATEMENT_MS: u64 = 30 * READ_TIMEOUT_MS;

impl Settings for DatabaseDefinition {
    fn check(&self, _: &Secrets) -> Result<(), Problem> {
        let texts = [
            ("host", self.host.as_deref()),
            ("database", Some(self.database.as_str())),
            ("user", self.user.as_deref()),
            ("cursor_column", self.cursor_column.as_deref()),
            ("start", self.start.as_deref()),
        ];
        for (field, text) in texts {
            let wrong = text.is_some_and(|text| text.trim().is_empty() || text.len() > 1_000 || text.contains('\0'));
            if wrong {
                return Err(invalid(format!("/definition/{field}"), "must not be empty or very long"));
            }
        }
        if self.engine.is_server() {
            let host = self.host.as_deref().ok_or_else(|| invalid("/definition/host", "name the server"))?;
            if !host::is_name(host) {
                return Err(invalid("/definition/host", "must be a host name or an address, without port or path"));
            }
        }
        let query = Query::read(&self.query, self.engine).map_err(|detail| invalid("/definition/query", detail))?;
        if query.has_since() != self.cursor_column.is_some() {
            let detail = "write :since where the last value of the cursor column belongs, and name that column";
            return Err(invalid("/definition/cursor_column", detail));
        }
        if let Some(start) = &self.start {
            query::literal(&start_value(start)).map_err(|fault| invalid("/definition/start", fault.detail))?;
        }
        self.schedule.check()
    }

    fn take_secret(&mut self) -> Option<String> {
        self.password.take()
    }

    fn mark_stored(&mut self, secrets: &Secrets) {
        self.password_set = secrets.secret.is_some();
    }

    fn stored_secret(&self, before: &Definition) -> StoredSecret {
        let server = |one: &Self| (one.engine, one.host.clone(), one.port, one.user.clone(), one.tls);
        match before {
            Definition::Database(before) if server(before) == server(self) => StoredSecret::Stays,
            _ => {
                let detail = "say the password again: the server, user or encryption changed";
                StoredSecret::Again(invalid("/definition/password", detail))
            }
        }
    }

    fn pulled(&self) -> Option<(&'static dyn Connector, &Schedule)> {
        Some((&Database, &self.schedule))
    }

    fn rows(&self) -> Option<(RowsKind, &RowsMapping)> {
        Some((self.import_kind, &self.mapping))
    }

    /// The cursor of one query means nothing to another.
    fn goes_on_from(&self, before: &Definition) -> bool {
        let place = |one: &Self| (one.cursor_column.clone(), one.database.clone(), one.host.clone());
        matches!(before, Definition::Database(before) if place(before) == place(self))
    }
}

/// `0` is a number, `2026-01-01` a text.
fn start_value(text: &str) -> Json {
    text.trim().parse::<i64>().map_or_else(|_| Json::String(text.trim().to_owned()), Json::from)
}

/// One engine.
#[async_trait]
trait Engine: Send + Sync {
    fn kind(&self) -> EngineKind;
    /// Connects, able to read and nothing else.
    async fn open(
        &self,
        connect: &Connect,
        database: &DatabaseDefinition,
        secrets: &Secrets,
    ) -> Result<Box<dyn Session>, Fault>;
    /// Rows of `query` after the cursor, in its order.
    fn page(&self, query: &str, cursor_column: Option<&str>, limit: u64) -> String;
}

/// A row, and the value of its cursor column as the engine writes it in a statement.
struct ReadRow {
    values: JsonMap,
    cursor: Option<Json>,
}

impl ReadRow {
    /// Of an engine that reads its values as it writes them.
    fn new(values: JsonMap, cursor_column: Option<&str>) -> Self {
        let cursor = cursor_column.and_then(|column| values.get(column).cloned());
        Self { values, cursor }
    }
}

/// Host and port of a server that is asked. The address that was looked at is the one that is asked; with TLS the name,
/// as the certificate is checked against it.
async fn asked(connect: &Connect, database: &DatabaseDefinition, usual_port: u16) -> Result<(String, u16), Fault> {
    let (name, port) = (database.host.as_deref().unwrap_or_default(), database.port.unwrap_or(usual_port));
    let addresses = host::resolve(name, port, connect.inner.config.private_networks).await?;
    let address = || addresses.first().map_or_else(String::new, |address| address.ip().to_string());
    Ok((if database.tls { name.to_owned() } else { address() }, port))
}

fn names_of(columns: &[impl sqlx::Column]) -> Vec<String> {
    columns.iter().map(|column| column.name().to_owned()).collect()
}

#[async_trait]
trait Session: Send {
    /// The columns of a query, in order, without asking it.
    async fn columns(&mut self, query: &str) -> Result<Vec<String>, Fault>;
    /// What comes before every value of the cursor column.
    async fn lowest(&mut self, page: &str) -> Result<Json, Fault>;
    fn rows<'a>(&'a mut self, page: &'a str, cursor_column: Option<&'a str>) -> BoxStream<'a, Result<ReadRow, Fault>>;
}

const ENGINES: &[&dyn Engine] = &[&postgres::Postgres, &mysql::MySql, &sqlite::Sqlite];

fn engine(kind: EngineKind) -> Result<&'static dyn Engine, Fault> {
    let found = ENGINES.iter().copied().find(|engine| engine.kind() == kind);
    found.ok_or_else(|| Fault::internal("this engine is not in the list"))
}

/// What the database answers, if it does in time.
async fn in_time<T>(connect: &Connect, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let patience = connect.inner.config.read_timeout;
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done,
        Err(_) => {
            let seconds = patience.as_secs();
            Err(Fault::new("too_slow", format!("the database gave no row for {seconds} seconds; an index may help")))
        }
    }
}

async fn next_row(
    connect: &Connect,
    rows: &mut BoxStream<'_, Result<ReadRow, Fault>>,
) -> Result<Option<ReadRow>, Fault> {
    in_time(connect, async { rows.next().await.transpose() }).await
}

async fn connect_in_time<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    match tokio::time::timeout(Duration::from_millis(CONNECT_TIMEOUT_MS), work).await {
        Ok(done) => done,
        Err(_) => {
            let seconds = CONNECT_TIMEOUT_MS / 1_000;
            Err(Fault::new("host_not_reachable", format!("the server did not answer within {seconds} seconds")))
        }
    }
}

struct Database;

#[async_trait]
impl Connector for Database {
    async fn test(&self, connect: &Connect, job: &Job) -> Result<TestResult, Fault> {
        let Definition::Database(database) = &job.definition else { return Ok(TestResult::default()) };
        let engine = engine(database.engine)?;
        let mut session = connect_in_time(engine.open(connect, database, &job.secrets)).await?;
        let page = in_time(connect, page(engine, database, &mut *session, None, TEST_ROWS as u64)).await?;
        let mut rows = session.rows(&page, database.cursor_column.as_deref());
        let mut lines = Vec::new();
        while let Some(row) = next_row(connect, &mut rows).await? {
            lines.extend(line(&row.values));
        }
        drop(rows);
        if lines.is_empty() {
            return Ok(TestResult::default());
        }
        let sample = connect.inner.door.sample("rows.jsonl", lines, database.import_kind, &database.mapping).await?;
        Ok(TestResult { sample, files: Vec::new() })
    }

    async fn run(&self, connect: &Connect, job: &Job, run: &mut Run) -> Result<Ended, Fault> {
        let Definition::Database(database) = &job.definition else { return Ok(Ended::default()) };
        let mut reading = Reading { connect, job, database, run, cursor: cursor_of(job.cursor.as_deref()) };
        while reading.portion().await? {}
        Ok(Ended::default())
    }
}

fn cursor_of(text: Option<&str>) -> Option<Json> {
    serde_json::from_str(text?).ok()
}

fn line(row: &JsonMap) -> Vec<u8> {
    let mut line = serde_json::to_vec(row).unwrap_or_default();
    line.push(b'\n');
    line
}

/// The statement of one portion.
async fn page(
    engine: &dyn Engine,
    database: &DatabaseDefinition,
    session: &mut dyn Session,
    cursor: Option<&Json>,
    limit: u64,
) -> Result<String, Fault> {
    let query = Query::read(&database.query, database.engine).map_err(|detail| Fault::new("query_failed", detail))?;
    let column = database.cursor_column.as_deref();
    if let Some(fault) = twice_fault(&session.columns(&query.with("NULL")).await?) {
        return Err(fault);
    }
    let since = match (cursor, &database.start) {
        _ if !query.has_since() => String::new(),
        (Some(cursor), _) => query::literal(cursor)?,
        (None, Some(start)) => query::literal(&start_value(start))?,
        (None, None) => {
            let unknown = engine.page(&query.with("NULL"), column, limit);
            query::literal(&session.lowest(&unknown).await?)?
        }
    };
    Ok(engine.page(&query.with(&since), column, limit))
}

/// Of two columns of one name only one would be kept, and nobody could say which.
fn twice_fault(columns: &[String]) -> Option<Fault> {
    let mut names = std::collections::HashSet::new();
    let twice = columns.iter().find(|name| !names.insert(name.to_lowercase()))?;
    let detail = format!("the query has two columns called \"{twice}\"; give one of them another name with AS");
    Some(Fault::new("column_twice", detail))
}

struct Reading<'a> {
    connect: &'a Connect,
    job: &'a Job,
    database: &'a DatabaseDefinition,
    run: &'a mut Run,
    cursor: Option<Json>,
}

/// What was read of the cursor column.
#[derive(Default)]
struct Marks {
    last: Option<Json>,
    /// The last value before `last`: rows with `last` itself may go on beyond the portion.
    before: Option<Json>,
}

impl Marks {
    fn pass(&mut self, value: Json) {
        if self.last.as_ref() != Some(&value) {
            self.before = self.last.replace(value);
        }
    }
}

impl Reading<'_> {
    /// Reads, imports and remembers one portion. False: that was the last one.
    async fn portion(&mut self) -> Result<bool, Fault> {
        let limit = if self.database.cursor_column.is_some() { CHUNK_ROWS as u64 } else { FULL_ROWS_MAX + 1 };
        let (sink, count, marks) = self.read(limit).await?;
        let Some(sink) = sink else { return Ok(false) };
        if self.database.cursor_column.is_none() && count > FULL_ROWS_MAX {
            let detail = format!(
                "the query gives more than {FULL_ROWS_MAX} rows; name a cursor column, so that it is read in portions"
            );
            return Err(Fault::new("too_many_rows", detail));
        }
        let id = sink.id();
        sink.finish().await?;
        let status = self.connect.wait_import(self.job.workspace, id, self.run).await?;
        if status.stage == ImportStage::Failed {
            let detail = status.detail.unwrap_or_else(|| "the rows could not be imported".into());
            return Err(Fault::new("mapping_failed", detail));
        }
        let is_full = count >= limit && self.database.cursor_column.is_some();
        let mark = if is_full { marks.before } else { marks.last };
        if is_full && mark.is_none() {
            let detail = format!("more than {CHUNK_ROWS} rows have one value in the cursor column; choose a finer one");
            return Err(Fault::new("cursor_not_usable", detail));
        }
        if let (Some(mark), Some(source)) = (mark, self.job.source) {
            query::literal(&mark)?;
            store::set_cursor(&self.connect.inner.db, self.job.workspace, source, &mark.to_string()).await?;
            self.cursor = Some(mark);
        }
        Ok(is_full)
    }

    async fn read(&mut self, limit: u64) -> Result<(Option<Box<dyn RowSink>>, u64, Marks), Fault> {
        let (connect, database) = (self.connect, self.database);
        let engine = engine(database.engine)?;
        let mut session = connect_in_time(engine.open(connect, database, &self.job.secrets)).await?;
        let page = in_time(connect, page(engine, database, &mut *session, self.cursor.as_ref(), limit)).await?;
        let (mut sink, mut count, mut marks): (Option<Box<dyn RowSink>>, u64, Marks) = (None, 0, Marks::default());
        let mut rows = session.rows(&page, database.cursor_column.as_deref());
        while let Some(ReadRow { values: row, cursor }) = next_row(connect, &mut rows).await? {
            let sink = match &mut sink {
                Some(sink) => sink,
                None => {
                    let columns: Vec<String> = row.keys().cloned().collect();
                    if let Some(fault) = schema_fault(&database.mapping, &columns) {
                        return Err(fault);
                    }
                    sink.insert(self.begin().await?)
                }
            };
            if let Some(column) = &database.cursor_column {
                let value = cursor.ok_or_else(|| {
                    let detail = format!("the query's result has no column \"{column}\"");
                    Fault::new("cursor_not_in_result", detail)
                })?;
                marks.pass(value);
            }
            sink.push(&line(&row)).await?;
            count += 1;
        }
        Ok((sink, count, marks))
    }

    async fn begin(&self) -> Result<Box<dyn RowSink>, Fault> {
        let source = self.job.source.ok_or_else(|| Fault::internal("a run without a source"))?;
        let names = self.connect.inner.door.sources(self.job.workspace).await?;
        let name = names.into_iter().find(|(id, _)| *id == source).map(|(_, name)| name);
        let name = name.ok_or_else(|| Fault::new("source_gone", "the source was removed"))?;
        let rows = NewRows {
            workspace: self.job.workspace,
            source,
            name,
            kind: self.database.import_kind,
            format: Some("jsonl"),
            mapping: self.database.mapping.clone(),
        };
        Ok(self.connect.inner.door.begin_rows(rows).await?)
    }
}

#[cfg(test)]
mod mysql_tests;
#[cfg(test)]
mod tests;

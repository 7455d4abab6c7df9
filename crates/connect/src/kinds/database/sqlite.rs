//! SQLite files, below the folders that are allowed, opened read-only.

use super::query::identifier;
use super::refusal::Refusal;
use super::{DatabaseDefinition, Engine, EngineKind, ReadRow, Session, names_of};
use crate::Connect;
use crate::definition::Secrets;
use crate::error::Fault;
use crate::kinds::folder::allowed;
use async_trait::async_trait;
use base::{Json, JsonMap};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement, TypeInfo, ValueRef,
};

pub(super) struct Sqlite;

#[async_trait]
impl Engine for Sqlite {
    fn kind(&self) -> EngineKind {
        EngineKind::Sqlite
    }

    async fn open(
        &self,
        connect: &Connect,
        database: &DatabaseDefinition,
        _: &Secrets,
    ) -> Result<Box<dyn Session>, Fault> {
        let (config, path) = (connect.inner.config.clone(), database.database.clone());
        let path = tokio::task::spawn_blocking(move || allowed(&config, &path)).await.map_err(Fault::internal)??;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .create_if_missing(false)
            .pragma("query_only", "ON")
            .busy_timeout(std::time::Duration::from_secs(10))
            .statement_cache_capacity(0)
            .disable_statement_logging();
        let connection = SqliteConnection::connect_with(&options).await.map_err(|error| fault(&error))?;
        Ok(Box::new(SqliteSession(connection)))
    }

    fn page(&self, query: &str, cursor_column: Option<&str>, limit: u64) -> String {
        let order = cursor_column.map_or_else(String::new, |column| {
            // With the table before it: alone, an unknown name would be taken for a text.
            let column = identifier(column);
            format!(" WHERE tutti_rows.{column} IS NOT NULL ORDER BY tutti_rows.{column}")
        });
        format!("SELECT * FROM (\n{query}\n) AS tutti_rows{order} LIMIT {limit}")
    }
}

struct SqliteSession(SqliteConnection);

#[async_trait]
impl Session for SqliteSession {
    async fn columns(&mut self, query: &str) -> Result<Vec<String>, Fault> {
        let text = AssertSqlSafe(query.to_owned()).into_sql_str();
        let statement = (&mut self.0).prepare(text).await.map_err(|error| fault(&error))?;
        Ok(names_of(statement.columns()))
    }

    async fn lowest(&mut self, _: &str) -> Result<Json, Fault> {
        // Numbers come before texts.
        Ok(json!(i64::MIN + 1))
    }

    fn rows<'a>(&'a mut self, page: &'a str, cursor_column: Option<&'a str>) -> BoxStream<'a, Result<ReadRow, Fault>> {
        let rows = sqlx::query(AssertSqlSafe(page.to_owned())).fetch(&mut self.0);
        let read = move |row: SqliteRow| Ok(ReadRow::new(read(&row)?, cursor_column));
        rows.map_err(|error| fault(&error)).map(move |row| row.and_then(read)).boxed()
    }
}

fn read(row: &SqliteRow) -> Result<JsonMap, Fault> {
    let mut map = JsonMap::new();
    for column in row.columns() {
        let at = column.ordinal();
        let raw = row.try_get_raw(at).map_err(|error| fault(&error))?;
        let kind = if raw.is_null() { "NULL".to_owned() } else { raw.type_info().name().to_uppercase() };
        let value = match kind.as_str() {
            // Bytes are no value of a customer.
            "NULL" | "BLOB" => Json::Null,
            "REAL" | "NUMERIC" => json!(row.try_get_unchecked::<f64, _>(at).map_err(|error| fault(&error))?),
            "INTEGER" | "INT4" | "INT8" | "BOOLEAN" => {
                json!(row.try_get_unchecked::<i64, _>(at).map_err(|error| fault(&error))?)
            }
            _ => json!(row.try_get_unchecked::<String, _>(at).map_err(|error| fault(&error))?),
        };
        map.insert(column.name().to_owned(), value);
    }
    Ok(map)
}

fn fault(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(database) if database.message().contains("tutti_rows.") => {
            Refusal::NoCursorColumn.fault(database.message())
        }
        sqlx::Error::Database(database) => Fault::new("query_failed", format!("SQLite says: {}", database.message())),
        other => Fault::new("query_failed", format!("the file cannot be read: {other}")),
    }
}

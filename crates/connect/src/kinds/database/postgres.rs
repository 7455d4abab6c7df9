//! PostgreSQL. Rows come as JSON made by the server: every type it knows is written as it writes it.

use super::query::identifier;
use super::refusal::Refusal;
use super::{DatabaseDefinition, Engine, EngineKind, ReadRow, STATEMENT_MS, Session, asked, names_of};
use crate::Connect;
use crate::definition::Secrets;
use crate::error::Fault;
use async_trait::async_trait;
use base::Json;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement, TypeInfo};

const PORT: u16 = 5432;

pub(super) struct Postgres;

#[async_trait]
impl Engine for Postgres {
    fn kind(&self) -> EngineKind {
        EngineKind::Postgres
    }

    async fn open(
        &self,
        connect: &Connect,
        database: &DatabaseDefinition,
        secrets: &Secrets,
    ) -> Result<Box<dyn Session>, Fault> {
        let (host, port) = asked(connect, database, PORT).await?;
        let mode = if database.tls { PgSslMode::VerifyFull } else { PgSslMode::Prefer };
        // The last one makes a backslash in a text what the check of the query takes it for.
        let read_only = [
            ("default_transaction_read_only", "on".to_owned()),
            ("statement_timeout", STATEMENT_MS.to_string()),
            ("standard_conforming_strings", "on".to_owned()),
        ];
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&host)
            .port(port)
            .database(&database.database)
            .username(database.user.as_deref().unwrap_or("postgres"))
            .ssl_mode(mode)
            .application_name("tutti")
            .statement_cache_capacity(0)
            .options(read_only);
        if let Some(password) = &secrets.secret {
            options = options.password(password);
        }
        let options = options.disable_statement_logging();
        let mut connection = PgConnection::connect_with(&options).await.map_err(|error| fault(&error))?;
        connection.execute("BEGIN READ ONLY").await.map_err(|error| fault(&error))?;
        Ok(Box::new(PostgresSession(connection)))
    }

    fn page(&self, query: &str, cursor_column: Option<&str>, limit: u64) -> String {
        let order = cursor_column.map_or_else(String::new, |column| {
            let column = identifier(column);
            format!(" WHERE tutti_rows.{column} IS NOT NULL ORDER BY tutti_rows.{column}")
        });
        let value = cursor_column.map_or_else(|| "NULL".into(), |column| format!("tutti_rows.{}", identifier(column)));
        format!(
            "SELECT row_to_json(tutti_rows)::text AS tutti_row, {value} AS tutti_cursor FROM (\n{query}\n) AS tutti_rows{order} LIMIT {limit}"
        )
    }
}

struct PostgresSession(PgConnection);

#[async_trait]
impl Session for PostgresSession {
    async fn columns(&mut self, query: &str) -> Result<Vec<String>, Fault> {
        let text = AssertSqlSafe(query.to_owned()).into_sql_str();
        let statement = (&mut self.0).prepare(text).await.map_err(|error| fault(&error))?;
        Ok(names_of(statement.columns()))
    }

    async fn lowest(&mut self, page: &str) -> Result<Json, Fault> {
        let text = AssertSqlSafe(page.to_owned()).into_sql_str();
        let statement = (&mut self.0).prepare(text).await.map_err(|error| fault(&error))?;
        let name = statement.columns().last().map(|column| {
            use sqlx::Column;
            column.type_info().name().to_uppercase()
        });
        let name = name.unwrap_or_default();
        Ok(match name.as_str() {
            "INT2" => json!(-32_768),
            "INT4" => json!(i32::MIN),
            "INT8" | "NUMERIC" | "FLOAT4" | "FLOAT8" => json!(i64::MIN + 1),
            "OID" => json!(0),
            "DATE" => json!("0001-01-01"),
            "TIMESTAMP" | "TIMESTAMPTZ" => json!("0001-01-01 00:00:00"),
            "UUID" => json!("00000000-0000-0000-0000-000000000000"),
            _ => json!(""),
        })
    }

    fn rows<'a>(&'a mut self, page: &'a str, cursor_column: Option<&'a str>) -> BoxStream<'a, Result<ReadRow, Fault>> {
        let rows = sqlx::query(AssertSqlSafe(page.to_owned())).fetch(&mut self.0);
        let read = move |row: sqlx::postgres::PgRow| {
            let text: String = row.try_get("tutti_row").map_err(|error| fault(&error))?;
            Ok(ReadRow::new(serde_json::from_str(&text).map_err(Fault::internal)?, cursor_column))
        };
        rows.map_err(|error| fault(&error)).map(move |row| row.and_then(read)).boxed()
    }
}

fn fault(error: &sqlx::Error) -> Fault {
    let sqlx::Error::Database(database) = error else {
        return Fault::new("host_not_reachable", format!("the server cannot be reached: {error}"));
    };
    let (code, text) = (database.code().unwrap_or_default().into_owned(), database.message());
    let refusal = match code.as_str() {
        code if code.starts_with("28") => Refusal::Credentials,
        "3D000" => Refusal::NoDatabase,
        "57014" => Refusal::TooSlow,
        "42703" if text.contains("tutti_rows") => Refusal::NoCursorColumn,
        code if code.starts_with("57P") || code.starts_with("53") || code.starts_with("08") => Refusal::Unavailable,
        "25006" => Refusal::WouldChange,
        _ => Refusal::Other,
    };
    refusal.fault(text)
}

//! MySQL and MariaDB. Rows come in the binary protocol and become JSON here, each value by the type of its column.
//!
//! A query is read in one meaning, whatever the server's setting: "…" and '…' are texts, `…` is a name, a backslash is
//! a letter like others. The session's zone is UTC: a TIMESTAMP is a point in time, a DATETIME what somebody wrote down
//! without a zone, which the mapping states.

use super::refusal::Refusal;
use super::{DatabaseDefinition, Engine, EngineKind, ReadRow, STATEMENT_MS, Session, asked, names_of};
use crate::Connect;
use crate::definition::Secrets;
use crate::error::Fault;
use async_trait::async_trait;
use base::{Json, JsonMap};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlRow, MySqlSslMode, MySqlTypeInfo};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement, TypeInfo, ValueRef,
};

const PORT: u16 = 3306;
/// Digits a JSON number holds without loss; longer ones stay texts.
const EXACT_DIGITS: usize = 15;

pub(super) struct MySql;

#[async_trait]
impl Engine for MySql {
    fn kind(&self) -> EngineKind {
        EngineKind::Mysql
    }

    async fn open(
        &self,
        connect: &Connect,
        database: &DatabaseDefinition,
        secrets: &Secrets,
    ) -> Result<Box<dyn Session>, Fault> {
        let (host, port) = asked(connect, database, PORT).await?;
        let mode = if database.tls { MySqlSslMode::VerifyIdentity } else { MySqlSslMode::Preferred };
        let mut options = MySqlConnectOptions::new()
            .host(&host)
            .port(port)
            .database(&database.database)
            .username(database.user.as_deref().unwrap_or("root"))
            .ssl_mode(mode)
            .statement_cache_capacity(0)
            .pipes_as_concat(false)
            .no_engine_substitution(false);
        if let Some(password) = &secrets.secret {
            options = options.password(password);
        }
        let options = options.disable_statement_logging();
        let mut connection = MySqlConnection::connect_with(&options).await.map_err(|error| fault(&error))?;
        prepare(&mut connection).await.map_err(|error| fault(&error))?;
        Ok(Box::new(MySqlSession(connection)))
    }

    fn page(&self, query: &str, cursor_column: Option<&str>, limit: u64) -> String {
        let (value, order) = match cursor_column {
            None => ("NULL".to_owned(), String::new()),
            Some(column) => {
                let column = format!("tutti_rows.{}", identifier(column));
                let order = format!(" WHERE {column} IS NOT NULL ORDER BY {column}");
                (column, order)
            }
        };
        format!("SELECT tutti_rows.*, {value} AS tutti_cursor FROM (\n{query}\n) AS tutti_rows{order} LIMIT {limit}")
    }
}

/// Makes the session one that reads, for a limited time, in one meaning of SQL.
async fn prepare(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut *connection).await?;
    let limit = if version.contains("MariaDB") {
        format!("SET SESSION max_statement_time = {}", STATEMENT_MS / 1_000)
    } else {
        format!("SET SESSION max_execution_time = {STATEMENT_MS}")
    };
    connection.execute(AssertSqlSafe(limit)).await?;
    for statement in [
        "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'",
        "SET SESSION TRANSACTION READ ONLY",
        "START TRANSACTION READ ONLY",
    ] {
        connection.execute(statement).await?;
    }
    Ok(())
}

/// A name as MySQL has it.
fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

struct MySqlSession(MySqlConnection);

#[async_trait]
impl Session for MySqlSession {
    async fn columns(&mut self, query: &str) -> Result<Vec<String>, Fault> {
        let text = AssertSqlSafe(query.to_owned()).into_sql_str();
        let statement = (&mut self.0).prepare(text).await.map_err(|error| fault(&error))?;
        let bytes = statement.columns().iter().find(|column| is_bytes(column.type_info()));
        if let Some(column) = bytes {
            let (name, kind) = (column.name(), column.type_info().name());
            let detail = format!(
                "the column \"{name}\" holds bytes ({kind}); leave it out of the query, or make a text of it with HEX()"
            );
            return Err(Fault::new("column_not_readable", detail));
        }
        Ok(names_of(statement.columns()))
    }

    async fn lowest(&mut self, page: &str) -> Result<Json, Fault> {
        let text = AssertSqlSafe(page.to_owned()).into_sql_str();
        let statement = (&mut self.0).prepare(text).await.map_err(|error| fault(&error))?;
        let Some(column) = statement.columns().last() else { return Ok(Json::Null) };
        Ok(match column.type_info().name() {
            "DATE" => json!("0001-01-01"),
            "DATETIME" => json!("0001-01-01 00:00:00"),
            // The first second it can hold.
            "TIMESTAMP" => json!("1970-01-01 00:00:01"),
            "TIME" => json!("-838:59:59"),
            "SET" | "JSON" => json!(""),
            _ if is_text(column.type_info()) => json!(""),
            _ => json!(i64::MIN + 1),
        })
    }

    fn rows<'a>(&'a mut self, page: &'a str, _: Option<&'a str>) -> BoxStream<'a, Result<ReadRow, Fault>> {
        let rows = sqlx::query(AssertSqlSafe(page.to_owned())).fetch(&mut self.0);
        rows.map_err(|error| fault(&error)).map(|row| row.and_then(|row| read(&row))).boxed()
    }
}

fn is_text(kind: &MySqlTypeInfo) -> bool {
    <str as sqlx::Type<sqlx::MySql>>::compatible(kind)
}

/// By its name alone a text that is compared byte by byte would be one.
fn is_bytes(kind: &MySqlTypeInfo) -> bool {
    let name = kind.name();
    (name.ends_with("BLOB") || name.ends_with("BINARY") || name == "GEOMETRY") && !is_text(kind)
}

/// The last column is the cursor's.
fn read(row: &MySqlRow) -> Result<ReadRow, Fault> {
    let mut values = JsonMap::new();
    let last = row.columns().len().saturating_sub(1);
    for column in &row.columns()[..last] {
        values.insert(column.name().to_owned(), value(row, column.ordinal(), false)?);
    }
    let cursor = value(row, last, true)?;
    Ok(ReadRow { values, cursor: Some(cursor).filter(|cursor| !cursor.is_null()) })
}

/// A value as JSON; `in_sql`: as it is written in a statement.
fn value(row: &MySqlRow, at: usize, in_sql: bool) -> Result<Json, Fault> {
    let failed = |error: sqlx::Error| fault(&error);
    if row.try_get_raw(at).map_err(failed)?.is_null() {
        return Ok(Json::Null);
    }
    let bytes = || row.try_get_unchecked::<&[u8], _>(at).map_err(failed);
    let text = || row.try_get_unchecked::<String, _>(at).map_err(failed);
    Ok(match row.columns()[at].type_info().name() {
        "NULL" => Json::Null,
        // TINYINT(1): there is no other boolean, and some hold larger numbers in it.
        "BOOLEAN" => match row.try_get_unchecked::<i8, _>(at).map_err(failed)? {
            number if in_sql || !(0..=1).contains(&number) => json!(number),
            number => json!(number == 1),
        },
        "BIT" => json!(bytes()?.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))),
        "FLOAT" => single(row.try_get_unchecked::<f32, _>(at).map_err(failed)?),
        "DOUBLE" => json!(row.try_get_unchecked::<f64, _>(at).map_err(failed)?),
        "YEAR" => json!(row.try_get_unchecked::<u16, _>(at).map_err(failed)?),
        "DECIMAL" => decimal(&text()?),
        "DATE" => moment(bytes()?).date(in_sql),
        "DATETIME" => moment(bytes()?).date_time(in_sql, ""),
        "TIMESTAMP" => moment(bytes()?).date_time(in_sql, "Z"),
        "TIME" => json!(time_of_day(bytes()?)),
        "JSON" => match (text()?, in_sql) {
            (text, true) => json!(text),
            (text, false) => serde_json::from_str(&text).map_err(Fault::internal)?,
        },
        kind if kind.ends_with("UNSIGNED") => json!(row.try_get_unchecked::<u64, _>(at).map_err(failed)?),
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
            json!(row.try_get_unchecked::<i64, _>(at).map_err(failed)?)
        }
        _ => json!(text()?),
    })
}

/// 0.1 as a FLOAT is 0.1, not the nearest double of its four bytes.
fn single(number: f32) -> Json {
    number.to_string().parse::<f64>().map_or(Json::Null, |number| json!(number))
}

fn decimal(text: &str) -> Json {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(number) if digits <= EXACT_DIGITS => json!(number),
        _ => json!(text),
    }
}

/// What DATE, DATETIME and TIMESTAMP hold, also what is on no calendar.
#[derive(Debug, Default, PartialEq)]
struct Moment {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micros: u32,
}

/// Reads the binary form: a length, then as many of the parts as are not zero.
fn moment(bytes: &[u8]) -> Moment {
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    Moment {
        year: u16::from_le_bytes([at(1), at(2)]),
        month: at(3),
        day: at(4),
        hour: at(5),
        minute: at(6),
        second: at(7),
        micros: u32::from_le_bytes([at(8), at(9), at(10), at(11)]),
    }
}

impl Moment {
    /// `0000-00-00` and days without a month are MySQL's way to say that a date is not known.
    fn is_known(&self) -> bool {
        self.month > 0 && self.day > 0
    }

    fn date(&self, in_sql: bool) -> Json {
        let Moment { year, month, day, .. } = self;
        if self.is_known() || in_sql { json!(format!("{year:04}-{month:02}-{day:02}")) } else { Json::Null }
    }

    /// `zone` stands behind it where it is not written into a statement.
    fn date_time(&self, in_sql: bool, zone: &str) -> Json {
        let Moment { year, month, day, hour, minute, second, micros } = self;
        if !self.is_known() && !in_sql {
            return Json::Null;
        }
        let fraction = if *micros == 0 { String::new() } else { format!(".{micros:06}") };
        let (between, zone) = if in_sql || zone.is_empty() { (' ', "") } else { ('T', zone) };
        json!(format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
    }
}

/// A TIME is a span: it may be negative, and longer than a day.
fn time_of_day(bytes: &[u8]) -> String {
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let days = u32::from_le_bytes([at(2), at(3), at(4), at(5)]);
    let micros = u32::from_le_bytes([at(9), at(10), at(11), at(12)]);
    let sign = if at(1) == 1 { "-" } else { "" };
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    let hours = days.saturating_mul(24).saturating_add(u32::from(at(6)));
    format!("{sign}{hours:02}:{:02}:{:02}{fraction}", at(7), at(8))
}

fn fault(error: &sqlx::Error) -> Fault {
    let database = match error {
        sqlx::Error::Database(database) => database,
        // Of a password that would have to be encrypted in a way of its own.
        sqlx::Error::Configuration(_) => {
            let detail = "the server takes this account's password over TLS only; it has to offer TLS";
            return Fault::new("wrong_credentials", detail);
        }
        sqlx::Error::Tls(error) => {
            let detail = format!("the server cannot be asked over TLS with a certificate for its name: {error}");
            return Fault::new("host_not_reachable", detail);
        }
        other => return Fault::new("host_not_reachable", format!("the server cannot be reached: {other}")),
    };
    let text = database.message();
    let number = database.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number);
    let refusal = match number {
        1044 | 1045 | 1698 => Refusal::Credentials,
        1049 => Refusal::NoDatabase,
        1969 | 3024 => Refusal::TooSlow,
        1054 if text.contains("tutti_rows") => Refusal::NoCursorColumn,
        1040 | 1053 | 1129 | 1130 | 1203 | 1226 | 1927 => Refusal::Unavailable,
        1792 => Refusal::WouldChange,
        _ => Refusal::Other,
    };
    refusal.fault(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_wire_has_them() {
        let full = [11, 0xea, 0x07, 11, 22, 10, 5, 9, 0x40, 0xe2, 0x01, 0];
        assert_eq!(moment(&full).date_time(false, "Z"), json!("2026-11-22T10:05:09.123456Z"));
        assert_eq!(moment(&full).date_time(true, "Z"), json!("2026-11-22 10:05:09.123456"));
        assert_eq!(moment(&full[..8]).date_time(false, ""), json!("2026-11-22 10:05:09"));
        assert_eq!(moment(&[4, 0xea, 0x07, 2, 28]).date(false), json!("2026-02-28"));
        // 0000-00-00, and a year without a day.
        assert_eq!((moment(&[0]).date(false), moment(&[4, 0xea, 0x07, 0, 0]).date(false)), (Json::Null, Json::Null));
        assert_eq!(moment(&[0]).date_time(true, ""), json!("0000-00-00 00:00:00"));
        assert_eq!(time_of_day(&[8, 1, 1, 0, 0, 0, 2, 3, 4]), "-26:03:04");
        assert_eq!(time_of_day(&[0]), "00:00:00");
    }

    #[test]
    fn a_number_that_would_lose_digits_stays_a_text() {
        assert_eq!((decimal("12.50"), decimal("-0.01")), (json!(12.5), json!(-0.01)));
        assert_eq!(decimal("12345678901234567.89"), json!("12345678901234567.89"));
        assert_eq!(single(0.1), json!(0.1));
    }
}

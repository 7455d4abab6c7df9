//! A row of either engine, read by column number or name. Booleans are stored as BOOLEAN.

use crate::{DbError, Result};
use base::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

#[derive(Debug)]
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: &str) -> Result<$type> {
            match self {
                Row::Sqlite(row) => row.try_get::<$type, _>(column),
                Row::Postgres(row) => row.try_get::<$type, _>(column),
            }
            .map_err(|error| DbError::Decode { column: column.to_owned(), detail: error.to_string() })
        }
    };
}

impl Row {
    getter!(/// BIGINT NOT NULL.
        i64, i64);
    getter!(/// BIGINT NULL.
        opt_i64, Option<i64>);
    getter!(/// DOUBLE PRECISION NOT NULL.
        f64, f64);
    getter!(opt_f64, Option<f64>);
    getter!(/// TEXT NOT NULL.
        text, String);
    getter!(opt_text, Option<String>);
    getter!(/// BYTEA NOT NULL.
        bytes, Vec<u8>);
    getter!(opt_bytes, Option<Vec<u8>>);
    getter!(/// BOOLEAN NOT NULL.
        bool, bool);

    /// BIGINT of milliseconds NOT NULL.
    pub fn time(&self, column: &str) -> Result<Timestamp> {
        Ok(Timestamp::from_ms(self.i64(column)?))
    }
    pub fn opt_time(&self, column: &str) -> Result<Option<Timestamp>> {
        Ok(self.opt_i64(column)?.map(Timestamp::from_ms))
    }
    /// TEXT that holds an id or another parseable type.
    pub fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(column)?;
        text.parse().map_err(|error: T::Err| DbError::Decode { column: column.to_owned(), detail: error.to_string() })
    }
}

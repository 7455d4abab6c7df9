//! What deleted rows leave behind in the files of an embedded store, and how it goes.
//!
//! SQLite marks deleted rows as free space. `secure_delete=FAST` overwrites them at no measurable cost (ON, which also
//! overwrites free pages, costs a third of the writes), but when a page is split, copies of rows stay in its unused
//! part: of 2,000 rows deleted from 60,000, the bytes of 26 (ON) to 32 (FAST) were still in the file. Only writing the
//! file anew (`VACUUM`) leaves nothing. It blocks writers about a second per 100 MB; readers go on.

use crate::{Db, DbError, Result, Row};

impl Db {
    /// Writes the embedded store anew and empties its log, so that no file holds what was deleted before. On PostgreSQL
    /// this is the server's business (autovacuum, or `VACUUM FULL`); nothing is done.
    pub async fn scrub(&self) -> Result<()> {
        let Db::Sqlite { writer, .. } = self else { return Ok(()) };
        let unavailable = |error: sqlx::Error| DbError::Unavailable(error.to_string());
        let mut connection = writer.acquire().await.map_err(unavailable)?;
        // The copy VACUUM makes is as large as the store: not in memory.
        run(&mut connection, "PRAGMA temp_store = FILE").await?;
        let written = run(&mut connection, "VACUUM").await;
        run(&mut connection, "PRAGMA temp_store = MEMORY").await?;
        written?;
        let done = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
        let done = done.map(Row::Sqlite).map_err(|error| DbError::of("PRAGMA wal_checkpoint", error))?;
        match done.i64("busy")? {
            0 => Ok(()),
            _ => Err(DbError::Unavailable("readers still need the store's log; it is emptied later".into())),
        }
    }

    /// Bytes of the embedded store's main file; 0 on PostgreSQL.
    pub async fn file_bytes(&self) -> Result<u64> {
        let Db::Sqlite { .. } = self else { return Ok(0) };
        let sql = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";
        Ok(self.query_one(sql, &[]).await?.map_or(Ok(0), |row| row.i64("bytes"))?.max(0) as u64)
    }
}

async fn run(connection: &mut sqlx::pool::PoolConnection<sqlx::Sqlite>, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(&mut **connection).await.map(|_| ()).map_err(|error| DbError::of(sql, error))
}

//! What SQLite's planner is told of our tables: statistics made from the shape of the indexes, not counted.
//!
//! Without any, SQLite takes it that the first column of each index leaves ten rows. Ours is nearly always
//! `workspace_id`, which leaves all of them, so it read whole tables to find the identifiers of one customer. Counting
//! (`ANALYZE`) would tell the truth of one day: an empty store says nothing, and plans would change under way. Said once
//! for all, the plan of a statement is the same on every store. PostgreSQL counts by itself.

use crate::{Db, Result, Tx, Val};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a table, as far as plans go: many.
const ROWS: u64 = 1_000_000;
/// Rows of a table with one row a workspace, and of an index over what is waiting.
const ROWS_FEW: u64 = 100;
/// How many values a column has that says of what sort a row is.
const SORTS: u64 = 10;
/// How many values any other column has.
const VALUES: u64 = 10_000;
/// Columns that say of what sort a row is, or tell few rows of a workspace apart.
const COARSE: [&str; 14] = [
    "active",
    "bits",
    "channel",
    "class",
    "currency",
    "kind",
    "metric",
    "name",
    "part",
    "source",
    "source_id",
    "state",
    "term",
    "what",
];
const TENANT: &str = "workspace_id";

/// An index as the schema has it.
struct Index {
    is_unique: bool,
    is_of_few: bool,
    columns: Vec<String>,
}

impl Index {
    /// `sqlite_stat1.stat`: the rows, and how many of them have the same first column, first two columns, ...
    fn stat(&self) -> String {
        let is_of_tenants = self.is_unique && self.columns == [TENANT];
        let mut left = if is_of_tenants || self.is_of_few { ROWS_FEW } else { ROWS };
        let mut numbers = vec![left];
        for (place, column) in self.columns.iter().enumerate() {
            left = match column.as_str() {
                _ if self.is_unique && place + 1 == self.columns.len() => 1,
                TENANT => left,
                name if COARSE.contains(&name) => left.div_ceil(SORTS),
                _ => left.div_ceil(VALUES),
            };
            numbers.push(left);
        }
        numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// Writes the statistics if they are not there yet. Readers that are open take them up with the schema.
pub(crate) async fn describe(db: &Db) -> Result<()> {
    if !matches!(db, Db::Sqlite { .. }) {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let wanted = wanted(&mut tx).await?;
    // Makes the table of statistics; reads no row of ours.
    tx.execute("ANALYZE sqlite_schema", &[]).await?;
    let rows = tx.query("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL", &[]).await?;
    let row = |row: &crate::Row| Ok((row.text("tbl")?, row.text("idx")?, row.text("stat")?));
    let there = rows.iter().map(row).collect::<Result<BTreeSet<_>>>()?;
    if there == wanted {
        return tx.rollback().await;
    }
    tx.execute("DELETE FROM sqlite_stat1", &[]).await?;
    let rows: Vec<Vec<Val>> =
        wanted.into_iter().map(|(table, index, stat)| vec![table.into(), index.into(), stat.into()]).collect();
    tx.insert_many("INSERT INTO sqlite_stat1 (tbl, idx, stat)", "", &rows).await?;
    tx.execute("ANALYZE sqlite_schema", &[]).await?;
    tx.commit().await
}

/// (table, index, statistics) of every index there is.
async fn wanted(tx: &mut Tx) -> Result<BTreeSet<(String, String, String)>> {
    let sql = "SELECT tables.name AS tbl, tables.sql LIKE '%WITHOUT ROWID%' AS clustered, list.name AS idx, \
               list.\"unique\" AS is_unique, list.origin, list.partial, \
               COALESCE((SELECT sql FROM sqlite_master WHERE type = 'index' AND name = list.name), '') AS made, \
               COALESCE(columns.name, '') AS column_name \
               FROM sqlite_master AS tables JOIN pragma_index_list(tables.name) AS list \
               JOIN pragma_index_info(list.name) AS columns \
               WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite~_%' ESCAPE '~' \
               ORDER BY tables.name, list.name, columns.seqno";
    let mut indexes: BTreeMap<(String, String), Index> = BTreeMap::new();
    for row in tx.query(sql, &[]).await? {
        let (table, made) = (row.text("tbl")?, row.text("made")?);
        let is_tree = row.i64("clustered")? != 0 && row.text("origin")? == "pk";
        // SQLite calls the tree of a clustered table by the table's name.
        let name = if is_tree { table.clone() } else { row.text("idx")? };
        let index = Index {
            is_unique: row.i64("is_unique")? != 0,
            is_of_few: row.i64("partial")? != 0 && !made.trim_end().ends_with("IS NOT NULL"),
            columns: Vec::new(),
        };
        indexes.entry((table, name)).or_insert(index).columns.push(row.text("column_name")?);
    }
    Ok(indexes.into_iter().map(|((table, name), index)| (table, name, index.stat())).collect())
}

#[cfg(test)]
mod tests {
    use super::Index;

    fn stat(is_unique: bool, is_of_few: bool, columns: &[&str]) -> String {
        Index { is_unique, is_of_few, columns: columns.iter().map(|name| (*name).to_owned()).collect() }.stat()
    }

    #[test]
    fn a_tenant_tells_no_rows_apart_and_the_end_of_a_key_tells_all() {
        assert_eq!(stat(false, false, &["workspace_id", "profile_id"]), "1000000 1000000 100");
        assert_eq!(stat(true, false, &["workspace_id", "kind", "value"]), "1000000 1000000 100000 1");
        assert_eq!(stat(true, false, &["workspace_id", "profile_id", "channel"]), "1000000 1000000 100 1");
        assert_eq!(stat(false, true, &["workspace_id", "id"]), "100 100 1");
        assert_eq!(stat(true, false, &["workspace_id"]), "100 1");
    }
}

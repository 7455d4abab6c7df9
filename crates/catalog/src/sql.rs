//! Forms of SQL and texts the room's stores share.

use crate::error::CatalogError;
use crate::limits::{TERM_CHARS_MAX, TITLE_WORDS_MAX};
use crate::product::{Item, Product};
use base::{ProductId, WorkspaceId};
use db::{DbError, Row, Tx, Val};
use std::collections::BTreeSet;

/// Lists read at a time: so many times the rows a statement may carry, as each carries one value.
const LIST_FACTOR: usize = 4;

/// `select` ends in `IN`; its parameters are `fixed`.
pub(crate) async fn query_in(tx: &mut Tx, select: &str, fixed: &[Val], list: &[Val]) -> Result<Vec<Row>, DbError> {
    let mut rows = Vec::new();
    for chunk in db::pieces(list, tx.chunk() * LIST_FACTOR) {
        let sql = format!("{select} {}", db::in_list(fixed.len() + 1, chunk.len()));
        let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
        rows.extend(tx.query(&sql, &args).await?);
    }
    Ok(rows)
}

/// `statement` ends in `IN`; its parameters are `fixed`.
pub(crate) async fn execute_in(tx: &mut Tx, statement: &str, fixed: &[Val], list: &[Val]) -> Result<u64, DbError> {
    let mut affected = 0;
    for chunk in db::pieces(list, tx.chunk() * LIST_FACTOR) {
        let sql = format!("{statement} {}", db::in_list(fixed.len() + 1, chunk.len()));
        let args: Vec<Val> = fixed.iter().chain(chunk).cloned().collect();
        affected += tx.execute(&sql, &args).await?;
    }
    Ok(affected)
}

/// Lower case, cut to what a search reaches.
pub(crate) fn search_form(text: &str) -> String {
    text.trim().chars().take(TERM_CHARS_MAX).flat_map(char::to_lowercase).collect()
}

/// What a product is found by: its ids, its brand, and its title from every word on.
pub(crate) fn terms(item: &Item) -> BTreeSet<String> {
    let ids = [Some(&item.id), item.gtin.as_ref(), item.mpn.as_ref(), item.brand.as_ref()];
    let mut terms: BTreeSet<String> = ids.into_iter().flatten().map(|text| search_form(text)).collect();
    let starts = item.title.split_word_starts().take(TITLE_WORDS_MAX);
    terms.extend(starts.map(|at| search_form(&item.title[at..])));
    terms.remove("");
    terms
}

trait WordStarts {
    fn split_word_starts(&self) -> impl Iterator<Item = usize>;
}

impl WordStarts for str {
    fn split_word_starts(&self) -> impl Iterator<Item = usize> {
        let mut before_is_word = false;
        self.char_indices().filter_map(move |(at, letter)| {
            let starts = letter.is_alphanumeric() && !before_is_word;
            before_is_word = letter.is_alphanumeric();
            starts.then_some(at)
        })
    }
}

pub(crate) const PRODUCT_COLUMNS: &str = "number, source, item, first_ms, seen_ms, changed_ms, gone_ms";

/// Of [`PRODUCT_COLUMNS`].
pub(crate) fn product(row: &Row) -> Result<Product, CatalogError> {
    let id = ProductId::from_sql(row.i64("number")?);
    let item: Item =
        serde_json::from_str(&row.text("item")?).map_err(|error| CatalogError::Broken(id, error.to_string()))?;
    Ok(Product {
        id,
        source: row.text("source")?,
        item,
        first_seen: row.time("first_ms")?,
        last_seen: row.time("seen_ms")?,
        changed_at: row.time("changed_ms")?,
        gone_at: row.opt_time("gone_ms")?,
    })
}

/// The next `count` numbers: the first of them.
pub(crate) async fn numbers(tx: &mut Tx, workspace: WorkspaceId, count: usize) -> Result<i64, DbError> {
    let sql = "INSERT INTO catalog_counter (workspace_id, last_number) VALUES ($1, $2) ON CONFLICT (workspace_id) \
               DO UPDATE SET last_number = catalog_counter.last_number + excluded.last_number RETURNING last_number";
    let row = tx.query_one(sql, &[workspace.into(), count.into()]).await?;
    Ok(row.map_or(Ok(0), |row| row.i64("last_number"))? - count as i64 + 1)
}

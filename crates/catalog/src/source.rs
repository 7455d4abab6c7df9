//! Where products come from: how many of each source, and its last feed.

use crate::error::{CatalogError, Result};
use crate::limits::SOURCE_CHARS_MAX;
use crate::run::{self, Run};
use base::WorkspaceId;
use db::Db;
use std::collections::BTreeMap;

/// A connection, or the name an upload gave.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductSource {
    pub source: String,
    /// Not gone.
    pub products: u64,
    pub gone: u64,
    pub last_run: Option<Run>,
}

/// Refuses what is no name of a source.
pub(crate) fn check_name(source: &str) -> Result<()> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if !source.is_empty() && source.len() <= SOURCE_CHARS_MAX && source.chars().all(plain) {
        return Ok(());
    }
    let detail = format!("a source has 1 to {SOURCE_CHARS_MAX} letters, digits, dashes, underscores or points");
    Err(CatalogError::Invalid { pointer: "/source", code: "bad_source", detail })
}

/// By name.
pub(crate) async fn list(db: &Db, workspace: WorkspaceId) -> Result<Vec<ProductSource>> {
    let mut sources: BTreeMap<String, ProductSource> = BTreeMap::new();
    let empty = |source: &str| ProductSource { source: source.to_owned(), products: 0, gone: 0, last_run: None };
    let sql = "SELECT source, COUNT(*) AS n, COUNT(gone_ms) AS gone FROM catalog_product WHERE workspace_id = $1 \
               GROUP BY source";
    for row in db.query(sql, &[workspace.into()]).await? {
        let source = row.text("source")?;
        let (all, gone) = (row.i64("n")?.max(0) as u64, row.i64("gone")?.max(0) as u64);
        sources.insert(source.clone(), ProductSource { products: all.saturating_sub(gone), gone, ..empty(&source) });
    }
    let sql = "SELECT * FROM catalog_run WHERE workspace_id = $1 AND id = (SELECT MAX(last.id) FROM catalog_run last \
               WHERE last.workspace_id = $1 AND last.source = catalog_run.source)";
    for row in db.query(sql, &[workspace.into()]).await? {
        let last = run::read(&row)?;
        let source = last.source.clone();
        sources.entry(source.clone()).or_insert_with(|| empty(&source)).last_run = Some(last);
    }
    Ok(sources.into_values().collect())
}

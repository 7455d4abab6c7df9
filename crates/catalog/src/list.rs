//! Lists and search: keyset paging over an index, so that page 1,000 costs what page 1 costs.
//!
//! A search finds what begins with the text: an id, a brand, or a title from any of its words on. A product shows under
//! the first of its words that fits, so that it shows once. Cursors are `text|number`.

use crate::error::{CatalogError, Result};
use crate::limits::LOOKUP_MAX;
use crate::product::{Availability, Product};
use crate::sql::{PRODUCT_COLUMNS, product, search_form};
use base::{Page, PageRequest, WorkspaceId};
use db::{Db, Row, Val};

/// Sorts after every text that begins with what stands before it.
const LAST_CHARACTER: char = '\u{10FFFF}';

/// Products that are gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Gone {
    #[default]
    No,
    Only,
    Any,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The beginning of an id, brand or word of the title.
    pub q: Option<String>,
    pub source: Option<String>,
    pub availability: Option<Availability>,
    pub brand: Option<String>,
    /// Those below it count too.
    pub category: Option<String>,
    pub gone: Gone,
}

/// A category with how many products have it, without those below it.
#[derive(Debug, Clone, PartialEq)]
pub struct CategoryCount {
    pub category: String,
    pub products: u64,
}

/// A statement with its parameters.
struct Statement {
    sql: String,
    args: Vec<Val>,
}

impl Statement {
    fn arg(&mut self, value: impl Into<Val>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }

    fn filter(&mut self, filter: &Filter) {
        let texts = [
            ("source", filter.source.clone()),
            ("availability", filter.availability.map(|one| one.name().to_owned())),
            ("brand_key", filter.brand.as_deref().map(search_form)),
        ];
        for (column, text) in texts {
            let Some(text) = text else { continue };
            let place = self.arg(text);
            self.sql.push_str(&format!(" AND product.{column} = {place}"));
        }
        if let Some(category) = &filter.category {
            let (whole, from) = (self.arg(category.as_str()), self.arg(format!("{category} > ")));
            let to = self.arg(format!("{category} > {LAST_CHARACTER}"));
            self.sql.push_str(&format!(
                " AND (product.category = {whole} OR (product.category >= {from} AND product.category < {to}))"
            ));
        }
        self.sql.push_str(match filter.gone {
            Gone::No => " AND product.gone_ms IS NULL",
            Gone::Only => " AND product.gone_ms IS NOT NULL",
            Gone::Any => "",
        });
    }
}

fn wrong(cursor: &str) -> CatalogError {
    CatalogError::Cursor(cursor.chars().take(100).collect())
}

/// Where the page begins: before everything without a cursor.
fn read_cursor(page: &PageRequest) -> Result<(String, i64)> {
    let Some(cursor) = page.cursor.as_deref() else { return Ok((String::new(), 0)) };
    let (key, number) = cursor.rsplit_once('|').filter(|_| !cursor.contains('\0')).ok_or_else(|| wrong(cursor))?;
    Ok((key.to_owned(), number.parse().map_err(|_| wrong(cursor))?))
}

pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Product>> {
    let limit = page.limit();
    let (key, number) = read_cursor(page)?;
    let columns: Vec<String> = PRODUCT_COLUMNS.split(", ").map(|name| format!("product.{name} AS {name}")).collect();
    let columns = columns.join(", ");
    let mut statement = Statement { sql: String::new(), args: vec![workspace.into()] };
    let prefix = filter.q.as_deref().map(search_form).filter(|prefix| !prefix.is_empty());
    let order = match prefix {
        None => {
            statement.sql = format!(
                "SELECT {columns}, product.title_key AS found FROM catalog_product product WHERE product.workspace_id = $1"
            );
            ("product.title_key", "product.number")
        }
        Some(prefix) => {
            let (from, to) = (statement.arg(prefix.as_str()), statement.arg(format!("{prefix}{LAST_CHARACTER}")));
            statement.sql = format!(
                "SELECT {columns}, word.term AS found FROM catalog_term word JOIN catalog_product product \
                 ON product.workspace_id = word.workspace_id AND product.number = word.number \
                 WHERE word.workspace_id = $1 AND word.term >= {from} AND word.term < {to} AND NOT EXISTS \
                 (SELECT 1 FROM catalog_term earlier WHERE earlier.workspace_id = word.workspace_id \
                 AND earlier.number = word.number AND earlier.term >= {from} AND earlier.term < word.term)"
            );
            ("word.term", "word.number")
        }
    };
    statement.filter(filter);
    let (key, number) = (statement.arg(key), statement.arg(number));
    let most = statement.arg(limit + 1);
    let (text, id) = order;
    statement.sql.push_str(&format!(" AND ({text}, {id}) > ({key}, {number}) ORDER BY {text}, {id} LIMIT {most}"));
    let rows = db.query(&statement.sql, &statement.args).await?;
    let read = |row: &Row| Ok((row.text("found")?, product(row)?));
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let page = Page::cut(items, limit, |(found, last)| format!("{found}|{}", last.id.sql()));
    Ok(page.map(|(_, product)| product))
}

/// By the shop's ids; of one that several sources have, the one that is not gone and was seen last.
pub(crate) async fn lookup(db: &Db, workspace: WorkspaceId, ids: &[String]) -> Result<Vec<Product>> {
    if ids.len() > LOOKUP_MAX {
        let detail = format!("{} ids are asked for; {LOOKUP_MAX} at once are answered", ids.len());
        return Err(CatalogError::Invalid { pointer: "/ids", code: "too_many_ids", detail });
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {PRODUCT_COLUMNS} FROM catalog_product WHERE workspace_id = $1 AND product_id IN {} \
         ORDER BY product_id, CASE WHEN gone_ms IS NULL THEN 0 ELSE 1 END, seen_ms DESC, number",
        db::in_list(2, ids.len())
    );
    let args: Vec<Val> = std::iter::once(workspace.into()).chain(ids.iter().map(Val::from)).collect();
    let rows = db.query(&sql, &args).await?;
    let mut found: Vec<Product> = rows.iter().map(product).collect::<Result<_>>()?;
    found.dedup_by(|later, kept| later.item.id == kept.item.id);
    Ok(found)
}

/// A to Z, of products that are not gone.
pub(crate) async fn categories(db: &Db, workspace: WorkspaceId, page: &PageRequest) -> Result<Page<CategoryCount>> {
    let limit = page.limit();
    let sql = "SELECT category, COUNT(*) AS n FROM catalog_product WHERE workspace_id = $1 AND category IS NOT NULL \
               AND category > $2 AND gone_ms IS NULL GROUP BY category ORDER BY category LIMIT $3";
    let after = page.cursor.clone().unwrap_or_default();
    if after.contains('\0') {
        return Err(wrong(&after));
    }
    let rows = db.query(sql, &[workspace.into(), after.into(), (limit + 1).into()]).await?;
    let read = |row: &Row| Ok(CategoryCount { category: row.text("category")?, products: row.i64("n")?.max(0) as u64 });
    let items = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(items, limit, |last| last.category.clone()))
}

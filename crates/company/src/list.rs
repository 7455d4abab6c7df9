//! Lists and search: keyset paging over an index for every order, so that page 1,000 costs what page 1 costs.
//!
//! A search tries the whole text as a company id and as a group id first; then as the beginning of the name, then of
//! the domain. Its cursor is `phase|text|id`.

use crate::error::CompanyError;
use crate::model::{COLUMNS, CompanySummary, FROM, MEMBER_COLUMNS, Member, Sort, member, summary};
use crate::work::search_form;
use base::{CompanyId, Page, PageRequest, WorkspaceId};
use db::{Db, Row, Val};

/// The columns a search by the beginning goes through, in this order.
const SEARCH_COLUMNS: [&str; 2] = ["search_name", "search_domain"];
/// Sorts after every text that begins with what stands before it.
const LAST_CHARACTER: char = '\u{10FFFF}';

fn wrong(cursor: &str) -> CompanyError {
    CompanyError::Cursor(cursor.to_owned())
}

/// `key|id`.
fn read_cursor(cursor: &str) -> Result<(&str, i64), CompanyError> {
    let (key, id) = cursor.rsplit_once('|').ok_or_else(|| wrong(cursor))?;
    Ok((key, id.parse().map_err(|_| wrong(cursor))?))
}

/// All companies of a workspace in an order.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    sort: Sort,
    page: &PageRequest,
) -> Result<Page<CompanySummary>, CompanyError> {
    let limit = page.limit();
    let (column, key_of): (&str, fn(&CompanySummary) -> String) = match sort {
        Sort::LastSeen => ("company.last_seen_ms", |last| last.last_seen.ms().to_string()),
        Sort::Members => ("members", |last| last.members.to_string()),
        Sort::Name => ("search_name", |last| search_form(&last.name)),
    };
    let (compare, order) = if sort == Sort::Name { (">", "") } else { ("<", " DESC") };
    let mut args: Vec<Val> = vec![workspace.into(), (limit + 1).into()];
    let mut after = String::new();
    if let Some(cursor) = page.cursor.as_deref() {
        let (key, id) = read_cursor(cursor)?;
        args.push(match sort {
            Sort::Name => key.into(),
            _ => key.parse::<i64>().map_err(|_| wrong(cursor))?.into(),
        });
        args.push(id.into());
        after = format!(" AND ({column}, company.id) {compare} ($3, $4)");
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE company.workspace_id = $1{after} \
         ORDER BY company.workspace_id{order}, {column}{order}, company.id{order} LIMIT $2"
    );
    let rows = db.query(&sql, &args).await?;
    let items = rows.iter().map(summary).collect::<Result<Vec<_>, CompanyError>>()?;
    Ok(Page::cut(items, limit, |last| format!("{}|{}", key_of(last), last.id.number())))
}

/// Companies that answer to `q`.
pub(crate) async fn search(
    db: &Db,
    workspace: WorkspaceId,
    q: &str,
    page: &PageRequest,
) -> Result<Page<CompanySummary>, CompanyError> {
    let limit = page.limit() as usize;
    let exact = exact(db, workspace, q).await?;
    let known: Vec<i64> = exact.iter().map(|one| one.id.sql()).collect();
    let mut items: Vec<(String, CompanySummary)> = Vec::new();
    let (mut phase, mut text, mut id) = (0, String::new(), 0);
    match page.cursor.as_deref() {
        Some(cursor) => {
            let (key, last) = read_cursor(cursor)?;
            let (number, begun) = key.split_once('|').ok_or_else(|| wrong(cursor))?;
            phase = number.parse().ok().filter(|phase| *phase < SEARCH_COLUMNS.len()).ok_or_else(|| wrong(cursor))?;
            (text, id) = (begun.to_owned(), last);
        }
        // A page that ends among the exact matches goes on with the first phase.
        None => items.extend(exact.into_iter().map(|one| ("0||0".to_owned(), one))),
    }
    let prefix = search_form(q);
    while items.len() <= limit && phase < SEARCH_COLUMNS.len() {
        let missing = limit + 1 - items.len();
        for row in begin_with(db, workspace, (phase, &prefix), (&text, id), &known, missing).await? {
            let found = summary(&row)?;
            items.push((format!("{phase}|{}|{}", row.text("found")?, found.id.number()), found));
        }
        (phase, text, id) = (phase + 1, String::new(), 0);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = if more { items.last().map(|(cursor, _)| cursor.clone()) } else { None };
    Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor })
}

async fn exact(db: &Db, workspace: WorkspaceId, q: &str) -> Result<Vec<CompanySummary>, CompanyError> {
    let id = q.trim().parse::<CompanyId>().map_or(0, CompanyId::sql);
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE company.workspace_id = $1 AND (group_id = $2 OR company.id = $3) \
         ORDER BY company.id"
    );
    let rows = db.query(&sql, &[workspace.into(), q.trim().into(), id.into()]).await?;
    rows.iter().map(summary).collect()
}

/// One index range: the rows of this phase that no earlier phase has shown.
async fn begin_with(
    db: &Db,
    workspace: WorkspaceId,
    (phase, prefix): (usize, &str),
    (text, id): (&str, i64),
    known: &[i64],
    limit: usize,
) -> Result<Vec<Row>, CompanyError> {
    let column = SEARCH_COLUMNS[phase];
    let mut sql = format!(
        "SELECT {COLUMNS}, {column} AS found FROM {FROM} WHERE company.workspace_id = $1 AND {column} IS NOT NULL \
         AND {column} >= $2 AND {column} < $3 AND ({column}, company.id) > ($4, $5)"
    );
    for earlier in &SEARCH_COLUMNS[..phase] {
        sql.push_str(&format!(" AND ({earlier} < $2 OR {earlier} >= $3)"));
    }
    let end = format!("{prefix}{LAST_CHARACTER}");
    let mut args: Vec<Val> = vec![workspace.into(), prefix.into(), end.into(), text.into(), id.into()];
    if !known.is_empty() {
        sql.push_str(&format!(" AND company.id NOT IN {}", db::in_list(args.len() + 1, known.len())));
        args.extend(known.iter().map(|id| Val::from(*id)));
    }
    sql.push_str(&format!(" ORDER BY {column}, company.id LIMIT ${}", args.len() + 1));
    args.push(limit.into());
    Ok(db.query(&sql, &args).await?)
}

/// Members of one company, who was spoken of last first.
pub(crate) async fn members(
    db: &Db,
    workspace: WorkspaceId,
    company: CompanyId,
    former: bool,
    page: &PageRequest,
) -> Result<Page<Member>, CompanyError> {
    let limit = page.limit();
    let (at, id) = match page.cursor.as_deref() {
        Some(cursor) => {
            let (key, id) = read_cursor(cursor)?;
            (key.parse::<i64>().map_err(|_| wrong(cursor))?, id)
        }
        None => (i64::MAX, i64::MAX),
    };
    let sql = format!(
        "SELECT {MEMBER_COLUMNS} FROM company_member WHERE workspace_id = $1 AND company_id = $2 AND active = $3 \
         AND (at_ms, profile_id) < ($4, $5) ORDER BY at_ms DESC, profile_id DESC LIMIT $6"
    );
    let args: [Val; 6] =
        [workspace.into(), company.sql().into(), (!former).into(), at.into(), id.into(), (limit + 1).into()];
    let rows = db.query(&sql, &args).await?;
    let items = rows.iter().map(|row| Ok((row.i64("said_ms")?, member(row)?))).collect::<db::Result<Vec<_>>>()?;
    let page = Page::cut(items, limit, |(at, last)| format!("{at}|{}", last.profile.number()));
    Ok(page.map(|(_, member)| member))
}

//! Lists and search: keyset paging over an index for every order, so that page 1,000 costs what page 1 costs.
//!
//! A search tries the whole text as an identifier of any kind first; then as the beginning of the full name, the last
//! name, the e-mail address and the city, one after the other. Its cursor is `phase|text|id`.

use crate::activity::{PROFILES, seen_slot};
use crate::error::ProfileError;
use crate::identifiers::{KINDS, Kind, normalise};
use crate::model::{ProfileSummary, Sort};
use crate::rules::Rules;
use crate::store::{COLUMNS, Found, rows};
use crate::view::search_form;
use base::{Page, PageRequest, ProfileId, WorkspaceId};
use db::{Db, Val};

/// The columns a prefix search goes through, in this order.
const SEARCH_COLUMNS: [&str; 4] = ["search_name", "search_last_name", "search_email", "search_city"];
/// Sorts after every text that begins with what stands before it.
const LAST_CHARACTER: char = '\u{10FFFF}';

/// All profiles of a workspace in an order.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    sort: Sort,
    page: &PageRequest,
) -> Result<Page<ProfileSummary>, ProfileError> {
    let limit = page.limit();
    let after = page.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or((i64::MAX, i64::MAX));
    let fetch = Val::from(limit + 1);
    let found = match sort {
        Sort::LastSeen => {
            // The page is cut from the narrow rows before anything wide is read: after an import all customers are in
            // one step, and the step is sorted.
            let order = "ORDER BY activity.workspace_id DESC, activity.seen_slot DESC, activity.last_seen_ms DESC, \
                         activity.profile_id DESC";
            let sql = format!(
                "SELECT {COLUMNS} FROM (SELECT * FROM profile_activity activity WHERE activity.workspace_id = $1 \
                 AND seen_slot <= $4 AND (last_seen_ms, profile_id) < ($2, $3) {order} LIMIT $5) activity \
                 CROSS JOIN profile WHERE profile.workspace_id = activity.workspace_id AND profile.id = activity.profile_id {order}"
            );
            let slot = seen_slot(after.0);
            db.query(&sql, &[workspace.into(), after.0.into(), after.1.into(), slot.into(), fetch]).await?
        }
        Sort::Created => {
            let sql = format!(
                "SELECT {COLUMNS} FROM {PROFILES} WHERE profile.workspace_id = $1 AND id < $2 \
                 ORDER BY profile.workspace_id DESC, id DESC LIMIT $3"
            );
            db.query(&sql, &[workspace.into(), after.1.into(), fetch]).await?
        }
    };
    let items = found.iter().map(|row| Ok(Found::read(row)?.summary())).collect::<Result<Vec<_>, ProfileError>>()?;
    Ok(Page::cut(items, limit, |last| format!("{}|{}", last.last_seen.ms(), last.id.number())))
}

fn read_cursor(text: &str) -> Result<(i64, i64), ProfileError> {
    let wrong = || ProfileError::Cursor(text.to_owned());
    let (at, id) = text.split_once('|').ok_or_else(wrong)?;
    Ok((at.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?))
}

/// Where a search goes on.
struct Position {
    phase: usize,
    text: String,
    id: i64,
}

impl Position {
    fn read(cursor: &str) -> Result<Self, ProfileError> {
        let wrong = || ProfileError::Cursor(cursor.to_owned());
        let (phase, rest) = cursor.split_once('|').ok_or_else(wrong)?;
        let (text, id) = rest.rsplit_once('|').ok_or_else(wrong)?;
        let phase: usize = phase.parse().map_err(|_| wrong())?;
        if SEARCH_COLUMNS.len() <= phase {
            return Err(wrong());
        }
        Ok(Self { phase, text: text.to_owned(), id: id.parse().map_err(|_| wrong())? })
    }
}

/// Profiles that answer to `q`.
pub(crate) async fn search(
    db: &Db,
    workspace: WorkspaceId,
    q: &str,
    page: &PageRequest,
    rules: &Rules,
) -> Result<Page<ProfileSummary>, ProfileError> {
    let limit = page.limit() as usize;
    let exact = exact(db, workspace, q, rules).await?;
    let mut items: Vec<(Option<String>, ProfileSummary)> = Vec::new();
    let mut position = match &page.cursor {
        Some(cursor) => Position::read(cursor)?,
        None => {
            let mut found = rows(db, workspace, &exact).await?;
            items.extend(exact.iter().filter_map(|id| found.remove(id)).map(|row| (None, row.summary())));
            Position { phase: 0, text: String::new(), id: 0 }
        }
    };
    let Some(prefix) = search_form(Some(q)) else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
    while items.len() <= limit && position.phase < SEARCH_COLUMNS.len() {
        let missing = limit + 1 - items.len();
        for (text, found) in phase(db, workspace, &prefix, &position, &exact, missing).await? {
            let cursor = format!("{}|{text}|{}", position.phase, found.id.number());
            items.push((Some(cursor), found.summary()));
        }
        position = Position { phase: position.phase + 1, text: String::new(), id: 0 };
    }
    let more = items.len() > limit;
    items.truncate(limit);
    // A page that ends among the exact matches goes on with the first phase.
    let last = |cursor: Option<String>| cursor.unwrap_or_else(|| "0||0".to_owned());
    let next_cursor = if more { items.last().map(|(cursor, _)| last(cursor.clone())) } else { None };
    Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next_cursor })
}

/// One index range: the rows of this phase that no earlier phase has shown.
async fn phase(
    db: &Db,
    workspace: WorkspaceId,
    prefix: &str,
    position: &Position,
    exact: &[ProfileId],
    limit: usize,
) -> Result<Vec<(String, Found)>, ProfileError> {
    let column = SEARCH_COLUMNS[position.phase];
    let end = format!("{prefix}{LAST_CHARACTER}");
    let mut sql = format!(
        "SELECT {COLUMNS}, {column} AS found FROM {PROFILES} WHERE profile.workspace_id = $1 AND {column} IS NOT NULL \
         AND {column} >= $2 AND {column} < $3 AND ({column}, id) > ($4, $5)"
    );
    for earlier in &SEARCH_COLUMNS[..position.phase] {
        sql.push_str(&format!(" AND ({earlier} IS NULL OR {earlier} < $2 OR {earlier} >= $3)"));
    }
    let mut args = vec![workspace.into(), prefix.into(), end.into(), position.text.as_str().into(), position.id.into()];
    if !exact.is_empty() {
        sql.push_str(&format!(" AND id NOT IN {}", db::in_list(args.len() + 1, exact.len())));
        args.extend(exact.iter().map(|id| Val::from(*id)));
    }
    sql.push_str(&format!(" ORDER BY {column}, id LIMIT ${}", args.len() + 1));
    args.push(limit.into());
    let found = db.query(&sql, &args).await?;
    found.iter().map(|row| Ok((row.text("found")?, Found::read(row)?))).collect()
}

/// Canonical ids of the profiles that have `q` as an identifier of any kind, or as their own id.
pub(crate) async fn exact(
    db: &Db,
    workspace: WorkspaceId,
    q: &str,
    rules: &Rules,
) -> Result<Vec<ProfileId>, ProfileError> {
    let sql = "SELECT kind FROM profile_identifier_kind WHERE workspace_id = $1 ORDER BY kind";
    let custom = db.query(sql, &[workspace.into()]).await?;
    let custom: Vec<String> = custom.iter().map(|row| row.text("kind")).collect::<Result<_, _>>()?;
    let kinds = KINDS.iter().map(Kind::Listed).chain(custom.iter().map(|name| Kind::Custom(name)));
    let mut args: Vec<Val> = vec![workspace.into()];
    let mut pairs = Vec::new();
    for kind in kinds {
        if let Some(value) = normalise(rules.kind(kind).form, q, rules.region()) {
            pairs.push(format!("(CAST(${} AS TEXT), CAST(${} AS TEXT))", args.len() + 1, args.len() + 2));
            args.extend([kind.name().into(), (&*value).into()]);
        }
    }
    let mut ids = Vec::new();
    if !pairs.is_empty() {
        // A row-value list keeps to the primary key on both engines.
        let sql = format!(
            "WITH wanted(kind, value) AS (VALUES {}) SELECT DISTINCT profile_id FROM wanted \
             JOIN profile_identifier ON profile_identifier.workspace_id = $1 \
             AND profile_identifier.kind = wanted.kind AND profile_identifier.value = wanted.value ORDER BY profile_id",
            pairs.join(", ")
        );
        for row in db.query(&sql, &args).await? {
            ids.push(ProfileId::from_sql(row.i64("profile_id")?));
        }
    }
    if let Ok(id) = q.trim().parse::<ProfileId>() {
        ids.extend(crate::store::canonical(db, workspace, &[id]).await?.into_values());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

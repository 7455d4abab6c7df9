//! A feed that was read: what it brought, what it was refused; and who has the source meanwhile.

use crate::error::{CatalogError, Result};
use crate::feed::Format;
use crate::limits::{LEASE_MS, RUNS_KEPT, SOURCES_MAX};
use base::{Page, PageRequest, Timestamp, WorkspaceId};
use db::{Db, Row, Tx, Val};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$note])* $variant),+ }
        impl $name {
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(/// What a feed stands for.
Mode {
    /// All products of the source: what it does not have is gone.
    Whole = "whole",
    /// Some products: the others stay.
    Update = "update",
});
named!(/// How a run stands or ended.
RunState {
    /// It is being read; nothing changed yet.
    Staging = "staging",
    Applying = "applying",
    Done = "done",
    /// It would take away too much: a person decides.
    Held = "held",
    Refused = "refused",
    /// It was not read to its end, or a newer feed came before it was applied.
    Interrupted = "interrupted",
});

/// One feed. Counts are of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: String,
    pub source: String,
    pub mode: Mode,
    pub state: RunState,
    pub format: Option<Format>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub items: u64,
    pub accepted: u64,
    pub refused: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub gone: u64,
    /// Products that would be gone when it is applied.
    pub would_go: u64,
    pub code: Option<String>,
    pub detail: Option<String>,
}

/// An item a feed was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Its number in the feed, from 1.
    pub item: u64,
    pub line: Option<u64>,
    pub product_id: Option<String>,
    pub attribute: Option<String>,
    pub code: String,
    pub detail: String,
}

impl Run {
    pub(crate) fn new(id: String, source: &str, mode: Mode, now: Timestamp) -> Self {
        Self {
            id,
            source: source.to_owned(),
            mode,
            state: RunState::Staging,
            format: None,
            started_at: now,
            ended_at: None,
            items: 0,
            accepted: 0,
            refused: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            gone: 0,
            would_go: 0,
            code: None,
            detail: None,
        }
    }
}

fn counted(number: u64) -> Val {
    Val::I(i64::try_from(number).unwrap_or(i64::MAX))
}

fn count(row: &Row, column: &str) -> db::Result<u64> {
    Ok(row.i64(column)?.max(0) as u64)
}

pub(crate) fn read(row: &Row) -> db::Result<Run> {
    Ok(Run {
        id: row.text("id")?,
        source: row.text("source")?,
        mode: Mode::parse(&row.text("mode")?).unwrap_or(Mode::Update),
        state: RunState::parse(&row.text("state")?).unwrap_or(RunState::Interrupted),
        format: row.opt_text("format")?.as_deref().and_then(Format::parse),
        started_at: row.time("started_ms")?,
        ended_at: row.opt_time("ended_ms")?,
        items: count(row, "items")?,
        accepted: count(row, "accepted")?,
        refused: count(row, "refused")?,
        created: count(row, "created")?,
        changed: count(row, "changed")?,
        unchanged: count(row, "unchanged")?,
        gone: count(row, "gone")?,
        would_go: count(row, "would_go")?,
        code: row.opt_text("code")?,
        detail: row.opt_text("detail")?,
    })
}

/// Takes the source for a new run. Whoever has it, has it alone.
pub(crate) async fn begin(db: &Db, workspace: WorkspaceId, run: &Run) -> Result<()> {
    let mut tx = db.begin().await?;
    let sql = "SELECT COUNT(*) AS n FROM catalog_source WHERE workspace_id = $1 AND source <> $2";
    let others = tx.query_one(sql, &[workspace.into(), (&run.source).into()]).await?;
    if others.map_or(Ok(0), |row| row.i64("n"))? >= SOURCES_MAX {
        return Err(CatalogError::TooManySources(SOURCES_MAX));
    }
    if !claim(&mut tx, workspace, &run.source, &run.id, run.started_at.plus_ms(LEASE_MS)).await? {
        return Err(CatalogError::Running(run.source.clone()));
    }
    // A feed that waited for a decision is older than this one.
    let superseded = "SELECT id FROM catalog_run WHERE workspace_id = $1 AND source = $2 AND state = $3";
    let args = [workspace.into(), (&run.source).into(), RunState::Held.name().into()];
    for row in tx.query(superseded, &args).await? {
        let detail = "a newer feed came before it was applied";
        end_in(&mut tx, workspace, &row.text("id")?, RunState::Interrupted, None, Some(detail), run.started_at).await?;
    }
    let sql = "INSERT INTO catalog_run (workspace_id, id, source, mode, state, started_ms, items, accepted, refused, \
               created, changed, unchanged, gone, would_go, cursor) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, 0, 0, 0, '')";
    let args = [
        workspace.into(),
        (&run.id).into(),
        (&run.source).into(),
        run.mode.name().into(),
        run.state.name().into(),
        run.started_at.into(),
    ];
    tx.execute(sql, &args).await?;
    prune(&mut tx, workspace, &run.source).await?;
    Ok(tx.commit().await?)
}

async fn claim(tx: &mut Tx, workspace: WorkspaceId, source: &str, run: &str, until: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO catalog_source (workspace_id, source, run_id, lease_ms) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (workspace_id, source) DO UPDATE SET run_id = excluded.run_id, lease_ms = excluded.lease_ms \
               WHERE catalog_source.run_id IS NULL";
    Ok(tx.execute(sql, &[workspace.into(), source.into(), run.into(), until.into()]).await? > 0)
}

/// Takes the source for a run that was held.
pub(crate) async fn take_up_held(db: &Db, workspace: WorkspaceId, run: &Run, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    if !claim(&mut tx, workspace, &run.source, &run.id, now.plus_ms(LEASE_MS)).await? {
        return Err(CatalogError::Running(run.source.clone()));
    }
    let sql = "UPDATE catalog_run SET state = $1, ended_ms = CAST(NULL AS BIGINT), code = CAST(NULL AS TEXT), \
               detail = CAST(NULL AS TEXT) WHERE workspace_id = $2 AND id = $3 AND state = $4";
    let args = [RunState::Applying.name().into(), workspace.into(), (&run.id).into(), RunState::Held.name().into()];
    if tx.execute(sql, &args).await? == 0 {
        return Err(CatalogError::NotHeld(run.id.clone()));
    }
    Ok(tx.commit().await?)
}

/// Goes on having the source, inside what is written for the run: who lost it writes nothing.
pub(crate) async fn hold(tx: &mut Tx, workspace: WorkspaceId, run: &Run, now: Timestamp) -> Result<()> {
    let sql = "UPDATE catalog_source SET lease_ms = $1 WHERE workspace_id = $2 AND source = $3 AND run_id = $4";
    let args = [now.plus_ms(LEASE_MS).into(), workspace.into(), (&run.source).into(), (&run.id).into()];
    if tx.execute(sql, &args).await? == 0 {
        return Err(CatalogError::LostRun);
    }
    Ok(())
}

/// Everything that is known of the run but how far it is applied.
pub(crate) async fn save(tx: &mut Tx, workspace: WorkspaceId, run: &Run) -> Result<()> {
    let sql = "UPDATE catalog_run SET state = $1, format = $2, items = $3, accepted = $4, refused = $5, would_go = $6, \
               code = $7, detail = $8, ended_ms = $9 WHERE workspace_id = $10 AND id = $11";
    let args = [
        run.state.name().into(),
        run.format.map(Format::name).into(),
        counted(run.items),
        counted(run.accepted),
        counted(run.refused),
        counted(run.would_go),
        run.code.clone().into(),
        run.detail.clone().into(),
        run.ended_at.into(),
        workspace.into(),
        (&run.id).into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Ends a run and lets go of the source. What was staged goes with it, unless it is held.
pub(crate) async fn end(db: &Db, workspace: WorkspaceId, run: &Run) -> Result<()> {
    let mut tx = db.begin().await?;
    save(&mut tx, workspace, run).await?;
    release(&mut tx, workspace, &run.id).await?;
    tx.commit().await?;
    if run.state != RunState::Held {
        clear_staged(db, workspace, &run.id).await?;
    }
    Ok(())
}

async fn end_in(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: &str,
    state: RunState,
    code: Option<&str>,
    detail: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "UPDATE catalog_run SET state = $1, code = $2, detail = $3, ended_ms = $4 WHERE workspace_id = $5 AND id = $6";
    let args = [state.name().into(), code.into(), detail.into(), now.into(), workspace.into(), id.into()];
    tx.execute(sql, &args).await?;
    release(tx, workspace, id).await
}

async fn release(tx: &mut Tx, workspace: WorkspaceId, id: &str) -> Result<()> {
    let sql =
        "UPDATE catalog_source SET run_id = CAST(NULL AS TEXT), lease_ms = 0 WHERE workspace_id = $1 AND run_id = $2";
    tx.execute(sql, &[workspace.into(), id.into()]).await?;
    Ok(())
}

/// A few at a time: others write, too.
pub(crate) async fn clear_staged(db: &Db, workspace: WorkspaceId, run: &str) -> Result<()> {
    const AT_ONCE: i64 = 5_000;
    let sql = "DELETE FROM catalog_staged WHERE workspace_id = $1 AND run_id = $2 AND product_id IN (SELECT product_id \
               FROM catalog_staged WHERE workspace_id = $3 AND run_id = $4 ORDER BY product_id LIMIT $5)";
    let args = [workspace.into(), run.into(), workspace.into(), run.into(), Val::I(AT_ONCE)];
    while db.execute(sql, &args).await? > 0 {}
    Ok(())
}

/// Forgets the oldest runs of a source; those that are under way or held are the newest.
async fn prune(tx: &mut Tx, workspace: WorkspaceId, source: &str) -> Result<()> {
    let sql = "SELECT id FROM catalog_run WHERE workspace_id = $1 AND source = $2 ORDER BY id DESC LIMIT 50 OFFSET $3";
    for row in tx.query(sql, &[workspace.into(), source.into(), Val::I(RUNS_KEPT)]).await? {
        let args = [workspace.into(), Val::T(row.text("id")?)];
        tx.execute("DELETE FROM catalog_refused WHERE workspace_id = $1 AND run_id = $2", &args).await?;
        tx.execute("DELETE FROM catalog_run WHERE workspace_id = $1 AND id = $2", &args).await?;
    }
    Ok(())
}

pub(crate) async fn get(db: &Db, workspace: WorkspaceId, id: &str) -> Result<Run> {
    let sql = "SELECT * FROM catalog_run WHERE workspace_id = $1 AND id = $2";
    let known = id.replace('\0', "");
    let row = db.query_one(sql, &[workspace.into(), known.into()]).await?;
    Ok(read(&row.ok_or_else(|| CatalogError::RunNotFound(id.chars().take(60).collect()))?)?)
}

/// Newest first, of one source or of all.
pub(crate) async fn list(
    db: &Db,
    workspace: WorkspaceId,
    source: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Run>> {
    let before = page.cursor.clone().unwrap_or_else(|| "~".into());
    if before.contains('\0') {
        return Err(CatalogError::Cursor(before));
    }
    let mut args: Vec<Val> = vec![workspace.into(), before.into(), Val::I(i64::from(page.limit()) + 1)];
    let of_source = match source {
        Some(source) => {
            args.push(source.into());
            " AND source = $4"
        }
        None => "",
    };
    let sql =
        format!("SELECT * FROM catalog_run WHERE workspace_id = $1 AND id < $2{of_source} ORDER BY id DESC LIMIT $3");
    let rows = db.query(&sql, &args).await?;
    let runs = rows.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(runs, page.limit(), |run| run.id.clone()))
}

/// In the order of the feed.
pub(crate) async fn refused(db: &Db, workspace: WorkspaceId, id: &str, page: &PageRequest) -> Result<Page<Refused>> {
    let after = match page.cursor.as_deref() {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| CatalogError::Cursor(cursor.to_owned()))?,
        None => 0,
    };
    let sql = "SELECT item, line, product_id, attribute, code, detail FROM catalog_refused \
               WHERE workspace_id = $1 AND run_id = $2 AND item > $3 ORDER BY item LIMIT $4";
    let args = [workspace.into(), id.into(), after.into(), Val::I(i64::from(page.limit()) + 1)];
    let read = |row: &Row| {
        Ok(Refused {
            item: count(row, "item")?,
            line: row.opt_i64("line")?.map(|line| line.max(0) as u64),
            product_id: row.opt_text("product_id")?,
            attribute: row.opt_text("attribute")?,
            code: row.text("code")?,
            detail: row.text("detail")?,
        })
    };
    let items = db.query(sql, &args).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?;
    Ok(Page::cut(items, page.limit(), |last| last.item.to_string()))
}

/// Runs whose lease is over: the program that had them stopped.
pub(crate) async fn left(db: &Db, now: Timestamp) -> Result<Vec<(WorkspaceId, String)>> {
    let sql = "SELECT workspace_id, run_id FROM catalog_source WHERE run_id IS NOT NULL AND lease_ms <= $1";
    let read = |row: &Row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.text("run_id")?));
    Ok(db.query(sql, &[now.into()]).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?)
}

/// True for the one that takes the run up.
pub(crate) async fn take_up(db: &Db, workspace: WorkspaceId, id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE catalog_source SET lease_ms = $1 WHERE workspace_id = $2 AND run_id = $3 AND lease_ms <= $4";
    let args = [now.plus_ms(LEASE_MS).into(), workspace.into(), id.into(), now.into()];
    Ok(db.execute(sql, &args).await? > 0)
}

/// After a start of the only program: nobody else has a run.
pub(crate) async fn free_leases(db: &Db) -> Result<()> {
    db.execute("UPDATE catalog_source SET lease_ms = 0 WHERE lease_ms > 0", &[]).await?;
    Ok(())
}

/// Runs that ended, of which something is staged all the same: the program stopped while it cleaned up, or a newer feed
/// came before a held one was applied.
pub(crate) async fn leftovers(db: &Db) -> Result<Vec<(WorkspaceId, String)>> {
    let sql = "SELECT run.workspace_id AS workspace_id, run.id AS run_id FROM catalog_run run \
               WHERE run.state NOT IN ($1, $2, $3) AND EXISTS (SELECT 1 FROM catalog_staged staged \
               WHERE staged.workspace_id = run.workspace_id AND staged.run_id = run.id)";
    let args = [RunState::Staging.name().into(), RunState::Applying.name().into(), RunState::Held.name().into()];
    let read = |row: &Row| Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.text("run_id")?));
    Ok(db.query(sql, &args).await?.iter().map(read).collect::<db::Result<Vec<_>>>()?)
}

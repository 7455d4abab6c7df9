//! A feed that was read: what it brought, what it was refused; and who has the source meanwhile.

use crate::error::{CatalogError, Result};
use crate::feed::Format;
use crate::limits::{LEASE_MS, RUNS_KEPT, SOURCES_MAX};
use base::{Page, PageRequest, Timestamp, WorkspaceId, words};
use db::{Db, Row, Tx, Val};

words!(/// What a feed stands for.
Mode {
    /// All products of the source: what it does not have is gone.
    Whole = "whole",
    /// Some products: the others stay.
    Update = "update",
});
words!(/// How a run stands or ended.
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
    /// Why it waits for a person, while it does.
    pub fn held_for(&self) -> Option<&'static str> {
        let is_quote = self.code.as_deref() == Some("feed_open_quote");
        (self.state == RunState::Held).then_some(if is_quote { "feed_open_quote" } else { "feed_shrank" })
    }

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
        let (code, detail) = (Some("feed_superseded"), Some("a newer feed came before it was applied"));
        end_in(&mut tx, workspace, &row.text("id")?, RunState::Interrupted, code, detail, run.started_at).await?;
    }
    let sql = "INSERT INTO catalog_run (workspace_id, id, source, mode, state, started_ms, items, accepted, refused, \
               created, changed, unchanged, gone, would_go, cursor, staged_ms) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, 0, 0, 0, '', $7)";
    let args = [
        workspace.into(),
        (&run.id).into(),
        (&run.source).into(),
        run.mode.name().into(),
        run.state.name().into(),
        run.started_at.into(),
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

/// [`hold`] alone.
pub(crate) async fn renew(db: &Db, workspace: WorkspaceId, run: &Run, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    hold(&mut tx, workspace, run, now).await?;
    Ok(tx.commit().await?)
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
        // A feed's letters may be in it; a database takes no NUL.
        run.detail.as_ref().map(|detail| detail.replace('\0', "")).into(),
        run.ended_at.into(),
        workspace.into(),
        (&run.id).into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Ends a run and lets go of the source, for whom has it. What was staged goes with it, unless it is held.
pub(crate) async fn end(db: &Db, workspace: WorkspaceId, run: &Run, now: Timestamp) -> Result<()> {
    let mut tx = db.begin().await?;
    hold(&mut tx, workspace, run, now).await?;
    save(&mut tx, workspace, run).await?;
    if run.state == RunState::Done {
        let sql = "UPDATE catalog_source SET applied_run = $1 WHERE workspace_id = $2 AND source = $3";
        tx.execute(sql, &[(&run.id).into(), workspace.into(), (&run.source).into()]).await?;
    }
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
    let sql = "UPDATE catalog_run SET staged_ms = CAST(NULL AS BIGINT) WHERE workspace_id = $1 AND id = $2";
    db.execute(sql, &[workspace.into(), run.into()]).await?;
    Ok(())
}

/// Whether anything is put aside of the run.
pub(crate) async fn has_staged(db: &Db, workspace: WorkspaceId, run: &str) -> Result<bool> {
    let sql = "SELECT 1 AS found FROM catalog_staged WHERE workspace_id = $1 AND run_id = $2 LIMIT 1";
    Ok(db.query_one(sql, &[workspace.into(), run.into()]).await?.is_some())
}

/// Whether the products of a source are still what this run made them: it is the last one that was applied, and none
/// was deleted since.
pub(crate) async fn stands(db: &Db, workspace: WorkspaceId, source: &str, run: &str) -> Result<bool> {
    let sql =
        "SELECT 1 AS found FROM catalog_source WHERE workspace_id = $1 AND source = $2 AND applied_run = $3 LIMIT 1";
    Ok(db.query_one(sql, &[workspace.into(), source.into(), run.into()]).await?.is_some())
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

/// Runs whose lease is over: the program that had them stopped. Of one source, or of all.
pub(crate) async fn left(
    db: &Db,
    of: Option<(WorkspaceId, &str)>,
    now: Timestamp,
) -> Result<Vec<(WorkspaceId, String)>> {
    let mut args: Vec<Val> = vec![now.into()];
    let of_source = match of {
        Some((workspace, source)) => {
            args.extend([workspace.into(), source.into()]);
            " AND workspace_id = $2 AND source = $3"
        }
        None => "",
    };
    let sql = format!(
        "SELECT workspace_id, run_id FROM catalog_source WHERE run_id IS NOT NULL AND lease_ms <= $1{of_source} \
         ORDER BY lease_ms"
    );
    Ok(db.query(&sql, &args).await?.iter().map(place).collect::<db::Result<Vec<_>>>()?)
}

fn place(row: &Row) -> db::Result<(WorkspaceId, String)> {
    Ok((WorkspaceId::from_sql(row.i64("workspace_id")?), row.text("run_id")?))
}

/// What became of a run that was left.
pub(crate) enum Left {
    /// Another was faster.
    Taken,
    /// It is over.
    Ended,
    /// It waits to be applied to its end by whoever asked.
    Applying(Run),
}

/// Takes a run up that nobody works on any more. One that was being read is over with that, in the same transaction: who
/// still reads it has nothing to decide then.
pub(crate) async fn take_up(db: &Db, workspace: WorkspaceId, id: &str, now: Timestamp) -> Result<Left> {
    let mut tx = db.begin().await?;
    let sql = "UPDATE catalog_source SET lease_ms = $1 WHERE workspace_id = $2 AND run_id = $3 AND lease_ms <= $4";
    let args = [now.plus_ms(LEASE_MS).into(), workspace.into(), id.into(), now.into()];
    if tx.execute(sql, &args).await? == 0 {
        return Ok(Left::Taken);
    }
    let sql = "SELECT * FROM catalog_run WHERE workspace_id = $1 AND id = $2";
    let run = tx.query_one(sql, &[workspace.into(), id.into()]).await?.as_ref().map(read).transpose()?;
    let is_held = match run {
        Some(run) if run.state == RunState::Applying => {
            tx.commit().await?;
            return Ok(Left::Applying(run));
        }
        Some(mut run) => {
            if run.state == RunState::Staging {
                run.state = RunState::Interrupted;
                run.detail = Some("the program stopped while the feed was read; send it again".into());
            }
            run.ended_at = run.ended_at.or(Some(now));
            save(&mut tx, workspace, &run).await?;
            run.state == RunState::Held
        }
        // It was deleted, or was no feed: a program that deleted products of the source stopped.
        None => false,
    };
    release(&mut tx, workspace, id).await?;
    tx.commit().await?;
    if !is_held {
        clear_staged(db, workspace, id).await?;
    }
    Ok(Left::Ended)
}

/// After a start of the only program: nobody else has a run.
pub(crate) async fn free_leases(db: &Db) -> Result<()> {
    db.execute("UPDATE catalog_source SET lease_ms = 0 WHERE lease_ms > 0", &[]).await?;
    Ok(())
}

/// Runs that ended, of which something is staged all the same: the program stopped while it cleaned up, or a newer feed
/// came before a held one was applied. Few runs have a `staged_ms`, and an index has those only.
pub(crate) const LEFTOVERS: &str = "SELECT workspace_id, id AS run_id FROM catalog_run WHERE staged_ms > 0 \
    AND state NOT IN ($1, $2, $3)";

pub(crate) async fn leftovers(db: &Db) -> Result<Vec<(WorkspaceId, String)>> {
    Ok(db.query(LEFTOVERS, &staged_states()).await?.iter().map(place).collect::<db::Result<Vec<_>>>()?)
}

/// Those whose items are still needed.
pub(crate) fn staged_states() -> [Val; 3] {
    [RunState::Staging, RunState::Applying, RunState::Held].map(|state| state.name().into())
}

//! Applies what a feed staged, a portion a transaction: each portion with how far it came, so that after a crash the
//! rest follows and nothing happens twice.

use crate::error::{CatalogError, Result};
use crate::limits::{CHUNK_ITEMS, HISTORY_MAX};
use crate::product::{Change, Item};
use crate::run::{self, Mode, Run, RunState};
use crate::service::Catalog;
use crate::sql::{execute_in, numbers, query_in, search_form, terms};
use base::{Timestamp, WorkspaceId};
use db::{Row, Tx, Val};
use std::collections::HashMap;

/// A product as it is stored, as far as a feed changes it.
struct Known {
    number: i64,
    first_ms: i64,
    is_gone: bool,
    /// None: it cannot be read, as one that a newer program wrote. Whatever a feed says of it is something else.
    item: Option<Item>,
}

#[derive(Default)]
struct Portion {
    last: String,
    items: Vec<(String, Option<i64>, Option<String>)>,
}

/// What a portion did.
#[derive(Default)]
struct Tally {
    created: u64,
    changed: u64,
    unchanged: u64,
    /// Put aside by a program that wrote them otherwise: their products stay as they were.
    unreadable: u64,
}

impl Catalog {
    /// Applies a run; when the store does not answer, the run is taken up later.
    pub(crate) async fn apply_logged(&self, workspace: WorkspaceId, run: Run) {
        if let Err(error) = self.apply(workspace, &run).await {
            tracing::warn!(run = run.id, %error, "catalog: a feed could not be applied to its end; trying again");
        }
    }

    pub(crate) async fn apply(&self, workspace: WorkspaceId, run: &Run) -> Result<()> {
        self.check_staged(workspace, run).await?;
        while self.apply_portion(workspace, run).await? {}
        if run.mode == Mode::Whole {
            while self.remove_portion(workspace, run).await? > 0 {}
        }
        let mut done = run::get(self.db(), workspace, &run.id).await?;
        (done.state, done.ended_at) = (RunState::Done, Some(self.now()));
        // Only after this nothing is staged any more: an empty staging would mean that everything is gone.
        run::end(self.db(), workspace, &done, self.now()).await?;
        tracing::info!(
            source = done.source,
            created = done.created,
            changed = done.changed,
            gone = done.gone,
            refused = done.refused,
            "product feed was applied"
        );
        Ok(())
    }

    /// A whole feed of which nothing is put aside would take everything away: it ends here.
    pub(crate) async fn check_staged(&self, workspace: WorkspaceId, run: &Run) -> Result<()> {
        let is_harmless = run.mode == Mode::Update
            || run::has_staged(self.db(), workspace, &run.id).await?
            || self.would_go(workspace, run).await?.1 == 0;
        if is_harmless {
            return Ok(());
        }
        let error = CatalogError::NothingStaged(run.id.clone());
        let mut ended = run.clone();
        (ended.state, ended.ended_at) = (RunState::Interrupted, Some(self.now()));
        (ended.code, ended.detail) = (Some("feed_not_staged".into()), Some(error.to_string()));
        run::end(self.db(), workspace, &ended, self.now()).await?;
        Err(error)
    }

    /// False: that was all.
    async fn apply_portion(&self, workspace: WorkspaceId, run: &Run) -> Result<bool> {
        let mut tx = self.db().begin().await?;
        run::hold(&mut tx, workspace, run, self.now()).await?;
        let portion = staged(&mut tx, workspace, run).await?;
        if portion.items.is_empty() {
            return Ok(false);
        }
        let known = known(&mut tx, workspace, run, &portion).await?;
        let mut work =
            Work { workspace, run, rows: Vec::new(), terms: Vec::new(), touched: Vec::new(), renamed: Vec::new() };
        let (mut fresh, mut priced, mut tally) = (Vec::new(), Vec::new(), Tally::default());
        for (id, hash, text) in &portion.items {
            match (known.get(id), hash, text) {
                // Refused: what is there stays, and was seen.
                (Some(known), None, _) if !known.is_gone => work.touched.push(known.number.into()),
                (_, None, _) => {}
                (Some(known), Some(_), None) => {
                    tally.unchanged += 1;
                    work.touched.push(known.number.into());
                }
                (Some(known), Some(hash), Some(text)) => {
                    let Some(item) = read_item(text) else {
                        tally.unreadable += 1;
                        work.touched.push(known.number.into());
                        continue;
                    };
                    tally.changed += 1;
                    let (before, now) = (known.item.as_ref(), Change::of(&item, run.started_at));
                    if !before.is_some_and(|before| Change::of(before, run.started_at).says_the_same(&now)) {
                        priced.push((known.number, now));
                    }
                    work.change(known, &item, *hash, text);
                }
                (None, Some(hash), Some(text)) => match read_item(text) {
                    Some(item) => fresh.push((*hash, text, item)),
                    None => tally.unreadable += 1,
                },
                // Deleted by a person since: the next feed brings it.
                (None, Some(_), None) => {}
            }
        }
        let first = numbers(&mut tx, workspace, fresh.len()).await?;
        for (number, (hash, text, item)) in (first..).zip(fresh) {
            tally.created += 1;
            priced.push((number, Change::of(&item, run.started_at)));
            work.add(number, run.started_at.ms(), &item, hash, text);
        }
        work.write(&mut tx).await?;
        write_history(&mut tx, workspace, priced).await?;
        note(&mut tx, workspace, run, &portion.last, &tally).await?;
        tx.commit().await?;
        if tally.unreadable > 0 {
            tracing::warn!(run = run.id, items = tally.unreadable, "catalog: staged items cannot be read; left out");
        }
        Ok(true)
    }

    #[cfg(test)]
    pub(crate) async fn apply_portion_for_test(&self, workspace: WorkspaceId, id: &str) -> bool {
        let run = run::get(self.db(), workspace, id).await.expect("the run");
        self.apply_portion(workspace, &run).await.expect("a portion")
    }

    /// Marks products that the feed does not have. Answers how many.
    async fn remove_portion(&self, workspace: WorkspaceId, run: &Run) -> Result<u64> {
        let mut tx = self.db().begin().await?;
        run::hold(&mut tx, workspace, run, self.now()).await?;
        let sql = format!("SELECT number FROM catalog_product product WHERE {MISSING} ORDER BY number LIMIT $4");
        let args = [workspace.into(), (&run.source).into(), (&run.id).into(), CHUNK_ITEMS.into()];
        let rows = tx.query(&sql, &args).await?;
        let numbers = rows.iter().map(|row| Ok(Val::I(row.i64("number")?))).collect::<db::Result<Vec<_>>>()?;
        let update = "UPDATE catalog_product SET gone_ms = $1 WHERE workspace_id = $2 AND number IN";
        let gone = execute_in(&mut tx, update, &[run.started_at.into(), workspace.into()], &numbers).await?;
        let sql = "UPDATE catalog_run SET gone = gone + $1 WHERE workspace_id = $2 AND id = $3";
        tx.execute(sql, &[Val::I(gone as i64), workspace.into(), (&run.id).into()]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Whether an item was refused whose id is not known. Of refusals that are not kept nothing is known.
    pub(crate) async fn nameless(&self, workspace: WorkspaceId, run: &Run) -> Result<bool> {
        let sql = "SELECT 1 AS found FROM catalog_refused WHERE workspace_id = $1 AND run_id = $2 \
                   AND product_id IS NULL LIMIT 1";
        let found = self.db().query_one(sql, &[workspace.into(), (&run.id).into()]).await?;
        Ok(found.is_some() || run.refused > crate::limits::REFUSED_KEPT)
    }

    /// Of ids that stand within quotes, with the line the quote opens in: the first that is a product of the source
    /// which the staged feed does not have.
    pub(crate) async fn swallowed(
        &self,
        workspace: WorkspaceId,
        run: &Run,
        within: &[(String, u64)],
    ) -> Result<Option<(String, u64)>> {
        let select = format!(
            "SELECT product.product_id AS product_id FROM catalog_product product WHERE {MISSING} AND product.product_id IN"
        );
        let ids: Vec<Val> = within.iter().map(|(id, _)| Val::from(id)).collect();
        let mut tx = self.db().begin().await?;
        let rows =
            query_in(&mut tx, &select, &[workspace.into(), (&run.source).into(), (&run.id).into()], &ids).await?;
        tx.commit().await?;
        let missing = rows.iter().map(|row| row.text("product_id")).collect::<db::Result<Vec<_>>>()?;
        Ok(within.iter().find(|(id, _)| missing.contains(id)).cloned())
    }

    /// Products of the source that are not gone, and how many of them the staged feed does not have.
    pub(crate) async fn would_go(&self, workspace: WorkspaceId, run: &Run) -> Result<(u64, u64)> {
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM catalog_product live WHERE live.workspace_id = $1 AND live.source = $2 \
             AND live.gone_ms IS NULL) AS live, (SELECT COUNT(*) FROM catalog_product product WHERE {MISSING}) AS missing"
        );
        let row = self.db().query_one(&sql, &[workspace.into(), (&run.source).into(), (&run.id).into()]).await?;
        let row = row.ok_or_else(|| CatalogError::RunNotFound(run.id.clone()))?;
        Ok((row.i64("live")?.max(0) as u64, row.i64("missing")?.max(0) as u64))
    }
}

/// A product of the source ($2) that the run ($3) has not.
const MISSING: &str = "product.workspace_id = $1 AND product.source = $2 AND product.gone_ms IS NULL AND NOT EXISTS \
    (SELECT 1 FROM catalog_staged staged WHERE staged.workspace_id = product.workspace_id AND staged.run_id = $3 \
    AND staged.product_id = product.product_id)";

/// None: it was written by a program that knows other items.
fn read_item(text: &str) -> Option<Item> {
    serde_json::from_str(text).ok()
}

async fn staged(tx: &mut Tx, workspace: WorkspaceId, run: &Run) -> Result<Portion> {
    let sql = "SELECT staged.product_id AS product_id, staged.hash AS hash, staged.item AS item \
               FROM catalog_run run JOIN catalog_staged staged ON staged.workspace_id = run.workspace_id \
               AND staged.run_id = run.id AND staged.product_id > run.cursor \
               WHERE run.workspace_id = $1 AND run.id = $2 ORDER BY staged.product_id LIMIT $3";
    let mut portion = Portion::default();
    for row in tx.query(sql, &[workspace.into(), (&run.id).into(), CHUNK_ITEMS.into()]).await? {
        portion.last = row.text("product_id")?;
        portion.items.push((portion.last.clone(), row.opt_i64("hash")?, row.opt_text("item")?));
    }
    Ok(portion)
}

async fn known(tx: &mut Tx, workspace: WorkspaceId, run: &Run, portion: &Portion) -> Result<HashMap<String, Known>> {
    let select = "SELECT product_id, number, item, first_ms, gone_ms FROM catalog_product \
                  WHERE workspace_id = $1 AND source = $2 AND product_id IN";
    let ids: Vec<Val> = portion.items.iter().map(|(id, ..)| Val::from(id)).collect();
    let read = |row: &Row| -> Result<(String, Known)> {
        let known = Known {
            number: row.i64("number")?,
            first_ms: row.i64("first_ms")?,
            is_gone: row.opt_i64("gone_ms")?.is_some(),
            item: read_item(&row.text("item")?),
        };
        Ok((row.text("product_id")?, known))
    };
    let rows = query_in(tx, select, &[workspace.into(), (&run.source).into()], &ids).await?;
    rows.iter().map(read).collect()
}

/// What a portion writes.
struct Work<'r> {
    workspace: WorkspaceId,
    run: &'r Run,
    rows: Vec<Vec<Val>>,
    terms: Vec<Vec<Val>>,
    /// Seen, and the same as before.
    touched: Vec<Val>,
    /// Found by other words than before.
    renamed: Vec<Val>,
}

impl Work<'_> {
    fn change(&mut self, known: &Known, item: &Item, hash: i64, text: &str) {
        self.rows.push(self.row(known.number, known.first_ms, item, hash, text));
        if known.item.as_ref().map(terms) != Some(terms(item)) {
            self.renamed.push(known.number.into());
            self.add_terms(known.number, item);
        }
    }

    fn add(&mut self, number: i64, first_ms: i64, item: &Item, hash: i64, text: &str) {
        self.rows.push(self.row(number, first_ms, item, hash, text));
        self.add_terms(number, item);
    }

    fn add_terms(&mut self, number: i64, item: &Item) {
        let row = |term: String| vec![self.workspace.into(), Val::I(number), Val::T(term)];
        self.terms.extend(terms(item).into_iter().map(row));
    }

    fn row(&self, number: i64, first_ms: i64, item: &Item, hash: i64, text: &str) -> Vec<Val> {
        let at = self.run.started_at;
        vec![
            self.workspace.into(),
            number.into(),
            (&self.run.source).into(),
            (&item.id).into(),
            item.group_id.clone().into(),
            search_form(&item.title).into(),
            item.brand.as_deref().map(search_form).into(),
            item.category().into(),
            item.availability.map(|availability| availability.name()).into(),
            hash.into(),
            text.into(),
            first_ms.into(),
            at.into(),
            at.into(),
            Val::NullI,
        ]
    }

    async fn write(self, tx: &mut Tx) -> Result<()> {
        let head = "INSERT INTO catalog_product (workspace_id, number, source, product_id, group_id, title_key, \
                    brand_key, category, availability, hash, item, first_ms, seen_ms, changed_ms, gone_ms)";
        let tail = "ON CONFLICT (workspace_id, number) DO UPDATE SET group_id = excluded.group_id, \
                    title_key = excluded.title_key, brand_key = excluded.brand_key, category = excluded.category, \
                    availability = excluded.availability, hash = excluded.hash, item = excluded.item, \
                    seen_ms = excluded.seen_ms, changed_ms = excluded.changed_ms, gone_ms = excluded.gone_ms";
        tx.insert_many(head, tail, &self.rows).await?;
        let delete = "DELETE FROM catalog_term WHERE workspace_id = $1 AND number IN";
        execute_in(tx, delete, &[self.workspace.into()], &self.renamed).await?;
        tx.insert_many("INSERT INTO catalog_term (workspace_id, number, term)", "", &self.terms).await?;
        let touch = "UPDATE catalog_product SET seen_ms = $1, gone_ms = CAST(NULL AS BIGINT) WHERE workspace_id = $2 \
                     AND number IN";
        execute_in(tx, touch, &[self.run.started_at.into(), self.workspace.into()], &self.touched).await?;
        Ok(())
    }
}

async fn write_history(tx: &mut Tx, workspace: WorkspaceId, changes: Vec<(i64, Change)>) -> Result<()> {
    let numbers: Vec<Val> = changes.iter().map(|(number, _)| Val::I(*number)).collect();
    let select = "SELECT number, entries FROM catalog_history WHERE workspace_id = $1 AND number IN";
    let mut known: HashMap<i64, Vec<Change>> = HashMap::new();
    for row in query_in(tx, select, &[workspace.into()], &numbers).await? {
        known.insert(row.i64("number")?, serde_json::from_str(&row.text("entries")?).unwrap_or_default());
    }
    let row = |(number, change): (i64, Change)| {
        let mut entries = known.remove(&number).unwrap_or_default();
        entries.insert(0, change);
        entries.truncate(HISTORY_MAX);
        vec![workspace.into(), Val::I(number), Val::T(serde_json::to_string(&entries).unwrap_or_default())]
    };
    let rows: Vec<Vec<Val>> = changes.into_iter().map(row).collect();
    let head = "INSERT INTO catalog_history (workspace_id, number, entries)";
    let tail = "ON CONFLICT (workspace_id, number) DO UPDATE SET entries = excluded.entries";
    tx.insert_many(head, tail, &rows).await?;
    Ok(())
}

/// How far the run came.
async fn note(tx: &mut Tx, workspace: WorkspaceId, run: &Run, last: &str, tally: &Tally) -> Result<()> {
    let sql = "UPDATE catalog_run SET cursor = $1, created = created + $2, changed = changed + $3, \
               unchanged = unchanged + $4, accepted = accepted - $5, refused = refused + $6 \
               WHERE workspace_id = $7 AND id = $8";
    let args = [
        last.into(),
        Val::I(tally.created as i64),
        Val::I(tally.changed as i64),
        Val::I(tally.unchanged as i64),
        Val::I(tally.unreadable as i64),
        Val::I(tally.unreadable as i64),
        workspace.into(),
        (&run.id).into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// When a history entry was made, for those who show it.
impl Change {
    pub fn at(&self) -> Timestamp {
        Timestamp::from_ms(self.at_ms)
    }
}

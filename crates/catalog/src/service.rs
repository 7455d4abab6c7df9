//! The façade: feeds in, products out.

use crate::error::{CatalogError, Result};
use crate::feed::{self, FeedError};
use crate::intake::Upload;
use crate::limits::{CHUNK_ITEMS, LEASE_MS, TICK_MS, VARIANTS_MAX};
use crate::list::{self, CategoryCount, Filter};
use crate::product::{Item, Product, ProductDetail};
use crate::run::{self, Left, Mode, Refused, Run, RunState};
use crate::source::{self, ProductSource};
use crate::sql::{PRODUCT_COLUMNS, execute_in, product};
use base::{Clock, Page, PageRequest, ProductId, Rng, Timestamp, WorkspaceId};
use db::{Db, Val};
use std::sync::Arc;
use std::time::Duration;

/// Has a source while its products are deleted.
const DELETING: &str = "delete";

/// What [`Catalog::open`] needs.
pub struct CatalogParts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
}

/// Products: feeds, lists, search. Cheap to clone.
#[derive(Clone)]
pub struct Catalog(Arc<CatalogParts>);

impl Catalog {
    /// Nothing is read or applied yet, so that what another life of this program left is free.
    pub async fn open(parts: CatalogParts) -> Result<Self> {
        let catalog = Self(Arc::new(parts));
        if matches!(catalog.db(), Db::Sqlite { .. }) {
            // There is one program: nobody else has a run.
            run::free_leases(catalog.db()).await?;
        }
        Ok(catalog)
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Runs until dropped: takes up feeds that a program left in the middle.
    pub async fn run(self) {
        loop {
            if let Err(error) = self.take_up_left().await {
                tracing::warn!(%error, "catalog: what was left could not be taken up; trying again");
            }
            tokio::time::sleep(Duration::from_millis(TICK_MS)).await;
        }
    }

    /// Finishes or forgets runs that nobody works on any more. Answers how many.
    pub async fn take_up_left(&self) -> Result<usize> {
        let taken = self.take_up(None).await?;
        for (workspace, id) in run::leftovers(self.db()).await? {
            if let Err(error) = run::clear_staged(self.db(), workspace, &id).await {
                tracing::warn!(run = id, %error, "catalog: what a feed left could not be cleared; trying again");
            }
        }
        Ok(taken)
    }

    /// Of one source, or of all. A run that cannot be finished keeps nobody else's from it.
    async fn take_up(&self, of: Option<(WorkspaceId, &str)>) -> Result<usize> {
        let mut taken = 0;
        for (workspace, id) in run::left(self.db(), of, self.now()).await? {
            match self.resume(workspace, &id).await {
                Ok(is_over) => taken += usize::from(is_over),
                Err(error) => {
                    tracing::warn!(run = id, %error, "catalog: a feed that was left could not be finished; trying again");
                }
            }
        }
        Ok(taken)
    }

    /// False: another takes care of it.
    async fn resume(&self, workspace: WorkspaceId, id: &str) -> Result<bool> {
        match run::take_up(self.db(), workspace, id, self.now()).await? {
            Left::Taken => return Ok(false),
            Left::Ended => {}
            Left::Applying(run) => self.apply(workspace, &run).await?,
        }
        Ok(true)
    }

    async fn let_go(&self, workspace: WorkspaceId, id: &str) -> Result<()> {
        let sql = "UPDATE catalog_source SET run_id = CAST(NULL AS TEXT), lease_ms = 0 WHERE workspace_id = $1 AND run_id = $2";
        self.db().execute(sql, &[workspace.into(), id.into()]).await?;
        Ok(())
    }

    /// Begins to take in a feed of a source. `confirm`: also when most of the source's products would be gone.
    pub async fn begin(&self, workspace: WorkspaceId, source: &str, mode: Mode, confirm: bool) -> Result<Upload> {
        source::check_name(source)?;
        let now = self.now();
        let id = format!("run_{:012x}{:016x}", now.ms().max(0), self.0.rng.next_u64());
        let run = Run::new(id, source, mode, now);
        let begun = match run::begin(self.db(), workspace, &run).await {
            // Perhaps nobody works on that one any more.
            Err(CatalogError::Running(_)) if self.take_up(Some((workspace, source))).await? > 0 => {
                run::begin(self.db(), workspace, &run).await
            }
            other => other,
        };
        begun?;
        Ok(Upload::start(self, workspace, run, confirm))
    }

    /// Applies a run that waits for a decision. Answers how it is after `wait`.
    pub async fn apply_held(&self, workspace: WorkspaceId, id: &str, wait: Duration) -> Result<Run> {
        let mut run = run::get(self.db(), workspace, id).await?;
        if run.state != RunState::Held {
            return Err(CatalogError::NotHeld(run.id));
        }
        run::take_up_held(self.db(), workspace, &run, self.now()).await?;
        run.state = RunState::Applying;
        self.check_staged(workspace, &run).await?;
        let (catalog, applied) = (self.clone(), run.clone());
        let task = tokio::spawn(async move { catalog.apply_logged(workspace, applied).await });
        let _ = tokio::time::timeout(wait, task).await;
        run::get(self.db(), workspace, id).await
    }

    /// The products at the beginning of a feed, without keeping anything. `complete`: `head` is all of it.
    pub fn sample(head: &[u8], complete: bool, most: usize) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut flaw = None;
        let ended = feed::read(head, &mut |raw: crate::attributes::RawItem| {
            match raw.read() {
                Ok(item) => items.push(item),
                Err(wrong) => flaw = flaw.take().or(Some((raw.number, wrong))),
            }
            if items.len() < most { Ok(()) } else { Err(FeedError::Aborted) }
        });
        match (ended.error, flaw) {
            (None | Some(FeedError::Aborted), None) => Ok(items),
            (Some(FeedError::CutOff(_) | FeedError::OpenQuote { .. }), _) if !complete && !items.is_empty() => {
                Ok(items)
            }
            (None | Some(FeedError::Aborted), Some(_)) if !items.is_empty() => Ok(items),
            (Some(error), None) => Err(error.into()),
            (_, Some((number, wrong))) => {
                let attribute = wrong.attribute.unwrap_or_default();
                let detail = format!("item {number}: {attribute}: {}", wrong.detail);
                Err(FeedError::NotReadable(detail).into())
            }
        }
    }

    pub async fn products(&self, workspace: WorkspaceId, filter: &Filter, page: &PageRequest) -> Result<Page<Product>> {
        list::list(self.db(), workspace, filter, page).await
    }

    /// By the shop's ids, [`crate::limits::LOOKUP_MAX`] at most; those that are unknown are left out.
    pub async fn lookup(&self, workspace: WorkspaceId, ids: &[String]) -> Result<Vec<Product>> {
        list::lookup(self.db(), workspace, ids).await
    }

    pub async fn categories(&self, workspace: WorkspaceId, page: &PageRequest) -> Result<Page<CategoryCount>> {
        list::categories(self.db(), workspace, page).await
    }

    pub async fn sources(&self, workspace: WorkspaceId) -> Result<Vec<ProductSource>> {
        source::list(self.db(), workspace).await
    }

    /// One product with its variants and its history.
    pub async fn product(&self, workspace: WorkspaceId, id: ProductId) -> Result<ProductDetail> {
        let product = self.one(workspace, id).await?;
        let mut variants = Vec::new();
        if let Some(group) = &product.item.group_id {
            let sql = format!(
                "SELECT {PRODUCT_COLUMNS} FROM catalog_product WHERE workspace_id = $1 AND source = $2 AND group_id = $3 \
                 AND number <> $4 ORDER BY number LIMIT $5"
            );
            let args = [
                workspace.into(),
                (&product.source).into(),
                group.into(),
                id.sql().into(),
                Val::I(VARIANTS_MAX as i64),
            ];
            let rows = self.db().query(&sql, &args).await?;
            variants = rows.iter().map(crate::sql::product).collect::<Result<_>>()?;
        }
        let sql = "SELECT entries FROM catalog_history WHERE workspace_id = $1 AND number = $2";
        let history = self.db().query_one(sql, &[workspace.into(), id.sql().into()]).await?;
        let history = match history {
            Some(row) => serde_json::from_str(&row.text("entries")?)
                .map_err(|error| CatalogError::Broken(id, error.to_string()))?,
            None => Vec::new(),
        };
        Ok(ProductDetail { product, variants, history })
    }

    async fn one(&self, workspace: WorkspaceId, id: ProductId) -> Result<Product> {
        let sql = format!("SELECT {PRODUCT_COLUMNS} FROM catalog_product WHERE workspace_id = $1 AND number = $2");
        let row = self.db().query_one(&sql, &[workspace.into(), id.sql().into()]).await?;
        product(&row.ok_or(CatalogError::NotFound(id))?)
    }

    pub async fn runs(&self, workspace: WorkspaceId, source: Option<&str>, page: &PageRequest) -> Result<Page<Run>> {
        run::list(self.db(), workspace, source, page).await
    }

    pub async fn feed_run(&self, workspace: WorkspaceId, id: &str) -> Result<Run> {
        run::get(self.db(), workspace, id).await
    }

    /// Whether the products of a source are still what this run made them: it is the last one that was applied, and no
    /// product was deleted since.
    pub async fn stands(&self, workspace: WorkspaceId, source: &str, run: &str) -> Result<bool> {
        run::stands(self.db(), workspace, source, run).await
    }

    /// What a feed was refused, in its order, the first [`crate::limits::REFUSED_KEPT`].
    pub async fn refused(&self, workspace: WorkspaceId, id: &str, page: &PageRequest) -> Result<Page<Refused>> {
        let run = run::get(self.db(), workspace, id).await?;
        run::refused(self.db(), workspace, &run.id, page).await
    }

    /// Deletes one product with its history. A feed that has it brings it back.
    pub async fn delete(&self, workspace: WorkspaceId, id: ProductId) -> Result<Product> {
        let product = self.one(workspace, id).await?;
        self.have(workspace, &product.source).await?;
        let deleted = self.delete_numbers(workspace, &[Val::I(id.sql())]).await;
        self.let_go(workspace, &deleting(&product.source)).await?;
        deleted?;
        Ok(product)
    }

    /// Deletes the products of a source, with its runs. Answers how many products.
    pub async fn delete_source(&self, workspace: WorkspaceId, source: &str) -> Result<u64> {
        source::check_name(source)?;
        self.have(workspace, source).await?;
        let deleted = self.delete_all(workspace, source).await;
        self.let_go(workspace, &deleting(source)).await?;
        deleted
    }

    async fn delete_all(&self, workspace: WorkspaceId, source: &str) -> Result<u64> {
        let mut deleted = 0;
        let sql = "SELECT number FROM catalog_product WHERE workspace_id = $1 AND source = $2 ORDER BY number LIMIT $3";
        loop {
            let rows = self.db().query(sql, &[workspace.into(), source.into(), CHUNK_ITEMS.into()]).await?;
            if rows.is_empty() {
                break;
            }
            let numbers = rows.iter().map(|row| Ok(Val::I(row.i64("number")?))).collect::<db::Result<Vec<_>>>()?;
            deleted += self.delete_numbers(workspace, &numbers).await?;
            let renew = "UPDATE catalog_source SET lease_ms = $1 WHERE workspace_id = $2 AND run_id = $3";
            let args = [self.now().plus_ms(LEASE_MS).into(), workspace.into(), deleting(source).into()];
            self.db().execute(renew, &args).await?;
        }
        let everything = PageRequest { limit: Some(base::PAGE_SIZE_MAX), cursor: None };
        for run in run::list(self.db(), workspace, Some(source), &everything).await?.items {
            run::clear_staged(self.db(), workspace, &run.id).await?;
            let mut tx = self.db().begin().await?;
            let args = [workspace.into(), Val::from(&run.id)];
            tx.execute("DELETE FROM catalog_refused WHERE workspace_id = $1 AND run_id = $2", &args).await?;
            tx.execute("DELETE FROM catalog_run WHERE workspace_id = $1 AND id = $2", &args).await?;
            tx.commit().await?;
        }
        let sql = "DELETE FROM catalog_source WHERE workspace_id = $1 AND source = $2";
        self.db().execute(sql, &[workspace.into(), source.into()]).await?;
        Ok(deleted)
    }

    /// A held feed counts on products that are there: it is not applied after one was deleted. And what was applied last
    /// does not stand any more: the same feed once more brings something.
    async fn have(&self, workspace: WorkspaceId, source: &str) -> Result<()> {
        let mut tx = self.db().begin().await?;
        let now = self.now();
        let sql = "INSERT INTO catalog_source (workspace_id, source, run_id, lease_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (workspace_id, source) DO UPDATE SET run_id = excluded.run_id, \
                   lease_ms = excluded.lease_ms, applied_run = CAST(NULL AS TEXT) WHERE catalog_source.run_id IS NULL";
        let args = [workspace.into(), source.into(), deleting(source).into(), now.plus_ms(LEASE_MS).into()];
        if tx.execute(sql, &args).await? == 0 {
            return Err(CatalogError::Running(source.to_owned()));
        }
        let sql = "UPDATE catalog_run SET state = $1, code = $2, detail = $3 \
                   WHERE workspace_id = $4 AND source = $5 AND state = $6";
        let args = [
            RunState::Interrupted.name().into(),
            "feed_outdated".into(),
            "products of the source were deleted before it was applied".into(),
            workspace.into(),
            source.into(),
            RunState::Held.name().into(),
        ];
        tx.execute(sql, &args).await?;
        Ok(tx.commit().await?)
    }

    async fn delete_numbers(&self, workspace: WorkspaceId, numbers: &[Val]) -> Result<u64> {
        let mut tx = self.db().begin().await?;
        let mut deleted = 0;
        for table in ["catalog_term", "catalog_history", "catalog_product"] {
            let sql = format!("DELETE FROM {table} WHERE workspace_id = $1 AND number IN");
            deleted = execute_in(&mut tx, &sql, &[workspace.into()], numbers).await?;
        }
        tx.commit().await?;
        Ok(deleted)
    }
}

/// One per source: `let_go` frees by this name.
fn deleting(source: &str) -> String {
    format!("{DELETING}:{source}")
}

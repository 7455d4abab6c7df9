//! The room on both engines: feeds go in, products come out.

mod left;
mod lists;
mod order;
mod whole;

use crate::{Catalog, CatalogError, CatalogParts, Filter, Gone, MIGRATIONS, Mode, Product, Run, RunState};
use base::{ManualClock, PageRequest, SeededRng, WorkspaceId};
use std::sync::Arc;

pub(crate) const SHOP: WorkspaceId = WorkspaceId::new(1);
pub(crate) const OTHER: WorkspaceId = WorkspaceId::new(2);

pub(crate) struct World {
    pub store: testkit::Store,
    pub catalog: Catalog,
    pub clock: Arc<ManualClock>,
}

impl World {
    pub async fn all() -> Vec<World> {
        let mut worlds = Vec::new();
        for store in testkit::stores(MIGRATIONS).await {
            worlds.push(Self::over(store).await);
        }
        worlds
    }

    async fn over(store: testkit::Store) -> World {
        let clock = Arc::new(testkit::clock());
        let catalog = open(&store, &clock, 5).await;
        World { store, catalog, clock }
    }

    /// As after a restart of the program; whoever had a run has it no more.
    pub async fn reopened(self) -> World {
        let World { store, clock, catalog } = self;
        drop(catalog);
        clock.advance_ms(crate::limits::LEASE_MS + 1);
        let catalog = open(&store, &clock, 6).await;
        World { store, catalog, clock }
    }

    /// A whole feed of the source `web`.
    pub async fn feed(&self, feed: &str) -> Run {
        self.send(Mode::Whole, false, feed).await.expect("taken in")
    }

    pub async fn send(&self, mode: Mode, confirm: bool, feed: &str) -> Result<Run, CatalogError> {
        self.clock.advance_ms(60_000);
        let mut upload = self.catalog.begin(SHOP, "web", mode, confirm).await?;
        // In pieces, as a network delivers.
        for piece in feed.as_bytes().chunks(97) {
            if upload.push(piece).await.is_err() {
                break;
            }
        }
        upload.finish(None).await
    }

    pub async fn products(&self, filter: Filter) -> Vec<Product> {
        let page = PageRequest { limit: Some(500), cursor: None };
        self.catalog.products(SHOP, &filter, &page).await.expect("a list").items
    }

    /// The shop's ids of the products that are not gone.
    pub async fn live(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.products(Filter::default()).await.into_iter().map(|one| one.item.id).collect();
        ids.sort();
        ids
    }

    pub async fn gone(&self) -> Vec<String> {
        let filter = Filter { gone: Gone::Only, ..Filter::default() };
        let mut ids: Vec<String> = self.products(filter).await.into_iter().map(|one| one.item.id).collect();
        ids.sort();
        ids
    }

    pub async fn one(&self, id: &str) -> Product {
        let found = self.catalog.lookup(SHOP, &[id.to_owned()]).await.expect("looked up");
        found.into_iter().next().expect("the product is there")
    }

    /// Rows of a table, for what must not stay.
    pub async fn rows(&self, table: &str) -> i64 {
        let row = self.store.db.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[]).await.expect("counted");
        row.expect("a row").i64("n").expect("a number")
    }
}

async fn open(store: &testkit::Store, clock: &Arc<ManualClock>, seed: u64) -> Catalog {
    let rng = Arc::new(SeededRng::new(seed));
    Catalog::open(CatalogParts { db: store.db.clone(), clock: clock.clone(), rng }).await.expect("the room opens")
}

/// A table of products: id, price in euro.
pub(crate) fn table(products: &[(&str, &str)]) -> String {
    let mut text = String::from("id\ttitle\tprice\tavailability\n");
    for (id, price) in products {
        text.push_str(&format!("{id}\tTitle of {id}\t{price} EUR\tin stock\n"));
    }
    text
}

pub(crate) fn many(numbers: std::ops::Range<u32>) -> String {
    let ids: Vec<String> = numbers.map(|number| format!("P{number:05}")).collect();
    table(&ids.iter().map(|id| (id.as_str(), "10")).collect::<Vec<_>>())
}

pub(crate) fn is_done(run: &Run) -> bool {
    run.state == RunState::Done
}

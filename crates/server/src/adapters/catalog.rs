//! Feeds that connections fetch go to the room of products.

use async_trait::async_trait;
use base::{Problem, SourceId, WorkspaceId};
use catalog::{Catalog, Item, Mode, Upload};
use connect::{FeedSink, FeedTaken, NewFeed, Products};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct CatalogProducts(pub Arc<Catalog>);

#[async_trait]
impl Products for CatalogProducts {
    async fn begin(&self, feed: NewFeed) -> Result<Box<dyn FeedSink>, Problem> {
        let mode = if feed.whole { Mode::Whole } else { Mode::Update };
        let upload = self.0.begin(feed.workspace, &feed.source.to_string(), mode, false).await?;
        Ok(Box::new(Sink(upload)))
    }

    async fn stands(&self, workspace: WorkspaceId, source: SourceId, run: &str) -> Result<bool, Problem> {
        Ok(self.0.stands(workspace, &source.to_string(), run).await?)
    }

    async fn sample(
        &self,
        head: Vec<u8>,
        complete: bool,
        most: usize,
    ) -> Result<Vec<BTreeMap<String, String>>, Problem> {
        let read = tokio::task::spawn_blocking(move || Catalog::sample(&head, complete, most));
        let items = read.await.map_err(Problem::internal)??;
        Ok(items.into_iter().map(shown).collect())
    }
}

/// What a test shows of a product.
fn shown(item: Item) -> BTreeMap<String, String> {
    let values = [
        ("id", Some(item.id)),
        ("title", Some(item.title)),
        ("price", item.price.map(|price| price.to_string())),
        ("sale_price", item.sale_price.map(|price| price.to_string())),
        ("availability", item.availability.map(|one| one.name().to_owned())),
        ("brand", item.brand),
        ("item_group_id", item.group_id),
        ("link", item.link),
        ("image_link", item.image_link),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

struct Sink(Upload);

#[async_trait]
impl FeedSink for Sink {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        Ok(self.0.push(bytes).await?)
    }

    async fn finish(self: Box<Self>) -> Result<FeedTaken, Problem> {
        let run = self.0.finish(None).await?;
        let held = run.held_for().map(|code| Problem::conflict(code, run.detail.clone().unwrap_or_default()));
        Ok(FeedTaken { run: run.id, read: run.items, accepted: run.accepted, refused: run.refused, held })
    }
}

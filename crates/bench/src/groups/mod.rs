//! The groups of claims, one file each.

mod delivery;
mod ingest;
mod matching;
mod profiles;

use crate::Bench;
use crate::row::Row;
use async_trait::async_trait;

/// Claims that are measured together.
#[async_trait(?Send)]
pub trait Group: Send + Sync {
    /// As `ONLY=` names it.
    fn name(&self) -> &'static str;
    async fn run(&self, bench: &Bench) -> anyhow::Result<Vec<Row>>;
}

/// Every group, in the order they run.
pub fn all() -> Vec<Box<dyn Group>> {
    vec![
        Box::new(ingest::Ingest),
        Box::new(profiles::Profiles),
        Box::new(matching::Matching),
        Box::new(delivery::Delivery),
    ]
}

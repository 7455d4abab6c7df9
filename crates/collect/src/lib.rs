//! How events come in: the Segment HTTP API, CloudEvents, the pixel, and files.
//!
//! - [`Collect::accept`] takes a request body, says what is wrong and where, and answers when the rest is durable.
//! - [`SegmentDecoder`] is the way back: from a stored body to [`events::Event`]s, for the pipeline.
//! - [`Source`]s own the write keys; [`Collect::sources`] tells how each is doing.
//! - [`import`] turns files of customers, orders and events into the same events, resumable and with bounded memory.
//!
//! This room does not know what events are for: it neither resolves people nor counts anything but its own work.
//! Invariants: an accepted event is durable; an item that is refused costs no other item of its batch; a file
//! imported twice changes nothing.

mod accept;
mod addresses;
mod amounts;
mod bots;
mod check;
mod cloudevents;
mod decode;
mod erase;
mod error;
pub mod import;
pub mod limits;
mod minimum;
mod pixel;
mod planner;
mod replay;
mod scan;
mod source;
mod split;
mod store;
#[cfg(test)]
mod testing;
mod wire;

pub use accept::{Accepted, Endpoint, Rejected};
pub use addresses::{AddressPlace, Addresses, KeepAddress, NoPlaces, address_of, network_of};
pub use bots::Bot;
pub use cloudevents::CloudEventMode;
pub use decode::{SegmentDecoder, declared_identifiers};
pub use error::{CollectError, Result};
pub use minimum::NOT_RECORDED;
pub use pixel::{PIXEL_GIF, PixelCall, PixelHeaders, read_pixel};
pub use planner::{ItemPlan, NoPlans, PlanItem, Planner, Verdict};
pub use replay::{Correction, RefusedAgain, Replayed};
pub use source::{Rejection, Source, SourceKind};

use base::{Clock, Rng};
use db::{Db, Migration};
use events::Inbox;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "collect/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    Migration { name: "collect/0002_import_error_code", sql: include_str!("../migrations/0002_import_error_code.sql") },
    Migration { name: "collect/0003_bots", sql: include_str!("../migrations/0003_bots.sql") },
    Migration { name: "collect/0004_connections", sql: include_str!("../migrations/0004_connections.sql") },
];

/// The room; cheap to clone.
#[derive(Clone)]
pub struct Collect {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub inbox: Arc<Inbox>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub planner: Arc<dyn Planner>,
    pub addresses: Arc<dyn Addresses>,
    pub sources: source::Sources,
    pub imports: import::Imports,
    pub opened_at: base::Timestamp,
}

/// What [`Collect::open`] needs.
pub struct CollectParts {
    pub db: Db,
    pub inbox: Arc<Inbox>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    /// Uploaded files go to `imports/ID/` below it.
    pub data_dir: PathBuf,
    /// What each workspace plans to collect.
    pub planner: Arc<dyn Planner>,
    /// What each workspace keeps of IP addresses, and where they are.
    pub addresses: Arc<dyn Addresses>,
    /// Reads Parquet; without it a Parquet import answers that this build cannot.
    pub parquet: Option<Arc<dyn import::ParquetRows>>,
}

impl Collect {
    /// Loads the write keys.
    pub async fn open(parts: CollectParts) -> Result<Self> {
        let sources = source::Sources::default();
        sources.load(&parts.db).await?;
        let imports = import::Imports::new(parts.data_dir.join("imports"), parts.parquet);
        let opened_at = parts.clock.now();
        let CollectParts { db, inbox, clock, rng, planner, addresses, .. } = parts;
        let inner = Inner { db, inbox, clock, rng, planner, addresses, sources, imports, opened_at };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs until dropped: takes up the imports a stop interrupted, writes counters every few seconds. `server`
    /// spawns it once, and calls [`Collect::flush`] when it stops.
    pub async fn run(self) {
        if let Err(error) = self.resume_interrupted_imports().await {
            tracing::error!(%error, "interrupted imports could not be taken up");
        }
        let mut tick = tokio::time::interval(Duration::from_millis(limits::FLUSH_MS));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut pruned_at = None;
        loop {
            tick.tick().await;
            if let Err(error) = self.flush().await {
                tracing::warn!(%error, "counters of sources not written; they stay in memory");
            }
            let now = self.inner.clock.now();
            if pruned_at.is_none_or(|at| now.ms_since(at) >= limits::PRUNE_MS) {
                pruned_at = Some(now);
                if let Err(error) = self.prune().await {
                    tracing::warn!(%error, "old refused items and rows not deleted; tried again in an hour");
                }
            }
        }
    }

    /// Deletes refused items, and files of imports that ended, older than [`limits::REJECTIONS_KEPT_MS`].
    pub async fn prune(&self) -> Result<()> {
        let before = self.inner.clock.now().plus_ms(-limits::REJECTIONS_KEPT_MS);
        store::delete_rejections(&self.inner.db, before).await?;
        store::delete_bots(&self.inner.db, before).await?;
        self.prune_import_files(before).await
    }
}

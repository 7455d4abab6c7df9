//! More ways in: sources that are pulled (a watched folder, a query on a database) or mapped (an incoming webhook).
//!
//! - A [`Definition`] says what a connection does; [`Connect`] keeps it, its health, its runs and how far it has read.
//! - Webhooks: [`Connect::receive`] maps a payload to events ([`webhook::Mapping`]), or keeps it for a replay.
//! - Pulled sources implement one trait (`connector`), and [`Connect::run`] asks each when it is due.
//!
//! Whatever comes goes through the same door as everything else ([`Door`]): this room checks no event and stores none.
//! Invariants: a delivery is answered 200 when its events, or the payload itself, are durable; a row, file or delivery
//! that comes twice counts once; a cursor is saved after what it stands for was accepted; secrets are sealed and never
//! shown again; one slow or broken source is nobody else's trouble.

mod connector;
mod definition;
mod error;
mod files;
pub mod kinds;
pub mod limits;
mod model;
mod payloads;
mod ports;
mod rows;
mod runner;
mod runs;
mod schedule;
mod service;
mod shape;
mod store;
#[cfg(test)]
mod testing;
pub mod webhook;

pub use connector::{TestFile, TestResult};
pub use definition::{Definition, Kind, Secrets};
pub use error::{ConnectError, Fault, Result};
pub use model::{Connection, FileEntry, FileState, Health, HealthState, Payload, PayloadState, Run, RunState};
pub use ports::{
    Column, Door, FeedSink, FeedTaken, ImportStage, ImportStatus, NewFeed, NewRows, Products, Refused, RowSink, Sample,
    Taken, Vault,
};
pub use rows::{DateOrder, RowsKind, RowsMapping};
pub use schedule::Schedule;
pub use service::Change;
pub use shape::DefinitionView;

use base::{Clock, Rng};
use db::{Db, Migration};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "connect/0001_init", sql: include_str!("../migrations/0001_init.sql") },
    Migration { name: "connect/0002_etag", sql: include_str!("../migrations/0002_etag.sql") },
];

/// What an administrator allows.
#[derive(Debug, Clone)]
pub struct ConnectConfig {
    /// Folders below which folders may be watched and SQLite files read. Empty: none.
    pub folders: Vec<PathBuf>,
    /// Servers on this machine and on private networks may be asked.
    pub private_networks: bool,
    /// How long a server may take for the next piece of its answer.
    pub read_timeout: Duration,
}

impl Default for ConnectConfig {
    fn default() -> Self {
        let read_timeout = Duration::from_millis(limits::READ_TIMEOUT_MS);
        Self { folders: Vec::new(), private_networks: false, read_timeout }
    }
}

/// What [`Connect::open`] needs.
pub struct ConnectParts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub door: Arc<dyn Door>,
    pub products: Arc<dyn Products>,
    pub vault: Arc<dyn Vault>,
    pub config: ConnectConfig,
}

/// The room; cheap to clone.
#[derive(Clone)]
pub struct Connect {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub door: Arc<dyn Door>,
    pub products: Arc<dyn Products>,
    pub vault: Arc<dyn Vault>,
    pub config: ConnectConfig,
    pub hooks: webhook::Hooks,
    pub wake: tokio::sync::Notify,
}

impl Connect {
    /// Loads the webhooks.
    pub async fn open(parts: ConnectParts) -> Result<Self> {
        let ConnectParts { db, clock, rng, door, products, vault, config } = parts;
        let (hooks, wake) = (webhook::Hooks::default(), tokio::sync::Notify::new());
        let inner = Inner { db, clock, rng, door, products, vault, config, hooks, wake };
        let connect = Self { inner: Arc::new(inner) };
        connect.load_hooks().await?;
        Ok(connect)
    }
}

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
mod runner;
mod runs;
mod schedule;
mod service;
mod store;
#[cfg(test)]
mod testing;
pub mod webhook;

pub use connector::{TestFile, TestResult};
pub use definition::{Definition, Secrets};
pub use error::{ConnectError, Fault, Result};
pub use model::{
    Connection, FileEntry, FileState, Health, HealthState, Kind, Payload, PayloadState, RowsKind, Run, RunState,
};
pub use ports::{Column, Door, ImportStage, ImportStatus, NewRows, Refused, RowSink, Sample, Taken, Vault};
pub use schedule::Schedule;
pub use service::Change;

use base::{Clock, Rng};
use db::{Db, Migration};
use std::path::PathBuf;
use std::sync::Arc;

pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "connect/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

/// What an administrator allows.
#[derive(Debug, Clone, Default)]
pub struct ConnectConfig {
    /// Folders below which folders may be watched and SQLite files read. Empty: none.
    pub folders: Vec<PathBuf>,
    /// Databases on this machine and on private networks may be asked.
    pub private_networks: bool,
}

/// What [`Connect::open`] needs.
pub struct ConnectParts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub door: Arc<dyn Door>,
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
    pub vault: Arc<dyn Vault>,
    pub config: ConnectConfig,
    pub hooks: webhook::Hooks,
    pub wake: tokio::sync::Notify,
}

impl Connect {
    /// Loads the webhooks.
    pub async fn open(parts: ConnectParts) -> Result<Self> {
        let ConnectParts { db, clock, rng, door, vault, config } = parts;
        let (hooks, wake) = (webhook::Hooks::default(), tokio::sync::Notify::new());
        let connect = Self { inner: Arc::new(Inner { db, clock, rng, door, vault, config, hooks, wake }) };
        connect.load_hooks().await?;
        Ok(connect)
    }
}

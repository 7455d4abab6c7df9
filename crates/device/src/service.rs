//! The devices of a customer, and what a workspace keeps of IP addresses.

use crate::geo::Geo;
use crate::known::Device;
use crate::{DeviceError, store};
use base::{Clock, ProfileId, WorkspaceId, words};
use db::Db;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How often rules that another node changed, and a new database of places, are looked for.
const LOOK: Duration = Duration::from_secs(10);

words!(/// What is kept of an IP address.
#[derive(Default)]
IpRule {
    /// Its network: IPv4 without the last 8 bits, IPv6 without the last 80.
    #[default]
    Truncated = "truncated",
    Dropped = "dropped",
    Full = "full",
});

/// What [`Devices::open`] needs.
pub struct DeviceParts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// None: the operator named no database of places.
    pub geo: Option<Arc<Geo>>,
}

/// The room's service; cheap to clone.
#[derive(Clone)]
pub struct Devices {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    geo: Option<Arc<Geo>>,
    rules: RwLock<BTreeMap<WorkspaceId, IpRule>>,
}

impl Devices {
    pub async fn open(parts: DeviceParts) -> Result<Self, DeviceError> {
        let DeviceParts { db, clock, geo } = parts;
        let rules = RwLock::new(store::rules(&db).await?);
        Ok(Self { inner: Arc::new(Inner { db, clock, geo, rules }) })
    }

    /// Runs until dropped; `server` spawns it once.
    pub async fn run(self) {
        let warm = tokio::task::spawn_blocking(crate::agent::warm_up).await;
        if !matches!(warm, Ok(true)) {
            tracing::error!("the patterns of user agents cannot be used: devices are known by what libraries say only");
        }
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            match store::rules(&self.inner.db).await {
                Ok(rules) => *self.inner.rules.write() = rules,
                Err(error) => {
                    tracing::warn!(%error, "what workspaces keep of addresses could not be read; trying again")
                }
            }
            if let Some(geo) = self.inner.geo.clone() {
                let looked = tokio::task::spawn_blocking(move || geo.reload()).await;
                match looked {
                    Ok(Ok(false)) => {}
                    Ok(Ok(true)) => tracing::info!("the database of places was read anew"),
                    Ok(Err(error)) => tracing::warn!(%error, "the database of places stays as it was"),
                    Err(error) => tracing::warn!(%error, "the database of places could not be looked at"),
                }
            }
        }
    }

    /// The devices of a customer, last seen first.
    pub async fn of_profile(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<Vec<Device>, DeviceError> {
        let found = store::of_profile(&self.inner.db, workspace, profile).await?;
        let mut devices: Vec<Device> = found.into_iter().map(|(key, held)| Device::of(key, held)).collect();
        devices.sort_by_key(|device| (std::cmp::Reverse(device.last_seen), device.key));
        Ok(devices)
    }

    /// What the workspace keeps of addresses.
    pub fn ip_rule(&self, workspace: WorkspaceId) -> IpRule {
        self.inner.rules.read().get(&workspace).copied().unwrap_or_default()
    }

    /// The next request meets it; on other nodes within seconds.
    pub async fn set_ip_rule(&self, workspace: WorkspaceId, rule: IpRule) -> Result<(), DeviceError> {
        store::set_rule(&self.inner.db, workspace, rule, self.inner.clock.now()).await?;
        self.inner.rules.write().insert(workspace, rule);
        Ok(())
    }

    pub fn geo(&self) -> Option<&Geo> {
        self.inner.geo.as_deref()
    }
}

//! What handlers work with: the slices' services, wired by `server`.

use base::{Clock, Rng};
use std::sync::Arc;

/// Numbers about the running program that only `server` has.
#[async_trait::async_trait]
pub trait HealthSource: Send + Sync + 'static {
    /// Problems that keep the program from serving; empty = ready.
    async fn not_ready(&self) -> Vec<String>;
    /// Does the database answer?
    async fn database(&self) -> PartHealth;
    /// Does the history take what is written to it?
    async fn lake(&self) -> PartHealth;
    /// Free bytes on the disk of the data directory.
    fn disk_free_bytes(&self) -> Option<u64>;
    /// Prometheus text exposition.
    fn metrics(&self) -> String;
}

/// How one part of the program is doing.
#[derive(Debug, Clone)]
pub struct PartHealth {
    /// sqlite, postgres, delta
    pub kind: &'static str,
    /// What is wrong, in words for the person who runs it; None when it is well.
    pub problem: Option<String>,
    /// How long it took to answer.
    pub took: std::time::Duration,
}

/// The services. Cheap to clone through its `Arc`.
pub struct App {
    pub access: Arc<access::Access>,
    pub collect: Arc<collect::Collect>,
    pub connect: Arc<connect::Connect>,
    pub catalog: Arc<catalog::Catalog>,
    pub profile: Arc<profile::Profiles>,
    pub consent: Arc<consent::Consents>,
    pub duplicates: Arc<duplicates::Duplicates>,
    pub plan: Arc<plan::Plans>,
    pub retention: Arc<retention::Retention>,
    pub company: Arc<company::Companies>,
    pub compute: Arc<compute::Compute>,
    pub segment: Arc<segment::Segments>,
    pub content: Arc<content::Contents>,
    pub campaign: Arc<campaign::Campaigns>,
    pub deliver: Arc<deliver::Deliver>,
    pub device: device::Devices,
    pub measure: Arc<measure::Measures>,
    pub lake: Arc<lake::Lake>,
    pub inbox: Arc<events::Inbox>,
    pub pipeline: Arc<events::Pipeline>,
    pub live: Arc<crate::LiveEvents>,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub health: Arc<dyn HealthSource>,
    /// The address people and mails reach this server at, without a slash at the end.
    pub public_url: String,
    /// True when the program runs the demo: the UI says so.
    pub demo: bool,
    /// Send the session cookie over TLS only.
    pub secure_cookies: bool,
    pub version: &'static str,
}

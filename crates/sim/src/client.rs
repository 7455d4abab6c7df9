//! Sending batches: several connections, waits when told to, tries again when that is safe (messageIds make it so).

use crate::SimError;
use crate::history::{SourceBatch, World};
use crate::wire::Source;
use base64::Engine;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Attempts before a batch is given up; with the pauses below about ten minutes.
const ATTEMPTS_MAX: u32 = 40;
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(15);
const TIMEOUT: Duration = Duration::from_secs(60);
/// An answer's text in an error.
const BODY_CHARS_MAX: usize = 300;

/// One write key per source; they may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteKeys {
    pub website: String,
    pub app: String,
    pub shop: String,
    pub phone: String,
}

impl WriteKeys {
    /// The same key for every source.
    pub fn one(key: &str) -> Self {
        let key = || key.to_owned();
        Self { website: key(), app: key(), shop: key(), phone: key() }
    }
    fn of(&self, source: Source) -> &str {
        match source {
            Source::Website => &self.website,
            Source::App => &self.app,
            Source::Shop => &self.shop,
            Source::Phone => &self.phone,
        }
    }
}

/// Where to send: `api_url` without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub api_url: String,
    pub keys: WriteKeys,
}

/// How far a history has been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub customers_done: u64,
    pub customers_total: u64,
    pub events: u64,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Played {
    pub events: u64,
    pub batches: u64,
    /// Answers 429 that were waited for.
    pub waits: u64,
}

/// Sends histories and single batches.
#[derive(Debug, Clone)]
pub struct Player {
    http: reqwest::Client,
    target: Target,
}

/// An HTTP client that does not follow redirects: a tracked link is answered, not travelled.
pub(crate) fn http_client(headers: HeaderMap) -> Result<reqwest::Client, SimError> {
    // Another part of the program may have chosen a provider already; then that one is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers)
        .build()
        .map_err(|source| SimError::Http { url: "client".into(), source })
}

impl Player {
    pub fn new(target: Target) -> Result<Self, SimError> {
        Ok(Self { http: http_client(HeaderMap::new())?, target })
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Sends a world's whole history over `connections` connections. `progress` is called after every batch.
    pub async fn play(
        &self,
        world: &World,
        connections: u64,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Played, SimError> {
        let shards = connections.clamp(1, world.config().customers);
        let (customers, events, batches, waits) =
            (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let shard = async |shard: u64| {
            let mut done = 0;
            for batch in world.history_of_shard(shard, shards) {
                waits.fetch_add(self.send(&batch).await?, Ordering::Relaxed);
                batches.fetch_add(1, Ordering::Relaxed);
                let events = events.fetch_add(batch.events as u64, Ordering::Relaxed) + batch.events as u64;
                let newly = batch.customers_done - std::mem::replace(&mut done, batch.customers_done);
                let customers_done = customers.fetch_add(newly, Ordering::Relaxed) + newly;
                progress(Progress { customers_done, customers_total: world.config().customers, events });
            }
            Ok::<(), SimError>(())
        };
        futures::future::try_join_all((0..shards).map(shard)).await?;
        Ok(Played { events: events.into_inner(), batches: batches.into_inner(), waits: waits.into_inner() })
    }

    /// Sends one batch; answers how often it had to wait.
    pub async fn send(&self, batch: &SourceBatch) -> Result<u64, SimError> {
        let url = format!("{}/v1/batch", self.target.api_url);
        let key = base64::engine::general_purpose::STANDARD.encode(format!("{}:", self.target.keys.of(batch.source)));
        let mut pause = PAUSE;
        for attempt in 0..ATTEMPTS_MAX {
            let request = self
                .http
                .post(&url)
                .header(CONTENT_TYPE, "application/json")
                .header(AUTHORIZATION, format!("Basic {key}"))
                .body(batch.body.clone());
            let wait = match request.send().await {
                Ok(answer) if answer.status().is_success() => return Ok(attempt as u64),
                Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => retry_after(&answer).unwrap_or(pause),
                Ok(answer) if answer.status().is_server_error() => pause,
                Ok(answer) => return Err(refused(url, answer).await),
                Err(source) if source.is_connect() || source.is_timeout() || source.is_request() => pause,
                Err(source) => return Err(SimError::Http { url, source }),
            };
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Err(SimError::Busy { url, attempts: ATTEMPTS_MAX })
    }
}

fn retry_after(answer: &reqwest::Response) -> Option<Duration> {
    let seconds: f64 = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds.clamp(0.0, PAUSE_MAX.as_secs_f64())))
}

pub(crate) async fn refused(url: String, answer: reqwest::Response) -> SimError {
    let status = answer.status().as_u16();
    let body = answer.text().await.unwrap_or_default().chars().take(BODY_CHARS_MAX).collect();
    SimError::Refused { url, status, body }
}

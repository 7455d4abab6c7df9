//! A list of products that is fetched on a schedule, such as a Google Merchant feed.
//!
//! The bytes go to whoever keeps products ([`crate::Products`]), which reads, checks and applies them as a whole: a fetch
//! that ends in the middle changes nothing. A server that says "not modified" is believed, while the products are those
//! of its last answer.

mod fetch;

use crate::Connect;
use crate::connector::{Connector, Ended, Job, TestResult};
use crate::definition::{Definition, Secrets, Settings, StoredSecret, only_travels_in};
use crate::error::{Fault, invalid};
use crate::limits::{CONNECT_TIMEOUT_MS, TEST_ROWS};
use crate::model::Run;
use crate::ports::{NewFeed, Sample};
use crate::schedule::Schedule;
use crate::store;
use async_trait::async_trait;
use base::Problem;
use fetch::{Answer, Marks, fetch};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;
use utoipa::ToSchema;

/// One feed, as it comes.
const FETCH_BYTES_MAX: u64 = 1 << 30;
/// One fetch, from the first question to the last byte.
const FETCH_TIME_MAX: Duration = Duration::from_secs(30 * 60);
/// What a test reads.
const HEAD_BYTES: usize = 256 * 1024;
const URL_CHARS_MAX: usize = 2_000;
const TEXT_CHARS_MAX: usize = 200;
/// Headers that are the connection's own.
const OWN_HEADERS: [&str; 6] = ["host", "connection", "content-length", "transfer-encoding", "upgrade", "te"];

/// A list of products that is fetched on a schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedDefinition {
    pub url: String,
    #[serde(default)]
    pub mode: FeedMode,
    /// The secret is the password of this user (HTTP Basic).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Or the secret goes into this header, such as `X-Api-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Comes in, is sealed, and never goes out.
    #[serde(default, skip_serializing_if = "only_travels_in")]
    #[schema(write_only)]
    pub secret: Option<String>,
    /// A secret is stored; what a request says here counts for nothing.
    #[serde(default)]
    #[schema(read_only)]
    pub secret_set: bool,
    #[serde(default = "hourly")]
    pub schedule: Schedule,
}

/// What the feed stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedMode {
    /// All products: what it does not have is gone.
    #[default]
    Whole,
    /// Some products: the others stay.
    Update,
}

fn hourly() -> Schedule {
    Schedule { every_minutes: Some(60), daily_at: None, time_zone: None }
}

impl FeedDefinition {
    fn address(&self) -> Option<Url> {
        Url::parse(self.url.trim()).ok().filter(|url| url.has_host())
    }

    fn origin(&self) -> Option<url::Origin> {
        self.address().map(|url| url.origin())
    }
}

impl Settings for FeedDefinition {
    fn check(&self, secrets: &Secrets) -> Result<(), Problem> {
        let secret = secrets.secret.as_deref();
        let wrong = |field: &str, detail: &str| Err(invalid(format!("/definition/{field}"), detail));
        match self.address() {
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                return wrong("url", "the address would show the password: put it into user and secret");
            }
            Some(url) if self.url.len() <= URL_CHARS_MAX && ["http", "https"].contains(&url.scheme()) => {}
            _ => return wrong("url", "must be an address such as https://shop.example/feeds/products.xml"),
        }
        let is_text = |text: &str| {
            !text.trim().is_empty() && text.len() <= TEXT_CHARS_MAX && text.chars().all(|letter| !letter.is_control())
        };
        if self.user.as_deref().is_some_and(|user| !is_text(user) || user.contains(':')) {
            return wrong("user", "must be a name without a colon");
        }
        if let Some(name) = &self.header {
            let is_own = OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str());
            if is_own || http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                return wrong("header", "must be the name of a header such as X-Api-Key");
            }
        }
        if self.user.is_some() && self.header.is_some() {
            return wrong("header", "say either user or header");
        }
        if secret.is_some() && self.user.is_none() && self.header.is_none() {
            return wrong("secret", "say what the secret is: the password of a user, or the value of a header");
        }
        if secret.is_some_and(|secret| http::HeaderValue::from_str(secret).is_err()) {
            return wrong("secret", "must not hold line breaks or other control characters");
        }
        self.schedule.check()
    }

    fn take_secret(&mut self) -> Option<String> {
        self.secret.take()
    }

    fn mark_stored(&mut self, secrets: &Secrets) {
        self.secret_set = secrets.secret.is_some();
    }

    fn stored_secret(&self, before: &Definition) -> StoredSecret {
        let server = |one: &Self| (one.origin(), one.user.clone(), one.header.clone());
        match before {
            Definition::Feed(before) if server(before) == server(self) => StoredSecret::Stays,
            _ => {
                let detail = "say the secret again: the server, user or header changed";
                StoredSecret::Again(invalid("/definition/secret", detail))
            }
        }
    }

    fn pulled(&self) -> Option<(&'static dyn Connector, &Schedule)> {
        Some((&Feed, &self.schedule))
    }

    /// It is what the server calls the version it was.
    fn shows_cursor(&self) -> bool {
        false
    }
}

struct Feed;

#[async_trait]
impl Connector for Feed {
    async fn test(&self, connect: &Connect, job: &Job) -> Result<TestResult, Fault> {
        let Definition::Feed(feed) = &job.definition else { return Ok(TestResult::default()) };
        let look = async {
            let Answer::Body(mut body, _) = fetch(connect, feed, &job.secrets, None).await? else {
                return Err(Fault::new("http_refused", "the server says that nothing changed, without being asked"));
            };
            let (mut head, mut complete) = (Vec::new(), true);
            while let Some(piece) = body.next().await? {
                head.extend_from_slice(&piece);
                if head.len() >= HEAD_BYTES {
                    complete = false;
                    break;
                }
            }
            let rows = connect.inner.products.sample(head, complete, TEST_ROWS).await?;
            Ok::<TestResult, Fault>(TestResult { sample: Sample { rows, ..Sample::default() }, files: Vec::new() })
        };
        // Somebody waits for the answer.
        let patience = connect.inner.config.read_timeout + Duration::from_millis(CONNECT_TIMEOUT_MS);
        tokio::time::timeout(patience, look).await.unwrap_or_else(|_| Err(too_slow(patience)))
    }

    async fn run(&self, connect: &Connect, job: &Job, run: &mut Run) -> Result<Ended, Fault> {
        let (Definition::Feed(feed), Some(source)) = (&job.definition, job.source) else { return Ok(Ended::default()) };
        let work = async {
            let products = &connect.inner.products;
            let known = match job.cursor.as_deref().and_then(Marks::read).filter(|_| !job.retry) {
                // What was deleted comes back with the next feed: it must not be "nothing new".
                Some(marks) if products.stands(job.workspace, source, &marks.run).await? => Some(marks),
                _ => None,
            };
            let (mut body, marks) = match fetch(connect, feed, &job.secrets, known.as_ref()).await? {
                Answer::Unchanged => return Ok(Ended { next: None, idle: true }),
                Answer::Body(body, marks) => (body, marks),
            };
            let new = NewFeed { workspace: job.workspace, source, whole: feed.mode == FeedMode::Whole };
            let mut sink = products.begin(new).await?;
            while let Some(piece) = body.next().await? {
                sink.push(&piece).await?;
            }
            let taken = sink.finish().await?;
            (run.read, run.accepted, run.refused, run.files) = (taken.read, taken.accepted, taken.refused, 1);
            if let Some(problem) = taken.held {
                return Err(problem.into());
            }
            let marks = marks.of_run(taken.run);
            store::set_cursor(&connect.inner.db, job.workspace, source, &marks.text()).await?;
            Ok::<Ended, Fault>(Ended::default())
        };
        tokio::time::timeout(FETCH_TIME_MAX, work).await.unwrap_or_else(|_| Err(too_slow(FETCH_TIME_MAX)))
    }
}

fn too_slow(patience: Duration) -> Fault {
    Fault::new("too_slow", format!("the feed did not come within {} seconds", patience.as_secs()))
}

#[cfg(test)]
pub(crate) mod tests;

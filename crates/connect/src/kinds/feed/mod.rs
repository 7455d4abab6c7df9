//! A list of products that is fetched on a schedule, such as a Google Merchant feed.
//!
//! The bytes go to whoever keeps products ([`crate::Products`]), which reads, checks and applies them as a whole: a fetch
//! that ends in the middle changes nothing. A server that says "not modified" is believed.

mod fetch;

use crate::Connect;
use crate::connector::{Connector, Ended, Job, TestResult};
use crate::definition::Definition;
use crate::error::{Fault, invalid};
use crate::limits::{CONNECT_TIMEOUT_MS, TEST_ROWS};
use crate::model::{Kind, Run};
use crate::ports::{NewFeed, Sample};
use crate::schedule::Schedule;
use crate::store;
use async_trait::async_trait;
use base::Problem;
use fetch::{Answer, Marks, fetch};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing)]
    pub secret: Option<String>,
    /// A secret is stored; what a request says here counts for nothing.
    #[serde(default)]
    pub secret_set: bool,
    #[serde(default = "hourly")]
    pub schedule: Schedule,
}

/// What the feed stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub(crate) fn check(&self, secret: Option<&str>) -> Result<(), Problem> {
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

    fn address(&self) -> Option<Url> {
        Url::parse(self.url.trim()).ok().filter(|url| url.has_host())
    }

    /// A secret of one is for the other, too.
    pub(crate) fn is_same_server(&self, other: &Self) -> bool {
        let origin = |one: &Self| one.address().map(|url| url.origin());
        origin(self) == origin(other) && self.user == other.user && self.header == other.header
    }
}

pub(crate) struct Feed;

#[async_trait]
impl Connector for Feed {
    fn kind(&self) -> Kind {
        Kind::Feed
    }

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
        let known = job.cursor.as_deref().and_then(Marks::read).filter(|_| !job.retry);
        let work = async {
            let (mut body, marks) = match fetch(connect, feed, &job.secrets, known.as_ref()).await? {
                Answer::Unchanged => return Ok(Ended { next: None, idle: true }),
                Answer::Body(body, marks) => (body, marks),
            };
            let new = NewFeed { workspace: job.workspace, source, whole: feed.mode == FeedMode::Whole };
            let mut sink = connect.inner.products.begin(new).await?;
            while let Some(piece) = body.next().await? {
                sink.push(&piece).await?;
            }
            let taken = sink.finish().await?;
            (run.read, run.accepted, run.refused, run.files) = (taken.read, taken.accepted, taken.refused, 1);
            if let Some(problem) = taken.held {
                return Err(problem.into());
            }
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

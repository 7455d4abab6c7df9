//! Asks a web server for a file: only addresses that are allowed, few redirects, the secret for its own server only.

use super::{FETCH_BYTES_MAX, FeedDefinition};
use crate::Connect;
use crate::definition::Secrets;
use crate::error::Fault;
use crate::kinds::host;
use crate::limits::CONNECT_TIMEOUT_MS;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::{Host, Url};

const REDIRECTS_MAX: usize = 5;
const MARK_CHARS_MAX: usize = 500;
const USER_AGENT: &str = "Tutti (product feed)";

/// What a server said of the file, to ask whether it changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Marks {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    /// What was made of it.
    #[serde(default)]
    pub run: String,
}

impl Marks {
    pub fn of_run(self, run: String) -> Self {
        Self { run, ..self }
    }
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    fn of(url: &str, headers: &HeaderMap) -> Self {
        let text = |name: header::HeaderName| {
            let text = headers.get(name)?.to_str().ok()?.to_owned();
            Some(text).filter(|text| text.len() <= MARK_CHARS_MAX)
        };
        Self {
            url: url.to_owned(),
            etag: text(header::ETAG),
            modified: text(header::LAST_MODIFIED),
            run: String::new(),
        }
    }
}

pub(super) enum Answer {
    /// What was read the last time still stands.
    Unchanged,
    Body(Box<Body>, Marks),
}

/// A file on its way.
pub(super) struct Body {
    response: reqwest::Response,
    bytes: u64,
}

impl Body {
    /// The next piece; an end that comes too soon is an error.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let piece = self.response.chunk().await.map_err(|error| {
            if error.is_timeout() {
                return Fault::new("too_slow", "the server stopped in the middle of the file");
            }
            Fault::new("feed_cut_off", "the connection ended in the middle of the file; nothing was changed")
        })?;
        self.bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.bytes > FETCH_BYTES_MAX {
            let detail = format!("the file has more than {} MB", FETCH_BYTES_MAX >> 20);
            return Err(Fault::new("feed_too_large", detail));
        }
        Ok(piece)
    }
}

pub(super) async fn fetch(
    connect: &Connect,
    feed: &FeedDefinition,
    secrets: &Secrets,
    known: Option<&Marks>,
) -> Result<Answer, Fault> {
    let first = feed.address().ok_or_else(|| Fault::new("http_refused", "the address cannot be read"))?;
    let mut url = first.clone();
    for _ in 0..=REDIRECTS_MAX {
        let client = client(connect, &url).await?;
        let mut request = client.get(url.clone()).header(header::USER_AGENT, USER_AGENT);
        // Another server gets no secret, wherever it is said to be.
        if url.origin() == first.origin() {
            request = signed(request, feed, secrets);
        }
        if let Some(known) = known.filter(|known| known.url == feed.url) {
            request = match (&known.etag, &known.modified) {
                (Some(etag), _) => request.header(header::IF_NONE_MATCH, etag),
                (None, Some(modified)) => request.header(header::IF_MODIFIED_SINCE, modified),
                (None, None) => request,
            };
        }
        let response = request.send().await.map_err(|error| unreachable(&url, &error))?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Answer::Unchanged);
        }
        if status.is_success() {
            let marks = Marks::of(&feed.url, response.headers());
            return Ok(Answer::Body(Box::new(Body { response, bytes: 0 }), marks));
        }
        if !status.is_redirection() {
            return Err(refused(status));
        }
        let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        url = to.and_then(|to| url.join(to).ok()).ok_or_else(|| refused(status))?;
    }
    Err(Fault::new("http_refused", format!("the server leads on more than {REDIRECTS_MAX} times")))
}

/// A client for one server, at the addresses that were looked at: a name that leads elsewhere a moment later changes
/// nothing.
async fn client(connect: &Connect, url: &Url) -> Result<reqwest::Client, Fault> {
    let config = &connect.inner.config;
    let is_web = url.scheme() == "https" || (url.scheme() == "http" && config.private_networks);
    if !is_web {
        return Err(Fault::new("host_not_allowed", "a feed is fetched over https only"));
    }
    let name = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err(Fault::new("http_refused", "the address names no server")),
    };
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = host::resolve(&name, port, config.private_networks).await?;
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .read_timeout(config.read_timeout)
        .resolve_to_addrs(&name, &addresses)
        .build()
        .map_err(Fault::internal)
}

fn signed(request: reqwest::RequestBuilder, feed: &FeedDefinition, secrets: &Secrets) -> reqwest::RequestBuilder {
    let secret = secrets.secret.as_deref();
    match (&feed.user, &feed.header, secret) {
        (Some(user), _, secret) => request.basic_auth(user, secret),
        (None, Some(name), Some(secret)) => request.header(name, secret),
        _ => request,
    }
}

fn unreachable(url: &Url, error: &reqwest::Error) -> Fault {
    let name = url.host_str().unwrap_or_default();
    if error.is_timeout() {
        return Fault::new("too_slow", format!("{name} did not answer in time"));
    }
    Fault::new(
        "host_not_reachable",
        format!("{name} did not answer, or not over https with a certificate for its name"),
    )
}

fn refused(status: StatusCode) -> Fault {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let detail = format!("the server answers {}: it wants another user or secret", status.as_u16());
            Fault::new("not_signed_in", detail)
        }
        _ => Fault::new("http_refused", format!("the server answers {}", status.as_u16())),
    }
}

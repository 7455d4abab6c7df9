//! Human, machine or unknown. Pure.
//!
//! Security gateways open and click everything, mail apps prefetch pictures, and both look like browsers. What gives a
//! machine away: asking with HEAD, coming within seconds of the sending, touching many links of one message at once,
//! or saying so. A hit that only looks odd (no user agent) is unknown, not human. Nothing here is proof; the raw hits
//! are kept so that better rules can be applied later.

use base::Timestamp;
use serde::{Deserialize, Serialize};

/// A person needs longer than this to see a message that was just handed over.
const SOON_AFTER_SENT_MS: i64 = 2_000;
/// This many different links of one message …
pub const BURST_LINKS: usize = 3;
/// … within this time are the work of a scanner.
pub const BURST_MS: i64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    Open,
    Click,
}

impl HitKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Click => "click",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Human,
    Machine,
    Unknown,
}

impl Class {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Machine => "machine",
            Self::Unknown => "unknown",
        }
    }
    pub fn parse(name: &str) -> Self {
        match name {
            "human" => Self::Human,
            "machine" => Self::Machine,
            _ => Self::Unknown,
        }
    }
}

/// Parts of user agents of programs that are no readers. Lower case.
const MACHINES: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "scan",
    "monitor",
    "preview",
    "fetch",
    "curl/",
    "wget/",
    "python-",
    "python/",
    "go-http-client",
    "java/",
    "okhttp",
    "axios",
    "node-fetch",
    "libwww",
    "httpclient",
    "headless",
    "phantomjs",
    "puppeteer",
    "playwright",
    "proofpoint",
    "mimecast",
    "barracuda",
    "safelinks",
    "symantec",
    "messagelabs",
    "forcepoint",
    "trendmicro",
    "cisco",
    "ironport",
    "fortinet",
    "sophos",
    "checkpoint",
    "facebookexternalhit",
    "slackbot",
    "whatsapp",
    "telegrambot",
    "skypeuri",
    "linkcheck",
    "urlcheck",
    "validator",
    "feed",
];

/// Programs that fetch pictures for a reader who is looking at the message right then.
const READERS_PROXIES: &[&str] = &["googleimageproxy", "yahoomailproxy"];

/// What one hit says by itself. `sent` is when the message was handed over.
pub fn classify(kind: HitKind, method: &str, user_agent: &str, at: Timestamp, sent: Option<Timestamp>) -> Class {
    if method.eq_ignore_ascii_case("HEAD") {
        return Class::Machine;
    }
    if sent.is_some_and(|sent| at.ms_since(sent) < SOON_AFTER_SENT_MS) {
        return Class::Machine;
    }
    let agent = user_agent.trim().to_lowercase();
    if kind == HitKind::Open && READERS_PROXIES.iter().any(|proxy| agent.contains(proxy)) {
        return Class::Human;
    }
    // Apple's Mail Privacy Protection fetches every picture of every message under this bare name.
    if kind == HitKind::Open && agent == "mozilla/5.0" {
        return Class::Machine;
    }
    if MACHINES.iter().any(|machine| agent.contains(machine)) {
        return Class::Machine;
    }
    let looks_like_a_reader = agent.starts_with("mozilla/5.0 (")
        || agent.starts_with("opera")
        || ["outlook", "thunderbird", "applemail", "microsoft office"].iter().any(|name| agent.contains(name));
    if looks_like_a_reader { Class::Human } else { Class::Unknown }
}

/// A click of the same message, as far as bursts go.
#[derive(Debug, Clone)]
pub struct EarlierClick {
    pub at: Timestamp,
    pub url: String,
}

/// True when the new click and the earlier ones touch [`BURST_LINKS`] different links within [`BURST_MS`]: then all of
/// them are a machine's.
pub fn is_burst(earlier: &[EarlierClick], url: &str, at: Timestamp) -> bool {
    let mut links: Vec<&str> = earlier
        .iter()
        .filter(|click| (0..=BURST_MS).contains(&at.ms_since(click.at)))
        .map(|click| click.url.as_str())
        .chain([url])
        .collect();
    links.sort_unstable();
    links.dedup();
    links.len() >= BURST_LINKS
}

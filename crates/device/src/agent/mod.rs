//! What a user agent and client hints say: the device, its system, the browser or app.
//!
//! Names come from the patterns of uap-core (data/uap-core.json, see docs/decisions/0005); what kind of device it is, and
//! which versions are frozen and say nothing, is decided here. Cost: a hash and a look into a table for a user agent
//! seen before; the patterns are searched once per text. They are compiled at the first use: see [`warm_up`].

mod hints;
mod kind;

pub use hints::{Hints, with_hints};

use crate::TEXT_CHARS_MAX;
use crate::known::{Client, ClientKind, Hardware, Os};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// Only the beginning of a user agent is read.
pub const AGENT_BYTES_MAX: usize = 1_024;
/// User agents that are remembered.
const REMEMBERED: usize = 4_096;

/// What is known of a user agent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agent {
    pub hardware: Option<Hardware>,
    pub os: Option<Os>,
    pub client: Option<Client>,
    /// It says itself that no person is behind it.
    pub is_bot: bool,
}

static PATTERNS: LazyLock<Option<ua_parser::Extractor<'static>>> = LazyLock::new(|| {
    // The data is a constant, and `every_pattern_can_be_read` reads it.
    let regexes: ua_parser::Regexes<'static> = serde_json::from_str(include_str!("../../data/uap-core.json")).ok()?;
    ua_parser::Extractor::try_from(regexes).ok()
});

type Remembered = Vec<Option<(u64, Arc<Agent>)>>;
static KNOWN: LazyLock<Mutex<Remembered>> = LazyLock::new(|| Mutex::new(vec![None; REMEMBERED]));

/// Compiles the patterns. False: they cannot be.
pub fn warm_up() -> bool {
    PATTERNS.is_some()
}

/// What the text says; nothing when it is empty.
pub fn parse(user_agent: &str) -> Arc<Agent> {
    let text = cut(user_agent.trim());
    let hash = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
    let place = hash as usize % REMEMBERED;
    if let Some((seen, agent)) = &KNOWN.lock()[place]
        && *seen == hash
    {
        return agent.clone();
    }
    let agent = Arc::new(read(text));
    KNOWN.lock()[place] = Some((hash, agent.clone()));
    agent
}

/// The part of the text that is read, cut at a character.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(AGENT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text as it is kept: without blanks around it and not too long; None when nothing is left.
pub(crate) fn kept(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(TEXT_CHARS_MAX).collect();
    (!text.is_empty()).then_some(text)
}

/// What uap-core answers when it knows nothing.
const UNKNOWN: &str = "Other";

fn read(text: &str) -> Agent {
    let Some(patterns) = &*PATTERNS else { return Agent::default() };
    if text.is_empty() {
        return Agent::default();
    }
    let (client, os, device) = patterns.extract(text);
    let device_name = device.as_ref().map(|device| device.device.as_ref()).unwrap_or_default();
    if device_name == "Spider" {
        return Agent { is_bot: true, ..Agent::default() };
    }
    let os = os.and_then(|os| os_of(text, &os.os, &[os.major, os.minor]));
    let client = client.and_then(|client| {
        client_of(text, &client.family, &[client.major.map(Cow::Borrowed), client.minor.map(Cow::Borrowed)])
    });
    let os_name = os.as_ref().map(|os| os.name.as_str()).unwrap_or_default();
    let (brand, model) = device.map(|device| (device.brand, device.model)).unwrap_or_default();
    let brand = brand.as_deref().and_then(kept).filter(|brand| !is_generic(brand));
    let model = model.as_deref().and_then(kept).filter(|model| !is_generic(model) && brand.is_some());
    let (brand, model) =
        if model.is_none() && os_name == "Android" { android_model(text, brand) } else { (brand, model) };
    let kind = kind::of(text, os_name, model.as_deref().unwrap_or_default());
    let hardware = kind.map(|kind| Hardware { kind, brand, model });
    Agent { hardware, os, client, is_bot: false }
}

/// Names that uap-core gives to what it does not know, and the model Chrome writes for every Android.
fn is_generic(name: &str) -> bool {
    name.starts_with("Generic") || matches!(name, "K" | "Smartphone" | "Feature Phone" | "Tablet" | "Unknown")
}

/// The model as a browser on Android writes it, and whose it is by the makers' own prefixes: uap-core knows many, and
/// not all.
fn android_model(text: &str, brand: Option<String>) -> (Option<String>, Option<String>) {
    let after = text.find("; Android ").and_then(|at| text.get(at + 10..)).and_then(|rest| rest.split_once("; "));
    let model = after.and_then(|(_, rest)| rest.split([')', ';']).next()).and_then(|model| {
        let model = model.split(" Build/").next().unwrap_or_default();
        kept(model)
            .filter(|model| !is_generic(model) && !model.starts_with("rv:") && model != "Mobile" && model != "wv")
    });
    let known = model.as_deref().and_then(|model| match model {
        model if model.starts_with("SM-") => Some("Samsung"),
        model if model.starts_with("Pixel") => Some("Google"),
        _ => None,
    });
    (brand.or(known.map(str::to_owned)), model)
}

/// `17`, `17.5`, without zeros that say nothing.
pub(crate) fn version_of(parts: &[Option<Cow<'_, str>>]) -> Option<String> {
    let mut parts: Vec<&str> = parts.iter().map_while(|part| part.as_deref()).filter(|part| !part.is_empty()).collect();
    while 1 < parts.len() && parts.last() == Some(&"0") {
        parts.pop();
    }
    kept(&parts.join("."))
}

/// The system by the name its makers use.
pub(crate) fn os_name(name: &str) -> Option<String> {
    match name {
        UNKNOWN | "" => None,
        "Mac OS X" | "Mac OS" | "macOS" => Some("macOS".into()),
        "Chrome OS" | "Chromium OS" => Some("ChromeOS".into()),
        name => kept(name),
    }
}

fn os_of(text: &str, name: &str, version: &[Option<Cow<'_, str>>]) -> Option<Os> {
    let name = os_name(name)?;
    let version = version_of(version).filter(|version| !is_frozen(text, &name, version));
    Some(Os { name, version })
}

/// Browsers write these versions whatever the system's is.
fn is_frozen(text: &str, os: &str, version: &str) -> bool {
    match os {
        "macOS" => matches!(version, "10.15" | "10.16"),
        // NT 10.0 is Windows 10 and 11.
        "Windows" => version == "10",
        "Android" => text.contains("Android 10; K)"),
        _ => false,
    }
}

/// Apps that show pages themselves, by the names of uap-core.
const APPS: [&str; 17] = [
    "Facebook",
    "Facebook Messenger",
    "FacebookBot",
    "Instagram",
    "LinkedIn App",
    "Pinterest",
    "Snapchat",
    "TikTok",
    "Twitter",
    "WhatsApp",
    "Line",
    "Google",
    "Outlook",
    "Slack",
    "Spotify",
    "Threads",
    "WeChat",
];
/// What apps send requests with.
const LIBRARIES: [&str; 4] = ["CFNetwork", "okhttp", "Apache-HttpClient", "Dart"];
/// The page of an app that does not say which.
const WEB_VIEWS: [&str; 4] =
    ["Chrome Mobile WebView", "Mobile Safari UI/WKWebView", "Android Webview", "Safari UI/WKWebView"];

fn client_of(text: &str, family: &str, version: &[Option<Cow<'_, str>>]) -> Option<Client> {
    // "Android" is its old browser, and in other texts nothing but the system.
    let is_system = family == "Android" && !text.starts_with("Mozilla/");
    if family == UNKNOWN || is_system || LIBRARIES.contains(&family) {
        return None;
    }
    let is_app = APPS.contains(&family) || WEB_VIEWS.contains(&family) || family.ends_with("App");
    let kind = if is_app { ClientKind::App } else { ClientKind::Browser };
    // What a web view says is the version of what draws it.
    let version = if WEB_VIEWS.contains(&family) { None } else { version_of(version) };
    Some(Client { kind, name: kept(family)?, version })
}

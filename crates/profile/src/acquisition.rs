//! How a customer was found: UTM parameters and click ids, kept as traits.
//!
//! | trait | from | which one stays |
//! |---|---|---|
//! | `first_utm_source` `…_medium` `…_campaign` `…_term` `…_content` | `context.campaign`, else the page's query | the earliest |
//! | `latest_utm_source` … | the same | the latest |
//! | `gclid` `dclid` `wbraid` `gbraid` `fbclid` `msclkid` `ttclid` `li_fat_id` | the page's query | the latest |

use base::Json;
use events::{Event, EventKind};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Keys of Segment's `context.campaign` and the UTM parameter each stands for.
const CAMPAIGN_KEYS: [(&str, &str); 5] =
    [("source", "source"), ("medium", "medium"), ("name", "campaign"), ("term", "term"), ("content", "content")];
const CLICK_IDS: [&str; 8] = ["gclid", "dclid", "wbraid", "gbraid", "fbclid", "msclkid", "ttclid", "li_fat_id"];
/// A longer parameter is not believed.
const PARAMETER_BYTES_MAX: usize = 300;

/// One of these is in the text of every event that tells how a customer was found.
static HINTS: LazyLock<[Finder<'static>; 5]> =
    LazyLock::new(|| ["\"campaign\"", "utm_", "clid", "braid=", "li_fat_id"].map(Finder::new));

/// Cheap look at the raw text: true when parsing it may be worth while.
pub(crate) fn may_tell(event: &Event) -> bool {
    let hints = |text: &str| HINTS.iter().any(|hint| hint.find(text.as_bytes()).is_some());
    matches!(event.kind, EventKind::Page | EventKind::Screen | EventKind::Track | EventKind::Identify)
        && event.source.is_some()
        && (hints(event.context.text()) || (event.kind == EventKind::Page && hints(event.properties.text())))
}

/// Calls `found(trait, value)` for every parameter of the event.
pub(crate) fn read(event: &Event, mut found: impl FnMut(&str, Json)) {
    let query = query_of(event);
    let campaign = event.context.get("campaign").and_then(|campaign| campaign.as_object());
    for (key, parameter) in CAMPAIGN_KEYS {
        let declared = campaign.and_then(|campaign| campaign.get(key)).and_then(|value| value.as_str());
        let value = match declared {
            Some(value) => Some(value.to_owned()),
            None => query.and_then(|query| parameter_of(query, &format!("utm_{parameter}"))),
        };
        if let Some(value) = value.filter(|value| !value.is_empty() && value.len() <= PARAMETER_BYTES_MAX) {
            found(&format!("first_utm_{parameter}"), Json::from(value.as_str()));
            found(&format!("latest_utm_{parameter}"), Json::from(value));
        }
    }
    for name in CLICK_IDS {
        let value = query.and_then(|query| parameter_of(query, name));
        if let Some(value) = value.filter(|value| !value.is_empty() && value.len() <= PARAMETER_BYTES_MAX) {
            found(name, Json::from(value));
        }
    }
}

/// The page's query string, from `context.page` or the properties of a page call.
fn query_of(event: &Event) -> Option<&str> {
    let page = event.context.get("page").and_then(|page| page.as_object());
    let in_page = |key: &str| page.and_then(|page| page.get(key)).and_then(|value| value.as_str());
    let in_properties = |key: &str| event.properties.get(key).and_then(|value| value.as_str());
    let search = in_page("search").or_else(|| in_properties("search")).filter(|search| !search.is_empty());
    search.map(|search| search.trim_start_matches('?')).or_else(|| {
        let url = in_page("url").or_else(|| in_properties("url"))?;
        url.split_once('?').map(|(_, query)| query.split('#').next().unwrap_or_default())
    })
}

fn parameter_of(query: &str, name: &str) -> Option<String> {
    let found = query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))?;
    Some(percent_decode(found.1))
}

/// `%2B` and `+`; what is not valid stays as it is.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).replace('\0', "")
}

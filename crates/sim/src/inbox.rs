//! Reading the sandbox inbox through the API.

use crate::SimError;
use crate::client::refused;
use base::{Json, Timestamp};

const PAGE_ITEMS: usize = 200;

/// A line of the inbox.
pub(crate) struct Item {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub received_at: Option<Timestamp>,
}

/// Newest first; `next` is the cursor of the page after.
pub(crate) struct Page {
    pub items: Vec<Item>,
    pub next: Option<String>,
}

/// A message as far as its reader needs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    pub pixel: Option<String>,
    /// Tracked links, in the order of the message.
    pub links: Vec<String>,
    /// The address of `List-Unsubscribe` one click goes to.
    pub unsubscribe: Option<String>,
}

async fn get(api: &reqwest::Client, url: String) -> Result<Json, SimError> {
    let answer = api.get(&url).send().await.map_err(|source| SimError::Http { url: url.clone(), source })?;
    if !answer.status().is_success() {
        return Err(refused(url, answer).await);
    }
    answer.json().await.map_err(|error| SimError::Unreadable { url, detail: error.to_string() })
}

pub(crate) async fn page(api: &reqwest::Client, api_url: &str, cursor: Option<&str>) -> Result<Page, SimError> {
    let mut url = format!("{api_url}/api/v1/sandbox/messages?limit={PAGE_ITEMS}");
    if let Some(cursor) = cursor {
        let escaped: String = cursor.bytes().map(escape).collect();
        url.push_str(&format!("&cursor={escaped}"));
    }
    let json = get(api, url.clone()).await?;
    let items = json["items"].as_array();
    let items = items.ok_or_else(|| SimError::Unreadable { url, detail: "no \"items\" in the answer".into() })?;
    let text = |item: &Json, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    let item = |json: &Json| Item {
        id: text(json, "id"),
        to: address(&text(json, "to")),
        subject: text(json, "subject"),
        received_at: Timestamp::parse(&text(json, "received_at")).ok(),
    };
    Ok(Page { items: items.iter().map(item).collect(), next: json["next_cursor"].as_str().map(str::to_owned) })
}

fn escape(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => (byte as char).to_string(),
        other => format!("%{other:02X}"),
    }
}

/// `Name <a@b>` or `a@b`.
fn address(to: &str) -> String {
    let inner = to.rsplit_once('<').map_or(to, |(_, rest)| rest.trim_end().trim_end_matches('>'));
    inner.trim().to_owned()
}

pub(crate) async fn mail(api: &reqwest::Client, api_url: &str, id: &str) -> Result<Mail, SimError> {
    let json = get(api, format!("{api_url}/api/v1/sandbox/messages/{id}")).await?;
    let headers = json["headers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let unsubscribe = headers
        .iter()
        .find(|header| header["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("List-Unsubscribe")));
    let unsubscribe = unsubscribe.and_then(|header| one_click(header["value"].as_str()?));
    Ok(parse(json["html"].as_str().unwrap_or_default(), unsubscribe))
}

/// The first http address of `<mailto:…>, <https://…>`.
fn one_click(value: &str) -> Option<String> {
    let addresses = value.split(',').map(|part| part.trim().trim_start_matches('<').trim_end_matches('>'));
    addresses.filter(|address| address.starts_with("http")).map(str::to_owned).next()
}

/// Finds what is tracked by its path: links `/t/c/…`, the pixel `/t/o/…`.
pub(crate) fn parse(html: &str, unsubscribe: Option<String>) -> Mail {
    let mut mail = Mail { pixel: None, links: Vec::new(), unsubscribe };
    let attributes = html.split(['"', '\'']).filter(|part| part.starts_with("http"));
    for url in attributes.map(|part| part.replace("&amp;", "&")) {
        if url.contains("/t/o/") {
            mail.pixel.get_or_insert(url);
        } else if url.contains("/t/c/") {
            mail.links.push(url);
        }
    }
    mail
}

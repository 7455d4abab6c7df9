//! Puts tracking into a rendered message: campaign parameters, signed click links, the open pixel.
//!
//! Streams the HTML (lol_html) and leaves everything else byte for byte as it was. Only `http(s)` links are touched;
//! fragments, `mailto:`, `tel:`, our own pages and anything that is no URL stay. `data-track="off"` on a link keeps it out.

use super::{Links, TARGET_BYTES_MAX};
use crate::Utm;
use base::{MessageId, WorkspaceId};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use std::cell::{Cell, RefCell};
use url::Url;

/// A message with its links signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rewritten {
    pub html: String,
    /// Links that are tracked now.
    pub tracked: usize,
}

/// Rewrites every link of `html` and adds the pixel before `</body>` (or at the end).
pub fn rewrite_html(
    links: &Links,
    workspace: WorkspaceId,
    message: MessageId,
    html: &str,
    utm: Option<&Utm>,
) -> Rewritten {
    let tracked = Cell::new(0);
    let pixel = pixel(links, workspace, message);
    let placed = RefCell::new(false);
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(element!("a[href], area[href]", |link| {
            if link.get_attribute("data-track").as_deref() == Some("off") {
                link.remove_attribute("data-track");
                return Ok(());
            }
            let href = decode_entities(&link.get_attribute("href").unwrap_or_default());
            if let Some(target) = target_of(links, &href, utm) {
                let url = links.click(workspace, message, &target);
                link.set_attribute("href", &url)?;
                tracked.set(tracked.get() + 1);
            }
            Ok(())
        }))
        .append_element_content_handler(element!("body", |body| {
            if !placed.replace(true) {
                body.append(&pixel, lol_html::html_content::ContentType::Html);
            }
            Ok(())
        }));
    // A message lol_html cannot stream (it never fails on bad HTML, only on memory) goes out untracked, not unsent.
    let mut html = rewrite_str(html, settings).unwrap_or_else(|_| html.to_owned());
    if !*placed.borrow() {
        html.push_str(&pixel);
    }
    Rewritten { html, tracked: tracked.get() }
}

/// Signs the links of a text part, and puts the campaign's parameters on them.
pub fn rewrite_text(
    links: &Links,
    workspace: WorkspaceId,
    message: MessageId,
    text: &str,
    utm: Option<&Utm>,
) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some(start) = find_url(rest) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'()[]{}|".contains(c)).unwrap_or(from.len());
        let url = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
        match target_of(links, url, utm) {
            Some(target) => out.push_str(&links.click(workspace, message, &target)),
            None => out.push_str(url),
        }
        rest = &from[url.len()..];
        if url.is_empty() {
            // "http://" and nothing after it: step over it.
            let step = from.chars().next().map_or(0, char::len_utf8);
            out.push_str(&from[..step]);
            rest = &from[step..];
        }
    }
    out.push_str(rest);
    out
}

fn find_url(text: &str) -> Option<usize> {
    match (text.find("https://"), text.find("http://")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The address a click leads to, or None when the link is left alone.
fn target_of(links: &Links, href: &str, utm: Option<&Utm>) -> Option<String> {
    let href = href.trim();
    let lower = href.get(..8).unwrap_or(href).to_ascii_lowercase();
    if !(lower.starts_with("http://") || lower.starts_with("https://")) || links.is_own(href) {
        return None;
    }
    let mut url = Url::parse(href).ok()?;
    if let Some(utm) = utm {
        add_utm(&mut url, utm);
    }
    let target = String::from(url);
    (target.len() <= TARGET_BYTES_MAX).then_some(target)
}

/// Adds the parameters that are not there yet: what the marketer wrote by hand wins.
fn add_utm(url: &mut Url, utm: &Utm) {
    let has = |name: &str| url.query_pairs().any(|(key, _)| key == name);
    let missing: Vec<(&str, &str)> =
        [("utm_source", &utm.source), ("utm_medium", &utm.medium), ("utm_campaign", &utm.campaign)]
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && !has(name))
            .map(|(name, value)| (name, value.as_str()))
            .collect();
    if !missing.is_empty() {
        url.query_pairs_mut().extend_pairs(missing);
    }
}

/// The address of a click without campaign parameters and fragment: what the links table of a report groups by.
pub(crate) fn plain_target(target: &str) -> String {
    let Ok(mut url) = Url::parse(target) else { return target.to_owned() };
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_fragment(None);
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url.into()
}

fn pixel(links: &Links, workspace: WorkspaceId, message: MessageId) -> String {
    format!(
        "<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0;width:1px;height:1px\">",
        links.open(workspace, message)
    )
}

/// Attribute values come as written; these five are what an href holds in practice.
fn decode_entities(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

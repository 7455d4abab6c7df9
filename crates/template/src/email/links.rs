//! Changes links and adds the open pixel in finished HTML; everything else stays byte for byte.

use super::entities;
use crate::escape;
use lol_html::{RewriteStrSettings, element, rewrite_str};

/// Asks `f` about every `http` or `https` link of `a` and `area`; what it answers takes the link's place.
///
/// `f` gets the address as a browser would read it (`&amp;` is `&`). HTML that cannot be read comes back as it is.
pub fn rewrite_links(html: &str, f: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let settings =
        RewriteStrSettings::new().append_element_content_handler(element!("a[href], area[href]", |element| {
            let href = element.get_attribute("href").unwrap_or_default();
            let address = entities::decode(href.trim());
            let scheme = address.split("://").next().unwrap_or("");
            let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
            if is_web && let Some(replacement) = f(&address) {
                element.set_attribute("href", &escape::html(&replacement))?;
            }
            Ok(())
        }));
    rewrite_str(html, settings).unwrap_or_else(|_| html.to_string())
}

/// Adds an invisible image before `</body>`, or at the end.
pub fn append_pixel(html: &str, url: &str) -> String {
    let image = format!(
        "<img src=\"{}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0;overflow:hidden\">",
        escape::html(url)
    );
    let close = b"</body";
    let at = html
        .as_bytes()
        .windows(close.len())
        .rposition(|window| window.eq_ignore_ascii_case(close))
        .unwrap_or(html.len());
    [&html[..at], &image, &html[at..]].concat()
}

//! The frame of the hosted pages: the company's colours and logo, no scripts, and the strictest policy that shows them.

use super::words::Words;
use axum::response::{IntoResponse, Response};
use consent::ConsentSettings;
use http::{HeaderName, StatusCode, header};

/// What a page is dressed in.
pub(in crate::routes) struct Dress<'a> {
    pub settings: &'a ConsentSettings,
    /// The settings' company, else the sender's name.
    pub company: &'a str,
    pub words: &'static Words,
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1d2329;--soft:#545f6b;--ground:#f4f5f7;--card:#fff;--line:#c9ced6}\
@media(prefers-color-scheme:dark){:root{--ink:#eceff3;--soft:#aeb7c2;--ground:#14181d;--card:#1e242b;--line:#465059}}\
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,sans-serif}\
main{max-width:42rem;margin:0 auto;padding:2rem 1rem 4rem}header{margin-bottom:1.5rem}header img{max-height:56px;max-width:100%}\
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.15rem;line-height:1.3;margin:0 0 .25rem}\
h3{font-size:1rem;line-height:1.4;margin:.25rem 0}\
section,fieldset{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;margin:0 0 1rem;min-width:0}\
legend{float:left;width:100%;font-size:1.15rem;font-weight:600;padding:0;margin:0 0 .25rem}legend+*{clear:both}\
p{margin:.25rem 0 .75rem}.soft{color:var(--soft);font-size:.95rem}\
label.tick{display:flex;gap:.75rem;align-items:flex-start;padding:.45rem 0;min-height:2.75rem;cursor:pointer}\
label.tick input{flex:none;width:1.4rem;height:1.4rem;margin:.1rem 0 0;accent-color:var(--accent)}\
.topic{border-top:1px solid var(--line);padding:.75rem 0 0;margin-top:.75rem}.topic:first-of-type{border-top:0;margin-top:0}\
.ways{display:flex;flex-wrap:wrap;gap:0 1.5rem}select{font:inherit;width:100%;max-width:24rem;padding:.6rem;border:1px solid var(--line);\
border-radius:.5rem;background:var(--card);color:var(--ink)}\
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.6rem 1.5rem;border:2px solid var(--accent);border-radius:.5rem;\
background:var(--accent);color:#fff;cursor:pointer;margin:0 .5rem .5rem 0}button.plain{background:var(--card);color:var(--ink);border-color:var(--line)}\
button.risk{background:#b3261e;border-color:#b3261e}\
:focus-visible{outline:3px solid #c77700;outline-offset:2px}nav.tongues a,nav.tongues b{display:inline-block;padding:.5rem .75rem .5rem 0}\
a{color:inherit;text-underline-offset:.2em}.told{border-left:6px solid var(--accent)}ul{margin:.25rem 0;padding-left:1.25rem}";

pub(in crate::routes) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

impl Dress<'_> {
    /// Words with the company's name in them.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{company}", &escape(self.company))
    }

    /// A whole document; `body` is HTML, `title` is text.
    pub fn document(&self, title: &str, body: &str) -> String {
        let logo = if self.settings.logo_url.is_empty() {
            format!("<p class=\"soft\">{}</p>", escape(self.company))
        } else {
            format!("<img src=\"{}\" alt=\"{}\">", escape(&self.settings.logo_url), escape(self.company))
        };
        let privacy = if self.settings.privacy_url.is_empty() {
            String::new()
        } else {
            format!(
                "<footer><p class=\"soft\"><a rel=\"noreferrer\" href=\"{}\">{}</a></p></footer>",
                escape(&self.settings.privacy_url),
                self.words.privacy
            )
        };
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
             <title>{}</title><style>:root{{--accent:{}}}{STYLE}</style></head>\
             <body><main><header>{logo}</header>{body}{privacy}</main></body></html>",
            self.words.language,
            escape(title),
            escape(&self.settings.accent),
        )
    }

    pub fn answer(&self, status: StatusCode, title: &str, body: &str) -> Response {
        self.shown(status, self.document(title, body))
    }

    /// Answers a document.
    pub fn shown(&self, status: StatusCode, document: String) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (header::CONTENT_SECURITY_POLICY, policy(&self.settings.logo_url)),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::REFERRER_POLICY, "no-referrer".to_owned()),
            (HeaderName::from_static("x-robots-tag"), "noindex, nofollow".to_owned()),
        ];
        (status, headers, document).into_response()
    }

    /// A heading, some text, and what follows.
    pub fn told(&self, status: StatusCode, title: &str, text: &str, rest: &str) -> Response {
        let body = format!("<section><h1>{}</h1><p>{}</p>{rest}</section>", self.fill(title), self.fill(text));
        self.answer(status, title, &body)
    }
}

/// Pictures come from the logo's own host and from nowhere else.
fn policy(logo_url: &str) -> String {
    let host = logo_url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    let from = if is_plain && !host.is_empty() { format!(" https://{host}") } else { String::new() };
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:{from}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// A form with one button; hidden fields are name and value.
pub(in crate::routes) fn button(hidden: &[(&str, &str)], class: &str, label: &str) -> String {
    let hidden: String = hidden
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value)))
        .collect();
    format!("<form method=\"post\">{hidden}<button class=\"{class}\">{label}</button></form>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_logos_host_and_nothing_strange() {
        assert!(policy("https://cdn.x.nl/a,b.png").contains("img-src data: https://cdn.x.nl;"));
        assert!(policy("https://evil.nl'; script-src *").contains("img-src data:;"));
        assert!(policy("").contains("img-src data:;"));
    }

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let settings = ConsentSettings { logo_url: "https://x.nl/\"><b>".into(), ..ConsentSettings::default() };
        let dress = Dress { settings: &settings, company: "<i>Fjord</i>", words: super::super::words::words("xx") };
        let page = dress.document("<u>", &dress.fill("{company}"));
        for raw in ["<i>Fjord", "<u>", "\"><b>"] {
            assert!(!page.contains(raw), "{raw}");
        }
        assert!(page.contains("lang=\"en\"") && !page.contains("<script"));
    }
}

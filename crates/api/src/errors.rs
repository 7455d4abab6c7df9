//! What each error code means: pages at `/docs/errors/CODE` (the `type` of every problem), the index, and the text
//! of `docs/reference/errors.md`, all from one list.

mod codes;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use std::fmt::Write;
use std::sync::LazyLock;

/// The `type` of a problem is this and its code.
pub const PATH: &str = "/docs/errors/";

/// One code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorCode {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
    pub meaning: &'static str,
    pub fix: &'static str,
}

static ALL: LazyLock<Vec<ErrorCode>> = LazyLock::new(|| {
    let mut all: Vec<ErrorCode> = codes::CODES.lines().filter_map(read).collect();
    all.sort_by_key(|error| error.code);
    all
});

fn read(line: &'static str) -> Option<ErrorCode> {
    let mut fields = line.split(" | ").map(str::trim);
    let code = fields.next().filter(|code| !code.is_empty())?;
    let status = fields.next()?.parse().ok()?;
    Some(ErrorCode { code, status, title: fields.next()?, meaning: fields.next()?, fix: fields.next()? })
}

/// Every code, by name.
pub fn all() -> &'static [ErrorCode] {
    &ALL
}

pub fn find(code: &str) -> Option<&'static ErrorCode> {
    ALL.binary_search_by(|error| error.code.cmp(code)).ok().map(|at| &ALL[at])
}

impl ErrorCode {
    /// An answer with this code, as it is sent.
    fn example(&self) -> String {
        let title = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let example = serde_json::json!({
            "type": format!("{PATH}{}", self.code), "title": title, "status": self.status, "code": self.code,
            "detail": "what is wrong with this very request, and where", "request_id": "9f86d081884c7d65", "errors": []
        });
        format!("{example:#}")
    }
}

const INTRODUCTION: &str =
    "Every error answer is `application/problem+json` (RFC 9457): `type` (a page of this server \
that explains the code), `title`, `status`, `detail` (what is wrong and what to do), `code` (stable), `request_id` \
(also in the log), `errors` (a list of `pointer`, `code`, `detail` for wrong fields).

Rights are looked at first: who may not use a route is told 401 or 403, whatever else is wrong with the request.";

const STATUSES: &[(&str, &str)] = &[
    ("400", "cannot be read: malformed JSON, a bad header or query"),
    ("401", "sign in first: no, an unknown or an expired session or key"),
    ("403", "the permission is missing, or the request came from another site's page"),
    ("404", "there is no such thing in this workspace, or no such address"),
    ("405, 408, 415", "the wrong method, too slow, or a body of a kind that is not read here"),
    ("409", "the state does not allow it now"),
    ("412", "somebody else changed it first: read it again (`If-Match`)"),
    ("413", "larger than the limit"),
    ("422", "readable, but the content is wrong; see `errors`"),
    ("429, 503", "come back after `Retry-After`; nothing was lost"),
    ("500", "our fault; quote `request_id`"),
];

/// `docs/reference/errors.md`.
pub fn reference() -> String {
    let mut text = format!("# Errors\n\n{INTRODUCTION}\n\n| status | meaning |\n|---|---|\n");
    for (status, meaning) in STATUSES {
        let _ = writeln!(text, "| {status} | {meaning} |");
    }
    text.push_str("\n## Codes\n\nThe same list is served at `/docs/errors`.\n\n| code | status | what it means | what to do |\n|---|---|---|---|\n");
    for ErrorCode { code, status, meaning, fix, .. } in all() {
        let _ = writeln!(text, "| `{code}` | {status} | {meaning} | {fix} |");
    }
    text
}

/// Pages for people; no scripts, and the style is a file, so that the strictest policy shows them as they are.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs/errors", get(index_page))
        .route("/docs/errors/", get(index_page))
        .route("/docs/errors/style.css", get(style))
        .route("/docs/errors/{code}", get(code_page))
}

const STYLE: &str = ":root{color-scheme:light dark}\
body{font:1.05rem/1.6 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1.25rem}\
h1{font-size:1.7rem;line-height:1.25;margin-bottom:.25rem}h2{font-size:1.15rem;margin-top:2rem}\
code,pre{font-family:ui-monospace,monospace;font-size:.92em}\
pre{padding:1rem;border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.5rem;overflow:auto}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;\
border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent)}.status{opacity:.75}";

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn index_page() -> Response {
    let mut body = String::from(
        "<h1>Errors</h1><p>Every error answer names one of these codes.</p>\
         <table><thead><tr><th>Code</th><th>Status</th><th>What it means</th></tr></thead><tbody>",
    );
    for ErrorCode { code, status, meaning, .. } in all() {
        let meaning = inline(meaning);
        let _ = write!(
            body,
            "<tr><td><a href=\"{PATH}{code}\"><code>{code}</code></a></td><td>{status}</td><td>{meaning}</td></tr>"
        );
    }
    body.push_str("</tbody></table>");
    page(StatusCode::OK, "Errors", &body)
}

async fn code_page(Path(code): Path<String>) -> Response {
    let Some(error) = find(&code) else {
        let body = format!(
            "<h1>No such error</h1><p>There is no error with the code <code>{}</code>.</p>\
             <p><a href=\"/docs/errors\">All errors</a></p>",
            escape(&code.chars().take(80).collect::<String>())
        );
        return page(StatusCode::NOT_FOUND, "No such error", &body);
    };
    let ErrorCode { code, status, title, meaning, fix } = *error;
    let body = format!(
        "<h1>{}</h1><p class=\"status\"><code>{code}</code> · status {status}</p>\
         <h2>What it means</h2><p>{}</p><h2>How to fix it</h2><p>{}</p>\
         <h2>Example</h2><pre><code>{}</code></pre><p><a href=\"/docs/errors\">All errors</a></p>",
        escape(title),
        inline(meaning),
        inline(fix),
        escape(&error.example())
    );
    page(StatusCode::OK, title, &body)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{} – Tutti</title>\
         <link rel=\"stylesheet\" href=\"/docs/errors/style.css\"></head><body><main>{body}</main></body></html>",
        escape(title)
    );
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ] {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    (status, headers, html).into_response()
}

/// Text with `code` in backticks.
fn inline(text: &str) -> String {
    let parts = escape(text);
    let marked = parts.split('`').enumerate().map(|(index, part)| match index % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    marked.collect()
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;

//! The listener: API, web UI, security headers, graceful stop.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Open requests get this long to end after a stop was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// Sent with every answer that does not set its own.
const SECURITY_HEADERS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    // Inline styles are what the component library positions with; scripts come from our own files only.
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http:; \
         connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    ),
];

/// API, snippet and web UI in one router.
pub fn router(app: std::sync::Arc<api::App>) -> Router {
    api::router(app)
        .route("/sdk/tutti.js", axum::routing::get(browser_sdk))
        // A page of the UI; everything else under /api is the API's.
        .route("/api/docs", axum::routing::get(web_ui))
        .fallback(web_ui)
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(axum::middleware::from_fn(security_headers))
}

/// Serves until `stop` turns true and the open requests have ended.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut stopping = stop.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        // An error means that nobody can ask for a stop any more.
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    let deadline = async move {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        outcome = server => outcome?,
        // Live streams never end by themselves.
        () = deadline => {}
    }
    Ok(())
}

async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn browser_sdk() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, webui::BROWSER_SDK).into_response()
}

async fn web_ui(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    match webui::asset(&decoded) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
            let headers = [(header::CONTENT_TYPE, asset.mime.as_str()), (header::CACHE_CONTROL, cache)];
            (headers, Body::from(asset.bytes.into_owned())).into_response()
        }
    }
}

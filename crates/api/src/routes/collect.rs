//! The Segment HTTP API, CloudEvents, the pixel, and what the browser SDKs load. No session, no API key: a write key
//! says which source is speaking, and it may do nothing else. Open to every origin, because web pages call it.

use crate::problem::ApiResult;
use crate::{ApiError, App, Json};
use axum::Extension;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base::{Problem, ProblemKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use collect::limits::BATCH_BYTES_MAX;
use collect::{Accepted, CloudEventMode, Endpoint, PIXEL_GIF, PixelHeaders, Rejected};
use events::EventKind;
use http::{HeaderMap, Method, StatusCode, header};
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};
use tower_http::decompression::RequestDecompressionLayer;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Browsers keep the preflight answer this long.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(3_600);

pub fn routes() -> OpenApiRouter<Arc<App>> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        // "*" would not cover Authorization.
        .allow_headers(AllowHeaders::mirror_request())
        // A page's script may read when to try again.
        .expose_headers([header::RETRY_AFTER])
        .max_age(PREFLIGHT_MAX_AGE);
    OpenApiRouter::new()
        .routes(routes!(identify))
        .routes(routes!(track))
        .routes(routes!(page))
        .routes(routes!(screen))
        .routes(routes!(group))
        .routes(routes!(alias))
        .routes(routes!(batch))
        .routes(routes!(import))
        .routes(routes!(cloudevents))
        // The short paths of analytics-next.
        .route("/v1/i", post(identify))
        .route("/v1/t", post(track))
        .route("/v1/p", post(page))
        .route("/v1/s", post(screen))
        .route("/v1/g", post(group))
        .route("/v1/a", post(alias))
        .route("/v1/b", post(batch))
        .routes(routes!(pixel))
        .routes(routes!(settings))
        // One byte more, so that the room itself says what is too large.
        .layer(DefaultBodyLimit::max(BATCH_BYTES_MAX + 1))
        .layer(RequestDecompressionLayer::new())
        .layer(cors)
}

#[derive(Serialize, ToSchema)]
struct CollectAnswer {
    success: bool,
    /// Of a batch: events stored, those seen before included.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<u32>,
    /// Of a batch: events whose messageId was seen before; they count once.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicates: Option<u32>,
    /// Of a batch: events whose `context.userAgent` is a bot's; they are counted for the source and stored for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    bots: Option<u32>,
    /// Of a batch: events the tracking plan has no place for; they are kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u32>,
    /// Of a batch: events that were refused. The others are stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<Vec<RejectedView>>,
    /// Events that are stored, but say something that cannot be used, such as an amount that is no number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<RejectedView>,
}

#[derive(Serialize, ToSchema)]
struct RejectedView {
    index: usize,
    code: String,
    /// JSON pointer into the request.
    pointer: String,
    detail: String,
}

impl From<Rejected> for RejectedView {
    fn from(item: Rejected) -> Self {
        Self { index: item.index, code: item.code.to_owned(), pointer: item.pointer, detail: item.detail }
    }
}

fn views(items: Vec<Rejected>) -> Vec<RejectedView> {
    items.into_iter().map(RejectedView::from).collect()
}

type Body = Result<Bytes, BytesRejection>;

fn whole(body: Body) -> ApiResult<Bytes> {
    body.map_err(|rejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        let (code, detail) = if too_large {
            ("batch_too_large", format!("the body has more than {BATCH_BYTES_MAX} bytes; send smaller batches"))
        } else {
            ("unreadable_body", format!("the body cannot be read: {}", rejection.body_text()))
        };
        ApiError(Problem::new(ProblemKind::Malformed, code, detail))
    })
}

type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

async fn accept(app: &App, endpoint: Endpoint, from: Peer, headers: &HeaderMap, body: Body) -> ApiResult<Accepted> {
    let (body, key) = (whole(body)?, basic_write_key(headers)?);
    Ok(app.collect.accept_from(endpoint, body, key.as_deref(), sender(from, headers)).await?)
}

/// Whose browser or app it is, as far as can be told: what the first proxy wrote, with or without a port; the connection
/// when no proxy wrote anything. A proxy that does not say who asked stands somewhere else than they do. It only says
/// where somebody is, which they may say themselves as well: it need not be trusted.
fn sender(from: Peer, headers: &HeaderMap) -> Option<IpAddr> {
    let Some(stated) = headers.get("x-forwarded-for") else {
        return from.map(|Extension(ConnectInfo(from))| from.ip());
    };
    collect::address_of(stated.to_str().ok()?.split(',').next()?)
}

/// The user name of Basic authentication.
pub(super) fn basic_write_key(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let Some(encoded) = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("basic ")) else { return Ok(None) };
    let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or_else(|| {
        let detail = "the Authorization header is not Basic authentication: base64 of \"WRITE_KEY:\"";
        Problem::new(ProblemKind::Unauthenticated, "malformed_authorization", detail)
    })?;
    Ok(decoded.split(':').next().map(str::to_owned))
}

fn single_answer(done: Accepted) -> Json<CollectAnswer> {
    let warnings = views(done.warnings);
    Json(CollectAnswer {
        success: true,
        accepted: None,
        duplicates: None,
        bots: None,
        left_out: None,
        rejected: None,
        warnings,
    })
}

fn batch_answer(done: Accepted) -> Json<CollectAnswer> {
    Json(CollectAnswer {
        success: true,
        accepted: Some(done.accepted),
        duplicates: Some(done.duplicates),
        bots: (done.bots > 0).then_some(done.bots),
        left_out: (done.left_out > 0).then_some(done.left_out),
        rejected: Some(views(done.rejected)),
        warnings: views(done.warnings),
    })
}

macro_rules! collect_route {
    ($(#[$doc:meta])* $name:ident, $path:literal, $endpoint:expr, $answer:ident) => {
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "collect", security(()), request_body = Object,
            responses((status = 200, body = CollectAnswer), (status = 400), (status = 401), (status = 429), (status = 503)))]
        async fn $name(
            State(app): State<Arc<App>>,
            from: Peer,
            headers: HeaderMap,
            body: Body,
        ) -> ApiResult<Json<CollectAnswer>> {
            accept(&app, $endpoint, from, &headers, body).await.map($answer)
        }
    };
}

collect_route!(/// Who somebody is: a userId and traits.
    identify, "/v1/identify", Endpoint::Single(EventKind::Identify), single_answer);
collect_route!(/// Something somebody did.
    track, "/v1/track", Endpoint::Single(EventKind::Track), single_answer);
collect_route!(/// A page somebody saw.
    page, "/v1/page", Endpoint::Single(EventKind::Page), single_answer);
collect_route!(/// A screen of an app somebody saw.
    screen, "/v1/screen", Endpoint::Single(EventKind::Screen), single_answer);
collect_route!(/// A group (a company, a household) somebody belongs to.
    group, "/v1/group", Endpoint::Single(EventKind::Group), single_answer);
collect_route!(/// Two ids of one person.
    alias, "/v1/alias", Endpoint::Single(EventKind::Alias), single_answer);
collect_route!(/// Up to 500 KB of calls. A bad one is answered with what is wrong and where; the others are stored.
    batch, "/v1/batch", Endpoint::Batch, batch_answer);
collect_route!(/// The same as /v1/batch, for history.
    import, "/v1/import", Endpoint::Batch, batch_answer);

/// CloudEvents 1.0, one (structured or binary mode) or an array of them (batched mode); each becomes a track call.
/// The write key is the user name of Basic authentication or the Bearer token.
#[utoipa::path(post, path = "/v1/cloudevents", tag = "collect", security(()),
    request_body(content((Object = "application/cloudevents+json"), (Vec<Object> = "application/cloudevents-batch+json"))),
    responses((status = 200, body = CollectAnswer), (status = 400), (status = 401), (status = 415), (status = 429), (status = 503)))]
async fn cloudevents(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> ApiResult<Json<CollectAnswer>> {
    let key = match bearer(&headers) {
        Some(key) => Some(key.to_owned()),
        None => basic_write_key(&headers)?,
    };
    let mode = cloudevent_mode(&headers)?;
    Ok(batch_answer(app.collect.accept_cloudevents(mode, whole(body)?, key.as_deref()).await?))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

fn cloudevent_mode(headers: &HeaderMap) -> ApiResult<CloudEventMode> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media.as_str() {
        "application/cloudevents+json" => return Ok(CloudEventMode::Structured),
        "application/cloudevents-batch+json" => return Ok(CloudEventMode::Batched),
        _ if media.starts_with("application/cloudevents") => {
            let detail = format!("{media} is not read here; send the JSON format or binary mode");
            return Err(Problem::new(ProblemKind::UnsupportedMedia, "unsupported_media_type", detail).into());
        }
        _ => {}
    }
    let attribute = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = name.as_str().strip_prefix("ce-")?;
        // Header values are percent-encoded UTF-8 (HTTP binding 3.1.3.2).
        let value = percent_encoding::percent_decode(value.as_bytes()).decode_utf8_lossy();
        Some((name.to_owned(), value.into_owned()))
    };
    let attributes: Vec<(String, String)> = headers.iter().filter_map(attribute).collect();
    Ok(CloudEventMode::Binary { attributes, content_type: content_type.map(str::to_owned) })
}

/// One call in a query string, answered with a transparent image.
#[utoipa::path(get, path = "/v1/p.gif", tag = "collect", security(()),
    params(("data" = Option<String>, Query, description = "base64url of a call with its writeKey and type"),
           ("write_key" = Option<String>, Query), ("type" = Option<String>, Query), ("anonymous_id" = Option<String>, Query),
           ("event" = Option<String>, Query)),
    responses((status = 200, content_type = "image/gif"), (status = 429), (status = 503)))]
async fn pixel(
    State(app): State<Arc<App>>,
    from: Peer,
    headers: HeaderMap,
    query: Query<Vec<(String, String)>>,
) -> Response {
    let text = |name: http::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let known = PixelHeaders { user_agent: text(header::USER_AGENT), referer: text(header::REFERER) };
    let mut status = StatusCode::OK;
    if let Some(call) = collect::read_pixel(&query.0, known) {
        let from = sender(from, &headers);
        let outcome = app.collect.accept_from(Endpoint::Single(call.kind), call.body, None, from).await;
        // A bad call is in the source's list of rejected items; an image cannot say more.
        if let Err(error) = outcome.map_err(Problem::from)
            && matches!(error.kind, ProblemKind::Busy | ProblemKind::Unavailable)
        {
            status = crate::problem::status_of(error.kind);
        }
    }
    let headers = [(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, Bytes::from_static(PIXEL_GIF)).into_response()
}

/// The settings document Segment's browser library asks its host for before it sends.
#[utoipa::path(get, path = "/v1/projects/{write_key}/settings", tag = "collect", security(()),
    params(("write_key" = String, Path)), responses((status = 200, body = Object), (status = 404)))]
async fn settings(State(app): State<Arc<App>>, Path(key): Path<String>) -> ApiResult<Json<serde_json::Value>> {
    if !app.collect.knows_write_key(&key).await? {
        return Err(Problem::new(ProblemKind::NotFound, "unknown_write_key", "no source has this write key").into());
    }
    let (protocol, host) = app.public_url.split_once("://").unwrap_or(("https", &app.public_url));
    Ok(Json(serde_json::json!({
        "integrations": { "Segment.io": {
            "apiKey": key, "apiHost": format!("{host}/v1"), "protocol": protocol,
            "unbundledIntegrations": [], "addBundledMetadata": true, "maybeBundledConfigIds": {},
            "versionSettings": { "version": "4.4.7", "componentTypes": ["browser"] }
        } },
        "plan": { "track": { "__default": { "enabled": true, "integrations": {} } },
                  "identify": { "__default": { "enabled": true } }, "group": { "__default": { "enabled": true } } },
        "edgeFunction": {}, "analyticsNextEnabled": true, "middlewareSettings": {}, "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 }, "legacyVideoPluginsEnabled": false, "remotePlugins": []
    })))
}

#[cfg(test)]
mod tests;

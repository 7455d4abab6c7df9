//! The public door of webhooks: deliveries, and the questions some senders ask before they send.

use crate::problem::ApiResult;
use crate::{App, Path};
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind};
use bytes::Bytes;
use connect::limits::PAYLOAD_BYTES_MAX;
use connect::webhook::{Asked, Delivery, Reply};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(webhook, challenge, handshake))
        // One byte more, so that the room itself says what is too large.
        .layer(DefaultBodyLimit::max(PAYLOAD_BYTES_MAX + 1))
}

type Pairs = Vec<(String, String)>;
/// What cannot be read is no question of a sender.
type Asking = Result<Query<Pairs>, QueryRejection>;

fn pairs(asking: Asking) -> Pairs {
    asking.map(|Query(pairs)| pairs).unwrap_or_default()
}

fn texts(headers: &HeaderMap) -> Pairs {
    let text =
        |(name, value): (&HeaderName, &HeaderValue)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()));
    headers.iter().filter_map(text).collect()
}

/// A sender is given back what it sent: as a plain text, so that no browser makes a page of it.
fn answer(reply: Reply) -> Response {
    match reply {
        Reply::Text(text) => {
            let plain =
                [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
            (plain, text).into_response()
        }
        Reply::Json(json) => axum::Json(json).into_response(),
        Reply::Allowed { origin, per_minute } => {
            let mut answer = StatusCode::OK.into_response();
            let headers = answer.headers_mut();
            if let Ok(origin) = HeaderValue::from_str(&origin) {
                headers.insert(HeaderName::from_static("webhook-allowed-origin"), origin);
            }
            headers.insert(HeaderName::from_static("webhook-allowed-rate"), HeaderValue::from(per_minute));
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            answer
        }
    }
}

#[derive(Serialize, ToSchema)]
struct WebhookAnswer {
    /// The events, or the payload as it came, are durable.
    stored: bool,
    events: u64,
}

/// A delivery of another system, to the secret address of a webhook: JSON, or the fields of a form; gzip, deflate and br
/// are unpacked. No session or API key counts; a signature is checked where the source asks for one. Where the source
/// answers challenges of Slack or Microsoft, the answer to one is what they expect.
#[utoipa::path(post, path = "/v1/webhooks/{token}", tag = "connections", security(()), params(("token" = String, Path)),
    request_body(content((Object = "application/json"), (Object = "application/x-www-form-urlencoded"))),
    responses((status = 200, body = WebhookAnswer), (status = 400), (status = 401), (status = 404), (status = 413), (status = 429), (status = 503)))]
async fn webhook(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    query: Asking,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> ApiResult<Response> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let detail = format!("a delivery has at most {PAYLOAD_BYTES_MAX} bytes");
            Problem::new(ProblemKind::TooLarge, "body_too_large", detail)
        }
        _ => Problem::new(ProblemKind::Malformed, "unreadable_body", "the body did not arrive whole"),
    })?;
    let delivery = Delivery { headers: texts(&headers), query: pairs(query), body: body.to_vec() };
    let received = app.connect.receive(&token, delivery).await?;
    Ok(match received.reply {
        Some(reply) => answer(reply),
        None => axum::Json(WebhookAnswer { stored: true, events: received.events }).into_response(),
    })
}

/// A sender asks whether the address is meant to be its own (Meta: `hub.challenge`; X: `crc_token`).
#[utoipa::path(get, path = "/v1/webhooks/{token}", tag = "connections", security(()), params(("token" = String, Path)),
    responses((status = 200, description = "The answer the sender waits for", content((String = "text/plain"), (Object = "application/json"))), (status = 400), (status = 403), (status = 404), (status = 429)))]
async fn challenge(State(app): State<Arc<App>>, Path(token): Path<String>, query: Asking) -> ApiResult<Response> {
    let query = pairs(query);
    Ok(answer(app.connect.challenge(&token, Asked::Get { query: &query }).await?))
}

/// The handshake of CloudEvents web hooks: a sender names itself in `WebHook-Request-Origin`, and is told how much it may
/// send.
#[utoipa::path(options, path = "/v1/webhooks/{token}", tag = "connections", security(()), params(("token" = String, Path)),
    responses((status = 200, description = "The sender may deliver; how much in `WebHook-Allowed-Rate`"), (status = 400), (status = 403), (status = 404), (status = 429)))]
async fn handshake(State(app): State<Arc<App>>, Path(token): Path<String>, headers: HeaderMap) -> ApiResult<Response> {
    let headers = texts(&headers);
    Ok(answer(app.connect.challenge(&token, Asked::Options { headers: &headers }).await?))
}

//! `Idempotency-Key` on POST: the same write sent twice is done once and answered twice.

use crate::{ApiError, App, Auth, JSON_BODY_BYTES_MAX};
use access::{Caller, Remembered};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind};
use http::{HeaderValue, Method, StatusCode, header};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const HEADER: &str = "idempotency-key";
const KEY_CHARS_MAX: usize = 200;

pub(crate) async fn layer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let applies = request.method() == Method::POST
        && request.uri().path().starts_with("/api/v1/")
        && request.headers().contains_key(HEADER);
    // Public routes have no caller whose key it could be.
    let caller = request.extensions().get::<Auth>().map(|auth| auth.caller.clone()).filter(|_| applies);
    let Some(caller) = caller else { return next.run(request).await };
    match remembered(&app, caller, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn remembered(app: &App, caller: Caller, request: Request, next: Next) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let key = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        let detail = format!("Idempotency-Key takes 1 to {KEY_CHARS_MAX} characters");
        return Err(Problem::new(ProblemKind::Malformed, "bad_idempotency_key", detail).into());
    }
    let body = to_bytes(body, JSON_BODY_BYTES_MAX)
        .await
        .map_err(|error| Problem::new(ProblemKind::TooLarge, "body_too_large", error.to_string()))?;
    let mut hash = Sha256::new();
    hash.update(caller.actor.label());
    hash.update(parts.uri.to_string());
    hash.update(&body);
    let hash = hex::encode(hash.finalize());
    match app.access.idempotency_begin(caller.workspace, &key, &hash).await? {
        Remembered::New => {}
        Remembered::InProgress => {
            let detail = "the first request with this Idempotency-Key is still being worked on";
            return Err(Problem::conflict("idempotency_in_progress", detail).into());
        }
        Remembered::OtherRequest => {
            let detail = "this Idempotency-Key was used with another request";
            return Err(Problem::invalid("idempotency_key_reused", detail).into());
        }
        Remembered::Answer { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
            return Ok((status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response());
        }
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(Problem::internal)?;
    let text = String::from_utf8_lossy(&body);
    app.access.idempotency_end(caller.workspace, &key, parts.status.as_u16(), &text).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

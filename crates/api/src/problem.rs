//! Problems as RFC 9457 problem+json, whoever made the error: a handler, the router, a middleware or a panic.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// A handler's error.
#[derive(Debug)]
pub struct ApiError(pub Problem);

impl<E: Into<Problem>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What `?` gives handlers.
pub type ApiResult<T> = Result<T, ApiError>;

const RETRY_AFTER_S: &str = "2";
/// Of an error a framework words, this much is kept.
const SAID_BYTES_MAX: usize = 4_096;
/// Orchestrators read its plain text.
const READY_PATH: &str = "/readyz";

pub(crate) fn status_of(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::Malformed => StatusCode::BAD_REQUEST,
        ProblemKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ProblemKind::Forbidden => StatusCode::FORBIDDEN,
        ProblemKind::NotFound => StatusCode::NOT_FOUND,
        ProblemKind::Conflict => StatusCode::CONFLICT,
        ProblemKind::Stale => StatusCode::PRECONDITION_FAILED,
        ProblemKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemKind::Busy => StatusCode::TOO_MANY_REQUESTS,
        ProblemKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status_of(self.0.kind);
        answer(status, self.0)
    }
}

/// The answer to a problem; `status` is that of its kind, or a finer one.
fn answer(status: StatusCode, problem: Problem) -> Response {
    let Problem { kind, code, detail, errors, users } = problem;
    // What broke inside is for the log; the client gets a number to quote.
    let request_id = format!("{:016x}", base::Rng::next_u64(&base::OsRng));
    let detail = if kind == ProblemKind::Internal {
        tracing::error!(request_id, code, error = detail, "request failed");
        "something went wrong inside; nothing you sent was lost if the answer before this one said it was kept".into()
    } else {
        detail
    };
    let mut body = serde_json::json!({
        "type": format!("{}{code}", crate::errors::PATH),
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
        "code": code,
        "request_id": request_id,
        "errors": errors,
    });
    if !users.is_empty() {
        body["users"] = serde_json::json!(users);
    }
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if matches!(kind, ProblemKind::Busy | ProblemKind::Unavailable) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
    }
    if kind == ProblemKind::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

pub(crate) async fn no_such_route(method: Method, uri: http::Uri) -> ApiError {
    ApiError(nothing_there(&method, uri.path()))
}

fn nothing_there(method: &Method, path: &str) -> Problem {
    let detail = format!("there is nothing at {method} {path}; see /api/openapi.json");
    Problem::new(ProblemKind::NotFound, "no_such_route", detail)
}

/// One broken request must not take the program down.
pub(crate) fn panic_answer(_panic: Box<dyn std::any::Any + Send>) -> Response {
    ApiError(Problem::internal("a handler panicked")).into_response()
}

/// Makes a problem of every error, also of those the router and the middleware answer by themselves.
pub fn with_problems<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router
        .layer(axum::middleware::from_fn(bare_answers))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(panic_answer))
}

/// Gives an error without a body of ours (wrong method, too large, unknown encoding …) a problem as its body.
async fn bare_answers(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
    let response = next.run(request).await;
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let not_ready = path == READY_PATH && status == StatusCode::SERVICE_UNAVAILABLE;
    if !failed || not_ready || !is_bare(response.headers()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, SAID_BYTES_MAX).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let problem = bare_problem(status, &method, &path, encoding.as_ref(), said);
    let mut answered = answer(status, problem);
    // What the framework knows beside (Allow, Accept-Encoding, CORS) stays.
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answered.headers_mut().append(name, value.clone());
        }
    }
    if method == Method::HEAD {
        *answered.body_mut() = Body::empty();
    }
    answered
}

fn is_bare(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn bare_problem(
    status: StatusCode,
    method: &Method,
    path: &str,
    encoding: Option<&HeaderValue>,
    said: String,
) -> Problem {
    let route = format!("{method} {path}");
    let or_said = |text: &str| if said.is_empty() { format!("{route}: {text}") } else { format!("{route}: {said}") };
    match (status, encoding) {
        (StatusCode::NOT_FOUND, _) => nothing_there(method, path),
        (StatusCode::METHOD_NOT_ALLOWED, _) => {
            let detail = format!("{path} does not take {method}; the header Allow says what it takes");
            Problem::new(ProblemKind::Malformed, "method_not_allowed", detail)
        }
        (StatusCode::REQUEST_TIMEOUT, _) => {
            Problem::new(ProblemKind::Malformed, "request_timeout", or_said("the request did not arrive in time"))
        }
        (StatusCode::PAYLOAD_TOO_LARGE, _) => {
            Problem::new(ProblemKind::TooLarge, "body_too_large", or_said("the body is larger than allowed"))
        }
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, Some(encoding)) => {
            let found: String = String::from_utf8_lossy(encoding.as_bytes()).chars().take(40).collect();
            let detail = format!("{route}: Content-Encoding \"{found}\" cannot be read; send gzip, or no encoding");
            Problem::new(ProblemKind::Malformed, "unsupported_encoding", detail)
        }
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, None) => {
            let detail = or_said("this Content-Type cannot be read here");
            Problem::new(ProblemKind::Malformed, "unsupported_media_type", detail)
        }
        (status, _) if status.is_server_error() => Problem::internal(or_said("no reason was given")),
        _ => Problem::new(ProblemKind::Malformed, "bad_request", or_said("the request cannot be read")),
    }
}

#[cfg(test)]
mod tests;

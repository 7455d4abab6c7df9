//! Problems as RFC 9457 problem+json.

use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind};
use http::{HeaderValue, StatusCode, header};

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
        ProblemKind::Busy => StatusCode::TOO_MANY_REQUESTS,
        ProblemKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Problem { kind, code, detail, errors } = self.0;
        let status = status_of(kind);
        // What broke inside is for the log; the client gets a number to quote.
        let request_id = format!("{:016x}", base::Rng::next_u64(&base::OsRng));
        let detail = if kind == ProblemKind::Internal {
            tracing::error!(request_id, code, error = detail, "request failed");
            "something went wrong inside; nothing you sent was lost if the answer before this one said it was kept"
                .into()
        } else {
            detail
        };
        let body = serde_json::json!({
            "type": format!("/docs/errors/{code}"),
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": status.as_u16(),
            "detail": detail,
            "code": code,
            "request_id": request_id,
            "errors": errors,
        });
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
}

pub(crate) async fn no_such_route(uri: http::Uri) -> ApiError {
    let detail = format!("there is nothing at {}; see /api/openapi.json", uri.path());
    ApiError(Problem::new(ProblemKind::NotFound, "no_such_route", detail))
}

/// One broken request must not take the program down.
pub(crate) fn panic_answer(_panic: Box<dyn std::any::Any + Send>) -> Response {
    ApiError(Problem::internal("a handler panicked")).into_response()
}

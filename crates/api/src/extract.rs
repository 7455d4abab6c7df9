//! axum's extractors, answering problem+json that says what is wrong and where.

use crate::ApiError;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use base::{Problem, ProblemKind};
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON body in, or out.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, crate::JSON_BODY_BYTES_MAX).await.map_err(|_| {
            let detail = format!("a JSON body may have {} bytes", crate::JSON_BODY_BYTES_MAX);
            Problem::new(ProblemKind::TooLarge, "body_too_large", detail)
        })?;
        if has_nul(&body) {
            let detail = "text may not hold the character NUL (\\u0000)";
            return Err(ApiError(Problem::new(ProblemKind::Malformed, "nul_character", detail)));
        }
        let request = Request::from_parts(parts, axum::body::Body::from(body));
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError(json_problem(&rejection))),
        }
    }
}

/// An escaped NUL in a JSON text (a raw one is no JSON). PostgreSQL text cannot hold it, so it is refused everywhere.
fn has_nul(json: &[u8]) -> bool {
    const ESCAPED: &[u8] = b"\\u0000";
    json.windows(ESCAPED.len()).enumerate().any(|(at, window)| {
        // An even number of backslashes before it means that this one begins the escape.
        window == ESCAPED && json[..at].iter().rev().take_while(|byte| **byte == b'\\').count().is_multiple_of(2)
    })
}

fn json_problem(rejection: &JsonRejection) -> Problem {
    let detail = rejection.body_text();
    match rejection {
        JsonRejection::JsonDataError(_) => {
            Problem::invalid("invalid_content", detail.clone()).at("", "invalid", detail)
        }
        JsonRejection::BytesRejection(_) if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(ProblemKind::TooLarge, "body_too_large", detail)
        }
        JsonRejection::MissingJsonContentType(_) => {
            let detail = "the body is read as JSON: say so with `Content-Type: application/json`";
            Problem::new(ProblemKind::UnsupportedMedia, "unsupported_media_type", detail)
        }
        _ => Problem::new(ProblemKind::Malformed, "malformed_json", detail),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parsed = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        parsed.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection: QueryRejection| {
            ApiError(Problem::new(ProblemKind::Malformed, "malformed_query", rejection.body_text()))
        })
    }
}

/// Path parameters. An id of the wrong form is "not found": there is no such thing.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parsed = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        parsed.map(|axum::extract::Path(value)| Self(value)).map_err(|rejection: PathRejection| {
            ApiError(Problem::new(ProblemKind::NotFound, "not_found", rejection.body_text()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn only_a_real_nul_is_refused() {
        assert!(has_nul(br#"{"a":"b\u0000c"}"#));
        assert!(!has_nul(br#"{"a":"b\\u0000c"}"#), "an escaped backslash before u0000 is text");
        assert!(!has_nul(br#"{"a":"b\u0001c"}"#));
    }
}

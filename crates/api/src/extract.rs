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
            let (pointer, detail) = place_of(&detail);
            let code = if detail.starts_with("unknown field") { "unknown_field" } else { "invalid" };
            let whole = if pointer.is_empty() { detail.clone() } else { format!("{pointer}: {detail}") };
            Problem::invalid("invalid_content", whole).at(pointer, code, detail)
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

/// axum says `…the target type: items[0].name: what is wrong at line 1 column 2`: the JSON pointer, and what is wrong.
fn place_of(text: &str) -> (String, String) {
    let said = text.split_once("target type: ").map_or(text, |(_, said)| said);
    let said = said.rsplit_once(" at line ").map_or(said, |(said, _)| said);
    match said.split_once(": ").filter(|(path, _)| *path != "." && !path.contains([' ', '`'])) {
        None => (String::new(), said.trim_start_matches(".: ").to_owned()),
        Some((path, wrong)) => {
            let pointer: String = path
                .replace('[', ".")
                .replace(']', "")
                .split('.')
                .fold(String::new(), |all, step| all + "/" + &step.replace('~', "~0").replace('/', "~1"));
            (pointer, wrong.to_owned())
        }
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
    use super::{has_nul, place_of};

    #[test]
    fn what_serde_says_becomes_a_place_and_what_is_wrong_there() {
        let said = |text: &str| place_of(&format!("Failed to deserialize the JSON body into the target type: {text}"));
        let of = |pointer: &str, wrong: &str| (pointer.to_owned(), wrong.to_owned());
        assert_eq!(
            said("foo: unknown field `foo`, expected `name` at line 1 column 9"),
            of("/foo", "unknown field `foo`, expected `name`")
        );
        assert_eq!(
            said("identifiers[1].kind: invalid type: integer `1`, expected a string at line 1 column 9"),
            of("/identifiers/1/kind", "invalid type: integer `1`, expected a string")
        );
        assert_eq!(said("missing field `name` at line 1 column 2"), of("", "missing field `name`"));
        assert_eq!(
            said("invalid type: null, expected a map at line 1 column 2"),
            of("", "invalid type: null, expected a map")
        );
    }

    #[test]
    fn only_a_real_nul_is_refused() {
        assert!(has_nul(br#"{"a":"b\u0000c"}"#));
        assert!(!has_nul(br#"{"a":"b\\u0000c"}"#), "an escaped backslash before u0000 is text");
        assert!(!has_nul(br#"{"a":"b\u0001c"}"#));
    }
}

//! What went wrong, in a form every room can answer with and only `api` turns into HTTP (RFC 9457).

use serde::Serialize;
use std::fmt;

/// The class of a problem; `api` maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// 422: well formed, but the content is wrong.
    Invalid,
    /// 400: cannot be read at all.
    Malformed,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 409: the state does not allow it now.
    Conflict,
    /// 412: somebody else changed it first.
    Stale,
    /// 413
    TooLarge,
    /// 415: a body of a type that is not read here.
    UnsupportedMedia,
    /// 429
    Busy,
    /// 503: a part we need does not answer; nothing was lost.
    Unavailable,
    /// 500
    Internal,
}

/// One wrong field: `pointer` is a JSON pointer into the request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldError {
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// Something that uses what was to be changed or removed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProblemUser {
    /// `segment`, `computed_trait`, `campaign`, …
    pub kind: &'static str,
    pub id: String,
    pub name: String,
}

/// A problem with a stable code, what is wrong, where, and what to do.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Stable, snake_case, documented in docs/reference/errors.md.
    pub code: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// What stands in the way, when that is something that uses it.
    pub users: Vec<ProblemUser>,
}

impl Problem {
    pub fn new(kind: ProblemKind, code: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, code, detail: detail.into(), errors: Vec::new(), users: Vec::new() }
    }
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Invalid, code, detail)
    }
    pub fn not_found(what: &'static str, id: impl fmt::Display) -> Self {
        Self::new(ProblemKind::NotFound, "not_found", format!("there is no {what} {id} in this workspace"))
    }
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(ProblemKind::Conflict, code, detail)
    }
    pub fn internal(error: impl fmt::Display) -> Self {
        Self::new(ProblemKind::Internal, "internal", error.to_string())
    }
    /// Adds a wrong field.
    pub fn at(mut self, pointer: impl Into<String>, code: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), code: code.into(), detail: detail.into() });
        self
    }
    /// Adds something that uses it.
    pub fn used_by(mut self, kind: &'static str, id: impl Into<String>, name: impl Into<String>) -> Self {
        self.users.push(ProblemUser { kind, id: id.into(), name: name.into() });
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)?;
        for error in &self.errors {
            write!(f, "; {}: {}", error.pointer, error.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

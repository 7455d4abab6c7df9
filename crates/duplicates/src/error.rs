//! What can go wrong.

use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum DuplicateError {
    #[error("there is no suggestion {0} in this workspace any more")]
    NotFound(String),
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error("customers cannot be read: {0}")]
    People(String),
    #[error("customers cannot be compared: {0}")]
    Matching(#[from] matching::Error),
    #[error("a stored suggestion cannot be read: {0}")]
    Broken(String),
    /// Somebody decided on a suggestion while an update was worked out: nothing of it is written, it is done again.
    #[error("suggestions were decided on meanwhile; the update is done again")]
    Overtaken,
    #[error(transparent)]
    Db(#[from] db::DbError),
}

impl From<DuplicateError> for Problem {
    fn from(error: DuplicateError) -> Self {
        match error {
            DuplicateError::NotFound(id) => Problem::not_found("suggestion", id),
            DuplicateError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", error.to_string()),
            DuplicateError::Db(error) => error.into(),
            error => Problem::internal(error),
        }
    }
}

//! What can go wrong in this room.

use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
    #[error("{0}")]
    Problem(Problem),
    #[error("file {path}: {source}")]
    File { path: String, source: std::io::Error },
}

pub type Result<T> = std::result::Result<T, CollectError>;

impl From<Problem> for CollectError {
    fn from(problem: Problem) -> Self {
        CollectError::Problem(problem)
    }
}

impl From<CollectError> for Problem {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::Db(error) => error.into(),
            CollectError::Inbox(error) => error.into(),
            CollectError::Problem(problem) => problem,
            CollectError::File { .. } => Problem::new(ProblemKind::Unavailable, "file_unavailable", error.to_string()),
        }
    }
}

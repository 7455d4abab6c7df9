//! What can go wrong in this room.

use base::Problem;

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("{0}")]
    Problem(Problem),
}

pub type Result<T> = std::result::Result<T, ConnectError>;

impl From<Problem> for ConnectError {
    fn from(problem: Problem) -> Self {
        ConnectError::Problem(problem)
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Db(error) => error.into(),
            ConnectError::Problem(problem) => problem,
        }
    }
}

/// Why a source does not work: a stable code, and what to do in words. Never holds a secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    pub code: &'static str,
    pub detail: String,
}

impl Fault {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        Self::new("internal", error.to_string())
    }
}

impl From<ConnectError> for Fault {
    fn from(error: ConnectError) -> Self {
        Fault::from(Problem::from(error))
    }
}

impl From<db::DbError> for Fault {
    fn from(error: db::DbError) -> Self {
        Fault::internal(error)
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Fault::new(problem.code, problem.detail)
    }
}

/// A field that is wrong, with its place in the request.
pub(crate) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    Problem::invalid("invalid_connection", detail.clone()).at(pointer, "invalid_connection", detail)
}

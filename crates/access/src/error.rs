//! What can go wrong with access.

use crate::Permission;
use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    #[error("e-mail address or password is wrong")]
    BadCredentials,
    #[error("too many attempts for this address; try again in {retry_after_s} s")]
    TooManyAttempts { retry_after_s: u32 },
    #[error("sign in first: the session or key is unknown, revoked or expired")]
    Unauthenticated,
    #[error("this needs the permission {}", permission.name())]
    Forbidden { permission: Permission },
    #[error("Tutti is set up already; sign in instead")]
    SetUpAlready,
    #[error("there is no {what} {id} in this workspace")]
    NotFound { what: &'static str, id: String },
    #[error("{pointer}: {detail}")]
    Invalid { pointer: &'static str, code: &'static str, detail: String },
    #[error("{0}")]
    Conflict(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("{0}")]
    Internal(String),
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        let detail = error.to_string();
        match error {
            AccessError::BadCredentials => Problem::new(ProblemKind::Unauthenticated, "bad_credentials", detail),
            AccessError::TooManyAttempts { .. } => Problem::new(ProblemKind::Busy, "too_many_attempts", detail),
            AccessError::Unauthenticated => Problem::new(ProblemKind::Unauthenticated, "unauthenticated", detail),
            AccessError::Forbidden { .. } => Problem::new(ProblemKind::Forbidden, "forbidden", detail),
            AccessError::SetUpAlready => Problem::conflict("set_up_already", detail),
            AccessError::NotFound { .. } => Problem::new(ProblemKind::NotFound, "not_found", detail),
            AccessError::Invalid { pointer, code, detail } => {
                Problem::invalid("invalid_content", detail.clone()).at(pointer, code, detail)
            }
            AccessError::Conflict(_) => Problem::conflict("conflict", detail),
            AccessError::Db(error) => error.into(),
            AccessError::Internal(_) => Problem::internal(detail),
        }
    }
}

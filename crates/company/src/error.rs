//! What can go wrong when companies are read or changed.

use base::{CompanyId, Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum CompanyError {
    #[error("there is no company {0} in this workspace")]
    NotFound(CompanyId),
    #[error("{pointer}: {detail}")]
    Invalid { pointer: String, code: &'static str, detail: String },
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error("the stored company {0} cannot be read: {1}")]
    Broken(CompanyId, String),
    /// What the members do could not be asked.
    #[error("what the members of a company do cannot be read: {0}")]
    People(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
}

impl From<CompanyError> for Problem {
    fn from(error: CompanyError) -> Self {
        match error {
            CompanyError::NotFound(id) => Problem::not_found("company", id),
            CompanyError::Invalid { pointer, code, detail } => {
                Problem::invalid("invalid_company", detail.clone()).at(pointer, code, detail)
            }
            CompanyError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", error.to_string()),
            CompanyError::Broken(..) | CompanyError::People(_) => Problem::internal(error),
            CompanyError::Db(error) => error.into(),
            CompanyError::Inbox(error) => error.into(),
        }
    }
}

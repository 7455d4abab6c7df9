//! What can go wrong when profiles are read or changed.

use base::{Problem, ProblemKind, ProfileId};

#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("there is no profile {0} in this workspace")]
    NotFound(ProfileId),
    #[error("{pointer}: {detail}")]
    Invalid { pointer: String, code: &'static str, detail: String },
    /// A merge or split that makes no sense.
    #[error("{detail}")]
    Refused { pointer: &'static str, code: &'static str, detail: String },
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error("the stored profile {0} cannot be read: {1}")]
    Broken(ProfileId, String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotFound(id) => Problem::not_found("profile", id),
            ProfileError::Invalid { pointer, code, detail } => {
                Problem::invalid("invalid_profile", detail.clone()).at(pointer, code, detail)
            }
            ProfileError::Refused { pointer, code, detail } => {
                Problem::invalid(code, detail.clone()).at(pointer, code, detail)
            }
            ProfileError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", error.to_string()),
            ProfileError::Broken(..) => Problem::internal(error),
            ProfileError::Db(error) => error.into(),
            ProfileError::Inbox(error) => error.into(),
        }
    }
}

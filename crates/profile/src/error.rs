//! What can go wrong when profiles are read or changed.

use base::{Problem, ProblemKind, ProfileId, Timestamp};

#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("there is no profile {0} in this workspace")]
    NotFound(ProfileId),
    /// Two asked for the same; the first is followed.
    #[error(
        "{profile} is being {} already, asked for at {since}: GET /api/v1/profiles/{profile}/erasure says how far it is",
        what_happens(.anonymises)
    )]
    ErasureUnderWay { profile: ProfileId, anonymises: bool, since: Timestamp },
    #[error("{pointer}: {detail}")]
    Invalid { pointer: String, code: &'static str, detail: String },
    /// A merge or split that makes no sense.
    #[error("{detail}")]
    Refused { pointer: &'static str, code: &'static str, detail: String },
    /// Rules that make no sense, flaw by flaw.
    #[error("{} flaws in the identity rules", .0.len())]
    BadRules(Vec<base::FieldError>),
    /// Somebody changed the rules meanwhile; this is their version.
    #[error("somebody changed the identity rules: they are at version {0} now")]
    StaleRules(i64),
    #[error("no device {0} is shared")]
    NoSharedDevice(String),
    #[error("the identity rules of the workspace cannot be read: {0}")]
    BrokenRules(String),
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error("the stored profile {0} cannot be read: {1}")]
    Broken(ProfileId, String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
}

fn what_happens(anonymises: &bool) -> &'static str {
    if *anonymises { "anonymised" } else { "erased" }
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotFound(id) => Problem::not_found("profile", id),
            ProfileError::ErasureUnderWay { .. } => Problem::conflict("erasure_under_way", error.to_string()),
            ProfileError::Invalid { pointer, code, detail } => {
                Problem::invalid("invalid_profile", detail.clone()).at(pointer, code, detail)
            }
            ProfileError::Refused { pointer, code, detail } => {
                Problem::invalid(code, detail.clone()).at(pointer, code, detail)
            }
            ProfileError::BadRules(flaws) => {
                let detail = "some of these identity rules cannot hold; nothing was changed";
                let problem = Problem::invalid("invalid_profile_rules", detail);
                flaws.into_iter().fold(problem, |problem, flaw| problem.at(flaw.pointer, flaw.code, flaw.detail))
            }
            ProfileError::StaleRules(_) => Problem::new(ProblemKind::Stale, "stale_version", error.to_string()),
            ProfileError::NoSharedDevice(value) => Problem::not_found("shared device", value),
            ProfileError::BrokenRules(_) => Problem::internal(error),
            ProfileError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", error.to_string()),
            ProfileError::Broken(..) => Problem::internal(error),
            ProfileError::Db(error) => error.into(),
            ProfileError::Inbox(error) => error.into(),
        }
    }
}

//! What can go wrong with computed traits.

use crate::service::TraitUser;
use base::{ComputedTraitId, Problem, ProblemKind};
use predicate::ConditionErrors;

/// Something wrong in a definition. `pointer` is a JSON pointer into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub pointer: String,
    pub code: &'static str,
    pub detail: String,
}

impl Mistake {
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
    pub(crate) fn under(self, prefix: &str) -> Self {
        Self { pointer: format!("{prefix}{}", self.pointer), ..self }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    #[error("the definition cannot be used: {}", .0.detail)]
    Definition(Mistake),
    #[error(transparent)]
    Event(#[from] ConditionErrors),
    #[error("name: {detail}")]
    Name { code: &'static str, detail: String },
    #[error("a description has at most {0} characters")]
    Description(usize),
    #[error("there is no computed trait {0} in this workspace")]
    NotFound(ComputedTraitId),
    #[error("the trait is used by {}; remove it there first", .users.iter().map(|user| format!("{} \"{}\"", user.kind, user.name)).collect::<Vec<_>>().join(", "))]
    InUse { users: Vec<TraitUser> },
    #[error("the trait is being removed; wait until it is gone")]
    Removing,
    #[error("a workspace has at most {0} computed traits; delete one that is not used")]
    TooMany(usize),
    #[error("cannot read what the trait is made of: {0}")]
    Data(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("work on computed traits was stopped: {0}")]
    Stopped(String),
}

impl From<Mistake> for ComputeError {
    fn from(mistake: Mistake) -> Self {
        Self::Definition(mistake)
    }
}

impl From<ComputeError> for Problem {
    fn from(error: ComputeError) -> Self {
        let detail = error.to_string();
        match error {
            ComputeError::Definition(mistake) => Problem::invalid("definition_invalid", detail).at(
                format!("/definition{}", mistake.pointer),
                mistake.code,
                mistake.detail,
            ),
            ComputeError::Event(errors) => errors.under("/definition").into(),
            ComputeError::Name { code, detail: what } => {
                Problem::invalid("name_invalid", detail).at("/name", code, what)
            }
            ComputeError::Description(_) => {
                Problem::invalid("field_invalid", &detail).at("/description", "invalid", detail)
            }
            ComputeError::NotFound(id) => Problem::not_found("computed trait", id),
            ComputeError::InUse { users } => {
                users.into_iter().fold(Problem::conflict("trait_in_use", detail), |problem, user| {
                    problem.used_by(user.kind, user.id, user.name)
                })
            }
            ComputeError::Removing => Problem::conflict("trait_being_removed", detail),
            ComputeError::TooMany(_) => Problem::conflict("too_many_computed_traits", detail),
            ComputeError::Data(_) => Problem::new(ProblemKind::Unavailable, "computed_data_unavailable", detail),
            ComputeError::Db(error) => error.into(),
            ComputeError::Stopped(_) => Problem::internal(detail),
        }
    }
}

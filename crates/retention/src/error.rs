//! What can go wrong when rules are changed or followed.

use base::{FieldError, Problem, RetentionRuleId, RetentionRunId};

#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    #[error("there is no retention rule {0} in this workspace")]
    NoRule(RetentionRuleId),
    #[error("there is no retention run {0} in this workspace")]
    NoRun(RetentionRunId),
    #[error("the rule is not valid; nothing was changed")]
    Invalid(Vec<FieldError>),
    #[error("there is a rule for this already: change that one")]
    Exists,
    #[error("a workspace has at most {0} retention rules; delete some that are off")]
    Full(usize),
    /// In words: what is missing.
    #[error("{0}")]
    DryRunNeeded(String),
    #[error("a run of this workspace is at work; wait for its end")]
    Running,
    #[error("{0}")]
    NothingToDo(&'static str),
    #[error("\"{0}\" is no mode of a run: run or dry_run")]
    Mode(String),
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    /// The history, or what reads it, could not be asked.
    #[error("{0}")]
    Data(String),
    #[error("a stored retention rule or run cannot be read: {0}")]
    Broken(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
}

pub type Result<T, E = RetentionError> = std::result::Result<T, E>;

impl From<RetentionError> for Problem {
    fn from(error: RetentionError) -> Self {
        use base::ProblemKind;
        let detail = error.to_string();
        match error {
            RetentionError::NoRule(id) => Problem::not_found("retention rule", id),
            RetentionError::NoRun(id) => Problem::not_found("retention run", id),
            RetentionError::Invalid(errors) => {
                let problem = Problem::invalid("retention_rule_invalid", detail);
                errors.into_iter().fold(problem, |problem, one| problem.at(one.pointer, one.code, one.detail))
            }
            RetentionError::Exists => Problem::conflict("retention_rule_exists", detail),
            RetentionError::Full(_) => Problem::invalid("retention_rules_full", detail),
            RetentionError::DryRunNeeded(_) => Problem::conflict("dry_run_needed", detail),
            RetentionError::Running => Problem::conflict("retention_running", detail),
            RetentionError::NothingToDo(_) => Problem::conflict("retention_nothing_to_do", detail),
            RetentionError::Mode(_) => Problem::new(ProblemKind::Malformed, "bad_mode", detail),
            RetentionError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", detail),
            RetentionError::Data(_) => Problem::new(ProblemKind::Internal, "history_failed", detail),
            RetentionError::Broken(_) => Problem::internal(detail),
            RetentionError::Db(error) => error.into(),
        }
    }
}

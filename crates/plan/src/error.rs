//! What can go wrong.

use base::{PlanEventId, Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A schema that is none, or that would cost too much. `pointer` is into the schema.
    #[error("{detail}")]
    Schema { code: &'static str, pointer: String, detail: String },
    /// A field that is not valid. `pointer` is into the request.
    #[error("{detail}")]
    Field { code: &'static str, pointer: String, detail: String },
    #[error("the plan has this entry already{}", if *.archived { ": it is archived; restore it" } else { "" })]
    Exists { archived: bool },
    #[error("a plan has at most {0} entries; delete nothing, archive what is not planned any more and rename it")]
    Full(usize),
    #[error("there is no planned event {0} in this workspace")]
    NotFound(PlanEventId),
    #[error("somebody changed it after you read it; read it again, make your change, send the new ETag")]
    Stale,
    #[error("the file is no tracking plan: {0}")]
    BadPlan(String),
    #[error("what arrived cannot be read: {0}")]
    Arrivals(String),
    #[error("a stored plan cannot be read: {0}")]
    Broken(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
}

pub type Result<T, E = PlanError> = std::result::Result<T, E>;

impl PlanError {
    pub(crate) fn schema(code: &'static str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Schema { code, pointer: pointer.into(), detail: detail.into() }
    }
    pub(crate) fn field(code: &'static str, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Field { code, pointer: pointer.into(), detail: detail.into() }
    }
    /// The same fault, of a schema that is a field of something else.
    pub(crate) fn under(self, prefix: &str) -> Self {
        match self {
            Self::Schema { code, pointer, detail } => {
                Self::Schema { code, pointer: format!("{prefix}{pointer}"), detail }
            }
            Self::Field { code, pointer, detail } => {
                Self::Field { code, pointer: format!("{prefix}{pointer}"), detail }
            }
            other => other,
        }
    }
}

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        let detail = error.to_string();
        match error {
            PlanError::Schema { code, pointer, detail } | PlanError::Field { code, pointer, detail } => {
                Problem::invalid(code, detail.clone()).at(pointer, code, detail)
            }
            PlanError::Exists { .. } => Problem::conflict("plan_event_exists", detail),
            PlanError::Full(_) => Problem::invalid("plan_full", detail),
            PlanError::NotFound(id) => Problem::not_found("planned event", id),
            PlanError::Stale => Problem::new(ProblemKind::Stale, "stale_version", detail),
            PlanError::BadPlan(_) => Problem::invalid("bad_plan", detail),
            PlanError::Arrivals(_) => Problem::new(ProblemKind::Internal, "history_failed", detail),
            PlanError::Db(error) => error.into(),
            PlanError::Broken(_) => Problem::internal(detail),
        }
    }
}

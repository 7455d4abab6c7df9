//! What can go wrong while measuring.

use base::{Problem, WorkspaceId};

#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("time zone \"{name}\" of workspace {workspace} is not an IANA name")]
    TimeZone { workspace: WorkspaceId, name: String },
    #[error("the attribution window is {days} days; it must lie between 1 and {max}")]
    Window { days: i64, max: i64 },
    #[error("a report covers 1 to {max} days, not {days}")]
    Period { days: i64, max: i64 },
    /// `pointer` says which part of the rule.
    #[error("{detail}")]
    Rfm { pointer: &'static str, detail: String },
    #[error("the settings of workspace {workspace} cannot be read: {detail}")]
    Settings { workspace: WorkspaceId, detail: String },
}

impl From<MeasureError> for Problem {
    fn from(error: MeasureError) -> Problem {
        match error {
            MeasureError::Db(error) => error.into(),
            MeasureError::Window { .. } => Problem::invalid("bad_attribution_window", error.to_string()).at(
                "/attribution/window_days",
                "out_of_range",
                error.to_string(),
            ),
            MeasureError::Period { .. } => Problem::new(base::ProblemKind::Malformed, "bad_period", error.to_string()),
            MeasureError::Rfm { pointer, .. } => {
                Problem::invalid("bad_rfm", error.to_string()).at(pointer, "out_of_range", error.to_string())
            }
            MeasureError::TimeZone { .. } => Problem::invalid("bad_time_zone", error.to_string()),
            MeasureError::Settings { .. } => Problem::internal(error),
        }
    }
}

impl From<MeasureError> for events::ViewError {
    fn from(error: MeasureError) -> events::ViewError {
        match error {
            MeasureError::Db(error) => error.into(),
            other => events::ViewError::Broken { view: crate::view::NAME, detail: other.to_string() },
        }
    }
}

//! What can go wrong with segments.

use crate::{DataError, SegmentUser};
use base::{Problem, ProblemKind, SegmentId};
use predicate::ConditionErrors;

#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    #[error(transparent)]
    Condition(#[from] ConditionErrors),
    #[error("there is no segment {0} in this workspace")]
    NotFound(SegmentId),
    #[error("a segment called \"{0}\" is there already; choose another name")]
    NameTaken(String),
    #[error("{field}: {detail}")]
    BadField { field: &'static str, detail: String },
    #[error("the segment was changed meanwhile: you edited version {wanted}, now it is version {is}. Load it again")]
    Stale { wanted: i64, is: i64 },
    #[error("the condition asks for segment {id}, which is not there")]
    UnknownSegment { id: SegmentId, pointer: String },
    #[error("the segment would contain itself: {path}. Take one of these out")]
    Cycle { path: String },
    #[error("the segment is used by {}; remove it there first", .users.iter().map(|user| format!("{} \"{}\"", user.kind, user.name)).collect::<Vec<_>>().join(", "))]
    InUse { users: Vec<SegmentUser> },
    #[error("a workspace has at most {0} segments; delete one that is not used")]
    TooMany(usize),
    #[error("customers are still being loaded; try again in a moment")]
    Loading,
    #[error("cannot read what segments are made of: {0}")]
    Data(#[from] DataError),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("an evaluation was stopped: {0}")]
    Stopped(String),
}

impl From<SegmentError> for Problem {
    fn from(error: SegmentError) -> Self {
        let detail = error.to_string();
        match error {
            SegmentError::Condition(errors) => errors.under("/condition").into(),
            SegmentError::NotFound(id) => Problem::not_found("segment", id),
            SegmentError::NameTaken(_) => Problem::conflict("segment_name_taken", &detail).at("/name", "taken", detail),
            SegmentError::BadField { field, .. } => {
                Problem::invalid("field_invalid", &detail).at(format!("/{field}"), "invalid", detail)
            }
            SegmentError::Stale { .. } => Problem::new(ProblemKind::Stale, "stale", detail),
            SegmentError::UnknownSegment { pointer, .. } => Problem::invalid("condition_invalid", &detail).at(
                format!("/condition{pointer}"),
                "segment_unknown",
                detail,
            ),
            SegmentError::Cycle { .. } => {
                Problem::invalid("segment_cycle", &detail).at("/condition", "segment_cycle", detail)
            }
            SegmentError::InUse { users } => {
                users.into_iter().fold(Problem::conflict("segment_in_use", detail), |problem, user| {
                    problem.used_by(user.kind, user.id, user.name)
                })
            }
            SegmentError::TooMany(_) => Problem::conflict("too_many_segments", detail),
            SegmentError::Loading => Problem::new(ProblemKind::Unavailable, "segments_loading", detail),
            SegmentError::Data(_) => Problem::new(ProblemKind::Unavailable, "segment_data_unavailable", detail),
            SegmentError::Db(error) => error.into(),
            SegmentError::Stopped(_) => Problem::internal(detail),
        }
    }
}

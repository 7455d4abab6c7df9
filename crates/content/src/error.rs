//! What can go wrong with messages.

use base::{Problem, ProblemKind, TemplateId};
use serde::Serialize;
use template::email::{CompileError, Part};

/// A mistake in the message, where the author can find it. Lines and columns count from 1; 0 means the whole part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{part}, line {line}, column {column}: {detail}")]
pub struct PartError {
    pub part: Part,
    pub line: u32,
    pub column: u32,
    pub detail: String,
}

impl From<CompileError> for PartError {
    fn from(error: CompileError) -> Self {
        let detail = format!("{}; {}", error.message, error.advice);
        Self { part: error.part, line: error.at.line, column: error.at.column, detail }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    /// Another room's answer.
    #[error("{0}")]
    Other(Problem),
    #[error("the message cannot be read: {0}")]
    Malformed(String),
    #[error("the field {field} {detail}")]
    Invalid { field: &'static str, detail: String },
    #[error("{0}")]
    Template(#[from] PartError),
    #[error("there is no template {0} in this workspace")]
    NotFound(TemplateId),
    #[error("the template was changed meanwhile: you have version {given}, it is at {current}")]
    Stale { given: i64, current: i64 },
}

impl From<Problem> for ContentError {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<ContentError> for Problem {
    fn from(error: ContentError) -> Problem {
        let text = error.to_string();
        match error {
            ContentError::Db(error) => error.into(),
            ContentError::Other(problem) => problem,
            ContentError::Malformed(detail) => {
                Problem::invalid("invalid_message", text).at("/message", "invalid", detail)
            }
            ContentError::Invalid { field, detail } => {
                Problem::invalid("invalid_message", text).at(format!("/message/{field}"), "invalid", detail)
            }
            ContentError::Template(error) => Problem::invalid("template_error", text).at(
                format!("/message/{}", error.part),
                "template",
                error.detail,
            ),
            ContentError::NotFound(id) => Problem::not_found("template", id),
            ContentError::Stale { .. } => Problem::new(ProblemKind::Stale, "stale_version", text),
        }
    }
}

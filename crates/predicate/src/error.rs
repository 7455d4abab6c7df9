//! What is wrong with a condition: where (JSON pointer), a stable code, and what to do.

use base::{Problem, ProblemKind};
use std::fmt;

/// One mistake. `pointer` points into the condition's JSON ("" is the whole).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    pub pointer: String,
    pub code: &'static str,
    pub detail: String,
}

/// Every mistake found, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionErrors(pub Vec<ConditionError>);

impl fmt::Display for ConditionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the condition cannot be used")?;
        for error in &self.0 {
            let place = if error.pointer.is_empty() { "/" } else { &error.pointer };
            write!(f, "; {place}: {} ({})", error.detail, error.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConditionErrors {}

impl ConditionErrors {
    /// The same errors with `prefix` before every pointer: where the condition sits in a request.
    pub fn under(mut self, prefix: &str) -> Self {
        for error in &mut self.0 {
            error.pointer.insert_str(0, prefix);
        }
        self
    }
}

impl From<ConditionErrors> for Problem {
    fn from(errors: ConditionErrors) -> Self {
        let detail = match errors.0.first() {
            Some(first) => format!("the condition cannot be used: {}", first.detail),
            None => "the condition cannot be used".to_owned(),
        };
        errors.0.into_iter().fold(Problem::new(ProblemKind::Invalid, "condition_invalid", detail), |problem, error| {
            problem.at(error.pointer, error.code, error.detail)
        })
    }
}

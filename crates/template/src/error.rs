//! What can go wrong: in reading a template ([`ParseError`]) and in rendering it ([`RenderError`]).
//!
//! Lines and columns count from 1; columns count characters, not bytes.

use std::fmt;

/// A place in a template, as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// The place of byte `offset` in `source`; offsets past the end mean the end.
    pub fn of(source: &str, offset: usize) -> Position {
        let mut end = offset.min(source.len());
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        let before = &source[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|b| *b == b'\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The template cannot be read. Nothing was rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message}")]
pub struct ParseError {
    pub message: String,
    pub at: Position,
}

/// The template was read, but this rendering of it stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// The template itself asked not to send, with `{% abort_message 'reason' %}`.
    #[error("the template stopped the message: {0}")]
    Aborted(String),
    #[error("{at}: more than {max} {limit}; {advice}", advice = limit.advice())]
    Limit { limit: LimitKind, max: u64, at: Position },
    #[error("{at}: {message}")]
    Invalid { message: String, at: Position },
    #[error("{at}: there is no content block named '{name}'")]
    UnknownPartial { name: String, at: Position },
}

impl RenderError {
    /// Where it happened; none for a message the template stopped on purpose.
    pub fn position(&self) -> Option<Position> {
        match self {
            RenderError::Aborted(_) => None,
            RenderError::Limit { at, .. }
            | RenderError::Invalid { at, .. }
            | RenderError::UnknownPartial { at, .. } => Some(*at),
        }
    }
}

/// Which bound of [`crate::Limits`] was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    OutputBytes,
    LoopIterations,
    Nesting,
    IncludeDepth,
    Steps,
}

impl LimitKind {
    fn advice(self) -> &'static str {
        match self {
            LimitKind::OutputBytes => "make the text shorter or the loop smaller",
            LimitKind::LoopIterations => "limit the loop, for example with limit:20",
            LimitKind::Nesting => "use fewer blocks inside blocks",
            LimitKind::IncludeDepth => "a content block probably includes itself",
            LimitKind::Steps => "the template does too much work for one message",
        }
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LimitKind::OutputBytes => "bytes of text",
            LimitKind::LoopIterations => "loop rounds",
            LimitKind::Nesting => "blocks inside each other",
            LimitKind::IncludeDepth => "content blocks inside each other",
            LimitKind::Steps => "steps of work",
        })
    }
}

/// A failure on its way up; it gets its place from the tag that was being rendered.
#[derive(Debug)]
pub(crate) enum Fault {
    Limit(LimitKind, u64),
    Message(String),
    UnknownPartial(String),
    Placed(RenderError),
}

impl Fault {
    pub(crate) fn msg(message: impl Into<String>) -> Fault {
        Fault::Message(message.into())
    }

    /// Turns the fault into an error at `at`, unless an inner tag already did.
    pub(crate) fn placed(self, at: impl FnOnce() -> Position) -> RenderError {
        match self {
            Fault::Limit(limit, max) => RenderError::Limit { limit, max, at: at() },
            Fault::Message(message) => RenderError::Invalid { message, at: at() },
            Fault::UnknownPartial(name) => RenderError::UnknownPartial { name, at: at() },
            Fault::Placed(error) => error,
        }
    }
}

//! Liquid and e-mail rendering, with limits on time and size. Pure: no I/O, no clock, no randomness.
//!
//! The tour: [`Template::parse`] reads a text once (`lexer` → `parser`, `tags`, `expr` → `ast`);
//! [`Template::render`] walks the tree with JSON data and a [`RenderContext`] that says where the text
//! goes (so that values are made harmless there), what time it is and what it may cost.
//! [`filters`] and [`tags`] list the language; documentation and tests loop over them.
//! [`email`] makes subject, preheader, HTML and text of a message from Liquid in MJML, HTML or plain text.
//!
//! What the data does not have is empty, never an error. A template that loops, grows or nests without
//! end is stopped with an error that says which limit it met and where.

mod ast;
mod budget;
mod context;
pub mod email;
mod error;
mod escape;
mod expr;
mod filters;
mod lexer;
mod locale;
mod parser;
mod render;
mod tags;
mod template;
mod value;
mod variables;

pub use context::{
    INCLUDE_DEPTH_MAX, LOOP_ITERATIONS_MAX, Limits, NESTING_MAX, NoPartials, OUTPUT_BYTES_MAX, OutputContext, Partials,
    RenderContext, STEPS_MAX,
};
pub use error::{LimitKind, ParseError, Position, RenderError};
pub use filters::{FilterInfo, filters};
pub use tags::{TagInfo, tags};
pub use template::{TEMPLATE_BYTES_MAX, Template};

#[cfg(test)]
mod tests;

//! A parsed template: made once, rendered many times.

use crate::ast::Block;
use crate::context::RenderContext;
use crate::error::{ParseError, Position, RenderError};
use crate::lexer::LexError;
use crate::{parser, render, variables};

/// Larger templates are refused.
pub const TEMPLATE_BYTES_MAX: usize = 1024 * 1024 + 64 * 1024;

/// A parsed Liquid template. Cheap to share in an `Arc`.
#[derive(Debug)]
pub struct Template {
    nodes: Block,
    source: Box<str>,
    /// Where pieces of `source` stood in the text the author wrote, when that is another text. Sorted.
    origins: Option<Origins>,
}

/// The author's text and, for offsets of the text that was parsed, offsets in it.
#[derive(Debug)]
pub(crate) struct Origins {
    pub written: Box<str>,
    pub places: Vec<(usize, usize)>,
}

impl Template {
    pub fn parse(source: &str) -> Result<Template, ParseError> {
        Template::parse_from(source, None)
    }

    /// As `parse`, with errors placed in the text the author wrote.
    pub(crate) fn parse_from(source: &str, origins: Option<Origins>) -> Result<Template, ParseError> {
        if TEMPLATE_BYTES_MAX < source.len() {
            let message = format!("the template has {} bytes; {TEMPLATE_BYTES_MAX} are allowed", source.len());
            return Err(ParseError { message, at: Position::of("", 0) });
        }
        let mut template = Template { nodes: Vec::new(), source: source.into(), origins };
        match parser::parse(source) {
            Ok(nodes) => {
                template.nodes = nodes;
                Ok(template)
            }
            Err(LexError { message, at }) => Err(ParseError { message, at: template.position(at) }),
        }
    }

    /// Renders with `data` as the top-level variables. Pure: the same arguments give the same text.
    pub fn render(&self, data: &serde_json::Value, ctx: &RenderContext) -> Result<String, RenderError> {
        render::render(self, data, ctx, &[])
    }

    /// The data this template reads, as paths such as `customer.first_name` or `order.items[].price`.
    pub fn variables(&self) -> Vec<String> {
        variables::variables(&self.nodes)
    }

    /// The content blocks it names (those with a fixed name).
    pub fn partials(&self) -> Vec<String> {
        variables::partials(&self.nodes)
    }

    pub(crate) fn nodes(&self) -> &Block {
        &self.nodes
    }

    pub(crate) fn source_len(&self) -> usize {
        self.source.len()
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        match &self.origins {
            None => Position::of(&self.source, offset),
            Some(origins) => {
                let next = origins.places.partition_point(|(here, _)| *here <= offset);
                match next.checked_sub(1).map(|at| origins.places[at]) {
                    Some((here, there)) => Position::of(&origins.written, there + (offset - here)),
                    None => Position::of(&origins.written, 0),
                }
            }
        }
    }
}

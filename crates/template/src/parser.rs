//! From pieces to the tree. What each tag looks like inside is in `tags`.

use crate::ast::{Block, Kind, Node};
use crate::lexer::{self, LexError, Piece};
use crate::tags;

/// Blocks inside blocks in one template.
pub(crate) const PARSE_DEPTH_MAX: u32 = 100;

/// The tag that ended a block.
#[derive(Clone, Copy)]
pub(crate) struct TagAt<'s> {
    pub name: &'s str,
    pub markup: &'s str,
    pub at: usize,
    pub markup_at: usize,
}

pub(crate) struct Parser<'s> {
    pieces: Vec<Piece<'s>>,
    next: usize,
    depth: u32,
}

/// A read block: its nodes, whether it can show anything but whitespace, and the tag that ended it.
pub(crate) struct Body<'s> {
    pub nodes: Block,
    pub is_blank: bool,
    pub end: Option<TagAt<'s>>,
}

impl Body<'_> {
    fn add_text(&mut self, text: &str, is_blank: bool) {
        self.is_blank &= is_blank;
        self.nodes.push(Node { at: 0, kind: Kind::Text(text.into()) });
    }
}

/// What a tag became.
pub(crate) struct Parsed {
    pub nodes: Vec<Kind>,
    /// It shows nothing, so a block of only such tags and whitespace shows nothing either.
    pub is_blank: bool,
}

impl Parsed {
    pub fn shown(kind: Kind) -> Parsed {
        Parsed { nodes: vec![kind], is_blank: false }
    }

    pub fn silent(kind: Kind) -> Parsed {
        Parsed { nodes: vec![kind], is_blank: true }
    }
}

pub(crate) fn parse(source: &str) -> Result<Block, LexError> {
    let mut parser = Parser { pieces: lexer::lex(source)?.pieces, next: 0, depth: 0 };
    Ok(parser.block(&[], None)?.nodes)
}

impl<'s> Parser<'s> {
    /// The lines of a `{% liquid %}` tag, as nodes of the block around it.
    pub fn lines(&self, markup: &'s str, base: usize) -> Result<(Block, bool), LexError> {
        if PARSE_DEPTH_MAX <= self.depth {
            return Err(too_deep(base));
        }
        let mut inner = Parser { pieces: lexer::lex_lines(markup, base)?, next: 0, depth: self.depth + 1 };
        let body = inner.block(&[], None)?;
        Ok((body.nodes, body.is_blank))
    }

    /// Reads until one of the tags `ends`. `opened` is the tag whose block this is.
    pub fn block(&mut self, ends: &[&str], opened: Option<TagAt<'s>>) -> Result<Body<'s>, LexError> {
        self.depth += 1;
        if PARSE_DEPTH_MAX < self.depth {
            return Err(too_deep(opened.map_or(0, |tag| tag.at)));
        }
        let mut body = Body { nodes: Vec::new(), is_blank: true, end: None };
        while let Some(piece) = self.pieces.get(self.next).copied() {
            self.next += 1;
            match piece {
                Piece::Text { text } => body.add_text(text, text.trim().is_empty()),
                Piece::Raw { text } => body.add_text(text, false),
                Piece::Output { markup, at, markup_at } => {
                    body.is_blank = false;
                    let kind = tags::output(markup, markup_at)?;
                    body.nodes.extend(kind.map(|kind| Node { at: at as u32, kind }));
                }
                Piece::Tag { name, markup, at, markup_at } => {
                    let tag = TagAt { name, markup, at, markup_at };
                    if ends.contains(&name) {
                        self.depth -= 1;
                        body.end = Some(tag);
                        return Ok(body);
                    }
                    body.is_blank &= self.tag(tag, opened, &mut body.nodes)?;
                }
            }
        }
        self.depth -= 1;
        match opened {
            None => Ok(body),
            Some(tag) => {
                let end = ends.last().copied().unwrap_or("");
                let message = format!("'{}' is not closed: '{{% {end} %}}' is missing", tag.name);
                Err(LexError { message, at: tag.at })
            }
        }
    }

    /// Adds the tag's nodes; answers whether it shows nothing.
    fn tag(&mut self, tag: TagAt<'s>, opened: Option<TagAt<'s>>, nodes: &mut Block) -> Result<bool, LexError> {
        if tag.name == "liquid" {
            let (inner, is_blank) = self.lines(tag.markup, tag.markup_at)?;
            nodes.extend(inner);
            return Ok(is_blank);
        }
        let Some(info) = tags::find(tag.name) else {
            return Err(LexError { message: tags::unknown(tag.name, opened.map(|tag| tag.name)), at: tag.at });
        };
        let parsed = (info.parse)(self, tag)?;
        nodes.extend(parsed.nodes.into_iter().map(|kind| Node { at: tag.at as u32, kind }));
        Ok(parsed.is_blank)
    }
}

fn too_deep(at: usize) -> LexError {
    LexError { message: format!("more than {PARSE_DEPTH_MAX} blocks inside each other"), at }
}

/// Drops the whitespace of blocks that show nothing else.
pub(crate) fn drop_blank_text(block: &mut Block) {
    block.retain(|node| !matches!(node.kind, Kind::Text(_)));
}

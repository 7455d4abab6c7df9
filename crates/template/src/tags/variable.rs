//! `assign`, `capture`, `increment`, `decrement`, `echo`, `abort_message`.

use crate::ast::Kind;
use crate::expr::{Expr, Pipeline, Reader, Token};
use crate::lexer::LexError;
use crate::parser::{Parsed, Parser, TagAt};

/// A name that can be set: word characters and hyphens, also only digits. Answers the rest and its offset.
fn target(tag: TagAt<'_>) -> Result<(&str, &str, usize), LexError> {
    let wrong = |message: String| Err(LexError { message, at: tag.markup_at });
    let end = tag.markup.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(tag.markup.len());
    let name = &tag.markup[..end];
    if name.is_empty() {
        return wrong(format!("'{}' needs the name of a variable", tag.name));
    }
    if name.starts_with('-') {
        return wrong(format!("a name cannot start with '-': '{name}'"));
    }
    Ok((name, &tag.markup[end..], tag.markup_at + end))
}

pub(super) fn parse_assign<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let (name, rest, at) = target(tag)?;
    let mut reader = Reader::new(rest, at)?;
    if reader.peek() != Token::Mark('=') {
        return reader.expected("'='");
    }
    reader.advance();
    let value = reader.pipeline()?;
    reader.end()?;
    Ok(Parsed::silent(Kind::Assign(name.into(), Box::new(value))))
}

pub(super) fn parse_capture<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let quoted = tag.markup.strip_prefix(['\'', '"']).and_then(|name| name.strip_suffix(['\'', '"']));
    let name = match quoted {
        Some(name) if !name.is_empty() => name,
        _ => {
            let (name, rest, at) = target(tag)?;
            Reader::new(rest, at)?.end()?;
            name
        }
    };
    let body = parser.block(&["endcapture"], Some(tag))?;
    Ok(Parsed::silent(Kind::Capture(name.into(), body.nodes)))
}

fn counter(tag: TagAt<'_>) -> Result<Box<str>, LexError> {
    let (name, rest, at) = target(tag)?;
    Reader::new(rest, at)?.end()?;
    Ok(name.into())
}

pub(super) fn parse_increment<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    Ok(Parsed::shown(Kind::Increment(counter(tag)?)))
}

pub(super) fn parse_decrement<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    Ok(Parsed::shown(Kind::Decrement(counter(tag)?)))
}

pub(super) fn parse_echo<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let nodes = super::output(tag.markup, tag.markup_at)?.into_iter().collect();
    Ok(Parsed { nodes, is_blank: false })
}

/// `abort_message 'reason'` or `abort_message('reason')`.
pub(super) fn parse_abort<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    let has_bracket = reader.skip('(');
    let ends_now = reader.is_at_end() || reader.peek() == Token::Mark(')');
    let reason = if ends_now {
        Pipeline { value: Expr::Str("no reason given".into()), filters: Vec::new() }
    } else {
        reader.pipeline()?
    };
    if has_bracket {
        reader.expect(')')?;
    }
    reader.end()?;
    Ok(Parsed::shown(Kind::Abort(Box::new(reason))))
}

//! `include`, `render`, `content_block`.

use crate::ast::{Kind, Partial, PartialKind};
use crate::expr::{Expr, Reader, Token};
use crate::lexer::LexError;
use crate::parser::{Parsed, Parser, TagAt};

pub(super) fn parse_include<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    parse(tag, PartialKind::Include)
}

pub(super) fn parse_render<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    parse(tag, PartialKind::Render)
}

/// Reads `'name' with value as alias, key: value` or `'name' for list`.
fn parse(tag: TagAt<'_>, kind: PartialKind) -> Result<Parsed, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    if kind == PartialKind::Render && !matches!(reader.peek(), Token::Str(_)) {
        return reader.expected("the name of a content block in quotes");
    }
    let mut result = Partial { kind, name: reader.expr()?, bound: None, is_for: false, alias: None, args: Vec::new() };
    if matches!(reader.peek(), Token::Ident("with" | "for")) && reader.peek_second() != Token::Mark(':') {
        result.is_for = reader.advance() == Token::Ident("for");
        result.bound = Some(reader.expr()?);
    }
    if reader.peek() == Token::Ident("as") && reader.peek_second() != Token::Mark(':') {
        reader.advance();
        result.alias = Some(reader.ident("a name after 'as'")?.into());
    }
    while !reader.is_at_end() {
        if reader.skip(',') {
            continue;
        }
        let key = reader.ident("the name of an argument")?;
        reader.expect(':')?;
        let value: Expr = reader.expr()?;
        result.args.push((key.into(), value));
    }
    Ok(Parsed::shown(Kind::Partial(Box::new(result))))
}

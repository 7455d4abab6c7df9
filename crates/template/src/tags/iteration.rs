//! `for`, `tablerow`, `cycle`, `ifchanged`, `break`, `continue`.

use crate::ast::{Cycle, CycleName, For, Kind, Offset};
use crate::expr::{Expr, Reader, Token};
use crate::lexer::LexError;
use crate::parser::{Parsed, Parser, TagAt, drop_blank_text};

/// Reads `x in items reversed limit:2 offset:1 cols:3`.
fn head(tag: TagAt<'_>) -> Result<For, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    let variable = reader.ident("a name for the element")?;
    if !reader.skip_word("in") {
        return reader.expected("'in'");
    }
    let from = reader.at();
    let items = reader.expr()?;
    let written = reader.text_between(from, reader.at());
    let mut result = For {
        variable: variable.into(),
        items,
        name: format!("{variable}-{written}").into(),
        limit: None,
        offset: Offset::None,
        is_reversed: false,
        columns: None,
        body: Vec::new(),
        otherwise: Vec::new(),
    };
    while !reader.is_at_end() {
        if reader.skip(',') {
            continue;
        }
        let at = reader.at();
        let option = reader.ident("'reversed', 'limit', 'offset' or 'cols'")?;
        if option == "reversed" {
            result.is_reversed = true;
            continue;
        }
        reader.expect(':')?;
        match option {
            "limit" => result.limit = Some(reader.expr()?),
            "offset" if reader.peek() == Token::Ident("continue") => {
                reader.advance();
                result.offset = Offset::Continue;
            }
            "offset" => result.offset = Offset::At(reader.expr()?),
            "cols" if tag.name == "tablerow" => result.columns = Some(reader.expr()?),
            _ => {
                return Err(LexError { message: format!("'{}' has no option '{option}'", tag.name), at });
            }
        }
    }
    Ok(result)
}

pub(super) fn parse_for<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let mut result = head(tag)?;
    let body = parser.block(&["else", "endfor"], Some(tag))?;
    let mut is_blank = body.is_blank;
    result.body = body.nodes;
    if body.end.is_some_and(|end| end.name == "else") {
        let otherwise = parser.block(&["endfor"], Some(tag))?;
        is_blank &= otherwise.is_blank;
        result.otherwise = otherwise.nodes;
    }
    if is_blank {
        drop_blank_text(&mut result.body);
        drop_blank_text(&mut result.otherwise);
    }
    Ok(Parsed { nodes: vec![Kind::For(Box::new(result))], is_blank })
}

pub(super) fn parse_tablerow<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let mut result = head(tag)?;
    result.body = parser.block(&["endtablerow"], Some(tag))?.nodes;
    Ok(Parsed::shown(Kind::TableRow(Box::new(result))))
}

pub(super) fn parse_ifchanged<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let body = parser.block(&["endifchanged"], Some(tag))?;
    Ok(Parsed::shown(Kind::IfChanged(body.nodes)))
}

pub(super) fn parse_break<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    Reader::new(tag.markup, tag.markup_at)?.end()?;
    Ok(Parsed::shown(Kind::Break))
}

pub(super) fn parse_continue<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    Reader::new(tag.markup, tag.markup_at)?.end()?;
    Ok(Parsed::shown(Kind::Continue))
}

/// `cycle a, b` or `cycle name: a, b`.
pub(super) fn parse_cycle<'s>(_: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    let written = reader.rest();
    let first = reader.expr()?;
    let mut values: Vec<Expr> = Vec::new();
    let name = if reader.skip(':') {
        values.push(reader.expr()?);
        CycleName::Given(first)
    } else {
        values.push(first);
        CycleName::Values(written.into())
    };
    while reader.skip(',') {
        if !reader.is_at_end() {
            values.push(reader.expr()?);
        }
    }
    reader.end()?;
    Ok(Parsed::shown(Kind::Cycle(Box::new(Cycle { name, values }))))
}

//! `if`, `unless`, `case`.

use crate::ast::{Case, CaseBranch, If, Kind};
use crate::expr::{Condition, Reader, Token};
use crate::lexer::LexError;
use crate::parser::{Parsed, Parser, TagAt, drop_blank_text};

pub(super) fn parse_if<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    branches(parser, tag, false, &["elsif", "else", "endif"])
}

pub(super) fn parse_unless<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    branches(parser, tag, true, &["elsif", "else", "endunless"])
}

fn condition(tag: TagAt<'_>) -> Result<Condition, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    if reader.is_at_end() {
        return Err(LexError { message: format!("'{}' needs a condition", tag.name), at: tag.at });
    }
    reader.condition()
}

fn branches<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>, is_unless: bool, ends: &[&str]) -> Result<Parsed, LexError> {
    let mut result = If { is_unless, branches: Vec::new(), otherwise: Vec::new() };
    let mut is_blank = true;
    let mut current = Some(condition(tag)?);
    let mut has_else = false;
    loop {
        let body = parser.block(ends, Some(tag))?;
        is_blank &= body.is_blank;
        match current.take() {
            Some(condition) => result.branches.push((condition, body.nodes)),
            None if !has_else => {
                has_else = true;
                result.otherwise = body.nodes;
            }
            None => {} // Anything after the first else can never show.
        }
        match body.end {
            Some(next) if next.name == "elsif" && !has_else => current = Some(condition(next)?),
            Some(next) if next.name == "elsif" || next.name == "else" => {}
            _ => break,
        }
    }
    if is_blank {
        result.branches.iter_mut().for_each(|(_, block)| drop_blank_text(block));
        drop_blank_text(&mut result.otherwise);
    }
    Ok(Parsed { nodes: vec![Kind::If(Box::new(result))], is_blank })
}

pub(super) fn parse_case<'s>(parser: &mut Parser<'s>, tag: TagAt<'s>) -> Result<Parsed, LexError> {
    const ENDS: &[&str] = &["when", "else", "endcase"];
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    let mut result = Case { value: reader.expr()?, branches: Vec::new() };
    reader.end()?;
    let mut end = parser.block(ENDS, Some(tag))?.end; // What stands before the first 'when' never shows.
    let mut is_blank = true;
    while let Some(next) = end.filter(|next| next.name != "endcase") {
        let values = if next.name == "when" { Some(when_values(next)?) } else { None };
        let body = parser.block(ENDS, Some(tag))?;
        is_blank &= body.is_blank;
        result.branches.push(match values {
            Some(values) => CaseBranch::When(values, body.nodes),
            None => CaseBranch::Else(body.nodes),
        });
        end = body.end;
    }
    if is_blank {
        for branch in &mut result.branches {
            let (CaseBranch::When(_, block) | CaseBranch::Else(block)) = branch;
            drop_blank_text(block);
        }
    }
    Ok(Parsed { nodes: vec![Kind::Case(Box::new(result))], is_blank })
}

/// `a, b or c`.
fn when_values(tag: TagAt<'_>) -> Result<Vec<crate::expr::Expr>, LexError> {
    let mut reader = Reader::new(tag.markup, tag.markup_at)?;
    let mut values = vec![reader.expr()?];
    loop {
        match reader.peek() {
            Token::End => return Ok(values),
            Token::Mark(',') | Token::Ident("or") => {
                reader.advance();
                values.push(reader.expr()?);
            }
            _ => return reader.expected("',' or 'or'"),
        }
    }
}

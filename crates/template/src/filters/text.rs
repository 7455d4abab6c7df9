//! Filters on text.

use super::{Answer, Args, integer};
use crate::budget::Budget;
use crate::context::OutputContext;
use crate::escape;
use crate::value::{Val, to_text};
use std::rc::Rc;

/// What `truncate` and `truncatewords` do without arguments.
const TRUNCATE_CHARS: i64 = 50;
const TRUNCATE_WORDS: i64 = 15;
const ELLIPSIS: &str = "...";

/// Joins two texts. When one is already safe HTML, the other is made so, and the whole stays safe.
fn glue<'a>(left: &Val<'a>, right: &Val<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (a, b) = (to_text(left), to_text(right));
    budget.text(a.len() + b.len())?;
    let is_safe = matches!(left, Val::Safe(_)) || matches!(right, Val::Safe(_));
    if is_safe && budget.ctx.output == OutputContext::Html {
        let piece = |value: &Val<'a>, text: &str, out: &mut String| match value {
            Val::Safe(_) => out.push_str(text),
            _ => escape::push_html(text, out),
        };
        let mut out = String::with_capacity(a.len() + b.len());
        piece(left, &a, &mut out);
        piece(right, &b, &mut out);
        return Ok(Val::Safe(Rc::from(out)));
    }
    budget.new_text([&*a, &*b].concat())
}

/// Applies `change` to the text and keeps it safe when it was: for changes that cannot make markup.
fn trimmed<'a>(value: Val<'a>, budget: &mut Budget<'a>, change: impl Fn(&str) -> &str) -> Answer<'a> {
    if let Val::Safe(text) = &value {
        return Ok(Val::Safe(Rc::from(change(text))));
    }
    let text = change(&to_text(&value)).to_string();
    budget.new_text(text)
}

pub(super) fn append<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    glue(&value, &args.val(0), budget)
}

pub(super) fn prepend<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    glue(&args.val(0), &value, budget)
}

pub(super) fn capitalize<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    budget.new_text(first + &chars.as_str().to_lowercase())
}

pub(super) fn upcase<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    budget.new_text(to_text(&value).to_uppercase())
}

pub(super) fn downcase<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    budget.new_text(to_text(&value).to_lowercase())
}

pub(super) fn strip<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    trimmed(value, budget, str::trim)
}

pub(super) fn lstrip<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    trimmed(value, budget, str::trim_start)
}

pub(super) fn rstrip<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    trimmed(value, budget, str::trim_end)
}

pub(super) fn strip_newlines<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value).replace("\r\n", "").replace('\n', "");
    match value {
        Val::Safe(_) => Ok(Val::Safe(Rc::from(text))),
        _ => budget.new_text(text),
    }
}

/// In HTML the text is escaped first, so that only the line breaks are markup.
pub(super) fn newline_to_br<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let is_html = budget.ctx.output == OutputContext::Html;
    let text = match &value {
        Val::Safe(text) => text.to_string(),
        other if is_html => escape::html(&to_text(other)),
        other => to_text(other).into_owned(),
    };
    let broken = text.replace("\r\n", "\n").replace('\n', "<br />\n");
    budget.text(broken.len())?;
    Ok(if is_html { Val::Safe(Rc::from(broken)) } else { Val::text(broken) })
}

/// Drops scripts, styles and comments with their inside, then every other tag.
pub(super) fn strip_html<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut unclosed = [false; 3]; // Each end mark is searched for in vain at most once.
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let blocks = [("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>")];
        let inside = blocks.iter().enumerate().find_map(|(i, (open, close))| {
            if unclosed[i] || !tag.get(..open.len()).is_some_and(|start| start.eq_ignore_ascii_case(open)) {
                return None;
            }
            let end = find_ignoring_case(tag, close);
            unclosed[i] = end.is_none();
            end.map(|end| end + close.len())
        });
        match inside.or_else(|| tag.find('>').map(|end| end + 1)) {
            Some(end) => rest = &tag[end..],
            None => {
                rest = tag;
                break;
            }
        }
    }
    out.push_str(rest);
    budget.new_text(out)
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes().windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// The length is asked for before the text is built: a replacement can multiply it.
fn replaced<'a>(value: Val<'a>, from: &str, to: &str, budget: &mut Budget<'a>) -> Answer<'a> {
    let text = to_text(&value);
    budget.text(text.len())?;
    let count = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    budget.text(text.len().saturating_sub(count * from.len()).saturating_add(count.saturating_mul(to.len())))?;
    Ok(Val::text(text.replace(from, to)))
}

fn spliced<'a>(text: &str, at: Option<usize>, from: &str, to: &str, budget: &mut Budget<'a>) -> Answer<'a> {
    match at {
        Some(at) => {
            budget.text(text.len() + to.len())?;
            Ok(Val::text([&text[..at], to, &text[at + from.len()..]].concat()))
        }
        None => budget.new_text(text.to_string()),
    }
}

pub(super) fn remove<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    replaced(value, &to_text(&args.val(0)), "", budget)
}

pub(super) fn remove_first<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, from) = (to_text(&value), args.val(0));
    let from = to_text(&from);
    spliced(&text, text.find(&*from), &from, "", budget)
}

pub(super) fn remove_last<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, from) = (to_text(&value), args.val(0));
    let from = to_text(&from);
    spliced(&text, text.rfind(&*from), &from, "", budget)
}

pub(super) fn replace<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    replaced(value, &to_text(&args.val(0)), &to_text(&args.val(1)), budget)
}

pub(super) fn replace_first<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, from, to) = (to_text(&value), args.val(0), args.val(1));
    let from = to_text(&from);
    spliced(&text, text.find(&*from), &from, &to_text(&to), budget)
}

pub(super) fn replace_last<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, from, to) = (to_text(&value), args.val(0), args.val(1));
    let from = to_text(&from);
    spliced(&text, text.rfind(&*from), &from, &to_text(&to), budget)
}

/// A space cuts at any whitespace, nothing cuts into letters; empty pieces at the end are dropped.
pub(super) fn split<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let (text, by) = (to_text(&value), args.val(0));
    let by = to_text(&by);
    budget.text(text.len())?;
    let mut pieces: Vec<Val<'a>> = Vec::new();
    let add = |piece: &str, pieces: &mut Vec<Val<'a>>, budget: &mut Budget<'a>| {
        pieces.push(Val::text(piece));
        budget.steps(1)
    };
    match &*by {
        "" => text.chars().try_for_each(|c| add(c.encode_utf8(&mut [0; 4]), &mut pieces, budget))?,
        " " => text.split_whitespace().try_for_each(|piece| add(piece, &mut pieces, budget))?,
        by => text.split(by).try_for_each(|piece| add(piece, &mut pieces, budget))?,
    }
    while pieces.last().is_some_and(|piece| piece.as_str() == Some("")) {
        pieces.pop();
    }
    Ok(Val::list(pieces))
}

pub(super) fn truncate<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    if value.is_nil() {
        return Ok(value);
    }
    let length = usize::try_from(args.get(0).map_or(Ok(TRUNCATE_CHARS), integer)?).unwrap_or(0);
    let ending = args.get(1).map_or(ELLIPSIS.into(), |ending| to_text(ending));
    let text = to_text(&value);
    budget.text(text.len())?;
    if text.chars().nth(length).is_none() {
        return budget.new_text(text.to_string());
    }
    let keep = length.saturating_sub(ending.chars().count());
    let end = text.char_indices().nth(keep).map_or(text.len(), |(at, _)| at);
    budget.new_text([&text[..end], &ending].concat())
}

pub(super) fn truncatewords<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    if value.is_nil() {
        return Ok(value);
    }
    let count = usize::try_from(args.get(0).map_or(Ok(TRUNCATE_WORDS), integer)?).unwrap_or(0).max(1);
    let ending = args.get(1).map_or(ELLIPSIS.into(), |ending| to_text(ending));
    let text = to_text(&value);
    budget.text(text.len())?;
    if text.split_whitespace().nth(count).is_none() {
        return budget.new_text(text.to_string());
    }
    let kept: Vec<&str> = text.split_whitespace().take(count).collect();
    budget.new_text(kept.join(" ") + &ending)
}

/// From where (from the end when negative) and how much, of characters or elements.
pub(super) fn slice<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let offset = integer(&args.val(0))?;
    let length = match args.get(1) {
        Some(length) if !length.is_nil() => integer(length)?,
        _ => 1,
    };
    let is_list = matches!(value.kind(), "a list");
    let text = to_text(if is_list { &Val::Nil } else { &value }).into_owned();
    budget.text(text.len())?;
    let size = if is_list { value.size() } else { text.chars().count() as i64 };
    let start = if offset < 0 { offset.saturating_add(size) } else { offset };
    let end = start.saturating_add(length.max(0)).min(size);
    if start < 0 || end < start {
        return Ok(if is_list { Val::list(Vec::new()) } else { Val::text("") });
    }
    let (skip, take) = (start as usize, (end - start) as usize);
    budget.steps(take as u64)?;
    if is_list {
        return Ok(Val::list((start..end).map(|at| value.index(&Val::Int(at))).collect()));
    }
    Ok(Val::text(text.chars().skip(skip).take(take).collect::<String>()))
}

//! Cuts a template into text, outputs `{{ }}` and tags `{% %}`.
//!
//! Raw text, comments and doc blocks are dealt with here, because nothing inside them is Liquid.
//! One pass, linear in the length. Offsets are bytes.

use std::ops::Range;

/// One piece of a template. `at` is where the piece starts, `markup_at` where its inside starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<'s> {
    /// Whitespace control has been applied already.
    Text {
        text: &'s str,
    },
    /// The inside of `{% raw %}`.
    Raw {
        text: &'s str,
    },
    Output {
        markup: &'s str,
        at: usize,
        markup_at: usize,
    },
    Tag {
        name: &'s str,
        markup: &'s str,
        at: usize,
        markup_at: usize,
    },
}

#[derive(Debug)]
pub(crate) struct LexError {
    pub message: String,
    pub at: usize,
}

impl LexError {
    fn new(message: impl Into<String>, at: usize) -> LexError {
        LexError { message: message.into(), at }
    }
}

/// A `{{ }}` or `{% %}` of the source: what it covers and its trimmed inside.
struct Delimited<'s> {
    is_tag: bool,
    start: usize,
    end: usize,
    inner: &'s str,
    inner_at: usize,
    trims_before: bool,
    trims_after: bool,
}

pub(crate) struct Lexed<'s> {
    pub pieces: Vec<Piece<'s>>,
    /// Everything that is Liquid, in order: whole raw, comment and doc blocks count as one.
    pub spans: Vec<Range<usize>>,
}

pub(crate) fn lex(source: &str) -> Result<Lexed<'_>, LexError> {
    let mut lexed = Lexed { pieces: Vec::new(), spans: Vec::new() };
    let mut at = 0;
    let mut trim_next = false;
    while let Some(found) = next_delimited(source, at)? {
        push_text(&mut lexed, &source[at..found.start], trim_next, found.trims_before);
        let start = found.start;
        let (end, trims_after) = take(source, found, &mut lexed)?;
        lexed.spans.push(start..end);
        at = end;
        trim_next = trims_after;
    }
    push_text(&mut lexed, &source[at..], trim_next, false);
    Ok(lexed)
}

fn push_text<'s>(lexed: &mut Lexed<'s>, text: &'s str, trim_start: bool, trim_end: bool) {
    let text = if trim_start { text.trim_start() } else { text };
    let text = if trim_end { text.trim_end() } else { text };
    if !text.is_empty() {
        lexed.pieces.push(Piece::Text { text });
    }
}

/// Finds the next `{{ }}` or `{% %}` at or after `from`. The first closing mark ends it, quotes or not.
fn next_delimited(source: &str, from: usize) -> Result<Option<Delimited<'_>>, LexError> {
    let bytes = source.as_bytes();
    let mut search = from;
    let start = loop {
        match source[search..].find('{') {
            None => return Ok(None),
            Some(offset) => match bytes.get(search + offset + 1) {
                Some(b'{' | b'%') => break search + offset,
                _ => search += offset + 1,
            },
        }
    };
    let is_tag = bytes[start + 1] == b'%';
    let close = if is_tag { "%}" } else { "}}" };
    let Some(length) = source[start + 2..].find(close) else {
        let what = if is_tag { "tag is not closed: '%}'" } else { "output is not closed: '}}'" };
        return Err(LexError::new(format!("this {what} is missing"), start));
    };
    let mut inner = &source[start + 2..start + 2 + length];
    let mut inner_at = start + 2;
    let trims_before = inner.starts_with('-');
    if trims_before {
        inner = &inner[1..];
        inner_at += 1;
    }
    let trims_after = inner.ends_with('-');
    if trims_after {
        inner = &inner[..inner.len() - 1];
    }
    inner_at += inner.len() - inner.trim_start().len();
    let end = start + 2 + length + 2;
    Ok(Some(Delimited { is_tag, start, end, inner: inner.trim(), inner_at, trims_before, trims_after }))
}

/// Splits `name rest`; the name is word characters, or `#` for a comment.
pub(crate) fn split_name(inner: &str) -> (&str, &str, usize) {
    if let Some(comment) = inner.strip_prefix('#') {
        return ("#", comment, 1);
    }
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
    let rest = &inner[end..];
    let trimmed = rest.trim_start();
    (&inner[..end], trimmed, end + rest.len() - trimmed.len())
}

/// Adds the piece and answers where it ends and whether the text after it is trimmed.
fn take<'s>(source: &'s str, found: Delimited<'s>, lexed: &mut Lexed<'s>) -> Result<(usize, bool), LexError> {
    let after = (found.end, found.trims_after);
    if !found.is_tag {
        lexed.pieces.push(Piece::Output { markup: found.inner, at: found.start, markup_at: found.inner_at });
        return Ok(after);
    }
    let (name, markup, markup_offset) = split_name(found.inner);
    match name {
        "raw" => take_raw(source, &found, lexed),
        "comment" => skip_comment(source, &found),
        "doc" => skip_doc(source, &found, markup),
        "#" => {
            check_inline_comment(found.inner, found.start)?;
            Ok(after)
        }
        _ => {
            lexed.pieces.push(Piece::Tag { name, markup, at: found.start, markup_at: found.inner_at + markup_offset });
            Ok(after)
        }
    }
}

/// Every line of an inline comment starts with `#`, so that half a tag is not hidden by mistake.
fn check_inline_comment(inner: &str, at: usize) -> Result<(), LexError> {
    match inner.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        Some(_) => Err(LexError::new("each line of a '#' comment must start with '#'", at)),
        None => Ok(()),
    }
}

fn take_raw<'s>(source: &'s str, found: &Delimited<'s>, lexed: &mut Lexed<'s>) -> Result<(usize, bool), LexError> {
    let Some(close) = find_close(source, found.end, "endraw") else {
        return Err(LexError::new("'raw' is not closed: '{% endraw %}' is missing", found.start));
    };
    let mut text = &source[found.end..close.start];
    if found.trims_after {
        text = text.trim_start();
    }
    if close.trims_before {
        text = text.trim_end();
    }
    if !text.is_empty() {
        lexed.pieces.push(Piece::Raw { text });
    }
    Ok((close.end, close.trims_after))
}

struct Close {
    start: usize,
    end: usize,
    trims_before: bool,
    trims_after: bool,
}

/// Finds `{% name %}` without reading anything else as Liquid.
fn find_close(source: &str, from: usize, name: &str) -> Option<Close> {
    let mut search = from;
    while let Some(offset) = source[search..].find("{%") {
        let start = search + offset;
        let inside = &source[start + 2..];
        let trims_before = inside.starts_with('-');
        let word = inside[usize::from(trims_before)..].trim_start();
        if let Some(rest) = word.strip_prefix(name) {
            let rest = rest.trim_start();
            let trims_after = rest.starts_with('-');
            if let Some(tail) = rest[usize::from(trims_after)..].strip_prefix("%}") {
                return Some(Close { start, end: source.len() - tail.len(), trims_before, trims_after });
            }
        }
        search = start + 2;
    }
    None
}

/// Comments nest, and a raw block inside one hides its text.
fn skip_comment(source: &str, found: &Delimited<'_>) -> Result<(usize, bool), LexError> {
    let unclosed = || LexError::new("'comment' is not closed: '{% endcomment %}' is missing", found.start);
    let mut depth = 1;
    let mut at = found.end;
    loop {
        let offset = source[at..].find("{%").ok_or_else(unclosed)?;
        let inner_start = at + offset + 2;
        let length = source[inner_start..].find("%}").ok_or_else(unclosed)?;
        let inner = &source[inner_start..inner_start + length];
        at = inner_start + length + 2;
        let word = inner.strip_prefix('-').unwrap_or(inner).trim_start();
        match split_name(word).0 {
            "comment" => depth += 1,
            "endcomment" => depth -= 1,
            "raw" => at = find_close(source, at, "endraw").ok_or_else(unclosed)?.end,
            _ => {}
        }
        if depth == 0 {
            return Ok((at, inner.ends_with('-')));
        }
    }
}

fn skip_doc(source: &str, found: &Delimited<'_>, markup: &str) -> Result<(usize, bool), LexError> {
    if !markup.is_empty() {
        return Err(LexError::new("'doc' takes nothing after its name", found.start));
    }
    let Some(close) = find_close(source, found.end, "enddoc") else {
        return Err(LexError::new("'doc' is not closed: '{% enddoc %}' is missing", found.start));
    };
    if find_close(&source[..close.start], found.end, "doc").is_some() {
        return Err(LexError::new("'doc' cannot stand inside 'doc'", found.start));
    }
    Ok((close.end, close.trims_after))
}

/// The lines of `{% liquid %}` as tags. `base` is the offset of `markup` in the source.
pub(crate) fn lex_lines(markup: &str, base: usize) -> Result<Vec<Piece<'_>>, LexError> {
    let mut pieces = Vec::new();
    let mut comment_depth = 0;
    let mut at = base;
    let mut comment_at = base;
    for line in markup.split('\n') {
        let inner = line.trim();
        let inner_at = at + (line.len() - line.trim_start().len());
        at += line.len() + 1;
        let (name, rest, rest_offset) = split_name(inner);
        match name {
            "comment" => {
                comment_depth += 1;
                comment_at = inner_at;
            }
            "endcomment" if 0 < comment_depth => comment_depth -= 1,
            _ if 0 < comment_depth || inner.is_empty() || name == "#" => {}
            _ => pieces.push(Piece::Tag { name, markup: rest, at: inner_at, markup_at: inner_at + rest_offset }),
        }
    }
    if 0 < comment_depth {
        return Err(LexError::new("'comment' is not closed: 'endcomment' is missing", comment_at));
    }
    Ok(pieces)
}

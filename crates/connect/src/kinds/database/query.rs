//! The text of a query: one SELECT, with `:since` where the cursor belongs.

use super::EngineKind;
use crate::error::Fault;
use crate::limits::QUERY_CHARS_MAX;
use base::Json;

/// A query cut at its `:since`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query(Vec<String>);

impl Query {
    /// Refuses what is no single SELECT. That nothing is written is not this check's work: the session cannot write.
    pub fn read(text: &str, engine: EngineKind) -> Result<Self, String> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if text.chars().count() > QUERY_CHARS_MAX || text.contains('\0') {
            return Err(format!("a query has at most {QUERY_CHARS_MAX} characters"));
        }
        let first: String = text.chars().take_while(|letter| letter.is_ascii_alphabetic()).collect();
        if !["select", "with"].contains(&first.to_lowercase().as_str()) {
            return Err("a query begins with SELECT or WITH".into());
        }
        cut(text, engine)
    }

    pub fn has_since(&self) -> bool {
        self.0.len() > 1
    }

    pub fn with(&self, since: &str) -> String {
        self.0.join(since)
    }
}

/// Cuts at `:since`, but not inside texts, names and comments. Refuses a second statement, and brackets that would end
/// the subquery this text becomes. What one engine takes for a text and this reading does not, is refused.
fn cut(text: &str, engine: EngineKind) -> Result<Query, String> {
    let bytes = text.as_bytes();
    let (is_mysql, is_sqlite) = (engine == EngineKind::Mysql, engine == EngineKind::Sqlite);
    let is_postgres = engine == EngineKind::Postgres;
    let (mut parts, mut start, mut at, mut open) = (Vec::new(), 0, 0, 0_u32);
    while at < bytes.len() {
        let rest = &text[at..];
        match bytes[at] {
            quote @ (b'\'' | b'"') => at += 1 + closing(&rest[1..], char::from(quote))?,
            b'`' if !is_postgres => at += 1 + closing(&rest[1..], '`')?,
            b'[' if is_sqlite => at += 1 + closing(&rest[1..], ']')?,
            b'-' if rest.starts_with("--") => {
                // To MySQL 1--1 is 2.
                if is_mysql && rest[2..].starts_with(|next: char| !next.is_ascii_whitespace()) {
                    return Err("write a space after --, or between the two signs".into());
                }
                at += line_comment(rest, !is_postgres);
            }
            b'#' if is_mysql => at += line_comment(rest, true),
            b'/' if rest.starts_with("/*") => {
                // What stands in these is carried out by MySQL and MariaDB, or changes how they carry out.
                if is_mysql && ["/*!", "/*M!", "/*+"].iter().any(|mark| rest.starts_with(mark)) {
                    return Err("leave out comments that begin with /*!, /*M! or /*+".into());
                }
                at += comment(rest, is_postgres)?;
            }
            b';' => return Err("only one statement is asked; there is a second after \";\"".into()),
            b'(' => (open, at) = (open + 1, at + 1),
            b')' => (open, at) = (open.checked_sub(1).ok_or("a \")\" has no \"(\" before it")?, at + 1),
            b':' if rest.starts_with("::") && is_postgres => at += 2,
            b':' if is_since(rest) => {
                // A sign before it and a negative number in it would begin a comment.
                let stands_alone = |before: char| before.is_whitespace() || "(,=<>".contains(before);
                if !text[..at].chars().next_back().is_some_and(stands_alone) {
                    return Err("write a space before :since".into());
                }
                parts.push(text[start..at].to_owned());
                at += ":since".len();
                start = at;
            }
            b':' | b'$' | b'@' | b'#' if is_sqlite => return Err("the only variable of a query is :since".into()),
            b':' | b'@' | b'?' if is_mysql => return Err("the only variable of a query is :since".into()),
            b'$' if is_postgres && is_dollar_quote(rest) => {
                return Err("write texts in single quotation marks, not in $$".into());
            }
            b'e' | b'E' if rest[1..].starts_with('\'') && is_postgres && text.contains("\\'") => {
                return Err("a text with a backslash before a quotation mark: write two quotation marks".into());
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    if open > 0 {
        return Err("a \"(\" is not closed".into());
    }
    parts.push(text[start..].to_owned());
    Ok(Query(parts))
}

/// Bytes of a comment to the end of its line; PostgreSQL ends lines at a carriage return, too.
fn line_comment(rest: &str, only_newline: bool) -> usize {
    rest.find(|letter| letter == '\n' || (letter == '\r' && !only_newline)).unwrap_or(rest.len())
}

/// Bytes of a comment; those of PostgreSQL nest.
fn comment(rest: &str, nests: bool) -> Result<usize, String> {
    let (mut at, mut open) = (2, 1);
    while open > 0 {
        match &rest.as_bytes()[at..] {
            [] => return Err("a comment is not closed".into()),
            [b'*', b'/', ..] => (open, at) = (open - 1, at + 2),
            [b'/', b'*', ..] if nests => (open, at) = (open + 1, at + 2),
            _ => at += 1,
        }
    }
    Ok(at)
}

/// `$$` or `$name$` begins a text of PostgreSQL.
fn is_dollar_quote(rest: &str) -> bool {
    rest[1..]
        .trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || letter == '_' || !letter.is_ascii())
        .starts_with('$')
}

/// Bytes to the closing mark and over it.
fn closing(rest: &str, quote: char) -> Result<usize, String> {
    rest.find(quote).map(|end| end + 1).ok_or_else(|| format!("a {quote} is not closed"))
}

fn is_since(rest: &str) -> bool {
    let after = rest.strip_prefix(":since").map(|after| after.chars().next());
    after.is_some_and(|next| next.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_'))
}

/// A cursor as SQL. It comes from somebody else's database and goes into a statement: numbers, and texts of letters that
/// mean nothing in SQL.
pub(super) fn literal(cursor: &Json) -> Result<String, Fault> {
    const CHARS_MAX: usize = 100;
    match cursor {
        Json::Number(number) => Ok(number.to_string()),
        Json::String(text) => {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || " :.+-_/".contains(letter);
            // Two hyphens begin a comment, but not inside a text; the quotation marks are ours.
            if text.len() > CHARS_MAX || !text.chars().all(plain) {
                let detail = "the cursor column holds texts that cannot be compared safely; choose a number or a time";
                return Err(Fault::new("cursor_not_usable", detail));
            }
            Ok(format!("'{text}'"))
        }
        _ => Err(Fault::new("cursor_not_usable", "the cursor column must hold numbers, times or plain texts")),
    }
}

/// A name as SQL has it, in quotation marks.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

//! The text of a query: one SELECT, with `:since` where the cursor belongs.

use crate::error::Fault;
use crate::limits::QUERY_CHARS_MAX;
use base::Json;

/// A query cut at its `:since`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query(Vec<String>);

impl Query {
    /// Refuses what is no single SELECT. That nothing is written is not this check's work: the session cannot write.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches(';').trim_end();
        if text.chars().count() > QUERY_CHARS_MAX || text.contains('\0') {
            return Err(format!("a query has at most {QUERY_CHARS_MAX} characters"));
        }
        let first: String = text.chars().take_while(|letter| letter.is_ascii_alphabetic()).collect();
        if !["select", "with"].contains(&first.to_lowercase().as_str()) {
            return Err("a query begins with SELECT or WITH".into());
        }
        cut(text)
    }

    pub fn has_since(&self) -> bool {
        self.0.len() > 1
    }

    pub fn with(&self, since: &str) -> String {
        self.0.join(since)
    }
}

/// Cuts at `:since`, but not inside texts, names and comments, and refuses a second statement.
fn cut(text: &str) -> Result<Query, String> {
    let bytes = text.as_bytes();
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at < bytes.len() {
        let rest = &text[at..];
        match bytes[at] {
            quote @ (b'\'' | b'"') => at += 1 + closing(&rest[1..], char::from(quote))?,
            b'-' if rest.starts_with("--") => at += rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => at += rest.find("*/").ok_or("a comment is not closed")? + 2,
            b';' => return Err("only one statement is asked; there is a second after \";\"".into()),
            b':' if rest.starts_with("::") => at += 2,
            b':' if is_since(rest) => {
                parts.push(text[start..at].to_owned());
                at += ":since".len();
                start = at;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push(text[start..].to_owned());
    Ok(Query(parts))
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

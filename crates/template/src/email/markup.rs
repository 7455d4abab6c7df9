//! Reads MJML or HTML just far enough to know where each piece of Liquid stands, and that the markup is not hostile.
//!
//! One pass, linear. Not a parser of the markup: that is the work of the libraries behind it.

use std::ops::Range;

/// The libraries behind this follow elements by recursion; real messages nest 30 to 50 deep.
const ELEMENT_DEPTH_MAX: usize = 150;
/// `<b>` closed by the end of another element is reopened by HTML parsers, again and again.
const MISNESTED_MAX: usize = 50;

/// Where a piece of Liquid stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where text is allowed.
    Text,
    /// Between rows, columns or sections, where text would be moved or dropped.
    Structure,
    /// In a title, a style or a preview, where a comment would be text.
    RawText,
    AttributeValue,
    /// Inside a tag, but not in a value.
    Tag,
    ElementName,
    Comment,
}

#[derive(Debug, Default)]
pub(super) struct Scan<'s> {
    /// One for each span.
    pub places: Vec<Place>,
    pub elements: Vec<Element<'s>>,
}

/// A start tag.
#[derive(Debug)]
pub(super) struct Element<'s> {
    pub name: &'s str,
    pub at: usize,
    /// The inside of the tag, after the name.
    pub attributes: &'s str,
    /// What follows the tag.
    pub content_at: usize,
}

#[derive(Debug)]
pub(super) struct MarkupError {
    pub message: String,
    pub at: usize,
}

#[rustfmt::skip]
const STRUCTURE: &[&str] = &[
    "mjml", "mj-head", "mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero", "mj-navbar", "mj-social", "mj-carousel",
    "mj-accordion", "mj-accordion-element", "mj-table", "table", "tbody", "thead", "tfoot", "tr", "colgroup", "select", "html", "head", "",
];
const RAW_TEXT: &[&str] =
    &["title", "style", "script", "textarea", "mj-title", "mj-style", "mj-preview", "mj-accordion-title"];
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
const FORMATTING: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements that a second one of their kind closes.
const SELF_CLOSING_SIBLINGS: &[&str] = &["p", "li", "td", "th", "tr", "option", "dt", "dd"];

struct Scanner<'s, 'p> {
    source: &'s str,
    spans: &'p [Range<usize>],
    next_span: usize,
    at: usize,
    open: Vec<&'s str>,
    misnested: usize,
    scan: Scan<'s>,
}

pub(super) fn scan<'s>(source: &'s str, spans: &[Range<usize>]) -> Result<Scan<'s>, MarkupError> {
    let mut scanner =
        Scanner { source, spans, next_span: 0, at: 0, open: Vec::new(), misnested: 0, scan: Scan::default() };
    while scanner.at < source.len() {
        scanner.text()?;
    }
    Ok(scanner.scan)
}

impl<'s> Scanner<'s, '_> {
    fn byte(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'s [u8] {
        &self.source.as_bytes()[self.at..]
    }

    /// Steps over a piece of Liquid that starts here.
    fn liquid(&mut self, place: Place) -> bool {
        match self.spans.get(self.next_span) {
            Some(span) if span.start == self.at => {
                self.scan.places.push(place);
                self.at = span.end;
                self.next_span += 1;
                true
            }
            _ => false,
        }
    }

    fn text(&mut self) -> Result<(), MarkupError> {
        let parent = self.open.last().copied().unwrap_or("");
        let place = match () {
            () if is_one_of(RAW_TEXT, parent) => Place::RawText,
            () if is_one_of(STRUCTURE, parent) => Place::Structure,
            () => Place::Text,
        };
        if self.liquid(place) {
            return Ok(());
        }
        if self.byte() != Some(b'<') {
            self.at += 1;
            return Ok(());
        }
        let is_raw = place == Place::RawText && !parent.starts_with("mj-");
        match self.rest().get(1) {
            Some(b'/') => self.close_tag(is_raw.then_some(parent)),
            _ if is_raw => self.at += 1,
            Some(b'!') if self.rest().starts_with(b"<!--") => self.until(b"-->", 4),
            Some(b'!' | b'?') => self.until(b">", 2),
            Some(c) if c.is_ascii_alphabetic() => return self.open_tag(),
            _ => {
                self.at += 1;
                if self.spans.get(self.next_span).is_some_and(|span| span.start == self.at) {
                    self.liquid(Place::ElementName);
                }
            }
        }
        Ok(())
    }

    /// Steps over a comment or a declaration, from `skip` bytes on until after `end`.
    fn until(&mut self, end: &[u8], skip: usize) {
        self.at += skip;
        while self.at < self.source.len() {
            if self.liquid(Place::Comment) {
                continue;
            }
            if self.rest().starts_with(end) {
                self.at += end.len();
                return;
            }
            self.at += 1;
        }
    }

    fn name(&mut self) -> &'s str {
        let start = self.at;
        while self.byte().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b':' | b'_')) {
            self.at += 1;
        }
        &self.source[start..self.at]
    }

    fn close_tag(&mut self, only: Option<&str>) {
        self.at += 2;
        let name = self.name();
        if only.is_some_and(|only| !only.eq_ignore_ascii_case(name)) {
            return;
        }
        while let Some(c) = self.byte() {
            if self.liquid(Place::Tag) {
                continue;
            }
            self.at += 1;
            if c == b'>' {
                break;
            }
        }
        if let Some(place) = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name)) {
            self.misnested += self.open[place + 1..].iter().filter(|open| is_one_of(FORMATTING, open)).count();
            self.open.truncate(place);
        }
    }

    fn open_tag(&mut self) -> Result<(), MarkupError> {
        let at = self.at;
        self.at += 1;
        let name = self.name();
        let attributes_at = self.at;
        if self.liquid(Place::ElementName) {
            return Ok(());
        }
        self.attributes();
        let attributes = &self.source[attributes_at..self.at];
        let is_closed = attributes.ends_with('/');
        self.at = (self.at + 1).min(self.source.len());
        self.scan.elements.push(Element { name, at, attributes, content_at: self.at });
        if is_closed || is_one_of(VOID, name) {
            return Ok(());
        }
        if is_one_of(SELF_CLOSING_SIBLINGS, name)
            && self.open.last().is_some_and(|open| open.eq_ignore_ascii_case(name))
        {
            self.open.pop();
        }
        self.open.push(name);
        if ELEMENT_DEPTH_MAX < self.open.len() {
            return Err(MarkupError {
                message: format!("more than {ELEMENT_DEPTH_MAX} elements inside each other"),
                at,
            });
        }
        if MISNESTED_MAX < self.misnested {
            return Err(MarkupError {
                message: "too many elements such as <b> are not closed inside the element they were opened in".into(),
                at,
            });
        }
        Ok(())
    }

    /// Steps to the `>` of the tag.
    fn attributes(&mut self) {
        let mut is_value = false; // After '=', before the value.
        while let Some(c) = self.byte() {
            match c {
                b'>' => return,
                b'"' | b'\'' if is_value => {
                    self.quoted(c);
                    is_value = false;
                }
                b'=' => {
                    is_value = true;
                    self.at += 1;
                }
                c if c.is_ascii_whitespace() => self.at += 1,
                _ if is_value => {
                    self.unquoted();
                    is_value = false;
                }
                _ => {
                    if !self.liquid(Place::Tag) {
                        self.at += 1;
                    }
                }
            }
        }
    }

    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(c) = self.byte() {
            if self.liquid(Place::AttributeValue) {
                continue;
            }
            self.at += 1;
            if c == quote {
                return;
            }
        }
    }

    fn unquoted(&mut self) {
        while let Some(c) = self.byte() {
            if self.liquid(Place::AttributeValue) {
                continue;
            }
            if c.is_ascii_whitespace() || c == b'>' {
                return;
            }
            self.at += 1;
        }
    }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

impl Element<'_> {
    /// Whether the tag has this attribute, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// The value of an attribute as written.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let bytes = self.attributes.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len()
                && !bytes[at].is_ascii_whitespace()
                && !matches!(bytes[at], b'=' | b'/' | b'"' | b'\'')
            {
                at += 1;
            }
            let found = &self.attributes[start..at];
            while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let mut value = "";
            if bytes.get(at) == Some(&b'=') {
                at += 1;
                while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                    at += 1;
                }
                let quote = bytes.get(at).copied().filter(|c| matches!(c, b'"' | b'\''));
                let from = at + usize::from(quote.is_some());
                let is_end = |c: u8| quote.map_or(c.is_ascii_whitespace(), |quote| c == quote);
                let length = bytes[from.min(bytes.len())..].iter().position(|c| is_end(*c));
                let end = length.map_or(bytes.len(), |length| from + length);
                value = self.attributes.get(from..end).unwrap_or("");
                at = end + usize::from(quote.is_some());
            } else if found.is_empty() {
                at += 1;
            }
            if found.eq_ignore_ascii_case(name) {
                return Some(value);
            }
        }
        None
    }
}

//! The plain-text part of an e-mail, made from its HTML.
//!
//! One pass without recursion: links are numbered and listed at the end, what is hidden (the preheader) is
//! skipped, an image is its alt text, a list item starts with `* `, table cells are apart by a space.

use super::entities;
use super::markup::Element;
use std::borrow::Cow;

/// Never more empty lines than one between blocks.
const LINE_ENDS_MAX: usize = 2;
const RULE: &str = "----------------------------------------";

const SKIPPED: &[&str] = &["head", "script", "style", "title", "noscript", "template", "object"];
const BLOCKS: &[&str] = &[
    "div", "table", "tr", "section", "article", "header", "footer", "address", "form", "dt", "dd", "tbody", "thead",
    "center",
];
const SPACED: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "dl"];
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends wanted before the next word.
    line_ends: usize,
    has_space: bool,
    is_preformatted: bool,
    links: Vec<String>,
    /// Open links: where their text starts in `out`, and the address.
    open_links: Vec<(usize, String)>,
}

/// The text a person reads in `html`.
pub fn html_to_text(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        rest = step(rest, &mut writer);
    }
    writer.text(rest);
    writer.finish()
}

/// Reads the markup at the start of `rest` and answers what follows it.
fn step<'h>(rest: &'h str, writer: &mut Writer) -> &'h str {
    if rest.starts_with("<!--") {
        return rest.find("-->").map_or("", |end| &rest[end + 3..]);
    }
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        Some(b'/') => {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            writer.close(name_at(rest, 2));
            &rest[end..]
        }
        Some(b'!' | b'?') => rest.find('>').map_or("", |end| &rest[end + 1..]),
        Some(c) if c.is_ascii_alphabetic() => {
            let name = name_at(rest, 1);
            let end = tag_end(rest);
            let after = &rest[(end + 1).min(rest.len())..];
            let element = Element { name, at: 0, attributes: &rest[1 + name.len()..end], content_at: 0 };
            let is_void = is_one_of(VOID, name) || element.attributes.ends_with('/');
            if !is_void && (is_one_of(SKIPPED, name) || is_hidden(&element)) {
                return skip_element(after, name);
            }
            writer.open(&element);
            after
        }
        _ => {
            writer.text("<");
            &rest[1..]
        }
    }
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

fn name_at(text: &str, start: usize) -> &str {
    let length =
        text.as_bytes()[start..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b':')).count();
    &text[start..start + length]
}

/// The offset of the `>` that ends the tag at the start, minding quotes.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.bytes().enumerate() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == b'>' => return at,
            None if (c == b'"' || c == b'\'') && text[..at].trim_end().ends_with('=') => quote = Some(c),
            None => {}
        }
    }
    text.find('>').unwrap_or(text.len())
}

fn is_hidden(element: &Element<'_>) -> bool {
    // Nearly no element is, and most have long styles: look for the words before reading the attributes.
    let words = ["none", "hidden", "None", "NONE", "Hidden", "HIDDEN"];
    if !words.iter().any(|word| element.attributes.contains(word)) {
        return false;
    }
    let style: String = element.attribute("style").unwrap_or("").split_whitespace().collect();
    let style = style.to_ascii_lowercase();
    element.has("hidden") || style.contains("display:none") || style.contains("visibility:hidden")
}

/// The name in small letters; a copy only when it has others.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(name.to_ascii_lowercase());
    }
    Cow::Borrowed(name)
}

/// What follows the end of the element, its own kind inside counted.
fn skip_element<'h>(mut rest: &'h str, name: &str) -> &'h str {
    let mut depth = 1;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        let is_close = rest.as_bytes().get(1) == Some(&b'/');
        let found = name_at(rest, 1 + usize::from(is_close));
        let end = if found.eq_ignore_ascii_case(name) { (tag_end(rest) + 1).min(rest.len()) } else { 1 };
        if found.eq_ignore_ascii_case(name) {
            let is_void = rest[..end].ends_with("/>");
            depth = if is_close { depth - 1 } else { depth + usize::from(!is_void) };
        }
        rest = &rest[end..];
        if depth == 0 {
            return rest;
        }
    }
    ""
}

impl Writer {
    fn break_lines(&mut self, count: usize) {
        self.line_ends = self.line_ends.max(count).min(LINE_ENDS_MAX);
        self.has_space = false;
    }

    /// Writes what is owed before the next word.
    fn settle(&mut self) {
        if self.out.is_empty() {
            self.line_ends = 0;
            self.has_space = false;
        }
        if 0 < self.line_ends {
            let present = self.out.bytes().rev().take_while(|b| *b == b'\n').count();
            (present..self.line_ends).for_each(|_| self.out.push('\n'));
        } else if self.has_space && !self.out.ends_with(['\n', ' ']) {
            self.out.push(' ');
        }
        self.line_ends = 0;
        self.has_space = false;
    }

    fn text(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let text: Cow<'_, str> = entities::decode(raw);
        if self.is_preformatted {
            self.settle();
            self.out.push_str(&text);
            return;
        }
        for c in text.chars() {
            match c {
                '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{ad}' | '\u{34f}' | '\u{feff}' => {} // Invisible padding.
                c if c.is_whitespace() => self.has_space = true,
                c => {
                    if self.has_space || 0 < self.line_ends {
                        self.settle();
                    }
                    self.out.push(c);
                }
            }
        }
    }

    fn open(&mut self, element: &Element<'_>) {
        let name = lower(element.name);
        match &*name {
            "br" => {
                self.line_ends = (self.line_ends + 1).min(LINE_ENDS_MAX);
                self.has_space = false;
            }
            "hr" => {
                self.break_lines(1);
                self.text(RULE);
                self.break_lines(1);
            }
            "li" => {
                self.break_lines(1);
                self.settle();
                self.out.push_str("* ");
            }
            "td" | "th" => self.has_space = true,
            "img" => {
                if let Some(alt) = element.attribute("alt") {
                    self.text(alt);
                }
            }
            "a" => {
                let address = entities::decode(element.attribute("href").unwrap_or("").trim()).into_owned();
                self.open_links.push((self.out.len(), address));
            }
            "pre" => {
                self.break_lines(2);
                self.is_preformatted = true;
            }
            name if SPACED.contains(&name) => self.break_lines(2),
            name if BLOCKS.contains(&name) => self.break_lines(1),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let name = lower(name);
        match &*name {
            "a" => self.close_link(),
            "li" => self.break_lines(1),
            "pre" => {
                self.is_preformatted = false;
                self.break_lines(2);
            }
            name if SPACED.contains(&name) => self.break_lines(2),
            name if BLOCKS.contains(&name) => self.break_lines(1),
            _ => {}
        }
    }

    fn close_link(&mut self) {
        let Some((from, address)) = self.open_links.pop() else {
            return;
        };
        let address_lower = address.to_ascii_lowercase();
        let is_shown =
            ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address_lower.starts_with(scheme));
        let text = self.out.get(from..).unwrap_or("").trim();
        let bare = address.split_once(':').map_or(address.as_str(), |(_, rest)| rest.trim_start_matches('/'));
        if !is_shown || text.is_empty() || text == address || text == bare {
            return;
        }
        let number = match self.links.iter().position(|link| *link == address) {
            Some(at) => at + 1,
            None => {
                self.links.push(address);
                self.links.len()
            }
        };
        self.out.push_str(&format!(" [{number}]"));
    }

    fn finish(mut self) -> String {
        let mut out = self.out.trim().to_string();
        if !self.links.is_empty() {
            out.push_str("\n\n");
            for (at, link) in self.links.drain(..).enumerate() {
                out.push_str(&format!("[{}] {link}\n", at + 1));
            }
        }
        out.trim_end().to_string()
    }
}

//! Makes a value harmless in the place it is written to.

use crate::context::OutputContext;

/// Appends `text` to `out`, made harmless for `context`.
pub(crate) fn push_escaped(context: OutputContext, text: &str, out: &mut String) {
    match context {
        OutputContext::Text => out.push_str(text),
        OutputContext::Html => push_html(text, out),
        OutputContext::Header => out.extend(text.chars().filter(|c| !c.is_control())),
        OutputContext::Url => push_url(text, out),
        OutputContext::Json => push_json(text, out),
    }
}

/// Replaces the five characters that mean something in HTML text or a quoted attribute value.
pub(crate) fn push_html(text: &str, out: &mut String) {
    let mut clean_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.push_str(&text[clean_from..at]);
        out.push_str(entity);
        clean_from = at + 1;
    }
    out.push_str(&text[clean_from..]);
}

/// As [`push_html`], into a new string.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push_html(text, &mut out);
    out
}

/// RFC 3986: everything but unreserved characters is percent-encoded.
fn push_url(text: &str, out: &mut String) {
    use std::fmt::Write;
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The inside of a JSON string; `<` too, so that it may stand in a script element.
fn push_json(text: &str, out: &mut String) {
    use std::fmt::Write;
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

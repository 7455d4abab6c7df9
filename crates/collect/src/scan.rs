//! One pass over the text of an event for what a JSON parser that skips values does not see: nesting too deep,
//! NUL characters (PostgreSQL cannot store them), half surrogates and numbers beyond `f64`, on which a later
//! reader would stumble. The text must be syntactically valid JSON already.

use crate::limits::DEPTH_MAX;
use memchr::memchr2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    TooDeep,
    Nul,
    HalfSurrogate,
    NumberTooLarge,
}

impl Flaw {
    pub fn code(self) -> &'static str {
        match self {
            Flaw::TooDeep => "too_deep",
            Flaw::Nul => "nul_character",
            Flaw::HalfSurrogate => "invalid_unicode",
            Flaw::NumberTooLarge => "number_too_large",
        }
    }
    pub fn detail(self) -> String {
        match self {
            Flaw::TooDeep => format!("objects and arrays are nested more than {DEPTH_MAX} deep"),
            Flaw::Nul => "the text holds a NUL character (\\u0000); remove it".into(),
            Flaw::HalfSurrogate => {
                "the text holds half of a surrogate pair (\\ud800 to \\udfff); it is no character".into()
            }
            Flaw::NumberTooLarge => "a number is larger than a 64-bit float can hold; send it as text".into(),
        }
    }
}

/// The first flaw of `json` and its byte position.
pub(crate) fn flaw(json: &str) -> Option<(Flaw, usize)> {
    let bytes = json.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => match skip_string(bytes, at + 1) {
                Ok(after) => at = after,
                Err(found) => return Some((found, at)),
            },
            b'{' | b'[' => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Some((Flaw::TooDeep, at));
                }
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'0'..=b'9' => {
                let end = number_end(bytes, at);
                if !number_fits(&json[at..end]) {
                    return Some((Flaw::NumberTooLarge, at));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    None
}

fn number_end(bytes: &[u8], from: usize) -> usize {
    let length = bytes[from..].iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    from + length.count()
}

/// Up to here no number without an exponent can be too large.
pub(crate) const DIGITS_SAFE: usize = 300;

fn number_fits(number: &str) -> bool {
    let short = number.len() <= DIGITS_SAFE && !number.bytes().any(|byte| byte | 0x20 == b'e');
    short || number.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The position after the closing quote of the string whose text starts at `from`.
fn skip_string(bytes: &[u8], from: usize) -> Result<usize, Flaw> {
    let mut at = from;
    loop {
        match memchr2(b'"', b'\\', &bytes[at..]) {
            None => return Ok(bytes.len()),
            Some(step) if bytes[at + step] == b'"' => return Ok(at + step + 1),
            Some(step) if bytes.get(at + step + 1) == Some(&b'u') => at = check_escape(bytes, at + step)?,
            Some(step) => at += step + 2,
        }
        if at >= bytes.len() {
            return Ok(bytes.len());
        }
    }
}

/// `at` is the backslash of `\uXXXX`; answers the position after the character.
fn check_escape(bytes: &[u8], at: usize) -> Result<usize, Flaw> {
    match code_unit(bytes, at) {
        Some(0) => Err(Flaw::Nul),
        Some(0xD800..=0xDBFF) => match code_unit(bytes, at + 6) {
            Some(0xDC00..=0xDFFF) => Ok(at + 12),
            _ => Err(Flaw::HalfSurrogate),
        },
        Some(0xDC00..=0xDFFF) => Err(Flaw::HalfSurrogate),
        _ => Ok(at + 6),
    }
}

fn code_unit(bytes: &[u8], at: usize) -> Option<u32> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u")?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;

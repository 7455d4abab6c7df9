//! A batch cut into its items in one pass that looks at quotes and brackets only, instead of with a parser that
//! checks what it skips. What it answers is text that still has to be read: every item, and the rest of the body.

use crate::limits::DEPTH_MAX;
use memchr::memchr2;

/// One item of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cut<'a> {
    pub text: &'a str,
    /// It is not deep, has no escaped code unit and no number that could be too large: [`crate::scan::flaw`] has
    /// nothing to find.
    pub plain: bool,
}

/// The parts of `{"batch":[item, item],…}`.
pub(crate) struct Split<'a> {
    pub items: Vec<Cut<'a>>,
    /// The body with an empty batch.
    pub rest: String,
}

const BATCH: &str = "batch";

/// None: nothing this knows, or not JSON; the parser decides.
pub(crate) fn split(text: &str) -> Option<Split<'_>> {
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    let bytes = text.as_bytes();
    let mut found: Option<(Vec<Cut<'_>>, usize, usize)> = None;
    let mut at = blank(bytes, expect(bytes, 0, b'{')?);
    while *bytes.get(at)? != b'}' {
        let key_end = string_end(bytes, expect(bytes, at, b'"')?)?.0;
        let key = text.get(at + 1..key_end - 1)?;
        let value = blank(bytes, expect(bytes, blank(bytes, key_end), b':')?);
        // An escaped key may be any key; a second batch is for the parser to refuse.
        if key.contains('\\') || (key == BATCH && found.is_some()) {
            return None;
        }
        at = if key == BATCH {
            let (items, end) = items(text, value)?;
            found = Some((items, value, end));
            end
        } else {
            value_end(bytes, value)?.0
        };
        at = blank(bytes, at);
        match bytes.get(at)? {
            b',' => at = blank(bytes, at + 1),
            b'}' => {}
            _ => return None,
        }
    }
    let (items, from, to) = found.filter(|_| blank(bytes, at + 1) == bytes.len())?;
    let rest = format!("{}[]{}", text.get(..from)?, text.get(to..)?);
    Some(Split { items, rest })
}

/// The items of the array that begins at `from`, and where it ends.
fn items(text: &str, from: usize) -> Option<(Vec<Cut<'_>>, usize)> {
    let bytes = text.as_bytes();
    let mut items = Vec::new();
    let mut at = blank(bytes, expect(bytes, from, b'[')?);
    if bytes.get(at)? == &b']' {
        return Some((items, at + 1));
    }
    loop {
        let (end, plain) = value_end(bytes, at)?;
        items.push(Cut { text: text.get(at..end)?, plain });
        at = blank(bytes, end);
        match bytes.get(at)? {
            b',' => at = blank(bytes, at + 1),
            b']' => return Some((items, at + 1)),
            _ => return None,
        }
    }
}

fn expect(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

/// The position of the first byte from `at` on that is no white space.
fn blank(bytes: &[u8], at: usize) -> usize {
    let blanks =
        bytes.get(at..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    at + blanks.count()
}

/// The position after the closing quote, and whether no code unit is escaped; `from` is the first byte of the text.
fn string_end(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut plain) = (from, true);
    loop {
        let found = at + memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[found] == b'"' {
            return Some((found + 1, plain));
        }
        plain &= bytes.get(found + 1) != Some(&b'u');
        at = found + 2;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// Of a number or a literal.
    Scalar,
    Exponent,
    Quote,
    Open,
    Close,
    Comma,
    Colon,
    Blank,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Scalar; 256];
    classes[b'e' as usize] = Class::Exponent;
    classes[b'E' as usize] = Class::Exponent;
    classes[b'"' as usize] = Class::Quote;
    classes[b'{' as usize] = Class::Open;
    classes[b'[' as usize] = Class::Open;
    classes[b'}' as usize] = Class::Close;
    classes[b']' as usize] = Class::Close;
    classes[b',' as usize] = Class::Comma;
    classes[b':' as usize] = Class::Colon;
    classes[b' ' as usize] = Class::Blank;
    classes[b'\n' as usize] = Class::Blank;
    classes[b'\r' as usize] = Class::Blank;
    classes[b'\t' as usize] = Class::Blank;
    classes
};

fn class(bytes: &[u8], at: usize) -> Option<Class> {
    bytes.get(at).map(|byte| CLASSES[*byte as usize])
}

/// The position after the value that begins at `from`, and whether it is plain.
fn value_end(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut depth, mut plain) = (from, 0usize, true);
    loop {
        match class(bytes, at)? {
            Class::Quote => {
                let (end, is_plain) = string_end(bytes, at + 1)?;
                (at, plain) = (end, plain & is_plain);
            }
            Class::Open => {
                depth += 1;
                plain &= depth <= DEPTH_MAX;
                at += 1;
            }
            Class::Close if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            // The end of what holds this value.
            Class::Close | Class::Comma | Class::Blank if depth == 0 => return (at > from).then_some((at, plain)),
            Class::Scalar | Class::Exponent => {
                let (end, is_plain) = scalar_end(bytes, at);
                (at, plain) = (end, plain & is_plain);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return Some((at, plain));
        }
    }
}

/// The position after a number or literal, and whether no number could be too large for `f64`.
fn scalar_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let (mut at, mut plain) = (from, true);
    while let Some(class @ (Class::Scalar | Class::Exponent)) = class(bytes, at) {
        plain &= class == Class::Scalar || at == from || !bytes[at - 1].is_ascii_digit();
        at += 1;
    }
    (at, plain && at - from <= crate::scan::DIGITS_SAFE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Envelope;
    use proptest::prelude::*;

    fn as_parsed(text: &str) -> Option<(Vec<String>, String)> {
        let envelope: Envelope<'_> = serde_json::from_str(text).ok()?;
        let items = envelope.batch?.iter().map(|raw| raw.get().to_owned()).collect();
        Some((items, envelope.sent_at.get().unwrap_or_default().to_owned()))
    }

    fn as_split(text: &str) -> Option<(Vec<String>, String)> {
        let split = split(text)?;
        let rest: Envelope<'_> = serde_json::from_str(&split.rest).ok()?;
        for item in &split.items {
            let flaw = crate::scan::flaw(item.text);
            assert!(!item.plain || flaw.is_none(), "{flaw:?} in {}", item.text);
        }
        let items = split.items.iter().map(|item| item.text.to_owned()).collect();
        Some((items, rest.sent_at.get().unwrap_or_default().to_owned()))
    }

    #[test]
    fn a_batch_is_cut_as_a_parser_cuts_it() {
        for text in [
            r#"{"batch":[]}"#,
            r#" {"sentAt":"x","batch":[{"a":"}]\""},[1,{"b":[]}], 7 ,null,"t,]"],"context":{"batch":[1]}} "#,
            "{\"batch\" : [ {\"type\":\"track\"} ,\n{} ] , \"sentAt\" : \"y\"}",
        ] {
            assert_eq!(as_split(text), as_parsed(text), "{text}");
            assert!(as_split(text).is_some(), "{text}");
        }
    }

    #[track_caller]
    fn check_plain(item: &str, expected: bool) {
        let body = format!("{{\"batch\":[ {item} ]}}");
        let cut = split(&body).unwrap().items[0];
        assert_eq!((cut.text, cut.plain), (item, expected));
    }

    #[test]
    fn what_may_have_a_flaw_is_not_plain() {
        check_plain(r#"{"a":"plain \\u0000 \n","b":[1,2.5,-7,true,false,null],"e":{}}"#, true);
        check_plain(r#"{"a":"\u0000"}"#, false);
        check_plain(r#"{"\ud800":1}"#, false);
        check_plain(r#"{"a":1e999}"#, false);
        check_plain(r#"{"a":[2E5]}"#, false);
        check_plain(&format!("[{}]", "9".repeat(crate::scan::DIGITS_SAFE)), true);
        check_plain(&format!("[{}]", "9".repeat(crate::scan::DIGITS_SAFE + 1)), false);
        check_plain(&format!("{}{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX)), true);
        check_plain(&format!("{}{}", "[".repeat(DEPTH_MAX + 1), "]".repeat(DEPTH_MAX + 1)), false);
    }

    #[test]
    fn what_is_no_batch_is_left_to_the_parser() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"batch":[{}"#,
            r#"{"batch":[{}],}"#,
            r#"{"batch":[{},]}"#,
            r#"{"batch":[{}]} x"#,
            r#"{"batch":[],"batch":[]}"#,
            r#"{"ba\u0074ch":[]}"#,
            r#"{"batch":{}}"#,
            r#"{"batch":null}"#,
            r#"{"batch":["\"#,
        ] {
            assert!(split(text).is_none_or(|cut| serde_json::from_str::<Envelope<'_>>(&cut.rest).is_err()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_parser_takes_is_cut_alike(items in prop::collection::vec(any_json(), 0..6), before in any_json(), after in any_json()) {
            let text = format!(
                r#"{{"a":{before},"batch":[{}],"sentAt":"2026","b":{after}}}"#,
                items.iter().map(ToString::to_string).collect::<Vec<_>>().join(" , ")
            );
            prop_assert_eq!(as_split(&text), as_parsed(&text));
            prop_assert!(as_split(&text).is_some());
        }

        #[test]
        fn what_is_plain_has_no_flaw(text in r#"(\\\\u[0-9a-d]{4}|[ -~]){0,12}"#, number in "-?[0-9]{1,4}(\\.[0-9]{1,3})?([eE][0-9]{1,4})?", depth in 0..80usize) {
            let item = format!("{{\"a\":\"{text}\",\"n\":{}{number}{}}}", "[".repeat(depth), "]".repeat(depth));
            if serde_json::from_str::<&serde_json::value::RawValue>(&item).is_ok() {
                let body = format!("{{\"batch\":[{item}]}}");
                let cut = split(&body).unwrap().items[0];
                prop_assert!(!cut.plain || crate::scan::flaw(&item).is_none(), "{}", item);
            }
        }

        #[test]
        fn no_text_makes_it_stumble(text in "[\\[\\]{}\",:\\\\ a1]{0,40}") {
            let _ = split(&text);
            let _ = split(&format!("{{\"batch\":[{text}]}}"));
        }
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[\\[\\]{}\",:\\\\ éa]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[\"\\\\a-c]{0,4}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }
}

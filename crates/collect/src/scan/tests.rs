use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(json: &str, expected: Option<Flaw>) {
    assert_eq!(flaw(json).map(|(found, _)| found), expected, "{json}");
}

#[test]
fn what_a_later_reader_would_stumble_over_is_found() {
    check(r#"{"a":"plain","b":[1,2.5e3,-7]}"#, None);
    check(r#"{"a":"\u0000"}"#, Some(Flaw::Nul));
    check(r#"{"a\u0000":1}"#, Some(Flaw::Nul));
    check(r#"{"a":"\\u0000"}"#, None);
    check(r#"{"a":"\ud83d\ude00"}"#, None);
    check(r#"{"a":"\ud83d"}"#, Some(Flaw::HalfSurrogate));
    check(r#"{"a":"\ude00x"}"#, Some(Flaw::HalfSurrogate));
    check(r#"{"a":1e999}"#, Some(Flaw::NumberTooLarge));
    check(r#"{"a":"1e999"}"#, None);
    check(&format!("{}1{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX)), None);
    check(&format!("{}1{}", "[".repeat(DEPTH_MAX + 1), "]".repeat(DEPTH_MAX + 1)), Some(Flaw::TooDeep));
    check(r#"{"brackets in text":"[[[[[[{{{{{\"[[["}"#, None);
}

proptest! {
    /// What passes can be read; text that cannot be read never passes when it is valid to a skipping parser.
    #[test]
    fn text_that_passes_is_read_by_the_full_parser(text in r#"[ -~]{0,40}|(\\u[0-9a-d]{4}){1,6}|\PC{0,20}"#, number in "[0-9]{1,5}(e[0-9]{1,4})?") {
        let json = format!("{{\"a\":\"{text}\",\"n\":{number}}}");
        if serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok() {
            let readable = serde_json::from_str::<serde_json::Value>(&json).is_ok();
            let nul = json.contains("\\u0000");
            prop_assert!(flaw(&json).is_none() == readable || nul, "{json}");
        }
    }
}

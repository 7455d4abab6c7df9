use super::*;
use crate::schema::compile;
use serde_json::json;

fn told(schema: Json, data: Json) -> Vec<(Code, String, String)> {
    let compiled = compile(&json!({ "type": "object", "properties": { "p": schema } })).unwrap();
    violations(&compiled, &json!({ "p": data })).into_iter().map(|one| (one.code, one.pointer, one.message)).collect()
}

#[test]
fn each_rule_has_its_code_and_its_words() {
    let cases = [
        (json!({ "type": "number" }), json!("x"), Code::WrongType, "must be a number, found text"),
        (json!({ "type": ["string", "null"] }), json!(1.5), Code::WrongType, "found a number with a fraction"),
        (json!({ "enum": ["a"] }), json!("b"), Code::NotAllowedValue, "none of the values"),
        (json!({ "const": "a" }), json!("b"), Code::NotAllowedValue, "none of the values"),
        (json!({ "format": "email" }), json!("x"), Code::WrongFormat, "format email"),
        (json!({ "pattern": "^a$" }), json!("x"), Code::WrongFormat, "the form the plan asks for"),
        (json!({ "minimum": 5 }), json!(4), Code::OutOfRange, "less than 5"),
        (json!({ "exclusiveMaximum": 5 }), json!(5), Code::OutOfRange, "not less than 5"),
        (json!({ "multipleOf": 2 }), json!(3), Code::OutOfRange, "multiple of 2"),
        (json!({ "minLength": 3 }), json!("x"), Code::WrongLength, "fewer than 3 characters"),
        (json!({ "maxItems": 1 }), json!([1, 2]), Code::WrongLength, "more than 1 entries"),
        (json!({ "not": {} }), json!(1), Code::NotAsPlanned, "\"not\""),
        (json!({ "uniqueItems": true }), json!([1, 1]), Code::NotAsPlanned, "uniqueItems"),
        (
            json!({ "anyOf": [{ "format": "date" }, { "format": "date-time" }] }),
            json!("x"),
            Code::WrongFormat,
            "format",
        ),
        (
            json!({ "anyOf": [{ "type": "string" }, { "minimum": 2 }] }),
            json!(1),
            Code::NotAsPlanned,
            "none of the forms",
        ),
    ];
    for (schema, data, code, words) in cases {
        let found = told(schema.clone(), data);
        assert_eq!(found.len(), 1, "{schema}: {found:?}");
        assert_eq!((found[0].0, found[0].1.as_str()), (code, "/p"), "{schema}");
        assert!(found[0].2.contains(words), "{schema}: {}", found[0].2);
    }
}

#[test]
fn missing_and_unplanned_properties_are_named() {
    let inner =
        json!({ "type": "object", "required": ["a/b"], "properties": { "a/b": {} }, "additionalProperties": false });
    let found = told(inner, json!({ "other": 1 }));
    assert!(
        found.contains(&(Code::MissingProperty, "/p/a~1b".into(), "the property \"a/b\" is missing".into())),
        "{found:?}"
    );
    assert!(
        found.contains(&(Code::UnplannedProperty, "/p/other".into(), "the property \"other\" is not planned".into())),
        "{found:?}"
    );
}

#[test]
fn no_value_of_an_event_is_ever_told() {
    let schema = json!({ "type": "object", "properties": {
        "a": { "type": "integer", "enum": [1], "minimum": 100 }, "b": { "pattern": "^x$", "maxLength": 1, "format": "email" },
        "c": { "const": { "k": 1 }, "not": {} }, "d": { "anyOf": [{ "type": "integer" }, { "minLength": 90 }] },
        "e": { "propertyNames": { "maxLength": 1 } }, "f": { "items": { "type": "number" }, "uniqueItems": true },
        "g": { "properties": {}, "additionalProperties": false }
    } });
    let compiled = compile(&schema).unwrap();
    let secret = "secret@example.com";
    let data = json!({ "a": secret, "b": secret, "c": secret, "d": secret, "e": { secret: 1 }, "f": [secret, secret], "g": { secret: secret } });
    let found = violations(&compiled, &data);
    assert!(found.len() > 7, "{found:?}");
    assert!(!format!("{found:?}").contains("secret"), "{found:?}");
}

#[test]
fn a_list_that_is_wrong_all_along_is_wrong_once_and_an_event_not_more_than_twenty_times() {
    let found = told(json!({ "items": { "type": "number" } }), json!(vec!["x"; 200]));
    assert_eq!(found.len(), 1);
    let schema: base::JsonMap = (0..50).map(|n| (format!("p{n}"), json!({ "type": "number" }))).collect();
    let compiled = compile(&json!({ "type": "object", "properties": schema })).unwrap();
    let data: base::JsonMap = (0..50).map(|n| (format!("p{n}"), json!("x"))).collect();
    assert_eq!(violations(&compiled, &Json::Object(data)).len(), VIOLATIONS_PER_EVENT_MAX);
}

use super::*;
use serde_json::json;

fn refused(schema: Json) -> (&'static str, String) {
    match compile(&schema) {
        Err(PlanError::Schema { code, pointer, .. }) => (code, pointer),
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("not refused: {schema}"),
    }
}

/// Wraps `inner` into a schema of one property.
fn about(inner: Json) -> Json {
    json!({ "type": "object", "properties": { "p": inner } })
}

#[test]
fn every_keyword_of_2020_12_judges() {
    let cases = [
        (json!({ "type": "string" }), json!("a"), json!(1)),
        (json!({ "type": ["string", "null"] }), json!(null), json!(1)),
        (json!({ "type": "integer" }), json!(2), json!(2.5)),
        (json!({ "enum": ["a", 1] }), json!(1), json!("b")),
        (json!({ "const": 3 }), json!(3), json!(4)),
        (json!({ "minimum": 2 }), json!(2), json!(1)),
        (json!({ "maximum": 2 }), json!(2), json!(3)),
        (json!({ "exclusiveMinimum": 2 }), json!(3), json!(2)),
        (json!({ "exclusiveMaximum": 2 }), json!(1), json!(2)),
        (json!({ "multipleOf": 0.5 }), json!(1.5), json!(1.2)),
        (json!({ "minLength": 2 }), json!("éé"), json!("é")),
        (json!({ "maxLength": 2 }), json!("éé"), json!("ééé")),
        (json!({ "pattern": "^[A-Z]{3}$" }), json!("EUR"), json!("eur")),
        (json!({ "format": "date" }), json!("2026-02-28"), json!("2026-02-30")),
        (json!({ "format": "date-time" }), json!("2026-11-22T10:00:00Z"), json!("2026-11-22 10:00")),
        (json!({ "format": "email" }), json!("a@b.nl"), json!("a.b.nl")),
        (json!({ "format": "uri" }), json!("https://a.nl/"), json!("not a uri")),
        (json!({ "format": "uuid" }), json!("00000000-0000-4000-8000-000000000000"), json!("0")),
        (json!({ "format": "ipv4" }), json!("10.0.0.1"), json!("10.0.0.256")),
        (json!({ "minItems": 1 }), json!([1]), json!([])),
        (json!({ "maxItems": 1 }), json!([1]), json!([1, 2])),
        (json!({ "uniqueItems": true }), json!([1, 2]), json!([1, 1.0])),
        (json!({ "items": { "type": "integer" } }), json!([1]), json!(["a"])),
        (json!({ "prefixItems": [{ "const": 1 }], "items": false }), json!([1]), json!([1, 2])),
        (json!({ "contains": { "const": 1 }, "maxContains": 1 }), json!([1, 2]), json!([1, 1])),
        (json!({ "required": ["a"] }), json!({ "a": 1 }), json!({})),
        (json!({ "dependentRequired": { "a": ["b"] } }), json!({ "a": 1, "b": 1 }), json!({ "a": 1 })),
        (json!({ "dependentSchemas": { "a": { "required": ["b"] } } }), json!({ "b": 1 }), json!({ "a": 1 })),
        (json!({ "minProperties": 1 }), json!({ "a": 1 }), json!({})),
        (json!({ "maxProperties": 1 }), json!({ "a": 1 }), json!({ "a": 1, "b": 1 })),
        (json!({ "propertyNames": { "maxLength": 1 } }), json!({ "a": 1 }), json!({ "ab": 1 })),
        (json!({ "patternProperties": { "^n_": { "type": "number" } } }), json!({ "n_a": 1 }), json!({ "n_a": "1" })),
        (json!({ "additionalProperties": false, "properties": { "a": {} } }), json!({ "a": 1 }), json!({ "b": 1 })),
        (
            json!({ "allOf": [{ "properties": { "a": {} } }], "unevaluatedProperties": false }),
            json!({ "a": 1 }),
            json!({ "b": 1 }),
        ),
        (json!({ "allOf": [{ "minimum": 1 }, { "maximum": 2 }] }), json!(1), json!(3)),
        (json!({ "anyOf": [{ "type": "string" }, { "minimum": 5 }] }), json!(5), json!(4)),
        (json!({ "oneOf": [{ "minimum": 1 }, { "minimum": 5 }] }), json!(2), json!(6)),
        (json!({ "not": { "const": 1 } }), json!(2), json!(1)),
        (json!({ "if": { "minimum": 5 }, "then": { "multipleOf": 5 } }), json!(10), json!(6)),
        (json!(true), json!(1), json!(null)),
    ];
    for (schema, good, bad) in cases {
        let compiled = compile(&about(schema.clone())).unwrap_or_else(|error| panic!("{schema}: {error}"));
        let judge = |value: &Json| crate::violation::violations(&compiled, &json!({ "p": value }));
        assert_eq!(judge(&good), [], "{schema} takes {good}");
        if schema != json!(true) {
            assert!(!judge(&bad).is_empty(), "{schema} does not take {bad}");
        }
    }
    let local = json!({ "type": "object", "properties": { "p": { "$ref": "#/$defs/price" } },
        "$defs": { "price": { "type": "number" } }, "$id": "https://example.com/order" });
    let compiled = compile(&local).unwrap();
    assert_eq!(crate::violation::violations(&compiled, &json!({ "p": 1 })), []);
    assert_eq!(crate::violation::violations(&compiled, &json!({ "p": "1" })).len(), 1);
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    assert_eq!(refused(json!([])).0, "schema_invalid");
    assert_eq!(refused(about(json!({ "type": "text" }))).0, "schema_invalid");
    assert_eq!(refused(about(json!({ "minimum": "1" }))), ("schema_invalid", "/properties/p/minimum".into()));
    assert_eq!(refused(json!({ "type": "array" })).1, "/type");
    assert_eq!(refused(json!({ "$schema": "http://json-schema.org/draft-04/schema#" })).1, "/$schema");
    assert_eq!(refused(about(json!({ "$ref": "#/$defs/nothing" }))).1, "/properties/p/$ref");
    assert_eq!(refused(about(json!({ "$anchor": "here" }))).0, "schema_invalid");
    assert_eq!(refused(about(json!({ "$id": "https://example.com/other" }))).0, "schema_invalid");
    assert!(compile(&json!({ "$schema": DIALECTS[0], "type": "object" })).is_ok());
}

#[test]
fn a_reference_never_leaves_the_schema() {
    for away in ["https://example.com/a.json", "http://169.254.169.254/", "file:///etc/passwd", "other.json#/a", "/a"] {
        assert_eq!(refused(about(json!({ "$ref": away }))).0, "schema_remote_ref", "{away}");
        let hidden = json!({ "type": "object", "$defs": { "a": { "items": { "$ref": away } } } });
        assert_eq!(refused(hidden).0, "schema_remote_ref", "{away}");
    }
}

#[test]
fn a_schema_that_would_cost_too_much_is_refused_by_name() {
    let circle = json!({ "type": "object", "properties": { "p": { "$ref": "#/$defs/a" } },
        "$defs": { "a": { "anyOf": [{ "properties": { "x": { "$ref": "#/$defs/a" } } }] } } });
    assert_eq!(refused(circle).0, "schema_recursive");
    assert_eq!(refused(about(json!({ "$ref": "#" }))).0, "schema_recursive");

    // Each level refers to the one below twice: two to the twentieth.
    let mut defs = base::JsonMap::new();
    for level in 0..20 {
        let below = json!({ "$ref": format!("#/$defs/l{}", level + 1) });
        defs.insert(format!("l{level}"), json!({ "allOf": [below.clone(), below] }));
    }
    defs.insert("l20".into(), json!({ "type": "string" }));
    let laughs = json!({ "type": "object", "properties": { "p": { "$ref": "#/$defs/l0" } }, "$defs": defs });
    assert_eq!(refused(laughs).0, "schema_too_complex");

    let deep = (0..SCHEMA_DEPTH_MAX).fold(json!({}), |inner, _| json!({ "not": inner }));
    assert_eq!(refused(about(deep)).0, "schema_too_deep");
    let abyss = (0..1_000).fold(json!({}), |inner, _| json!({ "not": inner }));
    assert_eq!(refused(about(abyss)).0, "schema_too_deep");

    let wide: base::JsonMap = (0..=SCHEMA_PROPERTIES_MAX).map(|n| (format!("p{n}"), json!({}))).collect();
    assert_eq!(refused(json!({ "type": "object", "properties": wide })).0, "schema_too_wide");
    let large = json!({ "type": "object", "description": "x".repeat(10_000_000) });
    assert_eq!(refused(large).0, "schema_too_large");
    let nested = (0..=SCHEMA_UNEVALUATED_MAX)
        .fold(json!({}), |inner, _| json!({ "properties": { "a": inner }, "unevaluatedProperties": false }));
    assert_eq!(refused(about(nested)).0, "schema_too_complex");
}

#[test]
fn patterns_that_explode_are_refused_or_linear() {
    for pattern in ["(a{1,1000}){1,1000}", "(?=a)b", "(a)\\1", "(unclosed", &"a".repeat(PATTERN_CHARS_MAX + 1)] {
        assert_eq!(refused(about(json!({ "pattern": pattern }))).0, "schema_pattern", "{pattern}");
        let names = about(json!({ "patternProperties": { pattern: {} } }));
        assert_eq!(refused(names).0, "schema_pattern", "{pattern}");
    }
    let many: Vec<Json> = (0..=PATTERNS_MAX).map(|n| json!({ "pattern": format!("^a{n}$") })).collect();
    assert_eq!(refused(about(json!({ "anyOf": many }))).0, "schema_pattern");

    // The classic that takes a backtracking engine longer than the universe is old.
    let compiled = compile(&about(json!({ "type": "string", "pattern": "^(a+)+$" }))).unwrap();
    let start = std::time::Instant::now();
    let data = json!({ "p": format!("{}!", "a".repeat(30_000)) });
    assert_eq!(crate::violation::violations(&compiled, &data).len(), 1);
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

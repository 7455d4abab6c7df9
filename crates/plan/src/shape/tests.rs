use super::*;
use proptest::prelude::*;
use serde_json::json;

fn shape(schema: Json) -> Shape {
    Shape::of(&schema)
}

fn order() -> Shape {
    shape(json!({ "type": "object", "properties": {
        "order_id": { "type": "string" },
        "address": { "type": "object" },
        "customer": { "type": "object", "properties": { "age": {} } },
        "products": { "type": "array", "items": { "$ref": "#/$defs/product" } },
    }, "$defs": { "product": { "type": "object", "properties": { "sku": {}, "price": {} } } } }))
}

fn none(_: &str) -> bool {
    false
}

fn strays(shape: &Shape, data: &str) -> Vec<String> {
    shape.unplanned(data, 20, &none)
}

#[test]
fn what_no_schema_names_is_unplanned_wherever_it_is() {
    let data = r#"{"order_id":"1","note":"x","address":{"street":"y"},"customer":{"age":3,"name":"z"},
        "products":[{"sku":1,"margin":2},{"sku":2,"margin":3,"cost":4}]}"#;
    assert_eq!(strays(&order(), data), ["/customer/name", "/note", "/products/*/cost", "/products/*/margin"]);
    let pruned = order().pruned(data, &none).unwrap();
    assert_eq!(
        pruned,
        r#"{"order_id":"1","address":{"street":"y"},"customer":{"age":3},"products":[{"sku":1},{"sku":2}]}"#
    );
    assert_eq!(strays(&order(), &pruned), [] as [String; 0]);
}

#[test]
fn a_key_that_stands_twice_hides_nothing() {
    let data = r#"{"customer":{"name":"hidden"},"customer":{}}"#;
    assert_eq!(strays(&order(), data), ["/customer/name"]);
    assert_eq!(order().pruned(data, &none).unwrap(), r#"{"customer":{},"customer":{}}"#);
    // Written with an escape it is the same key.
    let escaped = r#"{"order\u005fid":"1","n\u006fte":2}"#;
    assert_eq!(strays(&order(), escaped), ["/note"]);
    assert_eq!(order().pruned(escaped, &none).unwrap(), r#"{"order_id":"1"}"#);
}

#[test]
fn what_stays_is_the_text_it_was() {
    let data = r#"{ "order_id" : 1.50e3, "x":1 ,"address": {"a" : "\u00e9"} }"#;
    assert_eq!(order().pruned(data, &none).unwrap(), r#"{"order_id":1.50e3,"address":{"a" : "\u00e9"}}"#);
}

#[test]
fn places_the_schema_leaves_open_stay_open() {
    for open in [
        json!({ "properties": {}, "additionalProperties": true }),
        json!({ "properties": {}, "additionalProperties": { "type": "string" } }),
        json!({ "patternProperties": { "^x": {} } }),
        json!({ "allOf": [{ "properties": { "a": {} } }], "unevaluatedProperties": true }),
    ] {
        assert_eq!(strays(&shape(open.clone()), r#"{"anything":1}"#), [] as [String; 0], "{open}");
    }
    let any_list = shape(json!({ "properties": { "p": { "type": "array" }, "t": { "prefixItems": [{}] } } }));
    assert_eq!(strays(&any_list, r#"{"p":[{"a":1}],"t":[{"a":1}]}"#), [] as [String; 0]);
    // A schema that names nothing plans nothing, and one that says "false" neither.
    for closed in [json!({}), json!({ "type": "object" }), json!({ "additionalProperties": false })] {
        assert_eq!(strays(&shape(closed), r#"{"a":1}"#), ["/a"]);
    }
}

#[test]
fn names_come_from_every_branch() {
    let branches = shape(json!({
        "allOf": [{ "properties": { "a": {} } }], "anyOf": [{ "properties": { "b": {} } }],
        "oneOf": [{ "properties": { "c": {} } }], "if": { "properties": { "d": {} } },
        "then": { "properties": { "e": {} } }, "else": { "properties": { "f": {} } },
        "dependentSchemas": { "a": { "properties": { "g": {} } } } }));
    assert_eq!(strays(&branches, r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1}"#), ["/h"]);
}

#[test]
fn protected_names_stay_at_the_top_only() {
    let protected = |name: &str| name == "email_consent";
    let data = r#"{"email_consent":false,"customer":{"email_consent":true}}"#;
    assert_eq!(order().unplanned(data, 20, &protected), ["/customer/email_consent"]);
    assert_eq!(order().pruned(data, &protected).unwrap(), r#"{"email_consent":false,"customer":{}}"#);
}

#[test]
fn no_pointer_tells_who_somebody_is() {
    assert_eq!(strays(&order(), r#"{"anna@example.com":1,"0612345678":2}"#), ["/(hidden)"]);
    assert_eq!(order().place("/products/17/price"), "/products/*/price");
    assert_eq!(order().place("/address/anna@example.com"), "/address/*");
    assert_eq!(order().place(""), "");
    for telling in ["anna@example.com", "0612345678", &"x".repeat(65), "a\u{0}b"] {
        assert_eq!(shown_name(telling), "(hidden)");
    }
    assert_eq!(shown_name("address_line_2"), "address_line_2");
}

#[test]
fn at_most_so_many_are_told() {
    let many: base::JsonMap = (0..100).map(|n| (format!("p{n}"), json!(1))).collect();
    assert_eq!(strays(&order(), &Json::Object(many).to_string()).len(), 20);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-zé\"\\\\]{0,6}".prop_map(Json::from)
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop_oneof![
            Just("order_id".to_owned()),
            Just("customer".to_owned()),
            Just("products".to_owned()),
            Just("age".to_owned()),
            Just("sku".to_owned()),
            "[a-z]{1,3}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|all| Json::Object(all.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Nothing unplanned: not a byte is touched. Something unplanned: afterwards nothing is.
    #[test]
    fn cutting_is_exact(data in any_json()) {
        let data = if data.is_object() { data } else { json!({ "order_id": data }) };
        let text = data.to_string();
        let pruned = order().pruned(&text, &none).unwrap();
        if strays(&order(), &text).is_empty() {
            prop_assert_eq!(&pruned, &text);
        } else {
            prop_assert!(pruned.len() < text.len());
        }
        prop_assert!(strays(&order(), &pruned).is_empty());
        prop_assert!(serde_json::from_str::<Json>(&pruned).is_ok());
    }
}

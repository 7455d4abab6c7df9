use super::*;
use proptest::prelude::*;

fn full() -> Vec<Property> {
    let mut id = Property::new("order_id", ValueType::Text);
    (id.required, id.description) = (true, "The shop's number".into());
    let mut currency = Property::new("currency", ValueType::Text);
    (currency.allowed, currency.nullable) = (vec![json!("EUR"), json!("SEK")], true);
    let mut email = Property::new("email", ValueType::Text);
    (email.personal, email.purposes) = (true, vec![Purpose::Marketing, Purpose::Operations]);
    let mut sku = Property::new("sku", ValueType::Text);
    sku.required = true;
    let mut products = Property::new("products", ValueType::List);
    (products.items, products.properties) =
        (Some(ValueType::Object), vec![sku, Property::new("price", ValueType::Number)]);
    let mut delivery = Property::new("delivery", ValueType::Object);
    (delivery.nullable, delivery.properties) = (true, vec![Property::new("on", ValueType::Date)]);
    let mut ordered = Property::new("ordered_at", ValueType::Date);
    ordered.nullable = true;
    let rest = [ValueType::Integer, ValueType::Boolean, ValueType::Any, ValueType::Object, ValueType::List];
    let mut all = vec![id, currency, email, products, delivery, ordered];
    all.extend(rest.map(|kind| Property::new(format!("a_{}", kind.name()), kind)));
    all
}

#[test]
fn a_form_and_its_schema_say_the_same() {
    let schema = schema_of(&full()).unwrap();
    crate::check_schema(&schema).unwrap();
    assert_eq!(form_of(&schema).unwrap(), full());
    assert_eq!(tally(&schema), (14, 2, 1));
}

#[test]
fn the_schema_of_a_form_judges_as_the_form_says() {
    let schema = schema_of(&full()).unwrap();
    let compiled = crate::schema::compile(&schema).unwrap();
    let judge = |mut data: Json| {
        data["order_id"] = "1".into();
        crate::violation::violations(&compiled, &data).len()
    };
    let good = json!({ "currency": null, "ordered_at": null, "delivery": null, "a_any": [1], "a_object": { "x": 1 },
        "a_list": [1, "a"], "products": [{ "sku": "a", "price": 1.5 }] });
    assert_eq!(judge(good), 0);
    for good in ["2026-11-22", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000+01:00"] {
        assert_eq!(judge(json!({ "ordered_at": good })), 0, "{good}");
    }
    for bad in [
        json!({ "currency": "USD" }),
        json!({ "email": null }),
        json!({ "ordered_at": "yesterday" }),
        json!({ "ordered_at": 5 }),
        json!({ "products": [{ "price": 1 }] }),
        json!({ "delivery": { "on": "soon" } }),
        json!({ "a_integer": 1.5 }),
        json!({ "a_boolean": "true" }),
    ] {
        assert_eq!(judge(bad.clone()), 1, "{bad}");
    }
}

#[test]
fn a_schema_that_says_more_has_no_form() {
    for more in [
        json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        json!({ "type": "object", "properties": { "a": { "type": "string", "minLength": 1 } } }),
        json!({ "type": "object", "properties": { "a": { "type": ["string", "integer"] } } }),
        json!({ "type": "object", "properties": { "a": { "type": "array", "items": { "type": "array" } } } }),
        json!({ "type": "object", "properties": { "a": { "$ref": "#/$defs/a" } }, "$defs": { "a": {} } }),
        json!({ "type": "object", "properties": { "a": {} }, "required": ["b"] }),
        json!({ "properties": {} }),
        json!({ "type": "object" }),
        json!({ "type": "object", "properties": { "a": true } }),
        json!({ "type": "object", "properties": { "a": { "x-purposes": ["fun"] } } }),
    ] {
        assert_eq!(form_of(&more), None, "{more}");
    }
    let other_order = json!({ "required": ["b", "a"], "properties": { "a": {}, "b": {} }, "type": "object" });
    assert_eq!(form_of(&other_order).unwrap().len(), 2);
}

#[test]
fn a_form_that_says_nothing_sensible_is_refused_with_its_place() {
    let refused = |edit: fn(&mut Property)| {
        let mut wrong = Property::new("a", ValueType::Text);
        edit(&mut wrong);
        match schema_of(&[Property::new("ok", ValueType::Any), wrong]) {
            Err(PlanError::Field { code: "plan_property", pointer, .. }) => pointer,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|one| one.name = " ".into()), "/properties/1/name");
    assert_eq!(refused(|one| one.name = "ok".into()), "/properties/1/name");
    assert_eq!(refused(|one| one.allowed = vec![json!(1)]), "/properties/1/allowed");
    assert_eq!(
        refused(|one| (one.value_type, one.allowed) = (ValueType::Boolean, vec![json!(true)])),
        "/properties/1/allowed"
    );
    assert_eq!(refused(|one| one.items = Some(ValueType::Text)), "/properties/1/items");
    assert_eq!(refused(|one| one.value_type = ValueType::List), "/properties/1/items");
    assert_eq!(refused(|one| one.properties = vec![Property::new("b", ValueType::Any)]), "/properties/1/properties");
    assert_eq!(
        refused(|one| (one.value_type, one.properties) = (ValueType::Object, vec![Property::new("", ValueType::Any)])),
        "/properties/1/properties/0/name"
    );
}

#[test]
fn personal_names_are_guessed() {
    for name in ["email", "E-Mail", "firstName", "phone_number", "shipping_address", "Birthday", "ip", "customerEmail"]
    {
        assert!(sounds_personal(name), "{name}");
    }
    for name in ["order_id", "price", "currency", "shipping", "recipe", "product_id", "age_group_count", "trip"] {
        assert!(!sounds_personal(name), "{name}");
    }
}

fn any_property(depth: u32) -> BoxedStrategy<Property> {
    let kinds = prop::sample::select(ValueType::ALL.to_vec());
    let inner = if depth == 0 {
        Just(Vec::new()).boxed()
    } else {
        prop::collection::vec(any_property(depth - 1), 0..3).boxed()
    };
    (
        ("[a-z_/~é]{1,5}", kinds, any::<[bool; 3]>()),
        ("[a-z ]{0,5}", inner, prop::sample::select(ValueType::ALL.to_vec())),
    )
        .prop_map(|((name, kind, [required, nullable, personal]), (description, inner, items))| {
            let mut property = Property::new(name, kind);
            (property.required, property.personal, property.description) = (required, personal, description);
            // Of "any" null is one already.
            property.nullable = nullable && kind != ValueType::Any;
            if kind == ValueType::List && items != ValueType::List {
                property.items = Some(items);
            }
            if kind == ValueType::Object || property.items == Some(ValueType::Object) {
                property.properties = inner;
            }
            property
        })
        .boxed()
}

proptest! {
    #[test]
    fn every_form_comes_back(properties in prop::collection::vec(any_property(2), 0..5)) {
        let Ok(schema) = schema_of(&properties) else { return Ok(()) };
        crate::check_schema(&schema).unwrap();
        prop_assert_eq!(form_of(&schema), Some(properties));
    }
}

use super::*;
use serde_json::json;

fn arrival(kind: Kind, name: &str, data: Json) -> Arrival {
    Arrival { kind, name: name.into(), at: testkit::NOW, data }
}

fn orders(count: usize, data: impl Fn(usize) -> Json) -> Vec<Arrival> {
    (0..count).map(|n| arrival(Kind::Track, "Order Completed", data(n))).collect()
}

fn only(arrivals: Vec<Arrival>) -> Suggestion {
    let mut found = suggest(arrivals);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn property<'a>(of: &'a Suggestion, name: &str) -> &'a SuggestedProperty {
    of.properties.iter().find(|one| one.property.name == name).unwrap_or_else(|| panic!("no {name} in {of:?}"))
}

#[test]
fn types_shares_and_what_is_required_come_from_what_arrives() {
    let found = only(orders(200, |n| {
        let mut data = json!({
            "order_id": format!("o{n}"), "total": if n % 2 == 0 { json!(10) } else { json!(10.5) }, "items": n, "gift": n % 3 == 0,
            "at": if n % 2 == 0 { "2026-11-22" } else { "2026-11-22T10:00:00Z" }, "mixed": if n % 2 == 0 { json!("a") } else { json!(1) },
            "coupon": null, "email": "a@b.nl",
            "products": [{ "sku": "a", "price": 1.5 }, { "sku": "b", "price": 2 }], "tags": ["a"],
        });
        if n == 0 {
            data.as_object_mut().unwrap().shift_remove("order_id");
        }
        if n >= 50 {
            data.as_object_mut().unwrap().shift_remove("gift");
        }
        data
    }));
    assert_eq!((found.kind, found.name.as_str(), found.events), (Kind::Track, "Order Completed", 200));
    let is = |name: &str| property(&found, name).property.value_type;
    assert_eq!(is("order_id"), ValueType::Text);
    assert_eq!(is("total"), ValueType::Number);
    assert_eq!(is("items"), ValueType::Integer);
    assert_eq!(is("gift"), ValueType::Boolean);
    assert_eq!(is("at"), ValueType::Date);
    assert_eq!(is("mixed"), ValueType::Any);
    assert_eq!(is("coupon"), ValueType::Any);
    assert_eq!(is("products"), ValueType::List);
    let products = &property(&found, "products").property;
    assert_eq!(products.items, Some(ValueType::Object));
    assert_eq!(products.properties.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["price", "sku"]);
    assert!(products.properties.iter().all(|one| one.required));
    assert_eq!(property(&found, "tags").property.items, Some(ValueType::Text));
    // 199 of 200 is 99.5 %; 50 of 200 is not.
    assert!(property(&found, "order_id").property.required && !property(&found, "gift").property.required);
    assert_eq!((property(&found, "gift").seen, property(&found, "gift").share), (50, 0.25));
    assert!(property(&found, "email").property.personal && !property(&found, "total").property.personal);
    assert_eq!(property(&found, "mixed").types.len(), 2);
}

#[test]
fn what_is_suggested_takes_what_it_was_made_from() {
    let data = |n: usize| json!({ "at": "2026-11-22T10:00:00+01:00", "a": { "b": [n, null], "c": null }, "d": [[1]], "local": "2026-11-22T10:00:00" });
    let found = only(orders(20, data));
    let properties: Vec<Property> = found.properties.into_iter().map(|one| one.property).collect();
    let compiled = compile(&schema_of(&properties).unwrap()).unwrap();
    for n in 0..20 {
        assert_eq!(crate::violation::violations(&compiled, &data(n)), []);
        assert_eq!(compiled.shape.unplanned(&data(n).to_string(), 20, &|_| false), [] as [String; 0]);
    }
}

#[test]
fn of_few_events_nothing_is_said_to_be_required() {
    let few = only(orders(9, |_| json!({ "total": 1 })));
    assert!(!few.properties[0].property.required);
    let enough = only(orders(10, |_| json!({ "total": 1 })));
    assert!(enough.properties[0].property.required);
}

#[test]
fn names_that_are_data_are_not_suggested_and_values_are_nowhere() {
    let mut arrivals = orders(3, |_| json!({ "anna@example.com": 1, "secret_key": "secret-value", "": 1 }));
    arrivals.push(arrival(Kind::Track, "anna@example.com", json!({})));
    arrivals.push(arrival(Kind::Track, " ", json!({})));
    let found = suggest(arrivals);
    let told = format!("{found:?}");
    assert!(told.contains("secret_key") && !told.contains("anna") && !told.contains("secret-value"), "{told}");
    assert_eq!(found.len(), 1);
}

#[test]
fn traits_and_pages_are_suggested_by_kind_most_frequent_first() {
    let found = suggest(vec![
        arrival(Kind::Identify, "ignored", json!({ "email": "a@b.nl" })),
        arrival(Kind::Page, "Home", json!({ "url": "u" })),
        arrival(Kind::Page, "Home", json!({ "url": "u" })),
        arrival(Kind::Page, "", json!({ "url": "u" })),
    ]);
    let names: Vec<(Kind, &str, u64)> = found.iter().map(|one| (one.kind, one.name.as_str(), one.events)).collect();
    assert_eq!(names, [(Kind::Page, "Home", 2), (Kind::Page, "", 1), (Kind::Identify, "", 1)]);
}

#[test]
fn many_pages_are_suggested_as_one() {
    let page = |n: usize| arrival(Kind::Page, &format!("Product {n}"), json!({ "path": "/p" }));
    let few = suggest((0..NAMED_PAGES_MAX).map(page).collect());
    assert_eq!(few.len(), NAMED_PAGES_MAX);
    let all = only((0..=NAMED_PAGES_MAX).map(page).collect());
    assert_eq!((all.kind, all.name.as_str(), all.events), (Kind::Page, "", NAMED_PAGES_MAX as u64 + 1));
}

#[test]
fn a_plain_name_is_personal_among_the_traits_of_a_person_only() {
    let data = json!({ "name": "x", "email": "a@b.nl", "products": [{ "name": "y" }] });
    let order = only(vec![arrival(Kind::Track, "Order Completed", data.clone())]);
    assert!(!property(&order, "name").property.personal && property(&order, "email").property.personal);
    assert!(!property(&order, "products").property.properties[0].personal);
    assert!(property(&only(vec![arrival(Kind::Identify, "", data)]), "name").property.personal);
}

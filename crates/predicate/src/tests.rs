//! Every kind of the registry, the rules of comparison, the limits and the mistakes.

use crate::*;
use base::{Json, SegmentId, Timestamp};
use serde_json::json;

mod consent;
mod golden;
mod questions;
mod sentences;

const NOW: Timestamp = Timestamp::from_ms(1_795_341_600_000); // 2026-11-22T10:00:00Z
const DAY_MS: i64 = 86_400_000;

fn condition(json: Json) -> Condition {
    parse(&json).unwrap_or_else(|errors| panic!("{json}: {errors}"))
}

fn profile(traits: Json, events: &[(&str, i64, Json)]) -> JsonFacts {
    JsonFacts {
        traits: traits.as_object().cloned().unwrap_or_default(),
        events: events
            .iter()
            .map(|(name, days_ago, properties)| JsonEvent {
                name: (*name).to_owned(),
                at: NOW.plus_ms(-days_ago * DAY_MS),
                channel: "web".to_owned(),
                properties: properties.clone(),
            })
            .collect(),
        ..JsonFacts::default()
    }
}

#[track_caller]
fn check_trait(value: Json, op: &str, operand: Json, expected: bool) {
    let asked = condition(json!({ "trait": { "name": "t", "op": op, "value": operand } }));
    let facts = profile(json!({ "t": value }), &[]);
    assert_eq!(asked.matches(&facts, NOW), expected, "{value} {op} {operand}");
}

#[track_caller]
fn check_error(json: Json, pointer: &str, code: &str) {
    let errors = parse(&json).expect_err("must be refused");
    let found: Vec<_> = errors.0.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    assert!(found.contains(&(pointer, code)), "{json}: wanted {pointer} {code}, got {found:?}");
    assert!(errors.0.iter().all(|error| !error.detail.is_empty()));
}

#[test]
fn every_kind_reads_its_own_example_and_writes_it_back() {
    for kind in KINDS {
        let json = json!({ kind.name: (kind.example)() });
        let read = condition(json.clone());
        assert_eq!(read.kind_name(), kind.name);
        assert_eq!(condition(read.to_json()), read, "{} survives a round trip", kind.name);
        assert!((kind.json_schema)()["title"].is_string(), "{} has a title for forms", kind.name);
        for locale in Locale::ALL {
            let sentence = describe(&read, locale, &|_| None);
            assert!(sentence.ends_with('.') && !sentence.contains('{'), "{sentence}");
        }
    }
}

#[test]
fn every_operator_is_offered_for_a_type_and_reads_back() {
    for op in Op::ALL {
        assert!(!op.types().is_empty());
        let value = match op.name() {
            "in" | "not_in" => json!(["a", 5, true]),
            "between" => json!([1, 2.5]),
            "before" | "after" => json!("2026-11-22"),
            "within_last" | "not_within_last" | "anniversary_in_next" => json!({ "amount": 3, "unit": "week" }),
            "gt" | "gte" | "lt" | "lte" => json!(12.5),
            "is_true" | "is_false" | "exists" | "not_exists" | "anniversary_today" => Json::Null,
            _ => json!("abc"),
        };
        let read = condition(json!({ "trait": { "name": "t", "op": op.name(), "value": value } }));
        assert_eq!(condition(read.to_json()), read, "{}", op.name());
    }
}

#[test]
fn text_compares_exactly_for_equals_and_without_case_for_parts() {
    check_trait(json!("NL"), "equals", json!("NL"), true);
    check_trait(json!("NL"), "equals", json!("nl"), false);
    check_trait(json!("Leeuwarden"), "contains", json!("WARD"), true);
    check_trait(json!("Leeuwarden"), "starts_with", json!("leeu"), true);
    check_trait(json!("Leeuwarden"), "ends_with", json!("DEN"), true);
    check_trait(json!("Leeuwarden"), "matches", json!("^L.*n$"), true);
    check_trait(json!("Leeuwarden"), "not_contains", json!("ward"), false);
    check_trait(json!("b"), "in", json!(["a", "b"]), true);
    check_trait(json!(["x", "b"]), "in", json!(["a", "b"]), true);
    check_trait(json!("c"), "not_in", json!(["a", "b"]), true);
}

#[test]
fn numbers_and_truth_values_written_as_text_count() {
    check_trait(json!("12.50"), "equals", json!(12.5), true);
    check_trait(json!(5), "equals", json!("5"), true);
    check_trait(json!("7"), "gt", json!(6), true);
    check_trait(json!("seven"), "gt", json!(6), false);
    check_trait(json!("inf"), "gt", json!(6), false);
    check_trait(json!(7), "between", json!([7, 8]), true);
    check_trait(json!(8.1), "between", json!({ "from": 7, "to": 8 }), false);
    check_trait(json!("TRUE"), "is_true", Json::Null, true);
    check_trait(json!(0), "is_false", Json::Null, true);
}

#[test]
fn a_negative_operator_also_holds_without_a_value() {
    check_trait(Json::Null, "not_equals", json!("NL"), true);
    check_trait(Json::Null, "not_within_last", json!({ "amount": 1, "unit": "day" }), true);
    check_trait(Json::Null, "not_exists", Json::Null, true);
    check_trait(json!([]), "exists", Json::Null, false);
    check_trait(json!(["a", "b"]), "not_equals", json!("b"), false);
}

#[test]
fn dates_compare_as_times_and_a_day_is_whole() {
    check_trait(json!("2026-11-21T23:59:59Z"), "before", json!("2026-11-22"), true);
    check_trait(json!("2026-11-22T12:00:00Z"), "after", json!("2026-11-22"), false);
    check_trait(json!("2026-11-23"), "after", json!("2026-11-22"), true);
    check_trait(json!("2026-11-22T23:00:00Z"), "between", json!(["2026-11-01", "2026-11-22"]), true);
    check_trait(json!(NOW.ms() - 3 * DAY_MS), "within_last", json!({ "amount": 3, "unit": "day" }), true);
    check_trait(json!(NOW.ms() - 3 * DAY_MS - 1), "within_last", json!({ "amount": 3, "unit": "days" }), false);
    check_trait(json!(NOW.ms() + 1), "within_last", json!({ "amount": 3, "unit": "day" }), false);
}

#[test]
fn a_path_goes_through_objects_and_arrays() {
    let facts = profile(
        json!({ "address": { "city": "Sneek" }, "a.b": { "c": 1 } }),
        &[("Order Completed", 5, json!({ "products": [{ "category": "boots" }, { "category": "sneakers" }] }))],
    );
    let city = condition(json!({ "trait": { "name": "address.city", "op": "equals", "value": "Sneek" } }));
    let dotted = condition(json!({ "trait": { "name": "a.b.c", "op": "equals", "value": 1 } }));
    let bought = condition(json!({ "event": { "name": "Order Completed", "op": "performed",
        "where": [{ "property": "products.category", "op": "equals", "value": "sneakers" }] } }));
    assert!(city.matches(&facts, NOW) && dotted.matches(&facts, NOW) && bought.matches(&facts, NOW));
}

#[test]
fn events_are_counted_within_their_window_and_through_their_channel() {
    let facts = profile(json!({}), &[("Visit", 1, json!({})), ("Visit", 10, json!({})), ("Visit", 100, json!({}))]);
    let check = |body: Json, expected: bool| {
        assert_eq!(condition(json!({ "event": body.clone() })).matches(&facts, NOW), expected, "{body}");
    };
    let last = |days: i64| json!({ "last": { "amount": days, "unit": "day" } });
    check(
        json!({ "name": "Visit", "op": "performed", "count": { "op": "exactly", "value": 2 }, "window": last(30) }),
        true,
    );
    check(
        json!({ "name": "Visit", "op": "performed", "count": { "op": "at_least", "value": 3 }, "window": last(30) }),
        false,
    );
    check(json!({ "name": "Visit", "op": "performed", "count": { "op": "at_most", "value": 3 } }), true);
    check(json!({ "name": "Visit", "op": "not_performed", "window": { "since": "2026-11-22" } }), true);
    check(
        json!({ "name": "Visit", "op": "performed", "window": { "between": { "from": "2026-11-01", "to": "2026-11-12" } } }),
        true,
    );
    check(json!({ "name": "Visit", "op": "performed", "channel": "shop" }), false);
    check(json!({ "name": "Other", "op": "not_performed" }), true);
}

#[test]
fn reachable_wants_consent_and_an_address_that_is_not_suppressed() {
    let asked = condition(json!({ "reachable": { "channel": "email" } }));
    let mut facts = JsonFacts::default();
    assert!(!asked.matches(&facts, NOW));
    facts.consent.insert("email".into(), ConsentState::Subscribed);
    assert!(!asked.matches(&facts, NOW), "no address");
    facts.addresses.insert("email".into());
    assert!(asked.matches(&facts, NOW));
    facts.suppressed.insert("email".into());
    assert!(!asked.matches(&facts, NOW));
    let unknown = condition(json!({ "consent": { "channel": "sms", "state": "unknown" } }));
    assert!(unknown.matches(&facts, NOW));
}

#[test]
fn groups_negation_and_other_segments() {
    let id = SegmentId::derived("big");
    let asked = condition(json!({ "version": 1, "all": [
        { "any": [{ "segment": { "id": id.to_string(), "op": "in" } }, { "trait": { "name": "vip", "op": "is_true" } }] },
        { "not": { "trait": { "name": "country", "op": "equals", "value": "BE" } } } ] }));
    let mut facts = profile(json!({ "country": "NL" }), &[]);
    assert!(!asked.matches(&facts, NOW));
    facts.segments.insert(id);
    assert!(asked.matches(&facts, NOW));
    facts.traits.insert("country".into(), json!("BE"));
    assert!(!asked.matches(&facts, NOW));
    assert!(Condition::everyone().matches(&facts, NOW));
    let references = asked.references();
    assert_eq!(references.traits.iter().map(String::as_str).collect::<Vec<_>>(), ["country", "vip"]);
    assert!(references.segments.contains(&id) && !references.time);
}

#[test]
fn next_change_is_the_first_moment_the_answer_can_differ() {
    let asked = condition(json!({ "event": { "name": "Visit", "op": "performed",
        "window": { "last": { "amount": 30, "unit": "day" } } } }));
    let facts = profile(json!({}), &[("Visit", 10, json!({})), ("Visit", 20, json!({})), ("Visit", 40, json!({}))]);
    let next = asked.next_change(&facts, NOW).unwrap();
    assert_eq!(next, NOW.plus_ms(10 * DAY_MS + 1), "the visit of 20 days ago leaves first");
    let last = asked.next_change(&facts, next).unwrap();
    assert!(asked.matches(&facts, last.plus_ms(-1)) && !asked.matches(&facts, last));
    assert_eq!(asked.next_change(&facts, last), None);
    assert!(asked.references().time);
}

#[test]
fn mistakes_name_their_place_their_code_and_what_to_do() {
    check_error(json!([]), "", "not_an_object");
    check_error(json!({ "version": 2, "all": [] }), "/version", "version_unknown");
    check_error(
        json!({ "all": [{ "trait": { "name": "a", "op": "is", "value": 1 } }] }),
        "/all/0/trait/op",
        "op_unknown",
    );
    check_error(json!({ "all": [{ "trait": { "op": "exists" } }] }), "/all/0/trait/name", "missing");
    check_error(json!({ "all": [{ "some/thing": {} }] }), "/all/0/some~1thing", "kind_unknown");
    check_error(json!({ "all": [], "any": [] }), "", "one_key_wanted");
    check_error(json!({ "any": [] }), "/any", "empty");
    check_error(json!({ "trait": { "name": "a", "op": "gt", "value": "x" } }), "/trait/value", "value_type");
    check_error(json!({ "trait": { "name": "a", "op": "equals" } }), "/trait/value", "missing");
    check_error(json!({ "trait": { "name": "a", "op": "matches", "value": "(" } }), "/trait/value", "regex_invalid");
    check_error(
        json!({ "trait": { "name": "a", "op": "between", "value": [2, 1] } }),
        "/trait/value",
        "range_backwards",
    );
    check_error(json!({ "trait": { "name": "a", "op": "after", "value": "soon" } }), "/trait/value", "date_invalid");
    check_error(json!({ "trait": { "name": "a", "op": "exists", "vlaue": 1 } }), "/trait/vlaue", "field_unknown");
    check_error(
        json!({ "event": { "name": "a", "op": "performed", "window": { "last": { "amount": 0, "unit": "day" } } } }),
        "/event/window/last/amount",
        "amount_invalid",
    );
    check_error(json!({ "segment": { "id": "cmp_1", "op": "in" } }), "/segment/id", "id_invalid");
    check_error(json!({ "trait": { "name": "a\u{0}", "op": "exists" } }), "/trait/name", "nul_character");
    let both = parse(&json!({ "all": [{ "trait": {} }, { "consent": {} }] })).unwrap_err();
    assert!(both.0.len() >= 3, "all mistakes at once: {both}");
}

#[test]
fn limits_are_kept() {
    let one = json!({ "reachable": { "channel": "email" } });
    let many = vec![one.clone(); CONDITION_NODES_MAX];
    check_error(json!({ "all": many }), &format!("/all/{}", CONDITION_NODES_MAX - 1), "too_many_conditions");
    assert!(parse(&json!({ "all": vec![one.clone(); CONDITION_NODES_MAX - 1] })).is_ok());

    let nested = |depth: usize| (1..depth).fold(one.clone(), |inner, _| json!({ "not": inner }));
    assert!(parse(&nested(CONDITION_DEPTH_MAX)).is_ok());
    assert_eq!(parse(&nested(CONDITION_DEPTH_MAX + 1)).unwrap_err().0[0].code, "too_deep");

    let list = vec![json!("x"); LIST_VALUES_MAX + 1];
    check_error(json!({ "trait": { "name": "a", "op": "in", "value": list } }), "/trait/value", "list_too_long");
    let huge = json!({ "trait": { "name": "a", "op": "matches", "value": "(a{1000}){1000}" } });
    check_error(huge, "/trait/value", "regex_too_big");
}

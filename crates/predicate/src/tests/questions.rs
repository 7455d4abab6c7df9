//! What can be asked of events beyond how often, and of what followed what.

use super::*;

const HOUR_MS: i64 = 3_600_000;

/// Events at so many hours before [`NOW`].
fn did(events: &[(&str, i64, Json)]) -> JsonFacts {
    let mut facts = profile(json!({}), events);
    for (event, (_, hours, _)) in facts.events.iter_mut().zip(events) {
        event.at = NOW.plus_ms(-hours * HOUR_MS);
    }
    facts
}

fn done(names: &[(&str, i64)]) -> JsonFacts {
    did(&names.iter().map(|(name, hours)| (*name, *hours, json!({}))).collect::<Vec<_>>())
}

#[track_caller]
fn check(kind: &str, body: Json, facts: &JsonFacts, expected: bool) {
    let asked = condition(json!({ kind: body }));
    assert_eq!(asked.matches(facts, NOW), expected, "{asked:?}");
    let mut opposite = asked.to_json();
    opposite[kind]["op"] = json!("not_performed");
    assert_eq!(condition(opposite).matches(facts, NOW), !expected, "the opposite of {asked:?}");
    assert_eq!(condition(asked.to_json()), asked);
}

#[test]
fn the_first_and_the_last_time_are_looked_for_in_all_of_history() {
    let old_customer = done(&[("Order Completed", 24 * 400), ("Order Completed", 24 * 3)]);
    let new_customer = done(&[("Order Completed", 24 * 3)]);
    let ask = |which: &str| json!({ "name": "Order Completed", "occurrence": which, "window": { "last": { "amount": 30, "unit": "day" } } });
    check("event", ask("first"), &old_customer, false);
    check("event", ask("first"), &new_customer, true);
    check("event", ask("last"), &old_customer, true);
    check("event", ask("last"), &done(&[("Order Completed", 24 * 60)]), false);
    check("event", ask("first"), &done(&[]), false);
}

#[test]
fn filters_decide_what_the_first_time_is() {
    let facts =
        did(&[("Order Completed", 900, json!({ "total": 5 })), ("Order Completed", 5, json!({ "total": 500 }))]);
    let ask = json!({ "name": "Order Completed", "occurrence": "first", "window": { "last": { "amount": 1, "unit": "day" } },
        "where": [{ "property": "total", "op": "gte", "value": 100 }] });
    check("event", ask, &facts, true);
}

#[test]
fn amounts_are_of_the_events_in_the_window() {
    let order = |hours, prices: Json| ("Order Completed", hours, json!({ "products": prices }));
    let facts = did(&[
        order(24 * 90, json!([{ "price": 1_000, "sku": "a" }])),
        order(48, json!([{ "price": 20, "sku": "a" }, { "price": 20, "sku": "a" }])),
        order(24, json!([{ "price": "10.50", "sku": "b" }])),
    ]);
    let ask = |of: &str, op: &str, value: f64| {
        let property = if of == "distinct" { "products.sku" } else { "products.price" };
        json!({ "name": "Order Completed", "window": { "last": { "amount": 30, "unit": "day" } },
            "amount": { "of": of, "property": property, "op": op, "value": value } })
    };
    check("event", ask("sum", "exactly", 50.5), &facts, true);
    check("event", ask("sum", "more_than", 50.5), &facts, false);
    check("event", ask("average", "at_least", 16.8), &facts, true);
    check("event", ask("average", "at_least", 16.9), &facts, false);
    check("event", ask("min", "less_than", 11.0), &facts, true);
    check("event", ask("max", "at_most", 20.0), &facts, true);
    check("event", ask("distinct", "exactly", 2.0), &facts, true);
    check("event", ask("sum", "at_most", 0.0), &done(&[]), true);
    check("event", ask("average", "at_most", 9e9), &done(&[]), false);
}

#[test]
fn an_event_is_asked_one_question() {
    let event = |more: Json| {
        let mut event = json!({ "name": "A" });
        more.as_object().unwrap().iter().for_each(|(key, value)| event[key] = value.clone());
        json!({ "event": event })
    };
    let count = json!({ "op": "at_least", "value": 2 });
    check_error(event(json!({ "count": count, "occurrence": "first" })), "/event/occurrence", "one_question");
    let amount = json!({ "of": "sum", "property": "p", "op": "at_least", "value": 2 });
    check_error(event(json!({ "occurrence": "last", "amount": amount })), "/event/amount", "one_question");
    check_error(event(json!({ "occurrence": "second" })), "/event/occurrence", "op_unknown");
    let amount = json!({ "of": "median", "property": "", "op": "at_least", "value": "2" });
    check_error(event(json!({ "amount": amount })), "/event/amount/of", "op_unknown");
    check_error(event(json!({ "amount": amount })), "/event/amount/property", "empty");
    check_error(event(json!({ "amount": amount })), "/event/amount/value", "value_type");
}

fn steps(names: &[&str]) -> Json {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[test]
fn steps_come_one_after_the_other() {
    let ask = |order: &str| json!({ "steps": steps(&["A", "B", "C"]), "order": order });
    check("sequence", ask("loose"), &done(&[("A", 9), ("B", 8), ("C", 7)]), true);
    check("sequence", ask("loose"), &done(&[("C", 9), ("B", 8), ("A", 7)]), false);
    check("sequence", ask("loose"), &done(&[("A", 9), ("B", 8), ("A", 7), ("C", 6)]), true);
    check("sequence", ask("strict"), &done(&[("A", 9), ("B", 8), ("A", 7), ("C", 6)]), false);
    check("sequence", ask("strict"), &done(&[("A", 9), ("A", 8), ("X", 8), ("B", 7), ("C", 6)]), true);
    check("sequence", ask("strict"), &done(&[("A", 9), ("B", 8), ("A", 7), ("B", 6), ("C", 5)]), true);
    check("sequence", ask("loose"), &done(&[("C", 5), ("B", 5), ("A", 5)]), true);
}

#[test]
fn one_event_is_one_step() {
    let ask = json!({ "steps": steps(&["A", "A"]) });
    check("sequence", ask.clone(), &done(&[("A", 9)]), false);
    check("sequence", ask, &done(&[("A", 9), ("A", 9)]), true);
}

#[test]
fn all_steps_lie_within_a_time_after_the_first() {
    let ask = json!({ "steps": steps(&["A", "B", "C"]), "within": { "amount": 10, "unit": "hour" } });
    check("sequence", ask.clone(), &done(&[("A", 19), ("B", 15), ("C", 9)]), true);
    check("sequence", ask.clone(), &done(&[("A", 20), ("B", 15), ("C", 9)]), false);
    check("sequence", ask, &done(&[("A", 50), ("A", 19), ("B", 15), ("C", 9)]), true);
    let recent = json!({ "steps": steps(&["A", "B"]), "window": { "last": { "amount": 12, "unit": "hour" } } });
    check("sequence", recent.clone(), &done(&[("A", 20), ("B", 5)]), false);
    check("sequence", recent, &done(&[("A", 20), ("A", 12), ("B", 5)]), true);
}

/// A cart that was left: nothing is known before the time is over.
#[test]
fn what_did_not_follow_is_known_when_its_time_is_over() {
    let without = json!({ "name": "Order Completed", "within": { "amount": 4, "unit": "hour" } });
    let ask = json!({ "steps": steps(&["Product Added"]), "without": without });
    let left = done(&[("Product Added", 5)]);
    check("sequence", ask.clone(), &left, true);
    check("sequence", ask.clone(), &done(&[("Product Added", 5), ("Order Completed", 2)]), false);
    check("sequence", ask.clone(), &done(&[("Product Added", 5), ("Order Completed", 1)]), false);
    check("sequence", ask.clone(), &done(&[("Product Added", 6), ("Order Completed", 1)]), true);
    check("sequence", ask.clone(), &done(&[("Product Added", 6), ("Order Completed", 7)]), true);
    let fresh = done(&[("Product Added", 3)]);
    check("sequence", ask.clone(), &fresh, false);
    let asked = condition(json!({ "sequence": ask }));
    assert!(asked.references().time);
    let turns = asked.next_change(&fresh, NOW).unwrap();
    assert_eq!(turns, NOW.plus_ms(HOUR_MS + 1));
    assert!(!asked.matches(&fresh, turns.plus_ms(-1)) && asked.matches(&fresh, turns));
}

#[test]
fn what_happened_in_the_same_moment_followed() {
    let ask = |without: &str| {
        let without = json!({ "name": without, "within": { "amount": 4, "unit": "hour" } });
        json!({ "steps": steps(&["A"]), "without": without })
    };
    check("sequence", ask("B"), &done(&[("A", 9), ("B", 9)]), false);
    check("sequence", ask("A"), &done(&[("A", 9)]), true);
    check("sequence", ask("A"), &done(&[("A", 9), ("A", 7)]), true);
    check("sequence", ask("A"), &done(&[("A", 9), ("A", 3)]), true);
    check("sequence", ask("A"), &done(&[("A", 9), ("A", 7), ("A", 3)]), false);
}

#[test]
fn mistakes_in_a_sequence_are_named() {
    let ask = |body: Json| json!({ "sequence": body });
    check_error(ask(json!({ "steps": steps(&["A"]) })), "/sequence/steps", "steps_count");
    check_error(ask(json!({ "steps": [] })), "/sequence/steps", "steps_count");
    check_error(ask(json!({ "steps": steps(&["A"; 11]) })), "/sequence/steps", "steps_count");
    check_error(ask(json!({ "steps": steps(&["A", ""]) })), "/sequence/steps/1/name", "empty");
    check_error(ask(json!({ "steps": steps(&["A", "B"]), "order": "any" })), "/sequence/order", "op_unknown");
    check_error(
        ask(json!({ "steps": steps(&["A", "B"]), "without": { "name": "C" } })),
        "/sequence/without/within",
        "missing",
    );
}

#[test]
fn a_random_share_is_a_percentage() {
    let sample = |body: Json| json!({ "sample": body });
    assert_eq!(condition(sample(json!({ "to": 33.33 }))).to_json()["sample"]["to"], json!(33.33));
    check_error(sample(json!({ "from": 10, "to": 10 })), "/sample/to", "range_backwards");
    check_error(sample(json!({ "to": 33.333 })), "/sample/to", "share_invalid");
    check_error(sample(json!({ "from": -1, "to": 10 })), "/sample/from", "share_invalid");
    check_error(sample(json!({ "to": 10, "seed": 5 })), "/sample/seed", "not_a_text");
    check_error(sample(json!({})), "/sample/to", "share_invalid");
}

#[test]
fn birthdays_come_round() {
    let born = profile(json!({ "born": "1984-11-25", "name": "Jan" }), &[]);
    let soon = |days: u32| {
        let value = json!({ "amount": days, "unit": "day" });
        condition(json!({ "trait": { "name": "born", "op": "anniversary_in_next", "value": value } }))
    };
    let day = |text: &str| Timestamp::parse(text).unwrap();
    assert!(soon(7).matches(&born, day("2026-11-22")) && !soon(3).matches(&born, day("2026-11-22")));
    assert!(soon(4).matches(&born, day("2026-11-22")), "the day that begins within four days");
    let today = condition(json!({ "trait": { "name": "born", "op": "anniversary_today" } }));
    assert!(today.matches(&born, day("2026-11-25T08:00:00Z")) && today.references().time);
    assert_eq!(today.next_change(&born, day("2026-11-25T08:00:00Z")), Some(day("2026-11-26")));
    let nameless = condition(json!({ "trait": { "name": "name", "op": "anniversary_today" } }));
    assert!(!nameless.matches(&born, day("2026-11-25")) && nameless.next_change(&born, NOW).is_none());
}

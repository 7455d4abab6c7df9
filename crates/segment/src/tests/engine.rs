use super::*;
use crate::engine::traits::TRAIT_PATHS_MAX;
use crate::engine::{Turned, Workspace};
use serde_json::json;

fn space(events: &[ResolvedEvent]) -> Workspace {
    let mut space = Workspace::default();
    feed(&mut space, events);
    space
}

fn feed(space: &mut Workspace, events: &[ResolvedEvent]) {
    let events: Vec<&ResolvedEvent> = events.iter().collect();
    space.apply(Turned::default(), &events, NOW, &Others::default(), &mut Vec::new());
}

#[track_caller]
fn check(space: &Workspace, asked: Json, expected: &[u32]) {
    let found: Vec<u32> = space.evaluate(&condition(asked.clone()), NOW).iter().collect();
    assert_eq!(found, expected, "{asked}");
}

fn shop() -> Workspace {
    space(&[
        identify(1, json!({ "country": "NL", "age": 30, "email": "a@example.org" })),
        identify(2, json!({ "country": "NL", "age": 40 })),
        identify(3, json!({ "country": "SE", "age": "41" })),
        track(
            1,
            "Order Completed",
            5,
            json!({ "products": [{ "category": "sneakers" }, { "category": "boots" }], "total": 80 }),
        ),
        track(2, "Order Completed", 90, json!({ "products": [{ "category": "sneakers" }], "total": 120 })),
        track(2, "Order Completed", 1, json!({ "products": [{ "category": "boots" }], "total": 60.5 })),
        system(1, "Consent Changed", json!({ "channel": "email", "state": "subscribed" })),
    ])
}

#[test]
fn bought_sneakers_in_the_last_60_days_lives_in_nl_may_be_mailed() {
    let space = shop();
    let bought = json!({ "event": { "name": "Order Completed", "op": "performed", "window": { "last": { "amount": 60, "unit": "day" } },
        "where": [{ "property": "products.category", "op": "equals", "value": "sneakers" }] } });
    let lives = json!({ "trait": { "name": "country", "op": "equals", "value": "NL" } });
    check(&space, bought.clone(), &[1]);
    check(&space, lives.clone(), &[1, 2]);
    let all = json!({ "all": [bought, lives, { "reachable": { "channel": "email" } }] });
    check(&space, all.clone(), &[1]);
    let (_, parts) = space.evaluate_parts(&condition(all), NOW);
    let parts: Vec<_> = parts.iter().map(|part| (part.pointer.as_str(), part.count)).collect();
    assert_eq!(parts, [("", 1), ("/all/0", 1), ("/all/1", 2), ("/all/2", 1)]);
    check(&space, json!({ "trait": { "name": "age", "op": "gte", "value": 40 } }), &[2, 3]);
    check(&space, json!({ "event": { "name": "Order Completed", "op": "not_performed" } }), &[3]);
}

#[test]
fn pickers_know_names_types_values_and_counts() {
    let space = shop();
    let traits: Vec<_> = space.trait_names().into_iter().map(|name| (name.name, name.value_type, name.count)).collect();
    assert_eq!(
        traits,
        [("age".into(), "string", 3), ("country".into(), "string", 3), ("email".to_owned(), "string", 1)]
    );
    let values = space.trait_values("country", "", 10);
    assert_eq!(values[0], ValueCount { value: json!("NL"), count: 2 });
    assert_eq!(space.trait_values("country", "s", 10), [ValueCount { value: json!("SE"), count: 1 }]);
    assert_eq!(space.event_names()[0].name, "Order Completed");
    assert_eq!(space.event_names()[0].last_at, NOW.plus_ms(-DAY_MS));
    let properties = space.event_properties("Order Completed");
    let total = properties.iter().find(|property| property.name == "total").unwrap();
    assert_eq!((total.value_type, total.count), ("number", 3));
    assert!(space.event_properties("Nothing").is_empty());
}

#[test]
fn an_older_trait_does_not_replace_a_newer_one_and_null_takes_back() {
    let old = event(1, EventKind::Identify, "", NOW.plus_ms(-1), json!({ "country": "BE" }), false);
    let space = space(&[identify(1, json!({ "country": "NL" })), old]);
    check(&space, json!({ "trait": { "name": "country", "op": "equals", "value": "NL" } }), &[1]);
    let space =
        super::engine::space(&[identify(1, json!({ "country": "NL" })), identify(1, json!({ "country": null }))]);
    check(&space, json!({ "trait": { "name": "country", "op": "not_exists" } }), &[1]);
}

#[test]
fn a_column_of_numbers_turns_into_codes_and_keeps_its_values() {
    let mut events: Vec<ResolvedEvent> = (1..=300).map(|n| identify(n, json!({ "score": n }))).collect();
    events.push(identify(301, json!({ "score": "high" })));
    events.push(identify(302, json!({ "score": [7, 8] })));
    let space = space(&events);
    check(&space, json!({ "trait": { "name": "score", "op": "equals", "value": 7 } }), &[7, 302]);
    check(&space, json!({ "trait": { "name": "score", "op": "in", "value": ["high", 300, "9"] } }), &[9, 300, 301]);
}

#[test]
fn names_beyond_the_limit_are_ignored_not_fatal() {
    let traits: base::JsonMap = (0..TRAIT_PATHS_MAX + 10).map(|n| (format!("t{n}"), json!(1))).collect();
    let space = space(&[identify(1, Json::Object(traits))]);
    assert_eq!(space.trait_names().len(), TRAIT_PATHS_MAX);
}

#[test]
fn an_erased_customer_is_in_no_column() {
    let mut space = shop();
    let erased = system(1, "Profile Erased", json!({}));
    space.apply(Turned::default(), &[&erased], NOW, &Others::default(), &mut Vec::new());
    assert_eq!(space.alive.iter().collect::<Vec<_>>(), [2, 3]);
    assert!(space.trait_values("email", "", 10).is_empty());
    assert_eq!(space.event_names()[0].count, 2);
    let properties = space.event_properties("Order Completed");
    assert!(properties.iter().all(|property| property.count == 2 && !property.examples.contains(&json!(80))));
}

#[test]
fn a_phone_number_is_read_in_the_country_of_the_customer() {
    let mut space = Workspace::default();
    let consent = |profile| system(profile, "Consent Changed", json!({"channel": "sms", "state": "subscribed"}));
    let said = |profile, traits: serde_json::Value| [identify(profile, traits), consent(profile)];
    let reached = |space: &Workspace| space.channels.reachable("sms").iter().collect::<Vec<_>>();
    feed(&mut space, &said(1, json!({ "phone": "0701234567" })));
    feed(&mut space, &said(2, json!({ "country": "SE", "phone": "0701234567" })));
    feed(&mut space, &said(3, json!({ "phone": "0701234567", "address": { "country": "SE" } })));
    feed(&mut space, &said(4, json!({ "country": "NL", "phone": "0701234567", "address": { "country": "SE" } })));
    feed(&mut space, &said(5, json!({ "phone": "+31612345678" })));
    assert_eq!(reached(&space), [2, 3, 5]);
    feed(&mut space, &[identify(1, json!({ "country": "SE" })), identify(2, json!({ "country": "NL" }))]);
    assert_eq!(reached(&space), [1, 3, 5], "it follows the country");
}

#[test]
fn an_address_nothing_can_be_sent_to_is_none() {
    let mut space = Workspace::default();
    let said = |profile, email: &str| identify(profile, json!({ "email": email, "phone": "0612345678" }));
    let consent = |profile| system(profile, "Consent Changed", json!({"channel": "email", "state": "subscribed"}));
    for (profile, email) in [(1, "anna@x.nl"), (2, "anna@@x.nl"), (3, " ")] {
        feed(&mut space, &[said(profile, email), consent(profile)]);
    }
    assert_eq!(space.channels.reachable("email").iter().collect::<Vec<_>>(), [1]);
    feed(&mut space, &[said(2, "anna@y.nl"), said(1, "x@@y")]);
    assert_eq!(space.channels.reachable("email").iter().collect::<Vec<_>>(), [2], "as the address changes");
    let mut again = Workspace::default();
    for (profile, email) in [(1, "anna@x.nl"), (2, "anna@@x.nl")] {
        let row = ProfileRow {
            profile: ProfileId::new(profile),
            traits: vec![("email".into(), json!(email), NOW)],
            consent: vec![("email".into(), predicate::ConsentState::Subscribed)],
            suppressed: Vec::new(),
        };
        again.load_profile(&row, &Others::default());
    }
    assert_eq!(again.channels.reachable("email").iter().collect::<Vec<_>>(), [1], "also at the start");
}

#[test]
fn topics_and_what_waits_for_an_answer_are_states_of_their_own() {
    let mut space = Workspace::default();
    let says = |profile, subject: &str, state: &str| {
        system(profile, "Consent Changed", json!({ "channel": subject, "state": state }))
    };
    feed(
        &mut space,
        &[says(1, "email", "pending"), says(2, "email", "subscribed"), says(3, "topic:news/email", "unsubscribed")],
    );
    let who = |space: &Workspace, subject: &str, state| {
        space.channels.consent(subject, state, &space.alive).iter().collect::<Vec<u32>>()
    };
    assert_eq!(who(&space, "email", predicate::ConsentState::Pending), [1]);
    assert_eq!(who(&space, "email", predicate::ConsentState::Unknown), [3], "never asked");
    assert_eq!(who(&space, "topic:news/email", predicate::ConsentState::Unsubscribed), [3]);
    assert_eq!(who(&space, "purpose:ads", predicate::ConsentState::Unknown), [1, 2, 3]);
    feed(&mut space, &[says(1, "email", "subscribed")]);
    assert_eq!(who(&space, "email", predicate::ConsentState::Subscribed), [1, 2]);
    assert!(who(&space, "email", predicate::ConsentState::Pending).is_empty());
}

use super::*;
use crate::SourceKind;
use crate::limits::*;
use crate::testing::{Room, WORKSPACE, body};
use serde_json::{Value, json};

/// Sends `items` as a batch; answers (accepted, duplicates, (pointer, code) of the rejected) or the problem's code.
async fn send(
    room: &Room,
    key: &str,
    items: Value,
) -> std::result::Result<(u32, u32, Vec<(String, &'static str)>), &'static str> {
    let outcome = room.collect.accept(Endpoint::Batch, body(json!({ "batch": items })), Some(key)).await;
    match outcome {
        Ok(done) => Ok((
            done.accepted,
            done.duplicates,
            done.rejected.into_iter().map(|item| (item.pointer, item.code)).collect(),
        )),
        Err(error) => Err(Problem::from(error).code),
    }
}

fn track(message: &str) -> Value {
    json!({ "type": "track", "event": "Product Viewed", "userId": "u1", "messageId": message, "properties": { "sku": "A" } })
}

#[tokio::test]
async fn a_batch_is_durable_and_comes_back_as_events() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Website).await;
        let answer = send(&room, &source.write_key, json!([track("m1"), track("m2"), track("m1")])).await;
        assert_eq!(answer, Ok((3, 1, vec![])));
        assert_eq!(send(&room, &source.write_key, json!([track("m2")])).await, Ok((1, 1, vec![])));
        let events = room.events().await;
        let seen: Vec<_> = events.iter().map(|event| (event.message_id.as_str(), event.name.as_str())).collect();
        assert_eq!(seen, [("m1", "Product Viewed"), ("m2", "Product Viewed")]);
        assert_eq!(events[0].source, Some(source.id));
        assert_eq!(events[0].channel, Channel::Web);
        assert_eq!(events[0].properties.get("sku"), Some(&json!("A")));
    }
}

#[tokio::test]
async fn a_bad_item_costs_no_other_item_and_says_where() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let long = "x".repeat(EVENT_BYTES_MAX);
    let many: serde_json::Map<String, Value> =
        (0..=PROPERTIES_MAX).map(|n| (format!("property {n}"), json!(n))).collect();
    let items = json!([
        track("ok1"),
        { "type": "track", "userId": "u" },
        { "type": "track", "event": 7.5, "userId": "u" },
        { "type": "track", "event": "A" },
        { "type": "dance", "userId": "u" },
        { "userId": "u" },
        { "type": "identify", "userId": { "id": 1 } },
        { "type": "track", "event": "A", "userId": "u", "messageId": "m".repeat(101) },
        { "type": "group", "userId": "u", "groupId": "g".repeat(501) },
        { "type": "group", "userId": "u", "groupId": " " },
        { "type": "alias", "userId": "u" },
        { "type": "identify", "userId": "u", "traits": [1] },
        { "type": "track", "event": "A", "userId": "u", "properties": many },
        { "type": "track", "event": "A", "userId": "u", "timestamp": "yesterday" },
        { "type": "track", "event": "A", "userId": "u\u{0}" },
        "text",
        { "type": "track", "event": "A", "userId": "u", "properties": { "long": long } },
        { "type": "track", "event": "A", "context": { "externalIds": [{ "id": "L-1", "type": "loyaltyCard" }] }, "messageId": "ok2" },
        { "type": "track", "event": "A", "userId": 42, "messageId": "ok3" }
    ]);
    let (accepted, duplicates, rejected) = send(&room, &key, items).await.unwrap();
    assert_eq!((accepted, duplicates), (3, 0));
    let expected = [
        ("/batch/1/event", "missing_field"),
        ("/batch/2/event", "wrong_type"),
        ("/batch/3/userId", "missing_field"),
        ("/batch/4/type", "unknown_type"),
        ("/batch/5/type", "missing_type"),
        ("/batch/6/userId", "wrong_type"),
        ("/batch/7/messageId", "message_id_too_long"),
        ("/batch/8/groupId", "group_id_too_long"),
        ("/batch/9/groupId", "missing_field"),
        ("/batch/10/previousId", "missing_field"),
        ("/batch/11/traits", "wrong_type"),
        ("/batch/12/properties", "too_many_properties"),
        ("/batch/13/timestamp", "invalid_timestamp"),
        ("/batch/14", "nul_character"),
        ("/batch/15", "not_an_object"),
        ("/batch/16", "event_too_large"),
    ];
    let rejected: Vec<_> = rejected.iter().map(|(pointer, code)| (pointer.as_str(), *code)).collect();
    assert_eq!(rejected, expected);
    let events = room.events().await;
    let ids: Vec<_> = events.iter().map(|event| event.message_id.as_str()).collect();
    assert_eq!(ids, ["ok1", "ok2", "ok3"]);
    assert_eq!(events[1].identifiers[0].kind, "loyalty_card");
    assert_eq!(events[2].user_id.as_deref(), Some("42"));
}

/// What makes a whole request fail, and the code it fails with.
#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_whole() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let cases: [(Bytes, &str); 11] = [
        (Bytes::from_static(b""), "empty_body"),
        (Bytes::from_static(b"{\"batch\":[{"), "malformed_json"),
        (Bytes::from_static(b"[]"), "malformed_json"),
        (Bytes::from_static(b"{\"batch\":\"x\"}"), "malformed_json"),
        (Bytes::from_static(b"{}"), "missing_batch"),
        (Bytes::from_static(b"{\"batch\":[{\"type\":\"\xff\"}]}"), "invalid_utf8"),
        (Bytes::from_static(b"{\"batch\":[]\0}"), "nul_character"),
        (Bytes::from(vec![b' '; BATCH_BYTES_MAX + 1]), "batch_too_large"),
        (body(json!({ "batch": [{}, {}] })), "invalid_batch"),
        (body(json!({ "batch": vec![json!(1); BATCH_ITEMS_MAX + 1] })), "batch_too_large"),
        (Bytes::from(format!("{{\"batch\":[{}1{}]}}", "[".repeat(9_000), "]".repeat(9_000))), "invalid_batch"),
    ];
    for (body, expected) in cases {
        let shown: String = String::from_utf8_lossy(&body).chars().take(40).collect();
        let error = room.collect.accept(Endpoint::Batch, body, Some(&key)).await.expect_err(&shown);
        let problem = Problem::from(error);
        assert_eq!((problem.code, problem.kind), (expected, ProblemKind::Malformed), "{shown}");
    }
    assert!(room.events().await.is_empty());
}

#[tokio::test]
async fn the_path_of_a_single_call_is_its_type_and_the_body_may_hold_the_key() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let call = json!({ "writeKey": key, "event": "Order Completed", "userId": "u", "properties": { "total": 12.5 } });
    let done = room.collect.accept(Endpoint::Single(EventKind::Track), body(call.clone()), None).await.unwrap();
    assert_eq!((done.accepted, done.duplicates), (1, 0));
    // Without a messageId a second call is a second event.
    room.collect.accept(Endpoint::Single(EventKind::Track), body(call.clone()), None).await.unwrap();
    let wrong = room
        .collect
        .accept(
            Endpoint::Single(EventKind::Identify),
            body(json!({ "type": "track", "event": "A", "userId": "u", "writeKey": key })),
            None,
        )
        .await;
    assert_eq!(Problem::from(wrong.unwrap_err()).code, "type_mismatch");
    let nobody = room.collect.accept(Endpoint::Single(EventKind::Page), body(json!({ "writeKey": key })), None).await;
    let problem = Problem::from(nobody.unwrap_err());
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("missing_field", "/userId"));
    let events = room.events().await;
    assert_eq!(events.len(), 2);
    assert_ne!(events[0].message_id, events[1].message_id);
    assert_eq!(events[0].kind, EventKind::Track);
}

#[tokio::test]
async fn only_a_known_write_key_may_send() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::Website).await;
    assert_eq!(send(&room, "wk_unknown", json!([track("a")])).await, Err("unknown_write_key"));
    assert_eq!(send(&room, "", json!([track("a")])).await, Err("missing_write_key"));
    let rotated = room.collect.rotate_source(WORKSPACE, source.id).await.unwrap();
    assert_ne!(rotated.write_key, source.write_key);
    assert!(send(&room, &rotated.write_key, json!([track("b")])).await.is_ok());
    assert!(send(&room, &source.write_key, json!([track("c")])).await.is_ok(), "the old key overlaps");
    room.clock.advance_ms(KEY_OVERLAP_MS);
    assert_eq!(send(&room, &source.write_key, json!([track("d")])).await, Err("write_key_expired"));
    room.collect.delete_source(WORKSPACE, source.id).await.unwrap();
    room.clock.advance_ms(KEY_RELOAD_MS);
    assert_eq!(send(&room, &rotated.write_key, json!([track("e")])).await, Err("unknown_write_key"));
    assert_eq!(room.events().await.len(), 2);
}

#[tokio::test]
async fn events_of_another_room_go_the_same_way() {
    let room = Room::sqlite().await;
    let items = [json!({ "type": "identify", "userId": "u", "traits": { "email": "a@example.com" } })];
    let done = room.collect.submit(WORKSPACE, Channel::Server, &items).await.unwrap();
    assert_eq!(done.accepted, 1);
    let error = room.collect.submit(WORKSPACE, Channel::Server, &[json!({ "type": "identify" })]).await.unwrap_err();
    assert_eq!(Problem::from(error).errors[0].pointer, "/batch/0/userId");
    assert_eq!(room.events().await[0].identifiers[0].value, "a@example.com");
}

/// Prints the cost; fails only when it is far beyond its budget on a busy machine.
#[tokio::test]
async fn accepting_costs_microseconds_per_event() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::Website).await;
    let state = room.collect.source_of(&source.write_key, testkit::NOW).await.unwrap();
    let item = |number: usize| {
        json!({ "type": "track", "event": "Product Viewed", "anonymousId": "3f2a9c1e-8d41-4c3b-9a77-0b1c2d3e4f50",
            "messageId": format!("ajs-next-{number:020}"), "timestamp": "2026-11-22T09:59:58.123Z",
            "properties": { "product_id": "SKU-1234", "name": "Trail Runner 3", "price": 129.95, "currency": "EUR", "category": "sneakers" },
            "context": { "page": { "path": "/shoes/trail", "url": "https://shop.example/shoes/trail?utm_source=mail", "title": "Trail Runner" },
                "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)", "locale": "nl-NL",
                "library": { "name": "analytics.js", "version": "next-1.84" } } })
    };
    const EVENTS: usize = 100;
    const ROUNDS: usize = 50;
    let text =
        json!({ "batch": (0..EVENTS).map(item).collect::<Vec<_>>(), "sentAt": "2026-11-22T10:00:00Z" }).to_string();
    let start = std::time::Instant::now();
    for _ in 0..ROUNDS {
        let parsed = parse_batch(&text).unwrap();
        let outcome = room.collect.check_items(&parsed, &state, &text, testkit::NOW);
        assert_eq!((outcome.ids.len(), outcome.rejected.len()), (EVENTS, 0));
    }
    let each_us = start.elapsed().as_secs_f64() * 1e6 / (EVENTS * ROUNDS) as f64;
    println!("{} bytes an event, {each_us:.2} µs to read and check", text.len() / EVENTS);
    const FAR_BEYOND_US: f64 = 100.0;
    assert!(each_us < FAR_BEYOND_US, "{each_us}");
}

#[tokio::test]
async fn an_order_without_a_readable_worth_is_kept_with_a_warning_and_an_unknown_currency_is_refused() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::Shop).await;
    let order = |id: &str, properties: Value| json!({ "type": "track", "event": "Order Completed", "userId": "u", "messageId": id, "properties": properties });
    let items = json!([
        order("fine", json!({ "revenue": "12.50", "currency": "sek", "products": [{ "price": 1, "quantity": 2 }] })),
        order("word", json!({ "revenue": "abc" })),
        order("huge", json!({ "total": 1e30, "currency": "EUR" })),
        order("list", json!({ "revenue": [1] })),
        order("price", json!({ "revenue": 1, "products": [{ "price": 1 }, { "price": "gratis" }] })),
        order("euro", json!({ "revenue": 1, "currency": "EURO" })),
        order("none", json!({ "revenue": 1, "currency": "EUX" })),
        order("odd", json!({ "revenue": 1, "currency": 978 })),
        { "type": "track", "event": "Product Viewed", "userId": "u", "properties": { "value": "abc", "currency": "points" } },
    ]);
    let answer = room.collect.accept(Endpoint::Batch, body(json!({ "batch": items })), Some(&source.write_key)).await;
    let done = answer.unwrap();
    let places = |items: &[Rejected]| items.iter().map(|item| (item.code, item.pointer.clone())).collect::<Vec<_>>();
    let warned = [
        ("invalid_amount", "/batch/1/properties/revenue".to_owned()),
        ("invalid_amount", "/batch/2/properties/total".to_owned()),
        ("invalid_amount", "/batch/3/properties/revenue".to_owned()),
        ("invalid_amount", "/batch/4/properties/products/1/price".to_owned()),
    ];
    assert_eq!(places(&done.warnings), warned);
    let refused = [5, 6, 7].map(|index| ("unknown_currency", format!("/batch/{index}/properties/currency")));
    assert_eq!(places(&done.rejected), refused);
    assert_eq!((done.accepted, room.events().await.len()), (6, 6));
    room.collect.flush().await.unwrap();
    let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
    assert_eq!(kept.len(), 7, "warnings are shown beside what was refused");
    assert_eq!(room.collect.source(WORKSPACE, source.id).await.unwrap().rejected, 3, "and not counted with it");
}

#[tokio::test]
async fn a_byte_order_mark_around_a_body_costs_no_event() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    for (number, (before, after)) in [("\u{feff}", ""), ("", "\u{feff}"), ("\n \u{feff}", " \r\n")].iter().enumerate() {
        let items = json!({ "batch": [track(&format!("bom{number}"))] });
        let body = bytes::Bytes::from(format!("{before}{items}{after}"));
        let done = room.collect.accept(Endpoint::Batch, body, Some(&key)).await.unwrap();
        assert_eq!((done.accepted, done.duplicates), (1, 0));
    }
    let events = room.events().await;
    assert_eq!(events.iter().map(|event| event.message_id.as_str()).collect::<Vec<_>>(), ["bom0", "bom1", "bom2"]);
}

#[tokio::test]
async fn one_item_that_is_no_json_refuses_the_whole_body() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    for item in [r#"{"type":"track",}"#, r#"{"type":"track"]"#, "{'a':1}", "nul", r#"{"a":01}"#] {
        let body = bytes::Bytes::from(format!(r#"{{"batch":[{},{item}]}}"#, track("good")));
        let answer = room.collect.accept(Endpoint::Batch, body, Some(&key)).await;
        assert_eq!(Problem::from(answer.unwrap_err()).code, "malformed_json", "{item}");
    }
    assert!(room.events().await.is_empty(), "what was refused is not stored");
}

#[tokio::test]
async fn a_bots_events_are_answered_counted_and_nobodys() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Website).await;
        let by = |message: &str, agent: &str| {
            let mut item = track(message);
            item["context"] = json!({ "userAgent": agent, "page": { "url": "https://shop.example/" } });
            item
        };
        let (browser, crawler) = (
            "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        );
        let batch = json!([by("b1", browser), by("b2", crawler), by("b3", crawler), track("b4")]);
        let done = room.collect.accept(Endpoint::Batch, body(json!({ "batch": batch })), Some(&source.write_key)).await;
        let done = done.unwrap();
        assert_eq!((done.accepted, done.bots, done.rejected.len()), (2, 2, 0));
        // The context of the whole batch counts for items that state none.
        let whole = json!({ "batch": [track("b5"), by("b6", browser)], "context": { "userAgent": crawler } });
        let done = room.collect.accept(Endpoint::Batch, body(whole), Some(&source.write_key)).await.unwrap();
        assert_eq!((done.accepted, done.bots), (1, 1));
        let single =
            room.collect.accept(Endpoint::Single(EventKind::Track), body(by("b7", crawler)), Some(&source.write_key));
        assert_eq!(single.await.unwrap().bots, 1);
        let seen: Vec<String> = room.events().await.into_iter().map(|event| event.message_id).collect();
        assert_eq!(seen, ["b1", "b4", "b6"]);
        let bots = room.collect.bots(WORKSPACE, source.id).await.unwrap();
        assert_eq!(bots.iter().map(|bot| (bot.agent.as_str(), bot.events)).collect::<Vec<_>>(), [(crawler, 4)]);
        let source = room.collect.source(WORKSPACE, source.id).await.unwrap();
        assert_eq!((source.events, source.bots, source.rejected), (3, 4, 0));
    }
}

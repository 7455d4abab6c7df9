use super::signature::Scheme;
use super::*;
use crate::limits::*;
use crate::testing::{Room, WORKSPACE};
use crate::{Change, ConnectError, Definition, PayloadState};
use base::{Json, PageRequest, SourceId, Timestamp};
use serde_json::json;

fn map(mapping: Json, headers: &[(&str, &str)], payload: Json) -> Mapped {
    let mapping: Mapping = serde_json::from_value(mapping).expect("a mapping");
    let compiled = Compiled::new(&mapping).expect("right");
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    compiled.apply(&super::apply::Incoming { headers: &headers, body: &payload.to_string(), source: "src_1" })
}

#[test]
fn one_delivery_becomes_as_many_events_as_it_tells() {
    let mapping = json!({ "rules": [{
        "each": "$.orders[?@.paid == true]", "type": "track", "when": { "value": { "header": "x-topic" }, "equals": "orders/paid" },
        "event": { "text": "Order Completed" }, "user_id": { "path": "$.customer.id" },
        "email": { "path": "$.customer.email", "as": "lower_case" }, "timestamp": { "path": "$.at", "as": "unix_s" },
        "message_id": { "path": "$.id" }, "channel": "shop",
        "properties": [
            { "name": "total", "value": { "path": "$.total_cents", "as": "minor_units" } },
            { "name": "currency", "value": { "path": "$.currency", "whole": true } },
            { "name": "skus", "value": { "path": "$.lines[*].sku" } },
            { "name": "gift", "value": { "path": "$.gift", "as": "boolean" } },
            { "name": "note", "value": { "path": "$.nothing" } },
        ],
        "traits": [{ "name": "city", "value": { "path": "$.customer.city" } }],
    }]});
    let payload = json!({ "currency": "JPY", "orders": [
        { "id": 7, "paid": true, "at": 1795341600, "total_cents": "1999", "gift": "yes", "lines": [{ "sku": "a" }, { "sku": "b" }],
          "customer": { "id": 12, "email": " Jan@Example.NL ", "city": "Ljouwert" } },
        { "id": 8, "paid": false, "customer": { "id": 13 } },
    ]});
    let mapped = map(mapping.clone(), &[("x-topic", "orders/paid")], payload.clone());
    assert_eq!((mapped.outcome, mapped.problems), (Outcome::Events, vec![]));
    let mut event = mapped.events[0].clone();
    let id = event.as_object_mut().unwrap().remove("messageId").unwrap();
    let expected = json!({ "type": "track", "event": "Order Completed", "userId": "12",
        "timestamp": "2026-11-22T10:00:00.000Z",
        "properties": { "total": 1999.0, "currency": "JPY", "skus": ["a", "b"], "gift": true },
        "context": { "externalIds": [{ "type": "email", "id": "jan@example.nl" }], "channel": "shop", "traits": { "city": "Ljouwert" } } });
    assert_eq!(event, expected, "a yen has no cents");
    assert_eq!(mapped.events.len(), 1, "the filter leaves one out");
    let again = map(mapping.clone(), &[("x-topic", "orders/paid")], payload.clone());
    assert_eq!(again.events[0]["messageId"], id, "the same delivery is the same event");
    assert_eq!(map(mapping, &[("x-topic", "orders/updated")], payload).outcome, Outcome::Nothing);
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let rule = json!({ "type": "track", "event": { "path": "$.what" }, "user_id": { "path": "$.who" },
        "timestamp": { "path": "$.at" }, "properties": [{ "name": "n", "value": { "path": "$.n", "as": "number" } }] });
    let mapping = json!({ "rules": [rule] });
    let pointers = |payload: Json| -> Vec<(String, String)> {
        map(mapping.clone(), &[], payload).problems.into_iter().map(|one| (one.pointer, one.code)).collect()
    };
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    assert_eq!(pointers(json!({ "what": "A", "who": {}, "at": 1 })), at("/rules/0/user_id", "not_text"));
    assert_eq!(pointers(json!({ "what": "A", "who": 1, "at": "next week" })), at("/rules/0/timestamp", "not_a_time"));
    let wrong = json!({ "what": "A", "who": 1, "n": "many" });
    assert_eq!(pointers(wrong), at("/rules/0/properties/0/value", "not_readable"));
    assert_eq!(pointers(json!({ "what": "A", "who": 1, "n": "12,5" })), vec![]);
    let twice = json!({ "rules": [{ "each": "$[*]", "type": "track", "event": { "text": "A" }, "user_id": { "path": "$.u" },
        "message_id": { "path": "$.id" } }] });
    let mapped = map(twice, &[], json!([{ "u": 1, "id": 5 }, { "u": 2, "id": 5 }]));
    assert_eq!(mapped.problems[0].code, "message_id_twice", "otherwise the second would be lost silently");
}

#[test]
fn a_mapping_that_is_wrong_in_itself_is_refused_whole() {
    let codes = |rule: Json| -> Vec<String> {
        let mapping: Mapping = serde_json::from_value(json!({ "rules": [rule] })).expect("read");
        Compiled::new(&mapping).expect_err("wrong").into_iter().map(|one| one.code).collect()
    };
    let of = |path: &str| json!({ "type": "identify", "user_id": { "path": path } });
    assert_eq!(codes(of("customer.id")), ["bad_path"]);
    assert_eq!(codes(of("$..a..b")), ["bad_path"], "it would walk the payload once for every place in it");
    assert_eq!(codes(of("$..a[?@.b == 1]")), ["bad_path"]);
    assert_eq!(codes(json!({ "type": "track", "user_id": { "path": "$.id" } })), ["missing_field"]);
    assert_eq!(codes(json!({ "type": "identify" })), ["missing_field"]);
    assert_eq!(
        codes(json!({ "type": "buy", "user_id": { "path": "$.id", "text": "x" } })),
        ["unknown_type", "bad_value"]
    );
}

fn verify(scheme: Scheme, secret: &str, headers: &[(&str, &str)], body: &str, at_s: i64) -> bool {
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    scheme.verify(secret, &headers, body.as_bytes(), Timestamp::from_ms(at_s * 1_000))
}

#[test]
fn signatures_of_senders_are_known_and_forgeries_are_not() {
    // GitHub's own example (docs.github.com, "Validating webhook deliveries").
    let secret = "It's a Secret to Everybody";
    let right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let github = |header: &str, body: &str| verify(Scheme::Github, secret, &[("x-hub-signature-256", header)], body, 0);
    assert!(github(right, "Hello, World!"));
    assert!(!github(right, "Hello, World?") && !github("sha256=", "Hello, World!") && !github("", "Hello, World!"));
    assert!(!verify(Scheme::Github, secret, &[], "Hello, World!", 0), "no header is no signature");
    // Computed with Python's hmac.
    let shopify = |body: &str| {
        let header = ("x-shopify-hmac-sha256", "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=");
        verify(Scheme::Shopify, "hush", &[header], body, 0)
    };
    assert!(shopify("{\"id\":1}") && !shopify("{\"id\":2}"));
    let stripe = |header: &str, at_s: i64| {
        verify(Scheme::Stripe, "whsec_test", &[("stripe-signature", header)], "{\"id\":\"evt_1\"}", at_s)
    };
    let signature = "838048d88f45bb9557da2d9f924db6f77e79be773fc4f395a40a8531f1660998";
    let header = format!("t=1795341600,v1={},v1={signature},v0=00", "ab".repeat(32));
    assert!(stripe(&header, 1_795_341_600) && stripe(&header, 1_795_341_890));
    assert!(!stripe(&header, 1_795_342_000), "what was recorded is not taken an hour later");
    assert!(!stripe(&format!("t=1795341601,v1={signature}"), 1_795_341_600));
    for at in [i64::MIN, i64::MAX] {
        assert!(!stripe(&format!("t={at},v1=00"), 1_795_341_600), "any number is only a wrong one");
        let headers = [("webhook-id", "a"), ("webhook-timestamp", &*at.to_string()), ("webhook-signature", "v1,AAAA")];
        assert!(!verify(Scheme::Standard, "whsec_aHVzaA==", &headers, "{}", 1_795_341_600));
    }
}

#[test]
fn standard_webhooks_are_verified_as_their_own_libraries_do() {
    let Some(folder) = testkit::shared_data("webhook-signatures") else {
        return eprintln!("skipped: the shared data has no webhook-signatures");
    };
    let text = std::fs::read_to_string(folder.join("vectors.json")).expect("the vectors");
    let vector = &serde_json::from_str::<Json>(&text).expect("JSON")["standard_webhooks"];
    let field = |name: &str| vector[name].as_str().expect("text").to_owned();
    let at = vector["timestamp"].as_i64().expect("seconds");
    let check = |prefix: &str, body: &str, now: i64| {
        let names = ["id", "timestamp", "signature"].map(|name| format!("{prefix}-{name}"));
        let headers = [
            (&*names[0], &*field("id")),
            (&*names[1], &*at.to_string()),
            (&*names[2], &*format!("v1,bad {}", field("signature"))),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Scheme::Standard.verify(&field("secret"), &headers, body.as_bytes(), Timestamp::from_ms(now * 1_000))
    };
    assert!(check("webhook", &field("body"), at) && check("svix", &field("body"), at + 60));
    assert!(!check("webhook", "{\"test\": 1}", at) && !check("webhook", &field("body"), at + 301));
}

fn rule() -> Json {
    json!({ "type": "track", "event": { "text": "Called" }, "user_id": { "path": "$.who" } })
}

fn definition(rules: &[Json]) -> Json {
    json!({ "kind": "webhook", "mapping": { "rules": rules } })
}

async fn token(room: &Room, id: SourceId) -> String {
    room.connect.connection(WORKSPACE, id).await.unwrap().token.expect("a token")
}

async fn send(room: &Room, token: &str, body: &str) -> Result<Received, (String, u16)> {
    let headers = vec![("content-type".into(), "application/json".into())];
    let delivery = Delivery { headers, query: Vec::new(), body: body.into() };
    room.connect.receive(token, delivery).await.map_err(|error| {
        let problem = base::Problem::from(error);
        (problem.code.to_owned(), problem.kind as u16)
    })
}

fn code(outcome: Result<Received, (String, u16)>) -> String {
    outcome.expect_err("refused").0
}

async fn change(room: &Room, id: SourceId, definition: Json) {
    let definition = Some(Definition::read(definition).expect("a definition"));
    room.connect.change(WORKSPACE, id, Change { enabled: None, definition }).await.expect("changed");
}

fn page() -> PageRequest {
    PageRequest { limit: Some(100), cursor: None }
}

#[test]
fn only_headers_that_the_mapping_uses_are_kept() {
    let header = |name: &str| json!({ "name": name, "value": { "header": name } });
    let mut used = rule();
    used["when"] = json!({ "value": { "header": "X-Topic" } });
    used["properties"] = json!([header("x-shop"), header("x-my-token"), header("x-api-key")]);
    let mapping: Mapping = serde_json::from_value(json!({ "rules": [used] })).unwrap();
    let names =
        ["content-type", "user-agent", "x-topic", "x-shop", "x-my-token", "x-api-key", "authorization", "x-other"];
    let sent = names.map(|name| (name.to_owned(), "value".to_owned())).to_vec();
    let kept = super::body::kept_headers(sent, &Compiled::new(&mapping).unwrap());
    let kept: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(kept, ["content-type", "user-agent", "x-topic", "x-shop"]);
}

#[tokio::test]
async fn a_byte_order_mark_is_no_mistake() {
    let room = Room::sqlite().await;
    let id = room.make(definition(&[rule()])).await;
    let taken = send(&room, &token(&room, id).await, "\u{feff}{\"who\":1}").await.unwrap();
    assert_eq!((taken.state, taken.events), (PayloadState::Mapped, 1));
}

#[tokio::test]
async fn what_came_before_the_mapping_is_replayed_once_with_its_own_time() {
    for room in Room::all().await {
        let id = room.make(definition(&[])).await;
        let token = token(&room, id).await;
        let first = send(&room, &token, "{\"who\":\"u1\"}").await.unwrap();
        assert_eq!((first.state, first.events), (PayloadState::Unmapped, 0));
        let came_at = room.connect.inner.clock.now();
        send(&room, &token, "{\"who\":{}}").await.unwrap();
        // Durable before the answer: it is there after a crash.
        let room = room.reopened().await;
        assert_eq!(room.connect.connection(WORKSPACE, id).await.unwrap().failed_payloads, 2);
        room.clock.advance_ms(3_600_000);
        change(&room, id, definition(&[rule()])).await;
        let done = room.connect.replay_payloads(WORKSPACE, id, None).await.unwrap();
        assert_eq!((done.replayed, done.events, done.failed), (2, 1, 1));
        let event = room.till.look(|state| state.events.values().next().cloned()).expect("an event");
        assert_eq!(event["timestamp"], json!(came_at), "it happened when it came");
        let waiting = room.connect.payloads(WORKSPACE, id, true, &page()).await.unwrap().items;
        assert_eq!((waiting.len(), waiting[0].code.as_deref()), (1, Some("not_text")));
        assert!(waiting[0].detail.as_deref().unwrap().starts_with("/rules/0/user_id"));
        // The sender repeats it, and somebody replays it by name.
        send(&room, &token, "{\"who\":\"u1\"}").await.unwrap();
        assert_eq!(room.till.look(|state| state.events.len()), 1, "never twice");
        let mut right = rule();
        right["user_id"] = json!({ "text": "somebody" });
        change(&room, id, definition(&[right])).await;
        let done = room.connect.replay_payloads(WORKSPACE, id, None).await.unwrap();
        assert_eq!((done.replayed, done.events, done.failed), (1, 1, 0));
        assert_eq!(room.health(id).await.0, "ok");
        assert_eq!(room.connect.replay_payloads(WORKSPACE, id, None).await.unwrap().replayed, 0);
    }
}

#[tokio::test]
async fn a_flood_is_told_to_come_back_and_disturbs_nobody_else() {
    let room = Room::sqlite().await;
    let (flooded, other) = (room.make(definition(&[rule()])).await, room.make(definition(&[rule()])).await);
    let (loud, quiet) = (token(&room, flooded).await, token(&room, other).await);
    for number in 0..DELIVERIES_BURST {
        send(&room, &loud, &format!("{{\"who\":{number}}}")).await.expect("the bucket is full");
    }
    assert_eq!(code(send(&room, &loud, "{\"who\":1}").await), "too_many_requests");
    send(&room, &quiet, "{\"who\":1}").await.expect("another source has a bucket of its own");
    assert_eq!(room.health(flooded).await.0, "failing");
    assert_eq!(room.health(other).await.0, "ok");
    room.clock.advance_ms(1_000);
    for number in 0..DELIVERIES_PER_SECOND {
        send(&room, &loud, &format!("{{\"who\":{number}}}")).await.expect("a second fills it");
    }
    assert_eq!(code(send(&room, &loud, "{\"who\":1}").await), "too_many_requests");
    room.clock.advance_ms(61_000);
    send(&room, &loud, "{\"who\":1}").await.unwrap();
    assert_eq!(room.health(flooded).await.0, "ok", "the flood is over");
    let samples = room.connect.payloads(WORKSPACE, flooded, false, &page()).await.unwrap().items;
    assert_eq!(samples.len(), SAMPLES_KEPT);
}

#[tokio::test]
async fn only_the_address_and_the_signature_open_the_door() {
    for room in Room::all().await {
        let mut signed = definition(&[rule()]);
        signed["signature"] = json!({ "scheme": "shopify", "secret": "hush" });
        let id = room.make(signed.clone()).await;
        let old = token(&room, id).await;
        let shown = room.connect.connection(WORKSPACE, id).await.unwrap();
        let text = serde_json::to_string(&shown.definition).unwrap();
        assert!(text.contains("\"secret_set\":true") && !text.contains("hush"), "{text}");
        assert_eq!(code(send(&room, &old, "{\"who\":1}").await), "bad_signature");
        let (state, why, _) = room.health(id).await;
        assert_eq!((state, why.as_str()), ("failing", "bad_signature"));
        assert_eq!(code(send(&room, "nobody", "{}").await), "unknown_webhook");
        // A definition without the secret keeps it; another scheme is another matter.
        signed["signature"] = json!({ "scheme": "shopify", "secret_set": true });
        change(&room, id, signed.clone()).await;
        assert_eq!(code(send(&room, &old, "{\"who\":1}").await), "bad_signature");
        signed["signature"] = json!({ "scheme": "none" });
        change(&room, id, signed).await;
        send(&room, &old, "{\"who\":1}").await.expect("no signature is asked");
        room.connect.rotate(WORKSPACE, id).await.unwrap();
        assert_eq!(code(send(&room, &old, "{\"who\":2}").await), "unknown_webhook");
        let new = token(&room, id).await;
        room.connect.change(WORKSPACE, id, Change { enabled: Some(false), definition: None }).await.unwrap();
        assert_eq!(code(send(&room, &new, "{\"who\":2}").await), "source_paused");
        assert_eq!(room.health(id).await.0, "paused");
        room.connect.forget(WORKSPACE, id).await.unwrap();
        assert_eq!(code(send(&room, &new, "{\"who\":2}").await), "unknown_webhook");
        let stranger = base::WorkspaceId::new(2);
        let error = room.connect.payloads(stranger, id, false, &page()).await.expect_err("not theirs");
        assert!(matches!(error, ConnectError::Problem(problem) if problem.code == "not_found"));
    }
}

#[tokio::test]
async fn a_delivery_is_taken_whole_or_not_at_all() {
    let room = Room::sqlite().await;
    let each =
        json!({ "each": "$[*]", "type": "track", "event": { "text": "Called" }, "user_id": { "path": "$.who" } });
    let id = room.make(definition(&[each])).await;
    let token = token(&room, id).await;
    // The second event is nobody's: the door would refuse it.
    let taken = send(&room, &token, "[{\"who\":\"a\"},{\"was\":\"b\"}]").await.unwrap();
    assert_eq!((taken.state, taken.events), (PayloadState::Failed, 0));
    assert_eq!(room.till.look(|state| state.events.len()), 0);
    // When the log is full the sender keeps it, and nothing waits here.
    room.till.look(|state| state.busy = true);
    assert_eq!(code(send(&room, &token, "[{\"who\":\"a\"}]").await), "inbox_full");
    room.till.look(|state| state.busy = false);
    assert_eq!(room.connect.connection(WORKSPACE, id).await.unwrap().failed_payloads, 1);
    assert_eq!(code(send(&room, &token, "{\"who\":\"a\0\"}").await), "nul_character");
    assert_eq!(code(send(&room, &token, &"x".repeat(PAYLOAD_BYTES_MAX + 1)).await), "body_too_large");
    // What waits has an end, and whoever sends learns of it.
    for number in 1..WAITING_KEPT {
        room.clock.advance_ms(10);
        send(&room, &token, &format!("[{{\"was\":{number}}}]")).await.unwrap();
    }
    assert_eq!(code(send(&room, &token, "[{\"was\":\"too many\"}]").await), "webhook_full");
    send(&room, &token, "[{\"who\":\"a\"}]").await.expect("what can be used is still taken");
}

#[tokio::test]
async fn payloads_of_somebody_who_is_erased_go() {
    for room in Room::all().await {
        let id = room.make(definition(&[])).await;
        let token = token(&room, id).await;
        send(&room, &token, "{\"mail\":\"jan@example.nl\"}").await.unwrap();
        send(&room, &token, "{\"mail\":\"an@example.nl\"}").await.unwrap();
        let mut tx = room.store.db.begin().await.unwrap();
        let names = |text: &str| text.contains("jan@example.nl");
        assert_eq!(crate::Connect::erase(&mut tx, WORKSPACE, &names).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let left = room.connect.payloads(WORKSPACE, id, false, &page()).await.unwrap().items;
        assert!(left.len() == 1 && left[0].body.contains("an@example.nl"));
    }
}

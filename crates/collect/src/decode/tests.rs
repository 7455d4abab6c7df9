use super::*;
use base::{SourceId, WorkspaceId};
use bytes::Bytes;
use events::{Decoder, Offset};
use serde_json::{Value, json};

const RECEIVED: Timestamp = testkit::NOW;

fn record_of(origin: Origin) -> Record {
    Record {
        offset: Offset::default(),
        workspace: WorkspaceId::new(3),
        origin,
        channel: Channel::Shop,
        source: Some(SourceId::from_bytes([7; 16])),
        received_at: RECEIVED,
        ids: Vec::new(),
        body: Bytes::new(),
    }
}

fn decode_as(origin: Origin, body: Value) -> Vec<Event> {
    let items = body["batch"].as_array().map_or(0, Vec::len);
    let ids = (1..=items as u128).map(EventId).collect();
    let record = Record { ids, body: Bytes::from(body.to_string()), ..record_of(origin) };
    SegmentDecoder::default().decode(&record)
}

fn decode(body: Value) -> Event {
    decode_as(Origin::Segment, body).remove(0)
}

#[track_caller]
fn check_time(fields: Value, envelope_sent: Option<&str>, expected: &str) {
    let mut item = json!({ "type": "track", "event": "A", "userId": "u" });
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let event = decode(json!({ "batch": [item], "sentAt": envelope_sent }));
    assert_eq!(event.at.to_string(), expected, "{fields}");
    assert_eq!(event.received_at, RECEIVED);
}

/// Received at 10:00:00.
#[test]
fn times_are_corrected_by_the_difference_of_the_senders_two_times() {
    check_time(json!({}), None, "2026-11-22T10:00:00.000Z");
    check_time(json!({ "timestamp": "2026-11-22T09:00:00Z" }), None, "2026-11-22T09:00:00.000Z");
    // The sender's clock is two hours fast; the event was 30 s old when it was sent.
    check_time(
        json!({ "timestamp": "2026-11-22T11:59:30Z", "sentAt": "2026-11-22T12:00:00Z" }),
        None,
        "2026-11-22T09:59:30.000Z",
    );
    check_time(
        json!({ "originalTimestamp": "2026-11-22T11:59:30Z", "timestamp": "2026-11-22T01:00:00Z" }),
        Some("2026-11-22T12:00:00Z"),
        "2026-11-22T09:59:30.000Z",
    );
    // History keeps its distance.
    check_time(
        json!({ "timestamp": "2010-12-01T08:26:00Z", "sentAt": "2026-11-22T10:00:00Z" }),
        None,
        "2010-12-01T08:26:00.000Z",
    );
    // A day and more in the future cannot be; a little is a clock that is a little fast.
    check_time(json!({ "timestamp": "2036-01-01T00:00:00Z" }), None, "2026-11-22T10:00:00.000Z");
    check_time(json!({ "timestamp": "2026-11-22T10:05:00Z" }), None, "2026-11-22T10:05:00.000Z");
    check_time(json!({ "timestamp": 1_795_338_000_i64 }), None, "2026-11-22T09:00:00.000Z");
}

#[test]
fn the_batchs_context_is_merged_under_the_items() {
    let event = decode(json!({
        "batch": [{ "type": "page", "anonymousId": "a", "context": { "page": { "path": "/x" }, "locale": "nl" } }],
        "context": { "locale": "en", "page": { "path": "/", "url": "https://shop.example/" }, "timezone": "Europe/Amsterdam" }
    }));
    let expected = json!({ "locale": "nl", "page": { "path": "/x", "url": "https://shop.example/" }, "timezone": "Europe/Amsterdam" });
    assert_eq!(Value::Object(event.context.map().clone()), expected);
    let whole = decode(json!({ "batch": [{ "type": "page", "anonymousId": "a" }], "context": { "channel": "app" } }));
    assert_eq!(whole.channel, Channel::App);
}

#[test]
fn of_a_key_that_stands_twice_the_later_one_counts() {
    let item = r#"{"type":"identify","userId":"u","traits":{"email":"old@example.nl","email":"jan@example.nl"},
        "context":{"channel":"web","channel":"app","externalIds":[{"type":"loyalty_card","id":"7"}]}}"#;
    let body = format!(r#"{{"batch":[{item}]}}"#);
    let record = Record { body: Bytes::from(body), ids: vec![EventId(1)], ..record_of(Origin::Segment) };
    let event = SegmentDecoder::default().decode(&record).remove(0);
    let ids: Vec<(&str, &str)> = event.identifiers.iter().map(|id| (id.kind.as_str(), id.value.as_str())).collect();
    assert_eq!(ids, [("loyalty_card", "7"), ("email", "jan@example.nl")]);
    assert_eq!(event.channel, Channel::App);
}

#[test]
fn identifiers_come_from_external_ids_and_the_persons_traits() {
    let event = decode(json!({ "batch": [{
        "type": "identify", "userId": " u1 ", "traits": { "email": "jan@example.nl", "phone": "+31612345678", "plan": "gold" },
        "context": { "externalIds": [{ "id": "L-9", "type": "loyaltyCard" }, { "id": 12, "type": "Crm Id" }, "bad", { "id": "x" }],
                     "traits": { "email": "jan@example.nl", "phone": null } }
    }] }));
    let found: Vec<(&str, &str)> = event.identifiers.iter().map(|id| (id.kind.as_str(), id.value.as_str())).collect();
    assert_eq!(
        found,
        [("loyalty_card", "L-9"), ("crm_id", "12"), ("email", "jan@example.nl"), ("phone", "+31612345678")]
    );
    assert_eq!(event.user_id.as_deref(), Some("u1"));
    assert_eq!(event.channel, Channel::Shop);
    let group = decode(
        json!({ "batch": [{ "type": "group", "userId": "u", "groupId": "g", "traits": { "email": "office@example.com" } }] }),
    );
    assert!(group.identifiers.is_empty(), "a group's address is not the person's");
}

#[test]
fn only_tutti_itself_may_name_a_profile() {
    let body = json!({ "batch": [{ "type": "track", "event": "Email Sent", "userId": "u", "profileId": "prf_42" }] });
    assert_eq!(decode_as(Origin::System, body.clone())[0].profile, Some(ProfileId::new(42)));
    assert_eq!(decode_as(Origin::Segment, body)[0].profile, None);
}

#[test]
fn traits_of_many_customers_are_an_event_for_each() {
    let each = json!([["prf_7", { "orders": 3 }], ["prf_8", { "orders": null }]]);
    let item = json!({ "type": "identify", "messageId": "computed:1", "profileId": "prf_0", "each": each });
    let events = decode_as(Origin::System, json!({ "batch": [item.clone()] }));
    let told = events.iter().map(|event| (event.profile.unwrap().number(), event.traits.text().to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), [(7, r#"{"orders":3}"#.to_owned()), (8, r#"{"orders":null}"#.to_owned())]);
    assert_ne!(events[0].id, events[1].id);
    // As a program before this one wrote it.
    let one = json!({ "type": "identify", "messageId": "computed:0", "profileId": "prf_9", "traits": { "orders": 1 } });
    let old = decode_as(Origin::System, json!({ "batch": [one] }));
    assert_eq!((old[0].profile, old[0].traits.text()), (Some(ProfileId::new(9)), "{\"orders\":1}"));
    let foreign = decode_as(Origin::Segment, json!({ "batch": [item] }));
    assert_eq!((foreign.len(), foreign[0].profile, foreign[0].traits.is_empty()), (1, None, true), "nobody else may");
}

#[test]
fn a_damaged_item_is_left_out_and_counted() {
    let decoder = SegmentDecoder::default();
    let mut record = Record {
        offset: Offset::default(),
        workspace: WorkspaceId::new(1),
        origin: Origin::Segment,
        channel: Channel::Web,
        source: None,
        received_at: RECEIVED,
        ids: vec![EventId(1), EventId(0), EventId(3)],
        body: Bytes::from_static(br#"{"batch":[{"type":"nothing"},{"type":"track"},{"type":"track","event":"A"}]}"#),
    };
    let events = decoder.decode(&record);
    assert_eq!((events.len(), events[0].id, decoder.undecodable()), (1, EventId(3), 1));
    record.body = Bytes::from_static(b"{\"batch\":[");
    assert!(decoder.decode(&record).is_empty());
    assert_eq!(decoder.undecodable(), 2);
}

/// What is stored of an event is looked into as text: nothing of a planted value may be in it.
#[test]
fn a_no_to_analytics_leaves_who_when_and_the_no_itself() {
    let consent = json!({ "categoryPreferences": { "Advertising": true, "Analytics": false } });
    let context = json!({ "consent": consent, "ip": "192.0.2.7", "userAgent": "planted", "page": { "url": "planted" },
        "traits": { "email": "a@x.nl", "city": "planted" }, "externalIds": [{ "type": "loyalty_card", "id": "C1" }] });
    let of = |mut item: Value| {
        item["context"] = context.clone();
        item["messageId"] = json!("m1");
        item["userId"] = json!("u1");
        decode(json!({ "batch": [item] }))
    };
    let stored = |event: &Event| {
        format!("{} {} {} {}", event.name, event.properties.text(), event.traits.text(), event.context.text())
    };
    let track = of(json!({ "type": "track", "event": "planted", "properties": { "product": "planted" } }));
    let page = of(json!({ "type": "page", "name": "planted", "properties": { "path": "planted" } }));
    let who = of(json!({ "type": "identify", "traits": { "email": "a@x.nl", "city": "planted" } }));
    for event in [&track, &page, &who] {
        let text = stored(event);
        assert!(!text.contains("planted") && !text.contains("192.0.2"), "{text}");
        assert!(text.contains("\"Analytics\":false"), "{text}");
        assert_eq!((event.user_id.as_deref(), event.message_id.as_str()), (Some("u1"), "m1"));
        assert!(
            event.identifiers.iter().any(|one| one.value == "C1")
                && event.identifiers.iter().any(|one| one.value == "a@x.nl")
        );
    }
    assert_eq!(track.name, minimum::NOT_RECORDED);
    let order =
        of(json!({ "type": "track", "event": "Order Completed", "properties": { "order_id": "o1", "total": 5 } }));
    assert!(order.properties.text().contains("o1") && !stored(&order).contains("planted"), "a purchase is a contract");
    let mut open = json!({ "type": "track", "event": "Seen", "properties": { "a": "kept" } });
    open["context"] = json!({ "consent": { "email": false }, "ip": "192.0.2.7" });
    let open = decode(json!({ "batch": [open] }));
    assert!(stored(&open).contains("kept") && stored(&open).contains("192.0.2.7"), "another no is no no to analytics");
}

use super::*;
use crate::SourceKind;
use crate::testing::Room;
use events::Channel;

fn event(id: &str) -> Json {
    json!({ "specversion": "1.0", "id": id, "source": "/till/3", "type": "nl.noordkaap.order.placed",
        "subject": "customer-7", "time": "2026-11-22T09:00:00Z", "data": { "total": 89.95 } })
}

fn bytes(json: &Json) -> Bytes {
    Bytes::from(json.to_string())
}

type Outcome = std::result::Result<Accepted, Problem>;

async fn send(room: &Room, mode: CloudEventMode, body: Bytes, key: &str) -> Outcome {
    room.collect.accept_cloudevents(mode, body, Some(key)).await.map_err(Problem::from)
}

fn refused(done: &Accepted) -> Vec<(usize, &str, &str)> {
    done.rejected.iter().map(|item| (item.index, item.pointer.as_str(), item.code)).collect()
}

#[tokio::test]
async fn an_event_is_the_same_call_in_all_three_modes_and_counts_once() {
    for room in Room::all().await {
        let key = room.source(SourceKind::Server).await.write_key;
        let done = send(&room, CloudEventMode::Structured, bytes(&event("1")), &key).await.unwrap();
        assert_eq!((done.accepted, done.duplicates), (1, 0));
        let done = send(&room, CloudEventMode::Batched, bytes(&json!([event("1"), event("2")])), &key).await.unwrap();
        assert_eq!((done.accepted, done.duplicates), (2, 1));
        let attributes = [
            ("specversion", "1.0"),
            ("id", "1"),
            ("source", "/till/3"),
            ("type", "nl.noordkaap.order.placed"),
            ("subject", "customer-7"),
            ("time", "2026-11-22T09:00:00Z"),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let mode = CloudEventMode::Binary { attributes, content_type: Some("application/json; charset=utf-8".into()) };
        let done = send(&room, mode, Bytes::from_static(b"{\"total\":89.95}"), &key).await.unwrap();
        assert_eq!((done.accepted, done.duplicates), (1, 1));
        let events = room.events().await;
        assert_eq!(events.len(), 2);
        let first = &events[0];
        assert_eq!(first.name, "nl.noordkaap.order.placed");
        assert_eq!(first.user_id.as_deref(), Some("customer-7"));
        assert_eq!(first.at.to_string(), "2026-11-22T09:00:00.000Z");
        assert_eq!(first.properties.get("total"), Some(&json!(89.95)));
        assert_eq!(first.context.get("cloudevent").unwrap()["source"], "/till/3");
    }
}

#[tokio::test]
async fn whose_it_is_says_an_extension_the_data_or_the_subject() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let with = |id: &str, changes: Json| {
        let mut event = event(id);
        event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        event
    };
    let batch = json!([
        with("1", json!({ "userid": "by-extension", "data": { "userId": "by-data" } })),
        with("2", json!({ "data": { "user_id": 17 } })),
        with("3", json!({ "data": { "anonymousId": "browser-1" } })),
        with("4", json!({ "channel": "shop", "data": { "traits": { "email": "jan@example.nl" } } })),
        with("5", json!({ "data": [1, 2] })),
        with("6", json!({ "data": null, "data_base64": STANDARD.encode("{\"total\":5}") })),
        with(
            "9",
            json!({ "data": null, "data_base64": STANDARD.encode("{\"total\":6}"), "datacontenttype": "application/x-www-form-urlencoded" })
        ),
        with("8", json!({ "userid": "", "data": { "userId": null, "user_id": " " } })),
        with("7", json!({ "data": null, "data_base64": STANDARD.encode([0xff, 0xfe]) })),
    ]);
    let done = send(&room, CloudEventMode::Batched, bytes(&batch), &key).await.unwrap();
    assert_eq!((done.accepted, refused(&done)), (9, vec![]));
    let events = room.events().await;
    let ids: Vec<_> = events.iter().map(|event| (event.user_id.as_deref(), event.anonymous_id.as_deref())).collect();
    assert_eq!(ids[..3], [(Some("by-extension"), None), (Some("17"), None), (None, Some("browser-1"))]);
    assert_eq!((events[3].channel, events[3].identifiers[0].value.as_str()), (Channel::Shop, "jan@example.nl"));
    assert_eq!(events[4].properties.get("data"), Some(&json!([1, 2])));
    assert_eq!(events[5].properties.get("total"), Some(&json!(5)));
    assert_eq!(events[6].properties.get("total"), Some(&json!(6)));
    assert_eq!(events[7].user_id.as_deref(), Some("customer-7"));
    assert!(events[8].properties.get("data_base64").is_some());
}

#[tokio::test]
async fn what_sent_it_is_said_by_an_extension_and_a_bots_events_are_nobodys() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
    let by = |id: &str, agent: Json| {
        let mut event = event(id);
        event["useragent"] = agent;
        event
    };
    let batch = json!([by("1", browser.into()), by("2", "Googlebot/2.1 (+http://www.google.com/bot.html)".into())]);
    let done = send(&room, CloudEventMode::Batched, bytes(&batch), &key).await.unwrap();
    assert_eq!((done.bots, refused(&done)), (1, vec![]));
    let attributes = [
        ("specversion", "1.0"),
        ("id", "3"),
        ("source", "/till/3"),
        ("type", "Paid"),
        ("subject", "c7"),
        ("useragent", browser),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let binary = CloudEventMode::Binary { attributes, content_type: None };
    send(&room, binary, Bytes::new(), &key).await.unwrap();
    let events = room.events().await;
    let agents: Vec<_> = events.iter().map(|event| event.context.get("userAgent").and_then(Json::as_str)).collect();
    assert_eq!(agents, [Some(browser), Some(browser)]);
    let kept = events[0].context.get("cloudevent").and_then(Json::as_object).unwrap();
    assert!(!kept.contains_key("useragent"), "{kept:?}");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_words_of_cloudevents() {
    let room = Room::sqlite().await;
    let key = room.source(SourceKind::Server).await.write_key;
    let without = |name: &str| {
        let mut event = event("x");
        event.as_object_mut().unwrap().remove(name);
        event
    };
    let mut late = event("l");
    late["time"] = json!("yesterday");
    let mut old = event("o");
    old["specversion"] = json!("0.3");
    let batch = json!([without("id"), event("1"), late, without("subject"), old, 7, event("2")]);
    let done = send(&room, CloudEventMode::Batched, bytes(&batch), &key).await.unwrap();
    assert_eq!(done.accepted, 2);
    assert_eq!(
        refused(&done),
        [
            (0, "/0/id", "missing_field"),
            (2, "/2/time", "invalid_timestamp"),
            (3, "/3/subject", "missing_field"),
            (4, "/4/specversion", "unknown_specversion"),
            (5, "/5", "not_an_object"),
        ]
    );
    let problem = send(&room, CloudEventMode::Structured, bytes(&without("subject")), &key).await.unwrap_err();
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("missing_field", "/subject"));
    let large = json!({ "text": "x".repeat(crate::limits::EVENT_BYTES_MAX) });
    let mut heavy = event("h");
    heavy["data"] = large;
    let problem = send(&room, CloudEventMode::Structured, bytes(&heavy), &key).await.unwrap_err();
    assert_eq!(problem.code, "event_too_large");
    let batch = format!(
        r#"[{},{{"specversion":"1.0","id":"s","source":"/t","type":"A","subject":"u","data":"\ud800"}},{{"specversion":"1.0","id":"s","source":"/t","type":"A","subject":"u","time":"?"}}]"#,
        event("s")
    );
    let done = send(&room, CloudEventMode::Batched, Bytes::from(batch), &key).await.unwrap();
    assert_eq!(refused(&done), [(1, "/1", "invalid_unicode"), (2, "/2/time", "invalid_timestamp")]);
    let mut late = event("l");
    late["time"] = json!("?");
    let none = send(&room, CloudEventMode::Batched, bytes(&json!([1, late])), &key).await.unwrap_err();
    let places: Vec<&str> = none.errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!((none.code, places), ("invalid_batch", vec!["/0", "/1/time"]));
    let many: Vec<Json> = (0..5_000)
        .map(|n| json!({ "specversion": "1.0", "id": n.to_string(), "source": "a", "type": "T", "subject": "u" }))
        .collect();
    let done = send(&room, CloudEventMode::Batched, bytes(&json!(many)), &key).await.unwrap();
    assert_eq!((done.accepted, refused(&done)), (5_000, vec![]), "more as calls than one batch may have");
    let broken = json!({ "data": null, "data_base64": STANDARD.encode(r#"{"order_id":"o","note":"\ud83d"}"#) });
    let mut base64 = event("b");
    base64.as_object_mut().unwrap().extend(broken.as_object().unwrap().clone());
    let problem = send(&room, CloudEventMode::Structured, bytes(&base64), &key).await.unwrap_err();
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("invalid_data", "/data_base64"));
    let mut odd = event("d");
    odd["type"] = json!("Order Completed");
    odd["data"] = json!({ "order_id": "o", "revenue": "abc" });
    let done = send(&room, CloudEventMode::Batched, bytes(&json!([7, odd])), &key).await.unwrap();
    assert_eq!((done.warnings[0].index, done.warnings[0].pointer.as_str()), (1, "/1/data/revenue"));
    let problem = send(&room, CloudEventMode::Structured, bytes(&without("type")), &key).await.unwrap_err();
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("missing_field", "/type"));
    for (mode, body) in
        [(CloudEventMode::Batched, "{}"), (CloudEventMode::Structured, "{"), (CloudEventMode::Batched, "")]
    {
        assert!(send(&room, mode, Bytes::from_static(body.as_bytes()), &key).await.is_err(), "{body}");
    }
    let nobody =
        room.collect.accept_cloudevents(CloudEventMode::Structured, bytes(&event("3")), Some("nonsense")).await;
    assert_eq!(Problem::from(nobody.unwrap_err()).code, "unknown_write_key");
    let nobody = room.collect.accept_cloudevents(CloudEventMode::Structured, bytes(&event("3")), None).await;
    assert_eq!(Problem::from(nobody.unwrap_err()).code, "missing_write_key");
    let empty = send(&room, CloudEventMode::Batched, Bytes::from_static(b"[]"), &key).await.unwrap();
    assert_eq!(empty.accepted, 0);
}

#[test]
fn a_long_source_and_id_stay_one_message() {
    let long = "x".repeat(MESSAGE_ID_CHARS_MAX);
    assert_eq!(message_id("/a", "1"), "/a 1");
    assert_ne!(message_id("a b", "c"), message_id("a", "b c"));
    assert_eq!(message_id(&long, "1"), message_id(&long, "1"));
    assert_ne!(message_id(&long, "1"), message_id(&long, "2"));
    assert!(message_id(&long, "1").len() <= MESSAGE_ID_CHARS_MAX);
}

//! Texts in, texts out; and that nothing else of them changes.

use super::*;
use crate::limits::EVENT_BYTES_MAX;
use crate::testing::{Room, body};
use crate::{CloudEventMode, Endpoint, SourceKind};
use events::EventKind;
use proptest::prelude::*;
use serde_json::{Value, json};

const SHOP: WorkspaceId = WorkspaceId::new(1);

/// 81.2.69.0/24 is in Leeuwarden, 2a02::/16 somewhere in Sweden.
struct Known(KeepAddress, bool);

impl Addresses for Known {
    fn keep(&self, _: WorkspaceId) -> KeepAddress {
        self.0
    }
    fn knows_places(&self) -> bool {
        self.1
    }
    fn place(&self, address: IpAddr) -> Option<AddressPlace> {
        let place = |country: &str, city: Option<&str>| {
            Some(AddressPlace { country: country.into(), city: city.map(str::to_owned) })
        };
        match address.to_string() {
            text if text.starts_with("81.2.69.") => place("NL", Some("Ljouwert \"stêd\"")),
            text if text.starts_with("2a02:") => place("SE", None),
            _ => None,
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = hidden(text, SHOP, &Known(KeepAddress::Network, false), None);
    assert_eq!(found.as_deref().unwrap_or(text), expected);
    assert_eq!(found.is_some(), text != expected, "an unchanged text is not copied: {text}");
}

#[test]
fn an_address_is_cut_to_its_network_wherever_it_stands() {
    check(r#"{"context":{"ip":"192.0.2.77"}}"#, r#"{"context":{"ip":"192.0.2.0"}}"#);
    check(r#"{"ip" : "2001:db8:1:2::3"}"#, r#"{"ip" : "2001:db8:1::"}"#);
    check(r#"{"ip":"2002:c000:024d:7::9"}"#, r#"{"ip":"2002:c000:200::"}"#);
    check(
        r#"{"a":[{"ip":"10.1.2.3"},{"ip":["10.1.2.3","::1"]}]}"#,
        r#"{"a":[{"ip":"10.1.2.0"},{"ip":["10.1.2.0","::"]}]}"#,
    );
    check(r#"{"ip":"198.51.100.7, 10.0.0.1"}"#, r#"{"ip":"198.51.100.0"}"#);
    check(r#"{"ip":"198.51.100.7:52011"}"#, r#"{"ip":"198.51.100.0"}"#);
    check(r#"{"ip":"[2001:db8:1:2::3]:443"}"#, r#"{"ip":"2001:db8:1::"}"#);
    check(r#"{"ip":"fe80::1%eth0"}"#, r#"{"ip":"fe80::"}"#);
    check(r#"{"ip":"::ffff:192.0.2.77"}"#, r#"{"ip":"192.0.2.0"}"#);
    check(r#"{"ip":"192.0.2.0"}"#, r#"{"ip":"192.0.2.0"}"#);
}

#[test]
fn letters_that_somebody_escaped_hide_nothing() {
    check(r#"{"\u0069p":"192.0.2.77"}"#, r#"{"\u0069p":"192.0.2.0"}"#);
    check(r#"{"i\u0070":"192.0.2\u002e77"}"#, r#"{"i\u0070":"192.0.2.0"}"#);
}

#[test]
fn what_is_no_address_stays() {
    for text in [
        r#"{"ip":"unknown","name":"192.0.2.77"}"#,
        r#"{"kind":"ip","text":"\"ip\":\"192.0.2.77\""}"#,
        r#"{"x\"ip":"192.0.2.77"}"#,
        r#"{"ip":null,"zip":"192.0.2.77","version":"1.2.3.4"}"#,
        r#"{"a":["ip","192.0.2.77"],"ip":[],"b":"192.0.2.77"}"#,
        r#"{"ip":{"count":3,"share":0.5,"ok":true,"seen":"2026-11-23T10:20:30.000Z"},"number":3221225985}"#,
        r#"{"text":"{\"zip\":\"192.0.2.77\"} and \"ip\": 192.0.2.77"}"#,
        r#"{"ip":"#,
        r#"}}]"ip":"192.0.2.77""#,
    ] {
        check(text, text);
    }
}

#[test]
fn no_whole_address_stays_below_a_name_for_addresses() {
    check(r#"{"ip":"unknown, 203.0.113.77","a":1}"#, r#"{"ip":"unknown, 203.0.113.0","a":1}"#);
    check(r#"{"ip":"203.0.113.77/32"}"#, r#"{"ip":"203.0.113.0/32"}"#);
    check(r#"{"ip":"203.0.113.77:443"}"#, r#"{"ip":"203.0.113.0"}"#);
    check(r#"{"ip":"[2001:db8:7::1]:443"}"#, r#"{"ip":"2001:db8:7::"}"#);
    check(
        r#"{"ip":{"address":"203.0.113.77","city":"Zürich","all":[{"v6":"2001:db8:1:2::3"},"203.0.113.78"]}}"#,
        r#"{"ip":{"address":"203.0.113.0","city":"Zürich","all":[{"v6":"2001:db8:1::"},"203.0.113.0"]}}"#,
    );
    check(r#"{"ip":[["203.0.113.77"],{"a":["203.0.113.78"]}]}"#, r#"{"ip":[["203.0.113.0"],{"a":["203.0.113.0"]}]}"#);
    check(r#"{"ip":"{\"address\":\"203.0.113.77\"}"}"#, r#"{"ip":"{\"address\":\"203.0.113.0\"}"}"#);
    check(r#"{"ip":"203.0.113.77"#, r#"{"ip":"203.0.113.0"#);
    check(r#"{"ip":203.0.113.77}"#, r#"{"ip":null}"#);
    for name in [
        "IP",
        "Ip",
        "ip_address",
        "ipAddress",
        "client_ip",
        "clientIp",
        "clientIP",
        "remote_addr",
        "REMOTE_ADDR",
        "x-forwarded-for",
        "X-Forwarded-For",
        "X-Real-IP",
        "$ip",
        "cf-connecting-ip",
        "forwarded",
    ] {
        check(
            &format!(r#"{{"a":{{"{name}" : "203.0.113.77"}}}}"#),
            &format!(r#"{{"a":{{"{name}" : "203.0.113.0"}}}}"#),
        );
    }
}

#[test]
fn what_looks_like_an_address_and_cannot_be_cut_is_dropped() {
    check(r#"{"ip":"203.000.113.077","a":"b"}"#, r#"{"ip":null,"a":"b"}"#);
    check(r#"{"ip":3221225985,"a":3221225985}"#, r#"{"ip":null,"a":3221225985}"#);
    check(r#"{"ip":{"v4":3.221225985e9,"asn":64500}}"#, r#"{"ip":{"v4":null,"asn":64500}}"#);
    check(r#"{"ip":[203,0,113,77],"rgb":[203,0,113,77]}"#, r#"{"ip":null,"rgb":[203,0,113,77]}"#);
    // Of two keys one might come out.
    check(r#"{"ip":{"a":{"203.0.113.77":{"ip":"::1"}},"b":"203.0.113.78"},"c":1}"#, r#"{"ip":null,"c":1}"#);
    check(r#"{"ips":["a",{"203.0.113.77":1}"#, r#"{"ips":null"#);
}

#[test]
fn a_text_that_is_json_is_read_as_such() {
    check(
        r#"{"raw":"{\"who\":\"\u00e9\",\"ip\": \"203.0.113.77\"}","é":"\u00e9"}"#,
        r#"{"raw":"{\"who\":\"é\",\"ip\": \"203.0.113.0\"}","é":"\u00e9"}"#,
    );
    let (mut whole, mut short) = (r#"{"ip":"203.0.113.77"}"#.to_owned(), r#"{"ip":"203.0.113.0"}"#.to_owned());
    for _ in 0..5 {
        (whole, short) = (json!({ "text": whole }).to_string(), json!({ "text": short }).to_string());
        check(&whole, &short);
    }
}

#[test]
fn of_a_body_of_any_kind_and_of_its_headers_the_networks_are_kept() {
    let body = |text: &str| short_body(text, KeepAddress::Network);
    let short = |text: &str, expected: &str| {
        assert_eq!(body(text).as_deref(), Some(expected));
        assert_eq!(body(expected), None, "cut once is cut for good");
    };
    short("\u{feff}{\"client_ip\": \"203.0.113.77\"}", "\u{feff}{\"client_ip\": \"203.0.113.0\"}");
    short("<a><ip>203.0.113.77</ip></a>", "<a><ip>203.0.113.0</ip></a>");
    short("{'ip': '203.0.113.77', ", "{'ip': '203.0.113.0', ");
    assert_eq!(body(r#"{"host":"203.0.113.77"}"#), None);
    assert_eq!(short_body("203.0.113.77", KeepAddress::Whole), None);
    let value = |name: &str, text: &str, keep| short_value(name, text, keep);
    let of = |name: &str, text: &str| value(name, text, KeepAddress::Network);
    assert_eq!(of("x-forwarded-for", "unknown, 203.0.113.77").as_deref(), Some("unknown, 203.0.113.0"));
    assert_eq!((of("x-shop", "203.0.113.77"), of("x-real-ip", "203.0.113.0")), (None, None));
    assert_eq!(of("events", r#"[{"ip":"203.0.113.77"}]"#).as_deref(), Some(r#"[{"ip":"203.0.113.0"}]"#));
    assert_eq!(of("ip", "203-0-113-77").as_deref(), Some(""));
    assert_eq!(value("ip", "203.0.113.77", KeepAddress::Nothing).as_deref(), Some(""));
    assert_eq!(value("ip", "203.0.113.77", KeepAddress::Whole), None);
}

#[test]
fn a_workspace_may_keep_nothing_or_all_of_it() {
    let text = r#"{"context":{"ip":"192.0.2.77","a":1}}"#;
    let dropped = hidden(text, SHOP, &Known(KeepAddress::Nothing, false), None);
    assert_eq!(dropped.as_deref(), Some(r#"{"context":{"ip":null,"a":1}}"#));
    assert_eq!(hidden(text, SHOP, &Known(KeepAddress::Whole, false), None), None);
    let text = r#"{"ip":{"a":["unknown",{"b":"to 192.0.2.77"}],"203.0.113.77":1},"clientIp":"{\"a\":\"::2\"}"}"#;
    let dropped = hidden(text, SHOP, &Known(KeepAddress::Nothing, false), None);
    assert_eq!(dropped.as_deref(), Some(r#"{"ip":null,"clientIp":null}"#));
    assert_eq!(hidden(text, SHOP, &Known(KeepAddress::Whole, true), None), None);
    let some = r#"{"ip":{"a":["unknown",{"b":"to 192.0.2.77"}]}}"#;
    let dropped = hidden(some, SHOP, &Known(KeepAddress::Nothing, false), None);
    assert_eq!(dropped.as_deref(), Some(r#"{"ip":{"a":["unknown",{"b":null}]}}"#));
}

#[track_caller]
fn located(text: &str) -> Value {
    let found = hidden(text, SHOP, &Known(KeepAddress::Network, true), None);
    serde_json::from_str(found.as_deref().unwrap_or(text)).expect("it is still JSON")
}

#[test]
fn the_place_is_looked_up_from_the_whole_address_and_stored_beside_the_short_one() {
    let here = json!({"country": "NL", "city": "Ljouwert \"stêd\""});
    let call = located(r#"{"type":"track","context":{"page":{},"ip":"81.2.69.142"}}"#);
    assert_eq!(call["context"], json!({"location": here, "page": {}, "ip": "81.2.69.0"}));
    let batch = located(
        r#"{"batch":[{"context":{"ip":"81.2.69.142"}},{"context":{}},{"context":{"ip":"2a02:cf40::1"}}],"context":{"ip":"81.2.69.1"}}"#,
    );
    assert_eq!(batch["batch"][0]["context"]["location"], here);
    assert_eq!(batch["batch"][1]["context"], json!({}));
    assert_eq!(batch["batch"][2]["context"], json!({"location": {"country": "SE"}, "ip": "2a02:cf40::"}));
    assert_eq!(batch["context"]["location"], here);
    let listed = located(r#"{"context":{"ip":"unknown, 81.2.69.142"}}"#);
    assert_eq!(listed["context"], json!({"location": here, "ip": "unknown, 81.2.69.0"}));
}

#[test]
fn what_the_client_says_of_its_place_is_never_overridden() {
    for said in [r#"{"country":"BE"}"#, r#"{"city":"Gent"}"#, "{}", "null"] {
        for text in [
            format!(r#"{{"context":{{"location":{said},"ip":"81.2.69.142"}}}}"#),
            format!(r#"{{"context":{{"ip":"81.2.69.142","location":{said}}}}}"#),
        ] {
            let said: Value = serde_json::from_str(said).expect("JSON");
            assert_eq!(located(&text)["context"], json!({"location": said, "ip": "81.2.69.0"}));
        }
    }
}

#[test]
fn only_the_address_of_a_call_tells_where_somebody_is() {
    for text in [
        r#"{"properties":{"ip":"81.2.69.142","context":{"ip":"81.2.69.142"}}}"#,
        r#"{"context":{"device":{"ip":"81.2.69.142"}}}"#,
        r#"{"context":{"ip":"203.0.113.9"}}"#,
    ] {
        assert!(!located(text).to_string().contains("location"), "{text}");
    }
}

#[track_caller]
fn sent(text: &str, expected: &str) {
    let from = Some("81.2.69.9".parse().expect("an address"));
    let found = hidden(text, SHOP, &Known(KeepAddress::Network, true), from);
    assert_eq!(found.as_deref().unwrap_or(text).replace(r#""city":"Ljouwert \"stêd\"""#, "…"), expected);
}

#[test]
fn the_place_of_the_sender_is_added_where_nothing_is_said_of_it() {
    sent(r#"{"type":"page"}"#, r#"{"context":{"location":{"country":"NL",…}},"type":"page"}"#);
    sent("{}", r#"{"context":{"location":{"country":"NL",…}}}"#);
    sent(r#"{"context":{}}"#, r#"{"context":{"location":{"country":"NL",…}}}"#);
    sent(
        r#"{"batch":[{"context":{"a":1}},{"b":2}],"sentAt":"x"}"#,
        r#"{"batch":[{"context":{"location":{"country":"NL",…},"a":1}},{"context":{"location":{"country":"NL",…}},"b":2}],"sentAt":"x"}"#,
    );
    sent(
        r#"{"batch":[{}],"context":{"library":{}}}"#,
        r#"{"batch":[{"context":{"location":{"country":"NL",…}}}],"context":{"library":{}}}"#,
    );
    for told in [
        r#"{"context":{"location":{}}}"#,
        r#"{"context":null}"#,
        r#"{"context":{"ip":"203.0.113.0"}}"#,
        r#"{"batch":[{"a":1}],"context":{"location":{"country":"BE"}}}"#,
        r#"{"batch":[{"a":1}],"context":{"ip":"203.0.113.0"}}"#,
        r#"{"batch":[{"context":{"location":null}},[],7],"writeKey":"k"}"#,
        "[]",
    ] {
        sent(told, told);
    }
    let nowhere = Some("203.0.113.9".parse().expect("an address"));
    assert_eq!(hidden(r#"{"type":"page"}"#, SHOP, &Known(KeepAddress::Network, true), nowhere), None);
}

#[test]
fn no_event_grows_beyond_what_is_accepted() {
    let fill = |bytes: usize| "x".repeat(bytes);
    let event = |bytes: usize| format!(r#"{{"a":"{}","context":{{"ip":"81.2.69.142"}}}}"#, fill(bytes));
    let rest = event(0).len();
    let full = located(&event(EVENT_BYTES_MAX - rest));
    assert_eq!(full["context"], json!({"ip": "81.2.69.0"}));
    assert!(located(&event(EVENT_BYTES_MAX - rest - 100))["context"].get("location").is_some());
    let batch = |bytes: usize| format!(r#"{{"sentAt":"{}","batch":[{}]}}"#, fill(bytes), event(0));
    let rest = batch(0).len();
    let full = located(&batch(BATCH_BYTES_MAX - rest));
    assert_eq!(full["batch"][0]["context"], json!({"ip": "81.2.69.0"}));
}

/// What no address is named in, with addresses by other names.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
        "[\\[\\]{}\",:\\\\ éa]{0,12}".prop_map(Value::from),
        Just(Value::from("192.0.2.77")),
        Just(Value::from("unknown, 192.0.2.77")),
        Just(Value::from(r#"{"ip":"192.0.2.77"}"#)),
        Just(Value::from(3_221_225_985_u32)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("(ip|X-Real-IP|192\\.0\\.2\\.7|[\"\\\\a-c]{0,4}|context)", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The same by a tree: what the walk is checked against.
fn by_tree(value: &mut Value, is_below: bool) {
    match value {
        Value::String(text) if is_below => match Task::keep(KeepAddress::Network).named(text).0 {
            Kept::All => {}
            Kept::Short(short) => *text = short,
            Kept::Nothing => *value = Value::Null,
        },
        Value::String(text) if text.starts_with("{\"ip") => *text = text.replace(".77", ".0"),
        Value::Number(number) if is_below && number.as_f64().is_some_and(text::is_address_number) => {
            *value = Value::Null
        }
        Value::Array(items) => items.iter_mut().for_each(|item| by_tree(item, is_below)),
        Value::Object(fields) => {
            for (key, value) in fields {
                let is_name = key == "ip" || key == "X-Real-IP";
                if is_name && !is_below && cannot_be_kept(value) {
                    *value = Value::Null;
                }
                by_tree(value, is_below || is_name);
            }
        }
        _ => {}
    }
}

/// Has a key that is an address, or a list of numbers that are the parts of one.
fn cannot_be_kept(value: &Value) -> bool {
    match value {
        Value::Array(items) => {
            let is_part = |item: &&Value| item.as_f64().is_some_and(|number| (0.0..=255.0).contains(&number));
            items.iter().filter(is_part).count() >= 4 || items.iter().any(cannot_be_kept)
        }
        Value::Object(fields) => fields.iter().any(|(key, value)| key == "192.0.2.7" || cannot_be_kept(value)),
        _ => false,
    }
}

proptest! {
    #[test]
    fn the_walk_does_what_a_tree_would(value in any_json()) {
        let text = value.to_string();
        let found = hidden(&text, SHOP, &Known(KeepAddress::Network, false), None);
        let found: Value = serde_json::from_str(found.as_deref().unwrap_or(&text)).unwrap();
        let mut expected = value;
        by_tree(&mut expected, false);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_text_makes_the_walk_stumble(text in "[\\[\\]{}\",:\\\\ a1ip]{0,40}") {
        let _ = hidden(&text, SHOP, &Known(KeepAddress::Nothing, true), None);
        let _ = hidden(&format!("\"ip\"{text}"), SHOP, &Known(KeepAddress::Network, true), None);
    }
}

/// All that the room's files and tables hold of what was sent.
async fn everything(room: &Room, source: base::SourceId) -> String {
    let (records, _) = room.inbox.read(events::Offset::default(), 64 << 20).await.expect("the inbox reads");
    let bodies = records.iter().map(|record| String::from_utf8_lossy(&record.body).into_owned());
    let refused = room.collect.rejections(crate::testing::WORKSPACE, source).await.expect("a list");
    bodies.chain(refused.into_iter().map(|one| one.item)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn nothing_that_is_stored_holds_the_whole_address() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Server).await;
        let key = Some(source.write_key.as_str());
        let good = json!({"type": "track", "event": "A", "userId": "u", "messageId": "m1",
                          "context": {"ip": "192.0.2.77"}, "properties": {"ip": "198.51.100.23"}});
        let bad = json!({"type": "track", "userId": "u", "context": {"ip": "192.0.2.78"}});
        let batch = json!({"batch": [good, bad], "context": {"ip": "192.0.2.79"}});
        let done = room.collect.accept(Endpoint::Batch, body(batch), key).await.expect("accepted");
        assert_eq!((done.accepted, done.rejected.len()), (1, 1));
        let single = json!({"event": "B", "userId": "u", "context": {"ip": "192.0.2.80"}});
        let single = room.collect.accept(Endpoint::Single(EventKind::Track), body(single), key).await;
        assert_eq!(single.expect("accepted").accepted, 1);
        let own = json!({"type": "track", "event": "C", "userId": "u", "context": {"ip": "192.0.2.81"}});
        room.collect.accept_for(source.id, std::slice::from_ref(&own)).await.expect("accepted");
        room.collect.submit(crate::testing::WORKSPACE, events::Channel::Web, &[own]).await.expect("accepted");
        let cloud = json!({"specversion": "1.0", "id": "1", "source": "till", "type": "Sold", "subject": "u",
                           "data": {"ip": "192.0.2.82"}});
        let mut nameless = cloud.clone();
        nameless["id"] = Value::Null;
        let clouds = Value::Array(vec![cloud, nameless]);
        let done = room.collect.accept_cloudevents(CloudEventMode::Batched, body(clouds), key).await.expect("accepted");
        assert_eq!((done.accepted, done.rejected.len()), (1, 1));
        let kept = everything(&room, source.id).await;
        assert!(kept.matches("192.0.2.0").count() >= 7 && kept.contains("198.51.100.0"), "{kept}");
        for whole in ["192.0.2.7", "192.0.2.8", "198.51.100.23"] {
            assert!(!kept.contains(whole), "{whole} in {kept}");
        }
        assert_eq!(room.events().await[0].context.get("ip"), Some(&json!("192.0.2.0")));
    }
}

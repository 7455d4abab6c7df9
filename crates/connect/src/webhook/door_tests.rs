//! What may come to the address of a webhook besides a plain delivery: challenges and packed bodies.

use super::*;
use crate::limits::PAYLOAD_BYTES_MAX;
use crate::testing::{Room, SHORT_ADDRESS, WHOLE_ADDRESS, WORKSPACE};
use crate::{Change, Definition, PayloadState};
use base::{Json, PageRequest, Problem, SourceId};
use serde_json::json;
use std::io::Write;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn pairs(pairs: Pairs<'_>) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn definition(challenge: Json) -> Json {
    let rule = json!({ "type": "track", "event": { "text": "Called" }, "user_id": { "path": "$.who" },
        "properties": [{ "name": "plan", "value": { "path": "$.plan" } }],
        "when": { "value": { "path": "$.topic" }, "equals": "call" } });
    json!({ "kind": "webhook", "challenge": challenge, "mapping": { "rules": [rule] } })
}

async fn token(room: &Room, id: SourceId) -> String {
    room.connect.connection(WORKSPACE, id).await.unwrap().token.expect("a token")
}

async fn post(
    room: &Room,
    token: &str,
    headers: Pairs<'_>,
    query: Pairs<'_>,
    body: &[u8],
) -> Result<Received, &'static str> {
    let delivery = Delivery { headers: pairs(headers), query: pairs(query), body: body.to_vec() };
    room.connect.receive(token, delivery).await.map_err(|error| Problem::from(error).code)
}

async fn get(room: &Room, token: &str, query: Pairs<'_>) -> Result<Reply, &'static str> {
    let query = pairs(query);
    room.connect.challenge(token, Asked::Get { query: &query }).await.map_err(|error| Problem::from(error).code)
}

#[tokio::test]
async fn meta_is_answered_when_it_knows_the_token_and_nobody_else() {
    for room in Room::all().await {
        let id = room.make(definition(json!({ "kind": "meta", "token": "my-verify-token" }))).await;
        let token = token(&room, id).await;
        let right =
            [("hub.mode", "subscribe"), ("hub.verify_token", "my-verify-token"), ("hub.challenge", "1158201444")];
        assert_eq!(get(&room, &token, &right).await, Ok(Reply::Text("1158201444".into())));
        for (name, value) in [("hub.mode", "unsubscribe"), ("hub.verify_token", "another"), ("hub.challenge", "")] {
            let wrong = right.map(|(key, before)| (key, if key == name { value } else { before }));
            assert_eq!(get(&room, &token, &wrong).await, Err("bad_challenge"), "{name}");
        }
        assert_eq!(room.health(id).await.1, "bad_challenge");
        let shown = serde_json::to_string(&room.connect.connection(WORKSPACE, id).await.unwrap().definition).unwrap();
        assert!(!shown.contains("my-verify-token") && shown.contains("\"token_set\":true"), "{shown}");
        // A change without the token keeps it, also over a restart; another kind forgets it.
        let change =
            |challenge: Json| Change { enabled: None, definition: Definition::read(definition(challenge)).ok() };
        room.connect.change(WORKSPACE, id, change(json!({ "kind": "meta" }))).await.expect("it is kept");
        let room = room.reopened().await;
        assert!(get(&room, &token, &right).await.is_ok());
        room.connect.change(WORKSPACE, id, change(json!({ "kind": "none" }))).await.unwrap();
        assert_eq!(get(&room, &token, &right).await, Err("bad_challenge"));
        assert!(
            room.connect.change(WORKSPACE, id, change(json!({ "kind": "meta" }))).await.is_err(),
            "no token is left"
        );
    }
}

#[tokio::test]
async fn each_sender_is_answered_in_its_own_way() {
    let room = Room::sqlite().await;
    let slack = room.make(definition(json!({ "kind": "slack" }))).await;
    let slack = token(&room, slack).await;
    let asked = br#"{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV","type":"url_verification"}"#;
    let taken = post(&room, &slack, &[], &[], asked).await.unwrap();
    assert_eq!(taken.reply, Some(Reply::Json(json!({ "challenge": "3eZbrw1aBm2rZgRNFdxV" }))));
    let taken = post(&room, &slack, &[], &[], br#"{"topic":"call","who":"u1"}"#).await.unwrap();
    assert_eq!((taken.reply, taken.events), (None, 1), "what is no question is an event");

    let graph = room.make(definition(json!({ "kind": "microsoft" }))).await;
    let graph = token(&room, graph).await;
    let taken = post(&room, &graph, &[], &[("validationToken", "Validation: <b>")], b"").await.unwrap();
    assert_eq!(taken.reply, Some(Reply::Text("Validation: <b>".into())));
    let body = br#"[{"id":"1","data":{"validationCode":"512d38b6"},"eventType":"x"}]"#;
    let taken = post(&room, &graph, &[("aeg-event-type", "SubscriptionValidation")], &[], body).await.unwrap();
    assert_eq!(taken.reply, Some(Reply::Json(json!({ "validationResponse": "512d38b6" }))));
    assert_eq!(post(&room, &slack, &[], &[("validationToken", "x")], b"{}").await.unwrap().reply, None);

    let events = room.make(definition(json!({ "kind": "cloud_events" }))).await;
    let events = token(&room, events).await;
    let headers = pairs(&[("webhook-request-origin", "eventemitter.example.com")]);
    let reply = room.connect.challenge(&events, Asked::Options { headers: &headers }).await.unwrap();
    assert_eq!(reply, Reply::Allowed { origin: "eventemitter.example.com".into(), per_minute: 6_000 });
    assert!(room.connect.challenge(&slack, Asked::Options { headers: &headers }).await.is_err());

    // Computed with Python's hmac.
    let x = room.make(definition(json!({ "kind": "x", "token": "hush" }))).await;
    let x = token(&room, x).await;
    let expected = json!({ "response_token": "sha256=UmUQbJ7v4QC0SmGNHP805/sdzbvRIn57nvinWo2JchU=" });
    assert_eq!(get(&room, &x, &[("crc_token", "abc")]).await, Ok(Reply::Json(expected)));
    assert_eq!(get(&room, "nobody", &[("crc_token", "abc")]).await, Err("unknown_webhook"));
}

#[test]
fn slack_signs_time_and_body() {
    // The example of Slack's documentation, "Verifying requests from Slack".
    let secret = "8f742231b10e8888abcd99yyyzzz85a5";
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    let verify = |body: &str, at_s: i64| {
        let headers = pairs(&[("x-slack-request-timestamp", "1531420618"), ("x-slack-signature", signature)]);
        Scheme::Slack.verify(secret, &headers, body.as_bytes(), base::Timestamp::from_ms(at_s * 1_000))
    };
    assert!(verify(body, 1_531_420_618));
    assert!(!verify(&body[1..], 1_531_420_618) && !verify(body, 1_531_421_618));
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_never_to_more_than_a_delivery_may_have() {
    let room = Room::sqlite().await;
    let id = room.make(definition(json!({ "kind": "none" }))).await;
    let token = token(&room, id).await;
    let plain = br#"{"topic":"call","who":"u1"}"#;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(plain).unwrap();
    let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    bare.write_all(plain).unwrap();
    // Made with Node's zlib.
    let brotli = hex::decode("0b0d807b22746f706963223a2263616c6c222c2277686f223a227531227d03").unwrap();
    let packed = [
        ("gzip", gzip(plain)),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", bare.finish().unwrap()),
        ("br", brotli),
        ("identity", plain.to_vec()),
        ("gzip, gzip", gzip(&gzip(plain))),
    ];
    for (name, body) in packed {
        let taken = post(&room, &token, &[("content-encoding", name)], &[], &body).await;
        assert_eq!(taken.map(|taken| taken.events), Ok(1), "{name}");
    }
    let refused = async |name: &str, body: &[u8]| {
        post(&room, &token, &[("content-encoding", name)], &[], body).await.expect_err("refused")
    };
    let bomb = gzip(&vec![b' '; 64 * PAYLOAD_BYTES_MAX]);
    assert!(bomb.len() < PAYLOAD_BYTES_MAX / 10);
    assert_eq!(refused("gzip", &bomb).await, "body_too_large");
    assert_eq!(refused("gzip", &gzip(plain)[..20]).await, "broken_encoding", "half of it");
    assert_eq!(refused("gzip", plain).await, "broken_encoding");
    assert_eq!(refused("zstd", plain).await, "unknown_encoding");
    assert_eq!(refused("gzip, gzip, gzip", plain).await, "unknown_encoding");
}

#[tokio::test]
async fn what_is_kept_of_a_delivery_holds_no_whole_address() {
    for room in Room::all().await {
        let id = room.make(json!({ "kind": "webhook" })).await;
        let token = token(&room, id).await;
        let body = format!("{{\"topic\":\"call\", \"who\":\"u1\",\"plan\":\"{WHOLE_ADDRESS}\"}}");
        let form = format!("topic=call&ip={WHOLE_ADDRESS}&who=u%32&zip={WHOLE_ADDRESS}");
        let as_form = [("content-type", "application/x-www-form-urlencoded")];
        post(&room, &token, &[], &[], body.as_bytes()).await.unwrap();
        room.clock.advance_ms(10);
        post(&room, &token, &as_form, &[], form.as_bytes()).await.unwrap();
        let all = PageRequest { limit: Some(10), cursor: None };
        let kept = async || room.connect.payloads(WORKSPACE, id, false, &all).await.unwrap().items;
        let waiting: Vec<String> = kept().await.into_iter().map(|payload| payload.body).collect();
        let expected_form = format!("topic=call&ip={SHORT_ADDRESS}&who=u%32&zip={WHOLE_ADDRESS}");
        assert_eq!(waiting, [expected_form, body.replace(WHOLE_ADDRESS, SHORT_ADDRESS)]);

        let mut mapped = definition(json!({ "kind": "none" }));
        mapped["mapping"]["rules"][0]["properties"][0]["value"] = json!({ "header": "x-real-ip" });
        let mapped = Definition::read(mapped).ok();
        room.connect.change(WORKSPACE, id, Change { enabled: None, definition: mapped }).await.unwrap();
        assert_eq!(room.connect.replay_payloads(WORKSPACE, id, None).await.unwrap().events, 2);
        // The sender repeats the first: the same delivery, though it was kept with less than it had.
        let taken = post(&room, &token, &[("x-real-ip", WHOLE_ADDRESS)], &[], body.as_bytes()).await.unwrap();
        assert_eq!((taken.state, room.till.look(|state| state.events.len())), (PayloadState::Mapped, 2));
        room.clock.advance_ms(10);
        post(&room, &token, &[("x-real-ip", WHOLE_ADDRESS)], &[], br#"{"topic":"call","who":"u3"}"#).await.unwrap();
        let events = room.till.look(|state| json!(state.events).to_string());
        assert!(events.contains(SHORT_ADDRESS) && !events.contains(WHOLE_ADDRESS), "{events}");
        room.connect.flush().await.unwrap();
        let samples = kept().await;
        assert!(samples.iter().any(|sample| sample.headers.contains(&("x-real-ip".into(), SHORT_ADDRESS.into()))));
        assert!(samples.iter().all(|sample| sample.headers.iter().all(|(_, value)| value != WHOLE_ADDRESS)));
    }
}

#[tokio::test]
async fn a_sample_holds_nothing_that_the_plan_cuts_out() {
    for room in Room::all().await {
        let id = room.make(definition(json!({ "kind": "none" }))).await;
        let token = token(&room, id).await;
        let body = br#"{"topic":"call","who":"u1","plan":"gold","diagnosis":"flu","age":41,"ok":true,"list":["a"]}"#;
        room.till.look(|state| state.cuts = true);
        let taken = post(&room, &token, &[], &[], body).await.unwrap();
        assert_eq!((taken.state, taken.events), (PayloadState::Mapped, 1));
        let all = PageRequest { limit: Some(10), cursor: None };
        let kept = room.connect.payloads(WORKSPACE, id, false, &all).await.unwrap().items;
        let expected = json!({ "topic": "call", "who": "…", "plan": "…", "diagnosis": "…", "age": 0, "ok": false,
            "list": ["…"] });
        assert_eq!(serde_json::from_str::<Json>(&kept[0].body).unwrap(), expected, "its shape helps with the mapping");
        assert_eq!((kept[0].code.as_deref(), kept[0].headers.len()), (Some("values_not_kept"), 0));

        // What waited whole for its mapping is cut when it is replayed.
        let empty = Definition::read(json!({ "kind": "webhook" })).ok();
        room.connect.change(WORKSPACE, id, Change { enabled: None, definition: empty }).await.unwrap();
        room.clock.advance_ms(10);
        post(&room, &token, &[], &[], br#"{"topic":"call","who":"u2","diagnosis":"measles"}"#).await.unwrap();
        let again = Definition::read(definition(json!({ "kind": "none" }))).ok();
        room.connect.change(WORKSPACE, id, Change { enabled: None, definition: again }).await.unwrap();
        assert_eq!(room.connect.replay_payloads(WORKSPACE, id, None).await.unwrap().events, 1);
        let kept = room.connect.payloads(WORKSPACE, id, false, &all).await.unwrap().items;
        assert!(
            kept.iter().all(|payload| !payload.body.contains("measles") && !payload.body.contains("u2")),
            "{kept:?}"
        );

        let marked = [b"\xef\xbb\xbf", body.as_slice()].concat();
        room.clock.advance_ms(10);
        post(&room, &token, &[], &[], &marked).await.unwrap();
        let kept = room.connect.payloads(WORKSPACE, id, false, &all).await.unwrap().items;
        assert_eq!(serde_json::from_str::<Json>(&kept[0].body).unwrap(), expected, "a byte order mark is no field");

        room.till.look(|state| state.cuts = false);
        room.clock.advance_ms(10);
        post(&room, &token, &[], &[], body).await.unwrap();
        let kept = room.connect.payloads(WORKSPACE, id, false, &all).await.unwrap().items;
        assert!(kept[0].body.contains("gold"), "without a plan that cuts it is kept as it came");
    }
}

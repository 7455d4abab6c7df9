use super::*;
use crate::testing::{Room, WORKSPACE, body};
use crate::{CloudEventMode, Endpoint, SourceKind};
use bytes::Bytes;
use events::Offset;
use proptest::prelude::*;
use serde_json::json;

/// Cuts out, refuses and leaves out by name.
struct ByName {
    cuts: bool,
}

impl ItemPlan for ByName {
    fn cuts(&self) -> bool {
        self.cuts
    }
    fn judge(&self, item: &PlanItem<'_>) -> Verdict {
        if item.states_consent {
            return Verdict::Keep;
        }
        match item.name {
            "Blocked" => Verdict::Refuse {
                code: "plan_violation",
                pointer: "/properties/total".into(),
                detail: "must be a number, found text".into(),
                replaced: Some(r#"{"total":"x"}"#.into()),
            },
            "Unplanned" => Verdict::Leave,
            "Trimmed" => Verdict::Replace(r#"{"kept":1}"#.into()),
            _ => Verdict::Keep,
        }
    }
}

struct Everywhere {
    cuts: bool,
}

impl Planner for Everywhere {
    fn plan_of(&self, workspace: WorkspaceId) -> Option<Arc<dyn ItemPlan>> {
        (workspace == WORKSPACE).then(|| Arc::new(ByName { cuts: self.cuts }) as Arc<dyn ItemPlan>)
    }
}

/// The bytes of every record of the inbox, one after another.
async fn stored(room: &Room) -> String {
    let (mut all, mut from) = (String::new(), Offset::default());
    loop {
        let (records, next) = room.inbox.read(from, 64 << 20).await.unwrap();
        if records.is_empty() {
            return all;
        }
        records.iter().for_each(|record| all.push_str(std::str::from_utf8(&record.body).unwrap()));
        from = next;
    }
}

/// The inbox as it lies on the disk.
fn on_disk(room: &Room) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut folders = vec![room.store.dir().join("inbox")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => bytes.extend(std::fs::read(path).unwrap()),
            }
        }
    }
    bytes
}

fn call(name: &str, properties: serde_json::Value) -> serde_json::Value {
    json!({ "type": "track", "event": name, "userId": "u1", "messageId": name, "properties": properties })
}

#[tokio::test]
async fn what_is_cut_out_refused_or_left_out_is_in_no_byte() {
    let room = Room::planned(Arc::new(Everywhere { cuts: true })).await;
    let source = room.source(SourceKind::Server).await;
    let batch = json!({ "batch": [
        call("Trimmed", json!({ "kept": 1, "secret": "secret-one" })),
        call("Unplanned", json!({ "secret": "secret-two" })),
        call("Blocked", json!({ "total": "secret-three", "secret": "secret-four" })),
        call("Free", json!({ "open": "plain" })),
        // Refused before any plan could judge it.
        json!({ "type": "track", "event": "Trimmed", "properties": { "secret": "secret-five" } }),
    ], "sentAt": "2026-11-22T10:00:00Z" });
    let done = room.collect.accept(Endpoint::Batch, body(batch), Some(&source.write_key)).await.unwrap();
    assert_eq!((done.accepted, done.left_out, done.rejected.len()), (2, 1, 2));
    assert!(done.is_cut, "whoever keeps what came has to know");
    let whole = room.collect.accept_for(source.id, &[call("Free", json!({ "open": "x" }))]).await.unwrap();
    assert_eq!((whole.accepted, whole.is_cut), (1, false));
    let cut = room.collect.accept_for(source.id, &[call("Trimmed", json!({ "secret": "secret-six" }))]).await.unwrap();
    assert!(cut.is_cut);
    let refused = &done.rejected[0];
    assert_eq!(
        (refused.index, refused.code, refused.pointer.as_str()),
        (2, "plan_violation", "/batch/2/properties/total")
    );

    let text = stored(&room).await;
    let disk = String::from_utf8_lossy(&on_disk(&room)).into_owned();
    assert!(text.contains("plain") && disk.contains("plain"));
    for secret in ["secret-one", "secret-two", "secret-three", "secret-four", "secret-five", "secret-six"] {
        assert!(!text.contains(secret) && !disk.contains(secret), "{secret} is still there");
    }
    let events = room.events().await;
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["Trimmed", "Free"]);
    assert_eq!(events[0].properties.text(), r#"{"kept":1}"#);
    assert_eq!(events[0].message_id, "Trimmed");

    // Among the refused items it stands without what would have been cut out, too.
    let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().any(|kept| kept.item.contains(r#""properties":{"total":"x"}"#)));
    assert!(kept.iter().all(|kept| !kept.item.contains("secret")));
}

#[tokio::test]
async fn single_calls_and_cloudevents_pass_the_same_door() {
    let room = Room::planned(Arc::new(Everywhere { cuts: true })).await;
    let source = room.source(SourceKind::Server).await;
    let key = Some(source.write_key.as_str());
    let single = Endpoint::Single(EventKind::Track);
    let trimmed = body(call("Trimmed", json!({ "secret": "secret-one" })));
    assert_eq!(room.collect.accept(single, trimmed, key).await.unwrap().accepted, 1);
    // Left out is as good as stored to whoever sent it.
    let left = room.collect.accept(single, body(call("Unplanned", json!({}))), key).await.unwrap();
    assert_eq!((left.accepted, left.left_out), (0, 1));
    let error = room.collect.accept(single, body(call("Blocked", json!({}))), key).await.unwrap_err();
    let problem = base::Problem::from(error);
    assert_eq!((problem.code, problem.errors[0].pointer.as_str()), ("plan_violation", "/properties/total"));

    let event = |kind: &str| json!({ "specversion": "1.0", "id": kind, "source": "s", "type": kind, "subject": "u1", "data": { "secret": "secret-two" } });
    let events = Bytes::from(json!([event("Trimmed"), event("Unplanned")]).to_string());
    let done = room.collect.accept_cloudevents(CloudEventMode::Batched, events, key).await.unwrap();
    assert_eq!((done.accepted, done.left_out), (1, 1));
    let text = stored(&room).await;
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(room.events().await.len(), 2);
}

#[tokio::test]
async fn consent_told_beside_an_event_or_beside_a_batch_is_told_to_the_plan() {
    let room = Room::planned(Arc::new(Everywhere { cuts: true })).await;
    let source = room.source(SourceKind::Server).await;
    let key = Some(source.write_key.as_str());
    let mut item = call("Unplanned", json!({}));
    item["context"] = json!({ "consent": { "email": false } });
    let done = room.collect.accept(Endpoint::Batch, body(json!({ "batch": [item] })), key).await.unwrap();
    assert_eq!(done.accepted, 1);
    let batch = json!({ "batch": [call("Blocked", json!({}))], "context": { "consent": { "sms": false } } });
    assert_eq!(room.collect.accept(Endpoint::Batch, body(batch), key).await.unwrap().accepted, 1);
}

#[tokio::test]
async fn an_item_without_properties_has_nothing_to_cut_out() {
    let room = Room::planned(Arc::new(Everywhere { cuts: true })).await;
    let source = room.source(SourceKind::Server).await;
    let item = json!({ "type": "track", "event": "Blocked", "userId": "u1" });
    let done = room.collect.accept(
        Endpoint::Batch,
        body(json!({ "batch": [item, call("Free", json!({}))] })),
        Some(&source.write_key),
    );
    assert_eq!(done.await.unwrap().rejected.len(), 1);
}

#[test]
fn edits_are_made_in_place() {
    let body = r#"{"batch":[{"a":1}, {"b":"é"} ,{"c":3}]}"#;
    let part = |text: &str| &body[body.find(text).unwrap()..][..text.len()];
    let mut edits = Edits::default();
    assert!(edits.is_empty());
    assert_eq!(edits.apply(body), body);
    edits.replace(body, part(r#"{"a":1}"#), r#"{"a":"longer"}"#.into());
    edits.blank(body, part(r#"{"b":"é"}"#));
    assert_eq!(edits.apply(body), r#"{"batch":[{"a":"longer"}, {} ,{"c":3}]}"#);
    assert_eq!(replaced(body, part(r#""é""#), "2"), r#"{"batch":[{"a":1}, {"b":2} ,{"c":3}]}"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Whatever stands between the items, in whatever form they are written: what is kept stays byte for byte.
    #[test]
    fn what_is_kept_stays_byte_for_byte(names in prop::collection::vec("(Free|Unplanned|Blocked|Trimmed)", 1..8), gap in "[ \n\t]{0,3}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let room = Room::planned(Arc::new(Everywhere { cuts: true })).await;
            let source = room.source(SourceKind::Server).await;
            let item = |(index, name): (usize, &String)| format!(
                "{{{gap}\"type\":\"track\", \"event\":\"{name}\",\"userId\":{index} ,\"messageId\":\"m{index}\",\"properties\":{gap}{{\"n\":{index}.50, \"é\":\"\\u00e9\"}}{gap}}}"
            );
            let items: Vec<String> = names.iter().enumerate().map(item).collect();
            let text = format!("{{\"batch\":[{gap}{}]{gap}}}", items.join(&format!("{gap},")));
            let done = room.collect.accept(Endpoint::Batch, Bytes::from(text.clone()), Some(&source.write_key)).await;
            let stored = stored(&room).await;
            for (name, item) in names.iter().zip(&items) {
                match name.as_str() {
                    "Free" => assert!(stored.contains(item)),
                    "Trimmed" => assert!(stored.contains(r#""properties":"#) && !stored.contains(item)),
                    _ => assert!(!stored.contains(item)),
                }
            }
            if names.iter().all(|name| name == "Free") {
                assert_eq!(stored, text);
            }
            assert_eq!(done.is_err(), names.iter().all(|name| name == "Blocked"));
        });
    }
}

#[tokio::test]
async fn an_item_tried_again_meets_the_plan_of_today() {
    let room = Room::planned(Arc::new(Everywhere { cuts: false })).await;
    let source = room.source(SourceKind::Server).await;
    // Refused for something else: nobody's.
    let nobodys = |name: &str| json!({ "type": "track", "event": name, "messageId": name, "properties": { "secret": "secret-one" } });
    let batch = json!({ "batch": [nobodys("Trimmed"), nobodys("Unplanned"), nobodys("Blocked"), nobodys("Free")] });
    assert!(room.collect.accept(Endpoint::Batch, body(batch), Some(&source.write_key)).await.is_err());
    let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
    let corrected: Vec<crate::Correction> = kept
        .iter()
        .map(|one| {
            let mut item: base::JsonMap = serde_json::from_str(&one.item).unwrap();
            item.insert("userId".into(), json!("u1"));
            if item["event"] == "Free" {
                item.insert("properties".into(), json!({}));
            }
            crate::Correction { id: one.id.clone(), item }
        })
        .collect();
    let done = room.collect.replay_rejections(WORKSPACE, source.id, None, &corrected).await.unwrap();
    assert_eq!(done.accepted, 2);
    let mut codes: Vec<&str> = done.refused.iter().map(|one| one.code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["plan_violation", "unplanned_event"]);
    assert!(!stored(&room).await.contains("secret"));
    assert_eq!(room.collect.rejections(WORKSPACE, source.id).await.unwrap().len(), 2);
}

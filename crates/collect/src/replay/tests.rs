use super::*;
use crate::SourceKind;
use crate::testing::{Room, WORKSPACE, body};
use crate::{Endpoint, Rejected};
use events::EventKind;

fn item(json: Json) -> JsonMap {
    json.as_object().cloned().expect("an object")
}

#[tokio::test]
async fn a_corrected_item_is_accepted_once_at_the_time_it_happened() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Server).await;
        let key = Some(source.write_key.as_str());
        let batch = json!({ "batch": [
            { "type": "track", "event": "Called", "timestamp": "2026-11-20T09:00:00Z", "sentAt": "2026-11-20T09:00:05Z" },
            { "type": "track", "event": "Called", "userId": "ok" },
        ]});
        let done = room.collect.accept(Endpoint::Batch, body(batch), key).await.unwrap();
        assert_eq!(done.rejected.iter().map(|one: &Rejected| one.code).collect::<Vec<_>>(), ["missing_field"]);
        let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
        assert!(kept[0].replayable);

        // As it was it is still wrong, and stays.
        let again = room.collect.replay_rejections(WORKSPACE, source.id, None, &[]).await.unwrap();
        assert_eq!((again.accepted, again.refused[0].code), (0, "missing_field"));
        assert_eq!(room.collect.rejections(WORKSPACE, source.id).await.unwrap().len(), 1);

        let mut right: JsonMap = serde_json::from_str(&kept[0].item).unwrap();
        right.insert("userId".into(), json!("u1"));
        let corrected = [Correction { id: kept[0].id.clone(), item: right }];
        let again = room.collect.replay_rejections(WORKSPACE, source.id, None, &corrected).await.unwrap();
        assert_eq!((again.accepted, again.duplicates, again.refused), (1, 0, vec![]));
        assert!(room.collect.rejections(WORKSPACE, source.id).await.unwrap().is_empty());
        // Somebody else had the same list open.
        let twice = room.collect.replay_rejections(WORKSPACE, source.id, None, &corrected).await.unwrap();
        assert_eq!((twice.accepted, twice.refused[0].code), (0, "not_found"));

        let events = room.events().await;
        let called = events.iter().find(|event| event.user_id.as_deref() == Some("u1")).expect("the corrected one");
        assert_eq!(called.at, kept[0].at.plus_ms(-5_000), "the sender's clock is not believed, its difference is");
        assert_eq!(room.collect.source(WORKSPACE, source.id).await.unwrap().events, 2);
    }
}

#[tokio::test]
async fn a_single_call_keeps_the_type_of_its_path() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::Server).await;
    let call = json!({ "event": "Signed Up" });
    let key = Some(source.write_key.as_str());
    room.collect.accept(Endpoint::Single(EventKind::Track), body(call), key).await.expect_err("nobody is named");
    let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
    let right = item(json!({ "event": "Signed Up", "userId": "u9" }));
    let corrected = [Correction { id: kept[0].id.clone(), item: right }];
    let again = room.collect.replay_rejections(WORKSPACE, source.id, None, &corrected).await.unwrap();
    assert_eq!(again.accepted, 1);
    let events = room.events().await;
    assert_eq!((events[0].kind, events[0].name.as_str()), (EventKind::Track, "Signed Up"));
}

#[tokio::test]
async fn what_was_cut_is_not_tried_again() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::Server).await;
    let long = "x".repeat(crate::limits::REJECTION_BYTES_MAX);
    let batch = json!({ "batch": [{ "type": "track", "event": "Long", "properties": { "text": long } }] });
    let key = Some(source.write_key.as_str());
    room.collect.accept(Endpoint::Batch, body(batch), key).await.expect_err("nobody is named");
    let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
    assert!(!kept[0].replayable);
    let ids = [kept[0].id.clone()];
    let again = room.collect.replay_rejections(WORKSPACE, source.id, Some(&ids), &[]).await.unwrap();
    assert_eq!((again.accepted, again.refused[0].code), (0, "not_replayable"));
}

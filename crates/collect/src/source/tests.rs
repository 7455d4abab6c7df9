use super::*;
use crate::testing::{Room, WORKSPACE, body};
use crate::{Endpoint, Result};
use serde_json::json;

async fn send(room: &Room, key: &str, items: serde_json::Value) -> Result<crate::Accepted> {
    room.collect.accept(Endpoint::Batch, body(json!({ "batch": items })), Some(key)).await
}

#[tokio::test]
async fn a_source_tells_how_it_is_doing_also_after_a_restart() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Shop).await;
        let good = json!({ "type": "page", "anonymousId": "a" });
        send(&room, &source.write_key, json!([good, good, { "type": "track" }])).await.unwrap();
        let now = room.collect.source(WORKSPACE, source.id).await.unwrap();
        assert_eq!((now.events, now.rejected, now.last_event_at), (2, 1, Some(testkit::NOW)));
        assert_eq!(now.last_error.as_deref(), Some("/event: a track call needs an event name"));
        room.collect.flush().await.unwrap();
        let room = room.reopened().await;
        let later = room.collect.source(WORKSPACE, source.id).await.unwrap();
        assert_eq!(later, now);
        send(&room, &source.write_key, json!([good])).await.unwrap();
        assert_eq!(room.collect.source(WORKSPACE, source.id).await.unwrap().events, 3);
    }
}

#[tokio::test]
async fn the_last_rejected_items_are_kept_and_older_ones_make_room() {
    for room in Room::all().await {
        let source = room.source(SourceKind::Server).await;
        for round in 0..3 {
            let bad: Vec<_> =
                (0..30).map(|n| json!({ "type": "track", "userId": format!("u{}", round * 30 + n) })).collect();
            let _ = send(&room, &source.write_key, json!(bad)).await;
            room.collect.flush().await.unwrap();
            room.clock.advance_ms(1_000);
        }
        let kept = room.collect.rejections(WORKSPACE, source.id).await.unwrap();
        assert_eq!(kept.len(), REJECTIONS_KEPT);
        assert_eq!((kept[0].code.as_str(), kept[0].pointer.as_str()), ("missing_field", "/event"));
        assert!(kept.iter().any(|item| item.item.contains("\"u89\"")));
        assert!(!kept.iter().any(|item| item.item.contains("\"u39\"")), "90 came, the first 40 are gone");
        assert!(kept.iter().any(|item| item.item.contains("\"u40\"")));
        room.clock.advance_ms(REJECTIONS_KEPT_MS);
        room.collect.prune().await.unwrap();
        assert!(room.collect.rejections(WORKSPACE, source.id).await.unwrap().is_empty(), "deleted after a month");
    }
}

#[tokio::test]
async fn sources_of_another_workspace_are_not_there() {
    let room = Room::sqlite().await;
    let source = room.source(SourceKind::App).await;
    let other = WorkspaceId::new(2);
    assert!(room.collect.sources(other).await.unwrap().is_empty());
    let denied = room.collect.rotate_source(other, source.id).await.unwrap_err();
    assert_eq!(Problem::from(denied).code, "not_found");
    assert_eq!(Problem::from(room.collect.delete_source(other, source.id).await.unwrap_err()).code, "not_found");
    assert!(room.collect.create_source(other, "  ", SourceKind::App).await.is_err());
    assert_eq!(room.collect.sources(WORKSPACE).await.unwrap().len(), 1);
}

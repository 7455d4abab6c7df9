use super::*;
use std::collections::HashMap;

/// (event, profile) of every row, by SQL.
async fn owners(lake: &Lake) -> HashMap<String, i64> {
    let answer = lake.query(ONE, "SELECT event_id, profile_id FROM events", 10_000).await.unwrap();
    answer.rows.iter().map(|row| (row[0].as_str().unwrap().to_owned(), row[1].as_i64().unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_to_their_owner_once_wherever_they_lie_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=5 {
        lake.append(&batch(k, 60, 6)).await.unwrap();
        if k < 5 {
            lake.flush().await.unwrap();
        }
        if k == 2 {
            lake.compact_fully().await.unwrap();
        }
    }
    let before = owners(&lake).await;
    let four = ProfileId::new(4);
    // In another bucket of profiles than the rest.
    let far = ProfileId::new(200_000);
    let of_four: Vec<ResolvedEvent> =
        (1..=5).flat_map(|k| batch(k, 60, 6).events).filter(|item| item.profile == four).collect();
    let leaving: HashMap<EventId, ProfileId> = of_four.iter().step_by(2).map(|item| (item.event.id, far)).collect();
    assert_eq!(lake.reassign(ONE, &[four], &leaving).await.unwrap(), leaving.len() as u64);
    assert_eq!(lake.reassign(ONE, &[four], &leaving).await.unwrap(), 0, "a second time changes nothing");
    let expected: HashMap<String, i64> = before
        .iter()
        .map(|(id, owner)| {
            let leaves = leaving.keys().any(|left| schema::event_id_text(*left) == *id);
            (id.clone(), if leaves { far.sql() } else { *owner })
        })
        .collect();
    assert_eq!(owners(&lake).await, expected);
    assert_eq!(rows(&lake, ONE).await, (300, 300));
    let lake = reopen(lake, folder.path()).await;
    lake.compact_fully().await.unwrap();
    assert_eq!(owners(&lake).await, expected, "after a start and a compaction");
    let theirs = lake.timeline(ONE, &[far], None, 100, &TimelineFilter::default()).await.unwrap();
    assert_eq!(theirs.len(), leaving.len());
}

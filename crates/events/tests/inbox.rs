//! What the inbox acknowledged survives; what it refused leaves no trace.

use base::{EventId, Timestamp, WorkspaceId};
use bytes::Bytes;
use events::{Channel, Inbox, InboxConfig, InboxError, Offset, Origin, Record};
use std::path::Path;
use std::sync::Arc;

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);

fn record(keys: &[&str]) -> Record {
    let body = format!("{{\"batch\":[{}]}}", vec!["{}"; keys.len()].join(","));
    Record {
        offset: Offset::default(),
        workspace: WORKSPACE,
        origin: Origin::Segment,
        channel: Channel::Web,
        source: None,
        received_at: testkit::NOW,
        ids: keys.iter().map(|key| EventId::of(WORKSPACE, key)).collect(),
        body: Bytes::from(body),
    }
}

fn open(dir: &Path, config: InboxConfig) -> Inbox {
    Inbox::open(dir, config, Arc::new(testkit::clock())).expect("the inbox opens")
}

async fn read_all(inbox: &Inbox) -> Vec<Record> {
    let (mut records, mut at) = (Vec::new(), inbox.floor());
    loop {
        let (more, next) = inbox.read(at, 1_000).await.expect("readable");
        if more.is_empty() {
            return records;
        }
        records.extend(more);
        at = next;
    }
}

fn last_log(dir: &Path) -> std::path::PathBuf {
    let mut logs: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.sort();
    logs.pop().expect("a segment")
}

#[tokio::test]
async fn records_come_back_in_order_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig { segment_bytes_max: 400, ..InboxConfig::default() });
    for number in 0..50 {
        let appended = inbox.append(record(&[&format!("a{number}"), &format!("b{number}")])).await.unwrap();
        assert_eq!(appended.duplicates, 0);
    }
    let end = inbox.end();
    drop(inbox);
    let inbox = open(dir.path(), InboxConfig::default());
    assert_eq!(inbox.end(), end);
    let records = read_all(&inbox).await;
    assert_eq!(records.len(), 50);
    assert_eq!(records[49].ids, record(&["a49", "b49"]).ids);
    assert_eq!(records[7].received_at, testkit::NOW);
}

#[tokio::test]
async fn a_message_id_counts_once_also_across_restarts_and_dropped_segments() {
    let dir = tempfile::tempdir().unwrap();
    let small = InboxConfig { segment_bytes_max: 200, ..InboxConfig::default() };
    let inbox = open(dir.path(), small.clone());
    inbox.append(record(&["a", "b"])).await.unwrap();
    assert_eq!(inbox.append(record(&["b", "c", "c"])).await.unwrap().duplicates, 2);
    for number in 0..10 {
        inbox.append(record(&[&format!("fill{number}")])).await.unwrap();
    }
    inbox.release(inbox.end()).await.unwrap();
    drop(inbox);
    let inbox = open(dir.path(), small);
    assert_eq!(inbox.append(record(&["a", "c", "new"])).await.unwrap().duplicates, 2);
    let records = read_all(&inbox).await;
    let last = records.last().expect("the new record");
    assert_eq!(last.ids[..2], [EventId(0), EventId(0)], "duplicates are marked to be skipped");
    assert!(records.len() < 12, "finished segments are dropped");
}

#[tokio::test]
async fn a_torn_tail_is_cut_and_the_log_goes_on() {
    for torn in [&b"\x20"[..], b"\x20\0\0\0abcdhalf a record", b"\xff\xff\xff\xff\0\0\0\0"] {
        let dir = tempfile::tempdir().unwrap();
        let inbox = open(dir.path(), InboxConfig::default());
        inbox.append(record(&["a"])).await.unwrap();
        let end = inbox.end();
        drop(inbox);
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).open(last_log(dir.path())).unwrap();
        file.write_all(torn).unwrap();
        let inbox = open(dir.path(), InboxConfig::default());
        assert_eq!(inbox.end(), end);
        inbox.append(record(&["b"])).await.unwrap();
        assert_eq!(read_all(&inbox).await.len(), 2);
    }
}

#[tokio::test]
async fn damage_inside_the_log_is_reported_and_not_read_over() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig { segment_bytes_max: 100, ..InboxConfig::default() });
    for key in ["a", "b", "c"] {
        inbox.append(record(&[key])).await.unwrap();
    }
    let first = dir.path().join(format!("{:020}.log", 0));
    let mut bytes = std::fs::read(&first).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&first, bytes).unwrap();
    let error = inbox.read(Offset(0), 1_000).await.unwrap_err();
    assert!(matches!(&error, InboxError::Corrupt { segment, .. } if segment.contains("00000000.log")), "{error}");
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_back_and_remembers_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig { queue_bytes_max: 50, ..InboxConfig::default() });
    let busy = inbox.append(record(&["a"])).await;
    assert!(matches!(busy, Err(InboxError::Busy { retry_after_s }) if retry_after_s > 0));
    drop(inbox);
    let inbox = open(dir.path(), InboxConfig::default());
    assert_eq!(inbox.append(record(&["a"])).await.unwrap().duplicates, 0, "the retry is no duplicate");
    let full = InboxConfig { backlog_bytes_max: 10, ..InboxConfig::default() };
    drop(inbox);
    let inbox = open(dir.path(), full);
    assert!(
        matches!(inbox.append(record(&["b"])).await, Err(InboxError::Busy { .. })),
        "unprocessed bytes are bounded"
    );
}

#[tokio::test]
async fn a_disk_that_fails_loses_nothing_and_the_retry_is_no_duplicate() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig { segment_bytes_max: 1, ..InboxConfig::default() });
    inbox.append(record(&["a"])).await.unwrap();
    // The next segment cannot be made: its name is taken by a folder.
    let next = dir.path().join(format!("{:020}.log", inbox.end().0));
    std::fs::create_dir(&next).unwrap();
    assert!(matches!(inbox.append(record(&["b"])).await, Err(InboxError::Storage(_))));
    std::fs::remove_dir(&next).unwrap();
    assert_eq!(inbox.append(record(&["b"])).await.unwrap().duplicates, 0);
    assert_eq!(read_all(&inbox).await.len(), 2);
}

#[test]
fn a_record_survives_its_encoding() {
    let source = base::SourceId::derived("s");
    let original =
        Record { source: Some(source), channel: Channel::Shop, origin: Origin::System, ..record(&["x", "y"]) };
    let decoded = Record::decode(Offset(9), &Bytes::from(original.encode())).unwrap();
    assert_eq!((decoded.offset, decoded.source, decoded.channel), (Offset(9), Some(source), Channel::Shop));
    assert_eq!((decoded.ids, decoded.body), (original.ids, original.body));
    assert_eq!(decoded.received_at, Timestamp::from_ms(testkit::NOW.ms()));
    assert!(Record::decode(Offset(0), &Bytes::from_static(b"\x01")).is_err());
}

#[tokio::test]
async fn what_was_accepted_before_a_seal_leaves_the_disk_and_is_still_a_duplicate() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig::default());
    inbox.append(record(&["planted"])).await.unwrap();
    inbox.release(inbox.end()).await.unwrap();
    assert_eq!(inbox.oldest().unwrap(), Offset(0), "the open segment stays, whatever is released");
    let sealed = inbox.seal().await.unwrap();
    assert_eq!((sealed, inbox.seal().await.unwrap()), (inbox.end(), sealed), "an empty segment is not closed again");
    assert_eq!(inbox.oldest().unwrap(), Offset(0), "closed, and not dropped before its time");
    inbox.release(sealed).await.unwrap();
    assert_eq!(inbox.oldest().unwrap(), sealed);
    drop(inbox);
    let inbox = open(dir.path(), InboxConfig::default());
    assert_eq!((inbox.end(), inbox.floor()), (sealed, sealed), "the log goes on where it was");
    assert_eq!(inbox.append(record(&["planted"])).await.unwrap().duplicates, 1);
    inbox.append(record(&["next"])).await.unwrap();
    assert_eq!(read_all(&inbox).await.len(), 1);
}

#[tokio::test]
async fn what_a_repair_cut_off_goes_with_the_segments_around_it() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig::default());
    inbox.append(record(&["whole"])).await.unwrap();
    drop(inbox);
    let path = last_log(dir.path());
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&bytes[..], &bytes[..20]].concat()).unwrap();
    let inbox = open(dir.path(), InboxConfig::default());
    let kept = dir.path().join(format!("{:020}.torn", 0));
    assert!(kept.exists());
    let sealed = inbox.seal().await.unwrap();
    inbox.release(sealed).await.unwrap();
    assert!(!kept.exists());
}

#[tokio::test]
async fn a_read_takes_whole_records_and_at_least_one() {
    let dir = tempfile::tempdir().unwrap();
    let inbox = open(dir.path(), InboxConfig::default());
    for keys in [&["a"][..], &["b", "c", "d", "e", "f", "g", "h"], &["i"]] {
        inbox.append(record(keys)).await.unwrap();
    }
    let whole = read_all(&inbox).await;
    for bytes_max in 1..600 {
        let (mut at, mut taken) = (Offset(0), Vec::new());
        while at < inbox.end() {
            let (records, end) = inbox.read(at, bytes_max).await.unwrap();
            assert!(!records.is_empty(), "{bytes_max} bytes at {at:?}");
            taken.extend(records.into_iter().map(|record| (record.offset, record.ids)));
            at = end;
        }
        assert_eq!(taken, whole.iter().map(|one| (one.offset, one.ids.clone())).collect::<Vec<_>>(), "{bytes_max}");
    }
}

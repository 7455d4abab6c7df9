use super::*;
use crate::table::CrashPoint;
use base::{Clock, EventId, ManualClock, ProfileId, Timestamp, WorkspaceId};
use events::{Batch, Channel, Event, EventKind, History, Offset, RawJson, ResolvedEvent};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

mod cutting;
mod durability;
mod erasure;
mod outside;
mod reading;
mod reassigning;

const ONE: WorkspaceId = WorkspaceId::new(1);
const TWO: WorkspaceId = WorkspaceId::new(2);
const START_MS: i64 = 1_795_341_600_000;
/// Bytes per record of the imagined inbox.
const RECORD_BYTES: u64 = 100;

/// An event number `n` of a profile; its id, time and texts follow from `n`.
fn event(workspace: WorkspaceId, profile: u32, n: u64, name: &str) -> ResolvedEvent {
    let message_id = format!("m-{n}");
    let event = Event {
        workspace,
        id: EventId::of(workspace, &message_id),
        message_id,
        kind: if name.is_empty() { EventKind::Page } else { EventKind::Track },
        name: if name.is_empty() { "Start page".into() } else { name.into() },
        at: Timestamp::from_ms(START_MS + n as i64 * 1_000),
        received_at: Timestamp::from_ms(START_MS + n as i64 * 1_000 + 5),
        source: None,
        channel: if n.is_multiple_of(3) { Channel::Shop } else { Channel::Web },
        user_id: Some(format!("user-{profile}")),
        anonymous_id: None,
        previous_id: None,
        group_id: None,
        profile: None,
        identifiers: Vec::new(),
        traits: RawJson::new(""),
        properties: RawJson::new(format!(r#"{{"revenue":{n},"owner":"secret-of-{profile}-end"}}"#)),
        context: RawJson::new(r#"{"ip":"192.0.2.1"}"#),
    };
    ResolvedEvent { event: Arc::new(event), profile: ProfileId::new(profile), created: false }
}

/// Batch `k` (from 1) of `rows` events over `profiles` people in workspace 1.
fn batch(k: u64, rows: u64, profiles: u32) -> Batch {
    let names = ["Product Viewed", "Order Completed", ""];
    let of = |n: u64| event(ONE, (n * 7_919 % profiles as u64) as u32 + 1, n, names[n as usize % 3]);
    batch_of(k, ((k - 1) * rows..k * rows).map(of).collect())
}

fn batch_of(k: u64, events: Vec<ResolvedEvent>) -> Batch {
    Batch { end: Offset(k * RECORD_BYTES), now: Timestamp::from_ms(START_MS), events, ..Batch::default() }
}

/// A lake that flushes and compacts only when told to.
fn quiet() -> LakeConfig {
    LakeConfig { flush_interval: Duration::from_secs(3_600), compact: false, ..LakeConfig::default() }
}

async fn open(folder: &Path) -> Lake {
    try_open(folder).await.expect("the lake opens")
}

async fn try_open(folder: &Path) -> Result<Lake, LakeError> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_ms(START_MS)));
    Lake::open(folder, quiet(), clock).await
}

/// Drops the lake the way a crash does and opens it again. The background task lets go of it, and of the lock on the
/// folder, within a second.
async fn reopen(lake: Lake, folder: &Path) -> Lake {
    drop(lake);
    let again = async {
        loop {
            match try_open(folder).await {
                Err(LakeError::Locked(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                other => return other.expect("the lake opens"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), again).await.expect("the lock is let go")
}

/// (rows, distinct events) by every way of reading; they must agree.
async fn rows(lake: &Lake, workspace: WorkspaceId) -> (u64, u64) {
    let sql = "SELECT count(*) AS rows, count(DISTINCT event_id) AS events FROM events";
    let answer = lake.query(workspace, sql, 1).await.expect("the query runs");
    let number = |index: usize| answer.rows[0][index].as_u64().expect("a number");
    let mut scanned = 0;
    lake.scan(workspace, &mut |_| scanned += 1).await.expect("the scan runs");
    assert_eq!((number(0), number(0)), (scanned, lake.count(workspace)), "query, scan and count");
    (number(0), number(1))
}

/// Answers of one query as text, sorted.
async fn ask(lake: &Lake, sql: &str) -> Vec<String> {
    let answer = lake.query(ONE, sql, 10_000).await.expect("the query runs");
    let mut rows: Vec<String> = answer.rows.iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

fn parquet_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() && !entry.ends_with("_delta_log") {
            found.extend(parquet_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "parquet") {
            found.push(entry);
        }
    }
    found
}

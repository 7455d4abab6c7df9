//! One transaction a batch: crashes, failing views and emitted events.

use async_trait::async_trait;
use base::{EventId, ProfileId, Timestamp, WorkspaceId};
use bytes::Bytes;
use db::{Migration, Tx};
use events::{
    Batch, Channel, Decoder, Effects, Event, EventKind, History, Inbox, InboxConfig, Offset, Origin, Pipeline,
    PipelineConfig, Record, Resolution, ResolvedEvent, Resolver, SystemEvent, View, ViewError,
};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
const SEEN: Migration = Migration {
    name: "test/0001_seen",
    sql: "CREATE TABLE seen (message_id TEXT NOT NULL PRIMARY KEY, times BIGINT NOT NULL);",
};

/// Bodies of the test are one messageId per line.
struct Lines;

impl Decoder for Lines {
    fn decode(&self, record: &Record) -> Vec<Event> {
        let text = String::from_utf8_lossy(&record.body).into_owned();
        let ids: Vec<String> = if record.origin == Origin::System {
            // {"batch":[{…"messageId":"x"…}]}
            text.split("\"messageId\":\"")
                .skip(1)
                .filter_map(|part| part.split('"').next().map(str::to_owned))
                .collect()
        } else {
            text.lines().map(str::to_owned).collect()
        };
        let kept = ids.into_iter().zip(&record.ids).filter(|(_, id)| id.0 != 0);
        kept.map(|(message_id, id)| event(message_id, *id)).collect()
    }
}

fn event(message_id: String, id: EventId) -> Event {
    let blank = testkit::event(WORKSPACE, message_id, EventKind::Track, testkit::NOW);
    Event { id, name: "Tested".into(), source: None, ..blank }
}

struct Everybody;

#[async_trait]
impl Resolver for Everybody {
    async fn resolve(&self, _: &mut Tx, events: Vec<Arc<Event>>, _: Timestamp) -> Result<Resolution, ViewError> {
        let resolved = |event| ResolvedEvent { event, profile: ProfileId::new(1), created: false };
        Ok(Resolution { events: events.into_iter().map(resolved).collect(), ..Resolution::default() })
    }
    async fn lookup(&self, events: &[Arc<Event>]) -> Result<Vec<Option<ProfileId>>, ViewError> {
        Ok(vec![Some(ProfileId::new(1)); events.len()])
    }
}

/// Counts each messageId; fails at "poison" always and at everything while `down`.
#[derive(Default)]
struct Counting {
    down: AtomicBool,
    rollbacks: Mutex<u32>,
}

#[async_trait]
impl View for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    async fn apply(&self, tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), ViewError> {
        for item in &batch.events {
            let id = &item.event.message_id;
            let sql = "INSERT INTO seen (message_id, times) VALUES ($1, 1) \
                       ON CONFLICT (message_id) DO UPDATE SET times = seen.times + 1";
            tx.execute(sql, &[id.into()]).await?;
            if id == "poison" || self.down.load(Ordering::Relaxed) {
                return Err(ViewError::Broken { view: "counting", detail: "told to fail".into() });
            }
            if id.starts_with("emit") {
                let key = format!("answer to {id}");
                effects.emit(SystemEvent::new(WORKSPACE, "Answered", key, item.profile, batch.now, Channel::System));
            }
        }
        Ok(())
    }
    async fn rolled_back(&self, _: &Batch) {
        *self.rollbacks.lock() += 1;
    }
}

#[derive(Default)]
struct Kept {
    events: Mutex<Vec<String>>,
    cursor: Mutex<Offset>,
}

#[async_trait]
impl History for Kept {
    async fn cursor(&self) -> Result<Offset, ViewError> {
        Ok(*self.cursor.lock())
    }
    async fn append(&self, batch: &Batch) -> Result<(), ViewError> {
        self.events.lock().extend(batch.events.iter().map(|item| item.event.message_id.clone()));
        Ok(())
    }
}

struct Setup {
    store: testkit::Store,
    inbox: Arc<Inbox>,
    view: Arc<Counting>,
    history: Arc<Kept>,
}

impl Setup {
    async fn all() -> Vec<Setup> {
        let migrations = [events::MIGRATIONS, &[SEEN]].concat();
        let mut all = Vec::new();
        for store in testkit::stores(&migrations).await {
            let inbox = Inbox::open(&store.dir().join("inbox"), InboxConfig::default(), Arc::new(testkit::clock()));
            let inbox = Arc::new(inbox.unwrap());
            all.push(Setup { store, inbox, view: Arc::default(), history: Arc::default() });
        }
        all
    }

    async fn pipeline(&self) -> Pipeline {
        let mut pipeline = Pipeline::open(
            self.store.db.clone(),
            self.inbox.clone(),
            Arc::new(Lines),
            Arc::new(Everybody),
            self.history.clone(),
            Arc::new(testkit::clock()),
            PipelineConfig::default(),
        )
        .await
        .unwrap();
        pipeline.add_view(self.view.clone());
        pipeline
    }

    async fn append(&self, ids: &[&str]) {
        let record = Record {
            offset: Offset::default(),
            workspace: WORKSPACE,
            origin: Origin::Segment,
            channel: Channel::Web,
            source: None,
            received_at: testkit::NOW,
            ids: ids.iter().map(|id| EventId::of(WORKSPACE, id)).collect(),
            body: Bytes::from(ids.join("\n")),
        };
        self.inbox.append(record).await.unwrap();
    }

    async fn seen(&self) -> Vec<(String, i64)> {
        let rows = self.store.db.query("SELECT message_id, times FROM seen ORDER BY message_id", &[]).await.unwrap();
        rows.iter().map(|row| (row.text("message_id").unwrap(), row.i64("times").unwrap())).collect()
    }
}

fn once(ids: &[&str]) -> Vec<(String, i64)> {
    ids.iter().map(|id| ((*id).to_owned(), 1)).collect()
}

#[tokio::test]
async fn every_event_reaches_the_views_once_and_the_history_in_order() {
    for setup in Setup::all().await {
        setup.append(&["a", "b"]).await;
        setup.append(&["b", "c"]).await;
        setup.pipeline().await.drain().await.unwrap();
        // A new process takes up where the old one stopped.
        setup.append(&["d"]).await;
        setup.pipeline().await.drain().await.unwrap();
        assert_eq!(setup.seen().await, once(&["a", "b", "c", "d"]), "{}", setup.store.name);
    }
}

#[tokio::test]
async fn a_failed_batch_is_taken_again_whole() {
    for setup in Setup::all().await {
        setup.append(&["a", "b"]).await;
        setup.view.down.store(true, Ordering::Relaxed);
        let pipeline = setup.pipeline().await;
        // Its record is tried, then put aside: it is the record that seems bad.
        pipeline.drain().await.unwrap();
        assert!(setup.seen().await.is_empty());
        assert!(*setup.view.rollbacks.lock() >= 3);
        let rows = setup.store.db.query("SELECT error FROM rejected_record", &[]).await.unwrap();
        assert!(rows[0].text("error").unwrap().contains("told to fail"));
    }
}

#[tokio::test]
async fn one_bad_record_stops_nobody_else() {
    for setup in Setup::all().await {
        setup.append(&["a"]).await;
        setup.append(&["poison"]).await;
        setup.append(&["b"]).await;
        setup.pipeline().await.drain().await.unwrap();
        assert_eq!(setup.seen().await, once(&["a", "b"]));
        let sql = "SELECT COUNT(*) AS n FROM rejected_record";
        assert_eq!(setup.store.db.query_one(sql, &[]).await.unwrap().unwrap().i64("n").unwrap(), 1);
    }
}

#[tokio::test]
async fn emitted_events_come_back_once_even_when_the_move_is_repeated() {
    for setup in Setup::all().await {
        setup.append(&["emit1", "emit2"]).await;
        let pipeline = setup.pipeline().await;
        pipeline.drain().await.unwrap();
        let expected = once(&["answer to emit1", "answer to emit2", "emit1", "emit2"]);
        assert_eq!(setup.seen().await, expected);
        // A crash between the move into the inbox and the deletion: the row is still there.
        let mut tx = setup.store.db.begin().await.unwrap();
        let key = "answer to emit1";
        let again = SystemEvent::new(WORKSPACE, "Answered", key, ProfileId::new(1), testkit::NOW, Channel::System);
        events::emit_in_tx(&mut tx, &[again.clone(), again]).await.unwrap();
        tx.commit().await.unwrap();
        pipeline.drain().await.unwrap();
        assert_eq!(setup.seen().await, expected);
        let left = setup.store.db.query("SELECT message_id FROM emitted_event", &[]).await.unwrap();
        assert!(left.is_empty());
    }
}

#[tokio::test]
async fn more_than_one_move_holds_comes_in_order() {
    for setup in Setup::all().await {
        let pipeline = setup.pipeline().await;
        let event = |number: usize| {
            let key = format!("e{number:04}");
            SystemEvent::new(WORKSPACE, "Told", key, ProfileId::new(1), testkit::NOW, Channel::System)
                .with("padding", "x".repeat(20_000))
        };
        // Two moves of 2 MB and some more.
        let events: Vec<SystemEvent> = (0..250).map(event).collect();
        let mut tx = setup.store.db.begin().await.unwrap();
        for each in &events {
            events::emit_in_tx(&mut tx, std::slice::from_ref(each)).await.unwrap();
        }
        tx.commit().await.unwrap();
        pipeline.drain().await.unwrap();
        let keys: Vec<String> = events.iter().map(|event| event.message_id.clone()).collect();
        assert_eq!(*setup.history.events.lock(), keys);
    }
}

#[tokio::test]
async fn after_a_restart_the_history_is_refilled_up_to_the_views() {
    for setup in Setup::all().await {
        setup.append(&["a"]).await;
        setup.append(&["b"]).await;
        setup.pipeline().await.drain().await.unwrap();
        // The history's memory was lost with the process; it had stored nothing.
        setup.history.events.lock().clear();
        setup.append(&["c"]).await;
        let pipeline = setup.pipeline().await;
        assert_eq!(*setup.history.events.lock(), ["a", "b"]);
        pipeline.drain().await.unwrap();
        assert_eq!(*setup.history.events.lock(), ["a", "b", "c"]);
    }
}

/// Begins beside the other views; says what it found when it was asked to apply, and what was seen at the commit.
#[derive(Default)]
struct Slow {
    begun: Arc<AtomicBool>,
    ready_when_applied: Mutex<Vec<bool>>,
    settled: Mutex<u32>,
    pipeline: std::sync::OnceLock<std::sync::Weak<Pipeline>>,
    /// What the status said while this view had not yet taken the committed batch into memory.
    behind: Mutex<Vec<(Offset, Offset)>>,
}

#[async_trait]
impl View for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn begin(&self, _: &Arc<Batch>) -> Option<tokio::task::JoinHandle<()>> {
        let begun = self.begun.clone();
        begun.store(false, Ordering::SeqCst);
        Some(tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            begun.store(true, Ordering::SeqCst);
        }))
    }
    async fn apply(&self, _: &mut Tx, _: &Batch, _: &mut Effects) -> Result<(), ViewError> {
        self.ready_when_applied.lock().push(self.begun.load(Ordering::SeqCst));
        Ok(())
    }
    async fn committed(&self, _: &Batch) {
        if let Some(pipeline) = self.pipeline.get().and_then(std::sync::Weak::upgrade) {
            let status = pipeline.status();
            self.behind.lock().push((status.cursor, status.end));
        }
    }
    async fn rolled_back(&self, _: &Batch) {
        assert!(self.begun.load(Ordering::SeqCst), "what was begun has ended before it is taken back");
        *self.settled.lock() += 1;
    }
}

#[tokio::test]
async fn what_a_view_begins_has_ended_when_it_is_applied_or_taken_back() {
    for setup in Setup::all().await {
        setup.append(&["a"]).await;
        setup.append(&["poison"]).await;
        let slow = Arc::new(Slow::default());
        let mut pipeline = setup.pipeline().await;
        // After the view that fails at poison: there it is begun and never applied.
        pipeline.add_view(slow.clone());
        pipeline.drain().await.unwrap();
        assert_eq!(setup.seen().await, once(&["a"]));
        let applied = slow.ready_when_applied.lock().clone();
        assert!(!applied.is_empty() && applied.iter().all(|ready| *ready), "{applied:?}");
        assert!(*slow.settled.lock() >= 1);
    }
}

#[tokio::test]
async fn a_batch_counts_as_seen_only_when_every_view_has_it_in_memory() {
    for setup in Setup::all().await {
        setup.append(&["a"]).await;
        let slow = Arc::new(Slow::default());
        let mut pipeline = setup.pipeline().await;
        pipeline.add_view(slow.clone());
        let pipeline = Arc::new(pipeline);
        slow.pipeline.set(Arc::downgrade(&pipeline)).unwrap();
        pipeline.drain().await.unwrap();
        let behind = slow.behind.lock().clone();
        assert!(!behind.is_empty() && behind.iter().all(|(cursor, end)| cursor < end), "{behind:?}");
        let status = pipeline.status();
        assert_eq!((status.cursor, status.backlog_bytes()), (status.end, 0));
    }
}

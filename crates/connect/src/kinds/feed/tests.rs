//! A feed, fetched from a server that does what a test says.

use super::*;
use crate::testing::{Room, Till, WORKSPACE};
use crate::{Change, FeedSink, FeedTaken, Products};
use base::{PageRequest, SourceId, WorkspaceId};
use parking_lot::Mutex;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const HOUR_MS: i64 = 3_600_000 + 1;

/// The feeds that were brought in whole, line by line an item.
#[derive(Default)]
pub struct Shelf {
    pub feeds: Vec<(SourceId, bool, String)>,
    pub begun: usize,
    pub holds: bool,
    /// Products were deleted since the last feed.
    pub deleted: bool,
}

#[async_trait]
impl Products for Arc<Till> {
    async fn begin(&self, feed: NewFeed) -> Result<Box<dyn FeedSink>, Problem> {
        self.look(|state| state.shelf.begun += 1);
        Ok(Box::new(Basket { till: self.clone(), feed, bytes: Vec::new() }))
    }
    async fn stands(&self, _: WorkspaceId, _: SourceId, run: &str) -> Result<bool, Problem> {
        Ok(self.look(|state| !state.shelf.deleted && run == state.shelf.feeds.len().to_string()))
    }
    async fn sample(&self, head: Vec<u8>, _: bool, most: usize) -> Result<Vec<BTreeMap<String, String>>, Problem> {
        let text = String::from_utf8_lossy(&head).into_owned();
        Ok(text.lines().take(most).map(|line| BTreeMap::from([("id".to_owned(), line.to_owned())])).collect())
    }
}

struct Basket {
    till: Arc<Till>,
    feed: NewFeed,
    bytes: Vec<u8>,
}

#[async_trait]
impl FeedSink for Basket {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
    async fn finish(self: Box<Self>) -> Result<FeedTaken, Problem> {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        let read = text.lines().count() as u64;
        self.till.look(|state| {
            let held = state.shelf.holds.then(|| Problem::conflict("feed_shrank", "most products would be gone"));
            if held.is_none() {
                state.shelf.feeds.push((self.feed.source, self.feed.whole, text));
                state.shelf.deleted = false;
            }
            let run = state.shelf.feeds.len().to_string();
            Ok(FeedTaken { run, read, accepted: read, refused: 0, held })
        })
    }
}

struct Shop {
    port: u16,
    state: Arc<Mutex<ShopState>>,
}

struct ShopState {
    /// Status line and headers, body; how many bytes of the body are sent.
    answer: (String, String),
    cut: Option<usize>,
    asked: Vec<String>,
}

impl Shop {
    async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let door = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = door.local_addr().expect("an address").port();
        let state = ShopState { answer: ("200 OK".into(), "A\nB\n".into()), cut: None, asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = door.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read_exact(&mut byte).await.is_err() {
                            return;
                        }
                        request.push(byte[0]);
                    }
                    let request = String::from_utf8_lossy(&request).into_owned();
                    let (head, body) = {
                        let mut state = shared.lock();
                        state.asked.push(request.clone());
                        let (status, body) = state.answer.clone();
                        let fresh = request.contains("if-none-match: \"v1\"") && status.contains("etag: \"v1\"");
                        if fresh { ("304 Not Modified".to_owned(), String::new()) } else { (status, body) }
                    };
                    let sent = shared.lock().cut.unwrap_or(body.len()).min(body.len());
                    let head =
                        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    let _ = stream.write_all(head.as_bytes()).await;
                    let _ = stream.write_all(&body.as_bytes()[..sent]).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, state }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/feed.xml", self.port)
    }
    fn answers(&self, head: &str, body: &str) {
        self.state.lock().answer = (head.into(), body.into());
    }
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().asked)
    }
}

fn feeds(room: &Room) -> Vec<String> {
    room.till.look(|state| state.shelf.feeds.iter().map(|(_, _, text)| text.clone()).collect())
}

#[tokio::test]
async fn a_feed_is_fetched_on_its_schedule_and_only_when_it_changed() {
    for room in Room::all().await {
        let shop = Shop::open().await;
        shop.answers("200 OK\r\netag: \"v1\"", "A\nB\n");
        let id = room.make(json!({"kind": "feed", "url": shop.url()})).await;
        room.pass(1).await;
        assert_eq!((feeds(&room), room.health(id).await.0), (vec!["A\nB\n".to_owned()], "ok"));
        assert!(room.till.look(|state| state.shelf.feeds[0].0 == id && state.shelf.feeds[0].1));
        room.pass(HOUR_MS).await;
        assert_eq!((feeds(&room).len(), room.health(id).await.0), (1, "ok"), "not modified");
        let runs = room.connect.runs(WORKSPACE, id, &PageRequest::default()).await.expect("runs").items;
        assert_eq!((runs.len(), runs[0].read, runs[0].accepted), (1, 2, 2), "what did not change is no run");
        shop.answers("200 OK\r\netag: \"v2\"", "C\n");
        room.pass(HOUR_MS).await;
        assert_eq!(feeds(&room).last().map(String::as_str), Some("C\n"));
        let connection = room.connect.connection(WORKSPACE, id).await.expect("there");
        assert_eq!(connection.cursor, None, "what the server calls its version is shown to nobody");
        // Asked by hand, it is read whatever the server says.
        shop.answers("200 OK\r\netag: \"v2\"", "D\n");
        room.connect.run_now(WORKSPACE, id).await.expect("asked");
        room.pass(10).await;
        assert_eq!(feeds(&room).last().map(String::as_str), Some("D\n"));
    }
}

#[tokio::test]
async fn what_was_deleted_is_fetched_again_though_the_server_has_nothing_new() {
    for room in Room::all().await {
        let shop = Shop::open().await;
        shop.answers("200 OK\r\netag: \"v1\"", "A\nB\n");
        room.make(json!({"kind": "feed", "url": shop.url()})).await;
        room.pass(1).await;
        room.pass(HOUR_MS).await;
        assert_eq!(feeds(&room).len(), 1, "not modified");
        room.till.look(|state| state.shelf.deleted = true);
        room.pass(HOUR_MS).await;
        assert_eq!(feeds(&room), ["A\nB\n", "A\nB\n"]);
        assert!(!shop.asked().last().expect("asked").contains("if-none-match"));
        room.pass(HOUR_MS).await;
        assert_eq!(feeds(&room).len(), 2, "once");
        // Somebody sent another feed of the source by hand.
        room.till.look(|state| state.shelf.feeds.push(state.shelf.feeds[0].clone()));
        room.pass(HOUR_MS).await;
        assert_eq!(feeds(&room).len(), 4);
    }
}

#[tokio::test]
async fn what_ends_in_the_middle_or_is_refused_changes_nothing_and_says_why() {
    let room = Room::sqlite().await;
    let shop = Shop::open().await;
    shop.state.lock().cut = Some(2);
    let id = room.make(json!({"kind": "feed", "url": shop.url()})).await;
    room.pass(1).await;
    assert_eq!(room.health(id).await.1, "feed_cut_off");
    shop.state.lock().cut = None;
    for (answer, code) in [
        ("404 Not Found", "http_refused"),
        ("401 Unauthorized", "not_signed_in"),
        ("500 Oh no", "http_refused"),
        ("302 Found\r\nlocation: /feed.xml", "http_refused"),
        ("302 Found\r\nlocation: http://169.254.169.254/latest/meta-data", "host_not_allowed"),
        ("302 Found\r\nlocation: file:///etc/passwd", "host_not_allowed"),
    ] {
        shop.answers(answer, "A\n");
        room.connect.run_now(WORKSPACE, id).await.expect("asked");
        room.pass(10).await;
        assert_eq!(room.health(id).await.1, code, "{answer}");
    }
    assert!(feeds(&room).is_empty());
    room.till.look(|state| state.shelf.holds = true);
    shop.answers("200 OK", "A\n");
    room.connect.run_now(WORKSPACE, id).await.expect("asked");
    room.pass(10).await;
    assert_eq!(room.health(id).await.1, "feed_shrank");
    let run = room.connect.runs(WORKSPACE, id, &PageRequest::default()).await.expect("runs").items.remove(0);
    assert_eq!((run.read, run.code.as_deref()), (1, Some("feed_shrank")));
}

#[tokio::test]
async fn the_secret_goes_to_its_server_only_and_is_shown_to_nobody() {
    let room = Room::sqlite().await;
    let (shop, other) = (Shop::open().await, Shop::open().await);
    let definition = |url: &str| json!({"kind": "feed", "url": url, "header": "X-Api-Key", "secret": "hush"});
    let id = room.make(definition(&shop.url())).await;
    shop.answers(&format!("307 Temporary Redirect\r\nlocation: {}", other.url()), "");
    room.pass(1).await;
    assert!(shop.asked()[0].contains("x-api-key: hush"));
    assert!(!other.asked()[0].contains("hush"));
    assert_eq!(feeds(&room).len(), 1);
    let connection = room.connect.connection(WORKSPACE, id).await.expect("there");
    let shown = serde_json::to_string(&connection.definition).expect("JSON");
    assert!(connection.secret_set && !shown.contains("hush") && shown.contains("\"secret_set\":true"));
    let mut elsewhere = definition(&other.url());
    elsewhere.as_object_mut().expect("an object").remove("secret");
    let change = |json| Change { enabled: None, definition: Some(Definition::read(json).expect("a definition")) };
    assert!(room.connect.change(WORKSPACE, id, change(elsewhere)).await.is_err(), "another server");
    let mut path = definition(&format!("{}?all=1", shop.url()));
    path.as_object_mut().expect("an object").remove("secret");
    room.connect.change(WORKSPACE, id, change(path)).await.expect("the same server");
    shop.answers("200 OK", "B\n");
    room.pass(10).await;
    assert!(shop.asked().last().expect("asked").contains("x-api-key: hush"));
    let basic = json!({"kind": "feed", "url": other.url(), "user": "anna", "secret": "hush"});
    room.make(basic).await;
    room.pass(1).await;
    assert!(other.asked().last().expect("asked").contains("authorization: Basic YW5uYTpodXNo"));
}

#[tokio::test]
async fn a_test_shows_products_and_keeps_nothing() {
    let room = Room::sqlite().await;
    let shop = Shop::open().await;
    let definition = Definition::read(json!({"kind": "feed", "url": shop.url(), "mode": "update"})).expect("read");
    let result = room.connect.test(WORKSPACE, definition, None).await.expect("tested").expect("it works");
    assert_eq!(result.sample.rows.iter().map(|row| row["id"].as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(room.till.look(|state| state.shelf.begun), 0);
}

#[test]
fn what_cannot_be_fetched_is_refused() {
    let check = |json: base::Json| {
        let mut definition = Definition::read(json).expect("the shape is right");
        let secret = definition.take_secret();
        definition
            .settings()
            .check(&crate::Secrets { secret, ..Default::default() })
            .map_err(|problem| problem.errors[0].pointer.clone())
    };
    let url = "https://shop.example/feed.xml";
    assert_eq!(check(json!({"kind": "feed", "url": url, "user": "anna", "secret": "x"})), Ok(()));
    for (json, pointer) in [
        (json!({"kind": "feed", "url": "ftp://shop.example/feed"}), "url"),
        (json!({"kind": "feed", "url": "shop.example"}), "url"),
        (json!({"kind": "feed", "url": "https://anna:x@shop.example/feed"}), "url"),
        (json!({"kind": "feed", "url": url, "secret": "x"}), "secret"),
        (json!({"kind": "feed", "url": url, "header": "Host", "secret": "x"}), "header"),
        (json!({"kind": "feed", "url": url, "header": "a b", "secret": "x"}), "header"),
        (json!({"kind": "feed", "url": url, "header": "X-A", "user": "anna", "secret": "x"}), "header"),
        (json!({"kind": "feed", "url": url, "header": "X-A", "secret": "a\r\nB: c"}), "secret"),
        (json!({"kind": "feed", "url": url, "schedule": {"every_minutes": 0}}), "schedule/every_minutes"),
    ] {
        assert_eq!(check(json), Err(format!("/definition/{pointer}")));
    }
}

//! A prefix of an object store: against a server that does what a test says, and against a real one (`scripts/s3`).

use super::*;
use crate::testing::{Room, WORKSPACE};
use base::{Json, PageRequest, SourceId};
use object_store::ObjectStoreExt;
use parking_lot::Mutex;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const VARIABLE: &str = "TUTTI_TEST_S3";
const LONG_MS: i64 = 3_600_000;
const BUCKET: &str = "shop";

/// How the next answers go wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    None,
    /// The connection ends after half of an object.
    Half,
    /// Half of an object comes, then nothing.
    Silent,
    Forbidden,
    NoBucket,
    /// To another host, where the key would be shown.
    Elsewhere,
}

/// A bucket that speaks enough of S3 to be listed and read.
struct Bucket {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    objects: BTreeMap<String, Vec<u8>>,
    trouble: Trouble,
    /// Paths that were asked.
    asked: Vec<String>,
}

impl Bucket {
    async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = door.local_addr().unwrap().port();
        let state = State { objects: BTreeMap::new(), trouble: Trouble::None, asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = door.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { port, state }
    }

    fn put(&self, key: &str, text: &str) {
        self.state.lock().objects.insert(key.to_owned(), text.as_bytes().to_vec());
    }
    fn trouble(&self, trouble: Trouble) {
        self.state.lock().trouble = trouble;
    }
    fn asked(&self, key: &str) -> usize {
        self.state.lock().asked.iter().filter(|path| path.ends_with(key)).count()
    }
}

fn etag(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    format!("\"{}\"", hex::encode(&Sha256::digest(bytes)[..16]))
}

fn listing(objects: &BTreeMap<String, Vec<u8>>) -> String {
    let one = |(key, bytes): (&String, &Vec<u8>)| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified><ETag>{}</ETag>\
             <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            etag(bytes).replace('"', "&quot;"),
            bytes.len()
        )
    };
    let all: String = objects.iter().map(one).collect();
    format!(
        "<?xml version=\"1.0\"?><ListBucketResult><Name>shop</Name><IsTruncated>false</IsTruncated>{all}</ListBucketResult>"
    )
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    assert!(head.contains("authorization: AWS4-HMAC-SHA256 Credential=key-1/"), "{head}");
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let range = head.lines().find_map(|line| line.strip_prefix("range: bytes=")).map(str::to_owned);
    let (trouble, objects) = {
        let mut state = state.lock();
        state.asked.push(path.clone());
        (state.trouble, state.objects.clone())
    };
    let (plain, query) = path.split_once('?').unwrap_or((&path, ""));
    let refuse = |status: &str, code: &str| {
        let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    let answer = match trouble {
        Trouble::Forbidden => refuse("403 Forbidden", "SignatureDoesNotMatch"),
        Trouble::NoBucket => refuse("404 Not Found", "NoSuchBucket"),
        Trouble::Elsewhere => {
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\
                               connection: close\r\n\r\n"
                .into()
        }
        _ if query.contains("list-type=2") => {
            let body = listing(&objects);
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        }
        _ => {
            let key = plain.trim_start_matches('/').trim_start_matches(BUCKET).trim_start_matches('/');
            let Some(bytes) = objects.get(key) else {
                let _ = stream.write_all(refuse("404 Not Found", "NoSuchKey").as_bytes()).await;
                return;
            };
            return object(&mut stream, bytes, range.as_deref(), trouble).await;
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn object(stream: &mut TcpStream, bytes: &[u8], range: Option<&str>, trouble: Trouble) {
    let (first, last) = range.and_then(|range| range.split_once('-')).unwrap_or(("0", ""));
    let first: usize = first.parse().unwrap_or(0);
    let last = last.parse::<usize>().map_or(bytes.len(), |last| last + 1).min(bytes.len());
    let part = &bytes[first..last];
    let status = if range.is_some() {
        format!("206 Partial Content\r\ncontent-range: bytes {first}-{}/{}", last - 1, bytes.len())
    } else {
        "200 OK".into()
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: {}\r\nlast-modified: Sun, 22 Nov 2026 10:00:00 GMT\r\n\
         connection: close\r\n\r\n",
        part.len(),
        etag(bytes)
    );
    let _ = stream.write_all(head.as_bytes()).await;
    // The beginning comes whole: the columns are looked at before the import reads. What is asked for again, to go on where
    // it stopped, does not.
    let is_head = range.is_some() && first == 0;
    let shown = if trouble == Trouble::None || is_head { part } else { &part[..part.len() / 2] };
    let _ = stream.write_all(shown).await;
    let _ = stream.flush().await;
    if trouble == Trouble::Silent && shown.len() < part.len() {
        let _ = stream.read_u8().await;
    }
}

fn definition(port: u16, prefix: &str) -> Json {
    json!({ "kind": "folder", "pattern": "*.csv", "import_kind": "customers", "schedule": { "every_minutes": 5 },
        "object_store": { "endpoint": format!("http://127.0.0.1:{port}"), "bucket": BUCKET, "prefix": prefix,
            "key_id": "key-1", "secret": "hush" } })
}

async fn entries(room: &Room, id: SourceId) -> Vec<(String, &'static str)> {
    let page = PageRequest { limit: Some(100), cursor: None };
    let files = room.connect.files(WORKSPACE, id, &page).await.expect("files").items;
    files.into_iter().map(|file| (file.name, file.state.name())).collect()
}

#[tokio::test]
async fn an_object_is_taken_once_whatever_it_is_called() {
    for room in Room::all().await {
        let bucket = Bucket::open().await;
        bucket.put("in/2026/a.csv", "email\njan@example.nl\n");
        bucket.put("in/2026/", "");
        bucket.put("in/2026", "");
        bucket.put("in/notes.txt", "nothing");
        bucket.put("inside.csv", "email\nnobody@example.nl\n");
        let id = room.make(definition(bucket.port, "/in/")).await;
        room.pass(0).await;
        assert_eq!((room.rows(), room.health(id).await.2), (0, String::new()), "it has not rested yet");
        room.pass(REST_MS + 1_000).await;
        assert_eq!((room.rows(), entries(&room, id).await), (2, vec![("2026/a.csv".into(), "done")]));
        assert_eq!(room.health(id).await.0, "ok");
        // Uploaded again by another name, and by the same.
        bucket.put("in/b.csv", "email\njan@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!(room.till.look(|state| state.rows.values().copied().max()), Some(1));
        let asked = bucket.asked("b.csv");
        room.pass(LONG_MS).await;
        assert_eq!(bucket.asked("b.csv"), asked, "what is known is not downloaded again");
        // Another content under the same name, of the same length and in the same second.
        bucket.put("in/b.csv", "email\nels@example.nl\n");
        room.pass(LONG_MS).await;
        room.pass(LONG_MS).await;
        assert_eq!((room.rows(), room.health(id).await.0), (3, "ok"));
    }
}

#[tokio::test]
async fn half_an_object_is_none_and_is_fetched_again() {
    let room = Room::sqlite().await;
    let bucket = Bucket::open().await;
    let lines: String = (0..2_000).map(|number| format!("c{number}@example.nl\n")).collect();
    bucket.put("a.csv", &format!("email\n{lines}"));
    let id = room.make(definition(bucket.port, "")).await;
    room.pass(0).await;
    for (trouble, code) in [(Trouble::Half, "host_not_reachable"), (Trouble::Silent, "too_slow")] {
        bucket.trouble(trouble);
        room.pass(LONG_MS).await;
        let (state, why, detail) = room.health(id).await;
        assert_eq!((state, why.as_str(), room.rows()), ("failing", code, 0), "{trouble:?}: {detail}");
        assert_eq!(entries(&room, id).await, []);
    }
    bucket.trouble(Trouble::None);
    room.pass(LONG_MS).await;
    assert_eq!((room.health(id).await.0, room.rows()), ("ok", 2_001));
    // Another schema: the file is red, and what was imported stays.
    let mut mapped = definition(bucket.port, "");
    mapped["mapping"] = json!({ "columns": { "email": "email" } });
    let mapped = room.make(mapped).await;
    bucket.put("a.csv", "mail\njan@example.nl\n");
    bucket.put("empty.csv", "");
    room.pass(LONG_MS).await;
    room.pass(LONG_MS).await;
    let (state, code, detail) = room.health(mapped).await;
    assert_eq!((state, code.as_str()), ("failing", "file_failed"), "{detail}");
    let mut all = entries(&room, mapped).await;
    all.sort();
    assert_eq!(all, [("a.csv".into(), "failed"), ("empty.csv".into(), "failed")]);
}

#[tokio::test]
async fn a_store_that_refuses_says_why() {
    let room = Room::sqlite().await;
    let bucket = Bucket::open().await;
    bucket.put("a.csv", "email\njan@example.nl\n");
    let code = async |definition: Json| {
        let definition = Definition::read(definition).unwrap();
        let outcome = room.connect.test(WORKSPACE, definition, None).await.expect("a definition");
        outcome.map(|result| result.files.len()).map_err(|fault| (fault.code, fault.detail))
    };
    assert_eq!(code(definition(bucket.port, "")).await, Ok(1));
    for (trouble, expected) in [
        (Trouble::Forbidden, "wrong_credentials"),
        (Trouble::NoBucket, "bucket_not_readable"),
        (Trouble::Elsewhere, "bucket_not_readable"),
    ] {
        bucket.trouble(trouble);
        let (code, detail) = code(definition(bucket.port, "")).await.unwrap_err();
        assert!(code == expected && !detail.contains("hush"), "{trouble:?}: {code} {detail}");
    }
    let at = |endpoint: &str| {
        let mut asked = definition(1, "");
        asked["object_store"]["endpoint"] = json!(endpoint);
        asked
    };
    assert_eq!(code(definition(1, "")).await.unwrap_err().0, "host_not_reachable");
    assert_eq!(code(at("http://169.254.169.254")).await.unwrap_err().0, "host_not_allowed");
    assert_eq!(code(at("http://[fd00:ec2::254]:80")).await.unwrap_err().0, "host_not_allowed");
    let wrong = ["ftp://a", "https://a/path", "https://u:p@a", "nothing", "https://a?b=c"];
    for endpoint in wrong {
        let definition = Definition::read(at(endpoint)).unwrap();
        assert!(room.connect.create(WORKSPACE, "x", definition).await.is_err(), "{endpoint}");
    }
    let mut both = definition(bucket.port, "");
    both["folder"] = json!("/tmp");
    let mut moved = definition(bucket.port, "");
    moved["after"] = json!("move");
    let mut open = definition(bucket.port, "");
    open["object_store"].as_object_mut().unwrap().remove("secret");
    for wrong in [both, moved, open] {
        assert!(room.connect.create(WORKSPACE, "x", Definition::read(wrong).unwrap()).await.is_err());
    }
}

#[tokio::test]
async fn a_stored_secret_is_only_for_its_store() {
    let room = Room::sqlite().await;
    let bucket = Bucket::open().await;
    let id = room.make(definition(bucket.port, "")).await;
    let shown = serde_json::to_string(&room.connect.connection(WORKSPACE, id).await.unwrap().definition).unwrap();
    assert!(!shown.contains("hush") && shown.contains("\"secret_set\":true"), "{shown}");
    let mut kept = definition(bucket.port, "elsewhere");
    kept["object_store"].as_object_mut().unwrap().remove("secret");
    let change =
        |definition: &Json| crate::Change { enabled: None, definition: Definition::read(definition.clone()).ok() };
    room.connect.change(WORKSPACE, id, change(&kept)).await.expect("the same key at the same address");
    for (field, value) in [("endpoint", json!("https://other.example.com")), ("key_id", json!("key-2"))] {
        let mut other = kept.clone();
        other["object_store"][field] = value;
        let problem = Problem::from(room.connect.change(WORKSPACE, id, change(&other)).await.expect_err(field));
        assert!(problem.errors[0].pointer == "/definition/object_store/secret", "{problem:?}");
    }
    let folder = json!({ "kind": "folder", "folder": room.folder, "import_kind": "customers" });
    room.connect.change(WORKSPACE, id, change(&folder)).await.expect("a folder needs no secret");
    assert!(!room.connect.connection(WORKSPACE, id).await.unwrap().secret_set);
}

#[tokio::test]
async fn a_real_server_is_listed_and_read() {
    let Ok(server) = std::env::var(VARIABLE) else {
        println!("skipped: S3 ({VARIABLE} is not set)");
        return;
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bucket = format!("bucket-{}", std::process::id());
    let http = reqwest::Client::new();
    let made = http.put(format!("{server}/{bucket}")).send().await.expect("the test server answers");
    assert!(made.status().is_success(), "{}", made.status());
    let store = object_store::aws::AmazonS3Builder::new()
        .with_endpoint(&server)
        .with_allow_http(true)
        .with_bucket_name(&bucket)
        .with_region("eu-central-1")
        .with_access_key_id("key-1")
        .with_secret_access_key("hush")
        .build()
        .unwrap();
    let put = async |key: &str, text: String| {
        let path = object_store::path::Path::parse(key).unwrap();
        store.put(&path, text.into_bytes().into()).await.expect("it takes it");
    };
    let rows = |from: u32| (from..from + 1_200).map(|number| format!("c{number}@example.nl\n")).collect::<String>();
    // More than one page of a listing.
    for number in 0..1_010 {
        put(&format!("other/{number}.txt"), "x".into()).await;
    }
    put("daily exports/2026/11/klanten é.csv", format!("email\n{}", rows(0))).await;
    for room in Room::all().await {
        let mut asked = definition(1, "daily exports");
        asked["object_store"]["endpoint"] = json!(server);
        asked["object_store"]["bucket"] = json!(bucket);
        asked["object_store"]["region"] = json!("eu-central-1");
        let id = room.make(asked.clone()).await;
        room.pass(0).await;
        room.pass(LONG_MS).await;
        assert_eq!((room.health(id).await, room.rows()), (("ok", String::new(), String::new()), 1_201));
        assert_eq!(entries(&room, id).await, [("2026/11/klanten é.csv".into(), "done")]);
        asked["object_store"]["prefix"] = json!("");
        let whole = Definition::read(asked.clone()).unwrap();
        let files = room.connect.test(WORKSPACE, whole, None).await.unwrap().expect("it works").files;
        assert_eq!(files.len(), 1, "{files:?}");
        asked["object_store"]["bucket"] = json!("no-such-bucket");
        let other = Definition::read(asked).unwrap();
        let fault = room.connect.test(WORKSPACE, other, None).await.unwrap().expect_err("there is none");
        assert_eq!(fault.code, "bucket_not_readable", "{}", fault.detail);
    }
}

//! What tests of several rooms share: a store on every engine, an event to fill in, the folder of public test data, a
//! fixed clock.

use base::{EventId, ManualClock, ProfileId, SourceId, Timestamp, WorkspaceId};
use db::{Db, Migration, Val};
use events::{Channel, Event, EventKind, RawJson, Split};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// 2026-11-22T10:00:00Z, the day most tests play on.
pub const NOW: Timestamp = Timestamp::from_ms(1_795_341_600_000);

/// URL of a PostgreSQL 15+ server whose user may create schemas. Unset: the PostgreSQL half of a suite is
/// skipped at a desk and fails in CI.
pub const POSTGRES_VARIABLE: &str = "TUTTI_TEST_POSTGRES";

/// A migrated, empty store of one engine.
pub struct Store {
    pub name: &'static str,
    pub db: Db,
    dir: tempfile::TempDir,
}

impl Store {
    /// A folder that lives as long as the store.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// One migrated store per engine: SQLite always, PostgreSQL when [`POSTGRES_VARIABLE`] is set.
///
/// ```ignore
/// for store in testkit::stores(MIGRATIONS).await { check(&store.db).await; }
/// ```
pub async fn stores(migrations: &[Migration]) -> Vec<Store> {
    let mut stores = vec![sqlite(migrations).await];
    match std::env::var(POSTGRES_VARIABLE) {
        Ok(url) => stores.push(postgres(&url, migrations).await),
        Err(_) if std::env::var("CI").is_ok() => panic!("{POSTGRES_VARIABLE} must be set in CI"),
        Err(_) => println!("skipped: PostgreSQL ({POSTGRES_VARIABLE} is not set)"),
    }
    stores
}

/// A migrated SQLite store in a folder of its own.
pub async fn sqlite(migrations: &[Migration]) -> Store {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let db = Db::open_sqlite(&dir.path().join("test.db")).await.expect("SQLite opens");
    db::migrate(&db, migrations, NOW).await.expect("migrations run on SQLite");
    Store { name: "sqlite", db, dir }
}

async fn postgres(url: &str, migrations: &[Migration]) -> Store {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let schema = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Db::open_postgres(url).await.expect("PostgreSQL answers");
    admin.execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"), &[] as &[Val]).await.expect("drop schema");
    admin.execute(&format!("CREATE SCHEMA {schema}"), &[]).await.expect("create schema");
    admin.close().await;
    let separator = if url.contains('?') { '&' } else { '?' };
    let db = Db::open_postgres(&format!("{url}{separator}options=-c%20search_path%3D{schema}"))
        .await
        .expect("PostgreSQL answers");
    db::migrate(&db, migrations, NOW).await.expect("migrations run on PostgreSQL");
    Store { name: "postgresql", db, dir: tempfile::tempdir().expect("a temporary folder") }
}

/// An event of the website of `workspace` that says nothing yet: tests set what they are about.
pub fn event(workspace: WorkspaceId, message_id: impl Into<String>, kind: EventKind, at: Timestamp) -> Event {
    let message_id = message_id.into();
    Event {
        workspace,
        id: EventId::of(workspace, &message_id),
        message_id,
        kind,
        name: String::new(),
        at,
        received_at: at,
        source: Some(SourceId::derived("website")),
        channel: Channel::Web,
        user_id: None,
        anonymous_id: None,
        previous_id: None,
        group_id: None,
        profile: None,
        identifiers: Vec::new(),
        traits: RawJson::default(),
        properties: RawJson::default(),
        context: RawJson::default(),
    }
}

/// Profile 1 turned out to be 1 and 2, an hour after [`NOW`]; 2 takes `left` with it.
pub fn split(workspace: WorkspaceId, kept: Vec<Arc<Event>>, left: Vec<Arc<Event>>) -> Split {
    let (from, into) = (ProfileId::new(1), ProfileId::new(2));
    Split {
        workspace,
        event: EventId::of(workspace, "split"),
        at: NOW.plus_ms(3_600_000),
        from,
        into,
        group: vec![into],
        joined_at: None,
        kept,
        left,
        staying: Vec::new(),
        leaving: Vec::new(),
    }
}

/// A clock that stands at [`NOW`] until moved.
pub fn clock() -> ManualClock {
    ManualClock::at(NOW)
}

/// `../shared/data/NAME` beside the repository (or `$TUTTI_SHARED/data/NAME`). None prints why and skips.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let shared = std::env::var("TUTTI_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|_| Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../../shared"));
    let path = shared.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no shared data ({name})");
    None
}

/// `$TUTTI_TEST_VENV/bin/python` with the packages `make test` installs. None prints why and skips; fails in CI.
pub fn python() -> Option<PathBuf> {
    match std::env::var("TUTTI_TEST_VENV") {
        Ok(venv) => Some(Path::new(&venv).join("bin/python")),
        Err(_) if std::env::var("CI").is_ok() => panic!("TUTTI_TEST_VENV must be set in CI"),
        Err(_) => {
            println!("skipped: no Python packages (TUTTI_TEST_VENV is not set)");
            None
        }
    }
}

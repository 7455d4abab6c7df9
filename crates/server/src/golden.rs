//! Stores of earlier schemas open in today's program, with everything in them; a store of a later one is refused.
//!
//! The files are in tests/golden, one per schema; make-store.py there says how one is made.

use crate::wire::migrations;
use base::{Clock, SystemClock};
use db::{Db, DbError};
use std::io::Read;
use std::path::{Path, PathBuf};

fn golden_stores() -> Vec<PathBuf> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut stores: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ext| ext == "gz")).collect();
    stores.sort();
    stores
}

async fn unpacked(packed: &Path, folder: &Path) -> Db {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(packed).unwrap()).read_to_end(&mut bytes).unwrap();
    let path = folder.join("tutti.db");
    std::fs::write(&path, bytes).unwrap();
    Db::open_sqlite(&path).await.unwrap()
}

async fn count(db: &Db, table: &str) -> i64 {
    let row = db.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[]).await.unwrap().unwrap();
    row.i64("n").unwrap()
}

/// Four people were planted, sent to and suppressed in every golden store; see make-store.py.
const TABLES: [(&str, i64); 8] = [
    ("profile", 4),
    ("profile_identifier", 8),
    ("consent", 4),
    ("suppression", 2),
    ("segment", 1),
    ("campaign", 1),
    ("outbox", 4),
    ("measure_order", 4),
];

#[tokio::test]
async fn every_golden_store_opens_with_all_its_rows() {
    let stores = golden_stores();
    assert!(!stores.is_empty(), "the folder of golden stores is empty");
    for packed in stores {
        let folder = tempfile::tempdir().unwrap();
        let db = unpacked(&packed, folder.path()).await;
        let name = packed.display();
        let before = db::migration_state(&db, &migrations()).await.unwrap();
        db::migrate(&db, &migrations(), SystemClock.now()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let after = db::migration_state(&db, &migrations()).await.unwrap();
        assert_eq!(after.done.len(), before.done.len() + before.pending.len(), "{name}");
        assert!(after.pending.is_empty(), "{name}");
        for (table, at_least) in TABLES {
            let found = count(&db, table).await;
            assert!(at_least <= found, "{name}: {table} has {found} rows");
        }
        what_is_in_it_can_be_read(&db).await;
        db.scrub().await.unwrap();
        db.close().await;
    }
}

/// The documents within the rows: profiles, conditions, messages.
async fn what_is_in_it_can_be_read(db: &Db) {
    let (clock, rng) = (std::sync::Arc::new(SystemClock), std::sync::Arc::new(base::OsRng));
    let folder = tempfile::tempdir().unwrap();
    let inbox = events::Inbox::open(folder.path(), events::InboxConfig::default(), clock.clone()).unwrap();
    let profiles = profile::Profiles::new(db.clone(), std::sync::Arc::new(inbox), clock, rng);
    let workspace = base::WorkspaceId::new(1);
    let id = profiles.find(workspace, "email", "eerste@mail.example").await.unwrap().expect("the planted customer");
    let found = profiles.get(workspace, id).await.unwrap();
    let secret = found.traits.iter().find(|seen| seen.name == "secret").expect("their trait");
    assert_eq!(secret.value, "eerste likes boats");
    for row in db.query("SELECT condition FROM segment", &[]).await.unwrap() {
        let condition = serde_json::from_str(&row.text("condition").unwrap()).unwrap();
        predicate::parse(&condition).unwrap();
    }
    for row in db.query("SELECT message FROM campaign", &[]).await.unwrap() {
        serde_json::from_str::<content::EmailMessage>(&row.text("message").unwrap()).unwrap();
    }
}

#[tokio::test]
async fn a_store_of_a_later_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let db = unpacked(&golden_stores()[0], folder.path()).await;
    let sql =
        "INSERT INTO schema_migration (name, checksum, state, at_ms) VALUES ('profile/9999_later', 'x', 'done', 1)";
    db.execute(sql, &[]).await.unwrap();
    let journal = count(&db, "schema_migration").await;
    let refused = db::migrate(&db, &migrations(), SystemClock.now()).await;
    let Err(DbError::Migration(text)) = refused else { panic!("it was opened") };
    assert!(text.contains("newer version") && text.contains("profile/9999_later"), "{text}");
    assert_eq!(count(&db, "schema_migration").await, journal);
}

//! The promises of `db`, on every engine.

use db::{Db, Migration, Val, migrate};

const FIRST: Migration = Migration {
    name: "test/0001_init",
    sql: "CREATE TABLE thing (\n  workspace_id BIGINT NOT NULL,\n  name TEXT NOT NULL,\n  amount BIGINT,\n  share DOUBLE PRECISION,\n  body BYTEA,\n  live BOOLEAN NOT NULL,\n  PRIMARY KEY (workspace_id, name)\n);\nCREATE INDEX thing_amount ON thing (workspace_id, amount);",
};
const SECOND: Migration =
    Migration { name: "test/0002_note", sql: "-- expand\nALTER TABLE thing ADD COLUMN note TEXT;" };
const BROKEN: Migration = Migration {
    name: "test/0003_broken",
    sql: "CREATE TABLE half (id BIGINT);\nALTER TABLE nowhere ADD COLUMN x TEXT;",
};

async fn insert(db: &Db, name: &str) -> db::Result<u64> {
    let args = [1i64.into(), name.into(), Val::NullI, 0.5.into(), vec![1u8, 2].into(), true.into()];
    db.execute(
        "INSERT INTO thing (workspace_id, name, amount, share, body, live) VALUES ($1, $2, $3, $4, $5, $6)",
        &args,
    )
    .await
}

#[tokio::test]
async fn rows_come_back_as_they_went_in() {
    for store in testkit::stores(&[FIRST]).await {
        insert(&store.db, "a").await.unwrap();
        let row = store.db.query_one("SELECT * FROM thing", &[]).await.unwrap().expect("a row");
        assert_eq!(row.text("name").unwrap(), "a", "{}", store.name);
        assert_eq!(row.opt_i64("amount").unwrap(), None);
        assert_eq!(row.f64("share").unwrap(), 0.5);
        assert_eq!(row.bytes("body").unwrap(), vec![1, 2]);
        assert!(row.bool("live").unwrap());
        assert!(matches!(insert(&store.db, "a").await, Err(db::DbError::UniqueViolation(_))));
    }
}

#[tokio::test]
async fn many_rows_go_in_at_once_and_a_dropped_transaction_leaves_nothing() {
    for store in testkit::stores(&[FIRST]).await {
        let rows: Vec<Vec<Val>> = (0..1_234i64)
            .map(|number| vec![1i64.into(), format!("n{number}").into(), number.into(), true.into()])
            .collect();
        let head = "INSERT INTO thing (workspace_id, name, amount, live)";
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(tx.insert_many(head, "ON CONFLICT (workspace_id, name) DO NOTHING", &rows).await.unwrap(), 1_234);
        drop(tx);
        let count = "SELECT COUNT(*) AS n FROM thing";
        assert_eq!(store.db.query_one(count, &[]).await.unwrap().unwrap().i64("n").unwrap(), 0);
        let mut tx = store.db.begin().await.unwrap();
        tx.insert_many(head, "", &rows).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.db.query_one(count, &[]).await.unwrap().unwrap().i64("n").unwrap(), 1_234);
    }
}

#[tokio::test]
async fn migrations_run_once_and_again() {
    for store in testkit::stores(&[FIRST]).await {
        let state = migrate(&store.db, &[FIRST, SECOND], testkit::NOW).await.unwrap();
        assert_eq!(state.pending, ["test/0002_note"]);
        let state = migrate(&store.db, &[FIRST, SECOND], testkit::NOW).await.unwrap();
        assert!(state.pending.is_empty(), "{}", store.name);
    }
}

#[tokio::test]
async fn a_failed_step_leaves_no_trace_and_can_be_run_again() {
    for store in testkit::stores(&[FIRST]).await {
        let error = migrate(&store.db, &[FIRST, BROKEN], testkit::NOW).await.unwrap_err().to_string();
        assert!(error.contains("test/0003_broken") && error.contains("rolled back"), "{error}");
        assert!(store.db.query("SELECT * FROM half", &[]).await.is_err());
        let repaired = Migration { name: BROKEN.name, sql: "CREATE TABLE half (id BIGINT);" };
        migrate(&store.db, &[FIRST, repaired], testkit::NOW).await.unwrap();
    }
}

#[tokio::test]
async fn a_half_migrated_newer_or_changed_store_refuses_to_start() {
    for store in testkit::stores(&[FIRST, SECOND]).await {
        let newer = migrate(&store.db, &[FIRST], testkit::NOW).await.unwrap_err().to_string();
        assert!(newer.contains("newer version"), "{newer}");
        let edited = Migration { name: FIRST.name, sql: "CREATE TABLE other (id BIGINT);" };
        let changed = migrate(&store.db, &[edited, SECOND], testkit::NOW).await.unwrap_err().to_string();
        assert!(changed.contains("differs"), "{changed}");
        store
            .db
            .execute("UPDATE schema_migration SET state = 'started' WHERE name = 'test/0002_note'", &[])
            .await
            .unwrap();
        let half = migrate(&store.db, &[FIRST, SECOND], testkit::NOW).await.unwrap_err().to_string();
        assert!(half.contains("half-migrated") && half.contains("test/0002_note"), "{half}");
    }
}

/// Which of `names` stand anywhere in the files of the folder.
fn found(folder: &std::path::Path, names: &[String]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        seen.extend(text.match_indices("planted-").filter_map(|(at, _)| text.get(at..at + 28)).map(str::to_owned));
    }
    names.iter().filter(|name| seen.contains(*name)).cloned().collect()
}

#[tokio::test]
async fn a_scrubbed_store_holds_no_byte_of_deleted_rows() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("store.db")).await.unwrap();
    migrate(&db, &[FIRST], testkit::NOW).await.unwrap();
    // Keys in no order, so that pages are split again and again.
    let name = |number: u64| format!("planted-{:020}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for chunk in 0..20u64 {
        let rows: Vec<Vec<Val>> = (0..500)
            .map(|number| vec![1i64.into(), name(chunk * 500 + number).into(), 1i64.into(), true.into()])
            .collect();
        let mut tx = db.begin().await.unwrap();
        tx.insert_many("INSERT INTO thing (workspace_id, name, amount, live)", "", &rows).await.unwrap();
        tx.commit().await.unwrap();
    }
    let gone: Vec<String> = (0..10_000).step_by(200).map(name).collect();
    for name in &gone {
        db.execute("DELETE FROM thing WHERE workspace_id = 1 AND name = $1", &[name.into()]).await.unwrap();
    }
    assert!(!found(folder.path(), &gone).is_empty(), "the test would see them: they are in the store's log");
    db.scrub().await.unwrap();
    assert_eq!(found(folder.path(), &gone), Vec::<String>::new());
    assert!(db.file_bytes().await.unwrap() > 100_000);
    let kept = db.query_one("SELECT COUNT(*) AS n FROM thing", &[]).await.unwrap().unwrap();
    assert_eq!(kept.i64("n").unwrap(), 9_950);
    insert(&db, "after").await.unwrap();
}

#[tokio::test]
async fn a_begin_that_is_dropped_anywhere_leaves_no_transaction_to_those_who_come_after() {
    for store in testkit::stores(&[FIRST]).await {
        for round in 0..200u64 {
            // Dropped after ever longer, so that it is hit before, between and after BEGIN and its answer.
            let patience = std::time::Duration::from_micros(round * 10);
            let begun = tokio::time::timeout(patience, store.db.begin()).await;
            drop(begun);
            let name = format!("thing {round}");
            insert(&store.db, &name).await.unwrap();
            let found = store.db.query_one("SELECT name FROM thing WHERE name = $1", &[name.into()]).await.unwrap();
            assert!(found.is_some(), "{}: what came after {patience:?} is not committed", store.name);
        }
    }
}

/// One tenant's table with the two trees that a look-up by person can be done with.
const PEOPLE: Migration = Migration {
    name: "test/0001_people",
    sql: "CREATE TABLE address (\n  workspace_id BIGINT NOT NULL,\n  kind TEXT NOT NULL,\n  value TEXT NOT NULL,\n  profile_id BIGINT NOT NULL,\n  PRIMARY KEY (workspace_id, kind, value)\n) /* WITHOUT ROWID */;\nCREATE INDEX address_by_profile ON address (workspace_id, profile_id);",
};

#[tokio::test]
async fn rows_of_one_person_are_found_by_the_person_and_not_by_reading_the_whole_tenant() {
    for store in testkit::stores(&[PEOPLE]).await {
        if store.db.engine() != "sqlite" {
            continue;
        }
        let sql = "EXPLAIN QUERY PLAN SELECT kind, value FROM address WHERE workspace_id = $1 AND profile_id = $2 \
                   ORDER BY value";
        let args: [Val; 2] = [1i64.into(), 5i64.into()];
        let mut tx = store.db.begin().await.unwrap();
        let (written, read) = (tx.query(sql, &args).await.unwrap(), store.db.query(sql, &args).await.unwrap());
        for plan in [written, read] {
            let plan: Vec<String> = plan.iter().map(|row| row.text("detail").unwrap()).collect();
            assert!(plan[0].contains("address_by_profile"), "{plan:?}");
        }
    }
}

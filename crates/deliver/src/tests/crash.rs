//! A program that is killed at any point sends nothing twice and forgets nothing.
//!
//! The kill is real for everything but the machine: the runtime of the worker is dropped in the middle of its work, so
//! that no task finishes, no outcome is flushed and no destructor settles a row. The store and the journal stay.

use super::*;

/// Runs the worker in a runtime of its own and drops that after `after` handovers.
fn run_and_kill(db_path: &Path, folder: &Path, provider: &Arc<Provider>, boot: &str, after: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let enough = provider.given.lock().len() + after;
    runtime.block_on(async {
        let db = Db::open_sqlite(db_path).await.unwrap();
        let deliver = open(&db, folder, provider.clone(), boot);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move { deliver.run(stopped).await });
        let started = Instant::now();
        while provider.given.lock().len() < enough && started.elapsed() < Duration::from_millis(700) {
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
        std::mem::forget(stop);
    });
    runtime.shutdown_background();
    // The database thread may still commit what it was given; a killed process could not have been slower.
    std::thread::sleep(Duration::from_millis(30));
}

#[test]
fn killed_twenty_times_with_a_provider_that_knows_its_keys_everybody_gets_exactly_one() {
    let dir = tempfile::tempdir().unwrap();
    let (path, folder) = (dir.path().join("t.db"), dir.path().join("journal"));
    let provider = Arc::new(Provider { knows_keys: true, ..Provider::default() });
    let total = 2_500;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let db = runtime.block_on(async {
        let db = Db::open_sqlite(&path).await.unwrap();
        db::migrate(&db, &migrations(), testkit::NOW).await.unwrap();
        launch(&open(&db, &dir.path().join("other"), Arc::default(), "boot"), &numbered("fine", total)).await;
        db
    });
    for kill in 0..20 {
        run_and_kill(&path, &folder, &provider, "boot", 20 + kill * 7);
    }
    let last = runtime.block_on(async {
        let deliver = open(&db, &folder, provider.clone(), "boot");
        run_until(&deliver, Progress::finished).await
    });
    assert_eq!(last.delivered, total as u64, "{last:?}");
    let given = provider.given.lock();
    assert_eq!(given.len(), total, "nobody forgotten");
    assert!(given.values().all(|times| *times == 1), "nobody twice");
    let events = runtime.block_on(emitted(&db));
    assert_eq!((events["Email Sent"], events["Email Delivered"]), (total, total), "an event for each, and one only");
}

#[test]
fn killed_with_a_provider_that_knows_nothing_open_questions_are_shown_and_never_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let (path, folder) = (dir.path().join("t.db"), dir.path().join("journal"));
    let provider = Arc::new(Provider::default());
    let mut addresses = numbered("fine", 300);
    addresses.extend(numbered("hang", 5));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let db = runtime.block_on(async {
        let db = Db::open_sqlite(&path).await.unwrap();
        db::migrate(&db, &migrations(), testkit::NOW).await.unwrap();
        launch(&open(&db, &dir.path().join("other"), Arc::default(), "boot"), &addresses).await;
        db
    });
    run_and_kill(&path, &folder, &provider, "boot", 305);
    let deliver = runtime.block_on(async {
        let deliver = open(&db, &folder, provider.clone(), "boot");
        deliver.recover().await.unwrap();
        run_until(&deliver, Progress::finished).await;
        deliver
    });
    let last = runtime.block_on(progress(&deliver));
    assert_eq!((last.delivered + last.unconfirmed, last.unconfirmed >= 5), (305, true), "{last:?}");
    assert!(provider.given.lock().values().all(|times| *times == 1), "nobody twice");
    assert_eq!(provider.given.lock().len(), 305, "nobody forgotten");
}

#[test]
fn after_a_reboot_the_journal_proves_nothing_and_claimed_rows_become_questions() {
    let dir = tempfile::tempdir().unwrap();
    let (path, folder) = (dir.path().join("t.db"), dir.path().join("journal"));
    let provider = Arc::new(Provider::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = Db::open_sqlite(&path).await.unwrap();
        db::migrate(&db, &migrations(), testkit::NOW).await.unwrap();
        let deliver = open(&db, &folder, provider.clone(), "boot-a");
        launch(&deliver, &numbered("fine", 10)).await;
        deliver.recover().await.unwrap();
        let rows = store::claim(&db, WORKSPACE, CAMPAIGN, deliver.node(), deliver.now(), 4).await.unwrap();
        assert_eq!(rows.len(), 4);
        drop(deliver);
        let same = open(&db, &folder, provider.clone(), "boot-a");
        let report = same.recover().await.unwrap();
        assert_eq!((report.found, report.back_to_pending), (4, 4), "same boot: no line means nothing was handed over");
        store::claim(&db, WORKSPACE, CAMPAIGN, same.node(), same.now(), 4).await.unwrap();
        drop(same);
        let other = open(&db, &folder, provider.clone(), "boot-b");
        let report = other.recover().await.unwrap();
        assert_eq!((report.found, report.unconfirmed), (4, 4));
        assert_eq!(other.recover().await.unwrap(), RecoveryReport::default(), "settled once");
        let progress = progress(&other).await;
        assert_eq!((progress.unconfirmed, progress.pending), (4, 6));
    });
}

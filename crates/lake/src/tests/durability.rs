use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_comes_again_is_not_stored_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut lake = open(folder.path()).await;
    for k in 1..=3 {
        lake.append(&batch(k, 100, 10)).await.unwrap();
        lake.append(&batch(k, 100, 10)).await.unwrap();
    }
    assert_eq!(rows(&lake, ONE).await, (300, 300));
    lake.flush().await.unwrap();
    lake.append(&batch(4, 100, 10)).await.unwrap(); // Stays in the tail: lost with the process.
    lake = reopen(lake, folder.path()).await;
    assert_eq!(lake.cursor().await.unwrap(), Offset(3 * RECORD_BYTES));
    for k in 2..=5 {
        lake.append(&batch(k, 100, 10)).await.unwrap();
    }
    assert_eq!(rows(&lake, ONE).await, (500, 500));
    lake.flush().await.unwrap();
    assert_eq!(rows(&lake, ONE).await, (500, 500));
}

/// After an unclean stop the pipeline may cut its batches elsewhere: the first one may begin before the cursor.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_straddles_the_cursor_adds_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    lake.append(&batch(1, 100, 10)).await.unwrap();
    lake.flush().await.unwrap();
    let lake = reopen(lake, folder.path()).await;
    let mut wide = batch(1, 100, 10);
    wide.events.extend(batch(2, 100, 10).events);
    wide.end = Offset(2 * RECORD_BYTES);
    lake.append(&wide).await.unwrap();
    lake.flush().await.unwrap();
    assert_eq!(rows(&lake, ONE).await, (200, 200));
}

async fn check_crash(point: CrashPoint, restart: bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut lake = open(folder.path()).await;
    lake.append(&batch(1, 50, 5)).await.unwrap();
    lake.flush().await.unwrap();
    lake.append(&batch(2, 50, 5)).await.unwrap();
    *lake.inner.crash.lock() = Some(point);
    assert!(matches!(lake.flush().await, Err(LakeError::Crashed(_))), "{point:?}");
    if restart {
        lake = reopen(lake, folder.path()).await;
        let kept = if point == CrashPoint::Committed { 2 } else { 1 };
        assert_eq!(lake.cursor().await.unwrap(), Offset(kept * RECORD_BYTES), "{point:?}");
        assert_eq!(parquet_files(folder.path()).len() as u64, kept, "no file without a commit is left, {point:?}");
        lake.append(&batch(2, 50, 5)).await.unwrap();
    }
    lake.append(&batch(3, 50, 5)).await.unwrap();
    lake.flush().await.unwrap();
    assert_eq!(rows(&lake, ONE).await, (150, 150), "{point:?} restart {restart}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_writing_and_committing_loses_and_doubles_nothing() {
    check_crash(CrashPoint::FilesWritten, true).await;
    check_crash(CrashPoint::FilesWritten, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_right_after_the_commit_loses_and_doubles_nothing() {
    check_crash(CrashPoint::Committed, true).await;
    check_crash(CrashPoint::Committed, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _lake = open(folder.path()).await;
    assert!(matches!(try_open(folder.path()).await, Err(LakeError::Locked(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_background_task_flushes_by_rows_and_a_full_tail_makes_append_wait() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::from_ms(START_MS)));
    let config = LakeConfig { flush_rows: 500, ..quiet() };
    let lake = Lake::open(folder.path(), config, clock).await.unwrap();
    for k in 1..=20 {
        lake.append(&batch(k, 100, 10)).await.unwrap();
    }
    let flushed = async {
        while lake.status().cursor < 15 * RECORD_BYTES {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), flushed).await.expect("the task flushes");
    assert_eq!(rows(&lake, ONE).await, (2_000, 2_000));

    // Hold the table so that nothing can be flushed, and fill the tail.
    let held = lake.inner.table.lock().await;
    let heavy = "x".repeat(config::TAIL_BYTES_MAX / 4);
    let mut filled = Vec::new();
    for k in 21..=25 {
        let mut item = event(ONE, 1, 100_000 + k, "Heavy");
        Arc::get_mut(&mut item.event).unwrap().properties = RawJson::new(format!(r#"{{"x":"{heavy}"}}"#));
        filled.push(batch_of(k, vec![item]));
    }
    for full in &filled[..4] {
        lake.append(full).await.unwrap();
    }
    let waiting = tokio::time::timeout(Duration::from_millis(200), lake.append(&filled[4])).await;
    assert!(waiting.is_err(), "append waits while the tail is full");
    drop(held);
    tokio::time::timeout(Duration::from_secs(60), lake.append(&filled[4])).await.expect("room again").unwrap();
}

/// Not a benchmark: the numbers of docs/decisions/0002-delta-lake.md come from running this with `--nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_flush_takes_seconds_not_minutes() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for (rows, k) in [(100u64, 1u64), (10_000, 2), (250_000, 3)] {
        lake.append(&batch_of(k, batch(k, rows, 100_000).events)).await.unwrap();
        let started = std::time::Instant::now();
        lake.flush().await.unwrap();
        let took = started.elapsed();
        let bytes = lake.status().bytes;
        println!("flush of {rows} rows: {} ms, table {} KB", took.as_millis(), bytes / 1_024);
        assert!(took < Duration::from_secs(60), "{rows} rows took {took:?}");
    }
    for profile in [1u32, 77_777] {
        let started = std::time::Instant::now();
        let found = lake.timeline(ONE, &[ProfileId::new(profile)], None, 50, &TimelineFilter::default()).await.unwrap();
        println!("timeline of {} events: {} ms", found.len(), started.elapsed().as_millis());
    }
    let started = std::time::Instant::now();
    let mut seen = 0u64;
    lake.scan(ONE, &mut |_| seen += 1).await.unwrap();
    println!("scan of {seen} rows: {} ms", started.elapsed().as_millis());
    let started = std::time::Instant::now();
    lake.compact_fully().await.unwrap();
    println!("full compaction: {} ms, {:?}", started.elapsed().as_millis(), lake.status());
}

use super::*;
use proptest::prelude::*;

fn ids(found: &[StoredEvent]) -> Vec<&str> {
    found.iter().map(|event| event.message_id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_visible_before_they_are_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    lake.append(&batch(1, 30, 3)).await.unwrap();
    assert_eq!(lake.status().files, 0);
    assert_eq!(rows(&lake, ONE).await, (30, 30));
    assert_eq!(lake.timeline(ONE, &[ProfileId::new(1)], None, 100, &Default::default()).await.unwrap().len(), 10);
    lake.flush().await.unwrap();
    lake.append(&batch(2, 30, 3)).await.unwrap();
    assert_eq!(rows(&lake, ONE).await, (60, 60));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_pages_newest_first_over_files_and_tail() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=4 {
        lake.append(&batch(k, 60, 7)).await.unwrap();
        if k < 4 {
            lake.flush().await.unwrap();
        }
    }
    // Two ids of one person: merged profiles keep the rows they had.
    let person = [ProfileId::new(2), ProfileId::new(5)];
    let all = lake.timeline(ONE, &person, None, 1_000, &TimelineFilter::default()).await.unwrap();
    let theirs = (0..240u64).filter(|n| [2, 5].contains(&(n * 7_919 % 7 + 1))).count();
    assert_eq!(all.len(), theirs);
    assert!(all.windows(2).all(|pair| pair[0].position() > pair[1].position()));
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let page = lake.timeline(ONE, &person, before, 7, &TimelineFilter::default()).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.position());
        paged.extend(page);
    }
    assert_eq!(ids(&paged), ids(&all));
    let only = TimelineFilter { channel: Some(Channel::Shop), name: Some("Product Viewed".into()) };
    let filtered = lake.timeline(ONE, &person, None, 1_000, &only).await.unwrap();
    assert!(!filtered.is_empty());
    assert!(filtered.iter().all(|event| event.channel == Channel::Shop && event.name == "Product Viewed"));
    let expected = all.iter().filter(|event| event.channel == Channel::Shop && event.name == "Product Viewed").count();
    assert_eq!(filtered.len(), expected);
    assert!(lake.timeline(TWO, &person, None, 10, &TimelineFilter::default()).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_back_from_a_file_as_it_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mut item = event(ONE, 9, 1, "");
    let inner = Arc::get_mut(&mut item.event).unwrap();
    inner.properties = RawJson::new("{\"naam\":\"Sjoukje ✓ \\u0000 \\\"q\\\"\",\"diep\":{\"a\":[1,2.5,null]}}");
    inner.source = Some(base::SourceId::derived("web"));
    inner.anonymous_id = Some("anon".into());
    lake.append(&batch_of(1, vec![item.clone()])).await.unwrap();
    let timeline = async || {
        let found = lake.timeline(ONE, &[ProfileId::new(9)], None, 10, &TimelineFilter::default()).await.unwrap();
        format!("{found:#?}")
    };
    let from_tail = timeline().await;
    lake.flush().await.unwrap();
    assert_eq!(timeline().await, from_tail);
    assert!(from_tail.contains("Page Viewed") && from_tail.contains("Start page") && from_tail.contains("Sjoukje"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_scan_gives_what_the_whole_one_gives_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=3 {
        lake.append(&batch(k, 600, 70)).await.unwrap();
        lake.flush().await.unwrap();
        if k == 2 {
            lake.compact_fully().await.unwrap();
        }
    }
    lake.append(&batch(4, 60, 90)).await.unwrap();
    let snapshot = lake.snapshot(ONE).await.unwrap();
    let filters = [None, Some("Order Completed"), Some("Nothing")]
        .into_iter()
        .flat_map(|name| [(0, u32::MAX), (20, 40), (1_000, 2_000)].map(|(first, last)| (name, first, last)));
    let mut seen = 0;
    for (name, first, last) in filters {
        let profiles = ProfileId::new(first)..=ProfileId::new(last);
        let key = |row: &HistoryRow<'_>| (row.profile, row.at, row.name.to_owned(), row.properties.to_owned());
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        let mut each = |row: HistoryRow<'_>| {
            if profiles.contains(&row.profile) && name.is_none_or(|name| name == row.name) {
                expected.push(key(&row));
            }
        };
        snapshot.scan(&mut each).await.unwrap();
        let filter = HistoryFilter { name: name.map(str::to_owned), profiles: profiles.clone() };
        let rows = snapshot.scan_where(&filter, &mut |row| found.push(key(&row))).await.unwrap();
        assert_eq!(rows, found.len() as u64);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{filter:?}");
        let apart = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let make = || -> crate::RowVisitor {
            let apart = apart.clone();
            Box::new(move |row| apart.lock().push(key(&row)))
        };
        snapshot.scan_apart(&filter, &make).await.unwrap();
        apart.lock().sort();
        assert_eq!(*apart.lock(), expected, "by two readers: {filter:?}");
        seen += found.len();
    }
    assert!(seen > 1_860, "{seen}");
    assert_eq!(snapshot.highest_profile(), Some(ProfileId::new(90)));
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_by_name_cover_files_and_tail() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    lake.append(&batch(1, 30, 3)).await.unwrap();
    lake.flush().await.unwrap();
    lake.append(&batch(2, 30, 3)).await.unwrap();
    let counts = lake.count_by_name(ONE, None).await.unwrap();
    let expected: BTreeMap<&str, u64> = [("Order Completed", 20), ("Page Viewed", 20), ("Product Viewed", 20)].into();
    assert_eq!(counts.iter().map(|count| (count.name.as_str(), count.count)).collect::<BTreeMap<_, _>>(), expected);
    let recent = lake.count_by_name(ONE, Some(Timestamp::from_ms(START_MS + 57_000))).await.unwrap();
    assert_eq!(recent.iter().map(|count| count.count).sum::<u64>(), 3);
    assert!(lake.count_by_name(TWO, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_cannot_see_another_or_change_anything() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let mixed = (0..20).map(|n| event(if n % 4 == 0 { TWO } else { ONE }, 1, n, "Seen")).collect();
    lake.append(&batch_of(1, mixed)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(rows(&lake, ONE).await, (15, 15));
        assert_eq!(rows(&lake, TWO).await, (5, 5));
        lake.flush().await.unwrap();
    }
    let answer = lake.query(TWO, "SELECT DISTINCT workspace_id FROM events WHERE workspace_id > 0", 10).await.unwrap();
    assert_eq!(answer.rows, [[base::Json::from(2)]]);
    let path = parquet_files(folder.path())[0].display().to_string();
    for sql in [
        "CREATE TABLE x AS SELECT 1",
        "DROP VIEW events",
        "INSERT INTO events SELECT * FROM events",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        &format!("SELECT * FROM '{path}'"),
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM other",
        "SELEC 1",
        "SET datafusion.execution.batch_size = 1",
    ] {
        let answer = lake.query(ONE, sql, 10).await;
        assert!(matches!(answer, Err(LakeError::Query(_))), "{sql}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_answers_typed_columns_and_says_when_it_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    lake.append(&batch(1, 30, 3)).await.unwrap();
    lake.flush().await.unwrap();
    let sql = "SELECT CAST(json_get(properties, 'revenue') AS DOUBLE) AS revenue, at, name FROM events ORDER BY at_ms";
    let answer = lake.query(ONE, sql, 2).await.unwrap();
    assert!(answer.truncated);
    assert_eq!(answer.rows.len(), 2);
    assert_eq!(answer.rows[1][0], base::Json::from(1.0));
    assert_eq!(answer.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["revenue", "at", "name"]);
    let empty = lake.query(ONE, "SELECT name FROM events WHERE name = 'none'", 10).await.unwrap();
    assert_eq!((empty.columns.len(), empty.rows.len(), empty.truncated), (1, 0, false));
}

const QUESTIONS: [&str; 4] = [
    "SELECT profile_id, count(*), min(at_ms), max(at_ms) FROM events GROUP BY profile_id",
    "SELECT name, channel, count(*) FROM events GROUP BY name, channel",
    "SELECT sum(CAST(json_get(properties, 'revenue') AS DOUBLE)) FROM events WHERE profile_id % 2 = 0",
    "SELECT event_id, message_id, properties, context, traits, inbox_offset FROM events WHERE profile_id < 40",
];

#[tokio::test(flavor = "multi_thread")]
async fn compaction_keeps_every_answer_and_leaves_one_sorted_file_per_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=8 {
        lake.append(&batch(k, 500, 150_000)).await.unwrap();
        lake.flush().await.unwrap();
    }
    let mut before = Vec::new();
    for sql in QUESTIONS {
        before.push(ask(&lake, sql).await);
    }
    lake.compact().await.unwrap();
    assert_eq!(lake.status().files, 1, "small files are merged before they are cut at buckets");
    lake.compact_fully().await.unwrap();
    assert_eq!(lake.status().files, 3, "150,000 profiles are three buckets");
    assert_eq!(parquet_files(folder.path()).len(), 3, "old files are gone");
    for (sql, before) in QUESTIONS.iter().zip(&before) {
        assert_eq!(&ask(&lake, sql).await, before, "{sql}");
    }
    let lake = reopen(lake, folder.path()).await;
    for (sql, before) in QUESTIONS.iter().zip(&before) {
        assert_eq!(&ask(&lake, sql).await, before, "after a restart: {sql}");
    }
    let buckets: Vec<_> = lake.inner.state.read().files.iter().map(|file| file.bucket()).collect();
    assert_eq!(buckets.iter().flatten().collect::<std::collections::BTreeSet<_>>().len(), 3);
    let context = lake.inner.session(query::Tuning::Merge(1));
    let files = lake.inner.state.read().files_of(ONE);
    for file in &files {
        let frame = lake.inner.files(&context, std::slice::from_ref(file)).await.unwrap();
        let mut last = (0, 0);
        for batch in frame.collect().await.unwrap() {
            let keys = file::numbers(&batch, "profile_id").unwrap().iter().zip(file::numbers(&batch, "at_ms").unwrap());
            for (profile, at) in keys {
                assert!(last <= (*profile, *at), "sorted by (profile, at)");
                last = (*profile, *at);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn merging_streams_sorted_files_and_sorts_nothing() {
    use deltalake::datafusion::physical_plan::displayable;
    use deltalake::datafusion::prelude::col;
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=3 {
        lake.append(&batch(k, 100, 1_000)).await.unwrap();
        lake.flush().await.unwrap();
    }
    let files = lake.inner.state.read().files_of(ONE);
    let context = lake.inner.session(query::Tuning::Merge(files.len()));
    let order = ["profile_id", "at_ms", "event_id"].map(|column| col(column).sort(true, false)).to_vec();
    let frame = lake.inner.files(&context, &files).await.unwrap().sort(order).unwrap();
    let plan = displayable(&*frame.create_physical_plan().await.unwrap()).indent(false).to_string();
    assert!(plan.contains("SortPreservingMergeExec") && !plan.contains("SortExec:"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_compaction_changes_no_answer() {
    for point in [CrashPoint::FilesWritten, CrashPoint::Committed] {
        let folder = tempfile::tempdir().unwrap();
        let lake = open(folder.path()).await;
        for k in 1..=6 {
            lake.append(&batch(k, 50, 20)).await.unwrap();
            lake.flush().await.unwrap();
        }
        *lake.inner.crash.lock() = Some(point);
        assert!(lake.compact().await.is_err());
        assert_eq!(rows(&lake, ONE).await, (300, 300), "{point:?}");
        lake.append(&batch(7, 50, 20)).await.unwrap();
        lake.flush().await.unwrap();
        assert_eq!(rows(&lake, ONE).await, (350, 350), "{point:?}");
        let lake = reopen(lake, folder.path()).await;
        assert_eq!(rows(&lake, ONE).await, (350, 350), "{point:?}");
        assert_eq!(parquet_files(folder.path()).len() as u64, lake.status().files, "{point:?}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append { rows: u8 },
    Flush,
    Compact,
    Erase { profile: u32 },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1..40u8).prop_map(|rows| Step::Append { rows }),
        3 => Just(Step::Flush),
        1 => Just(Step::Compact),
        1 => (1..8u32).prop_map(|profile| Step::Erase { profile }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    /// The model: a list of events; erasure takes out a person's, a restart takes out what was not flushed and the
    /// pipeline sends it again.
    #[test]
    fn any_order_of_operations_agrees_with_a_plain_list(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let mut lake = open(folder.path()).await;
            let mut model: Vec<(u64, ResolvedEvent)> = Vec::new();
            let (mut k, mut n) = (0, 0);
            for step in steps {
                match step {
                    Step::Append { rows } => {
                        k += 1;
                        let events: Vec<_> = (n..n + rows as u64).map(|n| event(ONE, (n % 8) as u32, n, "Seen")).collect();
                        n += rows as u64;
                        model.extend(events.iter().map(|item| (k, item.clone())));
                        lake.append(&batch_of(k, events)).await.unwrap();
                    }
                    Step::Flush => lake.flush().await.unwrap(),
                    Step::Compact => lake.compact_fully().await.unwrap(),
                    Step::Erase { profile } => {
                        let gone = ProfileId::new(profile);
                        let before = model.len();
                        model.retain(|(_, item)| item.profile != gone);
                        let erased = lake.erase(ONE, &[gone]).await.unwrap();
                        assert_eq!(erased.rows, (before - model.len()) as u64);
                    }
                    Step::Restart => {
                        lake = reopen(lake, folder.path()).await;
                        let cursor = lake.cursor().await.unwrap().0 / RECORD_BYTES;
                        for again in cursor + 1..=k {
                            let of = |(at, item): &(u64, ResolvedEvent)| (*at == again).then(|| item.clone());
                            lake.append(&batch_of(again, model.iter().filter_map(of).collect())).await.unwrap();
                        }
                    }
                }
                assert_eq!(rows(&lake, ONE).await, (model.len() as u64, model.len() as u64));
            }
        });
    }
}

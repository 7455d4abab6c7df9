use super::*;
use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const DAY_MS: i64 = 86_400_000;
const NAMES: [&str; 3] = ["Product Viewed", "Order Completed", ""];
const PEOPLE: u32 = 5;

/// By number of the name: what happened before day `.0` is deleted, or anonymised.
#[derive(Debug, Clone, Default)]
struct Rules([Option<(i64, bool)>; 3]);

impl Rules {
    fn fate_of(&self, name: &str, at: Timestamp, profile: ProfileId) -> Fate {
        let number = NAMES.iter().position(|one| *one == name || (one.is_empty() && name == "Page Viewed"));
        match number.and_then(|number| Some((number as u16, self.0[number]?))) {
            Some((_, (day, _))) if START_MS + day * DAY_MS <= at.ms() => Fate::Keep,
            Some((number, (_, true))) if profile != NOBODY => Fate::Anonymise(number),
            Some((number, (_, false))) => Fate::Delete(number),
            _ => Fate::Keep,
        }
    }
}

impl Cutter for Rules {
    fn may_concern(&self, at: (Timestamp, Timestamp), _: (ProfileId, ProfileId)) -> bool {
        self.0.iter().flatten().any(|(day, _)| at.0.ms() < START_MS + day * DAY_MS)
    }
    fn fate(&self, row: &CutRow<'_>) -> Fate {
        self.fate_of(row.name, row.at, row.profile)
    }
    fn properties(&self, text: &str) -> String {
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        serde_json::json!({ "revenue": all["revenue"] }).to_string()
    }
}

/// Counts what was done, over crashes.
#[derive(Default)]
struct Books {
    begun: Mutex<Option<FileCut>>,
    total: Mutex<CutCount>,
}

#[async_trait::async_trait]
impl CutLedger for Books {
    async fn begin(&self, cut: &FileCut) -> Result<(), String> {
        *self.begun.lock() = Some(cut.clone());
        Ok(())
    }
    async fn done(&self, cut: &FileCut) -> Result<(), String> {
        self.total.lock().add(cut.total());
        *self.begun.lock() = None;
        Ok(())
    }
}

impl Books {
    async fn settle(&self, lake: &Lake) {
        let begun = self.begun.lock().take();
        if let Some(begun) = begun
            && !lake.holds(&begun.file).await.unwrap()
        {
            self.total.lock().add(begun.total());
        }
    }
}

/// (profile, name, day) of event `n`.
type Planned = (u32, usize, i64);

fn planned_event(n: u64, (profile, name, day): Planned) -> ResolvedEvent {
    let mut item = event(ONE, profile, n, NAMES[name]);
    Arc::get_mut(&mut item.event).unwrap().at = Timestamp::from_ms(START_MS + day * DAY_MS + n as i64);
    item
}

#[derive(Debug, Clone)]
struct Script {
    batches: Vec<Vec<Planned>>,
    /// After which batches everything is compacted.
    compacted: Vec<bool>,
    rules: Rules,
    /// Where the process dies, one after the other, and whether it starts anew or goes on.
    crashes: Vec<(CrashPoint, bool)>,
}

fn scripts() -> impl Strategy<Value = Script> {
    let planned = (1..=PEOPLE, 0..NAMES.len(), 0..40i64);
    let batches = prop::collection::vec(prop::collection::vec(planned, 1..40), 1..5);
    let rule = prop::option::of((0..45i64, any::<bool>()));
    let crash = (prop_oneof![Just(CrashPoint::FilesWritten), Just(CrashPoint::Committed)], any::<bool>());
    (
        batches,
        prop::collection::vec(any::<bool>(), 5),
        [rule.clone(), rule.clone(), rule],
        prop::collection::vec(crash, 0..4),
    )
        .prop_map(|(batches, compacted, rules, crashes)| Script {
            batches,
            compacted,
            rules: Rules(rules),
            crashes,
        })
}

/// (event, profile, time, name, revenue) of kept rows, and (time, name, revenue) of nobody's.
type Rows = (Vec<(String, i64, i64, String, i64)>, Vec<(i64, String, i64)>);

fn expected(script: &Script) -> (Rows, CutCount) {
    let (mut rows, mut count) = (Rows::default(), CutCount::default());
    for (n, planned) in script.batches.iter().flatten().enumerate() {
        let item = planned_event(n as u64, *planned);
        let (at, name) = (item.event.at, item.event.display_name().to_owned());
        match script.rules.fate_of(&name, at, item.profile) {
            Fate::Keep => {
                rows.0.push((schema::event_id_text(item.event.id), item.profile.sql(), at.ms(), name, n as i64))
            }
            Fate::Delete(_) => count.deleted += 1,
            Fate::Anonymise(_) => {
                count.anonymised += 1;
                rows.1.push((at.ms().div_euclid(DAY_MS) * DAY_MS, name, n as i64));
            }
        }
    }
    rows.0.sort();
    rows.1.sort();
    (rows, count)
}

async fn stored(lake: &Lake) -> Rows {
    let sql = "SELECT event_id, profile_id, at_ms, name, properties, user_id, message_id, context FROM events";
    let mut rows = Rows::default();
    for row in lake.query(ONE, sql, 10_000).await.unwrap().rows {
        let text = |column: usize| row[column].as_str().unwrap().to_owned();
        let number = |column: usize| row[column].as_i64().unwrap();
        let properties: serde_json::Value = serde_json::from_str(&text(4)).unwrap();
        let revenue = properties["revenue"].as_i64().unwrap();
        if number(1) == NOBODY.sql() {
            assert_eq!((&row[5], text(6), text(7)), (&serde_json::Value::Null, String::new(), "{}".to_owned()));
            assert!(properties.get("owner").is_none(), "nothing of a person stays");
            rows.1.push((number(2), text(3), revenue));
        } else {
            assert!(properties.get("owner").is_some(), "a kept row is as it was");
            rows.0.push((text(0), number(1), number(2), text(3), revenue));
        }
    }
    rows.0.sort();
    rows.1.sort();
    rows
}

async fn play(script: &Script) {
    let folder = tempfile::tempdir().unwrap();
    let mut lake = open(folder.path()).await;
    let mut n = 0;
    for (k, batch) in script.batches.iter().enumerate() {
        let events = batch.iter().map(|planned| {
            n += 1;
            planned_event(n - 1, *planned)
        });
        lake.append(&batch_of(k as u64 + 1, events.collect())).await.unwrap();
        lake.flush().await.unwrap();
        if script.compacted[k] {
            lake.compact_fully().await.unwrap();
        }
    }
    let (rows_after, count) = expected(script);
    let cutter: Arc<dyn Cutter> = Arc::new(script.rules.clone());
    let mut counted = CutCount::default();
    let visit = &mut |_: &CutRow<'_>, fate: Fate| match fate {
        Fate::Keep => panic!("a kept row is not visited"),
        Fate::Delete(_) => counted.deleted += 1,
        Fate::Anonymise(_) => counted.anonymised += 1,
    };
    lake.census(ONE, cutter.clone(), visit, &|_| ()).await.unwrap();
    assert_eq!(counted, count, "the census says what will be done");
    let (books, upto) = (Books::default(), u64::MAX);
    for (point, restart) in &script.crashes {
        *lake.inner.crash.lock() = Some(*point);
        let died = lake.cut(ONE, upto, cutter.clone(), &books).await;
        *lake.inner.crash.lock() = None;
        assert!(matches!(died, Ok(_) | Err(LakeError::Crashed(_))), "{died:?}");
        if *restart {
            lake = reopen(lake, folder.path()).await;
        }
        books.settle(&lake).await;
    }
    lake.cut(ONE, upto, cutter.clone(), &books).await.unwrap();
    assert_eq!(stored(&lake).await, rows_after);
    assert_eq!(*books.total.lock(), count, "the books say what was done");
    assert_eq!(lake.cut(ONE, upto, cutter, &books).await.unwrap(), CutCount::default(), "a second time is nothing");
    lake.compact_fully().await.unwrap();
    assert_eq!(stored(&lake).await, rows_after, "after a compaction");
    let lake = reopen(lake, folder.path()).await;
    assert_eq!(stored(&lake).await, rows_after, "after a start");
    let on_disk = parquet_files(folder.path()).len() as u64;
    assert_eq!(on_disk, lake.status().files, "no old file is left");
}

#[test]
fn whatever_the_rules_and_wherever_it_dies_exactly_what_should_remain_remains() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, ..Config::default() });
    let played = runner.run(&scripts(), |script| {
        runtime.block_on(play(&script));
        Ok(())
    });
    played.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_the_inbox_could_bring_back_wait_for_the_next_cut() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for k in 1..=3 {
        lake.append(&batch(k, 30, 5)).await.unwrap();
    }
    let rules = Rules([Some((1, false)), Some((1, false)), Some((1, false))]);
    let cutter: Arc<dyn Cutter> = Arc::new(rules);
    let done = lake.cut(ONE, 2 * RECORD_BYTES, cutter.clone(), &()).await.unwrap();
    assert_eq!(done, CutCount { deleted: 60, anonymised: 0 });
    assert_eq!(rows(&lake, ONE).await, (30, 30));
    // The same batch comes again after an unclean stop: what is stored is not stored twice.
    let lake = reopen(lake, folder.path()).await;
    lake.append(&batch(3, 30, 5)).await.unwrap();
    assert_eq!(rows(&lake, ONE).await, (30, 30));
    assert_eq!(lake.cut(ONE, 3 * RECORD_BYTES, cutter, &()).await.unwrap().deleted, 30);
    assert_eq!((rows(&lake, ONE).await, parquet_files(folder.path()).len()), ((0, 0), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_waits_for_readers_before_bytes_go_and_leaves_other_workspaces_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    let events = (0..40).map(|n| event(if n % 2 == 0 { ONE } else { TWO }, 1, n, "Product Viewed")).collect();
    lake.append(&batch_of(1, events)).await.unwrap();
    lake.flush().await.unwrap();
    let reading = lake.inner.readers.clone().read_owned().await;
    let cutting = lake.clone();
    let cut = tokio::spawn(async move {
        let cutter: Arc<dyn Cutter> = Arc::new(Rules([Some((1, false)), None, None]));
        cutting.cut(ONE, u64::MAX, cutter, &()).await
    });
    while 0 < lake.count(ONE) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(parquet_files(folder.path()).len(), 2, "somebody still reads the old file");
    drop(reading);
    assert_eq!(cut.await.unwrap().unwrap().deleted, 20);
    assert_eq!(parquet_files(folder.path()).len(), 1);
    assert_eq!(rows(&lake, TWO).await, (20, 20));
}

use super::*;
use crate::engine::behaviour::EVENT_NAMES_MAX;
use base::{ManualClock, SeededRng, SegmentId};
use db::Db;
use events::{Batch, Effects, Merge, Offset, View};
use serde_json::json;

struct Users(Vec<SegmentUser>);

#[async_trait]
impl SegmentUse for Users {
    async fn users_of(&self, _workspace: WorkspaceId, _segment: SegmentId) -> Result<Vec<SegmentUser>, DataError> {
        Ok(self.0.clone())
    }
}

pub(super) async fn stores() -> Vec<testkit::Store> {
    let migrations: Vec<db::Migration> = events::MIGRATIONS.iter().chain(MIGRATIONS).copied().collect();
    testkit::stores(&migrations).await
}

pub(super) async fn service(db: &Db, others: Others, clock: &ManualClock) -> Segments {
    let rng = Arc::new(SeededRng::new(7));
    let segments = Segments::open(db.clone(), Arc::new(others), Arc::new(clock.clone()), rng);
    segments.load().await.expect("loads");
    segments
}

pub(super) fn new(name: &str, asked: Json) -> NewSegment {
    NewSegment { name: name.into(), description: String::new(), condition: condition(asked) }
}

fn dutch() -> Json {
    json!({ "trait": { "name": "country", "op": "equals", "value": "NL" } })
}

pub(super) fn batch(end: u64, now: Timestamp, merges: &[(u32, u32)], events: Vec<ResolvedEvent>) -> Batch {
    let merge = |(from, into): &(u32, u32)| Merge {
        workspace: WORKSPACE,
        from: ProfileId::new(*from),
        into: ProfileId::new(*into),
    };
    Batch { end: Offset(end), now, merges: merges.iter().map(merge).collect(), events, ..Batch::default() }
}

/// Runs a batch as the pipeline does; answers (name, profile, key) of what was emitted.
pub(super) async fn run(db: &Db, segments: &Segments, batch: &Batch, commit: bool) -> Vec<(String, u32, String)> {
    let mut effects = Effects::default();
    let mut tx = db.begin().await.unwrap();
    segments.apply(&mut tx, batch, &mut effects).await.unwrap();
    if commit {
        tx.commit().await.unwrap();
        segments.committed(batch).await;
    } else {
        tx.rollback().await.unwrap();
        segments.rolled_back(batch).await;
    }
    let row = |event: &events::SystemEvent| (event.event.clone(), event.profile_id.number(), event.message_id.clone());
    effects.emitted().iter().map(row).collect()
}

pub(super) fn members(segments: &Segments, id: SegmentId) -> Vec<u32> {
    segments.members(WORKSPACE, id).unwrap().iter().collect()
}

#[tokio::test]
async fn a_segment_is_created_changed_listed_and_deleted() {
    for store in stores().await {
        let segments = service(&store.db, Others::default(), &testkit::clock()).await;
        let people = vec![identify(1, json!({ "country": "NL" })), identify(2, json!({ "country": "SE" }))];
        run(&store.db, &segments, &batch(1, NOW, &[], people), true).await;
        let made = segments.create(WORKSPACE, new(" Dutch ", dutch())).await.unwrap();
        assert_eq!((made.name.as_str(), made.count, made.version), ("Dutch", 1, 1), "{}", store.name);
        let taken = segments.create(WORKSPACE, new("Dutch", dutch())).await.unwrap_err();
        assert!(matches!(taken, SegmentError::NameTaken(_)), "{taken}");
        let unnamed = segments.create(WORKSPACE, new("  ", dutch())).await.unwrap_err();
        assert!(matches!(unnamed, SegmentError::BadField { field: "name", .. }));

        let all = new("Everybody", json!({ "all": [] }));
        let stale = segments.update(WORKSPACE, made.id, Some(9), all.clone()).await.unwrap_err();
        assert!(matches!(stale, SegmentError::Stale { wanted: 9, is: 1 }));
        let changed = segments.update(WORKSPACE, made.id, Some(1), all).await.unwrap();
        assert_eq!((changed.count, changed.version), (2, 2));
        assert_eq!(segments.list(WORKSPACE).await.unwrap().len(), 1);
        assert!(segments.contains(WORKSPACE, made.id, ProfileId::new(2)).unwrap());
        let (page, more) = segments.members_page(WORKSPACE, made.id, None, 1).unwrap();
        assert_eq!((page, more), (vec![ProfileId::new(1)], true));

        segments.delete(WORKSPACE, made.id, Some(2)).await.unwrap();
        assert!(matches!(segments.get(WORKSPACE, made.id).await, Err(SegmentError::NotFound(_))));
        assert!(segments.list(WORKSPACE).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn cycles_missing_segments_and_used_segments_are_refused() {
    for store in stores().await {
        let segments = service(&store.db, Others::default(), &testkit::clock()).await;
        let first = segments.create(WORKSPACE, new("First", dutch())).await.unwrap().id;
        let inside = |id: SegmentId| json!({ "all": [{ "segment": { "id": id.to_string(), "op": "in" } }] });
        let second = segments.create(WORKSPACE, new("Second", inside(first))).await.unwrap().id;
        let third = segments.create(WORKSPACE, new("Third", inside(second))).await.unwrap().id;
        for id in [first, second, third] {
            let cycle = segments.update(WORKSPACE, first, None, new("First", inside(id))).await.unwrap_err();
            assert!(matches!(cycle, SegmentError::Cycle { .. }), "{cycle}");
        }
        let missing = segments.create(WORKSPACE, new("Fourth", inside(SegmentId::derived("no")))).await.unwrap_err();
        let problem = base::Problem::from(missing);
        assert_eq!(problem.errors[0].pointer, "/condition/all/0/segment/id");

        let used = segments.delete(WORKSPACE, second, None).await.unwrap_err();
        assert!(used.to_string().contains("segment \"Third\""), "{used}");
        let campaign = SegmentUser { kind: "campaign", id: "cmp_1".into(), name: "Spring".into() };
        segments.set_use(Arc::new(Users(vec![campaign])));
        let used = segments.delete(WORKSPACE, third, None).await.unwrap_err();
        assert!(used.to_string().contains("campaign \"Spring\""), "{used}");
    }
}

#[tokio::test]
async fn a_batch_moves_members_writes_them_and_says_so_once() {
    for store in stores().await {
        let segments = service(&store.db, Others::default(), &testkit::clock()).await;
        let id = segments.create(WORKSPACE, new("Dutch", dutch())).await.unwrap().id;
        let first = batch(
            10,
            NOW,
            &[],
            vec![identify(1, json!({ "country": "NL" })), identify(70_000, json!({ "country": "NL" }))],
        );
        let lost = run(&store.db, &segments, &first, false).await;
        assert_eq!(members(&segments, id), Vec::<u32>::new(), "rolled back");
        assert_eq!(segments.total(WORKSPACE).unwrap(), 0);
        let said = run(&store.db, &segments, &first, true).await;
        assert_eq!(said, lost, "the batch taken again says the same under the same keys");
        assert_eq!(said[0], ("Segment Entered".into(), 1, format!("segment:{id}:1:10:+")));
        assert_eq!(members(&segments, id), [1, 70_000]);

        let merge = batch(20, NOW, &[(1, 70_000)], vec![identify(70_000, json!({ "country": "SE" }))]);
        let said = run(&store.db, &segments, &merge, true).await;
        assert_eq!(said.len(), 1, "nobody hears of the profile merged away: {said:?}");
        assert_eq!((said[0].0.as_str(), said[0].1), ("Segment Exited", 70_000));
        run(&store.db, &segments, &batch(30, NOW, &[], vec![identify(2, json!({ "country": "NL" }))]), true).await;

        let got = segments.get(WORKSPACE, id).await.unwrap();
        assert_eq!((got.count, got.entered_today, got.exited_today), (1, 3, 1), "{}", store.name);
        let of = segments.segments_of(WORKSPACE, ProfileId::new(2)).await.unwrap();
        assert_eq!((of[0].name.as_str(), of[0].entered_at), ("Dutch", NOW));
        assert_eq!(crate::store::members(&store.db, WORKSPACE, id).await.unwrap().iter().collect::<Vec<_>>(), [2]);
    }
}

#[tokio::test]
async fn a_restart_finds_the_same_members_and_nothing_to_correct() {
    for store in stores().await {
        let clock = testkit::clock();
        let mut chance = super::world::Chance(42);
        // What erasure leaves of the history is the lake's business; the differential test covers it.
        let mut model = super::world::Model::keeping_all();
        let segments = service(&store.db, Others::default(), &clock).await;
        let mut ids = Vec::new();
        for number in 0..8 {
            let asked = chance.condition(2, &ids);
            ids.push(segments.create(WORKSPACE, new(&format!("s{number}"), asked)).await.unwrap().id);
        }
        let mut events = Vec::new();
        for end in 1..=40 {
            let step = model.step(&mut chance);
            run(&store.db, &segments, &batch(end, NOW, &step.merges, step.events.clone()), true).await;
            events.extend(step.events);
        }
        assert!(events.len() > 20);
        let again = service(&store.db, model.others(events), &clock).await;
        for id in &ids {
            assert_eq!(members(&segments, *id), members(&again, *id), "{}", store.name);
        }
        assert_eq!(again.rebuild(WORKSPACE).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn time_alone_moves_members_and_the_events_wait_in_the_store() {
    for store in stores().await {
        let clock = testkit::clock();
        let segments = service(&store.db, Others::default(), &clock).await;
        let recent = json!({ "event": { "name": "Visit", "op": "performed", "window": { "last": { "amount": 30, "unit": "day" } } } });
        let id = segments.create(WORKSPACE, new("Recent", recent)).await.unwrap().id;
        let lapsed = json!({ "segment": { "id": id.to_string(), "op": "not_in" } });
        let other = segments.create(WORKSPACE, new("Lapsed", lapsed)).await.unwrap().id;
        run(
            &store.db,
            &segments,
            &batch(1, NOW, &[], vec![track(1, "Visit", 10, json!({})), track(2, "Visit", 25, json!({}))]),
            true,
        )
        .await;
        assert_eq!((members(&segments, id), members(&segments, other)), (vec![1, 2], vec![]));
        assert_eq!(segments.tick().await.unwrap(), 0);
        clock.advance_ms(6 * DAY_MS);
        assert_eq!(segments.tick().await.unwrap(), 2, "one leaves, and enters the other");
        assert_eq!((members(&segments, id), members(&segments, other)), (vec![1], vec![2]));
        assert_eq!(segments.tick().await.unwrap(), 0);
        let rows = store.db.query("SELECT body FROM emitted_event ORDER BY seq", &[]).await.unwrap();
        assert_eq!(rows.len(), 2, "{}", store.name);
        assert!(rows[0].text("body").unwrap().contains("Segment Exited"));
    }
}

#[tokio::test]
async fn editing_a_segment_moves_those_that_ask_for_it() {
    for store in stores().await {
        let segments = service(&store.db, Others::default(), &testkit::clock()).await;
        let people = vec![identify(1, json!({ "country": "NL" })), identify(2, json!({ "country": "SE" }))];
        run(&store.db, &segments, &batch(1, NOW, &[], people), true).await;
        let inner = segments.create(WORKSPACE, new("Inner", dutch())).await.unwrap().id;
        let outer = json!({ "segment": { "id": inner.to_string(), "op": "in" } });
        let outer = segments.create(WORKSPACE, new("Outer", outer)).await.unwrap().id;
        assert_eq!(members(&segments, outer), [1]);
        segments.update(WORKSPACE, inner, None, new("Inner", json!({ "not": dutch() }))).await.unwrap();
        assert_eq!(members(&segments, outer), [2]);
        let counted = segments.count(WORKSPACE, &condition(json!({ "all": [] })), 10).await.unwrap();
        assert_eq!((counted.count, counted.total, counted.sample.len()), (2, 2, 2));
        let odd = condition(
            json!({ "any": [{ "trait": { "name": "shoe", "op": "exists" } }, { "event": { "name": "Gone", "op": "performed" } }] }),
        );
        let warnings = segments.warnings(WORKSPACE, &odd).unwrap();
        assert_eq!(warnings[0].pointer, "/any/0/trait/name");
        assert_eq!(warnings[1].code, "event_never_seen");
        let told = condition(json!({ "event": { "name": "Identified", "op": "performed" } }));
        assert_eq!(segments.warnings(WORKSPACE, &told).unwrap()[0].code, "event_not_behaviour");
        assert_eq!(segments.event_names_in_use(), (0, 0));
    }
}

#[tokio::test]
async fn nothing_is_counted_before_everything_is_loaded() {
    let store = &stores().await[0];
    let others: Arc<dyn SegmentData> = Arc::new(Others::default());
    let segments = Segments::open(store.db.clone(), others, Arc::new(testkit::clock()), Arc::new(SeededRng::new(1)));
    assert!(matches!(segments.total(WORKSPACE), Err(SegmentError::Loading)));
}

#[tokio::test]
async fn a_question_about_an_event_beyond_the_limit_says_so() {
    let store = &stores().await[0];
    let segments = service(&store.db, Others::default(), &testkit::clock()).await;
    let names = (0..=EVENT_NAMES_MAX).map(|n| track(1, &format!("Name {n}"), 1, json!({}))).collect();
    run(&store.db, &segments, &batch(1, NOW, &[], names), true).await;
    let asked = |n: usize| condition(json!({ "event": { "name": format!("Name {n}"), "op": "performed" } }));
    assert_eq!(segments.count(WORKSPACE, &asked(EVENT_NAMES_MAX - 1), 0).await.unwrap().count, 1);
    assert!(segments.warnings(WORKSPACE, &asked(EVENT_NAMES_MAX - 1)).unwrap().is_empty());
    assert_eq!(segments.count(WORKSPACE, &asked(EVENT_NAMES_MAX), 0).await.unwrap().count, 0);
    let warnings = segments.warnings(WORKSPACE, &asked(EVENT_NAMES_MAX)).unwrap();
    assert_eq!((warnings[0].code, warnings[0].pointer.as_str()), ("event_beyond_limit", "/event/name"));
    assert!(warnings[0].detail.contains("20000") && warnings[0].detail.contains("\"Name 20000\""), "{warnings:?}");
    assert_eq!(segments.event_names_in_use(), (EVENT_NAMES_MAX, 1));
}

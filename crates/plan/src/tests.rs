//! The room over a store of each engine.

use super::*;
use crate::limits::{EVENTS_MAX, KEPT_MS};
use async_trait::async_trait;
use base::{EventId, Json, ManualClock, SeededRng, SourceId, WorkspaceId};
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
const OTHER: WorkspaceId = WorkspaceId::new(2);

#[derive(Default)]
struct Stream(Mutex<Vec<Arrival>>);

#[async_trait]
impl Arrivals for Stream {
    async fn newest(&self, workspace: WorkspaceId, limit: usize) -> Result<Vec<Arrival>, String> {
        match workspace {
            WORKSPACE => Ok(self.0.lock().iter().take(limit).cloned().collect()),
            _ => Err("the history is away".into()),
        }
    }
}

struct Room {
    plans: Plans,
    stream: Arc<Stream>,
    clock: ManualClock,
    store: testkit::Store,
}

impl Room {
    async fn node(store: &testkit::Store, stream: &Arc<Stream>, clock: &ManualClock, seed: u64) -> Plans {
        let parts = PlanParts {
            db: store.db.clone(),
            arrivals: stream.clone(),
            protected: Protected { event: |_, name| name == "Unsubscribed", property: |_, _| false },
            clock: Arc::new(clock.clone()),
            rng: Arc::new(SeededRng::new(seed)),
        };
        Plans::open(parts).await.expect("the room opens")
    }

    async fn all() -> Vec<Room> {
        let mut rooms = Vec::new();
        for store in testkit::stores(MIGRATIONS).await {
            let (stream, clock) = (Arc::new(Stream::default()), testkit::clock());
            let plans = Self::node(&store, &stream, &clock, 7).await;
            rooms.push(Room { plans, stream, clock, store });
        }
        rooms
    }

    /// Judges a track event at the door.
    fn send(&self, plans: &Plans, source: Option<SourceId>, name: &str, data: Json) -> Outcome {
        let Some(plan) = plans.active(WORKSPACE) else { return Outcome::Keep };
        let text = data.to_string();
        let item = Arriving { kind: Kind::Track, name, data: Some(&text), states_consent: false };
        plan.judge(source, EventId(1), item)
    }
}

fn on() -> Settings {
    Settings { enabled: true, on_violation: OnViolation::Block, ..Settings::default() }
}

fn order() -> Draft {
    let mut total = Property::new("total", ValueType::Number);
    total.required = true;
    Draft {
        kind: Kind::Track,
        name: " Order Completed ".into(),
        description: String::new(),
        on_violation: None,
        unplanned_properties: None,
        schema: schema_of(&[total]).unwrap(),
    }
}

#[tokio::test]
async fn a_change_of_the_plan_takes_effect_for_the_next_request() {
    for room in Room::all().await {
        let plans = &room.plans;
        let broken = || room.send(plans, None, "Order Completed", json!({ "total": "x" }));
        let planned = plans.create(WORKSPACE, order()).await.unwrap();
        assert_eq!((planned.name.as_str(), planned.version), ("Order Completed", 1));
        assert!(plans.active(WORKSPACE).is_none(), "not switched on");
        let overview = plans.set_settings(WORKSPACE, on()).await.unwrap();
        assert_eq!((overview.planned, overview.settings), (1, on()));
        assert_eq!(overview.unchecked, [Kind::Page, Kind::Screen, Kind::Identify, Kind::Group]);
        assert!(matches!(broken(), Outcome::Refuse { .. }));
        let counting = Draft { on_violation: Some(OnViolation::Count), ..order() };
        let changed = plans.update(WORKSPACE, planned.id, counting, Some(1)).await.unwrap();
        assert_eq!((changed.version, broken()), (2, Outcome::Keep));
        plans.set_status(WORKSPACE, planned.id, Status::Archived).await.unwrap();
        let counted = plans.overview(WORKSPACE).await.unwrap();
        assert_eq!((counted.planned, counted.archived, counted.day.violating), (0, 1, 2));
        plans.set_status(WORKSPACE, planned.id, Status::Planned).await.unwrap();
        plans.update(WORKSPACE, planned.id, order(), None).await.unwrap();
        assert!(matches!(broken(), Outcome::Refuse { .. }));
        plans.set_settings(WORKSPACE, Settings::default()).await.unwrap();
        assert_eq!(broken(), Outcome::Keep);
    }
}

#[tokio::test]
async fn a_plan_is_there_after_a_restart_and_on_every_node() {
    for room in Room::all().await {
        let other = Room::node(&room.store, &room.stream, &room.clock, 8).await;
        let planned = room.plans.create(WORKSPACE, order()).await.unwrap();
        room.plans.set_settings(WORKSPACE, on()).await.unwrap();
        assert!(other.active(WORKSPACE).is_none());
        other.refresh().await.unwrap();
        let broken = || room.send(&other, None, "Order Completed", json!({}));
        assert!(matches!(broken(), Outcome::Refuse { .. }));
        room.plans.set_status(WORKSPACE, planned.id, Status::Archived).await.unwrap();
        other.refresh().await.unwrap();
        assert_eq!(broken(), Outcome::Keep);
        let again = Room::node(&room.store, &room.stream, &room.clock, 9).await;
        assert!(again.active(WORKSPACE).is_some());
        assert_eq!(
            again.event(WORKSPACE, planned.id).await.unwrap().0,
            other.event(WORKSPACE, planned.id).await.unwrap().0
        );
    }
}

#[tokio::test]
async fn tenants_never_meet() {
    for room in Room::all().await {
        let planned = room.plans.create(WORKSPACE, order()).await.unwrap();
        room.plans.set_settings(WORKSPACE, on()).await.unwrap();
        room.send(&room.plans, None, "Order Completed", json!({}));
        let there = room.plans.create(OTHER, order()).await.unwrap();
        assert_ne!(planned.id, there.id);
        assert!(room.plans.active(OTHER).is_none());
        for outcome in [
            room.plans.event(OTHER, planned.id).await.map(|_| ()),
            room.plans.update(OTHER, planned.id, order(), None).await.map(|_| ()),
            room.plans.set_status(OTHER, planned.id, Status::Archived).await.map(|_| ()),
        ] {
            assert!(matches!(outcome, Err(PlanError::NotFound(_))), "{outcome:?}");
        }
        let report = room.plans.violations(OTHER, &ViolationFilter { days: 7, ..Default::default() }).await.unwrap();
        assert_eq!(report, ViolationReport::default());
        let overview = room.plans.overview(OTHER).await.unwrap();
        assert_eq!((overview.planned, overview.day), (1, Tally::default()));
        assert_eq!(room.plans.events(OTHER).await.unwrap().len(), 1);
        let (_, numbers) = room.plans.event(WORKSPACE, planned.id).await.unwrap();
        assert_eq!((numbers.day.blocked, numbers.last_violation_at), (1, Some(testkit::NOW)));
    }
}

#[tokio::test]
async fn names_are_had_once_and_a_stale_edit_is_refused() {
    for room in Room::all().await {
        let plans = &room.plans;
        let planned = plans.create(WORKSPACE, order()).await.unwrap();
        assert!(matches!(plans.create(WORKSPACE, order()).await, Err(PlanError::Exists { archived: false })));
        plans.set_status(WORKSPACE, planned.id, Status::Archived).await.unwrap();
        assert!(matches!(plans.create(WORKSPACE, order()).await, Err(PlanError::Exists { archived: true })));
        let cart = plans.create(WORKSPACE, Draft { name: "Cart Viewed".into(), ..order() }).await.unwrap();
        assert!(matches!(plans.update(WORKSPACE, cart.id, order(), None).await, Err(PlanError::Exists { .. })));
        assert!(matches!(plans.update(WORKSPACE, planned.id, order(), Some(1)).await, Err(PlanError::Stale)));
        let version = plans.overview(WORKSPACE).await.unwrap().version;
        // What was refused changed nothing, and no node reads for nothing.
        assert!(plans.update(WORKSPACE, cart.id, order(), None).await.is_err());
        assert_eq!(plans.overview(WORKSPACE).await.unwrap().version, version);
        for (draft, pointer) in [
            (Draft { name: " ".into(), ..order() }, "/name"),
            (Draft { kind: Kind::Identify, ..order() }, "/name"),
            (Draft { name: "x".repeat(251), ..order() }, "/name"),
            (Draft { description: "x".repeat(2_001), ..order() }, "/description"),
            (Draft { schema: json!({ "type": "text" }), ..order() }, "/schema/type"),
        ] {
            let problem = base::Problem::from(plans.create(WORKSPACE, draft).await.unwrap_err());
            assert_eq!(problem.errors[0].pointer, pointer);
        }
    }
}

#[tokio::test]
async fn two_who_plan_the_same_at_once_plan_it_once() {
    for room in Room::all().await {
        let other = Room::node(&room.store, &room.stream, &room.clock, 8).await;
        let (one, two) = tokio::join!(room.plans.create(WORKSPACE, order()), other.create(WORKSPACE, order()));
        assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1, "{}", room.store.name);
        assert_eq!(room.plans.events(WORKSPACE).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn violations_are_read_by_event_source_and_day_and_forgotten() {
    for room in Room::all().await {
        let plans = &room.plans;
        let planned = plans.create(WORKSPACE, order()).await.unwrap();
        plans.set_settings(WORKSPACE, Settings { on_violation: OnViolation::Count, ..on() }).await.unwrap();
        let rng = SeededRng::new(1);
        let [one, two] = [SourceId::new(testkit::NOW, &rng), SourceId::new(testkit::NOW, &rng)];
        for _ in 0..3 {
            room.send(plans, Some(one), "Order Completed", json!({ "total": "x", "note": 1 }));
        }
        room.clock.advance_ms(24 * 3_600_000);
        room.send(plans, Some(two), "Order Completed", json!({ "total": "x" }));
        room.send(plans, Some(two), "Order Done", json!({}));
        let filter = ViolationFilter { days: 7, ..Default::default() };
        let report = plans.violations(WORKSPACE, &filter).await.unwrap();
        let first = &report.items[0];
        assert_eq!((first.code, first.pointer.as_str(), first.events), (Code::WrongType, "/total", 4));
        assert_eq!((first.event, &first.sources), (Some(planned.id), &vec![(Some(one), 3), (Some(two), 1)]));
        assert_eq!((first.first_at, first.last_at), (testkit::NOW, testkit::NOW.plus_ms(24 * 3_600_000)));
        assert_eq!(report.items.len(), 3);
        assert_eq!(report.days.iter().map(|(_, tally)| tally.violating).collect::<Vec<_>>(), [3, 2]);
        let of = |filter: ViolationFilter| async move { plans.violations(WORKSPACE, &filter).await.unwrap().items };
        assert_eq!(of(ViolationFilter { source: Some(two), ..filter.clone() }).await.len(), 2);
        assert_eq!(of(ViolationFilter { name: Some("Order Done".into()), ..filter.clone() }).await[0].event, None);
        assert_eq!(of(ViolationFilter { kind: Some(Kind::Page), ..filter.clone() }).await, []);
        let numbers = plans.events(WORKSPACE).await.unwrap()[0].1;
        assert_eq!((numbers.week.violating, numbers.day.judged), (4, 4));
        // Counted again after a write: the numbers add up.
        room.send(plans, Some(two), "Order Completed", json!({ "total": "x" }));
        assert_eq!(plans.violations(WORKSPACE, &filter).await.unwrap().items[0].events, 5);
        room.clock.advance_ms(KEPT_MS + 3_600_000);
        plans.prune().await.unwrap();
        assert_eq!(
            plans.violations(WORKSPACE, &ViolationFilter { days: 365, ..Default::default() }).await.unwrap(),
            ViolationReport::default()
        );
    }
}

#[tokio::test]
async fn what_arrives_is_suggested_and_adopted() {
    for room in Room::all().await {
        let plans = &room.plans;
        let arrival = |name: &str| Arrival {
            kind: Kind::Track,
            name: name.into(),
            at: testkit::NOW,
            data: json!({ "total": 1 }),
        };
        *room.stream.0.lock() =
            (0..12).flat_map(|_| [arrival("Order Completed"), arrival("Cart Viewed"), arrival("Old")]).collect();
        let old = plans.create(WORKSPACE, Draft { name: "Old".into(), ..order() }).await.unwrap();
        plans.set_status(WORKSPACE, old.id, Status::Archived).await.unwrap();
        let found = plans.suggestions(WORKSPACE).await.unwrap();
        assert_eq!(found.sampled, 36);
        assert_eq!(
            found.items.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            ["Cart Viewed", "Order Completed"]
        );
        let wanted =
            ["Order Completed", "Old", "Never Seen", "Order Completed"].map(|name| (Kind::Track, name.to_owned()));
        let outcome = plans.adopt(WORKSPACE, &wanted).await.unwrap();
        assert_eq!(outcome.adopted.len(), 1);
        let form = form_of(&outcome.adopted[0].schema).unwrap();
        assert!(form[0].required && form[0].value_type == ValueType::Integer);
        let why: Vec<(&str, Skipped)> = outcome.skipped.iter().map(|one| (one.1.as_str(), one.2)).collect();
        assert_eq!(
            why,
            [("Old", Skipped::Planned), ("Never Seen", Skipped::NotSeen), ("Order Completed", Skipped::NotSeen)]
        );
        assert_eq!(plans.suggestions(WORKSPACE).await.unwrap().items.len(), 1);
        assert!(matches!(plans.suggestions(OTHER).await, Err(PlanError::Arrivals(_))));
    }
}

#[tokio::test]
async fn a_file_is_taken_up_as_the_dry_run_says() {
    for room in Room::all().await {
        let plans = &room.plans;
        let kept = plans.create(WORKSPACE, order()).await.unwrap();
        plans.create(WORKSPACE, Draft { name: "Gone".into(), ..order() }).await.unwrap();
        let mut file = plans.export(WORKSPACE, "Shop").await.unwrap();
        let rules = file["rules"]["events"].as_array_mut().unwrap();
        rules.retain(|rule| rule["name"] != "Gone");
        rules.push(json!({ "name": "New", "rules": {} }));
        rules.push(json!({ "name": "Bad", "rules": { "properties": { "properties": { "type": "array" } } } }));
        let told = plans.import(WORKSPACE, &file, true, true).await.unwrap();
        assert_eq!((told.unchanged, told.created.len(), told.archived.len(), told.problems.len()), (1, 1, 1, 1));
        assert_eq!(plans.events(WORKSPACE).await.unwrap().len(), 2);
        assert_eq!(plans.import(WORKSPACE, &file, true, false).await.unwrap(), told);
        let events = plans.events(WORKSPACE).await.unwrap();
        let named: Vec<(&str, Status)> = events.iter().map(|(event, _)| (event.name.as_str(), event.status)).collect();
        assert_eq!(named, [("Gone", Status::Archived), ("New", Status::Planned), ("Order Completed", Status::Planned)]);
        assert_eq!(events[2].0.id, kept.id);
        // Without `replace` nothing is archived, and a second time nothing happens.
        let again = plans.import(WORKSPACE, &file, false, false).await.unwrap();
        assert_eq!((again.unchanged, again.created.len(), again.changed.len()), (2, 0, 0));
        let many: Vec<Json> = (0..EVENTS_MAX).map(|n| json!({ "name": format!("e{n}") })).collect();
        let full = plans.import(WORKSPACE, &json!({ "rules": { "events": many } }), false, false).await;
        assert!(matches!(full, Err(PlanError::Full(_))));
    }
}

#[tokio::test]
async fn a_sample_is_judged_as_the_door_would_and_nothing_is_counted() {
    for room in Room::all().await {
        let plans = &room.plans;
        let settings = Settings { enabled: false, unplanned_properties: UnplannedProperties::Drop, ..on() };
        plans.set_settings(WORKSPACE, settings).await.unwrap();
        plans.create(WORKSPACE, order()).await.unwrap();
        let check = |sample: Json, draft: Option<Draft>| {
            let sample = sample.as_object().unwrap().clone();
            async move { plans.check(WORKSPACE, Kind::Track, "Order Completed", sample, draft).await.unwrap() }
        };
        let trial = check(json!({ "total": 1, "note": "x" }), None).await;
        assert_eq!((trial.verdict, trial.kept), (Verdict::Changed, Some(json!({ "total": 1 }))));
        let call = json!({ "type": "track", "event": "Order Completed", "userId": "u", "properties": { "total": 1, "note": "x" } });
        let trial = check(call, None).await;
        assert_eq!(
            trial.kept.unwrap(),
            json!({ "type": "track", "event": "Order Completed", "userId": "u", "properties": { "total": 1 } })
        );
        assert_eq!(check(json!({ "properties": {} }), None).await.verdict, Verdict::Blocked);
        let free = Draft { schema: json!({ "type": "object", "additionalProperties": true }), ..order() };
        assert_eq!(check(json!({ "x": 1 }), Some(free)).await.verdict, Verdict::Accepted);
        let other = plans.check(WORKSPACE, Kind::Track, "Other", base::JsonMap::new(), None).await.unwrap();
        assert_eq!((other.verdict, other.violations[0].code), (Verdict::Accepted, Code::UnplannedEvent));
        assert_eq!(plans.overview(WORKSPACE).await.unwrap().day, Tally::default());
    }
}

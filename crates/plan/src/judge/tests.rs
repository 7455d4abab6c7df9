use super::*;
use crate::store::blank_schema;
use base::PlanEventId;
use proptest::prelude::*;
use serde_json::json;

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);

pub(crate) fn nothing_protected() -> Protected {
    Protected {
        event: |kind, name| kind == Kind::Track && name == "Unsubscribed",
        property: |kind, name| kind == Kind::Identify && name == "email_consent",
    }
}

fn event(kind: Kind, name: &str, schema: Json) -> PlannedEvent {
    PlannedEvent {
        id: PlanEventId::derived(name),
        kind,
        name: name.into(),
        description: String::new(),
        on_violation: None,
        unplanned_properties: None,
        schema,
        status: Status::Planned,
        version: 1,
        created_at: testkit::NOW,
        updated_at: testkit::NOW,
    }
}

fn order(edit: impl FnOnce(&mut PlannedEvent)) -> PlannedEvent {
    let schema = json!({ "type": "object", "required": ["total"], "properties": { "total": { "type": "number" } } });
    let mut event = event(Kind::Track, "Order Completed", schema);
    edit(&mut event);
    event
}

fn plan(settings: Settings, events: &[PlannedEvent]) -> ActivePlan {
    let books = Books { counts: Arc::default(), recent: Arc::default(), clock: Arc::new(testkit::clock()) };
    ActivePlan::new(WORKSPACE, settings, events, nothing_protected(), books)
}

fn item<'a>(kind: Kind, name: &'a str, data: &'a str) -> Arriving<'a> {
    Arriving { kind, name, data: Some(data), states_consent: false }
}

fn track<'a>(name: &'a str, data: &'a str) -> Arriving<'a> {
    item(Kind::Track, name, data)
}

fn codes(judgement: &Judgement) -> Vec<Code> {
    judgement.violations.iter().map(|one| one.code).collect()
}

fn with(edit: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    edit(&mut settings);
    settings
}

#[test]
fn a_violation_passes_is_counted_or_blocks_as_chosen() {
    let broken = track(" Order Completed ", r#"{"total":"12"}"#);
    let judged = |mode: OnViolation, own: Option<OnViolation>| {
        plan(with(|one| one.on_violation = mode), &[order(|one| one.on_violation = own)]).trial(broken)
    };
    let passed = judged(OnViolation::Pass, None);
    assert_eq!((&passed.outcome, codes(&passed)), (&Outcome::Keep, vec![]));
    let counted = judged(OnViolation::Count, None);
    assert_eq!((&counted.outcome, codes(&counted)), (&Outcome::Keep, vec![Code::WrongType]));
    let blocked = judged(OnViolation::Block, None);
    let Outcome::Refuse { because, replaced: None } = &blocked.outcome else { panic!("{blocked:?}") };
    assert_eq!((because.code, because.pointer.as_str()), (Code::WrongType, "/total"));
    // What an entry says counts before what the workspace says.
    assert!(matches!(judged(OnViolation::Pass, Some(OnViolation::Block)).outcome, Outcome::Refuse { .. }));
    assert_eq!(judged(OnViolation::Block, Some(OnViolation::Count)).outcome, Outcome::Keep);
    // An item without properties has none of those that are required.
    let bare = Arriving { data: None, ..broken };
    let judgement = plan(with(|one| one.on_violation = OnViolation::Block), &[order(|_| {})]).trial(bare);
    assert_eq!(codes(&judgement), [Code::MissingProperty]);
}

#[test]
fn properties_nobody_planned_are_kept_counted_or_cut_out() {
    let stray = track("Order Completed", r#"{"total": 12.50, "note":"x"}"#);
    let judged =
        |mode: UnplannedProperties| plan(with(|one| one.unplanned_properties = mode), &[order(|_| {})]).trial(stray);
    let kept = judged(UnplannedProperties::Keep);
    assert_eq!((&kept.outcome, codes(&kept)), (&Outcome::Keep, vec![]));
    let counted = judged(UnplannedProperties::Count);
    assert_eq!((&counted.outcome, codes(&counted)), (&Outcome::Keep, vec![Code::UnplannedProperty]));
    let cut = judged(UnplannedProperties::Drop);
    assert_eq!(
        (&cut.outcome, codes(&cut)),
        (&Outcome::Replace(r#"{"total":12.50}"#.into()), vec![Code::UnplannedProperty])
    );

    // Cut out and refused for something else: what is shown of it is without the rest, too.
    let settings =
        with(|one| (one.unplanned_properties, one.on_violation) = (UnplannedProperties::Drop, OnViolation::Block));
    let refused = plan(settings, &[order(|_| {})]).trial(track("Order Completed", r#"{"total":"x","note":"y"}"#));
    let Outcome::Refuse { because, replaced } = &refused.outcome else { panic!("{refused:?}") };
    assert_eq!((because.code, replaced.as_deref()), (Code::WrongType, Some(r#"{"total":"x"}"#)));
    assert_eq!(codes(&refused), [Code::WrongType, Code::UnplannedProperty]);

    // A schema that is closed by itself blocks; what was cut out breaks nothing any more, and is told once.
    let closed = order(|one| one.schema["additionalProperties"] = false.into());
    let block = |mode: UnplannedProperties| {
        with(|one| (one.unplanned_properties, one.on_violation) = (mode, OnViolation::Block))
    };
    let judgement = plan(block(UnplannedProperties::Count), std::slice::from_ref(&closed)).trial(stray);
    assert!(matches!(judgement.outcome, Outcome::Refuse { .. }));
    assert_eq!(codes(&judgement), [Code::UnplannedProperty]);
    let judgement = plan(block(UnplannedProperties::Drop), &[closed]).trial(stray);
    assert!(matches!(judgement.outcome, Outcome::Replace(_)), "{judgement:?}");
}

#[test]
fn events_nobody_planned_are_kept_counted_refused_or_left_out() {
    let stray = track("Order Complete", r#"{"secret":1}"#);
    let judged = |mode: UnplannedEvents| plan(with(|one| one.unplanned_events = mode), &[order(|_| {})]).trial(stray);
    assert_eq!(judged(UnplannedEvents::Keep), Judgement::keep());
    let counted = judged(UnplannedEvents::Count);
    assert_eq!((&counted.outcome, codes(&counted)), (&Outcome::Keep, vec![Code::UnplannedEvent]));
    assert!(counted.violations[0].message.contains("\"Order Complete\""));
    assert!(matches!(
        judged(UnplannedEvents::Block).outcome,
        Outcome::Refuse { because: Violation { code: Code::UnplannedEvent, .. }, .. }
    ));
    assert_eq!(judged(UnplannedEvents::Drop).outcome, Outcome::Leave);
    // A name that is somebody's address is not told.
    let telling = plan(Settings::default(), &[order(|_| {})]).trial(track("anna@example.com", "{}"));
    assert!(!telling.violations[0].message.contains("anna"));
}

#[test]
fn a_kind_of_which_nothing_is_planned_is_not_looked_at() {
    let settings = with(|one| {
        (one.unplanned_events, one.unplanned_properties) = (UnplannedEvents::Drop, UnplannedProperties::Drop)
    });
    let only_tracks = plan(settings, &[order(|_| {}), event(Kind::Page, "Old", blank_schema())]);
    for kind in [Kind::Screen, Kind::Identify, Kind::Group] {
        assert_eq!(only_tracks.trial(item(kind, "", r#"{"a":1}"#)).outcome, Outcome::Keep);
    }
    assert_eq!(only_tracks.trial(item(Kind::Page, "Home", "{}")).outcome, Outcome::Leave);
    let archived = order(|one| one.status = Status::Archived);
    assert_eq!(plan(settings, &[archived]).trial(track("Order Completed", r#"{"a":1}"#)).outcome, Outcome::Keep);
}

#[test]
fn pages_without_an_entry_of_their_own_meet_the_one_for_all() {
    let url = json!({ "type": "object", "properties": { "url": { "type": "string" } } });
    let pages = plan(
        with(|one| one.unplanned_properties = UnplannedProperties::Drop),
        &[event(Kind::Page, "", url), event(Kind::Page, "Checkout", blank_schema())],
    );
    let kept = |name: &str| pages.trial(item(Kind::Page, name, r#"{"url":"u","x":1}"#)).outcome;
    assert_eq!(kept("Home"), Outcome::Replace(r#"{"url":"u"}"#.into()));
    assert_eq!(kept(""), Outcome::Replace(r#"{"url":"u"}"#.into()));
    assert_eq!(kept("Checkout"), Outcome::Replace("{}".into()));
}

#[test]
fn what_people_say_about_consent_is_never_lost() {
    let settings = Settings {
        enabled: true,
        unplanned_events: UnplannedEvents::Drop,
        unplanned_properties: UnplannedProperties::Drop,
        on_violation: OnViolation::Block,
    };
    let traits = json!({ "type": "object", "required": ["email"], "properties": { "email": {} } });
    let strict = plan(settings, &[order(|_| {}), event(Kind::Identify, "", traits)]);
    let unsubscribed = strict.trial(track("Unsubscribed", r#"{"channel":"email"}"#));
    assert_eq!((&unsubscribed.outcome, codes(&unsubscribed)), (&Outcome::Keep, vec![Code::UnplannedEvent]));
    let beside = Arriving { states_consent: true, ..track("Nobody Planned", "{}") };
    assert_eq!(strict.trial(beside).outcome, Outcome::Replace("{}".into()));
    assert_eq!(strict.trial(Arriving { data: None, ..beside }).outcome, Outcome::Keep);
    let both = Arriving { states_consent: true, ..track("Unsubscribed", r#"{"channel":"email"}"#) };
    assert_eq!(strict.trial(both).outcome, Outcome::Keep);
    let broken = Arriving { states_consent: true, ..track("Order Completed", r#"{"total":"x","note":1}"#) };
    assert_eq!(strict.trial(broken).outcome, Outcome::Replace(r#"{"total":"x"}"#.into()));
    let identify = strict.trial(item(Kind::Identify, "", r#"{"email":"a@b.nl","email_consent":false,"age":3}"#));
    assert_eq!(identify.outcome, Outcome::Replace(r#"{"email":"a@b.nl","email_consent":false}"#.into()));
}

#[test]
fn what_is_judged_is_counted_and_remembered_without_values() {
    let settings = with(|one| one.unplanned_properties = UnplannedProperties::Drop);
    let (counts, recent) = (Arc::new(Counts::default()), Arc::new(Recent::default()));
    let books = Books { counts: counts.clone(), recent: recent.clone(), clock: Arc::new(testkit::clock()) };
    let plan = ActivePlan::new(WORKSPACE, settings, &[order(|_| {})], nothing_protected(), books);
    plan.judge(None, EventId(1), track("Order Completed", r#"{"total":"secret","note":"secret"}"#));
    plan.judge(None, EventId(2), track("Order Completed", r#"{"total":1}"#));
    plan.judge(None, EventId(3), track("Other", "{}"));
    let remark = recent.of(WORKSPACE, EventId(1)).unwrap();
    assert!(remark.changed);
    assert_eq!(remark.violations.len(), 2);
    assert_eq!(recent.of(WORKSPACE, EventId(2)), None);
    assert!(!recent.of(WORKSPACE, EventId(3)).unwrap().changed);
    assert_eq!(recent.of(WorkspaceId::new(2), EventId(1)), None);
    let written = counts.take();
    let of = |named: bool| *written.tallies.iter().find(|(key, _)| key.event.is_some() == named).unwrap().1;
    assert_eq!(of(true), Tally { judged: 2, violating: 1, blocked: 0, changed: 1, dropped: 0 });
    assert_eq!(of(false), Tally { judged: 1, violating: 1, ..Tally::default() });
    assert_eq!(written.violations.len(), 3);
    assert!(!format!("{written:?}").contains("secret"));
}

#[test]
fn an_entry_that_cannot_be_compiled_costs_no_other() {
    let broken = event(Kind::Track, "Broken", json!({ "type": "array" }));
    let plan = plan(with(|one| one.on_violation = OnViolation::Block), &[broken, order(|_| {})]);
    assert!(matches!(plan.trial(track("Order Completed", "{}")).outcome, Outcome::Refuse { .. }));
}

proptest! {
    /// What nobody asked to have cut out is never rewritten.
    #[test]
    fn only_dropping_rewrites(total in any::<f64>(), strays in prop::collection::vec("[a-z]{1,4}", 0..4), mode in 0..2usize) {
        let mut data = base::JsonMap::new();
        data.insert("total".into(), json!(total));
        strays.into_iter().for_each(|name| { data.insert(name, 1.into()); });
        let text = Json::Object(data.clone()).to_string();
        let keeps = with(|one| one.unplanned_properties = [UnplannedProperties::Keep, UnplannedProperties::Count][mode]);
        let kept = plan(keeps, &[order(|_| {})]).trial(track("Order Completed", &text)).outcome;
        prop_assert_eq!(kept, Outcome::Keep);
        let drops = with(|one| one.unplanned_properties = UnplannedProperties::Drop);
        let outcome = plan(drops, &[order(|_| {})]).trial(track("Order Completed", &text)).outcome;
        prop_assert_eq!(outcome == Outcome::Keep, data.len() == 1);
    }
}

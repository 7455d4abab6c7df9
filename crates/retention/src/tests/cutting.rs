//! Runs: by night or at once, and over crashes.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const NAMES: [(&str, &str); 5] = [
    ("track", "Product Viewed"),
    ("track", "Order Completed"),
    ("track", "Unsubscribed"),
    ("page", "Page Viewed"),
    ("identify", "Identified"),
];

#[tokio::test]
async fn the_night_does_what_the_rules_say_once_and_leaves_a_receipt() {
    for store in testkit::stores(&tables()).await {
        let events: Vec<Stored> = (0..20).map(|n| stored(n, 1, "track", "Product Viewed", 25 + n as i64)).collect();
        let world = World::new(store, events);
        let at_once = world.retention.begin_run(SHOP, Cause::Person).await;
        assert!(matches!(at_once, Err(RetentionError::NothingToDo(_))), "{at_once:?}");
        world.follow(of_event("Product Viewed", 30)).await;
        assert_eq!(world.retention.begin_nightly().await.unwrap(), 0, "it was not on last night");
        let overview = world.retention.overview(SHOP).await.unwrap();
        assert_eq!((overview.events, overview.rules_on, overview.running.is_none()), (20, 1, true));
        let night = overview.next_run_at.unwrap();
        world.clock.set(night.plus_ms(60_000));
        world.history.unsettled.store(false, Ordering::SeqCst);
        assert_eq!(world.retention.begin_nightly().await.unwrap(), 1);
        assert_eq!(world.retention.begin_nightly().await.unwrap(), 0, "it waits already");
        assert_eq!(world.retention.work().await.unwrap(), 1);
        assert_eq!(world.retention.begin_nightly().await.unwrap(), 0, "once a night");
        let receipt = world.retention.overview(SHOP).await.unwrap().last_run.unwrap();
        let done = (receipt.cause, receipt.state, receipt.events, receipt.deleted, receipt.anonymised);
        assert_eq!(done, (Cause::Schedule, RunState::Done, 15, 15, 0));
        assert_eq!(world.told(receipt.id).await, ["schedule done 15 0"], "{}", world.store.name);
        let cutoff = receipt.rules[0].cutoff.unwrap();
        assert_eq!(cutoff.ms() % DAY_MS, 0, "whole days");
        assert!(world.history.left().iter().all(|event| cutoff <= event.at));
        let listed = world.retention.runs(SHOP, Some(Mode::Run), &base::PageRequest::default()).await.unwrap();
        assert_eq!(listed.items, [receipt]);
        world.clock.set(night.plus_ms(31 * DAY_MS));
        world.retention.begin_nightly().await.unwrap();
        world.retention.work().await.unwrap();
        assert!(world.history.left().is_empty());
        let dry = world.retention.runs(SHOP, Some(Mode::DryRun), &base::PageRequest::default()).await.unwrap();
        assert!(dry.items.is_empty(), "old dry runs are forgotten, receipts stay");
    }
}

#[tokio::test]
async fn what_orders_need_stays_when_the_attribution_window_grows() {
    for store in testkit::stores(&tables()).await {
        let events: Vec<Stored> = (0..30).map(|n| stored(n, 1, "track", "Order Completed", n as i64)).collect();
        let world = World::new(store, events);
        let rule = world.follow(of_event("Order Completed", 10)).await;
        world.facts.days.store(20, Ordering::SeqCst);
        let warnings = world.retention.warnings(SHOP, &rule.draft).await;
        let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
        assert_eq!(codes, ["orders_stay", "counters_stay", "kept_for_orders"]);
        world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        world.retention.work().await.unwrap();
        assert_eq!(world.history.left().len(), 21, "20 days and the moment itself");
    }
}

#[tokio::test]
async fn a_run_that_fails_says_so_and_the_next_one_does_the_rest() {
    for store in testkit::stores(&tables()).await {
        let events: Vec<Stored> = (0..20).map(|n| stored(n, 1, "track", "Product Viewed", 40)).collect();
        let world = World::new(store, events);
        world.follow(of_event("Product Viewed", 30)).await;
        world.history.dies_after.store(4, Ordering::SeqCst);
        let first = world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        world.retention.work().await.unwrap();
        let first = world.get(first.id).await;
        assert_eq!((first.state, first.events, first.deleted), (RunState::Failed, 20, 8), "{first:?}");
        assert!(first.failure.is_some() && first.finished_at.is_some());
        assert_eq!(world.told(first.id).await, ["person failed 8 0"]);
        assert_eq!(world.history.left().len(), 12);
        let second = world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        world.retention.work().await.unwrap();
        assert_eq!(world.get(second.id).await.deleted, 12);
        assert!(world.history.left().is_empty());
    }
}

#[tokio::test]
async fn a_run_that_waits_does_nothing_that_a_rule_no_longer_says() {
    for store in testkit::stores(&tables()).await {
        let events: Vec<Stored> = (0..20).map(|n| stored(n, 1, "track", "Product Viewed", 40)).collect();
        let world = World::new(store, events);
        let rule = world.follow(of_event("Product Viewed", 30)).await;
        let run = world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        world.retention.disable(SHOP, rule.id).await.unwrap();
        world.retention.work().await.unwrap();
        let run = world.get(run.id).await;
        assert_eq!((run.state, run.deleted), (RunState::Failed, 0), "{}", world.store.name);
        assert!(run.failure.is_some_and(|why| why.contains("switched off")));
        assert_eq!(world.history.left().len(), 20);
    }
}

#[tokio::test]
async fn a_run_ends_when_it_is_written_down_and_then_once() {
    for store in testkit::stores(&tables()).await {
        let events: Vec<Stored> = (0..6).map(|n| stored(n, 1, "track", "Product Viewed", 40)).collect();
        let mut world = World::new(store, events);
        world.follow(of_event("Product Viewed", 30)).await;
        world.notebook.refusals.store(2, Ordering::SeqCst);
        let run = world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        for _ in 0..2 {
            assert!(world.retention.work().await.is_err(), "nobody would know");
            assert_eq!(world.get(run.id).await.state, RunState::Running, "it is taken up again");
            assert!(world.told(run.id).await.is_empty(), "{}", world.store.name);
            world.restart();
        }
        assert_eq!(world.retention.work().await.unwrap(), 1);
        assert_eq!((world.get(run.id).await.state, world.get(run.id).await.deleted), (RunState::Done, 6));
        assert_eq!(world.told(run.id).await, ["person done 6 0"], "{}", world.store.name);
        // Somebody who still held the run as it was at work has come too late.
        let mut late = crate::store::run(&world.store.db, SHOP, run.id).await.unwrap().unwrap();
        late.deleted = 99;
        let mut tx = world.store.db.begin().await.unwrap();
        assert!(!crate::store::end_run(&mut tx, &late).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(world.get(run.id).await.deleted, 6);
    }
}

/// What stays, worked out rule by rule for each event.
fn expected(events: &[Stored], rules: &[Draft]) -> (Vec<Stored>, u64, u64) {
    let (mut left, mut deleted, mut anonymised) = (Vec::new(), 0, 0);
    for event in events {
        let named =
            |what: What, name: &str| rules.iter().find(|rule| rule.target.what == what && rule.target.name == name);
        let rule = named(What::Event, event.name)
            .or_else(|| named(What::Kind, event.kind))
            .or_else(|| named(What::EverythingElse, ""));
        let old = rule.and_then(|rule| rule.keep).is_some_and(|keep| event.at < keep.cutoff(testkit::NOW));
        match rule.map(|rule| rule.action) {
            Some(action) if old && event.name != "Unsubscribed" => match action {
                Action::Delete => deleted += 1,
                Action::Anonymise => {
                    anonymised += 1;
                    left.push(Stored { profile: ProfileId::new(0), ..event.clone() });
                }
            },
            _ => left.push(event.clone()),
        }
    }
    (left, deleted, anonymised)
}

type Scene = (Vec<Stored>, Vec<Draft>, Vec<i64>);

fn scenes() -> impl Strategy<Value = Scene> {
    let event = (1..5u32, 0..NAMES.len(), 0..60i64);
    let events = prop::collection::vec(event, 1..40).prop_map(|events| {
        let made = events.into_iter().enumerate();
        made.map(|(n, (profile, name, days))| stored(n, profile, NAMES[name].0, NAMES[name].1, days))
            .collect::<Vec<Stored>>()
    });
    let action = prop_oneof![Just(Action::Delete), Just(Action::Anonymise)];
    let rule = prop::option::of((prop::option::of(8..70u32), action));
    let targets = [
        (What::Event, "Product Viewed"),
        (What::Event, "Identified"),
        (What::Kind, "track"),
        (What::Kind, "page"),
        (What::EverythingElse, ""),
    ];
    let rules = prop::array::uniform5(rule).prop_map(move |rules| {
        let made = targets.into_iter().zip(rules).filter_map(|((what, name), rule)| {
            let (days, action) = rule?;
            Some(draft(what, name, days, action))
        });
        made.collect::<Vec<Draft>>()
    });
    (events, rules, prop::collection::vec(0..12i64, 0..4))
}

/// Rules switched on, a run that dies and starts again as often as the scene says.
async fn play((events, rules, deaths): Scene) {
    let mut world = World::new(testkit::sqlite(&tables()).await, events.clone());
    for rule in &rules {
        match rule.keep {
            None => {
                let rule = world.write(rule.clone()).await;
                world.retention.enable(SHOP, rule.id, None).await.unwrap();
            }
            Some(_) => drop(world.follow(rule.clone()).await),
        }
    }
    let (left, deleted, anonymised) = expected(&events, &rules);
    let Ok(run) = world.retention.begin_run(SHOP, Cause::Person).await else {
        assert_eq!(left, events, "nothing to do");
        return;
    };
    for death in deaths {
        world.history.dies_after.store(death, Ordering::SeqCst);
        // The future is dropped in the middle of the work, as when the process ends: nothing more is written.
        let (retention, history) = (world.retention.clone(), world.history.clone());
        let working = tokio::spawn(async move { retention.work().await });
        let killed = async {
            while 0 <= history.dies_after.load(Ordering::SeqCst) && !working.is_finished() {
                tokio::task::yield_now().await;
            }
        };
        killed.await;
        working.abort();
        drop(working.await);
        // A statement that was under way has come to its end before anybody else writes, as with a process that is gone.
        world.store.db.begin().await.unwrap().rollback().await.unwrap();
        world.history.dies_after.store(-1, Ordering::SeqCst);
        world.restart();
    }
    world.retention.work().await.unwrap();
    let mut receipt = world.get(run.id).await;
    let told = format!("person {} {} {}", receipt.state.name(), receipt.deleted, receipt.anonymised);
    assert_eq!(world.told(run.id).await, [told], "once, and as the receipt says");
    let (mut sum_deleted, mut sum_anonymised) = (receipt.deleted, receipt.anonymised);
    if receipt.state == RunState::Failed {
        let rest = world.retention.begin_run(SHOP, Cause::Person).await.unwrap();
        world.retention.work().await.unwrap();
        receipt = world.get(rest.id).await;
        sum_deleted += receipt.deleted;
        sum_anonymised += receipt.anonymised;
    }
    assert_eq!(receipt.state, RunState::Done, "{receipt:?}");
    assert_eq!(world.history.left(), left);
    assert_eq!((sum_deleted, sum_anonymised), (deleted, anonymised), "the receipts count every event once");
}

#[test]
fn whatever_the_rules_and_wherever_it_dies_what_should_remain_remains_and_the_receipts_are_exact() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 40, ..Config::default() });
    let played = runner.run(&scenes(), |scene| {
        runtime.block_on(play(scene));
        Ok(())
    });
    played.unwrap();
}

//! Random histories, with merges, splits, late events and definitions made along the way, beside a recount from all
//! events that knows nothing of states.

use super::world::{World, happened};
use crate::AGGREGATES;
use base::{Json, ProfileId, Timestamp};
use events::Event;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use testkit::NOW;

const PEOPLE: u32 = 4;
const HOUR_MS: i64 = 3_600_000;
const WINDOW_MS: i64 = 5 * 24 * HOUR_MS;

#[derive(Debug, Clone)]
enum Step {
    /// Who, hours from the beginning, which value.
    Event(u32, i64, u8),
    Merge(u32, u32),
    Split(u32),
    Define,
    Fill,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (1..=PEOPLE, -100i64..200, 0u8..4).prop_map(|(who, hour, value)| Step::Event(who, hour, value)),
        1 => (1..=PEOPLE, 1..=PEOPLE).prop_map(|(from, into)| Step::Merge(from, into)),
        1 => (1..=PEOPLE).prop_map(Step::Split),
        1 => Just(Step::Define),
        1 => Just(Step::Fill),
        1 => (0i64..90).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..30)
}

/// One definition per aggregate, over all time and over a rolling window.
fn definitions() -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for aggregate in AGGREGATES {
        for rolling in [false, true] {
            let property = (aggregate.property() != crate::PropertyUse::No).then_some("value");
            let window = rolling.then(|| json!({ "last": { "amount": 5, "unit": "day" } }));
            let name = format!("{}_{}", aggregate.name(), if rolling { "5d" } else { "ever" });
            let event = json!({ "name": "Thing Done", "window": window });
            all.push((name, json!({ "aggregate": aggregate.name(), "property": property, "event": event })));
        }
    }
    all
}

/// The plain recount.
fn recount(aggregate: &str, rolling: bool, events: &[Arc<Event>], now: Timestamp) -> Json {
    let mut selected: Vec<(i64, Json)> = events
        .iter()
        .filter(|event| event.kind == events::EventKind::Track)
        .map(|event| (event.at.ms(), event.properties.map()["value"].clone()))
        .filter(|(at, _)| !rolling || (now.ms() - WINDOW_MS <= *at && *at <= now.ms()))
        .collect();
    selected.sort_by_key(|(at, value)| (*at, value.to_string()));
    let numbers: Vec<f64> = selected.iter().filter_map(|(_, value)| value.as_f64()).collect();
    let number = |number: f64| predicate::Scalar::Number((number * 1e6).round() / 1e6).to_json();
    match aggregate {
        "count" if selected.is_empty() => Json::Null,
        "sum" if numbers.is_empty() => Json::Null,
        "count" => json!(selected.len()),
        "sum" => number(numbers.iter().sum()),
        "average" if numbers.is_empty() => Json::Null,
        "average" => number(numbers.iter().sum::<f64>() / numbers.len() as f64),
        "min" => numbers.iter().copied().reduce(f64::min).map_or(Json::Null, number),
        "max" => numbers.iter().copied().reduce(f64::max).map_or(Json::Null, number),
        "first" => selected.first().map_or(Json::Null, |(_, value)| value.clone()),
        "last" => selected.last().map_or(Json::Null, |(_, value)| value.clone()),
        "days_since" => selected.last().map_or(Json::Null, |(at, _)| json!((now.ms() - at).max(0) / (24 * HOUR_MS))),
        "most_frequent" | "unique_list" => {
            let mut seen: BTreeMap<String, (u32, i64)> = BTreeMap::new();
            for (at, value) in &selected {
                let own = seen.entry(value.to_string()).or_insert((0, i64::MIN));
                *own = (own.0 + 1, own.1.max(*at));
            }
            let mut all: Vec<_> = seen.into_iter().collect();
            if aggregate == "most_frequent" {
                all.sort_by_key(|(text, seen)| (seen.0, seen.1, text.clone()));
                return all.last().map_or(Json::Null, |(text, _)| serde_json::from_str(text).unwrap());
            }
            all.sort_by_key(|(text, seen)| (std::cmp::Reverse(seen.1), text.clone()));
            if all.is_empty() {
                Json::Null
            } else {
                all.iter().map(|(text, _)| serde_json::from_str::<Json>(text).unwrap()).collect()
            }
        }
        other => panic!("the recount does not know {other}"),
    }
}

async fn play(steps: Vec<Step>) {
    let store = testkit::sqlite(&[events::MIGRATIONS, crate::MIGRATIONS].concat()).await;
    let mut world = World::open(&store).await;
    let mut waiting = definitions();
    let mut made = Vec::new();
    let mut merged: BTreeMap<ProfileId, ProfileId> = BTreeMap::new();
    let mut alive: BTreeSet<ProfileId> = BTreeSet::new();
    for step in steps {
        match step {
            Step::Event(who, hour, value) => {
                let mut profile = ProfileId::new(who);
                while let Some(into) = merged.get(&profile) {
                    profile = *into;
                }
                alive.insert(profile);
                let value = match value {
                    0 => json!("red"),
                    number => json!(f64::from(number) * 11.0 / 10.0),
                };
                let at = NOW.plus_ms(hour * HOUR_MS);
                world.batch(&[happened(profile, "Thing Done", at, json!({ "value": value }))]).await;
            }
            Step::Merge(from, into) => {
                let (from, into) = (ProfileId::new(from), ProfileId::new(into));
                if from != into && alive.contains(&from) && alive.contains(&into) {
                    world.merge(from, into).await;
                    alive.remove(&from);
                    merged.insert(from, into);
                }
            }
            Step::Split(who) => {
                let who = ProfileId::new(who);
                if let Some(from) = merged.remove(&who) {
                    let mut from = from;
                    while let Some(into) = merged.get(&from) {
                        from = *into;
                    }
                    // Only a leaf: what was merged into it stays with it otherwise.
                    if !merged.values().any(|into| *into == who) {
                        world.split(from, who).await;
                        alive.insert(who);
                    } else {
                        merged.insert(who, from);
                    }
                }
            }
            Step::Define => {
                for (name, definition) in waiting.drain(..waiting.len().min(7)) {
                    world.define(&name, definition).await;
                    made.push(name);
                }
            }
            Step::Fill => world.work().await,
            Step::Wait(hours) => world.wait_ms(hours * HOUR_MS).await,
        }
    }
    world.work().await;
    world.wait_ms(0).await;
    for profile in alive {
        let events = world.rooms.events(profile);
        for name in &made {
            let (aggregate, window) = name.rsplit_once('_').unwrap();
            let expected = recount(aggregate, window == "5d", &events, world.now());
            let is = world.value(profile, name);
            // Whoever left a window counts 0 of it; whoever was never in it has nothing.
            let same = is == expected || (matches!(aggregate, "count" | "sum") && expected.is_null() && is == json!(0));
            assert!(same, "{profile} {name}: {is}, recounted {expected}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn values_are_those_of_a_recount(steps in steps()) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(play(steps));
    }
}

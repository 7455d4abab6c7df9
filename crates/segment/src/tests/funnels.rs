//! Sequences beside ClickHouse's `windowFunnel` (public cases, `../shared/data/funnel-cases-clickhouse`).
//!
//! Of its modes ours is the default with `strict_once`: an event is one step. Its `strict_order` looks at every event that
//! happened, ours at those that are steps; the other strict modes and re-entry have no counterpart in a segment.

use super::*;

use predicate::{JsonEvent, JsonFacts};
use serde_json::json;
use std::collections::BTreeMap;

/// One event fills three steps there, as one event may be several steps by default.
const EXCEPT: &str = "one event may fill repeated steps by default";

fn furthest(steps: &[Json], within: i64, facts: &JsonFacts) -> usize {
    let named: Vec<Json> = steps.iter().map(|name| json!({ "name": name })).collect();
    // Times are counted in minutes here: the unit of the cases is their own.
    let reached = |count: &usize| {
        let asked = match *count {
            0 => return true,
            1 => json!({ "event": { "name": steps[0] } }),
            count => {
                json!({ "sequence": { "steps": named[..count], "within": { "amount": within, "unit": "minute" } } })
            }
        };
        condition(asked).matches(facts, NOW)
    };
    (0..=steps.len()).rev().find(reached).unwrap_or(0)
}

#[test]
fn sequences_reach_as_far_as_the_funnels_of_clickhouse() {
    let Some(path) = testkit::shared_data("funnel-cases-clickhouse/cases.json") else { return };
    let cases: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut compared = 0;
    for case in cases["cases"].as_array().unwrap() {
        let modes: Vec<&str> = case["modes"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
        if !modes.iter().all(|mode| *mode == "strict_once") || case["name"] == EXCEPT {
            continue;
        }
        let mut people: BTreeMap<&str, JsonFacts> = BTreeMap::new();
        for event in case["events"].as_array().unwrap() {
            let minutes = event["t"].as_i64().unwrap();
            people.entry(event["user"].as_str().unwrap()).or_default().events.push(JsonEvent {
                name: event["event"].as_str().unwrap().to_owned(),
                at: NOW.plus_ms((minutes - 1_000_000) * 60_000),
                channel: "web".to_owned(),
                properties: Json::Null,
            });
        }
        for (user, expected) in case["expected_max_step"].as_object().unwrap() {
            let steps = case["steps"].as_array().unwrap();
            let found = furthest(steps, case["window"].as_i64().unwrap(), &people[user.as_str()]);
            assert_eq!(found as u64, expected.as_u64().unwrap(), "{} {user}", case["name"]);
        }
        compared += 1;
    }
    assert_eq!(compared, 15);
}

//! Formulas: what they answer, and that they follow what they are made of.

use super::world::{World, each_store, order};
use super::{ANNA, BEN, sum_of_revenue};
use crate::Formula;
use base::{Json, JsonMap};
use serde_json::json;

fn answer(formula: &str) -> Json {
    let traits: JsonMap =
        json!({ "a": 6, "b": "4", "zero": 0, "name": "Anna", "net sales": 2.5, "address": { "no": 7 },
        "joined": "2026-01-01", "left": "2026-03-01T12:00:00Z", "huge": 1e308 })
        .as_object()
        .unwrap()
        .clone();
    Formula::parse(formula).unwrap_or_else(|mistake| panic!("{formula}: {mistake:?}")).value(&traits)
}

#[test]
fn the_usual_order_of_operations_and_every_function() {
    let expected = [
        ("a + b * 2", json!(14)),
        ("(a + b) * 2", json!(20)),
        ("a - b - 1", json!(1)),
        ("a / b / 2", json!(0.75)),
        ("-a + --b", json!(-2)),
        ("[net sales] × 2", json!(5)),
        ("address.no", json!(7)),
        ("a / 7", json!(0.857143)),
        ("min(a, b)", json!(4)),
        ("max(a, b, 9)", json!(9)),
        ("round(a / 7)", json!(1)),
        ("round(a / 7, 2)", json!(0.86)),
        ("round(a * 411, -3)", json!(2000)),
        ("round(a * 416, -1)", json!(2500)),
        ("round(-a * 416, -2)", json!(-2500)),
        ("round(a * 411, -9)", json!(0)),
        ("floor(-a / 4)", json!(-2)),
        ("ceil(a / 4)", json!(2)),
        ("abs(b - a)", json!(2)),
        ("coalesce(missing, name, b)", json!(4)),
        ("days_between(joined, left)", json!(59)),
        // No answer.
        ("missing + 1", Json::Null),
        ("a / zero", Json::Null),
        ("name * 2", Json::Null),
        ("max(a, missing)", Json::Null),
        ("huge * 10", Json::Null),
    ];
    for (formula, value) in expected {
        assert_eq!(answer(formula), value, "{formula}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_position() {
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    let long = "a+".repeat(2_000);
    for (formula, says) in [
        ("", "at the end"),
        ("a +", "at the end"),
        ("a b", "position 3"),
        ("(a", "\")\" is missing"),
        ("a ; b", "position 3"),
        ("1 + 2", "at least one trait"),
        ("1.2.3 + a", "not a number"),
        ("min()", "min takes"),
        ("abs(a, b)", "abs takes"),
        ("days_between(a, 1)", "two traits"),
        ("[]", "named between"),
        (&deep, "brackets"),
        (&long, "at most"),
    ] {
        let mistake = Formula::parse(formula).expect_err(formula);
        assert!(mistake.detail.contains(says), "{formula}: {}", mistake.detail);
    }
}

#[test]
fn a_formula_that_has_no_answer_for_anybody_is_seen() {
    let is_date = |name: &str| name == "joined";
    for (formula, says) in [
        ("a / 0", Some("divides by zero")),
        ("a + 1 / 0", Some("divides by zero")),
        ("a / (2 - 2)", Some("divides by zero")),
        ("max(a, 1 / 0)", Some("divides by zero")),
        ("coalesce(a / 0, b / 0)", Some("divides by zero")),
        ("-(joined * 2)", Some("joined is a date")),
        ("round(joined)", Some("joined is a date")),
        ("coalesce(a / 0, 7)", None),
        ("coalesce(joined, b)", None),
        ("a / b", None),
        ("a / (b - b)", None),
        ("0 / a", None),
        ("days_between(joined, left)", None),
    ] {
        let never = Formula::parse(formula).unwrap().never_answers(&is_date);
        match says {
            None => assert_eq!(never, None, "{formula}"),
            Some(says) => assert!(never.is_some_and(|why| why.contains(says)), "{formula}"),
        }
    }
}

#[tokio::test]
async fn such_a_formula_is_refused_when_it_is_saved_and_when_it_is_tried() {
    for store in each_store().await {
        let world = World::open(&store).await;
        let last = json!({ "aggregate": "last", "event": { "name": "Order Completed" } });
        world.define("last_order", last).await;
        for formula in ["target / 0", "last_order + 1"] {
            let definition = json!({ "formula": formula });
            for refused in [
                world.try_define("points", definition.clone()).await.map(|_| ()).expect_err(formula),
                world.compute.preview(super::world::HERE, &definition).await.map(|_| ()).expect_err(formula),
            ] {
                let problem = base::Problem::from(refused);
                let first = problem.errors.first().expect("a field");
                assert_eq!(
                    (first.pointer.as_str(), first.code.as_str()),
                    ("/definition/formula", "formula_never_answers")
                );
            }
        }
        world.define("days", json!({ "formula": "days_between(last_order, birthday)" })).await;
    }
}

#[tokio::test]
async fn whoever_is_new_is_asked_like_everybody_else() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 1.0)]).await;
        world.define("points", json!({ "formula": "coalesce(bonus, 7)" })).await;
        world.work().await;
        world.batch(&[order(BEN, 0, 1.0)]).await;
        assert_eq!((world.value(ANNA, "points"), world.value(BEN, "points")), (json!(7), json!(7)), "{}", store.name);
    }
}

#[tokio::test]
async fn a_formula_follows_what_is_said_and_what_is_computed() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.say(ANNA, json!({ "target": 100 })).await;
        world.batch(&[order(ANNA, 0, 25.0), order(BEN, 0, 10.0)]).await;
        world.define("spent", sum_of_revenue()).await;
        world.work().await;
        world.define("share", json!({ "formula": "spent / target" })).await;
        world.work().await;
        assert_eq!(world.value(ANNA, "share"), json!(0.25), "{}", store.name);
        world.batch(&[order(ANNA, 1, 25.0)]).await;
        assert_eq!(world.value(ANNA, "share"), json!(0.5), "{}", store.name);
        world.say(ANNA, json!({ "target": 200 })).await;
        assert_eq!(world.value(ANNA, "share"), json!(0.25), "{}", store.name);
        assert_eq!(world.value(BEN, "share"), Json::Null, "Ben has no target");
        world.merge(BEN, ANNA).await;
        assert_eq!(world.value(ANNA, "share"), json!(0.3), "{}", store.name);
    }
}

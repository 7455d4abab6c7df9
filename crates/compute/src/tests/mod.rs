//! The room on both databases, beside a plain recount.

mod formulas;
mod random;
mod words;
mod world;

use base::{Json, ProfileId};
use serde_json::json;
use world::{World, each_store, happened, order};

const ANNA: ProfileId = ProfileId::new(1);
const BEN: ProfileId = ProfileId::new(2);

fn sum_of_revenue() -> Json {
    json!({ "aggregate": "sum", "property": "revenue", "event": { "name": "Order Completed" } })
}

fn orders_in_days(days: u32) -> Json {
    json!({ "aggregate": "count", "event": { "name": "Order Completed",
        "window": { "last": { "amount": days, "unit": "day" } } } })
}

#[tokio::test]
async fn history_and_what_comes_after_are_added_up_without_a_gap_or_a_double() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0), order(BEN, 0, 5.5)]).await;
        let id = world.define("spent", sum_of_revenue()).await;
        // Arrives after the definition was saved, and before it is filled.
        world.batch(&[order(ANNA, 1, 1.25)]).await;
        world.work().await;
        world.batch(&[order(ANNA, 2, 2.0)]).await;
        assert_eq!(world.value(ANNA, "spent"), json!(13.25), "{}", store.name);
        assert_eq!(world.value(BEN, "spent"), json!(5.5), "{}", store.name);
        let is = world.compute.get(world::HERE, id).await.unwrap();
        assert_eq!((is.status, is.people), (crate::Status::Live, 2), "{}", store.name);
    }
}

#[tokio::test]
async fn a_rolling_window_forgets_when_time_goes_by_and_nothing_happens() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.define("orders_7d", orders_in_days(7)).await;
        world.work().await;
        world.batch(&[order(ANNA, 0, 1.0), order(ANNA, 3, 1.0)]).await;
        world.wait_days(4).await;
        assert_eq!(world.value(ANNA, "orders_7d"), json!(2), "{}", store.name);
        world.wait_days(3).await;
        assert_eq!(world.value(ANNA, "orders_7d"), json!(2), "exactly seven days ago still counts");
        world.wait_ms(1).await;
        assert_eq!(world.value(ANNA, "orders_7d"), json!(1), "{}", store.name);
        world.wait_days(30).await;
        assert_eq!(world.value(ANNA, "orders_7d"), json!(0), "{}", store.name);
    }
}

#[tokio::test]
async fn days_since_grows_by_itself() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.define("silent", json!({ "aggregate": "days_since", "event": { "name": "Order Completed" } })).await;
        world.work().await;
        world.batch(&[order(ANNA, 0, 1.0)]).await;
        assert_eq!(world.value(ANNA, "silent"), json!(0));
        for day in 1..4 {
            world.wait_days(1).await;
            assert_eq!(world.value(ANNA, "silent"), json!(day), "{}", store.name);
        }
        assert_eq!(world.value(BEN, "silent"), Json::Null, "who never bought has no days since");
    }
}

#[tokio::test]
async fn a_batch_that_is_rolled_back_leaves_nothing_and_can_come_again() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.define("spent", sum_of_revenue()).await;
        world.work().await;
        world.rolled_back_batch(&[order(ANNA, 0, 10.0)]).await;
        assert_eq!(world.value(ANNA, "spent"), Json::Null);
        world.batch(&[order(ANNA, 0, 10.0)]).await;
        assert_eq!(world.value(ANNA, "spent"), json!(10), "{}", store.name);
    }
}

#[tokio::test]
async fn another_definition_keeps_the_old_value_until_it_is_filled_and_takes_it_from_who_has_none_by_it() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0), order(BEN, 0, 100.0)]).await;
        let id = world.define("spent", sum_of_revenue()).await;
        world.work().await;
        let large = json!({ "aggregate": "sum", "property": "revenue", "event": { "name": "Order Completed",
            "where": [{ "property": "revenue", "op": "gte", "value": 50 }] } });
        world.change(id, "spent", large).await;
        world.flush().await;
        assert_eq!(world.value(ANNA, "spent"), json!(10), "not filled yet");
        world.work().await;
        assert_eq!(world.value(ANNA, "spent"), Json::Null, "{}", store.name);
        assert_eq!(world.value(BEN, "spent"), json!(100), "{}", store.name);
        assert_eq!(world.rows().await, 1, "only what the new definition keeps is left");
    }
}

#[tokio::test]
async fn a_removed_trait_is_taken_from_everybody_and_its_name_is_free_again() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0), order(BEN, 0, 5.0)]).await;
        let id = world.define("spent", sum_of_revenue()).await;
        world.work().await;
        world.compute.remove(world::HERE, id).await.unwrap();
        world.batch(&[order(ANNA, 1, 7.0)]).await;
        world.work().await;
        assert_eq!((world.value(ANNA, "spent"), world.value(BEN, "spent")), (Json::Null, Json::Null));
        assert_eq!(world.rows().await, 0, "{}", store.name);
        assert!(world.compute.list(world::HERE).await.unwrap().is_empty());
        world.define("spent", sum_of_revenue()).await;
        world.work().await;
        assert_eq!(world.value(ANNA, "spent"), json!(17), "{}", store.name);
    }
}

#[tokio::test]
async fn what_is_used_or_taken_is_refused_by_name() {
    for store in each_store().await {
        let world = World::open(&store).await;
        let code = |error: crate::ComputeError| {
            let problem = base::Problem::from(error);
            let field = problem.errors.first().map(|field| (field.pointer.clone(), field.code.clone()));
            (problem.code, field.unwrap_or_default())
        };
        let refused = [
            ("", sum_of_revenue(), "/name", "name_invalid"),
            ("email", sum_of_revenue(), "/name", "name_reserved"),
            (
                "a",
                json!({ "aggregate": "guess", "event": { "name": "x" } }),
                "/definition/aggregate",
                "aggregate_unknown",
            ),
            ("a", json!({ "aggregate": "sum", "event": { "name": "x" } }), "/definition/property", "property_missing"),
            (
                "a",
                json!({ "aggregate": "count", "property": "p", "event": { "name": "x" } }),
                "/definition/property",
                "property_unwanted",
            ),
            ("a", json!({ "aggregate": "count", "event": {} }), "/definition/event/name", "missing"),
            (
                "a",
                json!({ "aggregate": "count", "event": { "name": "Segment Entered" } }),
                "/definition/event/name",
                "event_own",
            ),
            (
                "a",
                json!({ "aggregate": "count", "event": { "name": "x", "count": {} } }),
                "/definition/event/count",
                "unknown_field",
            ),
            (
                "a",
                json!({ "aggregate": "count", "event": { "name": "x", "where": [
                { "property": "d", "op": "within_last", "value": { "amount": 1, "unit": "day" } }] } }),
                "/definition/event/where/0/op",
                "filter_relative",
            ),
            ("a", json!({ "formula": "1 +" }), "/definition/formula", "formula_invalid"),
            ("a", json!({ "formula": "sqrt(b)" }), "/definition/formula", "formula_unknown_function"),
            ("a", json!({ "formula": "a + 1" }), "/definition/formula", "formula_cycle"),
            ("a", json!({ "formula": "b", "event": {} }), "/definition/event", "unknown_field"),
        ];
        for (name, definition, pointer, field) in refused {
            let error = world.try_define(name, definition.clone()).await.expect_err("refused");
            assert_eq!(code(error).1, (pointer.to_owned(), field.to_owned()), "{definition}");
        }
        let spent = world.define("spent", sum_of_revenue()).await;
        world.define("double", json!({ "formula": "spent * 2" })).await;
        let refused = base::Problem::from(world.compute.remove(world::HERE, spent).await.expect_err("used"));
        assert_eq!((refused.code, refused.users.len()), ("trait_in_use", 1), "{}", store.name);
        assert_eq!((refused.users[0].kind, refused.users[0].name.as_str()), ("computed_trait", "double"));
        assert_eq!(code(world.try_define("spent", sum_of_revenue()).await.expect_err("taken")).1.1, "name_taken");
        let other = base::WorkspaceId::new(2);
        assert!(world.compute.get(other, spent).await.is_err(), "another tenant does not see it");
        assert!(world.compute.remove(other, spent).await.is_err());
    }
}

#[tokio::test]
async fn a_preview_says_what_each_would_have_and_stores_nothing() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0), order(BEN, 0, 5.0), order(ANNA, 1, 1.0)]).await;
        let preview = world.compute.preview(world::HERE, &sum_of_revenue()).await.unwrap();
        let values: Vec<Json> = preview.people.into_iter().map(|(_, _, value)| value).collect();
        assert_eq!(values, [json!(11), json!(5)], "{}", store.name);
        assert_eq!(world.rows().await, 0);
    }
}

#[tokio::test]
async fn a_preview_of_what_few_did_looks_at_those_first() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        let visit = |number| happened(ProfileId::new(number), "Product Viewed", testkit::NOW, json!({}));
        let mut story: Vec<_> = (10..60).map(visit).collect();
        story.push(order(ProfileId::new(77), 0, 8.0));
        world.batch(&story).await;
        let preview = world.compute.preview(world::HERE, &sum_of_revenue()).await.unwrap();
        assert_eq!((preview.did_event, preview.people.len()), (Some(1), 20), "{}", store.name);
        let (first, _, value) = &preview.people[0];
        assert_eq!((*first, value), (ProfileId::new(77), &json!(8)));
        let formula = world.compute.preview(world::HERE, &json!({ "formula": "spent * 2" })).await.unwrap();
        assert_eq!(formula.did_event, None);
    }
}

#[tokio::test]
async fn a_source_that_says_a_trait_of_the_same_name_does_not_take_its_place() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0)]).await;
        world.define("spent", sum_of_revenue()).await;
        world.work().await;
        world.say(ANNA, json!({ "spent": 1_000_000 })).await;
        world.say(BEN, json!({ "spent": 1_000_000 })).await;
        assert_eq!(world.value(ANNA, "spent"), json!(10), "{}", store.name);
        assert_eq!(world.value(BEN, "spent"), Json::Null, "{}", store.name);
    }
}

#[tokio::test]
async fn who_is_erased_while_it_is_filled_is_not_brought_back() {
    for store in each_store().await {
        let mut world = World::open(&store).await;
        world.batch(&[order(ANNA, 0, 10.0), order(BEN, 0, 5.0)]).await;
        world.define("spent", sum_of_revenue()).await;
        world.erase(ANNA);
        world.work().await;
        assert_eq!(world.rows().await, 1, "{}", store.name);
        assert_eq!(world.value(ANNA, "spent"), Json::Null);
    }
}

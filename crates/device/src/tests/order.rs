//! The order of events makes no difference, nor do batches; and a merge that is undone never was.

use super::{ANNA, BERT, EDGE, IPHONE, SHOP, World, event};
use crate::MIGRATIONS;
use crate::known::Device;
use base::ProfileId;
use events::{Event, Merge};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// Times are two hours apart or the same: what is closer than [`crate::SEEN_STEP_MS`] may be told apart or not.
const SLOT_MINUTES: i64 = 120;

fn any_event() -> impl Strategy<Value = (bool, i64, usize, usize, usize)> {
    (any::<bool>(), 0..300_i64, 0..3_usize, 0..4_usize, 0..3_usize)
}

fn context(agent: usize, words: usize) -> Value {
    let agent = match agent {
        0 => EDGE.to_owned(),
        1 => EDGE.replace("131", "132"),
        2 => IPHONE.to_owned(),
        _ => IPHONE.replace("17_5", "18_1"),
    };
    match words {
        0 => json!({ "userAgent": agent }),
        1 => json!({"userAgent": agent, "locale": "nl-NL", "location": {"country": "NL", "city": "Ljouwert"}}),
        _ => json!({"userAgent": agent, "locale": "sv-SE", "timezone": "Europe/Stockholm", "device": {"token": "t"}}),
    }
}

/// Whose it is, and the event.
fn made(number: usize, (is_anna, slot, browser, agent, words): (bool, i64, usize, usize, usize)) -> (ProfileId, Event) {
    let anonymous = format!(
        "{}{browser}",
        if browser == 0 {
            "shared"
        } else if is_anna {
            "a"
        } else {
            "b"
        }
    );
    let mut event = event(slot * SLOT_MINUTES, &anonymous, &context(agent, words));
    event.message_id = format!("m{number}");
    (if is_anna { ANNA } else { BERT }, event)
}

async fn world() -> World {
    World::on(testkit::sqlite(MIGRATIONS).await).await
}

async fn both(world: &World) -> [Vec<Device>; 2] {
    [world.of(ANNA).await, world.of(BERT).await]
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn order_and_batches_make_no_difference(
        events in prop::collection::vec(any_event(), 1..24),
        order in any::<prop::sample::Index>(),
        size in 1..6_usize,
    ) {
        run(async {
            let events: Vec<_> = events.into_iter().enumerate().map(|(number, one)| made(number, one)).collect();
            let at_once = world().await;
            at_once.feed(events.clone(), vec![]).await;
            let mut turned = events.clone();
            turned.rotate_left(order.index(events.len()));
            turned.reverse();
            let in_pieces = world().await;
            for piece in turned.chunks(size) {
                in_pieces.feed(piece.to_vec(), vec![]).await;
            }
            assert_eq!(both(&at_once).await, both(&in_pieces).await);
        });
    }

    #[test]
    fn a_merge_that_is_undone_never_was(
        before in prop::collection::vec(any_event(), 0..12),
        between in prop::collection::vec(any_event(), 0..12),
        after in prop::collection::vec(any_event(), 0..12),
    ) {
        run(async {
            let mut number = 0;
            let mut make = |all: Vec<_>| -> Vec<(ProfileId, Event)> {
                all.into_iter().map(|one| { number += 1; made(number, one) }).collect()
            };
            let (before, between, after) = (make(before), make(between), make(after));
            let never = world().await;
            for part in [&before, &between, &after] {
                never.feed(part.clone(), vec![]).await;
            }
            let undone = world().await;
            undone.feed(before.clone(), vec![]).await;
            let as_one = between.iter().map(|(_, event)| (ANNA, event.clone())).collect();
            undone.feed(as_one, vec![Merge { workspace: SHOP, from: BERT, into: ANNA }]).await;
            assert!(undone.of(BERT).await.is_empty());
            let of = |who: ProfileId| before.iter().chain(&between).filter(move |(profile, _)| *profile == who);
            let side = |who| of(who).map(|(_, event)| Arc::new(event.clone())).collect();
            undone.divide(testkit::split(SHOP, side(ANNA), side(BERT))).await;
            undone.feed(after.clone(), vec![]).await;
            assert_eq!(both(&never).await, both(&undone).await);
        });
    }

    #[test]
    fn merging_either_way_keeps_the_same_devices(events in prop::collection::vec(any_event(), 0..16)) {
        run(async {
            let events: Vec<_> = events.into_iter().enumerate().map(|(number, one)| made(number, one)).collect();
            let (one, two) = (world().await, world().await);
            one.feed(events.clone(), vec![]).await;
            one.feed(vec![], vec![Merge { workspace: SHOP, from: BERT, into: ANNA }]).await;
            two.feed(events.clone(), vec![]).await;
            two.feed(vec![], vec![Merge { workspace: SHOP, from: ANNA, into: BERT }]).await;
            assert_eq!(one.of(ANNA).await, two.of(BERT).await);
            let never_two = world().await;
            never_two.feed(events.into_iter().map(|(_, event)| (ANNA, event)).collect(), vec![]).await;
            assert_eq!(one.of(ANNA).await, never_two.of(ANNA).await);
        });
    }
}

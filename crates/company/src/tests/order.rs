//! The order in which calls arrive makes no difference, and a merge that is undone never was.

use super::*;
use proptest::prelude::*;

/// What somebody says: who, of which company, when, and what.
#[derive(Debug, Clone)]
struct Saying {
    who: u32,
    company: usize,
    second: i64,
    what: usize,
}

fn sayings() -> impl Strategy<Value = Vec<Saying>> {
    let one = (1..4_u32, 0..3_usize, 0..6_i64, 0..7_usize);
    let one = one.prop_map(|(who, company, second, what)| Saying { who, company, second, what });
    prop::collection::vec(one, 1..25)
}

impl Saying {
    fn event(&self, workspace: WorkspaceId, number: usize) -> Event {
        let user = format!("u{}", self.who);
        let company = ["acme", "bolt", "cord"][self.company];
        let traits = match self.what {
            0 => json!({}),
            1 => json!({"name": "One", "domain": "one.nl"}),
            2 => json!({"name": "Two", "plan": null}),
            3 => json!({"left": true}),
            4 => json!({"role": "Buyer", "plan": "gold"}),
            5 => json!({"role": null}),
            _ => json!({"left": true, "role": "Gone"}),
        };
        Event {
            workspace,
            id: base::EventId::of(workspace, &number.to_string()),
            // When it was received is a fact of the event, not of when it is worked on.
            received_at: testkit::NOW.plus_ms(number as i64),
            ..group(self.second, Some(&user), company, traits)
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn calls_in_any_order_and_any_batches_give_the_same(said in sayings(), seed in any::<u64>(), size in 1..6_usize) {
        run(on_every_store(async |world| {
            for (workspace, shuffle) in [(SHOP, false), (OTHER, true)] {
                let event = |(number, one): (usize, &Saying)| (ProfileId::new(one.who), one.event(workspace, number));
                let mut events: Vec<(ProfileId, Event)> = said.iter().enumerate().map(event).collect();
                if shuffle {
                    events.sort_by_key(|(_, event)| (event.id.0 as u64).wrapping_mul(seed | 1));
                }
                for chunk in events.chunks(if shuffle { size } else { 7 }) {
                    world.feed(chunk.to_vec(), vec![]).await;
                }
            }
            assert_eq!(world.state(SHOP).await, world.state(OTHER).await);
        }));
    }

    #[test]
    fn a_merge_that_is_undone_never_was(said in sayings(), at in 0..25_usize) {
        run(on_every_store(async |world| {
            let at = at.min(said.len());
            let events = |workspace| said.iter().enumerate().map(move |(number, one)| (one.who, one.event(workspace, number)));
            // Nobody was ever merged.
            for (who, event) in events(OTHER) {
                world.feed(vec![(ProfileId::new(who), event)], vec![]).await;
            }
            // 2 became 1 after `at` events, and then again 2.
            let mut merges = vec![Merge { workspace: SHOP, from: BERT, into: ANNA }];
            for (number, (who, event)) in events(SHOP).enumerate() {
                let together = number >= at;
                let profile = if together && who == 2 { 1 } else { who };
                let merges = if together { std::mem::take(&mut merges) } else { Vec::new() };
                world.feed(vec![(ProfileId::new(profile), event)], merges).await;
            }
            let of = |wanted: u32| events(SHOP).filter(|(who, _)| *who == wanted).map(|(_, event)| Arc::new(event)).collect();
            world.divide(testkit::split(SHOP, of(1), of(2))).await;
            assert_eq!(world.state(SHOP).await, world.state(OTHER).await);
        }));
    }
}

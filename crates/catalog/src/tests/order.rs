//! The order of a feed does not matter, and what comes twice counts once.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What is stored of every product but its number and times.
async fn state(world: &World) -> BTreeMap<String, (crate::Item, bool, usize)> {
    let mut all = BTreeMap::new();
    for one in world.products(Filter { gone: Gone::Any, ..Filter::default() }).await {
        let history = world.catalog.product(SHOP, one.id).await.expect("there").history.len();
        all.insert(one.item.id.clone(), (one.item, one.gone_at.is_some(), history));
    }
    all
}

async fn fresh() -> World {
    World::over(testkit::sqlite(MIGRATIONS).await).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn two_orders_of_the_same_feeds_end_the_same(
        first in proptest::collection::btree_map(0u32..40, 1u32..9, 1..30),
        second in proptest::collection::btree_map(0u32..40, 1u32..9, 1..30),
        seed in any::<u64>(),
    ) {
        let line = |(id, price): (&u32, &u32)| (format!("P{id}"), price.to_string());
        let lists = [&first, &second].map(|feed| feed.iter().map(line).collect::<Vec<_>>());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (straight, mixed) = (fresh().await, fresh().await);
            for list in &lists {
                let plain: Vec<(&str, &str)> = list.iter().map(|(id, price)| (id.as_str(), price.as_str())).collect();
                let mut shuffled = plain.clone();
                shuffled.sort_by_key(|(id, _)| xxhash_rust::xxh3::xxh3_64_with_seed(id.as_bytes(), seed));
                straight.send(Mode::Whole, true, &table(&plain)).await.expect("taken");
                mixed.send(Mode::Whole, true, &table(&shuffled)).await.expect("taken");
                // The same once more changes nothing.
                let again = mixed.send(Mode::Whole, true, &table(&plain)).await.expect("taken");
                assert_eq!((again.created, again.changed, again.gone), (0, 0, 0));
            }
            assert_eq!(state(&straight).await, state(&mixed).await);
        });
    }
}

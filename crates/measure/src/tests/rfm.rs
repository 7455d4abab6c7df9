//! Boundaries of the count equal those of a plain recount; scores follow from a customer's orders.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const DAY_HOURS: i64 = 24;

fn days_ago(profile: u32, days: i64, id: &str, revenue: f64) -> Line {
    order(profile, -days * DAY_HOURS, id, revenue)
}

/// Five customers, one in each fifth of everything.
fn five() -> Vec<Line> {
    let mut lines = Vec::new();
    for profile in 1..=5u32 {
        for number in 0..profile {
            let days = i64::from(6 - profile) * 10 + i64::from(number);
            lines.push(days_ago(profile, days, &format!("o{profile}-{number}"), 10.0 * f64::from(profile)));
        }
    }
    lines
}

async fn standing(shop: &Shop, profile: u32) -> RfmStanding {
    shop.measures.rfm_of(SHOP, ProfileId::new(profile)).await.unwrap().expect("somebody who ordered")
}

fn scores_of(standing: &RfmStanding) -> (usize, usize, usize) {
    (standing.scores.recency, standing.scores.frequency, standing.scores.monetary)
}

#[tokio::test]
async fn each_fifth_of_the_customers_has_its_score() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&five()).await;
        assert_eq!(shop.measures.rfm_of(SHOP, ProfileId::new(1)).await.unwrap(), None, "nothing is counted yet");
        assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 1);
        assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 0, "nothing changed");
        for profile in 1..=5u32 {
            let score = profile as usize;
            let found = standing(&shop, profile).await;
            assert_eq!(scores_of(&found), (score, score, score), "{} {profile}: {found:?}", store.name);
        }
        let best = standing(&shop, 5).await;
        assert_eq!(
            (best.figures.recency_days, best.figures.frequency, best.figures.monetary_minor),
            (10, 5, 25_000),
            "{}",
            store.name
        );
        assert_eq!(best.boundaries.monetary_minor, [1_000, 4_000, 9_000, 16_000]);
        assert_eq!(
            (best.scores.segment(), standing(&shop, 1).await.scores.segment()),
            (RfmSegment::Champions, RfmSegment::Lost)
        );
        let state = shop.measures.rfm(SHOP).await.unwrap();
        let count = state.count.unwrap();
        assert_eq!((count.customers, count.within_window, count.cells.len()), (5, 5, 25));
        assert_eq!(count.cells.iter().map(|cell| cell.customers).sum::<u64>(), 5);
        assert_eq!(count.cells[4], RfmCell { recency: 5, frequency_monetary: 5, customers: 1 });
        assert_eq!(shop.measures.rfm_of(SHOP, ProfileId::new(77)).await.unwrap(), None);
        assert_eq!(shop.measures.rfm_of(WorkspaceId::new(2), ProfileId::new(5)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn who_has_not_ordered_within_the_window_has_the_lowest_scores_and_moves_no_boundary() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&five()).await;
        shop.measures.refresh_rfm().await.unwrap();
        let before = shop.measures.rfm(SHOP).await.unwrap().count.unwrap();
        shop.play(&[days_ago(9, 365, "out", 9_000.0), days_ago(10, 364, "in", 0.0)]).await;
        shop.measures.refresh_rfm().await.unwrap();
        let found = standing(&shop, 9).await;
        assert_eq!((found.figures.frequency, found.figures.monetary_minor, scores_of(&found)), (0, 0, (1, 1, 1)));
        assert_eq!(standing(&shop, 10).await.figures.frequency, 1, "{}", store.name);
        let after = shop.measures.rfm(SHOP).await.unwrap().count.unwrap();
        assert_eq!((after.customers, after.within_window), (7, 6));
        assert_ne!(before.boundaries, after.boundaries, "the one within counts");
    }
}

#[tokio::test]
async fn what_does_not_count_as_an_order_is_not_scored() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        let sek = json!({ "order_id": "sek", "revenue": 500.0, "currency": "SEK" });
        shop.play(&[
            order(1, -DAY_HOURS, "a", 80.0),
            line(1, -1, "Order Refunded", json!({ "order_id": "a", "refund": 30.0 })),
            line(1, -DAY_HOURS * 2, "Order Completed", sek),
            order(2, -DAY_HOURS, "b", 80.0),
            line(2, -1, "Order Cancelled", json!({ "order_id": "b" })),
        ])
        .await;
        shop.measures.refresh_rfm().await.unwrap();
        let found = standing(&shop, 1).await;
        assert_eq!((found.figures.frequency, found.figures.monetary_minor), (2, 5_000), "{}", store.name);
        assert_eq!(shop.measures.rfm_of(SHOP, ProfileId::new(2)).await.unwrap(), None, "cancelled");
        let mut tx = store.db.begin().await.unwrap();
        shop.measures.erase(&mut tx, SHOP, &[ProfileId::new(1)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shop.measures.rfm_of(SHOP, ProfileId::new(1)).await.unwrap(), None, "erased");
        assert_eq!(shop.measures.set_rfm(SHOP, RfmRule::default()).await.unwrap().count, None, "nobody is left");
    }
}

#[tokio::test]
async fn boundaries_by_hand_hold_until_they_are_taken_back() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&five()).await;
        let by_hand = RfmBoundaries {
            recency_days: [100, 100, 100, 100],
            frequency: [1, 2, 3, 50],
            monetary_minor: [0, 0, 0, 1],
        };
        let rule = RfmRule { window_days: 30, by_hand: Some(by_hand) };
        let state = shop.measures.set_rfm(SHOP, rule).await.unwrap();
        assert_eq!((state.rule, state.due), (rule, false), "{}", store.name);
        assert_eq!(state.count.unwrap().boundaries, by_hand);
        let found = standing(&shop, 5).await;
        assert_eq!((scores_of(&found), found.window_days), ((5, 4, 5), 30));
        assert_eq!(standing(&shop, 1).await.figures.frequency, 0, "50 days ago lies outside 30 days");
        let state = shop.measures.set_rfm(SHOP, RfmRule::default()).await.unwrap();
        assert_eq!(state.count.unwrap().boundaries.frequency, [1, 2, 3, 4]);
    }
}

#[tokio::test]
async fn it_is_counted_again_when_a_tenth_of_the_orders_is_new() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let mut shop = Shop::new(&store.db);
    let many: Vec<Line> = (0..40).map(|number| days_ago(number + 1, 3, &format!("m{number}"), 5.0)).collect();
    shop.play(&many).await;
    assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 1);
    shop.play(&[days_ago(1, 2, "n1", 5.0), days_ago(1, 2, "n2", 5.0), days_ago(1, 2, "n3", 5.0)]).await;
    assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 0, "3 of 40");
    shop.play(&[days_ago(1, 2, "n4", 5.0)]).await;
    assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 1, "4 of 40");
}

#[tokio::test]
async fn a_workspace_that_cannot_be_counted_keeps_no_other_from_it() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&five()).await;
        // One whose settings cannot be read comes before the shop; the count of another is of a newer program.
        let (lost, newer) = (WorkspaceId::new(0), WorkspaceId::new(2));
        let sql = "INSERT INTO measure_daily (workspace_id, day, metric, channel, currency, n, sum_minor)
            SELECT $1, day, metric, channel, currency, n, sum_minor FROM measure_daily WHERE workspace_id = $2";
        store.db.execute(sql, &[lost.into(), SHOP.into()]).await.unwrap();
        let sql = "INSERT INTO measure_rfm (workspace_id, window_days, by_hand, counted, orders, counted_at_ms, due)
            VALUES ($1, 365, '', '{\"cells\":\"none\"}', 0, 0, TRUE)";
        store.db.execute(sql, &[newer.into()]).await.unwrap();
        shop.settings.lose(lost);
        assert_eq!(shop.measures.refresh_rfm().await.unwrap(), 1, "{}", store.name);
        assert!(shop.measures.rfm(SHOP).await.unwrap().count.is_some(), "{}", store.name);
    }
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let shop = Shop::new(&store.db);
    let good = RfmBoundaries { recency_days: [1, 2, 3, 4], frequency: [1, 2, 3, 4], monetary_minor: [1, 2, 3, 4] };
    for (window_days, by_hand, expected) in [
        (0, good, "/window_days"),
        (3_661, good, "/window_days"),
        (30, RfmBoundaries { recency_days: [1, 3, 2, 4], ..good }, "/boundaries/recency_days"),
        (30, RfmBoundaries { frequency: [-1, 2, 3, 4], ..good }, "/boundaries/frequency"),
        (30, RfmBoundaries { monetary_minor: [1, 2, 3, i64::MAX], ..good }, "/boundaries/monetary_minor"),
    ] {
        match shop.measures.set_rfm(SHOP, RfmRule { window_days, by_hand: Some(by_hand) }).await {
            Err(MeasureError::Rfm { pointer, .. }) => assert_eq!(pointer, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

/// Figures of the customers with an order within the window, made by hand.
fn plain(lines: &[(u32, i64, u16)]) -> BTreeMap<u32, (i64, i64, i64)> {
    let mut people: BTreeMap<u32, (i64, i64, i64)> = BTreeMap::new();
    for (profile, days, cents) in lines {
        let one = people.entry(*profile).or_insert((i64::MAX, 0, 0));
        one.0 = one.0.min(*days);
        if *days < RFM_WINDOW_DAYS_DEFAULT {
            one.1 += 1;
            one.2 += i64::from(*cents);
        }
    }
    people
}

/// The smallest value that a fifth, two fifths … do not exceed, by sorting.
fn quintiles(mut values: Vec<i64>) -> Cuts {
    values.sort_unstable();
    [1, 2, 3, 4].map(|fifths| values[(values.len() * fifths).div_ceil(RFM_SCORES) - 1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn boundaries_equal_a_plain_recount(lines in prop::collection::vec((1u32..40, 0i64..500, any::<u16>()), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = testkit::sqlite(MIGRATIONS).await;
            let mut shop = Shop::new(&store.db);
            let story: Vec<Line> = lines
                .iter()
                .enumerate()
                .map(|(number, (profile, days, cents))| days_ago(*profile, *days, &format!("o{number}"), f64::from(*cents) / 100.0))
                .collect();
            shop.play(&story).await;
            shop.measures.refresh_rfm().await.unwrap();
            let people = plain(&lines);
            let within: Vec<&(i64, i64, i64)> = people.values().filter(|one| one.1 > 0).collect();
            let count = shop.measures.rfm(SHOP).await.unwrap().count;
            if within.is_empty() {
                prop_assert_eq!(count, None);
                return Ok(());
            }
            let boundaries = RfmBoundaries {
                recency_days: quintiles(within.iter().map(|one| one.0).collect()),
                frequency: quintiles(within.iter().map(|one| one.1).collect()),
                monetary_minor: quintiles(within.iter().map(|one| one.2).collect()),
            };
            let count = count.unwrap();
            prop_assert_eq!(count.boundaries, boundaries);
            prop_assert_eq!((count.customers, count.within_window), (people.len() as u64, within.len() as u64));
            for (profile, (recency_days, frequency, monetary_minor)) in people {
                let found = shop.measures.rfm_of(SHOP, ProfileId::new(profile)).await.unwrap().unwrap();
                prop_assert_eq!(found.figures, RfmFigures { recency_days, frequency, monetary_minor });
            }
            Ok(())
        })?;
    }
}

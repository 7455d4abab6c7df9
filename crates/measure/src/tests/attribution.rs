//! Who gets the credit.

use super::*;

const CLICKED: &str = "Email Link Clicked";
const OPENED: &str = "Email Opened";

/// Plays the lines; each campaign must have earned what is said.
async fn check(lines: &[Line], expected: &[(&str, (i64, i64))]) {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        for line in lines {
            shop.play(std::slice::from_ref(line)).await;
        }
        for (name, earned) in expected {
            assert_eq!(shop.earned(campaign(name)).await, *earned, "{name} on {}", store.name);
        }
        let attribution = shop.measures.attribution(SHOP, 30).await.unwrap();
        let credited: i64 = attribution.campaigns.iter().map(|item| item.sales.revenue.minor).sum();
        let whole = attribution.unattributed.revenue.minor + credited;
        assert_eq!(whole, shop.sales().await.1, "the parts add up to the whole on {}", store.name);
    }
}

#[tokio::test]
async fn the_last_touch_before_the_order_earns_it() {
    let [a, b] = ["a", "b"].map(campaign);
    check(
        &[touch(1, -9, CLICKED, a), touch(1, -5, OPENED, b), order(1, -1, "o", 80.0)],
        &[("a", (0, 0)), ("b", (1, 8000))],
    )
    .await;
    check(
        &[touch(1, -9, CLICKED, a), order(1, -8, "o", 80.0), touch(1, -5, OPENED, b)],
        &[("a", (1, 8000)), ("b", (0, 0))],
    )
    .await;
    check(&[touch(2, -9, CLICKED, a), order(1, -8, "o", 80.0)], &[("a", (0, 0))]).await;
}

#[tokio::test]
async fn a_touch_that_is_told_late_still_earns_the_order() {
    let a = campaign("a");
    check(&[order(1, -1, "o", 80.0), touch(1, -9, CLICKED, a)], &[("a", (1, 8000))]).await;
}

#[tokio::test]
async fn the_window_is_seven_days_to_the_millisecond() {
    let a = campaign("a");
    check(&[touch(1, -7 * 24, CLICKED, a), order(1, 0, "o", 80.0)], &[("a", (1, 8000))]).await;
    check(&[touch(1, -7 * 24 - 1, CLICKED, a), order(1, 0, "o", 80.0)], &[("a", (0, 0))]).await;
}

#[tokio::test]
async fn machines_tests_and_foreign_claims_earn_nothing() {
    let a = campaign("a");
    let with = |key: &str, value: serde_json::Value| {
        let mut line = touch(1, -2, OPENED, a);
        line.properties[key] = value;
        line
    };
    let buys = order(1, 0, "o", 80.0);
    for touch in [
        with("machine", json!(true)),
        with("actor", json!("machine")),
        with("actor", json!("unknown")),
        with("test", json!(true)),
        Line { ours: false, ..touch(1, -2, CLICKED, a) },
    ] {
        check(&[touch, buys.clone()], &[("a", (0, 0))]).await;
    }
    check(&[with("machine", json!("machine")), buys.clone()], &[("a", (0, 0))]).await;
    check(&[with("machine", json!("unknown")), buys.clone()], &[("a", (0, 0))]).await;
    check(&[with("machine", json!("human")), buys], &[("a", (1, 8000))]).await;
}

#[tokio::test]
async fn a_click_that_turns_out_to_be_a_machines_gives_its_credit_back() {
    let [a, b] = ["a", "b"].map(campaign);
    let mut click = touch(1, -2, CLICKED, b);
    click.id = Some("email_link_clicked:beef".into());
    let took_back = Line { ours: true, ..line(1, 0, "Email Hits Reclassified", json!({"hits": ["beef"]})) };
    let story = [touch(1, -9, CLICKED, a), click, order(1, -1, "o", 80.0)];
    check(&story, &[("a", (0, 0)), ("b", (1, 8000))]).await;
    let story = [&story[..], &[took_back]].concat();
    check(&story, &[("a", (1, 8000)), ("b", (0, 0))]).await;
}

#[tokio::test]
async fn shop_orders_count_beside_online_ones_and_refunds_come_off() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let mut shop = Shop::new(&store.db);
    let spring = campaign("spring");
    shop.play(&[
        touch(1, -20, CLICKED, spring),
        order(1, -10, "web", 80.0),
        order(1, -9, "till", 45.5).on(Channel::Shop),
        order(1, -8, "call", 20.0).on(Channel::Phone),
        line(1, -1, "Order Refunded", json!({"order_id": "till", "total": 5.5})),
    ])
    .await;
    let earned = shop.measures.conversions(SHOP, spring).await.unwrap();
    let cents = |tally: Tally| (tally.orders, tally.revenue.minor);
    assert_eq!(
        [earned.total, earned.online, earned.shop, earned.phone].map(cents),
        [(3, 14_000), (1, 8000), (1, 4000), (1, 2000)]
    );
    let series = shop.measures.conversion_series(SHOP, spring, HOUR_MS).await.unwrap();
    assert_eq!(series, [(at(-10), 1), (at(-9), 1), (at(-8), 1)]);
}

#[tokio::test]
async fn a_merge_brings_the_touch_to_the_order() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        let a = campaign("a");
        shop.play(&[touch(1, -9, CLICKED, a), order(2, -1, "o", 80.0)]).await;
        assert_eq!(shop.earned(a).await, (0, 0));
        shop.merge(2, 1).await;
        assert_eq!(shop.earned(a).await, (1, 8000), "{}", store.name);
        let orders = shop.measures.orders_of(SHOP, ProfileId::new(1)).await.unwrap();
        assert_eq!(orders.first().and_then(|order| order.campaign), Some(a));
    }
}

#[tokio::test]
async fn a_chain_of_merges_in_one_batch_ends_at_its_end() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&[order(1, -1, "o", 80.0), order(2, -1, "p", 10.0)]).await;
        let batch = shop.batch(&[], &[(1, 2), (2, 3)]);
        shop.apply(&batch).await;
        assert_eq!(shop.measures.orders_of(SHOP, ProfileId::new(3)).await.unwrap().len(), 2, "{}", store.name);
    }
}

#[tokio::test]
async fn a_new_rule_credits_all_orders_anew() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        let [a, b] = ["a", "b"].map(campaign);
        for index in 0..700 {
            let buyer = 10 + index;
            shop.play(&[
                touch(buyer, -9, CLICKED, a),
                touch(buyer, -5, OPENED, b),
                order(buyer, -1, &format!("o{index}"), 1.0),
            ])
            .await;
        }
        assert_eq!((shop.earned(a).await.0, shop.earned(b).await.0), (0, 700));
        shop.settings.0.lock().attribution.touch = TouchRule::Click;
        shop.measures.recompute_attribution(SHOP).await.unwrap();
        assert_eq!((shop.earned(a).await.0, shop.earned(b).await.0), (700, 0), "{}", store.name);
        shop.settings.0.lock().attribution.window_days = 0;
        assert!(shop.measures.recompute_attribution(SHOP).await.is_err());
        shop.settings.0.lock().attribution = AttributionRule { window_days: 1, touch: TouchRule::OpenOrClick };
        shop.measures.resume_recomputations().await.unwrap();
        assert_eq!((shop.earned(a).await.0, shop.earned(b).await.0), (0, 700), "{}", store.name);
    }
}

#[tokio::test]
async fn a_merge_that_is_undone_gives_orders_touches_and_credit_back() {
    let [a, b] = ["a", "b"].map(campaign);
    let named = |number: usize, line: Line| Line { id: Some(format!("m-{number}")), ..line };
    let story = [
        touch(1, -9, CLICKED, a),
        order(1, -8, "one", 80.0),
        touch(2, -7, OPENED, b),
        order(2, -6, "two", 20.0),
        line(2, -5, "Order Refunded", json!({ "order_id": "two", "refund": 5.0 })),
        line(2, -4, "Order Completed", json!({ "order_id": "bad", "revenue": "much" })),
        order(1, -3, "three", 10.0),
        order(2, -2, "four", 7.5),
    ];
    let story: Vec<Line> = story.into_iter().enumerate().map(|(number, line)| named(number, line)).collect();
    for merged_at in 0..story.len() {
        let mut dumps = Vec::new();
        for joins in [false, true] {
            for store in testkit::stores(MIGRATIONS).await {
                let mut shop = Shop::new(&store.db);
                for (number, line) in story.iter().enumerate() {
                    if joins && number == merged_at {
                        shop.merge(2, 1).await;
                    }
                    let profile = if joins && merged_at <= number { 1 } else { line.profile };
                    shop.play(&[Line { profile, ..line.clone() }]).await;
                }
                if joins {
                    let of = |profile: u32| {
                        let theirs = story.iter().filter(|line| line.profile == profile);
                        theirs.map(|line| Arc::new(line.event(line.id.clone().unwrap(), SHOP))).collect()
                    };
                    let mut batch = shop.batch(&[], &[]);
                    batch.splits.push(testkit::split(SHOP, of(1), of(2)));
                    shop.apply(&batch).await;
                }
                dumps.push(shop.dump().await);
            }
        }
        assert!(dumps.iter().all(|dump| *dump == dumps[0]), "merged at {merged_at}: {dumps:#?}");
    }
}

//! What an order is worth, whatever order its events come in.

use super::*;

/// Plays `lines` one batch each and then all in one batch on a fresh store: (orders, cents) must agree.
async fn check(lines: &[Line], expected: (i64, i64)) {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        for line in lines {
            shop.play(std::slice::from_ref(line)).await;
        }
        assert_eq!(shop.sales().await, expected, "{} one by one", store.name);
    }
    let store = testkit::sqlite(MIGRATIONS).await;
    let mut shop = Shop::new(&store.db);
    shop.play(lines).await;
    assert_eq!(shop.sales().await, expected, "in one batch");
}

#[tokio::test]
async fn an_order_is_worth_its_revenue_or_the_sum_of_its_products() {
    check(&[order(1, 0, "a", 12.99)], (1, 1299)).await;
    check(&[line(1, 0, "Order Completed", json!({"order_id": 7, "total": "89.5"}))], (1, 8950)).await;
    let products =
        json!({"order_id": "p", "products": [{"price": 40, "quantity": 2}, {"price": "9.95"}, {"name": "bag"}]});
    check(&[line(1, 0, "Order Completed", products)], (1, 8995)).await;
    check(&[line(1, 0, "Order Completed", json!({}))], (1, 0)).await;
}

#[tokio::test]
async fn the_same_order_from_two_sources_counts_once_and_the_first_wins() {
    check(&[order(1, 0, "a", 50.0), order(1, 1, "a", 55.0), order(1, 2, "b", 10.0)], (2, 6000)).await;
}

#[tokio::test]
async fn refunds_are_taken_off_up_to_the_revenue_in_any_order_of_arrival() {
    let refund = |hours, amount: f64| line(1, hours, "Order Refunded", json!({"order_id": "a", "total": amount}));
    check(&[order(1, 0, "a", 50.0), refund(1, 20.0)], (1, 3000)).await;
    check(&[refund(1, 20.0), order(1, 0, "a", 50.0)], (1, 3000)).await;
    check(&[order(1, 0, "a", 50.0), refund(1, 30.0), refund(2, 30.0)], (1, 0)).await;
    check(&[order(1, 0, "a", 50.0), refund(1, -20.0)], (1, 3000)).await;
    check(&[refund(1, 20.0)], (0, -2000)).await;
    let all = line(1, 1, "Order Refunded", json!({"order_id": "a"}));
    check(&[order(1, 0, "a", 50.0), all.clone()], (1, 0)).await;
    check(&[all.clone(), order(1, 0, "a", 50.0)], (1, 0)).await;
    check(&[all], (0, 0)).await;
}

#[tokio::test]
async fn an_order_may_be_changed_and_cancelled() {
    let update = line(1, 1, "Order Updated", json!({"order_id": "a", "revenue": 70.0}));
    check(&[order(1, 0, "a", 50.0), update.clone()], (1, 7000)).await;
    check(&[update], (1, 7000)).await;
    let cancel = line(1, 1, "Order Cancelled", json!({"order_id": "a"}));
    check(&[order(1, 0, "a", 50.0), cancel.clone()], (0, 0)).await;
    check(&[cancel, order(1, 0, "a", 50.0)], (0, 0)).await;
}

#[tokio::test]
async fn other_currencies_stand_beside_the_workspaces_own() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let mut shop = Shop::new(&store.db);
    let krona = json!({"order_id": "s", "revenue": 899, "currency": "sek"});
    shop.play(&[order(1, 0, "a", 50.0), line(2, 0, "Order Completed", krona)]).await;
    let home = shop.measures.home(SHOP, 7).await.unwrap();
    assert_eq!(home.totals.sales, Tally { orders: 1, revenue: Money::new(5000, Currency::EUR) });
    assert_eq!(home.totals.other_currencies, [Tally { orders: 1, revenue: Money::new(89_900, Currency::SEK) }]);
}

#[tokio::test]
async fn a_batch_that_comes_again_changes_nothing() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        let spring = campaign("spring");
        let batch = shop.batch(
            &[
                line(1, -3, "Signed Up", json!({})),
                touch(1, -2, "Email Link Clicked", spring),
                order(1, 0, "a", 50.0),
                order(1, 0, "a", 50.0),
                line(1, 1, "Order Refunded", json!({"order_id": "a", "total": 5})),
            ],
            &[(9, 1)],
        );
        shop.apply(&batch).await;
        let before = shop.dump().await;
        shop.apply(&batch).await;
        assert_eq!(shop.dump().await, before, "{}", store.name);
        assert_eq!(shop.earned(spring).await, (1, 4500), "{}", store.name);
    }
}

#[tokio::test]
async fn an_erased_person_leaves_the_sums_but_no_trace() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&[touch(4, -1, "Email Opened", campaign("c")), order(4, 0, "a", 50.0)]).await;
        let erased = Line { ours: true, ..line(4, 1, "Profile Erased", json!({})) };
        shop.play(&[erased]).await;
        assert_eq!(shop.sales().await, (1, 5000));
        assert_eq!(shop.earned(campaign("c")).await, (1, 5000));
        assert!(shop.measures.orders_of(SHOP, ProfileId::new(4)).await.unwrap().is_empty());
        assert!(shop.measures.touches_of(SHOP, ProfileId::new(4)).await.unwrap().is_empty());
        assert!(!shop.dump().await.iter().any(|row| row.contains("msg-4")), "{}", store.name);
    }
}

async fn refused(shop: &Shop, limit: u32) -> RefusedOrders {
    let page = PageRequest { limit: Some(limit), cursor: None };
    shop.measures.refused_orders(SHOP, &page).await.unwrap().expect("no cursor")
}

#[tokio::test]
async fn an_event_whose_money_cannot_be_used_is_no_order_and_is_shown_with_its_reason() {
    let table = [
        (json!({"order_id": "r", "revenue": "abc"}), "amount_invalid", "revenue: \"abc\""),
        (json!({"order_id": "r", "total": []}), "amount_invalid", "total: []"),
        (json!({"order_id": "r", "value": "NaN"}), "amount_invalid", "value: \"NaN\""),
        (json!({"order_id": "r", "revenue": 1e30}), "amount_out_of_range", "revenue: 1e+30"),
        (json!({"order_id": "r", "revenue": "inf"}), "amount_out_of_range", "revenue: \"inf\""),
        (json!({"order_id": "r", "products": [{"price": "?"}]}), "amount_invalid", "price: \"?\""),
        (
            json!({"order_id": "r", "products": [{"price": 2, "quantity": "two"}]}),
            "amount_invalid",
            "quantity: \"two\"",
        ),
        (json!({"order_id": "r", "revenue": 5, "currency": "EUX"}), "currency_unknown", "currency: \"EUX\""),
        (json!({"order_id": "r", "revenue": 5, "currency": 978}), "currency_unknown", "currency: 978"),
    ];
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        for (index, (properties, reason, said)) in table.iter().enumerate() {
            shop.play(&[line(1, index as i64, "Order Completed", properties.clone())]).await;
            let refused = refused(&shop, 1).await;
            assert_eq!(refused.total, index as i64 + 1, "{properties}");
            let last = &refused.latest.items[0];
            assert_eq!((last.reason.as_str(), last.order_id.as_str()), (*reason, "r"), "{properties}");
            assert!(last.said == *said || last.said == "revenue: 1e30", "{}", last.said);
        }
        assert_eq!(shop.sales().await, (0, 0), "{}: nothing of it is an order", store.name);
        let refund = json!({"order_id": "r", "total": "all of it"});
        let fine = [order(1, 20, "r", 5.0), line(1, 21, "Order Refunded", refund)];
        shop.play(&fine).await;
        assert_eq!(shop.sales().await, (1, 500), "{}: a refund of no number takes nothing off", store.name);
        assert_eq!(refused(&shop, 5).await.total, 1, "{}: the order was corrected, its refund was not", store.name);
        let other = json!({"order_id": "r", "refund": 2, "currency": "SEK"});
        shop.play(&[line(1, 22, "Order Refunded", other)]).await;
        let found = refused(&shop, 1).await;
        assert_eq!(found.latest.items[0].reason, "currency_differs");
        assert_eq!(found.by_reason, [("amount_invalid".to_owned(), 1), ("currency_differs".to_owned(), 1)]);
        let next = PageRequest { limit: Some(1), cursor: found.latest.next_cursor };
        let second = shop.measures.refused_orders(SHOP, &next).await.unwrap().expect("our own cursor").latest;
        assert_eq!((second.items[0].reason.as_str(), second.next_cursor), ("amount_invalid", None));
        let nonsense = PageRequest { limit: None, cursor: Some("nonsense".into()) };
        assert!(shop.measures.refused_orders(SHOP, &nonsense).await.unwrap().is_none());
        let cancelled = json!({"order_id": "r", "revenue": "abc", "currency": "?"});
        shop.play(&[line(1, 23, "Order Cancelled", cancelled)]).await;
        assert_eq!(shop.sales().await, (0, 0), "{}: a cancellation needs no money", store.name);
        let again = json!({"order_id": "q", "revenue": "abc"});
        let both = [
            line(1, 24, "Order Completed", again.clone()),
            order(1, 25, "q", 1.0),
            line(1, 26, "Order Completed", again),
        ];
        shop.play(&both).await;
        let latest = refused(&shop, 9).await.latest.items;
        let of_q: Vec<_> = latest.iter().filter(|order| order.order_id == "q").collect();
        assert_eq!(of_q.len(), 1, "{}: said right, then wrong again", store.name);
    }
}

#[tokio::test]
async fn sums_of_many_people_come_in_one_answer() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        let krona = |id: &str| json!({"order_id": id, "revenue": 100, "currency": "SEK"});
        shop.play(&[
            order(1, 0, "a", 50.0),
            order(1, 1, "b", 20.0),
            line(1, 2, "Order Refunded", json!({"order_id": "b", "total": 5})),
            line(1, 3, "Order Completed", krona("c")),
            line(2, 4, "Order Completed", krona("d")),
            line(2, 5, "Order Cancelled", json!({"order_id": "d"})),
            line(3, 6, "Order Completed", krona("e")),
        ])
        .await;
        let ids: Vec<ProfileId> = (1..=4).map(ProfileId::new).collect();
        let sums = shop.measures.order_sums(SHOP, &ids).await.unwrap();
        assert_eq!(sums.len(), 2, "{}: who bought nothing, or cancelled it, is not in it", store.name);
        let of = |id: u32| sums[&ProfileId::new(id)];
        assert_eq!((of(1).orders, of(1).revenue), (3, Money::new(6500, Currency::EUR)));
        assert_eq!((of(3).orders, of(3).revenue), (1, Money::new(10_000, Currency::SEK)));
    }
}

#[tokio::test]
async fn an_erased_persons_order_number_is_gone_and_a_late_refund_still_counts() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&[order(4, 0, "planted-order", 50.0)]).await;
        shop.play(&[line(4, 0, "Order Completed", json!({"order_id": "planted-bad", "revenue": "planted"}))]).await;
        let erased = Line { ours: true, ..line(4, 1, "Profile Erased", json!({})) };
        shop.play(&[erased]).await;
        assert!(!shop.dump().await.iter().any(|row| row.contains("planted")), "{}", store.name);
        assert_eq!(refused(&shop, 5).await.total, 0);
        let refund = json!({"order_id": "planted-order", "total": 20});
        shop.play(&[line(9, 2, "Order Refunded", refund)]).await;
        assert_eq!(shop.sales().await, (1, 3000), "{}", store.name);
        assert!(!shop.dump().await.iter().any(|row| row.contains("planted")), "{}", store.name);
    }
}

#[tokio::test]
async fn an_order_whose_worth_is_no_amount_is_not_counted_as_one_of_zero() {
    for worth in [json!("abc"), json!(1e30), json!([1]), json!(true)] {
        let told = json!({"order_id": "a", "revenue": worth});
        check(&[line(1, 0, "Order Completed", told.clone())], (0, 0)).await;
        check(&[line(1, 0, "Order Completed", told.clone()), order(1, 1, "a", 20.0)], (1, 2000)).await;
        check(&[order(1, 0, "a", 20.0), line(1, 1, "Order Refunded", told.clone())], (1, 2000)).await;
        check(&[order(1, 0, "a", 20.0), line(1, 1, "Order Cancelled", told)], (0, 0)).await;
    }
    // Nothing said is not something wrong.
    check(&[line(1, 0, "Order Completed", json!({"order_id": "a", "revenue": null, "total": ""}))], (1, 0)).await;
}

//! What the screens are told.

use super::*;

#[tokio::test]
async fn the_home_screen_shows_totals_today_yesterday_and_every_day_of_the_series() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        shop.play(&[
            line(1, -24, "Signed Up", json!({})),
            order(1, -23, "a", 50.0),
            line(2, 0, "Signed Up", json!({})).on(Channel::Shop),
            order(2, 0, "b", 30.0).on(Channel::Shop),
            order(2, -24 * 90, "old", 100.0),
            Line { channel: Channel::System, ours: true, ..line(2, 0, "Segment Entered", json!({})) },
        ])
        .await;
        let home = shop.measures.home(SHOP, 7).await.unwrap();
        assert_eq!((home.totals.events, home.totals.new_customers, home.totals.sales.orders), (5, 2, 3));
        assert_eq!((home.today.sales.revenue.minor, home.today.new_customers), (3000, 1));
        assert_eq!((home.yesterday.sales.revenue.minor, home.yesterday.events), (5000, 2));
        assert_eq!(home.series.len(), 7);
        assert_eq!(home.series[0].day, "2026-11-16");
        assert_eq!(
            home.series[6],
            DayNumbers { day: "2026-11-22".into(), customers: 1, events: 2, orders: 1, revenue_minor: 3000 }
        );
        let channels: Vec<_> =
            home.revenue_by_channel.iter().map(|item| (&*item.channel, item.revenue.minor)).collect();
        assert_eq!(channels, [("web", 5000), ("shop", 3000)], "{}", store.name);
        let revenue = shop.measures.revenue(SHOP, 2).await.unwrap();
        let points: Vec<_> =
            revenue.items.iter().map(|item| (&*item.day, &*item.channel, item.revenue_minor)).collect();
        assert_eq!(points, [("2026-11-21", "web", 5000), ("2026-11-22", "shop", 3000)]);
    }
}

#[tokio::test]
async fn another_workspace_sees_nothing() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let mut shop = Shop::new(&store.db);
    shop.play(&[touch(1, -1, "Email Opened", campaign("a")), order(1, 0, "a", 50.0)]).await;
    let other = WorkspaceId::new(2);
    assert_eq!(shop.measures.home(other, 7).await.unwrap().totals.sales.orders, 0);
    assert_eq!(shop.measures.conversions(other, campaign("a")).await.unwrap().total.orders, 0);
    assert!(shop.measures.orders_of(other, ProfileId::new(1)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_period_that_is_none_or_too_long_is_refused() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let shop = Shop::new(&store.db);
    for days in [0, 3_661, u32::MAX] {
        let refused = |error: MeasureError| matches!(error, MeasureError::Period { .. });
        assert!(shop.measures.home(SHOP, days).await.is_err_and(refused), "{days}");
        assert!(shop.measures.revenue(SHOP, days).await.is_err_and(refused), "{days}");
        assert!(shop.measures.attribution(SHOP, days).await.is_err_and(refused), "{days}");
    }
    assert_eq!(shop.measures.home(SHOP, 3_660).await.unwrap().series.len(), 3_660);
}

//! The sums kept step by step equal the sums made anew from the orders.

use super::*;
use proptest::prelude::*;

fn step() -> impl Strategy<Value = Line> {
    let names = prop::sample::select(vec!["Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"]);
    let channels = prop::sample::select(vec![Channel::Web, Channel::Shop, Channel::Phone]);
    let currencies = prop::sample::select(vec!["EUR", "EUR", "EUR", "SEK"]);
    (0u32..4, -200i64..0, names, 0u8..6, prop::option::of(0i64..20_000), channels, currencies).prop_map(
        |(profile, hours, name, order, cents, channel, currency)| {
            let mut properties = json!({ "order_id": format!("o{order}"), "currency": currency });
            if let Some(cents) = cents {
                properties["revenue"] = json!(cents as f64 / 100.0);
            }
            line(profile, hours, name, properties).on(channel)
        },
    )
}

fn daily_orders(dump: &[String]) -> Vec<&String> {
    dump.iter().filter(|row| row.starts_with("measure_daily orders") && !row.ends_with(" 0 0")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_kept_in_batches_equal_sums_made_anew(batches in prop::collection::vec(prop::collection::vec(step(), 0..12), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = testkit::sqlite(MIGRATIONS).await;
            let mut shop = Shop::new(&store.db);
            for lines in &batches {
                shop.play(lines).await;
            }
            let kept = shop.dump().await;
            shop.measures.recount_orders(SHOP).await.unwrap();
            let made = shop.dump().await;
            prop_assert_eq!(daily_orders(&kept), daily_orders(&made));
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_new_time_zone_moves_orders_to_their_day() {
    for store in testkit::stores(MIGRATIONS).await {
        let mut shop = Shop::new(&store.db);
        // Midnight of the 22nd in Amsterdam, noon of the 21st on Midway.
        shop.play(&[order(1, -11, "a", 50.0)]).await;
        shop.settings.0.lock().time_zone = "Pacific/Midway".into();
        shop.measures.recount_orders(SHOP).await.unwrap();
        let revenue = shop.measures.revenue(SHOP, 1).await.unwrap();
        assert_eq!(revenue.items[0].day, "2026-11-21", "{}", store.name);
    }
}

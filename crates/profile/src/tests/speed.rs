//! How fast identity and view are; run by hand: `cargo test --release -p profile speed -- --ignored --nocapture`.

use super::*;
use std::time::Instant;

const EVENTS_PER_BATCH: usize = 10_000;

/// A shop's day: `visitors` browsers, one in four signs in, ten events each, spread over the batches.
fn day(visitors: usize, events: usize) -> impl Iterator<Item = Event> {
    (0..events).map(move |n| {
        let visitor = (n * 7_919) % visitors;
        let event = match n % 20 {
            0 => identify(n as i64 / 100).traits(serde_json::json!({
                "email": format!("klant{visitor}@voorbeeld.nl"), "first_name": "Anna", "last_name": "Visser",
                "city": "Sneek", "country": "NL", "size": 39, "vip": false,
            })),
            1..8 => page(n as i64 / 100),
            _ => track(n as i64 / 100),
        };
        let event = event.anonymous(&format!("0b8a6f3e-5b1c-4c55-9d6e-{visitor:012}"));
        if visitor.is_multiple_of(4) || n % 20 == 0 { event.user(&format!("user-{visitor}")) } else { event }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, not a check"]
async fn events_per_second_through_identity_and_view() {
    let world = World::on(testkit::sqlite(MIGRATIONS).await);
    for (visitors, events) in [(20_000, 200_000), (20_000, 200_000), (100_000, 400_000)] {
        let all: Vec<Event> = day(visitors, events).collect();
        let start = Instant::now();
        for batch in all.chunks(EVENTS_PER_BATCH) {
            world.feed(batch.to_vec()).await;
        }
        let took = start.elapsed().as_secs_f64();
        println!("{events} events of {visitors} visitors: {:.0} events/s", events as f64 / took);
    }
}

//! What a live count costs: one million customers, three million events, five conditions.
//!
//! `cargo run --release -p segment --example count_cost [CUSTOMERS]` prints one line of JSON: seconds to load and the
//! median milliseconds of a count with its breakdown and a sample.

use async_trait::async_trait;
use base::{Json, ProfileId, SeededRng, Timestamp, WorkspaceId};
use predicate::ConsentState;
use segment::{DataError, HistoryRow, ProfileRow, SegmentData, Segments};
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

const WORKSPACE: WorkspaceId = WorkspaceId::new(1);
const EVENTS_PER_CUSTOMER: u32 = 3;
const DAY_MS: i64 = 86_400_000;
const COUNTS: usize = 15;

struct Shop {
    customers: u32,
}

/// A number that looks random and follows from the customer and what it is for.
fn draw(customer: u32, what: u32, below: u32) -> u32 {
    let mixed = (u64::from(customer) << 32 | u64::from(what)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u32 % below
}

#[async_trait]
impl SegmentData for Shop {
    async fn workspaces(&self) -> Result<Vec<WorkspaceId>, DataError> {
        Ok(vec![WORKSPACE])
    }
    async fn profiles(
        &self,
        _: WorkspaceId,
        after: Option<ProfileId>,
        limit: usize,
    ) -> Result<Vec<ProfileRow>, DataError> {
        let first = after.map_or(1, |after| after.number() + 1);
        let row = |customer: u32| {
            let country = ["NL", "SE", "DE", "BE"][draw(customer, 1, 4) as usize];
            let said = |name: &str, value: Json| (name.to_owned(), value, Timestamp::from_ms(1));
            ProfileRow {
                profile: ProfileId::new(customer),
                traits: vec![
                    said("country", json!(country)),
                    said("age", json!(18 + draw(customer, 2, 70))),
                    said("email", json!(format!("customer{customer}@example.org"))),
                    said("vip", json!(draw(customer, 3, 10) == 0)),
                ],
                consent: vec![(
                    "email".into(),
                    if draw(customer, 4, 3) > 0 { ConsentState::Subscribed } else { ConsentState::Unsubscribed },
                )],
                suppressed: Vec::new(),
            }
        };
        Ok((first..=self.customers).take(limit).map(row).collect())
    }
    async fn aliases(&self, _: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, DataError> {
        Ok(Vec::new())
    }
    async fn history(
        &self,
        _: WorkspaceId,
        visit: &mut (dyn for<'a> FnMut(HistoryRow<'a>) + Send),
    ) -> Result<(), DataError> {
        for number in 0..EVENTS_PER_CUSTOMER {
            for customer in 1..=self.customers {
                let category = ["sneakers", "boots", "socks", "jackets"][draw(customer, 10 + number, 4) as usize];
                let properties =
                    json!({ "total": draw(customer, 20 + number, 300), "products": [{ "category": category }] });
                visit(HistoryRow {
                    profile: ProfileId::new(customer),
                    at: testkit::NOW.plus_ms(-i64::from(draw(customer, 30 + number, 365)) * DAY_MS),
                    name: "Order Completed",
                    channel: events::Channel::Web,
                    properties: &properties.to_string(),
                });
            }
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let customers = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let store = testkit::sqlite(segment::MIGRATIONS).await;
    let rng = Arc::new(SeededRng::new(1));
    let segments = Segments::open(store.db.clone(), Arc::new(Shop { customers }), Arc::new(testkit::clock()), rng);
    let started = Instant::now();
    segments.load().await?;
    let load_s = started.elapsed().as_secs_f64();
    let asked = predicate::parse(&json!({ "all": [
        { "trait": { "name": "country", "op": "in", "value": ["NL", "SE"] } },
        { "trait": { "name": "age", "op": "between", "value": [25, 60] } },
        { "event": { "name": "Order Completed", "op": "performed", "window": { "last": { "amount": 60, "unit": "day" } },
            "where": [{ "property": "products.category", "op": "equals", "value": "sneakers" }] } },
        { "not": { "trait": { "name": "vip", "op": "is_true" } } },
        { "reachable": { "channel": "email" } } ] }))?;
    let mut took_ms = Vec::new();
    let mut count = 0;
    for _ in 0..COUNTS {
        let started = Instant::now();
        count = segments.count(WORKSPACE, &asked, 10).await?.count;
        took_ms.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    took_ms.sort_by(f64::total_cmp);
    let row = json!({ "customers": customers, "events": u64::from(customers) * u64::from(EVENTS_PER_CUSTOMER),
        "load_s": load_s, "count": count, "median_ms": took_ms[COUNTS / 2], "worst_ms": took_ms[COUNTS - 1] });
    println!("{row}");
    Ok(())
}

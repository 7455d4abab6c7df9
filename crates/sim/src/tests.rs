use super::*;
use base::{Json, ManualClock, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};

mod over_http;

const UNTIL: Timestamp = Timestamp::from_ms(1_795_341_600_000); // 2026-11-22T10:00Z

fn world(seed: u64, customers: u64, months: u32) -> World {
    World::new(Config { seed, customers, months, until: UNTIL }).expect("a valid configuration")
}

fn events(world: &World) -> Vec<Json> {
    let events = |batch: SourceBatch| {
        let body: Json = serde_json::from_slice(&batch.body).expect("a batch is JSON");
        let events = body["batch"].as_array().expect("a batch has events").clone();
        assert_eq!(events.len(), batch.events);
        events
    };
    world.history().flat_map(events).collect()
}

#[track_caller]
fn close(what: &str, actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual:.4}, expected {expected:.4} ± {tolerance:.4}");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| world(seed, 300, 6).history().map(|batch| batch.body).collect::<Vec<_>>();
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7), bytes(8));
    let mut files = [Vec::new(), Vec::new()];
    for file in &mut files {
        world(7, 300, 6).write_orders_csv(file).unwrap();
    }
    assert_eq!(files[0], files[1]);
}

#[test]
fn shards_together_are_the_whole_history() {
    let world = world(3, 101, 4);
    let ids = |batches: &mut dyn Iterator<Item = SourceBatch>| {
        let body = |batch: SourceBatch| serde_json::from_slice::<Json>(&batch.body).unwrap();
        let ids = |body: Json| {
            body["batch"].as_array().unwrap().iter().map(|event| event["messageId"].to_string()).collect::<Vec<_>>()
        };
        batches.map(body).flat_map(ids).collect::<BTreeSet<String>>()
    };
    let whole = ids(&mut world.history());
    let parts = ids(&mut (0..7).flat_map(|shard| world.history_of_shard(shard, 7)));
    assert_eq!(whole, parts);
    assert_eq!(whole.len(), events(&world).len(), "message ids are unique");
    let done: u64 =
        (0..7).filter_map(|shard| world.history_of_shard(shard, 7).last()).map(|batch| batch.customers_done).sum();
    assert_eq!(done, 101);
}

#[test]
fn a_world_that_is_too_large_or_empty_is_refused() {
    for (customers, months) in [(0, 1), (10_000_001, 1), (1, 0), (1, 37)] {
        assert!(World::new(Config { seed: 1, customers, months, until: UNTIL }).is_err(), "{customers} {months}");
    }
    // Ten million customers cost nothing until they are looked at.
    let large = world(1, 10_000_000, 36);
    assert_eq!(large.customer(9_999_999).number, 9_999_999);
}

/// The limits of the Segment HTTP API: 32 KB an event, 500 KB a batch, a name on tracks, an identity, ISO 8601.
#[test]
fn every_event_and_batch_keeps_the_segment_limits() {
    let world = world(11, 1_500, 12);
    for batch in world.history() {
        assert!(batch.body.len() <= 500 * 1024 && batch.events <= 2_500);
    }
    let mut kinds = BTreeMap::new();
    for event in events(&world) {
        let kind = event["type"].as_str().unwrap().to_owned();
        let named = |key: &str| event[key].as_str().is_some_and(|name| !name.is_empty() && name.len() <= 200);
        match kind.as_str() {
            "track" => assert!(named("event"), "{event}"),
            "page" | "screen" => assert!(named("name"), "{event}"),
            "identify" => assert!(event["traits"]["email"].is_string(), "{event}"),
            "group" => assert!(named("groupId") && event["traits"]["name"].is_string(), "{event}"),
            other => panic!("unknown type {other}"),
        }
        assert!(event.to_string().len() <= 32 * 1024);
        assert!(event["messageId"].as_str().is_some_and(|id| id.len() <= 100));
        let identified =
            named("userId") || named("anonymousId") || event["context"]["externalIds"][0]["id"].is_string();
        assert!(identified, "{event}");
        let at = Timestamp::parse(event["timestamp"].as_str().unwrap()).unwrap();
        assert!(world.start() <= at && at < UNTIL, "{event}");
        *kinds.entry(kind).or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    let people = (0..1_500).map(|number| world.customer(number));
    let employed = people.filter(|customer| customer.signed_up && customer.security_gateway).count();
    assert!(employed / 2 < kinds["group"] && kinds["group"] <= employed, "{employed} work for a company: {kinds:?}");
}

#[test]
fn shares_of_people_are_the_documented_ones() {
    use crate::config::*;
    let world = world(5, 20_000, 12);
    let people: Vec<Customer> = (0..20_000).map(|number| world.customer(number)).collect();
    let share = |of: &[&Customer], test: &dyn Fn(&Customer) -> bool| {
        of.iter().filter(|customer| test(customer)).count() as f64 / of.len() as f64
    };
    let all: Vec<&Customer> = people.iter().collect();
    let known: Vec<&Customer> = people.iter().filter(|customer| customer.signed_up).collect();
    // Four standard deviations of a share of 20,000 are at most 0.0142.
    close("Friesland", share(&all, &|c| c.region == Region::Friesland), SHARE_FRIESLAND, 0.015);
    close("Sweden", share(&all, &|c| c.region == Region::Sweden), SHARE_SWEDEN, 0.015);
    close("signed up", share(&all, &|c| c.signed_up), SHARE_SIGNED_UP, 0.015);
    close("subscribed", share(&known, &|c| c.consent == Consent::Subscribed), SHARE_EMAIL_SUBSCRIBED, 0.02);
    close("unsubscribed", share(&known, &|c| c.consent == Consent::Unsubscribed), SHARE_EMAIL_UNSUBSCRIBED, 0.02);
    close("card", share(&known, &|c| c.loyalty_card.is_some()), SHARE_LOYALTY_CARD, 0.02);
    close("app", share(&known, &|c| c.devices.iter().any(|device| device.app)), SHARE_APP, 0.02);
    close("proxy", share(&known, &|c| c.privacy_proxy), SHARE_PRIVACY_PROXY, 0.02);
    close("gateway", share(&known, &|c| c.security_gateway), SHARE_SECURITY_GATEWAY, 0.015);
}

#[test]
fn nobody_shares_an_address_a_number_or_a_device() {
    let world = world(5, 20_000, 12);
    let mut seen = HashSet::new();
    for customer in (0..20_000).map(|number| world.customer(number)) {
        let mut own: Vec<String> = customer.devices.iter().map(|device| device.anonymous_id.clone()).collect();
        own.extend([customer.email.clone(), customer.user_id()]);
        own.extend(customer.phone.clone().into_iter().chain(customer.loyalty_card.clone()));
        for id in own {
            assert!(seen.insert(id.clone()), "{id} is there twice");
        }
        assert!(customer.email.is_ascii() && customer.email.contains("example"), "{}", customer.email);
        let found = world.customer_of_email(&customer.email).map(|found| found.number);
        assert_eq!(found, customer.signed_up.then_some(customer.number));
    }
    for stranger in
        ["", "somebody@example.com", "x.y.3@gmail.com", "fenna.dijkstra.20000@example.com", "a.b.1@example.com"]
    {
        assert!(world.customer_of_email(stranger).is_none(), "{stranger}");
    }
}

#[test]
fn people_buy_what_they_like_and_what_the_season_asks_for() {
    let world = world(21, 6_000, 12);
    let (mut favourite, mut products) = (0.0, 0.0);
    let mut sandals_by_month = [0u32; 13];
    let mut channels: HashMap<String, u32> = HashMap::new();
    let numbers: HashMap<String, Category> =
        (0..6_000).map(|number| world.customer(number)).map(|one| (one.user_id(), one.favourite())).collect();
    for event in events(&world).iter().filter(|event| event["event"] == "Order Completed") {
        *channels.entry(event["context"]["channel"].as_str().unwrap().to_owned()).or_default() += 1;
        let month: usize = event["timestamp"].as_str().unwrap()[5..7].parse().unwrap();
        let mut sum = 0.0;
        for product in event["properties"]["products"].as_array().unwrap() {
            sum += product["price"].as_f64().unwrap() * product["quantity"].as_f64().unwrap();
            sandals_by_month[month] += u32::from(product["category"] == "sandals");
            if let Some(liked) = event["userId"].as_str().and_then(|id| numbers.get(id)) {
                products += 1.0;
                favourite += f64::from(product["category"] == liked.name());
            }
        }
        assert!((sum - event["properties"]["revenue"].as_f64().unwrap()).abs() < 0.005, "{event}");
    }
    assert!(favourite / products > 0.5, "{favourite} of {products} products are of the favourite of five categories");
    assert!(sandals_by_month[6] > 3 * sandals_by_month[2], "{sandals_by_month:?}");
    let online = channels["web"] + channels.get("app").copied().unwrap_or(0);
    assert!(channels["shop"] > online / 10, "{channels:?}");
}

#[test]
fn refunds_refer_to_orders_and_never_exceed_them() {
    let world = world(21, 4_000, 12);
    let events = events(&world);
    let of = |name: &str| {
        let of_name = events.iter().filter(|event| event["event"] == name).map(|event| &event["properties"]);
        of_name.map(|order| (order["order_id"].to_string(), order["total"].as_f64().unwrap())).collect::<Vec<_>>()
    };
    let orders: HashMap<String, f64> = of("Order Completed").into_iter().collect();
    let refunds = of("Order Refunded");
    assert_eq!(orders.len(), of("Order Completed").len(), "order ids are unique");
    for (id, total) in &refunds {
        assert!(*total <= orders[id] + 0.001, "{id}");
    }
    close("share returned", refunds.len() as f64 / orders.len() as f64, crate::config::SHARE_RETURNED * 0.9, 0.05);
    let mut lines = Vec::new();
    world.write_orders_csv(&mut lines).unwrap();
    let negative = String::from_utf8(lines).unwrap().lines().filter(|line| line.contains(",-1,")).count();
    assert_eq!(negative, refunds.len(), "the file tells the same returns");
}

#[test]
fn the_customers_file_has_everybody_who_signed_up() {
    let world = world(9, 2_000, 3);
    let mut out = Vec::new();
    let rows = world.write_customers_csv(&mut out).unwrap();
    let mut csv = csv::Reader::from_reader(out.as_slice());
    let emails: Vec<String> = csv.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(emails.len() as u64, rows);
    assert_eq!(rows, (0..2_000).filter(|number| world.customer(*number).signed_up).count() as u64);
    assert!(String::from_utf8(out).unwrap().contains("Åsa") || rows < 1_000, "accents survive");
}

/// The truth the docs give is the truth people act by. 60,000 messages: four standard deviations of the rarest share
/// (orders, about 1 %) are 0.0016.
#[test]
fn people_react_with_the_true_effects() {
    let world = world(13, 40_000, 1);
    let effects = TrueEffects::default();
    let recipients: Vec<Customer> =
        (0..40_000).map(|number| world.customer(number)).filter(|customer| customer.signed_up).collect();
    let (mut opens, mut clicks, mut orders, mut machine, mut matched, mut sent) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut card_orders, mut shop_orders) = (0.0, 0.0);
    for mailing in 0..3 {
        for customer in &recipients {
            let id = format!("box_{mailing}_{}", customer.number);
            let subject = "Nieuwe SNEAKERS voor de winter";
            let reaction = Reaction::decide(&effects, 13, customer, &id, subject, 3);
            assert_eq!(reaction, Reaction::decide(&effects, 13, customer, &id, subject, 3), "it repeats");
            sent += 1.0;
            opens += f64::from(reaction.open_ms.is_some());
            clicks += f64::from(reaction.click.is_some());
            orders += f64::from(reaction.purchase.is_some());
            machine += f64::from(reaction.machine_open_ms.is_some());
            matched += f64::from(customer.favourite() == Category::Sneakers);
            if let (true, Some(purchase)) = (customer.loyalty_card.is_some(), &reaction.purchase) {
                card_orders += 1.0;
                shop_orders += f64::from(purchase.source == Source::Shop);
            }
            assert!(reaction.machine_clicks_ms.len() == if customer.security_gateway { 3 } else { 0 });
            assert!(reaction.machine_clicks_ms.iter().chain(&reaction.machine_open_ms).all(|at| *at < 2_000));
            assert!(reaction.click.is_none_or(|(link, at)| link < 3 && at > reaction.open_ms.unwrap()));
        }
    }
    let matched = matched / sent;
    close("opens", opens / sent, effects.open_share(), 0.01);
    close("clicks", clicks / sent, effects.click_share(matched), 0.005);
    close("orders", orders / sent, effects.incremental_order_share(matched), 0.002);
    close("machine opens", machine / sent, effects.machine_open_share(), 0.01);
    close("in the shop", shop_orders / card_orders, effects.shop_share_of_card_holders, 0.12);
    assert!(effects.orders_in_week(Exposure::Clicked) > effects.orders_in_week(Exposure::Opened));
    assert_eq!(effects.orders_in_week(Exposure::Sent), effects.orders_in_week(Exposure::NotSent));
}

#[test]
fn tracked_links_and_the_pixel_are_found_in_a_message() {
    let html = r#"<a href="https://t.example/t/c/abc?x=1&amp;y=2">A</a><a href='https://t.example/t/c/def'>B</a>
        <a href="https://t.example/t/u/tok">unsubscribe</a><img src="https://t.example/t/o/pix.gif" width="1">"#;
    let mail = inbox::parse(html, None);
    assert_eq!(mail.links, ["https://t.example/t/c/abc?x=1&y=2", "https://t.example/t/c/def"]);
    assert_eq!(mail.pixel.as_deref(), Some("https://t.example/t/o/pix.gif"));
}

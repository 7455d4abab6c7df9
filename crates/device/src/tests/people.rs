//! Devices of customers: what is kept, moved, forgotten.

use super::{ANNA, BERT, EDGE, IPHONE, SHOP, World, event, on_every_store};
use crate::service::IpRule;
use crate::{DEVICES_MAX, Devices};
use base::{ProfileId, WorkspaceId};
use events::{Effects, Merge, View};
use serde_json::{Value, json};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

fn on(agent: &str) -> Value {
    json!({ "userAgent": agent })
}

fn merge(from: ProfileId, into: ProfileId) -> Merge {
    Merge { workspace: SHOP, from, into }
}

#[tokio::test]
async fn a_call_about_a_company_alone_has_no_device() {
    on_every_store(async |world: World| {
        let nobody = ProfileId::new(0);
        world.feed(vec![(nobody, event(0, "", &on(EDGE))), (nobody, event(1, "a", &on(IPHONE)))], vec![]).await;
        assert!(world.of(nobody).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_customer_has_the_devices_they_used_last_seen_first() {
    on_every_store(async |world: World| {
        let laptop = json!({"userAgent": EDGE, "locale": "nl-NL", "timezone": "Europe/Amsterdam",
                            "location": {"country": "NL"}});
        world.feed(vec![(ANNA, event(0, "a", &laptop)), (ANNA, event(5, "b", &on(IPHONE)))], vec![]).await;
        world.feed(vec![(ANNA, event(3 * DAY, "a", &on(EDGE)))], vec![]).await;
        let found = world.of(ANNA).await;
        assert_eq!(found.len(), 2);
        let laptop = &found[0];
        assert_eq!(laptop.client.as_ref().map(|client| client.name.as_str()), Some("Edge"));
        assert_eq!((laptop.language.as_deref(), laptop.country.as_deref()), (Some("nl-NL"), Some("NL")));
        assert_eq!((laptop.first_seen, laptop.last_seen), (testkit::NOW, testkit::NOW.plus_ms(3 * DAY * 60_000)));
        assert_eq!((laptop.active_days, found[1].active_days), (2, 1));
        assert!(world.of(BERT).await.is_empty());
        assert!(world.devices.of_profile(WorkspaceId::new(2), ANNA).await.expect("a list").is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_event_that_says_nothing_new_writes_nothing() {
    on_every_store(async |world: World| {
        world.feed(vec![(ANNA, event(0, "a", &on(EDGE)))], vec![]).await;
        // Whoever writes would bring the row back.
        world.store.db.execute("DELETE FROM device", &[]).await.expect("deleted");
        world.feed(vec![(ANNA, event(30, "a", &on(EDGE)))], vec![]).await;
        assert!(world.of(ANNA).await.is_empty());
        let moved = json!({"userAgent": EDGE, "locale": "sv-SE"});
        world.feed(vec![(ANNA, event(31, "a", &moved))], vec![]).await;
        assert_eq!(world.of(ANNA).await.len(), 1, "another language is news");
        world.store.db.execute("DELETE FROM device", &[]).await.expect("deleted");
        world.feed(vec![(ANNA, event(31 + HOUR, "a", &moved))], vec![]).await;
        assert_eq!(world.of(ANNA).await.len(), 1, "an hour is news");
    })
    .await;
}

#[tokio::test]
async fn what_was_rolled_back_is_written_when_the_batch_comes_again() {
    on_every_store(async |world: World| {
        let batch = World::batch(vec![(ANNA, event(0, "a", &on(EDGE)))], vec![]);
        let mut tx = world.store.db.begin().await.expect("a transaction");
        world.view.apply(&mut tx, &batch, &mut Effects::default()).await.expect("applied");
        tx.rollback().await.expect("rolled back");
        world.view.rolled_back(&batch).await;
        assert!(world.of(ANNA).await.is_empty());
        world.feed(vec![(ANNA, event(0, "a", &on(EDGE)))], vec![]).await;
        assert_eq!(world.of(ANNA).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn merged_customers_have_one_list() {
    on_every_store(async |world: World| {
        world.feed(vec![(ANNA, event(0, "a", &on(EDGE))), (BERT, event(DAY, "a", &on(EDGE)))], vec![]).await;
        world.feed(vec![(BERT, event(DAY, "b", &on(IPHONE)))], vec![]).await;
        world.feed(vec![(BERT, event(2 * DAY, "c", &on(IPHONE)))], vec![merge(ANNA, BERT)]).await;
        assert!(world.of(ANNA).await.is_empty());
        let found = world.of(BERT).await;
        assert_eq!(found.len(), 3, "the laptop is one, though both used it: {found:?}");
        let laptop = found.iter().find(|one| one.first_seen == testkit::NOW).expect("the laptop");
        assert_eq!((laptop.active_days, laptop.last_seen), (2, testkit::NOW.plus_ms(DAY * 60_000)));
        // Three in a row, in one batch.
        let carla = ProfileId::new(3);
        world.feed(vec![(carla, event(0, "d", &on(EDGE)))], vec![]).await;
        world.feed(vec![], vec![merge(BERT, carla), merge(carla, ANNA)]).await;
        assert_eq!(world.of(ANNA).await.len(), 4);
        assert!(world.of(BERT).await.is_empty() && world.of(carla).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_device_not_seen_for_longest_goes_first() {
    on_every_store(async |world: World| {
        let many = DEVICES_MAX as i64 + 10;
        let events = (0..many).map(|n| (ANNA, event(n * HOUR, &format!("a{n}"), &on(EDGE)))).collect();
        world.feed(events, vec![]).await;
        let one_more = event(many * HOUR, "last", &on(EDGE));
        world.feed(vec![(ANNA, one_more)], vec![]).await;
        let found = world.of(ANNA).await;
        assert_eq!(found.len(), DEVICES_MAX);
        assert_eq!(found[0].last_seen, testkit::NOW.plus_ms(many * HOUR * 60_000));
        assert_eq!(found[DEVICES_MAX - 1].last_seen, testkit::NOW.plus_ms(11 * HOUR * 60_000));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_left_of_who_is_erased() {
    on_every_store(async |world: World| {
        let phone = json!({"userAgent": IPHONE, "device": {"id": "IDFV-1", "token": "t0ken"}});
        world.feed(vec![(ANNA, event(0, "a", &phone)), (BERT, event(0, "b", &phone))], vec![]).await;
        let rows = world.store.db.query("SELECT device_key, known FROM device", &[]).await.expect("rows");
        for row in &rows {
            let stored = format!("{}{}", row.text("device_key").expect("a key"), row.text("known").expect("JSON"));
            assert!(!stored.contains("IDFV") && !stored.contains("t0ken"), "{stored}");
        }
        assert!(world.of(ANNA).await[0].has_push_token);
        assert_eq!(world.erase(&[ANNA]).await, 1);
        assert!(world.of(ANNA).await.is_empty());
        assert_eq!(world.of(BERT).await.len(), 1);
    })
    .await;
}

/// The form that rows have since 0001: read for ever.
#[tokio::test]
async fn rows_of_the_first_form_are_read() {
    const KNOWN: &str = r#"{"hardware":{"value":{"kind":"phone","brand":"Apple","model":"iPhone"},"at":"2026-11-22T10:00:00Z"},
        "os":{"value":{"name":"iOS","version":"17.5"},"at":"2026-11-22T10:00:00Z"},
        "client":{"value":{"kind":"browser","name":"Mobile Safari","version":"17.5"},"at":"2026-11-22T10:00:00Z"},
        "channel":{"value":"web","at":"2026-11-22T10:00:00Z"},"language":{"value":"nl","at":"2026-11-22T10:00:00Z"},
        "time_zone":{"value":"Europe/Amsterdam","at":"2026-11-22T10:00:00Z"},
        "place":{"value":{"country":"NL","city":null},"at":"2026-11-22T10:00:00Z"},
        "push":{"value":true,"at":"2026-11-22T10:00:00Z"}}"#;
    on_every_store(async |world: World| {
        let sql = "INSERT INTO device (workspace_id, profile_id, device_key, first_ms, last_ms, days, known) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let key = format!("{:032x}", 7);
        let args = [
            SHOP.into(),
            ANNA.into(),
            key.into(),
            testkit::NOW.into(),
            testkit::NOW.into(),
            5_i64.into(),
            KNOWN.into(),
        ];
        world.store.db.execute(sql, &args).await.expect("inserted");
        let found = world.of(ANNA).await.remove(0);
        assert_eq!(found.key.to_string(), "dev_00000000000000000000000000000007");
        assert_eq!(found.os.map(|os| (os.name, os.version)), Some(("iOS".into(), Some("17.5".into()))));
        assert_eq!((found.active_days, found.has_push_token, found.country.as_deref()), (2, true, Some("NL")));
    })
    .await;
}

#[tokio::test]
async fn what_a_workspace_chose_of_addresses_holds_after_a_restart() {
    on_every_store(async |world: World| {
        assert_eq!(world.devices.ip_rule(SHOP), IpRule::Truncated);
        world.devices.set_ip_rule(SHOP, IpRule::Dropped).await.expect("set");
        world.devices.set_ip_rule(SHOP, IpRule::Full).await.expect("set");
        let parts =
            crate::DeviceParts { db: world.store.db.clone(), clock: std::sync::Arc::new(testkit::clock()), geo: None };
        let again = Devices::open(parts).await.expect("opened");
        assert_eq!(again.ip_rule(SHOP), IpRule::Full);
        assert_eq!(again.ip_rule(WorkspaceId::new(2)), IpRule::Truncated);
    })
    .await;
}

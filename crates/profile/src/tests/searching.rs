//! Finding customers again.

use super::*;
use crate::Sort;
use base::PageRequest;
use serde_json::json;

async fn shop_with(world: &World, count: i64) {
    let mut batch = Vec::new();
    for n in 0..count {
        let traits = json!({
            "first_name": if n % 2 == 0 { "Anna" } else { "Bert" }, "last_name": format!("Visser {n:03}"),
            "email": format!("Klant{n:03}@x.nl"), "city": if n % 3 == 0 { "Annen" } else { "Joure" },
        });
        batch.push(identify(n).user(&format!("u{n}")).id("crm_id", &format!("CRM{n}")).traits(traits));
    }
    world.feed(batch).await;
}

/// All labels of a search, page by page.
async fn all(world: &World, q: &str, limit: u32) -> Vec<String> {
    let mut labels = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest { limit: Some(limit), cursor };
        let found = world.profiles.search(SHOP, q, &page).await.unwrap();
        assert!(found.items.len() <= limit as usize);
        labels.extend(found.items.into_iter().map(|item| item.label));
        cursor = found.next_cursor;
        if cursor.is_none() {
            return labels;
        }
    }
}

#[tokio::test]
async fn an_identifier_of_any_kind_finds_its_customer_first() {
    on_every_store(async |world| {
        shop_with(&world, 12).await;
        for q in ["u7", "CRM7", "klant007@X.nl", "prf_8"] {
            assert_eq!(all(&world, q, 50).await, ["Bert Visser 007"], "{q}");
        }
        assert!(all(&world, "nobody", 50).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_beginning_of_a_name_address_or_city_finds_everybody_once() {
    on_every_store(async |world| {
        shop_with(&world, 30).await;
        for limit in [1, 4, 7, 50] {
            let found = all(&world, "ann", limit).await;
            assert_eq!(found.len(), 20, "15 are called Anna, 5 more live in Annen");
            assert!(found[..15].iter().all(|label| label.starts_with("Anna")));
            let mut distinct = found.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), found.len());
            assert_eq!(all(&world, "VISSER 01", limit).await.len(), 10);
            assert_eq!(all(&world, "klant00", limit).await.len(), 10);
        }
    })
    .await;
}

#[tokio::test]
async fn lists_page_through_everybody_in_both_orders() {
    on_every_store(async |world| {
        shop_with(&world, 25).await;
        world.feed(vec![track(900).user("u3")]).await;
        for (sort, first) in [(Sort::LastSeen, "Bert Visser 003"), (Sort::Created, "Anna Visser 024")] {
            let mut seen = Vec::new();
            let mut cursor = None;
            loop {
                let page = PageRequest { limit: Some(10), cursor };
                let found = world.profiles.list(SHOP, sort, &page).await.unwrap();
                seen.extend(found.items.into_iter().map(|item| item.label));
                cursor = found.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!((seen.len(), seen[0].as_str()), (25, first));
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 25);
        }
        let wrong = PageRequest { limit: None, cursor: Some("x".into()) };
        assert!(world.profiles.list(SHOP, Sort::LastSeen, &wrong).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn who_was_seen_last_stands_first_also_within_a_step_of_the_index() {
    on_every_store(async |world| {
        shop_with(&world, 6).await;
        // The same step for all, then one in a later step, then one rolled back and told again.
        for (second, user) in [(40, "u2"), (30, "u4"), (50, "u1"), (600, "u3")] {
            world.feed(vec![track(second).user(user)]).await;
        }
        world.feed_and_fail(vec![track(1200).user("u5")]).await;
        world.feed(vec![track(1200).user("u5")]).await;
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageRequest { limit: Some(1), cursor };
            let one = world.profiles.list(SHOP, Sort::LastSeen, &page).await.unwrap();
            found.extend(one.items);
            cursor = one.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let times: Vec<i64> = found.iter().map(|item| item.last_seen.ms()).collect();
        assert!(times.len() == 6 && times.is_sorted_by(|one, next| one >= next), "{times:?}");
        assert_eq!(found[0].events, 2);
        assert_eq!(found[0].last_seen, track(1200).user("u5").at, "a step that was rolled back is written again");
    })
    .await;
}

#[tokio::test]
async fn everybody_streams_once_in_order_of_id() {
    on_every_store(async |world| {
        shop_with(&world, 25).await;
        let mut after = ProfileId::new(0);
        let mut ids = Vec::new();
        loop {
            let rows = world.profiles.stream(SHOP, after, 10).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = last.id;
            ids.extend(rows.iter().map(|row| row.id.number()));
        }
        assert_eq!(ids, (1..=25).collect::<Vec<u32>>());
        let counts = world.profiles.counts(SHOP).await.unwrap();
        assert_eq!((counts.customers, counts.identified), (25, 25));
    })
    .await;
}

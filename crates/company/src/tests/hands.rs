//! What a person does by hand, and lists.

use super::*;
use crate::CompanyError;

fn traits(value: Value) -> base::JsonMap {
    value.as_object().expect("an object").clone()
}

#[tokio::test]
async fn what_is_done_by_hand_goes_through_the_log() {
    on_every_store(async |world| {
        world.companies.create(SHOP, " acme ", traits(json!({"name": "Acme"}))).await.expect("accepted");
        world.feed_log(0).await;
        let id = world.id("acme").await;
        assert_eq!(world.members("acme").await, [], "nobody is named");
        world.clock.advance_ms(1_000);
        world.companies.add_member(SHOP, id, ANNA, Some(Some("Buyer".into()))).await.expect("accepted");
        world.companies.patch(SHOP, id, traits(json!({"name": "Acme BV"}))).await.expect("accepted");
        world.feed_log(1).await;
        assert_eq!(world.members("acme").await, [(ANNA, Some("Buyer".into()))]);
        let company = world.companies.get(SHOP, id).await.expect("the company");
        assert_eq!((company.summary.name.as_str(), company.traits[0].source.as_str()), ("Acme BV", "system"));
        world.clock.advance_ms(1_000);
        world.companies.add_member(SHOP, id, ANNA, Some(None)).await.expect("accepted");
        world.feed_log(3).await;
        assert_eq!(world.members("acme").await, [(ANNA, None)]);
        world.clock.advance_ms(1_000);
        world.companies.remove_member(SHOP, id, ANNA).await.expect("accepted");
        world.feed_log(4).await;
        assert_eq!(world.members("acme").await, []);
        let held = world.companies.export(SHOP, ANNA).await.expect("an export");
        assert_eq!((held[0]["group_id"].as_str(), held[0]["left_at"].is_string()), (Some("acme"), true));
        world.companies.delete(SHOP, id).await.expect("accepted");
        world.feed_log(5).await;
        assert!(matches!(world.companies.get(SHOP, id).await, Err(CompanyError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_with_a_reason() {
    on_every_store(async |world| {
        let pointer = async |group: &str, value: Value| match world.companies.create(SHOP, group, traits(value)).await {
            Err(CompanyError::Invalid { pointer, code, .. }) => (pointer, code),
            other => panic!("not refused: {other:?}"),
        };
        let of = |pointer: &str, code| (pointer.to_owned(), code);
        assert_eq!(pointer("null", json!({})).await, of("/group_id", "bad_group_id"));
        assert_eq!(pointer("acme", json!({"role": "Buyer"})).await, of("/traits/role", "reserved"));
        assert_eq!(pointer("acme", json!({"a/b": "x".repeat(9_000)})).await, of("/traits/a~1b", "too_large"));
        let many: base::JsonMap = (0..201).map(|n| (n.to_string(), json!(n))).collect();
        assert_eq!(pointer("acme", Value::Object(many)).await, of("/traits", "too_many_traits"));
        world.feed(vec![(ANNA, group(1, Some("anna"), "acme", json!({})))], vec![]).await;
        let id = world.id("acme").await;
        let long = world.companies.add_member(SHOP, id, ANNA, Some(Some("r".repeat(300)))).await;
        assert!(matches!(long, Err(CompanyError::Invalid { code: "too_large", .. })));
        assert!(matches!(world.companies.patch(OTHER, id, traits(json!({}))).await, Err(CompanyError::NotFound(_))));
        assert!(matches!(world.companies.delete(OTHER, id).await, Err(CompanyError::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn lists_are_walked_in_every_order_and_searched() {
    on_every_store(async |world| {
        let mut calls = Vec::new();
        for n in 0..7_u32 {
            for member in 0..=(n * 3 % 7) {
                let traits = json!({"name": format!("Shop {}|x", 9 - n), "domain": format!("d{n}.nl")});
                let user = format!("u{member}");
                let call = group(i64::from(n) * 10, Some(&user), &format!("g{n}"), traits);
                calls.push((ProfileId::new(member + 1), call));
            }
        }
        world.feed(calls, vec![]).await;
        let walk = async |sort| {
            let (mut groups, mut cursor) = (Vec::new(), None);
            loop {
                let page = PageRequest { limit: Some(2), cursor };
                let found = world.companies.list(SHOP, sort, &page).await.expect("a page");
                groups.extend(found.items.into_iter().map(|one| one.group_id));
                cursor = found.next_cursor;
                if cursor.is_none() {
                    return groups.join(" ");
                }
            }
        };
        assert_eq!(walk(Sort::LastSeen).await, "g6 g5 g4 g3 g2 g1 g0");
        assert_eq!(walk(Sort::Name).await, "g6 g5 g4 g3 g2 g1 g0");
        assert_eq!(walk(Sort::Members).await, "g2 g4 g6 g1 g3 g5 g0");
        let search = async |q: &str| {
            let (mut groups, mut cursor) = (Vec::new(), None);
            loop {
                let page = PageRequest { limit: Some(3), cursor };
                let found = world.companies.search(SHOP, q, &page).await.expect("a page");
                groups.extend(found.items.into_iter().map(|one| one.group_id));
                cursor = found.next_cursor;
                if cursor.is_none() {
                    return groups.join(" ");
                }
            }
        };
        assert_eq!(search("shop").await, "g6 g5 g4 g3 g2 g1 g0");
        assert_eq!(search("D3").await, "g3");
        assert_eq!(search(" g5 ").await, "g5");
        assert_eq!(search(&world.id("g2").await.to_string()).await, "g2");
        assert_eq!(search("nothing").await, "");
        let bad = PageRequest { limit: None, cursor: Some("nonsense".into()) };
        assert!(matches!(world.companies.list(SHOP, Sort::Name, &bad).await, Err(CompanyError::Cursor(_))));
        assert!(matches!(world.companies.search(SHOP, "x", &bad).await, Err(CompanyError::Cursor(_))));
    })
    .await;
}

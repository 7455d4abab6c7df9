//! What group calls make.

use super::*;
use crate::{COMPANY_DELETED, GROUP_LEFT, MEMBER_ADDED, MEMBER_REMOVED, ROLE_BYTES_MAX, TRAITS_MAX};

#[tokio::test]
async fn a_group_call_makes_a_company_its_traits_and_a_member() {
    on_every_store(async |world| {
        let traits =
            json!({"name": "Acme BV", "website": "https://www.Acme.nl/over", "industry": "Retail", "role": "Buyer"});
        world.feed(vec![(ANNA, group(1, Some("anna"), " acme ", traits))], vec![]).await;
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("the company");
        let summary = &company.summary;
        assert_eq!((summary.group_id.as_str(), summary.name.as_str()), ("acme", "Acme BV"));
        assert_eq!((summary.domain.as_deref(), summary.industry.as_deref()), (Some("acme.nl"), Some("Retail")));
        assert_eq!((summary.members, company.former_members), (1, 0));
        assert_eq!(company.traits.len(), 3, "the role is the member's: {:?}", company.traits);
        assert!(company.traits.iter().all(|seen| seen.source.starts_with("src_")));
        assert_eq!(world.members("acme").await, [(ANNA, Some("Buyer".into()))]);
        assert!(world.companies.find(OTHER, "acme").await.expect("looked up").is_none(), "another tenant has none");
        let of_anna = world.companies.of_profile(SHOP, ANNA).await.expect("companies");
        assert_eq!((of_anna.len(), of_anna[0].member.role.as_deref()), (1, Some("Buyer")));
        assert!(world.companies.of_profile(OTHER, ANNA).await.expect("companies").is_empty());
    })
    .await;
}

#[tokio::test]
async fn later_traits_win_and_what_was_taken_back_stays_away() {
    on_every_store(async |world| {
        let say = |n, traits| (ANNA, group(n, Some("anna"), "acme", traits));
        world.feed(vec![say(5, json!({"plan": "gold", "seats": 9}))], vec![]).await;
        world.feed(vec![say(3, json!({"plan": "free"})), say(6, json!({"seats": null}))], vec![]).await;
        world.feed(vec![say(4, json!({"seats": 3}))], vec![]).await;
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("the company");
        let traits: Vec<(String, Value)> = company.traits.into_iter().map(|seen| (seen.name, seen.value)).collect();
        assert_eq!(traits, [("plan".to_owned(), json!("gold"))]);
    })
    .await;
}

#[tokio::test]
async fn who_leaves_is_a_former_member_until_they_join_again() {
    on_every_store(async |world| {
        let join = |n, user, profile| (profile, group(n, Some(user), "acme", json!({"role": "Owner"})));
        world.feed(vec![join(1, "anna", ANNA), join(1, "bert", BERT)], vec![]).await;
        world.feed(vec![(ANNA, group(2, Some("anna"), "acme", json!({"left": true})))], vec![]).await;
        world.feed(vec![(BERT, track(3, "bert", GROUP_LEFT, json!({"groupId": "acme"})))], vec![]).await;
        assert_eq!(world.members("acme").await, []);
        let former =
            world.companies.members(SHOP, world.id("acme").await, true, &PageRequest::default()).await.unwrap();
        assert_eq!(former.items.len(), 2);
        assert!(former.items.iter().all(|one| one.left_at.is_some() && one.role.as_deref() == Some("Owner")));
        // In the words of the B2B specification.
        let spec = |n, name: &str| Event {
            context: RawJson::new(json!({"groupId": "acme"}).to_string()),
            ..track(n, "anna", name, json!({"role": "Admin"}))
        };
        world.feed(vec![(ANNA, spec(4, MEMBER_ADDED))], vec![]).await;
        assert_eq!(world.members("acme").await, [(ANNA, Some("Admin".into()))]);
        // A word that arrives late changes nothing.
        world.feed(vec![(BERT, group(2, Some("bert"), "acme", json!({})))], vec![]).await;
        assert_eq!(world.members("acme").await.len(), 1);
        world.feed(vec![(ANNA, spec(5, MEMBER_REMOVED))], vec![]).await;
        assert_eq!(world.members("acme").await, []);
    })
    .await;
}

#[tokio::test]
async fn a_call_that_names_nobody_tells_of_the_company_only_and_placeholders_of_nothing() {
    on_every_store(async |world| {
        world.feed(vec![(ProfileId::new(99), group(1, None, "acme", json!({"name": "Acme"})))], vec![]).await;
        world.feed(vec![(ANNA, group(1, Some("anna"), "null", json!({"name": "Nothing"})))], vec![]).await;
        assert_eq!(world.members("acme").await, []);
        assert_eq!(world.state(SHOP).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_call_twice_changes_nothing() {
    on_every_store(async |world| {
        let call = || (ANNA, group(1, Some("anna"), "acme", json!({"name": "Acme", "role": "Buyer"})));
        world.feed(vec![call()], vec![]).await;
        let before = world.state(SHOP).await;
        world.feed(vec![call(), call()], vec![]).await;
        assert_eq!(world.state(SHOP).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_is_beyond_the_limits_is_left_out() {
    on_every_store(async |world| {
        let mut traits: serde_json::Map<String, Value> =
            (0..TRAITS_MAX + 20).map(|n| (format!("trait {n}"), json!(n))).collect();
        traits.insert("role".into(), json!("r".repeat(ROLE_BYTES_MAX + 1)));
        let calls = vec![
            (ANNA, group(1, Some("anna"), "acme", Value::Object(traits))),
            (ANNA, group(2, Some("anna"), "acme", json!({"trait 0": "x".repeat(9_000)}))),
        ];
        world.feed(calls, vec![]).await;
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("the company");
        assert_eq!(company.traits.len(), TRAITS_MAX);
        assert_eq!(world.members("acme").await, [(ANNA, None)]);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_company_is_gone_with_all_that_was_received_until_then() {
    on_every_store(async |world| {
        let old = (ANNA, group(1, Some("anna"), "acme", json!({"name": "Acme", "plan": "gold"})));
        world.feed(vec![old.clone(), (ANNA, group(1, Some("anna"), "other", json!({})))], vec![]).await;
        let id = world.id("acme").await;
        let deletion = own(track(5, "", COMPANY_DELETED, json!({"groupId": "acme"})));
        world.feed(vec![(ProfileId::new(99), deletion)], vec![]).await;
        assert!(world.companies.get(SHOP, id).await.is_err());
        assert_eq!(world.companies.of_profile(SHOP, ANNA).await.expect("companies").len(), 1);
        // A split reads all that was ever said once more.
        let told = Arc::new(old.1.clone());
        world.divide(testkit::split(SHOP, vec![told.clone()], vec![])).await;
        world.feed(vec![old], vec![]).await;
        assert!(world.companies.find(SHOP, "acme").await.expect("looked up").is_none());
        world.feed(vec![(ANNA, group(6, Some("anna"), "acme", json!({"name": "Acme again"})))], vec![]).await;
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("a new one");
        assert_eq!((company.summary.name.as_str(), company.traits.len()), ("Acme again", 1));
        assert_ne!(company.summary.id, id, "an id is not given twice");
        // Nobody else can delete it.
        let stranger = track(9, "anna", COMPANY_DELETED, json!({"groupId": "acme"}));
        world.feed(vec![(ANNA, stranger)], vec![]).await;
        assert!(world.companies.find(SHOP, "acme").await.expect("looked up").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_hundred_thousand_members_are_taken_in_batches_and_read_in_pages() {
    const MEMBERS: u32 = 100_000;
    const BATCH: u32 = 5_000;
    on_every_store(async |world| {
        let begun = std::time::Instant::now();
        for start in (0..MEMBERS).step_by(BATCH as usize) {
            let call = |n: u32| {
                let user = format!("u{n}");
                (
                    ProfileId::new(n + 10),
                    group(i64::from(n), Some(&user), "acme", json!({"name": "Acme", "role": "Staff"})),
                )
            };
            world.feed((start..start + BATCH).map(call).collect(), vec![]).await;
        }
        println!("{MEMBERS} members in {:?}", begun.elapsed());
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("the company");
        assert_eq!(company.summary.members, u64::from(MEMBERS));
        let (mut seen, mut cursor) = (0, None);
        for _ in 0..3 {
            let page = PageRequest { limit: Some(500), cursor };
            let found = world.companies.members(SHOP, company.summary.id, false, &page).await.expect("a page");
            seen += found.items.len();
            cursor = found.next_cursor;
        }
        assert_eq!((seen, cursor.is_some()), (1_500, true));
        world.companies.refresh().await.expect("rolled up");
        let rollup = world.rollup("acme").await.expect("a roll-up");
        assert_eq!(rollup.counted, crate::MEMBERS_COUNTED_MAX as u64, "those spoken of last");
    })
    .await;
}

//! Customers who turn out to be one, or two, or who go.

use super::*;

fn joined(n: i64, user: &str, company: &str, role: &str) -> Event {
    group(n, Some(user), company, json!({"role": role, "name": company.to_uppercase()}))
}

#[tokio::test]
async fn memberships_of_a_merged_customer_are_the_survivors() {
    on_every_store(async |world| {
        let calls = vec![
            (ANNA, joined(1, "anna", "acme", "Buyer")),
            (BERT, joined(3, "bert", "acme", "Owner")),
            (BERT, joined(2, "bert", "bolt", "Staff")),
        ];
        world.feed(calls, vec![]).await;
        let merge = vec![Merge { workspace: SHOP, from: BERT, into: ANNA }];
        // The batch that joins them tells something, too.
        world.feed(vec![(ANNA, joined(4, "anna", "cord", "Founder"))], merge).await;
        assert_eq!(world.members("acme").await, [(ANNA, Some("Owner".into()))], "the role that was said later");
        assert_eq!(world.members("bolt").await, [(ANNA, Some("Staff".into()))]);
        assert_eq!(world.companies.of_profile(SHOP, ANNA).await.expect("companies").len(), 3);
        assert!(world.companies.of_profile(SHOP, BERT).await.expect("companies").is_empty());
        world.state(SHOP).await;
    })
    .await;
}

#[tokio::test]
async fn a_split_gives_everybody_what_they_said() {
    on_every_store(async |world| {
        let of_anna = joined(1, "anna", "acme", "Buyer");
        let of_bert = [joined(2, "bert", "acme", "Owner"), joined(3, "bert", "bolt", "Staff")];
        let all = std::iter::once(&of_anna).chain(&of_bert).map(|event| (ANNA, event.clone()));
        world.feed(all.collect(), vec![]).await;
        assert_eq!(world.members("acme").await, [(ANNA, Some("Owner".into()))]);
        let left = of_bert.iter().map(|event| Arc::new(event.clone())).collect();
        world.divide(testkit::split(SHOP, vec![Arc::new(of_anna)], left)).await;
        assert_eq!(world.members("acme").await, [(ANNA, Some("Buyer".into())), (BERT, Some("Owner".into()))]);
        assert_eq!(world.members("bolt").await, [(BERT, Some("Staff".into()))]);
        world.state(SHOP).await;
    })
    .await;
}

#[tokio::test]
async fn an_erased_customer_belongs_to_nothing_and_no_trait_names_them() {
    on_every_store(async |world| {
        let told = group(1, Some("anna"), "acme", json!({"name": "anna@x.nl Consulting", "plan": "gold"}));
        world.feed(vec![(ANNA, told), (BERT, joined(0, "bert", "acme", "Staff"))], vec![]).await;
        assert_eq!(world.erase(&[ANNA], "anna@x.nl").await, 1);
        assert_eq!(world.members("acme").await, [(BERT, Some("Staff".into()))]);
        let company = world.companies.get(SHOP, world.id("acme").await).await.expect("the company");
        let names: Vec<&str> = company.traits.iter().map(|seen| seen.name.as_str()).collect();
        assert_eq!((names, company.summary.name.as_str(), company.summary.members), (vec!["plan"], "acme", 1));
        let found = world.companies.search(SHOP, "anna", &PageRequest::default()).await.expect("a search");
        assert!(found.items.is_empty(), "the search forgets the name, too");
        assert_eq!(world.erase(&[ANNA], "anna@x.nl").await, 0, "once more is no error");
        world.state(SHOP).await;
    })
    .await;
}

#[tokio::test]
async fn roll_ups_add_up_what_members_do() {
    on_every_store(async |world| {
        let day = 86_400_000;
        let ids = [1, 3, 40, 7];
        let calls = ids.map(|n| (ProfileId::new(n), joined(1, &format!("u{n}"), "acme", "Staff")));
        world.feed(calls.to_vec(), vec![]).await;
        assert_eq!(world.rollup("acme").await, None);
        assert_eq!(world.companies.refresh().await.expect("rolled up"), 1);
        let rollup = world.rollup("acme").await.expect("a roll-up");
        assert_eq!((rollup.counted, rollup.active_30d, rollup.buyers, rollup.orders), (4, 2, 3, 44));
        assert_eq!(rollup.revenue, [base::Money::new(44_000, base::Currency::EUR)]);
        assert_eq!(rollup.recency_ms, Some(44 * day / 3));
        assert_eq!(rollup.last_seen, Some(testkit::NOW.plus_ms(-day)));
        assert_eq!(world.companies.refresh().await.expect("rolled up"), 0, "nothing is due");
        // Somebody joins: due half a minute later.
        world.feed(vec![(BERT, joined(2, "bert", "acme", "Staff"))], vec![]).await;
        world.clock.advance_ms(29_000);
        assert_eq!(world.companies.refresh().await.expect("rolled up"), 0);
        world.clock.advance_ms(1_000);
        assert_eq!(world.companies.refresh().await.expect("rolled up"), 1);
        assert_eq!(world.rollup("acme").await.map(|rollup| rollup.counted), Some(5));
        // And every ten minutes.
        world.clock.advance_ms(600_000);
        assert_eq!(world.companies.refresh().await.expect("rolled up"), 1);
        // A member is seen later than the last call: the company is, too.
        let seen = world.companies.get(SHOP, world.id("acme").await).await.expect("the company").summary;
        assert!(testkit::NOW.plus_ms(-day) < seen.last_seen);
    })
    .await;
}

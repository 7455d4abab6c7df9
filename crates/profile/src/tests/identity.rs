//! Who an event belongs to.

use super::*;
use serde_json::json;

#[tokio::test]
async fn what_a_visitor_did_before_signing_up_is_theirs_afterwards() {
    on_every_store(async |world| {
        let first = world.feed(vec![page(1).anonymous("a1")]).await.events[0].clone();
        assert!(first.created);
        let signed_up = world.feed(vec![identify(2).anonymous("a1").user("u1").id("email", "Anna@x.nl")]).await;
        assert_eq!((signed_up.events[0].profile, signed_up.events[0].created), (first.profile, false));
        let from_shop = world.feed(vec![track(3).id("email", "anna@X.NL")]).await;
        assert_eq!(from_shop.events[0].profile, first.profile);
        assert!(signed_up.merges.is_empty());
    })
    .await;
}

#[tokio::test]
async fn signing_in_on_a_second_device_joins_the_two_and_the_stronger_one_survives() {
    on_every_store(async |world| {
        // The visitor is older, but a user id is stronger than a browser's id.
        let visitor = world.feed(vec![page(1).anonymous("phone")]).await.events[0].profile;
        let user = world.feed(vec![identify(2).user("u1").anonymous("laptop")]).await.events[0].profile;
        assert_ne!(visitor, user);
        let joined = world.feed(vec![track(3).anonymous("phone"), identify(4).user("u1").anonymous("phone")]).await;
        assert_eq!(joined.merges, [events::Merge { workspace: SHOP, from: visitor, into: user }]);
        assert!(joined.events.iter().all(|item| item.profile == user), "the whole batch is the survivor's");
        let seen = world.profiles.get(SHOP, visitor).await.unwrap();
        assert_eq!((seen.summary.id, seen.merged_from.as_slice(), seen.summary.events), (user, &[visitor][..], 4));
        assert_eq!(world.profiles.aliases(SHOP, visitor).await.unwrap(), [user, visitor]);
        assert_eq!(world.feed(vec![page(5).anonymous("phone")]).await.events[0].profile, user);
    })
    .await;
}

#[tokio::test]
async fn two_users_on_one_device_stay_two_and_the_conflict_is_recorded() {
    on_every_store(async |world| {
        let anna = world.feed(vec![identify(1).user("anna").anonymous("till")]).await.events[0].profile;
        let batch = vec![
            identify(2).user("bert").anonymous("till"),
            track(3).user("bert").anonymous("till"),
            page(4).anonymous("till"),
        ];
        let seen = world.feed(batch).await;
        let bert = seen.events[0].profile;
        assert_ne!(anna, bert);
        assert!(seen.merges.is_empty());
        assert_eq!(seen.events[1].profile, bert);
        assert_eq!(seen.events[2].profile, anna, "the device stays with who was first");
        let conflicts = world.profiles.conflicts(SHOP, anna).await.unwrap();
        let [conflict] = conflicts.as_slice() else { panic!("one conflict expected, not {conflicts:?}") };
        assert_eq!((conflict.kind.as_str(), conflict.profile, conflict.owner), ("anonymous_id", bert, Some(anna)));
        assert_eq!((conflict.occurrences, conflict.reason.as_str()), (2, "other_profile"));
    })
    .await;
}

#[tokio::test]
async fn a_shared_address_does_not_join_two_accounts() {
    on_every_store(async |world| {
        let anna = world.feed(vec![identify(1).user("anna").id("email", "family@x.nl")]).await.events[0].profile;
        let bert = world.feed(vec![identify(2).user("bert").id("email", "family@x.nl")]).await.events[0].profile;
        assert_ne!(anna, bert);
        assert_eq!(world.find(SHOP, "email", "family@x.nl").await, Some(anna));
    })
    .await;
}

#[tokio::test]
async fn an_alias_joins_two_accounts_outright() {
    on_every_store(async |world| {
        let old = world.feed(vec![identify(1).user("old")]).await.events[0].profile;
        let new = world.feed(vec![identify(2).user("new")]).await.events[0].profile;
        let alias = Event { previous_id: Some("old".into()), ..event(3, EventKind::Alias) }.user("new");
        let joined = world.feed(vec![alias]).await;
        assert_eq!(joined.merges, [events::Merge { workspace: SHOP, from: new, into: old }]);
        for name in ["old", "new"] {
            assert_eq!(world.feed(vec![track(4).user(name)]).await.events[0].profile, old);
        }
        // The joined profile still takes in what a single account may take in.
        let visitor = world.feed(vec![page(5).anonymous("a9")]).await.events[0].profile;
        let later = world.feed(vec![identify(6).user("new").anonymous("a9")]).await;
        assert_eq!(later.merges, [events::Merge { workspace: SHOP, from: visitor, into: old }]);
    })
    .await;
}

#[tokio::test]
async fn an_alias_of_a_browser_attaches_it() {
    on_every_store(async |world| {
        let visitor = world.feed(vec![page(1).anonymous("a1")]).await.events[0].profile;
        let alias = Event { previous_id: Some("a1".into()), ..event(2, EventKind::Alias) }.user("u1");
        assert_eq!(world.feed(vec![alias]).await.events[0].profile, visitor);
        assert_eq!(world.find(SHOP, "user_id", "u1").await, Some(visitor));
    })
    .await;
}

#[tokio::test]
async fn merged_ids_resolve_for_ever_through_a_chain() {
    on_every_store(async |world| {
        let mut ids = Vec::new();
        for n in 0..4 {
            ids.push(world.feed(vec![page(n).anonymous(&format!("a{n}"))]).await.events[0].profile);
        }
        // 4 into 3, 3 into 2, 2 into 1: each time the older one survives.
        for n in (1..4).rev() {
            let both = track(10 + n).anonymous(&format!("a{n}")).id("anonymous_id", &format!("a{}", n - 1));
            world.feed(vec![both]).await;
        }
        for id in &ids {
            assert_eq!(world.profiles.get(SHOP, *id).await.unwrap().summary.id, ids[0]);
            let late = world.feed(vec![system(50, events::names::EMAIL_OPENED, *id)]).await;
            assert_eq!(late.events[0].profile, ids[0], "an old id arrives from a link");
        }
        // The same from the store, with nothing in memory.
        let fresh = Identity::new(world.db().clone());
        let events: Vec<Arc<Event>> = ids.iter().map(|id| Arc::new(system(60, "Email Opened", *id))).collect();
        assert_eq!(fresh.lookup(&events).await.unwrap(), vec![Some(ids[0]); 4]);
    })
    .await;
}

#[tokio::test]
async fn limits_hold_and_what_is_over_them_is_recorded() {
    on_every_store(async |world| {
        let home = world.feed(vec![identify(1).user("u1")]).await.events[0].profile;
        for n in 0..7 {
            let seen = world.feed(vec![identify(2 + n).user("u1").id("email", &format!("e{n}@x.nl"))]).await;
            assert_eq!(seen.events[0].profile, home);
        }
        let profile = world.profiles.get(SHOP, home).await.unwrap();
        assert_eq!(profile.identifiers.iter().filter(|seen| seen.kind == "email").count(), 5);
        let conflicts = world.profiles.conflicts(SHOP, home).await.unwrap();
        assert_eq!(conflicts.iter().map(|conflict| conflict.reason.as_str()).collect::<Vec<_>>(), ["limit", "limit"]);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_names_nobody_is_kept_apart_and_teaches_nothing() {
    on_every_store(async |world| {
        let batch = vec![
            identify(1).user("null").traits(json!({"name": "Nobody"})),
            track(2).user("undefined").anonymous("000"),
        ];
        let seen = world.feed(batch).await;
        assert_eq!(seen.events.len(), 2, "an accepted event is never lost");
        assert_eq!(seen.events[0].profile, seen.events[1].profile);
        assert!(world.profiles.get(SHOP, seen.events[0].profile).await.unwrap().traits.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_same_identifier_in_two_workspaces_is_two_customers() {
    on_every_store(async |world| {
        let batch = vec![identify(1).user("u1").id("email", "a@x.nl"), identify(2).user("u1").of(OTHER_SHOP)];
        let seen = world.feed(batch).await;
        assert_eq!(seen.events[0].profile, seen.events[1].profile, "both are number 1 of their workspace");
        assert!(seen.events.iter().all(|item| item.created));
        assert_eq!(world.find(OTHER_SHOP, "email", "a@x.nl").await, None);
        assert_eq!(world.profiles.get(OTHER_SHOP, seen.events[1].profile).await.unwrap().identifiers.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_was_given_up_leaves_no_trace_and_comes_again() {
    on_every_store(async |world| {
        let setup = || vec![page(1).anonymous("a1"), identify(2).user("u1")];
        let batch = || vec![identify(3).user("u1").anonymous("a1"), identify(4).user("u2").anonymous("a2")];
        world.feed(setup()).await;
        world.feed_and_fail(batch()).await;
        assert_eq!(world.find(SHOP, "user_id", "u2").await, None);
        assert_eq!(world.profiles.counts(SHOP).await.unwrap().customers, 2);
        let again = world.feed(batch()).await;
        assert_eq!(again.merges.len(), 1);
        assert_eq!(again.events[1].profile, ProfileId::new(3), "the id is given out once");
        let counts = world.profiles.counts(SHOP).await.unwrap();
        assert_eq!((counts.customers, counts.identified), (2, 2));
        assert_eq!(world.feed(vec![page(5).anonymous("a1")]).await.events[0].profile, again.events[0].profile);
    })
    .await;
}

#[tokio::test]
async fn a_phone_number_is_read_in_the_customers_country() {
    on_every_store(async |world| {
        let call = identify(1).user("u1").traits(json!({"phone": "070-123 45 67", "country": "SE"}));
        world.feed(vec![call]).await;
        let found = world.find(SHOP, "phone", "+46701234567").await;
        assert_eq!(found, world.find(SHOP, "user_id", "u1").await);
        assert!(found.is_some());
        let addresses = world.profiles.address(SHOP, "sms", &[found.unwrap()]).await.unwrap();
        assert_eq!(addresses, [Some("+46701234567".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn a_call_about_a_company_alone_makes_no_customer() {
    on_every_store(async |world| {
        let group = |n: i64| Event { group_id: Some("acme".into()), ..event(n, EventKind::Group) };
        let own = |event: Event| Event { source: None, channel: Channel::System, ..event };
        let deleted = Event { name: "Company Deleted".into(), ..track(3) };
        let seen = world.feed(vec![group(1), own(group(2)), own(deleted)]).await;
        assert_eq!(seen.events.len(), 3, "it is kept");
        assert!(seen.events.iter().all(|item| item.is_of_nobody() && !item.created), "{:?}", seen.events);
        assert_eq!(world.profiles.counts(SHOP).await.unwrap().customers, 0);
        let with_member = world.feed(vec![group(4).user("anna"), track(5)]).await;
        assert!(with_member.events.iter().all(|item| item.created), "a member, and a visitor of the website");
    })
    .await;
}

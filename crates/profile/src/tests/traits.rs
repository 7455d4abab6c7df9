//! What is known of a customer.

use super::*;
use crate::ProfileError;
use serde_json::json;

#[tokio::test]
async fn the_latest_event_wins_each_trait_whenever_it_arrives() {
    on_every_store(async |world| {
        let late = identify(50).user("u1").traits(json!({"city": "Sneek", "size": 42}));
        let early = identify(10).user("u1").traits(json!({"city": "Drachten", "vip": true}));
        world.feed(vec![late]).await;
        let id = world.feed(vec![early]).await.events[0].profile;
        let profile = world.profiles.get(SHOP, id).await.unwrap();
        assert_eq!(trait_map(&profile), *json!({"city": "Sneek", "size": 42, "vip": true}).as_object().unwrap());
        let city = profile.traits.iter().find(|seen| seen.name == "city").unwrap();
        assert_eq!(city.at, testkit::NOW.plus_ms(50_000));
        assert_eq!(city.source, SourceId::derived("website").to_string());
    })
    .await;
}

#[tokio::test]
async fn a_trait_that_was_worked_out_is_nothing_that_happened() {
    on_every_store(async |world| {
        let id = world.feed(vec![identify(50).user("u1").traits(json!({"city": "Sneek"}))]).await.events[0].profile;
        let computed = identify(90).traits(json!({"orders": 3}));
        let message_id = "computed:prf_1:7".to_owned();
        world.feed(vec![Event { source: None, profile: Some(id), message_id, ..computed }]).await;
        let profile = world.profiles.get(SHOP, id).await.unwrap();
        let (first, last) = (profile.summary.first_seen, profile.summary.last_seen);
        assert_eq!(
            (first, last, profile.summary.events),
            (testkit::NOW.plus_ms(50_000), testkit::NOW.plus_ms(50_000), 1)
        );
        let orders = profile.traits.iter().find(|seen| seen.name == "orders").unwrap();
        assert_eq!((&orders.value, orders.source.as_str()), (&json!(3), events::COMPUTED_SOURCE));
    })
    .await;
}

#[tokio::test]
async fn a_trait_taken_back_is_not_brought_back_by_an_older_event() {
    on_every_store(async |world| {
        world.feed(vec![identify(1).user("u1").traits(json!({"size": 41}))]).await;
        world.feed(vec![identify(9).user("u1").traits(json!({"size": null}))]).await;
        let id = world.feed(vec![identify(5).user("u1").traits(json!({"size": 42}))]).await.events[0].profile;
        assert!(world.profiles.get(SHOP, id).await.unwrap().traits.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_merge_keeps_the_traits_times_and_counts_of_both() {
    on_every_store(async |world| {
        world.feed(vec![identify(1).user("u1").traits(json!({"name": "Anna", "city": "Sneek"}))]).await;
        let till = identify(2).id("loyalty_card", "L7").traits(json!({"city": "Joure", "shoe_size": 39}));
        world.feed(vec![Event { channel: Channel::Shop, ..till }]).await;
        let joined = world.feed(vec![identify(3).user("u1").id("loyalty_card", "L7")]).await;
        assert_eq!(joined.merges.len(), 1);
        let profile = world.profiles.get(SHOP, joined.events[0].profile).await.unwrap();
        assert_eq!(
            trait_map(&profile),
            *json!({"name": "Anna", "city": "Joure", "shoe_size": 39}).as_object().unwrap()
        );
        assert_eq!(profile.summary.events, 3);
        assert_eq!(profile.summary.channels, [Channel::Web, Channel::Shop]);
        assert_eq!(profile.summary.first_seen, testkit::NOW.plus_ms(1_000));
        assert_eq!(profile.summary.label, "Anna");
    })
    .await;
}

#[tokio::test]
async fn where_a_customer_came_from_first_and_last_is_kept() {
    on_every_store(async |world| {
        let campaign = |name: &str| json!({"campaign": {"name": name, "source": "newsletter", "medium": "email"}});
        world.feed(vec![page(1).anonymous("a1").context(campaign("spring"))]).await;
        let search = json!({"page": {"search": "?utm_source=google&utm_campaign=big+sale&gclid=Cj%3D1"}});
        let id = world.feed(vec![page(2).anonymous("a1").context(search)]).await.events[0].profile;
        let known = trait_map(&world.profiles.get(SHOP, id).await.unwrap());
        let expected = json!({
            "first_utm_source": "newsletter", "first_utm_medium": "email", "first_utm_campaign": "spring",
            "latest_utm_source": "google", "latest_utm_medium": "email", "latest_utm_campaign": "big sale",
            "gclid": "Cj=1",
        });
        assert_eq!(known, *expected.as_object().unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_message_we_sent_counts_but_is_no_sign_of_life() {
    on_every_store(async |world| {
        let id = world.feed(vec![track(1).user("u1")]).await.events[0].profile;
        world.feed(vec![system(500, events::names::EMAIL_SENT, id)]).await;
        let sent = world.profiles.get(SHOP, id).await.unwrap().summary;
        assert_eq!((sent.events, sent.last_seen), (2, testkit::NOW.plus_ms(1_000)));
        world.feed(vec![system(600, events::names::EMAIL_LINK_CLICKED, id)]).await;
        let clicked = world.profiles.get(SHOP, id).await.unwrap().summary;
        assert_eq!((clicked.events, clicked.last_seen), (3, testkit::NOW.plus_ms(600_000)));
    })
    .await;
}

#[tokio::test]
async fn too_large_and_too_many_traits_are_left_out_and_the_rest_stays() {
    on_every_store(async |world| {
        let mut traits = JsonMap::new();
        traits.insert("essay".into(), "x".repeat(crate::TRAIT_VALUE_BYTES_MAX + 1).into());
        for n in 0..crate::TRAITS_MAX + 20 {
            traits.insert(format!("t{n}"), n.into());
        }
        let id = world.feed(vec![identify(1).user("u1").traits(traits.into())]).await.events[0].profile;
        let known = trait_map(&world.profiles.get(SHOP, id).await.unwrap());
        assert_eq!(known.len(), crate::TRAITS_MAX);
        assert!(!known.contains_key("essay") && known.contains_key("t0"));
    })
    .await;
}

#[tokio::test]
async fn messages_get_one_spelling_whatever_the_source_calls_it() {
    on_every_store(async |world| {
        let call = identify(1).user("u1").traits(json!({
            "firstName": "Anna", "lastName": "de Vries", "email": "Anna@x.nl", "locale": "fy-NL", "id": "forged",
            "address": {"city": "Sneek", "country": "NL"},
        }));
        let id = world.feed(vec![call]).await.events[0].profile;
        let data = world.profiles.data(SHOP, &[id, ProfileId::new(99)]).await.unwrap();
        for (name, value) in [
            ("id", "prf_1"),
            ("first_name", "Anna"),
            ("last_name", "de Vries"),
            ("name", "Anna de Vries"),
            ("email", "Anna@x.nl"),
            ("language", "fy-NL"),
            ("city", "Sneek"),
            ("country", "NL"),
        ] {
            assert_eq!(data[0][name], value, "{name}");
        }
        assert!(data[1].is_null());
        let addresses = world.profiles.address(SHOP, "email", &[id, ProfileId::new(99)]).await.unwrap();
        assert_eq!(addresses, [Some("Anna@x.nl".to_owned()), None], "the address is never altered");
    })
    .await;
}

#[tokio::test]
async fn changing_a_customer_writes_to_the_log() {
    on_every_store(async |world| {
        let id = world.feed(vec![identify(1).user("u1")]).await.events[0].profile;
        let traits = json!({"vip": true}).as_object().cloned().unwrap();
        world.profiles.patch(SHOP, id, traits.clone()).await.unwrap();
        let identifiers = [
            Identifier { kind: "user_id".into(), value: "u2".into() },
            Identifier { kind: "email".into(), value: "b@x.nl".into() },
        ];
        world.profiles.create(SHOP, &identifiers, traits).await.unwrap();
        let log = world.log().await;
        assert_eq!(log[0]["batch"][0]["profileId"], "prf_1");
        assert_eq!(log[0]["batch"][0]["traits"]["vip"], true);
        assert_eq!(log[1]["batch"][0]["userId"], "u2");
        assert_eq!(log[1]["batch"][0]["context"]["externalIds"][0], json!({"type": "email", "id": "b@x.nl"}));
        let bad = [Identifier { kind: "email".into(), value: "not an address".into() }];
        let refused = world.profiles.create(SHOP, &bad, JsonMap::new()).await.unwrap_err();
        assert!(refused.to_string().contains("/identifiers/0"), "{refused}");
        assert!(world.profiles.patch(SHOP, ProfileId::new(99), JsonMap::new()).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_trait_that_cannot_be_stored_is_refused_with_its_name_and_nothing_changes() {
    on_every_store(async |world| {
        let id = world.feed(vec![identify(1).user("u1").traits(json!({"city": "Sneek"}))]).await.events[0].profile;
        let long = "x".repeat(crate::TRAIT_VALUE_BYTES_MAX + 1);
        let cases = [
            (json!({"city": "Joure", "essay": long}), "/traits/essay", "too_large"),
            (json!({"city": "Joure", "email": "not an address"}), "/traits/email", "bad_address"),
            (json!({"email": 12}), "/traits/email", "bad_address"),
            (json!({"phone": "call me"}), "/traits/phone", "bad_address"),
            (json!({"a/b": "x".repeat(9_000)}), "/traits/a~1b", "too_large"),
            (json!({" ": 1}), "/traits/ ", "bad_name"),
        ];
        let before = world.log().await.len();
        for (traits, wrong, why) in cases {
            let refused = world.profiles.patch(SHOP, id, traits.as_object().unwrap().clone()).await;
            let Err(ProfileError::Invalid { pointer, code, .. }) = refused else { panic!("{traits} was taken") };
            assert_eq!((pointer.as_str(), code), (wrong, why));
        }
        let many: serde_json::Map<_, _> = (0..crate::TRAITS_MAX).map(|n| (format!("t{n}"), json!(n))).collect();
        let refused = world.profiles.patch(SHOP, id, many).await;
        assert!(matches!(refused, Err(ProfileError::Invalid { code: "too_many_traits", .. })));
        assert_eq!(world.log().await.len(), before, "nothing reached the log");
        let fine = json!({"email": "anna@example.nl", "phone": "+31612345678", "city": null});
        world.profiles.patch(SHOP, id, fine.as_object().unwrap().clone()).await.unwrap();
    })
    .await;
}

//! A person joins two customers, takes one apart, and takes it back.

use super::*;
use crate::{PersonIdentifier, ProfileError, SplitRequest};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// Feeds what the service wrote to the log last, as the pipeline would.
    async fn follow(&self) -> Resolution {
        let body = self.log().await.pop().expect("something was asked for");
        let call = &body["batch"][0];
        let message_id = call["messageId"].as_str().unwrap();
        let profile = call["profileId"].as_str().unwrap().parse().unwrap();
        let event = Event {
            id: EventId::of(SHOP, message_id),
            message_id: message_id.into(),
            channel: Channel::System,
            properties: RawJson::new(call["properties"].to_string()),
            ..system(900, call["event"].as_str().unwrap(), profile)
        };
        self.feed(vec![event]).await
    }

    async fn merge(&self, id: ProfileId, with: ProfileId) {
        self.profiles.merge(SHOP, id, with).await.expect("they can be merged");
        self.follow().await;
    }

    async fn undo(&self, id: ProfileId, from: ProfileId) -> ProfileId {
        self.split(id, SplitRequest { revive: Some(from), ..SplitRequest::default() }).await
    }

    async fn split(&self, id: ProfileId, request: SplitRequest) -> ProfileId {
        let new = self.split_only(id, request).await;
        crate::finish_splits(self.db(), &*self.past).await.unwrap();
        new
    }

    /// The history has not followed yet.
    async fn split_only(&self, id: ProfileId, request: SplitRequest) -> ProfileId {
        let asked = self.profiles.split(SHOP, id, &request).await.expect("it can be split");
        assert!(self.follow().await.splits.len() == 1);
        self.profiles.split_into(SHOP, &asked.message_id).await.unwrap().expect("somebody left")
    }

    async fn known(&self, id: ProfileId) -> (BTreeSet<String>, JsonMap, u64) {
        let profile = self.profiles.get(SHOP, id).await.expect("there is such a customer");
        let identifiers = profile.identifiers.iter().map(|seen| format!("{}={}", seen.kind, seen.value)).collect();
        (identifiers, trait_map(&profile), profile.summary.events)
    }
}

fn identifier(kind: &str, value: &str) -> PersonIdentifier {
    PersonIdentifier { kind: kind.into(), value: value.into() }
}

fn these(identifiers: &[(&str, &str)]) -> SplitRequest {
    let identifiers = identifiers.iter().map(|(kind, value)| identifier(kind, value)).collect();
    SplitRequest { identifiers, revive: None }
}

#[tokio::test]
async fn a_merge_by_hand_is_undone_and_both_are_who_they_were_with_what_they_did_since() {
    on_every_store(async |world| {
        let batch = vec![
            identify(1).user("anna").id("email", "anna@x.nl").traits(json!({"email": "anna@x.nl", "city": "Drachten"})),
            identify(2).user("bert").id("email", "bert@x.nl").traits(json!({"email": "bert@x.nl", "age": 40})),
            track(3).user("bert"),
        ];
        let events = world.feed(batch).await.events;
        let (anna, bert) = (events[0].profile, events[1].profile);
        let before = (world.known(anna).await, world.known(bert).await);
        let preview = world.profiles.merge_preview(SHOP, anna, bert).await.unwrap();
        assert_eq!(preview.warnings, ["many_user_id"], "two user ids are no event's business");
        let kept = preview.traits.iter().map(|choice| (choice.name.as_str(), choice.keeps_survivor));
        assert_eq!(kept.collect::<Vec<_>>(), [("age", false), ("city", true), ("email", false)]);
        world.merge(anna, bert).await;
        let (identifiers, traits, events) = world.known(bert).await;
        assert_eq!((identifiers.len(), events), (4, 4));
        assert_eq!(traits["email"], "bert@x.nl", "the latest word");
        assert_eq!(world.profiles.merges(SHOP, anna).await.unwrap()[0].reason, "merged by hand");
        world.feed(vec![track(10).user("bert"), identify(11).user("anna").traits(json!({"city": "Goingarijp"}))]).await;
        assert_eq!(world.undo(anna, bert).await, bert, "the old id is back");
        let (of_anna, of_bert) = (world.known(anna).await, world.known(bert).await);
        assert_eq!((&of_anna.0, &of_bert.0), (&before.0.0, &before.1.0));
        assert_eq!(of_anna.1, *json!({"email": "anna@x.nl", "city": "Goingarijp"}).as_object().unwrap());
        assert_eq!(of_bert.1, before.1.1);
        // Anna: her own two, and the two events that tell of the merge and the split.
        assert_eq!((of_anna.2, of_bert.2), (4, 3));
        let counts = world.profiles.counts(SHOP).await.unwrap();
        assert_eq!((counts.customers, counts.identified), (2, 2));
        assert!(!world.profiles.is_sorting(SHOP, anna).await.unwrap());
        let stored = world.past.0.lock().iter().filter(|item| item.profile == bert).count();
        assert_eq!(stored, 3, "the history followed");
    })
    .await;
}

#[tokio::test]
async fn who_was_taken_apart_is_joined_again_by_a_person_only() {
    on_every_store(async |world| {
        let joined =
            vec![page(1).anonymous("tablet"), identify(2).user("anna"), identify(3).user("anna").anonymous("tablet")];
        let anna = world.feed(joined).await.events[2].profile;
        let visitor = world.split(anna, these(&[("anonymous_id", "tablet")])).await;
        assert_ne!(visitor, anna);
        // Its own page view; the identify call that joined them was anna's word.
        assert_eq!(world.known(visitor).await.2, 1);
        let again = world.feed(vec![identify(4).user("anna").anonymous("tablet")]).await;
        assert!(again.merges.is_empty());
        assert_eq!(again.events[0].profile, anna);
        let conflicts = world.profiles.conflicts(SHOP, anna).await.unwrap();
        assert_eq!((conflicts[0].reason.as_str(), conflicts[0].owner), ("kept_apart", Some(visitor)));
        assert_eq!(world.profiles.apart(SHOP, anna).await.unwrap()[0].profile.id, visitor);
        assert_eq!(world.profiles.apart(SHOP, visitor).await.unwrap()[0].profile.id, anna);
        let preview = world.profiles.merge_preview(SHOP, anna, visitor).await.unwrap();
        assert_eq!(preview.warnings, ["kept_apart"]);
        // The ban follows whoever the two become.
        let other = world.feed(vec![identify(5).user("carl")]).await.events[0].profile;
        world.merge(other, visitor).await;
        let third = world.feed(vec![identify(6).user("anna").anonymous("tablet")]).await;
        assert!(third.merges.is_empty());
        assert_eq!(world.profiles.apart(SHOP, other).await.unwrap()[0].profile.id, anna);
        world.merge(anna, other).await;
        assert!(world.profiles.apart(SHOP, anna).await.unwrap().is_empty());
        assert_eq!(world.profiles.get(SHOP, visitor).await.unwrap().summary.id, anna);
    })
    .await;
}

#[tokio::test]
async fn a_split_that_makes_no_sense_is_refused_with_its_reason() {
    on_every_store(async |world| {
        let anna = world.feed(vec![identify(1).user("anna").id("email", "a@x.nl")]).await.events[0].profile;
        let code = async |request: SplitRequest| match world.profiles.split_preview(SHOP, anna, &request).await {
            Err(ProfileError::Refused { code, .. }) => code,
            other => panic!("refused, not {other:?}"),
        };
        assert_eq!(code(these(&[("email", "somebody@x.nl")])).await, "no_identifier");
        assert_eq!(code(these(&[("email", "A@x.nl"), ("user_id", "anna")])).await, "all_identifiers");
        let never = SplitRequest { identifiers: Vec::new(), revive: Some(ProfileId::new(77)) };
        assert_eq!(code(never).await, "not_merged");
        let same = world.profiles.merge(SHOP, anna, anna).await.unwrap_err();
        assert!(matches!(same, ProfileError::Refused { code: "same_profile", .. }));
        // Asked for twice: the second finds nothing to do, and nothing breaks.
        world.profiles.split(SHOP, anna, &these(&[("email", "a@x.nl")])).await.unwrap();
        world.follow().await;
        let second = world.profiles.split(SHOP, anna, &these(&[("email", "a@x.nl")])).await;
        assert!(matches!(second, Err(ProfileError::Refused { code: "no_identifier", .. })));
        let again = world.follow().await;
        assert!(again.splits.is_empty());
        assert_eq!(world.profiles.counts(SHOP).await.unwrap().customers, 2);
    })
    .await;
}

#[tokio::test]
async fn undoing_an_older_merge_takes_what_was_merged_into_it_along() {
    on_every_store(async |world| {
        let batch = vec![identify(1).user("a"), identify(2).user("b"), identify(3).user("c")];
        let ids: Vec<ProfileId> = world.feed(batch).await.events.iter().map(|item| item.profile).collect();
        world.merge(ids[1], ids[2]).await;
        world.merge(ids[0], ids[1]).await;
        assert_eq!(world.profiles.get(SHOP, ids[2]).await.unwrap().summary.id, ids[0]);
        world.undo(ids[0], ids[1]).await;
        let canonical = world.profiles.canonical(SHOP, &ids).await.unwrap();
        assert_eq!((canonical[&ids[0]], canonical[&ids[1]], canonical[&ids[2]]), (ids[0], ids[1], ids[1]));
        assert_eq!(world.feed(vec![track(9).user("c")]).await.events[0].profile, ids[1]);
        // Rolled back and done again, the outcome is the same.
        world.undo(ids[1], ids[2]).await;
        assert_eq!(world.profiles.counts(SHOP).await.unwrap().customers, 3);
        assert_eq!(world.feed(vec![track(10).user("c")]).await.events[0].profile, ids[2]);
    })
    .await;
}

#[tokio::test]
async fn splits_made_before_the_history_followed_are_as_right_as_later_ones() {
    on_every_store(async |world| {
        let joined = identify(1).user("x").id("email", "x@x.nl").id("card", "p").id("card", "q");
        let x = world.feed(vec![joined]).await.events[0].profile;
        let by = |n, value: &str| identify(n).id("card", value).traits(json!({ format!("color_{value}"): n }));
        world.feed(vec![by(2, "p"), by(3, "q"), by(4, "p"), by(5, "q")]).await;
        let one = world.split_only(x, these(&[("card", "p"), ("card", "q")])).await;
        assert!(world.profiles.is_sorting(SHOP, one).await.unwrap());
        let [stays, leaves] = world.profiles.split_preview(SHOP, one, &these(&[("card", "q")])).await.unwrap();
        assert_eq!((stays.events, leaves.events), (2, 2));
        let two = world.split_only(one, these(&[("card", "q")])).await;
        crate::finish_splits(world.db(), &*world.past).await.unwrap();
        // The second split's own event is told to the one it was asked of.
        assert_eq!((world.known(one).await.2, world.known(two).await.2), (3, 2));
        assert_eq!(world.known(one).await.1, *json!({"color_p": 4}).as_object().unwrap());
        assert_eq!(world.known(two).await.1, *json!({"color_q": 5}).as_object().unwrap());
        for (id, events) in [(x, 2), (one, 3), (two, 2)] {
            let stored = world.past.0.lock().iter().filter(|item| item.profile == id).count();
            assert_eq!(stored, events, "the history of {id}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_apart_stays_so_through_merges_and_splits_of_others() {
    on_every_store(async |world| {
        let batch = vec![identify(1).user("c").anonymous("cx"), identify(2).user("a")];
        let ids: Vec<ProfileId> = world.feed(batch).await.events.iter().map(|item| item.profile).collect();
        let (c, a) = (ids[0], ids[1]);
        let x = world.split(c, these(&[("anonymous_id", "cx")])).await;
        world.merge(a, c).await;
        assert_eq!(world.profiles.apart(SHOP, a).await.unwrap()[0].profile.id, x, "as long as they are one");
        world.undo(a, c).await;
        let apart = async |id| -> BTreeSet<ProfileId> {
            world.profiles.apart(SHOP, id).await.unwrap().into_iter().map(|apart| apart.profile.id).collect()
        };
        assert_eq!((apart(c).await, apart(x).await, apart(a).await), ([a, x].into(), [c].into(), [c].into()));
        let again = world.feed(vec![identify(5).user("c").anonymous("cx")]).await;
        assert!(again.merges.is_empty());
        // A new customer out of C is apart from whom C is apart from.
        world.feed(vec![identify(6).user("c").id("email", "c@x.nl")]).await;
        let d = world.split(c, these(&[("email", "c@x.nl")])).await;
        assert!(apart(d).await.contains(&x));
        assert!(world.feed(vec![identify(7).anonymous("cx").id("email", "c@x.nl")]).await.merges.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_a_person_left_behind_does_not_leave_the_next_time() {
    on_every_store(async |world| {
        let batch = vec![identify(1).user("a"), identify(2).user("b").id("email", "b@x.nl").anonymous("bx")];
        let ids: Vec<ProfileId> = world.feed(batch).await.events.iter().map(|item| item.profile).collect();
        world.merge(ids[0], ids[1]).await;
        let only_the_user = SplitRequest { revive: Some(ids[1]), ..these(&[("user_id", "b")]) };
        world.split(ids[0], only_the_user).await;
        let homes = world.profiles.get(SHOP, ids[0]).await.unwrap().identifiers;
        assert!(homes.iter().all(|seen| seen.home == ids[0]), "{homes:?}");
        world.merge(ids[0], ids[1]).await;
        let undo = SplitRequest { revive: Some(ids[1]), ..SplitRequest::default() };
        let [_, leaves] = world.profiles.split_preview(SHOP, ids[0], &undo).await.unwrap();
        assert_eq!(leaves.identifiers.iter().map(|seen| seen.value.as_str()).collect::<Vec<_>>(), ["b"]);
    })
    .await;
}

#[tokio::test]
async fn of_words_of_one_moment_the_one_that_held_holds_again() {
    on_every_store(async |world| {
        let say = |n: i64, tie: i64| {
            let first = identify(1);
            Event { at: first.at, received_at: first.received_at, ..identify(n).user("a").traits(json!({"tie": tie})) }
        };
        let a = world.feed((0..12).map(|n| say(n + 20, n)).collect()).await.events[0].profile;
        let b = world.feed(vec![identify(40).user("b")]).await.events[0].profile;
        // The history gives them back in another order.
        world.past.0.lock().reverse();
        world.merge(a, b).await;
        world.undo(a, b).await;
        assert_eq!(world.known(a).await.1["tie"], 11);
    })
    .await;
}

/// Who is known by what: identifiers -> (traits, events that are not about merging).
async fn outcome(world: &World, own_events: u64) -> BTreeMap<BTreeSet<String>, (JsonMap, u64)> {
    let rows = world.profiles.stream(SHOP, ProfileId::new(0), 100).await.unwrap();
    let mut found = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let (identifiers, traits, events) = world.known(row.id).await;
        found.insert(identifiers, (traits, events - if number == 0 { own_events } else { 0 }));
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However two people's events fall around it: a merge that is undone never was.
    #[test]
    fn a_merge_that_is_undone_never_was(
        steps in proptest::collection::vec((0..2usize, 0..3usize, any::<bool>()), 2..14),
        cut in 0..14usize,
        fail_first in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let event_of = |(n, (person, by, tells)): (usize, &(usize, usize, bool))| {
                let n = n as i64 + 10;
                let event = if *tells { identify(n).traits(json!({"latest": n, "by": by})) } else { track(n) };
                match by {
                    0 => event.user(&format!("u{person}")),
                    1 => event.anonymous(&format!("a{person}")),
                    _ => event.id("email", &format!("e{person}@x.nl")),
                }
            };
            let start: Vec<Event> = (0..2usize)
                .map(|person| identify(person as i64).user(&format!("u{person}")).anonymous(&format!("a{person}")).id("email", &format!("e{person}@x.nl")))
                .collect();
            let events: Vec<Event> = steps.iter().enumerate().map(event_of).collect();
            let (before, after) = events.split_at(cut.min(events.len()));
            let mut outcomes = Vec::new();
            for merged in [false, true] {
                let world = World::on(testkit::sqlite(MIGRATIONS).await);
                let ids: Vec<ProfileId> = world.feed(start.clone()).await.events.iter().map(|item| item.profile).collect();
                if !before.is_empty() { world.feed(before.to_vec()).await; }
                if merged {
                    world.merge(ids[0], ids[1]).await;
                    if fail_first { world.feed_and_fail(after.to_vec()).await; }
                }
                if !after.is_empty() { world.feed(after.to_vec()).await; }
                if merged { world.undo(ids[0], ids[1]).await; }
                outcomes.push(outcome(&world, if merged { 2 } else { 0 }).await);
            }
            prop_assert_eq!(&outcomes[0], &outcomes[1]);
            Ok(())
        })?;
    }
}

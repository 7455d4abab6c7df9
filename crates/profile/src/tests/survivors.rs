//! Which value of a trait stays: through events, batches, merges and their undoing, and what others hear of it.

use super::*;
use crate::{RulesDoc, TraitRuleDoc};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const RULED: [(&str, &str); 7] = [
    ("best", "max"),
    ("least", "min"),
    ("total", "sum"),
    ("tags", "union"),
    ("name", "longest"),
    ("origin", "first"),
    ("status", "latest"),
];

fn give_rules(rules: &mut RulesDoc) {
    for (name, rule) in RULED {
        rules.traits.push(TraitRuleDoc { pattern: name.into(), rule: rule.into(), sources: Vec::new() });
    }
    let sources = vec![SourceId::derived("crm").to_string(), SourceId::derived("website").to_string()];
    rules.traits.push(TraitRuleDoc { pattern: "birthday".into(), rule: "most_trusted".into(), sources });
}

async fn traits_of(world: &World, id: ProfileId) -> BTreeMap<String, (serde_json::Value, i64)> {
    let profile = world.profiles.get(SHOP, id).await.expect("there is such a customer");
    profile.traits.into_iter().map(|seen| (seen.name, (seen.value, seen.at.ms()))).collect()
}

#[tokio::test]
async fn rules_hold_through_a_merge_and_an_undone_merge_gives_each_what_it_had() {
    on_every_store(async |world| {
        world.change_rules(give_rules).await;
        let said = |n: i64, user: &str, best: i64, tags: &[&str]| {
            identify(n).user(user).traits(json!({"best": best, "total": best, "tags": tags, "city": user}))
        };
        let events = world
            .feed(vec![said(1, "anna", 5, &["a"]), said(2, "anna", 3, &["b"]), said(3, "bert", 4, &["b", "c"])])
            .await
            .events;
        let (anna, bert) = (events[0].profile, events[2].profile);
        let before = (traits_of(&world, anna).await, traits_of(&world, bert).await);
        assert_eq!((&before.0["best"].0, &before.0["total"].0), (&json!(5), &json!(3)));
        let preview = world.profiles.merge_preview(SHOP, anna, bert).await.unwrap();
        let tags = preview.traits.iter().find(|choice| choice.name == "tags").unwrap();
        assert_eq!(tags.together, Some(json!(["a", "b", "c"])));
        let merged = system(10, "Profile Merged", anna);
        let merged = Event { properties: RawJson::new(json!({"other": bert.to_string()}).to_string()), ..merged };
        world.feed(vec![merged]).await;
        let both = traits_of(&world, anna).await;
        assert_eq!((&both["best"].0, &both["total"].0, &both["city"].0), (&json!(5), &json!(7), &json!("bert")));
        assert_eq!(both["tags"].0, json!(["a", "b", "c"]));
        let request = crate::SplitRequest { revive: Some(bert), ..Default::default() };
        world.profiles.split(SHOP, anna, &request).await.unwrap();
        let body = world.log().await.pop().unwrap();
        let call = &body["batch"][0];
        let split = Event {
            id: EventId::of(SHOP, call["messageId"].as_str().unwrap()),
            message_id: call["messageId"].as_str().unwrap().into(),
            properties: RawJson::new(call["properties"].to_string()),
            ..system(20, "Profile Split", anna)
        };
        assert_eq!(world.feed(vec![split]).await.splits.len(), 1);
        assert_eq!((traits_of(&world, anna).await, traits_of(&world, bert).await), before);
    })
    .await;
}

/// (user, trait, value, time, from the CRM).
type Saying = (usize, usize, i64, i64, bool);

fn saying() -> impl Strategy<Value = Saying> {
    (0..3usize, 0..RULED.len() + 1, -1..6i64, 0..40i64, any::<bool>())
}

fn event_of(n: usize, (user, name, value, at, crm): &Saying) -> Event {
    let name = RULED.get(*name).map_or("birthday", |(name, _)| name);
    let value = match (*value, name) {
        (-1, _) => json!(null),
        (value, "tags") => json!([value, value % 2]),
        (value, "name") => json!("x".repeat(value as usize + 1)),
        (value, _) => json!(value),
    };
    let said = identify(n as i64).id("loyalty_card", &format!("L{user}")).traits(json!({ name: value }));
    let at = testkit::NOW.plus_ms(at * 1_000);
    let source = Some(SourceId::derived(if *crm { "crm" } else { "website" }));
    Event { at, source, ..said }
}

/// What is known of everybody, and what others heard of it batch by batch.
async fn run(events: &[Event], cuts: &[usize]) -> BTreeMap<String, (serde_json::Value, i64)> {
    let world = World::on(testkit::sqlite(MIGRATIONS).await);
    world.change_rules(give_rules).await;
    let mut heard: BTreeMap<ProfileId, BTreeMap<String, (serde_json::Value, i64)>> = BTreeMap::new();
    let (mut rest, mut cuts) = (events, cuts.iter().copied().cycle());
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(cuts.next().unwrap_or(1).clamp(1, rest.len()));
        let merges = world.feed(batch.to_vec()).await.merges;
        merges.iter().for_each(|merge| drop(heard.remove(&merge.from)));
        for (profile, traits) in world.view.rules().traits_of_batch(SHOP) {
            let of_profile = heard.entry(profile).or_default();
            of_profile.extend(traits.into_iter().map(|(name, value, at)| (name, (value, at.ms()))));
        }
        rest = after;
    }
    let all = world.profiles.stream(SHOP, ProfileId::new(0), 100).await.unwrap();
    assert_eq!(all.len(), 1, "the last event joins them all");
    let known = traits_of(&world, all[0].id).await;
    let mut told = heard.remove(&all[0].id).unwrap_or_default();
    told.retain(|_, (value, _)| !value.is_null());
    assert_eq!(known, told, "what others hear is what is known");
    known
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_and_merges_in_any_order_and_any_batches_leave_the_same_values(
        sayings in proptest::collection::vec(saying(), 1..16),
        order in proptest::collection::vec(any::<u32>(), 17),
        cuts in proptest::collection::vec(1..6usize, 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut events: Vec<Event> = sayings.iter().enumerate().map(|(n, said)| event_of(n, said)).collect();
            let all = identify(100).id("loyalty_card", "L0").id("loyalty_card", "L1").id("loyalty_card", "L2");
            events.push(all);
            let mut shuffled: Vec<(u32, Event)> = order.iter().copied().zip(events.iter().cloned()).collect();
            shuffled.sort_by_key(|(key, _)| *key);
            let shuffled: Vec<Event> = shuffled.into_iter().map(|(_, event)| event).collect();
            let whole = run(&events, &[events.len()]).await;
            assert_eq!(run(&shuffled, &cuts).await, whole);
            assert_eq!(run(&shuffled, &[1]).await, whole);
        });
    }
}

//! A merge that is undone: everybody's word goes back to them, and a no is never lost.

use super::*;
use crate::ConsentState::{Subscribed, Unknown, Unsubscribed};
use crate::ContactChannel::{Email, Push, Sms};
use base::Timestamp;
use events::Split;
use serde_json::json;

fn split(kept: &[&Event], left: &[&Event], joined_at: Option<Timestamp>) -> Split {
    let all = |events: &[&Event]| events.iter().map(|event| Arc::new(Event::clone(event))).collect();
    Split { joined_at, ..testkit::split(SHOP, all(kept), all(left)) }
}

impl World {
    async fn divide(&self, split: Split) -> Vec<(ProfileId, String, String)> {
        let batch = Batch { now: testkit::NOW, splits: vec![split], ..Batch::default() };
        let mut effects = Effects::default();
        let mut tx = self.store.db.begin().await.expect("a transaction");
        ConsentView.apply(&mut tx, &batch, &mut effects).await.expect("the view applies");
        tx.commit().await.expect("commit");
        let text = |event: &SystemEvent, key: &str| {
            event.properties.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
        };
        effects.emitted().iter().map(|event| (event.profile_id, text(event, "channel"), text(event, "state"))).collect()
    }
}

#[tokio::test]
async fn everybodys_word_goes_back_to_them_and_a_no_holds_for_both() {
    on_every_store(async |world| {
        let by = |user: &str, event: Event| Event { user_id: Some(user.into()), ..event };
        let of_anna = by("anna", says(1, json!({"email": true, "sms": true})));
        let of_bert = by("bert", says(2, json!({"email": false, "push": true})));
        world.feed(vec![(ANNA, of_anna.clone()), (BERT, of_bert.clone())], vec![]).await;
        let merge = Merge { workspace: SHOP, from: BERT, into: ANNA };
        let joining = event(3, EventKind::Page);
        world.feed(vec![(ANNA, joining.clone())], vec![merge]).await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed, "bert's later word");
        // While they were one: a click on the link below a message, and a word of anna's own.
        let link = Event { profile: Some(ANNA), ..with(system(4, "Unsubscribed"), json!({"channel": "sms"})) };
        let yes = by("anna", says(5, json!({"push": {"state": "subscribed", "method": "double_opt_in"}})));
        world.feed(vec![(ANNA, link.clone()), (ANNA, yes.clone())], vec![]).await;
        let told = world.divide(split(&[&of_anna, &joining, &link, &yes], &[&of_bert], Some(joining.at))).await;
        let states = async |profile| {
            [world.state(profile, Email).await, world.state(profile, Sms).await, world.state(profile, Push).await]
        };
        assert_eq!(states(ANNA).await, [Subscribed, Unsubscribed, Subscribed]);
        assert_eq!(states(BERT).await, [Unsubscribed, Unsubscribed, Subscribed], "the no of the time together holds");
        assert!(told.contains(&(ANNA, "email".into(), "subscribed".into())));
        assert!(told.contains(&(BERT, "sms".into(), "unsubscribed".into())));
        assert_eq!(told.len(), 4, "anna's e-mail, bert's three: {told:?}");
        assert_eq!(world.consents.history(SHOP, BERT).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn who_had_only_the_others_word_has_said_nothing() {
    on_every_store(async |world| {
        let of_bert = Event { user_id: Some("bert".into()), ..says(1, json!({"email": true})) };
        world.feed(vec![(ANNA, of_bert.clone())], vec![]).await;
        let told = world.divide(split(&[], &[&of_bert], None)).await;
        assert_eq!((world.state(ANNA, Email).await, world.state(BERT, Email).await), (Unknown, Subscribed));
        assert_eq!(told, [(ANNA, "email".into(), "unknown".into()), (BERT, "email".into(), "subscribed".into())]);
    })
    .await;
}

#[tokio::test]
async fn a_no_said_together_survives_every_further_merge_and_split() {
    on_every_store(async |world| {
        let by = |user: &str, event: Event| Event { user_id: Some(user.into()), ..event };
        let of_anna = by("anna", says(1, json!({"email": true})));
        let of_bert = by("bert", says(2, json!({"email": true})));
        world.feed(vec![(ANNA, of_anna.clone()), (BERT, of_bert.clone())], vec![]).await;
        let merge = |from, into| vec![Merge { workspace: SHOP, from, into }];
        let together = event(3, EventKind::Page);
        world.feed(vec![(ANNA, together.clone())], merge(BERT, ANNA)).await;
        let link = with(system(4, "Unsubscribed"), json!({"channel": "email"}));
        world.feed(vec![(ANNA, link.clone())], vec![]).await;
        world.divide(split(&[&of_anna, &together, &link], &[&of_bert], Some(together.at))).await;
        let states = async || (world.state(ANNA, Email).await, world.state(BERT, Email).await);
        assert_eq!(states().await, (Unsubscribed, Unsubscribed));
        // Joined again later, either way round, and taken apart again: the no is older than the merge.
        let later = testkit::NOW.plus_ms(50_000);
        world.feed(vec![], merge(BERT, ANNA)).await;
        world.divide(split(&[&of_anna, &together, &link], &[&of_bert], Some(later))).await;
        assert_eq!(states().await, (Unsubscribed, Unsubscribed));
        world.feed(vec![], merge(ANNA, BERT)).await;
        let turned = Split {
            from: BERT,
            into: ANNA,
            group: vec![ANNA],
            ..split(&[&of_bert], &[&of_anna, &together, &link], Some(later))
        };
        world.divide(turned).await;
        assert_eq!(states().await, (Unsubscribed, Unsubscribed));
    })
    .await;
}

#[tokio::test]
async fn an_address_nothing_is_sent_to_goes_with_whose_it_is() {
    on_every_store(async |world| {
        let bounced = with(system(1, "Email Bounced"), json!({"bounce_type": "hard", "email": "bert@x.nl"}));
        world.feed(vec![(ANNA, bounced.clone())], vec![]).await;
        let email = |value: &str| events::Identifier { kind: "email".into(), value: value.into() };
        let taken = Split {
            staying: vec![email("anna@x.nl")],
            leaving: vec![email("bert@x.nl")],
            ..split(&[&bounced], &[], None)
        };
        world.divide(taken).await;
        assert!(world.consents.suppressed(SHOP, ANNA).await.unwrap().is_empty());
        assert_eq!(world.consents.suppressed(SHOP, BERT).await.unwrap().len(), 1);
    })
    .await;
}

//! Who is subscribed to what, and how that is known.

use super::*;
use crate::ConsentState::{Subscribed, Unknown, Unsubscribed};
use crate::ContactChannel::{Email, Push, Sms};
use crate::Proof;
use crate::statement::{Statement, settle};
use proptest::prelude::*;
use serde_json::json;

#[tokio::test]
async fn a_form_subscribes_and_the_proof_is_kept() {
    on_every_store(async |world| {
        let form = json!({"email": {"state": "subscribed", "text": "Yes, mail me", "method": "form"}, "sms": false, "moon": true});
        let emitted = world.feed(vec![(ANNA, says(1, form))], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Subscribed);
        assert_eq!(world.state(ANNA, Sms).await, Unsubscribed);
        assert_eq!(world.state(ANNA, Push).await, Unknown);
        let told: Vec<_> = emitted.iter().map(|event| (&*event.event, &event.properties["channel"], &event.properties["state"])).collect();
        assert_eq!(told, [
            ("Consent Changed", &json!("email"), &json!("subscribed")),
            ("Consent Changed", &json!("sms"), &json!("unsubscribed")),
        ]);
        let email = &world.consents.state(SHOP, ANNA).await.unwrap()[0];
        let proof = email.proof.as_ref().unwrap();
        assert_eq!((proof.text.as_deref(), proof.method.as_deref()), (Some("Yes, mail me"), Some("form")));
        assert_eq!(proof.ip.as_deref(), Some("192.0.2.0"), "the address is cut");
        assert_eq!(proof.source, SourceId::derived("website").to_string());
    })
    .await;
}

#[tokio::test]
async fn a_call_about_a_company_alone_states_nobodys_consent() {
    on_every_store(async |world| {
        let nobody = ProfileId::new(0);
        let emitted = world.feed(vec![(nobody, says(1, json!({"email": "subscribed"})))], vec![]).await;
        assert!(emitted.is_empty(), "{emitted:?}");
        assert_eq!((world.rows("consent").await, world.rows("consent_history").await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn saying_the_same_again_is_proof_but_no_change() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true})))], vec![]).await;
        let again = world.feed(vec![(ANNA, says(2, json!({"email": "opted_in"})))], vec![]).await;
        assert!(again.is_empty());
        assert_eq!(world.consents.history(SHOP, ANNA).await.unwrap().len(), 2);
        // The same event once more: after a crash the batch comes again.
        world.feed(vec![(ANNA, says(2, json!({"email": "opted_in"})))], vec![]).await;
        assert_eq!(world.consents.history(SHOP, ANNA).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_trait_repeated_for_years_does_not_undo_the_link() {
    on_every_store(async |world| {
        let stale = |n| (ANNA, claims(n, json!({"email_consent": true})));
        world.feed(vec![stale(1)], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Subscribed, "good enough while nothing better is known");
        let emitted =
            world.feed(vec![(ANNA, with(system(2, "Unsubscribed"), json!({"channel": "email"})))], vec![]).await;
        assert_eq!(emitted.len(), 1);
        world.feed(vec![stale(3)], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed);
        world
            .feed(vec![(ANNA, says(4, json!({"email": {"state": "subscribed", "method": "double_opt_in"}})))], vec![])
            .await;
        assert_eq!(world.state(ANNA, Email).await, Subscribed, "the customer's own word does");
        world.feed(vec![(ANNA, claims(5, json!({"email_consent": "no"})))], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed, "a no always counts");
    })
    .await;
}

#[tokio::test]
async fn an_old_statement_that_arrives_late_changes_nothing() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(10, json!({"email": false})))], vec![]).await;
        let emitted = world.feed(vec![(ANNA, says(5, json!({"email": true})))], vec![]).await;
        assert!(emitted.is_empty());
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed);
        let tie = world
            .feed(vec![(BERT, says(7, json!({"email": false}))), (BERT, says(7, json!({"email": true})))], vec![])
            .await;
        assert_eq!(
            (world.state(BERT, Email).await, tie.len()),
            (Unsubscribed, 1),
            "at one moment no has the last word"
        );
    })
    .await;
}

#[tokio::test]
async fn everything_at_once_is_unsubscribed_by_one_request() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true, "sms": true})))], vec![]).await;
        world.feed(vec![(ANNA, with(system(2, "Unsubscribed"), json!({"channel": "all"})))], vec![]).await;
        for channel in ContactChannel::ALL {
            assert_eq!(world.state(ANNA, channel).await, Unsubscribed);
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_of_the_company_enters_is_in_force_and_does_not_loop() {
    on_every_store(async |world| {
        let proof = Proof { source: "user:anna".into(), method: Some("paper".into()), ..Proof::default() };
        world.consents.set(SHOP, ANNA, Sms, Subscribed, &proof).await.unwrap();
        let emitted = world.feed_log().await;
        assert_eq!(world.state(ANNA, Sms).await, Subscribed);
        let states = world.consents.state(SHOP, ANNA).await.unwrap();
        let sms = states.into_iter().find(|one| one.channel == Sms).unwrap();
        assert_eq!(sms.proof.unwrap().source, "user:anna");
        // What the view reports is no statement: taken in again, it changes nothing and reports nothing.
        let reports = emitted.into_iter().map(|event| {
            (event.profile_id, with(system(9, &event.event), serde_json::Value::Object(event.properties)))
        });
        assert!(world.feed(reports.collect(), vec![]).await.is_empty());
        assert_eq!(world.consents.history(SHOP, ANNA).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_merge_keeps_the_later_word_of_the_two() {
    on_every_store(async |world| {
        world
            .feed(
                vec![(ANNA, says(1, json!({"email": true, "sms": true}))), (BERT, says(2, json!({"email": false})))],
                vec![],
            )
            .await;
        let merge = Merge { workspace: SHOP, from: BERT, into: ANNA };
        let emitted = world.feed(vec![], vec![merge]).await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed);
        assert_eq!(world.state(ANNA, Sms).await, Subscribed);
        assert_eq!(emitted.len(), 1, "everybody is told which word on e-mail holds");
        assert_eq!(emitted[0].properties["state"], "unsubscribed");
        assert_eq!(world.state(BERT, Sms).await, Subscribed, "the old id leads to the survivor");
        assert_eq!(world.consents.history(SHOP, ANNA).await.unwrap().len(), 3, "nothing is lost");
    })
    .await;
}

fn statement() -> impl Strategy<Value = Statement> {
    (0..6i64, any::<bool>(), any::<bool>(), 0..1_000u32).prop_map(|(at, yes, weak, event)| Statement {
        subject: Email.into(),
        detail: None,
        state: if yes { Subscribed } else { Unsubscribed },
        weak,
        at: base::Timestamp::from_ms(at),
        proof: Proof { event: format!("evt_{event}"), ..Proof::default() },
    })
}

/// The reference: the plain reading of the rule, on the sorted list.
fn plain(mut all: Vec<(i64, bool, bool)>) -> bool {
    all.sort_by_key(|(at, yes, weak)| (*at, !*yes, !*weak));
    let mut held: Option<(bool, bool)> = None;
    for (_, yes, weak) in all {
        match held {
            Some((false, false)) if yes && weak => {}
            Some((same, false)) if weak && same == yes => {}
            _ => held = Some((yes, weak)),
        }
    }
    held.is_some_and(|(yes, _)| yes)
}

proptest! {
    #[test]
    fn what_holds_does_not_depend_on_the_order_of_arrival(all in proptest::collection::vec(statement(), 1..8), seed in any::<u64>()) {
        let state = |statements: &[Statement]| settle(statements.to_vec()).map(|held| held.statement.state);
        let mut mixed = all.clone();
        mixed.sort_by_key(|one| (seed ^ one.at.ms() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(one.proof.event.len() as u32));
        prop_assert_eq!(state(&all), state(&mixed));
        let expected = plain(all.iter().map(|one| (one.at.ms(), one.state == Subscribed, one.weak)).collect());
        prop_assert_eq!(state(&all) == Some(Subscribed), expected);
    }

    #[test]
    fn one_by_one_through_the_store_gives_what_all_at_once_gives(
        said in proptest::collection::vec((0..6i64, any::<bool>(), any::<bool>()), 1..7),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::on(testkit::sqlite(MIGRATIONS).await);
            for (number, (at, yes, weak)) in said.iter().enumerate() {
                let event = if *weak { claims(*at, json!({"email_consent": yes})) } else { says(*at, json!({"email": yes})) };
                let event = Event { id: EventId(number as u128 + 1), ..event };
                world.feed(vec![(ANNA, event)], vec![]).await;
            }
            let expected = plain(said.clone());
            assert_eq!(world.state(ANNA, Email).await == Subscribed, expected, "{said:?}");
        });
    }
}

//! The question asked at the moment of sending.

use super::*;
use crate::ContactChannel::{Email, Sms};
use crate::{Permission, SuppressionReason};
use serde_json::json;

async fn ask(world: &World, recipients: &[(ProfileId, &str)]) -> Vec<Permission> {
    let recipients: Vec<(ProfileId, String)> =
        recipients.iter().map(|(profile, address)| (*profile, (*address).to_owned())).collect();
    world.consents.check(SHOP, Email, None, &recipients).await.unwrap()
}

#[tokio::test]
async fn only_the_subscribed_whose_address_works_are_written_to() {
    on_every_store(async |world| {
        let carl = ProfileId::new(3);
        world
            .feed(vec![(ANNA, says(1, json!({"email": true}))), (BERT, says(1, json!({"email": false})))], vec![])
            .await;
        world.feed(vec![(carl, says(1, json!({"email": true})))], vec![]).await;
        let bounce = with(system(2, "Email Bounced"), json!({"bounce_type": "hard", "address": "Carl@X.nl"}));
        let emitted = world.feed(vec![(carl, bounce)], vec![]).await;
        assert_eq!(emitted[0].event, crate::ADDRESS_SUPPRESSED);
        let answers = ask(
            &world,
            &[
                (ANNA, "anna@x.nl"),
                (BERT, "bert@x.nl"),
                (carl, "carl@x.nl"),
                (ProfileId::new(9), "nobody@x.nl"),
                (ANNA, "carl@x.nl"),
            ],
        )
        .await;
        assert_eq!(
            answers,
            [
                Permission::Allowed,
                Permission::NoConsent(ConsentState::Unsubscribed),
                Permission::Suppressed(SuppressionReason::BounceHard),
                Permission::NoConsent(ConsentState::Unknown),
                Permission::Suppressed(SuppressionReason::BounceHard),
            ]
        );
        assert_eq!(
            world.consents.check(SHOP, Sms, None, &[(ANNA, "+31612345678".into())]).await.unwrap(),
            [Permission::NoConsent(ConsentState::Unknown)],
            "e-mail consent is not consent to texts"
        );
    })
    .await;
}

#[tokio::test]
async fn a_recipient_merged_after_the_launch_is_still_judged_right() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true})))], vec![]).await;
        world.feed(vec![], vec![Merge { workspace: SHOP, from: BERT, into: ANNA }]).await;
        let carl = ProfileId::new(3);
        world.feed(vec![], vec![Merge { workspace: SHOP, from: ANNA, into: carl }]).await;
        assert_eq!(
            ask(&world, &[(BERT, "b@x.nl"), (ANNA, "a@x.nl")]).await,
            [Permission::Allowed, Permission::Allowed]
        );
        world.feed(vec![(carl, with(system(5, "Email Marked as Spam"), json!({"address": "c@x.nl"})))], vec![]).await;
        assert_eq!(ask(&world, &[(BERT, "b@x.nl")]).await, [Permission::NoConsent(ConsentState::Unsubscribed)]);
        assert_eq!(ask(&world, &[(BERT, "C@x.nl")]).await, [Permission::Suppressed(SuppressionReason::Complaint)]);
    })
    .await;
}

#[tokio::test]
async fn a_thousand_recipients_are_checked_and_streamed_whole() {
    on_every_store(async |world| {
        let batch = (1..=1_000).map(|n| {
            let id = ProfileId::new(n);
            let event = Event { id: EventId(u128::from(n)), ..says(1, json!({"email": n % 2 == 0, "sms": true})) };
            (id, event)
        });
        world.feed(batch.collect(), vec![]).await;
        let recipients: Vec<_> = (1..=1_000).map(|n| (ProfileId::new(n), format!("k{n}@x.nl"))).collect();
        let answers = world.consents.check(SHOP, Email, None, &recipients).await.unwrap();
        assert_eq!(answers.iter().filter(|answer| **answer == Permission::Allowed).count(), 500);
        let (mut after, mut seen) = (ProfileId::new(0), 0);
        loop {
            let rows = world.consents.stream(SHOP, after, 64).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = last.profile;
            assert!(rows.iter().all(|row| row.states.len() == 2));
            seen += rows.len();
        }
        assert_eq!(seen, 1_000);
    })
    .await;
}

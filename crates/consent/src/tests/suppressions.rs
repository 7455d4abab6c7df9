//! The list of addresses nothing is sent to.

use super::*;
use crate::ContactChannel::{Email, Sms};
use crate::{ConsentError, SuppressionReason};
use base::PageRequest;
use serde_json::json;

async fn addresses(world: &World, channel: Option<ContactChannel>, q: Option<&str>, limit: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest { limit: Some(limit), cursor };
        let page = world.consents.suppressions(SHOP, channel, q, &page).await.unwrap();
        found.extend(page.items.into_iter().map(|one| one.address));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn the_list_is_kept_by_hand_in_one_form_of_each_address() {
    on_every_store(async |world| {
        let add = async |channel, address: &str| {
            world.consents.suppress(SHOP, channel, address, SuppressionReason::Manual, None).await
        };
        assert!(add(Email, "Anna@X.nl").await.unwrap());
        assert!(!add(Email, " anna@x.NL ").await.unwrap(), "it is there already");
        assert!(add(Sms, "+31 6 1234 5678").await.unwrap());
        assert!(matches!(add(Email, "nonsense").await, Err(ConsentError::Address { .. })));
        let lines: Vec<String> = (0..25).map(|n| format!("k{n:02}@x.nl")).chain(["bad".into()]).collect();
        let (done, refused) =
            world.consents.import_suppressions(SHOP, Email, SuppressionReason::Manual, &lines).await.unwrap();
        assert_eq!((done, refused.len(), refused[0].0), (25, 1, 25));
        for limit in [3, 50] {
            assert_eq!(addresses(&world, None, None, limit).await.len(), 27);
            assert_eq!(addresses(&world, Some(Sms), None, limit).await, ["+31612345678"]);
            assert_eq!(addresses(&world, Some(Email), Some("K1"), limit).await.len(), 10);
        }
        world.consents.release(SHOP, Email, "ANNA@x.nl").await.unwrap();
        assert!(matches!(world.consents.release(SHOP, Email, "anna@x.nl").await, Err(ConsentError::NotSuppressed)));
    })
    .await;
}

#[tokio::test]
async fn nobody_outside_can_silence_an_address_by_an_event() {
    on_every_store(async |world| {
        let forged = with(event(1, EventKind::Track), json!({"bounce_type": "hard", "address": "victim@x.nl"}));
        let forged = Event { name: "Email Bounced".into(), ..forged };
        let soft = with(system(2, "Email Bounced"), json!({"bounce_type": "soft", "address": "full@x.nl"}));
        assert!(world.feed(vec![(ANNA, forged), (ANNA, soft)], vec![]).await.is_empty());
        assert!(addresses(&world, None, None, 50).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_bounce_twice_is_one_line_and_one_report() {
    on_every_store(async |world| {
        let bounce = |n| (ANNA, with(system(n, "Email Bounced"), json!({"bounce_type": "hard", "address": "a@x.nl"})));
        assert_eq!(world.feed(vec![bounce(1), bounce(2)], vec![]).await.len(), 1);
        assert!(world.feed(vec![bounce(3)], vec![]).await.is_empty());
        assert_eq!(world.consents.suppressed(SHOP, ANNA).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_erased_persons_address_stays_suppressed_but_cannot_be_read() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true})))], vec![]).await;
        let bounce = with(system(2, "Email Bounced"), json!({"bounce_type": "hard", "address": "planted@x.nl"}));
        world.feed(vec![(ANNA, bounce)], vec![]).await;
        let mut tx = world.store.db.begin().await.unwrap();
        let deleted = Consents::erase(&mut tx, SHOP, &[ANNA], &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(deleted, 3, "state, history and suppression");
        let left = addresses(&world, None, None, 50).await;
        assert!(left.len() == 1 && left[0].starts_with("sha256:") && !left[0].contains("planted"));
        let again = ProfileId::new(7);
        world.feed(vec![(again, says(3, json!({"email": true})))], vec![]).await;
        let answers = world.consents.check(SHOP, Email, None, &[(again, "Planted@x.nl".into())]).await.unwrap();
        assert_eq!(answers, [crate::Permission::Suppressed(SuppressionReason::Erased)]);
        assert!(world.consents.history(SHOP, ANNA).await.unwrap().is_empty());
        world.consents.release(SHOP, Email, "planted@x.nl").await.unwrap();
        assert!(addresses(&world, None, None, 50).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_entry_made_before_its_owner_was_known_is_hashed_with_them() {
    on_every_store(async |world| {
        for address in ["Planted@x.nl", "other@x.nl"] {
            world.consents.suppress(SHOP, Email, address, SuppressionReason::Manual, None).await.unwrap();
        }
        let theirs = [(Email, "planted@X.NL".to_owned()), (Email, "no address".to_owned())];
        let mut tx = world.store.db.begin().await.unwrap();
        Consents::erase(&mut tx, SHOP, &[ANNA], &theirs).await.unwrap();
        tx.commit().await.unwrap();
        let left = addresses(&world, None, None, 50).await;
        assert_eq!(left.len(), 2);
        assert!(left.iter().all(|address| address == "other@x.nl" || address.starts_with("sha256:")), "{left:?}");
        let answers = world.consents.check(SHOP, Email, None, &[(ANNA, "planted@x.nl".into())]).await.unwrap();
        assert_eq!(answers, [crate::Permission::Suppressed(SuppressionReason::Erased)]);
    })
    .await;
}

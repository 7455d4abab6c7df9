//! What nobody confirms is removed again, and what a form may be used is counted for all.

use super::topics::{draft, key};
use super::*;
use crate::ConsentState::{Pending, Subscribed, Unknown, Unsubscribed};
use crate::ContactChannel::{Email, Sms};
use crate::{ConsentError, FORM_REQUESTS_MAX, SUBSCRIPTION_REQUESTED, SignUps, UNCONFIRMED_DAYS_DEFAULT, Unconfirmed};
use base::Problem;
use parking_lot::Mutex;
use serde_json::json;

const DAY_S: i64 = 24 * 3_600;
const COR: ProfileId = ProfileId::new(3);

/// Who is nothing but a sign-up, who cannot be looked at, and who was erased.
struct People {
    only: Vec<ProfileId>,
    broken: Option<ProfileId>,
    erased: Mutex<Vec<ProfileId>>,
    /// How often it is still said that the log was caught up with.
    caught_up: Mutex<u32>,
}

impl Default for People {
    fn default() -> Self {
        let (only, erased, caught_up) = (Vec::new(), Mutex::default(), Mutex::new(u32::MAX));
        Self { only, broken: None, erased, caught_up }
    }
}

#[async_trait::async_trait]
impl SignUps for People {
    async fn has_caught_up(&self) -> bool {
        let mut left = self.caught_up.lock();
        let has = *left > 0;
        *left = left.saturating_sub(1);
        has
    }
    async fn is_only_sign_up(&self, _: WorkspaceId, profile: ProfileId) -> Result<bool, Problem> {
        if self.broken == Some(profile) {
            return Err(Problem::internal("the history cannot be read"));
        }
        Ok(self.only.contains(&profile))
    }
    async fn erase(&self, _: WorkspaceId, profile: ProfileId) -> Result<(), Problem> {
        self.erased.lock().push(profile);
        Ok(())
    }
}

fn asks(days_ago: i64, address: &str, subjects: serde_json::Value) -> Event {
    let properties = json!({"subjects": subjects, "address": address, "language": "nl", "confirm": true,
        "source": "form", "text": "Yes, send me news", "ip": "192.0.2.77"});
    with(system(-days_ago * DAY_S, SUBSCRIPTION_REQUESTED), properties)
}

impl World {
    pub async fn rows(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE workspace_id = $1");
        let row = self.store.db.query_one(&sql, &[SHOP.into()]).await.expect("a count").expect("a row");
        row.i64("n").expect("a number")
    }
    async fn remove(&self, people: &People) -> Vec<Unconfirmed> {
        let removed = self.consents.remove_unconfirmed(people).await.expect("removed");
        assert!(removed.failed.is_empty() && !removed.put_off, "{removed:?}");
        removed.done
    }
}

#[tokio::test]
async fn what_is_not_confirmed_in_time_goes_and_what_was_said_before_holds_again() {
    on_every_store(async |world| {
        world.consents.create_topic(SHOP, &key("news"), draft("News", false)).await.expect("a topic");
        let no = says(-60 * DAY_S, json!({"email": "unsubscribed", "sms": "subscribed"}));
        world.feed(vec![(ANNA, no)], vec![]).await;
        world.feed(vec![(ANNA, asks(31, "anna@x.nl", json!(["email", "topic:news/email"])))], vec![]).await;
        assert_eq!((world.state(ANNA, Email).await, world.rows("consent_request").await), (Pending, 1));
        let people = People::default();
        let removed = world.remove(&people).await;
        assert_eq!(removed, [Unconfirmed { workspace: SHOP, subscriptions: 2, erased: 0, kept: 1 }]);
        let told = world.feed_log().await;
        let states: Vec<&str> = told.iter().filter_map(|event| event.properties["state"].as_str()).collect();
        assert_eq!(states, ["unsubscribed", "unknown"], "segments are told");
        assert_eq!((world.state(ANNA, Email).await, world.state(ANNA, Sms).await), (Unsubscribed, Subscribed));
        assert_eq!((world.rows("consent").await, world.rows("consent_history").await), (2, 2), "no word of it is kept");
        assert_eq!(world.rows("consent_request").await, 0);
        assert_eq!(world.remove(&people).await, []);
        assert!(people.erased.lock().is_empty());
    })
    .await;
}

#[tokio::test]
async fn who_is_nothing_but_the_sign_up_is_erased() {
    on_every_store(async |world| {
        let asked =
            vec![(ANNA, asks(31, "anna@x.nl", json!(["email"]))), (BERT, asks(31, "bert@x.nl", json!(["email"])))];
        world.feed(asked, vec![]).await;
        // Bert said more than that: he stays, whatever else is known.
        world.feed(vec![(BERT, says(1, json!({"sms": "subscribed"})))], vec![]).await;
        let people = People { only: vec![ANNA, BERT], ..People::default() };
        let removed = world.remove(&people).await;
        assert_eq!(removed, [Unconfirmed { workspace: SHOP, subscriptions: 2, erased: 1, kept: 1 }]);
        assert_eq!(*people.erased.lock(), [ANNA]);
        world.feed_log().await;
        assert_eq!(world.state(BERT, Email).await, Unknown);
    })
    .await;
}

#[tokio::test]
async fn who_cannot_be_looked_at_keeps_nobody_else_waiting() {
    on_every_store(async |world| {
        let asked = |who: ProfileId, name: &str| (who, asks(31, &format!("{name}@x.nl"), json!(["email"])));
        world.feed(vec![asked(ANNA, "anna"), asked(BERT, "bert"), asked(COR, "cor")], vec![]).await;
        let people = People { only: vec![COR], broken: Some(BERT), ..People::default() };
        let removed = world.consents.remove_unconfirmed(&people).await.expect("a look");
        assert_eq!(removed.done, [Unconfirmed { workspace: SHOP, subscriptions: 2, erased: 1, kept: 1 }]);
        assert!(matches!(&removed.failed[..], [(SHOP, ConsentError::Elsewhere(_))]), "{:?}", removed.failed);
        assert_eq!(*people.erased.lock(), [COR]);
        world.feed_log().await;
        assert_eq!((world.state(ANNA, Email).await, world.state(BERT, Email).await), (Unknown, Pending));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_erased_while_events_wait_in_the_log() {
    on_every_store(async |world| {
        let asked = |who: ProfileId, name: &str| (who, asks(31, &format!("{name}@x.nl"), json!(["email"])));
        world.feed(vec![asked(ANNA, "anna"), asked(BERT, "bert")], vec![]).await;
        for (times, erased) in [(0, 0), (1, 1)] {
            let people = People { only: vec![ANNA, BERT], caught_up: Mutex::new(times), ..People::default() };
            let removed = world.consents.remove_unconfirmed(&people).await.expect("a look");
            assert!(removed.put_off && removed.failed.is_empty(), "{removed:?}");
            assert_eq!(people.erased.lock().len(), erased);
            let done = removed.done.first().map_or((0, 0), |done| (done.erased, done.kept));
            assert_eq!(done, (erased as u64, 0));
        }
        world.feed_log().await;
        assert_eq!(world.state(BERT, Email).await, Pending, "a later look decides");
    })
    .await;
}

#[tokio::test]
async fn what_is_young_or_was_answered_meanwhile_stays() {
    on_every_store(async |world| {
        let young = asks(UNCONFIRMED_DAYS_DEFAULT - 1, "anna@x.nl", json!(["email"]));
        world.feed(vec![(ANNA, young), (BERT, asks(31, "bert@x.nl", json!(["email"])))], vec![]).await;
        let people = People::default();
        assert_eq!(world.remove(&people).await.len(), 1);
        // The button was pressed between the look and the log.
        world.feed(vec![(BERT, says(1, json!({"email": "subscribed"})))], vec![]).await;
        world.feed_log().await;
        assert_eq!((world.state(ANNA, Email).await, world.state(BERT, Email).await), (Pending, Subscribed));
        let (mut settings, version) = world.consents.settings(SHOP).await.unwrap();
        settings.unconfirmed_days = 7;
        world.consents.save_settings(SHOP, settings.clone(), version).await.unwrap();
        assert_eq!(world.remove(&people).await.len(), 1, "by the days of the settings");
        settings.unconfirmed_days = 6;
        assert!(settings.checked().is_err(), "the link works for seven days");
    })
    .await;
}

#[tokio::test]
async fn a_sender_is_braked_over_nodes_and_restarts_until_the_window_ends() {
    for store in testkit::stores(MIGRATIONS).await {
        let clock = Arc::new(testkit::clock());
        let inbox =
            Inbox::open(&store.dir().join("inbox"), InboxConfig::default(), clock.clone()).expect("inbox opens");
        let inbox = Arc::new(inbox);
        let keyed = |key: &[u8; 32]| {
            Consents::new(store.db.clone(), inbox.clone(), clock.clone(), Arc::new(SeededRng::new(3)), key)
        };
        let node = || keyed(&KEY);
        let (one, other) = (node(), node());
        for number in 0..FORM_REQUESTS_MAX {
            let asked = if number % 2 == 0 { &one } else { &other };
            assert!(asked.allows_form("192.0.2.1").await.unwrap(), "{} {number}", store.name);
        }
        for node in [&one, &other, &node()] {
            assert!(!node.allows_form("192.0.2.1").await.unwrap(), "{}", store.name);
            assert!(node.allows_form("192.0.2.2").await.unwrap(), "others are not braked");
        }
        clock.advance_ms(crate::brake::WINDOW_MS);
        assert!(one.allows_form("192.0.2.1").await.unwrap(), "the window ended");
        let rows = store.db.query("SELECT sender FROM consent_form_sender", &[]).await.unwrap();
        assert!(rows.iter().all(|row| !row.text("sender").unwrap().contains("192.0.2")), "no address is written down");
        keyed(&[8; 32]).allows_form("192.0.2.1").await.unwrap();
        let named = "SELECT DISTINCT sender FROM consent_form_sender";
        let named = store.db.query(named, &[]).await.unwrap();
        assert_eq!(named.len(), 3, "what an address is called follows from the key: it cannot be tried out without it");
        one.prune_requests().await.unwrap();
        let left = store.db.query("SELECT sender FROM consent_form_sender", &[]).await.unwrap();
        assert_eq!(left.len(), 2, "{}", store.name);
    }
}

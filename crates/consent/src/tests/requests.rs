//! Double opt-in from the question to the answer.

use super::topics::{draft, key};
use super::*;
use crate::ContactChannel::Email;
use crate::{
    AGAIN_MS, Answered, Basis,
    ConsentState::{Pending, Subscribed, Unknown, Unsubscribed},
    MAILS_PER_DAY_MAX, Permission, Proof, Request, RequestKind, RequestMailer, SUBSCRIBE_MS, Subject,
};
use base::Problem;
use db::Tx;
use parking_lot::Mutex;
use serde_json::json;

/// Counts the mails; the id of a message follows from its question.
#[derive(Default)]
struct Post(Mutex<Vec<Request>>);

#[async_trait::async_trait]
impl RequestMailer for Post {
    async fn enqueue(&self, _: &mut Tx, _: WorkspaceId, request: &Request) -> Result<String, Problem> {
        self.0.lock().push(request.clone());
        Ok(format!("msg_{}", request.id))
    }
    fn wake(&self) {}
}

fn subjects() -> Vec<Subject> {
    vec![Email.into(), Subject::TopicOn(key("news"), Email)]
}

fn proof() -> Proof {
    Proof {
        source: "form".into(),
        text: Some("Yes, send me news".into()),
        text_version: Some("7".into()),
        basis: Some(Basis::Consent),
        ..Proof::default()
    }
}

impl World {
    async fn ask(&self) {
        self.consents.ask(SHOP, ANNA, &subjects(), "Anna@X.nl", "nl", &proof()).await.expect("asked");
        self.feed_log().await;
    }
    async fn with_news(&self) {
        self.consents.create_topic(SHOP, &key("news"), draft("News", false)).await.expect("a topic");
    }
    async fn may_news(&self) -> Permission {
        let to = [(ANNA, "anna@x.nl".to_owned())];
        self.consents.check(SHOP, Email, Some(&key("news")), &to).await.expect("an answer")[0]
    }
}

#[tokio::test]
async fn nothing_goes_out_before_the_mailbox_has_answered_and_it_answers_once() {
    on_every_store(async |world| {
        world.with_news().await;
        world.ask().await;
        assert_eq!(world.state(ANNA, Email).await, Pending);
        assert_eq!(world.may_news().await, Permission::NoConsent(Pending));
        let post = Post::default();
        assert_eq!(world.consents.mail_requests(&post).await.unwrap(), 1);
        assert_eq!(world.consents.mail_requests(&post).await.unwrap(), 0, "one mail for one question");
        let sent = post.0.lock().remove(0);
        assert_eq!(
            (sent.address.as_str(), sent.language.as_str(), sent.kind),
            ("anna@x.nl", "nl", RequestKind::Subscribe)
        );
        assert_eq!(sent.subjects, subjects());
        let message = format!("msg_{}", sent.id);
        assert_eq!(world.consents.request_of_message(SHOP, &message).await.unwrap().unwrap().id, sent.id);
        let elsewhere = WorkspaceId::new(2);
        assert_eq!(world.consents.request(elsewhere, sent.id).await.unwrap(), None);

        let asked = world.consents.request(SHOP, sent.id).await.unwrap().unwrap();
        let ip = Some("192.0.2.77".to_owned());
        assert_eq!(world.consents.confirm(SHOP, &asked, ip.clone()).await.unwrap(), Answered::Now);
        world.feed_log().await;
        assert_eq!(world.may_news().await, Permission::Allowed);
        let states = world.consents.state(SHOP, ANNA).await.unwrap();
        let held = states.into_iter().find(|one| one.channel == Email).unwrap().proof.unwrap();
        assert_eq!(held.method.as_deref(), Some("double_opt_in"));
        assert_eq!((held.text.as_deref(), held.text_version.as_deref()), (Some("Yes, send me news"), Some("7")));
        assert_eq!((held.ip.as_deref(), held.basis), (Some("192.0.2.0"), Some(Basis::Consent)));

        // Who leaves later is not brought back by the old link.
        world.feed(vec![(ANNA, with(system(90, "Unsubscribed"), json!({"channel": "email"})))], vec![]).await;
        let again = world.consents.request(SHOP, sent.id).await.unwrap().unwrap();
        assert_eq!(world.consents.confirm(SHOP, &again, ip).await.unwrap(), Answered::Already);
        assert_eq!(world.consents.confirm(SHOP, &asked, None).await.unwrap(), Answered::Already, "nor by a race");
        world.feed_log().await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed);
    })
    .await;
}

#[tokio::test]
async fn an_expired_question_is_asked_anew() {
    on_every_store(async |world| {
        world.with_news().await;
        world.ask().await;
        let mut asked = world.consents.requests(SHOP, ANNA).await.unwrap().remove(0);
        assert_eq!(asked.expires_at.ms_since(asked.asked_at), SUBSCRIBE_MS);
        asked.expires_at = testkit::NOW;
        assert_eq!(world.consents.confirm(SHOP, &asked, None).await.unwrap(), Answered::Expired);
        assert_eq!(world.state(ANNA, Email).await, Pending, "nothing was changed");
    })
    .await;
}

#[tokio::test]
async fn who_is_subscribed_is_not_asked_and_stays_subscribed() {
    on_every_store(async |world| {
        world.with_news().await;
        world.feed(vec![(ANNA, says(-9, json!({"email": true, "topic:news/email": true})))], vec![]).await;
        world.ask().await;
        assert_eq!(world.state(ANNA, Email).await, Subscribed);
        assert!(world.consents.requests(SHOP, ANNA).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_trait_does_not_confirm_and_a_no_ends_the_question() {
    on_every_store(async |world| {
        world.with_news().await;
        world.ask().await;
        world.feed(vec![(ANNA, claims(5, json!({"email_consent": true})))], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Pending, "programs repeat traits");
        world.feed(vec![(ANNA, says(6, json!({"email": false})))], vec![]).await;
        assert_eq!(world.state(ANNA, Email).await, Unsubscribed);
        assert_eq!(world.state(BERT, Email).await, Unknown);
    })
    .await;
}

/// "Subscription Requested" as it lies in the log, at the n-th second.
fn request(n: i64, address: &str, topic: &str) -> Event {
    let properties = json!({"subjects": [topic], "address": address, "language": "sv", "source": "form"});
    Event { name: crate::SUBSCRIPTION_REQUESTED.into(), ..with(system(n, ""), properties) }
}

#[tokio::test]
async fn nobodys_mailbox_is_flooded() {
    on_every_store(async |world| {
        for number in 0..10 {
            let name = format!("t{number}");
            world.consents.create_topic(SHOP, &key(&name), draft(&name, false)).await.expect("a topic");
        }
        let again = AGAIN_MS / 1_000;
        for (n, topic) in [(0, 0), (1, 0), (2, 1), (again + 9, 0)] {
            let event = request(n, "bert@x.nl", &format!("topic:t{topic}"));
            world.feed(vec![(BERT, event)], vec![]).await;
        }
        assert_eq!(world.consents.requests(SHOP, BERT).await.unwrap().len(), 3, "the repeated one is not mailed again");
        for topic in 2..10 {
            let event = request(again + 20 + topic, "bert@x.nl", &format!("topic:t{topic}"));
            world.feed(vec![(BERT, event)], vec![]).await;
        }
        let asked = world.consents.requests(SHOP, BERT).await.unwrap();
        assert_eq!(asked.len() as i64, MAILS_PER_DAY_MAX);
        assert_eq!(asked[0].language, "sv");
    })
    .await;
}

#[tokio::test]
async fn questions_follow_a_merge_and_go_with_an_erasure() {
    on_every_store(async |world| {
        world.with_news().await;
        world.ask().await;
        world.feed(vec![], vec![Merge { workspace: SHOP, from: ANNA, into: BERT }]).await;
        let asked = world.consents.requests(SHOP, BERT).await.unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(world.consents.confirm(SHOP, &asked[0], None).await.unwrap(), Answered::Now);
        let own = world.consents.ask_own(SHOP, ANNA, RequestKind::Data, "anna@x.nl", "en", &Proof::default()).await;
        assert!(own.unwrap(), "another question than the first");
        let twice = world.consents.ask_own(SHOP, ANNA, RequestKind::Data, "anna@x.nl", "en", &Proof::default()).await;
        assert!(!twice.unwrap());
        let mut tx = world.store.db.begin().await.unwrap();
        crate::Consents::erase(&mut tx, SHOP, &[BERT], &[(Email, "anna@x.nl".into())]).await.unwrap();
        tx.commit().await.unwrap();
        let left = world.store.db.query("SELECT address FROM consent_request", &[]).await.unwrap();
        assert!(left.is_empty());
    })
    .await;
}

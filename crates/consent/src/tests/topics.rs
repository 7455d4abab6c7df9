//! Topics, purposes, pauses and frequencies: what may go out, after all of it.

use super::*;
use crate::ContactChannel::{Email, Sms};
use crate::{
    Basis, Change, ConsentError, ConsentSettings, Frequency, Localised, Permission, Proof, Purpose, SentLately,
    Subject, TopicDraft, TopicKey, TopicUse, TopicUser,
};
use base::{Problem, Timestamp};
use serde_json::json;
use std::collections::HashMap;

pub(crate) fn key(text: &str) -> TopicKey {
    TopicKey::parse(text).expect("a key")
}

pub(crate) fn draft(name: &str, opt_out: bool) -> TopicDraft {
    TopicDraft {
        name: Localised::of("en", name),
        description: Localised::default(),
        channels: vec![Sms, Email],
        opt_out,
        double_opt_in: true,
        archived: false,
    }
}

impl World {
    pub async fn topic(&self, name: &str, opt_out: bool) -> TopicKey {
        self.consents.create_topic(SHOP, &key(name), draft(name, opt_out)).await.expect("a topic").key
    }
    async fn may(&self, topic: Option<&TopicKey>) -> Permission {
        self.consents.check(SHOP, Email, topic, &[(ANNA, "anna@x.nl".into())]).await.expect("an answer")[0]
    }
    async fn want(&self, changes: &[Change]) {
        self.consents.declare(SHOP, ANNA, changes, &Proof::default(), None).await.expect("declared");
        self.feed_log().await;
    }
}

#[test]
fn a_subject_is_read_as_it_is_written() {
    for text in ["email", "topic:news", "topic:news/sms", "purpose:ads", "pause", "frequency"] {
        assert_eq!(Subject::parse(text).expect(text).to_string(), text);
    }
    let long = format!("topic:{}", "a".repeat(41));
    for text in ["", "topic:", "topic:News", "topic:a b", "topic:news/", "topic:news/fax", "purpose:x", "mail", &long] {
        assert!(Subject::parse(text).is_err(), "{text}");
    }
}

/// Every combination of channel, purpose, topic, topic on the channel, default and pause, against the rule in words.
#[tokio::test]
async fn the_matrix_of_consent() {
    let states = [None, Some(ConsentState::Subscribed), Some(ConsentState::Unsubscribed)];
    on_every_store(async |world| {
        let topics = [(world.topic("asked", false).await, false), (world.topic("default", true).await, true)];
        let mut person = 100;
        let mut asked = Vec::new();
        let mut events = Vec::new();
        for channel in states {
            for marketing in states {
                for whole in states {
                    for here in states {
                        person += 1;
                        let id = ProfileId::new(person);
                        let mut consent = serde_json::Map::new();
                        let mut say = |subject: String, state: Option<ConsentState>| {
                            if let Some(state) = state {
                                consent.insert(subject, state.name().into());
                            }
                        };
                        say("email".into(), channel);
                        say("purpose:marketing".into(), marketing);
                        for (topic, _) in &topics {
                            say(format!("topic:{topic}"), whole);
                            say(format!("topic:{topic}/email"), here);
                        }
                        events.push((id, Event { id: EventId(u128::from(person)), ..says(1, consent.into()) }));
                        asked.push((id, channel, marketing, whole, here));
                    }
                }
            }
        }
        world.feed(events, vec![]).await;
        let recipients: Vec<_> = asked.iter().map(|one| (one.0, format!("{}@x.nl", one.0))).collect();
        let yes = Some(ConsentState::Subscribed);
        let no = Some(ConsentState::Unsubscribed);
        let mut allowed = 0;
        for (topic, is_opt_out) in &topics {
            let answers = world.consents.check(SHOP, Email, Some(topic), &recipients).await.unwrap();
            for ((_, channel, marketing, whole, here), answer) in asked.iter().zip(answers) {
                // Said in one moment: a no to the whole topic holds for the channel too.
                let about = if *here == yes && *whole == no { no } else { here.or(*whole) };
                let expected = *channel == yes && *marketing != no && (about == yes || about.is_none() && *is_opt_out);
                assert_eq!(answer == Permission::Allowed, expected, "{channel:?} {marketing:?} {whole:?} {here:?}");
                allowed += usize::from(expected);
            }
        }
        assert_eq!(allowed, 14, "of 162");
    })
    .await;
}

#[tokio::test]
async fn a_topic_nobody_made_is_not_kept() {
    on_every_store(async |world| {
        world.topic("news", false).await;
        let said = json!({"email": true, "topic:news": true, "topic:planted": true, "topic:planted/email": true});
        world.feed(vec![(ANNA, says(1, said))], vec![]).await;
        let history = world.consents.history(SHOP, ANNA).await.unwrap();
        let mut subjects: Vec<String> = history.iter().map(|said| said.subject.to_string()).collect();
        subjects.sort();
        assert_eq!(subjects, ["email", "topic:news"]);
        assert_eq!(world.may(Some(&key("planted"))).await, Permission::NoTopic(ConsentState::Unknown));
    })
    .await;
}

#[tokio::test]
async fn a_later_no_to_the_whole_topic_is_meant_for_every_channel() {
    on_every_store(async |world| {
        let news = world.topic("news", false).await;
        world.feed(vec![(ANNA, says(1, json!({"email": true, "topic:news/email": true})))], vec![]).await;
        assert_eq!(world.may(Some(&news)).await, Permission::Allowed);
        world.feed(vec![(ANNA, says(2, json!({"topic:news": false})))], vec![]).await;
        assert_eq!(world.may(Some(&news)).await, Permission::NoTopic(ConsentState::Unsubscribed));
        world.feed(vec![(ANNA, says(3, json!({"topic:news/email": true})))], vec![]).await;
        assert_eq!(world.may(Some(&news)).await, Permission::Allowed, "a new yes is a new yes");
        assert_eq!(world.may(None).await, Permission::Allowed);
    })
    .await;
}

#[tokio::test]
async fn leaving_a_topic_by_its_link_leaves_the_rest() {
    on_every_store(async |world| {
        let news = world.topic("news", false).await;
        let offers = world.topic("offers", false).await;
        world
            .feed(vec![(ANNA, says(1, json!({"email": true, "topic:news": true, "topic:offers": true})))], vec![])
            .await;
        let link = with(system(2, "Unsubscribed"), json!({"channel": "email", "topic": "news"}));
        world.feed(vec![(ANNA, link)], vec![]).await;
        assert_eq!(world.may(Some(&news)).await, Permission::NoTopic(ConsentState::Unsubscribed));
        assert_eq!(world.may(Some(&offers)).await, Permission::Allowed);
        assert_eq!(world.may(None).await, Permission::Allowed);
    })
    .await;
}

#[tokio::test]
async fn a_pause_ends_by_itself_and_can_be_ended() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true})))], vec![]).await;
        let until = testkit::NOW.plus_ms(30 * 86_400_000);
        world.want(&[Change::pause(until)]).await;
        assert_eq!(world.may(None).await, Permission::Paused(until));
        assert_eq!(world.may(None).await.word(), "paused");
        let mut known = world.consents.overview(SHOP, ANNA, &[]).await.unwrap().known;
        assert_eq!(crate::permission::paused_until(&known, until.plus_ms(-1)), Some(until));
        assert_eq!(crate::permission::paused_until(&known, until), None, "over by itself");
        known.clear();
        let past = world.consents.declare(SHOP, ANNA, &[Change::pause(testkit::NOW)], &Proof::default(), None).await;
        assert!(matches!(past, Err(ConsentError::Pause)));
    })
    .await;
}

struct Sent(Timestamp);

#[async_trait::async_trait]
impl SentLately for Sent {
    async fn last_sent(
        &self,
        _: WorkspaceId,
        _: ContactChannel,
        profiles: &[ProfileId],
        _: Timestamp,
    ) -> Result<HashMap<ProfileId, Timestamp>, Problem> {
        Ok(profiles.iter().map(|profile| (*profile, self.0)).collect())
    }
}

#[tokio::test]
async fn who_asked_for_one_message_a_week_gets_no_second_one() {
    on_every_store(async |world| {
        let sent = testkit::NOW.plus_ms(-3 * 86_400_000);
        world.consents.set_sent(Arc::new(Sent(sent)));
        world.feed(vec![(ANNA, says(1, json!({"email": true})))], vec![]).await;
        assert_eq!(world.may(None).await, Permission::Allowed, "nobody asked for less");
        world.want(&[Change::frequency(Frequency::Weekly)]).await;
        assert!(matches!(world.may(None).await, Permission::TooOften(next) if next > testkit::NOW));
        let overview = world.consents.overview(SHOP, ANNA, &[(Email, "anna@x.nl".into())]).await.unwrap();
        assert_eq!(overview.frequency(), Frequency::Weekly);
        assert_eq!(overview.permission(None, Email), world.may(None).await, "the page and the gate say the same");
    })
    .await;
}

#[tokio::test]
async fn segments_categories_are_purposes_and_a_no_to_one_of_two_is_a_no() {
    on_every_store(async |world| {
        let categories = json!({"categoryPreferences":
            {"Advertising": true, "Analytics": false, "Functional": true, "DataSharing": false, "Else": true}});
        world.feed(vec![(ANNA, says(1, categories))], vec![]).await;
        let overview = world.consents.overview(SHOP, ANNA, &[]).await.unwrap();
        let state = |purpose| overview.state(&Subject::Purpose(purpose));
        assert_eq!(state(Purpose::Ads), ConsentState::Unsubscribed);
        assert_eq!(state(Purpose::Analytics), ConsentState::Unsubscribed);
        assert_eq!(state(Purpose::Personalisation), ConsentState::Subscribed);
        assert_eq!(state(Purpose::Marketing), ConsentState::Unknown);
    })
    .await;
}

#[tokio::test]
async fn a_page_cannot_pause_or_confirm_for_somebody() {
    on_every_store(async |world| {
        world.feed(vec![(ANNA, says(1, json!({"email": true, "pause": false, "frequency": true})))], vec![]).await;
        assert_eq!(world.consents.history(SHOP, ANNA).await.unwrap().len(), 1);
        let forged = json!({"subjects": ["email"], "address": "anna@x.nl", "confirm": false});
        let forged = with(event(2, EventKind::Track), forged);
        world.feed(vec![(BERT, Event { name: crate::SUBSCRIPTION_REQUESTED.into(), ..forged })], vec![]).await;
        assert_eq!(world.state(BERT, Email).await, ConsentState::Unknown);
    })
    .await;
}

#[tokio::test]
async fn proof_holds_basis_version_and_words() {
    on_every_store(async |world| {
        let proof = Proof {
            source: "user:eva".into(),
            text: Some("Yes, news".into()),
            text_version: Some("2026-11".into()),
            basis: Some(Basis::LegitimateInterest),
            ip: Some("192.0.2.77".into()),
            ..Proof::default()
        };
        let changes = [Change::yes(Email.into()), Change::no(Subject::Purpose(Purpose::Ads))];
        world.consents.declare(SHOP, ANNA, &changes, &proof, None).await.unwrap();
        world.feed_log().await;
        for said in world.consents.history(SHOP, ANNA).await.unwrap() {
            assert_eq!(said.proof.basis, Some(Basis::LegitimateInterest));
            assert_eq!(said.proof.text_version.as_deref(), Some("2026-11"));
            assert_eq!((said.proof.ip.as_deref(), &*said.proof.source), (Some("192.0.2.0"), "user:eva"));
        }
        let overview = world.consents.overview(SHOP, ANNA, &[]).await.unwrap();
        assert_eq!(overview.known.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn topics_follow_merges_and_splits() {
    on_every_store(async |world| {
        let news = world.topic("news", true).await;
        world
            .feed(
                vec![
                    (ANNA, says(1, json!({"email": true}))),
                    (BERT, says(2, json!({"email": true, "topic:news": false}))),
                ],
                vec![],
            )
            .await;
        assert_eq!(world.may(Some(&news)).await, Permission::Allowed);
        world.feed(vec![], vec![Merge { workspace: SHOP, from: BERT, into: ANNA }]).await;
        assert_eq!(world.may(Some(&news)).await, Permission::NoTopic(ConsentState::Unsubscribed));
        let streamed = world.consents.stream(SHOP, ProfileId::new(0), 10).await.unwrap();
        let subjects: Vec<String> = streamed[0].states.iter().map(|(subject, _)| subject.to_string()).collect();
        assert_eq!((streamed.len(), subjects), (1, vec!["email".into(), "topic:news".into()]));
    })
    .await;
}

struct Spring;

#[async_trait::async_trait]
impl TopicUse for Spring {
    async fn users_of(&self, _: WorkspaceId, topic: &TopicKey) -> Result<Vec<TopicUser>, Problem> {
        let user = TopicUser { kind: "campaign", id: "cmp_1".into(), name: "Spring".into() };
        Ok(if topic.as_str() == "used" { vec![user] } else { Vec::new() })
    }
}

#[tokio::test]
async fn topics_are_made_changed_ordered_and_kept_while_used() {
    on_every_store(async |world| {
        world.consents.set_topic_use(Arc::new(Spring));
        let [a, b, used] =
            [world.topic("a", false).await, world.topic("b", true).await, world.topic("used", true).await];
        let twice = world.consents.create_topic(SHOP, &a, draft("a", false)).await;
        assert!(matches!(twice, Err(ConsentError::TopicExists(_))));
        let order = world.consents.order_topics(SHOP, &[used.clone(), b.clone()]).await.unwrap();
        let keys: Vec<&str> = order.iter().map(|topic| topic.key.as_str()).collect();
        assert_eq!(keys, ["used", "b", "a"]);
        assert_eq!(order[0].draft.channels, [Email, Sms], "in the order of the registry, each once");
        let archived = TopicDraft { archived: true, ..draft("Old", true) };
        let changed = world.consents.update_topic(SHOP, &b, archived.clone(), 1).await.unwrap();
        assert_eq!((changed.version, changed.name("fy", "en")), (2, "Old"));
        assert!(matches!(world.consents.update_topic(SHOP, &b, archived, 1).await, Err(ConsentError::Stale)));
        assert_eq!(world.consents.topics(SHOP).await.unwrap().last().unwrap().key, b, "archived ones come last");
        assert!(matches!(world.consents.delete_topic(SHOP, &used).await, Err(ConsentError::TopicInUse(_))));
        world.consents.delete_topic(SHOP, &a).await.unwrap();
        assert!(matches!(world.consents.delete_topic(SHOP, &a).await, Err(ConsentError::NoTopic)));
        let elsewhere = WorkspaceId::new(2);
        assert!(world.consents.topics(elsewhere).await.unwrap().is_empty());
        assert!(matches!(world.consents.topic(elsewhere, &b).await, Err(ConsentError::NoTopic)));
        let nameless = TopicDraft { name: Localised::default(), ..draft("", false) };
        assert!(matches!(world.consents.create_topic(SHOP, &a, nameless).await, Err(ConsentError::Topic { .. })));
    })
    .await;
}

#[tokio::test]
async fn settings_are_checked_and_saved_once_per_version() {
    on_every_store(async |world| {
        let (settings, version) = world.consents.settings(SHOP).await.unwrap();
        assert_eq!((version, settings.purposes.len()), (0, 4));
        let blue = ConsentSettings { accent: "#1A4FB4".into(), company: " Fjord ".into(), ..settings.clone() };
        let (saved, version) = world.consents.save_settings(SHOP, blue.clone(), 0).await.unwrap();
        assert_eq!((saved.accent.as_str(), saved.company.as_str(), version), ("#1a4fb4", "Fjord", 1));
        assert_eq!(world.consents.settings(SHOP).await.unwrap(), (saved, 1));
        for stale in [0, 7] {
            assert!(matches!(world.consents.save_settings(SHOP, blue.clone(), stale).await, Err(ConsentError::Stale)));
        }
        let pale = ConsentSettings { accent: "#ffd000".into(), ..settings.clone() };
        assert!(matches!(pale.checked(), Err(ConsentError::LowContrast { .. })));
        let bad_logos =
            ["http://x.nl/a.png", "javascript:alert(1)", "data:text/html;base64,AAAA", "https://x.nl/\"onerror="];
        for logo in bad_logos {
            let bad = ConsentSettings { logo_url: logo.into(), ..settings.clone() };
            assert!(matches!(bad.checked(), Err(ConsentError::Setting { pointer: "/logo_url", .. })), "{logo}");
        }
    })
    .await;
}

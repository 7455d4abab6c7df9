//! What consent can be asked about: channels, topics, purposes, and every state.

use super::*;
use crate::condition::ConditionKind;

#[test]
fn channels_topics_and_purposes_are_read_as_they_are_written() {
    for body in [
        json!({ "channel": "email", "state": "subscribed" }),
        json!({ "topic": "news", "state": "pending" }),
        json!({ "topic": "news", "channel": "email", "state": "unsubscribed" }),
        json!({ "purpose": "analytics", "state": "unknown" }),
    ] {
        let read = condition(json!({ "consent": body }));
        let Condition::Consent(asked) = &read else { panic!("{read:?}") };
        assert_eq!(ConditionKind::write(asked), body);
        let mut facts = JsonFacts::default();
        assert_eq!(read.matches(&facts, NOW), body["state"] == "unknown");
        facts.consent.insert(asked.subject.clone(), ConsentState::Pending);
        assert_eq!(read.matches(&facts, NOW), body["state"] == "pending");
    }
}

#[test]
fn what_is_no_subject_is_refused_where_it_stands() {
    let code = |body: Json| {
        parse(&json!({ "consent": body })).unwrap_err().0.iter().map(|error| error.code).collect::<Vec<_>>()
    };
    assert_eq!(code(json!({ "purpose": "profit", "state": "subscribed" })), ["purpose_unknown"]);
    assert_eq!(code(json!({ "purpose": "ads", "channel": "email", "state": "subscribed" })), ["subject_twice"]);
    assert_eq!(code(json!({ "topic": "news", "state": "perhaps" })), ["state_unknown"]);
    assert!(parse(&json!({ "consent": { "state": "subscribed" } })).is_err());
}

#[test]
fn a_topic_and_a_purpose_read_as_words() {
    let sentence = |body: Json, locale| describe(&condition(json!({ "consent": body })), locale, &|_| None);
    let news = json!({ "topic": "news", "channel": "email", "state": "pending" });
    let english = sentence(news.clone(), Locale::En);
    assert!(english.contains("asked to confirm the topic") && english.contains("(e-mail)"), "{english}");
    for locale in [Locale::Nl, Locale::Sv, Locale::Fy] {
        let said = sentence(news.clone(), locale);
        assert!(said.contains("news") && !said.contains("topic:") && !said.contains("{v}"), "{said}");
    }
    assert!(sentence(json!({ "purpose": "ads", "state": "unknown" }), Locale::En).contains("advertising"));
}

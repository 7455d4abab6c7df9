//! May this message go to this person now? Pure; the service reads what it needs in a few statements.
//!
//! All of it must hold: the address is on no list; the channel is subscribed to; marketing was not refused as a
//! purpose; the topic is subscribed to (on this channel, else as a whole, else by its default); nobody asked for a
//! pause; and the last message is long enough ago for who asked for fewer.

use crate::{ConsentState, ContactChannel, Frequency, Purpose, Subject, SubjectState, SuppressionReason, TopicKey};
use base::Timestamp;
use std::collections::HashMap;

/// Whether one message may go out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Allowed,
    /// Not subscribed to the channel: unsubscribed, pending or unknown.
    NoConsent(ConsentState),
    Suppressed(SuppressionReason),
    /// No marketing at all, whatever the channel.
    MarketingRefused,
    /// Not subscribed to the topic: unsubscribed, pending, or never asked about a topic that has to be asked for.
    NoTopic(ConsentState),
    /// Until then.
    Paused(Timestamp),
    /// They asked for fewer messages; the next may go then.
    TooOften(Timestamp),
}

impl Permission {
    /// One word for it, as skipped recipients show it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NoConsent(ConsentState::Unsubscribed) => "unsubscribed",
            Self::NoConsent(ConsentState::Pending) | Self::NoTopic(ConsentState::Pending) => "not_confirmed",
            Self::NoConsent(_) => "no_consent",
            Self::Suppressed(_) => "suppressed",
            Self::MarketingRefused => "marketing_refused",
            Self::NoTopic(ConsentState::Unsubscribed) => "topic_unsubscribed",
            Self::NoTopic(_) => "topic_not_asked",
            Self::Paused(_) => "paused",
            Self::TooOften(_) => "too_often",
        }
    }
}

/// What is known of one person.
pub type Known = HashMap<Subject, SubjectState>;

/// The message asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'q> {
    pub channel: ContactChannel,
    /// With whether people get it who never said anything about it.
    pub topic: Option<(&'q TopicKey, bool)>,
    pub now: Timestamp,
}

/// The subjects that decide about a message.
pub(crate) fn deciding(channel: ContactChannel, topic: Option<&TopicKey>) -> Vec<Subject> {
    let mut subjects = vec![channel.into(), Subject::Purpose(Purpose::Marketing), Subject::Pause, Subject::Frequency];
    if let Some(topic) = topic {
        subjects.push(Subject::Topic(topic.clone()));
        subjects.push(Subject::TopicOn(topic.clone(), channel));
    }
    subjects
}

fn state_of(known: &Known, subject: &Subject) -> ConsentState {
    known.get(subject).map_or(ConsentState::Unknown, |one| one.state)
}

/// The end of the pause somebody is in.
pub(crate) fn paused_until(known: &Known, now: Timestamp) -> Option<Timestamp> {
    let pause = known.get(&Subject::Pause).filter(|one| one.state == ConsentState::Unsubscribed)?;
    let until = Timestamp::from_ms(pause.detail.as_deref()?.parse().ok()?);
    (now < until).then_some(until)
}

pub(crate) fn frequency(known: &Known) -> Frequency {
    let said = known.get(&Subject::Frequency).and_then(|one| one.detail.as_deref());
    said.and_then(Frequency::parse).unwrap_or_default()
}

/// What holds for a topic on a channel: its own word, else the word about the whole topic. A no to the whole topic
/// that came after a yes on one channel was meant for that channel too.
pub(crate) fn topic_state(known: &Known, topic: &TopicKey, channel: ContactChannel) -> ConsentState {
    let said = |subject: &Subject| known.get(subject).filter(|one| one.state != ConsentState::Unknown);
    let here = said(&Subject::TopicOn(topic.clone(), channel));
    let whole = said(&Subject::Topic(topic.clone()));
    match (here, whole) {
        (Some(here), Some(whole)) if whole.state == ConsentState::Unsubscribed && here.at <= whole.at => whole.state,
        (Some(one), _) | (None, Some(one)) => one.state,
        (None, None) => ConsentState::Unknown,
    }
}

/// `suppressed` and `last_sent` (the latest message on this channel) come from elsewhere.
pub(crate) fn decide(
    known: &Known,
    question: Question<'_>,
    suppressed: Option<SuppressionReason>,
    last_sent: Option<Timestamp>,
) -> Permission {
    if let Some(reason) = suppressed {
        return Permission::Suppressed(reason);
    }
    let of_channel = state_of(known, &question.channel.into());
    if of_channel != ConsentState::Subscribed {
        return Permission::NoConsent(of_channel);
    }
    if state_of(known, &Subject::Purpose(Purpose::Marketing)) == ConsentState::Unsubscribed {
        return Permission::MarketingRefused;
    }
    if let Some((topic, is_opt_out)) = question.topic {
        match topic_state(known, topic, question.channel) {
            ConsentState::Subscribed => {}
            ConsentState::Unknown if is_opt_out => {}
            state => return Permission::NoTopic(state),
        }
    }
    if let Some(until) = paused_until(known, question.now) {
        return Permission::Paused(until);
    }
    let next = frequency(known).gap_ms().zip(last_sent).map(|(gap, sent)| sent.plus_ms(gap));
    match next.filter(|next| question.now < *next) {
        Some(next) => Permission::TooOften(next),
        None => Permission::Allowed,
    }
}

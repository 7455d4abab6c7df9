//! What a consent is about: a channel, a topic, a topic on a channel, a purpose; and two wishes that are kept the same
//! way, with a history and a proof: a pause and a frequency.

use crate::{ConsentError, ContactChannel};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Characters of a topic's key.
pub const TOPIC_KEY_CHARS_MAX: usize = 40;
const TOPIC: &str = "topic:";
const PURPOSE: &str = "purpose:";
const PAUSE: &str = "pause";
const FREQUENCY: &str = "frequency";

/// The name of a topic in events, conditions and addresses: 1 to 40 of `a-z`, `0-9`, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicKey(Arc<str>);

impl TopicKey {
    pub fn parse(text: &str) -> Result<Self, ConsentError> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= TOPIC_KEY_CHARS_MAX;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if fits && text.chars().all(plain) {
            return Ok(Self(text.into()));
        }
        Err(ConsentError::Topic { field: "key", detail: "a key has 1 to 40 of a-z, 0-9, - and _" })
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What data may be used for. The registry: adding one is adding a variant and its row in [`Purpose::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Marketing,
    Analytics,
    Personalisation,
    Ads,
}

impl Purpose {
    pub const ALL: [Purpose; 4] = [Self::Marketing, Self::Analytics, Self::Personalisation, Self::Ads];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Analytics => "analytics",
            Self::Personalisation => "personalisation",
            Self::Ads => "ads",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name().eq_ignore_ascii_case(text.trim()))
    }
    /// Segment's `context.consent.categoryPreferences`, as its consent wrappers and common consent platforms name them.
    pub fn of_category(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().replace([' ', '-', '_'], "").as_str() {
            "marketing" => Some(Self::Marketing),
            "analytics" | "performance" | "statistics" => Some(Self::Analytics),
            "functional" | "preferences" | "personalization" | "personalisation" => Some(Self::Personalisation),
            "advertising" | "ads" | "targeting" | "datasharing" => Some(Self::Ads),
            _ => None,
        }
    }
}

/// What a statement is about. Its text is what tables, events and conditions hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// `email`
    Channel(ContactChannel),
    /// `topic:news`
    Topic(TopicKey),
    /// `topic:news/email`
    TopicOn(TopicKey, ContactChannel),
    /// `purpose:analytics`
    Purpose(Purpose),
    /// `pause`: unsubscribed until the time in the statement's detail.
    Pause,
    /// `frequency`: how often at most; the name is the statement's detail.
    Frequency,
}

impl Subject {
    pub fn parse(text: &str) -> Result<Self, ConsentError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix(TOPIC) {
            return match rest.split_once('/') {
                None => TopicKey::parse(rest).map(Self::Topic),
                Some((key, channel)) => Ok(Self::TopicOn(TopicKey::parse(key)?, ContactChannel::parse(channel)?)),
            };
        }
        if let Some(name) = text.strip_prefix(PURPOSE) {
            let bad = || ConsentError::Subject(text.chars().take(80).collect());
            return Purpose::parse(name).map(Self::Purpose).ok_or_else(bad);
        }
        match text {
            PAUSE => Ok(Self::Pause),
            FREQUENCY => Ok(Self::Frequency),
            _ => ContactChannel::parse(text).map(Self::Channel),
        }
    }

    pub fn channel(&self) -> Option<ContactChannel> {
        match self {
            Self::Channel(channel) => Some(*channel),
            _ => None,
        }
    }

    /// The topic it is about, if it is about one.
    pub fn topic(&self) -> Option<&TopicKey> {
        match self {
            Self::Topic(topic) | Self::TopicOn(topic, _) => Some(topic),
            _ => None,
        }
    }

    /// A pause or a frequency: a wish about when, no consent.
    pub fn is_wish(&self) -> bool {
        matches!(self, Self::Pause | Self::Frequency)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(channel) => f.write_str(channel.name()),
            Self::Topic(topic) => write!(f, "{TOPIC}{topic}"),
            Self::TopicOn(topic, channel) => write!(f, "{TOPIC}{topic}/{}", channel.name()),
            Self::Purpose(purpose) => write!(f, "{PURPOSE}{}", purpose.name()),
            Self::Pause => f.write_str(PAUSE),
            Self::Frequency => f.write_str(FREQUENCY),
        }
    }
}

impl From<ContactChannel> for Subject {
    fn from(channel: ContactChannel) -> Self {
        Self::Channel(channel)
    }
}

/// How often somebody wants to hear from the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    #[default]
    All,
    Weekly,
    Monthly,
}

/// A newsletter that goes out every Monday at nine is not always sent in the same minute: half a day of play.
const WEEK_MS: i64 = 13 * 12 * 3_600_000;
/// The shortest month, less a day of play.
const MONTH_MS: i64 = 27 * 24 * 3_600_000;

impl Frequency {
    pub const ALL: [Frequency; 3] = [Self::All, Self::Weekly, Self::Monthly];
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == text.trim())
    }
    /// Milliseconds between two messages; None: no limit.
    pub const fn gap_ms(self) -> Option<i64> {
        match self {
            Self::All => None,
            Self::Weekly => Some(WEEK_MS),
            Self::Monthly => Some(MONTH_MS),
        }
    }
}

/// Why the law allows it (GDPR, article 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Consent,
    Contract,
    LegitimateInterest,
    LegalObligation,
    VitalInterest,
    PublicTask,
}

impl Basis {
    pub const ALL: [Basis; 6] = [
        Self::Consent,
        Self::Contract,
        Self::LegitimateInterest,
        Self::LegalObligation,
        Self::VitalInterest,
        Self::PublicTask,
    ];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::LegitimateInterest => "legitimate_interest",
            Self::LegalObligation => "legal_obligation",
            Self::VitalInterest => "vital_interest",
            Self::PublicTask => "public_task",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        Self::ALL.into_iter().find(|basis| basis.name() == text)
    }
}

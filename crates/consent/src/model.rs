//! The words of consent: channels, states, reasons, and what is shown of them.

use crate::{Basis, ConsentError, Subject};
use base::{ProfileId, Timestamp};
use serde::{Deserialize, Serialize};

/// A way to contact somebody. The registry: adding a channel is adding a variant and its row in [`ContactChannel::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    Email,
    Sms,
    Push,
    Whatsapp,
    Post,
    Phone,
}

impl ContactChannel {
    pub const ALL: [ContactChannel; 6] = [Self::Email, Self::Sms, Self::Push, Self::Whatsapp, Self::Post, Self::Phone];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Whatsapp => "whatsapp",
            Self::Post => "post",
            Self::Phone => "phone",
        }
    }
    pub fn parse(text: &str) -> Result<Self, ConsentError> {
        let found = Self::ALL.into_iter().find(|channel| channel.name().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| ConsentError::Channel(text.chars().take(40).collect()))
    }
}

/// What is known. Nothing may be sent unless it is `Subscribed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    Subscribed,
    Unsubscribed,
    /// Asked for, and not yet confirmed from the mailbox itself (double opt-in).
    Pending,
    /// Never asked, as far as is known.
    Unknown,
}

impl ConsentState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subscribed => "subscribed",
            Self::Unsubscribed => "unsubscribed",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
        }
    }
    /// As sources write it: our own words, `opted_in`, `yes`, `true`, …
    pub fn parse(text: &str) -> Result<Self, ConsentError> {
        match text.trim().to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
            "subscribed" | "opted_in" | "opt_in" | "optin" | "granted" | "true" | "yes" | "y" | "1" | "ja" => {
                Ok(Self::Subscribed)
            }
            "unsubscribed" | "opted_out" | "opt_out" | "optout" | "denied" | "false" | "no" | "n" | "0" | "nee"
            | "nej" => Ok(Self::Unsubscribed),
            "pending" | "unconfirmed" => Ok(Self::Pending),
            "unknown" => Ok(Self::Unknown),
            _ => Err(ConsentError::State(text.chars().take(40).collect())),
        }
    }
}

/// Why nothing is sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// The address does not exist.
    BounceHard,
    /// Its owner called a message spam.
    Complaint,
    /// Somebody of the company put it here.
    Manual,
    /// Its owner wants nothing on any channel.
    UnsubscribedAll,
    /// Its owner was erased; only a hash is kept.
    Erased,
}

impl SuppressionReason {
    pub const ALL: [SuppressionReason; 5] =
        [Self::BounceHard, Self::Complaint, Self::Manual, Self::UnsubscribedAll, Self::Erased];
    pub const fn name(self) -> &'static str {
        match self {
            Self::BounceHard => "bounce_hard",
            Self::Complaint => "complaint",
            Self::Manual => "manual",
            Self::UnsubscribedAll => "unsubscribed_all",
            Self::Erased => "erased",
        }
    }
    pub fn parse(text: &str) -> Result<Self, ConsentError> {
        let found = Self::ALL.into_iter().find(|reason| reason.name() == text);
        found.ok_or_else(|| ConsentError::Reason(text.chars().take(40).collect()))
    }
}

/// How a statement was obtained.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// A source id, a channel, or who entered it.
    pub source: String,
    /// `form`, `double_opt_in`, `paper`, `one_click`, `trait`, …
    pub method: Option<String>,
    /// The sentence the customer agreed to.
    pub text: Option<String>,
    /// Which edition of it.
    pub text_version: Option<String>,
    /// Why the law allows it; None: nobody said.
    pub basis: Option<Basis>,
    /// Truncated: the last octet of IPv4, all but the first 48 bits of IPv6 are zero.
    pub ip: Option<String>,
    /// The event that said it.
    pub event: String,
}

/// One channel's consent of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelConsent {
    pub channel: ContactChannel,
    pub state: ConsentState,
    /// None: nobody ever said anything.
    pub at: Option<Timestamp>,
    pub proof: Option<Proof>,
}

/// What holds about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectState {
    pub state: ConsentState,
    pub at: Timestamp,
    /// The end of a pause (milliseconds), the name of a frequency.
    pub detail: Option<String>,
    pub proof: Proof,
}

/// A statement of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    pub subject: Subject,
    pub state: ConsentState,
    /// As in [`SubjectState`].
    pub detail: Option<String>,
    pub at: Timestamp,
    pub proof: Proof,
}

/// States of one profile by channel, topic and purpose, for whoever reads them all. Wishes are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileConsent {
    pub profile: ProfileId,
    pub states: Vec<(Subject, ConsentState)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    pub channel: ContactChannel,
    pub address: String,
    pub reason: SuppressionReason,
    pub at: Timestamp,
    pub profile: Option<ProfileId>,
}

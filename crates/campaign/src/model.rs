//! The words of campaigns.

use base::{CampaignId, Json, ProfileId, SegmentId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a campaign stands.
///
/// draft → (scheduled →) launching → sending → finished; launching and sending may be paused; all but a draft and a
/// finished one may be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    /// Waits for its time.
    Scheduled,
    /// The frozen audience is being written to the outbox; the first messages may be out already.
    Launching,
    /// All recipients are in the outbox.
    Sending,
    Paused,
    /// Nothing is pending any more.
    Finished,
    Cancelled,
}

impl CampaignState {
    pub const ALL: [CampaignState; 7] =
        [Self::Draft, Self::Scheduled, Self::Launching, Self::Sending, Self::Paused, Self::Finished, Self::Cancelled];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Launching => "launching",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }
    /// True once audience and message are frozen.
    pub fn launched(self) -> bool {
        !matches!(self, Self::Draft | Self::Scheduled)
    }
}

impl std::str::FromStr for CampaignState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.name() == text);
        found.ok_or_else(|| format!("\"{text}\" is not the state of a campaign"))
    }
}

/// When a campaign goes out by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub at: Timestamp,
    /// After this it would be stale: when the program was down that long, the campaign is held and shown, not sent.
    pub latest: Timestamp,
}

/// What the author may change. The message is the content room's; here it is only kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignDraft {
    pub name: String,
    #[serde(default)]
    pub segment_id: Option<SegmentId>,
    #[serde(default)]
    pub message: Json,
    #[serde(default = "email")]
    pub channel: String,
    /// The key of the topic it is about; None: nothing in particular.
    #[serde(default)]
    pub topic: Option<String>,
}

fn email() -> String {
    "email".into()
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Campaign {
    pub id: CampaignId,
    pub name: String,
    pub state: CampaignState,
    pub channel: String,
    pub segment_id: Option<SegmentId>,
    /// As in [`CampaignDraft`].
    pub topic: Option<String>,
    /// After the launch this is the frozen copy.
    pub message: Json,
    /// Grows with every edit; the ETag.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub launched_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub schedule: Option<Schedule>,
    /// Why a scheduled campaign did not start by itself: `overdue`, or what its checks found. Why a paused one stopped by
    /// itself: `bounce_rate`.
    pub held: Option<String>,
    /// How many messages without an answer somebody has decided to leave as they are.
    pub unconfirmed_left: u64,
}

/// Why a member of the audience gets no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    NoConsent,
    /// Asked for, not yet confirmed from the mailbox (double opt-in).
    NotConfirmed,
    /// No marketing at all, whatever the channel.
    MarketingRefused,
    TopicUnsubscribed,
    /// Never asked about a topic that has to be asked for.
    TopicNotAsked,
    /// Asked for a pause.
    Paused,
    /// Asked for fewer messages, and got one lately.
    TooOften,
    NoAddress,
    Suppressed,
    InvalidAddress,
    /// Somebody else in the audience has the same address and gets the message.
    DuplicateAddress,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    pub reason: Refusal,
    pub count: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The campaign cannot be launched.
    Blocking,
    Advice,
}

/// Something about the message or the audience that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub code: String,
    pub severity: Severity,
    pub detail: String,
}

/// The message as one member of the audience would get it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SampleMessage {
    pub profile: ProfileId,
    pub label: String,
    pub subject: String,
}

/// What a launch would do now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Review {
    pub audience: u64,
    pub recipients: u64,
    pub exclusions: Vec<Exclusion>,
    pub checks: Vec<Check>,
    pub sample: Vec<SampleMessage>,
    /// None: the sender has no rate.
    pub estimated_seconds: Option<u64>,
}

impl Review {
    pub fn blocking(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.severity == Severity::Blocking)
    }
}

/// The answer to a launch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Launched {
    pub audience: u64,
    pub recipients: u64,
}

/// Where the members of the audience are. The parts add up to `audience`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub audience: u64,
    pub pending: u64,
    pub sending: u64,
    pub sent: u64,
    pub delivered: u64,
    pub bounced: u64,
    pub failed: u64,
    pub skipped: u64,
    pub unconfirmed: u64,
}

/// What became of a test message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    pub address: String,
    /// None: it was accepted.
    pub error: Option<String>,
}

/// What was frozen, and how far the enqueueing got.
#[derive(Debug, Clone)]
pub(crate) struct LaunchRow {
    pub audience: roaring::RoaringBitmap,
    pub duplicates: roaring::RoaringBitmap,
    pub next_profile: i64,
    pub enqueued: i64,
    pub excluded: BTreeMap<Refusal, u64>,
    pub done: bool,
}

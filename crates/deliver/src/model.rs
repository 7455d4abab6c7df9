//! The words of delivery: a message to one recipient, its state, and what an attempt came to.

use crate::bounce::BounceKind;
use base::{MessageId, ProfileId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// Where a message stands. The numbers are stored and ordered: a late receipt never moves a message back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its turn (or for its retry).
    Pending = 0,
    /// A worker has it.
    Claimed = 1,
    /// Handed over and no answer came: it may or may not have gone out. Never sent again by itself.
    Unconfirmed = 2,
    /// The channel accepted it.
    Sent = 3,
    /// A receipt says that it arrived.
    Delivered = 4,
    /// Consent, suppression or a cancelled campaign stood in the way; nothing was sent.
    Skipped = 5,
    /// It could not be made or handed over.
    Failed = 6,
    /// The receiving side refused it for good.
    Bounced = 7,
}

impl State {
    pub const ALL: [State; 8] = [
        Self::Pending,
        Self::Claimed,
        Self::Unconfirmed,
        Self::Sent,
        Self::Delivered,
        Self::Skipped,
        Self::Failed,
        Self::Bounced,
    ];
    pub const fn rank(self) -> i64 {
        self as i64
    }
    /// Unknown ranks are a store written by a newer program; they count as pending nowhere and as failed here.
    pub fn of_rank(rank: i64) -> Self {
        Self::ALL.into_iter().find(|state| state.rank() == rank).unwrap_or(Self::Failed)
    }
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Claimed => "sending",
            Self::Unconfirmed => "unconfirmed",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
        }
    }
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The campaign of mails that answer somebody (a confirmation they asked for): they carry no unsubscribe link and no
/// tracking, the gate asks for suppression only, and bounces halt none of them.
pub const SERVICE: &str = "service";

/// A message to be sent. The key (campaign, profile, occurrence) makes it exist once, however often it is asked for.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Who asks: a campaign's id as text (`cmp_…`), later also a journey's step.
    pub campaign: String,
    pub profile: ProfileId,
    /// Which time this campaign writes to this profile; `"1"` for a campaign that is sent once.
    pub occurrence: String,
    /// `email`.
    pub channel: String,
    pub address: String,
    /// The key of the topic it is about; None: nothing in particular.
    pub topic: Option<String>,
}

impl NewMessage {
    /// The id follows from the key, so that a repeated launch writes the same row.
    pub fn id(&self, workspace: WorkspaceId) -> MessageId {
        MessageId::derived(&format!("{workspace}:{}:{}:{}", self.campaign, self.profile, self.occurrence))
    }
}

/// A claimed row.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub workspace: WorkspaceId,
    pub id: MessageId,
    pub campaign: String,
    pub profile: ProfileId,
    pub channel: String,
    pub address: String,
    pub topic: Option<String>,
    /// This attempt, from 1.
    pub attempt: u32,
    pub created: Timestamp,
}

impl Claimed {
    /// The destination: what is right of the `@`, lower case; the whole address when there is none.
    pub fn domain(&self) -> String {
        self.address.rsplit_once('@').map_or(self.address.as_str(), |(_, domain)| domain).to_ascii_lowercase()
    }
}

/// What becomes of a claimed row. Written to the handover journal and then to the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum RowOutcome {
    Sent {
        delivered: bool,
        provider_ref: Option<String>,
    },
    Bounced {
        kind: BounceKind,
        reason: String,
    },
    Failed {
        reason: String,
    },
    Skipped {
        reason: String,
    },
    Unconfirmed {
        reason: String,
    },
    /// Goes back to pending. `counted`: the attempt reached the other side and counts towards the maximum.
    Again {
        due_ms: i64,
        reason: Option<String>,
        counted: bool,
    },
}

impl RowOutcome {
    pub fn state(&self) -> State {
        match self {
            Self::Sent { delivered: false, .. } => State::Sent,
            Self::Sent { delivered: true, .. } => State::Delivered,
            Self::Bounced { .. } => State::Bounced,
            Self::Failed { .. } => State::Failed,
            Self::Skipped { .. } => State::Skipped,
            Self::Unconfirmed { .. } => State::Unconfirmed,
            Self::Again { .. } => State::Pending,
        }
    }
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent { .. } => None,
            Self::Again { reason, .. } => reason.as_deref(),
            Self::Bounced { reason, .. }
            | Self::Failed { reason }
            | Self::Skipped { reason }
            | Self::Unconfirmed { reason } => Some(reason),
        }
    }
}

/// An outcome with the row it belongs to.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub row: Claimed,
    pub outcome: RowOutcome,
    pub at: Timestamp,
}

/// Whether a campaign's rows may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Paused,
    Cancelled,
}

impl RunState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Counts of a campaign's rows by state; always counted, never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

impl Progress {
    /// Nothing is left to do: no row is pending or in a worker's hands.
    pub fn finished(&self) -> bool {
        self.pending == 0 && self.sending == 0
    }
    pub(crate) fn add(&mut self, state: State, count: u64) {
        self.audience += count;
        let field = match state {
            State::Pending => &mut self.pending,
            State::Claimed => &mut self.sending,
            State::Unconfirmed => &mut self.unconfirmed,
            State::Sent => &mut self.sent,
            State::Delivered => &mut self.delivered,
            State::Skipped => &mut self.skipped,
            State::Failed => &mut self.failed,
            State::Bounced => &mut self.bounced,
        };
        *field += count;
    }
}

//! The events `deliver` writes: names of the Segment e-mail specification, keys that follow from the message.

use crate::bounce::BounceKind;
use crate::model::{Claimed, Recorded, RowOutcome};
use crate::store::MessageRow;
use base::{MessageId, ProfileId, Timestamp, WorkspaceId};
use events::{Channel, SystemEvent, names};

/// Who and what an event is about.
#[derive(Debug, Clone)]
pub struct About<'a> {
    pub workspace: WorkspaceId,
    pub message: MessageId,
    pub campaign: &'a str,
    pub profile: ProfileId,
    pub channel: &'a str,
    pub address: &'a str,
}

impl<'a> From<&'a Claimed> for About<'a> {
    fn from(row: &'a Claimed) -> Self {
        Self {
            workspace: row.workspace,
            message: row.id,
            campaign: &row.campaign,
            profile: row.profile,
            channel: &row.channel,
            address: &row.address,
        }
    }
}

impl<'a> About<'a> {
    pub fn from_row(workspace: WorkspaceId, row: &'a MessageRow) -> Self {
        Self {
            workspace,
            message: row.id,
            campaign: &row.campaign,
            profile: row.profile,
            channel: &row.channel,
            address: &row.address,
        }
    }
}

/// `what` and the message make the key: the same step repeated is the same event.
pub fn event(about: &About<'_>, name: &str, what: &str, at: Timestamp) -> SystemEvent {
    let channel = Channel::parse(about.channel).unwrap_or(Channel::Email);
    SystemEvent::new(about.workspace, name, format!("{what}:{}", about.message), about.profile, at, channel)
        .with("campaign_id", about.campaign)
        .with("message_id", about.message.to_string())
        .with("channel", about.channel)
}

/// The events of an attempt's outcome; none for a retry or an open question.
pub fn of_outcome(item: &Recorded) -> Vec<SystemEvent> {
    let about = About::from(&item.row);
    match &item.outcome {
        RowOutcome::Sent { delivered, .. } => {
            let mut out = vec![event(&about, names::EMAIL_SENT, "email_sent", item.at)];
            if *delivered {
                out.push(event(&about, names::EMAIL_DELIVERED, "email_delivered", item.at));
            }
            out
        }
        RowOutcome::Bounced { kind, reason } => vec![bounced(&about, *kind, reason, item.at)],
        RowOutcome::Failed { reason } => {
            vec![event(&about, names::EMAIL_FAILED, "email_failed", item.at).with("reason", reason.as_str())]
        }
        RowOutcome::Skipped { reason } => {
            vec![event(&about, names::EMAIL_SKIPPED, "email_skipped", item.at).with("reason", reason.as_str())]
        }
        RowOutcome::Unconfirmed { .. } | RowOutcome::Again { .. } => Vec::new(),
    }
}

/// `class` is what `consent` suppresses by: `hard` ends an address.
pub fn bounced(about: &About<'_>, kind: BounceKind, reason: &str, at: Timestamp) -> SystemEvent {
    event(about, names::EMAIL_BOUNCED, "email_bounced", at)
        .with("bounce_type", kind.name())
        .with("reason", reason)
        .with("address", about.address)
}

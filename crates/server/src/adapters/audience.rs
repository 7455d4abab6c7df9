//! Who is written to: segments, consent, addresses.

use async_trait::async_trait;
use base::{Problem, ProfileId, SegmentId, WorkspaceId};
use campaign::{Audience, Check, Gate, Recipient, Refusal, Severity};
use consent::{ConsentState, ContactChannel, Permission, TopicKey};
use deliver::{Asked, GateAnswer, SERVICE, SendGate};
use segment::{DataError, RoaringBitmap, SegmentUse, SegmentUser};
use std::sync::Arc;

use super::Late;

/// `campaign::Audience` over `segment`.
pub struct SegmentAudience(pub Arc<segment::Segments>);

#[async_trait]
impl Audience for SegmentAudience {
    async fn members(&self, workspace: WorkspaceId, segment: SegmentId) -> Result<RoaringBitmap, Problem> {
        Ok(self.0.members(workspace, segment)?)
    }
}

/// `campaign::Gate` and `deliver::SendGate` over `consent` and `profile`.
pub struct ConsentGate {
    pub profiles: Arc<profile::Profiles>,
    pub consents: Arc<consent::Consents>,
}

#[async_trait]
impl Gate for ConsentGate {
    async fn recipients(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        topic: Option<&str>,
        profiles: &[ProfileId],
    ) -> Result<Vec<Recipient>, Problem> {
        let topic = topic.map(TopicKey::parse).transpose()?;
        let contact = ContactChannel::parse(channel)?;
        let canonical = self.profiles.canonical(workspace, profiles).await?;
        let today: Vec<ProfileId> = profiles.iter().map(|id| *canonical.get(id).unwrap_or(id)).collect();
        let addresses = self.profiles.address(workspace, channel, &today).await?;
        let asked: Vec<(ProfileId, String)> =
            today.iter().zip(&addresses).map(|(id, address)| (*id, address.clone().unwrap_or_default())).collect();
        let permissions = self.consents.check(workspace, contact, topic.as_ref(), &asked).await?;
        let answer = |((profile, address), permission): ((ProfileId, Option<String>), Permission)| Recipient {
            profile,
            address: match (address, permission) {
                // What they want comes first: an address that is missing is no reason while they want nothing.
                (None, Permission::Suppressed(_)) => Err(Refusal::NoAddress),
                (_, Permission::NoConsent(ConsentState::Pending) | Permission::NoTopic(ConsentState::Pending)) => {
                    Err(Refusal::NotConfirmed)
                }
                (_, Permission::NoConsent(_)) => Err(Refusal::NoConsent),
                (None, _) => Err(Refusal::NoAddress),
                (_, Permission::Suppressed(_)) => Err(Refusal::Suppressed),
                (_, Permission::MarketingRefused) => Err(Refusal::MarketingRefused),
                (_, Permission::NoTopic(ConsentState::Unsubscribed)) => Err(Refusal::TopicUnsubscribed),
                (_, Permission::NoTopic(_)) => Err(Refusal::TopicNotAsked),
                (_, Permission::Paused(_)) => Err(Refusal::Paused),
                (_, Permission::TooOften(_)) => Err(Refusal::TooOften),
                (Some(address), Permission::Allowed)
                    // A phone number has its country code by now.
                    if !super::is_usable_address(
                        if channel == "email" { "email" } else { "phone" },
                        &address,
                        profile::identifiers::DEFAULT_REGION,
                    ) =>
                {
                    Err(Refusal::InvalidAddress)
                }
                (Some(address), Permission::Allowed) => Ok(address),
            },
        };
        Ok(today.into_iter().zip(addresses).zip(permissions).map(answer).collect())
    }

    async fn topic_checks(&self, workspace: WorkspaceId, channel: &str, topic: &str) -> Result<Vec<Check>, Problem> {
        let blocking = |code: &str, detail: String| Check { code: code.into(), severity: Severity::Blocking, detail };
        let contact = ContactChannel::parse(channel)?;
        let topic = match self.consents.topic(workspace, &TopicKey::parse(topic)?).await {
            Ok(topic) => topic,
            Err(consent::ConsentError::NoTopic) => {
                return Ok(vec![blocking("topic_gone", format!("the topic {topic} is gone: choose another"))]);
            }
            Err(error) => return Err(error.into()),
        };
        let mut checks = Vec::new();
        if topic.draft.archived {
            checks.push(blocking("topic_archived", format!("the topic {} is archived: choose another", topic.key)));
        }
        if !topic.draft.channels.contains(&contact) {
            checks.push(blocking("topic_not_on_channel", format!("{} is not a channel of the topic", contact.name())));
        }
        Ok(checks)
    }
}

#[async_trait]
impl SendGate for ConsentGate {
    async fn check(
        &self,
        workspace: WorkspaceId,
        asked: Asked<'_>,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<GateAnswer>, Problem> {
        let topic = asked.topic.map(TopicKey::parse).transpose()?;
        let channel = ContactChannel::parse(asked.channel)?;
        let permissions = self.consents.check(workspace, channel, topic.as_ref(), recipients).await?;
        let is_service = asked.campaign == SERVICE;
        let answer = |permission| match permission {
            Permission::Allowed => GateAnswer::Allow,
            // They asked for this mail themselves; only an address nothing may go to stands in its way.
            Permission::Suppressed(_) => GateAnswer::Skip(permission.word().into()),
            _ if is_service => GateAnswer::Allow,
            _ => GateAnswer::Skip(permission.word().into()),
        };
        Ok(permissions.into_iter().map(answer).collect())
    }
}

/// `segment::SegmentUse` over `campaign`: a segment that a campaign names is not deleted.
pub struct CampaignUse(pub Late<Arc<campaign::Campaigns>>);

#[async_trait]
impl SegmentUse for CampaignUse {
    async fn users_of(&self, workspace: WorkspaceId, segment: SegmentId) -> Result<Vec<SegmentUser>, DataError> {
        let error = |problem: Problem| DataError(problem.to_string());
        let campaigns = self.0.get().map_err(error)?;
        let users = campaigns.using_segment(workspace, segment).await.map_err(|failed| error(failed.into()))?;
        let user = |campaign: campaign::Campaign| SegmentUser {
            kind: "campaign",
            id: campaign.id.to_string(),
            name: campaign.name,
        };
        Ok(users.into_iter().map(user).collect())
    }
}

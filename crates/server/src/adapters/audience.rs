//! Who is written to: segments, consent, addresses.

use async_trait::async_trait;
use base::{Problem, ProfileId, SegmentId, WorkspaceId};
use campaign::{Audience, Gate, Recipient, Refusal};
use consent::{ContactChannel, Permission};
use deliver::{GateAnswer, SendGate};
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
        profiles: &[ProfileId],
    ) -> Result<Vec<Recipient>, Problem> {
        let contact = ContactChannel::parse(channel)?;
        let canonical = self.profiles.canonical(workspace, profiles).await?;
        let today: Vec<ProfileId> = profiles.iter().map(|id| *canonical.get(id).unwrap_or(id)).collect();
        let addresses = self.profiles.address(workspace, channel, &today).await?;
        let asked: Vec<(ProfileId, String)> =
            today.iter().zip(&addresses).map(|(id, address)| (*id, address.clone().unwrap_or_default())).collect();
        let permissions = self.consents.check(workspace, contact, &asked).await?;
        let answer = |((profile, address), permission): ((ProfileId, Option<String>), Permission)| Recipient {
            profile,
            address: match (address, permission) {
                (_, Permission::NoConsent(_)) => Err(Refusal::NoConsent),
                (None, _) => Err(Refusal::NoAddress),
                (_, Permission::Suppressed(_)) => Err(Refusal::Suppressed),
                (Some(address), Permission::Allowed)
                    if !super::is_usable_address(if channel == "email" { "email" } else { "phone" }, &address) =>
                {
                    Err(Refusal::InvalidAddress)
                }
                (Some(address), Permission::Allowed) => Ok(address),
            },
        };
        Ok(today.into_iter().zip(addresses).zip(permissions).map(answer).collect())
    }
}

#[async_trait]
impl SendGate for ConsentGate {
    async fn check(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        recipients: &[(ProfileId, String)],
    ) -> Result<Vec<GateAnswer>, Problem> {
        let permissions = self.consents.check(workspace, ContactChannel::parse(channel)?, recipients).await?;
        let answer = |permission| match permission {
            Permission::Allowed => GateAnswer::Allow,
            Permission::NoConsent(consent::ConsentState::Unsubscribed) => GateAnswer::Skip("unsubscribed".into()),
            Permission::NoConsent(_) => GateAnswer::Skip("no_consent".into()),
            Permission::Suppressed(_) => GateAnswer::Skip("suppressed".into()),
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

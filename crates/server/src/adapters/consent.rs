//! What `consent` needs of other rooms: its mails sent, who was written to lately, and who sends about a topic.

use super::Late;
use async_trait::async_trait;
use base::{Problem, ProfileId, Timestamp, WorkspaceId};
use consent::{
    ContactChannel, Request, RequestMailer, SentLately, SignUps, TopicKey, TopicUse, TopicUser, request_mail,
};
use db::Tx;
use deliver::{NewMessage, RenderFailure, RenderRequest, RenderedMessage, RunState, SERVICE};
use events::EventKind;
use lake::{StoredEvent, TimelineFilter};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// `consent::RequestMailer` over `deliver`.
pub struct RequestPost(pub Arc<deliver::Deliver>);

#[async_trait]
impl RequestMailer for RequestPost {
    async fn enqueue(&self, tx: &mut Tx, workspace: WorkspaceId, request: &Request) -> Result<String, Problem> {
        let message = NewMessage {
            campaign: SERVICE.into(),
            profile: request.profile,
            occurrence: request.id.to_string(),
            channel: ContactChannel::Email.name().into(),
            address: request.address.clone(),
            topic: None,
        };
        let id = message.id(workspace).to_string();
        self.0.enqueue(tx, workspace, &[message]).await?;
        self.0.set_run_in(tx, workspace, SERVICE, RunState::Running).await?;
        Ok(id)
    }

    fn wake(&self) {
        self.0.wake();
    }
}

/// Renders the mails of [`RequestPost`] at the moment they go out: a question answered or withdrawn meanwhile is not
/// asked any more.
pub struct RequestMails {
    pub consents: Arc<consent::Consents>,
    pub deliver: Late<Arc<deliver::Deliver>>,
}

impl RequestMails {
    pub async fn render(
        &self,
        workspace: WorkspaceId,
        requests: &[RenderRequest],
    ) -> Result<Vec<Result<RenderedMessage, RenderFailure>>, Problem> {
        let deliver = self.deliver.get()?;
        let (settings, _) = self.consents.settings(workspace).await?;
        let topics = self.consents.topics(workspace).await?;
        let sender = deliver.senders().get(workspace).await?;
        let mut out = Vec::with_capacity(requests.len());
        for asked in requests {
            let found = self.consents.request_of_message(workspace, &asked.message.to_string()).await?;
            let Some(request) = found.filter(|request| request.done_at.is_none()) else {
                out.push(Err(RenderFailure { reason: "the question was answered or withdrawn".into() }));
                continue;
            };
            let link = deliver.links().request(workspace, request.id.0);
            let mail = request_mail(&settings, &sender.from_name, &topics, &request, &link);
            out.push(Ok(RenderedMessage {
                subject: mail.subject,
                html: Some(mail.html),
                text: mail.text,
                ..RenderedMessage::default()
            }));
        }
        Ok(out)
    }
}

/// `consent::SentLately` over `deliver`.
pub struct DeliverSent(pub Late<Arc<deliver::Deliver>>);

#[async_trait]
impl SentLately for DeliverSent {
    async fn last_sent(
        &self,
        workspace: WorkspaceId,
        channel: ContactChannel,
        profiles: &[ProfileId],
        since: Timestamp,
    ) -> Result<HashMap<ProfileId, Timestamp>, Problem> {
        let sent = self.0.get()?.last_sent(workspace, channel.name(), profiles, since).await?;
        Ok(sent.into_iter().collect())
    }
}

/// `consent::TopicUse` over `campaign`.
pub struct TopicCampaigns(pub Late<Arc<campaign::Campaigns>>);

#[async_trait]
impl TopicUse for TopicCampaigns {
    async fn users_of(&self, workspace: WorkspaceId, topic: &TopicKey) -> Result<Vec<TopicUser>, Problem> {
        let found = self.0.get()?.using_topic(workspace, topic.as_str()).await?;
        let user = |one: campaign::Campaign| TopicUser { kind: "campaign", id: one.id.to_string(), name: one.name };
        Ok(found.into_iter().map(user).collect())
    }
}

/// `consent::SignUps` over `profile`, `measure`, `lake` and the log.
pub struct SignUpPeople {
    profiles: Arc<profile::Profiles>,
    measures: Arc<measure::Measures>,
    lake: Arc<lake::Lake>,
    inbox: Arc<events::Inbox>,
    pipeline: Arc<events::Pipeline>,
}

/// Who has more events is looked at no further: a sign-up has a few.
const SIGN_UP_EVENTS_MAX: usize = 200;
const ADDRESS: &str = "email";
/// How long the pipeline may take to reach the end the log has now; longer is a backlog.
const CATCH_UP_WAIT: Duration = Duration::from_secs(3);
const CATCH_UP_LOOK: Duration = Duration::from_millis(20);

impl SignUpPeople {
    pub fn of(app: &api::App) -> Self {
        Self {
            profiles: app.profile.clone(),
            measures: app.measure.clone(),
            lake: app.lake.clone(),
            inbox: app.inbox.clone(),
            pipeline: app.pipeline.clone(),
        }
    }
}

#[async_trait]
impl SignUps for SignUpPeople {
    async fn has_caught_up(&self) -> bool {
        let end = self.inbox.end();
        let reached = async {
            while self.pipeline.status().cursor < end {
                tokio::time::sleep(CATCH_UP_LOOK).await;
            }
        };
        tokio::time::timeout(CATCH_UP_WAIT, reached).await.is_ok()
    }

    /// The history alone does not tell: a retention rule may have cut out of it. Orders and the count of events are no
    /// part of it.
    async fn is_only_sign_up(&self, workspace: WorkspaceId, id: ProfileId) -> Result<bool, Problem> {
        let Some(found) = self.profiles.summaries(workspace, &[id]).await?.pop() else { return Ok(false) };
        let profile = self.profiles.get(workspace, found.id).await?;
        let one_address = matches!(&profile.identifiers[..], [one] if one.kind == ADDRESS);
        // What is worked out says nothing that was not said.
        let mut said = profile.traits.iter().filter(|seen| seen.source != events::COMPUTED_SOURCE);
        if !one_address || !profile.merged_from.is_empty() || said.any(|seen| seen.name != ADDRESS) {
            return Ok(false);
        }
        if !self.measures.orders_of(workspace, profile.summary.id).await?.is_empty() {
            return Ok(false);
        }
        let filter = TimelineFilter::default();
        let events = self.lake.timeline(workspace, &[profile.summary.id], None, SIGN_UP_EVENTS_MAX + 1, &filter).await;
        let events = events.map_err(|error| Problem::internal(error.to_string()))?;
        let all_are_there = profile.summary.events <= events.len() as u64;
        Ok(events.len() <= SIGN_UP_EVENTS_MAX && all_are_there && events.iter().all(is_of_sign_up))
    }

    async fn erase(&self, workspace: WorkspaceId, profile: ProfileId) -> Result<(), Problem> {
        match self.profiles.erase(workspace, profile).await {
            Ok(_) | Err(profile::ProfileError::NotFound(_) | profile::ProfileError::ErasureUnderWay { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Said by the sign-up form, or by the program itself about it.
fn is_of_sign_up(event: &StoredEvent) -> bool {
    use events::names::*;
    const OWN: [&str; 13] = [
        consent::SUBSCRIPTION_REQUESTED,
        consent::SUBSCRIPTION_LAPSED,
        consent::ADDRESS_SUPPRESSED,
        CONSENT_CHANGED,
        SEGMENT_ENTERED,
        SEGMENT_EXITED,
        EMAIL_SENT,
        EMAIL_DELIVERED,
        EMAIL_BOUNCED,
        EMAIL_FAILED,
        EMAIL_SKIPPED,
        EMAIL_OPENED,
        EMAIL_LINK_CLICKED,
    ];
    event.source.is_none()
        && match event.kind {
            EventKind::Identify => event.traits.map().keys().all(|name| name == ADDRESS),
            EventKind::Track => OWN.contains(&event.name.as_str()),
            _ => false,
        }
}

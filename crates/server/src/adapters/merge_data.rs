//! What a message is made of: customers, the sender, the campaign's frozen text.

use super::{Late, RequestMails};
use async_trait::async_trait;
use base::{CampaignId, Json, Problem, ProfileId, WorkspaceId};
use campaign::{Check, Messages, SampleMessage, Severity};
use content::{
    CampaignMerge, EmailMessage, MessageCheck, ProfileData, RenderFor, Rendered, WorkspaceData, WorkspaceMerge,
};
use deliver::{RenderFailure, RenderRequest, RenderedMessage, Renderer};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Campaigns whose frozen message is kept in memory.
const MESSAGES_KEPT_MAX: usize = 64;

/// `content::ProfileData` over `profile`.
pub struct PeopleData(pub Arc<profile::Profiles>);

#[async_trait]
impl ProfileData for PeopleData {
    async fn data(&self, workspace: WorkspaceId, profiles: &[ProfileId]) -> Result<Vec<Json>, Problem> {
        Ok(self.0.data(workspace, profiles).await?)
    }
}

/// `content::WorkspaceData` over `access` and the sender settings of `deliver`.
pub struct SenderData {
    pub access: Arc<access::Access>,
    pub deliver: Late<Arc<deliver::Deliver>>,
}

#[async_trait]
impl WorkspaceData for SenderData {
    async fn data(&self, workspace: WorkspaceId) -> Result<WorkspaceMerge, Problem> {
        let settings = self.access.workspace(workspace).await?;
        let sender = self.deliver.get()?.senders().get(workspace).await?;
        Ok(WorkspaceMerge {
            name: settings.name,
            postal_address: sender.postal_address.clone(),
            time_zone: settings.time_zone,
            from_name: sender.from_name.clone(),
            from_email: sender.from_email.clone(),
        })
    }
}

type Frozen = Arc<(CampaignMerge, EmailMessage)>;

/// `deliver::Renderer` over `content` and the campaign's frozen message.
pub struct ContentRenderer {
    pub contents: Arc<content::Contents>,
    pub campaigns: Late<Arc<campaign::Campaigns>>,
    requests: RequestMails,
    frozen: Mutex<HashMap<(WorkspaceId, String), Frozen>>,
}

impl ContentRenderer {
    pub fn new(
        contents: Arc<content::Contents>,
        campaigns: Late<Arc<campaign::Campaigns>>,
        requests: RequestMails,
    ) -> Self {
        Self { contents, campaigns, requests, frozen: Mutex::default() }
    }

    /// A launched message never changes, so it is read once.
    async fn frozen(&self, workspace: WorkspaceId, campaign: &str) -> Result<Frozen, Problem> {
        let key = (workspace, campaign.to_owned());
        if let Some(kept) = self.frozen.lock().get(&key) {
            return Ok(kept.clone());
        }
        let id: CampaignId = campaign.parse().map_err(Problem::internal)?;
        let campaigns = self.campaigns.get()?;
        let json = campaigns.frozen_message(workspace, id).await?;
        let json = json.ok_or_else(|| Problem::internal("the campaign has messages but was not launched"))?;
        let name = campaigns.get(workspace, id).await?.name;
        let frozen = Arc::new((CampaignMerge { id: Some(id), name }, EmailMessage::read(&json)?));
        let mut kept = self.frozen.lock();
        if kept.len() >= MESSAGES_KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, frozen.clone());
        Ok(frozen)
    }
}

pub(super) fn rendered_message(rendered: Rendered) -> RenderedMessage {
    RenderedMessage {
        subject: rendered.subject,
        html: rendered.html,
        text: rendered.text,
        from_name: rendered.from_name,
        from_email: rendered.from_email,
        reply_to: rendered.reply_to,
        utm: rendered.utm.filter(|utm| utm.enabled).map(|utm| deliver::Utm {
            source: utm.source,
            medium: utm.medium,
            campaign: utm.campaign,
        }),
    }
}

#[async_trait]
impl Renderer for ContentRenderer {
    async fn render(
        &self,
        workspace: WorkspaceId,
        campaign: &str,
        requests: &[RenderRequest],
    ) -> Result<Vec<Result<RenderedMessage, RenderFailure>>, Problem> {
        if campaign == deliver::SERVICE {
            return self.requests.render(workspace, requests).await;
        }
        let frozen = self.frozen(workspace, campaign).await?;
        let recipients: Vec<RenderFor> = requests
            .iter()
            .map(|request| RenderFor {
                profile: request.profile,
                unsubscribe_url: request.unsubscribe_url.clone(),
                preferences_url: request.preferences_url.clone(),
                view_url: request.view_url.clone(),
            })
            .collect();
        let rendered = self.contents.render(workspace, &frozen.0, &frozen.1, &recipients).await?;
        let each = |one: Result<Rendered, String>| one.map(rendered_message).map_err(|reason| RenderFailure { reason });
        Ok(rendered.into_iter().map(each).collect())
    }
}

/// `campaign::Messages` over `content`.
pub struct CampaignMessages(pub Arc<content::Contents>);

fn check_of(check: MessageCheck) -> Check {
    let severity = match check.severity {
        content::Severity::Blocking => Severity::Blocking,
        content::Severity::Advice => Severity::Advice,
    };
    Check { code: check.code, severity, detail: check.detail }
}

#[async_trait]
impl Messages for CampaignMessages {
    fn normalised(&self, message: &Json) -> Result<Json, Problem> {
        // A draft may be empty: content comes later.
        if message.is_null() {
            return Ok(Json::Null);
        }
        let message = EmailMessage::read(message)?;
        serde_json::to_value(message).map_err(Problem::internal)
    }

    async fn checks(
        &self,
        workspace: WorkspaceId,
        message: &Json,
        sample: &[ProfileId],
    ) -> Result<Vec<Check>, Problem> {
        if message.is_null() {
            let detail = "there is no message yet".to_owned();
            return Ok(vec![Check { code: "no_message".into(), severity: Severity::Blocking, detail }]);
        }
        let checks = self.0.checks(workspace, &EmailMessage::read(message)?, sample).await?;
        Ok(checks.into_iter().map(check_of).collect())
    }

    async fn subjects(
        &self,
        workspace: WorkspaceId,
        message: &Json,
        profiles: &[ProfileId],
    ) -> Result<Vec<SampleMessage>, Problem> {
        if message.is_null() {
            return Ok(Vec::new());
        }
        let subjects = self.0.subjects(workspace, &EmailMessage::read(message)?, profiles).await?;
        let sample = |one: content::SampleSubject| SampleMessage {
            profile: one.profile,
            label: one.label,
            subject: one.subject,
        };
        Ok(subjects.into_iter().map(sample).collect())
    }
}

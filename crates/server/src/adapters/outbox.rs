//! `campaign::Outbox` over `deliver`.

use super::merge_data::rendered_message;
use access::{Actor, AuditRecord};
use async_trait::async_trait;
use base::{Json, Problem, ProfileId, WorkspaceId};
use campaign::{Outbox, OutboxCounts, OutboxRun, QueuedMessage, TestResult};
use content::EmailMessage;
use db::Tx;
use deliver::NewMessage;
use std::sync::Arc;

/// A campaign writes to everybody once.
const ONLY_OCCURRENCE: &str = "1";
const TEST_SUBJECT_PREFIX: &str = "[Test] ";

pub struct DeliverOutbox {
    pub deliver: Arc<deliver::Deliver>,
    pub contents: Arc<content::Contents>,
    pub access: Arc<access::Access>,
}

fn words_of(reason: &str) -> &str {
    match reason {
        "bounce_rate" => "too many of its addresses do not exist",
        other => other,
    }
}

#[async_trait]
impl Outbox for DeliverOutbox {
    async fn enqueue(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        campaign: &str,
        channel: &str,
        topic: Option<&str>,
        messages: &[QueuedMessage],
    ) -> Result<(), Problem> {
        let new = |message: &QueuedMessage| NewMessage {
            campaign: campaign.to_owned(),
            profile: message.profile,
            occurrence: ONLY_OCCURRENCE.into(),
            channel: channel.to_owned(),
            address: message.address.clone(),
            topic: topic.map(str::to_owned),
        };
        let messages: Vec<NewMessage> = messages.iter().map(new).collect();
        self.deliver.enqueue(tx, workspace, &messages).await?;
        Ok(())
    }

    async fn set_run(&self, workspace: WorkspaceId, campaign: &str, run: OutboxRun) -> Result<(), Problem> {
        match run {
            OutboxRun::Running => self.deliver.resume(workspace, campaign).await?,
            OutboxRun::Paused => self.deliver.pause(workspace, campaign).await?,
            OutboxRun::Cancelled => self.deliver.cancel(workspace, campaign).await?,
        }
        Ok(())
    }

    async fn counts(&self, workspace: WorkspaceId, campaign: &str) -> Result<OutboxCounts, Problem> {
        let progress = self.deliver.progress(workspace, campaign).await?;
        Ok(OutboxCounts {
            pending: progress.pending,
            sending: progress.sending,
            sent: progress.sent,
            delivered: progress.delivered,
            bounced: progress.bounced,
            failed: progress.failed,
            skipped: progress.skipped,
            unconfirmed: progress.unconfirmed,
        })
    }

    async fn halted(&self, workspace: WorkspaceId, campaign: &str) -> Result<Option<String>, Problem> {
        Ok(self.deliver.halted(workspace, campaign).await?)
    }

    async fn alert(&self, workspace: WorkspaceId, campaign: &str, reason: &str) {
        let record = AuditRecord {
            action: "campaign.halt",
            object: campaign.to_owned(),
            summary: format!("paused by itself: {}", words_of(reason)),
            ..AuditRecord::default()
        };
        // The campaign itself shows why; the trail is the second place.
        if let Err(error) = self.access.audit(workspace, &Actor::Console, record).await {
            tracing::warn!(%error, campaign, "that a campaign was halted could not be put into the audit trail");
        }
    }

    async fn resend_unconfirmed(&self, workspace: WorkspaceId, campaign: &str) -> Result<u64, Problem> {
        Ok(self.deliver.resend_unconfirmed(workspace, campaign).await?)
    }

    async fn send_test(
        &self,
        workspace: WorkspaceId,
        message: &Json,
        profile: Option<ProfileId>,
        addresses: &[String],
    ) -> Result<Vec<TestResult>, Problem> {
        let message = EmailMessage::read(message)?;
        let mut rendered = rendered_message(self.contents.render_test(workspace, &message, profile).await?);
        if !rendered.subject.starts_with(TEST_SUBJECT_PREFIX) {
            rendered.subject.insert_str(0, TEST_SUBJECT_PREFIX);
        }
        let results = self.deliver.send_test(workspace, addresses, &rendered).await?;
        Ok(results.into_iter().map(|one| TestResult { address: one.address, error: one.error }).collect())
    }

    async fn messages_per_second(&self, workspace: WorkspaceId) -> Result<Option<f64>, Problem> {
        let sender = self.deliver.senders().get(workspace).await?;
        Ok(sender.smtp.as_ref().map(|smtp| smtp.rate_per_second).filter(|rate| *rate > 0.0))
    }

    fn wake(&self) {
        self.deliver.wake();
    }
}

//! What campaigns need of other rooms; `server` wires them.

use crate::{Check, Refusal, SampleMessage, TestResult};
use async_trait::async_trait;
use base::{Json, Problem, ProfileId, SegmentId, WorkspaceId};
use db::Tx;
use roaring::RoaringBitmap;

/// Who is in a segment now; over `segment`.
#[async_trait]
pub trait Audience: Send + Sync + 'static {
    async fn members(&self, workspace: WorkspaceId, segment: SegmentId) -> Result<RoaringBitmap, Problem>;
}

/// May a profile be written to, and where; over `consent` and `profile`.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// One answer per profile, in order.
    async fn recipients(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        topic: Option<&str>,
        profiles: &[ProfileId],
    ) -> Result<Vec<Recipient>, Problem>;
    /// What stands in the way of sending about this topic at all.
    async fn topic_checks(&self, _workspace: WorkspaceId, _channel: &str, _topic: &str) -> Result<Vec<Check>, Problem> {
        Ok(Vec::new())
    }
}

/// A member of the audience as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The profile a merged one resolves to.
    pub profile: ProfileId,
    /// Where to, or why not.
    pub address: Result<String, Refusal>,
}

/// The durable list of messages to be sent; over `deliver`.
#[async_trait]
pub trait Outbox: Send + Sync + 'static {
    /// Writes one pending row per message in the caller's transaction; rows that are there already stay as they are.
    async fn enqueue(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        campaign: &str,
        channel: &str,
        topic: Option<&str>,
        messages: &[QueuedMessage],
    ) -> Result<(), Problem>;
    /// Sends, halts or gives up the campaign's pending rows. Telling it twice changes nothing.
    async fn set_run(&self, workspace: WorkspaceId, campaign: &str, run: OutboxRun) -> Result<(), Problem>;
    /// Counted from the rows.
    async fn counts(&self, workspace: WorkspaceId, campaign: &str) -> Result<OutboxCounts, Problem>;
    /// Why the outbox stopped sending the campaign by itself (`bounce_rate`); None once it was told of a pause.
    async fn halted(&self, _workspace: WorkspaceId, _campaign: &str) -> Result<Option<String>, Problem> {
        Ok(None)
    }
    /// The campaign was paused because of that: somebody should look at it.
    async fn alert(&self, _workspace: WorkspaceId, _campaign: &str, _reason: &str) {}
    /// Messages whose outcome is not known go out again; answers how many.
    async fn resend_unconfirmed(&self, workspace: WorkspaceId, campaign: &str) -> Result<u64, Problem>;
    /// Sends one message to these addresses at once, outside of any campaign.
    async fn send_test(
        &self,
        workspace: WorkspaceId,
        message: &Json,
        profile: Option<ProfileId>,
        addresses: &[String],
    ) -> Result<Vec<TestResult>, Problem>;
    /// How fast this workspace sends; None when nothing limits it.
    async fn messages_per_second(&self, workspace: WorkspaceId) -> Result<Option<f64>, Problem>;
    /// New rows were committed.
    fn wake(&self);
}

/// One message to be written to the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    pub profile: ProfileId,
    pub address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxRun {
    Running,
    Paused,
    /// Pending rows become skipped, reason `cancelled`.
    Cancelled,
}

/// Rows of a campaign by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    pub pending: u64,
    pub sending: u64,
    pub sent: u64,
    pub delivered: u64,
    pub bounced: u64,
    pub failed: u64,
    pub skipped: u64,
    pub unconfirmed: u64,
}

impl OutboxCounts {
    pub fn total(&self) -> u64 {
        self.pending
            + self.sending
            + self.sent
            + self.delivered
            + self.bounced
            + self.failed
            + self.skipped
            + self.unconfirmed
    }
}

/// What the message says; over `content`.
#[async_trait]
pub trait Messages: Send + Sync + 'static {
    /// Refuses what is no message at all (wrong shape); answers it in its normal form.
    fn normalised(&self, message: &Json) -> Result<Json, Problem>;
    /// What stands in the way of sending it, and what somebody should look at. `sample`: some of the recipients.
    async fn checks(&self, workspace: WorkspaceId, message: &Json, sample: &[ProfileId])
    -> Result<Vec<Check>, Problem>;
    /// The subject as each of these would read it.
    async fn subjects(
        &self,
        workspace: WorkspaceId,
        message: &Json,
        profiles: &[ProfileId],
    ) -> Result<Vec<SampleMessage>, Problem>;
}

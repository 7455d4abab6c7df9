//! What `deliver` needs from others: channels, the gate, the renderer, and tools of mail. `server` wires them.

use crate::Result;
use crate::bounce::{BounceReport, Reply};
use crate::sender::{DkimAlgorithm, Sender};
use async_trait::async_trait;
use base::{InboxMailId, MessageId, Page, PageRequest, ProfileId, Timestamp, WorkspaceId};
use db::Tx;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the gate is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub channel: &'a str,
    /// Who sends: a campaign's id, or [`crate::SERVICE`].
    pub campaign: &'a str,
    /// The key of the topic; None: nothing in particular.
    pub topic: Option<&'a str>,
}

/// May this be sent now? Asked right before the handover; implemented over `consent`.
#[async_trait]
pub trait SendGate: Send + Sync + 'static {
    /// One answer per recipient, in order.
    async fn check(
        &self,
        workspace: WorkspaceId,
        asked: Asked<'_>,
        recipients: &[(ProfileId, String)],
    ) -> std::result::Result<Vec<GateAnswer>, base::Problem>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateAnswer {
    Allow,
    /// Why not: `no_consent`, `unsubscribed`, `suppressed`, `no_address`, `erased`, …
    Skip(String),
}

/// One message to be rendered, with the links that only `deliver` can make.
#[derive(Debug, Clone)]
pub struct RenderRequest {
    pub profile: ProfileId,
    pub message: MessageId,
    pub address: String,
    pub unsubscribe_url: String,
    pub preferences_url: String,
    pub view_url: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RenderedMessage {
    pub subject: String,
    pub html: Option<String>,
    pub text: String,
    /// Empty: the sender's.
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    /// None: links carry no campaign parameters.
    pub utm: Option<Utm>,
}

/// Parameters put on every link of a message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Utm {
    pub source: String,
    pub medium: String,
    pub campaign: String,
}

/// Why a message cannot be made for this recipient (a required field is empty, a template error).
#[derive(Debug, Clone, PartialEq)]
pub struct RenderFailure {
    pub reason: String,
}

/// Makes messages; implemented over `content` and `profile`.
#[async_trait]
pub trait Renderer: Send + Sync + 'static {
    /// One result per request, in order. The outer error is "not now" (a store does not answer): the batch is tried again.
    async fn render(
        &self,
        workspace: WorkspaceId,
        campaign: &str,
        requests: &[RenderRequest],
    ) -> std::result::Result<Vec<std::result::Result<RenderedMessage, RenderFailure>>, base::Problem>;
}

/// A message as a channel gets it, links already tracked.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub workspace: WorkspaceId,
    /// The idempotency key.
    pub key: MessageId,
    pub campaign: String,
    pub sender: Arc<Sender>,
    pub to: String,
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    pub subject: String,
    pub html: Option<String>,
    pub text: String,
    /// Takes the one-click POST of RFC 8058; None for mail that is not marketing.
    pub unsubscribe_url: Option<String>,
    /// Signed (workspace, message): the local part of the Message-ID and of the return path.
    pub reference: String,
    pub at: Timestamp,
}

/// What a handover came to. The kind decides for this recipient only, never for a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum SendOutcome {
    /// `delivered`: the channel knows that it arrived, no receipt will follow.
    Accepted { provider_ref: Option<String>, delivered: bool },
    /// A permanent answer about this message or recipient.
    Refused { stage: Stage, reply: Reply },
    /// A temporary answer about this message or recipient.
    Deferred { stage: Stage, reply: Reply },
    /// It never reached the other side (no connection, log-in refused, time-out before the end of the data).
    NotHandedOver { detail: String },
    /// The other side had all of it and the answer was lost. Sending again could send twice.
    Ambiguous { detail: String },
}

/// How far an SMTP dialogue got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Connect,
    Hello,
    Tls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Body,
}

/// Does the channel know a message that was in flight when the program died?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    Sent,
    /// Certainly not: it may be sent.
    NotSent,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Takes whole batches at once better than many single messages.
    pub batches: bool,
    /// A second handover with the same key is dropped by the other side, and [`Channel::confirm`] knows.
    pub idempotent: bool,
}

/// A way out. Implemented in `channels`.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// `smtp`, `sandbox`: what a sender's settings name.
    fn name(&self) -> &'static str;
    fn capabilities(&self) -> Capabilities;
    async fn send(&self, message: &Outgoing) -> SendOutcome;
    /// One outcome per message, in order.
    async fn send_batch(&self, messages: &[Outgoing]) -> Vec<SendOutcome> {
        futures::future::join_all(messages.iter().map(|message| self.send(message))).await
    }
    async fn confirm(&self, _workspace: WorkspaceId, _key: MessageId) -> Confirmation {
        Confirmation::Unknown
    }
    /// Forgets what it keeps of these messages (erasure of a person).
    async fn forget(&self, _tx: &mut Tx, _workspace: WorkspaceId, _keys: &[MessageId]) -> db::Result<()> {
        Ok(())
    }
}

/// Tells the pipeline that emitted events wait in SQL; called after commits.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A private key and what has to be published for it.
#[derive(Debug, Clone)]
pub struct DkimKey {
    /// DER: PKCS#1 for RSA, PKCS#8 for Ed25519.
    pub private_der: Vec<u8>,
    /// The TXT record's content.
    pub dns_record: String,
}

/// Reading and signing mail; implemented in `channels`.
pub trait MailTools: Send + Sync + 'static {
    fn generate_dkim(&self, algorithm: DkimAlgorithm) -> std::result::Result<DkimKey, String>;
    /// The TXT record that belongs to a private key.
    fn dkim_record(&self, algorithm: DkimAlgorithm, private_der: &[u8]) -> std::result::Result<String, String>;
    /// A delivery report (RFC 3464 or an old server's own words) or a complaint (RFC 5965).
    fn read_bounce(&self, raw: &[u8]) -> std::result::Result<BounceReport, String>;
}

/// A mail in the sandbox inbox, as listed.
#[derive(Debug, Clone)]
pub struct SandboxMail {
    pub id: InboxMailId,
    pub message: MessageId,
    pub campaign: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub received_at: Timestamp,
    pub raw_size: u64,
}

/// A mail of the sandbox opened.
#[derive(Debug, Clone)]
pub struct SandboxMailBody {
    pub mail: SandboxMail,
    pub headers: Vec<(String, String)>,
    pub html: Option<String>,
    pub text: Option<String>,
    /// (text, address) of each link, in order.
    pub links: Vec<(String, String)>,
    pub raw: Vec<u8>,
}

/// Reads what the sandbox channel kept; implemented in `channels`.
#[async_trait]
pub trait SandboxInbox: Send + Sync + 'static {
    /// Newest first. `search` looks in the recipient, the sender and the subject.
    async fn list(
        &self,
        workspace: WorkspaceId,
        search: Option<&str>,
        campaign: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<SandboxMail>>;
    async fn get(&self, workspace: WorkspaceId, id: InboxMailId) -> Result<Option<SandboxMailBody>>;
}

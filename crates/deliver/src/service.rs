//! The service: what campaigns, routes and the program call.

use crate::error::Result;
use crate::guard::{BounceGuard, Halted};
use crate::hits::Hit;
use crate::journal::{Journal, Recovered, boot_id};
use crate::limits::{Limits, RetryPolicy};
use crate::links::Links;
use crate::model::{Claimed, NewMessage, Progress, Recorded, RowOutcome, RunState};
use crate::nodes::Watch;
use crate::ports::{
    Channel, MailTools, RenderRequest, RenderedMessage, Renderer, SandboxInbox, SendGate, SendOutcome, Wake,
};
use crate::sender::Senders;
use crate::{DeliverError, InstanceKey, emit, store};
use base::{Clock, MessageId, ProfileId, Rng, Timestamp, WorkspaceId};
use db::{Db, Tx};
use parking_lot::{Mutex, RwLock};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// Rows of a cancelled campaign skipped in one transaction.
const CANCEL_ROWS: usize = 500;

/// How deliveries are run here.
#[derive(Debug, Clone)]
pub struct DeliverConfig {
    /// Where the handover journal lives.
    pub folder: PathBuf,
    /// `https://mail.example.com`: what links in messages start with.
    pub public_url: String,
    /// Handovers at the same time.
    pub concurrency: usize,
    /// How often an idle worker looks for due rows.
    pub poll_ms: u64,
    pub retry: RetryPolicy,
    pub guard: BounceGuard,
    /// How often a node on a shared database says that it lives.
    pub heartbeat_ms: u64,
    /// After this long without a sign of life its rows are taken over.
    pub lease_ms: i64,
}

impl DeliverConfig {
    pub fn new(folder: &Path, public_url: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            public_url: public_url.to_owned(),
            concurrency: 16,
            poll_ms: 500,
            retry: RetryPolicy::default(),
            guard: BounceGuard::default(),
            heartbeat_ms: 5_000,
            lease_ms: 45_000,
        }
    }
}

/// What `server` plugs in.
pub struct DeliverParts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub key: InstanceKey,
    pub gate: Arc<dyn SendGate>,
    pub renderer: Arc<dyn Renderer>,
    pub channels: Vec<Arc<dyn Channel>>,
    pub mail: Arc<dyn MailTools>,
    pub sandbox: Arc<dyn SandboxInbox>,
    /// Wakes the pipeline after a commit.
    pub wake: Wake,
}

/// The delivery service. Cheap to clone.
#[derive(Clone)]
pub struct Deliver(Arc<Inner>);

struct Inner {
    parts: DeliverParts,
    config: DeliverConfig,
    senders: Senders,
    channels: HashMap<&'static str, Arc<dyn Channel>>,
    links: Links,
    journal: Journal,
    recovered: Mutex<Option<Recovered>>,
    node: String,
    limits: Mutex<Limits>,
    halted: RwLock<HashSet<(WorkspaceId, String)>>,
    work: Notify,
    watch: Watch,
    hits: Mutex<Vec<Hit>>,
    hit_turn: tokio::sync::Mutex<()>,
    sent_total: AtomicU64,
    failed_total: AtomicU64,
}

/// What became of a test message.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResult {
    pub address: String,
    /// None: it was accepted.
    pub error: Option<String>,
}

/// Counters since the start, for `/metrics`.
#[derive(Debug, Clone, Default)]
pub struct DeliverStatus {
    pub sent_total: u64,
    pub failed_total: u64,
    /// Destinations that are left alone for now, and until when (ms).
    pub closed: Vec<(String, i64)>,
}

impl Deliver {
    /// Opens the journal of this node. Call [`Deliver::run`] (or at least [`Deliver::recover`]) before anything is sent.
    pub fn open(parts: DeliverParts, config: DeliverConfig) -> Result<Self> {
        Self::open_as(parts, config, &boot_id())
    }

    pub(crate) fn open_as(parts: DeliverParts, config: DeliverConfig, boot: &str) -> Result<Self> {
        let (journal, recovered) = Journal::open(&config.folder, boot)?;
        let node = node_name(&config.folder, &*parts.rng)?;
        let links = Links::new(&parts.key, &config.public_url);
        let senders = Senders::new(parts.db.clone(), parts.key.clone(), parts.clock.clone(), parts.rng.clone());
        let channels = parts.channels.iter().map(|channel| (channel.name(), channel.clone())).collect();
        Ok(Self(Arc::new(Inner {
            parts,
            config,
            senders,
            channels,
            links,
            journal,
            recovered: Mutex::new(Some(recovered)),
            node,
            limits: Mutex::default(),
            halted: RwLock::default(),
            work: Notify::new(),
            watch: Watch::default(),
            hits: Mutex::default(),
            hit_turn: tokio::sync::Mutex::default(),
            sent_total: AtomicU64::new(0),
            failed_total: AtomicU64::new(0),
        })))
    }

    /// Writes one row per message that is not there yet, in the caller's transaction. Nothing is sent before
    /// [`Deliver::resume`] was called for the campaign. Call [`Deliver::wake`] after the commit.
    pub async fn enqueue(&self, tx: &mut Tx, workspace: WorkspaceId, messages: &[NewMessage]) -> db::Result<u64> {
        store::enqueue(tx, workspace, messages, self.now()).await
    }

    /// When the latest message on `channel` went to each of `profiles`; those who got none since `since` are left out.
    pub async fn last_sent(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        profiles: &[ProfileId],
        since: Timestamp,
    ) -> Result<Vec<(ProfileId, Timestamp)>> {
        Ok(store::last_sent(self.db(), workspace, channel, profiles, since).await?)
    }

    /// Starts or continues a campaign.
    pub async fn resume(&self, workspace: WorkspaceId, campaign: &str) -> Result<()> {
        self.set_run(workspace, campaign, RunState::Running).await
    }

    /// Nothing new is claimed, and what waits in memory goes back to pending. What a channel has is not called back.
    pub async fn pause(&self, workspace: WorkspaceId, campaign: &str) -> Result<()> {
        self.set_run(workspace, campaign, RunState::Paused).await
    }

    /// Ends a campaign: everything that is still pending is skipped for good, with reason `cancelled`.
    pub async fn cancel(&self, workspace: WorkspaceId, campaign: &str) -> Result<()> {
        self.set_run(workspace, campaign, RunState::Cancelled).await?;
        while self.skip_cancelled(workspace, campaign).await? > 0 {}
        Ok(())
    }

    /// The state change alone, in the caller's transaction; call [`Deliver::wake`] after the commit.
    pub async fn set_run_in(
        &self,
        tx: &mut Tx,
        workspace: WorkspaceId,
        campaign: &str,
        state: RunState,
    ) -> db::Result<()> {
        store::set_run(tx, workspace, campaign, state, self.now()).await
    }

    async fn set_run(&self, workspace: WorkspaceId, campaign: &str, state: RunState) -> Result<()> {
        let mut tx = self.db().begin().await?;
        store::set_run(&mut tx, workspace, campaign, state, self.now()).await?;
        tx.commit().await?;
        let key = (workspace, campaign.to_owned());
        if state == RunState::Running {
            if self.halted(workspace, campaign).await?.is_none() {
                self.0.halted.write().remove(&key);
            }
        } else {
            self.0.halted.write().insert(key);
        }
        self.wake();
        Ok(())
    }

    /// Why the campaign was halted by itself ([`BounceGuard`]); None once [`Deliver::pause`] or [`Deliver::cancel`] took
    /// note of it. Until then [`Deliver::resume`] does not start it.
    pub async fn halted(&self, workspace: WorkspaceId, campaign: &str) -> Result<Option<String>> {
        Ok(store::halted(self.db(), workspace, campaign).await?)
    }

    /// What the guard halted: nothing of it that waits in memory goes out.
    pub(crate) fn halt(&self, halted: &[Halted]) {
        for Halted { workspace, campaign, handed, hard } in halted {
            tracing::warn!(%workspace, campaign, handed, hard, "halted: too many addresses do not exist");
            self.0.halted.write().insert((*workspace, campaign.clone()));
        }
    }

    /// Skips some pending rows of a cancelled campaign; answers how many.
    pub(crate) async fn skip_cancelled(&self, workspace: WorkspaceId, campaign: &str) -> db::Result<usize> {
        let mut tx = self.db().begin().await?;
        let rows = store::skip_pending(&mut tx, workspace, campaign, "cancelled", CANCEL_ROWS).await?;
        let count = rows.len();
        let skipped = |row| self.recorded(row, RowOutcome::Skipped { reason: "cancelled".into() });
        let events: Vec<_> = rows.into_iter().map(skipped).flat_map(|item| emit::of_outcome(&item)).collect();
        events::emit_in_tx(&mut tx, &events).await?;
        tx.commit().await?;
        self.wake_pipeline();
        Ok(count)
    }

    /// Counted from the rows, never from a cursor.
    pub async fn progress(&self, workspace: WorkspaceId, campaign: &str) -> Result<Progress> {
        Ok(store::progress(self.db(), workspace, campaign).await?)
    }

    /// What the marketer decided about messages whose answer was lost. Leaving them changes nothing.
    pub async fn resend_unconfirmed(&self, workspace: WorkspaceId, campaign: &str) -> Result<u64> {
        let mut tx = self.db().begin().await?;
        let count = store::resend_unconfirmed(&mut tx, workspace, campaign, self.now()).await?;
        if count > 0 {
            store::set_run(&mut tx, workspace, campaign, RunState::Running, self.now()).await?;
        }
        tx.commit().await?;
        self.0.halted.write().remove(&(workspace, campaign.to_owned()));
        self.wake();
        Ok(count)
    }

    /// Sends one rendered message to these addresses at once, outside of any campaign. Opens and clicks of it count
    /// nowhere, and its unsubscribe link only shows its page.
    pub async fn send_test(
        &self,
        workspace: WorkspaceId,
        to: &[String],
        message: &RenderedMessage,
    ) -> Result<Vec<TestResult>> {
        let sender = self.senders().get(workspace).await?;
        let channel = self.channel(&sender.channel)?;
        let mut results = Vec::with_capacity(to.len());
        for address in to {
            let row = Claimed {
                workspace,
                id: MessageId::new(self.now(), &*self.0.parts.rng),
                campaign: "test".into(),
                profile: ProfileId::new(0),
                channel: "email".into(),
                address: address.clone(),
                topic: None,
                attempt: 1,
                created: self.now(),
            };
            let unsubscribe_url = self.links().unsubscribe(workspace, row.id);
            let outgoing = crate::worker::outgoing(self, &row, &sender, message.clone(), &unsubscribe_url);
            let error = match channel.send(&outgoing).await {
                SendOutcome::Accepted { .. } => None,
                SendOutcome::Refused { reply, .. } | SendOutcome::Deferred { reply, .. } => Some(reply.reason()),
                SendOutcome::NotHandedOver { detail } | SendOutcome::Ambiguous { detail } => Some(detail),
            };
            results.push(TestResult { address: address.clone(), error });
        }
        Ok(results)
    }

    /// The request for a message, with the links that belong to it.
    pub(crate) fn render_request(&self, row: &Claimed) -> RenderRequest {
        RenderRequest {
            profile: row.profile,
            message: row.id,
            address: row.address.clone(),
            unsubscribe_url: self.links().unsubscribe(row.workspace, row.id),
            preferences_url: self.links().preferences(row.workspace, row.id),
            view_url: self.links().view(row.workspace, row.id),
        }
    }

    /// There may be rows to send: do not wait for the next poll.
    pub fn wake(&self) {
        self.0.work.notify_one();
    }
    pub(crate) async fn woken(&self) {
        self.0.work.notified().await;
    }
    pub(crate) fn wake_pipeline(&self) {
        (self.0.parts.wake)();
    }
    pub fn status(&self) -> DeliverStatus {
        DeliverStatus {
            sent_total: self.0.sent_total.load(Ordering::Relaxed),
            failed_total: self.0.failed_total.load(Ordering::Relaxed),
            closed: self.0.limits.lock().open_breakers(self.now().ms()),
        }
    }
    pub(crate) fn count(&self, batch: &[Recorded]) {
        for item in batch {
            match item.outcome {
                RowOutcome::Sent { .. } => self.0.sent_total.fetch_add(1, Ordering::Relaxed),
                RowOutcome::Bounced { .. } | RowOutcome::Failed { .. } => {
                    self.0.failed_total.fetch_add(1, Ordering::Relaxed)
                }
                _ => 0,
            };
        }
    }
    pub(crate) fn recorded(&self, row: Claimed, outcome: RowOutcome) -> Recorded {
        Recorded { row, outcome, at: self.now() }
    }
    pub(crate) fn is_halted(&self, workspace: WorkspaceId, campaign: &str) -> bool {
        let halted = self.0.halted.read();
        !halted.is_empty() && halted.contains(&(workspace, campaign.to_owned()))
    }
    pub(crate) fn channel(&self, name: &str) -> Result<Arc<dyn Channel>> {
        self.0.channels.get(name).cloned().ok_or_else(|| DeliverError::NoChannel(name.to_owned()))
    }
    pub(crate) fn take_recovered(&self) -> Option<Recovered> {
        self.0.recovered.lock().take()
    }
    pub(crate) fn put_back_recovered(&self, recovered: Recovered) {
        *self.0.recovered.lock() = Some(recovered);
    }
    pub(crate) fn db(&self) -> &Db {
        &self.0.parts.db
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }
    pub(crate) fn rng(&self) -> &dyn Rng {
        &*self.0.parts.rng
    }
    pub(crate) fn gate(&self) -> &dyn SendGate {
        &*self.0.parts.gate
    }
    pub(crate) fn renderer(&self) -> &dyn Renderer {
        &*self.0.parts.renderer
    }
    pub(crate) fn all_channels(&self) -> &[Arc<dyn Channel>] {
        &self.0.parts.channels
    }
    pub(crate) fn journal(&self) -> &Journal {
        &self.0.journal
    }
    pub(crate) fn limits(&self) -> &Mutex<Limits> {
        &self.0.limits
    }
    pub(crate) fn watch(&self) -> &Watch {
        &self.0.watch
    }
    pub(crate) fn hit_queue(&self) -> &Mutex<Vec<Hit>> {
        &self.0.hits
    }
    pub(crate) fn hit_turn(&self) -> &tokio::sync::Mutex<()> {
        &self.0.hit_turn
    }
    pub(crate) fn node(&self) -> &str {
        &self.0.node
    }
    pub fn config(&self) -> &DeliverConfig {
        &self.0.config
    }
    /// Sender settings of the workspaces.
    pub fn senders(&self) -> &Senders {
        &self.0.senders
    }
    pub fn links(&self) -> &Links {
        &self.0.links
    }
    /// Key generation and mail reading.
    pub fn mail(&self) -> &dyn MailTools {
        &*self.0.parts.mail
    }
    /// What the sandbox channel kept.
    pub fn sandbox(&self) -> &dyn SandboxInbox {
        &*self.0.parts.sandbox
    }
}

/// This data directory's name among the nodes of one database; made at the first start.
fn node_name(folder: &Path, rng: &dyn Rng) -> Result<String> {
    let path = folder.join("node");
    if let Ok(name) = std::fs::read_to_string(&path)
        && !name.trim().is_empty()
    {
        return Ok(name.trim().to_owned());
    }
    let name = format!("node-{:016x}", rng.next_u64());
    std::fs::write(&path, &name)
        .map_err(|error| DeliverError::Journal { path: path.display().to_string(), detail: error.to_string() })?;
    Ok(name)
}

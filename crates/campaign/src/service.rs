//! Drafts and what people do with campaigns. What happens by itself is in `run.rs`.

use crate::model::{Campaign, CampaignDraft, CampaignState, Progress, Schedule};
use crate::ports::{Audience, Gate, Messages, Outbox};
use crate::{CampaignError, store};
use base::{CampaignId, Clock, Json, Page, PageRequest, Rng, SegmentId, Timestamp, WorkspaceId};
use db::Db;
use std::sync::Arc;
use tokio::sync::Notify;

/// The longest name a person would still read.
const NAME_CHARS_MAX: usize = 200;

/// Campaigns of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Campaigns(Arc<Inner>);

/// What [`Campaigns`] works with.
pub struct CampaignPorts {
    pub audience: Arc<dyn Audience>,
    pub gate: Arc<dyn Gate>,
    pub outbox: Arc<dyn Outbox>,
    pub messages: Arc<dyn Messages>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    ports: CampaignPorts,
    wake: Notify,
    telling: tokio::sync::Mutex<()>,
}

impl Campaigns {
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, ports: CampaignPorts) -> Self {
        Self(Arc::new(Inner { db, clock, rng, ports, wake: Notify::new(), telling: tokio::sync::Mutex::default() }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
    pub(crate) fn ports(&self) -> &CampaignPorts {
        &self.0.ports
    }
    /// Something happened that [`Campaigns::tick`] should look at.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }
    pub(crate) async fn telling(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.telling.lock().await
    }
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    pub async fn create(&self, workspace: WorkspaceId, draft: CampaignDraft) -> Result<Campaign, CampaignError> {
        let draft = self.checked(draft)?;
        let id = CampaignId::new(self.now(), &*self.0.rng);
        store::insert(self.db(), workspace, id, &draft, self.now()).await?;
        self.get(workspace, id).await
    }

    pub async fn get(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Campaign, CampaignError> {
        store::get(self.db(), workspace, id).await
    }

    /// Newest first.
    pub async fn list(
        &self,
        workspace: WorkspaceId,
        state: Option<CampaignState>,
        page: &PageRequest,
    ) -> Result<Page<Campaign>, CampaignError> {
        let limit = page.limit();
        let rows = store::list(self.db(), workspace, state, page.cursor.as_deref(), limit + 1).await?;
        Ok(Page::cut(rows, limit, |campaign| campaign.id.to_string()))
    }

    /// Campaigns about a topic.
    pub async fn using_topic(&self, workspace: WorkspaceId, topic: &str) -> Result<Vec<Campaign>, CampaignError> {
        store::using_topic(self.db(), workspace, topic).await
    }

    /// Campaigns whose audience this segment is or was.
    pub async fn using_segment(
        &self,
        workspace: WorkspaceId,
        segment: SegmentId,
    ) -> Result<Vec<Campaign>, CampaignError> {
        store::using_segment(self.db(), workspace, segment).await
    }

    /// Edits a draft; `version` is the one the editor saw (None: whatever it is now).
    pub async fn update(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        draft: CampaignDraft,
        version: Option<i64>,
    ) -> Result<Campaign, CampaignError> {
        let draft = self.checked(draft)?;
        let current = self.get(workspace, id).await?;
        let version = version.unwrap_or(current.version);
        if !store::update_draft(self.db(), workspace, id, &draft, version, self.now()).await? {
            let current = self.get(workspace, id).await?;
            return Err(refused_edit(&current, version));
        }
        self.get(workspace, id).await
    }

    /// Only drafts can be deleted: what was sent stays on record.
    pub async fn delete(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        if store::delete_draft(self.db(), workspace, id).await? {
            return Ok(());
        }
        let state = self.get(workspace, id).await?.state;
        Err(CampaignError::WrongState { state, verb: "deleted: what was sent stays on record" })
    }

    /// A new draft with the same content.
    pub async fn duplicate(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Campaign, CampaignError> {
        let Campaign { name, segment_id, message, channel, topic, .. } = self.get(workspace, id).await?;
        let name = format!("{} (copy)", name.chars().take(NAME_CHARS_MAX - 7).collect::<String>());
        self.create(workspace, CampaignDraft { name, segment_id, message, channel, topic }).await
    }

    /// Lets a draft go out by itself at `schedule.at`.
    pub async fn schedule(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        schedule: Schedule,
    ) -> Result<Campaign, CampaignError> {
        if schedule.at <= self.now() {
            return Err(CampaignError::Invalid { field: "scheduled_at", detail: "lies in the past".into() });
        }
        if schedule.latest < schedule.at {
            let detail = "lies before the time of sending".into();
            return Err(CampaignError::Invalid { field: "latest_at", detail });
        }
        self.review(workspace, id)
            .await?
            .blocking()
            .next()
            .map_or(Ok(()), |check| Err(CampaignError::Blocked(vec![check.clone()])))?;
        let mut tx = self.db().begin().await?;
        let from = [CampaignState::Draft, CampaignState::Scheduled];
        if !store::step(&mut tx, workspace, id, &from, CampaignState::Scheduled, self.now()).await? {
            drop(tx);
            return Err(self.wrong_state(workspace, id, "scheduled").await);
        }
        store::set_time(&mut tx, workspace, id, "scheduled_ms", Some(schedule.at)).await?;
        store::set_time(&mut tx, workspace, id, "latest_ms", Some(schedule.latest)).await?;
        tx.commit().await?;
        store::set_held(self.db(), workspace, id, None).await?;
        self.get(workspace, id).await
    }

    /// The message that is sent: the frozen copy. None for a campaign that was not launched.
    pub async fn frozen_message(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Option<Json>, CampaignError> {
        store::frozen_message(self.db(), workspace, id).await
    }

    /// Where the members of the audience are.
    pub async fn progress(&self, workspace: WorkspaceId, id: CampaignId) -> Result<Progress, CampaignError> {
        let state = self.get(workspace, id).await?.state;
        self.progress_of(workspace, id, state).await
    }

    /// The same for a campaign whose state is known.
    pub async fn progress_of(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        state: CampaignState,
    ) -> Result<Progress, CampaignError> {
        if !state.launched() {
            return Ok(Progress::default());
        }
        // The launch first: what is enqueued between the two reads must not be counted twice.
        let numbers = store::launch_numbers(self.db(), workspace, id).await?;
        let Some((audience, _, excluded, _)) = numbers else { return Ok(Progress::default()) };
        let rows = self.0.ports.outbox.counts(workspace, &id.to_string()).await?;
        let waiting = audience.saturating_sub(excluded).saturating_sub(rows.total());
        let cancelled = state == CampaignState::Cancelled;
        Ok(Progress {
            audience,
            pending: rows.pending + if cancelled { 0 } else { waiting },
            sending: rows.sending,
            sent: rows.sent,
            delivered: rows.delivered,
            bounced: rows.bounced,
            failed: rows.failed,
            skipped: rows.skipped + excluded + if cancelled { waiting } else { 0 },
            unconfirmed: rows.unconfirmed,
        })
    }

    pub(crate) async fn wrong_state(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        verb: &'static str,
    ) -> CampaignError {
        match self.get(workspace, id).await {
            Ok(campaign) => CampaignError::WrongState { state: campaign.state, verb },
            Err(error) => error,
        }
    }

    fn checked(&self, mut draft: CampaignDraft) -> Result<CampaignDraft, CampaignError> {
        draft.name = draft.name.trim().to_owned();
        if draft.name.is_empty() || NAME_CHARS_MAX < draft.name.chars().count() {
            let detail = format!("must have 1 to {NAME_CHARS_MAX} characters");
            return Err(CampaignError::Invalid { field: "name", detail });
        }
        if draft.channel != "email" {
            let detail = format!("is \"{}\"; only email can be sent now", draft.channel);
            return Err(CampaignError::Invalid { field: "channel", detail });
        }
        draft.message = self.0.ports.messages.normalised(&draft.message)?;
        Ok(draft)
    }
}

fn refused_edit(current: &Campaign, version: i64) -> CampaignError {
    match current.state {
        CampaignState::Draft => CampaignError::Stale { given: version, current: current.version },
        CampaignState::Scheduled => {
            CampaignError::NotEditable { state: current.state, advice: "cancel its schedule first" }
        }
        state => CampaignError::NotEditable {
            state,
            advice: "people have been written to, or will be, with what was launched; duplicate it and edit the copy",
        },
    }
}

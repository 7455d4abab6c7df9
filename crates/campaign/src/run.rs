//! What happens by itself. Every decision is taken from stored state, so any step may be cut off and repeated.

use crate::launch::GATE_PROFILES;
use crate::model::{Campaign, CampaignState, LaunchRow, Refusal};
use crate::ports::{OutboxRun, QueuedMessage};
use crate::{CampaignError, Campaigns, store};
use base::{CampaignId, ProfileId, WorkspaceId};
use std::time::Duration;

/// How long the reconciler waits when nobody wakes it: what `deliver` finishes is seen this late at most.
const TICK_INTERVAL: Duration = Duration::from_millis(500);
const OVERDUE: &str = "overdue";
const RESTORED: &str = "restored from a backup: the original may have sent it since. Schedule it again when it did not";

impl Campaigns {
    /// Ticks until `stop` resolves. A failed tick is logged and repeated: stored state says what is left to do.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "campaigns could not be moved on; trying again");
            }
            tokio::select! {
                () = &mut stop => return,
                () = self.woken() => {}
                () = tokio::time::sleep(TICK_INTERVAL) => {}
            }
        }
    }

    /// Moves every campaign as far as it goes now. One campaign's trouble does not stop the others.
    pub async fn tick(&self) -> Result<(), CampaignError> {
        let mut failed = None;
        for (workspace, campaign, told) in store::unsettled(self.db()).await? {
            if let Err(error) = self.settle(workspace, campaign, told).await {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn settle(&self, workspace: WorkspaceId, campaign: Campaign, told: bool) -> Result<(), CampaignError> {
        let (id, state) = (campaign.id, campaign.state);
        if !told {
            self.tell(workspace, id).await?;
        }
        if matches!(state, CampaignState::Launching | CampaignState::Sending)
            && let Some(reason) = self.ports().outbox.halted(workspace, &id.to_string()).await?
        {
            return self.pause_halted(workspace, id, &reason).await;
        }
        match state {
            CampaignState::Scheduled => self.start_if_due(workspace, &campaign).await,
            CampaignState::Launching => {
                self.enqueue_all(workspace, &campaign).await?;
                self.finish_if_done(workspace, id).await
            }
            CampaignState::Sending => self.finish_if_done(workspace, id).await,
            _ => Ok(()),
        }
    }

    /// Tells the outbox what the campaign's state means for its rows. One at a time, and with the state as it is then:
    /// the last one to tell tells the latest state.
    async fn tell(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        let _one_at_a_time = self.telling().await;
        let state = self.get(workspace, id).await?.state;
        let campaign = id.to_string();
        let outbox = &self.ports().outbox;
        match state {
            CampaignState::Launching | CampaignState::Sending => {
                outbox.set_run(workspace, &campaign, OutboxRun::Running).await?;
            }
            CampaignState::Paused => outbox.set_run(workspace, &campaign, OutboxRun::Paused).await?,
            CampaignState::Cancelled => outbox.set_run(workspace, &campaign, OutboxRun::Cancelled).await?,
            CampaignState::Finished => return self.reopen_if_pending(workspace, id).await,
            CampaignState::Draft | CampaignState::Scheduled => {}
        }
        store::set_told(self.db(), workspace, id, state).await
    }

    /// A finished campaign with pending rows (its unconfirmed messages go out again) is not finished.
    async fn reopen_if_pending(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        let rows = self.ports().outbox.counts(workspace, &id.to_string()).await?;
        if rows.pending + rows.sending == 0 {
            return store::set_told(self.db(), workspace, id, CampaignState::Finished).await;
        }
        let mut tx = self.db().begin().await?;
        let finished = [CampaignState::Finished];
        if store::step(&mut tx, workspace, id, &finished, CampaignState::Sending, self.now()).await? {
            store::set_time(&mut tx, workspace, id, "finished_ms", None).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn start_if_due(&self, workspace: WorkspaceId, campaign: &Campaign) -> Result<(), CampaignError> {
        let Some(schedule) = campaign.schedule.filter(|_| campaign.held.is_none()) else { return Ok(()) };
        if self.now() < schedule.at {
            return Ok(());
        }
        if schedule.latest < self.now() {
            return store::set_held(self.db(), workspace, campaign.id, Some(OVERDUE)).await;
        }
        match self.launch(workspace, campaign.id, None).await {
            Err(error @ CampaignError::Blocked(_)) => {
                store::set_held(self.db(), workspace, campaign.id, Some(&error.to_string())).await
            }
            // Somebody edited, launched or cancelled it at this very moment: the next tick sees what it is now.
            Err(CampaignError::Stale { .. } | CampaignError::AlreadyLaunched) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Writes the frozen audience to the outbox, chunk by chunk, until it is done or the campaign is halted.
    async fn enqueue_all(&self, workspace: WorkspaceId, campaign: &Campaign) -> Result<(), CampaignError> {
        let mut launch = store::launch(self.db(), workspace, campaign.id).await?;
        while !launch.done {
            match self.enqueue_chunk(workspace, campaign, &launch).await? {
                Some(next) => launch = next,
                None => return Ok(()),
            }
            self.ports().outbox.wake();
        }
        Ok(())
    }

    /// One chunk: its rows, its progress and (for the last one) the state, in one transaction. None when the campaign
    /// was halted or somebody else did the chunk.
    async fn enqueue_chunk(
        &self,
        workspace: WorkspaceId,
        campaign: &Campaign,
        launch: &LaunchRow,
    ) -> Result<Option<LaunchRow>, CampaignError> {
        let from = u32::try_from(launch.next_profile).unwrap_or(u32::MAX);
        let members: Vec<ProfileId> = launch.audience.range(from..).take(GATE_PROFILES).map(ProfileId::new).collect();
        let mut next = launch.clone();
        let messages = self.admitted(workspace, campaign, &members, &mut next).await?;
        next.enqueued += messages.len() as i64;
        next.done = members.len() < GATE_PROFILES;
        next.next_profile = members.last().map_or(launch.next_profile, |last| last.sql() + 1);
        let to = if next.done { CampaignState::Sending } else { CampaignState::Launching };

        let mut tx = self.db().begin().await?;
        let launching = [CampaignState::Launching];
        let mine = store::advance_launch(&mut tx, workspace, campaign.id, launch, &next).await?
            && store::keep(&mut tx, workspace, campaign.id, &launching, to).await?;
        if !mine {
            tx.rollback().await?;
            return Ok(None);
        }
        let id = campaign.id.to_string();
        self.ports()
            .outbox
            .enqueue(&mut tx, workspace, &id, &campaign.channel, campaign.topic.as_deref(), &messages)
            .await?;
        tx.commit().await?;
        Ok(Some(next))
    }

    /// Asks the gate again: who withdrew consent since the launch gets nothing.
    async fn admitted(
        &self,
        workspace: WorkspaceId,
        campaign: &Campaign,
        members: &[ProfileId],
        launch: &mut LaunchRow,
    ) -> Result<Vec<QueuedMessage>, CampaignError> {
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let answers =
            self.ports().gate.recipients(workspace, &campaign.channel, campaign.topic.as_deref(), members).await?;
        let mut messages: Vec<QueuedMessage> = Vec::with_capacity(members.len());
        for (member, answer) in members.iter().zip(answers) {
            let duplicate = launch.duplicates.contains(member.number());
            match answer.address {
                Ok(address) if !duplicate => messages.push(QueuedMessage { profile: answer.profile, address }),
                Ok(_) => *launch.excluded.entry(Refusal::DuplicateAddress).or_default() += 1,
                Err(reason) => *launch.excluded.entry(reason).or_default() += 1,
            }
        }
        Ok(messages)
    }

    /// "Finished" is said only when every recipient has a row and none of the rows is pending or in a worker's hands.
    async fn finish_if_done(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        let Some((_, enqueued, _, true)) = store::launch_numbers(self.db(), workspace, id).await? else {
            return Ok(());
        };
        let rows = self.ports().outbox.counts(workspace, &id.to_string()).await?;
        if rows.pending + rows.sending > 0 {
            return Ok(());
        }
        if rows.total() < enqueued {
            // Erased people's rows are gone, nothing else may be.
            tracing::info!(campaign = %id, missing = enqueued - rows.total(), "fewer outbox rows than recipients");
        }
        let mut tx = self.db().begin().await?;
        let sending = [CampaignState::Sending];
        if store::step(&mut tx, workspace, id, &sending, CampaignState::Finished, self.now()).await? {
            store::set_time(&mut tx, workspace, id, "finished_ms", Some(self.now())).await?;
            tx.commit().await?;
            store::set_told(self.db(), workspace, id, CampaignState::Finished).await?;
        }
        Ok(())
    }

    /// Nothing more goes out until it is resumed; what a provider already has cannot be called back.
    pub async fn pause(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        let from = [CampaignState::Launching, CampaignState::Sending];
        self.change(workspace, id, &from, CampaignState::Paused, "paused").await
    }

    /// The outbox stopped by itself: the campaign is paused with the reason, until a person resumes it.
    async fn pause_halted(&self, workspace: WorkspaceId, id: CampaignId, reason: &str) -> Result<(), CampaignError> {
        let mut tx = self.db().begin().await?;
        let from = [CampaignState::Launching, CampaignState::Sending];
        if !store::step(&mut tx, workspace, id, &from, CampaignState::Paused, self.now()).await? {
            // Somebody was quicker; what they did is told to the outbox.
            return Ok(());
        }
        store::set_held_paused(&mut tx, workspace, id, reason).await?;
        tx.commit().await?;
        self.ports().outbox.alert(workspace, &id.to_string(), reason).await;
        self.tell(workspace, id).await
    }

    /// Goes on where it was paused.
    pub async fn resume(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        let done = store::launch_numbers(self.db(), workspace, id).await?.is_some_and(|(_, _, _, done)| done);
        let to = if done { CampaignState::Sending } else { CampaignState::Launching };
        self.change(workspace, id, &[CampaignState::Paused], to, "resumed").await
    }

    /// Gives up what is still pending. A scheduled campaign becomes a draft again.
    pub async fn cancel(&self, workspace: WorkspaceId, id: CampaignId) -> Result<(), CampaignError> {
        if self.get(workspace, id).await?.state == CampaignState::Scheduled {
            return self.change(workspace, id, &[CampaignState::Scheduled], CampaignState::Draft, "cancelled").await;
        }
        let from = [CampaignState::Launching, CampaignState::Sending, CampaignState::Paused];
        self.change(workspace, id, &from, CampaignState::Cancelled, "cancelled").await
    }

    /// Sends messages with unknown outcome again (they may arrive twice); answers how many.
    pub async fn resend_unconfirmed(&self, workspace: WorkspaceId, id: CampaignId) -> Result<u64, CampaignError> {
        let state = self.get(workspace, id).await?.state;
        if !matches!(state, CampaignState::Sending | CampaignState::Finished) {
            return Err(CampaignError::WrongState { state, verb: "sent again" });
        }
        // First the note that something is to be settled: whatever stops us after it, the next tick looks at the rows.
        store::set_untold(self.db(), workspace, id).await?;
        store::set_unconfirmed_left(self.db(), workspace, id, 0).await?;
        let count = self.ports().outbox.resend_unconfirmed(workspace, &id.to_string()).await?;
        self.tell(workspace, id).await?;
        self.wake();
        Ok(count)
    }

    /// Remembers that the messages with unknown outcome there are now stay as they are; answers how many. Those that
    /// come later are asked about again.
    pub async fn leave_unconfirmed(&self, workspace: WorkspaceId, id: CampaignId) -> Result<u64, CampaignError> {
        let state = self.get(workspace, id).await?.state;
        if matches!(state, CampaignState::Draft | CampaignState::Scheduled) {
            return Err(CampaignError::WrongState { state, verb: "settled" });
        }
        let count = self.progress(workspace, id).await?.unconfirmed;
        store::set_unconfirmed_left(self.db(), workspace, id, count).await?;
        Ok(count)
    }

    /// Pauses whatever is on its way and holds what would start by itself, in all workspaces; for a store that was
    /// restored from a backup: the original may have sent it since.
    pub async fn pause_all(&self) -> Result<u64, CampaignError> {
        let mut paused = 0;
        for (workspace, campaign, _) in store::unsettled(self.db()).await? {
            if matches!(campaign.state, CampaignState::Launching | CampaignState::Sending) {
                self.pause(workspace, campaign.id).await?;
                paused += 1;
            }
            if campaign.state == CampaignState::Scheduled {
                store::set_held(self.db(), workspace, campaign.id, Some(RESTORED)).await?;
                paused += 1;
            }
        }
        Ok(paused)
    }

    async fn change(
        &self,
        workspace: WorkspaceId,
        id: CampaignId,
        from: &[CampaignState],
        to: CampaignState,
        verb: &'static str,
    ) -> Result<(), CampaignError> {
        let mut tx = self.db().begin().await?;
        if !store::step(&mut tx, workspace, id, from, to, self.now()).await? {
            drop(tx);
            return Err(self.wrong_state(workspace, id, verb).await);
        }
        match to {
            CampaignState::Cancelled => {
                store::set_time(&mut tx, workspace, id, "finished_ms", Some(self.now())).await?;
            }
            CampaignState::Sending | CampaignState::Launching => {
                store::set_time(&mut tx, workspace, id, "finished_ms", None).await?;
            }
            CampaignState::Draft => {
                store::set_time(&mut tx, workspace, id, "scheduled_ms", None).await?;
                store::set_time(&mut tx, workspace, id, "latest_ms", None).await?;
            }
            _ => {}
        }
        tx.commit().await?;
        // Now rather than at the next tick: who presses "pause" means now.
        self.tell(workspace, id).await?;
        self.wake();
        Ok(())
    }
}

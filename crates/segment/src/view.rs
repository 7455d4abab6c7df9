//! Segments as a view of the log: membership follows every batch.

use crate::SegmentError;
use crate::engine::{Turned, Undo, Workspace};
use crate::service::{Pending, Segments};
use crate::store::Delta;
use async_trait::async_trait;
use base::{ProfileId, Timestamp, WorkspaceId};
use db::Tx;
use events::{Batch, Channel, Effects, ResolvedEvent, Split, SystemEvent, View, ViewError, names};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The view's name in logs.
pub const VIEW_NAME: &str = "segment";

/// A batch's part that belongs to one workspace.
#[derive(Default)]
struct Part<'b> {
    merges: Vec<(u32, u32)>,
    splits: Vec<&'b Split>,
    events: Vec<&'b ResolvedEvent>,
}

#[async_trait]
impl View for Segments {
    fn name(&self) -> &'static str {
        VIEW_NAME
    }

    fn begin(&self, batch: &Arc<Batch>) -> Option<tokio::task::JoinHandle<()>> {
        // What came of traits with rules of their own is known when the profiles are written, not before.
        if self.has_trait_rules(batch) {
            return None;
        }
        let (segments, batch) = (self.clone(), batch.clone());
        Some(tokio::spawn(async move { segments.work_out(&batch).await }))
    }

    async fn apply(&self, tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), ViewError> {
        let applied = match self.worked_out(batch).await {
            Ok(deltas) => self.write(tx, batch, deltas, effects).await,
            Err(error) => Err(ViewError::Broken { view: VIEW_NAME, detail: error.to_string() }),
        };
        if applied.is_err() {
            self.take_back();
        }
        applied
    }

    async fn committed(&self, batch: &Batch) {
        let _working = self.0.working.lock().await;
        // Before the gate opens: whoever comes through finds memory as this batch left it.
        *self.0.followed.lock() = Some(batch.end);
        let Some(pending) = self.0.pending.lock().take() else { return };
        for (workspace, _) in &pending.undo {
            if let Ok(space) = self.space(*workspace) {
                space.write().settle();
            }
        }
    }

    async fn rolled_back(&self, _batch: &Batch) {
        let _working = self.0.working.lock().await;
        self.take_back();
    }
}

impl Segments {
    fn has_trait_rules(&self, batch: &Batch) -> bool {
        let merged = batch.merges.iter().map(|merge| merge.workspace);
        let split = batch.splits.iter().map(|split| split.workspace);
        let mut last = None;
        // Events of one workspace mostly follow each other.
        batch.events.iter().map(|item| item.event.workspace).chain(merged).chain(split).any(|workspace| {
            let is_new = last.replace(workspace) != Some(workspace);
            is_new && self.0.data.has_trait_rules(workspace)
        })
    }

    /// Takes the batch into memory; [`Segments::worked_out`] answers with what came of it.
    async fn work_out(&self, batch: &Batch) {
        let _working = self.0.working.lock().await;
        // A batch that was neither committed nor rolled back was given up; the same events come again.
        self.take_back();
        let gate = self.0.gate.clone().lock_owned().await;
        *self.0.pending.lock() = Some(Pending { undo: Vec::new(), outcome: None, _gate: gate });
        let outcome = self.take_in(batch);
        if let Some(pending) = self.0.pending.lock().as_mut() {
            pending.outcome = Some((batch.end, batch.now, outcome));
        }
    }

    /// What the batch changes. Works it out when nobody has.
    async fn worked_out(&self, batch: &Batch) -> Result<Vec<(WorkspaceId, Vec<Delta>)>, SegmentError> {
        let take = || {
            let outcome = self.0.pending.lock().as_mut()?.outcome.take()?;
            (outcome.0 == batch.end && outcome.1 == batch.now).then_some(outcome.2)
        };
        if let Some(outcome) = take() {
            return outcome;
        }
        self.work_out(batch).await;
        take().unwrap_or_else(|| Ok(Vec::new()))
    }

    fn take_in(&self, batch: &Batch) -> Result<Vec<(WorkspaceId, Vec<Delta>)>, SegmentError> {
        let mut parts: BTreeMap<WorkspaceId, Part<'_>> = BTreeMap::new();
        for merge in &batch.merges {
            parts.entry(merge.workspace).or_default().merges.push((merge.from.number(), merge.into.number()));
        }
        for split in &batch.splits {
            parts.entry(split.workspace).or_default().splits.push(split);
        }
        for item in &batch.events {
            parts.entry(item.event.workspace).or_default().events.push(item);
        }
        let mut all = Vec::new();
        for (workspace, part) in parts {
            let space = self.space(workspace)?;
            let mut space = space.write();
            let mut done = Vec::new();
            let turned = Turned { merges: &part.merges, splits: &part.splits };
            let data = self.0.data.as_ref();
            let changes = if data.has_trait_rules(workspace) {
                let left = data.ruled_traits(workspace);
                space.apply_ruled(turned, &part.events, batch.now, data, Some((workspace, &left)), &mut done)
            } else {
                space.apply(turned, &part.events, batch.now, data, &mut done)
            };
            self.remember(workspace, done);
            all.push((workspace, changes.into_iter().map(|change| Delta::of(&space, change)).collect()));
        }
        Ok(all)
    }

    async fn write(
        &self,
        tx: &mut Tx,
        batch: &Batch,
        deltas: Vec<(WorkspaceId, Vec<Delta>)>,
        effects: &mut Effects,
    ) -> Result<(), ViewError> {
        for (workspace, deltas) in deltas {
            let broken = |error: SegmentError| ViewError::Broken { view: VIEW_NAME, detail: error.to_string() };
            let space = self.space(workspace).map_err(broken)?;
            let events = membership_events(&space.read(), workspace, &deltas, batch.now, &batch.end.0.to_string());
            events.into_iter().for_each(|event| effects.emit(event));
            for delta in deltas {
                delta.write(tx, workspace, batch.now).await?;
            }
        }
        Ok(())
    }

    /// Notes at once what was done to memory, so that not even a call that is dropped half-way loses it.
    fn remember(&self, workspace: WorkspaceId, undo: Vec<Undo>) {
        if let Some(pending) = self.0.pending.lock().as_mut() {
            pending.undo.push((workspace, undo));
        }
    }

    /// Undoes what the batch in progress did to memory.
    fn take_back(&self) {
        let Some(pending) = self.0.pending.lock().take() else { return };
        for (workspace, steps) in pending.undo.into_iter().rev() {
            if let Ok(space) = self.space(workspace) {
                space.write().undo(steps);
            }
        }
    }
}

/// `Segment Entered` and `Segment Exited`, with keys that follow from (segment, profile, `occasion`).
pub(crate) fn membership_events(
    space: &Workspace,
    workspace: WorkspaceId,
    deltas: &[Delta],
    now: Timestamp,
    occasion: &str,
) -> Vec<SystemEvent> {
    let mut events = Vec::new();
    for delta in deltas {
        let change = delta.change();
        let segment_name = space.definitions.get(change.segment).map(|definition| definition.name.clone());
        let mut add = |name: &str, sign: char, profile: u32| {
            let key = format!("segment:{}:{profile}:{occasion}:{sign}", change.segment);
            let event = SystemEvent::new(workspace, name, key, ProfileId::new(profile), now, Channel::System)
                .with("segment_id", change.segment.to_string())
                .with("segment_name", segment_name.clone().unwrap_or_default());
            events.push(event);
        };
        change.entered.iter().for_each(|profile| add(names::SEGMENT_ENTERED, '+', *profile));
        change.exited.iter().for_each(|profile| add(names::SEGMENT_EXITED, '-', *profile));
    }
    events
}

//! What the rooms plug into the pipeline.

use crate::{Event, Identifier, Offset, Record, SystemEvent};
use async_trait::async_trait;
use base::{EventId, ProfileId, Timestamp, WorkspaceId};
use db::Tx;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An event and the profile it belongs to.
#[derive(Debug, Clone)]
pub struct ResolvedEvent {
    pub event: Arc<Event>,
    /// The canonical profile after all merges of this batch; 0: nobody's, see [`Self::is_of_nobody`].
    pub profile: ProfileId,
    /// True when this event made the profile.
    pub created: bool,
}

impl ResolvedEvent {
    /// True for an event that speaks of no customer, such as a call about a company alone.
    pub fn is_of_nobody(&self) -> bool {
        self.profile.number() == 0
    }
}

/// Two profiles turned out to be one: `from` now resolves to `into` for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    pub workspace: WorkspaceId,
    pub from: ProfileId,
    pub into: ProfileId,
}

/// One profile turned out to be two: what `into` did goes from `from` to it. A batch with a split holds nothing else but
/// the event that asked for it.
#[derive(Debug, Clone)]
pub struct Split {
    pub workspace: WorkspaceId,
    /// The event that asked for it, and when.
    pub event: EventId,
    pub at: Timestamp,
    pub from: ProfileId,
    pub into: ProfileId,
    /// `into` and the ids that were merged into it: the ids that lead to it from now on.
    pub group: Vec<ProfileId>,
    /// When the two were merged; None: `into` is a new profile.
    pub joined_at: Option<Timestamp>,
    /// Everything both ever did, in accepted order: what stays with `from`, and what goes to `into`.
    pub kept: Vec<Arc<Event>>,
    pub left: Vec<Arc<Event>>,
    /// Identifiers in their normal form: those that stay, and those that leave.
    pub staying: Vec<Identifier>,
    pub leaving: Vec<Identifier>,
}

impl Split {
    /// The two with what each of them did, as events that were just resolved; `from` first. The first of each makes it.
    pub fn sides(&self) -> [(ProfileId, Vec<ResolvedEvent>); 2] {
        [(self.from, &self.kept), (self.into, &self.left)].map(|(profile, events)| {
            let resolved = |(number, event): (usize, &Arc<Event>)| ResolvedEvent {
                event: event.clone(),
                profile,
                created: number == 0,
            };
            (profile, events.iter().enumerate().map(resolved).collect())
        })
    }
    /// True when the event names nobody itself: it is about whoever the profile was at the time.
    pub fn is_unnamed(event: &Event) -> bool {
        event.user_id.is_none() && event.anonymous_id.is_none() && event.identifiers.is_empty()
    }
}

/// The view that an error of [`Past`] names when there are more events than asked for.
pub const PAST_TOO_LONG: &str = "past";

/// What was stored of people: for whoever has to work out anew who they are. Implemented over the history.
#[async_trait]
pub trait Past: Send + Sync + 'static {
    /// Every event stored under one of `profiles`, in accepted order, each with the id it was stored under. More than
    /// `limit` are an error that names [`PAST_TOO_LONG`].
    async fn of(
        &self,
        workspace: WorkspaceId,
        profiles: &[ProfileId],
        limit: usize,
    ) -> Result<Vec<ResolvedEvent>, ViewError>;
}

/// What the pipeline hands to every view: events in accepted order, merges first.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Everything before this offset is in the views once the batch is committed.
    pub end: Offset,
    /// The time of processing.
    pub now: Timestamp,
    pub merges: Vec<Merge>,
    pub splits: Vec<Split>,
    pub events: Vec<ResolvedEvent>,
}

impl Batch {
    /// The (workspace, profile) pairs the batch touches, survivors of merges included, sorted.
    pub fn profiles(&self) -> BTreeSet<(WorkspaceId, ProfileId)> {
        let of_events = self.events.iter().map(|item| (item.event.workspace, item.profile));
        of_events
            .chain(self.merges.iter().map(|merge| (merge.workspace, merge.into)))
            .chain(self.splits.iter().flat_map(|split| [split.from, split.into].map(|id| (split.workspace, id))))
            .collect()
    }
}

/// What views ask for while they apply a batch; written in the same transaction.
#[derive(Debug, Default)]
pub struct Effects {
    pub(crate) emitted: Vec<SystemEvent>,
}

impl Effects {
    /// The event enters the inbox after the commit, exactly once.
    pub fn emit(&mut self, event: SystemEvent) {
        self.emitted.push(event);
    }
    pub fn emitted(&self) -> &[SystemEvent] {
        &self.emitted
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("view {view}: {detail}")]
    Broken { view: &'static str, detail: String },
}

/// A projection of the log. `apply` must be a function of (its tables, the batch): after a crash or a rollback the
/// same batch comes again.
#[async_trait]
pub trait View: Send + Sync + 'static {
    fn name(&self) -> &'static str;
    /// Begins what of [`View::apply`] needs no database, on another thread and beside the views before this one; `apply`
    /// of the same batch is called when it is done, or [`View::rolled_back`]. None: there is nothing of the kind.
    fn begin(&self, _batch: &Arc<Batch>) -> Option<tokio::task::JoinHandle<()>> {
        None
    }
    /// Writes the batch's consequences. Coalesce: one row written per profile and batch, not per event.
    async fn apply(&self, tx: &mut Tx, batch: &Batch, effects: &mut Effects) -> Result<(), ViewError>;
    /// Called after the commit, before the next batch: bring memory up to date, wake who waits.
    async fn committed(&self, _batch: &Batch) {}
    /// Called when the transaction was rolled back after `apply`: forget what `apply` did to memory.
    async fn rolled_back(&self, _batch: &Batch) {}
}

/// Which profile an event belongs to. Implemented by `profile`.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// Assigns every event a profile, creating and merging as declared identifiers say.
    async fn resolve(&self, tx: &mut Tx, events: Vec<Arc<Event>>, now: Timestamp) -> Result<Resolution, ViewError>;
    /// Only looks up: for events that were resolved before (the lake's tail after a restart). None = not known.
    async fn lookup(&self, events: &[Arc<Event>]) -> Result<Vec<Option<ProfileId>>, ViewError>;
    async fn committed(&self) {}
    async fn rolled_back(&self) {}
}

/// The answer of [`Resolver::resolve`]; events that cannot be resolved (an erased profile's) are left out.
#[derive(Debug, Default)]
pub struct Resolution {
    pub events: Vec<ResolvedEvent>,
    pub merges: Vec<Merge>,
    pub splits: Vec<Split>,
}

/// Turns a stored body back into events. Implemented by `collect`.
pub trait Decoder: Send + Sync + 'static {
    /// Items with id 0 are skipped; an item that no longer parses is left out and logged, never a panic.
    fn decode(&self, record: &Record) -> Vec<Event>;
}

/// The history of events (the lake): gets every committed batch, in order.
#[async_trait]
pub trait History: Send + Sync + 'static {
    /// Everything before this offset is durable in the history.
    async fn cursor(&self) -> Result<Offset, ViewError>;
    /// Takes the batch into the queryable tail at once and stores it in the background. Waits when the tail is full.
    /// Called again with the same batches after a crash; must not double a row.
    async fn append(&self, batch: &Batch) -> Result<(), ViewError>;
}

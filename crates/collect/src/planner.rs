//! What a workspace plans to collect, asked of every item before it is stored.
//!
//! This room knows neither schemas nor plans: it asks, and does what it is told with the text of the request. What is
//! kept stays byte for byte; what is cut out or left out is in no byte that is stored.

use crate::wire::Item;
use base::{EventId, SourceId, WorkspaceId};
use events::EventKind;
use serde_json::value::RawValue;
use std::ops::Range;
use std::sync::Arc;

/// Who knows the plans; `server` wires it.
pub trait Planner: Send + Sync + 'static {
    /// The plan of a workspace; None when it has none that is switched on. Asked once for each request.
    fn plan_of(&self, workspace: WorkspaceId) -> Option<Arc<dyn ItemPlan>>;
}

/// The plan of one workspace.
pub trait ItemPlan: Send + Sync {
    /// Something of this workspace is not to be kept: then nothing is kept of what nobody could judge.
    fn cuts(&self) -> bool;
    fn judge(&self, item: &PlanItem<'_>) -> Verdict;
}

/// An item that is an event by all other rules.
#[derive(Debug, Clone, Copy)]
pub struct PlanItem<'a> {
    pub source: Option<SourceId>,
    pub id: EventId,
    pub kind: EventKind,
    /// `event` of a track call, `name` of a page or screen; else empty.
    pub name: &'a str,
    /// `properties`, or `traits` of identify and group, as text; a JSON object.
    pub data: Option<&'a str>,
    /// Its context says something about consent.
    pub states_consent: bool,
}

/// What becomes of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is stored as it is.
    Keep,
    /// It is stored with this JSON object in the place of its properties or traits.
    Replace(String),
    /// It is refused. `pointer` is relative to the item; `replaced` stands in for its properties or traits where
    /// refused items are shown.
    Refuse { code: &'static str, pointer: String, detail: String, replaced: Option<String> },
    /// It is answered as if it were stored, and kept nowhere.
    Leave,
}

/// Nobody plans anything.
#[derive(Debug, Default)]
pub struct NoPlans;

impl Planner for NoPlans {
    fn plan_of(&self, _: WorkspaceId) -> Option<Arc<dyn ItemPlan>> {
        None
    }
}

/// The part of an item its plan is about.
pub(crate) fn data_of<'a>(item: &Item<'a>, kind: EventKind) -> Option<&'a RawValue> {
    match kind {
        EventKind::Identify | EventKind::Group => item.traits,
        _ => item.properties,
    }
}

pub(crate) fn name_of<'a>(item: &'a Item<'_>, kind: EventKind) -> &'a str {
    match kind {
        EventKind::Track => item.event.get().unwrap_or_default(),
        EventKind::Page | EventKind::Screen => item.name.get().unwrap_or_default(),
        EventKind::Identify | EventKind::Group | EventKind::Alias => "",
    }
}

/// Pieces of a body to be replaced, in order.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Range<usize>, String)>);

/// What stands for an item that is not stored: no id, no content.
pub(crate) const NOTHING: &str = "{}";

impl Edits {
    /// Of pieces in order.
    pub fn of(edits: Vec<(Range<usize>, String)>) -> Self {
        Self(edits)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `part` is a piece of `body`, behind all pieces edited before.
    pub fn replace(&mut self, body: &str, part: &str, with: String) {
        if let Some(range) = place(body, part) {
            self.0.push((range, with));
        }
    }

    /// Takes an item out; its place stays, so that the ids of the others do.
    pub fn blank(&mut self, body: &str, item: &str) {
        self.replace(body, item, NOTHING.to_owned());
    }

    pub fn apply(&self, body: &str) -> String {
        let mut edited = String::with_capacity(body.len());
        let mut at = 0;
        for (range, with) in &self.0 {
            edited.push_str(&body[at..range.start]);
            edited.push_str(with);
            at = range.end;
        }
        edited.push_str(&body[at..]);
        edited
    }
}

/// Where `part` lies in `whole`, of which it is a slice.
fn place(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start + part.len();
    (end <= whole.len()).then_some(start..end)
}

/// `item` with another text in the place of `part`, a slice of it.
pub(crate) fn replaced(item: &str, part: &str, with: &str) -> String {
    let mut edits = Edits::default();
    edits.replace(item, part, with.to_owned());
    edits.apply(item)
}

#[cfg(test)]
mod tests;

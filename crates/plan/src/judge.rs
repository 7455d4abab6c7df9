//! What becomes of one item: the plan of a workspace, compiled, unchanging until the plan changes.
//!
//! Cost of an item: a look-up by name. Planned: one pass over its properties for what nobody planned, and, when
//! violations matter, the properties as a tree and one walk of the schema over it. Only an item that loses something is
//! written anew.

use crate::counts::{Counts, Tally};
use crate::limits::VIOLATIONS_PER_EVENT_MAX;
use crate::model::{
    Code, Kind, OnViolation, PlannedEvent, Settings, Status, UnplannedEvents, UnplannedProperties, Violation,
};
use crate::recent::Recent;
use crate::schema::{Compiled, compile};
use crate::service::Protected;
use crate::shape::shown_name;
use crate::violation::{unplanned, violations};
use base::{Clock, EventId, Json, SourceId, WorkspaceId};
use std::collections::HashMap;
use std::sync::Arc;

/// An item at the door.
#[derive(Debug, Clone, Copy)]
pub struct Arriving<'a> {
    pub kind: Kind,
    /// As it was sent; blanks around it do not count.
    pub name: &'a str,
    /// The text of its properties or traits, a JSON object; None when it has none.
    pub data: Option<&'a str>,
    /// It says what somebody consents to beside its properties: it is never refused or left out.
    pub states_consent: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Stored as it is.
    Keep,
    /// Stored with these properties or traits instead.
    Replace(String),
    /// Refused because of this; what a list of refused items may keep instead of the properties.
    Refuse { because: Violation, replaced: Option<String> },
    /// Kept nowhere.
    Leave,
}

/// What a plan says to an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub outcome: Outcome,
    pub violations: Vec<Violation>,
}

impl Judgement {
    fn keep() -> Self {
        Self { outcome: Outcome::Keep, violations: Vec::new() }
    }
}

/// What an event is counted under.
pub(crate) type EventKey = (Kind, String);

pub(crate) struct Entry {
    key: Arc<EventKey>,
    on_violation: OnViolation,
    unplanned: UnplannedProperties,
    compiled: Compiled,
}

/// The plan of a workspace at work.
pub struct ActivePlan {
    pub(crate) workspace: WorkspaceId,
    settings: Settings,
    /// By kind, in the order of [`Kind::ALL`].
    entries: [HashMap<String, Entry>; 5],
    protected: Protected,
    counts: Arc<Counts>,
    recent: Arc<Recent>,
    clock: Arc<dyn Clock>,
}

fn place(kind: Kind) -> usize {
    Kind::ALL.iter().position(|one| *one == kind).unwrap_or_default()
}

/// What a plan at work writes to.
#[derive(Clone)]
pub(crate) struct Books {
    pub counts: Arc<Counts>,
    pub recent: Arc<Recent>,
    pub clock: Arc<dyn Clock>,
}

impl ActivePlan {
    /// Compiles the planned entries. One that cannot be used any more is left out, and said in the log.
    pub(crate) fn new(
        workspace: WorkspaceId,
        settings: Settings,
        events: &[PlannedEvent],
        protected: Protected,
        books: Books,
    ) -> Self {
        let mut entries: [HashMap<String, Entry>; 5] = Default::default();
        for event in events.iter().filter(|event| event.status == Status::Planned) {
            match Entry::new(settings, event) {
                Ok(entry) => {
                    entries[place(event.kind)].insert(event.name.clone(), entry);
                }
                Err(error) => {
                    tracing::error!(%workspace, event = %event.id, %error, "a planned event cannot be compiled; it is not checked");
                }
            }
        }
        let Books { counts, recent, clock } = books;
        Self { workspace, settings, entries, protected, counts, recent, clock }
    }

    /// Does it leave events or properties out of what is stored?
    pub fn cuts(&self) -> bool {
        self.settings.unplanned_events == UnplannedEvents::Drop
            || self.settings.unplanned_properties == UnplannedProperties::Drop
            || self.entries.iter().flat_map(HashMap::values).any(|entry| entry.unplanned == UnplannedProperties::Drop)
    }

    /// Judges, counts and remembers. `id` is the event's, for the live screen.
    pub fn judge(&self, source: Option<SourceId>, id: EventId, item: Arriving<'_>) -> Outcome {
        let (judgement, entry) = self.look(item);
        let Some(judgement) = judgement else { return Outcome::Keep };
        let outcome = &judgement.outcome;
        let tally = Tally {
            judged: 1,
            violating: u64::from(!judgement.violations.is_empty()),
            blocked: u64::from(matches!(outcome, Outcome::Refuse { .. })),
            changed: u64::from(matches!(outcome, Outcome::Replace(_))),
            dropped: u64::from(matches!(outcome, Outcome::Leave)),
        };
        let key = entry.map(|entry| entry.key.clone());
        let now = self.clock.now();
        self.counts.count(self.workspace, source, key.clone(), tally, now);
        if !judgement.violations.is_empty() {
            let named = key.unwrap_or_else(|| Arc::new((item.kind, shown_name(item.name.trim()))));
            self.counts.violations(self.workspace, source, &named, &judgement.violations, now);
            if matches!(outcome, Outcome::Keep | Outcome::Replace(_)) {
                let changed = matches!(outcome, Outcome::Replace(_));
                self.recent.remember(self.workspace, id, changed, judgement.violations);
            }
        }
        judgement.outcome
    }

    /// What [`ActivePlan::judge`] would say; nothing is counted.
    pub fn trial(&self, item: Arriving<'_>) -> Judgement {
        self.look(item).0.unwrap_or_else(Judgement::keep)
    }

    /// None: the plan does not look at it.
    fn look(&self, item: Arriving<'_>) -> (Option<Judgement>, Option<&Entry>) {
        let entries = &self.entries[place(item.kind)];
        // A kind of which nothing is planned is not checked: whoever plans purchases says nothing about pages.
        if entries.is_empty() {
            return (None, None);
        }
        let name = if item.kind.may_be_named() { item.name.trim() } else { "" };
        let general = || if item.kind.must_be_named() { None } else { entries.get("") };
        match entries.get(name).or_else(general) {
            Some(entry) => (Some(self.planned(entry, item)), Some(entry)),
            None => (self.unplanned(item), None),
        }
    }

    fn unplanned(&self, item: Arriving<'_>) -> Option<Judgement> {
        let mode = self.settings.unplanned_events;
        if mode == UnplannedEvents::Keep {
            return None;
        }
        let what = match item.kind {
            Kind::Track => "event",
            Kind::Page => "page",
            Kind::Screen => "screen",
            Kind::Identify | Kind::Group => "call",
        };
        let message = format!("the {what} \"{}\" is not planned", shown_name(item.name.trim()));
        let because = Violation { code: Code::UnplannedEvent, pointer: String::new(), message };
        let violations = vec![because.clone()];
        let outcome = match mode {
            // What it says beside its properties stays; nobody planned the properties.
            UnplannedEvents::Drop if item.states_consent && !self.is_protected(item) => match item.data {
                Some(_) => Outcome::Replace("{}".to_owned()),
                None => Outcome::Keep,
            },
            _ if self.must_stay(item) => Outcome::Keep,
            UnplannedEvents::Keep | UnplannedEvents::Count => Outcome::Keep,
            UnplannedEvents::Block => Outcome::Refuse { because, replaced: None },
            UnplannedEvents::Drop => Outcome::Leave,
        };
        Some(Judgement { outcome, violations })
    }

    /// A no somebody said is never lost, whatever is planned.
    fn must_stay(&self, item: Arriving<'_>) -> bool {
        item.states_consent || self.is_protected(item)
    }

    fn is_protected(&self, item: Arriving<'_>) -> bool {
        (self.protected.event)(item.kind, item.name.trim())
    }

    fn planned(&self, entry: &Entry, item: Arriving<'_>) -> Judgement {
        let text = item.data.unwrap_or("{}");
        let (replaced, mut strays) = entry.strays(item.kind, text, &self.protected);
        let mut found = Vec::new();
        if entry.on_violation != OnViolation::Pass {
            // Text with a fault in it was refused before.
            let data: Json = serde_json::from_str(replaced.as_deref().unwrap_or(text)).unwrap_or_default();
            found = violations(&entry.compiled, &data);
        }
        strays.retain(|stray| !found.contains(stray));
        let because = found.first().filter(|_| entry.on_violation == OnViolation::Block && !self.must_stay(item));
        let outcome = match (because, replaced) {
            (Some(because), replaced) => Outcome::Refuse { because: because.clone(), replaced },
            (None, Some(text)) => Outcome::Replace(text),
            (None, None) => Outcome::Keep,
        };
        found.extend(strays);
        found.truncate(VIOLATIONS_PER_EVENT_MAX);
        Judgement { outcome, violations: found }
    }
}

impl Entry {
    fn new(settings: Settings, event: &PlannedEvent) -> crate::Result<Self> {
        Ok(Self {
            key: Arc::new((event.kind, event.name.clone())),
            on_violation: event.on_violation.unwrap_or(settings.on_violation),
            unplanned: event.unplanned_properties.unwrap_or(settings.unplanned_properties),
            compiled: compile(&event.schema)?,
        })
    }

    /// The properties nobody planned, and the text without them when they are dropped.
    fn strays(&self, kind: Kind, text: &str, protected: &Protected) -> (Option<String>, Vec<Violation>) {
        if self.unplanned == UnplannedProperties::Keep {
            return (None, Vec::new());
        }
        let protected = |key: &str| (protected.property)(kind, key);
        let shape = &self.compiled.shape;
        let places = shape.unplanned(text, VIOLATIONS_PER_EVENT_MAX, &protected);
        let found: Vec<Violation> = places.iter().map(|place| unplanned(place)).collect();
        if found.is_empty() || self.unplanned == UnplannedProperties::Count {
            return (None, found);
        }
        // What cannot be cut apart is not kept at all.
        (Some(shape.pruned(text, &protected).unwrap_or_else(|_| "{}".to_owned())), found)
    }
}

#[cfg(test)]
mod tests;

//! Reads the identifiers that the events of a batch declare, normalised, strongest first, each value once per batch.

use super::plan::speaks_of_nobody;
use crate::identifiers::{Kind, gmail_mailbox};
use crate::rules::{KindRule, RuleSet, Rules};
use base::{HashKeyed, WorkspaceId};
use events::{Event, EventKind};
use std::borrow::Cow;

/// Traits of an identify call that are identifiers too.
const IDENTIFYING_TRAITS: [(&str, Kind<'static>); 4] = [
    ("email", Kind::EMAIL),
    ("phone", Kind::PHONE),
    ("loyalty_card", Kind::LOYALTY_CARD),
    ("loyaltyCard", Kind::LOYALTY_CARD),
];
/// Value of the identifier of events that name nobody.
const UNIDENTIFIED: &str = "unidentified";

/// One identifier of the batch. What is known of it is filled in by the cache and the store.
#[derive(Debug)]
pub(super) struct Slot<'e> {
    pub hash: u128,
    pub workspace: WorkspaceId,
    pub kind: Kind<'e>,
    pub rule: KindRule,
    /// The kind whose limit it counts against, and how many it counts for.
    pub counts: (&'e str, usize),
    pub value: Cow<'e, str>,
}

/// All identifiers of a batch, and which event declares which.
#[derive(Default)]
pub(super) struct Declarations<'e> {
    pub slots: Vec<Slot<'e>>,
    index: HashKeyed<u32>,
    declared: Vec<u32>,
    ends: Vec<u32>,
    /// `alias` only: (event, previousId as a user id, previousId as an anonymous id).
    previous: Vec<(usize, Option<u32>, Option<u32>)>,
    scratch: Vec<u8>,
}

impl<'e> Declarations<'e> {
    pub fn read(events: impl Iterator<Item = &'e Event>, rules: &RuleSet) -> Self {
        let mut all = Self::default();
        events.for_each(|event| all.read_one(event, rules.of(event.workspace)));
        all
    }

    /// Those of one event.
    pub fn read_one(&mut self, event: &'e Event, rules: &Rules) {
        let (number, start) = (self.ends.len(), self.declared.len());
        self.read_event(number, event, rules);
        let is_nameless = self.declared.len() == start && event.profile.is_none() && self.previous_of(number).is_none();
        if is_nameless && !speaks_of_nobody(event) {
            self.add(event, Kind::UNIDENTIFIED, UNIDENTIFIED, rules);
        }
        let slots = &self.slots;
        self.declared[start..].sort_by_key(|slot| slots[*slot as usize].rule.rank);
        self.ends.push(self.declared.len() as u32);
    }

    /// The slots event `number` declares, strongest kind first.
    pub fn of(&self, number: usize) -> &[u32] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.declared[start as usize..self.ends[number] as usize]
    }

    /// The same, and what an alias names as its previousId.
    pub fn keys_of(&self, number: usize) -> Vec<u32> {
        let previous = self.previous_of(number).map(|(user, anonymous)| [user, anonymous]);
        self.of(number).iter().copied().chain(previous.into_iter().flatten().flatten()).collect()
    }

    /// The previousId of an alias, read as a user id and as an anonymous id.
    pub fn previous_of(&self, number: usize) -> Option<(Option<u32>, Option<u32>)> {
        let found = self.previous.binary_search_by_key(&number, |entry| entry.0).ok()?;
        Some((self.previous[found].1, self.previous[found].2))
    }

    fn read_event(&mut self, number: usize, event: &'e Event, rules: &Rules) {
        if let Some(user_id) = &event.user_id {
            self.add(event, Kind::USER_ID, user_id, rules);
        }
        if let Some(anonymous_id) = &event.anonymous_id {
            self.add(event, Kind::ANONYMOUS_ID, anonymous_id, rules);
        }
        for identifier in &event.identifiers {
            if let Some(kind) = Kind::named(&identifier.kind) {
                self.add(event, kind, &identifier.value, rules);
            }
        }
        match event.kind {
            EventKind::Identify if !event.traits.is_empty() => {
                for (name, kind) in IDENTIFYING_TRAITS {
                    if let Some(value) = event.traits.get(name).and_then(|value| value.as_str()) {
                        self.add(event, kind, value, rules);
                    }
                }
            }
            EventKind::Alias => {
                if let Some(previous) = &event.previous_id {
                    let user = self.slot(event, Kind::USER_ID, previous, rules);
                    let anonymous = self.slot(event, Kind::ANONYMOUS_ID, previous, rules);
                    if user.is_some() {
                        self.previous.push((number, user, anonymous));
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, event: &'e Event, kind: Kind<'e>, value: &'e str, rules: &Rules) {
        let Some(slot) = self.slot(event, kind, value, rules) else { return };
        self.declare(slot);
        if rules.doc.gmail_dots
            && kind == Kind::EMAIL
            && let Some(mailbox) = gmail_mailbox(&self.slots[slot as usize].value)
            && rules.normalise(Kind::GMAIL_MAILBOX, &mailbox, rules.region()).is_some()
        {
            let slot = self.put(event, Kind::GMAIL_MAILBOX, Cow::Owned(mailbox), rules);
            self.declare(slot);
        }
    }

    fn declare(&mut self, slot: u32) {
        let start = self.ends.last().copied().unwrap_or_default() as usize;
        if !self.declared[start..].contains(&slot) {
            self.declared.push(slot);
        }
    }

    fn slot(&mut self, event: &'e Event, kind: Kind<'e>, value: &'e str, rules: &Rules) -> Option<u32> {
        let region = if kind == Kind::PHONE { region_of(event, rules) } else { rules.region() };
        let value = rules.normalise(kind, value, region)?;
        Some(self.put(event, kind, value, rules))
    }

    fn put(&mut self, event: &'e Event, kind: Kind<'e>, value: Cow<'e, str>, rules: &Rules) -> u32 {
        let hash = key_hash(event.workspace, kind.name(), &value, &mut self.scratch);
        let next = self.slots.len() as u32;
        let slot = *self.index.entry(hash).or_insert(next);
        if slot == next {
            let counts = rules.counted(kind.name(), &value);
            self.slots.push(Slot { hash, workspace: event.workspace, kind, rule: rules.kind(kind), counts, value });
        }
        slot
    }
}

/// Where a number without country code is from: the customer's country when the event says it.
fn region_of<'e>(event: &'e Event, rules: &'e Rules) -> &'e str {
    event
        .traits
        .get("country")
        .or_else(|| event.traits.get("address").and_then(|address| address.get("country")))
        .and_then(|value| value.as_str())
        .filter(|code| code.len() == 2)
        .unwrap_or(rules.region())
}

/// 128 bits of xxh3 over (workspace, kind, value).
pub(super) fn key_hash(workspace: WorkspaceId, kind: &str, value: &str, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    scratch.extend_from_slice(kind.as_bytes());
    scratch.push(0);
    scratch.extend_from_slice(value.as_bytes());
    xxhash_rust::xxh3::xxh3_128_with_seed(scratch, u64::from(workspace.number()))
}

//! Reads the identifiers that the events of a batch declare, normalised, strongest first, each value once per batch.

use crate::identifiers::{DEFAULT_REGION, Kind, normalise};
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
    pub fn read(events: impl Iterator<Item = &'e Event>) -> Self {
        let mut all = Self::default();
        for (number, event) in events.enumerate() {
            let start = all.declared.len();
            all.read_event(number, event);
            if all.declared.len() == start && event.profile.is_none() && all.previous_of(number).is_none() {
                all.add(event, Kind::UNIDENTIFIED, UNIDENTIFIED);
            }
            let slots = &all.slots;
            all.declared[start..].sort_by_key(|slot| slots[*slot as usize].kind.spec().rank);
            all.ends.push(all.declared.len() as u32);
        }
        all
    }

    /// The slots event `number` declares, strongest kind first.
    pub fn of(&self, number: usize) -> &[u32] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.declared[start as usize..self.ends[number] as usize]
    }

    /// The previousId of an alias, read as a user id and as an anonymous id.
    pub fn previous_of(&self, number: usize) -> Option<(Option<u32>, Option<u32>)> {
        let found = self.previous.binary_search_by_key(&number, |entry| entry.0).ok()?;
        Some((self.previous[found].1, self.previous[found].2))
    }

    fn read_event(&mut self, number: usize, event: &'e Event) {
        if let Some(user_id) = &event.user_id {
            self.add(event, Kind::USER_ID, user_id);
        }
        if let Some(anonymous_id) = &event.anonymous_id {
            self.add(event, Kind::ANONYMOUS_ID, anonymous_id);
        }
        for identifier in &event.identifiers {
            if let Some(kind) = Kind::named(&identifier.kind) {
                self.add(event, kind, &identifier.value);
            }
        }
        match event.kind {
            EventKind::Identify if !event.traits.is_empty() => {
                for (name, kind) in IDENTIFYING_TRAITS {
                    if let Some(value) = event.traits.get(name).and_then(|value| value.as_str()) {
                        self.add(event, kind, value);
                    }
                }
            }
            EventKind::Alias => {
                if let Some(previous) = &event.previous_id {
                    let user = self.slot(event, Kind::USER_ID, previous);
                    let anonymous = self.slot(event, Kind::ANONYMOUS_ID, previous);
                    if user.is_some() {
                        self.previous.push((number, user, anonymous));
                    }
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, event: &'e Event, kind: Kind<'e>, value: &'e str) {
        let start = self.ends.last().copied().unwrap_or_default() as usize;
        if let Some(slot) = self.slot(event, kind, value)
            && !self.declared[start..].contains(&slot)
        {
            self.declared.push(slot);
        }
    }

    fn slot(&mut self, event: &'e Event, kind: Kind<'e>, value: &'e str) -> Option<u32> {
        let region = if kind == Kind::PHONE { region_of(event) } else { DEFAULT_REGION };
        let value = normalise(kind.spec().form, value, region)?;
        let hash = key_hash(event.workspace, kind.name(), &value, &mut self.scratch);
        let next = self.slots.len() as u32;
        let slot = *self.index.entry(hash).or_insert(next);
        if slot == next {
            self.slots.push(Slot { hash, workspace: event.workspace, kind, value });
        }
        Some(slot)
    }
}

/// Where a number without country code is from: the customer's country when the event says it.
fn region_of(event: &Event) -> &str {
    event
        .traits
        .get("country")
        .or_else(|| event.traits.get("address").and_then(|address| address.get("country")))
        .and_then(|value| value.as_str())
        .filter(|code| code.len() == 2)
        .unwrap_or(DEFAULT_REGION)
}

/// 128 bits of xxh3 over (workspace, kind, value).
pub(super) fn key_hash(workspace: WorkspaceId, kind: &str, value: &str, scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    scratch.extend_from_slice(kind.as_bytes());
    scratch.push(0);
    scratch.extend_from_slice(value.as_bytes());
    xxhash_rust::xxh3::xxh3_128_with_seed(scratch, u64::from(workspace.number()))
}

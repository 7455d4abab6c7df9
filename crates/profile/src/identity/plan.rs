//! Decides, one event after the other, whose event it is: which profiles are made, joined, erased.
//!
//! Pure: what the store knows is handed in, what is to be written is handed out. The outcome depends on the order of
//! the events only, never on how they were cut into batches.
//!
//! Rules, as far as a workspace has none of its own ([`crate::rules`]). An event's identifiers are taken strongest first ([`KINDS`](crate::identifiers::KINDS)). The first one that
//! is known says whose event it is; further ones that belong to others join them, as long as no kind's limit is
//! passed; unknown ones are attached. What the limits forbid is left where it is and recorded as a conflict. The
//! survivor of a merge is the profile with the stronger identifier, between equals the older one (the smaller id).
//! What a person joined is joined whatever the limits say; what a person took apart no event joins again.

use super::declare::{Declarations, Slot};
use super::devices::Devices;
use crate::rules::{KindRule, RuleSet, Rules};
use base::{ProfileId, Timestamp, WorkspaceId};
use events::{Channel, Event, EventKind, Merge, names};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why two profiles are one when a person said so.
pub(super) const MERGED_BY_HAND: &str = "merged by hand";

/// A profile of a workspace.
pub(super) type Who = (WorkspaceId, u32);

/// The identifiers of one profile, as far as limits and caches need them.
#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    /// By kind: how many count against its limit.
    kinds: Vec<(String, usize)>,
    pub hashes: Vec<u128>,
}

impl Holdings {
    pub fn add(&mut self, (kind, count): (&str, usize), hash: u128) {
        self.add_kind(kind, count);
        self.hashes.push(hash);
    }
    /// Takes one out again.
    pub fn remove(&mut self, (kind, count): (&str, usize), hash: u128) {
        self.hashes.retain(|other| *other != hash);
        if let Some((_, total)) = self.kinds.iter_mut().find(|(name, _)| name == kind) {
            *total = total.saturating_sub(count);
        }
        if count > 0 {
            self.kinds.retain(|(name, total)| name != kind || *total > 0);
        }
    }
    fn add_kind(&mut self, kind: &str, count: usize) {
        match self.kinds.iter_mut().find(|(name, _)| name == kind) {
            Some((_, total)) => *total += count,
            None => self.kinds.push((kind.to_owned(), count)),
        }
    }
    fn count(&self, kind: &str) -> usize {
        self.kinds.iter().find(|(name, _)| name == kind).map_or(0, |(_, count)| *count)
    }
    fn rules<'h>(&'h self, rules: &'h Rules) -> impl Iterator<Item = KindRule> + 'h {
        self.kinds.iter().map(|(name, _)| rules.stored_kind(name))
    }
    fn rank(&self, rules: &Rules) -> u16 {
        self.rules(rules).map(|rule| rule.rank).min().unwrap_or(u16::MAX)
    }
    pub fn is_personal(&self, rules: &Rules) -> bool {
        self.rules(rules).any(|rule| rule.personal)
    }
    fn absorb(&mut self, other: Holdings) {
        for (kind, count) in &other.kinds {
            self.add_kind(kind, *count);
        }
        self.hashes.extend(other.hashes);
    }
}

/// What is known before the batch.
#[derive(Default)]
pub(super) struct Facts {
    /// By slot: owner and day last seen.
    pub owners: Vec<Option<crate::cache::Known>>,
    /// Canonical id of every profile id that events name; absent: never was, or erased.
    pub anchors: HashMap<Who, u32>,
    pub holdings: HashMap<Who, Holdings>,
    pub last_ids: BTreeMap<WorkspaceId, u32>,
    /// Pairs a person took apart, in both directions.
    pub apart: HashSet<(Who, u32)>,
    pub devices: Devices,
}

/// What is to be written of an identifier.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    pub first_ms: i64,
    pub last_ms: i64,
    /// The event (its number) that first declared it in this batch.
    pub event: usize,
    pub dirty: bool,
}

#[derive(Debug)]
pub(super) struct MergeRow {
    pub merge: Merge,
    pub at: Timestamp,
    pub reason: String,
    pub event: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Joining would give the profile more identifiers of a kind than it may have.
    Limit,
    /// The identifier is another profile's, and the two may not be joined.
    Taken,
    /// A person took the two apart.
    Apart,
}

impl Refusal {
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Limit => "limit",
            Refusal::Taken => "other_profile",
            Refusal::Apart => "kept_apart",
        }
    }
}

#[derive(Debug)]
pub(super) struct Conflict {
    pub owner: u32,
    pub refusal: Refusal,
    pub occurrences: i64,
    pub first_ms: i64,
    pub last_ms: i64,
    pub event: usize,
}

/// Where an event went, before the merges that come after it in the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Nowhere,
    /// It speaks of no customer: it is kept, and makes none.
    Nobody,
    Profile {
        id: u32,
        created: bool,
    },
    /// The event that erases `id`.
    Erased {
        id: u32,
    },
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub customers: i64,
    pub identified: i64,
}

pub(super) struct Plan<'p, 'e> {
    rules: &'p RuleSet,
    slots: &'p [Slot<'e>],
    owners: Vec<Option<u32>>,
    seen_days: Vec<u32>,
    pub sightings: Vec<Option<Sighting>>,
    anchors: HashMap<Who, u32>,
    pub holdings: HashMap<Who, Holdings>,
    pub last_ids: BTreeMap<WorkspaceId, u32>,
    apart: HashSet<(Who, u32)>,
    pub devices: Devices,
    into: HashMap<Who, u32>,
    pub erased: HashSet<Who>,
    pub merges: Vec<MergeRow>,
    /// By (number of the slot, claimant).
    pub conflicts: BTreeMap<(u32, u32), Conflict>,
    pub counts: BTreeMap<WorkspaceId, Counts>,
    pub places: Vec<Place>,
}

impl<'p, 'e> Plan<'p, 'e> {
    pub fn make<'a>(
        events: impl Iterator<Item = &'a Event>,
        declared: &'p Declarations<'e>,
        facts: Facts,
        rules: &'p RuleSet,
    ) -> Plan<'p, 'e> {
        let mut plan = Plan {
            rules,
            slots: &declared.slots,
            owners: facts.owners.iter().map(|known| known.map(|known| known.profile)).collect(),
            seen_days: facts.owners.iter().map(|known| known.map_or(0, |known| known.seen_day)).collect(),
            sightings: vec![None; declared.slots.len()],
            anchors: facts.anchors,
            holdings: facts.holdings,
            last_ids: facts.last_ids,
            apart: facts.apart,
            devices: facts.devices,
            into: HashMap::new(),
            erased: HashSet::new(),
            merges: Vec::new(),
            conflicts: BTreeMap::new(),
            counts: BTreeMap::new(),
            places: Vec::with_capacity(declared.slots.len()),
        };
        for (number, event) in events.enumerate() {
            let place = plan.place(number, event, declared);
            plan.places.push(place);
        }
        plan
    }

    /// The owner of a slot after everything so far.
    pub fn owner(&self, slot: u32) -> Option<u32> {
        let workspace = self.slots[slot as usize].workspace;
        let owner = self.canonical((workspace, self.owners[slot as usize]?));
        (owner != 0 && !self.erased.contains(&(workspace, owner))).then_some(owner)
    }

    /// The profile a slot was attached to in this batch, whatever that was merged into since.
    pub fn home(&self, slot: u32) -> Option<u32> {
        self.owners[slot as usize].filter(|owner| *owner != 0)
    }

    /// The profile `who` is now, after the merges of this batch.
    pub fn canonical(&self, (workspace, mut id): Who) -> u32 {
        while let Some(next) = self.into.get(&(workspace, id)) {
            id = *next;
        }
        id
    }

    fn place(&mut self, number: usize, event: &Event, declared: &Declarations<'e>) -> Place {
        let anchor = match event.profile {
            None => None,
            Some(id) => match self.anchor(event.workspace, id.number()) {
                None => return Place::Nowhere,
                found => found,
            },
        };
        if let Some(id) = anchor
            && is_erasure(event)
        {
            return self.erase(event.workspace, id);
        }
        if let Some(id) = anchor
            && let Some(other) = merged_by_hand(event)
        {
            if let Some(other) = self.anchor(event.workspace, other.number()).filter(|other| *other != id) {
                self.join(number, event, id, other, MERGED_BY_HAND.to_owned());
            }
            return Place::Profile { id, created: false };
        }
        let keys = declared.of(number);
        if anchor.is_none() && keys.is_empty() && speaks_of_nobody(event) {
            return Place::Nobody;
        }
        match declared.previous_of(number) {
            None => self.place_keys(number, event, anchor, keys, false),
            Some((user, anonymous)) => {
                // Known as a user id: the alias joins two accounts. Otherwise previousId is a browser's.
                let previous = user.filter(|slot| self.owner(*slot).is_some()).or(anonymous);
                let mut all = keys.to_vec();
                all.extend(previous.filter(|slot| !keys.contains(slot)));
                self.place_keys(number, event, anchor, &all, true)
            }
        }
    }

    fn anchor(&self, workspace: WorkspaceId, id: u32) -> Option<u32> {
        // A profile made in this batch cannot be named by an event of the same batch.
        let canonical = self.canonical((workspace, *self.anchors.get(&(workspace, id))?));
        (!self.erased.contains(&(workspace, canonical))).then_some(canonical)
    }

    fn place_keys(&mut self, number: usize, event: &Event, anchor: Option<u32>, keys: &[u32], by_alias: bool) -> Place {
        let workspace = event.workspace;
        let keys = self.without_shared_devices(number, event, anchor, keys);
        let keys = &*keys;
        if let Some(id) = self.one_owner(anchor, keys) {
            keys.iter().for_each(|slot| self.see(*slot, number, event.at, false));
            return Place::Profile { id, created: false };
        }
        let mut home = anchor;
        let mut unknown: Vec<u32> = Vec::new();
        let mut refused: Vec<(u32, u32, Refusal)> = Vec::new();
        for &slot in keys {
            match (self.owner(slot), home) {
                (Some(owner), None) if self.fits((workspace, owner), &unknown, by_alias) => home = Some(owner),
                (Some(owner), Some(id)) if owner == id => {}
                (Some(owner), Some(id)) if self.may_join(workspace, id, owner, &unknown, by_alias) => {
                    let (into, from) = self.survivor(workspace, id, owner);
                    let reason = format!("{} declared {}", event.kind.name(), self.slots[slot as usize].kind.name());
                    self.join(number, event, into, from, reason);
                    home = Some(into);
                }
                (Some(owner), Some(id)) if self.are_apart(workspace, id, owner) => {
                    refused.push((slot, owner, Refusal::Apart));
                }
                (Some(owner), _) => refused.push((slot, owner, Refusal::Taken)),
                (None, _) if self.has_room(workspace, home, &unknown, slot, by_alias) => unknown.push(slot),
                (None, _) => refused.push((slot, 0, Refusal::Limit)),
            }
        }
        let created = home.is_none();
        let id = home.unwrap_or_else(|| self.create(workspace));
        for slot in &unknown {
            self.attach(id, *slot);
        }
        for (slot, owner, refusal) in &refused {
            self.refuse(number, event, id, *slot, *owner, *refusal);
        }
        for slot in keys.iter().filter(|slot| !refused.iter().any(|(other, ..)| other == *slot)) {
            self.see(*slot, number, event.at, unknown.contains(slot));
        }
        Place::Profile { id, created }
    }

    /// The profile everything about the event agrees on: by far the most frequent case.
    fn one_owner(&self, anchor: Option<u32>, keys: &[u32]) -> Option<u32> {
        let mut id = anchor;
        for slot in keys {
            let owner = self.owner(*slot)?;
            if *id.get_or_insert(owner) != owner {
                return None;
            }
        }
        id
    }

    /// What is left to go by when devices that several people share count for nobody: those of them that are all an
    /// event names lead to their own visitor.
    fn without_shared_devices<'k>(
        &mut self,
        number: usize,
        event: &Event,
        anchor: Option<u32>,
        keys: &'k [u32],
    ) -> Cow<'k, [u32]> {
        let rule = self.rules.of(event.workspace).doc.shared_devices;
        if !rule.enabled && self.devices.nothing_is_shared() {
            return Cow::Borrowed(keys);
        }
        let slots = self.slots;
        for slot in self.devices.hear(number, event.at, keys, slots, rule) {
            self.detach(slot);
        }
        let is_shared = |slot: &u32| self.devices.is_shared(&slots[*slot as usize]);
        let Some(shared) = keys.iter().copied().find(is_shared) else { return Cow::Borrowed(keys) };
        let names_somebody = anchor.is_some() || keys.iter().any(|slot| slots[*slot as usize].rule.personal);
        if names_somebody {
            Cow::Owned(keys.iter().copied().filter(|slot| !is_shared(slot)).collect())
        } else {
            Cow::Owned(vec![shared])
        }
    }

    /// Takes an identifier from whoever has it: it is nobody's until it is declared again.
    fn detach(&mut self, slot: u32) {
        let Some(owner) = self.owner(slot) else { return };
        let Slot { workspace, counts, hash, .. } = &self.slots[slot as usize];
        if let Some(held) = self.holdings.get_mut(&(*workspace, owner)) {
            held.remove(*counts, *hash);
        }
        self.owners[slot as usize] = None;
        self.seen_days[slot as usize] = 0;
        self.sightings[slot as usize] = None;
    }

    fn limit(&self, workspace: WorkspaceId, kind: &str, by_alias: bool) -> usize {
        self.rules.of(workspace).limit(kind, by_alias)
    }

    fn holdings_of(&self, who: Who) -> &Holdings {
        static NONE: Holdings = Holdings { kinds: Vec::new(), hashes: Vec::new() };
        self.holdings.get(&who).unwrap_or(&NONE)
    }

    fn waiting(&self, unknown: &[u32], kind: &str) -> usize {
        let counts = unknown.iter().map(|slot| self.slots[*slot as usize].counts);
        counts.filter(|(name, _)| *name == kind).map(|(_, count)| count).sum()
    }

    /// Whether `who` may take in all of `unknown`.
    fn fits(&self, who: Who, unknown: &[u32], by_alias: bool) -> bool {
        unknown.iter().all(|slot| {
            let (kind, count) = self.slots[*slot as usize].counts;
            let holds = || self.holdings_of(who).count(kind) + self.waiting(unknown, kind);
            count == 0 || holds() <= self.limit(who.0, kind, by_alias)
        })
    }

    fn has_room(&self, workspace: WorkspaceId, home: Option<u32>, unknown: &[u32], slot: u32, by_alias: bool) -> bool {
        let (kind, count) = self.slots[slot as usize].counts;
        let held = home.map_or(0, |id| self.holdings_of((workspace, id)).count(kind));
        count == 0 || held + self.waiting(unknown, kind) < self.limit(workspace, kind, by_alias)
    }

    fn are_apart(&self, workspace: WorkspaceId, one: u32, other: u32) -> bool {
        self.apart.contains(&((workspace, one), other))
    }

    fn may_join(&self, workspace: WorkspaceId, one: u32, other: u32, unknown: &[u32], by_alias: bool) -> bool {
        if self.are_apart(workspace, one, other) {
            return false;
        }
        let (one, other) = (self.holdings_of((workspace, one)), self.holdings_of((workspace, other)));
        let kinds = one.kinds.iter().chain(&other.kinds).map(|(kind, _)| kind.as_str());
        let unknown_kinds = unknown.iter().map(|slot| self.slots[*slot as usize].counts.0);
        kinds.chain(unknown_kinds).all(|kind| {
            // What an alias once joined beyond the limit does not keep the profile from growing otherwise.
            let allowed = self.limit(workspace, kind, by_alias).max(one.count(kind)).max(other.count(kind));
            one.count(kind) + other.count(kind) + self.waiting(unknown, kind) <= allowed
        })
    }

    /// Of two profiles the one that stays, and the one that goes.
    fn survivor(&self, workspace: WorkspaceId, one: u32, other: u32) -> (u32, u32) {
        let rules = self.rules.of(workspace);
        let strength = |id: u32| (self.holdings_of((workspace, id)).rank(rules), id);
        if strength(one) <= strength(other) { (one, other) } else { (other, one) }
    }

    fn join(&mut self, number: usize, event: &Event, into: u32, from: u32, reason: String) {
        let workspace = event.workspace;
        let moved = self.holdings.remove(&(workspace, from)).unwrap_or_default();
        let kept = self.holdings.entry((workspace, into)).or_default();
        let rules = self.rules.of(workspace);
        let both_identified = moved.is_personal(rules) && kept.is_personal(rules);
        kept.absorb(moved);
        let counts = self.counts.entry(workspace).or_default();
        counts.customers -= 1;
        counts.identified -= i64::from(both_identified);
        self.into.insert((workspace, from), into);
        let moved: Vec<(Who, u32)> = self
            .apart
            .iter()
            .filter(|(one, other)| *one == (workspace, from) || (one.0 == workspace && *other == from))
            .copied()
            .collect();
        for (one, other) in moved {
            self.apart.remove(&(one, other));
            let now = |id: u32| if id == from { into } else { id };
            if now(one.1) != now(other) {
                self.apart.insert(((workspace, now(one.1)), now(other)));
            }
        }
        self.merges.push(MergeRow {
            merge: Merge { workspace, from: ProfileId::new(from), into: ProfileId::new(into) },
            at: event.at,
            reason,
            event: number,
        });
    }

    fn create(&mut self, workspace: WorkspaceId) -> u32 {
        let last = self.last_ids.entry(workspace).or_default();
        *last += 1;
        let id = *last;
        self.holdings.insert((workspace, id), Holdings::default());
        self.counts.entry(workspace).or_default().customers += 1;
        id
    }

    fn attach(&mut self, id: u32, slot: u32) {
        let Slot { workspace, rule, counts, hash, .. } = &self.slots[slot as usize];
        let held = self.holdings.entry((*workspace, id)).or_default();
        let became_identified = rule.personal && !held.is_personal(self.rules.of(*workspace));
        held.add(*counts, *hash);
        self.counts.entry(*workspace).or_default().identified += i64::from(became_identified);
        self.owners[slot as usize] = Some(id);
    }

    fn erase(&mut self, workspace: WorkspaceId, id: u32) -> Place {
        let was_identified = self.holdings_of((workspace, id)).is_personal(self.rules.of(workspace));
        let counts = self.counts.entry(workspace).or_default();
        counts.customers -= 1;
        counts.identified -= i64::from(was_identified);
        self.erased.insert((workspace, id));
        Place::Erased { id }
    }

    fn refuse(&mut self, number: usize, event: &Event, profile: u32, slot: u32, owner: u32, refusal: Refusal) {
        let at = event.at.ms();
        let row = self.conflicts.entry((slot, profile)).or_insert(Conflict {
            owner,
            refusal,
            occurrences: 0,
            first_ms: at,
            last_ms: at,
            event: number,
        });
        row.occurrences += 1;
        row.first_ms = row.first_ms.min(at);
        row.last_ms = row.last_ms.max(at);
        row.event = number;
    }

    /// Notes that the identifier was used. It is written when it is new or was last seen on an earlier day.
    fn see(&mut self, slot: u32, number: usize, at: Timestamp, new: bool) {
        let at = at.ms();
        let later_day = crate::cache::Known::new(0, at).seen_day > self.seen_days[slot as usize];
        match &mut self.sightings[slot as usize] {
            Some(seen) if !new => {
                seen.first_ms = seen.first_ms.min(at);
                seen.last_ms = seen.last_ms.max(at);
                seen.dirty |= later_day;
            }
            sighting => {
                *sighting = Some(Sighting { first_ms: at, last_ms: at, event: number, dirty: new || later_day });
            }
        }
    }
}

pub(crate) fn is_erasure(event: &Event) -> bool {
    event.is_own(names::PROFILE_ERASED)
}

/// Events that may speak of something else than a customer: a call about a company, or what Tutti wrote down about one.
/// Any other event without an identifier is a visitor's.
pub(super) fn speaks_of_nobody(event: &Event) -> bool {
    let own = event.source.is_none() && event.channel == Channel::System;
    event.kind == EventKind::Group || (own && event.kind == EventKind::Track)
}

/// The profile a person wants joined to the one the event is about.
pub(crate) fn merged_by_hand(event: &Event) -> Option<ProfileId> {
    if !event.is_own(names::PROFILE_MERGED) {
        return None;
    }
    event.properties.get("other").and_then(|other| other.as_str())?.parse().ok()
}

//! Takes a batch of the log: memory first, then the membership of the segments and profiles it touches.

use super::channels::{ADDRESS, CONSENT, SUPPRESSED, consent_bits};
use super::{ADDRESS_KINDS, NOT_BEHAVIOUR, Undo, Workspace, wins};
use crate::data::{SegmentData, TraitsLeft};
use base::{Json, SegmentId, Timestamp, WorkspaceId};
use events::{Event, EventKind, ResolvedEvent, Split, names};
use predicate::{ConsentState, Scalar};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Events `consent` writes about the suppression list.
pub const ADDRESS_SUPPRESSED: &str = "Address Suppressed";
pub const ADDRESS_UNSUPPRESSED: &str = "Address Unsuppressed";
/// The trait whose addresses are read by the customer's country, and where that stands: the first that says one counts.
const PHONE: &str = "phone";
const COUNTRY_PATHS: [&str; 2] = ["country", "address.country"];
/// The traits these paths are of.
const COUNTRY_TRAITS: [&str; 2] = ["country", "address"];

/// How the members of one segment change; profile numbers ascend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub segment: SegmentId,
    pub entered: Vec<u32>,
    pub exited: Vec<u32>,
    /// Members that are no more (merged away, erased): nobody hears of it.
    pub gone: Vec<u32>,
}

/// Who turned out to be one, or two.
#[derive(Clone, Copy, Default)]
pub(crate) struct Turned<'t> {
    /// (from, into).
    pub merges: &'t [(u32, u32)],
    pub splits: &'t [&'t Split],
}

/// What of whom a batch changed.
#[derive(Default)]
struct Touched {
    groups: HashMap<usize, Vec<u32>>,
    events: HashMap<usize, Vec<u32>>,
    channels: HashMap<String, Vec<u32>>,
    /// New and merged profiles: anything may have changed.
    whole: BTreeSet<u32>,
    /// Merged away or erased.
    gone: BTreeSet<u32>,
    /// The workspace, when it says of some traits which value stays.
    ruled: Option<WorkspaceId>,
}

impl Workspace {
    /// Applies merges and splits, then events; answers the changes of membership, those of a segment after those it asks for.
    pub fn apply(
        &mut self,
        turned: Turned<'_>,
        events: &[&ResolvedEvent],
        now: Timestamp,
        data: &dyn SegmentData,
        undo: &mut Vec<Undo>,
    ) -> Vec<Change> {
        self.apply_ruled(turned, events, now, data, None, undo)
    }

    /// The same in a workspace that says of some traits which value stays: what these came to is put in at the end.
    pub fn apply_ruled(
        &mut self,
        turned: Turned<'_>,
        events: &[&ResolvedEvent],
        now: Timestamp,
        data: &dyn SegmentData,
        ruled: Option<(WorkspaceId, &[TraitsLeft])>,
        undo: &mut Vec<Undo>,
    ) -> Vec<Change> {
        let mut touched = Touched { ruled: ruled.map(|(workspace, _)| workspace), ..Touched::default() };
        for (from, into) in turned.merges {
            self.merge(*from, *into, data, &mut touched, undo);
        }
        for split in turned.splits {
            self.divide(split, data, &mut touched, undo);
        }
        for item in events.iter().filter(|item| !item.is_of_nobody()) {
            self.take(&item.event, item.profile.number(), data, &mut touched, undo);
        }
        for (profile, traits) in ruled.map_or(&[][..], |(_, left)| left) {
            self.put_traits(profile.number(), traits, data, &mut touched, undo);
        }
        let asked = self.candidates(&touched);
        self.changes(asked, &touched, now, undo)
    }

    /// Asks about the profiles that [`Workspace::due`] named, and about those segments that depend on them.
    pub fn recheck(&mut self, due: Vec<(SegmentId, Vec<u32>)>, now: Timestamp, undo: &mut Vec<Undo>) -> Vec<Change> {
        let position = |(id, profiles): (SegmentId, Vec<u32>)| {
            self.definitions.position(id).map(|index| (index, profiles.into_iter().collect()))
        };
        let asked = due.into_iter().filter_map(position).collect();
        self.changes(asked, &Touched::default(), now, undo)
    }

    fn merge(&mut self, from: u32, into: u32, data: &dyn SegmentData, touched: &mut Touched, undo: &mut Vec<Undo>) {
        self.revive(into, touched, undo);
        self.traits.merge(from, into, |name| wins(data, name), undo);
        self.behaviour.merge(from, into, undo);
        self.channels.merge(from, into, undo);
        for (_, kind) in ADDRESS_KINDS {
            self.note_address(kind, into, data, touched, undo);
        }
        self.bury(from, touched, undo);
        touched.whole.insert(into);
    }

    /// Two out of one: what both did is taken in anew. Consent stays with the one that was there, and a suppression
    /// holds for both, until `consent` reports, in the next batch, what holds for each.
    fn divide(&mut self, split: &Split, data: &dyn SegmentData, touched: &mut Touched, undo: &mut Vec<Undo>) {
        self.divisions += 1;
        for (profile, events) in split.sides() {
            let profile = profile.number();
            self.traits.erase(profile, undo);
            self.behaviour.erase(profile, undo);
            self.revive(profile, touched, undo);
            for (channel, kind) in ADDRESS_KINDS {
                self.note_address(kind, profile, data, touched, undo);
                let suppressed = self.channels.bits_of(channel, split.from.number()) & SUPPRESSED;
                self.change_channel(channel, profile, (SUPPRESSED, suppressed), touched, undo);
            }
            for item in &events {
                self.hear(&item.event, profile, data, touched, undo);
            }
            touched.whole.insert(profile);
        }
    }

    fn revive(&mut self, profile: u32, touched: &mut Touched, undo: &mut Vec<Undo>) {
        if self.alive.insert(profile) {
            undo.push(Undo::Alive { profile, was: false });
            touched.whole.insert(profile);
            touched.gone.remove(&profile);
        }
    }

    fn bury(&mut self, profile: u32, touched: &mut Touched, undo: &mut Vec<Undo>) {
        if self.alive.remove(profile) {
            undo.push(Undo::Alive { profile, was: true });
        }
        touched.whole.remove(&profile);
        touched.gone.insert(profile);
    }

    fn take(
        &mut self,
        event: &Event,
        profile: u32,
        data: &dyn SegmentData,
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        let is_system = event.source.is_none();
        if is_system && event.name == names::PROFILE_ERASED {
            self.traits.erase(profile, undo);
            self.behaviour.erase(profile, undo);
            self.channels.erase(profile, undo);
            self.bury(profile, touched, undo);
            return;
        }
        self.revive(profile, touched, undo);
        if is_system {
            self.take_consent(event, profile, touched, undo);
        }
        self.hear(event, profile, data, touched, undo);
    }

    /// What the event tells of the customer, and that it happened.
    fn hear(
        &mut self,
        event: &Event,
        profile: u32,
        data: &dyn SegmentData,
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        if event.kind == EventKind::Identify {
            for (name, value) in event.traits.map() {
                self.say(profile, (name, value), event.at, data, touched, undo);
            }
        }
        for (name, value) in data.derived_traits(event) {
            self.say(profile, (&name, &value), event.at, data, touched, undo);
        }
        self.take_behaviour(event, profile, touched, undo);
    }

    fn take_behaviour(&mut self, event: &Event, profile: u32, touched: &mut Touched, undo: &mut Vec<Undo>) {
        if NOT_BEHAVIOUR.contains(&event.display_name()) {
            return;
        }
        let properties = event.properties.map();
        let arrived = self.behaviour.push(event.display_name(), profile, event.at, event.channel, properties);
        if let Some((index, last_ms)) = arrived {
            undo.push(Undo::Arrival { index, last_ms });
            touched.events.entry(index).or_default().push(profile);
        }
    }

    fn say(
        &mut self,
        profile: u32,
        said: (&str, &Json),
        at: Timestamp,
        data: &dyn SegmentData,
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        if touched.ruled.is_some_and(|workspace| data.is_ruled(workspace, said.0)) {
            return;
        }
        if let Some(group) = self.traits.say(profile, said, at, wins(data, said.0), undo) {
            touched.groups.entry(group).or_default().push(profile);
            self.note_address(said.0, profile, data, touched, undo);
        }
    }

    /// Takes traits as they came to be.
    fn put_traits(
        &mut self,
        profile: u32,
        traits: &[(String, Json, Timestamp)],
        data: &dyn SegmentData,
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        if !self.alive.contains(profile) {
            return;
        }
        for (name, value, at) in traits {
            if let Some(group) = self.traits.put(profile, (name, value), *at, undo) {
                touched.groups.entry(group).or_default().push(profile);
                self.note_address(name, profile, data, touched, undo);
            }
        }
    }

    /// Is there an address in the trait `kind` that messages can go to?
    pub(super) fn has_address(&self, kind: &str, profile: u32, data: &dyn SegmentData) -> bool {
        let (mut has, workspace) = (false, self.id.unwrap_or(WorkspaceId::new(0)));
        self.traits.values(profile, kind, &mut |value| {
            let Scalar::Text(text) = value else { return };
            let country = (kind == PHONE).then(|| self.country(profile)).flatten();
            has |= data.is_address(workspace, kind, text, country.as_deref());
        });
        has
    }

    /// What the customer's traits say, as `profile` reads them.
    fn country(&self, profile: u32) -> Option<String> {
        let mut found = None;
        for path in COUNTRY_PATHS {
            self.traits.values(profile, path, &mut |value| {
                if let (None, Scalar::Text(text)) = (&found, value) {
                    found = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                }
            });
        }
        found
    }

    /// Messages go to the address in the trait `name`, or it says how one is read: notes whether there is one now.
    fn note_address(
        &mut self,
        name: &str,
        profile: u32,
        data: &dyn SegmentData,
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        let kind = if COUNTRY_TRAITS.contains(&name) { PHONE } else { name };
        let mut known = None;
        for (channel, _) in ADDRESS_KINDS.iter().filter(|(_, address)| *address == kind) {
            let has = *known.get_or_insert_with(|| self.has_address(kind, profile, data));
            let change = if has { (0, ADDRESS) } else { (ADDRESS, 0) };
            self.change_channel(channel, profile, change, touched, undo);
        }
    }

    /// What `consent` reports. An "Unsubscribed" by itself changes nothing here: whether it came to hold is reported.
    fn take_consent(&mut self, event: &Event, profile: u32, touched: &mut Touched, undo: &mut Vec<Undo>) {
        let text = |key: &str| event.properties.get(key).and_then(|value| value.as_str());
        let change = match event.name.as_str() {
            names::CONSENT_CHANGED => match text("state").and_then(ConsentState::parse) {
                Some(state) => (CONSENT, consent_bits(state)),
                None => return,
            },
            ADDRESS_SUPPRESSED => (0, SUPPRESSED),
            ADDRESS_UNSUPPRESSED => (SUPPRESSED, 0),
            _ => return,
        };
        let Some(channel) = text("channel").map(str::to_owned) else { return };
        self.change_channel(&channel, profile, change, touched, undo);
    }

    fn change_channel(
        &mut self,
        name: &str,
        profile: u32,
        (clear, set): (u8, u8),
        touched: &mut Touched,
        undo: &mut Vec<Undo>,
    ) {
        let Some(channel) = self.channels.number(name) else { return };
        if self.channels.change(channel, profile, clear, set, undo) {
            touched.channels.entry(name.to_owned()).or_default().push(profile);
        }
    }

    /// Asks the reference evaluator about every touched profile of every touched segment.
    fn changes(
        &mut self,
        mut asked: BTreeMap<usize, BTreeSet<u32>>,
        touched: &Touched,
        now: Timestamp,
        undo: &mut Vec<Undo>,
    ) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for index in 0..self.definitions.len() {
            let definition = self.definitions.at(index);
            let mut profiles = asked.remove(&index).unwrap_or_default();
            profiles.extend(&touched.whole);
            for id in &definition.references.segments {
                let of_other = changes.iter().filter(|change| change.segment == *id);
                profiles.extend(of_other.flat_map(|change| change.entered.iter().chain(&change.exited)));
            }
            let mut change =
                Change { segment: definition.id, entered: Vec::new(), exited: Vec::new(), gone: Vec::new() };
            for profile in profiles.into_iter().filter(|profile| self.alive.contains(*profile)) {
                let is = definition.condition.matches(&self.facts(profile), now);
                match (is, definition.members.contains(profile)) {
                    (true, false) => change.entered.push(profile),
                    (false, true) => change.exited.push(profile),
                    _ => {}
                }
            }
            change.gone =
                touched.gone.iter().copied().filter(|profile| definition.members.contains(*profile)).collect();
            if !(change.entered.is_empty() && change.exited.is_empty() && change.gone.is_empty()) {
                self.write_change(index, &change, undo);
                changes.push(change);
            }
        }
        changes
    }

    /// For every segment the profiles for which something it depends on changed.
    fn candidates(&self, touched: &Touched) -> BTreeMap<usize, BTreeSet<u32>> {
        let mut asked: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
        let mut ask = |segments: &[usize], profiles: &[u32]| {
            for segment in segments {
                asked.entry(*segment).or_default().extend(profiles);
            }
        };
        for (group, profiles) in &touched.groups {
            ask(&self.definitions.of_trait(&self.traits, *group), profiles);
        }
        for (event, profiles) in &touched.events {
            ask(self.definitions.of_event(self.behaviour.name(*event)), profiles);
        }
        for (channel, profiles) in &touched.channels {
            ask(self.definitions.of_channel(channel), profiles);
        }
        asked
    }

    /// Writes a change into the membership bitmap.
    pub(super) fn write_change(&mut self, index: usize, change: &Change, undo: &mut Vec<Undo>) {
        let members = &mut self.definitions.at_mut(index).members;
        for profile in &change.entered {
            members.insert(*profile);
            undo.push(Undo::Member { segment: change.segment, profile: *profile, was: false });
        }
        for profile in change.exited.iter().chain(&change.gone) {
            members.remove(*profile);
            undo.push(Undo::Member { segment: change.segment, profile: *profile, was: true });
        }
    }
}

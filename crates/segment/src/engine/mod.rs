//! The audience engine of one workspace: everything needed to say who is in a segment, in memory.
//!
//! No I/O and no clock. Changes go through [`Workspace::apply`] (a batch of the log) and note what they did in an
//! undo list, so that a rolled back transaction can be taken back.

mod apply;
pub(crate) mod behaviour;
pub(crate) mod channels;
pub(crate) mod column;
pub(crate) mod definitions;
pub(crate) mod dictionary;
mod eval;
mod pick;
pub(crate) mod traits;
mod undo;

pub(crate) use apply::{Change, Turned};
pub(crate) use behaviour::{Behaviour, Reached};
pub use eval::PartCount;
pub use pick::{EventName, PropertyName, TraitName, ValueCount};
pub(crate) use undo::Undo;

use crate::data::{HistoryRow, ProfileRow, SegmentData};
use base::{JsonMap, SegmentId, Timestamp, WorkspaceId};
use channels::{ADDRESS, Channels, SUPPRESSED, consent_bits};
use definitions::{Definition, Definitions};
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};
use traits::{Traits, Wins};

/// [`events::Event::display_name`] of calls that say who somebody is, not what they did: not indexed.
pub(crate) const NOT_BEHAVIOUR: [&str; 2] = ["Identified", "Alias Declared"];

/// Channels a message can go through, with the trait that holds its address.
pub const ADDRESS_KINDS: [(&str, &str); 4] =
    [("email", "email"), ("sms", "phone"), ("phone", "phone"), ("push", "push_token")];

/// All profiles of a workspace.
#[derive(Default)]
pub(crate) struct Workspace {
    /// Whose they are; None only in tests of the engine.
    pub id: Option<WorkspaceId>,
    /// Profiles that are there: not merged away, not erased.
    pub alive: RoaringBitmap,
    pub traits: Traits,
    pub behaviour: Behaviour,
    pub channels: Channels,
    pub definitions: Definitions,
    /// Times somebody was taken apart: then rows are taken in anew, under numbers that look later than they are.
    pub divisions: u64,
}

impl Workspace {
    /// Takes a profile as it is at the start.
    pub fn load_profile(&mut self, row: &ProfileRow, data: &dyn SegmentData) {
        let profile = row.profile.number();
        let mut undo = Vec::new();
        self.alive.insert(profile);
        for (name, value, updated) in &row.traits {
            self.traits.say(profile, (name, value), *updated, wins(data, name), &mut undo);
        }
        let mut set = |channels: &mut Channels, name: &str, bits: u8| {
            if let Some(channel) = channels.number(name) {
                channels.change(channel, profile, 0, bits, &mut undo);
            }
        };
        for (channel, state) in &row.consent {
            set(&mut self.channels, channel, consent_bits(*state));
        }
        for channel in &row.suppressed {
            set(&mut self.channels, channel, SUPPRESSED);
        }
        for (channel, kind) in ADDRESS_KINDS {
            if self.has_address(kind, profile, data) {
                set(&mut self.channels, channel, ADDRESS);
            }
        }
    }

    /// Takes an event of the past. `aliases` resolves profiles that were merged since.
    pub fn load_event(&mut self, row: &HistoryRow<'_>, aliases: &HashMap<u32, u32>) {
        let profile = resolved(row.profile.number(), aliases);
        // Whoever is not there was erased.
        if self.alive.contains(profile)
            && let Some(properties) = behaviour_of(row)
        {
            self.behaviour.load(row.name, profile, row.at, row.channel, &properties);
        }
    }

    /// Call once after the last [`Self::load_event`].
    pub fn loaded(&mut self) {
        self.behaviour.settle();
    }

    /// Where the events of these names are when the history is looked at, to be worked out anew; see [`Self::renew`].
    pub fn mark(&self, names: &BTreeSet<String>) -> Mark {
        Mark { reached: self.behaviour.reached(names), divisions: self.divisions }
    }

    /// True when somebody was taken apart since: what was read of the history then is of no use.
    pub fn was_divided_since(&self, mark: &Mark) -> bool {
        mark.divisions != self.divisions
    }

    /// Puts what was read of the history at `mark` in the place of what is known of these events. `aliases` are the
    /// merges until now. Answers what was there.
    pub fn renew(
        &mut self,
        names: &BTreeSet<String>,
        mut fresh: Behaviour,
        mark: &Mark,
        aliases: &HashMap<u32, u32>,
    ) -> Behaviour {
        // Nothing here is undone: nobody else sees it before it is in its place.
        let mut unused = Vec::new();
        for profile in fresh.without(&self.alive) {
            let into = resolved(profile, aliases);
            if self.alive.contains(into) {
                fresh.merge(profile, into, &mut unused);
            } else {
                fresh.erase(profile, &mut unused);
            }
        }
        self.behaviour.renew(names, fresh, &mark.reached)
    }

    /// Takes back what the undo list says, the last change first.
    pub fn undo(&mut self, undo: Vec<Undo>) {
        for step in undo.into_iter().rev() {
            match step {
                Undo::Alive { profile, was } => {
                    if was {
                        self.alive.insert(profile)
                    } else {
                        self.alive.remove(profile)
                    };
                }
                Undo::Trait { group, profile, updated, cells } => self.traits.undo(group, profile, updated, &cells),
                Undo::Arrival { index, last_ms } => self.behaviour.undo_arrival(index, last_ms),
                Undo::Event { index, last_ms } => self.behaviour.undo_event(index, last_ms),
                Undo::Struck { index, in_tail, row, at_ms, cells } => {
                    self.behaviour.undo_strike(index, in_tail, row, at_ms, &cells);
                }
                Undo::Channel { channel, profile, bits } => self.channels.put(channel, profile, bits),
                Undo::Member { segment, profile, was } => {
                    if let Some(definition) = self.definitions.get_mut(segment) {
                        if was {
                            definition.members.insert(profile)
                        } else {
                            definition.members.remove(profile)
                        };
                    }
                }
            }
        }
    }

    /// Tidies up after a commit, when nothing can be undone any more.
    pub fn settle(&mut self) {
        self.behaviour.settle_long_tails();
    }

    /// For every segment that time can change (or every one) the profiles whose membership is out of date at `now`.
    pub fn due(&self, now: Timestamp, everything: bool) -> Vec<(SegmentId, Vec<u32>)> {
        let wanted = |definition: &&Definition| everything || definition.references.time;
        let mut due = Vec::new();
        for definition in self.definitions.iter().filter(wanted) {
            let found = self.evaluate(&definition.condition, now);
            let different: Vec<u32> = (&found ^ &definition.members).iter().collect();
            if !different.is_empty() {
                due.push((definition.id, different));
            }
        }
        due
    }
}

/// How far the engine was when the history was looked at.
pub(crate) struct Mark {
    reached: Reached,
    divisions: u64,
}

/// Who a profile is by now.
pub(crate) fn resolved(mut profile: u32, aliases: &HashMap<u32, u32>) -> u32 {
    while let Some(into) = aliases.get(&profile) {
        profile = *into;
    }
    profile
}

/// Notes that an event of the past happened, if it is one that somebody did.
pub(crate) fn remember(behaviour: &mut Behaviour, profile: u32, row: &HistoryRow<'_>) {
    if let Some(properties) = behaviour_of(row) {
        behaviour.push(row.name, profile, row.at, row.channel, &properties);
    }
}

/// The properties of an event that somebody did; None: it only says who somebody is.
fn behaviour_of(row: &HistoryRow<'_>) -> Option<JsonMap> {
    if NOT_BEHAVIOUR.contains(&row.name) {
        return None;
    }
    Some(serde_json::from_str(row.properties).unwrap_or_default())
}

fn wins(data: &dyn SegmentData, name: &str) -> Wins {
    if data.earliest_wins(name) { Wins::Earliest } else { Wins::Latest }
}

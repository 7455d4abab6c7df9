//! Evaluates a condition for all profiles at once, and asks the reference evaluator about one.

use super::Workspace;
use super::behaviour;
use super::column::from_ascending;
use base::{SegmentId, Timestamp};
use predicate::{Condition, ConsentState, EventFacts, ProfileFacts, Scalar};
use roaring::RoaringBitmap;

/// How many profiles one part of a condition holds for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartCount {
    /// JSON pointer into the condition; "" is the whole.
    pub pointer: String,
    pub count: u64,
}

impl Workspace {
    /// The profiles `condition` holds for.
    pub fn evaluate(&self, condition: &Condition, now: Timestamp) -> RoaringBitmap {
        self.evaluate_part(condition, now, "", &mut None)
    }

    /// The same, with the count of every part, parents before children.
    pub fn evaluate_parts(&self, condition: &Condition, now: Timestamp) -> (RoaringBitmap, Vec<PartCount>) {
        let mut parts = Some(Vec::new());
        let found = self.evaluate_part(condition, now, "", &mut parts);
        (found, parts.unwrap_or_default())
    }

    fn evaluate_part(
        &self,
        condition: &Condition,
        now: Timestamp,
        at: &str,
        parts: &mut Option<Vec<PartCount>>,
    ) -> RoaringBitmap {
        let place = parts.as_mut().map(|parts| {
            parts.push(PartCount { pointer: at.to_owned(), count: 0 });
            parts.len() - 1
        });
        let children: Vec<RoaringBitmap> = condition
            .children()
            .into_iter()
            .map(|(step, child)| self.evaluate_part(child, now, &format!("{at}{step}"), parts))
            .collect();
        let found = match condition {
            Condition::All(_) => {
                let mut children = children;
                // Small sets first: every further intersection costs at most the size of the smallest.
                children.sort_by_key(RoaringBitmap::len);
                children.into_iter().reduce(|all, one| all & one).unwrap_or_else(|| self.alive.clone())
            }
            Condition::Any(_) => children.into_iter().fold(RoaringBitmap::new(), |all, one| all | one),
            Condition::Not(_) => children.into_iter().fold(self.alive.clone(), |all, one| all - one),
            leaf => self.evaluate_leaf(leaf, now),
        };
        if let (Some(place), Some(parts)) = (place, parts) {
            parts[place].count = found.len();
        }
        found
    }

    fn evaluate_leaf(&self, leaf: &Condition, now: Timestamp) -> RoaringBitmap {
        match leaf {
            Condition::Trait(asked) => {
                let passing = self.traits.select(&asked.name, &asked.test, now);
                if asked.test.is_negative() { &self.alive - passing } else { passing }
            }
            Condition::Event(asked) => behaviour::select(self.behaviour.find(&asked.name), asked, now, &self.alive),
            Condition::Sequence(asked) => {
                let done = self.behaviour.in_sequence(asked, now);
                if asked.negated { &self.alive - done } else { done }
            }
            Condition::Sample(asked) => {
                from_ascending(self.alive.iter().filter(|number| asked.draws(*number)).collect())
            }
            Condition::Consent(asked) => self.channels.consent(&asked.subject, asked.state, &self.alive),
            Condition::Reachable(asked) => self.channels.reachable(&asked.channel),
            Condition::Segment(asked) => {
                let members = self.definitions.get(asked.id).map(|definition| &definition.members);
                match (members, asked.negated) {
                    (Some(members), false) => members.clone(),
                    (Some(members), true) => &self.alive - members,
                    (None, false) => RoaringBitmap::new(),
                    (None, true) => self.alive.clone(),
                }
            }
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => self.alive.clone(),
        }
    }

    /// One profile, for the reference evaluator.
    pub fn facts(&self, profile: u32) -> Facts<'_> {
        Facts { workspace: self, profile }
    }
}

/// A profile of the engine.
pub(crate) struct Facts<'w> {
    workspace: &'w Workspace,
    profile: u32,
}

impl ProfileFacts for Facts<'_> {
    fn number(&self) -> u32 {
        self.profile
    }
    fn trait_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        self.workspace.traits.values(self.profile, path, each);
    }
    fn events(&self, name: &str, each: &mut dyn FnMut(&dyn EventFacts)) {
        if let Some(index) = self.workspace.behaviour.find(name) {
            index.events_of(self.profile, each);
        }
    }
    fn consent(&self, channel: &str) -> ConsentState {
        match self.workspace.channels.bits_of(channel, self.profile) & super::channels::CONSENT {
            bits if bits & super::channels::SUBSCRIBED != 0 => ConsentState::Subscribed,
            bits if bits & super::channels::UNSUBSCRIBED != 0 => ConsentState::Unsubscribed,
            0 => ConsentState::Unknown,
            _ => ConsentState::Pending,
        }
    }
    fn has_address(&self, channel: &str) -> bool {
        self.workspace.channels.bits_of(channel, self.profile) & super::channels::ADDRESS != 0
    }
    fn suppressed(&self, channel: &str) -> bool {
        self.workspace.channels.bits_of(channel, self.profile) & super::channels::SUPPRESSED != 0
    }
    fn in_segment(&self, id: SegmentId) -> bool {
        self.workspace.definitions.get(id).is_some_and(|definition| definition.members.contains(self.profile))
    }
}

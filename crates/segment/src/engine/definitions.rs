//! Saved segments in memory: in an order in which every segment comes after those it asks for, found by what they
//! depend on.

use super::traits::Traits;
use base::{SegmentId, Timestamp};
use predicate::{Condition, References};
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};

/// A saved segment.
pub(crate) struct Definition {
    pub id: SegmentId,
    pub name: String,
    pub condition: Condition,
    pub references: References,
    /// When membership was last filled in one go.
    pub filled_at: Timestamp,
    pub members: RoaringBitmap,
}

#[derive(Default)]
pub(crate) struct Definitions {
    /// Every segment after those it asks for.
    ordered: Vec<Definition>,
    by_id: HashMap<SegmentId, usize>,
    by_event: HashMap<String, Vec<usize>>,
    by_trait: HashMap<String, Vec<usize>>,
    by_channel: HashMap<String, Vec<usize>>,
}

impl Definition {
    pub fn new(id: SegmentId, name: String, condition: Condition, filled_at: Timestamp) -> Self {
        let references = condition.references();
        Self { id, name, condition, references, filled_at, members: RoaringBitmap::new() }
    }
}

impl Definitions {
    pub fn len(&self) -> usize {
        self.ordered.len()
    }
    pub fn get(&self, id: SegmentId) -> Option<&Definition> {
        self.by_id.get(&id).map(|index| &self.ordered[*index])
    }
    pub fn get_mut(&mut self, id: SegmentId) -> Option<&mut Definition> {
        self.by_id.get(&id).map(|index| &mut self.ordered[*index])
    }
    pub fn at(&self, index: usize) -> &Definition {
        &self.ordered[index]
    }
    pub fn at_mut(&mut self, index: usize) -> &mut Definition {
        &mut self.ordered[index]
    }
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.ordered.iter()
    }
    pub fn position(&self, id: SegmentId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Adds or replaces.
    pub fn put(&mut self, definition: Definition) {
        match self.by_id.get(&definition.id) {
            Some(index) => self.ordered[*index] = definition,
            None => self.ordered.push(definition),
        }
        self.arrange();
    }

    pub fn remove(&mut self, id: SegmentId) {
        self.ordered.retain(|definition| definition.id != id);
        self.arrange();
    }

    /// The segments that ask for `id` directly.
    pub fn asking_for(&self, id: SegmentId) -> impl Iterator<Item = &Definition> {
        self.ordered.iter().filter(move |definition| definition.references.segments.contains(&id))
    }

    /// Everything `id` asks for, directly or through others.
    pub fn closure(&self, roots: &BTreeSet<SegmentId>) -> BTreeSet<SegmentId> {
        let mut found: BTreeSet<SegmentId> = BTreeSet::new();
        let mut open: Vec<SegmentId> = roots.iter().copied().collect();
        while let Some(id) = open.pop() {
            if found.insert(id)
                && let Some(definition) = self.get(id)
            {
                open.extend(&definition.references.segments);
            }
        }
        found
    }

    pub fn of_event(&self, name: &str) -> &[usize] {
        self.by_event.get(name).map_or(&[], Vec::as_slice)
    }
    pub fn of_channel(&self, name: &str) -> &[usize] {
        self.by_channel.get(name).map_or(&[], Vec::as_slice)
    }
    /// Segments that ask for a trait or something inside it.
    pub fn of_trait(&self, traits: &Traits, group: usize) -> Vec<usize> {
        let name = traits.group_name(group);
        let inside = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.by_trait
            .iter()
            .filter(|(path, _)| inside(path))
            .flat_map(|(_, segments)| segments.iter().copied())
            .collect()
    }

    /// Orders by dependency (the service refuses cycles; were there one, its members would come last) and rebuilds
    /// the lookups.
    fn arrange(&mut self) {
        let mut rest = std::mem::take(&mut self.ordered);
        let mut placed: BTreeSet<SegmentId> = BTreeSet::new();
        let known: BTreeSet<SegmentId> = rest.iter().map(|definition| definition.id).collect();
        while !rest.is_empty() {
            let ready = |definition: &Definition| {
                definition.references.segments.iter().all(|id| placed.contains(id) || !known.contains(id))
            };
            let index = rest.iter().position(ready).unwrap_or(0);
            let definition = rest.remove(index);
            placed.insert(definition.id);
            self.ordered.push(definition);
        }
        self.by_id = self.ordered.iter().enumerate().map(|(index, definition)| (definition.id, index)).collect();
        let index_by = |names: fn(&References) -> &BTreeSet<String>| {
            let mut map: HashMap<String, Vec<usize>> = HashMap::new();
            for (index, definition) in self.ordered.iter().enumerate() {
                for name in names(&definition.references) {
                    map.entry(name.clone()).or_default().push(index);
                }
            }
            map
        };
        self.by_event = index_by(|references| &references.events);
        self.by_trait = index_by(|references| &references.traits);
        self.by_channel = index_by(|references| &references.channels);
    }
}

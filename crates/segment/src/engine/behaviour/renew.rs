//! Putting a fresh index in the place of one that holds events the history has no more.
//!
//! The fresh one is filled from the history beside the engine, which goes on following the log. What happened since the
//! history was looked at is told by the numbers of its property rows, which only grow, and is copied over.

use super::super::dictionary::Value;
use super::{Behaviour, EVENT_NAMES_MAX, EventIndex, Row, STRUCK, is_system};
use predicate::Scalar;
use roaring::RoaringBitmap;
use std::collections::{BTreeSet, HashMap};

/// Property rows given out at a moment, by event name.
pub(crate) type Reached = HashMap<String, u32>;

impl Behaviour {
    /// How far the events of these names are: what arrives later has a property row from there on.
    pub fn reached(&self, names: &BTreeSet<String>) -> Reached {
        let wanted = self.events.iter().filter(|event| names.contains(&event.name));
        wanted.map(|event| (event.name.clone(), event.channels.len() as u32)).collect()
    }

    /// The profiles with events in it that are not among `alive`.
    pub fn without(&self, alive: &RoaringBitmap) -> BTreeSet<u32> {
        let live = |row: &&Row| row.at_ms != STRUCK && !alive.contains(row.profile);
        let rows = self.events.iter().flat_map(|event| event.sorted.iter().chain(&event.tail));
        rows.filter(live).map(|row| row.profile).collect()
    }

    /// Puts `fresh` in the place of what is known of `names`, with what arrived since `reached`. Names of which nothing is
    /// left are forgotten, as a restart would. Answers what was there.
    pub fn renew(&mut self, names: &BTreeSet<String>, mut fresh: Behaviour, reached: &Reached) -> Behaviour {
        for old in self.events.iter().filter(|event| names.contains(&event.name)) {
            let from = reached.get(&old.name).copied().unwrap_or(0);
            let later = |row: &&Row| row.at_ms != STRUCK && from <= row.properties;
            let rows: Vec<Row> = old.sorted.iter().chain(&old.tail).filter(later).copied().collect();
            // As many names as there were at the most: there is room for each.
            if !rows.is_empty()
                && let Some(index) = fresh.index(&old.name)
            {
                rows.into_iter().for_each(|row| fresh.events[index].copy(old, row));
            }
        }
        let (gone, mut kept): (Vec<EventIndex>, Vec<EventIndex>) =
            std::mem::take(&mut self.events).into_iter().partition(|event| names.contains(&event.name));
        for mut event in fresh.events.into_iter().filter(|event| 0 < event.count) {
            event.last_ms = event.sorted.iter().chain(&event.tail).map(|row| row.at_ms).max().unwrap_or(STRUCK);
            if kept.len() < EVENT_NAMES_MAX || is_system(&event.name) {
                kept.push(event);
            }
        }
        self.by_name = kept.iter().enumerate().map(|(index, event)| (event.name.clone(), index)).collect();
        self.events = kept;
        Behaviour { events: gone, ..Behaviour::default() }
    }
}

impl EventIndex {
    /// Takes over a row of another index of the same event.
    fn copy(&mut self, other: &EventIndex, row: Row) {
        let number = self.channels.len() as u32;
        self.channels.push(other.channels[row.properties as usize]);
        for (path, column) in &other.columns {
            let mut values: Vec<Value> = Vec::new();
            column.values(row.properties, &mut |value| values.push(Value::of(value)));
            if values.is_empty() {
                continue;
            }
            if let Some(own) = self.column(path) {
                let values: Vec<Scalar<'_>> = values.iter().map(Value::scalar).collect();
                self.columns[own].1.set(number, &values);
            }
        }
        self.push_row(Row { properties: number, ..row });
    }
}

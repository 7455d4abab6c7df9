//! What profiles did: per event name the rows (profile, time) sorted by profile and time, a fresh tail, and a column
//! per property path.
//!
//! Memory per event: 16 bytes for the row, 1 for the channel, and per property path 4 (text) or 8 (numbers), plus the
//! distinct texts. Only names and paths within the limits below can be asked for; further ones are ignored.

mod renew;
mod sequence;

pub(crate) use renew::Reached;

use super::column::{Cell, Column, RowTest, from_ascending};
use super::undo::Undo;
use base::{JsonMap, Timestamp};
use events::Channel;
use predicate::{CountOp, EventDone, EventFacts, EventTally, Filter, Scalar, flatten};
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// Event names per workspace that can be segmented on. Each costs about 400 bytes beside its events, and a merge of two
/// profiles looks at each (about a millisecond for all).
pub const EVENT_NAMES_MAX: usize = 20_000;
/// Property paths per event name that can be filtered on.
pub const PROPERTY_PATHS_MAX: usize = 100;
/// The tail is sorted in when it is longer than this and than a tenth of the rest.
const TAIL_ROWS_MIN: usize = 16_384;
/// Time of a row that was struck out: in no window.
const STRUCK: i64 = i64::MIN;

#[derive(Default)]
pub(crate) struct Behaviour {
    events: Vec<EventIndex>,
    by_name: HashMap<String, usize>,
    full_logged: bool,
}

#[derive(Clone, Copy)]
struct Row {
    at_ms: i64,
    profile: u32,
    /// Row in the property columns.
    properties: u32,
}

pub(crate) struct EventIndex {
    pub name: String,
    sorted: Vec<Row>,
    tail: Vec<Row>,
    /// Rows of the tail by profile.
    tail_of: HashMap<u32, Vec<u32>>,
    /// By property row: position in `Channel::ALL`.
    channels: Vec<u8>,
    columns: Vec<(String, Column)>,
    by_path: HashMap<String, usize>,
    pub count: u64,
    pub last_ms: i64,
    /// `sorted` is not sorted yet.
    is_loading: bool,
}

impl Behaviour {
    pub fn find(&self, name: &str) -> Option<&EventIndex> {
        self.by_name.get(name).map(|index| &self.events[*index])
    }
    /// True when further names are ignored.
    pub fn is_full(&self) -> bool {
        self.events.len() >= EVENT_NAMES_MAX
    }
    pub fn iter(&self) -> impl Iterator<Item = &EventIndex> {
        self.events.iter()
    }
    pub fn name(&self, index: usize) -> &str {
        &self.events[index].name
    }

    /// Adds an event of the past, before anything is asked: call [`Self::settle`] after the last one.
    pub fn load(&mut self, name: &str, profile: u32, at: Timestamp, channel: Channel, properties: &JsonMap) {
        if let Some(index) = self.index(name) {
            let event = &mut self.events[index];
            let row = event.row_of(profile, at.ms().max(STRUCK + 1), channel, properties);
            event.count += 1;
            event.last_ms = event.last_ms.max(row.at_ms);
            event.sorted.push(row);
            event.is_loading = true;
        }
    }

    /// Adds an event; answers the number of its name.
    pub fn push(
        &mut self,
        name: &str,
        profile: u32,
        at: Timestamp,
        channel: Channel,
        properties: &JsonMap,
    ) -> Option<(usize, i64)> {
        let index = self.index(name)?;
        let event = &mut self.events[index];
        let last_ms = event.last_ms;
        event.push(profile, at.ms().max(STRUCK + 1), channel, properties);
        Some((index, last_ms))
    }

    /// Finds or makes the index of an event name; None beyond the limit.
    fn index(&mut self, name: &str) -> Option<usize> {
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        // What Tutti itself writes always has its place: a source that makes names up cannot push it out.
        if self.is_full() && !is_system(name) {
            if !self.full_logged {
                self.full_logged = true;
                tracing::warn!(
                    limit = EVENT_NAMES_MAX,
                    "segment: more event names than can be segmented on; the rest are ignored"
                );
            }
            return None;
        }
        self.events.push(EventIndex::new(name));
        self.by_name.insert(name.to_owned(), self.events.len() - 1);
        Some(self.events.len() - 1)
    }

    /// Sorts all tails in; after loading.
    pub fn settle(&mut self) {
        self.events.iter_mut().for_each(EventIndex::sort_tail_in);
    }

    /// Sorts long tails in. Row numbers change: only when nothing may be undone any more.
    pub fn settle_long_tails(&mut self) {
        let long = |event: &&mut EventIndex| event.tail.len() > TAIL_ROWS_MIN.max(event.sorted.len() / 10);
        self.events.iter_mut().filter(long).for_each(EventIndex::sort_tail_in);
    }

    /// Gives all events of `from` to `into`.
    pub fn merge(&mut self, from: u32, into: u32, undo: &mut Vec<Undo>) {
        for (index, event) in self.events.iter_mut().enumerate() {
            for (in_tail, row) in event.rows_of(from) {
                let moved = event.row(in_tail, row);
                event.strike(index, in_tail, row, undo);
                undo.push(Undo::Event { index, last_ms: event.last_ms });
                event.push_row(Row { profile: into, ..moved });
            }
        }
    }

    /// Forgets all events of a profile.
    pub fn erase(&mut self, profile: u32, undo: &mut Vec<Undo>) {
        for (index, event) in self.events.iter_mut().enumerate() {
            for (in_tail, row) in event.rows_of(profile) {
                let properties = event.row(in_tail, row).properties;
                let clear = |(number, (_, column)): (usize, &mut (String, Column))| {
                    (number, column.put(properties, Cell::Empty))
                };
                let cells: Vec<(usize, Cell)> = event.columns.iter_mut().enumerate().map(clear).collect();
                event.strike(index, in_tail, row, undo);
                if let Some(Undo::Struck { cells: kept, .. }) = undo.last_mut() {
                    *kept = cells;
                }
            }
        }
    }

    pub fn undo_event(&mut self, index: usize, last_ms: i64) {
        let event = &mut self.events[index];
        if let Some(row) = event.tail.pop() {
            if let Some(rows) = event.tail_of.get_mut(&row.profile) {
                rows.pop();
            }
            event.count -= 1;
            event.last_ms = last_ms;
        }
    }

    /// Undoing the first arrival of an event also empties its property row.
    pub fn undo_arrival(&mut self, index: usize, last_ms: i64) {
        if let Some(row) = self.events[index].tail.last().copied() {
            for (_, column) in &mut self.events[index].columns {
                column.put(row.properties, Cell::Empty);
            }
        }
        self.undo_event(index, last_ms);
    }

    pub fn undo_strike(&mut self, index: usize, in_tail: bool, row: usize, at_ms: i64, cells: &[(usize, Cell)]) {
        let event = &mut self.events[index];
        let rows = if in_tail { &mut event.tail } else { &mut event.sorted };
        rows[row].at_ms = at_ms;
        event.count += 1;
        let properties = rows[row].properties;
        for (column, cell) in cells {
            event.columns[*column].1.put(properties, *cell);
        }
    }
}

impl EventIndex {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sorted: Vec::new(),
            tail: Vec::new(),
            tail_of: HashMap::new(),
            channels: Vec::new(),
            columns: Vec::new(),
            by_path: HashMap::new(),
            count: 0,
            last_ms: i64::MIN,
            is_loading: false,
        }
    }

    fn push(&mut self, profile: u32, at_ms: i64, channel: Channel, properties: &JsonMap) {
        let row = self.row_of(profile, at_ms, channel, properties);
        self.push_row(row);
    }

    /// Puts channel and properties down; the row itself is the caller's to place.
    fn row_of(&mut self, profile: u32, at_ms: i64, channel: Channel, properties: &JsonMap) -> Row {
        let number = self.channels.len() as u32;
        self.channels.push(Channel::ALL.iter().position(|other| *other == channel).unwrap_or(0) as u8);
        let mut parts: Vec<(usize, Scalar<'_>)> = Vec::new();
        let mut path = String::new();
        for (key, value) in properties {
            path.clear();
            path.push_str(key);
            flatten(&mut path, value, &mut |path, scalar| {
                if let Some(column) = self.column(path) {
                    parts.push((column, scalar));
                }
            });
        }
        parts.sort_by_key(|(column, _)| *column);
        for run in parts.chunk_by(|left, right| left.0 == right.0) {
            let values: Vec<Scalar<'_>> = run.iter().map(|(_, value)| *value).collect();
            self.columns[run[0].0].1.set(number, &values);
        }
        Row { at_ms, profile, properties: number }
    }

    fn push_row(&mut self, row: Row) {
        self.tail_of.entry(row.profile).or_default().push(self.tail.len() as u32);
        self.tail.push(row);
        self.count += 1;
        self.last_ms = self.last_ms.max(row.at_ms);
    }

    fn column(&mut self, path: &str) -> Option<usize> {
        if let Some(index) = self.by_path.get(path) {
            return Some(*index);
        }
        if self.columns.len() >= PROPERTY_PATHS_MAX {
            return None;
        }
        self.columns.push((path.to_owned(), Column::new(false)));
        self.by_path.insert(path.to_owned(), self.columns.len() - 1);
        Some(self.columns.len() - 1)
    }

    fn row(&self, in_tail: bool, row: usize) -> Row {
        if in_tail { self.tail[row] } else { self.sorted[row] }
    }

    fn strike(&mut self, index: usize, in_tail: bool, row: usize, undo: &mut Vec<Undo>) {
        let rows = if in_tail { &mut self.tail } else { &mut self.sorted };
        let at_ms = std::mem::replace(&mut rows[row].at_ms, STRUCK);
        self.count -= 1;
        undo.push(Undo::Struck { index, in_tail, row, at_ms, cells: Vec::new() });
    }

    /// Where the live rows of a profile are: (in the tail?, row).
    fn rows_of(&self, profile: u32) -> Vec<(bool, usize)> {
        let from = self.sorted.partition_point(|row| row.profile < profile);
        let sorted = self.sorted[from..].iter().take_while(|row| row.profile == profile);
        let mut rows: Vec<(bool, usize)> =
            sorted.enumerate().filter(|(_, row)| row.at_ms != STRUCK).map(|(index, _)| (false, from + index)).collect();
        let tail = self.tail_of.get(&profile).into_iter().flatten().map(|row| *row as usize);
        rows.extend(tail.filter(|row| self.tail[*row].at_ms != STRUCK).map(|row| (true, row)));
        rows
    }

    fn sort_tail_in(&mut self) {
        if self.tail.is_empty() && !self.is_loading {
            return;
        }
        self.is_loading = false;
        self.tail_of = HashMap::new();
        self.sorted.append(&mut self.tail);
        self.tail = Vec::new();
        self.sorted.retain(|row| row.at_ms != STRUCK);
        self.sorted.sort_by_key(|row| (row.profile, row.at_ms));
    }

    /// The profiles that have at least one selected event, and for what they did `holds` is true.
    fn tallied(&self, asked: &EventDone, now: Timestamp, holds: impl Fn(&EventTally) -> bool) -> RoaringBitmap {
        let (from, to) = asked.tallied_range(now);
        let selector = self.selector(asked.channel.as_deref(), &asked.filters, now);
        let selected = |row: &&Row| {
            from <= row.at_ms && row.at_ms < to && row.at_ms != STRUCK && selector.passes(self, row.properties)
        };
        let mut in_tail: HashMap<u32, EventTally> = HashMap::new();
        for row in self.tail.iter().filter(selected) {
            asked.tally(in_tail.entry(row.profile).or_default(), &OneEvent { index: self, row: *row });
        }
        let mut found: Vec<u32> = Vec::new();
        for run in self.sorted.chunk_by(|left, right| left.profile == right.profile) {
            let mut rows = run.iter().filter(selected).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let mut tally = in_tail.remove(&run[0].profile).unwrap_or_default();
            rows.for_each(|row| asked.tally(&mut tally, &OneEvent { index: self, row: *row }));
            if holds(&tally) {
                found.push(run[0].profile);
            }
        }
        let mut bitmap = from_ascending(found);
        bitmap.extend(in_tail.into_iter().filter(|(_, tally)| holds(tally)).map(|(profile, _)| profile));
        bitmap
    }

    /// The profiles that have at least one selected event, and for whose number of them `holds` is true.
    fn holding(&self, asked: &EventDone, now: Timestamp, holds: impl Fn(u32) -> bool) -> RoaringBitmap {
        let (from, to) = asked.window.range(now);
        let selector = self.selector(asked.channel.as_deref(), &asked.filters, now);
        let selected = |row: &Row| {
            from <= row.at_ms && row.at_ms < to && row.at_ms != STRUCK && selector.passes(self, row.properties)
        };
        let mut in_tail: HashMap<u32, u32> = HashMap::new();
        for row in self.tail.iter().filter(|row| selected(row)) {
            *in_tail.entry(row.profile).or_default() += 1;
        }
        let mut found: Vec<u32> = Vec::new();
        let mut run = (0u32, 0u32); // profile, count; profiles number from 1
        let mut close = |(profile, count): (u32, u32), in_tail: &mut HashMap<u32, u32>| {
            if count > 0 && holds(count + in_tail.remove(&profile).unwrap_or(0)) {
                found.push(profile);
            }
        };
        for row in self.sorted.iter().filter(|row| selected(row)) {
            if row.profile != run.0 {
                close(run, &mut in_tail);
                run = (row.profile, 0);
            }
            run.1 += 1;
        }
        close(run, &mut in_tail);
        let mut bitmap = from_ascending(found);
        bitmap.extend(in_tail.into_iter().filter(|(_, count)| holds(*count)).map(|(profile, _)| profile));
        bitmap
    }

    fn selector<'c>(&'c self, channel: Option<&str>, filters: &'c [Filter], now: Timestamp) -> Selector<'c> {
        let channel = channel.map(|name| {
            // A channel no event can have selects none.
            Channel::ALL.iter().position(|channel| channel.name() == name).map_or(u8::MAX, |position| position as u8)
        });
        let filters = filters
            .iter()
            .map(|filter| {
                let column = self.by_path.get(&filter.property).map(|index| &self.columns[*index].1);
                (column.map(|column| column.row_test(&filter.test, now)), filter.test.is_negative())
            })
            .collect();
        Selector { channel, filters }
    }

    /// Calls `each` for every live event of a profile.
    pub fn events_of(&self, profile: u32, each: &mut dyn FnMut(&dyn EventFacts)) {
        for (in_tail, row) in self.rows_of(profile) {
            each(&OneEvent { index: self, row: self.row(in_tail, row) });
        }
    }

    /// Property paths and their columns.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(path, column)| (path.as_str(), column))
    }
}

/// The profiles for which an event condition holds. `index` is None when the event never happened.
pub(crate) fn select(
    index: Option<&EventIndex>,
    asked: &EventDone,
    now: Timestamp,
    alive: &RoaringBitmap,
) -> RoaringBitmap {
    let zero_holds = asked.holds(&EventTally::default(), now);
    let is_count = asked.occurrence.is_none() && asked.amount.is_none();
    // What zero satisfies is found through those who fail it.
    let found = match (index, asked.count) {
        (None, _) => RoaringBitmap::new(),
        (Some(index), _) if !is_count => index.tallied(asked, now, |tally| asked.holds(tally, now) != zero_holds),
        (Some(_), CountOp::AtLeast(0)) => RoaringBitmap::new(),
        (Some(index), count) => index.holding(asked, now, |times| count.holds(times) != zero_holds),
    };
    if zero_holds == asked.negated { found } else { alive - found }
}

/// Channel and filters, prepared for asking row by row. A filter: the test (None: no event has the property) and
/// whether it is negative.
struct Selector<'c> {
    channel: Option<u8>,
    filters: Vec<(Option<RowTest<'c>>, bool)>,
}

impl Selector<'_> {
    fn passes(&self, index: &EventIndex, properties: u32) -> bool {
        self.channel.is_none_or(|channel| index.channels[properties as usize] == channel)
            && self
                .filters
                .iter()
                .all(|(test, negative)| test.as_ref().is_some_and(|test| test.passes(properties)) != *negative)
    }
}

struct OneEvent<'i> {
    index: &'i EventIndex,
    row: Row,
}

impl EventFacts for OneEvent<'_> {
    fn at(&self) -> Timestamp {
        Timestamp::from_ms(self.row.at_ms)
    }
    fn channel(&self) -> &str {
        let position = self.index.channels[self.row.properties as usize] as usize;
        Channel::ALL.get(position).map_or("", |channel| channel.name())
    }
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        if let Some(column) = self.index.by_path.get(path) {
            self.index.columns[*column].1.values(self.row.properties, each);
        }
    }
}

/// Names of the events Tutti writes and of the orders everything is measured by.
fn is_system(name: &str) -> bool {
    use events::names::*;
    [
        EMAIL_SENT,
        EMAIL_DELIVERED,
        EMAIL_BOUNCED,
        EMAIL_FAILED,
        EMAIL_SKIPPED,
        EMAIL_OPENED,
        EMAIL_LINK_CLICKED,
        EMAIL_MARKED_AS_SPAM,
        UNSUBSCRIBED,
        CONSENT_CHANGED,
        SEGMENT_ENTERED,
        SEGMENT_EXITED,
        ORDER_COMPLETED,
        ORDER_REFUNDED,
    ]
    .contains(&name)
}

//! Who did things one after the other: the rows of every step, each sorted by profile, are gone through side by side.

use super::super::column::from_ascending;
use super::{Behaviour, EventIndex, Row, STRUCK, Selector};
use base::Timestamp;
use predicate::{Sequence, SequenceTally, Step};
use roaring::RoaringBitmap;
use std::collections::BTreeSet;

/// The steps that are events of one name.
struct Lane<'b> {
    index: &'b EventIndex,
    /// Rows of the index not gone through yet.
    rest: &'b [Row],
    /// Each with its bit.
    steps: Vec<(u16, Selector<'b>)>,
    without: Option<Selector<'b>>,
}

impl Behaviour {
    /// The profiles for whom the sequence holds, before negation.
    pub fn in_sequence(&self, asked: &Sequence, now: Timestamp) -> RoaringBitmap {
        // Before the window begins there is no first step, and without one nothing matters.
        let (from, _) = asked.window.range(now);
        let names: BTreeSet<&str> = asked.named().map(|step| step.name.as_str()).collect();
        let mut lanes: Vec<Lane<'_>> = names.into_iter().filter_map(|name| self.lane(asked, name, now)).collect();
        let first = lanes.iter().position(|lane| lane.index.name == asked.steps[0].name);
        let Some(first) = first else { return RoaringBitmap::new() };
        let fresh: BTreeSet<u32> =
            lanes.iter().flat_map(|lane| lane.index.tail.iter().map(|row| row.profile)).collect();
        let mut found: Vec<u32> = Vec::new();
        let mut tally = asked.empty_tally();
        while let Some(row) = lanes[first].rest.first().copied() {
            tally.clear();
            if fresh.contains(&row.profile) || row.at_ms < from && !lanes[first].reaches(row.profile, from) {
                lanes[first].skip(row.profile);
                continue;
            }
            lanes.iter_mut().for_each(|lane| lane.gather(row.profile, from, &mut tally));
            if asked.holds(&mut tally, now) {
                found.push(row.profile);
            }
        }
        let mut bitmap = from_ascending(found);
        bitmap.extend(fresh.into_iter().filter(|profile| {
            tally.clear();
            lanes.iter().for_each(|lane| lane.gather_all(*profile, &mut tally));
            asked.holds(&mut tally, now)
        }));
        bitmap
    }

    fn lane<'b>(&'b self, asked: &'b Sequence, name: &str, now: Timestamp) -> Option<Lane<'b>> {
        let index = self.find(name)?;
        let selector = |step: &'b Step| index.selector(step.channel.as_deref(), &step.filters, now);
        let named = |(_, step): &(usize, &'b Step)| step.name == name;
        let steps = asked.steps.iter().enumerate().filter(named).map(|(number, step)| (1 << number, selector(step)));
        let without = asked.without.as_ref().filter(|without| without.step.name == name);
        Some(Lane {
            index,
            rest: &index.sorted,
            steps: steps.collect(),
            without: without.map(|without| selector(&without.step)),
        })
    }
}

impl Lane<'_> {
    /// Has this profile, whose rows come next, a row from `from` on?
    fn reaches(&self, profile: u32, from: i64) -> bool {
        self.rest.iter().take_while(|row| row.profile == profile).any(|row| from <= row.at_ms)
    }

    fn skip(&mut self, profile: u32) {
        let rows = self.rest.iter().take_while(|row| row.profile <= profile).count();
        self.rest = &self.rest[rows..];
    }

    /// Takes the rows of `profile` from `from` on; those of lower numbers are passed over.
    fn gather(&mut self, profile: u32, from: i64, tally: &mut SequenceTally) {
        while let Some((row, rest)) = self.rest.split_first() {
            if profile < row.profile {
                return;
            }
            if row.profile == profile && from <= row.at_ms {
                self.take(row, tally);
            }
            self.rest = rest;
        }
    }

    /// Takes every row of `profile`, those of the tail too.
    fn gather_all(&self, profile: u32, tally: &mut SequenceTally) {
        for (in_tail, row) in self.index.rows_of(profile) {
            self.take(&self.index.row(in_tail, row), tally);
        }
    }

    fn take(&self, row: &Row, tally: &mut SequenceTally) {
        if row.at_ms == STRUCK {
            return;
        }
        let is = |selector: &Selector<'_>| selector.passes(self.index, row.properties);
        let steps = self.steps.iter().filter(|(_, selector)| is(selector)).fold(0, |all, (bit, _)| all | bit);
        tally.take(row.at_ms, steps, self.without.as_ref().is_some_and(is));
    }
}

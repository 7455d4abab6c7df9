//! Traits of all profiles: a column per path, grouped by the trait the path belongs to.
//!
//! Memory: per profile number and path 4 bytes (codes) or 8 (numbers), plus 8 per trait for the time it was said.

use super::column::{Cell, Column};
use super::undo::Undo;
use base::{Json, Timestamp};
use predicate::{Scalar, ValueTest, flatten};
use roaring::RoaringBitmap;
use std::collections::HashMap;

/// Paths of traits that can be segmented on, per workspace; further ones are ignored (and logged once).
pub const TRAIT_PATHS_MAX: usize = 1_000;
const NEVER: i64 = i64::MIN;

#[derive(Default)]
pub(crate) struct Traits {
    groups: Vec<Group>,
    by_name: HashMap<String, usize>,
    by_path: HashMap<String, Vec<(usize, usize)>>,
    paths: usize,
    full_logged: bool,
}

struct Group {
    name: String,
    /// By profile; [`NEVER`] when the trait was not said.
    updated: Vec<i64>,
    columns: Vec<(String, Column)>,
}

/// When a trait said twice is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wins {
    Latest,
    Earliest,
}

impl Traits {
    pub fn group_name(&self, group: usize) -> &str {
        &self.groups[group].name
    }

    /// Says a trait. Answers its group when that was taken: what was said later (or, for [`Wins::Earliest`], before)
    /// stays; between equals the one that comes last wins.
    pub fn say(
        &mut self,
        profile: u32,
        (name, value): (&str, &Json),
        at: Timestamp,
        wins: Wins,
        undo: &mut Vec<Undo>,
    ) -> Option<usize> {
        let number = self.group(name)?;
        let said = self.said_at(number, profile);
        let stays = match wins {
            _ if said == NEVER => false,
            Wins::Latest => at.ms() < said,
            Wins::Earliest => said <= at.ms(),
        };
        if stays {
            return None;
        }
        self.write(number, profile, (name, value), at, undo);
        Some(number)
    }

    /// Sets a trait to what it came to, whatever was said before. Answers its group.
    pub fn put(
        &mut self,
        profile: u32,
        (name, value): (&str, &Json),
        at: Timestamp,
        undo: &mut Vec<Undo>,
    ) -> Option<usize> {
        let number = self.group(name)?;
        self.write(number, profile, (name, value), at, undo);
        Some(number)
    }

    fn said_at(&self, group: usize, profile: u32) -> i64 {
        self.groups[group].updated.get(profile as usize).copied().unwrap_or(NEVER)
    }

    fn write(
        &mut self,
        number: usize,
        profile: u32,
        (name, value): (&str, &Json),
        at: Timestamp,
        undo: &mut Vec<Undo>,
    ) {
        let said = self.said_at(number, profile);
        let mut parts: Vec<(usize, Vec<Scalar<'_>>)> = Vec::new();
        let mut path = name.to_owned();
        flatten(&mut path, value, &mut |path, scalar| {
            if let Some(column) = self.column(number, path) {
                match parts.iter_mut().find(|(other, _)| *other == column) {
                    Some((_, values)) => values.push(scalar),
                    None => parts.push((column, vec![scalar])),
                }
            }
        });
        let group = &mut self.groups[number];
        let mut cells = Vec::new();
        for (index, (_, column)) in group.columns.iter_mut().enumerate() {
            let values = parts.iter().find(|(other, _)| *other == index).map_or(&[][..], |(_, values)| values);
            let old = column.set(profile, values);
            if old != Cell::Empty || !values.is_empty() {
                cells.push((index, old));
            }
        }
        set_at(&mut group.updated, profile, at.ms());
        undo.push(Undo::Trait { group: number, profile, updated: said, cells });
    }

    /// Gives `into` what `from` said later; `from` keeps nothing.
    pub fn merge(&mut self, from: u32, into: u32, wins: impl Fn(&str) -> Wins, undo: &mut Vec<Undo>) {
        for (number, group) in self.groups.iter_mut().enumerate() {
            let at = |profile: u32| group.updated.get(profile as usize).copied().unwrap_or(NEVER);
            let (said_from, said_into) = (at(from), at(into));
            if said_from == NEVER {
                continue;
            }
            let takes = match wins(&group.name) {
                _ if said_into == NEVER => true,
                Wins::Latest => said_into < said_from,
                Wins::Earliest => said_from < said_into,
            };
            let (mut cells_from, mut cells_into) = (Vec::new(), Vec::new());
            for (index, (_, column)) in group.columns.iter_mut().enumerate() {
                if takes {
                    let (old_from, old_into) = column.take_over(from, into);
                    cells_from.push((index, old_from));
                    cells_into.push((index, old_into));
                } else {
                    cells_from.push((index, column.put(from, Cell::Empty)));
                }
            }
            set_at(&mut group.updated, from, NEVER);
            undo.push(Undo::Trait { group: number, profile: from, updated: said_from, cells: cells_from });
            if takes {
                set_at(&mut group.updated, into, said_from);
                undo.push(Undo::Trait { group: number, profile: into, updated: said_into, cells: cells_into });
            }
        }
    }

    /// Forgets every trait of a profile.
    pub fn erase(&mut self, profile: u32, undo: &mut Vec<Undo>) {
        for (number, group) in self.groups.iter_mut().enumerate() {
            let updated = group.updated.get(profile as usize).copied().unwrap_or(NEVER);
            if updated == NEVER {
                continue;
            }
            let empty =
                |(index, (_, column)): (usize, &mut (String, Column))| (index, column.put(profile, Cell::Empty));
            let cells = group.columns.iter_mut().enumerate().map(empty).collect();
            set_at(&mut group.updated, profile, NEVER);
            undo.push(Undo::Trait { group: number, profile, updated, cells });
        }
    }

    pub fn undo(&mut self, group: usize, profile: u32, updated: i64, cells: &[(usize, Cell)]) {
        let group = &mut self.groups[group];
        set_at(&mut group.updated, profile, updated);
        for (index, cell) in cells {
            group.columns[*index].1.put(profile, *cell);
        }
    }

    /// Profiles with a value at `path` that passes (before negation).
    pub fn select(&self, path: &str, test: &ValueTest, now: Timestamp) -> RoaringBitmap {
        let mut columns = self.columns_of(path);
        let Some(first) = columns.next() else { return RoaringBitmap::new() };
        columns.fold(first.select(test, now), |mut all, column| {
            all |= column.select(test, now);
            all
        })
    }

    pub fn values(&self, profile: u32, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        self.columns_of(path).for_each(|column| column.values(profile, each));
    }

    /// All columns of a path: more than one only when a key itself holds a dot.
    pub fn columns_of(&self, path: &str) -> impl Iterator<Item = &Column> {
        let places = self.by_path.get(path).map_or(&[][..], Vec::as_slice);
        places.iter().map(|(group, column)| &self.groups[*group].columns[*column].1)
    }

    /// Every path and its column.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.groups.iter().flat_map(|group| &group.columns).map(|(path, column)| (path.as_str(), column))
    }

    fn group(&mut self, name: &str) -> Option<usize> {
        if let Some(number) = self.by_name.get(name) {
            return Some(*number);
        }
        if self.paths >= TRAIT_PATHS_MAX {
            self.log_full();
            return None;
        }
        self.groups.push(Group { name: name.to_owned(), updated: Vec::new(), columns: Vec::new() });
        self.by_name.insert(name.to_owned(), self.groups.len() - 1);
        Some(self.groups.len() - 1)
    }

    fn column(&mut self, group: usize, path: &str) -> Option<usize> {
        let columns = &self.groups[group].columns;
        if let Some(index) = columns.iter().position(|(other, _)| other == path) {
            return Some(index);
        }
        if self.paths >= TRAIT_PATHS_MAX {
            self.log_full();
            return None;
        }
        self.paths += 1;
        let columns = &mut self.groups[group].columns;
        columns.push((path.to_owned(), Column::new(true)));
        self.by_path.entry(path.to_owned()).or_default().push((group, columns.len() - 1));
        Some(columns.len() - 1)
    }

    fn log_full(&mut self) {
        if !self.full_logged {
            self.full_logged = true;
            tracing::warn!(
                limit = TRAIT_PATHS_MAX,
                "segment: more trait names than can be segmented on; the rest are ignored"
            );
        }
    }
}

fn set_at(updated: &mut Vec<i64>, profile: u32, at_ms: i64) {
    let index = profile as usize;
    if updated.len() <= index {
        if at_ms == NEVER {
            return;
        }
        updated.resize(index + 1, NEVER);
    }
    updated[index] = at_ms;
}

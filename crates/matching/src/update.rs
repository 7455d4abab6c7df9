//! A few new records among very many: each of the many passes by once, and only those that share a block with a new one
//! are compared.
//!
//! An [`Update`] holds the new records, their blocks and how common their values are, never all records: memory follows
//! the new ones. Weights come from a [`SavedModel`]; how common a value is, is counted while everybody passes, and
//! lessened by the share of equal values that is chance. The caller goes through four steps: [`Update::add`] the new
//! ones, let everybody [`Update::pass`], ask for the [`Update::candidates`] and give them to [`Update::compare`] in
//! parts, and [`Update::place`] the new ones.

use crate::Error;
use crate::blocking::{BLOCK_MAX, Columns};
use crate::cluster::{Link, between};
use crate::field::Field;
use crate::junk::shared_max;
use crate::model::{Model, Scorer};
use crate::records::{HashedMap, NO_VALUE, Records};
use crate::saved::SavedModel;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Keys of others that the blocks of the new records hold together, 16 bytes each. With more, blocks are made smaller.
const HELD_MAX: usize = 2_000_000;
/// A set of records is not added to any more when it has this many: that is not a person.
const SET_MAX: usize = 100;

/// Two records that may be one person: one of them is new.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Key of the new one.
    pub new: u128,
    /// Key of the other, which may be new too.
    pub other: u128,
    /// Log odds that both are one person.
    pub bits: f32,
}

/// Where the new records belong.
pub struct Placement {
    /// For explaining links.
    pub model: Model,
    /// The new records, then those given to [`Update::place`].
    pub records: Records,
    /// Positions in `records`: sets of two or more with at least one new record.
    pub clusters: Vec<Vec<u32>>,
    /// Links within the clusters, of which one end is new, strongest first.
    pub links: Vec<Link>,
}

#[derive(Default)]
struct Block {
    new: Vec<u32>,
    others: Vec<u128>,
}

/// New records on their way to where they belong.
pub struct Update {
    model: Model,
    /// The new records.
    records: Records,
    cut_bits: f32,
    /// By block and key.
    blocks: HashedMap<Block>,
    block_max: usize,
    held: usize,
    /// Of everybody: records by field and code of a value that a new record has, and those that have any.
    counts: Vec<Vec<u32>>,
    present: Vec<u64>,
    is_new: HashSet<u128>,
    is_weighed: bool,
    compared: u64,
}

/// One name for the blocks of all keys.
fn named(key: usize, block: u64) -> u64 {
    (block ^ (key as u64 + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A record's key and its values.
pub type Keyed<'a> = (u128, Vec<Option<&'a str>>);

impl Update {
    /// `cut_bits`: log odds that joining needs.
    pub fn new(model: &SavedModel, fields: Vec<Field>, cut_bits: f32) -> Result<Self, Error> {
        if !cut_bits.is_finite() {
            return Err(Error::Options);
        }
        let (model, width) = (model.restore(&fields)?, fields.len());
        Ok(Self {
            model,
            records: Records::new(fields)?,
            cut_bits,
            blocks: HashedMap::default(),
            block_max: BLOCK_MAX,
            held: 0,
            counts: vec![Vec::new(); width],
            present: vec![0; width],
            is_new: HashSet::new(),
            is_weighed: false,
            compared: 0,
        })
    }

    /// A new record. All of them come before anybody passes.
    pub fn add(&mut self, key: u128, values: &[Option<&str>]) -> Result<(), Error> {
        self.records.push(key, values)?;
        self.is_new.insert(key);
        let record = self.records.len() as u32 - 1;
        let columns = Columns::new(&self.records);
        for (index, chosen) in self.model.keys.iter().enumerate() {
            let block = chosen.key.block(&columns, self.records.row(record));
            if block != 0 {
                self.blocks.entry(named(index, block)).or_default().new.push(record);
            }
        }
        Ok(())
    }

    /// A part of everybody, of any size; the new ones pass as well.
    pub fn pass(&mut self, part: &Records) {
        self.count(part);
        let columns = Columns::new(part);
        for (record, key) in (0u32..).zip(&part.keys) {
            if self.is_new.contains(key) {
                continue;
            }
            for (index, chosen) in self.model.keys.iter().enumerate() {
                let block = chosen.key.block(&columns, part.row(record));
                let Some(own) = (block != 0).then(|| self.blocks.get_mut(&named(index, block))).flatten() else {
                    continue;
                };
                own.others.push(*key);
                self.held += 1;
                if own.others.len() + own.new.len() > self.block_max {
                    self.held -= own.others.len();
                    self.blocks.remove(&named(index, block));
                }
            }
        }
        while self.held > HELD_MAX && self.block_max > 1 {
            self.block_max /= 2;
            self.drop_large();
        }
    }

    fn drop_large(&mut self) {
        let max = self.block_max;
        self.blocks.retain(|_, block| block.others.len() + block.new.len() <= max);
        self.held = self.blocks.values().map(|block| block.others.len()).sum();
    }

    /// How often values of new records occur among those who pass.
    fn count(&mut self, part: &Records) {
        for field in 0..self.records.width() {
            let (own, theirs) = (self.records.dictionary(field), part.dictionary(field));
            let counts = &mut self.counts[field];
            counts.resize(own.len(), 0);
            for (code, count) in (1u32..).zip(&part.counts(field)[1..]) {
                self.present[field] += u64::from(*count);
                if let Some(code) = (*count > 0).then(|| own.find(theirs.value(code))).flatten() {
                    counts[code as usize] += count;
                }
            }
        }
    }

    /// Everybody has passed: who has to be compared, in order, without the new ones themselves.
    pub fn candidates(&mut self) -> Vec<u128> {
        self.weigh();
        let found: BTreeSet<u128> = self.blocks.values().flat_map(|block| block.others.iter().copied()).collect();
        found.into_iter().collect()
    }

    /// Once everybody has passed: how common values are, and which are nobody's.
    fn weigh(&mut self) {
        if std::mem::replace(&mut self.is_weighed, true) {
            return;
        }
        self.drop_large();
        let width = self.records.width();
        for field in 0..width {
            let mut counts = std::mem::take(&mut self.counts[field]);
            counts.resize(self.records.dictionary(field).len(), 0);
            let (present, chance) = (self.present[field], self.model.learned.chance[field]);
            if let Some(max) = shared_max(self.records.fields[field].kind, present) {
                let codes = self.records.codes.iter_mut().skip(field).step_by(width);
                codes.filter(|code| counts[**code as usize] > max).for_each(|code| *code = NO_VALUE);
            }
            self.model.weigh_values(field, &counts, present, |count, _| (f64::from(count) - 1.0).max(0.0) * chance);
        }
    }

    /// Pairs compared so far.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// Compares the new records with each other: those of one block.
    pub fn compare_new(&mut self) -> Vec<Found> {
        self.weigh();
        let mut pairs = HashSet::new();
        for block in self.blocks.values() {
            for (index, one) in block.new.iter().enumerate() {
                pairs.extend(block.new[index + 1..].iter().map(|other| (*one, *other)));
            }
        }
        let mut pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
        pairs.sort_unstable();
        self.compared += pairs.len() as u64;
        found(&self.records, &self.model, self.cut_bits, pairs)
    }

    /// Compares a part of the candidates with the new records whose blocks they share. Records that are no candidates
    /// are compared with nobody.
    pub fn compare(&mut self, part: &[(u128, Vec<Option<&str>>)]) -> Result<Vec<Found>, Error> {
        self.weigh();
        let (records, first) = (self.with(part)?, self.records.len() as u32);
        let columns = Columns::new(&records);
        let mut pairs = Vec::new();
        for record in first..records.len() as u32 {
            let mut new = BTreeSet::new();
            for (index, chosen) in self.model.keys.iter().enumerate() {
                let block = chosen.key.block(&columns, records.row(record));
                if let Some(block) = (block != 0).then(|| self.blocks.get(&named(index, block))).flatten() {
                    new.extend(block.new.iter().copied());
                }
            }
            pairs.extend(new.into_iter().map(|new| (new, record)));
        }
        self.compared += pairs.len() as u64;
        Ok(found(&records, &self.model, self.cut_bits, pairs))
    }

    /// The new records and these.
    fn with(&self, more: &[Keyed<'_>]) -> Result<Records, Error> {
        let mut records = self.records.clone();
        for (key, values) in more {
            records.push(*key, values)?;
        }
        Ok(records)
    }

    /// Puts each new record where the evidence is strongest. `links`: all that the comparisons found. `known`: whom they
    /// lead to, as the sets they form now, each with all its members. Two known sets stay two: those who were there
    /// before were judged together, with all they have, by the search that left them apart. `apart`: two keys that are
    /// two people.
    pub fn place(
        mut self,
        links: &[Found],
        known: &[Vec<Keyed<'_>>],
        apart: impl Fn(u128, u128) -> bool,
    ) -> Result<Placement, Error> {
        self.weigh();
        let new = self.records.len();
        let mut records = self.records;
        let mut sets: Vec<Set> = (0..new as u32).map(|record| Set { records: vec![record], is_known: false }).collect();
        for members in known {
            let from = records.len() as u32;
            for (key, values) in members {
                records.push(*key, values)?;
            }
            sets.push(Set { records: (from..records.len() as u32).collect(), is_known: true });
        }
        let places: HashMap<u128, u32> = records.keys.iter().copied().zip(0u32..).collect();
        let mut joined: Vec<Link> = links
            .iter()
            .filter_map(|found| {
                let (one, other) = (*places.get(&found.new)?, *places.get(&found.other)?);
                Some(Link { left: one.min(other), right: one.max(other), bits: found.bits })
            })
            .collect();
        joined.sort_by(|a, b| b.bits.total_cmp(&a.bits).then((a.left, a.right).cmp(&(b.left, b.right))));
        joined.dedup_by_key(|link| (link.left, link.right));
        let is_apart = |one: u32, other: u32| apart(records.key(one as usize), records.key(other as usize));
        let mut scorer = Scorer::new(&records, &self.model);
        let sets = join(&mut scorer, sets, &joined, self.cut_bits, is_apart);
        let clusters: Vec<Vec<u32>> = sets
            .into_iter()
            .filter(|set| set.records.len() > 1 && set.records.iter().any(|record| (*record as usize) < new))
            .map(|set| set.records)
            .collect();
        let mut cluster_of = HashMap::new();
        for (cluster, members) in clusters.iter().enumerate() {
            cluster_of.extend(members.iter().map(|record| (*record, cluster)));
        }
        let same = |link: &Link| cluster_of.get(&link.left).is_some_and(|one| cluster_of.get(&link.right) == Some(one));
        joined.retain(same);
        Ok(Placement { model: self.model, records, clusters, links: joined })
    }
}

/// Scores pairs of positions; keeps those above the cut.
fn found(records: &Records, model: &Model, cut_bits: f32, pairs: Vec<(u32, u32)>) -> Vec<Found> {
    let mut scorer = Scorer::new(records, model);
    let scored = pairs.into_iter().map(|(new, other)| (new, other, scorer.score(new, other, cut_bits)));
    let strong = scored.filter(|(_, _, bits)| *bits > cut_bits);
    let key = |record: u32| records.key(record as usize);
    strong.map(|(new, other, bits)| Found { new: key(new), other: key(other), bits }).collect()
}

#[derive(Default)]
struct Set {
    records: Vec<u32>,
    is_known: bool,
}

/// Joins sets bottom up, the two with the strongest evidence first, as `cluster` does. What is known of a pair of sets
/// is worked out again when one of them grew.
fn join(
    scorer: &mut Scorer,
    mut sets: Vec<Set>,
    links: &[Link],
    cut_bits: f32,
    apart: impl Fn(u32, u32) -> bool,
) -> Vec<Set> {
    let mut set_of = HashMap::new();
    for (index, set) in sets.iter().enumerate() {
        set_of.extend(set.records.iter().map(|record| (*record, index)));
    }
    let mut near: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); sets.len()];
    for link in links {
        let (one, other) = (set_of[&link.left], set_of[&link.right]);
        if one != other {
            near[one].insert(other);
            near[other].insert(one);
        }
    }
    let mut evidence = |sets: &[Set], one: usize, other: usize| -> Option<f32> {
        let (a, b) = (&sets[one], &sets[other]);
        let allowed = !(a.is_known && b.is_known) && a.records.len() + b.records.len() <= SET_MAX;
        let clash = || a.records.iter().any(|x| b.records.iter().any(|y| apart(*x, *y)));
        (allowed && !clash()).then(|| between(scorer, &a.records, &b.records)).filter(|bits| *bits > cut_bits)
    };
    // By (strength, then the smaller numbers): a float in an order that sorts.
    let rank = |bits: f32| std::cmp::Reverse(bits.max(0.0).to_bits());
    let mut queue: BTreeSet<(std::cmp::Reverse<u32>, usize, usize)> = BTreeSet::new();
    let mut strength: HashMap<(usize, usize), f32> = HashMap::new();
    for (one, beside) in near.iter().enumerate() {
        for other in beside.range(one + 1..) {
            if let Some(bits) = evidence(&sets, one, *other) {
                queue.insert((rank(bits), one, *other));
                strength.insert((one, *other), bits);
            }
        }
    }
    while let Some((_, one, other)) = queue.pop_first() {
        strength.remove(&(one, other));
        let moved = std::mem::take(&mut sets[other]);
        sets[one].records.extend(moved.records);
        sets[one].records.sort_unstable();
        sets[one].is_known |= moved.is_known;
        let beside: BTreeSet<usize> = std::mem::take(&mut near[other]).union(&near[one]).copied().collect();
        near[one] = beside.into_iter().filter(|third| *third != one && *third != other).collect();
        for third in near[one].clone() {
            near[third].remove(&other);
            near[third].insert(one);
            for gone in [one, other] {
                let pair = (gone.min(third), gone.max(third));
                if let Some(bits) = strength.remove(&pair) {
                    queue.remove(&(rank(bits), pair.0, pair.1));
                }
            }
            let pair = (one.min(third), one.max(third));
            if let Some(bits) = evidence(&sets, pair.0, pair.1) {
                queue.insert((rank(bits), pair.0, pair.1));
                strength.insert(pair, bits);
            }
        }
    }
    sets
}

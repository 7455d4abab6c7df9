//! The search itself: customers in, groups out. Pure; takes as long as it takes, on a thread of its own.

use crate::DuplicateError;
use crate::model::{Evidence, FIELDS, Group, GroupId, Pair, PersonFields};
use crate::service::GROUP_SIZE_MAX;
use base::{ProfileId, Timestamp};
use matching::{Field, Linkage, Options, Records, link};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Log odds a suggestion needs: more likely than not.
const CUT_BITS: f32 = 0.0;
/// Values a customer needs to be compared at all: a visitor with one e-mail address resembles nobody.
const VALUES_MIN: usize = 2;
/// Pairs kept with a group: what a person can look at.
const PAIRS_PER_GROUP_MAX: usize = 30;
/// One for the server itself: a search is not urgent.
const THREADS: usize = 1;

/// Collects customers until [`Search::run`].
pub(crate) struct Search {
    records: Records,
}

/// What came of it.
pub(crate) struct Outcome {
    pub groups: Vec<Group>,
    pub compared: u64,
}

impl Search {
    pub fn new() -> Result<Self, DuplicateError> {
        let fields = FIELDS.iter().map(|(name, kind)| Field::new(*name, *kind)).collect();
        Ok(Self { records: Records::new(fields)? })
    }

    /// True when the customer has enough to be compared.
    pub fn add(&mut self, profile: ProfileId, fields: &PersonFields) -> Result<bool, DuplicateError> {
        let values: Vec<Option<&str>> = fields.0.iter().map(Option::as_deref).collect();
        if values.iter().flatten().count() < VALUES_MIN {
            return Ok(false);
        }
        self.records.push(u128::from(profile.number()), &values)?;
        Ok(true)
    }

    /// `rejected`: pairs, the smaller number first, that are two people.
    pub fn run(self, rejected: &HashSet<(u32, u32)>) -> Result<Outcome, DuplicateError> {
        if self.records.len() < 2 {
            return Ok(Outcome { groups: Vec::new(), compared: 0 });
        }
        let linkage = link(self.records, Options { cut_bits: CUT_BITS, threads: THREADS })?;
        let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (record, first) in (0_u32..).zip(&linkage.cluster_of) {
            members.entry(*first).or_default().push(record);
        }
        let mut links: HashMap<u32, Vec<&matching::Link>> = HashMap::new();
        for found in &linkage.links {
            let first = linkage.cluster_of[found.left as usize];
            if first == linkage.cluster_of[found.right as usize] {
                links.entry(first).or_default().push(found);
            }
        }
        let mut groups = Vec::new();
        for (first, records) in members {
            let links = links.remove(&first).unwrap_or_default();
            if records.len() > 1 {
                groups.extend(groups_of(&linkage, records, links, rejected));
            }
        }
        Ok(Outcome { groups, compared: linkage.compared })
    }
}

fn number(linkage: &Linkage, record: u32) -> u32 {
    linkage.records.key(record as usize) as u32
}

fn ordered(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// The cluster as suggestions in which no two are of whom a person said that they are two.
fn groups_of(
    linkage: &Linkage,
    records: Vec<u32>,
    mut links: Vec<&matching::Link>,
    rejected: &HashSet<(u32, u32)>,
) -> Vec<Group> {
    links.sort_by(|one, other| other.bits.total_cmp(&one.bits));
    let is_rejected = |one: u32, other: u32| rejected.contains(&ordered(number(linkage, one), number(linkage, other)));
    let any =
        records.iter().enumerate().any(|(at, one)| records[at + 1..].iter().any(|other| is_rejected(*one, *other)));
    let sets = if any { parted(&records, &links, is_rejected) } else { vec![records] };
    sets.into_iter().filter_map(|records| group(linkage, records, &links)).collect()
}

/// Joins along the strongest links first, and never two sets with a rejected pair across them.
fn parted(records: &[u32], links: &[&matching::Link], is_rejected: impl Fn(u32, u32) -> bool) -> Vec<Vec<u32>> {
    let mut sets: Vec<Vec<u32>> = records.iter().map(|record| vec![*record]).collect();
    for link in links.iter().filter(|link| link.bits > CUT_BITS) {
        let place = |record: u32| sets.iter().position(|set| set.contains(&record));
        let (Some(one), Some(other)) = (place(link.left), place(link.right)) else { continue };
        let clash = sets[one].iter().any(|a| sets[other].iter().any(|b| is_rejected(*a, *b)));
        if one != other && !clash {
            let moved = std::mem::take(&mut sets[other]);
            sets[one].extend(moved);
        }
    }
    sets.iter_mut().for_each(|set| set.sort_unstable());
    sets
}

fn group(linkage: &Linkage, mut records: Vec<u32>, links: &[&matching::Link]) -> Option<Group> {
    records.truncate(GROUP_SIZE_MAX);
    let mut links: Vec<&matching::Link> =
        links.iter().filter(|link| records.contains(&link.left) && records.contains(&link.right)).copied().collect();
    let bits = weakest(&records, &links)?;
    links.truncate(PAIRS_PER_GROUP_MAX);
    Some(Group {
        id: GroupId { run: Timestamp::default(), first: number(linkage, *records.first()?) },
        bits,
        members: records.iter().map(|record| ProfileId::new(number(linkage, *record))).collect(),
        pairs: links.into_iter().map(|link| pair(linkage, link)).collect(),
    })
}

/// The weakest of the strongest links that hold all of them together; None when they do not hold together.
fn weakest(records: &[u32], links: &[&matching::Link]) -> Option<f32> {
    let mut of: HashMap<u32, u32> = records.iter().map(|record| (*record, *record)).collect();
    let (mut left, mut bits) = (records.len().checked_sub(1).filter(|left| *left > 0)?, f32::MAX);
    for link in links {
        let (one, other) = (of[&link.left], of[&link.right]);
        if one != other {
            of.values_mut().filter(|set| **set == other).for_each(|set| *set = one);
            bits = bits.min(link.bits);
            left -= 1;
        }
        if left == 0 {
            return Some(bits);
        }
    }
    None
}

fn pair(linkage: &Linkage, link: &matching::Link) -> Pair {
    let why = linkage.model.explain(&linkage.records, link.left as usize, link.right as usize);
    let evidence = why.steps.iter().enumerate().map(|(field, step)| Evidence {
        field,
        level: step.level.map(str::to_owned),
        bits: step.bits,
    });
    Pair {
        one: number(linkage, link.left),
        other: number(linkage, link.right),
        bits: why.bits,
        prior_bits: why.prior_bits,
        evidence: evidence.collect(),
    }
}

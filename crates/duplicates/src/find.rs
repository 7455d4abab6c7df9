//! The whole search: all customers in, suggestions out. Pure; takes as long as it takes, on a thread of its own.

use crate::DuplicateError;
use crate::draft::{Draft, Edge, TwoPeople, cores};
use crate::model::{Evidence, FIELDS, Pair, PersonFields};
use base::ProfileId;
use matching::{Field, Linkage, Model, Options, Records, SavedModel, link};
use std::collections::{BTreeMap, HashMap};

/// Log odds a suggestion needs: more likely than not.
pub(crate) const CUT_BITS: f32 = 0.0;
/// Values a customer needs to be compared at all: a visitor with one e-mail address resembles nobody.
const VALUES_MIN: usize = 2;
/// One for the server itself: a search is not urgent.
const THREADS: usize = 1;

/// Collects customers until [`Search::run`].
pub(crate) struct Search {
    records: Records,
}

/// What came of it.
pub(crate) struct Outcome {
    pub drafts: Vec<Draft>,
    pub compared: u64,
    /// None of fewer than two customers.
    pub model: Option<SavedModel>,
}

pub(crate) fn fields() -> Vec<Field> {
    FIELDS.iter().map(|(name, kind)| Field::new(*name, *kind)).collect()
}

pub(crate) fn values(fields: &PersonFields) -> Vec<Option<&str>> {
    fields.0.iter().map(Option::as_deref).collect()
}

/// True when the customer has enough to be compared.
pub(crate) fn is_comparable(fields: &PersonFields) -> bool {
    fields.0.iter().flatten().count() >= VALUES_MIN
}

impl Search {
    pub fn new() -> Result<Self, DuplicateError> {
        Ok(Self { records: Records::new(fields())? })
    }

    /// A customer with enough to be compared.
    pub fn add(&mut self, profile: ProfileId, fields: &PersonFields) -> Result<(), DuplicateError> {
        Ok(self.records.push(u128::from(profile.number()), &values(fields))?)
    }

    pub fn run(self, two: &TwoPeople) -> Result<Outcome, DuplicateError> {
        if self.records.len() < 2 {
            return Ok(Outcome { drafts: Vec::new(), compared: 0, model: None });
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
        let mut drafts = Vec::new();
        for (first, records) in members {
            let links = links.remove(&first).unwrap_or_default();
            if records.len() > 1 {
                drafts.extend(drafts_of(&linkage, &records, &links, two));
            }
        }
        let model = linkage.model.save(&linkage.records);
        Ok(Outcome { drafts, compared: linkage.compared, model: Some(model) })
    }
}

pub(crate) fn number(records: &Records, record: u32) -> u32 {
    records.key(record as usize) as u32
}

/// The cluster as suggestions in which no two are of whom a person said that they are two.
fn drafts_of(linkage: &Linkage, records: &[u32], links: &[&matching::Link], two: &TwoPeople) -> Vec<Draft> {
    let of = |record: u32| number(&linkage.records, record);
    let members: Vec<u32> = records.iter().map(|record| of(*record)).collect();
    let edges: Vec<Edge> = links.iter().map(|link| (of(link.left), of(link.right), link.bits)).collect();
    let explained = |edge: &usize| pair(&linkage.model, &linkage.records, links[*edge].left, links[*edge].right);
    let draft = |core: crate::draft::Core| Draft {
        pairs: core.edges.iter().map(explained).collect(),
        members: core.members,
        bits: core.bits,
    };
    cores(&members, &edges, two).into_iter().map(draft).collect()
}

/// Why two records are one person.
pub(crate) fn pair(model: &Model, records: &Records, left: u32, right: u32) -> Pair {
    let why = model.explain(records, left as usize, right as usize);
    let evidence = why.steps.iter().enumerate().map(|(field, step)| Evidence {
        field,
        level: step.level.map(str::to_owned),
        bits: step.bits,
    });
    Pair {
        one: number(records, left),
        other: number(records, right),
        bits: why.bits,
        prior_bits: why.prior_bits,
        evidence: evidence.collect(),
    }
}

//! Records that come one by one, and names of clusters that stay.
//!
//! A [`Linker`] keeps a fitted model, its records and its blocks. A new record is compared with those that share a
//! block, and joins the cluster for which the evidence is strongest by the same rule as in `cluster`. A cluster keeps
//! its name for ever; only when new evidence brings two clusters together does the name of the smaller one end, and
//! then that is told. Weights stay as they were fitted; fit again when the records have doubled, and
//! [`stable_names`] carries the names over.

use crate::Error;
use crate::blocking::{BLOCK_MAX, Blocks, Columns};
use crate::cluster::{Link, between};
use crate::compare::Levels;
use crate::link::Linkage;
use crate::model::{Model, Scorer, Waterfall};
use crate::records::{HashedMap, Records};
use std::collections::{BTreeMap, HashMap};

/// A fitted model with its records, to which records are added.
pub struct Linker {
    model: Model,
    records: Records,
    cut_bits: f32,
    levels: Levels,
    /// Blocks of each key: those of the records fitted, sorted, and those of records that came later.
    fitted: Vec<Blocks>,
    later: Vec<HashedMap<Vec<u32>>>,
    /// The cluster of each record, as an index into `clusters`.
    cluster_of: Vec<u32>,
    clusters: Vec<Cluster>,
}

struct Cluster {
    name: u128,
    records: Vec<u32>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// Its position.
    pub record: u32,
    /// The cluster it is in: an old one, or a new one named after the record's key.
    pub cluster: u128,
    /// Clusters that became part of `cluster` because of it. Their names are not used again.
    pub ended: Vec<u128>,
    /// Records it resembles, strongest first, also those it was not put together with.
    pub links: Vec<Link>,
}

impl Linker {
    /// Goes on where `link` stopped. `cut_bits` is the log odds that joining needs.
    pub fn new(linkage: Linkage, cut_bits: f32) -> Self {
        let Linkage { model, records, cluster_of: first_of, .. } = linkage;
        let fitted: Vec<Blocks> = model.keys().iter().map(|key| Blocks::sample(&records, &key.key, 1.0)).collect();
        let later = fitted.iter().map(|_| HashedMap::default()).collect();
        let mut clusters: Vec<Cluster> = Vec::new();
        let mut cluster_of = Vec::with_capacity(first_of.len());
        for (record, first) in first_of.iter().enumerate() {
            if *first as usize == record {
                cluster_of.push(clusters.len() as u32);
                clusters.push(Cluster { name: records.key(record), records: vec![record as u32] });
            } else {
                let cluster = cluster_of[*first as usize];
                cluster_of.push(cluster);
                clusters[cluster as usize].records.push(record as u32);
            }
        }
        let levels = Levels::new(&records);
        Self { model, records, cut_bits, levels, fitted, later, cluster_of, clusters }
    }

    /// Gives clusters the names they had before, see [`stable_names`].
    pub fn rename(&mut self, names: &HashMap<u128, u128>) {
        for cluster in &mut self.clusters {
            let first = cluster.records.first().map(|record| self.records.key(*record as usize));
            if let Some(name) = first.and_then(|key| names.get(&key)) {
                cluster.name = *name;
            }
        }
    }

    /// Adds a record and puts it where it belongs.
    pub fn add(&mut self, key: u128, values: &[Option<&str>]) -> Result<Added, Error> {
        self.records.push(key, values)?;
        let record = self.records.len() as u32 - 1;
        let candidates = self.candidates(record);
        self.enter(record);
        let mut cluster = self.clusters.len() as u32;
        self.cluster_of.push(cluster);
        self.clusters.push(Cluster { name: key, records: vec![record] });

        let levels = std::mem::take(&mut self.levels);
        let mut scorer = Scorer { records: &self.records, model: &self.model, levels };
        let mut links: Vec<Link> = candidates
            .into_iter()
            .map(|left| Link { left, right: record, bits: scorer.score(left, record, f32::MIN) })
            .filter(|link| link.bits > self.cut_bits)
            .collect();
        links.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(a.left.cmp(&b.left)));
        let mut near: Vec<u32> = Vec::new();
        for link in &links {
            let other = self.cluster_of[link.left as usize];
            if !near.contains(&other) {
                near.push(other);
            }
        }
        let mut ended = Vec::new();
        while let Some((at, _)) = strongest(&mut scorer, &self.clusters, cluster, &near, self.cut_bits) {
            let (kept, gone) = older(&self.clusters, cluster, near.swap_remove(at));
            let moved = std::mem::take(&mut self.clusters[gone as usize].records);
            moved.iter().for_each(|record| self.cluster_of[*record as usize] = kept);
            if moved != [record] {
                ended.push(self.clusters[gone as usize].name);
            }
            self.clusters[kept as usize].records.extend(moved);
            cluster = kept;
        }
        self.levels = scorer.levels;
        Ok(Added { record, cluster: self.clusters[cluster as usize].name, ended, links })
    }

    /// Earlier records that share a block with `record`.
    fn candidates(&self, record: u32) -> Vec<u32> {
        let columns = Columns::new(&self.records);
        let row = self.records.row(record);
        let mut found = Vec::new();
        for (index, chosen) in self.model.keys().iter().enumerate() {
            let block = chosen.key.block(&columns, row);
            if block == 0 {
                continue;
            }
            let fitted = self.fitted[index].of(block);
            let later = self.later[index].get(&block).map(Vec::as_slice).unwrap_or_default();
            if fitted.len() + later.len() < BLOCK_MAX {
                found.extend(fitted.iter().map(|(_, record)| *record).chain(later.iter().copied()));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Puts the record into its blocks.
    fn enter(&mut self, record: u32) {
        let columns = Columns::new(&self.records);
        let row = self.records.row(record);
        for (chosen, later) in self.model.keys.iter().zip(&mut self.later) {
            let block = chosen.key.block(&columns, row);
            if block != 0 {
                later.entry(block).or_default().push(record);
            }
        }
    }

    /// The name of the cluster of every record, by record key.
    pub fn clusters(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        let of = self.cluster_of.iter().enumerate();
        of.map(|(record, cluster)| (self.records.key(record), self.clusters[*cluster as usize].name))
    }

    /// Why two records (by position) are, or are not, one person.
    pub fn explain(&self, left: usize, right: usize) -> Waterfall {
        self.model.explain(&self.records, left, right)
    }

    /// The records, in the order in which they came.
    pub fn records(&self) -> &Records {
        &self.records
    }
}

/// The place in `near` of the cluster with the strongest evidence for being `own`, if it is enough.
fn strongest(scorer: &mut Scorer, clusters: &[Cluster], own: u32, near: &[u32], cut_bits: f32) -> Option<(usize, f32)> {
    let bits = |other: &u32| between(scorer, &clusters[own as usize].records, &clusters[*other as usize].records);
    let scored: Vec<f32> = near.iter().map(bits).collect();
    let best = scored.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.filter(|(_, bits)| *bits > cut_bits)
}

/// (the cluster that keeps its name, the other): the larger one, then the older one.
fn older(clusters: &[Cluster], a: u32, b: u32) -> (u32, u32) {
    let size = |cluster: u32| clusters[cluster as usize].records.len();
    let a_stays = size(a).cmp(&size(b)).then(b.cmp(&a)).is_gt();
    if a_stays { (a, b) } else { (b, a) }
}

/// Names for new clusters after a new fit, so that they stay. A name is the key of a record, and stays with the cluster
/// that record is in now; of several such names the one that most records of the cluster had. `clusters` and `before`
/// map record keys to cluster names; the result maps new names to those to use. No name is given twice.
pub fn stable_names(clusters: impl Iterator<Item = (u128, u128)>, before: &HashMap<u128, u128>) -> HashMap<u128, u128> {
    let now: HashMap<u128, u128> = clusters.collect();
    let mut shared = BTreeMap::<(u128, u128), u64>::new();
    for (record, cluster) in &now {
        if let Some(old) = before.get(record)
            && now.get(old) == Some(cluster)
        {
            *shared.entry((*cluster, *old)).or_default() += 1;
        }
    }
    let mut claims: Vec<_> = shared.into_iter().collect();
    claims.sort_by_key(|(claim, records)| (std::cmp::Reverse(*records), *claim));
    let mut names = HashMap::new();
    for ((cluster, old), _) in claims {
        names.entry(cluster).or_insert(old);
    }
    names
}

//! Linking a whole set of records: learn, block, score, cluster.

use crate::Error;
use crate::blocking::{Blocks, Counter};
use crate::choose::choose;
use crate::cluster::{Link, cluster};
use crate::junk;
use crate::model::{Model, Scorer};
use crate::records::Records;
use crate::train::{Training, all_pairs};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Pairs with lower log odds are forgotten at once.
const KEEP_BITS: f32 = -8.0;
/// Blocks that a thread takes at a time.
const BLOCKS_AT_ONCE: usize = 4_096;
/// Up to this many pairs, all are compared.
const ALL_PAIRS_MAX: f64 = 1_000_000.0;
/// Times that the frequencies of values are counted again with the clusters found.
const REWEIGH_ROUNDS: usize = 2;

/// How to link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Log odds that a link needs, in bits: 0 is "more likely than not". Raise it to be surer.
    pub cut_bits: f32,
    /// Threads that score pairs. The result does not depend on it.
    pub threads: usize,
}

/// What was found.
#[derive(Debug)]
pub struct Linkage {
    /// The weights and blocking keys learned.
    pub model: Model,
    /// The records, in the order of their keys.
    pub records: Records,
    /// Scored pairs worth keeping, by position in `records`, also those below the cut.
    pub links: Vec<Link>,
    /// For each record the position of the first record of its cluster.
    pub cluster_of: Vec<u32>,
    /// How many pairs were compared.
    pub compared: u64,
    /// Keys of records that were compared with nobody, see [`junk`]; not among `records`.
    pub aside: Vec<u128>,
}

impl Linkage {
    /// (record key, cluster key) of every record: a cluster is called after its smallest record key.
    pub fn clusters(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        let keys = &self.records.keys;
        let compared = keys.iter().zip(&self.cluster_of).map(|(key, first)| (*key, keys[*first as usize]));
        compared.chain(self.aside.iter().map(|key| (*key, *key)))
    }

    /// How many clusters there are.
    pub fn cluster_count(&self) -> usize {
        let first = self.cluster_of.iter().zip(0u32..).filter(|(first, record)| **first == *record);
        first.count() + self.aside.len()
    }
}

/// Learns from `records` and links them. Neither labels nor settings: only the types of the columns are known.
pub fn link(mut records: Records, options: Options) -> Result<Linkage, Error> {
    if !options.cut_bits.is_finite() || options.threads == 0 {
        return Err(Error::Options);
    }
    records.sort();
    junk::forget_values(&mut records);
    let aside = junk::set_aside(&mut records);
    let counter = Counter::new(&records);
    let mut training = Training::collect(&records, &counter);
    let learned = training.fit(&records);
    let keys = choose(&records, &counter, &training, &learned);
    drop((training, counter));
    let mut model = Model::new(&records, learned, keys);
    let (mut links, compared) = if all_pairs(records.len()) <= ALL_PAIRS_MAX {
        score_all(&records, &model)
    } else {
        Blocked::new(&records, &model).score(&records, &model, options.threads)
    };
    let mut cluster_of = cluster(&mut Scorer::new(&records, &model), records.len(), &links, options.cut_bits);
    for _ in 0..REWEIGH_ROUNDS {
        model.reweigh(&records, &cluster_of);
        let mut scorer = Scorer::new(&records, &model);
        for link in &mut links {
            link.bits = scorer.score(link.left, link.right, f32::MIN);
        }
        cluster_of = cluster(&mut scorer, records.len(), &links, options.cut_bits);
    }
    Ok(Linkage { model, records, links, cluster_of, compared, aside })
}

/// Few records need no blocks.
fn score_all(records: &Records, model: &Model) -> (Vec<Link>, u64) {
    let mut scorer = Scorer::new(records, model);
    let mut links = Vec::new();
    let len = records.len() as u32;
    for left in 0..len {
        for right in left + 1..len {
            let bits = scorer.score(left, right, KEEP_BITS);
            if bits >= KEEP_BITS {
                links.push(Link { left, right, bits });
            }
        }
    }
    (links, all_pairs(records.len()).max(0.0) as u64)
}

/// All blocks of all keys, ready to be walked.
struct Blocked {
    /// Records of each key's blocks, one block after the other, and where each block ends.
    keys: Vec<(Vec<u32>, Vec<u32>)>,
    /// `[record][key]`: the record's block, 0 for none. Tells whether an earlier key made the same pair.
    blocks: Vec<u32>,
    width: usize,
}

impl Blocked {
    fn new(records: &Records, model: &Model) -> Self {
        let width = model.keys.len();
        let mut blocks = vec![0u32; records.len() * width];
        let mut keys = Vec::with_capacity(width);
        for (index, chosen) in model.keys.iter().enumerate() {
            let all = Blocks::sample(records, &chosen.key, 1.0);
            let (mut members, mut ends) = (Vec::new(), Vec::new());
            for block in all.each() {
                let name = ((block[0].0 >> 32) as u32).max(1);
                for (_, record) in block {
                    blocks[*record as usize * width + index] = name;
                    members.push(*record);
                }
                ends.push(members.len() as u32);
            }
            keys.push((members, ends));
        }
        Self { keys, blocks, width }
    }

    /// Compares every pair once, and keeps those that may be one person.
    fn score(&self, records: &Records, model: &Model, threads: usize) -> (Vec<Link>, u64) {
        let chunks = |(key, (_, ends)): (usize, &(Vec<u32>, Vec<u32>))| {
            let starts = (0..ends.len()).step_by(BLOCKS_AT_ONCE);
            starts.map(move |start| (key, start)).collect::<Vec<_>>()
        };
        let tasks: Vec<(usize, usize)> = self.keys.iter().enumerate().flat_map(chunks).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut scorer = Scorer::new(records, model);
            let (mut links, mut compared) = (Vec::new(), 0u64);
            while let Some((key, start)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                compared += self.score_chunk(*key, *start, &mut scorer, &mut links);
            }
            (links, compared)
        };
        let parts: Vec<(Vec<Link>, u64)> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let own = work();
            let joined = others.into_iter().filter_map(|thread| thread.join().ok());
            std::iter::once(own).chain(joined).collect()
        });
        let compared = parts.iter().map(|(_, compared)| compared).sum();
        let mut links: Vec<Link> = parts.into_iter().flat_map(|(links, _)| links).collect();
        links.sort_unstable_by_key(|link| (link.left, link.right));
        (links, compared)
    }

    fn score_chunk(&self, key: usize, start: usize, scorer: &mut Scorer, links: &mut Vec<Link>) -> u64 {
        let (members, ends) = &self.keys[key];
        let mut compared = 0;
        let mut from = if start == 0 { 0 } else { ends[start - 1] as usize };
        for end in &ends[start..ends.len().min(start + BLOCKS_AT_ONCE)] {
            let block = &members[from..*end as usize];
            from = *end as usize;
            for (index, left) in block.iter().enumerate() {
                for right in &block[index + 1..] {
                    if self.made_before(key, *left, *right) {
                        continue;
                    }
                    compared += 1;
                    let bits = scorer.score(*left, *right, KEEP_BITS);
                    if bits >= KEEP_BITS {
                        links.push(Link { left: *left, right: *right, bits });
                    }
                }
            }
        }
        compared
    }

    /// Whether both records share a block of an earlier key.
    fn made_before(&self, key: usize, left: u32, right: u32) -> bool {
        let of = |record: u32| &self.blocks[record as usize * self.width..record as usize * self.width + key];
        of(left).iter().zip(of(right)).any(|(a, b)| a == b && *a != 0)
    }
}

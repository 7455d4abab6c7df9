//! Clusters that one false link cannot chain.
//!
//! Links with even odds or better join records into components. Within a component records are merged bottom up:
//! the two clusters with the strongest evidence first, where the evidence between two clusters is the prior plus, for
//! each field, the *mean* weight over all pairs of records across them that both have a value. A record that looks like
//! two different people joins one of them; it cannot bring the two together, for their own records disagree. This is
//! average linkage on log odds, hence a greedy solution of correlation clustering (Bansal, Blum & Chawla 2004).

use crate::model::Scorer;

/// Records of a component that are clustered together; a larger one is first cut at its weakest links.
const COMPONENT_MAX: usize = 400;
/// By how many bits the cut is raised each time.
const CUT_STEP_BITS: f32 = 2.0;

/// A scored pair of records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Position of one record.
    pub left: u32,
    /// Position of the other.
    pub right: u32,
    /// Log odds that both are one person.
    pub bits: f32,
}

/// Disjoint sets with path halving.
pub(crate) struct Sets(Vec<u32>);

impl Sets {
    pub fn new(len: usize) -> Self {
        Self((0..len as u32).collect())
    }

    pub fn find(&mut self, mut node: u32) -> u32 {
        while self.0[node as usize] != node {
            self.0[node as usize] = self.0[self.0[node as usize] as usize];
            node = self.0[node as usize];
        }
        node
    }

    /// The smaller root stays.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

/// For each record the smallest record of its cluster.
pub(crate) fn cluster(scorer: &mut Scorer, records: usize, links: &[Link], cut_bits: f32) -> Vec<u32> {
    let mut sets = Sets::new(records);
    for link in links.iter().filter(|link| link.bits > cut_bits) {
        sets.join(link.left, link.right);
    }
    let mut members: Vec<(u32, u32)> = (0..records as u32).map(|record| (sets.find(record), record)).collect();
    members.sort_unstable();
    let mut cluster_of: Vec<u32> = (0..records as u32).collect();
    let mut links_of = None;
    for component in members.chunk_by(|a, b| a.0 == b.0) {
        let records: Vec<u32> = component.iter().map(|(_, record)| *record).collect();
        match records.len() {
            1 => {}
            2 => cluster_of[records[1] as usize] = records[0],
            3..=COMPONENT_MAX => agglomerate(scorer, &records, cut_bits, &mut cluster_of),
            _ => {
                let grouped = links_of.get_or_insert_with(|| Grouped::new(&mut sets, links, cut_bits));
                let own = grouped.of(component[0].0);
                split(scorer, &records, own, cut_bits, &mut cluster_of);
            }
        }
    }
    cluster_of
}

/// Links sorted by component, made only when a component is too large.
struct Grouped(Vec<(u32, Link)>);

impl Grouped {
    fn new(sets: &mut Sets, links: &[Link], cut_bits: f32) -> Self {
        let strong = links.iter().filter(|link| link.bits > cut_bits);
        let mut grouped: Vec<_> = strong.map(|link| (sets.find(link.left), *link)).collect();
        grouped.sort_by_key(|(component, _)| *component);
        Self(grouped)
    }

    fn of(&self, component: u32) -> Vec<Link> {
        let start = self.0.partition_point(|(other, _)| *other < component);
        self.0[start..].iter().take_while(|(other, _)| *other == component).map(|(_, link)| *link).collect()
    }
}

/// Raises the cut until the parts are small enough, then clusters each.
fn split(scorer: &mut Scorer, records: &[u32], links: Vec<Link>, cut_bits: f32, cluster_of: &mut [u32]) {
    let mut work = vec![(records.to_vec(), links, cut_bits)];
    while let Some((records, links, cut)) = work.pop() {
        if records.len() <= COMPONENT_MAX {
            agglomerate(scorer, &records, cut_bits, cluster_of);
            continue;
        }
        let cut = cut + CUT_STEP_BITS;
        let place = |record: u32| records.binary_search(&record).unwrap_or_default() as u32;
        let mut sets = Sets::new(records.len());
        let strong: Vec<Link> = links.into_iter().filter(|link| link.bits > cut).collect();
        for link in &strong {
            sets.join(place(link.left), place(link.right));
        }
        let mut parts: Vec<(u32, u32)> =
            (0..records.len() as u32).map(|at| (sets.find(at), records[at as usize])).collect();
        parts.sort_unstable();
        for part in parts.chunk_by(|a, b| a.0 == b.0) {
            let own = strong.iter().filter(|link| sets.find(place(link.left)) == part[0].0).copied().collect();
            work.push((part.iter().map(|(_, record)| *record).collect(), own, cut));
        }
    }
}

/// Log odds that two clusters are one person.
pub(crate) fn between(scorer: &mut Scorer, left: &[u32], right: &[u32]) -> f32 {
    let width = scorer.records.width();
    let (mut sums, mut counts, mut bits) = (vec![0.0; width], vec![0.0; width], vec![0.0; width]);
    for (left, right) in left.iter().flat_map(|left| right.iter().map(move |right| (*left, *right))) {
        scorer.fields(left, right, &mut bits);
        for (field, bits) in bits.iter().enumerate().filter(|(_, bits)| !bits.is_nan()) {
            sums[field] += bits;
            counts[field] += 1.0;
        }
    }
    let mean = |(sum, count): (&f32, &f32)| if *count > 0.0 { sum / count } else { 0.0 };
    scorer.model.prior_bits + sums.iter().zip(&counts).map(mean).sum::<f32>()
}

/// Sums of bits and counts of pairs by field, between two clusters.
struct Evidence {
    width: usize,
    size: usize,
    /// `[pair of clusters][field]`, both halves of the square are kept.
    sums: Vec<f32>,
    counts: Vec<f32>,
}

impl Evidence {
    fn collect(scorer: &mut Scorer, records: &[u32]) -> Self {
        let (size, width) = (records.len(), scorer.records.width());
        let mut sums = vec![0.0; size * size * width];
        let mut counts = vec![0.0; size * size * width];
        let mut bits = vec![0.0; width];
        for (i, left) in records.iter().enumerate() {
            for (j, right) in records.iter().enumerate().skip(i + 1) {
                scorer.fields(*left, *right, &mut bits);
                for (x, y) in [(i, j), (j, i)] {
                    let at = (x * size + y) * width;
                    for (field, bits) in bits.iter().enumerate().filter(|(_, bits)| !bits.is_nan()) {
                        sums[at + field] = *bits;
                        counts[at + field] = 1.0;
                    }
                }
            }
        }
        Self { width, size, sums, counts }
    }

    fn between(&self, a: usize, b: usize) -> f32 {
        let at = (a * self.size + b) * self.width;
        let fields = at..at + self.width;
        fields.map(|at| if self.counts[at] > 0.0 { self.sums[at] / self.counts[at] } else { 0.0 }).sum()
    }

    /// Cluster `b` becomes part of `a`.
    fn merge(&mut self, a: usize, b: usize) {
        for other in 0..self.size {
            for (to, from) in [((a, other), (b, other)), ((other, a), (other, b))] {
                let to = (to.0 * self.size + to.1) * self.width;
                let from = (from.0 * self.size + from.1) * self.width;
                for field in 0..self.width {
                    self.sums[to + field] += self.sums[from + field];
                    self.counts[to + field] += self.counts[from + field];
                }
            }
        }
    }
}

fn agglomerate(scorer: &mut Scorer, records: &[u32], cut_bits: f32, cluster_of: &mut [u32]) {
    let size = records.len();
    let need = cut_bits - scorer.model.prior_bits;
    let mut evidence = Evidence::collect(scorer, records);
    let mut alive: Vec<usize> = (0..size).collect();
    let mut member_of: Vec<usize> = (0..size).collect();
    let mut best: Vec<(f32, usize)> = alive.iter().map(|a| nearest(&evidence, &alive, *a)).collect();
    while alive.len() > 1 {
        let Some(&a) = alive.iter().max_by(|x, y| best[**x].0.total_cmp(&best[**y].0).then(y.cmp(x))) else { break };
        let (bits, b) = best[a];
        if bits <= need {
            break;
        }
        let (a, b) = (a.min(b), a.max(b));
        evidence.merge(a, b);
        alive.retain(|cluster| *cluster != b);
        member_of.iter_mut().filter(|cluster| **cluster == b).for_each(|cluster| *cluster = a);
        for cluster in alive.iter().copied() {
            if cluster == a || best[cluster].1 == a || best[cluster].1 == b {
                best[cluster] = nearest(&evidence, &alive, cluster);
            } else {
                let bits = evidence.between(cluster, a);
                if bits > best[cluster].0 || (bits == best[cluster].0 && a < best[cluster].1) {
                    best[cluster] = (bits, a);
                }
            }
        }
    }
    for (index, record) in records.iter().enumerate() {
        cluster_of[*record as usize] = records[member_of[index]];
    }
}

/// The cluster with the most evidence for being the same person as `a`.
fn nearest(evidence: &Evidence, alive: &[usize], a: usize) -> (f32, usize) {
    let others = alive.iter().filter(|other| **other != a);
    let scored = others.map(|other| (evidence.between(a, *other), *other));
    scored.max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1))).unwrap_or((f32::MIN, a))
}

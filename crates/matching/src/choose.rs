//! Choosing blocking keys: the most matches for the fewest comparisons.
//!
//! Matches that no key reaches cannot be observed, but they can be expected: fields err independently of each other,
//! so a match is simulated by drawing, for each field, which atoms agree from a likely match that was found without
//! that field. A key covers the simulated matches that agree on all its atoms. Keys are then taken greedily by
//! newly covered matches per comparison, until a further match would cost more than [`COST_MAX`] comparisons or the
//! budget is spent (a weighted set cover, as in Bilenko, Kamath & Mooney 2006, but unsupervised). Real records err
//! in several fields at once more often than simulated ones, so covering a match again is worth something too.

use crate::blocking::{ATOMS_MAX, Atom, BlockKey, Counter, atom_names};
use crate::records::{NO_VALUE, Records};
use crate::train::{Learned, Training, all_pairs};

/// Simulated matches.
const SIMULATED: usize = 16_384;
const WORDS: usize = SIMULATED / 64;
/// A training pair at least this likely is drawn from.
const LIKELY: f32 = 0.9;
/// Comparisons that one more match may cost.
const COST_MAX: f64 = 2_000.0;
/// What it is worth to cover a match for the first, second ... time.
const WORTH: [f64; 5] = [1.0, 0.1, 0.03, 0.01, 0.003];
/// Comparisons per record, and the number that is always allowed.
const PAIRS_PER_RECORD: f64 = 40.0;
const PAIRS_FREE: f64 = 3_000_000.0;
/// Each key also costs a pass over all records: as much as this many comparisons per record, and in all.
const PASS_COST: f64 = 0.25;
const PASS_COST_MIN: f64 = 100_000.0;
/// Keys in all.
const KEYS_MAX: usize = 20;

/// A key with its price and what it is worth.
#[derive(Debug, Clone)]
pub struct ChosenKey {
    /// The key.
    pub key: BlockKey,
    /// Pairs it makes, before those that an earlier key made are left out.
    pub pairs: f64,
    /// Share of the expected matches that this and the earlier keys cover.
    pub coverage: f64,
}

type Bits = Box<[u64; WORDS]>;

struct Candidate {
    key: BlockKey,
    bits: Bits,
    pairs: f64,
    counted: bool,
}

/// The keys to block with, best first.
pub(crate) fn choose(records: &Records, counter: &Counter, training: &Training, learned: &Learned) -> Vec<ChosenKey> {
    let agreement = simulate(records, training);
    let mut candidates = candidates(records, counter, &agreement);
    let mut covered = Covered::default();
    let mut chosen: Vec<ChosenKey> = Vec::new();
    let mut budget = PAIRS_PER_RECORD * records.len() as f64 + PAIRS_FREE;
    let per_match = learned.matches.max(1.0) / SIMULATED as f64;
    let pass = PASS_COST * records.len() as f64 + PASS_COST_MIN;
    while chosen.len() < KEYS_MAX {
        let Some((best, gain)) = best(counter, &mut candidates, &covered, budget, pass) else { break };
        let candidate = candidates.swap_remove(best);
        if candidate.pairs > COST_MAX * gain * per_match {
            break;
        }
        budget -= candidate.pairs;
        covered.add(&candidate.bits);
        chosen.push(ChosenKey { key: candidate.key, pairs: candidate.pairs, coverage: covered.share() });
    }
    chosen
}

/// Which simulated matches are covered once, twice and so on.
struct Covered([Bits; WORTH.len()]);

impl Default for Covered {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Box::new([0; WORDS])))
    }
}

impl Covered {
    /// What covering these as well is worth, in matches.
    fn gain(&self, bits: &Bits) -> f64 {
        let mut fresh = [0u32; WORTH.len()];
        for (word, bits) in bits.iter().enumerate() {
            let mut rest = *bits;
            for (times, covered) in self.0.iter().enumerate() {
                fresh[times] += (rest & !covered[word]).count_ones();
                rest &= covered[word];
            }
        }
        fresh.iter().zip(WORTH).map(|(fresh, worth)| f64::from(*fresh) * worth).sum()
    }

    fn add(&mut self, bits: &Bits) {
        for (word, bits) in bits.iter().enumerate() {
            let mut rest = *bits;
            for covered in &mut self.0 {
                let again = rest & covered[word];
                covered[word] |= rest;
                rest = again;
            }
        }
    }

    fn share(&self) -> f64 {
        f64::from(self.0[0].iter().map(|word| word.count_ones()).sum::<u32>()) / SIMULATED as f64
    }
}

/// The best candidate for its price, and its gain. Prices are guesses until a candidate leads; then it is counted,
/// and may lose the lead.
fn best(
    counter: &Counter,
    candidates: &mut [Candidate],
    covered: &Covered,
    budget: f64,
    pass: f64,
) -> Option<(usize, f64)> {
    let gains: Vec<f64> = candidates.iter().map(|candidate| covered.gain(&candidate.bits)).collect();
    loop {
        let worth = |index: &usize| gains[*index] / (candidates[*index].pairs + pass);
        let affordable =
            (0..candidates.len()).filter(|index| gains[*index] > 0.0 && candidates[*index].pairs <= budget);
        let leader = affordable.max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)))?;
        if candidates[leader].counted {
            return Some((leader, gains[leader]));
        }
        candidates[leader].pairs = counter.pairs(&candidates[leader].key);
        candidates[leader].counted = true;
    }
}

/// For each field and atom, in which simulated matches it agrees.
fn simulate(records: &Records, training: &Training) -> Vec<Vec<Bits>> {
    let mut state = 0x5EED_u64;
    let mut agreement = Vec::with_capacity(records.width());
    for (field, column) in records.fields.iter().enumerate() {
        let mut pool = Vec::new();
        for set in training.sets.iter().filter(|set| set.fields & 1 << field == 0) {
            pool.extend(set.range.clone().filter(|pair| training.posterior[*pair] >= LIKELY));
        }
        let mut atoms: Vec<Bits> = atom_names(column.kind).iter().map(|_| Box::new([0; WORDS])).collect();
        let dictionary = records.dictionary(field);
        for match_index in 0..if pool.is_empty() { 0 } else { SIMULATED } {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (left, right) = training.pairs[pool[(state >> 33) as usize % pool.len()]];
            let (left, right) = (records.row(left)[field], records.row(right)[field]);
            if left == NO_VALUE || right == NO_VALUE {
                continue;
            }
            let (left, right): ([u32; ATOMS_MAX], [u32; ATOMS_MAX]) =
                (dictionary.atoms[left as usize], dictionary.atoms[right as usize]);
            for (part, bits) in atoms.iter_mut().enumerate() {
                if left[part] == right[part] && left[part] != 0 {
                    bits[match_index / 64] |= 1 << (match_index % 64);
                }
            }
        }
        agreement.push(atoms);
    }
    agreement
}

/// All conjunctions of one, two or three atoms of different fields, with a guess of their pairs.
fn candidates(records: &Records, counter: &Counter, agreement: &[Vec<Bits>]) -> Vec<Candidate> {
    let all = all_pairs(records.len());
    let mut atoms = Vec::new();
    for (field, column) in records.fields.iter().enumerate() {
        for part in 0..atom_names(column.kind).len() {
            let atom = Atom { field, part };
            atoms.push((atom, counter.chance(atom)));
        }
    }
    let limit = PAIRS_PER_RECORD * records.len() as f64 + PAIRS_FREE;
    let mut found = Vec::new();
    let mut add = |parts: &[(Atom, f64)]| {
        let pairs = parts.iter().map(|(_, chance)| chance).product::<f64>() * all;
        // A conjunction that is independent by guess may still be correlated: the guess only orders, counting decides.
        if pairs > limit * 4.0 {
            return false;
        }
        let mut bits: Bits = Box::new([u64::MAX; WORDS]);
        for (atom, _) in parts {
            bits.iter_mut().zip(agreement[atom.field][atom.part].iter()).for_each(|(all, one)| *all &= one);
        }
        let key = BlockKey::new(parts.iter().map(|(atom, _)| *atom).collect());
        found.push(Candidate { key, bits, pairs, counted: false });
        // Narrower keys cover less: not needed once a key is this cheap.
        pairs < records.len() as f64 * 0.25
    };
    for (i, a) in atoms.iter().enumerate() {
        if add(&[*a]) {
            continue;
        }
        for (j, b) in atoms.iter().enumerate().skip(i + 1).filter(|(_, b)| b.0.field != a.0.field) {
            if add(&[*a, *b]) {
                continue;
            }
            for c in atoms.iter().skip(j + 1).filter(|c| c.0.field != b.0.field) {
                add(&[*a, *b, *c]);
            }
        }
    }
    found
}

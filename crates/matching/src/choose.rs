//! Choosing blocking keys: the most matches for the fewest comparisons.
//!
//! Matches that no key reaches cannot be observed, but they can be expected: fields err independently of each other,
//! so a match is simulated by drawing, for each field, which atoms agree from a likely match that was found without
//! that field. A key covers the simulated matches that agree on all its atoms. Keys are then taken greedily by
//! newly covered matches per comparison, until a further match would cost more than [`COST_MAX`] comparisons or the
//! budget is spent (a weighted set cover, as in Bilenko, Kamath & Mooney 2006, but unsupervised).

use crate::blocking::{ATOMS_MAX, Atom, BlockKey, Counter, atom_names};
use crate::records::{NO_VALUE, Records};
use crate::train::{Learned, Training, all_pairs};

/// Simulated matches.
const SIMULATED: usize = 16_384;
const WORDS: usize = SIMULATED / 64;
/// A training pair at least this likely is drawn from.
const LIKELY: f32 = 0.9;
/// Comparisons that one more match may cost.
const COST_MAX: f64 = 4_000.0;
/// Comparisons per record, and the number that is always allowed.
const PAIRS_PER_RECORD: f64 = 40.0;
const PAIRS_FREE: f64 = 3_000_000.0;
/// Each key also costs a pass over all records, as much as this many comparisons per record.
const PASS_COST: f64 = 0.25;
/// Keys in all, and atoms in a key.
const KEYS_MAX: usize = 14;

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
    let mut covered: Bits = Box::new([0; WORDS]);
    let mut chosen: Vec<ChosenKey> = Vec::new();
    let mut budget = PAIRS_PER_RECORD * records.len() as f64 + PAIRS_FREE;
    let per_match = learned.matches.max(1.0) / SIMULATED as f64;
    while chosen.len() < KEYS_MAX {
        let Some(best) = best(records, counter, &mut candidates, &covered, budget) else { break };
        let candidate = candidates.swap_remove(best);
        let gain = fresh(&candidate.bits, &covered) as f64 * per_match;
        if candidate.pairs > COST_MAX * gain {
            break;
        }
        budget -= candidate.pairs;
        covered.iter_mut().zip(candidate.bits.iter()).for_each(|(all, new)| *all |= new);
        let coverage = covered.iter().map(|word| word.count_ones()).sum::<u32>() as f64 / SIMULATED as f64;
        chosen.push(ChosenKey { key: candidate.key, pairs: candidate.pairs, coverage });
        candidates.retain(|candidate| fresh(&candidate.bits, &covered) > 0);
    }
    chosen
}

fn fresh(bits: &Bits, covered: &Bits) -> u32 {
    bits.iter().zip(covered.iter()).map(|(new, old)| (new & !old).count_ones()).sum()
}

/// The best candidate for its price. Prices are guesses until a candidate leads; then it is counted, and may lose the lead.
fn best(
    records: &Records,
    counter: &Counter,
    candidates: &mut [Candidate],
    covered: &Bits,
    budget: f64,
) -> Option<usize> {
    let gains: Vec<f64> = candidates.iter().map(|candidate| f64::from(fresh(&candidate.bits, covered))).collect();
    let pass = PASS_COST * records.len() as f64;
    loop {
        let worth = |index: &usize| gains[*index] / (candidates[*index].pairs + pass);
        let affordable =
            (0..candidates.len()).filter(|index| gains[*index] > 0.0 && candidates[*index].pairs <= budget);
        let leader = affordable.max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)))?;
        if candidates[leader].counted {
            return Some(leader);
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

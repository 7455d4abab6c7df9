//! Learning m and u without labels, by expectation maximisation (Dempster, Laird & Rubin 1977; Winkler 1988).
//!
//! `m` of a level is its share among pairs of one person, `u` its share among pairs of two. Random pairs give u:
//! nearly all of them are two persons. Pairs of one person are too rare among random pairs to learn m, so m comes
//! from *training keys*: small blocks of records that agree on one or two values. A field that a key uses is not
//! judged by the pairs of that key, and each key has its own share of matches. All keys are fitted in one EM with
//! common m and u, so that a field is judged by every key that does not use it.
//!
//! EM finds the class of pairs that agree most, and that may be households. Three things keep it to persons: training
//! keys use a field that belongs to one person, u of what a household shares is learned from pairs that share a place
//! (`dependence`), and one person's given name or date of birth is seldom believed to differ.

use crate::blocking::{Atom, BlockKey, Blocks, Counter};
use crate::compare::Levels;
use crate::dependence::{CONTEXTS, Dependence, Parent};
use crate::field::{EXACT, FieldKind, LEVELS_MAX, MISSING};
use crate::records::Records;

/// Random pairs compared for u; with fewer records, all pairs.
const RANDOM_PAIRS: u64 = 500_000;
/// Pairs compared for each training key.
const KEY_PAIRS: f64 = 20_000.0;
/// Fewer pairs teach nothing.
const KEY_PAIRS_MIN: f64 = 20.0;
/// A training key makes at most this many pairs per record: more, and matches drown.
const KEY_PAIRS_PER_RECORD: f64 = 5.0;
/// Training keys used, and how many of them may use the same field.
const KEYS_MAX: usize = 12;
const KEYS_PER_FIELD: usize = 4;
/// Rounds of EM, and the change of any m or u below which it stops.
const ROUNDS_MAX: usize = 60;
const CHANGE_MIN: f64 = 1e-5;
/// Matched pairs the starting values of m count for, and unmatched pairs that each level of u has beyond those seen.
const M_PRIOR_PAIRS: f64 = 10.0;
const U_PRIOR_PAIRS: f64 = 0.5;
/// Pairs sampled for u of fields whose parents agree, and unmatched pairs that the independent u counts for there.
const CONTEXT_PAIRS: f64 = 10_000.0;
const CONTEXT_PRIOR_PAIRS: f64 = 50.0;
/// Of a block of a context, each record is compared with this many others.
const CONTEXT_NEIGHBOURS: usize = 4;
/// Without any evidence of duplicates, as many pairs of one person are expected.
const MATCHES_MIN: f64 = 1.0;
/// No level is impossible for one person, however few pairs showed it.
const M_MIN: f64 = 0.001;
/// The least share of equal values that is taken to be chance, when all of them seem to be matches.
pub(crate) const CHANCE_MIN: f64 = 0.02;
/// Seed of the random pairs: the same records always give the same model.
const SEED: u64 = 0x5EED_0F1E_1D5A_0001;

/// A group of training pairs.
pub(crate) struct TrainingSet {
    /// Fields its key uses, as bits; none for random pairs.
    key: u32,
    /// Fields that its pairs cannot judge: those, and the rest of the address if the key uses a part of it.
    pub fields: u32,
    /// Pairs of which these are a sample.
    pub pairs_total: f64,
    pub range: std::ops::Range<usize>,
    /// Share of pairs of one person.
    pub share: f64,
    /// Drawn without regard to any field but those of the key: u can be learned from it.
    random: bool,
}

/// Pairs to learn from, with their levels.
pub(crate) struct Training {
    pub sets: Vec<TrainingSet>,
    pub pairs: Vec<(u32, u32)>,
    pub levels: Vec<u8>,
    pub posterior: Vec<f32>,
    dependence: Dependence,
    width: usize,
}

/// What EM found.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub m: Vec<[f64; LEVELS_MAX]>,
    /// By context: how many parents agree.
    pub u: Vec<[[f64; LEVELS_MAX]; CONTEXTS]>,
    /// Share of pairs of one person in which both sides have a value.
    pub present: Vec<f64>,
    /// Estimated pairs of one person among all pairs.
    pub matches: f64,
    /// Share of the equal pairs of a field that are chance.
    pub chance: Vec<f64>,
    /// Rounds until nothing changed any more.
    pub rounds: usize,
}

/// A small seeded generator (splitmix64): sampling is part of the model, so it must not vary.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(z ^ (z >> 31)) * u128::from(limit)) >> 64) as u64
    }
}

impl Training {
    /// Random pairs, the pairs of the training keys and of the contexts, compared.
    pub fn collect(records: &Records, counter: &Counter) -> Self {
        let dependence = Dependence::of(&records.fields);
        let mut pairs = random_pairs(records.len() as u64);
        let range = 0..pairs.len();
        let mut sets = vec![TrainingSet {
            key: 0,
            fields: 0,
            pairs_total: all_pairs(records.len()),
            range,
            share: 0.0,
            random: true,
        }];
        for (key, total) in training_keys(records, counter) {
            let blocks = Blocks::sample(records, &key, (KEY_PAIRS / total).min(1.0));
            let start = pairs.len();
            for block in blocks.each() {
                for (index, left) in block.iter().enumerate() {
                    pairs.extend(block[index + 1..].iter().map(|right| (left.1, right.1)));
                }
            }
            let (fields, range) = (unjudged(records, &key), start..pairs.len());
            sets.push(TrainingSet { key: key.fields(), fields, pairs_total: total, range, share: 0.2, random: false });
        }
        for key in context_keys(&dependence) {
            let share = CONTEXT_PAIRS / (records.len() * CONTEXT_NEIGHBOURS) as f64;
            let blocks = Blocks::sample(records, &key, share.min(1.0));
            let start = pairs.len();
            for block in blocks.entries.chunk_by(|a, b| a.0 == b.0) {
                for (index, left) in block.iter().enumerate() {
                    let others = block[index + 1..].iter().take(CONTEXT_NEIGHBOURS);
                    pairs.extend(others.map(|right| (left.1, right.1)));
                }
                if (pairs.len() - start) as f64 > 2.0 * CONTEXT_PAIRS {
                    break;
                }
            }
            let (fields, range) = (unjudged(records, &key), start..pairs.len());
            sets.push(TrainingSet { key: key.fields(), fields, pairs_total: 0.0, range, share: 0.05, random: true });
        }
        let mut levels = Vec::with_capacity(pairs.len() * records.width());
        let mut compare = Levels::new(records);
        for (left, right) in &pairs {
            let (left, right) = (records.row(*left), records.row(*right));
            levels.extend((0..records.width()).map(|field| compare.level(records, field, left, right)));
        }
        let posterior = vec![0.0; pairs.len()];
        Self { sets, pairs, levels, posterior, dependence, width: records.width() }
    }

    /// Expectation maximisation over all sets at once.
    pub fn fit(&mut self, records: &Records) -> Learned {
        let mut learned = Learned::start(records);
        let equal: Vec<_> = (0..records.width()).map(|field| equal_pairs(records, field)).collect();
        for round in 1..=ROUNDS_MAX {
            self.expect(&learned);
            let next = self.maximise(records, &learned, &equal);
            let change = learned.distance(&next);
            learned = Learned { rounds: round, ..next };
            if change < CHANGE_MIN {
                break;
            }
        }
        learned
    }

    /// The probability of each pair to be one person, given m, u and the share of its set.
    fn expect(&mut self, learned: &Learned) {
        let ratio = |field: usize, context: usize| -> [f32; LEVELS_MAX] {
            let (m, u) = (&learned.m[field], &learned.u[field][context]);
            std::array::from_fn(|level| (m[level] / u[level]).ln() as f32)
        };
        let ratios: Vec<[[f32; LEVELS_MAX]; CONTEXTS]> =
            (0..self.width).map(|field| std::array::from_fn(|context| ratio(field, context))).collect();
        for set in &self.sets {
            let share = set.share.clamp(1e-12, 1.0 - 1e-6);
            let prior = (share / (1.0 - share)).ln() as f32;
            for pair in set.range.clone() {
                let levels = &self.levels[pair * self.width..(pair + 1) * self.width];
                let mut odds = prior;
                for (field, level) in levels.iter().enumerate() {
                    if *level != MISSING && set.fields & 1 << field == 0 {
                        odds += ratios[field][self.dependence.context(field, levels)][usize::from(*level)];
                    }
                }
                self.posterior[pair] = 1.0 / (1.0 + (-odds).exp());
            }
        }
    }

    /// New m, u and shares from the probabilities.
    fn maximise(&mut self, records: &Records, old: &Learned, equal: &[(f64, f64)]) -> Learned {
        let width = self.width;
        let mut matched = vec![[0.0f64; LEVELS_MAX]; width];
        let mut unmatched = vec![[[0.0f64; LEVELS_MAX]; CONTEXTS]; width];
        let mut seen = vec![(0.0f64, 0.0f64); width];
        for set in &mut self.sets {
            let mut sum = 0.0f64;
            for pair in set.range.clone() {
                let p = f64::from(self.posterior[pair]);
                sum += p;
                let levels = &self.levels[pair * width..(pair + 1) * width];
                for (field, level) in levels.iter().enumerate() {
                    if set.random {
                        if *level != MISSING && set.key & 1 << field == 0 {
                            let context = self.dependence.context(field, levels);
                            unmatched[field][context][usize::from(*level)] += 1.0 - p;
                        }
                    } else if set.fields & 1 << field == 0 {
                        seen[field].1 += p;
                        if *level != MISSING {
                            seen[field].0 += p;
                            matched[field][usize::from(*level)] += p;
                        }
                    }
                }
            }
            if set.key != 0 {
                set.share = sum / set.range.len().max(1) as f64;
            }
        }
        let mut next = Learned { rounds: 0, ..old.clone() };
        for (field, column) in records.fields.iter().enumerate() {
            next.present[field] = (seen[field].0 + 1.0) / (seen[field].1 + 1.5);
            let kind = column.kind;
            smooth(&mut next.m[field], &matched[field], kind.m_start(), M_PRIOR_PAIRS);
            believable(&mut next.m[field][..kind.levels().len()], kind.m_different_max());
            let (all, equal) = equal[field];
            let one_person = old.matches * next.present[field] * next.m[field][usize::from(EXACT)];
            next.chance[field] = ((equal - one_person) / equal.max(1.0)).clamp(CHANCE_MIN, 1.0);
            let exact = (equal * next.chance[field]).max(U_PRIOR_PAIRS) / all.max(1.0);
            next.u[field] = by_context(&unmatched[field], kind, exact);
        }
        next.matches = self.matches(&next).unwrap_or(old.matches);
        self.sets[0].share = next.matches / self.sets[0].pairs_total.max(1.0);
        next
    }

    /// How many pairs of one person there are: each key saw some, and m tells which part of all it could see.
    fn matches(&self, learned: &Learned) -> Option<f64> {
        let estimate = |set: &TrainingSet| {
            let fields = (0..self.width).filter(|field| set.key & 1 << field != 0);
            let visible: f64 =
                fields.map(|field| learned.m[field][usize::from(EXACT)] * learned.present[field]).product();
            (set.share * set.pairs_total / visible, set.share * set.range.len() as f64)
        };
        let mut estimates: Vec<_> =
            self.sets.iter().filter(|set| !set.random).map(estimate).filter(|(_, weight)| *weight > 1.0).collect();
        estimates.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let half = estimates.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
        let mut sum = 0.0;
        estimates
            .iter()
            .find(|(_, weight)| {
                sum += weight;
                sum >= half
            })
            .map(|(estimate, _)| estimate.clamp(MATCHES_MIN, MATCHES_MIN.max(self.sets[0].pairs_total / 2.0)))
    }
}

impl Learned {
    fn start(records: &Records) -> Self {
        let width = records.width();
        let mut m = vec![[0.0; LEVELS_MAX]; width];
        let mut u = vec![[[0.0; LEVELS_MAX]; CONTEXTS]; width];
        for (field, column) in records.fields.iter().enumerate() {
            let start = column.kind.m_start();
            let last = start.len() - 1;
            m[field][..start.len()].copy_from_slice(start);
            let (all, equal) = equal_pairs(records, field);
            let mut independent = [0.005; LEVELS_MAX];
            independent[0] = (equal.max(U_PRIOR_PAIRS) / all.max(1.0)).min(0.9);
            independent[last] = 1.0 - independent[..last].iter().sum::<f64>().min(0.95);
            // Parents that agree make a field all but meaningless, until the data shows otherwise.
            let mut shared = [0.0; LEVELS_MAX];
            (0..=last).for_each(|level| shared[level] = (independent[level] + start[level]) / 2.0);
            u[field] = [shared; CONTEXTS];
            u[field][0] = independent;
        }
        let matches = records.len() as f64 / 4.0;
        Self { m, u, present: vec![0.8; width], matches, chance: vec![1.0; width], rounds: 0 }
    }

    fn distance(&self, other: &Self) -> f64 {
        let (ours, theirs) = (self.u.iter().flatten(), other.u.iter().flatten());
        let pairs = self.m.iter().zip(&other.m).chain(ours.zip(theirs));
        pairs.flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }
}

/// u of each context. Agreement of parents makes agreement of the child likelier, never rarer.
fn by_context(counts: &[[f64; LEVELS_MAX]; CONTEXTS], kind: FieldKind, exact: f64) -> [[f64; LEVELS_MAX]; CONTEXTS] {
    let levels = kind.levels().len();
    let mut shares = [[0.0; LEVELS_MAX]; CONTEXTS];
    smooth(&mut shares[0], &counts[0], &vec![1.0; levels], U_PRIOR_PAIRS);
    shares[0][usize::from(EXACT)] = exact;
    for context in 1..CONTEXTS {
        let fewer = shares[context - 1];
        smooth(&mut shares[context], &counts[context], &fewer[..levels], CONTEXT_PRIOR_PAIRS);
        for (share, fewer) in shares[context].iter_mut().zip(&fewer[..levels - 1]) {
            *share = share.max(*fewer);
        }
        let exact = &mut shares[context][usize::from(EXACT)];
        *exact = exact.min(kind.u_exact_max());
    }
    shares
}

/// Keeps m within what can be believed of one person.
fn believable(m: &mut [f64], different_max: f64) {
    let (different, rest) = m.split_last_mut().expect("a kind has levels");
    if *different > different_max {
        let scale = (1.0 - different_max) / (1.0 - *different).max(f64::MIN_POSITIVE);
        rest.iter_mut().for_each(|m| *m *= scale);
        *different = different_max;
    }
    m.iter_mut().for_each(|m| *m = m.max(M_MIN));
}

/// The fields of a key; of an address, all parts: whoever shares a street shares the city.
fn unjudged(records: &Records, key: &BlockKey) -> u32 {
    let place = |field: &usize| records.fields[*field].kind.is_place();
    let places = (0..records.width()).filter(place).fold(0, |bits, field| bits | 1 << field);
    let own = key.fields();
    if own & places != 0 { own | places } else { own }
}

/// Shares from counts, pulled towards `prior` with the weight of `pairs` pairs.
fn smooth(shares: &mut [f64; LEVELS_MAX], counts: &[f64; LEVELS_MAX], prior: &[f64], pairs: f64) {
    let levels = prior.len();
    let prior_pairs: f64 = prior.iter().sum::<f64>() * pairs;
    let sum: f64 = counts[..levels].iter().sum::<f64>() + prior_pairs;
    for ((share, count), prior) in shares.iter_mut().zip(&counts[..levels]).zip(prior) {
        *share = (count + prior * pairs) / sum;
    }
}

pub(crate) fn all_pairs(records: usize) -> f64 {
    let records = records as f64;
    records * (records - 1.0) / 2.0
}

/// (pairs with both values, pairs with equal values) of a field.
pub(crate) fn equal_pairs(records: &Records, field: usize) -> (f64, f64) {
    let counts = records.counts(field);
    let present: u32 = counts[1..].iter().sum();
    (all_pairs(present as usize), counts[1..].iter().map(|count| all_pairs(*count as usize).max(0.0)).sum())
}

fn random_pairs(records: u64) -> Vec<(u32, u32)> {
    if records * records.saturating_sub(1) / 2 <= RANDOM_PAIRS {
        return (0..records as u32)
            .flat_map(|left| (left + 1..records as u32).map(move |right| (left, right)))
            .collect();
    }
    let mut random = Random(SEED);
    let mut pairs = Vec::with_capacity(RANDOM_PAIRS as usize);
    while pairs.len() < RANDOM_PAIRS as usize {
        let (left, right) = (random.below(records) as u32, random.below(records) as u32);
        if left != right {
            pairs.push((left, right));
        }
    }
    pairs
}

/// For each field with parents: each parent alone, and each two of them.
fn context_keys(dependence: &Dependence) -> Vec<BlockKey> {
    let mut keys: Vec<BlockKey> = Vec::new();
    for parents in &dependence.parents {
        let atoms = |parent: &Parent| parent.iter().map(|(field, _)| Atom { field: *field, part: 0 }).collect();
        let parents: Vec<Vec<Atom>> = parents.iter().map(atoms).collect();
        let mut choices: Vec<Vec<Atom>> = parents.iter().flatten().map(|atom| vec![*atom]).collect();
        for (index, first) in parents.iter().enumerate() {
            for second in parents[index + 1..].iter().flatten() {
                choices.extend(first.iter().map(|first| vec![*first.min(second), *first.max(second)]));
            }
        }
        for key in choices.into_iter().map(BlockKey::new) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// Keys of one or two whole values, those with the fewest pairs first: there matches are most of what is seen.
fn training_keys(records: &Records, counter: &Counter) -> Vec<(BlockKey, f64)> {
    let width = records.width();
    let whole = |field| Atom { field, part: 0 };
    let single = (0..width).map(|field| BlockKey::new(vec![whole(field)]));
    let double = (0..width).flat_map(|a| (a + 1..width).map(move |b| BlockKey::new(vec![whole(a), whole(b)])));
    let mut keys: Vec<_> = single.chain(double).map(|key| (counter.pairs(&key), key)).collect();
    keys.retain(|(pairs, _)| *pairs >= KEY_PAIRS_MIN && *pairs <= KEY_PAIRS_PER_RECORD * records.len() as f64);
    keys.sort_by(|a, b| a.0.total_cmp(&b.0));
    // A household shares a telephone, never a given name and a date of birth.
    let personal = |key: &BlockKey| key.atoms.iter().any(|atom| records.fields[atom.field].kind.is_personal());
    if records.fields.iter().filter(|field| field.kind.is_personal()).count() > 1 {
        keys.retain(|(_, key)| personal(key));
    }
    let mut used = vec![0; width];
    let mut chosen = Vec::new();
    for (pairs, key) in keys {
        let free = key.atoms.iter().all(|atom| used[atom.field] < KEYS_PER_FIELD);
        if free && chosen.len() < KEYS_MAX {
            key.atoms.iter().for_each(|atom| used[atom.field] += 1);
            chosen.push((key, pairs));
        }
    }
    chosen
}

//! The fitted model: match weights, and what they say about a pair.
//!
//! The weight of a field is `log2(m / u)` of its level in bits; with the prior, `log2` of the odds that two random
//! records are one person, they add up to the log odds of the pair (Fellegi & Sunter 1969). For equal values u is
//! that of the value itself: sharing a rare name says more than sharing a common one (Winkler 1989; "term frequency
//! adjustment" in Splink). Values that only one person seems to have are given half a chance occurrence.

use crate::choose::ChosenKey;
use crate::compare::Levels;
use crate::dependence::{CONTEXTS, Dependence};
use crate::field::{EXACT, Field, LEVELS_MAX, MISSING};
use crate::records::{FIELDS_MAX, NO_VALUE, Records};
use crate::train::{CHANCE_MIN, Learned, all_pairs};

/// Chance occurrences that every value has beyond those counted: nobody has seen all people.
const UNSEEN: f64 = 0.5;

/// Weights learned from one set of records.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) learned: Learned,
    /// Bits of each level of each field, by context; equal values without context take theirs from `exact`.
    pub(crate) bits: Vec<[[f32; LEVELS_MAX]; CONTEXTS]>,
    pub(crate) dependence: Dependence,
    /// Bits of two equal values, by code. A value that came later has the bits of `exact_new`.
    pub(crate) exact: Vec<Vec<f32>>,
    pub(crate) exact_new: Vec<f32>,
    /// The most that unequal values of a field can say.
    pub(crate) unequal_max: Vec<f32>,
    pub(crate) prior_bits: f32,
    /// The blocking keys, best first.
    pub(crate) keys: Vec<ChosenKey>,
}

/// One step of a waterfall: what a field adds to the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The field's name.
    pub field: String,
    /// What the values have in common, in words; `None` when one is missing.
    pub level: Option<&'static str>,
    /// The normalised values.
    pub left: Option<String>,
    /// The other record's value.
    pub right: Option<String>,
    /// Evidence in bits: +1 doubles the odds that both are one person, -1 halves them.
    pub bits: f32,
    /// The part of `bits` that comes from how common the shared value is.
    pub frequency_bits: f32,
}

/// Why a pair has the probability it has. `prior_bits` and the bits of all steps add up to `bits`.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// Log odds of two random records being one person.
    pub prior_bits: f32,
    /// One step for each field.
    pub steps: Vec<Step>,
    /// Log odds of this pair.
    pub bits: f32,
    /// The same as a probability.
    pub probability: f64,
}

/// What a level of a field weighs, for showing the model.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelWeight {
    /// The level in words.
    pub level: &'static str,
    /// Share among pairs of one person.
    pub m: f64,
    /// Share among pairs of two.
    pub u: f64,
}

/// Odds in bits as a probability.
pub fn probability(bits: f32) -> f64 {
    1.0 / (1.0 + (-f64::from(bits)).exp2())
}

impl Model {
    pub(crate) fn new(records: &Records, learned: Learned, keys: Vec<ChosenKey>) -> Self {
        let odds = learned.matches / (all_pairs(records.len()) - learned.matches).max(1.0);
        let prior_bits = odds.max(f64::MIN_POSITIVE).log2() as f32;
        let mut model = Self::without_values(&records.fields, learned, prior_bits, keys);
        for field in 0..records.width() {
            let chance = model.learned.chance[field];
            let counts = records.counts(field);
            let present = present(&counts);
            model.weigh_values(field, &counts, present, |count, _| (f64::from(count) - 1.0).max(0.0) * chance);
        }
        model
    }

    /// All but the bits of equal values.
    pub(crate) fn without_values(fields: &[Field], learned: Learned, prior_bits: f32, keys: Vec<ChosenKey>) -> Self {
        let bits: Vec<[[f32; LEVELS_MAX]; CONTEXTS]> =
            learned.m.iter().zip(&learned.u).map(|(m, u)| u.map(|u| ratios(m, &u))).collect();
        let best =
            |bits: &[[f32; LEVELS_MAX]; CONTEXTS]| bits.iter().flat_map(|bits| &bits[1..]).copied().fold(0.0, f32::max);
        let unequal_max = bits.iter().map(best).collect();
        let (exact, exact_new) = (vec![Vec::new(); fields.len()], vec![0.0; fields.len()]);
        let dependence = Dependence::of(fields);
        Self { learned, bits, dependence, exact, exact_new, unequal_max, prior_bits, keys }
    }

    /// Sets the bits of equal values. `counts`: records by code; `present`: records that have any value; `others` tells
    /// how many records of other people share a value with one record.
    pub(crate) fn weigh_values(
        &mut self,
        field: usize,
        counts: &[u32],
        present: u64,
        others: impl Fn(u32, usize) -> f64,
    ) {
        let present = (present as f64).max(2.0);
        let m = self.learned.m[field][usize::from(EXACT)];
        let bits = |others: f64| (m * present / (others + UNSEEN)).log2() as f32;
        let of_code =
            counts.iter().enumerate().map(|(code, count)| bits(if code == 0 { 0.0 } else { others(*count, code) }));
        self.exact[field] = of_code.collect();
        self.exact_new[field] = bits(0.0);
    }

    /// Counts again how common each value is, now that it is known who is one person: records of one cluster that
    /// share a value do not make it common.
    pub(crate) fn reweigh(&mut self, records: &Records, cluster_of: &[u32]) {
        let mut order: Vec<u32> = (0..records.len() as u32).collect();
        order.sort_unstable_by_key(|record| cluster_of[*record as usize]);
        for field in 0..records.width() {
            let counts = records.counts(field);
            let mut same_person = vec![0u32; counts.len()];
            let mut codes = Vec::new();
            for cluster in order.chunk_by(|a, b| cluster_of[*a as usize] == cluster_of[*b as usize]) {
                codes.clear();
                codes.extend(cluster.iter().map(|record| records.row(*record)[field]));
                codes.sort_unstable();
                for equal in codes.chunk_by(|a, b| a == b) {
                    same_person[equal[0] as usize] += (equal.len() * (equal.len() - 1) / 2) as u32;
                }
            }
            let (mut pairs, mut chance_pairs) = (0.0, 0.0);
            for (count, same) in counts.iter().zip(&same_person).skip(1) {
                pairs += all_pairs(*count as usize).max(0.0);
                chance_pairs += all_pairs(*count as usize).max(0.0) - f64::from(*same);
            }
            self.learned.chance[field] = (chance_pairs / f64::max(pairs, 1.0)).clamp(CHANCE_MIN, 1.0);
            self.weigh_values(field, &counts, present(&counts), |count, code| {
                let count = f64::from(count).max(1.0);
                2.0 * (count * (count - 1.0) / 2.0 - f64::from(same_person[code])) / count
            });
        }
    }

    pub(crate) fn exact_bits(&self, field: usize, code: u32) -> f32 {
        self.exact[field].get(code as usize).copied().unwrap_or(self.exact_new[field])
    }

    /// Bits of a field, given the levels of the pair; nothing for a missing value.
    pub(crate) fn field_bits(&self, field: usize, levels: &[u8], code: u32) -> f32 {
        let level = levels[field];
        if level == MISSING {
            return 0.0;
        }
        let context = self.dependence.context(field, levels);
        let bits = self.bits[field][context][usize::from(level)];
        match (level, context) {
            (EXACT, 0) => self.exact_bits(field, code),
            // The value may be rare, but not rarer than chance given what the parents share.
            (EXACT, _) => bits.min(self.exact_bits(field, code)),
            _ => bits,
        }
    }

    /// m and u of each level of a field.
    pub fn weights(&self, records: &Records, field: usize) -> Vec<LevelWeight> {
        let levels = records.fields[field].kind.levels().iter().enumerate();
        let (m, u) = (&self.learned.m[field], &self.learned.u[field][0]);
        levels.map(|(index, level)| LevelWeight { level, m: m[index], u: u[index] }).collect()
    }

    /// Log odds of two random records being one person.
    pub fn prior_bits(&self) -> f32 {
        self.prior_bits
    }

    /// Rounds of EM until it changed no more.
    pub fn rounds(&self) -> usize {
        self.learned.rounds
    }

    /// The blocking keys with the pairs they make and the share of matches they should reach.
    pub fn keys(&self) -> &[ChosenKey] {
        &self.keys
    }

    /// The evidence for and against two records (by position) being one person, field by field.
    pub fn explain(&self, records: &Records, left: usize, right: usize) -> Waterfall {
        let mut compare = Levels::new(records);
        let (a, b) = (records.row(left as u32), records.row(right as u32));
        let levels: Vec<u8> = (0..records.width()).map(|field| compare.level(records, field, a, b)).collect();
        let mut bits = self.prior_bits;
        let steps = records.fields.iter().enumerate().map(|(field, column)| {
            let step_bits = self.field_bits(field, &levels, a[field]);
            bits += step_bits;
            let level = levels[field];
            let context = self.dependence.context(field, &levels);
            let plain = if level == EXACT { self.bits[field][context][usize::from(EXACT)] } else { step_bits };
            Step {
                field: column.name.clone(),
                level: column.kind.levels().get(usize::from(level)).copied(),
                left: records.value(left, field).map(str::to_owned),
                right: records.value(right, field).map(str::to_owned),
                bits: step_bits,
                frequency_bits: step_bits - plain,
            }
        });
        let steps = steps.collect();
        Waterfall { prior_bits: self.prior_bits, steps, bits, probability: probability(bits) }
    }
}

/// Records that have a value, of the counts by code.
fn present(counts: &[u32]) -> u64 {
    counts[1..].iter().map(|count| u64::from(*count)).sum()
}

fn ratios(m: &[f64; LEVELS_MAX], u: &[f64; LEVELS_MAX]) -> [f32; LEVELS_MAX] {
    std::array::from_fn(|level| if m[level] > 0.0 { (m[level] / u[level]).log2() as f32 } else { f32::MIN })
}

/// Scores pairs of rows.
pub(crate) struct Scorer<'a> {
    pub records: &'a Records,
    pub model: &'a Model,
    pub levels: Levels,
}

impl<'a> Scorer<'a> {
    pub fn new(records: &'a Records, model: &'a Model) -> Self {
        Self { records, model, levels: Levels::new(records) }
    }

    /// The log odds of a pair, or something below `floor` as soon as it is clear that they are below it.
    pub fn score(&mut self, left: u32, right: u32, floor: f32) -> f32 {
        let (a, b) = (self.records.row(left), self.records.row(right));
        let mut hope = [0.0f32; FIELDS_MAX];
        let mut bits = self.model.prior_bits;
        for (field, (hope, codes)) in hope.iter_mut().zip(a.iter().zip(b)).enumerate() {
            *hope = match codes {
                (&NO_VALUE, _) | (_, &NO_VALUE) => continue,
                (a, b) if a == b => self.model.exact_bits(field, *a),
                _ => self.model.unequal_max[field],
            };
            bits += *hope;
        }
        let mut levels = [MISSING; FIELDS_MAX];
        for field in self.model.dependence.order.iter().copied() {
            if bits < floor {
                return bits;
            }
            levels[field] = self.levels.level(self.records, field, a, b);
            bits += self.model.field_bits(field, &levels, a[field]) - hope[field];
        }
        bits
    }

    /// The bits of each field, NaN where a value is missing.
    pub fn fields(&mut self, left: u32, right: u32, out: &mut [f32]) {
        let (a, b) = (self.records.row(left), self.records.row(right));
        let mut levels = [MISSING; FIELDS_MAX];
        for field in self.model.dependence.order.iter().copied() {
            levels[field] = self.levels.level(self.records, field, a, b);
            let known = levels[field] != MISSING;
            out[field] = if known { self.model.field_bits(field, &levels, a[field]) } else { f32::NAN };
        }
    }
}

//! Recency, frequency and monetary value: scores of 1 to 5 from boundaries, and the name of what they add up to.
//!
//! Boundaries are four numbers each, ascending; a value that equals a boundary belongs below it, so that equal values
//! always have the same score. Automatic boundaries are quintiles: the smallest value that at least one fifth (two,
//! three, four fifths) of the customers do not exceed. Pure: no I/O, no clock. Days, orders, minor units of money.
//! The grid of names: docs/reference/rfm.md.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Scores go from 1 to this.
pub const RFM_SCORES: usize = 5;
/// What lies between the scores.
pub type Cuts = [i64; RFM_SCORES - 1];

/// What a customer did, as far as it is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfmFigures {
    /// Days since the last order; 0: today.
    pub recency_days: i64,
    /// Orders within the window.
    pub frequency: i64,
    /// Net revenue within the window, in the workspace's currency.
    pub monetary_minor: i64,
}

/// Where one score ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RfmBoundaries {
    pub recency_days: Cuts,
    pub frequency: Cuts,
    pub monetary_minor: Cuts,
}

/// 5 is best in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RfmScores {
    pub recency: usize,
    pub frequency: usize,
    pub monetary: usize,
}

impl RfmBoundaries {
    pub fn scores(&self, figures: RfmFigures) -> RfmScores {
        RfmScores {
            // Fewer days are better.
            recency: RFM_SCORES + 1 - rank(&self.recency_days, figures.recency_days),
            frequency: rank(&self.frequency, figures.frequency),
            monetary: rank(&self.monetary_minor, figures.monetary_minor),
        }
    }
}

/// 1 and one more for every boundary that the value exceeds.
fn rank(cuts: &Cuts, value: i64) -> usize {
    1 + cuts.iter().filter(|cut| **cut < value).count()
}

impl RfmScores {
    /// Frequency and money as one: their mean, a half counts up.
    pub fn frequency_monetary(self) -> usize {
        (self.frequency + self.monetary).div_ceil(2)
    }
    pub fn segment(self) -> RfmSegment {
        RfmSegment::of(self.recency, self.frequency_monetary())
    }
}

/// The eleven names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RfmSegment {
    Champions,
    Loyal,
    PotentialLoyalist,
    New,
    Promising,
    NeedsAttention,
    AboutToSleep,
    AtRisk,
    CannotLose,
    Hibernating,
    Lost,
}

impl RfmSegment {
    pub const ALL: [Self; 11] = [
        Self::Champions,
        Self::Loyal,
        Self::PotentialLoyalist,
        Self::New,
        Self::Promising,
        Self::NeedsAttention,
        Self::AboutToSleep,
        Self::AtRisk,
        Self::CannotLose,
        Self::Hibernating,
        Self::Lost,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::Loyal => "loyal",
            Self::PotentialLoyalist => "potential_loyalist",
            Self::New => "new",
            Self::Promising => "promising",
            Self::NeedsAttention => "needs_attention",
            Self::AboutToSleep => "about_to_sleep",
            Self::AtRisk => "at_risk",
            Self::CannotLose => "cannot_lose",
            Self::Hibernating => "hibernating",
            Self::Lost => "lost",
        }
    }

    /// The cell of the grid: recency by frequency and money.
    pub const fn of(recency: usize, frequency_monetary: usize) -> Self {
        match (recency, frequency_monetary) {
            (5.., 4..) => Self::Champions,
            (3.., 4..) => Self::Loyal,
            (4.., 2..) => Self::PotentialLoyalist,
            (5.., _) => Self::New,
            (4, _) => Self::Promising,
            (3, 3) => Self::NeedsAttention,
            (3, _) => Self::AboutToSleep,
            (_, 5..) => Self::CannotLose,
            (_, 3..) => Self::AtRisk,
            (2, _) | (_, 2) => Self::Hibernating,
            _ => Self::Lost,
        }
    }
}

/// Counts how often each value occurs, in bounded memory.
///
/// Exact while there are few different values; beyond, values are rounded down to multiples of a step that doubles
/// until they are few enough again. What is asked of it is then right to that step.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: BTreeMap<i64, u64>,
    step: i64,
    total: u64,
    different_max: usize,
}

impl Histogram {
    pub fn new(different_max: usize) -> Self {
        Self { counts: BTreeMap::new(), step: 1, total: 0, different_max: different_max.max(2) }
    }

    pub fn add(&mut self, value: i64) {
        *self.counts.entry(rounded(value, self.step)).or_default() += 1;
        self.total += 1;
        while self.counts.len() > self.different_max && self.step < i64::MAX / 2 {
            self.step *= 2;
            let mut coarser = BTreeMap::new();
            for (value, count) in std::mem::take(&mut self.counts) {
                *coarser.entry(rounded(value, self.step)).or_default() += count;
            }
            self.counts = coarser;
        }
    }

    /// None: nothing was counted.
    pub fn quintiles(&self) -> Option<Cuts> {
        let mut cuts = Cuts::default();
        let (mut next, mut below) = (0, 0u64);
        for (value, count) in &self.counts {
            below += count;
            while next < cuts.len()
                && u128::from(self.total) * (next as u128 + 1) <= u128::from(below) * RFM_SCORES as u128
            {
                cuts[next] = *value;
                next += 1;
            }
        }
        (next == cuts.len()).then_some(cuts)
    }

    #[cfg(test)]
    pub fn step(&self) -> i64 {
        self.step
    }
}

fn rounded(value: i64, step: i64) -> i64 {
    // No underflow: the least i64 is a multiple of every power of two.
    value - value.rem_euclid(step)
}

#[cfg(test)]
mod tests;

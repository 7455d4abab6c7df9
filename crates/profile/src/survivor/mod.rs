//! Which value of a trait stays when several are said: one file per rule.
//!
//! A rule sees everything said of one trait of one customer ([`Said`]) and keeps what may still matter ([`Memory`]). It
//! never sees in what order things arrived: the same sayings give the same memory, said in any order, in any batches, on
//! one profile or on several that are merged, once or twice.
//!
//! Null takes back what was said up to its time, whatever the rule. What was said later holds, also when it arrives
//! before.

mod first;
mod latest;
mod longest;
mod max;
mod min;
mod most_trusted;
mod order;
mod sum;
mod union;

use crate::rules::{Pattern, TraitRuleDoc};
use base::Json;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Sayings a rule keeps beside the one that holds, for the case that that one is taken back. Ten values that each hold
/// out against all later ones are rare; of more the take-back finds the best of these.
pub(crate) const SPARE_MAX: usize = 10;

/// Something said of a trait: value, event time in ms, source, and about whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said(pub Json, pub i64, pub String, pub String);

impl Said {
    pub fn value(&self) -> &Json {
        &self.0
    }
    pub fn at(&self) -> i64 {
        self.1
    }
    pub fn source(&self) -> &str {
        &self.2
    }
    /// A fingerprint of the identifier it was said of; empty when that does not matter.
    pub fn whom(&self) -> &str {
        &self.3
    }

    /// Later first; of one moment by what was said, so that two who hear the same agree.
    fn later_first(&self, other: &Said) -> Ordering {
        let told = |said: &Said| (said.0.to_string(), said.2.clone(), said.3.clone());
        other.1.cmp(&self.1).then_with(|| told(other).cmp(&told(self)))
    }
}

/// What is shown of a trait: the value, when it was said, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub value: Json,
    pub at: i64,
    pub source: String,
}

impl From<&Said> for Outcome {
    fn from(said: &Said) -> Self {
        Self { value: said.0.clone(), at: said.1, source: said.2.clone() }
    }
}

/// A rule that says which value stays.
pub(crate) trait Survivor: Sync {
    /// Its name in the rules.
    fn code(&self) -> &'static str;
    /// What it does, in one sentence.
    fn words(&self) -> &'static str;
    /// True when it has an order of sources.
    fn has_sources(&self) -> bool {
        false
    }
    /// True when it matters of whom something was said, not only what.
    fn asks_whom(&self) -> bool {
        false
    }
    /// What a value comes to: its elements, or nothing when the rule can do nothing with it.
    fn parts(&self, value: &Json) -> Vec<Json> {
        vec![value.clone()]
    }
    /// Leaves of `said` what may still matter, in an order that follows from it.
    fn settle(&self, said: &mut Vec<Said>, sources: &[String]);
    /// Those of the settled sayings that make what holds.
    fn holding<'s>(&self, said: &'s [Said]) -> &'s [Said] {
        &said[..said.len().min(1)]
    }
    /// What holds; `said` is settled.
    fn outcome(&self, said: &[Said]) -> Option<Outcome> {
        said.first().map(Outcome::from)
    }
}

/// All rules.
pub(crate) const ALL: [&dyn Survivor; 8] = [
    &latest::Latest,
    &first::First,
    &most_trusted::MostTrusted,
    &max::Max,
    &min::Min,
    &sum::Sum,
    &union::Union,
    &longest::Longest,
];

pub(crate) fn named(code: &str) -> Option<&'static dyn Survivor> {
    ALL.into_iter().find(|survivor| survivor.code() == code)
}

/// A line of a workspace's rules.
#[derive(Clone)]
pub(crate) struct TraitRule {
    pub doc: TraitRuleDoc,
    pub survivor: &'static dyn Survivor,
    pattern: Option<Pattern>,
}

impl std::fmt::Debug for TraitRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.doc.fmt(f)
    }
}

impl TraitRule {
    /// None when there is no such rule.
    pub fn new(doc: &TraitRuleDoc) -> Option<Self> {
        let pattern = doc.pattern.contains('*').then(|| Pattern::new(&doc.pattern));
        Some(Self { survivor: named(&doc.rule)?, pattern, doc: doc.clone() })
    }

    /// A pattern leaves alone how a customer was found first: only the full name is meant for that.
    pub fn is_for(&self, name: &str) -> bool {
        match &self.pattern {
            None => self.doc.pattern == name,
            Some(pattern) => !crate::document::earliest_wins(name) && pattern.matches(&name.to_lowercase()),
        }
    }
}

/// What a rule keeps of a trait.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The rule it was kept by.
    #[serde(rename = "c")]
    pub code: String,
    /// What was said up to here was taken back.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<i64>,
    #[serde(rename = "e")]
    pub said: Vec<Said>,
}

impl Memory {
    pub fn new(rule: &TraitRule) -> Self {
        Self { code: rule.survivor.code().to_owned(), reset: None, said: Vec::new() }
    }

    /// Takes in something said. False when the rule can do nothing with the value.
    pub fn hear(&mut self, rule: &TraitRule, said: Said) -> bool {
        if said.0.is_null() {
            self.reset = Some(self.reset.map_or(said.1, |reset| reset.max(said.1)));
        } else {
            let parts = rule.survivor.parts(&said.0);
            if parts.is_empty() && !said.0.as_array().is_some_and(Vec::is_empty) {
                return false;
            }
            self.said.extend(parts.into_iter().map(|part| Said(part, said.1, said.2.clone(), said.3.clone())));
        }
        self.settle(rule);
        true
    }

    /// Takes in what was said of a profile that turned out to be the same customer.
    pub fn join(&mut self, rule: &TraitRule, other: &Memory) {
        self.reset = self.reset.max(other.reset);
        self.said.extend(other.said.iter().cloned());
        self.settle(rule);
    }

    fn settle(&mut self, rule: &TraitRule) {
        if let Some(reset) = self.reset {
            self.said.retain(|said| reset < said.1);
        }
        rule.survivor.settle(&mut self.said, &rule.doc.sources);
    }

    /// True when it says no more than what it comes to.
    pub fn is_plain(&self) -> bool {
        match (self.reset, self.said.as_slice()) {
            (None, [only]) => only.3.is_empty(),
            (Some(_), rest) => rest.is_empty(),
            (None, _) => false,
        }
    }

    /// What holds; a null when everything was taken back, None when nothing was ever said.
    pub fn outcome(&self, rule: &TraitRule) -> Option<Outcome> {
        let taken_back = || self.reset.map(|at| Outcome { value: Json::Null, at, source: String::new() });
        rule.survivor.outcome(&self.said).or_else(taken_back)
    }
}

/// Leaves of sayings that are sorted, the best first, those that hold if all before them are taken back: each is later
/// than every better one. At most `count`.
fn keep_staircase(said: &mut Vec<Said>, count: usize) {
    let mut last = i64::MIN;
    said.retain(|one| {
        let stays = last < one.1;
        last = last.max(one.1);
        stays
    });
    said.truncate(count);
}

#[cfg(test)]
mod tests;

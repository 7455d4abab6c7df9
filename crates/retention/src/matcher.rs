//! Which rule an event follows, and what becomes of it: one decision for dry runs and runs.

use crate::limits::DAY_MS;
use crate::model::{Action, RuleOutcome, What};
use crate::ports::Needs;
use base::Timestamp;
use std::collections::HashMap;

/// What becomes of an event, by which rule (its number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Keep,
    Delete(u16),
    Anonymise(u16),
}

/// Rules with their cutoffs, in the order of their numbers.
#[derive(Debug, Clone)]
pub struct Matcher {
    rules: Vec<(Option<Timestamp>, Action)>,
    by_name: HashMap<String, u16>,
    by_kind: HashMap<String, u16>,
    everything_else: Option<u16>,
    needs: Needs,
    /// What orders are made of or credited by stays from here on, whatever a rule says.
    needed_from: Timestamp,
    latest: Option<Timestamp>,
}

impl Matcher {
    /// `now` and `attribution_days` say what orders still need.
    pub fn new(rules: &[RuleOutcome], needs: Needs, now: Timestamp, attribution_days: i64) -> Self {
        let mut made = Self {
            rules: Vec::with_capacity(rules.len()),
            by_name: HashMap::new(),
            by_kind: HashMap::new(),
            everything_else: None,
            needs,
            needed_from: now.plus_ms(-attribution_days.saturating_mul(DAY_MS)),
            latest: rules.iter().filter_map(|rule| rule.cutoff).max(),
        };
        for (number, rule) in rules.iter().enumerate() {
            let (number, target) = (number as u16, &rule.draft.target);
            match target.what {
                What::Event => drop(made.by_name.insert(target.name.clone(), number)),
                What::Kind => drop(made.by_kind.insert(target.name.clone(), number)),
                What::EverythingElse => made.everything_else = Some(number),
            }
            made.rules.push((rule.cutoff, rule.draft.action));
        }
        made
    }

    /// The number of the rule an event follows: its name's, its kind's, everything else's.
    pub fn rule_of(&self, kind: &str, name: &str) -> Option<u16> {
        let by_name = self.by_name.get(name).or_else(|| self.by_kind.get(kind));
        by_name.copied().or(self.everything_else)
    }

    /// `of_nobody`: it was anonymised before.
    pub fn verdict(&self, kind: &str, name: &str, at: Timestamp, of_nobody: bool) -> Verdict {
        let Some(number) = self.rule_of(kind, name) else { return Verdict::Keep };
        let (Some(cutoff), action) = self.rules[usize::from(number)] else { return Verdict::Keep };
        let needed = (self.needs.is_order(name) || self.needs.is_touch(name)) && self.needed_from <= at;
        if cutoff <= at || needed || self.needs.is_protected(name) {
            return Verdict::Keep;
        }
        match action {
            Action::Delete => Verdict::Delete(number),
            Action::Anonymise if of_nobody => Verdict::Keep,
            Action::Anonymise => Verdict::Anonymise(number),
        }
    }

    /// False when nothing that happened at `oldest` or later can be concerned.
    pub fn may_concern(&self, oldest: Timestamp) -> bool {
        self.latest.is_some_and(|latest| oldest < latest)
    }
}

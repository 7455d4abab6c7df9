//! One measured claim.

use crate::machine;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// Which side of the bar is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
}

/// One row of `bench.json`. `ours`, `peer` and `bar` are in `unit`; `ratio` says how many times better than the peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    pub group: String,
    pub what: String,
    pub unit: String,
    pub better: Better,
    /// Median of `runs`.
    pub ours: f64,
    pub runs: Vec<f64>,
    pub peer: Option<f64>,
    pub peer_name: Option<String>,
    pub ratio: Option<f64>,
    /// What the product promises; none for a row that only informs.
    pub bar: Option<f64>,
    pub ok: bool,
    pub machine: String,
}

impl Row {
    /// A claim about ourselves.
    pub fn ours(id: &str, group: &str, what: impl Into<String>, unit: &str, better: Better, runs: Vec<f64>) -> Self {
        Self {
            id: id.into(),
            group: group.into(),
            what: what.into(),
            unit: unit.into(),
            better,
            ours: median(&runs),
            runs,
            peer: None,
            peer_name: None,
            ratio: None,
            bar: None,
            ok: true,
            machine: machine::describe(),
        }
    }

    /// `ours` has to be on the good side of `bar`.
    pub fn bar(mut self, bar: f64) -> Self {
        self.bar = Some(bar);
        self.ok &= match self.better {
            Better::Higher => self.ours >= bar,
            Better::Lower => self.ours <= bar,
        };
        self
    }

    /// The same work by `name`.
    pub fn peer(mut self, name: &str, runs: &[f64]) -> Self {
        if runs.is_empty() {
            return self;
        }
        let peer = median(runs);
        self.peer = Some(peer);
        self.peer_name = Some(name.into());
        self.ratio = Some(match self.better {
            Better::Higher => self.ours / peer,
            Better::Lower => peer / self.ours,
        });
        self
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<24} {} {}", self.id, number(self.ours), self.unit)?;
        if let (Some(peer), Some(name), Some(ratio)) = (self.peer, &self.peer_name, self.ratio) {
            write!(f, "; {name} {} ({ratio:.1}×)", number(peer))?;
        }
        if let Some(bar) = self.bar {
            write!(f, "; bar {} {}", number(bar), if self.ok { "held" } else { "MISSED" })?;
        }
        Ok(())
    }
}

/// The middle value; the lower of the two middle ones of an even number. Panics on no values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) / 2]
}

/// Three significant digits, thousands apart; four behind the point where little is missing to 1.
pub fn number(value: f64) -> String {
    if (0.99..1.0).contains(&value) {
        return format!("{value:.4}");
    }
    if value.abs() < 100.0 {
        return format!("{value:.*}", if value.abs() < 1.0 { 3 } else { 1 });
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rows of earlier runs; none when there is no file.
pub fn read(path: &Path) -> anyhow::Result<Vec<Row>> {
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is not a list of rows", path.display())),
        Err(_) => Ok(Vec::new()),
    }
}

pub fn write(path: &Path, rows: &[Row]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_string_pretty(rows)? + "\n")
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_value_is_better_where_the_row_says_so() {
        let row = Row::ours("id", "group", "what", "ms", Better::Lower, vec![3.0, 1.0, 2.0]).bar(2.0).peer("x", &[8.0]);
        assert_eq!((row.ours, row.ratio, row.ok), (2.0, Some(4.0), true));
        assert!(!Row::ours("id", "group", "what", "ms", Better::Lower, vec![2.1]).bar(2.0).ok);
        assert!(!Row::ours("id", "group", "what", "1/s", Better::Higher, vec![1.9]).bar(2.0).ok);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(0.1234), "0.123");
        assert_eq!(number(0.9995), "0.9995");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1_234_567.0), "1,234,567");
    }
}

//! What is kept of some events, so that more can be added in any order: adding up is commutative and associative.

use base::{Json, Timestamp};
use predicate::Scalar;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Different values kept for one customer; of more, the rarest and oldest are forgotten.
pub const VALUES_MAX: usize = 200;
/// Bytes of a kept value; longer ones are cut.
const VALUE_BYTES_MAX: usize = 512;
/// A number beyond this is no amount of anything: it is left out of sums and averages.
pub const NUMBER_MAX: f64 = 1e15;
/// Sums are exact to a millionth.
const MICRO: f64 = 1_000_000.0;

/// A sum in millionths: added in any order it is the same, which a sum of floats is not.
///
/// Stored as text: JSON numbers of this size are not read back exactly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Micros(i128);

impl From<Micros> for String {
    fn from(sum: Micros) -> Self {
        sum.0.to_string()
    }
}

impl TryFrom<String> for Micros {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl Micros {
    fn add(&mut self, number: f64) {
        self.0 = self.0.saturating_add((number * MICRO).round() as i128);
    }
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
    pub fn to_json(self) -> Json {
        Scalar::Number(self.0 as f64 / MICRO).to_json()
    }
    /// Null over nothing.
    pub fn mean(self, count: u64) -> Json {
        if count == 0 {
            return Json::Null;
        }
        Scalar::Number((self.0 as f64 / count as f64).round() / MICRO).to_json()
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Only what the aggregate needs is filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub count: u64,
    #[serde(rename = "s", default, skip_serializing_if = "Micros::is_zero")]
    pub sum: Micros,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// When (ms), and what.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first: Option<(i64, Json)>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<(i64, Json)>,
    /// By the value's JSON: how often, and when last (ms).
    #[serde(rename = "v", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, (u64, i64)>,
}

/// The value behind a key of [`Partial::values`].
pub(crate) fn value_of(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or(Json::Null)
}

fn shortened(value: &Scalar<'_>) -> Json {
    match value {
        Scalar::Text(text) if text.len() > VALUE_BYTES_MAX => {
            let mut end = VALUE_BYTES_MAX;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text[..end].into()
        }
        value => value.to_json(),
    }
}

impl Partial {
    /// Adds every value that is a number up to [`NUMBER_MAX`], and counts it.
    pub fn add_numbers(&mut self, values: &[Scalar<'_>]) {
        for number in values.iter().filter_map(Scalar::number).filter(|number| number.abs() <= NUMBER_MAX) {
            self.sum.add(number);
            self.count += 1;
        }
    }

    /// `values` empty: the event itself, by its time.
    pub fn take_first(&mut self, at: Timestamp, values: &[Scalar<'_>]) {
        let value = values.first().map_or_else(|| at.to_string().into(), shortened);
        self.hear_first((at.ms(), value));
    }
    pub fn take_last(&mut self, at: Timestamp, values: &[Scalar<'_>]) {
        let value = values.first().map_or_else(|| at.to_string().into(), shortened);
        self.hear_last((at.ms(), value));
    }

    fn hear_first(&mut self, new: (i64, Json)) {
        // At one moment the smaller text wins: the order of arrival must not matter.
        if self.first.as_ref().is_none_or(|old| (new.0, new.1.to_string()) < (old.0, old.1.to_string())) {
            self.first = Some(new);
        }
    }
    fn hear_last(&mut self, new: (i64, Json)) {
        if self.last.as_ref().is_none_or(|old| (old.0, old.1.to_string()) < (new.0, new.1.to_string())) {
            self.last = Some(new);
        }
    }

    pub fn note_values(&mut self, at: Timestamp, values: &[Scalar<'_>]) {
        for value in values {
            let seen = self.values.entry(shortened(value).to_string()).or_insert((0, i64::MIN));
            *seen = (seen.0 + 1, seen.1.max(at.ms()));
        }
        self.forget_rarest();
    }

    fn forget_rarest(&mut self) {
        while self.values.len() > VALUES_MAX {
            let rarest = self.values.iter().min_by_key(|(text, seen)| (seen.0, seen.1, text.as_str()));
            let Some(rarest) = rarest.map(|(text, _)| text.clone()) else { return };
            self.values.remove(&rarest);
        }
    }

    /// Adds what is kept of other events.
    pub fn merge(&mut self, other: &Partial) {
        self.count += other.count;
        self.sum.0 = self.sum.0.saturating_add(other.sum.0);
        self.min = [self.min, other.min].into_iter().flatten().reduce(f64::min);
        self.max = [self.max, other.max].into_iter().flatten().reduce(f64::max);
        if let Some(first) = &other.first {
            self.hear_first(first.clone());
        }
        if let Some(last) = &other.last {
            self.hear_last(last.clone());
        }
        for (text, seen) in &other.values {
            let own = self.values.entry(text.clone()).or_insert((0, i64::MIN));
            *own = (own.0 + seen.0, own.1.max(seen.1));
        }
        self.forget_rarest();
    }
}

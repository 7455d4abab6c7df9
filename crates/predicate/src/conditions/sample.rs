//! `{"sample":{"from":0,"to":10,"seed":"autumn"}}`: a random share of the customers, always the same ones. Shares of one
//! seed that do not overlap have nobody in common.

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::{ProfileFacts, Reader, References, Scalar, Words};
use base::{Json, Timestamp};
use serde_json::json;

/// Places a customer may be drawn to: a hundredth of a percent each.
const PLACES: u32 = 10_000;
/// Places in one percent.
const PLACES_PER_CENT: f64 = 100.0;

/// The customers whose place is in `[from, to)`, in hundredths of a percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub from: u32,
    pub to: u32,
    pub seed: String,
}

impl Sample {
    /// The same number and seed have the same place for ever: a stored segment must not change with the program.
    pub fn draws(&self, number: u32) -> bool {
        let hash = xxhash_rust::xxh3::xxh3_64_with_seed(self.seed.as_bytes(), u64::from(number));
        // Scaled, not a remainder: every place is equally likely, to within 2⁻⁵⁰.
        let place = ((u128::from(hash) * u128::from(PLACES)) >> 64) as u32;
        self.from <= place && place < self.to
    }

    fn per_cent(places: u32) -> f64 {
        f64::from(places) / PLACES_PER_CENT
    }
}

fn places(reader: &mut Reader, body: &base::JsonMap, key: &str, at: &str, unless_told: Option<u32>) -> Option<u32> {
    let value = match (body.get(key).filter(|value| !value.is_null()), unless_told) {
        (None, Some(places)) => return Some(places),
        (value, _) => value.and_then(Json::as_f64),
    };
    let places = value.map(|value| value * PLACES_PER_CENT).filter(|places| (0.0..=f64::from(PLACES)).contains(places));
    // 33.33 is stored as a binary fraction that is a little less or more.
    match places.filter(|places| (places - places.round()).abs() < 1e-6) {
        Some(places) => Some(places.round() as u32),
        None => {
            let detail = "a percentage from 0 to 100 with at most two decimals is wanted here";
            reader.fail(&child(at, key), "share_invalid", detail)
        }
    }
}

impl ConditionKind for Sample {
    const NAME: &'static str = "sample";
    const LABEL: &'static str = "Random share";

    fn example() -> Json {
        json!({ "from": 0, "to": 10, "seed": "autumn" })
    }
    fn json_schema() -> Json {
        let share = json!({ "type": "number", "minimum": 0, "maximum": 100 });
        json!({ "type": "object", "title": Self::LABEL, "required": ["to"], "additionalProperties": false,
            "properties": { "from": share, "to": share,
                "seed": { "type": "string", "maxLength": crate::TEXT_BYTES_MAX, "title": "Name of the draw" } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["from", "to", "seed"])?;
        let from = places(reader, object, "from", at, Some(0));
        let to = places(reader, object, "to", at, None);
        let seed = match object.get("seed") {
            None | Some(Json::Null) => Some(String::new()),
            Some(Json::String(text)) if text.is_empty() => Some(String::new()),
            Some(_) => reader.text(object, "seed", at),
        };
        let (from, to) = (from?, to?);
        if to <= from {
            return reader.fail(&child(at, "to"), "range_backwards", "the share ends before it begins; make to larger");
        }
        Some(Sample { from, to, seed: seed? })
    }
    fn write(&self) -> Json {
        let share = |places| Scalar::Number(Self::per_cent(places)).to_json();
        json!({ "from": share(self.from), "to": share(self.to), "seed": self.seed })
    }
    fn matches(&self, facts: &dyn ProfileFacts, _now: Timestamp) -> bool {
        self.draws(facts.number())
    }
    fn describe(&self, words: &Words) -> String {
        words.sample(Self::per_cent(self.from), Self::per_cent(self.to), &self.seed)
    }
    fn references(&self, _into: &mut References) {}
    fn next_change(&self, _facts: &dyn ProfileFacts, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_do_not_overlap() {
        let of = |from, to, seed: &str| {
            let sample = Sample { from, to, seed: seed.into() };
            (1..=100_000).filter(|number| sample.draws(*number)).collect::<std::collections::BTreeSet<u32>>()
        };
        let (first, second, rest) = (of(0, 1_000, "a"), of(1_000, 5_000, "a"), of(5_000, 10_000, "a"));
        assert_eq!(first.len() + second.len() + rest.len(), 100_000);
        assert!(first.is_disjoint(&second) && second.is_disjoint(&rest));
        // Five standard deviations: √(n·p·q) is 95 of 10,000.
        assert!(first.len().abs_diff(10_000) < 475, "{}", first.len());
        let other = of(0, 1_000, "b");
        assert!(first.intersection(&other).count().abs_diff(1_000) < 150, "another seed draws others");
    }

    #[test]
    fn a_draw_stays_the_same_for_ever() {
        let sample = Sample { from: 0, to: 5_000, seed: "autumn".into() };
        let drawn: Vec<u32> = (1..=20).filter(|number| sample.draws(*number)).collect();
        assert_eq!(drawn, DRAWN_IN_AUTUMN, "saved segments would change");
    }

    const DRAWN_IN_AUTUMN: [u32; 14] = [2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 16, 17, 18, 19];
}

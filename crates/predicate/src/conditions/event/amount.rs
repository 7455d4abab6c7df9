//! `"amount":{"of":"sum","property":"revenue","op":"at_least","value":250}`: what a property of the events comes to.

use crate::reader::child;
use crate::{Reader, Scalar};
use base::{Json, JsonMap};
use serde_json::json;
use std::collections::BTreeSet;

/// A number beyond this is no amount of anything: it is left out.
const NUMBER_MAX: f64 = 1e15;
/// Sums are exact to a millionth, so that they are the same in any order.
const MICRO: f64 = 1_000_000.0;

/// What is made of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmountOf {
    Sum,
    Average,
    Min,
    Max,
    /// The number of different values.
    Distinct,
}

impl AmountOf {
    pub const ALL: [AmountOf; 5] = [Self::Sum, Self::Average, Self::Min, Self::Max, Self::Distinct];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Average => "average",
            Self::Min => "min",
            Self::Max => "max",
            Self::Distinct => "distinct",
        }
    }
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmountOp {
    AtLeast,
    MoreThan,
    Exactly,
    AtMost,
    LessThan,
}

impl AmountOp {
    pub const ALL: [AmountOp; 5] = [Self::AtLeast, Self::MoreThan, Self::Exactly, Self::AtMost, Self::LessThan];
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtLeast => "at_least",
            Self::MoreThan => "more_than",
            Self::Exactly => "exactly",
            Self::AtMost => "at_most",
            Self::LessThan => "less_than",
        }
    }
    fn holds<T: PartialOrd>(self, amount: T, value: T) -> bool {
        match self {
            Self::AtLeast => amount >= value,
            Self::MoreThan => amount > value,
            Self::Exactly => amount == value,
            Self::AtMost => amount <= value,
            Self::LessThan => amount < value,
        }
    }
}

/// What a property of the selected events comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    pub of: AmountOf,
    pub property: String,
    pub op: AmountOp,
    pub value: f64,
}

/// The values of one profile, as far as an [`Amount`] needs them. In any order they come to the same.
#[derive(Debug, Clone, Default)]
pub struct AmountTally {
    count: i128,
    micros: i128,
    least: Option<f64>,
    most: Option<f64>,
    different: BTreeSet<String>,
}

fn micros(number: f64) -> i128 {
    (number * MICRO).round() as i128
}

impl AmountTally {
    /// Takes in one value of the property.
    pub fn take(&mut self, of: AmountOf, value: Scalar<'_>) {
        if of == AmountOf::Distinct {
            let text = value.text();
            if !self.different.contains(&*text) {
                self.different.insert(text.into_owned());
            }
            return;
        }
        let Some(number) = value.number().filter(|number| number.abs() <= NUMBER_MAX) else { return };
        self.count += 1;
        self.micros = self.micros.saturating_add(micros(number));
        self.least = Some(self.least.map_or(number, |least| least.min(number)));
        self.most = Some(self.most.map_or(number, |most| most.max(number)));
    }
}

impl Amount {
    /// Over nothing a sum and a number of values are 0, and the others hold for nobody.
    pub fn holds(&self, tally: &AmountTally) -> bool {
        match self.of {
            AmountOf::Sum => self.op.holds(tally.micros, micros(self.value)),
            // Both sides times the number of values: nothing is rounded.
            AmountOf::Average => 0 < tally.count && self.op.holds(tally.micros, micros(self.value) * tally.count),
            AmountOf::Min => tally.least.is_some_and(|least| self.op.holds(least, self.value)),
            AmountOf::Max => tally.most.is_some_and(|most| self.op.holds(most, self.value)),
            AmountOf::Distinct => self.op.holds(tally.different.len() as f64, self.value),
        }
    }

    pub(super) fn read(reader: &mut Reader, value: &Json, at: &str) -> Option<Amount> {
        let object = reader.object(value, at, &["of", "property", "op", "value"])?;
        let of = one_of(reader, object, "of", at, &AmountOf::ALL, AmountOf::name);
        let op = one_of(reader, object, "op", at, &AmountOp::ALL, AmountOp::name);
        let property = reader.text(object, "property", at);
        let number = object.get("value").and_then(Json::as_f64).filter(|number| number.abs() <= NUMBER_MAX);
        let number = number.filter(|number| *number == 0.0 || micros(*number) != 0);
        let Some(value) = number else {
            return reader.fail(
                &child(at, "value"),
                "value_type",
                "a number up to 1e15, of a millionth or more, is wanted here",
            );
        };
        Some(Amount { of: of?, property: property?, op: op?, value })
    }

    pub(super) fn write(&self) -> Json {
        json!({ "of": self.of.name(), "property": self.property, "op": self.op.name(),
            "value": Scalar::Number(self.value).to_json() })
    }

    pub(super) fn json_schema() -> Json {
        json!({ "title": "What it comes to", "type": ["object", "null"], "required": ["of", "property", "op", "value"],
            "additionalProperties": false, "properties": {
                "of": { "type": "string", "enum": AmountOf::ALL.map(AmountOf::name) },
                "property": { "type": "string", "x-source": "event_properties" },
                "op": { "type": "string", "enum": AmountOp::ALL.map(AmountOp::name) },
                "value": { "type": "number", "minimum": -NUMBER_MAX, "maximum": NUMBER_MAX } } })
    }
}

/// The text of `key` as one of `all`.
pub(crate) fn one_of<T: Copy>(
    reader: &mut Reader,
    object: &JsonMap,
    key: &str,
    at: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Option<T> {
    let text = reader.text(object, key, at)?;
    let found = all.iter().copied().find(|one| name(*one) == text);
    if found.is_none() {
        let names: Vec<&str> = all.iter().copied().map(name).collect();
        reader.fail::<()>(&child(at, key), "op_unknown", format!("use one of: {}", names.join(", ")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(of: AmountOf, op: AmountOp, value: f64, values: &[Scalar<'_>]) -> bool {
        let mut tally = AmountTally::default();
        values.iter().for_each(|value| tally.take(of, *value));
        Amount { of, property: "p".into(), op, value }.holds(&tally)
    }

    #[test]
    fn sums_are_exact_and_nothing_is_zero_or_no_answer() {
        let tenths = [Scalar::Number(0.1), Scalar::Text("0.2"), Scalar::Text("free"), Scalar::Bool(true)];
        assert!(holds(AmountOf::Sum, AmountOp::Exactly, 0.3, &tenths));
        assert!(holds(AmountOf::Average, AmountOp::Exactly, 0.15, &tenths));
        assert!(holds(AmountOf::Distinct, AmountOp::Exactly, 4.0, &tenths));
        assert!(
            holds(AmountOf::Sum, AmountOp::LessThan, 1.0, &[]) && holds(AmountOf::Sum, AmountOp::AtLeast, 0.0, &[])
        );
        assert!(holds(AmountOf::Distinct, AmountOp::AtMost, 0.0, &[]));
        for of in [AmountOf::Average, AmountOf::Min, AmountOf::Max] {
            assert!(AmountOp::ALL.iter().all(|op| !holds(of, *op, 0.0, &[])), "{of:?} of nothing");
        }
        assert!(
            holds(AmountOf::Max, AmountOp::MoreThan, 0.1, &tenths)
                && !holds(AmountOf::Min, AmountOp::LessThan, 0.1, &tenths)
        );
    }
}

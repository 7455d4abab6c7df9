//! A test of the values of one trait or property: operator and operand.

mod anniversary;
mod literal;
mod op;
pub(crate) mod read;

pub use literal::{Date, Literal, Span, Unit};
pub use op::{Op, ValueType};
pub use read::{REGEX_BYTES_MAX, REGEX_PROGRAM_BYTES_MAX};

use crate::Scalar;
use base::{DurationMs, Json, Timestamp};
use regex::Regex;
use std::sync::Arc;

/// What is compared with. Which form belongs to which operator is fixed by [`Op::operand`].
#[derive(Debug, Clone)]
pub enum Operand {
    None,
    Value(Literal),
    List(Arc<[Literal]>),
    /// Lower case; for operators that ignore case. The second is the text as written.
    Text {
        lower: String,
        written: String,
    },
    Pattern(Regex),
    Number(f64),
    /// Both ends included.
    Numbers(f64, f64),
    Date(Date),
    Dates(Date, Date),
    Span(Span),
}

impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Operand::Pattern(left), Operand::Pattern(right)) => left.as_str() == right.as_str(),
            (Operand::None, Operand::None) => true,
            (Operand::Value(left), Operand::Value(right)) => left == right,
            (Operand::List(left), Operand::List(right)) => left == right,
            (Operand::Text { written: left, .. }, Operand::Text { written: right, .. }) => left == right,
            (Operand::Number(left), Operand::Number(right)) => left == right,
            (Operand::Numbers(a, b), Operand::Numbers(c, d)) => (a, b) == (c, d),
            (Operand::Date(left), Operand::Date(right)) => left == right,
            (Operand::Dates(a, b), Operand::Dates(c, d)) => (a, b) == (c, d),
            (Operand::Span(left), Operand::Span(right)) => left == right,
            _ => false,
        }
    }
}

/// Operator and operand that fit each other; made by the reader only.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueTest {
    pub(crate) op: Op,
    pub(crate) operand: Operand,
}

impl ValueTest {
    pub fn op(&self) -> Op {
        self.op
    }
    pub fn operand(&self) -> &Operand {
        &self.operand
    }

    /// True for operators that hold when NO value passes [`Self::holds_for`].
    pub fn is_negative(&self) -> bool {
        self.op.positive() != self.op
    }

    /// Does one value pass? For a negative operator: does it pass the positive one?
    pub fn holds_for(&self, value: Scalar<'_>, now: Timestamp) -> bool {
        match (self.op.positive(), &self.operand) {
            (Op::Exists, _) => true,
            (Op::AnniversaryInNext | Op::AnniversaryToday, _) => {
                value.time().is_some_and(|time| anniversary::holds(time, self.anniversary_ms(), now))
            }
            (Op::IsTrue, _) => value.truth() == Some(true),
            (Op::IsFalse, _) => value.truth() == Some(false),
            (_, Operand::Value(literal)) => literal.equals(value),
            (_, Operand::List(literals)) => literals.iter().any(|literal| literal.equals(value)),
            (Op::Contains, Operand::Text { lower, .. }) => value.text().to_lowercase().contains(lower),
            (Op::StartsWith, Operand::Text { lower, .. }) => value.text().to_lowercase().starts_with(lower),
            (Op::EndsWith, Operand::Text { lower, .. }) => value.text().to_lowercase().ends_with(lower),
            (_, Operand::Pattern(pattern)) => pattern.is_match(&value.text()),
            (op, Operand::Number(than)) => value.number().is_some_and(|number| match op {
                Op::Gt => number > *than,
                Op::Gte => number >= *than,
                Op::Lt => number < *than,
                _ => number <= *than,
            }),
            (_, Operand::Numbers(from, to)) => value.number().is_some_and(|number| *from <= number && number <= *to),
            (_, Operand::Date(_) | Operand::Dates(..) | Operand::Span(_)) => match (value.time(), self.time_range(now))
            {
                (Some(time), Some((from, to))) => from <= time.ms() && time.ms() < to,
                _ => false,
            },
            _ => false,
        }
    }

    /// The whole answer over all values of a path.
    pub fn holds(&self, now: Timestamp, values: impl FnOnce(&mut dyn FnMut(Scalar<'_>))) -> bool {
        let mut any = false;
        values(&mut |value| any = any || self.holds_for(value, now));
        any != self.is_negative()
    }

    /// For tests of times: the range `[from, to)` in ms that passes (before negation).
    pub fn time_range(&self, now: Timestamp) -> Option<(i64, i64)> {
        match (self.op.positive(), &self.operand) {
            (Op::AnniversaryInNext, _) => None,
            (Op::Before, Operand::Date(date)) => Some((i64::MIN, date.start_ms())),
            (Op::After, Operand::Date(date)) => Some((date.end_ms(), i64::MAX)),
            (_, Operand::Dates(from, to)) => Some((from.start_ms(), to.end_ms())),
            (_, Operand::Span(span)) => Some(span.before(now)),
            _ => None,
        }
    }

    /// For tests of numbers: the closed range that passes (before negation).
    pub fn number_range(&self) -> Option<(f64, f64)> {
        match (self.op.positive(), &self.operand) {
            (Op::Gt, Operand::Number(than)) => Some((than.next_up(), f64::INFINITY)),
            (Op::Gte, Operand::Number(than)) => Some((*than, f64::INFINITY)),
            (Op::Lt, Operand::Number(than)) => Some((f64::NEG_INFINITY, than.next_down())),
            (Op::Lte, Operand::Number(than)) => Some((f64::NEG_INFINITY, *than)),
            (_, Operand::Numbers(from, to)) => Some((*from, *to)),
            _ => None,
        }
    }

    /// True when the answer depends on the current time.
    pub fn is_relative(&self) -> bool {
        matches!(self.operand, Operand::Span(_)) || self.op == Op::AnniversaryToday
    }

    /// How far ahead an anniversary may be: today counts always.
    fn anniversary_ms(&self) -> DurationMs {
        if let Operand::Span(span) = &self.operand { span.ms() } else { 1 }
    }

    /// The earliest time after `now` at which one of `values` enters or leaves the range.
    pub fn next_change(&self, now: Timestamp, values: impl FnOnce(&mut dyn FnMut(Scalar<'_>))) -> Option<Timestamp> {
        let mut next = None;
        values(&mut |value| {
            let Some(time) = value.time() else { return };
            let change = match (self.op, &self.operand) {
                (Op::AnniversaryInNext | Op::AnniversaryToday, _) => {
                    anniversary::next_change(time, self.anniversary_ms(), now)
                }
                (_, Operand::Span(span)) => span.next_change(time, now),
                _ => None,
            };
            next = crate::window::earlier(next, change);
        });
        next
    }

    /// `op` and `value` as in JSON.
    pub(crate) fn write_into(&self, object: &mut Json) {
        object["op"] = Json::from(self.op.name());
        let value = match &self.operand {
            Operand::None => return,
            Operand::Value(literal) => literal.to_json(),
            Operand::List(literals) => literals.iter().map(Literal::to_json).collect(),
            Operand::Text { written, .. } => Json::from(written.as_str()),
            Operand::Pattern(pattern) => Json::from(pattern.as_str()),
            Operand::Number(number) => Scalar::Number(*number).to_json(),
            Operand::Numbers(from, to) => {
                Json::Array(vec![Scalar::Number(*from).to_json(), Scalar::Number(*to).to_json()])
            }
            Operand::Date(date) => Json::from(date.to_string()),
            Operand::Dates(from, to) => Json::Array(vec![from.to_string().into(), to.to_string().into()]),
            Operand::Span(span) => span.to_json(),
        };
        object["value"] = value;
    }
}

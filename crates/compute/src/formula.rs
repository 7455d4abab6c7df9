//! Formulas over traits: `revenue_total / order_count`, `round(max(a, b), 2)`.
//!
//! Everything is a number. A trait that is missing or no number makes the answer missing, except inside `coalesce`;
//! dividing by zero does too. The answer is rounded to six decimals.

mod parse;

use crate::error::Mistake;
use base::{Json, JsonMap};
use predicate::{Scalar, for_each_scalar};
use std::collections::BTreeSet;

/// Bytes of a formula.
pub const FORMULA_BYTES_MAX: usize = 2_000;
const DAY_MS: f64 = 86_400_000.0;
const DECIMALS: f64 = 1_000_000.0;
/// Decimals `round` can be asked for.
const ROUND_DIGITS_MAX: f64 = 6.0;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Trait(String),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// What can be called. Adding one is a row in [`FUNCTIONS`] and its line in [`Function::answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Min,
    Max,
    Round,
    Floor,
    Ceil,
    Abs,
    Coalesce,
    DaysBetween,
}

/// Name, and how many arguments at least and at most.
pub(crate) const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("min", Function::Min, 1, 20),
    ("max", Function::Max, 1, 20),
    ("round", Function::Round, 1, 2),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("abs", Function::Abs, 1, 1),
    ("coalesce", Function::Coalesce, 1, 20),
    ("days_between", Function::DaysBetween, 2, 2),
];

/// A formula that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    text: String,
    expression: Expression,
    inputs: Vec<String>,
}

impl Formula {
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let expression = parse::read(text)?;
        let mut inputs = BTreeSet::new();
        expression.collect(&mut inputs);
        if inputs.is_empty() {
            return Err(Mistake::new("", "formula_invalid", "a formula names at least one trait"));
        }
        Ok(Self { text: text.trim().to_owned(), expression, inputs: inputs.into_iter().collect() })
    }
    pub fn text(&self) -> &str {
        &self.text
    }
    /// The traits it asks for, sorted.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }
    /// The answer for somebody with `traits`; null: there is none.
    pub fn value(&self, traits: &JsonMap) -> Json {
        match self.expression.answer(traits).filter(|answer| answer.is_finite()) {
            Some(answer) => Scalar::Number((answer * DECIMALS).round() / DECIMALS).to_json(),
            None => Json::Null,
        }
    }
}

fn first_scalar<T>(traits: &JsonMap, name: &str, read: impl Fn(Scalar<'_>) -> Option<T>) -> Option<T> {
    let mut found = None;
    for_each_scalar(traits, name, &mut |value| {
        if found.is_none() {
            found = read(value);
        }
    });
    found
}

impl Expression {
    fn collect(&self, into: &mut BTreeSet<String>) {
        match self {
            Self::Number(_) => {}
            Self::Trait(name) => {
                into.insert(name.clone());
            }
            Self::Negative(inner) => inner.collect(into),
            Self::Binary(_, left, right) => {
                left.collect(into);
                right.collect(into);
            }
            Self::Call(_, arguments) => arguments.iter().for_each(|argument| argument.collect(into)),
        }
    }

    fn answer(&self, traits: &JsonMap) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Trait(name) => first_scalar(traits, name, |value| value.number()),
            Self::Negative(inner) => inner.answer(traits).map(|number| -number),
            Self::Binary(operator, left, right) => {
                let (left, right) = (left.answer(traits)?, right.answer(traits)?);
                match operator {
                    Operator::Add => Some(left + right),
                    Operator::Subtract => Some(left - right),
                    Operator::Multiply => Some(left * right),
                    Operator::Divide => (right != 0.0).then(|| left / right),
                }
            }
            Self::Call(function, arguments) => function.answer(arguments, traits),
        }
    }

    fn time_ms(&self, traits: &JsonMap) -> Option<f64> {
        let Self::Trait(name) = self else { return None };
        first_scalar(traits, name, |value| value.time()).map(|time| time.ms() as f64)
    }
}

impl Function {
    fn answer(self, arguments: &[Expression], traits: &JsonMap) -> Option<f64> {
        let argument = |index: usize| arguments.get(index)?.answer(traits);
        let all = || arguments.iter().map(|argument| argument.answer(traits)).collect::<Option<Vec<f64>>>();
        match self {
            Self::Min => all()?.into_iter().reduce(f64::min),
            Self::Max => all()?.into_iter().reduce(f64::max),
            Self::Floor => argument(0).map(f64::floor),
            Self::Ceil => argument(0).map(f64::ceil),
            Self::Abs => argument(0).map(f64::abs),
            Self::Round => {
                let digits = if arguments.len() == 2 { argument(1)?.clamp(0.0, ROUND_DIGITS_MAX) } else { 0.0 };
                let scale = 10f64.powi(digits as i32);
                argument(0).map(|number| (number * scale).round() / scale)
            }
            Self::Coalesce => arguments.iter().find_map(|argument| argument.answer(traits)),
            Self::DaysBetween => {
                let time = |index: usize| arguments.get(index)?.time_ms(traits);
                Some(((time(1)? - time(0)?) / DAY_MS).floor())
            }
        }
    }
}

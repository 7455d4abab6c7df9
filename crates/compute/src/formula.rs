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
/// Decimals `round` can be asked for; below zero: tens, hundreds, thousands …
const ROUND_DIGITS_MAX: f64 = 6.0;
const ROUND_DIGITS_MIN: f64 = -15.0;

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
    /// Why it has no answer for anybody, when that can be seen; `is_date` says which traits hold dates only.
    pub(crate) fn never_answers(&self, is_date: &dyn Fn(&str) -> bool) -> Option<String> {
        match self.expression.fate(is_date) {
            Fate::Never(why) => Some(format!("the formula has no answer for anybody: {why}")),
            Fate::Known(_) | Fate::Open => None,
        }
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

/// What can be said of an expression before anybody's traits are looked at.
enum Fate {
    Known(f64),
    Open,
    Never(String),
}

impl Expression {
    fn fate(&self, is_date: &dyn Fn(&str) -> bool) -> Fate {
        let mut inputs = BTreeSet::new();
        self.collect(&mut inputs);
        if inputs.is_empty() {
            let answer = self.answer(&JsonMap::new()).filter(|answer| answer.is_finite());
            return answer.map_or_else(|| Fate::Never("it divides by zero".into()), Fate::Known);
        }
        match self {
            Self::Trait(name) if is_date(name) => {
                Fate::Never(format!("{name} is a date, which only days_between takes"))
            }
            Self::Number(_) | Self::Trait(_) | Self::Call(Function::DaysBetween, _) => Fate::Open,
            Self::Negative(inner) => inner.fate(is_date),
            Self::Binary(operator, left, right) => match (left.fate(is_date), right.fate(is_date)) {
                (Fate::Never(why), _) | (_, Fate::Never(why)) => Fate::Never(why),
                (_, Fate::Known(0.0)) if *operator == Operator::Divide => Fate::Never("it divides by zero".into()),
                _ => Fate::Open,
            },
            Self::Call(Function::Coalesce, arguments) => arguments
                .iter()
                .map(|argument| argument.fate(is_date))
                .reduce(|one, other| if matches!(one, Fate::Never(_)) { other } else { one })
                .unwrap_or(Fate::Open),
            Self::Call(_, arguments) => {
                let never = |argument: &Expression| match argument.fate(is_date) {
                    Fate::Never(why) => Some(Fate::Never(why)),
                    Fate::Known(_) | Fate::Open => None,
                };
                arguments.iter().find_map(never).unwrap_or(Fate::Open)
            }
        }
    }

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
                let digits = if arguments.len() == 2 { argument(1)? } else { 0.0 };
                let digits = digits.clamp(ROUND_DIGITS_MIN, ROUND_DIGITS_MAX) as i32;
                let scale = 10f64.powi(digits.abs());
                argument(0).map(|number| match digits {
                    0.. => (number * scale).round() / scale,
                    _ => (number / scale).round() * scale,
                })
            }
            Self::Coalesce => arguments.iter().find_map(|argument| argument.answer(traits)),
            Self::DaysBetween => {
                let time = |index: usize| arguments.get(index)?.time_ms(traits);
                Some(((time(1)? - time(0)?) / DAY_MS).floor())
            }
        }
    }
}

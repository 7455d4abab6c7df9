//! Operands: values, dates and spans of time.

use crate::{Scalar, window};
use base::{DurationMs, Json, Timestamp};
use std::fmt;

const DAY_MS: i64 = 86_400_000;

/// A value written in a condition. Its type decides how it is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Text(String),
    Number(f64),
    Bool(bool),
}

impl Literal {
    pub fn equals(&self, value: Scalar<'_>) -> bool {
        match self {
            Literal::Text(text) => value.text() == text.as_str(),
            Literal::Number(number) => value.number() == Some(*number),
            Literal::Bool(truth) => value.truth() == Some(*truth),
        }
    }
    pub fn to_json(&self) -> Json {
        self.scalar().to_json()
    }
    pub fn scalar(&self) -> Scalar<'_> {
        match self {
            Literal::Text(text) => Scalar::Text(text),
            Literal::Number(number) => Scalar::Number(*number),
            Literal::Bool(truth) => Scalar::Bool(*truth),
        }
    }
}

/// A point in time or, when written without a time of day, the whole day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub at: Timestamp,
    pub whole_day: bool,
}

impl Date {
    /// Reads ISO 8601.
    pub fn parse(text: &str) -> Option<Date> {
        let text = text.trim();
        // Bare digits are epoch seconds elsewhere; in a condition they are a mistake more often than not.
        if text.len() < "2026-01-01".len() || !text.contains('-') {
            return None;
        }
        let at = Timestamp::parse(text).ok()?;
        Some(Date { at, whole_day: text.len() == "2026-01-01".len() })
    }
    /// The first ms that belongs to it.
    pub fn start_ms(&self) -> i64 {
        self.at.ms()
    }
    /// The first ms after it.
    pub fn end_ms(&self) -> i64 {
        self.at.ms().saturating_add(if self.whole_day { DAY_MS } else { 1 })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.at.to_string();
        f.write_str(if self.whole_day { text.get(..10).unwrap_or(&text) } else { &text })
    }
}

/// Units of a span. Months and years are 30 and 365 days: a window rolls, it does not follow the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub const ALL: [Unit; 6] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
    pub const fn ms(self) -> DurationMs {
        match self {
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => DAY_MS,
            Self::Week => 7 * DAY_MS,
            Self::Month => 30 * DAY_MS,
            Self::Year => 365 * DAY_MS,
        }
    }
    /// `day` and `days`.
    pub fn parse(text: &str) -> Option<Unit> {
        Self::ALL.into_iter().find(|unit| text == unit.name() || text.strip_suffix('s') == Some(unit.name()))
    }
}

/// "60 days". Invariant: `1 <= amount`, and the whole is at most [`Span::MS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    amount: u32,
    unit: Unit,
}

impl Span {
    /// A hundred years.
    pub const MS_MAX: DurationMs = 100 * 365 * DAY_MS;

    /// None when `amount` is 0 or the span longer than [`Self::MS_MAX`].
    pub fn new(amount: u64, unit: Unit) -> Option<Span> {
        let amount = u32::try_from(amount).ok().filter(|amount| 0 < *amount)?;
        let span = Span { amount, unit };
        (span.ms() <= Self::MS_MAX).then_some(span)
    }
    pub fn amount(&self) -> u32 {
        self.amount
    }
    pub fn unit(&self) -> Unit {
        self.unit
    }
    pub fn ms(&self) -> DurationMs {
        self.amount as i64 * self.unit.ms()
    }
    /// The range `[now - span, now]` as half open ms.
    pub fn before(&self, now: Timestamp) -> (i64, i64) {
        (now.ms().saturating_sub(self.ms()), now.ms().saturating_add(1))
    }
    /// When something that happened at `at` next enters or leaves the range before `now`.
    pub fn next_change(&self, at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        window::first_after(now, [at, at.plus_ms(self.ms()).plus_ms(1)])
    }
    pub fn to_json(&self) -> Json {
        serde_json::json!({ "amount": self.amount, "unit": self.unit.name() })
    }
}

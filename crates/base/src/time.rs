//! Points in time: milliseconds since 1970-01-01T00:00:00Z, always UTC.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A span in milliseconds.
pub type DurationMs = i64;

/// Milliseconds since the Unix epoch, UTC. Written in JSON as RFC 3339 with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("\"{text}\" is not an ISO 8601 date and time")]
pub struct TimestampError {
    pub text: String,
}

impl Timestamp {
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }
    pub const fn ms(self) -> i64 {
        self.0
    }
    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    pub const fn ms_since(self, earlier: Timestamp) -> DurationMs {
        self.0 - earlier.0
    }
    pub const fn plus_ms(self, ms: DurationMs) -> Self {
        Self(self.0.saturating_add(ms))
    }
    /// Whole days since 1970-01-01 in UTC.
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(86_400_000)
    }
    /// Reads ISO 8601 as sources write it: with offset, with `Z`, without zone (taken as UTC), date only, or
    /// epoch seconds / milliseconds as digits.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let bad = || TimestampError { text: text.chars().take(40).collect() };
        let trimmed = text.trim();
        if let Ok(at) = trimmed.parse::<jiff::Timestamp>() {
            return Ok(Self(at.as_millisecond()));
        }
        if let Ok(at) = trimmed.parse::<jiff::civil::DateTime>() {
            let zoned = at.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| bad())?;
            return Ok(Self(zoned.timestamp().as_millisecond()));
        }
        if let Ok(number) = trimmed.parse::<i64>() {
            // Eleven digits of seconds reach the year 5138; anything longer is milliseconds.
            return Ok(Self(if number.abs() < 100_000_000_000 { number * 1_000 } else { number }));
        }
        Err(bad())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;

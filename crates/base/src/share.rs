//! Shares (rates, percentages) as a type, so that 0.2 and 20 % cannot be confused.

use serde::{Deserialize, Serialize};

/// A share in `0.0..=1.0`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, Default)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("a share lies between 0 and 1, got {0}")]
pub struct ShareError(f64);

impl Share {
    pub fn new(value: f64) -> Result<Self, ShareError> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(ShareError(value)) }
    }
    /// `part / whole`, or 0 when `whole` is 0: a campaign nobody received has an open rate of 0.
    pub fn of(part: u64, whole: u64) -> Self {
        if whole == 0 { Self(0.0) } else { Self((part as f64 / whole as f64).min(1.0)) }
    }
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = ShareError;
    fn try_from(value: f64) -> Result<Self, ShareError> {
        Share::new(value)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> f64 {
        share.0
    }
}

//! What tells one device of a customer from another.

use db::DbError;
use std::fmt;

/// A hash: the id a library gave the device is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey(pub(crate) u128);

impl DeviceKey {
    pub(crate) fn of(parts: &[&str]) -> Self {
        Self(xxhash_rust::xxh3::xxh3_128(parts.join("\0").as_bytes()))
    }
    pub(crate) fn sql(self) -> String {
        format!("{:032x}", self.0)
    }
    pub(crate) fn from_sql(text: &str) -> Result<Self, DbError> {
        let parsed = u128::from_str_radix(text, 16);
        parsed.map(Self).map_err(|error| DbError::Decode { column: "device_key".into(), detail: error.to_string() })
    }
}

impl fmt::Display for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "dev_{:032x}", self.0)
    }
}

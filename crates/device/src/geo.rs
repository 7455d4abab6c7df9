//! Country and city of an address, out of a MaxMind DB file that the operator supplies.
//!
//! The file is read into memory: a city database is some 60 MB. A file that was replaced is read anew; one that cannot be
//! used leaves the one before in force.

use crate::DeviceError;
use crate::agent::kept;
use base::Timestamp;
use maxminddb::Reader;
use parking_lot::{Mutex, RwLock};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Where an address is.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// In English.
    pub city: Option<String>,
}

/// What the file says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoAbout {
    pub kind: String,
    pub cities: bool,
    pub built_at: Timestamp,
}

/// The fields that are read: those of GeoIP2, GeoLite2 and DB-IP, and the flat ones of others.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    country: Option<Country<'a>>,
    #[serde(borrow, default)]
    registered_country: Option<Country<'a>>,
    #[serde(borrow, default)]
    country_code: Option<&'a str>,
    #[serde(borrow, default)]
    city: Option<City<'a>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Country<'a> {
    Plain(&'a str),
    Named {
        #[serde(borrow, default)]
        iso_code: Option<&'a str>,
    },
}

impl<'a> Country<'a> {
    fn code(self) -> Option<&'a str> {
        match self {
            Self::Plain(code) => Some(code),
            Self::Named { iso_code } => iso_code,
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum City<'a> {
    Plain(&'a str),
    Named {
        #[serde(borrow, default)]
        names: BTreeMap<&'a str, &'a str>,
    },
}

impl<'a> City<'a> {
    fn name(self) -> Option<&'a str> {
        match self {
            Self::Plain(name) => Some(name),
            Self::Named { names } => names.get("en").copied(),
        }
    }
}

/// Tells a file from the one that took its place.
type Stamp = (Option<SystemTime>, u64);

/// The database.
pub struct Geo {
    path: PathBuf,
    reader: RwLock<Arc<Reader<Vec<u8>>>>,
    stamp: Mutex<Stamp>,
}

impl std::fmt::Debug for Geo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Geo").field("path", &self.path).finish_non_exhaustive()
    }
}

fn stamp_of(path: &Path) -> Result<Stamp, DeviceError> {
    let unreadable = |error: std::io::Error| DeviceError::Unreadable { path: path.into(), detail: error.to_string() };
    let found = std::fs::metadata(path).map_err(unreadable)?;
    Ok((found.modified().ok(), found.len()))
}

fn read(path: &Path) -> Result<Reader<Vec<u8>>, DeviceError> {
    let unreadable = |error: std::io::Error| DeviceError::Unreadable { path: path.into(), detail: error.to_string() };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let no_database = |detail: String| DeviceError::NoDatabase { path: path.into(), detail };
    let reader = Reader::from_source(bytes).map_err(|error| no_database(error.to_string()))?;
    let kind = reader.metadata().database_type.clone();
    let lower = kind.to_ascii_lowercase();
    // GeoIP2-Country, GeoLite2-City, DBIP-Location-…, GeoIP2-Enterprise, ipinfo country …
    if !["country", "city", "location", "enterprise"].iter().any(|word| lower.contains(word)) {
        return Err(DeviceError::NoCountries { path: path.into(), kind });
    }
    // A file cut short opens; a look into it tells.
    place_in(&reader, IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1))).map_err(no_database)?;
    Ok(reader)
}

impl Geo {
    pub fn open(path: &Path) -> Result<Self, DeviceError> {
        let stamp = stamp_of(path)?;
        Ok(Self { path: path.into(), reader: RwLock::new(Arc::new(read(path)?)), stamp: Mutex::new(stamp) })
    }

    /// Reads the file anew when it was replaced. A file that failed is not tried again until it changes.
    pub fn reload(&self) -> Result<bool, DeviceError> {
        let stamp = stamp_of(&self.path)?;
        if std::mem::replace(&mut *self.stamp.lock(), stamp) == stamp {
            return Ok(false);
        }
        let reader = read(&self.path)?;
        *self.reader.write() = Arc::new(reader);
        Ok(true)
    }

    /// None: the file does not know the address, or not its country.
    pub fn place(&self, address: IpAddr) -> Option<Place> {
        let reader = self.reader.read().clone();
        place_in(&reader, address).ok().flatten()
    }

    pub fn about(&self) -> GeoAbout {
        let reader = self.reader.read().clone();
        let about = reader.metadata();
        let built_ms = i64::try_from(about.build_epoch).unwrap_or_default().saturating_mul(1_000);
        let lower = about.database_type.to_ascii_lowercase();
        GeoAbout {
            kind: kept(&about.database_type).unwrap_or_default(),
            cities: !lower.contains("country"),
            built_at: Timestamp::from_ms(built_ms),
        }
    }
}

fn place_in(reader: &Reader<Vec<u8>>, address: IpAddr) -> Result<Option<Place>, String> {
    let found = reader.lookup(address).map_err(|error| error.to_string())?;
    let Some(record) = found.decode::<Record<'_>>().map_err(|error| error.to_string())? else { return Ok(None) };
    let code = record.country.and_then(Country::code).or(record.country_code);
    let code = code.or(record.registered_country.and_then(Country::code));
    let is_code = |code: &&str| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic());
    let Some(code) = code.filter(is_code) else { return Ok(None) };
    let city = record.city.and_then(City::name).and_then(kept);
    Ok(Some(Place { country: code.to_ascii_uppercase(), city }))
}

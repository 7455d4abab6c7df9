//! What is known of a company: each trait with the time of the event that said it and where it came from.
//!
//! Stored as one JSON text: `{"v":1,"t":{"plan":["gold",1795341600000,"src_…"]}}`. A trait that was taken back stays as
//! null with its time, so that an older event that arrives late does not bring it back.

use base::{Json, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the stored form.
const VERSION: u8 = 1;
/// Traits per company; more are not stored.
pub const TRAITS_MAX: usize = 200;
/// Bytes of a trait's name.
pub const TRAIT_NAME_BYTES_MAX: usize = 128;
/// Bytes of a trait's value as JSON.
pub const TRAIT_VALUE_BYTES_MAX: usize = 8 * 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said(Json, i64, String);

impl Said {
    /// Of two that were said at one moment the same one wins in whatever order they come.
    fn rank(&self) -> (i64, String, &str) {
        (self.1, self.0.to_string(), &self.2)
    }
}

/// All traits of a company.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Traits {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "t")]
    said: BTreeMap<String, Said>,
}

impl Default for Traits {
    fn default() -> Self {
        Self { version: VERSION, said: BTreeMap::new() }
    }
}

impl Traits {
    /// Reads the stored form; one of a later version is refused.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let traits: Self = serde_json::from_str(text)?;
        if traits.version > VERSION {
            let known = format!("version {} of stored traits is not known to this program", traits.version);
            return Err(serde::de::Error::custom(known));
        }
        Ok(traits)
    }
    pub fn text(&self) -> String {
        // Strings and numbers only: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Sets a trait unless something later was said. False when a limit refused it.
    pub fn set(&mut self, name: &str, value: &Json, at: Timestamp, source: &str) -> bool {
        if name.is_empty() || name.len() > TRAIT_NAME_BYTES_MAX || is_too_large(value) {
            return false;
        }
        let said = Said(value.clone(), at.ms(), source.to_owned());
        match self.said.get(name) {
            Some(known) if said.rank() <= known.rank() => return true,
            None if self.said.len() >= TRAITS_MAX => return false,
            _ => {}
        }
        self.said.insert(name.to_owned(), said);
        true
    }

    /// Takes out what `is_named` finds a person in.
    pub fn forget(&mut self, is_named: &dyn Fn(&str) -> bool) -> bool {
        let before = self.said.len();
        self.said.retain(|_, said| !is_named(&said.0.to_string()));
        self.said.len() != before
    }

    /// The value, unless it was never set or was taken back.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.said.get(name).map(|said| &said.0).filter(|value| !value.is_null())
    }
    /// A text that is not empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
    /// Name, value, when it was said, and by which source; in order of the name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json, Timestamp, &str)> {
        let set = self.said.iter().filter(|(_, said)| !said.0.is_null());
        set.map(|(name, said)| (name.as_str(), &said.0, Timestamp::from_ms(said.1), said.2.as_str()))
    }

    pub fn name(&self) -> Option<&str> {
        self.text_of("name").or_else(|| self.text_of("company_name"))
    }
    /// In lower case, without `www.`: the trait `domain`, else of `website`, else of `email`.
    pub fn domain(&self) -> Option<String> {
        let of_email = || self.text_of("email")?.rsplit_once('@').map(|(_, domain)| domain);
        let written = self.text_of("domain").or_else(|| self.text_of("website")).or_else(of_email)?;
        let plain = written.split_once("://").map_or(written, |(_, rest)| rest);
        let host = plain.split(['/', '?', '#', ':']).next().unwrap_or_default().trim().to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        (host.contains('.') && !host.contains(char::is_whitespace)).then(|| host.to_owned())
    }
    pub fn country(&self) -> Option<&str> {
        let nested = || self.get("address")?.get("country")?.as_str();
        self.text_of("country").or_else(nested)
    }
}

pub(crate) fn is_too_large(value: &Json) -> bool {
    match value {
        Json::String(text) => text.len() > TRAIT_VALUE_BYTES_MAX,
        Json::Array(_) | Json::Object(_) => value.to_string().len() > TRAIT_VALUE_BYTES_MAX,
        _ => false,
    }
}

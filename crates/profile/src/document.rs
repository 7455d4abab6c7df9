//! The traits of one profile, each with the time of the event that said it and where it came from.
//!
//! Stored as one JSON text: `{"v":1,"s":["src_…"],"t":{"email":["anna@…",1795341600000,0]}}`: value, event time in
//! ms, index into the sources `s`. A trait that was taken back stays as null with its time, so that an older event
//! that arrives late does not bring it back.
//!
//! Version 2 has `m` as well: of traits for which the workspace has a rule of its own, what else was said and may come to
//! hold ([`crate::survivor`]). It is written only where there is such a thing.

use crate::rules::Rules;
use crate::survivor::{Memory, Said, TraitRule};
use base::{Json, Timestamp};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Versions of the stored form: of one without memories, and of one with them.
const DOCUMENT_VERSION: u8 = 1;
const DOCUMENT_VERSION_WITH_MEMORIES: u8 = 2;
/// Traits per profile; more are not stored.
pub const TRAITS_MAX: usize = 400;
/// Bytes of a trait's name.
pub const TRAIT_NAME_BYTES_MAX: usize = 128;
/// Bytes of a trait's value as JSON.
pub const TRAIT_VALUE_BYTES_MAX: usize = 8 * 1024;

/// One trait.
#[derive(Debug, Clone, PartialEq)]
pub struct Trait<'d> {
    pub name: &'d str,
    pub value: &'d Json,
    pub at: Timestamp,
    /// A source id, or the channel of an event that has none (`import`, `system`).
    pub source: &'d str,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Stored(Json, i64, u16);

/// All traits of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "s")]
    sources: Vec<String>,
    #[serde(rename = "t")]
    traits: IndexMap<String, Stored>,
    #[serde(rename = "m", default, skip_serializing_if = "IndexMap::is_empty")]
    memories: IndexMap<String, Memory>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: DOCUMENT_VERSION, sources: Vec::new(), traits: IndexMap::new(), memories: IndexMap::new() }
    }
}

/// `first_utm_source` and the like tell how a customer was found: the earliest event wins, not the latest.
pub(crate) fn earliest_wins(name: &str) -> bool {
    name.starts_with("first_utm_") || name == "first_referrer" || name == "first_landing_page"
}

impl Document {
    /// Reads the stored form; one of a later version is refused.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let document: Self = serde_json::from_str(text)?;
        if document.version > DOCUMENT_VERSION_WITH_MEMORIES {
            let known = format!("version {} of stored traits is not known to this program", document.version);
            return Err(serde::de::Error::custom(known));
        }
        Ok(document)
    }
    pub fn text(&self) -> String {
        // Strings and numbers only: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The value, unless it was never set or was taken back.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.traits.get(name).map(|stored| &stored.0).filter(|value| !value.is_null())
    }
    /// A text that is not empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| value.as_str()).map(str::trim).filter(|text| !text.is_empty())
    }
    /// The traits that are set, in the order they were first set.
    pub fn iter(&self) -> impl Iterator<Item = Trait<'_>> {
        self.traits.iter().filter(|(_, stored)| !stored.0.is_null()).map(|(name, stored)| Trait {
            name,
            value: &stored.0,
            at: Timestamp::from_ms(stored.1),
            source: self.source(stored.2),
        })
    }

    /// Sets a trait unless the document knows better: the later event wins, between equals the one accepted later.
    /// False when a limit refused it.
    pub fn set(&mut self, name: &str, value: &Json, at: Timestamp, source: &str) -> bool {
        if name.is_empty() || name.len() > TRAIT_NAME_BYTES_MAX || is_too_large(value) {
            return false;
        }
        let at = at.ms();
        match self.traits.get(name) {
            Some(Stored(_, old, _)) if earliest_wins(name) && *old <= at => return true,
            Some(Stored(_, old, _)) if !earliest_wins(name) && at < *old => return true,
            None if self.traits.len() >= TRAITS_MAX => return false,
            _ => {}
        }
        let source = self.source_index(source);
        match self.traits.get_mut(name) {
            Some(stored) => *stored = Stored(value.clone(), at, source),
            None => {
                self.traits.insert(name.to_owned(), Stored(value.clone(), at, source));
            }
        }
        true
    }

    /// Sets a trait as the workspace's rules say. False when a limit or the trait's rule refused the value.
    pub(crate) fn hear(&mut self, rules: &Rules, name: &str, said: Said) -> bool {
        let Some(rule) = rules.of_trait(name) else {
            self.forget(name);
            return self.set(name, said.value(), Timestamp::from_ms(said.at()), said.source());
        };
        let too_many = self.traits.len() >= TRAITS_MAX && !self.traits.contains_key(name);
        if name.is_empty() || name.len() > TRAIT_NAME_BYTES_MAX || is_too_large(said.value()) || too_many {
            return false;
        }
        let mut memory = self.memory(name, rule);
        let is_taken = memory.hear(rule, said);
        self.remember(name, rule, memory);
        is_taken
    }

    /// What was said of a trait, as far as its rule has to know. Where another rule held before, it begins with what
    /// held then.
    fn memory(&self, name: &str, rule: &TraitRule) -> Memory {
        if let Some(kept) = self.memories.get(name).filter(|kept| kept.code == rule.survivor.code()) {
            return kept.clone();
        }
        let mut memory = Memory::new(rule);
        if let Some(Stored(value, at, source)) = self.traits.get(name) {
            memory.hear(rule, Said(value.clone(), *at, self.source(*source).to_owned(), String::new()));
        }
        memory
    }

    fn remember(&mut self, name: &str, rule: &TraitRule, memory: Memory) {
        let Some(outcome) = memory.outcome(rule) else { return };
        let source = self.source_index(&outcome.source);
        let stored = Stored(outcome.value, outcome.at, source);
        match self.traits.get_mut(name) {
            Some(known) => *known = stored,
            None => {
                self.traits.insert(name.to_owned(), stored);
            }
        }
        if memory.is_plain() {
            self.forget(name);
        } else {
            self.memories.insert(name.to_owned(), memory);
        }
        self.set_version();
    }

    fn forget(&mut self, name: &str) {
        self.memories.shift_remove(name);
        self.set_version();
    }

    fn set_version(&mut self) {
        let is_plain = self.memories.is_empty();
        self.version = if is_plain { DOCUMENT_VERSION } else { DOCUMENT_VERSION_WITH_MEMORIES };
    }

    /// The sayings that make what holds of a trait; a null one when it was taken back.
    pub(crate) fn holding(&self, rules: &Rules, name: &str) -> Vec<Said> {
        let Some(rule) = rules.of_trait(name) else {
            let stored = self.traits.get(name).into_iter();
            let said = |Stored(value, at, source): &Stored| {
                Said(value.clone(), *at, self.source(*source).to_owned(), String::new())
            };
            return stored.map(said).collect();
        };
        let memory = self.memory(name, rule);
        match memory.reset.filter(|_| memory.said.is_empty()) {
            Some(at) => vec![Said(Json::Null, at, String::new(), String::new())],
            None => rule.survivor.holding(&memory.said).to_vec(),
        }
    }

    /// Every trait for which the workspace has a rule of its own, as it stands; null: taken back.
    pub(crate) fn ruled(&self, rules: &Rules) -> Vec<(String, Json, Timestamp)> {
        let ruled = self.traits.iter().filter(|(name, _)| rules.of_trait(name).is_some());
        ruled.map(|(name, Stored(value, at, _))| (name.clone(), value.clone(), Timestamp::from_ms(*at))).collect()
    }

    fn source(&self, index: u16) -> &str {
        self.sources.get(usize::from(index)).map_or("", String::as_str)
    }

    /// Takes in the traits of a profile that turned out to be the same customer. Equal times: what is here stays.
    pub(crate) fn absorb(&mut self, other: &Document, rules: &Rules) {
        for (name, Stored(value, at, source)) in &other.traits {
            if let Some(rule) = rules.of_trait(name) {
                if self.traits.len() < TRAITS_MAX || self.traits.contains_key(name) {
                    let mut memory = self.memory(name, rule);
                    memory.join(rule, &other.memory(name, rule));
                    self.remember(name, rule, memory);
                }
                continue;
            }
            self.forget(name);
            let newer = self.traits.get(name).is_none_or(|Stored(_, old, _)| old < at);
            let older = self.traits.get(name).is_none_or(|Stored(_, old, _)| at < old);
            if if earliest_wins(name) { older } else { newer } {
                self.set(name, value, Timestamp::from_ms(*at), other.source(*source));
            }
        }
    }

    fn source_index(&mut self, source: &str) -> u16 {
        if let Some(index) = self.sources.iter().position(|known| known == source) {
            return index as u16;
        }
        self.sources.push(source.to_owned());
        (self.sources.len() - 1).min(usize::from(u16::MAX)) as u16
    }

    /// What the customer is called: first and last name, or `name`.
    pub fn full_name(&self) -> Option<String> {
        let first = self.text_of("first_name").or_else(|| self.text_of("firstName"));
        let last = self.last_name();
        match (first, last) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(self.text_of("name").unwrap_or(one).to_owned()),
            (None, None) => self.text_of("name").map(str::to_owned),
        }
    }
    pub fn first_name(&self) -> Option<&str> {
        let of_name = || self.text_of("name").and_then(|name| name.split_whitespace().next());
        self.text_of("first_name").or_else(|| self.text_of("firstName")).or_else(of_name)
    }
    pub fn last_name(&self) -> Option<&str> {
        self.text_of("last_name").or_else(|| self.text_of("lastName"))
    }
    /// The last name, or what follows the first word of `name`.
    pub fn family_name(&self) -> Option<&str> {
        let of_name = || Some(self.text_of("name")?.split_once(char::is_whitespace)?.1.trim());
        self.last_name().or_else(of_name)
    }
    pub fn email(&self) -> Option<&str> {
        self.text_of("email")
    }
    pub fn phone(&self) -> Option<&str> {
        self.text_of("phone")
    }
    pub fn city(&self) -> Option<&str> {
        self.in_address("city")
    }
    pub fn country(&self) -> Option<&str> {
        self.in_address("country")
    }
    /// BCP 47 as the source wrote it: `nl`, `sv-SE`.
    pub fn language(&self) -> Option<&str> {
        self.text_of("language").or_else(|| self.text_of("locale"))
    }
    pub(crate) fn in_address(&self, name: &str) -> Option<&str> {
        let nested = || self.get("address").and_then(|address| address.get(name)).and_then(|value| value.as_str());
        self.text_of(name).or_else(nested)
    }
}

pub(crate) fn is_too_large(value: &Json) -> bool {
    match value {
        Json::String(text) => text.len() > TRAIT_VALUE_BYTES_MAX,
        Json::Array(_) | Json::Object(_) => value.to_string().len() > TRAIT_VALUE_BYTES_MAX,
        _ => false,
    }
}

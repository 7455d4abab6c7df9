//! A text in the languages of the product.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The languages people are written to in; the first is the last resort.
pub const LANGUAGES: [&str; 4] = ["en", "nl", "sv", "fy"];

/// The language of the product that a tag such as `nl-NL` or `sv_SE` means.
pub fn language_of(tag: &str) -> Option<&'static str> {
    let two = tag.trim().get(..2)?.to_ascii_lowercase();
    let ends = tag.trim().get(2..3).is_none_or(|next| matches!(next, "-" | "_"));
    LANGUAGES.into_iter().find(|language| ends && *language == two)
}

/// Texts by language; a missing or empty one falls back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised(pub BTreeMap<String, String>);

impl Localised {
    pub fn of(language: &str, text: &str) -> Self {
        Self(BTreeMap::from([(language.to_owned(), text.to_owned())]))
    }
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|text| text.trim().is_empty())
    }
    /// In `language`, else in `fallback`, else in English, else in any. None: there is no text.
    pub fn pick(&self, language: &str, fallback: &str) -> Option<&str> {
        let filled = |language: &str| self.0.get(language).map(String::as_str).filter(|text| !text.trim().is_empty());
        let any = || self.0.values().map(String::as_str).find(|text| !text.trim().is_empty());
        filled(language).or_else(|| filled(fallback)).or_else(|| filled(LANGUAGES[0])).or_else(any)
    }
    /// Trims, drops empty texts; says what is wrong.
    pub fn checked(&self, chars_max: usize) -> Result<Self, &'static str> {
        let mut kept = BTreeMap::new();
        for (language, text) in &self.0 {
            if !LANGUAGES.contains(&language.as_str()) {
                return Err("languages are en, nl, sv and fy");
            }
            let text = text.trim();
            if text.chars().count() > chars_max {
                return Err("the text is too long");
            }
            if text.chars().any(|c| c.is_control() && c != '\n') {
                return Err("the text holds control characters");
            }
            if !text.is_empty() {
                kept.insert(language.clone(), text.to_owned());
            }
        }
        Ok(Self(kept))
    }
}

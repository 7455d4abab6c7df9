//! The Segment request as it lies in the body: borrowed text and raw slices, no tree.
//!
//! Fields that hold text take whatever JSON is there, so that a wrong type becomes an error with a pointer instead
//! of a failed parse without a place.

use base::JsonMap;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// A field that should be text. Whole numbers count as text: many senders have numeric user ids.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) enum Text<'a> {
    #[default]
    Missing,
    Is(Cow<'a, str>),
    /// The JSON type found instead.
    Wrong(&'static str),
}

impl<'a> Text<'a> {
    /// The text; `None` when missing, blank or of another type.
    pub fn get(&self) -> Option<&str> {
        match self {
            Text::Is(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }
    pub fn to_option(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Owned(text.to_owned())))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Owned(number.to_string())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
                Ok(Text::Is(Cow::Owned(number.to_string())))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Text<'de>, E> {
                Ok(Text::Wrong("a fractional number"))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
                Ok(Text::Wrong("a boolean"))
            }
            fn visit_unit<E>(self) -> Result<Text<'de>, E> {
                Ok(Text::Missing)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Text::Wrong("an array"))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Text::Wrong("an object"))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// One call, alone in a body or an item of a batch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Item<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub message_id: Text<'a>,
    #[serde(borrow)]
    pub user_id: Text<'a>,
    #[serde(borrow)]
    pub anonymous_id: Text<'a>,
    #[serde(borrow)]
    pub previous_id: Text<'a>,
    #[serde(borrow)]
    pub group_id: Text<'a>,
    #[serde(borrow)]
    pub event: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub timestamp: Text<'a>,
    #[serde(borrow)]
    pub original_timestamp: Text<'a>,
    #[serde(borrow)]
    pub sent_at: Text<'a>,
    #[serde(borrow)]
    pub write_key: Text<'a>,
    /// Read only on events Tutti writes itself.
    #[serde(borrow)]
    pub profile_id: Text<'a>,
    /// Traits by customer; read only on events Tutti writes itself.
    #[serde(borrow)]
    pub each: Option<&'a RawValue>,
    #[serde(borrow)]
    pub context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub properties: Option<&'a RawValue>,
    #[serde(borrow)]
    pub traits: Option<&'a RawValue>,
}

/// A batch, or the form in which the inbox keeps a single call.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub batch: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub write_key: Text<'a>,
    #[serde(borrow)]
    pub sent_at: Text<'a>,
    #[serde(borrow)]
    pub context: Option<&'a RawValue>,
    /// The type of items that state none: the path of a single call.
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
}

/// What the identity needs of `context` or `traits`; the rest is skipped.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContextIds<'a> {
    #[serde(borrow)]
    pub external_ids: Option<&'a RawValue>,
    #[serde(borrow)]
    pub traits: Option<&'a RawValue>,
    #[serde(borrow)]
    pub channel: Text<'a>,
}

/// Who sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AgentContext<'a> {
    #[serde(borrow)]
    pub user_agent: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TraitIds<'a> {
    #[serde(borrow)]
    pub email: Text<'a>,
    #[serde(borrow)]
    pub phone: Text<'a>,
}

/// An entry of `context.externalIds`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExternalId<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
}

/// Reads an object inside an event. Of a key that stands twice the later one counts, as most readers of JSON have it;
/// `held` keeps the text that is read then.
pub(crate) fn part_of<'a, T: Deserialize<'a> + Default>(raw: &'a str, held: &'a mut String) -> T {
    serde_json::from_str(raw).unwrap_or_else(|_| {
        *held = serde_json::from_str::<JsonMap>(raw)
            .map(|map| serde_json::Value::Object(map).to_string())
            .unwrap_or_default();
        serde_json::from_str(held).unwrap_or_default()
    })
}

/// True when the raw text is a JSON object.
pub(crate) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

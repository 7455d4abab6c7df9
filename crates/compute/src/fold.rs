//! Events as definitions see them, and states made of many.

use crate::definition::EventAggregate;
use crate::state::State;
use base::{JsonMap, Timestamp};
use events::{Event, RawJson};
use predicate::{EventFacts, Scalar, for_each_scalar};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::borrow::Cow;

/// One event; its properties are parsed only when somebody asks for them.
pub(crate) struct Happened<'e> {
    pub at: Timestamp,
    pub channel: &'e str,
    pub properties: &'e RawJson,
}

impl<'e> Happened<'e> {
    pub fn of(event: &'e Event) -> Self {
        Self { at: event.at, channel: event.channel.name(), properties: &event.properties }
    }
}

impl EventFacts for Happened<'_> {
    fn at(&self) -> Timestamp {
        self.at
    }
    fn channel(&self) -> &str {
        self.channel
    }
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        for_each_scalar(self.properties.map(), path, each);
    }
}

/// An event of the history, of which only what is asked for is parsed.
pub(crate) struct Stored<'e> {
    pub at: Timestamp,
    pub channel: &'e str,
    /// A JSON object as text.
    pub properties: &'e str,
}

impl EventFacts for Stored<'_> {
    fn at(&self) -> Timestamp {
        self.at
    }
    fn channel(&self) -> &str {
        self.channel
    }
    fn property_values(&self, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
        for_each_scalar(&asked_for(self.properties, path), path, each);
    }
}

/// The properties that lie on `path`. Text that is no object counts as empty.
fn asked_for(properties: &str, path: &str) -> JsonMap {
    struct Top<'p>(&'p str);
    impl<'de> Visitor<'de> for Top<'_> {
        type Value = JsonMap;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("properties")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonMap, A::Error> {
            let mut found = JsonMap::new();
            while let Some(key) = map.next_key::<Key<'_>>()? {
                let rest = self.0.strip_prefix(&*key.0);
                if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
                    found.insert(key.0.into_owned(), map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    let mut json = serde_json::Deserializer::from_str(properties);
    json.deserialize_map(Top(path)).unwrap_or_default()
}

/// Borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

/// The state of a customer who did `events`; None when the definition selects none of them.
pub(crate) fn state_of<'e>(
    definition: &EventAggregate,
    events: impl Iterator<Item = &'e Event>,
    now: Timestamp,
) -> Option<State> {
    let empty = State::new(definition);
    let mut state = empty.clone();
    for event in events.filter(|event| event.display_name() == definition.event.name) {
        definition.hear(&mut state, &Happened::of(event), now);
    }
    (state != empty).then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read_as_if_all_was_parsed() {
        let texts = [
            r#"{"price":1,"a.b":2,"a":{"b":3,"c":[{"d":4},{"d":[5,6]}]},"a.b.c":7,"price":8,"x\u0079":"e\n"}"#,
            r#"{"products":[{"price":1},{"price":"two"}],"price":null}"#,
            "{}",
            "",
            "[1]",
            r#"{"price":1"#,
        ];
        for text in texts {
            let whole = RawJson::new(text);
            for path in ["price", "a.b", "a", "a.c.d", "a.b.c", "xy", "products.price", "pri", "price.x", "", "."] {
                let values = |facts: &dyn EventFacts| {
                    let mut found = Vec::new();
                    facts.property_values(path, &mut |value| found.push(value.to_json()));
                    found
                };
                let at = Timestamp::from_ms(0);
                let parsed = values(&Happened { at, channel: "web", properties: &whole });
                assert_eq!(values(&Stored { at, channel: "web", properties: text }), parsed, "{path} of {text}");
            }
        }
    }
}

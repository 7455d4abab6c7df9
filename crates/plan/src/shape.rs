//! Which properties a schema names, and what to do about the others: find them, or cut them out of the text.
//!
//! What a schema says nothing about is open: an object without `properties` may hold anything. What no entry names is
//! unplanned. `additionalProperties` that is true or a schema, `patternProperties` and tuples make a place open.

use crate::schema::{SUBSCHEMA_LISTS, resolve};
use base::Json;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// What is planned inside a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shape {
    /// Anything inside is planned.
    open: bool,
    /// Some schema said something about the keys of an object.
    names_keys: bool,
    keys: HashMap<String, Shape>,
    items: Option<Box<Shape>>,
}

impl Shape {
    /// Of a schema that was checked. The root is closed: it plans what it names, and only that.
    pub fn of(schema: &Json) -> Self {
        let mut shape = Self::default();
        shape.add(schema, schema);
        shape.names_keys = true;
        shape.settle();
        shape
    }

    fn add(&mut self, root: &Json, schema: &Json) {
        let Json::Object(map) = schema else { return };
        if let Some(target) = map.get("$ref").and_then(Json::as_str).and_then(|to| resolve(root, to)) {
            self.add(root, target);
        }
        let open = match map.get("additionalProperties").or_else(|| map.get("unevaluatedProperties")) {
            Some(Json::Bool(open)) => *open,
            Some(Json::Object(_)) => true,
            _ => false,
        };
        self.open |= open || map.contains_key("patternProperties");
        if let Some(Json::Object(properties)) = map.get("properties") {
            self.names_keys = true;
            for (name, property) in properties {
                self.keys.entry(name.clone()).or_default().add(root, property);
            }
        }
        if let Some(items) = map.get("items") {
            self.items.get_or_insert_default().add(root, items);
        }
        if map.contains_key("prefixItems") {
            self.items.get_or_insert_default().open = true;
        }
        for keyword in ["if", "then", "else"] {
            map.get(keyword).into_iter().for_each(|part| self.add(root, part));
        }
        for keyword in SUBSCHEMA_LISTS.iter().filter(|keyword| **keyword != "prefixItems") {
            map.get(*keyword).and_then(Json::as_array).into_iter().flatten().for_each(|part| self.add(root, part));
        }
        let dependent = map.get("dependentSchemas").and_then(Json::as_object);
        dependent.into_iter().flatten().for_each(|(_, part)| self.add(root, part));
    }

    /// What names nothing inside is open.
    fn settle(&mut self) {
        self.open |= !self.names_keys && self.items.is_none();
        self.keys.values_mut().for_each(Self::settle);
        if let Some(items) = &mut self.items {
            items.settle();
        }
    }

    fn plans_keys(&self) -> bool {
        self.names_keys && !self.open
    }

    /// A pointer into an event with `*` for list places and for keys the plan does not name: those can be anything,
    /// even somebody's address.
    pub fn place(&self, pointer: &str) -> String {
        let mut place = String::new();
        let mut at = Some(self);
        for segment in pointer.split('/').skip(1) {
            let name = segment.replace("~1", "/").replace("~0", "~");
            match at.and_then(|shape| shape.keys.get(&name)) {
                Some(inner) => {
                    place.push('/');
                    place.push_str(segment);
                    at = Some(inner);
                }
                None => {
                    place.push_str("/*");
                    at = at.and_then(|shape| shape.items.as_deref());
                }
            }
        }
        place
    }

    /// The unplanned properties of a JSON object, each place once, at most `max`; one pass, without a tree. Of the
    /// object's own keys those that are `protected` are planned whatever the schema says.
    pub fn unplanned(&self, raw: &str, max: usize, protected: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut found = BTreeSet::new();
        let seed = Look { shape: self, path: String::new(), found: &mut found, max, protected };
        // Text that cannot be read here could not be read at the door either.
        let _ = seed.deserialize(&mut serde_json::Deserializer::from_str(raw));
        found.into_iter().collect()
    }

    /// The text of an object without what is unplanned; what stays is byte for byte what it was.
    pub fn pruned(&self, raw: &str, protected: &dyn Fn(&str) -> bool) -> serde_json::Result<String> {
        let mut out = String::with_capacity(raw.len());
        self.prune(raw, &mut out, protected)?;
        Ok(out)
    }

    fn prune(&self, raw: &str, out: &mut String, protected: &dyn Fn(&str) -> bool) -> serde_json::Result<()> {
        match raw.as_bytes().first() {
            Some(b'{') if self.plans_keys() => {
                let entries: Entries<'_> = serde_json::from_str(raw)?;
                out.push('{');
                let mut first = true;
                for (key, value) in entries.0 {
                    let inner = self.keys.get(&key);
                    if inner.is_none() && !protected(&key) {
                        continue;
                    }
                    if !first {
                        out.push(',');
                    }
                    first = false;
                    out.push_str(&Json::String(key).to_string());
                    out.push(':');
                    match inner {
                        Some(inner) => inner.prune(value.get(), out, &|_| false)?,
                        None => out.push_str(value.get()),
                    }
                }
                out.push('}');
            }
            Some(b'[') => {
                let Some(items) = &self.items else {
                    out.push_str(raw);
                    return Ok(());
                };
                let values: Vec<&RawValue> = serde_json::from_str(raw)?;
                out.push('[');
                for (index, value) in values.into_iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    items.prune(value.get(), out, &|_| false)?;
                }
                out.push(']');
            }
            _ => out.push_str(raw),
        }
        Ok(())
    }
}

/// A name that may be shown: not too long, and nothing that looks like somebody's address or number.
pub(crate) fn shown_name(name: &str) -> String {
    const CHARS_MAX: usize = 64;
    const DIGITS_MAX: usize = 5;
    let digits = name.chars().filter(char::is_ascii_digit).count();
    let is_telling = name.contains('@') || digits > DIGITS_MAX || name.chars().count() > CHARS_MAX;
    let is_broken = name.chars().any(char::is_control);
    if is_telling || is_broken { "(hidden)".to_owned() } else { name.to_owned() }
}

/// `/` and `~` as a JSON pointer has them.
pub(crate) fn segment(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Keys of an object in order, those that stand twice included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// Looks for unplanned properties while the text is read.
struct Look<'a> {
    shape: &'a Shape,
    path: String,
    found: &'a mut BTreeSet<String>,
    max: usize,
    /// Of the root's keys.
    protected: &'a dyn Fn(&str) -> bool,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.shape.plans_keys() && self.shape.items.is_none() {
            return deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Look { shape, path, found, max, protected } = self;
        while let Some(key) = map.next_key::<String>()? {
            match shape.keys.get(&key) {
                Some(inner) => {
                    let path = format!("{path}/{}", segment(&key));
                    map.next_value_seed(Look { shape: inner, path, found: &mut *found, max, protected: &|_| false })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                    if shape.plans_keys() && found.len() < max && !protected(&key) {
                        found.insert(format!("{path}/{}", segment(&shown_name(&key))));
                    }
                }
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Look { shape, path, found, max, .. } = self;
        let Some(items) = shape.items.as_deref() else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let path = format!("{path}/*");
        loop {
            let seed = Look { shape: items, path: path.clone(), found: &mut *found, max, protected: &|_| false };
            if seq.next_element_seed(seed)?.is_none() {
                return Ok(());
            }
        }
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

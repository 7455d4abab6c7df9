//! What to plan, from what arrives: names, types and how often each is there. No value is kept.

use crate::error::{PlanError, Result};
use crate::form::{Property, ValueType, schema_of, sounds_personal};
use crate::limits::*;
use crate::model::*;
use crate::schema::{Compiled, compile};
use crate::service::{Arrival, Plans, check_room, checked};
use crate::shape::shown_name;
use crate::store;
use base::{Json, JsonMap, Timestamp, WorkspaceId, words};
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

/// An event that arrives and is not planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub kind: Kind,
    pub name: String,
    /// Of the events looked at.
    pub events: u64,
    pub last_at: Timestamp,
    pub properties: Vec<SuggestedProperty>,
}

/// A property it has.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestedProperty {
    /// As it would be planned.
    pub property: Property,
    /// Events that have it.
    pub seen: u64,
    /// Of all events of this name.
    pub share: f64,
    /// The types its values had, most frequent first.
    pub types: Vec<ValueType>,
}

/// What was found among the newest events.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestions {
    /// Most frequent first.
    pub items: Vec<Suggestion>,
    /// Events looked at.
    pub sampled: usize,
}

words!(/// Why an entry was not adopted.
Skipped {
    /// It is in the plan already, or archived.
    Planned = "planned",
    /// No such event among the newest ones.
    NotSeen = "not_seen",
});

/// What became of each entry that was to be adopted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Adopted {
    pub adopted: Vec<PlannedEvent>,
    pub skipped: Vec<(Kind, String, Skipped)>,
}

impl Plans {
    /// Events that arrive and stand neither in the plan nor among what was archived.
    pub async fn suggestions(&self, workspace: WorkspaceId) -> Result<Suggestions> {
        let arrivals = self.inner.arrivals.newest(workspace, SAMPLE_EVENTS_MAX).await.map_err(PlanError::Arrivals)?;
        let known: HashSet<(Kind, String)> =
            store::events(&self.inner.db, workspace).await?.into_iter().map(|event| (event.kind, event.name)).collect();
        let sampled = arrivals.len();
        let mut items: Vec<Suggestion> = suggest(arrivals);
        items.retain(|one| {
            let general = !one.kind.must_be_named() && known.contains(&(one.kind, String::new()));
            !general && !known.contains(&(one.kind, one.name.clone()))
        });
        items.truncate(SUGGESTIONS_MAX);
        Ok(Suggestions { items, sampled })
    }

    /// Plans events as they arrive.
    pub async fn adopt(&self, workspace: WorkspaceId, wanted: &[(Kind, String)]) -> Result<Adopted> {
        if wanted.len() > ADOPTED_MAX {
            let detail = format!("one request adopts at most {ADOPTED_MAX} events");
            return Err(PlanError::field("too_many_adopted", "/events", detail));
        }
        let mut suggested: BTreeMap<(Kind, String), Suggestion> = self
            .suggestions(workspace)
            .await?
            .items
            .into_iter()
            .map(|one| ((one.kind, one.name.clone()), one))
            .collect();
        let now = self.inner.clock.now();
        let mut outcome = Adopted::default();
        let mut drafts = Vec::new();
        for (kind, name) in wanted {
            match suggested.remove(&(*kind, name.clone())) {
                Some(found) => drafts.push(checked(draft_of(found)?)?),
                None => outcome.skipped.push((*kind, name.clone(), Skipped::NotSeen)),
            }
        }
        let skipped = &mut outcome.skipped;
        let known_before: HashSet<(Kind, String)> =
            store::events(&self.inner.db, workspace).await?.into_iter().map(|event| (event.kind, event.name)).collect();
        for one in skipped.iter_mut().filter(|one| known_before.contains(&(one.0, one.1.clone()))) {
            one.2 = Skipped::Planned;
        }
        let written = self
            .write(workspace, now, |all| {
                let mut made = Vec::new();
                for draft in drafts {
                    if all.iter().any(|event| event.kind == draft.kind && event.name == draft.name) {
                        skipped.push((draft.kind, draft.name, Skipped::Planned));
                        continue;
                    }
                    check_room(all.len() + made.len())?;
                    made.push(self.new_event(draft, now));
                }
                Ok(made)
            })
            .await?;
        outcome.adopted = written;
        Ok(outcome)
    }
}

fn draft_of(found: Suggestion) -> Result<Draft> {
    let properties: Vec<Property> = found.properties.into_iter().map(|one| one.property).collect();
    Ok(Draft {
        kind: found.kind,
        name: found.name,
        description: String::new(),
        on_violation: None,
        unplanned_properties: None,
        schema: schema_of(&properties)?,
    })
}

/// What was seen of a value.
#[derive(Debug, Default)]
struct Node {
    seen: u64,
    nulls: u64,
    /// By type, in the order of [`ValueType::ALL`].
    types: [u64; ValueType::ALL.len()],
    keys: BTreeMap<String, Node>,
    objects: u64,
    items: Option<Box<Node>>,
}

impl Node {
    fn see(&mut self, value: &Json, depth: usize) {
        self.seen += 1;
        let Some(kind) = type_of(value) else {
            self.nulls += 1;
            return;
        };
        self.types[kind as usize] += 1;
        match value {
            Json::Object(map) => self.see_keys(map, depth),
            Json::Array(list) => {
                /// Entries of a list that are looked at.
                const ENTRIES_MAX: usize = 20;
                let items = self.items.get_or_insert_default();
                list.iter().take(ENTRIES_MAX).for_each(|entry| items.see(entry, depth + 1));
            }
            _ => {}
        }
    }

    fn see_keys(&mut self, map: &JsonMap, depth: usize) {
        self.objects += 1;
        if depth >= SUGGESTED_DEPTH_MAX {
            return;
        }
        for (name, value) in map {
            let is_new = !self.keys.contains_key(name);
            // Names that are data, such as an address as a key, are none to plan.
            if is_new && (self.keys.len() >= SCHEMA_PROPERTIES_MAX || name.is_empty() || shown_name(name) != *name) {
                continue;
            }
            self.keys.entry(name.clone()).or_default().see(value, depth + 1);
        }
    }

    /// The type that fits all values.
    fn value_type(&self) -> ValueType {
        let seen: Vec<ValueType> = ValueType::ALL.into_iter().filter(|kind| self.types[*kind as usize] > 0).collect();
        match seen.as_slice() {
            [only] => *only,
            [ValueType::Number, ValueType::Integer] => ValueType::Number,
            [ValueType::Text, ValueType::Date] => ValueType::Text,
            _ => ValueType::Any,
        }
    }

    fn types(&self) -> Vec<ValueType> {
        let mut seen: Vec<ValueType> =
            ValueType::ALL.into_iter().filter(|kind| self.types[*kind as usize] > 0).collect();
        seen.sort_by_key(|kind| std::cmp::Reverse(self.types[*kind as usize]));
        seen
    }

    fn property(&self, name: &str, of: u64) -> Property {
        let value_type = self.value_type();
        let mut property = Property::new(name, value_type);
        property.required = of >= REQUIRED_EVENTS_MIN && self.seen as f64 >= of as f64 * REQUIRED_SHARE;
        property.nullable = self.nulls > 0;
        property.personal = sounds_personal(name);
        match (value_type, &self.items) {
            (ValueType::Object, _) => property.properties = self.properties(),
            (ValueType::List, Some(items)) => {
                property.items = Some(match items.value_type() {
                    ValueType::List => ValueType::Any,
                    _ if items.nulls > 0 => ValueType::Any,
                    other => other,
                });
                if property.items == Some(ValueType::Object) {
                    property.properties = items.properties();
                }
            }
            _ => {}
        }
        property
    }

    fn properties(&self) -> Vec<Property> {
        self.keys.iter().map(|(name, node)| node.property(name, self.objects)).collect()
    }
}

fn type_of(value: &Json) -> Option<ValueType> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(_) => ValueType::Boolean,
        Json::Number(number) if number.is_f64() => ValueType::Number,
        Json::Number(_) => ValueType::Integer,
        Json::String(text) if is_date(text) => ValueType::Date,
        Json::String(_) => ValueType::Text,
        Json::Array(_) => ValueType::List,
        Json::Object(_) => ValueType::Object,
    })
}

/// True when the form's type "date" would take it.
fn is_date(text: &str) -> bool {
    static DATE: LazyLock<Option<Compiled>> = LazyLock::new(|| {
        let schema = schema_of(&[Property::new("date", ValueType::Date)]).ok()?;
        compile(&schema).ok()
    });
    // A glance first: most texts are none.
    text.len() >= 10
        && text.as_bytes()[4] == b'-'
        && DATE.as_ref().is_some_and(|date| date.validator.is_valid(&serde_json::json!({ "date": text })))
}

/// A plain "name" is a person's only among the traits of a person; of an event it is a product's or a page's.
fn of_kind(kind: Kind, mut property: Property) -> Property {
    property.personal &= kind == Kind::Identify || property.name != "name";
    property.properties = property.properties.into_iter().map(|one| of_kind(kind, one)).collect();
    property
}

/// The names and properties of events, most frequent first.
pub fn suggest(arrivals: Vec<Arrival>) -> Vec<Suggestion> {
    let too_many = [Kind::Page, Kind::Screen].map(|kind| {
        let names = arrivals.iter().filter(|one| one.kind == kind).map(|one| one.name.trim());
        names.collect::<HashSet<&str>>().len() > NAMED_PAGES_MAX
    });
    let in_one = |kind: Kind| match kind {
        Kind::Track => false,
        Kind::Page => too_many[0],
        Kind::Screen => too_many[1],
        Kind::Identify | Kind::Group => true,
    };
    let mut found: BTreeMap<(Kind, String), (Node, Timestamp)> = BTreeMap::new();
    for Arrival { kind, name, at, data } in arrivals {
        let name = if in_one(kind) { String::new() } else { name.trim().to_owned() };
        let is_telling = !name.is_empty() && shown_name(&name) != name;
        let no_name = kind.must_be_named() && name.is_empty();
        if is_telling || no_name || name.chars().count() > NAME_CHARS_MAX {
            continue;
        }
        let (node, last) = found.entry((kind, name)).or_insert_with(|| (Node::default(), at));
        node.see(&data, 0);
        *last = (*last).max(at);
    }
    let mut items: Vec<Suggestion> = found
        .into_iter()
        .map(|((kind, name), (node, last_at))| {
            let properties = node.keys.iter().map(|(name, inner)| SuggestedProperty {
                property: of_kind(kind, inner.property(name, node.seen)),
                seen: inner.seen,
                share: if node.seen == 0 { 0.0 } else { inner.seen as f64 / node.seen as f64 },
                types: inner.types(),
            });
            let mut properties: Vec<SuggestedProperty> = properties.collect();
            properties.sort_by_key(|one| std::cmp::Reverse(one.seen));
            Suggestion { kind, name, events: node.seen, last_at, properties }
        })
        .collect();
    items.sort_by_key(|one| std::cmp::Reverse(one.events));
    items
}

#[cfg(test)]
mod tests;

//! Names and values for pickers: what there is to ask for, with how often.

use super::Workspace;
use super::column::Column;
use base::{Json, Timestamp};

/// Examples shown with a name.
const EXAMPLES: usize = 5;

/// A trait that some profile has.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitName {
    pub name: String,
    /// `string`, `number`, `boolean`, `date`: what the examples look like.
    pub value_type: &'static str,
    /// Profiles that have it.
    pub count: u64,
    pub examples: Vec<Json>,
}

/// A value with the number of profiles that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueCount {
    pub value: Json,
    pub count: u64,
}

/// An event that happened at least once.
#[derive(Debug, Clone, PartialEq)]
pub struct EventName {
    pub name: String,
    pub count: u64,
    pub last_at: Timestamp,
}

/// A property of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyName {
    pub name: String,
    pub value_type: &'static str,
    /// Events that have it.
    pub count: u64,
    pub examples: Vec<Json>,
}

impl Workspace {
    /// Most frequent first.
    pub fn trait_names(&self) -> Vec<TraitName> {
        let filled = self.traits.paths().filter(|(_, column)| column.filled() > 0);
        let mut names: Vec<TraitName> = filled
            .map(|(path, column)| {
                let examples = examples(column);
                TraitName { name: path.to_owned(), value_type: type_of(&examples), count: column.filled(), examples }
            })
            .collect();
        names.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
        names.dedup_by(|left, right| left.name == right.name);
        names
    }

    /// Values of a trait that hold `part` (ignoring case), most frequent first.
    pub fn trait_values(&self, path: &str, part: &str, limit: usize) -> Vec<ValueCount> {
        let part = part.to_lowercase();
        let wanted = |text: &str| part.is_empty() || text.to_lowercase().contains(&part);
        let column = self.traits.columns_of(path).next();
        let values = column.map(|column| column.top_values(wanted, limit)).unwrap_or_default();
        values.into_iter().map(|(value, count)| ValueCount { value, count }).collect()
    }

    /// Most frequent first.
    pub fn event_names(&self) -> Vec<EventName> {
        let happened = self.behaviour.iter().filter(|event| event.count > 0);
        let mut names: Vec<EventName> = happened
            .map(|event| EventName {
                name: event.name.clone(),
                count: event.count,
                last_at: Timestamp::from_ms(event.last_ms),
            })
            .collect();
        names.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
        names
    }

    /// Properties of an event, most frequent first.
    pub fn event_properties(&self, event: &str) -> Vec<PropertyName> {
        let Some(index) = self.behaviour.find(event) else { return Vec::new() };
        let mut names: Vec<PropertyName> = index
            .properties()
            .filter(|(_, column)| column.filled() > 0)
            .map(|(path, column)| {
                let examples = examples(column);
                PropertyName { name: path.to_owned(), value_type: type_of(&examples), count: column.filled(), examples }
            })
            .collect();
        names.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.name.cmp(&right.name)));
        names
    }
}

fn examples(column: &Column) -> Vec<Json> {
    column.top_values(|_| true, EXAMPLES).into_iter().map(|(value, _)| value).collect()
}

fn type_of(examples: &[Json]) -> &'static str {
    let all = |is: fn(&Json) -> bool| !examples.is_empty() && examples.iter().all(is);
    if all(Json::is_number) {
        "number"
    } else if all(Json::is_boolean) {
        "boolean"
    } else if all(|value| value.as_str().is_some_and(|text| predicate::Date::parse(text).is_some())) {
        "date"
    } else {
        "string"
    }
}

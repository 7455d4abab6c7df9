//! `{"event":{"name":"Order Completed","op":"performed","count":{"op":"at_least","value":2},"window":{"last":…},
//! "where":[…],"channel":"web"}}`: what the customer did, how often and when.
//!
//! Every filter of `where` must pass on the same event. `not_performed` is exactly the opposite of `performed`.

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::window::earlier;
use crate::{EventFacts, ProfileFacts, Reader, References, ValueTest, Window, Words};
use base::{Json, Timestamp};
use serde_json::json;

/// Filters of one event condition.
const FILTERS_MAX: usize = 20;
/// The largest number of times one may ask for.
const COUNT_MAX: u64 = 1_000_000;

#[derive(Debug, Clone, PartialEq)]
pub struct EventDone {
    pub name: String,
    /// True for `not_performed`.
    pub negated: bool,
    pub count: CountOp,
    pub window: Window,
    pub filters: Vec<Filter>,
    /// Only events through this channel.
    pub channel: Option<String>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountOp {
    AtLeast(u32),
    Exactly(u32),
    AtMost(u32),
}

/// A test of a property of the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    pub property: String,
    pub test: ValueTest,
}

impl CountOp {
    pub fn holds(self, count: u32) -> bool {
        match self {
            CountOp::AtLeast(value) => value <= count,
            CountOp::Exactly(value) => count == value,
            CountOp::AtMost(value) => count <= value,
        }
    }
    pub(crate) fn parts(self) -> (&'static str, u32) {
        match self {
            CountOp::AtLeast(value) => ("at_least", value),
            CountOp::Exactly(value) => ("exactly", value),
            CountOp::AtMost(value) => ("at_most", value),
        }
    }
}

impl EventDone {
    /// Does the event count, whenever it happened?
    pub fn selects(&self, event: &dyn EventFacts, now: Timestamp) -> bool {
        self.channel.as_deref().is_none_or(|channel| channel == event.channel())
            && self
                .filters
                .iter()
                .all(|filter| filter.test.holds(now, |each| event.property_values(&filter.property, each)))
    }

    fn read_count(reader: &mut Reader, value: Option<&Json>, at: &str) -> Option<CountOp> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Some(CountOp::AtLeast(1)) };
        let object = reader.object(value, at, &["op", "value"])?;
        let op = reader.text(object, "op", at)?;
        let number = object.get("value").and_then(Json::as_u64).filter(|number| *number <= COUNT_MAX);
        let Some(number) = number.map(|number| number as u32) else {
            return reader.fail(&child(at, "value"), "count_invalid", format!("a whole number from 0 to {COUNT_MAX}"));
        };
        match op.as_str() {
            "at_least" => Some(CountOp::AtLeast(number)),
            "exactly" => Some(CountOp::Exactly(number)),
            "at_most" => Some(CountOp::AtMost(number)),
            _ => reader.fail(&child(at, "op"), "op_unknown", "use one of: at_least, exactly, at_most"),
        }
    }

    fn read_filters(reader: &mut Reader, value: Option<&Json>, at: &str) -> Option<Vec<Filter>> {
        let items = match value {
            None | Some(Json::Null) => return Some(Vec::new()),
            Some(Json::Array(items)) => items,
            Some(_) => return reader.fail(at, "not_a_list", "\"where\" is a list of {property, op, value}"),
        };
        if items.len() > FILTERS_MAX {
            return reader.fail(at, "too_many_filters", format!("at most {FILTERS_MAX} filters on one event"));
        }
        let mut filters = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            let object = reader.object(item, &at, &["property", "op", "value"])?;
            let property = reader.text(object, "property", &at);
            let test = ValueTest::read(reader, object, &at);
            filters.push(Filter { property: property?, test: test? });
        }
        Some(filters)
    }
}

impl ConditionKind for EventDone {
    const NAME: &'static str = "event";
    const LABEL: &'static str = "Behaviour";

    fn example() -> Json {
        json!({ "name": "Order Completed", "op": "performed", "count": { "op": "at_least", "value": 1 },
            "window": { "last": { "amount": 60, "unit": "day" } },
            "where": [{ "property": "products.category", "op": "equals", "value": "sneakers" }], "channel": null })
    }
    fn json_schema() -> Json {
        let [(op, op_schema), (value, value_schema)] = ValueTest::schema_properties();
        json!({ "type": "object", "title": Self::LABEL, "required": ["name", "op"], "additionalProperties": false, "properties": {
            "name": { "type": "string", "title": "Event", "x-source": "events" },
            "op": { "type": "string", "enum": ["performed", "not_performed"] },
            "count": { "title": "How often", "type": ["object", "null"], "required": ["op", "value"], "properties": {
                "op": { "type": "string", "enum": ["at_least", "exactly", "at_most"] },
                "value": { "type": "integer", "minimum": 0, "maximum": COUNT_MAX } } },
            "window": Window::json_schema(),
            "where": { "title": "Where", "type": "array", "maxItems": FILTERS_MAX, "items": {
                "type": "object", "required": ["property", "op"], "additionalProperties": false,
                "properties": { "property": { "type": "string", "x-source": "event_properties" }, op: op_schema, value: value_schema } } },
            "channel": { "type": ["string", "null"], "title": "Through channel", "x-source": "channels" } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["name", "op", "count", "window", "where", "channel"])?;
        let name = reader.text(object, "name", at);
        let negated = match reader.optional_text(object, "op", at).as_deref() {
            None | Some("performed") => false,
            Some("not_performed") => true,
            Some(_) => return reader.fail(&child(at, "op"), "op_unknown", "use performed or not_performed"),
        };
        let count = Self::read_count(reader, object.get("count"), &child(at, "count"));
        let window = Window::read(reader, object.get("window"), &child(at, "window"));
        let filters = Self::read_filters(reader, object.get("where"), &child(at, "where"));
        let channel = reader.optional_text(object, "channel", at);
        Some(EventDone { name: name?, negated, count: count?, window: window?, filters: filters?, channel })
    }
    fn write(&self) -> Json {
        let (op, value) = self.count.parts();
        let filters: Json = self
            .filters
            .iter()
            .map(|filter| {
                let mut json = json!({ "property": filter.property });
                filter.test.write_into(&mut json);
                json
            })
            .collect();
        json!({ "name": self.name, "op": if self.negated { "not_performed" } else { "performed" },
            "count": { "op": op, "value": value }, "window": self.window.to_json(), "where": filters, "channel": self.channel })
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        let (from, to) = self.window.range(now);
        let mut count = 0u32;
        facts.events(&self.name, &mut |event| {
            let at = event.at().ms();
            if from <= at && at < to && self.selects(event, now) {
                count = count.saturating_add(1);
            }
        });
        self.count.holds(count) != self.negated
    }
    fn describe(&self, words: &Words) -> String {
        words.event(self)
    }
    fn references(&self, into: &mut References) {
        into.events.insert(self.name.clone());
        into.time |=
            matches!(self.window, Window::Last(_)) || self.filters.iter().any(|filter| filter.test.is_relative());
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        let mut next = None;
        facts.events(&self.name, &mut |event| {
            next = earlier(next, self.window.next_change(event.at(), now));
            for filter in &self.filters {
                let change = filter.test.next_change(now, |each| event.property_values(&filter.property, each));
                next = earlier(next, change);
            }
        });
        next
    }
}

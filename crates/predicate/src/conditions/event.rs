//! `{"event":{"name":"Order Completed","op":"performed","count":{"op":"at_least","value":2},"window":{"last":…},
//! "where":[…],"channel":"web"}}`: what the customer did, how often and when.
//!
//! Every filter of `where` must pass on the same event. `not_performed` is exactly the opposite of `performed`.
//!
//! In place of `count`, `"occurrence":"first"` (or `last`) asks when it happened for the first (last) time, and `amount`
//! what a property of the events comes to.

mod amount;

pub(crate) use amount::one_of;
pub use amount::{Amount, AmountOf, AmountOp, AmountTally};

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::window::earlier;
use crate::{EventFacts, ProfileFacts, Reader, References, ValueTest, Window, Words};
use base::{Json, JsonMap, Timestamp};
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
    /// The first or last of all selected events must lie in the window; `count` is not asked.
    pub occurrence: Option<Occurrence>,
    /// Asked instead of `count`.
    pub amount: Option<Amount>,
}

/// Which of the selected events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrence {
    First,
    Last,
}

impl Occurrence {
    pub const ALL: [Occurrence; 2] = [Self::First, Self::Last];
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
        }
    }
}

/// What one profile did, as far as an [`EventDone`] asks. In any order the events come to the same.
#[derive(Debug, Clone, Default)]
pub struct EventTally {
    count: u32,
    first_and_last: Option<(i64, i64)>,
    amount: AmountTally,
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

impl Filter {
    /// Do all of them pass on this event?
    pub(crate) fn all_pass(filters: &[Filter], event: &dyn EventFacts, now: Timestamp) -> bool {
        filters.iter().all(|filter| filter.test.holds(now, |each| event.property_values(&filter.property, each)))
    }

    pub(crate) fn read_all(reader: &mut Reader, value: Option<&Json>, at: &str) -> Option<Vec<Filter>> {
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

    pub(crate) fn write_all(filters: &[Filter]) -> Json {
        let write = |filter: &Filter| {
            let mut json = json!({ "property": filter.property });
            filter.test.write_into(&mut json);
            json
        };
        filters.iter().map(write).collect()
    }

    /// JSON Schema of a list of filters.
    pub(crate) fn list_schema() -> Json {
        let [(op, op_schema), (value, value_schema)] = ValueTest::schema_properties();
        json!({ "title": "Where", "type": "array", "maxItems": FILTERS_MAX, "items": {
            "type": "object", "required": ["property", "op"], "additionalProperties": false,
            "properties": { "property": { "type": "string", "x-source": "event_properties" },
                op: op_schema, value: value_schema } } })
    }
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
            && Filter::all_pass(&self.filters, event, now)
    }

    /// The range of time `[from, to)` in ms of the events that are tallied: of the first and last all are.
    pub fn tallied_range(&self, now: Timestamp) -> (i64, i64) {
        if self.occurrence.is_some() { (i64::MIN, i64::MAX) } else { self.window.range(now) }
    }

    /// Takes in an event that is selected and in [`Self::tallied_range`].
    pub fn tally(&self, tally: &mut EventTally, event: &dyn EventFacts) {
        tally.count = tally.count.saturating_add(1);
        let at = event.at().ms();
        let (first, last) = tally.first_and_last.unwrap_or((at, at));
        tally.first_and_last = Some((first.min(at), last.max(at)));
        if let Some(amount) = &self.amount {
            event.property_values(&amount.property, &mut |value| tally.amount.take(amount.of, value));
        }
    }

    /// Is what was asked true of the tally, before negation?
    pub fn holds(&self, tally: &EventTally, now: Timestamp) -> bool {
        match (self.occurrence, &self.amount) {
            (Some(occurrence), _) => tally.first_and_last.is_some_and(|(first, last)| {
                let at = if occurrence == Occurrence::First { first } else { last };
                let (from, to) = self.window.range(now);
                from <= at && at < to
            }),
            (None, Some(amount)) => amount.holds(&tally.amount),
            (None, None) => self.count.holds(tally.count),
        }
    }

    /// `count`, `occurrence` and `amount`, of which one may be there.
    fn read_asked(
        reader: &mut Reader,
        object: &JsonMap,
        at: &str,
    ) -> Option<(CountOp, Option<Occurrence>, Option<Amount>)> {
        let keys = ["count", "occurrence", "amount"];
        let given = keys.map(|key| object.get(key).filter(|value| !value.is_null()));
        if let Some((second, _)) = keys.iter().zip(given).filter(|(_, value)| value.is_some()).nth(1) {
            let detail = "an event is asked for one of count, occurrence and amount; leave the others out";
            return reader.fail(&child(at, second), "one_question", detail);
        }
        let count = Self::read_count(reader, given[0], &child(at, "count"))?;
        let occurrence = match given[1] {
            None => None,
            Some(_) => Some(one_of(reader, object, "occurrence", at, &Occurrence::ALL, Occurrence::name)?),
        };
        let amount = match given[2] {
            None => None,
            Some(value) => Some(Amount::read(reader, value, &child(at, "amount"))?),
        };
        Some((count, occurrence, amount))
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
        json!({ "type": "object", "title": Self::LABEL, "required": ["name", "op"], "additionalProperties": false, "properties": {
            "name": { "type": "string", "title": "Event", "x-source": "events" },
            "op": { "type": "string", "enum": ["performed", "not_performed"] },
            "count": { "title": "How often", "type": ["object", "null"], "required": ["op", "value"], "properties": {
                "op": { "type": "string", "enum": ["at_least", "exactly", "at_most"] },
                "value": { "type": "integer", "minimum": 0, "maximum": COUNT_MAX } } },
            "occurrence": { "title": "For the first or last time", "enum": ["first", "last", null] },
            "amount": Amount::json_schema(),
            "window": Window::json_schema(),
            "where": Filter::list_schema(),
            "channel": { "type": ["string", "null"], "title": "Through channel", "x-source": "channels" } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object =
            reader.object(body, at, &["name", "op", "count", "occurrence", "amount", "window", "where", "channel"])?;
        let name = reader.text(object, "name", at);
        let negated = match reader.optional_text(object, "op", at).as_deref() {
            None | Some("performed") => false,
            Some("not_performed") => true,
            Some(_) => return reader.fail(&child(at, "op"), "op_unknown", "use performed or not_performed"),
        };
        let asked = Self::read_asked(reader, object, at);
        let window = Window::read(reader, object.get("window"), &child(at, "window"));
        let filters = Filter::read_all(reader, object.get("where"), &child(at, "where"));
        let channel = reader.optional_text(object, "channel", at);
        let (count, occurrence, amount) = asked?;
        Some(EventDone { name: name?, negated, count, window: window?, filters: filters?, channel, occurrence, amount })
    }
    fn write(&self) -> Json {
        let mut json = json!({ "name": self.name, "op": if self.negated { "not_performed" } else { "performed" } });
        match (self.occurrence, &self.amount) {
            (Some(occurrence), _) => json["occurrence"] = occurrence.name().into(),
            (None, Some(amount)) => json["amount"] = amount.write(),
            (None, None) => {
                let (op, value) = self.count.parts();
                json["count"] = json!({ "op": op, "value": value });
            }
        }
        json["window"] = self.window.to_json();
        json["where"] = Filter::write_all(&self.filters);
        json["channel"] = self.channel.as_deref().into();
        json
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        let (from, to) = self.tallied_range(now);
        let mut tally = EventTally::default();
        facts.events(&self.name, &mut |event| {
            let at = event.at().ms();
            if from <= at && at < to && self.selects(event, now) {
                self.tally(&mut tally, event);
            }
        });
        self.holds(&tally, now) != self.negated
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

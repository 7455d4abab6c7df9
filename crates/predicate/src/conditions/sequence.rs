//! `{"sequence":{"steps":[{"name":"Product Viewed"},{"name":"Order Completed"}],"within":{"amount":7,"unit":"day"},
//! "order":"loose","window":{"last":…},"without":{"name":"Order Refunded","within":{"amount":14,"unit":"day"}}}}`:
//! one thing after the other.
//!
//! - The first step lies in `window`; all of them within `within` after the first (its end included).
//! - `loose`: other things may happen in between. `strict`: of everything that is some step, the steps follow each other
//!   directly.
//! - `without`: after the last step that did not happen for so long; before that time is over nobody knows, so it does
//!   not hold yet.
//! - One event is one step. Events of one moment are taken in the order of the steps.

use super::event::{Filter, one_of};
use crate::condition::ConditionKind;
use crate::reader::child;
use crate::value_test::read::read_span;
use crate::window::earlier;
use crate::{EventFacts, ProfileFacts, Reader, References, Span, Window, Words};
use base::{Json, JsonMap, Timestamp};
use serde_json::json;
use std::collections::BTreeSet;

/// Steps of one sequence.
pub const SEQUENCE_STEPS_MAX: usize = 10;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub name: String,
    pub filters: Vec<Filter>,
    pub channel: Option<String>,
}

/// What did not follow, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub struct Without {
    pub step: Step,
    pub within: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Loose,
    Strict,
}

impl Order {
    const ALL: [Order; 2] = [Self::Loose, Self::Strict];
    const fn name(self) -> &'static str {
        match self {
            Self::Loose => "loose",
            Self::Strict => "strict",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// True for `not_performed`.
    pub negated: bool,
    pub steps: Vec<Step>,
    /// From the first step to the last; None: any time.
    pub within: Option<Span>,
    pub strict: bool,
    /// Of the first step.
    pub window: Window,
    pub without: Option<Without>,
}

/// An event that is some step: when, and which (bit 0 is the first step).
type Taken = (i64, u16);

/// What one profile did that a sequence is about; see [`Sequence::holds`].
#[derive(Debug, Clone, Default)]
pub struct SequenceTally {
    taken: Vec<Taken>,
    /// When the thing happened that must not follow, and whether that event is the last step, too.
    followed: Vec<(i64, bool)>,
    last_step: u16,
}

impl SequenceTally {
    /// An event that is these steps (bit 0 is the first), and perhaps what must not follow. In any order.
    pub fn take(&mut self, at_ms: i64, steps: u16, is_without: bool) {
        if steps != 0 {
            self.taken.push((at_ms, steps));
        }
        if is_without {
            self.followed.push((at_ms, steps & self.last_step != 0));
        }
    }
    pub fn clear(&mut self) {
        self.taken.clear();
        self.followed.clear();
    }
}

impl Step {
    fn takes(&self, event: &dyn EventFacts, now: Timestamp) -> bool {
        self.channel.as_deref().is_none_or(|channel| channel == event.channel())
            && Filter::all_pass(&self.filters, event, now)
    }

    fn read(reader: &mut Reader, object: &JsonMap, at: &str) -> Option<Step> {
        let name = reader.text(object, "name", at);
        let filters = Filter::read_all(reader, object.get("where"), &child(at, "where"));
        let channel = reader.optional_text(object, "channel", at);
        Some(Step { name: name?, filters: filters?, channel })
    }

    fn write(&self) -> Json {
        json!({ "name": self.name, "where": Filter::write_all(&self.filters), "channel": self.channel })
    }

    fn is_relative(&self) -> bool {
        self.filters.iter().any(|filter| filter.test.is_relative())
    }
}

impl Sequence {
    /// Every step and what must not follow.
    pub fn named(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(self.without.iter().map(|without| &without.step))
    }

    pub fn empty_tally(&self) -> SequenceTally {
        SequenceTally { last_step: 1 << (self.steps.len() - 1), ..SequenceTally::default() }
    }

    fn tally(&self, facts: &dyn ProfileFacts, now: Timestamp) -> SequenceTally {
        let mut tally = self.empty_tally();
        let names: BTreeSet<&str> = self.named().map(|step| step.name.as_str()).collect();
        for name in names {
            let takes = |step: &Step, event: &dyn EventFacts| step.name == name && step.takes(event, now);
            facts.events(name, &mut |event| {
                let is = |(number, step): (usize, &Step)| u16::from(takes(step, event)) << number;
                let steps = self.steps.iter().enumerate().map(is).fold(0, |all, one| all | one);
                let is_without = self.without.as_ref().is_some_and(|without| takes(&without.step, event));
                tally.take(event.at().ms(), steps, is_without);
            });
        }
        tally
    }

    /// Calls `each` with the time of every event that ends a sequence.
    fn ends(&self, taken: &[Taken], now: Timestamp, mut each: impl FnMut(i64)) {
        let (from, to) = self.window.range(now);
        let longest = self.within.map_or(i64::MAX, |span| span.ms());
        // By number of steps done: when the latest such beginning was. The latest leaves the most room.
        let mut begun: [Option<i64>; SEQUENCE_STEPS_MAX] = [None; SEQUENCE_STEPS_MAX];
        for (at, which) in taken {
            let before = begun;
            if self.strict {
                begun.fill(None);
            }
            for number in (0..self.steps.len()).filter(|number| which >> number & 1 == 1) {
                let start = match number {
                    0 => (from <= *at && *at < to).then_some(*at),
                    _ => before[number - 1].filter(|start| at.saturating_sub(*start) <= longest),
                };
                begun[number] = begun[number].max(start);
                if start.is_some() && number + 1 == self.steps.len() {
                    each(*at);
                }
            }
        }
    }

    /// Is what was asked true of the tally, before negation? Puts it in order.
    pub fn holds(&self, tally: &mut SequenceTally, now: Timestamp) -> bool {
        tally.taken.sort_unstable_by_key(|(at, steps)| (*at, steps.trailing_zeros(), *steps));
        tally.followed.sort_unstable();
        let followed = &tally.followed;
        // What happened in the same moment followed, unless it is the last step itself.
        let next = |end: i64| {
            let at = |place: usize| followed.get(place).copied();
            at(followed.partition_point(|one| *one < (end, false)))
                .filter(|one| *one != (end, true))
                .or_else(|| at(followed.partition_point(|one| *one <= (end, true))))
        };
        let (mut is_done, mut asked) = (false, None);
        self.ends(&tally.taken, now, |end| {
            if is_done || asked == Some(end) {
                return;
            }
            asked = Some(end);
            is_done = self.without.as_ref().is_none_or(|without| {
                let until = end.saturating_add(without.within.ms());
                until < now.ms() && next(end).is_none_or(|(at, _)| until < at)
            });
        });
        is_done
    }

    fn read_steps(reader: &mut Reader, value: Option<&Json>, at: &str) -> Option<Vec<Step>> {
        let Some(items) = value.and_then(Json::as_array) else {
            return reader.fail(at, "not_a_list", "\"steps\" is a list of {name, where, channel}");
        };
        if items.is_empty() || items.len() > SEQUENCE_STEPS_MAX {
            return reader.fail(at, "steps_count", format!("a sequence has 1 to {SEQUENCE_STEPS_MAX} steps"));
        }
        reader.count(items.len(), at)?;
        let mut steps = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            if let Some(object) = reader.object(item, &at, &["name", "where", "channel"]) {
                steps.extend(Step::read(reader, object, &at));
            }
        }
        (steps.len() == items.len()).then_some(steps)
    }

    fn read_without(reader: &mut Reader, value: &Json, at: &str) -> Option<Without> {
        let object = reader.object(value, at, &["name", "where", "channel", "within"])?;
        let step = Step::read(reader, object, at);
        let within = match object.get("within") {
            Some(span) => read_span(reader, span, &child(at, "within")),
            None => reader.fail(&child(at, "within"), "missing", "say for how long: {\"amount\":14,\"unit\":\"day\"}"),
        };
        Some(Without { step: step?, within: within? })
    }
}

impl ConditionKind for Sequence {
    const NAME: &'static str = "sequence";
    const LABEL: &'static str = "One after the other";

    fn example() -> Json {
        json!({ "op": "performed", "steps": [
                { "name": "Product Viewed", "where": [{ "property": "category", "op": "equals", "value": "sneakers" }], "channel": null },
                { "name": "Product Added", "where": [], "channel": null }],
            "within": { "amount": 7, "unit": "day" }, "order": "loose", "window": { "last": { "amount": 30, "unit": "day" } },
            "without": { "name": "Order Completed", "where": [], "channel": null, "within": { "amount": 4, "unit": "hour" } } })
    }
    fn json_schema() -> Json {
        let units: Vec<&str> = crate::Unit::ALL.iter().map(|unit| unit.name()).collect();
        let span = json!({ "type": "object", "required": ["amount", "unit"], "properties": {
            "amount": { "type": "integer", "minimum": 1 }, "unit": { "type": "string", "enum": units } } });
        let mut maybe_span = span.clone();
        maybe_span["type"] = json!(["object", "null"]);
        let step = json!({ "name": { "type": "string", "title": "Event", "x-source": "events" }, "where": Filter::list_schema(),
            "channel": { "type": ["string", "null"], "title": "Through channel", "x-source": "channels" } });
        let mut without = step.clone();
        without["within"] = span;
        json!({ "type": "object", "title": Self::LABEL, "required": ["steps"], "additionalProperties": false, "properties": {
            "op": { "type": "string", "enum": ["performed", "not_performed"] },
            "steps": { "type": "array", "minItems": 1, "maxItems": SEQUENCE_STEPS_MAX, "items": {
                "type": "object", "required": ["name"], "additionalProperties": false, "properties": step } },
            "within": maybe_span,
            "order": { "type": "string", "enum": Order::ALL.map(Order::name) },
            "window": Window::json_schema(),
            "without": { "type": ["object", "null"], "title": "And then not", "required": ["name", "within"],
                "additionalProperties": false, "properties": without } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["op", "steps", "within", "order", "window", "without"])?;
        let given = |key: &str| object.get(key).filter(|value| !value.is_null());
        let negated = match reader.optional_text(object, "op", at).as_deref() {
            None | Some("performed") => false,
            Some("not_performed") => true,
            Some(_) => return reader.fail(&child(at, "op"), "op_unknown", "use performed or not_performed"),
        };
        let steps = Self::read_steps(reader, object.get("steps"), &child(at, "steps"));
        let within = match given("within") {
            None => Some(None),
            Some(span) => read_span(reader, span, &child(at, "within")).map(Some),
        };
        let order = match given("order") {
            None => Some(Order::Loose),
            Some(_) => one_of(reader, object, "order", at, &Order::ALL, Order::name),
        };
        let window = Window::read(reader, object.get("window"), &child(at, "window"));
        let without = match given("without") {
            None => Some(None),
            Some(value) => Self::read_without(reader, value, &child(at, "without")).map(Some),
        };
        let (steps, without) = (steps?, without?);
        if steps.len() == 1 && without.is_none() {
            let detail = "one step is no sequence: add a second one, or what did not follow (without)";
            return reader.fail(&child(at, "steps"), "steps_count", detail);
        }
        Some(Sequence { negated, steps, within: within?, strict: order? == Order::Strict, window: window?, without })
    }
    fn write(&self) -> Json {
        let without = self.without.as_ref().map(|without| {
            let mut json = without.step.write();
            json["within"] = without.within.to_json();
            json
        });
        let order = if self.strict { Order::Strict } else { Order::Loose };
        json!({ "op": if self.negated { "not_performed" } else { "performed" },
            "steps": self.steps.iter().map(Step::write).collect::<Json>(),
            "within": self.within.map(|span| span.to_json()), "order": order.name(),
            "window": self.window.to_json(), "without": without })
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        self.holds(&mut self.tally(facts, now), now) != self.negated
    }
    fn describe(&self, words: &Words) -> String {
        words.sequence(self)
    }
    fn references(&self, into: &mut References) {
        into.events.extend(self.named().map(|step| step.name.clone()));
        into.time |=
            matches!(self.window, Window::Last(_)) || self.without.is_some() || self.named().any(Step::is_relative);
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        let mut next = None;
        for step in self.named() {
            facts.events(&step.name, &mut |event| {
                next = earlier(next, self.window.next_change(event.at(), now));
                for filter in &step.filters {
                    let change = filter.test.next_change(now, |each| event.property_values(&filter.property, each));
                    next = earlier(next, change);
                }
                if let Some(without) = &self.without {
                    let over = event.at().plus_ms(without.within.ms()).plus_ms(1);
                    next = earlier(next, Some(over).filter(|over| now < *over));
                }
            });
        }
        next
    }
}

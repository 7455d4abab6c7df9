//! What is worked out: `{"aggregate":"sum","property":"revenue","event":{…}}` or `{"formula":"a / b"}`.
//!
//! `event` is the body of a segment's event condition (`name`, `where`, `window`, `channel`), read by the same reader.

use crate::aggregate::{AGGREGATES, Aggregate, PropertyUse, named};
use crate::error::{ComputeError, Mistake};
use crate::formula::Formula;
use crate::state::State;
use base::{Json, JsonMap, Timestamp};
use events::names;
use predicate::{Condition, EventDone, EventFacts, Scalar, ValueType, Window};
use serde_json::json;

/// Version of the stored form.
pub const DEFINITION_VERSION: u64 = 1;
/// Bytes of a property's path.
const PROPERTY_BYTES_MAX: usize = 256;
/// What a segment asks of events, and a computed trait works out itself.
const ASKED: [&str; 4] = ["op", "count", "occurrence", "amount"];
/// Values of one property of one event that are looked at (the lines of an order).
const VALUES_PER_EVENT_MAX: usize = 1_000;
/// Events that follow from customers' traits or memberships: a trait made of them would feed itself.
const OWN_EVENTS: [&str; 4] = [names::SEGMENT_ENTERED, names::SEGMENT_EXITED, names::PROFILE_ERASED, "Identified"];

/// An aggregate over the events of one name.
#[derive(Clone)]
pub struct EventAggregate {
    pub aggregate: &'static dyn Aggregate,
    pub property: Option<String>,
    pub event: EventDone,
}

impl std::fmt::Debug for EventAggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {:?} of {:?}", self.aggregate.name(), self.property, self.event)
    }
}

/// What a computed trait is.
#[derive(Debug, Clone)]
pub enum Definition {
    Events(Box<EventAggregate>),
    Formula(Formula),
}

impl EventAggregate {
    pub fn window(&self) -> &Window {
        &self.event.window
    }

    /// How often a property of an event is looked at.
    pub(crate) fn questions(&self) -> usize {
        self.event.filters.len() + usize::from(self.property.is_some())
    }

    /// Adds the event to `state` when the definition selects it.
    pub(crate) fn hear(&self, state: &mut State, event: &impl EventFacts, now: Timestamp) {
        let rolling = matches!(self.window(), Window::Last(_));
        let (from, to) = self.window().range(now);
        let at = event.at().ms();
        // A rolling window also takes what it will reach; what it left behind it never sees again.
        if at < from || (!rolling && to <= at) || !self.event.selects(event, now) {
            return;
        }
        let Some(property) = &self.property else { return state.take(self, event.at(), &[]) };
        let mut texts: Vec<OwnedScalar> = Vec::new();
        event.property_values(property, &mut |value| {
            if texts.len() < VALUES_PER_EVENT_MAX {
                texts.push(OwnedScalar::of(value));
            }
        });
        if texts.is_empty() {
            return;
        }
        let values: Vec<Scalar<'_>> = texts.iter().map(OwnedScalar::scalar).collect();
        state.take(self, event.at(), &values);
    }
}

/// A value that outlives the event it was read from.
enum OwnedScalar {
    Text(String),
    Number(f64),
    Bool(bool),
}

impl OwnedScalar {
    fn of(value: Scalar<'_>) -> Self {
        match value {
            Scalar::Text(text) => Self::Text(text.to_owned()),
            Scalar::Number(number) => Self::Number(number),
            Scalar::Bool(truth) => Self::Bool(truth),
        }
    }
    fn scalar(&self) -> Scalar<'_> {
        match self {
            Self::Text(text) => Scalar::Text(text),
            Self::Number(number) => Scalar::Number(*number),
            Self::Bool(truth) => Scalar::Bool(*truth),
        }
    }
}

impl Definition {
    /// Reads the JSON form; mistakes carry JSON pointers into it.
    pub fn parse(json: &Json) -> Result<Self, ComputeError> {
        let Some(object) = json.as_object() else {
            return Err(
                Mistake::new("", "not_an_object", "a definition has an aggregate and an event, or a formula").into()
            );
        };
        if let Some(version) = object.get("version").filter(|version| version.as_u64() != Some(DEFINITION_VERSION)) {
            let detail =
                format!("version {version} is not known here; this program reads version {DEFINITION_VERSION}");
            return Err(Mistake::new("/version", "version_unknown", detail).into());
        }
        match object.get("formula") {
            Some(formula) => Self::parse_formula(object, formula),
            None => Self::parse_events(object),
        }
    }

    fn parse_formula(object: &JsonMap, formula: &Json) -> Result<Self, ComputeError> {
        known_fields(object, &["version", "formula"])?;
        let Some(text) = formula.as_str() else {
            return Err(Mistake::new("/formula", "value_type", "a formula is text such as \"revenue / orders\"").into());
        };
        Ok(Self::Formula(Formula::parse(text).map_err(|mistake| mistake.under("/formula"))?))
    }

    fn parse_events(object: &JsonMap) -> Result<Self, ComputeError> {
        known_fields(object, &["version", "aggregate", "property", "event"])?;
        let name = object.get("aggregate").and_then(Json::as_str).unwrap_or_default();
        let Some(aggregate) = named(name) else {
            let names: Vec<&str> = AGGREGATES.iter().map(|aggregate| aggregate.name()).collect();
            let detail = format!("use one of: {}", names.join(", "));
            return Err(Mistake::new("/aggregate", "aggregate_unknown", detail).into());
        };
        let property = match object.get("property") {
            None | Some(Json::Null) => None,
            Some(Json::String(path)) if !path.trim().is_empty() && path.len() <= PROPERTY_BYTES_MAX => {
                Some(path.trim().to_owned())
            }
            Some(_) => {
                let detail = format!("the name of a property, at most {PROPERTY_BYTES_MAX} bytes");
                return Err(Mistake::new("/property", "property_missing", detail).into());
            }
        };
        match (aggregate.property(), &property) {
            (PropertyUse::Yes, None) => {
                let detail = format!("{name} needs a property of the event, such as revenue");
                return Err(Mistake::new("/property", "property_missing", detail).into());
            }
            (PropertyUse::No, Some(_)) => {
                let detail = format!("{name} looks at the events themselves; leave the property out");
                return Err(Mistake::new("/property", "property_unwanted", detail).into());
            }
            _ => {}
        }
        let event = Self::parse_event(object.get("event").unwrap_or(&Json::Null))?;
        Ok(Self::Events(Box::new(EventAggregate { aggregate, property, event })))
    }

    fn parse_event(body: &Json) -> Result<EventDone, ComputeError> {
        if let Some(object) = body.as_object() {
            for asked in ASKED {
                if object.contains_key(asked) {
                    let detail = "a computed trait counts the events itself; leave this out";
                    return Err(Mistake::new(format!("/event/{asked}"), "unknown_field", detail).into());
                }
            }
        }
        let condition = predicate::parse(&json!({ "event": body }))?;
        let Condition::Event(event) = condition else {
            return Err(Mistake::new("/event", "not_an_object", "an event has a name").into());
        };
        if OWN_EVENTS.contains(&event.name.as_str()) {
            let detail = format!("\"{}\" follows from what Tutti works out itself and cannot be counted", event.name);
            return Err(Mistake::new("/event/name", "event_own", detail).into());
        }
        if let Some(index) = event.filters.iter().position(|filter| filter.test.is_relative()) {
            let detail = "a filter relative to today would change by itself; use the window, or a fixed date";
            return Err(Mistake::new(format!("/event/where/{index}/op"), "filter_relative", detail).into());
        }
        Ok(event)
    }

    /// The JSON form.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Formula(formula) => json!({ "version": DEFINITION_VERSION, "formula": formula.text() }),
            Self::Events(events) => {
                let mut event = Condition::Event(events.event.clone()).to_json();
                let mut body = event.get_mut("event").map(Json::take).unwrap_or_default();
                if let Some(body) = body.as_object_mut() {
                    ASKED.iter().for_each(|asked| _ = body.remove(*asked));
                }
                json!({ "version": DEFINITION_VERSION, "aggregate": events.aggregate.name(),
                    "property": events.property, "event": body })
            }
        }
    }

    /// The type of the values, as far as the definition tells.
    pub fn value_type(&self) -> &'static str {
        match self {
            Self::Formula(_) => ValueType::Number.name(),
            Self::Events(events) => match events.aggregate.value_type() {
                Some(value_type) => value_type.name(),
                None if events.aggregate.name() == "unique_list" => "list",
                None if events.property.is_none() => ValueType::Date.name(),
                None => ValueType::String.name(),
            },
        }
    }

    /// Traits a formula asks for.
    pub fn inputs(&self) -> &[String] {
        match self {
            Self::Formula(formula) => formula.inputs(),
            Self::Events(_) => &[],
        }
    }
}

fn known_fields(object: &JsonMap, known: &[&str]) -> Result<(), ComputeError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
            Err(Mistake::new(pointer, "unknown_field", format!("not known here; use {}", known.join(", "))).into())
        }
    }
}

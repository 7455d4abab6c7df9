//! Which stretch of time an event condition looks at.

use crate::reader::{Reader, child};
use crate::value_test::read::{date, read_span};
use crate::{Date, Span};
use base::{Json, Timestamp};

/// `Last` rolls with the clock; the others stand still.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Window {
    #[default]
    Ever,
    Last(Span),
    Since(Date),
    Between(Date, Date),
}

impl Window {
    /// The range `[from, to)` in ms at `now`.
    pub fn range(&self, now: Timestamp) -> (i64, i64) {
        match self {
            Window::Ever => (i64::MIN, i64::MAX),
            Window::Last(span) => span.before(now),
            Window::Since(date) => (date.start_ms(), i64::MAX),
            Window::Between(from, to) => (from.start_ms(), to.end_ms()),
        }
    }

    pub(crate) fn next_change(&self, at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        match self {
            Window::Last(span) => span.next_change(at, now),
            _ => None,
        }
    }

    pub(crate) fn read(reader: &mut Reader, value: Option<&Json>, at: &str) -> Option<Window> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Some(Window::Ever) };
        let object = reader.object(value, at, &["last", "since", "between"])?;
        let mut entries = object.iter();
        let (Some((key, body)), None) = (entries.next(), entries.next()) else {
            return reader.fail(
                at,
                "one_key_wanted",
                "a window has one key: last, since or between; null for all time",
            );
        };
        let at = &child(at, key);
        match (key.as_str(), body) {
            ("last", body) => read_span(reader, body, at).map(Window::Last),
            ("since", Json::String(text)) => date(reader, text, at).map(Window::Since),
            ("between", body) => {
                let ends = reader.object(body, at, &["from", "to"])?;
                let from = reader.text(ends, "from", at)?;
                let to = reader.text(ends, "to", at)?;
                let from = date(reader, &from, &child(at, "from"))?;
                let to = date(reader, &to, &child(at, "to"))?;
                if to.at < from.at {
                    return reader.fail(at, "range_backwards", "the window ends before it begins; swap the two");
                }
                Some(Window::Between(from, to))
            }
            _ => reader.fail(at, "value_type", "a date such as \"2026-11-22\" is wanted here"),
        }
    }

    pub(crate) fn to_json(self) -> Json {
        match self {
            Window::Ever => Json::Null,
            Window::Last(span) => serde_json::json!({ "last": span.to_json() }),
            Window::Since(date) => serde_json::json!({ "since": date.to_string() }),
            Window::Between(from, to) => {
                serde_json::json!({ "between": { "from": from.to_string(), "to": to.to_string() } })
            }
        }
    }

    pub(crate) fn json_schema() -> Json {
        let units: Vec<&str> = crate::Unit::ALL.iter().map(|unit| unit.name()).collect();
        let date = serde_json::json!({ "type": "string", "format": "date-time" });
        serde_json::json!({ "title": "When", "oneOf": [
            { "type": "null", "title": "At any time" },
            { "type": "object", "title": "In the last", "required": ["last"], "properties": { "last": {
                "type": "object", "required": ["amount", "unit"], "properties": {
                    "amount": { "type": "integer", "minimum": 1 }, "unit": { "type": "string", "enum": units } } } } },
            { "type": "object", "title": "Since", "required": ["since"], "properties": { "since": date } },
            { "type": "object", "title": "Between", "required": ["between"], "properties": { "between": {
                "type": "object", "required": ["from", "to"], "properties": { "from": date, "to": date } } } },
        ] })
    }
}

/// The earlier of two optional times.
pub(crate) fn earlier(left: Option<Timestamp>, right: Option<Timestamp>) -> Option<Timestamp> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (one, other) => one.or(other),
    }
}

/// The first of `times` (ascending) that lies after `now`.
pub(crate) fn first_after(now: Timestamp, times: [Timestamp; 2]) -> Option<Timestamp> {
    times.into_iter().find(|time| now < *time)
}

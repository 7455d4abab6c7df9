//! Reads operator and operand from `{"op":…, "value":…}`.

use super::op::OperandForm;
use super::{Date, Literal, Op, Operand, Span, Unit, ValueTest};
use crate::reader::{LIST_VALUES_MAX, Reader, child};
use base::{Json, JsonMap};

/// Bytes of a regular expression.
pub const REGEX_BYTES_MAX: usize = 1_000;
/// Bytes of a compiled regular expression; refuses patterns that would cost too much.
pub const REGEX_PROGRAM_BYTES_MAX: usize = 1 << 20;

impl ValueTest {
    /// Reads the keys `op` and `value` of `object`.
    pub(crate) fn read(reader: &mut Reader, object: &JsonMap, at: &str) -> Option<ValueTest> {
        let name = reader.text(object, "op", at)?;
        let Some(op) = Op::parse(&name) else {
            let names = Op::ALL.iter().map(|op| op.name()).collect::<Vec<_>>().join(", ");
            return reader.fail(
                &child(at, "op"),
                "op_unknown",
                format!("\"{name}\" is no operator; use one of: {names}"),
            );
        };
        let value_at = child(at, "value");
        let value = object.get("value").filter(|value| !value.is_null());
        let operand = match (op.form(), value) {
            (OperandForm::None, _) => Some(Operand::None),
            (form, None) => reader.fail(&value_at, "missing", format!("{} wants {}", op.name(), form.wanted())),
            (form, Some(value)) => form.read(reader, value, &value_at),
        }?;
        Some(ValueTest { op, operand })
    }

    /// JSON Schema of the keys `op` and `value`.
    pub(crate) fn schema_properties() -> [(&'static str, Json); 2] {
        let ops: Vec<&str> = Op::ALL.iter().map(|op| op.name()).collect();
        [
            ("op", serde_json::json!({ "type": "string", "enum": ops })),
            (
                "value",
                serde_json::json!({ "description": "A value, a list, [from, to], or {amount, unit}; by operator" }),
            ),
        ]
    }
}

impl OperandForm {
    fn wanted(self) -> &'static str {
        match self {
            OperandForm::None => "no value",
            OperandForm::Value => "a value: a text, a number, true or false",
            OperandForm::List => "a list of values",
            OperandForm::Text => "a text",
            OperandForm::Pattern => "a regular expression",
            OperandForm::Number => "a number",
            OperandForm::Range => "[from, to], two numbers or two dates",
            OperandForm::Date => "a date such as \"2026-11-22\"",
            OperandForm::Span => "{\"amount\":30,\"unit\":\"day\"}",
        }
    }

    fn read(self, reader: &mut Reader, value: &Json, at: &str) -> Option<Operand> {
        match (self, value) {
            (OperandForm::Value, _) => literal(reader, value, at).map(Operand::Value),
            (OperandForm::List, Json::Array(items)) => list(reader, items, at),
            (OperandForm::Text, Json::String(text)) => {
                let written = reader.checked_text(text, at)?;
                Some(Operand::Text { lower: written.to_lowercase(), written })
            }
            (OperandForm::Pattern, Json::String(text)) => pattern(reader, text, at),
            (OperandForm::Number, _) if value.as_f64().is_some() => value.as_f64().map(Operand::Number),
            (OperandForm::Range, _) => range(reader, value, at),
            (OperandForm::Date, Json::String(text)) => date(reader, text, at).map(Operand::Date),
            (OperandForm::Span, _) => read_span(reader, value, at).map(Operand::Span),
            (form, _) => reader.fail(at, "value_type", format!("{} is wanted here", form.wanted())),
        }
    }
}

fn literal(reader: &mut Reader, value: &Json, at: &str) -> Option<Literal> {
    match value {
        // The empty text is a value one may ask for.
        Json::String(text) if text.is_empty() => Some(Literal::Text(String::new())),
        Json::String(text) => reader.checked_text(text, at).map(Literal::Text),
        Json::Number(number) => number.as_f64().map(Literal::Number),
        Json::Bool(truth) => Some(Literal::Bool(*truth)),
        _ => reader.fail(at, "value_type", "a text, a number, true or false is wanted here"),
    }
}

fn list(reader: &mut Reader, items: &[Json], at: &str) -> Option<Operand> {
    if items.is_empty() {
        return reader.fail(at, "empty", "the list is empty; name at least one value");
    }
    if items.len() > LIST_VALUES_MAX {
        let detail = format!(
            "{} values are too many; at most {LIST_VALUES_MAX}. Import them as a trait and test the trait instead",
            items.len()
        );
        return reader.fail(at, "list_too_long", detail);
    }
    let literals: Vec<Literal> =
        items.iter().enumerate().filter_map(|(index, item)| literal(reader, item, &format!("{at}/{index}"))).collect();
    (literals.len() == items.len()).then(|| Operand::List(literals.into()))
}

fn pattern(reader: &mut Reader, text: &str, at: &str) -> Option<Operand> {
    if text.is_empty() || text.len() > REGEX_BYTES_MAX {
        let detail = format!("a regular expression of 1 to {REGEX_BYTES_MAX} bytes is wanted here");
        return reader.fail(at, "regex_length", detail);
    }
    match regex::RegexBuilder::new(text).size_limit(REGEX_PROGRAM_BYTES_MAX).build() {
        Ok(pattern) => Some(Operand::Pattern(pattern)),
        Err(regex::Error::CompiledTooBig(_)) => {
            let detail = format!(
                "the regular expression needs more than {REGEX_PROGRAM_BYTES_MAX} bytes; use smaller repetitions"
            );
            reader.fail(at, "regex_too_big", detail)
        }
        Err(error) => {
            // The library's message draws over several lines; its last line says what is wrong.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            reader.fail(at, "regex_invalid", format!("the regular expression cannot be read: {last}"))
        }
    }
}

fn range(reader: &mut Reader, value: &Json, at: &str) -> Option<Operand> {
    let (from, to) = match value {
        Json::Array(ends) if ends.len() == 2 => (&ends[0], &ends[1]),
        Json::Object(ends) if ends.len() == 2 && ends.contains_key("from") && ends.contains_key("to") => {
            (&ends["from"], &ends["to"])
        }
        _ => return reader.fail(at, "value_type", "[from, to] is wanted here: two numbers or two dates"),
    };
    let backwards = "the range ends before it begins; swap the two";
    match (from, to) {
        (Json::Number(from), Json::Number(to)) => {
            let (from, to) = (from.as_f64()?, to.as_f64()?);
            if to < from { reader.fail(at, "range_backwards", backwards) } else { Some(Operand::Numbers(from, to)) }
        }
        (Json::String(from), Json::String(to)) => {
            let (from, to) = (date(reader, from, at)?, date(reader, to, at)?);
            if to.at < from.at { reader.fail(at, "range_backwards", backwards) } else { Some(Operand::Dates(from, to)) }
        }
        _ => reader.fail(at, "value_type", "two numbers or two dates are wanted here"),
    }
}

/// A date of a condition, or the mistake.
pub(crate) fn date(reader: &mut Reader, text: &str, at: &str) -> Option<Date> {
    match Date::parse(text) {
        Some(date) => Some(date),
        None => {
            let shown: String = text.chars().take(40).collect();
            let detail = format!("\"{shown}\" is not a date; write 2026-11-22 or 2026-11-22T10:00:00Z");
            reader.fail(at, "date_invalid", detail)
        }
    }
}

/// `{"amount":60,"unit":"day"}`, or the mistake.
pub(crate) fn read_span(reader: &mut Reader, value: &Json, at: &str) -> Option<Span> {
    let object = reader.object(value, at, &["amount", "unit"])?;
    let unit_name = reader.text(object, "unit", at)?;
    let Some(unit) = Unit::parse(&unit_name) else {
        let units = Unit::ALL.map(Unit::name).join(", ");
        return reader.fail(&child(at, "unit"), "unit_unknown", format!("use one of: {units}"));
    };
    match object.get("amount").and_then(Json::as_u64).and_then(|amount| Span::new(amount, unit)) {
        Some(span) => Some(span),
        None => {
            reader.fail(&child(at, "amount"), "amount_invalid", "a whole number from 1, at most a hundred years in all")
        }
    }
}

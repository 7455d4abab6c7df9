//! What a validator found, in words for people and without a value of the event.

use crate::limits::VIOLATIONS_PER_EVENT_MAX;
use crate::model::{Code, Violation};
use crate::schema::Compiled;
use crate::shape::{Shape, segment, shown_name};
use base::Json;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Found};

/// How `data` breaks a schema; at most [`VIOLATIONS_PER_EVENT_MAX`].
pub(crate) fn violations(compiled: &Compiled, data: &Json) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for error in compiled.validator.iter_errors(data) {
        for violation in of(&compiled.shape, &error) {
            // A list with a hundred wrong prices is wrong once.
            if !found.contains(&violation) {
                found.push(violation);
            }
        }
        if found.len() >= VIOLATIONS_PER_EVENT_MAX {
            found.truncate(VIOLATIONS_PER_EVENT_MAX);
            break;
        }
    }
    found
}

fn of(shape: &Shape, error: &ValidationError<'_>) -> Vec<Violation> {
    let place = shape.place(error.instance_path().as_str());
    match error.kind() {
        Found::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let message = format!("the property \"{name}\" is missing");
            vec![Violation { code: Code::MissingProperty, pointer: format!("{place}/{}", segment(name)), message }]
        }
        Found::AdditionalProperties { unexpected } | Found::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| unplanned(&format!("{place}/{}", segment(&shown_name(name))))).collect()
        }
        _ => {
            let (code, message) = told(error);
            vec![Violation { code, pointer: place, message }]
        }
    }
}

/// A property nobody planned.
pub(crate) fn unplanned(pointer: &str) -> Violation {
    let name = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    let message = format!("the property \"{name}\" is not planned");
    Violation { code: Code::UnplannedProperty, pointer: pointer.to_owned(), message }
}

fn told(error: &ValidationError<'_>) -> (Code, String) {
    match error.kind() {
        Found::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => type_word(&one.to_string()).to_owned(),
                TypeKind::Multiple(many) => {
                    let words: Vec<&str> = many.iter().map(|one| type_word(&one.to_string())).collect();
                    words.join(" or ")
                }
            };
            (Code::WrongType, format!("must be {expected}, found {}", found_word(error.instance())))
        }
        Found::Enum { .. } | Found::Constant { .. } => {
            (Code::NotAllowedValue, "is none of the values that are allowed".into())
        }
        Found::Format { format } => (Code::WrongFormat, format!("is not of the format {format}")),
        Found::Pattern { .. } => (Code::WrongFormat, "does not have the form the plan asks for".into()),
        Found::Minimum { limit } => (Code::OutOfRange, format!("is less than {limit}")),
        Found::Maximum { limit } => (Code::OutOfRange, format!("is more than {limit}")),
        Found::ExclusiveMinimum { limit } => (Code::OutOfRange, format!("is not more than {limit}")),
        Found::ExclusiveMaximum { limit } => (Code::OutOfRange, format!("is not less than {limit}")),
        Found::MultipleOf { multiple_of } => (Code::OutOfRange, format!("is no multiple of {multiple_of}")),
        Found::MinLength { limit } => (Code::WrongLength, format!("has fewer than {limit} characters")),
        Found::MaxLength { limit } => (Code::WrongLength, format!("has more than {limit} characters")),
        Found::MinItems { limit } => (Code::WrongLength, format!("has fewer than {limit} entries")),
        Found::MaxItems { limit } => (Code::WrongLength, format!("has more than {limit} entries")),
        Found::MinProperties { limit } => (Code::WrongLength, format!("has fewer than {limit} properties")),
        Found::MaxProperties { limit } => (Code::WrongLength, format!("has more than {limit} properties")),
        Found::AnyOf { context } | Found::OneOfNotValid { context } => choice(context),
        other => (Code::NotAsPlanned, format!("breaks the rule \"{}\"", other.keyword())),
    }
}

/// Of a choice that fits in none of its forms: when all forms fail for one reason, that is the reason.
fn choice(context: &[Vec<ValidationError<'static>>]) -> (Code, String) {
    let mut reasons = context.iter().filter_map(|errors| errors.first()).map(told);
    let Some((code, message)) = reasons.next() else {
        return (Code::NotAsPlanned, "fits none of the forms that are allowed".into());
    };
    if reasons.all(|(other, _)| other == code) {
        return (code, if code == Code::WrongFormat { "is not of a format that is allowed".into() } else { message });
    }
    (Code::NotAsPlanned, "fits none of the forms that are allowed".into())
}

fn type_word(name: &str) -> &'static str {
    match name {
        "null" => "null",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        _ => "an object",
    }
}

fn found_word(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(number) if number.is_f64() => "a number with a fraction",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;

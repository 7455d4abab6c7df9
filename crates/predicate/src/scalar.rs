//! A single value of a trait or property, and how the three ways of reading it convert.

use base::{Json, JsonMap, Timestamp};
use std::borrow::Cow;

/// Text, number or truth value. JSON null, objects and arrays are not scalars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    Text(&'a str),
    Number(f64),
    Bool(bool),
}

impl<'a> Scalar<'a> {
    pub fn of(json: &'a Json) -> Option<Scalar<'a>> {
        match json {
            Json::String(text) => Some(Scalar::Text(text)),
            Json::Number(number) => number.as_f64().map(Scalar::Number),
            Json::Bool(truth) => Some(Scalar::Bool(*truth)),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// As text: numbers without needless decimals ("5", "12.5").
    pub fn text(&self) -> Cow<'a, str> {
        match self {
            Scalar::Text(text) => Cow::Borrowed(text),
            Scalar::Number(number) => Cow::Owned(number.to_string()),
            Scalar::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        }
    }

    /// As a number: text that is one counts.
    pub fn number(&self) -> Option<f64> {
        match self {
            Scalar::Number(number) => Some(*number),
            Scalar::Text(text) => {
                let text = text.trim();
                // "inf" and "nan" parse in Rust but are words here.
                let numeric = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
                if numeric { text.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
            }
            Scalar::Bool(_) => None,
        }
    }

    /// As a time: ISO 8601 text, or epoch seconds or milliseconds.
    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Scalar::Text(text) => {
                if !text.trim_start().starts_with(|first: char| first.is_ascii_digit() || "+-".contains(first)) {
                    return None;
                }
                Timestamp::parse(text).ok()
            }
            // The same border between seconds and milliseconds as in `Timestamp::parse`.
            Scalar::Number(number) if number.abs() < 1e11 => Some(Timestamp::from_ms((number * 1_000.0) as i64)),
            Scalar::Number(number) if number.abs() < 1e15 => Some(Timestamp::from_ms(*number as i64)),
            Scalar::Number(_) | Scalar::Bool(_) => None,
        }
    }

    /// As a truth value: true/false, 1/0, or these as text.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Scalar::Bool(truth) => Some(*truth),
            Scalar::Number(number) if *number == 1.0 => Some(true),
            Scalar::Number(number) if *number == 0.0 => Some(false),
            Scalar::Number(_) => None,
            Scalar::Text(text) => match text.trim() {
                "1" => Some(true),
                "0" => Some(false),
                word if word.eq_ignore_ascii_case("true") => Some(true),
                word if word.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
        }
    }

    pub fn to_json(&self) -> Json {
        match self {
            Scalar::Text(text) => Json::from(*text),
            Scalar::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Json::from(*number as i64),
            Scalar::Number(number) => Json::from(*number),
            Scalar::Bool(truth) => Json::from(*truth),
        }
    }
}

/// Calls `each` with every scalar that `path` names in `map`. A key may itself hold dots.
pub fn for_each_scalar(map: &JsonMap, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
    for (key, value) in map {
        if key == path {
            scalars_of(value, each);
        } else if let Some(rest) = path.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('.')) {
            descend(value, rest, each);
        }
    }
}

fn descend(value: &Json, path: &str, each: &mut dyn FnMut(Scalar<'_>)) {
    match value {
        Json::Object(map) => for_each_scalar(map, path, each),
        Json::Array(items) => items.iter().for_each(|item| descend(item, path, each)),
        _ => {}
    }
}

fn scalars_of(value: &Json, each: &mut dyn FnMut(Scalar<'_>)) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| scalars_of(item, each)),
        scalar => {
            if let Some(scalar) = Scalar::of(scalar) {
                each(scalar);
            }
        }
    }
}

/// Calls `each` with (path, scalar) for every scalar in `value` whose path starts at `path`.
pub fn flatten<'a>(path: &mut String, value: &'a Json, each: &mut dyn FnMut(&str, Scalar<'a>)) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| flatten(path, item, each)),
        Json::Object(map) => {
            let length = path.len();
            for (key, item) in map {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                flatten(path, item, each);
                path.truncate(length);
            }
        }
        scalar => {
            if let Some(scalar) = Scalar::of(scalar) {
                each(path, scalar);
            }
        }
    }
}

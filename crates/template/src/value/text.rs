//! Values as text: what `{{ value }}` shows.

use super::{DEPTH_MAX, Val};
use serde_json::Value as Json;
use std::borrow::Cow;

/// What `{{ value }}` shows, before it is escaped.
pub(crate) fn to_text<'v>(value: &'v Val<'_>) -> Cow<'v, str> {
    match value {
        Val::Bool(true) => Cow::Borrowed("true"),
        Val::Bool(false) => Cow::Borrowed("false"),
        Val::Nil | Val::Blank | Val::Empty => Cow::Borrowed(""),
        Val::Int(int) => Cow::Owned(int.to_string()),
        _ => match value.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => {
                let mut out = String::new();
                push_text(value, &mut out);
                Cow::Owned(out)
            }
        },
    }
}

/// Appends what `{{ value }}` shows.
pub(crate) fn push_text(value: &Val<'_>, out: &mut String) {
    push_nested(value, out, DEPTH_MAX);
}

fn push_nested(value: &Val<'_>, out: &mut String, depth_left: u32) {
    if depth_left == 0 {
        return;
    }
    match value {
        Val::Float(float) => out.push_str(&float_text(*float)),
        Val::List(items) => items.iter().for_each(|item| push_nested(item, out, depth_left - 1)),
        Val::Json(Json::Array(items)) => {
            items.iter().for_each(|item| push_nested(&Val::from_json(item), out, depth_left - 1))
        }
        Val::Json(json) => out.push_str(&json.to_string()),
        Val::Range(start, end) => out.push_str(&format!("{start}..{end}")),
        Val::Loop(state) => out.push_str(if state.columns.is_some() { "tablerowloop" } else { "forloop" }),
        other => out.push_str(&to_text(other)),
    }
}

/// Always with a decimal point, in scientific notation when very large or small: as other Liquid engines do.
pub(crate) fn float_text(float: f64) -> String {
    let size = float.abs();
    if !float.is_finite() {
        return if float.is_nan() {
            "NaN"
        } else if float < 0.0 {
            "-Infinity"
        } else {
            "Infinity"
        }
        .to_string();
    }
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let sign = if exponent.starts_with('-') { "-" } else { "+" };
        return format!("{mantissa}{point}e{sign}{:0>2}", exponent.trim_start_matches('-'));
    }
    let text = format!("{float}");
    if text.contains('.') { text } else { text + ".0" }
}

/// The value as JSON text.
pub(crate) fn json_text(value: &Val<'_>) -> String {
    to_json(value, DEPTH_MAX).to_string()
}

fn to_json(value: &Val<'_>, depth_left: u32) -> Json {
    match value {
        Val::Nil | Val::Blank | Val::Empty | Val::Loop(_) => Json::Null,
        Val::Bool(b) => Json::Bool(*b),
        Val::Int(int) => Json::from(*int),
        Val::Float(float) => Json::from(*float),
        Val::Str(text) => Json::from(*text),
        Val::Owned(text) | Val::Safe(text) => Json::from(&**text),
        Val::Json(json) => (*json).clone(),
        Val::List(_) if depth_left == 0 => Json::Null,
        Val::List(items) => Json::Array(items.iter().map(|item| to_json(item, depth_left - 1)).collect()),
        Val::Range(..) => Json::from(to_text(value).into_owned()),
    }
}

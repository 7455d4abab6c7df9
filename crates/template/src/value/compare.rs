//! `==`, `<` and `contains`. `work` counts what was looked at, so that comparing big data costs steps.

use super::{DEPTH_MAX, Val};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// `==` of Liquid: whole numbers equal floats, texts never equal numbers.
pub(crate) fn equals(a: &Val<'_>, b: &Val<'_>, work: &mut u64) -> bool {
    equals_nested(a, b, work, DEPTH_MAX)
}

fn equals_nested(a: &Val<'_>, b: &Val<'_>, work: &mut u64, depth_left: u32) -> bool {
    *work += 1;
    if depth_left == 0 {
        return false;
    }
    match (a, b) {
        (Val::Empty, Val::Empty) | (Val::Blank, Val::Blank) => true,
        (Val::Empty, Val::Blank) | (Val::Blank, Val::Empty) => false,
        (Val::Empty, other) | (other, Val::Empty) => is_empty(other),
        (Val::Blank, other) | (other, Val::Blank) => is_blank(other),
        (Val::Nil, Val::Nil) => true,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Int(a), Val::Int(b)) => a == b,
        (Val::Int(int), Val::Float(float)) | (Val::Float(float), Val::Int(int)) => *int as f64 == *float,
        (Val::Float(a), Val::Float(b)) => a == b,
        (Val::Range(a, b), Val::Range(c, d)) => (a, b) == (c, d),
        (Val::Json(Json::Object(a)), Val::Json(Json::Object(b))) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b.get(key).is_some_and(|other| {
                        equals_nested(&Val::from_json(value), &Val::from_json(other), work, depth_left - 1)
                    })
                })
        }
        _ => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => {
                *work += a.len().min(b.len()) as u64 / 64;
                a == b
            }
            _ => match (elements(a), elements(b)) {
                (Some(len_a), Some(len_b)) => {
                    len_a == len_b
                        && (0..len_a).all(|i| {
                            let at = Val::Int(i as i64);
                            equals_nested(&a.index(&at), &b.index(&at), work, depth_left - 1)
                        })
                }
                _ => false,
            },
        },
    }
}

/// How many elements, when this is a list and not a range.
fn elements(value: &Val<'_>) -> Option<usize> {
    match value {
        Val::List(items) => Some(items.len()),
        Val::Json(Json::Array(items)) => Some(items.len()),
        _ => None,
    }
}

pub(crate) fn is_empty(value: &Val<'_>) -> bool {
    match value {
        Val::List(items) => items.is_empty(),
        Val::Json(Json::Array(items)) => items.is_empty(),
        Val::Json(Json::Object(map)) => map.is_empty(),
        Val::Range(start, end) => end < start,
        _ => value.as_str().is_some_and(str::is_empty),
    }
}

pub(crate) fn is_blank(value: &Val<'_>) -> bool {
    match value {
        Val::Nil | Val::Bool(false) => true,
        _ => is_empty(value) || value.as_str().is_some_and(|text| text.trim().is_empty()),
    }
}

/// The answer of `<` and its like.
pub(crate) enum Ordering3 {
    Is(Ordering),
    /// Comparing these never holds, but is no mistake: nothing, lists, true and false.
    Unordered,
    /// A text against a number: one of them is of the wrong type, and the author should know.
    Mismatch,
}

pub(crate) fn order(a: &Val<'_>, b: &Val<'_>) -> Ordering3 {
    let number = |value: &Val<'_>| match value {
        Val::Int(int) => Some(*int as f64),
        Val::Float(float) => Some(*float),
        _ => None,
    };
    if let (Val::Int(a), Val::Int(b)) = (a, b) {
        return Ordering3::Is(a.cmp(b));
    }
    match (number(a), number(b), a.as_str(), b.as_str()) {
        (Some(a), Some(b), ..) => a.partial_cmp(&b).map_or(Ordering3::Unordered, Ordering3::Is),
        (_, _, Some(a), Some(b)) => Ordering3::Is(a.cmp(b)),
        (Some(_), _, _, Some(_)) | (_, Some(_), Some(_), _) => Ordering3::Mismatch,
        _ => Ordering3::Unordered,
    }
}

/// `a contains b`: part of a text, element of a list, name of a property. Never holds for nothing or false.
pub(crate) fn contains(whole: &Val<'_>, part: &Val<'_>, work: &mut u64) -> bool {
    if !part.is_truthy() {
        return false;
    }
    if let Some(text) = whole.as_str() {
        *work += text.len() as u64 / 64;
        return text.contains(&*super::to_text(part));
    }
    match whole {
        Val::List(items) => items.iter().any(|item| equals(item, part, work)),
        Val::Json(Json::Array(items)) => items.iter().any(|item| equals(&Val::from_json(item), part, work)),
        Val::Json(Json::Object(map)) => part.as_str().is_some_and(|name| map.contains_key(name)),
        Val::Range(start, end) => matches!(part, Val::Int(int) if (*start..=*end).contains(int)),
        _ => false,
    }
}

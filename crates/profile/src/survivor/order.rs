//! Which of two values is greater: numbers among numbers, texts among texts (so that dates as ISO 8601 are compared by
//! time), no before yes.

use base::Json;
use std::cmp::Ordering;

/// How well a value can be compared; the best first.
fn class(value: &Json) -> u8 {
    match value {
        Json::Number(_) => 0,
        Json::String(_) => 1,
        Json::Bool(_) => 2,
        _ => 3,
    }
}

/// The greater of two of a kind comes first; `reverse`: the smaller. Numbers come before texts, these before yes or no.
pub(super) fn greater_first(one: &Json, other: &Json, reverse: bool) -> Ordering {
    let by_value = match (one, other) {
        (Json::Number(one), Json::Number(other)) => numbers(one, other),
        (Json::String(one), Json::String(other)) => one.cmp(other),
        (Json::Bool(one), Json::Bool(other)) => one.cmp(other),
        _ => Ordering::Equal,
    };
    class(one).cmp(&class(other)).then(if reverse { by_value } else { by_value.reverse() })
}

fn numbers(one: &serde_json::Number, other: &serde_json::Number) -> Ordering {
    let exact = |number: &serde_json::Number| number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    match (exact(one), exact(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().unwrap_or_default().total_cmp(&other.as_f64().unwrap_or_default()),
    }
}

/// True when there is something to compare.
pub(super) fn is_comparable(value: &Json) -> bool {
    class(value) < 3
}

//! Filters on lists. A single value counts as a list of one, nothing as an empty list; inner lists are flattened.

use super::{Answer, Args};
use crate::budget::Budget;
use crate::error::Fault;
use crate::value::{DEPTH_MAX, Number, Ordering3, Val, json_text, order, push_text, to_text};
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::HashSet;

/// The elements, inner lists flattened. Costs a step each.
pub(super) fn elements<'a>(value: &Val<'a>, budget: &mut Budget<'a>) -> Result<Vec<Val<'a>>, Fault> {
    let mut out = Vec::new();
    match value {
        Val::Nil => {}
        Val::Range(start, end) => {
            budget.steps(value.size() as u64)?;
            out.extend((*start..=*end).map(Val::Int));
        }
        other => flatten(other, &mut out, budget, DEPTH_MAX)?,
    }
    Ok(out)
}

fn flatten<'a>(value: &Val<'a>, out: &mut Vec<Val<'a>>, budget: &mut Budget<'a>, depth_left: u32) -> Result<(), Fault> {
    budget.steps(1)?;
    if depth_left == 0 {
        return Err(Fault::msg("the lists are nested too deeply"));
    }
    match value {
        Val::List(items) => items.iter().try_for_each(|item| flatten(item, out, budget, depth_left - 1)),
        Val::Json(Json::Array(items)) => {
            items.iter().try_for_each(|item| flatten(&Val::from_json(item), out, budget, depth_left - 1))
        }
        other => {
            out.push(other.clone());
            Ok(())
        }
    }
}

/// `item[property]` as filters read it; numbers have no properties, which is a mistake worth telling.
pub(super) fn property<'a>(item: &Val<'a>, name: &Val<'a>) -> Answer<'a> {
    match item {
        Val::Json(Json::Object(_)) | Val::List(_) | Val::Json(_) => Ok(item.index(name)),
        Val::Loop(_) => Ok(item.property(&to_text(name))),
        Val::Int(int) => match name {
            // A number's property by number is its bit, as in the reference implementation.
            Val::Int(bit) => {
                Ok(Val::Int(u32::try_from(*bit).ok().and_then(|bit| int.checked_shr(bit)).map_or(0, |bits| bits & 1)))
            }
            _ => Err(Fault::msg(format!("cannot read the property '{}' of a number", to_text(name)))),
        },
        Val::Float(_) => Err(Fault::msg(format!("cannot read the property '{}' of a number", to_text(name)))),
        _ => match (item.as_str(), name) {
            (Some(_), Val::Int(at)) => Ok(char_at(item, *at)),
            (Some(text), name) => {
                let name = to_text(name);
                Ok(if text.contains(&*name) { Val::text(&*name) } else { Val::Nil })
            }
            (None, _) => Ok(Val::Nil),
        },
    }
}

fn char_at<'a>(item: &Val<'a>, at: i64) -> Val<'a> {
    let found = item.as_str().and_then(|text| text.chars().nth(usize::try_from(at).ok()?));
    found.map_or(Val::Nil, |c| Val::text(c.to_string()))
}

pub(super) fn size<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Val::Int(value.size()))
}

pub(super) fn first<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(value.first())
}

pub(super) fn last<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(value.last())
}

pub(super) fn join<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let glue = args.get(0).map_or(" ".into(), |glue| to_text(glue));
    let mut out = String::new();
    for (at, item) in elements(&value, budget)?.iter().enumerate() {
        if 0 < at {
            out.push_str(&glue);
        }
        push_text(item, &mut out);
        budget.text(out.len().min(64 + glue.len()))?; // What was added, roughly; the whole is asked for below.
        if budget.ctx.limits.output_bytes_max < out.len() as u64 {
            break;
        }
    }
    budget.new_text(out)
}

pub(super) fn concat<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let other = args.val(0);
    if !matches!(other, Val::List(_) | Val::Range(..) | Val::Json(Json::Array(_))) {
        return Err(Fault::msg(format!("concat needs a list, found {}", other.kind())));
    }
    let mut all = elements(&value, budget)?;
    all.extend(elements(&other, budget)?);
    Ok(Val::list(all))
}

pub(super) fn reverse<'a>(value: Val<'a>, _: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let mut all = elements(&value, budget)?;
    all.reverse();
    Ok(Val::list(all))
}

pub(super) fn compact<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let mut kept = Vec::new();
    for item in elements(&value, budget)? {
        let tested = match args.get(0) {
            Some(name) => property(&item, name)?,
            None => item.clone(),
        };
        if !tested.is_nil() {
            kept.push(item);
        }
    }
    Ok(Val::list(kept))
}

pub(super) fn uniq<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for item in elements(&value, budget)? {
        let key = match args.get(0) {
            Some(name) => json_text(&property(&item, name)?),
            None => json_text(&item),
        };
        budget.text(key.len())?;
        if seen.insert(key) {
            kept.push(item);
        }
    }
    Ok(Val::list(kept))
}

pub(super) fn map<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let name = args.val(0);
    let mapped: Result<Vec<_>, _> = elements(&value, budget)?.iter().map(|item| property(item, &name)).collect();
    Ok(Val::list(mapped?))
}

pub(super) fn sum<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let mut sum = Number::Int(0);
    for item in elements(&value, budget)? {
        let item = match args.get(0) {
            Some(name) => property(&item, name)?,
            None => item,
        };
        sum = sum.plus(Number::of(&item));
    }
    Ok(sum.val())
}

/// Sorts by a key; elements without one go last. `compare` may refuse.
fn sorted<'a, K>(
    items: Vec<Val<'a>>,
    key: impl Fn(&Val<'a>) -> Result<Option<K>, Fault>,
    compare: impl Fn(&K, &K) -> Option<Ordering>,
) -> Answer<'a> {
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push((key(&item)?, item));
    }
    let mut is_comparable = true;
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Some(a), Some(b)) => compare(a, b).unwrap_or_else(|| {
            is_comparable = false;
            Ordering::Equal
        }),
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
    if !is_comparable {
        return Err(Fault::msg("cannot sort values of different kinds"));
    }
    Ok(Val::list(keyed.into_iter().map(|(_, item)| item).collect()))
}

fn sort_key<'a>(item: &Val<'a>, args: &Args<'a>) -> Result<Option<Val<'a>>, Fault> {
    let key = match args.get(0) {
        Some(name) if !name.is_nil() => property(item, name)?,
        _ => item.clone(),
    };
    Ok(Some(key).filter(|key| !key.is_nil()))
}

pub(super) fn sort<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let items = elements(&value, budget)?;
    budget.steps(items.len() as u64 * 4)?;
    let are_many = 1 < items.len();
    sorted(
        items,
        |item| sort_key(item, args),
        |a, b| match order(a, b) {
            Ordering3::Is(ordering) => Some(ordering),
            _ if are_many => None,
            _ => Some(Ordering::Equal),
        },
    )
}

pub(super) fn sort_natural<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let items = elements(&value, budget)?;
    budget.steps(items.len() as u64 * 4)?;
    let key = |item: &Val<'a>| Ok(sort_key(item, args)?.map(|key| to_text(&key).to_lowercase()));
    sorted(items, key, |a, b| Some(a.cmp(b)))
}

//! Filters that look for elements: `where`, `reject`, `find`, `find_index`, `has`.
//!
//! One argument asks whether the element has the property (or, for texts, contains it); two compare its value.

use super::list::{elements, property};
use super::{Answer, Args};
use crate::budget::Budget;
use crate::error::Fault;
use crate::value::{Val, equals};

/// Which elements match; `None` when an element (nothing, true or false) cannot be asked at all.
fn matches<'a>(items: &[Val<'a>], args: &Args<'a>, budget: &mut Budget<'a>) -> Result<Option<Vec<bool>>, Fault> {
    let name = args.val(0);
    let wanted = args.get(1).filter(|wanted| !wanted.is_nil());
    let mut found = Vec::with_capacity(items.len());
    for item in items {
        if matches!(item, Val::Nil | Val::Bool(_)) {
            return Ok(None);
        }
        let value = property(item, &name)?;
        let mut work = 0;
        found.push(match wanted {
            Some(wanted) => equals(&value, wanted, &mut work),
            None => value.is_truthy(),
        });
        budget.steps(work)?;
    }
    Ok(Some(found))
}

/// The elements whose match is `keep`.
fn kept<'a>(value: &Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>, keep: bool) -> Answer<'a> {
    let items = elements(value, budget)?;
    Ok(match matches(&items, args, budget)? {
        Some(found) => {
            Val::list(items.into_iter().zip(found).filter(|(_, found)| *found == keep).map(|(item, _)| item).collect())
        }
        None => Val::Nil,
    })
}

pub(super) fn r#where<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    kept(&value, args, budget, true)
}

pub(super) fn reject<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    kept(&value, args, budget, false)
}

/// Where an element is among all of them.
type Place<'a> = (Option<usize>, Vec<Val<'a>>);

/// The place of the first match and the elements; stops at it, so what comes after is not asked.
fn first_match<'a>(value: &Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Result<Option<Place<'a>>, Fault> {
    let items = elements(value, budget)?;
    for (at, item) in items.iter().enumerate() {
        match matches(std::slice::from_ref(item), args, budget)? {
            None => return Ok(None),
            Some(found) if found == [true] => return Ok(Some((Some(at), items))),
            Some(_) => {}
        }
    }
    Ok(Some((None, items)))
}

pub(super) fn find<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    Ok(match first_match(&value, args, budget)? {
        Some((Some(at), items)) => items[at].clone(),
        _ => Val::Nil,
    })
}

pub(super) fn find_index<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    Ok(match first_match(&value, args, budget)? {
        Some((Some(at), _)) => Val::Int(at as i64),
        _ => Val::Nil,
    })
}

pub(super) fn has<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    Ok(match first_match(&value, args, budget)? {
        Some((found, _)) => Val::Bool(found.is_some()),
        None => Val::Nil,
    })
}

//! Can this be written by hand? What a person writes is refused with a reason, not dropped as it is from an event.

use crate::call::OF_MEMBER;
use crate::error::CompanyError;
use crate::traits::{Traits, is_too_large};
use crate::view::Naming;
use crate::{ROLE_BYTES_MAX, TRAIT_NAME_BYTES_MAX, TRAIT_VALUE_BYTES_MAX, TRAITS_MAX};
use base::JsonMap;

fn invalid<T>(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Result<T, CompanyError> {
    Err(CompanyError::Invalid { pointer: pointer.into(), code, detail: detail.into() })
}

/// Refuses the first trait that could not be stored as it is. `known` is what the company has already.
pub(crate) fn check_traits(traits: &JsonMap, known: &Traits) -> Result<(), CompanyError> {
    for (name, value) in traits {
        let pointer = format!("/traits/{}", name.replace('~', "~0").replace('/', "~1"));
        if name.trim().is_empty() || name.len() > TRAIT_NAME_BYTES_MAX {
            return invalid(pointer, "bad_name", format!("a trait's name has 1 to {TRAIT_NAME_BYTES_MAX} bytes"));
        }
        if OF_MEMBER.contains(&name.as_str()) {
            return invalid(pointer, "reserved", format!("{name} is said of a member, not of the company"));
        }
        if is_too_large(value) {
            let detail = format!("the trait {name} is larger than {TRAIT_VALUE_BYTES_MAX} bytes");
            return invalid(pointer, "too_large", detail);
        }
    }
    let all = known.iter().count() + traits.keys().filter(|name| known.get(name).is_none()).count();
    if all > TRAITS_MAX {
        let detail = format!("a company has {TRAITS_MAX} traits at most; these would make {all}");
        return invalid("/traits", "too_many_traits", detail);
    }
    Ok(())
}

/// The one form of a group id.
pub(crate) fn check_group_id(naming: &dyn Naming, sent: &str) -> Result<String, CompanyError> {
    match naming.group_id(sent) {
        Some(group) => Ok(group),
        None => invalid("/group_id", "bad_group_id", "this is not an id: it is empty, too long, or stands for none"),
    }
}

pub(crate) fn check_role(role: Option<&str>) -> Result<(), CompanyError> {
    match role {
        Some(role) if role.trim().len() > ROLE_BYTES_MAX => {
            invalid("/role", "too_large", format!("a role has at most {ROLE_BYTES_MAX} bytes"))
        }
        _ => Ok(()),
    }
}

//! Can these traits be set? What a person writes is refused with a reason, not dropped as it is from an event.

use crate::document::Document;
use crate::error::ProfileError;
use crate::identifiers::{Kind, normalise};
use crate::{TRAIT_NAME_BYTES_MAX, TRAIT_VALUE_BYTES_MAX, TRAITS_MAX, document};
use base::{Json, JsonMap};

/// Refuses the first trait that could not be stored as it is. `known` is what the customer has already, `region` where a
/// phone number without country code is from.
pub(crate) fn check(traits: &JsonMap, known: &Document, region: &str) -> Result<(), ProfileError> {
    for (name, value) in traits {
        if let Some((code, detail)) = flaw(name, value, region) {
            let pointer = format!("/traits/{}", name.replace('~', "~0").replace('/', "~1"));
            return Err(ProfileError::Invalid { pointer, code, detail });
        }
    }
    let all = known.iter().count() + traits.keys().filter(|name| known.get(name).is_none()).count();
    if all > TRAITS_MAX {
        let detail = format!("a customer has {TRAITS_MAX} traits at most; these would make {all}");
        return Err(ProfileError::Invalid { pointer: "/traits".into(), code: "too_many_traits", detail });
    }
    Ok(())
}

fn flaw(name: &str, value: &Json, region: &str) -> Option<(&'static str, String)> {
    if name.trim().is_empty() || name.len() > TRAIT_NAME_BYTES_MAX {
        return Some(("bad_name", format!("a trait's name has 1 to {TRAIT_NAME_BYTES_MAX} bytes")));
    }
    if document::is_too_large(value) {
        let detail = format!("the trait {name} is larger than {TRAIT_VALUE_BYTES_MAX} bytes");
        return Some(("too_large", detail));
    }
    // An address that is none could never be written to.
    let form = Kind::named(name).filter(|kind| matches!(kind.name(), "email" | "phone"))?.spec().form;
    let valid = match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty() || normalise(form, text, region).is_some(),
        _ => false,
    };
    (!valid).then(|| ("bad_address", format!("the trait {name} is not {}", noun(name))))
}

fn noun(name: &str) -> &'static str {
    if name == "email" { "an e-mail address of a person" } else { "a phone number" }
}

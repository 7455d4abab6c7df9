//! Is this an event? Answers what is wrong and where.

use crate::limits::*;
use crate::scan;
use crate::split::Cut;
use crate::wire::{ContextIds, Item, Text, is_object, part_of};
use base::Timestamp;
use events::EventKind;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Why one item was refused. `pointer` is relative to the item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ItemProblem {
    pub code: &'static str,
    pub pointer: String,
    pub detail: String,
}

impl ItemProblem {
    fn new(code: &'static str, pointer: &str, detail: impl Into<String>) -> Self {
        Self { code, pointer: pointer.to_owned(), detail: detail.into() }
    }
}

type Check<T = ()> = Result<T, ItemProblem>;

/// An item, its kind, and what it says that cannot be used.
pub(crate) type Checked<'a> = (Item<'a>, EventKind, Option<ItemProblem>);

/// Reads and checks one item. `expected` is the kind the path of a single call names.
pub(crate) fn read_item<'a>(cut: Cut<'a>, expected: Option<EventKind>) -> Check<Checked<'a>> {
    let raw = cut.text;
    if raw.len() > EVENT_BYTES_MAX {
        let detail = format!("the event has {} bytes, {EVENT_BYTES_MAX} are allowed", raw.len());
        return Err(ItemProblem::new("event_too_large", "", detail));
    }
    if !raw.starts_with('{') {
        return Err(ItemProblem::new("not_an_object", "", "an event must be a JSON object"));
    }
    // Before the parser: it recurses where this does not.
    if !cut.plain
        && let Some((flaw, at)) = scan::flaw(raw)
    {
        return Err(ItemProblem::new(flaw.code(), "", format!("{} (byte {at} of the event)", flaw.detail())));
    }
    let item: Item<'a> =
        serde_json::from_str(raw).map_err(|error| ItemProblem::new("unreadable", "", error.to_string()))?;
    let kind = check_kind(&item, expected)?;
    check_texts(&item)?;
    check_times(&item)?;
    check_objects(&item)?;
    check_required(&item, kind)?;
    let warning = crate::amounts::check(&item, kind)?;
    Ok((item, kind, warning))
}

fn check_kind(item: &Item<'_>, expected: Option<EventKind>) -> Check<EventKind> {
    let stated = match (&item.kind, item.kind.get()) {
        (Text::Wrong(found), _) => return Err(wrong_type("/type", found)),
        (_, None) => None,
        (_, Some(text)) => Some(EventKind::parse(text).ok_or_else(|| {
            let known = EventKind::ALL.map(EventKind::name).join(", ");
            ItemProblem::new("unknown_type", "/type", format!("the type must be one of {known}"))
        })?),
    };
    match (stated, expected) {
        (Some(stated), Some(expected)) if stated != expected => {
            let detail = format!("the path says {}, the body says {}", expected.name(), stated.name());
            Err(ItemProblem::new("type_mismatch", "/type", detail))
        }
        (Some(kind), _) | (None, Some(kind)) => Ok(kind),
        (None, None) => Err(ItemProblem::new("missing_type", "/type", "an item of a batch must state its type")),
    }
}

fn wrong_type(pointer: &str, found: &str) -> ItemProblem {
    ItemProblem::new("wrong_type", pointer, format!("must be text, found {found}"))
}

fn check_texts(item: &Item<'_>) -> Check {
    let fields: [(&str, &Text<'_>, usize, &'static str); 7] = [
        ("/messageId", &item.message_id, MESSAGE_ID_CHARS_MAX, "message_id_too_long"),
        ("/userId", &item.user_id, USER_ID_CHARS_MAX, "user_id_too_long"),
        ("/anonymousId", &item.anonymous_id, USER_ID_CHARS_MAX, "anonymous_id_too_long"),
        ("/previousId", &item.previous_id, USER_ID_CHARS_MAX, "previous_id_too_long"),
        ("/groupId", &item.group_id, GROUP_ID_CHARS_MAX, "group_id_too_long"),
        ("/event", &item.event, NAME_CHARS_MAX, "event_name_too_long"),
        ("/name", &item.name, NAME_CHARS_MAX, "name_too_long"),
    ];
    for (pointer, text, chars_max, code) in fields {
        match text {
            Text::Wrong(found) => return Err(wrong_type(pointer, found)),
            // Bytes first: counting characters is for the few long ones.
            Text::Is(text) if text.len() > chars_max && text.chars().count() > chars_max => {
                return Err(ItemProblem::new(code, pointer, format!("more than {chars_max} characters")));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_times(item: &Item<'_>) -> Check {
    let fields =
        [("/timestamp", &item.timestamp), ("/originalTimestamp", &item.original_timestamp), ("/sentAt", &item.sent_at)];
    for (pointer, text) in fields {
        match text {
            Text::Wrong(found) => return Err(wrong_type(pointer, found)),
            Text::Is(text) if !text.is_empty() && Timestamp::parse(text).is_err() => {
                let detail = "must be an ISO 8601 date and time, such as 2026-11-22T10:00:00Z";
                return Err(ItemProblem::new("invalid_timestamp", pointer, detail));
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_objects(item: &Item<'_>) -> Check {
    let fields = [("/properties", item.properties), ("/traits", item.traits), ("/context", item.context)];
    for (pointer, raw) in fields {
        let Some(raw) = raw else { continue };
        if !is_object(raw) {
            return Err(ItemProblem::new("wrong_type", pointer, "must be an object"));
        }
        if pointer != "/context" && has_too_many_keys(raw) {
            return Err(ItemProblem::new("too_many_properties", pointer, format!("more than {PROPERTIES_MAX} keys")));
        }
    }
    Ok(())
}

fn has_too_many_keys(raw: &RawValue) -> bool {
    /// `"a":1,`
    const KEY_BYTES_MIN: usize = 6;
    raw.get().len() > PROPERTIES_MAX * KEY_BYTES_MIN
        && serde_json::from_str::<KeyCount>(raw.get()).is_ok_and(|count| count.0 > PROPERTIES_MAX)
}

/// The number of keys of an object, without keeping any.
struct KeyCount(usize);

impl<'de> Deserialize<'de> for KeyCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Count;
        impl<'de> Visitor<'de> for Count {
            type Value = KeyCount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<KeyCount, A::Error> {
                let mut keys = 0;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    keys += 1;
                }
                Ok(KeyCount(keys))
            }
        }
        deserializer.deserialize_map(Count)
    }
}

fn check_required(item: &Item<'_>, kind: EventKind) -> Check {
    let missing = |pointer: &str, detail: &str| Err(ItemProblem::new("missing_field", pointer, detail));
    match kind {
        EventKind::Track if item.event.get().is_none() => return missing("/event", "a track call needs an event name"),
        EventKind::Group if item.group_id.get().is_none() => {
            return missing("/groupId", "a group call needs a groupId");
        }
        EventKind::Alias => {
            if item.user_id.get().is_none() {
                return missing("/userId", "an alias call needs the new userId");
            }
            if item.previous_id.get().is_none() {
                return missing("/previousId", "an alias call needs the previousId");
            }
        }
        _ => {}
    }
    let named = item.user_id.get().is_some() || item.anonymous_id.get().is_some();
    if named || has_external_id(item) {
        return Ok(());
    }
    missing("/userId", "an event needs a userId or an anonymousId (or context.externalIds)")
}

/// A till knows a loyalty card and nothing else.
fn has_external_id(item: &Item<'_>) -> bool {
    let mut held = String::new();
    let context: ContextIds<'_> = item.context.map(|raw| part_of(raw.get(), &mut held)).unwrap_or_default();
    context.external_ids.is_some_and(|raw| !crate::decode::external_ids(raw).is_empty())
}

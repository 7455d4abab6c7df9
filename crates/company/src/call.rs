//! What an event says of a company and of whoever made the call.
//!
//! - `group`: the traits are the company's; `role` and `left` (as traits or properties) are the member's.
//! - track "Group Left" `{groupId}` and "Account Removed User": the customer left. "Account Added User" `{role}`: the
//!   customer belongs to it. The last two are names of Segment's B2B specification and name the company in
//!   `context.groupId`; both places are read for all three.
//! - "Company Deleted" `{groupId}`, written by Tutti only.

use crate::ROLE_BYTES_MAX;
use crate::member::Word;
use base::{Json, Timestamp};
use events::{Event, EventKind};

/// Track event: the customer left the company `groupId`.
pub const GROUP_LEFT: &str = "Group Left";
/// The same, and its opposite, in Segment's B2B specification.
pub const MEMBER_REMOVED: &str = "Account Removed User";
pub const MEMBER_ADDED: &str = "Account Added User";
/// Event Tutti writes: a person deleted the company `groupId`.
pub const COMPANY_DELETED: &str = "Company Deleted";

/// Traits of a group call that are the member's, not the company's.
pub(crate) const OF_MEMBER: [&str; 2] = ["role", "left"];

/// What an event says of a company.
#[derive(Debug)]
pub(crate) struct Call<'e> {
    pub event: &'e Event,
    /// As sent.
    pub group_id: &'e str,
    /// Of the member: joined or left, and with what role.
    pub leaves: bool,
    pub role: Option<Option<&'e str>>,
}

/// True when the event may say something; to be asked of every event, so it looks at kind and name only.
pub(crate) fn may_tell(event: &Event) -> bool {
    match event.kind {
        EventKind::Group => true,
        EventKind::Track => matches!(event.name.as_str(), GROUP_LEFT | MEMBER_REMOVED | MEMBER_ADDED | COMPANY_DELETED),
        _ => false,
    }
}

/// The company this event deletes, as sent.
pub(crate) fn deleted(event: &Event) -> Option<&str> {
    event.is_own(COMPANY_DELETED).then(|| named_group(event)).flatten()
}

/// None: it names no company.
pub(crate) fn read(event: &Event) -> Option<Call<'_>> {
    if event.kind == EventKind::Group {
        let leaves = of_member(event, "left").is_some_and(|value| *value == Json::Bool(true) || *value == "true");
        let role = of_member(event, "role").and_then(role_of);
        return Some(Call { event, group_id: event.group_id.as_deref()?, leaves, role });
    }
    let leaves = match event.name.as_str() {
        GROUP_LEFT | MEMBER_REMOVED => true,
        MEMBER_ADDED => false,
        _ => return None,
    };
    Some(Call { event, group_id: named_group(event)?, leaves, role: event.properties.get("role").and_then(role_of) })
}

fn of_member<'e>(event: &'e Event, name: &str) -> Option<&'e Json> {
    event.traits.get(name).or_else(|| event.properties.get(name))
}

fn named_group(event: &Event) -> Option<&str> {
    let property = |name: &str| event.properties.get(name).and_then(Json::as_str);
    property("groupId").or_else(|| property("group_id")).or_else(|| event.context.get("groupId").and_then(Json::as_str))
}

/// Null and empty take a role back; what is no text, or too long, says nothing.
fn role_of(value: &Json) -> Option<Option<&str>> {
    match value {
        Json::Null => Some(None),
        Json::String(text) if text.trim().is_empty() => Some(None),
        Json::String(text) if text.trim().len() <= ROLE_BYTES_MAX => Some(Some(text.trim())),
        _ => None,
    }
}

impl<'e> Call<'e> {
    /// The traits of the company.
    pub fn traits(&self) -> impl Iterator<Item = (&'e String, &'e Json)> + use<'e> {
        let event = self.event;
        let map = (event.kind == EventKind::Group && !event.traits.is_empty()).then(|| event.traits.map());
        map.into_iter().flatten().filter(|(name, _)| !OF_MEMBER.contains(&name.as_str()))
    }
    pub fn word<'s>(&self, source: &'s str) -> Word<'s>
    where
        'e: 's,
    {
        Word { at: self.event.at, leaves: self.leaves, role: self.role, source }
    }
}

/// A source id, or the channel of an event that has none (`import`, `system`).
pub(crate) fn source_of(event: &Event) -> String {
    event.source.map_or_else(|| event.channel.name().to_owned(), |source| source.to_string())
}

/// What a person deletes is what was received until then.
pub(crate) fn is_forgotten(event: &Event, deleted_at: Option<Timestamp>) -> bool {
    deleted_at.is_some_and(|at| event.received_at <= at)
}

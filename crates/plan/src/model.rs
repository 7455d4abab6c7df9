//! The words of a tracking plan.

use base::{Json, PlanEventId, Timestamp, words};
use serde::Serialize;

words!(/// What an entry plans.
Kind {
    Track = "track",
    Page = "page",
    Screen = "screen",
    /// The traits of customers.
    Identify = "identify",
    /// The traits of groups.
    Group = "group",
});

impl Kind {
    /// True: an entry needs a name. A page or screen may have one.
    pub const fn must_be_named(self) -> bool {
        matches!(self, Self::Track)
    }
    pub const fn may_be_named(self) -> bool {
        matches!(self, Self::Track | Self::Page | Self::Screen)
    }
    /// The field of a call that the schema is about.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Track | Self::Page | Self::Screen => "properties",
            Self::Identify | Self::Group => "traits",
        }
    }
    /// The field that says which entry a call belongs to.
    pub const fn name_field(self) -> &'static str {
        match self {
            Self::Track => "event",
            Self::Page | Self::Screen => "name",
            Self::Identify | Self::Group => "type",
        }
    }
}

words!(/// What becomes of an event that breaks the plan.
OnViolation {
    /// Let through; nobody looks.
    Pass = "pass",
    /// Let through and counted.
    Count = "count",
    /// Refused and counted.
    Block = "block",
});

words!(/// What becomes of an event that is not planned, when others of its kind are.
UnplannedEvents {
    Keep = "keep",
    Count = "count",
    /// Refused: the sender is told, the source keeps it among its refused items.
    Block = "block",
    /// Answered as accepted, counted, and kept nowhere.
    Drop = "drop",
});

words!(/// What becomes of properties that are not planned.
UnplannedProperties {
    Keep = "keep",
    Count = "count",
    /// Removed before anything is stored, and counted.
    Drop = "drop",
});

words!(/// What a property is collected for.
Purpose {
    Marketing = "marketing",
    Analytics = "analytics",
    Personalisation = "personalisation",
    Ads = "ads",
    Operations = "operations",
});

words!(Status {
    Planned = "planned",
    /// Not planned any more; kept to be restored.
    Archived = "archived",
});

/// How a workspace treats what comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    pub enabled: bool,
    pub unplanned_events: UnplannedEvents,
    /// For entries that do not choose.
    pub unplanned_properties: UnplannedProperties,
    /// For entries that do not choose.
    pub on_violation: OnViolation,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: false,
            unplanned_events: UnplannedEvents::Count,
            unplanned_properties: UnplannedProperties::Count,
            on_violation: OnViolation::Count,
        }
    }
}

/// An entry of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedEvent {
    pub id: PlanEventId,
    pub kind: Kind,
    /// Empty: traits, or all pages or screens without an entry of their own.
    pub name: String,
    pub description: String,
    /// None: as the settings say.
    pub on_violation: Option<OnViolation>,
    /// None: as the settings say.
    pub unplanned_properties: Option<UnplannedProperties>,
    /// JSON Schema 2020-12 of the properties or traits.
    pub schema: Json,
    pub status: Status,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An entry as somebody writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub kind: Kind,
    pub name: String,
    pub description: String,
    pub on_violation: Option<OnViolation>,
    pub unplanned_properties: Option<UnplannedProperties>,
    pub schema: Json,
}

/// One way in which an event breaks the plan. Holds names and types, no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub code: Code,
    /// Into the properties or traits, such as `/products/*/price`.
    pub pointer: String,
    pub message: String,
}

words!(/// The kinds of violations.
Code {
    MissingProperty = "missing_property",
    WrongType = "wrong_type",
    NotAllowedValue = "not_allowed_value",
    WrongFormat = "wrong_format",
    OutOfRange = "out_of_range",
    WrongLength = "wrong_length",
    NotAsPlanned = "not_as_planned",
    UnplannedProperty = "unplanned_property",
    UnplannedEvent = "unplanned_event",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_stored_words_are_one() {
        fn check<T: Serialize>(value: T, name: &str) {
            assert_eq!(serde_json::to_value(value).unwrap(), name);
        }
        Kind::ALL.iter().for_each(|one| check(one, one.name()));
        OnViolation::ALL.iter().for_each(|one| check(one, one.name()));
        UnplannedEvents::ALL.iter().for_each(|one| check(one, one.name()));
        UnplannedProperties::ALL.iter().for_each(|one| check(one, one.name()));
        Purpose::ALL.iter().for_each(|one| check(one, one.name()));
        Code::ALL.iter().for_each(|one| check(one, one.name()));
        assert_eq!(Code::parse("wrong_type"), Some(Code::WrongType));
        assert_eq!(Kind::parse("alias"), None);
    }
}

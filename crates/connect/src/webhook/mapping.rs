//! The mapping of a webhook as people write it: rules that make events of a payload.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

base::words!(
    /// What an event says.
    #[derive(utoipa::ToSchema)]
    #[schema(as = WebhookCallType, rename_all = "snake_case")]
    CallType {
        Track = "track",
        Identify = "identify",
        Page = "page",
        Screen = "screen",
        Group = "group",
        Alias = "alias",
    }
);

/// The name of [`Value`] that a description can hold: by its own it would be any JSON.
type WebhookValue = Value;

/// What payloads become.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookMapping)]
pub struct Mapping {
    #[serde(default)]
    #[schema(required)]
    pub rules: Vec<Rule>,
}

/// One kind of event. Every rule that wants a payload makes its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookRule)]
pub struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// A JSONPath: an event for every match. Within the rule `$` is the match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub each: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub when: Option<Condition>,
    // A text here, so that a mistake in it is told with its place.
    #[serde(default, rename = "type")]
    #[schema(required, value_type = CallType)]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub event: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub user_id: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub anonymous_id: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub group_id: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub previous_id: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub email: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub phone: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub timestamp: Option<Value>,
    /// What names the event in the sender's system; a hash of the payload otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = WebhookValue)]
    pub message_id: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<Field>,
}

/// Where something is taken from: exactly one of `path`, `text` and `header`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookValue)]
pub struct Value {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub header: Option<String>,
    /// How it is read; as it stands when left out.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub read: Option<Read>,
    /// The path looks into the whole payload, also when the rule has `each`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

/// A simple change on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookReading)]
pub enum Read {
    Text,
    Number,
    /// 1999 is 19.99, by the decimals of the event's currency.
    MinorUnits,
    Boolean,
    Date,
    LowerCase,
    /// Of times: whatever it looks like.
    Auto,
    UnixS,
    UnixMs,
    Rfc3339,
}

/// A property or trait under its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookField)]
pub struct Field {
    pub name: String,
    #[schema(value_type = WebhookValue)]
    pub value: Value,
}

/// An identifier of another kind than those a rule names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookIdentifier)]
pub struct Identifier {
    #[serde(rename = "type")]
    pub kind: String,
    #[schema(value_type = WebhookValue)]
    pub value: Value,
}

/// Holds when the value is there, and is `equals` if that is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookCondition)]
pub struct Condition {
    #[schema(value_type = WebhookValue)]
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub equals: Option<String>,
}

//! The mapping of a webhook as people write it: rules that make events of a payload.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One kind of event. Every rule that wants a payload makes its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A JSONPath: an event for every match. Within the rule `$` is the match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// track, identify, page, screen, group or alias.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Value>,
    /// What names the event in the sender's system; a hash of the payload otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<Field>,
}

/// Where something is taken from: exactly one of `path`, `text` and `header`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Value {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// How it is read; as it stands when left out.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub read: Option<Read>,
    /// The path looks into the whole payload, also when the rule has `each`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

/// A simple change on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    #[serde(rename = "type")]
    pub kind: String,
    pub value: Value,
}

/// Holds when the value is there, and is `equals` if that is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<String>,
}

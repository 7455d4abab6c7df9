//! The rules as they are stored, sent and shown.

use crate::identifiers::{DEFAULT_REGION, KINDS, KindSpec};
use serde::{Deserialize, Serialize};

/// Version of the stored form.
const STORED_VERSION: u8 = 1;

/// The smallest and largest priority; the smaller is stronger.
pub const PRIORITY_MAX: u16 = 1_000;
/// Values of one kind per customer.
pub const LIMIT_MAX: u32 = 1_000;
/// Blocked values per kind.
pub const BLOCKED_MAX: usize = 200;
/// Characters of a blocked value or of a trait's pattern.
pub const PATTERN_CHARS_MAX: usize = 200;
/// Kinds of a workspace's own making.
pub const CUSTOM_KINDS_MAX: usize = 50;
/// Lines that say which value of a trait stays.
pub const TRAIT_RULES_MAX: usize = 100;
/// Sources in the order of trust.
pub const SOURCES_MAX: usize = 50;
/// User ids of a device before it is a shared one.
pub const DEVICE_USERS_MAX: u32 = 100;
/// Days in which they are counted.
pub const DEVICE_DAYS_MAX: u32 = 365;

/// What a workspace says of one kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRuleDoc {
    pub kind: String,
    /// True: of the workspace's own making.
    #[serde(default)]
    pub custom: bool,
    /// `plain`, `email` or `phone`. Fixed for kinds that are built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// `person` or `device`. Fixed for kinds that are built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
    pub enabled: bool,
    pub priority: u16,
    pub limit: u32,
    /// Exact values, or patterns with `*`.
    #[serde(default)]
    pub blocked: Vec<String>,
}

/// What holds for kinds of the workspace's own making that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherKinds {
    pub enabled: bool,
    pub priority: u16,
    pub limit: u32,
}

/// More than `users` user ids within `days` days: a device several people share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedDeviceRule {
    pub enabled: bool,
    pub users: u32,
    pub days: u32,
}

/// Which value of a trait stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraitRuleDoc {
    /// A name, or a pattern with `*`.
    #[serde(rename = "trait")]
    pub pattern: String,
    pub rule: String,
    /// Ids of sources or names of channels, the most trusted first; `most_trusted` only.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// The identity rules of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesDoc {
    pub kinds: Vec<KindRuleDoc>,
    pub other_kinds: OtherKinds,
    pub gmail_dots: bool,
    /// ISO 3166.
    pub phone_region: String,
    pub shared_devices: SharedDeviceRule,
    /// The first that fits holds.
    pub traits: Vec<TraitRuleDoc>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u8,
    rules: RulesDoc,
}

impl Default for RulesDoc {
    /// What holds when nobody said anything else.
    fn default() -> Self {
        Self {
            kinds: KINDS.iter().filter(|spec| !spec.is_internal()).map(KindRuleDoc::of).collect(),
            other_kinds: OtherKinds { enabled: true, priority: 30, limit: 5 },
            gmail_dots: false,
            phone_region: DEFAULT_REGION.to_owned(),
            shared_devices: SharedDeviceRule { enabled: false, users: 3, days: 30 },
            traits: Vec::new(),
        }
    }
}

impl KindRuleDoc {
    fn of(spec: &KindSpec) -> Self {
        Self {
            kind: spec.name.to_owned(),
            custom: false,
            form: Some(spec.form.name().to_owned()),
            names: Some(names_of(spec).to_owned()),
            enabled: true,
            priority: u16::from(spec.rank),
            limit: spec.limit as u32,
            blocked: Vec::new(),
        }
    }
}

/// `person` or `device`.
pub(crate) fn names_of(spec: &KindSpec) -> &'static str {
    if spec.personal { "person" } else { "device" }
}

impl RulesDoc {
    /// Every built-in kind is listed, in order of priority; what may be left out is filled in.
    pub fn completed(mut self) -> Self {
        for spec in KINDS.iter().filter(|spec| !spec.is_internal()) {
            if !self.kinds.iter().any(|rule| rule.kind == spec.name) {
                self.kinds.push(KindRuleDoc::of(spec));
            }
        }
        for rule in &mut self.kinds {
            let spec = KINDS.iter().find(|spec| spec.name == rule.kind);
            rule.custom = spec.is_none();
            let form = spec.map_or("plain", |spec| spec.form.name());
            let names = spec.map_or("person", names_of);
            rule.form.get_or_insert_with(|| form.to_owned());
            rule.names.get_or_insert_with(|| names.to_owned());
        }
        let place = |kind: &str| KINDS.iter().position(|spec| spec.name == kind).unwrap_or(KINDS.len());
        self.kinds.sort_by_key(|rule| (rule.priority, place(&rule.kind)));
        self
    }

    /// The stored form; one of a later version is refused.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let stored: Stored = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if stored.v > STORED_VERSION {
            return Err(format!("version {} of stored identity rules is not known to this program", stored.v));
        }
        Ok(stored.rules.completed())
    }

    pub(crate) fn text(&self) -> String {
        // Strings, numbers and yes or no: nothing in it can fail to be written.
        serde_json::to_string(&Stored { v: STORED_VERSION, rules: self.clone() }).unwrap_or_default()
    }
}

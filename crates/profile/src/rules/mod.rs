//! What a workspace says of identity: which identifiers count, how many a customer has, which are nobody's, and which
//! value of a trait stays when two are said.
//!
//! [`RulesDoc`] is what is stored and sent, [`Rules`] the same ready to be asked for every identifier of every event.
//! The pipeline takes new rules between two batches ([`book`]); a batch is done by one set of rules.

pub(crate) mod book;
mod check;
mod document;
mod pattern;
mod preview;
mod service;
pub(crate) mod store;

pub(crate) use book::RuleSet;
pub use book::{RuleBook, TraitsOfBatch};
pub use document::{
    BLOCKED_MAX, CUSTOM_KINDS_MAX, DEVICE_DAYS_MAX, DEVICE_USERS_MAX, KindRuleDoc, LIMIT_MAX, OtherKinds,
    PATTERN_CHARS_MAX, PRIORITY_MAX, RulesDoc, SOURCES_MAX, SharedDeviceRule, TRAIT_RULES_MAX, TraitRuleDoc,
};
pub(crate) use pattern::Pattern;
pub use preview::{GmailPreview, KindPreview, RulesPreview};
pub use service::{RulesSaved, SharedDevice, built_in_blocked};

use crate::identifiers::{Form, KINDS, Kind, KindSpec, USER_IDS_BY_ALIAS_MAX, gmail_mailbox, normalise};
use crate::survivor::TraitRule;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The rank of events that name nobody: after everything a workspace can rank.
const UNIDENTIFIED_RANK: u16 = PRIORITY_MAX + 1;

/// What holds for one kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KindRule {
    /// Smaller is stronger.
    pub rank: u16,
    pub limit: usize,
    pub form: Form,
    pub personal: bool,
    pub enabled: bool,
}

/// The rules of a workspace, ready to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub version: i64,
    pub doc: RulesDoc,
    /// By place in [`KINDS`].
    listed: Vec<KindRule>,
    custom: HashMap<String, KindRule>,
    other: KindRule,
    blocked: HashMap<String, Vec<Pattern>>,
    pub traits: Vec<TraitRule>,
}

static DEFAULTS: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::new(0, RulesDoc::default())));

impl Rules {
    pub fn new(version: i64, doc: RulesDoc) -> Self {
        let by_name: HashMap<&str, &KindRuleDoc> = doc.kinds.iter().map(|rule| (rule.kind.as_str(), rule)).collect();
        let listed = KINDS.iter().map(|spec| listed_rule(spec, &doc, &by_name)).collect();
        let custom = doc.kinds.iter().filter(|rule| rule.custom).map(|rule| (rule.kind.clone(), custom_rule(rule)));
        let OtherKinds { enabled, priority, limit } = doc.other_kinds;
        let blocked = doc.kinds.iter().filter(|rule| !rule.blocked.is_empty());
        let blocked =
            blocked.map(|rule| (rule.kind.clone(), rule.blocked.iter().map(|text| Pattern::new(text)).collect()));
        Self {
            version,
            listed,
            custom: custom.collect(),
            other: KindRule { rank: priority, limit: limit as usize, form: Form::Plain, personal: true, enabled },
            blocked: blocked.collect(),
            traits: doc.traits.iter().filter_map(TraitRule::new).collect(),
            doc,
        }
    }

    /// What holds when nobody said anything else.
    pub fn defaults() -> &'static Arc<Rules> {
        &DEFAULTS
    }

    pub fn kind(&self, kind: Kind<'_>) -> KindRule {
        match kind {
            Kind::Listed(spec) => {
                let place = KINDS.iter().position(|other| std::ptr::eq(other, spec) || other.name == spec.name);
                place.and_then(|place| self.listed.get(place)).copied().unwrap_or(self.other)
            }
            Kind::Custom(name) => self.custom.get(name).copied().unwrap_or(self.other),
        }
    }
    /// The rule of a kind by the name it was stored under.
    pub fn stored_kind(&self, name: &str) -> KindRule {
        self.kind(Kind::stored(name))
    }

    /// How many identifiers of a kind one profile may have.
    pub fn limit(&self, kind: &str, by_alias: bool) -> usize {
        let limit = self.stored_kind(kind).limit;
        if by_alias && kind == Kind::USER_ID.name() { limit.max(USER_IDS_BY_ALIAS_MAX) } else { limit }
    }

    /// Where a phone number without country code is from when the event does not say.
    pub fn region(&self) -> &str {
        &self.doc.phone_region
    }

    /// The value in the form it is compared in; None when it identifies nobody by these rules.
    pub fn normalise<'v>(&self, kind: Kind<'_>, value: &'v str, region: &str) -> Option<Cow<'v, str>> {
        let rule = self.kind(kind);
        if !rule.enabled {
            return None;
        }
        let normal = normalise(rule.form, value, region)?;
        (!self.blocks(kind.name(), &normal)).then_some(normal)
    }

    fn blocks(&self, kind: &str, normal: &str) -> bool {
        if self.blocked.is_empty() {
            return false;
        }
        let Some(patterns) = self.blocked.get(kind) else { return false };
        let lower = normal.to_lowercase();
        patterns.iter().any(|pattern| pattern.matches(&lower))
    }

    /// What an identifier counts as against the limits: the kind, and how many. Of a Gmail mailbox the mailbox counts, not
    /// each spelling of its address.
    pub fn counted<'k>(&self, kind: &'k str, value: &str) -> (&'k str, usize) {
        let mailbox = Kind::GMAIL_MAILBOX.name();
        match (self.doc.gmail_dots, kind) {
            (true, kind) if kind == mailbox => (Kind::EMAIL.name(), 1),
            (false, kind) if kind == mailbox => (kind, 0),
            (true, "email") if gmail_mailbox(value).is_some() => (kind, 0),
            _ => (kind, 1),
        }
    }

    /// The line that says which value of the trait stays; None: what is built in.
    pub fn of_trait(&self, name: &str) -> Option<&TraitRule> {
        self.traits.iter().find(|rule| rule.is_for(name))
    }
}

fn listed_rule(spec: &KindSpec, doc: &RulesDoc, by_name: &HashMap<&str, &KindRuleDoc>) -> KindRule {
    let is_mailbox = spec.name == Kind::GMAIL_MAILBOX.name();
    let said = by_name.get(if is_mailbox { Kind::EMAIL.name() } else { spec.name });
    let built_in = if spec.name == Kind::UNIDENTIFIED.name() { UNIDENTIFIED_RANK } else { u16::from(spec.rank) };
    KindRule {
        rank: said.map_or(built_in, |rule| rule.priority),
        limit: said.map_or(spec.limit, |rule| rule.limit as usize),
        form: spec.form,
        personal: spec.personal,
        enabled: said.is_none_or(|rule| rule.enabled) && (!is_mailbox || doc.gmail_dots),
    }
}

fn custom_rule(rule: &KindRuleDoc) -> KindRule {
    KindRule {
        rank: rule.priority,
        limit: rule.limit as usize,
        form: match rule.form.as_deref() {
            Some("email") => Form::Email,
            Some("phone") => Form::Phone,
            _ => Form::Plain,
        },
        personal: rule.names.as_deref() != Some("device"),
        enabled: rule.enabled,
    }
}

//! Can these rules hold? Every flaw is told, with where it is.

use super::document::{
    BLOCKED_MAX, CUSTOM_KINDS_MAX, DEVICE_DAYS_MAX, DEVICE_USERS_MAX, KindRuleDoc, LIMIT_MAX, PATTERN_CHARS_MAX,
    PRIORITY_MAX, RulesDoc, SOURCES_MAX, TRAIT_RULES_MAX, TraitRuleDoc, names_of,
};
use super::pattern::Pattern;
use crate::identifiers::{KINDS, Kind, is_region};
use crate::survivor;
use base::FieldError;
use std::collections::HashSet;

#[derive(Default)]
struct Flaws(Vec<FieldError>);

impl Flaws {
    fn add(&mut self, pointer: String, code: &str, detail: impl Into<String>) {
        self.0.push(FieldError { pointer, code: code.into(), detail: detail.into() });
    }
    fn range(&mut self, pointer: String, value: u32, max: u32) {
        if value == 0 || max < value {
            self.add(pointer, "out_of_range", format!("this is 1 to {max}"));
        }
    }
    fn count(&mut self, pointer: String, count: usize, max: usize, what: &str) {
        if max < count {
            self.add(pointer, "too_many", format!("at most {max} {what}"));
        }
    }
}

/// What is wrong with the rules; nothing when they can hold.
pub(super) fn check(rules: &RulesDoc) -> Vec<FieldError> {
    let mut flaws = Flaws::default();
    let custom = rules.kinds.iter().filter(|rule| !is_built_in(&rule.kind)).count();
    flaws.count("/kinds".into(), custom, CUSTOM_KINDS_MAX, "kinds of your own");
    let mut seen = HashSet::new();
    for (number, rule) in rules.kinds.iter().enumerate() {
        let at = |field: &str| format!("/kinds/{number}/{field}");
        if !seen.insert(rule.kind.as_str()) {
            flaws.add(at("kind"), "repeated_kind", format!("{} is there twice", rule.kind));
        }
        check_kind(rule, &at, &mut flaws);
    }
    check_priorities(rules, &mut flaws);
    let other = &rules.other_kinds;
    flaws.range("/other_kinds/priority".into(), other.priority.into(), PRIORITY_MAX.into());
    flaws.range("/other_kinds/limit".into(), other.limit, LIMIT_MAX);
    if !is_region(&rules.phone_region) {
        let detail = format!("{} is no country with phone numbers; use two letters such as NL", rules.phone_region);
        flaws.add("/phone_region".into(), "unknown_region", detail);
    }
    flaws.range("/shared_devices/users".into(), rules.shared_devices.users, DEVICE_USERS_MAX);
    flaws.range("/shared_devices/days".into(), rules.shared_devices.days, DEVICE_DAYS_MAX);
    check_traits(&rules.traits, &mut flaws);
    flaws.0
}

fn is_built_in(kind: &str) -> bool {
    KINDS.iter().any(|spec| spec.name == kind)
}

fn check_kind(rule: &KindRuleDoc, at: &dyn Fn(&str) -> String, flaws: &mut Flaws) {
    match Kind::named(&rule.kind) {
        Some(Kind::Listed(spec)) if spec.name == rule.kind => {
            let form = rule.form.as_deref().is_some_and(|form| form != spec.form.name());
            let names = rule.names.as_deref().is_some_and(|names| names != names_of(spec));
            for (field, differs) in [("form", form), ("names", names), ("custom", rule.custom)] {
                if differs {
                    flaws.add(at(field), "fixed_kind", format!("{} is built in: this stays as it is", rule.kind));
                }
            }
        }
        Some(Kind::Custom(name)) if rule.custom && name.trim() == name => {
            if !matches!(rule.form.as_deref(), None | Some("plain" | "email" | "phone")) {
                flaws.add(at("form"), "unknown_form", "a form is plain, email or phone");
            }
            if !matches!(rule.names.as_deref(), None | Some("person" | "device")) {
                flaws.add(at("names"), "unknown_names", "a kind names a person or a device");
            }
        }
        Some(Kind::Custom(_)) => {
            let detail = format!("{} is not built in; a kind of your own says so with custom", rule.kind);
            flaws.add(at("kind"), "unknown_kind", detail);
        }
        _ => flaws.add(at("kind"), "unknown_kind", format!("{} cannot be the name of a kind", rule.kind)),
    }
    flaws.range(at("priority"), rule.priority.into(), PRIORITY_MAX.into());
    flaws.range(at("limit"), rule.limit, LIMIT_MAX);
    flaws.count(at("blocked"), rule.blocked.len(), BLOCKED_MAX, "blocked values of a kind");
    for (number, text) in rule.blocked.iter().enumerate() {
        if Pattern::takes_all(text) || PATTERN_CHARS_MAX < text.chars().count() {
            let detail = format!("a blocked value has 1 to {PATTERN_CHARS_MAX} characters, and more than *");
            flaws.add(format!("{}/{number}", at("blocked")), "bad_pattern", detail);
        }
    }
}

/// Two people are kept apart by having two user ids: nothing may speak louder than that.
fn check_priorities(rules: &RulesDoc, flaws: &mut Flaws) {
    let user_id = rules.kinds.iter().find(|rule| rule.kind == Kind::USER_ID.name());
    let first = user_id.map_or(u16::from(Kind::USER_ID.spec().rank), |rule| rule.priority);
    let detail = format!("user_id has priority {first}: every other kind comes after it");
    for (number, rule) in rules.kinds.iter().enumerate() {
        if rule.kind != Kind::USER_ID.name() && rule.priority <= first {
            flaws.add(format!("/kinds/{number}/priority"), "user_id_first", detail.clone());
        }
    }
    if rules.other_kinds.priority <= first {
        flaws.add("/other_kinds/priority".into(), "user_id_first", detail);
    }
}

fn check_traits(rules: &[TraitRuleDoc], flaws: &mut Flaws) {
    flaws.count("/traits".into(), rules.len(), TRAIT_RULES_MAX, "rules for traits");
    let mut seen = HashSet::new();
    for (number, rule) in rules.iter().enumerate() {
        let at = |field: &str| format!("/traits/{number}/{field}");
        if rule.pattern.trim().is_empty() || PATTERN_CHARS_MAX < rule.pattern.chars().count() {
            let detail = format!("the name of a trait, or a pattern with *, has 1 to {PATTERN_CHARS_MAX} characters");
            flaws.add(at("trait"), "bad_pattern", detail);
        }
        if !seen.insert(rule.pattern.as_str()) {
            flaws.add(at("trait"), "repeated_trait", format!("{} is there twice", rule.pattern));
        }
        let Some(survivor) = survivor::named(&rule.rule) else {
            let known: Vec<&str> = survivor::ALL.iter().map(|survivor| survivor.code()).collect();
            flaws.add(at("rule"), "unknown_rule", format!("a rule is one of {}", known.join(", ")));
            continue;
        };
        match (survivor.has_sources(), rule.sources.is_empty()) {
            (true, true) => flaws.add(at("sources"), "sources_needed", "name the sources, the most trusted first"),
            (false, false) => flaws.add(at("sources"), "sources_not_used", "only most_trusted has an order of sources"),
            _ => flaws.count(at("sources"), rule.sources.len(), SOURCES_MAX, "sources"),
        }
    }
}

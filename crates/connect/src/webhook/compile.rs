//! A mapping ready to run: paths parsed, limits checked, every mistake told with its place.

use super::apply::MapProblem;
use super::mapping::{CallType, Condition, Field, Mapping, Read, Rule, Value};
use crate::limits::{FIELDS_MAX, PATH_CHARS_MAX, RULES_MAX};
use serde_json_path::JsonPath;

const NAME_CHARS_MAX: usize = 250;

/// A mapping whose paths are parsed.
#[derive(Debug, Clone)]
pub struct Compiled {
    pub(super) rules: Vec<Ready>,
}

#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub each: Option<JsonPath>,
    pub when: Option<(Take, Option<String>)>,
    pub kind: &'static str,
    pub event: Option<Take>,
    pub user_id: Option<Take>,
    pub anonymous_id: Option<Take>,
    pub group_id: Option<Take>,
    pub previous_id: Option<Take>,
    /// email, phone and the others by type.
    pub identifiers: Vec<(String, Take)>,
    pub timestamp: Option<Take>,
    pub message_id: Option<Take>,
    pub channel: Option<String>,
    pub properties: Vec<(String, Take)>,
    pub traits: Vec<(String, Take)>,
}

/// Where a value comes from, and its place in the mapping.
#[derive(Debug, Clone)]
pub(super) struct Take {
    pub from: From,
    pub read: Option<Read>,
    pub pointer: String,
}

#[derive(Debug, Clone)]
pub(super) enum From {
    Item(JsonPath),
    Whole(JsonPath),
    Text(String),
    /// In lower case.
    Header(String),
}

impl Compiled {
    /// Everything that is wrong with the mapping in itself.
    pub fn new(mapping: &Mapping) -> Result<Self, Vec<MapProblem>> {
        let mut problems = Vec::new();
        if mapping.rules.len() > RULES_MAX {
            problems.push(problem("/rules", "too_many_rules", format!("at most {RULES_MAX} rules")));
        }
        let rules = mapping
            .rules
            .iter()
            .take(RULES_MAX)
            .enumerate()
            .map(|(index, rule)| Ready::new(rule, &format!("/rules/{index}"), &mut problems))
            .collect();
        if problems.is_empty() { Ok(Self { rules }) } else { Err(problems) }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// A condition of a rule says this text: it is no secret.
    pub(super) fn compares_with(&self, text: &str) -> bool {
        self.rules.iter().any(|rule| rule.when.as_ref().is_some_and(|(_, equals)| equals.as_deref() == Some(text)))
    }

    /// `name` in lower case.
    pub(super) fn uses_header(&self, name: &str) -> bool {
        let mut takes = self.rules.iter().flat_map(Ready::takes);
        takes.any(|take| matches!(&take.from, From::Header(header) if header == name))
    }
}

fn problem(pointer: &str, code: &'static str, detail: impl Into<String>) -> MapProblem {
    MapProblem { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }
}

impl Ready {
    fn new(rule: &Rule, at: &str, problems: &mut Vec<MapProblem>) -> Self {
        let kind = CallType::parse(&rule.kind).unwrap_or_else(|| {
            let known: Vec<&str> = CallType::ALL.iter().map(|one| one.name()).collect();
            problems.push(problem(
                &format!("{at}/type"),
                "unknown_type",
                format!("must be one of {}", known.join(", ")),
            ));
            CallType::Track
        });
        let kind = kind.name();
        if rule.kind == "track" && rule.event.is_none() {
            problems.push(problem(&format!("{at}/event"), "missing_field", "a track event needs a name"));
        }
        let named = [&rule.user_id, &rule.anonymous_id, &rule.email, &rule.phone].into_iter().any(Option::is_some);
        if !named && rule.identifiers.is_empty() {
            let detail =
                "say who it is: a user id, an anonymous id, an e-mail address, a phone number or another identifier";
            problems.push(problem(&format!("{at}/user_id"), "missing_field", detail));
        }
        let each = rule.each.as_deref().and_then(|text| path(text, &format!("{at}/each"), problems));
        let when = rule.when.as_ref().and_then(|Condition { value, equals }| {
            Some((Take::new(value, &format!("{at}/when/value"), problems)?, equals.clone()))
        });
        let mut one = |value: &Option<Value>, field: &str| {
            value.as_ref().and_then(|value| Take::new(value, &format!("{at}/{field}"), problems))
        };
        let (event, user_id) = (one(&rule.event, "event"), one(&rule.user_id, "user_id"));
        let (anonymous_id, group_id) = (one(&rule.anonymous_id, "anonymous_id"), one(&rule.group_id, "group_id"));
        let (previous_id, timestamp) = (one(&rule.previous_id, "previous_id"), one(&rule.timestamp, "timestamp"));
        let message_id = one(&rule.message_id, "message_id");
        let (email, phone) = (one(&rule.email, "email"), one(&rule.phone, "phone"));
        let mut identifiers = Vec::new();
        identifiers.extend(email.map(|take| ("email".to_owned(), take)));
        identifiers.extend(phone.map(|take| ("phone".to_owned(), take)));
        let others: Vec<Field> =
            rule.identifiers.iter().map(|one| Field { name: one.kind.clone(), value: one.value.clone() }).collect();
        identifiers.extend(fields(&others, &format!("{at}/identifiers"), "type", problems));
        Self {
            each,
            when,
            kind,
            event,
            user_id,
            anonymous_id,
            group_id,
            previous_id,
            identifiers,
            timestamp,
            message_id,
            channel: rule.channel.clone().filter(|channel| !channel.is_empty()),
            properties: fields(&rule.properties, &format!("{at}/properties"), "name", problems),
            traits: fields(&rule.traits, &format!("{at}/traits"), "name", problems),
        }
    }

    fn takes(&self) -> impl Iterator<Item = &Take> {
        let single = [
            &self.event,
            &self.user_id,
            &self.anonymous_id,
            &self.group_id,
            &self.previous_id,
            &self.timestamp,
            &self.message_id,
        ];
        let named = self.identifiers.iter().chain(&self.properties).chain(&self.traits);
        let condition = self.when.iter().map(|(take, _)| take);
        single.into_iter().flatten().chain(condition).chain(named.map(|(_, take)| take))
    }
}

fn fields(list: &[Field], at: &str, name: &str, problems: &mut Vec<MapProblem>) -> Vec<(String, Take)> {
    if list.len() > FIELDS_MAX {
        problems.push(problem(at, "too_many_fields", format!("at most {FIELDS_MAX}")));
    }
    let mut ready: Vec<(String, Take)> = Vec::new();
    for (index, field) in list.iter().take(FIELDS_MAX).enumerate() {
        let key = field.name.trim();
        if key.is_empty() || key.chars().count() > NAME_CHARS_MAX {
            let detail = format!("a name has 1 to {NAME_CHARS_MAX} characters");
            problems.push(problem(&format!("{at}/{index}/{name}"), "bad_name", detail));
        } else if ready.iter().any(|(other, _)| other == key) {
            problems.push(problem(&format!("{at}/{index}/{name}"), "name_twice", format!("\"{key}\" stands twice")));
        }
        if let Some(take) = Take::new(&field.value, &format!("{at}/{index}/value"), problems) {
            ready.push((key.to_owned(), take));
        }
    }
    ready
}

impl Take {
    fn new(value: &Value, pointer: &str, problems: &mut Vec<MapProblem>) -> Option<Self> {
        let from = match (&value.path, &value.text, &value.header) {
            (Some(text), None, None) => {
                let path = path(text, &format!("{pointer}/path"), problems)?;
                if value.whole { From::Whole(path) } else { From::Item(path) }
            }
            (None, Some(text), None) => From::Text(text.clone()),
            (None, None, Some(header)) => From::Header(header.trim().to_ascii_lowercase()),
            _ => {
                let detail = "say exactly one of path, text and header";
                problems.push(problem(pointer, "bad_value", detail));
                return None;
            }
        };
        Some(Self { from, read: value.read, pointer: pointer.to_owned() })
    }
}

/// A path, if it is one and cannot take for ever: `..` walks the whole payload, so it may stand once, and without a
/// filter that would walk again for every step.
fn path(text: &str, pointer: &str, problems: &mut Vec<MapProblem>) -> Option<JsonPath> {
    let text = text.trim();
    if text.chars().count() > PATH_CHARS_MAX {
        problems.push(problem(pointer, "bad_path", format!("a path has at most {PATH_CHARS_MAX} characters")));
        return None;
    }
    let (walks, filters) = (text.matches("..").count(), text.matches("[?").count());
    if walks > 1 || (walks == 1 && filters > 0) || filters > 3 {
        let detail = "a path may hold \"..\" once and then no filter, or up to three filters";
        problems.push(problem(pointer, "bad_path", detail));
        return None;
    }
    match JsonPath::parse(text) {
        Ok(path) => Some(path),
        Err(error) => {
            problems.push(problem(pointer, "bad_path", format!("not a JSONPath such as $.order.id: {error}")));
            None
        }
    }
}

//! A payload through a mapping: the events it makes, or what is wrong with it and where.
//!
//! A function of (mapping, payload): trying out, receiving and replaying give the same events with the same messageIds.

use super::compile::{Compiled, From, Ready, Take};
use super::mapping::Read;
use crate::limits::EVENTS_PER_PAYLOAD_MAX;
use base::{Currency, Json, JsonMap, Timestamp};
use serde_json::json;
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_128;

/// What is wrong, and where in the mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct MapProblem {
    /// JSON pointer into the mapping.
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

/// A payload to be mapped.
#[derive(Debug, Clone)]
pub(crate) struct Incoming<'a> {
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    pub body: &'a str,
    /// Of the connection: one and the same id of two systems is two events.
    pub source: &'a str,
}

base::words!(
    /// What a mapping makes of a payload.
    #[derive(utoipa::ToSchema)]
    #[schema(as = WebhookOutcome, rename_all = "snake_case")]
    Outcome {
        Events = "events",
        /// No rule wanted it.
        Nothing = "nothing",
        Failed = "failed",
    }
);

#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    pub outcome: Outcome,
    /// In the form of the Segment API.
    pub events: Vec<Json>,
    /// The rule each event is of.
    pub rules: Vec<usize>,
    pub problems: Vec<MapProblem>,
}

impl Mapped {
    pub(crate) fn failed(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        let problem = MapProblem { pointer: pointer.into(), code: code.into(), detail: detail.into() };
        Self { outcome: Outcome::Failed, events: Vec::new(), rules: Vec::new(), problems: vec![problem] }
    }
}

/// Names of headers in lower case.
pub(super) fn is_form(headers: &[(String, String)]) -> bool {
    let kind = headers.iter().find(|(key, _)| key == "content-type");
    kind.is_some_and(|(_, kind)| kind.starts_with("application/x-www-form-urlencoded"))
}

/// The body as JSON, a byte order mark before it left out; a form becomes an object of texts.
pub(crate) fn parse(incoming: &Incoming<'_>) -> Result<Json, String> {
    let body = incoming.body.strip_prefix('\u{feff}').unwrap_or(incoming.body);
    if is_form(incoming.headers) {
        let mut form = JsonMap::new();
        for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
            form.insert(name.into_owned(), json!(value));
        }
        return Ok(Json::Object(form));
    }
    serde_json::from_str(body).map_err(|error| format!("the payload is not JSON: {error}"))
}

impl Compiled {
    pub(crate) fn apply(&self, incoming: &Incoming<'_>) -> Mapped {
        let whole = match parse(incoming) {
            Ok(whole) => whole,
            Err(error) => return Mapped::failed("", "malformed_json", error),
        };
        let mut work =
            Work { whole: &whole, incoming, hash: None, problems: Vec::new(), events: Vec::new(), rules: Vec::new() };
        for (index, rule) in self.rules.iter().enumerate() {
            work.rule(index, rule);
        }
        let Work { problems, events, rules, .. } = work;
        let mut seen = HashSet::new();
        let twice = events.iter().find(|event| !seen.insert(event["messageId"].to_string()));
        match () {
            () if !problems.is_empty() => Mapped { outcome: Outcome::Failed, events, rules, problems },
            () if twice.is_some() => {
                let detail = "two events of one payload have one message_id: the second would not count";
                Mapped { events, rules, ..Mapped::failed("/rules", "message_id_twice", detail) }
            }
            () if events.is_empty() => Mapped { outcome: Outcome::Nothing, events, rules, problems },
            () => Mapped { outcome: Outcome::Events, events, rules, problems },
        }
    }
}

struct Work<'a> {
    whole: &'a Json,
    incoming: &'a Incoming<'a>,
    hash: Option<u128>,
    problems: Vec<MapProblem>,
    events: Vec<Json>,
    rules: Vec<usize>,
}

type Found<T> = Result<Option<T>, MapProblem>;

fn problem<T>(take: &Take, code: &str, detail: impl Into<String>) -> Result<T, MapProblem> {
    Err(MapProblem { pointer: take.pointer.clone(), code: code.to_owned(), detail: detail.into() })
}

impl Work<'_> {
    fn rule(&mut self, index: usize, rule: &Ready) {
        let whole = self.whole;
        let items: Vec<&Json> = match &rule.each {
            Some(path) => path.query(whole).all(),
            None => vec![whole],
        };
        if self.events.len() + items.len() > EVENTS_PER_PAYLOAD_MAX {
            let detail = format!("one payload makes at most {EVENTS_PER_PAYLOAD_MAX} events");
            let (pointer, code) = (format!("/rules/{index}/each"), "too_many_events".to_owned());
            return self.problems.push(MapProblem { pointer, code, detail });
        }
        for (number, item) in items.into_iter().enumerate() {
            match self.event((index, number), rule, item) {
                Ok(Some(event)) => {
                    self.events.push(event);
                    self.rules.push(index);
                }
                Ok(None) => {}
                Err(problem) => self.problems.push(problem),
            }
        }
    }

    /// None: the rule does not want this item.
    fn event(&mut self, place: (usize, usize), rule: &Ready, item: &Json) -> Found<Json> {
        if let Some((take, equals)) = &rule.when {
            let holds = match (self.find(take, item), equals) {
                (found, None) => !found.is_empty(),
                (found, Some(wanted)) => found.iter().any(|value| scalar(value).is_some_and(|text| text == *wanted)),
            };
            if !holds {
                return Ok(None);
            }
        }
        let mut event = JsonMap::new();
        event.insert("type".into(), json!(rule.kind));
        let name = if rule.kind == "track" { "event" } else { "name" };
        let texts = [
            (name, &rule.event),
            ("userId", &rule.user_id),
            ("anonymousId", &rule.anonymous_id),
            ("groupId", &rule.group_id),
            ("previousId", &rule.previous_id),
        ];
        for (field, take) in texts {
            if let Some(text) = self.text(take.as_ref(), item)? {
                event.insert(field.into(), json!(text));
            }
        }
        if let Some(at) = self.time(rule.timestamp.as_ref(), item)? {
            event.insert("timestamp".into(), json!(at));
        }
        event.insert("messageId".into(), json!(self.message_id(place, rule, item)?));
        self.fill(&mut event, rule, item)?;
        Ok(Some(Json::Object(event)))
    }

    fn fill(&mut self, event: &mut JsonMap, rule: &Ready, item: &Json) -> Result<(), MapProblem> {
        let mut context = JsonMap::new();
        let mut ids = Vec::new();
        for (kind, take) in &rule.identifiers {
            if let Some(text) = self.text(Some(take), item)? {
                ids.push(json!({ "type": kind, "id": text }));
            }
        }
        let mut properties = self.fields(&rule.properties, item)?;
        let mut traits = self.fields(&rule.traits, item)?;
        to_major(&rule.properties, &mut properties);
        to_major(&rule.traits, &mut traits);
        if rule.kind == "identify" {
            for kind in ["email", "phone"] {
                let known = ids.iter().find(|id| id["type"] == kind).map(|id| id["id"].clone());
                if let Some(value) = known.filter(|_| !traits.contains_key(kind)) {
                    traits.insert(kind.into(), value);
                }
            }
        }
        if !ids.is_empty() {
            context.insert("externalIds".into(), Json::Array(ids));
        }
        if let Some(channel) = &rule.channel {
            context.insert("channel".into(), json!(channel));
        }
        let has_traits = matches!(rule.kind, "identify" | "group");
        if has_traits {
            event.insert("traits".into(), Json::Object(traits));
        } else {
            event.insert("properties".into(), Json::Object(properties));
            if !traits.is_empty() {
                context.insert("traits".into(), Json::Object(traits));
            }
        }
        if !context.is_empty() {
            event.insert("context".into(), Json::Object(context));
        }
        Ok(())
    }

    /// Everything a value matches.
    fn find(&self, take: &Take, item: &Json) -> Vec<Json> {
        let matches =
            |path: &serde_json_path::JsonPath, json: &Json| path.query(json).all().into_iter().cloned().collect();
        match &take.from {
            From::Item(path) => matches(path, item),
            From::Whole(path) => matches(path, self.whole),
            From::Text(text) => vec![json!(text)],
            From::Header(name) => {
                let found = self.incoming.headers.iter().filter(|(key, _)| key == name);
                found.map(|(_, value)| json!(value)).collect()
            }
        }
    }

    /// The first match as text; blank is as good as nothing.
    fn text(&self, take: Option<&Take>, item: &Json) -> Found<String> {
        let Some(take) = take else { return Ok(None) };
        let Some(value) = self.find(take, item).into_iter().find(|value| !value.is_null()) else { return Ok(None) };
        let Some(text) = scalar(&value) else {
            return problem(take, "not_text", "finds an object or a list, not a text");
        };
        let text = text.trim();
        let text = if take.read == Some(Read::LowerCase) { text.to_lowercase() } else { text.to_owned() };
        Ok((!text.is_empty()).then_some(text))
    }

    fn time(&self, take: Option<&Take>, item: &Json) -> Found<Timestamp> {
        let Some(take) = take else { return Ok(None) };
        let Some(text) = self.text(Some(take), item)? else { return Ok(None) };
        match moment(&text, take.read) {
            Some(at) => Ok(Some(at)),
            None => problem(take, "not_a_time", format!("\"{}\" is not a time", shown(&text))),
        }
    }

    /// The same delivery twice is one event: of one system one id is one event.
    fn message_id(&mut self, (rule, number): (usize, usize), ready: &Ready, item: &Json) -> Result<String, MapProblem> {
        let source = self.incoming.source;
        if let Some(id) = self.text(ready.message_id.as_ref(), item)? {
            return Ok(format!("whk-{:032x}", xxh3_128(format!("{source} {id}").as_bytes())));
        }
        let body = self.incoming.body;
        let hash = *self.hash.get_or_insert_with(|| xxh3_128(format!("{source} {body}").as_bytes()));
        Ok(format!("whk-{hash:032x}-{rule}-{number}"))
    }

    fn fields(&self, fields: &[(String, Take)], item: &Json) -> Result<JsonMap, MapProblem> {
        let mut map = JsonMap::new();
        for (name, take) in fields {
            let mut found = Vec::new();
            for value in self.find(take, item) {
                found.extend(read(take, value)?);
            }
            match found.len() {
                0 => {}
                1 => {
                    map.insert(name.clone(), found.remove(0));
                }
                _ => {
                    map.insert(name.clone(), Json::Array(found));
                }
            }
        }
        Ok(map)
    }
}

/// A text, number or boolean as text.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A value as the mapping wants it; nothing for what is empty.
fn read(take: &Take, value: Json) -> Found<Json> {
    let Some(wanted) = take.read else { return Ok(Some(value)) };
    if value.is_null() {
        return Ok(None);
    }
    let Some(text) = scalar(&value) else { return problem(take, "not_text", "finds an object or a list, not a text") };
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let answer = match wanted {
        Read::Text => Some(json!(text)),
        Read::LowerCase => Some(json!(text.to_lowercase())),
        Read::Number | Read::MinorUnits => number(text).map(|number| json!(number)),
        Read::Boolean => boolean(text).map(|value| json!(value)),
        Read::Date | Read::Auto | Read::UnixS | Read::UnixMs | Read::Rfc3339 => {
            moment(text, Some(wanted)).map(|at| json!(at))
        }
    };
    match answer {
        Some(answer) => Ok(Some(answer)),
        None => problem(take, "not_readable", format!("\"{}\" cannot be read like this", shown(text))),
    }
}

/// `12,50` and `12.50`; thousands are not guessed.
fn number(text: &str) -> Option<f64> {
    let plain = if text.contains('.') { text.to_owned() } else { text.replacen(',', ".", 1) };
    plain.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "yes" | "ja" | "on" => Some(true),
        "false" | "0" | "no" | "nee" | "nej" | "off" => Some(false),
        _ => None,
    }
}

fn moment(text: &str, read: Option<Read>) -> Option<Timestamp> {
    const MS_MAX: f64 = 8e15;
    let epoch = |factor: f64| {
        let ms = text.parse::<f64>().ok()? * factor;
        (ms.abs() < MS_MAX).then(|| Timestamp::from_ms(ms as i64))
    };
    match read {
        Some(Read::UnixS) => epoch(1_000.0),
        Some(Read::UnixMs) => epoch(1.0),
        Some(Read::Rfc3339) => text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp::from_ms(at.as_millisecond())),
        _ => Timestamp::parse(text).ok().or_else(|| {
            // Seconds with a fraction, as Slack and others write them.
            text.contains('.').then(|| epoch(1_000.0)).flatten()
        }),
    }
}

/// Brings amounts in minor units into major ones, by the currency the same event has.
fn to_major(fields: &[(String, Take)], map: &mut JsonMap) {
    let currency = map.get("currency").and_then(Json::as_str).and_then(|code| Currency::parse(code).ok());
    let factor = 10f64.powi(currency.map_or(2, |currency| currency.decimals()) as i32);
    let major = |value: &mut Json| {
        if let Some(number) = value.as_f64() {
            *value = json!(number / factor);
        }
    };
    for (name, _) in fields.iter().filter(|(_, take)| take.read == Some(Read::MinorUnits)) {
        match map.get_mut(name) {
            Some(Json::Array(values)) => values.iter_mut().for_each(major),
            Some(value) => major(value),
            None => {}
        }
    }
}

//! CloudEvents 1.0.2 over HTTP (structured, batched and binary content mode): each event becomes a track call.
//!
//! | CloudEvent | track call |
//! |---|---|
//! | `source` and `id` | `messageId`: the same pair counts once |
//! | `type` | `event` |
//! | `time` | `timestamp` |
//! | `data` | `properties`; what is no object stands in `properties.data` |
//! | extension `userid` or `anonymousid`, else `userId` or `anonymousId` of the data, else `subject` | whose it is |
//! | `data.traits` | `context.traits`, where e-mail and phone are found |
//! | extension `useragent` | `context.userAgent`: whose browser or app it was; a bot's events are nobody's |
//! | extension `channel`; every other attribute | `context.channel`; `context.cloudevent` |
//!
//! Spec: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md> and, beside it,
//! `bindings/http-protocol-binding.md`.

use crate::accept::{body_text, nothing_accepted};
use crate::check::ItemProblem;
use crate::limits::{BATCH_BYTES_MAX, BATCH_ITEMS_MAX, MESSAGE_ID_CHARS_MAX};
use crate::{Accepted, Collect, Endpoint, Rejected, Result};
use base::{EventId, Json, JsonMap, Problem, ProblemKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;
use serde_json::value::RawValue;

const SPEC_VERSION: &str = "1.0";
/// `{"batch":[]}`
const FRAME_BYTES: usize = 12;
/// Attributes that say whose an event is, and are not kept beside it.
const PERSON: [&str; 2] = ["userid", "anonymousid"];
/// What sent it, as a browser says; CloudEvents has no attribute of its own for it.
const USER_AGENT: &str = "useragent";
const DATA: [&str; 2] = ["data", "data_base64"];

/// How a request carries its events.
#[derive(Debug, Clone, PartialEq)]
pub enum CloudEventMode {
    /// `application/cloudevents+json`: one event as a JSON object.
    Structured,
    /// `application/cloudevents-batch+json`: an array of them.
    Batched,
    /// Attributes in `ce-` headers (names without the prefix, values decoded), the data is the body.
    Binary { attributes: Vec<(String, String)>, content_type: Option<String> },
}

/// A call made of an event.
struct Call {
    /// Its place in the request.
    index: usize,
    /// As text.
    json: String,
}

impl Collect {
    /// Takes one request of CloudEvents; durable when it is answered. Errors point into the CloudEvents.
    pub async fn accept_cloudevents(
        &self,
        mode: CloudEventMode,
        body: Bytes,
        write_key: Option<&str>,
    ) -> Result<Accepted> {
        let now = self.inner.clock.now();
        let key = write_key.filter(|key| !key.is_empty()).ok_or_else(|| {
            let detail = "no write key: send it as the user name of Basic authentication or as Bearer token";
            Problem::new(ProblemKind::Unauthenticated, "missing_write_key", detail)
        })?;
        let source = self.source_of(key, now).await?;
        let batched = mode == CloudEventMode::Batched;
        let events = events_of(mode, &body)?;
        if events.len() > BATCH_ITEMS_MAX {
            let detail = format!("{} events, {BATCH_ITEMS_MAX} are allowed", events.len());
            return Err(Problem::new(ProblemKind::Malformed, "batch_too_large", detail).into());
        }
        let refuse = |why: (&str, &str, &str), text: &str| {
            let hidden = crate::addresses::hidden(text, source.workspace, &*self.inner.addresses, None);
            source.reject_kept(now, why, hidden.as_deref().unwrap_or(text));
        };
        let (calls, rejected) = calls_of(events, batched, &refuse);
        let mut all = Accepted { rejected, ..Accepted::default() };
        // A part that fails after others were stored is sent again with them: source and id keep them from counting twice.
        for part in parts(&calls) {
            let texts: Vec<&str> = part.iter().map(|call| call.json.as_str()).collect();
            let body = Bytes::from(format!("{{\"batch\":[{}]}}", texts.join(",")));
            let done = self.take(Endpoint::Batch, body, Some(key)).await?;
            let there = |item: Rejected| {
                let index = part.get(item.index).map_or(item.index, |call| call.index);
                Rejected { index, pointer: place(&item.pointer, batched.then_some(index)), ..item }
            };
            all.accepted += done.accepted;
            all.duplicates += done.duplicates;
            all.bots += done.bots;
            all.left_out += done.left_out;
            all.rejected.extend(done.rejected.into_iter().map(there));
            all.warnings.extend(done.warnings.into_iter().map(there));
        }
        all.rejected.sort_by_key(|item| item.index);
        if all.accepted == 0 && all.left_out == 0 && !all.rejected.is_empty() {
            return Err(nothing_accepted(!batched, &all.rejected).into());
        }
        Ok(all)
    }
}

/// The calls are longer than the events they are made of: cut into batches that are not too large.
fn parts(calls: &[Call]) -> Vec<&[Call]> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, FRAME_BYTES);
    for (at, call) in calls.iter().enumerate() {
        if at > start && bytes + call.json.len() + 1 > BATCH_BYTES_MAX {
            parts.push(&calls[start..at]);
            (start, bytes) = (at, FRAME_BYTES);
        }
        bytes += call.json.len() + 1;
    }
    if start < calls.len() {
        parts.push(&calls[start..]);
    }
    parts
}

fn not_json(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Malformed, "malformed_json", detail)
}

/// One event as it came, or what keeps it from being read.
type Read = std::result::Result<Json, (ItemProblem, String)>;

/// Each event by itself, so that one that cannot be read costs no other.
fn read_one(text: &str, pointer: &str) -> Read {
    let refused = |problem: ItemProblem| (problem, text.to_owned());
    if let Some((flaw, _)) = crate::scan::flaw(text) {
        return Err(refused(problem(flaw.code(), pointer, flaw.detail())));
    }
    serde_json::from_str(text).map_err(|error| refused(problem("unreadable", pointer, error.to_string())))
}

fn events_of(mode: CloudEventMode, body: &Bytes) -> Result<Vec<Read>> {
    fn raw<'a, T: serde::Deserialize<'a>>(text: &'a str) -> std::result::Result<T, Problem> {
        serde_json::from_str(text).map_err(|error| not_json(error.to_string()))
    }
    Ok(match mode {
        CloudEventMode::Structured => vec![read_one(raw::<&RawValue>(body_text(body)?)?.get(), "")],
        CloudEventMode::Batched => {
            let text = body_text(body)?;
            if !text.starts_with('[') {
                return Err(not_json("a batch of CloudEvents must be a JSON array").into());
            }
            raw::<Vec<&RawValue>>(text)?.into_iter().map(|event| read_one(event.get(), "")).collect()
        }
        CloudEventMode::Binary { attributes, content_type } => {
            let mut event: JsonMap = attributes.into_iter().map(|(name, value)| (name, Json::String(value))).collect();
            let media = content_type.as_deref().unwrap_or("application/json");
            if body.is_empty() {
                // An event without data.
            } else if is_json(media) {
                let data = read_one(raw::<&RawValue>(body_text(body)?)?.get(), "/data");
                match data {
                    Ok(data) => event.insert("data".into(), data),
                    Err(refused) => return Ok(vec![Err(refused)]),
                };
            } else if media.starts_with("text/") {
                event.insert("data".into(), Json::String(body_text(body)?.to_owned()));
            } else {
                event.insert("data_base64".into(), Json::String(STANDARD.encode(body)));
            }
            if let Some(content_type) = content_type {
                event.insert("datacontenttype".into(), Json::String(content_type));
            }
            vec![Ok(Json::Object(event))]
        }
    })
}

fn is_json(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || media == "text/json" || media.ends_with("+json")
}

/// Keeps a refused event: its code, pointer and detail, and its text.
type Refuse<'a> = dyn Fn((&str, &str, &str), &str) + 'a;

/// The calls of the events that are some, and what is wrong with the others.
fn calls_of(events: Vec<Read>, batched: bool, refuse: &Refuse<'_>) -> (Vec<Call>, Vec<Rejected>) {
    let (mut calls, mut rejected) = (Vec::new(), Vec::new());
    for (index, event) in events.into_iter().enumerate() {
        let call = event.and_then(|event| call_of(&event).map_err(|problem| (problem, event.to_string())));
        match call {
            Ok(json) => calls.push(Call { index, json: json.to_string() }),
            Err((ItemProblem { code, pointer, detail }, text)) => {
                refuse((code, &pointer, &detail), &text);
                let pointer = if batched { format!("/{index}{pointer}") } else { pointer };
                rejected.push(Rejected { index, code, pointer, detail });
            }
        }
    }
    (calls, rejected)
}

fn problem(code: &'static str, pointer: &str, detail: impl Into<String>) -> ItemProblem {
    ItemProblem { code, pointer: pointer.to_owned(), detail: detail.into() }
}

fn call_of(event: &Json) -> std::result::Result<Json, ItemProblem> {
    let Json::Object(event) = event else {
        return Err(problem("not_an_object", "", "a CloudEvent must be a JSON object"));
    };
    let required = |name: &str| match event.get(name) {
        Some(Json::String(text)) if !text.trim().is_empty() => Ok(text.as_str()),
        None | Some(Json::Null | Json::String(_)) => {
            Err(problem("missing_field", &format!("/{name}"), format!("a CloudEvent needs the attribute {name}")))
        }
        Some(_) => Err(problem("wrong_type", &format!("/{name}"), "must be text")),
    };
    if required("specversion")? != SPEC_VERSION {
        let detail = format!("only version {SPEC_VERSION} of CloudEvents is read here");
        return Err(problem("unknown_specversion", "/specversion", detail));
    }
    let (id, source, kind) = (required("id")?, required("source")?, required("type")?);
    let data = data_of(event)?;
    let mut call = JsonMap::new();
    call.insert("type".into(), "track".into());
    call.insert("event".into(), kind.into());
    call.insert("messageId".into(), message_id(source, id).into());
    if let Some(time) = event.get("time").filter(|time| !time.is_null()) {
        call.insert("timestamp".into(), time.clone());
    }
    for (name, value) in person_of(event, &data) {
        call.insert(name.into(), value);
    }
    let mut context = JsonMap::new();
    if let Some(channel) = event.get("channel") {
        context.insert("channel".into(), channel.clone());
    }
    if let Some(agent @ Json::String(_)) = event.get(USER_AGENT) {
        context.insert("userAgent".into(), agent.clone());
    }
    if let Some(traits @ Json::Object(_)) = data.get("traits") {
        context.insert("traits".into(), traits.clone());
    }
    let kept = |name: &String| !PERSON.contains(&name.as_str()) && !DATA.contains(&name.as_str()) && name != USER_AGENT;
    let rest = event.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone()));
    context.insert("cloudevent".into(), Json::Object(rest.collect()));
    call.insert("context".into(), Json::Object(context));
    call.insert("properties".into(), properties_of(data));
    Ok(Json::Object(call))
}

/// The data; bytes that hold JSON are read as such.
fn data_of(event: &JsonMap) -> std::result::Result<Json, ItemProblem> {
    let invalid = |detail: &str| problem("invalid_data", "/data_base64", detail);
    let encoded = match (event.get("data"), event.get("data_base64")) {
        (data, None | Some(Json::Null)) => return Ok(data.cloned().unwrap_or_default()),
        (Some(data), Some(_)) if !data.is_null() => return Err(invalid("an event has either data or data_base64")),
        (_, Some(Json::String(encoded))) => encoded,
        _ => return Err(problem("wrong_type", "/data_base64", "must be text")),
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| invalid("is not base64"))?;
    let said = event.get("datacontenttype").and_then(Json::as_str);
    let looks_so = matches!(bytes.first(), Some(b'{' | b'['));
    let must_be = said.map_or(looks_so, is_json);
    if !must_be && !looks_so {
        return Ok(json!({ "data_base64": encoded }));
    }
    match serde_json::from_slice(&bytes) {
        Ok(data) => Ok(data),
        Err(error) if must_be => Err(invalid(&format!("holds no JSON: {error}"))),
        // Some clients name a type nobody chose, such as curl's application/x-www-form-urlencoded.
        Err(_) => Ok(json!({ "data_base64": encoded })),
    }
}

fn properties_of(data: Json) -> Json {
    match data {
        Json::Null => json!({}),
        Json::Object(_) => data,
        other => json!({ "data": other }),
    }
}

/// `userId` and `anonymousId`: by extension, by the data, or the subject; what is empty names nobody.
fn person_of(event: &JsonMap, data: &Json) -> Vec<(&'static str, Json)> {
    let names_somebody = |value: &&Json| match value {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        _ => true,
    };
    let named = |extension: &str, names: [&str; 2]| {
        let stated = [event.get(extension), data.get(names[0]), data.get(names[1])];
        stated.into_iter().flatten().find(names_somebody).cloned()
    };
    let anonymous = named(PERSON[1], ["anonymousId", "anonymous_id"]);
    let subject = || event.get("subject").filter(names_somebody).filter(|_| anonymous.is_none()).cloned();
    let user = named(PERSON[0], ["userId", "user_id"]).or_else(subject);
    [("userId", user), ("anonymousId", anonymous)].into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

/// Source and id together are unique; what is too long for a messageId stands as its hash.
fn message_id(source: &str, id: &str) -> String {
    // A blank ends the source, so it may not hold one.
    let whole = format!("{} {id}", source.replace(' ', "%20"));
    if whole.chars().count() <= MESSAGE_ID_CHARS_MAX {
        return whole;
    }
    // The hash is taken again with the workspace; this one only has to be the same for the same event.
    format!("cloudevent {}", EventId::of(base::WorkspaceId::new(0), &whole))
}

/// Where in the CloudEvents stands what `pointer` names in the batch made of them; `index` is the event's place, when
/// they came as an array.
fn place(pointer: &str, index: Option<usize>) -> String {
    let mut there = index.map(|index| format!("/{index}")).unwrap_or_default();
    let inside = pointer.strip_prefix("/batch/").unwrap_or_default();
    let rest = inside.split_once('/').map_or("", |(_, rest)| rest);
    let (first, deeper) = rest.split_once('/').map_or((rest, None), |(first, deeper)| (first, Some(deeper)));
    let attribute = match first {
        "userId" | "anonymousId" => "/subject",
        "event" => "/type",
        "messageId" => "/id",
        "timestamp" => "/time",
        "properties" => "/data",
        _ => return there,
    };
    there.push_str(attribute);
    deeper.into_iter().for_each(|deeper| there.push_str(&format!("/{deeper}")));
    there
}

#[cfg(test)]
mod tests;

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
//! | extension `channel`; every other attribute | `context.channel`; `context.cloudevent` |
//!
//! Spec: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md> and its `bindings/http-protocol-binding.md`.

use crate::accept::{body_text, missing_key, nothing_accepted};
use crate::check::ItemProblem;
use crate::limits::MESSAGE_ID_CHARS_MAX;
use crate::source::SourceState;
use crate::{Accepted, Collect, CollectError, Endpoint, Rejected, Result};
use base::{EventId, Json, JsonMap, Problem, ProblemKind, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use events::EventKind;
use serde_json::json;

const SPEC_VERSION: &str = "1.0";
/// Attributes that say whose an event is, and are not kept beside it.
const PERSON: [&str; 2] = ["userid", "anonymousid"];
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
    json: Json,
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
        let key = write_key.filter(|key| !key.is_empty()).ok_or_else(missing_key)?;
        let source = self.source_of(key, now).await?;
        let batched = mode == CloudEventMode::Batched;
        let events = events_of(mode, &body)?;
        let (calls, mut rejected) = calls_of(events, batched, &source, now);
        if calls.is_empty() && !rejected.is_empty() {
            return Err(nothing_accepted(!batched, &rejected).into());
        }
        let (places, items): (Vec<usize>, Vec<Json>) = calls.into_iter().map(|call| (call.index, call.json)).unzip();
        let places = batched.then_some(places);
        let (endpoint, body) = match &items[..] {
            [only] if !batched => (Endpoint::Single(EventKind::Track), only.to_string()),
            _ => (Endpoint::Batch, json!({ "batch": items }).to_string()),
        };
        let mut done = match self.accept(endpoint, Bytes::from(body), Some(key)).await {
            Ok(done) => done,
            Err(CollectError::Problem(mut problem)) => {
                problem.errors.iter_mut().for_each(|error| error.pointer = place(&error.pointer, places.as_deref()));
                return Err(problem.into());
            }
            Err(error) => return Err(error),
        };
        for item in done.rejected.iter_mut().chain(&mut done.warnings) {
            item.pointer = place(&item.pointer, places.as_deref());
            item.index = places.as_ref().and_then(|places| places.get(item.index)).copied().unwrap_or(item.index);
        }
        rejected.append(&mut done.rejected);
        rejected.sort_by_key(|item| item.index);
        Ok(Accepted { rejected, ..done })
    }
}

fn not_json(detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Malformed, "malformed_json", detail)
}

fn events_of(mode: CloudEventMode, body: &Bytes) -> Result<Vec<Json>> {
    let parse = |text: &str| serde_json::from_str::<Json>(text).map_err(|error| not_json(error.to_string()));
    Ok(match mode {
        CloudEventMode::Structured => vec![parse(body_text(body)?)?],
        CloudEventMode::Batched => match parse(body_text(body)?)? {
            Json::Array(events) => events,
            _ => return Err(not_json("a batch of CloudEvents must be a JSON array").into()),
        },
        CloudEventMode::Binary { attributes, content_type } => {
            let mut event: JsonMap = attributes.into_iter().map(|(name, value)| (name, Json::String(value))).collect();
            let media = content_type.as_deref().unwrap_or("application/json").split(';').next().unwrap_or_default();
            let media = media.trim().to_ascii_lowercase();
            if body.is_empty() {
                // An event without data.
            } else if media == "application/json" || media.ends_with("+json") || media == "text/json" {
                event.insert("data".into(), parse(body_text(body)?)?);
            } else if media.starts_with("text/") {
                event.insert("data".into(), Json::String(body_text(body)?.to_owned()));
            } else {
                event.insert("data_base64".into(), Json::String(STANDARD.encode(body)));
            }
            if let Some(content_type) = content_type {
                event.insert("datacontenttype".into(), Json::String(content_type));
            }
            vec![Json::Object(event)]
        }
    })
}

/// The calls of the events that are some, and what is wrong with the others.
fn calls_of(events: Vec<Json>, batched: bool, source: &SourceState, now: Timestamp) -> (Vec<Call>, Vec<Rejected>) {
    let (mut calls, mut rejected) = (Vec::new(), Vec::new());
    for (index, event) in events.iter().enumerate() {
        match call_of(event) {
            Ok(json) => calls.push(Call { index, json }),
            Err(problem) => {
                let ItemProblem { code, pointer, detail } = problem;
                source.reject(now, code, &pointer, &detail, &event.to_string());
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
    if let Some(traits @ Json::Object(_)) = data.get("traits") {
        context.insert("traits".into(), traits.clone());
    }
    let kept = |name: &String| !PERSON.contains(&name.as_str()) && !DATA.contains(&name.as_str());
    let rest = event.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone()));
    context.insert("cloudevent".into(), Json::Object(rest.collect()));
    call.insert("context".into(), Json::Object(context));
    call.insert("properties".into(), properties_of(data));
    Ok(Json::Object(call))
}

/// The data; bytes that hold JSON are read as such.
fn data_of(event: &JsonMap) -> std::result::Result<Json, ItemProblem> {
    let encoded = match (event.get("data"), event.get("data_base64")) {
        (data, None | Some(Json::Null)) => return Ok(data.cloned().unwrap_or_default()),
        (Some(data), Some(_)) if !data.is_null() => {
            return Err(problem("invalid_data", "/data_base64", "an event has either data or data_base64"));
        }
        (_, Some(Json::String(encoded))) => encoded,
        _ => return Err(problem("wrong_type", "/data_base64", "must be text")),
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| problem("invalid_data", "/data_base64", "is not base64"))?;
    Ok(serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({ "data_base64": encoded })))
}

fn properties_of(data: Json) -> Json {
    match data {
        Json::Null => json!({}),
        Json::Object(_) => data,
        other => json!({ "data": other }),
    }
}

/// `userId` and `anonymousId`: by extension, by the data, or the subject.
fn person_of(event: &JsonMap, data: &Json) -> Vec<(&'static str, Json)> {
    let named = |extension: &str, names: [&str; 2]| {
        let stated = event.get(extension).or_else(|| names.iter().find_map(|name| data.get(*name)));
        stated.filter(|value| !value.is_null()).cloned()
    };
    let user = named(PERSON[0], ["userId", "user_id"]);
    let anonymous = named(PERSON[1], ["anonymousId", "anonymous_id"]);
    let subject = event.get("subject").filter(|_| user.is_none() && anonymous.is_none());
    let user = user.or_else(|| subject.filter(|subject| !subject.is_null()).cloned());
    [("userId", user), ("anonymousId", anonymous)].into_iter().filter_map(|(name, id)| Some((name, id?))).collect()
}

/// Source and id together are unique; what is too long for a messageId stands as its hash.
fn message_id(source: &str, id: &str) -> String {
    let whole = format!("{source} {id}");
    if whole.chars().count() <= MESSAGE_ID_CHARS_MAX {
        return whole;
    }
    // The hash is taken again with the workspace; this one only has to be the same for the same event.
    format!("cloudevent {}", EventId::of(base::WorkspaceId::new(0), &whole))
}

/// Where in the CloudEvents stands what `pointer` names in the call made of one, or in the batch made of several;
/// `places` says which item of the batch was which event.
fn place(pointer: &str, places: Option<&[usize]>) -> String {
    let mut there = String::new();
    let mut rest = pointer.strip_prefix('/').unwrap_or(pointer);
    if let Some(places) = places {
        let Some(inside) = pointer.strip_prefix("/batch/") else { return pointer.to_owned() };
        let (item, inner) = inside.split_once('/').unwrap_or((inside, ""));
        let index = item.parse::<usize>().ok().and_then(|item| places.get(item)).copied().unwrap_or_default();
        there = format!("/{index}");
        rest = inner;
    }
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

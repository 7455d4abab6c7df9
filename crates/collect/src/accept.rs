//! A request of the Segment HTTP API: read, checked, made durable, answered.
//!
//! Cost: one borrowed pass and two scans over the body, no tree; measured whole in docs/benchmarks.md.

use crate::addresses::hidden;
use crate::bots::{agent_of, bot_of};
use crate::check::{ItemProblem, read_item};
use crate::limits::{BATCH_BYTES_MAX, BATCH_ITEMS_MAX, EVENT_BYTES_MAX};
use crate::planner::{Edits, ItemPlan, NOTHING, PlanItem, Verdict, data_of, name_of, replaced};
use crate::source::{SourceState, WriteKeyAnswer};
use crate::split::{Cut, split};
use crate::wire::{Envelope, Item, Text};
use crate::{Collect, Result};
use base::{EventId, Problem, ProblemKind, SourceId, Timestamp, WorkspaceId};
use bytes::Bytes;
use events::{Channel, EventKind, Offset, Origin, Record};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::net::IpAddr;

/// The path a request came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v1/track` and its sisters: the body is one call.
    Single(EventKind),
    /// `/v1/batch` and `/v1/import`: the body is `{"batch":[…]}`.
    Batch,
}

/// What became of a request. Durable when it is returned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accepted {
    /// Items stored, duplicates included.
    pub accepted: u32,
    /// Items whose messageId was seen before; first wins.
    pub duplicates: u32,
    /// Items of bots: counted for the source, and nobody's events.
    pub bots: u32,
    /// Items the workspace's plan has no place for, and that are kept nowhere.
    pub left_out: u32,
    /// Less is stored than was sent: something was cut out of an item, or items were left out.
    pub is_cut: bool,
    pub rejected: Vec<Rejected>,
    /// Items that were stored, but say something that cannot be used.
    pub warnings: Vec<Rejected>,
}

/// One refused (or, as a warning, doubtful) item of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    pub index: usize,
    pub code: &'static str,
    /// JSON pointer into the request.
    pub pointer: String,
    pub detail: String,
}

impl Collect {
    /// Takes one request body (decompressed). `write_key` is the one of the Authorization header; without it the
    /// body must state one.
    pub async fn accept(&self, endpoint: Endpoint, body: Bytes, write_key: Option<&str>) -> Result<Accepted> {
        self.accept_from(endpoint, body, write_key, None).await
    }

    /// The same, with the address the request came from: of a website's or app's source it tells where the sender is,
    /// when the events do not say so themselves. It is not stored.
    pub async fn accept_from(
        &self,
        endpoint: Endpoint,
        body: Bytes,
        write_key: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<Accepted> {
        let done = self.take_from(endpoint, body, write_key, from).await?;
        if done.accepted == 0 && done.bots == 0 && done.left_out == 0 && !done.rejected.is_empty() {
            let is_single = matches!(endpoint, Endpoint::Single(_));
            return Err(nothing_accepted(is_single, &done.rejected).into());
        }
        Ok(done)
    }

    /// As [`Collect::accept`]; that nothing could be accepted is no error.
    pub(crate) async fn take(&self, endpoint: Endpoint, body: Bytes, write_key: Option<&str>) -> Result<Accepted> {
        self.take_from(endpoint, body, write_key, None).await
    }

    async fn take_from(
        &self,
        endpoint: Endpoint,
        body: Bytes,
        write_key: Option<&str>,
        from: Option<IpAddr>,
    ) -> Result<Accepted> {
        let now = self.inner.clock.now();
        let text = body_text(&body)?;
        let parsed = parse(text, endpoint)?;
        let key = write_key.filter(|key| !key.is_empty()).or(parsed.write_key.get()).ok_or_else(missing_key)?;
        let source = self.source_of(key, now).await?;
        // A server's address is nobody's.
        let sender = from.filter(|_| matches!(source.channel(), Channel::Web | Channel::App));
        match hidden(text, source.workspace, &*self.inner.addresses, sender).map(Bytes::from) {
            None => self.store(&parsed, &source, endpoint, body.clone(), now).await,
            Some(body) => {
                let parsed = parse(body_text(&body)?, endpoint)?;
                self.store(&parsed, &source, endpoint, body.clone(), now).await
            }
        }
    }

    /// The text with the addresses its workspace keeps, and no others; None: as it is.
    pub(crate) fn without_addresses(&self, workspace: WorkspaceId, text: &str) -> Option<Bytes> {
        hidden(text, workspace, &*self.inner.addresses, None).map(Bytes::from)
    }

    /// What is wrong with events, without storing any; pointers are relative to the event.
    pub fn check(items: &[serde_json::Value]) -> Vec<Rejected> {
        let problem_of = |(index, item): (usize, &serde_json::Value)| {
            let text = item.to_string();
            let problem = read_item(Cut { text: &text, plain: false }, None).err()?;
            Some(rejected_of(index, problem, false))
        };
        items.iter().enumerate().filter_map(problem_of).collect()
    }

    /// As [`Collect::accept`] with the events of a source that has no write key of its own to send with: a connection.
    /// At most [`BATCH_BYTES_MAX`] at once. That nothing could be accepted is no error.
    pub async fn accept_for(&self, source: SourceId, items: &[serde_json::Value]) -> Result<Accepted> {
        let now = self.inner.clock.now();
        let state = self.inner.sources.state(source).ok_or_else(|| Problem::not_found("source", source))?;
        let text = serde_json::json!({ "batch": items }).to_string();
        let hidden = self.without_addresses(state.workspace, &text);
        let is_hidden = hidden.is_some();
        let body = hidden.unwrap_or_else(|| Bytes::from(text));
        let parsed = parse_batch(body_text(&body)?)?;
        let mut done = self.store(&parsed, &state, Endpoint::Batch, body.clone(), now).await?;
        done.is_cut |= is_hidden;
        Ok(done)
    }

    async fn store(
        &self,
        parsed: &Parsed<'_>,
        source: &SourceState,
        endpoint: Endpoint,
        body: Bytes,
        now: Timestamp,
    ) -> Result<Accepted> {
        let text = body_text(&body)?;
        let mut outcome = self.check_items(parsed, source, text, now);
        if parsed.is_split && !outcome.rejected.is_empty() {
            // Whoever cut the batch took its word for it; what is stored must be JSON from end to end.
            envelope_of(text)?;
        }
        let stored = outcome.ids.iter().filter(|id| id.0 != 0).count() as u32;
        let mut duplicates = 0;
        if stored > 0 {
            let edited = (!outcome.edits.is_empty()).then(|| outcome.edits.apply(text));
            let body = match endpoint {
                Endpoint::Single(kind) => wrap_single(kind, edited.as_deref().unwrap_or(text)),
                Endpoint::Batch if edited.is_some() => Bytes::from(edited.unwrap_or_default()),
                // As it was read: without a byte order mark.
                Endpoint::Batch => body.slice_ref(text.as_bytes()),
            };
            let ids = std::mem::take(&mut outcome.ids);
            let record = record(source.workspace, source.channel(), Some(source.id), now, ids, body);
            duplicates = self.inner.inbox.append(record).await?.duplicates;
        }
        source.count(stored, now);
        let is_cut = !outcome.edits.is_empty();
        let Outcome { bots, left_out, rejected, warnings, .. } = outcome;
        Ok(Accepted { accepted: stored, duplicates, bots, left_out, is_cut, rejected, warnings })
    }

    /// Stores events made by another room on somebody's behalf (a form in the UI), in the Segment form.
    pub async fn submit(
        &self,
        workspace: WorkspaceId,
        channel: Channel,
        items: &[serde_json::Value],
    ) -> Result<Accepted> {
        let now = self.inner.clock.now();
        let text = serde_json::json!({ "batch": items }).to_string();
        let body = self.without_addresses(workspace, &text).unwrap_or_else(|| Bytes::from(text));
        let parsed = parse_batch(body_text(&body)?)?;
        let mut ids = Vec::with_capacity(parsed.items.len());
        for (index, cut) in parsed.items.iter().enumerate() {
            let (item, _, _) = read_item(*cut, parsed.kind).map_err(|problem| {
                let rejected = rejected_of(index, problem, true);
                Problem::invalid(rejected.code, rejected.detail.clone()).at(
                    rejected.pointer,
                    rejected.code,
                    rejected.detail,
                )
            })?;
            ids.push(self.event_id(workspace, &item));
        }
        let accepted = ids.len() as u32;
        let record = record(workspace, channel, None, now, ids, body.clone());
        let duplicates = self.inner.inbox.append(record).await?.duplicates;
        Ok(Accepted { accepted, duplicates, ..Accepted::default() })
    }

    pub(crate) async fn source_of(&self, key: &str, now: Timestamp) -> Result<std::sync::Arc<SourceState>> {
        match self.inner.sources.find(&self.inner.db, key, now).await? {
            WriteKeyAnswer::Known(source) => Ok(source),
            WriteKeyAnswer::Expired => {
                let detail = "this write key was rotated out; take the source's new one";
                Err(Problem::new(ProblemKind::Unauthenticated, "write_key_expired", detail).into())
            }
            WriteKeyAnswer::Unknown => {
                let detail = "no source has this write key; look it up under Data, Sources";
                Err(Problem::new(ProblemKind::Unauthenticated, "unknown_write_key", detail).into())
            }
        }
    }

    /// `text` is the body the items were cut out of.
    fn check_items(&self, parsed: &Parsed<'_>, source: &SourceState, text: &str, now: Timestamp) -> Outcome {
        let mut outcome = Outcome { ids: Vec::with_capacity(parsed.items.len()), ..Outcome::default() };
        let plan = self.inner.planner.plan_of(source.workspace);
        let cuts = plan.as_deref().is_some_and(|plan| plan.cuts());
        for (index, cut) in parsed.items.iter().enumerate() {
            match read_item(*cut, parsed.kind) {
                Ok((item, kind, warning)) => {
                    if let Some(agent) = bot_of(item.context, parsed.agent.as_deref()) {
                        source.count_bot(&agent, now);
                        outcome.bots += 1;
                        outcome.ids.push(EventId(0));
                        if cuts {
                            outcome.edits.blank(text, cut.text);
                        }
                        continue;
                    }
                    let id = self.event_id(source.workspace, &item);
                    let kept = match plan.as_deref() {
                        None => Some(Cow::Borrowed(cut.text)),
                        Some(plan) => {
                            outcome.planned(plan, (index, *cut), (&item, kind, id), (parsed, source, text), now)
                        }
                    };
                    let Some(kept) = kept else {
                        outcome.ids.push(EventId(0));
                        continue;
                    };
                    outcome.ids.push(id);
                    if let Some(problem) = warning {
                        source.warn(now, problem.code, &problem.pointer, &problem.detail, &kept);
                        outcome.warnings.push(rejected_of(index, problem, parsed.kind.is_none()));
                    }
                }
                Err(problem) => {
                    let why = (problem.code, problem.pointer.as_str(), problem.detail.as_str());
                    if cuts {
                        // What no plan could judge may hold what is not to be kept.
                        source.reject_kept(now, why, NOTHING);
                        outcome.edits.blank(text, cut.text);
                    } else {
                        source.reject(now, why, cut.text, parsed.kind);
                    }
                    outcome.ids.push(EventId(0));
                    outcome.rejected.push(rejected_of(index, problem, parsed.kind.is_none()));
                }
            }
        }
        outcome
    }

    /// The hash of the sender's messageId; a random id when it sent none, which then is the messageId.
    fn event_id(&self, workspace: WorkspaceId, item: &Item<'_>) -> EventId {
        if let Some(message_id) = item.message_id.get() {
            return EventId::of(workspace, message_id);
        }
        let mut bytes = [0; 16];
        self.inner.rng.fill(&mut bytes);
        EventId(u128::from_le_bytes(bytes).max(1))
    }
}

struct Parsed<'a> {
    items: Vec<Cut<'a>>,
    write_key: Text<'a>,
    /// The user agent of the batch; an item's own counts before it.
    agent: Option<String>,
    /// The context of the batch says something about consent, for each of its items.
    states_consent: bool,
    /// Set for a single call.
    kind: Option<EventKind>,
    /// The items were cut out of the body, not parsed: none is known to be JSON.
    is_split: bool,
}

#[derive(Default)]
struct Outcome {
    ids: Vec<EventId>,
    bots: u32,
    left_out: u32,
    rejected: Vec<Rejected>,
    warnings: Vec<Rejected>,
    /// What must not be stored as it came.
    edits: Edits,
}

impl Outcome {
    /// Asks the workspace's plan about an item, and answers its text as it may be kept; None: it is not stored.
    fn planned<'a>(
        &mut self,
        plan: &dyn ItemPlan,
        (index, cut): (usize, Cut<'a>),
        (item, kind, id): (&Item<'a>, EventKind, EventId),
        (parsed, source, text): (&Parsed<'_>, &SourceState, &str),
        now: Timestamp,
    ) -> Option<Cow<'a, str>> {
        let data = data_of(item, kind).map(RawValue::get);
        let states_consent = parsed.states_consent || item.context.is_some_and(states_consent);
        let name = name_of(item, kind);
        let asked = PlanItem { source: Some(source.id), id, kind, name, data, states_consent };
        match plan.judge(&asked) {
            Verdict::Keep => Some(Cow::Borrowed(cut.text)),
            Verdict::Replace(with) => {
                let data = data?;
                let kept = replaced(cut.text, data, &with);
                self.edits.replace(text, data, with);
                Some(Cow::Owned(kept))
            }
            Verdict::Refuse { code, pointer, detail, replaced: with } => {
                let shown = match (data, with) {
                    (Some(data), Some(with)) => Cow::Owned(replaced(cut.text, data, &with)),
                    _ => Cow::Borrowed(cut.text),
                };
                source.reject(now, (code, &pointer, &detail), &shown, parsed.kind);
                self.edits.blank(text, cut.text);
                self.rejected.push(rejected_of(index, ItemProblem { code, pointer, detail }, parsed.kind.is_none()));
                None
            }
            Verdict::Leave => {
                self.edits.blank(text, cut.text);
                self.left_out += 1;
                None
            }
        }
    }
}

/// A glance: what is meant by it is not for this room to say.
pub(crate) fn states_consent(context: &RawValue) -> bool {
    memchr::memmem::find(context.get().as_bytes(), b"\"consent\"").is_some()
}

fn malformed(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::Malformed, code, detail)
}

pub(crate) fn body_text(body: &Bytes) -> std::result::Result<&str, Problem> {
    if body.len() > BATCH_BYTES_MAX {
        let detail = format!("the body has {} bytes, {BATCH_BYTES_MAX} are allowed; send smaller batches", body.len());
        return Err(malformed("batch_too_large", detail));
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed("invalid_utf8", format!("byte {} of the body is not UTF-8", error.valid_up_to())))?;
    let text = trimmed(text);
    if text.is_empty() {
        return Err(malformed("empty_body", "the body is empty; send JSON"));
    }
    if let Some(at) = text.find('\0') {
        return Err(malformed("nul_character", format!("byte {at} of the body is NUL")));
    }
    Ok(text)
}

/// Without blanks and byte order marks around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\n', '\r', '\t', '\u{feff}'])
}

fn unreadable(error: serde_json::Error) -> Problem {
    malformed("malformed_json", format!("the body cannot be read: {error}"))
}

fn parse(text: &str, endpoint: Endpoint) -> std::result::Result<Parsed<'_>, Problem> {
    match endpoint {
        Endpoint::Single(kind) => parse_single(text, kind),
        Endpoint::Batch => parse_batch(text),
    }
}

fn parse_single(text: &str, kind: EventKind) -> std::result::Result<Parsed<'_>, Problem> {
    if text.len() > EVENT_BYTES_MAX {
        let detail = format!("the event has {} bytes, {EVENT_BYTES_MAX} are allowed", text.len());
        return Err(malformed("event_too_large", detail));
    }
    let raw: &RawValue = serde_json::from_str(text).map_err(unreadable)?;
    // The item's own check says what is wrong with it; here only the key counts.
    let write_key = serde_json::from_str::<Item<'_>>(raw.get()).map(|item| item.write_key).unwrap_or_default();
    Ok(Parsed {
        items: vec![unchecked(raw)],
        write_key,
        agent: None,
        states_consent: false,
        kind: Some(kind),
        is_split: false,
    })
}

fn parse_batch(text: &str) -> std::result::Result<Parsed<'_>, Problem> {
    if !text.starts_with('{') {
        return Err(malformed("malformed_json", "the body must be a JSON object with a field \"batch\""));
    }
    let Some(cut) = split(text) else {
        let envelope = envelope_of(text)?;
        let (agent, write_key) = (envelope.context.and_then(agent_of), envelope.write_key);
        let states_consent = envelope.context.is_some_and(states_consent);
        let items = envelope.batch.into_iter().flatten().map(unchecked).collect();
        return Ok(Parsed { items, write_key, agent, states_consent, kind: None, is_split: false });
    };
    check_count(cut.items.len())?;
    let rest: Envelope<'_> = serde_json::from_str(&cut.rest).map_err(|_| ()).or_else(|()| envelope_of(text))?;
    check_context(&rest)?;
    let write_key = rest.write_key.get().map_or(Text::Missing, |key| Text::Is(Cow::Owned(key.to_owned())));
    let agent = rest.context.and_then(agent_of);
    let states_consent = rest.context.is_some_and(states_consent);
    Ok(Parsed { items: cut.items, write_key, agent, states_consent, kind: None, is_split: true })
}

fn unchecked(raw: &RawValue) -> Cut<'_> {
    Cut { text: raw.get(), plain: false }
}

/// The body as the parser sees it, with a batch, checked.
fn envelope_of(text: &str) -> std::result::Result<Envelope<'_>, Problem> {
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(unreadable)?;
    let Some(batch) = &envelope.batch else {
        return Err(malformed("missing_batch", "the body has no field \"batch\"").at(
            "/batch",
            "missing_field",
            "must be an array of events",
        ));
    };
    check_count(batch.len())?;
    check_context(&envelope)?;
    Ok(envelope)
}

fn check_count(items: usize) -> std::result::Result<(), Problem> {
    if items > BATCH_ITEMS_MAX {
        return Err(malformed("batch_too_large", format!("{items} events, {BATCH_ITEMS_MAX} are allowed")));
    }
    Ok(())
}

fn check_context(envelope: &Envelope<'_>) -> std::result::Result<(), Problem> {
    match envelope.context.and_then(|raw| crate::scan::flaw(raw.get())) {
        Some((flaw, _)) => Err(malformed("invalid_context", flaw.detail()).at("/context", flaw.code(), flaw.detail())),
        None => Ok(()),
    }
}

fn rejected_of(index: usize, problem: ItemProblem, in_batch: bool) -> Rejected {
    let pointer = if in_batch { format!("/batch/{index}{}", problem.pointer) } else { problem.pointer };
    Rejected { index, code: problem.code, pointer, detail: problem.detail }
}

fn missing_key() -> Problem {
    let detail = "no write key: send it as the user name of Basic authentication or as writeKey in the body";
    Problem::new(ProblemKind::Unauthenticated, "missing_write_key", detail)
}

pub(crate) fn nothing_accepted(is_single: bool, rejected: &[Rejected]) -> Problem {
    let (code, detail) = match (is_single, rejected) {
        (true, [only, ..]) => (only.code, only.detail.clone()),
        _ => ("invalid_batch", format!("none of the {} events can be accepted", rejected.len())),
    };
    rejected
        .iter()
        .take(crate::limits::REJECTIONS_KEPT)
        .fold(malformed(code, detail), |problem, item| problem.at(item.pointer.clone(), item.code, item.detail.clone()))
}

/// The inbox keeps one form: a single call is a batch of one whose type the path told.
fn wrap_single(kind: EventKind, text: &str) -> Bytes {
    let mut body = String::with_capacity(text.len() + 40);
    body.push_str("{\"type\":\"");
    body.push_str(kind.name());
    body.push_str("\",\"batch\":[");
    body.push_str(text);
    body.push_str("]}");
    Bytes::from(body)
}

pub(crate) fn record(
    workspace: WorkspaceId,
    channel: Channel,
    source: Option<base::SourceId>,
    received_at: Timestamp,
    ids: Vec<EventId>,
    body: Bytes,
) -> Record {
    Record { offset: Offset::default(), workspace, origin: Origin::Segment, channel, source, received_at, ids, body }
}

#[cfg(test)]
mod tests;

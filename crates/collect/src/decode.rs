//! From a stored body back to events: times corrected for the sender's clock, batch-level context merged in,
//! identifiers lifted out.

use crate::limits::{EXTERNAL_IDS_MAX, FUTURE_MS_MAX};
use crate::minimum;
use crate::split::split;
use crate::wire::{ContextIds, Envelope, ExternalId, Item, Text, TraitIds, is_object, part_of};
use base::{EventId, JsonMap, ProfileId, Timestamp};
use events::{Channel, Event, EventKind, Identifier, Origin, RawJson, Record};
use serde_json::value::RawValue;
use std::sync::atomic::{AtomicU64, Ordering};

/// The decoder of the pipeline. Bodies were checked when they were accepted, so a failure here is a defect of ours
/// or of the disk: the item is left out, counted, and logged without its content.
#[derive(Debug, Default)]
pub struct SegmentDecoder {
    undecodable: AtomicU64,
}

impl SegmentDecoder {
    /// Items left out since the start.
    pub fn undecodable(&self) -> u64 {
        self.undecodable.load(Ordering::Relaxed)
    }

    fn leave_out(&self, record: &Record, item: Option<usize>, why: &str) {
        self.undecodable.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(workspace = %record.workspace, offset = record.offset.0, item, why, "stored event left out");
    }
}

impl events::Decoder for SegmentDecoder {
    fn decode(&self, record: &Record) -> Vec<Event> {
        let Ok(text) = std::str::from_utf8(&record.body) else {
            self.leave_out(record, None, "the body is not UTF-8");
            return Vec::new();
        };
        let text = crate::accept::trimmed(text);
        let cut = split(text);
        let envelope: Envelope<'_> = match serde_json::from_str(cut.as_ref().map_or(text, |cut| &cut.rest)) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.leave_out(record, None, &position(&error));
                return Vec::new();
            }
        };
        let parsed = envelope.batch.as_deref().unwrap_or_default();
        let items: Vec<&str> = cut.as_ref().map_or_else(
            || parsed.iter().map(|raw| raw.get()).collect(),
            |cut| cut.items.iter().map(|item| item.text).collect(),
        );
        let mut events = Vec::with_capacity(items.len());
        for (index, (raw, id)) in items.into_iter().zip(&record.ids).enumerate() {
            if id.0 == 0 {
                continue;
            }
            if let Err(why) = decode_item(record, &envelope, raw, *id, &mut events) {
                self.leave_out(record, Some(index), &why);
            }
        }
        events
    }
}

/// Where a parse failed, without the text it failed on.
fn position(error: &serde_json::Error) -> String {
    format!("JSON {:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

fn decode_item(
    record: &Record,
    envelope: &Envelope<'_>,
    raw: &str,
    id: EventId,
    events: &mut Vec<Event>,
) -> Result<(), String> {
    let item: Item<'_> = serde_json::from_str(raw).map_err(|error| position(&error))?;
    let kind = item.kind.get().or(envelope.kind.get()).and_then(EventKind::parse).ok_or("no known type")?;
    let context = merged_context(item.context, envelope.context);
    let mut held = String::new();
    let ids: ContextIds<'_> = context.text().map(|text| part_of(text, &mut held)).unwrap_or_default();
    let channel = ids.channel.get().and_then(Channel::parse).unwrap_or(record.channel);
    let profile = match record.origin {
        Origin::System => item.profile_id.get().and_then(|text| text.parse::<ProfileId>().ok()),
        Origin::Segment => None,
    };
    let name = if kind == EventKind::Track { &item.event } else { &item.name };
    let declared = identifiers(kind, item.traits.map(RawValue::get), &ids);
    let event = Event {
        workspace: record.workspace,
        id,
        message_id: item.message_id.to_option().unwrap_or_else(|| id.to_string()),
        kind,
        name: name.get().unwrap_or_default().trim().to_owned(),
        at: corrected_time(&item, &envelope.sent_at, record.received_at),
        received_at: record.received_at,
        source: record.source,
        channel,
        user_id: trimmed(&item.user_id),
        anonymous_id: trimmed(&item.anonymous_id),
        previous_id: trimmed(&item.previous_id),
        group_id: trimmed(&item.group_id),
        profile,
        identifiers: declared,
        traits: object(item.traits),
        properties: object(item.properties),
        context: context.text().map(RawJson::new).unwrap_or_default(),
    };
    if let Some(each) = item.each.filter(|_| record.origin == Origin::System) {
        return one_for_each(&event, each, events);
    }
    events.push(if minimum::denies_analytics(event.context.text()) { reduced(event) } else { event });
    Ok(())
}

/// Traits of many customers (`[["prf_7",{"orders":3}],…]`): an event for each of them.
fn one_for_each(event: &Event, each: &RawValue, events: &mut Vec<Event>) -> Result<(), String> {
    let each: Vec<(&str, &RawValue)> = serde_json::from_str(each.get()).map_err(|error| position(&error))?;
    let profiles = each.iter().map(|(profile, _)| profile.parse::<ProfileId>().map_err(|error| error.to_string()));
    let profiles = profiles.collect::<Result<Vec<ProfileId>, String>>()?;
    events.reserve(each.len());
    for (number, (profile, (_, traits))) in profiles.into_iter().zip(each).enumerate() {
        let id = EventId(event.id.0.wrapping_add(number as u128));
        events.push(Event { id, profile: Some(profile), traits: object(Some(traits)), ..event.clone() });
    }
    Ok(())
}

/// What is kept of an event that says no to analytics.
fn reduced(event: Event) -> Event {
    let traits = match event.kind {
        EventKind::Identify => RawJson::new(minimum::traits(event.traits.text())),
        _ => RawJson::default(),
    };
    let context = RawJson::new(minimum::context(event.context.text()));
    if minimum::is_kept(event.kind, &event.name) {
        return Event { traits, context, ..event };
    }
    let name = if event.kind == EventKind::Track { minimum::NOT_RECORDED } else { "" };
    Event { name: name.to_owned(), properties: RawJson::default(), traits, context, ..event }
}

fn trimmed(text: &Text<'_>) -> Option<String> {
    text.get().map(|text| text.trim().to_owned())
}

fn object(raw: Option<&RawValue>) -> RawJson {
    raw.filter(|raw| is_object(raw)).map_or_else(RawJson::default, |raw| RawJson::new(raw.get()))
}

/// `receivedAt − (sentAt − originalTimestamp)`: only the difference of the sender's two times is believed, not its
/// clock. Without `sentAt` the stated time is taken as it is; far in the future it cannot be true.
fn corrected_time(item: &Item<'_>, envelope_sent: &Text<'_>, received: Timestamp) -> Timestamp {
    let read = |text: &Text<'_>| text.get().and_then(|text| Timestamp::parse(text).ok());
    let Some(stated) = read(&item.original_timestamp).or_else(|| read(&item.timestamp)) else { return received };
    let at = match read(&item.sent_at).or_else(|| read(envelope_sent)) {
        Some(sent) => received.plus_ms(stated.ms().saturating_sub(sent.ms())),
        None => stated,
    };
    if at.ms_since(received) > FUTURE_MS_MAX { received } else { at }
}

enum MergedContext<'a> {
    None,
    Raw(&'a RawValue),
    Merged(String),
}

impl MergedContext<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            MergedContext::None => None,
            MergedContext::Raw(raw) => Some(raw.get()),
            MergedContext::Merged(text) => Some(text),
        }
    }
}

/// The item's keys win over the batch's.
fn merged_context<'a>(item: Option<&'a RawValue>, batch: Option<&'a RawValue>) -> MergedContext<'a> {
    match (item.filter(|raw| is_object(raw)), batch.filter(|raw| is_object(raw))) {
        (None, None) => MergedContext::None,
        (Some(only), None) | (None, Some(only)) => MergedContext::Raw(only),
        (Some(item), Some(batch)) => {
            let Ok(mut merged) = serde_json::from_str::<JsonMap>(batch.get()) else { return MergedContext::Raw(item) };
            let Ok(own) = serde_json::from_str::<JsonMap>(item.get()) else { return MergedContext::Raw(item) };
            merge(&mut merged, own);
            MergedContext::Merged(serde_json::Value::Object(merged).to_string())
        }
    }
}

fn merge(into: &mut JsonMap, from: JsonMap) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(serde_json::Value::Object(inner)), serde_json::Value::Object(value)) => merge(inner, value),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// The identifiers an event declared beside userId and anonymousId, from its traits and context as they are stored
/// (JSON objects as text).
pub fn declared_identifiers(kind: EventKind, traits: &str, context: &str) -> Vec<Identifier> {
    let mut held = String::new();
    identifiers(kind, Some(traits), &part_of(context, &mut held))
}

/// `context.externalIds`, and e-mail and phone of the person's traits. A group's traits are not the person's.
fn identifiers(kind: EventKind, traits: Option<&str>, context: &ContextIds<'_>) -> Vec<Identifier> {
    let mut found = context.external_ids.map(external_ids).unwrap_or_default();
    let own = if kind == EventKind::Identify { traits } else { None };
    for traits in [own, context.traits.map(RawValue::get)].into_iter().flatten() {
        let mut held = String::new();
        let ids: TraitIds<'_> = part_of(traits, &mut held);
        for (kind, value) in [("email", &ids.email), ("phone", &ids.phone)] {
            if let Some(value) = trimmed(value) {
                push(&mut found, kind.to_owned(), value);
            }
        }
    }
    found
}

/// Reads `[{"id":"…","type":"…"}]`; entries of another form are left out.
pub(crate) fn external_ids(raw: &RawValue) -> Vec<Identifier> {
    let entries: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut found = Vec::new();
    for raw in entries.into_iter().take(EXTERNAL_IDS_MAX) {
        let Ok(entry) = serde_json::from_str::<ExternalId<'_>>(raw.get()) else { continue };
        if let (Some(kind), Some(value)) = (entry.kind.get(), trimmed(&entry.id)) {
            push(&mut found, kind_name(kind), value);
        }
    }
    found
}

fn push(found: &mut Vec<Identifier>, kind: String, value: String) {
    let identifier = Identifier { kind, value };
    if !found.contains(&identifier) {
        found.push(identifier);
    }
}

/// `Loyalty Card` and `loyaltyCard` are `loyalty_card`.
fn kind_name(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut after_lower = false;
    for letter in text.trim().chars() {
        match letter {
            ' ' | '-' | '.' => name.push('_'),
            letter => {
                if letter.is_uppercase() && after_lower {
                    name.push('_');
                }
                name.extend(letter.to_lowercase());
            }
        }
        after_lower = letter.is_lowercase();
    }
    name
}

#[cfg(test)]
mod tests;

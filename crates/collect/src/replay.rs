//! Refused items tried again: as they were after the cause is gone, or corrected.
//!
//! An item goes through the same door as at first and leaves the list once it is durable. Between the two it keeps its
//! messageId (or gets one that follows from its place in the list), so that a crash in between counts it once.

use crate::accept::record;
use crate::accept::states_consent;
use crate::check::read_item;
use crate::limits::BATCH_BYTES_MAX;
use crate::planner::{PlanItem, Verdict, data_of, name_of, replaced};
use crate::source::Rejection;
use crate::split::Cut;
use crate::{Collect, Result, store};
use base::{EventId, Json, JsonMap, Problem, SourceId, Timestamp, WorkspaceId};
use bytes::Bytes;
use serde_json::json;

/// A refused item as a person put it right.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    pub id: String,
    pub item: JsonMap,
}

/// What became of a replay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Replayed {
    /// Stored now, those seen before included.
    pub accepted: u32,
    pub duplicates: u32,
    /// They stay in the list.
    pub refused: Vec<RefusedAgain>,
}

/// An item that is still wrong, or that cannot be tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedAgain {
    pub id: String,
    pub code: &'static str,
    /// JSON pointer into the item.
    pub pointer: String,
    pub detail: String,
}

struct Ready {
    rejection: String,
    message_id: String,
    json: String,
}

impl Collect {
    /// Tries refused items again: those of `ids`, all that can be when `None`; `corrected` ones in their new form.
    pub async fn replay_rejections(
        &self,
        workspace: WorkspaceId,
        source: SourceId,
        ids: Option<&[String]>,
        corrected: &[Correction],
    ) -> Result<Replayed> {
        let kept = self.rejections(workspace, source).await?;
        let (mut ready, mut done) = (Vec::new(), Replayed::default());
        for correction in corrected {
            match kept.iter().find(|one| one.id == correction.id) {
                Some(one) => prepare(source, one, correction.item.clone(), &mut ready, &mut done),
                None => done.refused.push(gone(&correction.id)),
            }
        }
        let is_corrected = |id: &str| corrected.iter().any(|one| one.id == id);
        let only_corrected = ids.is_none() && !corrected.is_empty();
        for one in kept.iter().filter(|one| !only_corrected && !is_corrected(&one.id)) {
            let asked = ids.map_or(one.replayable, |ids| ids.contains(&one.id));
            if asked {
                as_it_was(source, one, &mut ready, &mut done);
            }
        }
        for id in ids.into_iter().flatten() {
            if !is_corrected(id) && !kept.iter().any(|one| one.id == *id) {
                done.refused.push(gone(id));
            }
        }
        let ready = self.planned(workspace, source, ready, &mut done);
        self.send_again(workspace, source, ready, &mut done).await?;
        Ok(done)
    }

    /// The plan of today counts: what it refuses stays in the list, what it cuts out is not stored.
    fn planned(&self, workspace: WorkspaceId, source: SourceId, ready: Vec<Ready>, done: &mut Replayed) -> Vec<Ready> {
        let Some(plan) = self.inner.planner.plan_of(workspace) else { return ready };
        let mut kept = Vec::with_capacity(ready.len());
        for mut one in ready {
            // It was read a moment ago.
            let Ok((item, kind, _)) = read_item(Cut { text: &one.json, plain: false }, None) else { continue };
            let data = data_of(&item, kind).map(serde_json::value::RawValue::get);
            let asked = PlanItem {
                source: Some(source),
                id: EventId::of(workspace, &one.message_id),
                kind,
                name: name_of(&item, kind),
                data,
                states_consent: item.context.is_some_and(states_consent),
            };
            let refused = match plan.judge(&asked) {
                Verdict::Keep => None,
                Verdict::Replace(with) => {
                    one.json = data.map(|data| replaced(&one.json, data, &with)).unwrap_or_default();
                    None
                }
                Verdict::Refuse { code, pointer, detail, .. } => Some((code, pointer, detail)),
                Verdict::Leave => Some(("unplanned_event", String::new(), "the plan has no place for it".to_owned())),
            };
            match refused {
                None => kept.push(one),
                Some((code, pointer, detail)) => {
                    done.refused.push(RefusedAgain { id: one.rejection, code, pointer, detail });
                }
            }
        }
        kept
    }

    async fn send_again(
        &self,
        workspace: WorkspaceId,
        source: SourceId,
        ready: Vec<Ready>,
        done: &mut Replayed,
    ) -> Result<()> {
        let state = self.inner.sources.state(source).ok_or_else(|| Problem::not_found("source", source))?;
        let mut rest = &ready[..];
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest.iter().take_while(|one| {
                bytes += one.json.len() + 1;
                bytes < BATCH_BYTES_MAX - 64
            });
            let (batch, after) = rest.split_at(fits.count().max(1));
            let texts: Vec<&str> = batch.iter().map(|one| one.json.as_str()).collect();
            let text = format!("{{\"batch\":[{}]}}", texts.join(","));
            let body = self.without_addresses(workspace, &text).unwrap_or_else(|| Bytes::from(text));
            let ids = batch.iter().map(|one| EventId::of(workspace, &one.message_id)).collect();
            let now = self.inner.clock.now();
            let record = record(workspace, state.channel(), Some(source), now, ids, body);
            let duplicates = self.inner.inbox.append(record).await?.duplicates;
            state.count(batch.len() as u32 - duplicates, now);
            done.accepted += batch.len() as u32;
            done.duplicates += duplicates;
            for one in batch {
                store::delete_rejection(&self.inner.db, workspace, source, &one.rejection).await?;
            }
            rest = after;
        }
        Ok(())
    }
}

fn gone(id: &str) -> RefusedAgain {
    let detail = "it is not in the list any more".to_owned();
    RefusedAgain { id: id.to_owned(), code: "not_found", pointer: String::new(), detail }
}

fn as_it_was(source: SourceId, one: &Rejection, ready: &mut Vec<Ready>, done: &mut Replayed) {
    let refused = |code, detail: &str| RefusedAgain {
        id: one.id.clone(),
        code,
        pointer: String::new(),
        detail: detail.to_owned(),
    };
    if !one.replayable {
        return done.refused.push(refused("not_replayable", "it was too long to be kept whole, or is stored already"));
    }
    // What cannot be parsed safely is shown, and refused as it was at first.
    if let Some((flaw, _)) = crate::scan::flaw(&one.item) {
        return done.refused.push(refused(flaw.code(), &flaw.detail()));
    }
    match serde_json::from_str::<JsonMap>(&one.item) {
        Ok(item) => prepare(source, one, item, ready, done),
        Err(error) => done.refused.push(refused("unreadable", &error.to_string())),
    }
}

/// Checks the item as the door does and gives it what it needs to count once, at the time it happened.
fn prepare(source: SourceId, one: &Rejection, mut item: JsonMap, ready: &mut Vec<Ready>, done: &mut Replayed) {
    if let (Some(kind), false) = (one.kind, item.contains_key("type")) {
        item.insert("type".into(), json!(kind.name()));
    }
    keep_time(&mut item, one.at);
    let text = |item: &JsonMap| item.get("messageId").and_then(Json::as_str).map(str::to_owned);
    let message_id = text(&item).filter(|id| !id.trim().is_empty()).unwrap_or_else(|| {
        let id = format!("replay-{source}-{}", one.id);
        item.insert("messageId".into(), json!(id));
        id
    });
    let json = Json::Object(item).to_string();
    match read_item(Cut { text: &json, plain: false }, None) {
        Ok(_) => ready.push(Ready { rejection: one.id.clone(), message_id, json }),
        Err(problem) => done.refused.push(RefusedAgain {
            id: one.id.clone(),
            code: problem.code,
            pointer: problem.pointer,
            detail: problem.detail,
        }),
    }
}

/// The sender's two times say how long before it was received something happened; received it was at `at`.
fn keep_time(item: &mut JsonMap, at: Timestamp) {
    let read = |name: &str| item.get(name).and_then(Json::as_str).and_then(|text| Timestamp::parse(text).ok());
    let stated = read("originalTimestamp").or_else(|| read("timestamp"));
    let happened = match (stated, read("sentAt")) {
        (Some(stated), Some(sent)) => at.plus_ms(stated.ms().saturating_sub(sent.ms())),
        (Some(stated), None) => stated,
        (None, _) => at,
    };
    // A time that cannot be read stays, and is refused.
    if stated.is_some() || !["originalTimestamp", "timestamp"].iter().any(|name| item.contains_key(*name)) {
        item.shift_remove("sentAt");
        item.shift_remove("originalTimestamp");
        item.insert("timestamp".into(), json!(happened));
    }
}

#[cfg(test)]
mod tests;

//! Deliveries: taken, mapped, made durable, answered; the last ones kept for trying out.
//!
//! Cost of a delivery that is mapped: the mapping, and one record of the inbox; the sample of it is written behind, at
//! most [`SAMPLES_KEPT`] rows every two seconds however many come. One that is not: a transaction before the answer.

use super::apply::{Incoming, Mapped, Outcome};
use super::body::{kept_headers, shape_of, shorten, text_of, too_large};
use super::challenge::{ChallengeKind, Reply, answer_post};
use super::compile::Compiled;
use super::flood::Floods;
use super::signature::Scheme;
use crate::error::{Fault, Result};
use crate::limits::*;
use crate::model::{Health, HealthState, Payload, PayloadState, Stored, new_id};
use crate::{Connect, payloads, store};
use base::{Json, Problem, ProblemKind, SourceId, Timestamp, WorkspaceId};
use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// An unknown token makes us look into the store at most this often: another node may have made it.
const RELOAD_UNKNOWN_MS: i64 = 1_000;
/// A flood is shown for this long after its last refusal.
const FLOOD_SHOWN_MS: i64 = 60_000;
/// Bytes of events handed in at once.
const BATCH_BYTES: usize = 400 * 1024;

/// One request to a webhook.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Of the address.
    pub query: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What became of a delivery; durable when it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    pub events: u64,
    pub state: PayloadState,
    /// It was a question of the sender's, and this is the answer; nothing was stored.
    pub reply: Option<Reply>,
}

/// The webhooks of all workspaces, in memory.
#[derive(Default)]
pub(crate) struct Hooks {
    by_token: RwLock<HashMap<String, Arc<Hook>>>,
    live: Mutex<HashMap<SourceId, Arc<Live>>>,
    floods: Floods,
    loaded_ms: AtomicI64,
}

pub(crate) struct Hook {
    workspace: WorkspaceId,
    id: SourceId,
    enabled: bool,
    scheme: Scheme,
    secret: String,
    pub(super) challenge: ChallengeKind,
    pub(super) challenge_token: String,
    mapping: Compiled,
    live: Arc<Live>,
}

impl Hook {
    pub(super) fn check_flood(&self, hooks: &Hooks, now: Timestamp) -> std::result::Result<(), Problem> {
        if hooks.floods.allows(self.id, now) {
            return Ok(());
        }
        let detail = format!("more than {DELIVERIES_PER_SECOND} deliveries a second; send again later");
        self.live.fail(Fault::new("too_many_requests", &detail), now);
        Err(Problem::new(ProblemKind::Busy, "too_many_requests", detail))
    }

    pub(super) fn failed(&self, fault: Fault, now: Timestamp) {
        self.live.fail(fault, now);
    }

    /// The sender has its answer: what was wrong before is over.
    pub(super) fn answered(&self, now: Timestamp) {
        self.live.keep(None, now);
    }
}

/// What happened lately and is not yet written.
#[derive(Default)]
pub(crate) struct Live(Mutex<Recent>);

#[derive(Default)]
struct Recent {
    samples: VecDeque<Payload>,
    fault: Option<(Fault, Timestamp)>,
    ok_at: Option<Timestamp>,
    dirty: bool,
}

pub(crate) fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl Hooks {
    /// Takes over the webhooks of the store; what is not written yet stays.
    pub fn replace(&self, stored: Vec<Stored>, now: Timestamp) {
        let mut live = self.live.lock();
        let mut by_token = HashMap::new();
        for one in stored {
            let crate::Definition::Webhook(webhook) = &one.definition else { continue };
            let Some(token) = &one.secrets.token else { continue };
            // A mapping was checked when it was stored.
            let Ok(mapping) = Compiled::new(&webhook.mapping) else { continue };
            let hook = Hook {
                workspace: one.workspace,
                id: one.id,
                enabled: one.enabled,
                scheme: webhook.signature.scheme,
                secret: one.secrets.secret.clone().unwrap_or_default(),
                challenge: webhook.challenge.kind,
                challenge_token: one.secrets.challenge.clone().unwrap_or_default(),
                mapping,
                live: live.entry(one.id).or_default().clone(),
            };
            by_token.insert(token_hash(token), Arc::new(hook));
        }
        *self.by_token.write() = by_token;
        self.loaded_ms.store(now.ms(), Ordering::Relaxed);
    }

    pub fn loaded_at(&self) -> Timestamp {
        Timestamp::from_ms(self.loaded_ms.load(Ordering::Relaxed))
    }

    fn find(&self, token: &str) -> Option<Arc<Hook>> {
        self.by_token.read().get(&token_hash(token)).cloned()
    }

    pub fn forget(&self, id: SourceId) {
        self.live.lock().remove(&id);
        self.floods.forget(id);
    }

    fn all_live(&self) -> Vec<(SourceId, Arc<Live>)> {
        self.live.lock().iter().map(|(id, live)| (*id, live.clone())).collect()
    }

    fn workspace_of(&self, id: SourceId) -> Option<WorkspaceId> {
        self.by_token.read().values().find(|hook| hook.id == id).map(|hook| hook.workspace)
    }
}

impl Live {
    fn fail(&self, fault: Fault, now: Timestamp) {
        let mut recent = self.0.lock();
        (recent.fault, recent.dirty) = (Some((fault, now)), true);
    }

    fn keep(&self, payload: Option<Payload>, now: Timestamp) {
        let mut recent = self.0.lock();
        recent.samples.extend(payload);
        while recent.samples.len() > SAMPLES_KEPT {
            recent.samples.pop_front();
        }
        (recent.ok_at, recent.dirty) = (Some(now), true);
        let flooded = recent
            .fault
            .as_ref()
            .is_some_and(|(fault, at)| fault.code == "too_many_requests" && now.ms_since(*at) < FLOOD_SHOWN_MS);
        if !flooded {
            recent.fault = None;
        }
    }
}

impl Recent {
    fn health(&self) -> Option<Health> {
        let health = |state, since, fault: Option<&Fault>| Health {
            state,
            code: fault.map(|fault| fault.code.to_owned()),
            detail: fault.map(|fault| fault.detail.clone()),
            since: Some(since),
        };
        match (&self.fault, self.ok_at) {
            (Some((fault, at)), _) => Some(health(HealthState::Failing, *at, Some(fault))),
            (None, Some(at)) => Some(health(HealthState::Ok, at, None)),
            (None, None) => None,
        }
    }
}

impl Connect {
    /// Takes one delivery. The token of the address says whose it is; whoever has none is told so and nothing more.
    pub async fn receive(&self, token: &str, delivery: Delivery) -> Result<Received> {
        let now = self.inner.clock.now();
        let hook = self.hook(token, now).await?;
        if !hook.enabled {
            let detail = "this source is paused; send again later";
            return Err(Problem::new(ProblemKind::Unavailable, "source_paused", detail).into());
        }
        hook.check_flood(&self.inner.hooks, now)?;
        if delivery.body.len() > PAYLOAD_BYTES_MAX {
            hook.live.fail(too_large().into(), now);
            return Err(too_large().into());
        }
        if !hook.scheme.verify(&hook.secret, &delivery.headers, &delivery.body, now) {
            let detail = "the signature is missing, too old or not made with the secret of this source";
            hook.live.fail(Fault::new("bad_signature", detail), now);
            return Err(Problem::new(ProblemKind::Unauthenticated, "bad_signature", detail).into());
        }
        let body = text_of(&delivery).inspect_err(|problem| hook.live.fail(problem.clone().into(), now))?;
        if let Some(reply) = answer_post(hook.challenge, &delivery, &body) {
            hook.answered(now);
            return Ok(Received { events: 0, state: PayloadState::Nothing, reply: Some(reply) });
        }
        let mut payload = Payload {
            id: new_id("pay", now, &*self.inner.rng),
            received_at: now,
            state: PayloadState::Unmapped,
            events: 0,
            code: None,
            detail: None,
            headers: kept_headers(delivery.headers, &hook.mapping),
            body,
        };
        shorten(&*self.inner.door, hook.workspace, &mut payload);
        self.take(&hook, payload, now).await
    }

    pub(super) async fn hook(&self, token: &str, now: Timestamp) -> Result<Arc<Hook>> {
        if let Some(hook) = self.inner.hooks.find(token) {
            return Ok(hook);
        }
        if now.ms_since(self.inner.hooks.loaded_at()) >= RELOAD_UNKNOWN_MS {
            self.load_hooks().await?;
        }
        let unknown = || {
            let detail = "no webhook has this address; look it up under Data, Sources";
            Problem::new(ProblemKind::NotFound, "unknown_webhook", detail)
        };
        Ok(self.inner.hooks.find(token).ok_or_else(unknown)?)
    }

    /// Makes the webhooks in memory those of the store.
    pub(crate) async fn load_hooks(&self) -> Result<()> {
        let now = self.inner.clock.now();
        let stored = store::webhooks(&self.inner.db, &*self.inner.vault).await?;
        self.inner.hooks.replace(stored, now);
        Ok(())
    }

    async fn take(&self, hook: &Hook, mut payload: Payload, now: Timestamp) -> Result<Received> {
        if hook.mapping.is_empty() {
            payloads::insert_waiting(&self.inner.db, hook.workspace, hook.id, &payload).await?;
            hook.live.keep(None, now);
            return Ok(Received { events: 0, state: payload.state, reply: None });
        }
        self.map_and_send(hook.id, &hook.mapping, &mut payload).await?;
        let received = Received { events: payload.events, state: payload.state, reply: None };
        if payload.state == PayloadState::Failed {
            payloads::insert_waiting(&self.inner.db, hook.workspace, hook.id, &payload).await?;
            let detail = payload.detail.clone().unwrap_or_default();
            hook.live.fail(Fault::new("mapping_failed", detail), now);
        } else {
            let small = payload.body.len() <= SAMPLE_BYTES_MAX;
            hook.live.keep(small.then_some(payload), now);
        }
        Ok(received)
    }

    /// Maps a payload and stores its events; the outcome is written into the payload.
    async fn map_and_send(&self, source: SourceId, mapping: &Compiled, payload: &mut Payload) -> Result<()> {
        let (mapped, _) = self.mapped(source.to_string(), mapping.clone(), payload.clone()).await?;
        (payload.events, payload.code, payload.detail) = (0, None, None);
        match mapped.outcome {
            Outcome::Failed => {
                let first = mapped.problems.into_iter().next();
                payload.state = PayloadState::Failed;
                payload.code = first.as_ref().map(|problem| problem.code.clone());
                payload.detail = first.map(|problem| format!("{}: {}", problem.pointer, problem.detail));
            }
            Outcome::Nothing => payload.state = PayloadState::Nothing,
            Outcome::Events => {
                let (events, is_cut) = self.send(source, &mapped.events).await?;
                (payload.events, payload.state) = (events, PayloadState::Mapped);
                if is_cut {
                    payload.body = shape_of(&payload.body, mapping);
                    payload.headers.clear();
                    payload.code = Some("values_not_kept".into());
                    let detail =
                        "the tracking plan does not keep everything this payload says: its values are left out";
                    payload.detail = Some(detail.into());
                }
            }
        }
        Ok(())
    }

    /// A payload through a mapping and the checks of the door; answers the payload too.
    async fn mapped(&self, source: String, mapping: Compiled, payload: Payload) -> Result<(Mapped, Payload)> {
        // Mapping is work for the processor: it must not hold up those who wait for the disk.
        let work = tokio::task::spawn_blocking(move || {
            let incoming = Incoming { headers: &payload.headers, body: &payload.body, source: &source };
            (mapping.apply(&incoming), payload)
        });
        let (mut mapped, payload) = work.await.map_err(Problem::internal)?;
        for event in &mut mapped.events {
            // What happened, happened when it came, also when it is mapped later.
            if let Some(event) = event.as_object_mut().filter(|event| !event.contains_key("timestamp")) {
                event.insert("timestamp".into(), serde_json::json!(payload.received_at));
            }
        }
        for refused in self.inner.door.check(&mapped.events) {
            let rule = mapped.rules.get(refused.index).copied().unwrap_or_default();
            let detail = format!("the event's {}: {}", refused.pointer.trim_start_matches('/'), refused.detail);
            let pointer = format!("/rules/{rule}");
            mapped.problems.push(super::MapProblem { pointer, code: refused.code, detail });
            mapped.outcome = Outcome::Failed;
        }
        Ok((mapped, payload))
    }

    /// How many were taken, and whether less is kept than they say.
    async fn send(&self, source: SourceId, events: &[Json]) -> Result<(u64, bool)> {
        let (mut accepted, mut is_cut, mut rest) = (0, false, events);
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest.iter().take_while(|event| {
                bytes += event.to_string().len();
                bytes <= BATCH_BYTES
            });
            let (batch, after) = rest.split_at(fits.count().max(1));
            let taken = self.inner.door.accept(source, batch).await?;
            accepted += taken.accepted;
            is_cut |= taken.is_cut;
            rest = after;
        }
        Ok((accepted, is_cut))
    }

    /// Writes what is only in memory: samples and health of webhooks. Called every few seconds and at the end.
    pub async fn flush(&self) -> Result<()> {
        for (id, live) in self.inner.hooks.all_live() {
            let Some(workspace) = self.inner.hooks.workspace_of(id) else { continue };
            let (samples, health) = {
                let mut recent = live.0.lock();
                if !std::mem::take(&mut recent.dirty) {
                    continue;
                }
                (std::mem::take(&mut recent.samples), recent.health())
            };
            let samples: Vec<Payload> = samples.into();
            if let Err(error) = payloads::insert_samples(&self.inner.db, workspace, id, &samples, health.as_ref()).await
            {
                live.0.lock().dirty = true;
                return Err(error);
            }
        }
        Ok(())
    }

    /// What a mapping would make of a payload. Nothing is stored.
    pub async fn try_mapping(
        &self,
        workspace: WorkspaceId,
        mapping: &super::Mapping,
        mut payload: Payload,
    ) -> Result<Mapped> {
        shorten(&*self.inner.door, workspace, &mut payload);
        match Compiled::new(mapping) {
            Ok(compiled) => Ok(self.mapped("trial".into(), compiled, payload).await?.0),
            Err(problems) => Ok(Mapped { outcome: Outcome::Failed, events: Vec::new(), rules: Vec::new(), problems }),
        }
    }

    /// Maps kept payloads again: those of `ids`, all that wait when `None`. What is mapped now counts once.
    pub async fn replay_payloads(
        &self,
        workspace: WorkspaceId,
        id: SourceId,
        ids: Option<&[String]>,
    ) -> Result<ReplayedPayloads> {
        let stored = self.stored(workspace, id).await?;
        let crate::Definition::Webhook(webhook) = &stored.definition else {
            return Err(Problem::conflict("nothing_to_replay", "only webhooks keep payloads").into());
        };
        let mapping = Compiled::new(&webhook.mapping).ok().filter(|mapping| !mapping.is_empty()).ok_or_else(|| {
            Problem::conflict("nothing_to_replay", "the webhook has no rules yet: say what its payloads mean first")
        })?;
        self.flush().await?;
        let mut done = ReplayedPayloads::default();
        for payload_id in payloads::waiting_ids(&self.inner.db, workspace, id, ids).await? {
            // One at a time: a thousand payloads may be a thousand megabytes.
            let Some(mut payload) = payloads::get(&self.inner.db, workspace, id, &payload_id).await? else { continue };
            // What came while the workspace kept more, or before this program cut it.
            shorten(&*self.inner.door, workspace, &mut payload);
            self.map_and_send(id, &mapping, &mut payload).await?;
            payloads::update(&self.inner.db, workspace, &payload).await?;
            done.replayed += 1;
            done.events += payload.events;
            done.failed += u64::from(payload.state == PayloadState::Failed);
        }
        let now = self.inner.clock.now();
        if let Some(live) = self.inner.hooks.live.lock().get(&id).filter(|_| done.replayed > 0 && done.failed == 0) {
            live.keep(None, now);
        }
        self.flush().await?;
        payloads::trim_samples(&self.inner.db, workspace, id).await?;
        Ok(done)
    }
}

/// What became of a replay of payloads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReplayedPayloads {
    pub replayed: u64,
    pub events: u64,
    /// Of those: they stay.
    pub failed: u64,
}

//! Challenges: before some senders send, they ask whether the address is meant to be theirs. Compared in constant time.

use super::receive::Delivery;
use crate::Connect;
use crate::definition::only_travels_in;
use crate::error::{Fault, Result, invalid};
use base::{Json, Problem, ProblemKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

/// What a sender asks to be given back.
const ECHO_BYTES_MAX: usize = 2_000;
const TOKEN_CHARS_MAX: usize = 500;

/// A question of the sender that is answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookChallenge)]
pub struct Challenge {
    #[serde(default)]
    pub kind: ChallengeKind,
    /// Of Meta the verify token, of X the consumer secret. Comes in, is sealed, and never goes out.
    #[serde(default, skip_serializing_if = "only_travels_in")]
    #[schema(write_only)]
    pub token: Option<String>,
    /// A token is stored; what a request says here counts for nothing.
    #[serde(default)]
    #[schema(read_only)]
    pub token_set: bool,
}

/// Whose way of asking is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookChallengeKind)]
pub enum ChallengeKind {
    #[default]
    None,
    /// `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`: Facebook, Instagram, WhatsApp.
    Meta,
    /// A JSON body `{"type":"url_verification","challenge":"…"}`.
    Slack,
    /// `?validationToken=…` of Graph, and the validation event of Event Grid.
    Microsoft,
    /// `OPTIONS` with `WebHook-Request-Origin` (CloudEvents HTTP 1.1 Web Hooks).
    CloudEvents,
    /// `GET ?crc_token=…`, answered with an HMAC.
    X,
}

impl ChallengeKind {
    pub(crate) fn needs_token(self) -> bool {
        matches!(self, Self::Meta | Self::X)
    }
}

/// A question other than a delivery. Names of headers are in lower case.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    Get { query: &'a [(String, String)] },
    Options { headers: &'a [(String, String)] },
}

/// What the sender is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Text(String),
    Json(Json),
    /// It may send; so many deliveries a minute.
    Allowed {
        origin: String,
        per_minute: u32,
    },
}

impl Challenge {
    pub(crate) fn check(&self, token: Option<&str>) -> std::result::Result<(), Problem> {
        match token {
            None if self.kind.needs_token() => {
                Err(invalid("/definition/challenge/token", "say the text that the sender shows or asks for"))
            }
            Some(token) if token.chars().count() > TOKEN_CHARS_MAX => {
                let detail = format!("at most {TOKEN_CHARS_MAX} characters");
                Err(invalid("/definition/challenge/token", detail))
            }
            _ => Ok(()),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn named<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn echo(text: &str) -> Option<String> {
    (!text.is_empty() && text.len() <= ECHO_BYTES_MAX).then(|| text.to_owned())
}

/// The answer to a question, if it is asked in the right way.
pub(super) fn answer(kind: ChallengeKind, token: &str, asked: Asked<'_>, per_minute: u32) -> Option<Reply> {
    match (kind, asked) {
        (ChallengeKind::Meta, Asked::Get { query }) => {
            let right = named(query, "hub.mode") == Some("subscribe")
                && !token.is_empty()
                && same(named(query, "hub.verify_token")?, token);
            right.then(|| named(query, "hub.challenge").and_then(echo)).flatten().map(Reply::Text)
        }
        (ChallengeKind::X, Asked::Get { query }) => {
            let asked = named(query, "crc_token").and_then(echo)?;
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(token.as_bytes()).ok()?;
            mac.update(asked.as_bytes());
            let made = STANDARD.encode(mac.finalize().into_bytes());
            Some(Reply::Json(json!({ "response_token": format!("sha256={made}") })))
        }
        (ChallengeKind::CloudEvents, Asked::Options { headers }) => {
            let origin = named(headers, "webhook-request-origin").and_then(echo)?;
            Some(Reply::Allowed { origin, per_minute })
        }
        _ => None,
    }
}

/// The answer to a delivery that is a question and no event; None: it is an event.
pub(super) fn answer_post(kind: ChallengeKind, delivery: &Delivery, body: &str) -> Option<Reply> {
    match kind {
        ChallengeKind::Slack => {
            let body: Json = serde_json::from_str(body).ok()?;
            let asked = body["type"] == "url_verification";
            let challenge = body["challenge"].as_str().filter(|_| asked).and_then(echo)?;
            Some(Reply::Json(json!({ "challenge": challenge })))
        }
        ChallengeKind::Microsoft => {
            if let Some(token) = named(&delivery.query, "validationToken") {
                return echo(token).map(Reply::Text);
            }
            named(&delivery.headers, "aeg-event-type").filter(|kind| *kind == "SubscriptionValidation")?;
            let body: Json = serde_json::from_str(body).ok()?;
            let code = body.pointer("/0/data/validationCode")?.as_str().and_then(echo)?;
            Some(Reply::Json(json!({ "validationResponse": code })))
        }
        _ => None,
    }
}

impl Connect {
    /// Answers a sender that asks before it sends. Nothing is stored.
    pub async fn challenge(&self, token: &str, asked: Asked<'_>) -> Result<Reply> {
        let now = self.inner.clock.now();
        let hook = self.hook(token, now).await?;
        hook.check_flood(&self.inner.hooks, now)?;
        let per_minute = crate::limits::DELIVERIES_PER_SECOND * 60;
        match answer(hook.challenge, &hook.challenge_token, asked, per_minute) {
            Some(reply) => {
                hook.answered(now);
                Ok(reply)
            }
            None => {
                let detail = "this source does not answer this challenge: its kind or its token is another one";
                hook.failed(Fault::new("bad_challenge", detail), now);
                Err(Problem::new(ProblemKind::Forbidden, "bad_challenge", detail).into())
            }
        }
    }
}

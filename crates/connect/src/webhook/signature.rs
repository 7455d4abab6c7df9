//! Signatures of senders: HMAC-SHA256 over the body, in five dresses. Compared in constant time.

use crate::definition::only_travels_in;
use crate::limits::SIGNATURE_AGE_MS_MAX;
use base::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use utoipa::ToSchema;

/// How a sender proves that a delivery is its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookSignature)]
pub struct Signature {
    #[serde(default)]
    pub scheme: Scheme,
    /// Comes in, is sealed, and never goes out.
    #[serde(default, skip_serializing_if = "only_travels_in")]
    #[schema(write_only)]
    pub secret: Option<String>,
    /// A secret is stored; what a request says here counts for nothing.
    #[serde(default)]
    #[schema(read_only)]
    pub secret_set: bool,
}

/// How a sender signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookSignatureScheme)]
pub enum Scheme {
    #[default]
    None,
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` (or the same with `svix-`).
    Standard,
    /// `X-Hub-Signature-256: sha256=HEX`.
    Github,
    /// `X-Shopify-Hmac-Sha256: BASE64`.
    Shopify,
    /// `Stripe-Signature: t=SECONDS,v1=HEX`.
    Stripe,
    /// `X-Slack-Signature: v0=HEX` over time and body.
    Slack,
}

impl Scheme {
    pub(super) fn check_secret(self, secret: &str) -> Result<(), String> {
        const CHARS_MAX: usize = 500;
        if secret.chars().count() > CHARS_MAX {
            return Err(format!("a secret has at most {CHARS_MAX} characters"));
        }
        match self {
            Scheme::Standard => standard_key(secret)
                .map(|_| ())
                .ok_or_else(|| "a secret of Standard Webhooks is base64, usually after whsec_".to_owned()),
            _ => Ok(()),
        }
    }

    /// True when the body is the sender's; `headers` have names in lower case.
    pub(super) fn verify(self, secret: &str, headers: &[(String, String)], body: &[u8], now: Timestamp) -> bool {
        let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match self {
            Scheme::None => true,
            Scheme::Standard => {
                let either =
                    |name: &str| header(&format!("webhook-{name}")).or_else(|| header(&format!("svix-{name}")));
                let parts = (either("id"), either("timestamp"), either("signature"), standard_key(secret));
                let (Some(id), Some(at), Some(signatures), Some(key)) = parts else { return false };
                let candidates = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
                is_fresh(at, now) && any(&key, &[id.as_bytes(), b".", at.as_bytes(), b".", body], candidates)
            }
            Scheme::Github => {
                let Some(signature) = header("x-hub-signature-256") else { return false };
                let candidate = signature.strip_prefix("sha256=").and_then(|text| hex::decode(text).ok());
                any(secret.as_bytes(), &[body], candidate)
            }
            Scheme::Shopify => {
                let candidate = header("x-shopify-hmac-sha256").and_then(|text| STANDARD.decode(text.trim()).ok());
                any(secret.as_bytes(), &[body], candidate)
            }
            Scheme::Stripe => {
                let Some(signature) = header("stripe-signature") else { return false };
                let parts: Vec<(&str, &str)> =
                    signature.split(',').filter_map(|part| part.trim().split_once('=')).collect();
                let Some((_, at)) = parts.iter().find(|(name, _)| *name == "t") else { return false };
                let candidates =
                    parts.iter().filter(|(name, _)| *name == "v1").filter_map(|(_, text)| hex::decode(text).ok());
                is_fresh(at, now) && any(secret.as_bytes(), &[at.as_bytes(), b".", body], candidates)
            }
            Scheme::Slack => {
                let parts = (header("x-slack-request-timestamp"), header("x-slack-signature"));
                let (Some(at), Some(signature)) = parts else { return false };
                let candidate = signature.strip_prefix("v0=").and_then(|text| hex::decode(text).ok());
                is_fresh(at, now) && any(secret.as_bytes(), &[b"v0:", at.as_bytes(), b":", body], candidate)
            }
        }
    }
}

fn standard_key(secret: &str) -> Option<Vec<u8>> {
    STANDARD.decode(secret.trim().trim_start_matches("whsec_")).ok().filter(|key| !key.is_empty())
}

fn is_fresh(seconds: &str, now: Timestamp) -> bool {
    // What a stranger sends may be any number.
    let age = |at: i64| now.ms().saturating_sub(at.saturating_mul(1_000)).saturating_abs();
    seconds.parse::<i64>().is_ok_and(|at| age(at) <= SIGNATURE_AGE_MS_MAX)
}

/// A sender that changes its secret signs with both for a while.
fn any(key: &[u8], parts: &[&[u8]], candidates: impl IntoIterator<Item = Vec<u8>>) -> bool {
    candidates.into_iter().any(|candidate| {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return false };
        parts.iter().for_each(|part| mac.update(part));
        mac.verify_slice(&candidate).is_ok()
    })
}

//! Webhooks: what another system posts becomes events by a mapping.
//!
//! The address is the secret (a token of 160 bits); a signature over the body is checked beside it when the sender signs.
//! A delivery is all or nothing: either every event of it is durable, or the payload is, and waits for a replay.

mod apply;
mod body;
mod challenge;
mod compile;
mod flood;
mod mapping;
mod receive;
mod signature;

pub use apply::{MapProblem, Mapped, Outcome};
pub use challenge::{Asked, Challenge, ChallengeKind, Reply};
pub use compile::Compiled;
pub use mapping::{CallType, Condition, Field, Identifier, Mapping, Read, Rule, Value};
pub use receive::{Delivery, Received, ReplayedPayloads};
pub use signature::{Scheme, Signature};

pub(crate) use receive::{Hooks, token_hash};

use crate::definition::{Definition, Secrets, Settings, StoredSecret};
use crate::error::invalid;
use base::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Payloads of another system that become events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookDefinition {
    #[serde(default)]
    pub signature: Signature,
    #[serde(default)]
    pub challenge: Challenge,
    #[serde(default)]
    pub mapping: Mapping,
}

impl Settings for WebhookDefinition {
    fn check(&self, secrets: &Secrets) -> Result<(), Problem> {
        self.challenge.check(secrets.challenge.as_deref())?;
        if self.signature.scheme != Scheme::None {
            let secret = secrets.secret.as_deref().ok_or_else(|| {
                invalid("/definition/signature/secret", "a signature needs the secret that the sender shows")
            })?;
            self.signature
                .scheme
                .check_secret(secret)
                .map_err(|detail| invalid("/definition/signature/secret", detail))?;
        }
        match Compiled::new(&self.mapping).err().into_iter().flatten().next() {
            Some(problem) => Err(invalid(format!("/definition/mapping{}", problem.pointer), problem.detail)),
            None => Ok(()),
        }
    }

    fn take_secret(&mut self) -> Option<String> {
        self.signature.secret.take()
    }

    fn take_challenge(&mut self) -> Option<String> {
        self.challenge.token.take()
    }

    fn has_address(&self) -> bool {
        true
    }

    fn needs_challenge(&self) -> bool {
        self.challenge.kind.needs_token()
    }

    fn mark_stored(&mut self, secrets: &Secrets) {
        self.signature.secret_set = secrets.secret.is_some();
        self.challenge.token_set = secrets.challenge.is_some();
    }

    fn stored_secret(&self, before: &Definition) -> StoredSecret {
        match before {
            Definition::Webhook(_) => StoredSecret::Stays,
            _ => StoredSecret::Again(invalid("/definition/signature/secret", "say the secret of this webhook")),
        }
    }
}

#[cfg(test)]
mod door_tests;
#[cfg(test)]
mod tests;

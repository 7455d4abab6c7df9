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
pub use mapping::{Condition, Field, Identifier, Mapping, Read, Rule, Value};
pub use receive::{Delivery, Received, ReplayedPayloads};
pub use signature::{Scheme, Signature};

pub(crate) use receive::{Hooks, token_hash};

use crate::error::invalid;
use base::Problem;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookDefinition {
    #[serde(default)]
    pub signature: Signature,
    #[serde(default)]
    pub challenge: Challenge,
    #[serde(default)]
    pub mapping: Mapping,
}

impl WebhookDefinition {
    pub(crate) fn check(&self, secret: Option<&str>, challenge: Option<&str>) -> Result<(), Problem> {
        self.challenge.check(challenge)?;
        if self.signature.scheme != Scheme::None {
            let secret = secret.ok_or_else(|| {
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
}

#[cfg(test)]
mod door_tests;
#[cfg(test)]
mod tests;

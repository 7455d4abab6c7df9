//! Hands mail to a relay over SMTP (RFC 5321), keeping connections open between messages.
//!
//! The dialogue is our own (`dialogue.rs`) because two things decide whether a message may be sent again, and general
//! clients hide both: how far the dialogue got, and whether the final dot had left when the connection broke. Before the
//! dot an error means "not handed over"; from the dot on it means "ambiguous". It also pipelines (RFC 2920): one round
//! trip for MAIL, RCPT and DATA.

mod dialogue;
mod pool;

use super::Composer;
use super::compose::ascii_address;
use async_trait::async_trait;
use base::WorkspaceId;
use deliver::bounce::Reply;
use deliver::links::Links;
use deliver::{Capabilities, Channel, Outgoing, SendOutcome, SmtpSettings, Stage};
use dialogue::{Envelope, Failure};
use parking_lot::Mutex;
use pool::Pool;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long each step may take.
#[derive(Debug, Clone, Copy)]
pub struct SmtpTimeouts {
    pub connect: Duration,
    pub command: Duration,
    /// From the final dot to its answer; servers scan the message in between (RFC 5321 asks for ten minutes).
    pub accept: Duration,
}

impl Default for SmtpTimeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), command: Duration::from_secs(60), accept: Duration::from_secs(300) }
    }
}

/// The SMTP channel: one pool of connections per workspace.
#[derive(Default)]
pub struct SmtpChannel {
    composer: Composer,
    timeouts: SmtpTimeouts,
    pools: Mutex<HashMap<WorkspaceId, Arc<Pool>>>,
}

impl SmtpChannel {
    pub fn new() -> Self {
        Self::default()
    }
    pub fn with_timeouts(timeouts: SmtpTimeouts) -> Self {
        Self { timeouts, ..Self::default() }
    }

    fn pool(&self, workspace: WorkspaceId, settings: &SmtpSettings) -> Result<Arc<Pool>, String> {
        let mut pools = self.pools.lock();
        if let Some(pool) = pools.get(&workspace)
            && pool.settings() == settings
        {
            return Ok(pool.clone());
        }
        let pool = Arc::new(Pool::new(settings.clone(), self.timeouts)?);
        pools.insert(workspace, pool.clone());
        Ok(pool)
    }
}

#[async_trait]
impl Channel for SmtpChannel {
    fn name(&self) -> &'static str {
        deliver::sender::SMTP
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { batches: false, idempotent: false }
    }

    async fn send(&self, message: &Outgoing) -> SendOutcome {
        let Some(settings) = &message.sender.smtp else {
            return SendOutcome::NotHandedOver { detail: "the sender has no SMTP settings".into() };
        };
        let mail = match self.composer.compose(message) {
            Ok(mail) => mail,
            Err(detail) => return SendOutcome::NotHandedOver { detail },
        };
        let envelope = match envelope_of(message) {
            Ok(envelope) => envelope,
            Err(detail) => {
                let reply = Reply::new(553, &format!("5.1.3 {detail}"));
                return SendOutcome::Refused { stage: Stage::Rcpt, reply };
            }
        };
        let pool = match self.pool(message.workspace, settings) {
            Ok(pool) => pool,
            Err(detail) => return SendOutcome::NotHandedOver { detail },
        };
        match pool.send(&envelope, &mail).await {
            Ok((reply, delivered)) => SendOutcome::Accepted { provider_ref: Some(reply.reason()), delivered },
            Err(failure) => outcome_of(failure),
        }
    }
}

/// A refusal before MAIL is about us and the relay, never about this message.
fn outcome_of(failure: Failure) -> SendOutcome {
    match failure {
        Failure::Answered { stage, reply } if stage < Stage::Mail => {
            SendOutcome::NotHandedOver { detail: format!("the relay refused us ({stage:?}): {}", reply.reason()) }
        }
        // Relays ask for a log-in at MAIL or RCPT: a setting of ours is wrong, not the address.
        Failure::Answered { stage, reply } if matches!(reply.code, 530 | 534 | 535 | 538) => {
            SendOutcome::NotHandedOver { detail: format!("the relay refused us ({stage:?}): {}", reply.reason()) }
        }
        Failure::Answered { stage, reply } if reply.code >= 500 => SendOutcome::Refused { stage, reply },
        Failure::Answered { stage, reply } => SendOutcome::Deferred { stage, reply },
        Failure::Broken { detail } => SendOutcome::NotHandedOver { detail },
        Failure::AnswerLost { detail } => SendOutcome::Ambiguous { detail },
    }
}

/// The envelope: VERP return path when the sender has a bounce domain; a domain name with other letters as Punycode.
fn envelope_of(message: &Outgoing) -> Result<Envelope, String> {
    let from = if message.sender.bounce_domain.is_empty() {
        message.from_email.clone()
    } else {
        Links::return_path(&message.reference, &message.sender.bounce_domain)
    };
    Ok(Envelope { from: ascii_address(&from)?, to: ascii_address(&message.to)? })
}

#[cfg(test)]
pub(crate) use dialogue::stuffed as stuffed_for_test;

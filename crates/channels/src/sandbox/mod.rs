//! The sandbox: keeps every message it is given, as the bytes a relay would get, and shows it. Nothing leaves.
//!
//! It is a channel like any other (composed, signed, one row per idempotency key), and it behaves like a receiving world
//! in which some addresses are trouble. What counts is the local part, alone or with a `+tag`:
//!
//! | address | what happens |
//! |---|---|
//! | `bounce@…` | 550 5.1.1: no such user (hard bounce) |
//! | `full@…` | 452 4.2.2: mailbox full, every time (retried, then a soft bounce) |
//! | `block@…` | 550 5.7.1: our address is on a block list |
//! | `spam@…` | 554 5.7.1: refused as spam after the data |
//! | `busy@…` | 421 4.7.0: too many connections, every time |
//! | `down@…` | no connection |
//! | `slow@…` | accepted after two seconds |
//! | `lost@…` | accepted, but the answer is lost: the message becomes unconfirmed |
//!
//! Everything else arrives at once and is reported as delivered.
//!
//! [`smtp`] is a second door to the same inbox: a mail server on loopback, with the same unruly addresses.

mod forget;
mod read;
pub mod smtp;
mod store;

use crate::email::Composer;
use async_trait::async_trait;
use base::{Clock, MessageId, Rng, WorkspaceId};
use db::{Db, Tx, Val};
use deliver::bounce::Reply;
use deliver::{Capabilities, Channel, Confirmation, Outgoing, SendOutcome, Stage};
use std::sync::Arc;
use std::time::Duration;
use store::{Kept, Store, key_of};

/// How long `slow@…` takes.
const SLOW: Duration = Duration::from_secs(2);

/// The sandbox channel and its inbox.
pub struct SandboxChannel {
    store: Store,
    composer: Composer,
}

/// What the simulated world does with an address.
#[derive(Debug, Clone, PartialEq)]
enum Fate {
    Arrives,
    Slow,
    Lost,
    NoConnection,
    Answer(Stage, Reply),
}

fn fate_of(address: &str) -> Fate {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let answer = |stage, code, text: &str| Fate::Answer(stage, Reply::new(code, text));
    match local.split('+').next().unwrap_or_default() {
        "bounce" => answer(Stage::Rcpt, 550, "5.1.1 no such user here (sandbox)"),
        "full" => answer(Stage::Rcpt, 452, "4.2.2 mailbox full (sandbox)"),
        "block" => answer(Stage::Rcpt, 550, "5.7.1 your IP address is on a blocklist (sandbox)"),
        "spam" => answer(Stage::Body, 554, "5.7.1 message rejected as spam (sandbox)"),
        "busy" => answer(Stage::Mail, 421, "4.7.0 too many connections (sandbox)"),
        "down" => Fate::NoConnection,
        "slow" => Fate::Slow,
        "lost" => Fate::Lost,
        _ => Fate::Arrives,
    }
}

impl SandboxChannel {
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self { store: Store { db, clock, rng }, composer: Composer::default() }
    }

    /// The same inbox, reached over SMTP.
    pub fn smtp(&self, links: deliver::links::Links, door: Arc<dyn smtp::Door>) -> smtp::SandboxSmtp {
        smtp::SandboxSmtp::new(self.store.clone(), links, door)
    }
}

#[async_trait]
impl Channel for SandboxChannel {
    fn name(&self) -> &'static str {
        deliver::sender::SANDBOX
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { batches: true, idempotent: true }
    }

    async fn send(&self, message: &Outgoing) -> SendOutcome {
        let answers = self.send_batch(std::slice::from_ref(message)).await;
        answers.into_iter().next().unwrap_or(SendOutcome::Ambiguous { detail: "the sandbox gave no answer".into() })
    }

    async fn send_batch(&self, messages: &[Outgoing]) -> Vec<SendOutcome> {
        let mut kept = Vec::with_capacity(messages.len());
        let mut outcomes = Vec::with_capacity(messages.len());
        for (index, message) in messages.iter().enumerate() {
            let fate = fate_of(&message.to);
            outcomes.push(match fate {
                Fate::Answer(stage, reply) if reply.code >= 500 => SendOutcome::Refused { stage, reply },
                Fate::Answer(stage, reply) => SendOutcome::Deferred { stage, reply },
                Fate::NoConnection => SendOutcome::NotHandedOver { detail: "no connection (sandbox)".into() },
                Fate::Arrives | Fate::Slow | Fate::Lost => match self.composer.compose(message) {
                    Ok(raw) => {
                        kept.push((index, raw));
                        if fate == Fate::Slow {
                            tokio::time::sleep(SLOW).await;
                        }
                        if fate == Fate::Lost {
                            SendOutcome::Ambiguous { detail: "the answer was lost (sandbox)".into() }
                        } else {
                            SendOutcome::Accepted { provider_ref: None, delivered: true }
                        }
                    }
                    Err(detail) => SendOutcome::NotHandedOver { detail },
                },
            });
        }
        let (indexes, batch): (Vec<usize>, Vec<Kept>) =
            kept.into_iter().map(|(index, raw)| (index, kept_of(&messages[index], raw))).unzip();
        if !batch.is_empty()
            && let Err(error) = self.store.keep(&batch).await
        {
            // The transaction was rolled back, or its answer was lost; the key makes trying again safe.
            for index in indexes {
                outcomes[index] = SendOutcome::NotHandedOver { detail: format!("the sandbox cannot keep it: {error}") };
            }
        }
        outcomes
    }

    async fn confirm(&self, workspace: WorkspaceId, key: MessageId) -> Confirmation {
        let sql = "SELECT 1 AS found FROM sandbox_message WHERE workspace_id = $1 AND message_id = $2";
        match self.store.db.query_one(sql, &[workspace.into(), key_of(key)]).await {
            Ok(Some(_)) => Confirmation::Sent,
            Ok(None) => Confirmation::NotSent,
            Err(_) => Confirmation::Unknown,
        }
    }

    async fn forget(&self, tx: &mut Tx, workspace: WorkspaceId, keys: &[MessageId]) -> db::Result<()> {
        for chunk in keys.chunks(tx.chunk()) {
            let sql = format!(
                "DELETE FROM sandbox_message WHERE workspace_id = $1 AND message_id IN {}",
                db::in_list(2, chunk.len())
            );
            let args: Vec<Val> =
                std::iter::once(workspace.into()).chain(chunk.iter().map(|key| key_of(*key))).collect();
            tx.execute(&sql, &args).await?;
        }
        Ok(())
    }
}

fn kept_of(message: &Outgoing, raw: Vec<u8>) -> Kept {
    Kept {
        workspace: message.workspace,
        message: message.key,
        campaign: message.campaign.clone(),
        from: message.from_email.clone(),
        to: message.to.clone(),
        subject: message.subject.clone(),
        raw,
    }
}

#[cfg(test)]
mod tests;

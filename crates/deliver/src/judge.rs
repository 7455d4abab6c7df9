//! What an answer means for the message it belongs to: retry, bounce, failure or an open question. Pure.

use crate::bounce::{BounceKind, Reply, classify};
use crate::limits::RetryPolicy;
use crate::model::{Claimed, RowOutcome};
use crate::ports::{SendOutcome, Stage};
use base::Timestamp;

/// What the answer says about the destinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// The relay and the recipient's domain work.
    Fine,
    /// The recipient's domain asks for patience.
    DomainFailed,
    /// The relay cannot be used at all.
    RelayFailed,
}

/// `chance` (64 random bits) spreads the retries.
pub fn judge(
    row: &Claimed,
    outcome: SendOutcome,
    policy: &RetryPolicy,
    chance: u64,
    now: Timestamp,
) -> (RowOutcome, Health) {
    let wait = policy.wait_ms(row.attempt, chance);
    match outcome {
        SendOutcome::Accepted { provider_ref, delivered } => {
            (RowOutcome::Sent { delivered, provider_ref }, Health::Fine)
        }
        // The sender was refused, not the recipient: the address is not to blame.
        SendOutcome::Refused { stage: Stage::Mail, reply } => {
            (RowOutcome::Failed { reason: reply.reason() }, Health::Fine)
        }
        SendOutcome::Refused { reply, .. } => {
            (RowOutcome::Bounced { kind: classify(&reply), reason: reply.reason() }, Health::Fine)
        }
        SendOutcome::Deferred { reply, .. } => {
            let health = if is_about_domain(&reply) { Health::DomainFailed } else { Health::Fine };
            if row.attempt >= policy.attempts_max {
                let kind = match classify(&reply) {
                    BounceKind::Hard | BounceKind::Unknown => BounceKind::Soft,
                    kind => kind,
                };
                let reason = format!("given up after {} attempts: {}", row.attempt, reply.reason());
                return (RowOutcome::Bounced { kind, reason }, health);
            }
            let reason = Some(reply.reason());
            (RowOutcome::Again { due_ms: now.ms() + wait, reason, counted: true }, health)
        }
        SendOutcome::NotHandedOver { detail } => {
            if now.ms_since(row.created) > policy.give_up_ms {
                return (RowOutcome::Failed { reason: format!("given up: {detail}") }, Health::RelayFailed);
            }
            let due_ms = now.ms() + policy.wait_ms(1, chance);
            (RowOutcome::Again { due_ms, reason: Some(detail), counted: false }, Health::RelayFailed)
        }
        SendOutcome::Ambiguous { detail } => (RowOutcome::Unconfirmed { reason: detail }, Health::Fine),
    }
}

/// A full mailbox is the recipient's own trouble; 421, server trouble and "you are too fast" are the domain's.
fn is_about_domain(reply: &Reply) -> bool {
    match reply.enhanced {
        Some((_, 3 | 4 | 7, _)) => true,
        Some(_) => false,
        None => reply.code == 421 || classify(reply) == BounceKind::Block,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{MessageId, ProfileId, WorkspaceId};

    fn row(attempt: u32) -> Claimed {
        Claimed {
            topic: None,
            workspace: WorkspaceId::new(1),
            id: MessageId::derived("a"),
            campaign: "cmp_1".into(),
            profile: ProfileId::new(1),
            channel: "email".into(),
            address: "a@b.example".into(),
            attempt,
            created: Timestamp::from_ms(0),
        }
    }

    #[track_caller]
    fn check(attempt: u32, outcome: SendOutcome, expected: &str) {
        let (outcome, health) = judge(&row(attempt), outcome, &RetryPolicy::default(), 0, Timestamp::from_ms(1_000));
        let words = match &outcome {
            RowOutcome::Again { counted, .. } => format!("again counted={counted}"),
            RowOutcome::Bounced { kind, .. } => format!("bounced {}", kind.name()),
            other => other.state().name().to_owned(),
        };
        assert_eq!(format!("{words}, {health:?}"), expected);
    }

    #[test]
    fn the_class_of_an_answer_decides_and_only_for_its_own_message() {
        let reply = |code, text: &str| Reply::new(code, text);
        check(
            1,
            SendOutcome::Refused { stage: Stage::Rcpt, reply: reply(550, "5.1.1 no such user") },
            "bounced hard, Fine",
        );
        check(1, SendOutcome::Refused { stage: Stage::Body, reply: reply(554, "5.7.1 spam") }, "bounced policy, Fine");
        check(1, SendOutcome::Refused { stage: Stage::Mail, reply: reply(550, "5.7.1 not you") }, "failed, Fine");
        check(
            1,
            SendOutcome::Deferred { stage: Stage::Rcpt, reply: reply(452, "4.2.2 full") },
            "again counted=true, Fine",
        );
        check(
            1,
            SendOutcome::Deferred { stage: Stage::Data, reply: reply(421, "4.7.0 slow down") },
            "again counted=true, DomainFailed",
        );
        check(7, SendOutcome::Deferred { stage: Stage::Rcpt, reply: reply(452, "4.2.2 full") }, "bounced soft, Fine");
        check(1, SendOutcome::NotHandedOver { detail: "refused".into() }, "again counted=false, RelayFailed");
        check(1, SendOutcome::Ambiguous { detail: "time-out after the data".into() }, "unconfirmed, Fine");
        let delivered = SendOutcome::Accepted { provider_ref: None, delivered: true };
        check(1, delivered, "delivered, Fine");
    }

    #[test]
    fn what_cannot_be_handed_over_for_days_is_given_up() {
        let late = Timestamp::from_ms(RetryPolicy::default().give_up_ms + 1);
        let (outcome, _) =
            judge(&row(1), SendOutcome::NotHandedOver { detail: "no route".into() }, &RetryPolicy::default(), 0, late);
        assert_eq!(outcome, RowOutcome::Failed { reason: "given up: no route".into() });
    }
}

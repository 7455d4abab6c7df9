//! The second half: rates, the journal, the channel, and what its answer means.

use super::{NOT_NOW_MS, feed::Ready};
use crate::judge::{Health, judge};
use crate::limits::{Admission, SLEEP_MS_MAX};
use crate::model::{Claimed, Recorded, RowOutcome};
use crate::nodes::{Fence, Pass};
use crate::ports::{Outgoing, SendOutcome};
use crate::sender::Sender;
use crate::service::Deliver;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};

pub(crate) async fn hand_all(
    deliver: Deliver,
    ready: Arc<Mutex<mpsc::Receiver<Ready>>>,
    record: mpsc::Sender<Vec<Recorded>>,
    fence: Fence,
    stop: watch::Receiver<bool>,
) {
    loop {
        let Some(batch) = ready.lock().await.recv().await else { return };
        let stopping = *stop.borrow();
        let outcomes = hand(&deliver, &fence, batch, stopping).await;
        if record.send(outcomes).await.is_err() {
            return;
        }
    }
}

/// Hands one batch over. Rows that may not go now come back as `Again`.
async fn hand(deliver: &Deliver, fence: &Fence, batch: Ready, stopping: bool) -> Vec<Recorded> {
    let mut done = Vec::with_capacity(batch.messages.len());
    let mut admitted = Vec::with_capacity(batch.messages.len());
    for (row, message) in batch.messages {
        let not_before = if stopping || deliver.is_halted(row.workspace, &row.campaign) {
            Some(deliver.now().ms())
        } else {
            admit(deliver, &batch.sender, &row).await
        };
        match not_before {
            None => admitted.push((row, message)),
            Some(due_ms) => {
                done.push(deliver.recorded(row, RowOutcome::Again { due_ms, reason: None, counted: false }))
            }
        }
    }
    let (mut rows, mut messages) = (Vec::with_capacity(admitted.len()), Vec::with_capacity(admitted.len()));
    let keys: Vec<_> = admitted.iter().map(|(row, _)| (row.workspace, row.id, row.attempt)).collect();
    for ((row, message), pass) in admitted.into_iter().zip(fence.pass_all(&keys).await) {
        match pass {
            Pass::Ours => {
                rows.push(row);
                messages.push(message);
            }
            Pass::NotOurs => tracing::debug!(message = %row.id, "another node took this message over"),
            Pass::Unknown => {
                let due_ms = deliver.now().ms() + NOT_NOW_MS;
                done.push(deliver.recorded(row, RowOutcome::Again { due_ms, reason: None, counted: false }));
            }
        }
    }
    if rows.is_empty() {
        return done;
    }
    let keys: Vec<_> = rows.iter().map(|row| (row.workspace, row.id, row.attempt)).collect();
    if let Err(error) = deliver.journal().begin(&keys) {
        tracing::error!(%error, "nothing is handed over while the journal cannot be written");
        let due_ms = deliver.now().ms() + NOT_NOW_MS;
        let again = RowOutcome::Again { due_ms, reason: Some(error.to_string()), counted: false };
        done.extend(rows.into_iter().map(|row| deliver.recorded(row, again.clone())));
        return done;
    }
    let answers = send(&batch.channel, &messages).await;
    for (row, answer) in rows.into_iter().zip(answers) {
        let outcome = settle(deliver, &batch.sender, &row, answer);
        if let Err(error) = deliver.journal().done(&(row.workspace, row.id, row.attempt), &outcome) {
            // The row is recorded in SQL a moment later; killed before that, it counts as unconfirmed.
            tracing::error!(%error, "an answer could not be written to the journal");
        }
        done.push(deliver.recorded(row, outcome));
    }
    done
}

async fn send(channel: &Arc<dyn crate::Channel>, messages: &[Outgoing]) -> Vec<SendOutcome> {
    let mut answers =
        if let [message] = messages { vec![channel.send(message).await] } else { channel.send_batch(messages).await };
    // A channel that answers too little has not told what became of the rest.
    answers.resize_with(messages.len(), || SendOutcome::Ambiguous { detail: "the channel gave no answer".into() });
    answers
}

/// None: go. Sleeps off short waits; a longer one is the time to come back.
async fn admit(deliver: &Deliver, sender: &Sender, row: &Claimed) -> Option<i64> {
    let smtp = sender.smtp.as_ref().filter(|_| sender.channel == crate::sender::SMTP)?;
    let domain = row.domain();
    let domain_rate =
        smtp.per_domain_rate.get(&domain).or_else(|| smtp.per_domain_rate.get("*")).copied().unwrap_or(0.0);
    // The domain first: a message that has to wait for its domain must not use up the relay's rate.
    for (destination, rate) in [(domain.clone(), domain_rate), (relay_name(sender), smtp.rate_per_second)] {
        let mut waited = 0;
        loop {
            let now = deliver.now().ms();
            let at = match deliver.limits().lock().admit(&destination, rate, now) {
                Admission::Now => break,
                Admission::At(at) => at,
            };
            if at - now > SLEEP_MS_MAX || waited > SLEEP_MS_MAX {
                if destination != domain {
                    deliver.limits().lock().abandoned(&domain);
                }
                return Some(at);
            }
            waited += at - now;
            tokio::time::sleep(std::time::Duration::from_millis((at - now).max(1) as u64)).await;
        }
    }
    None
}

fn relay_name(sender: &Sender) -> String {
    sender.smtp.as_ref().map_or_else(String::new, |smtp| format!("relay {}:{}", smtp.host, smtp.port))
}

fn settle(deliver: &Deliver, sender: &Sender, row: &Claimed, answer: SendOutcome) -> RowOutcome {
    let now = deliver.now();
    let (mut outcome, health) = judge(row, answer, &deliver.config().retry, deliver.rng().next_u64(), now);
    let (relay, domain) = (relay_name(sender), row.domain());
    let mut limits = deliver.limits().lock();
    match health {
        Health::Fine => {
            limits.answered(&relay);
            limits.answered(&domain);
        }
        Health::DomainFailed => {
            limits.answered(&relay);
            limits.failed(&domain, now.ms());
        }
        Health::RelayFailed => {
            limits.abandoned(&domain);
            let open_until = limits.failed(&relay, now.ms());
            if let (Some(until), RowOutcome::Again { due_ms, .. }) = (open_until, &mut outcome) {
                *due_ms = (*due_ms).max(until);
            }
        }
    }
    outcome
}

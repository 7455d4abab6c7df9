//! The first half: claim, ask the gate, render, track.

use super::{CHANNEL_BATCH, CLAIM_ROWS, NOT_NOW_MS};
use crate::links::{rewrite_html, rewrite_text};
use crate::model::{Claimed, Recorded, RowOutcome, RunState, SERVICE};
use crate::ports::{Asked, Channel, GateAnswer, Outgoing, RenderedMessage};
use crate::sender::Sender;
use crate::service::Deliver;
use crate::store;
use base::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};

/// One handover: a single message, or a batch for a channel that takes batches.
pub(crate) struct Ready {
    pub channel: Arc<dyn Channel>,
    pub sender: Arc<Sender>,
    pub messages: Vec<(Claimed, Outgoing)>,
}

/// Claims due rows of running campaigns, one batch of each in turn, so that a large one does not hold up a small one.
pub(crate) async fn claim_all(deliver: Deliver, claims: mpsc::Sender<Vec<Claimed>>, mut stop: watch::Receiver<bool>) {
    loop {
        if *stop.borrow() {
            return;
        }
        let claimed_any = match claim_round(&deliver, &claims, &stop).await {
            Ok(any) => any,
            Err(error) => {
                tracing::warn!(%error, "no messages can be claimed now");
                false
            }
        };
        if claimed_any {
            continue;
        }
        let idle = std::time::Duration::from_millis(deliver.config().poll_ms);
        tokio::select! {
            changed = stop.changed() => if changed.is_err() { return },
            () = deliver.woken() => {}
            () = tokio::time::sleep(idle) => {}
        }
    }
}

async fn claim_round(
    deliver: &Deliver,
    claims: &mpsc::Sender<Vec<Claimed>>,
    stop: &watch::Receiver<bool>,
) -> db::Result<bool> {
    let mut any = false;
    for (workspace, campaign, state) in store::active_runs(deliver.db()).await? {
        if *stop.borrow() {
            return Ok(any);
        }
        let now = deliver.now();
        // Look before taking the writer: most rounds of a campaign that waits for retries find nothing.
        match store::next_due(deliver.db(), workspace, &campaign).await? {
            None => {
                store::mark_done(deliver.db(), workspace, &campaign, state, now).await?;
                continue;
            }
            Some(_) if state == RunState::Cancelled => {
                any |= deliver.skip_cancelled(workspace, &campaign).await? > 0;
                continue;
            }
            Some(due) if due > now => continue,
            Some(_) => {}
        }
        let rows = store::claim(deliver.db(), workspace, &campaign, deliver.node(), now, CLAIM_ROWS).await?;
        if !rows.is_empty() {
            any = true;
            if claims.send(rows).await.is_err() {
                return Ok(false);
            }
        }
    }
    Ok(any)
}

/// Takes claimed batches until there are no more.
pub(crate) async fn prepare_all(
    deliver: Deliver,
    claims: Arc<Mutex<mpsc::Receiver<Vec<Claimed>>>>,
    ready: mpsc::Sender<Ready>,
    record: mpsc::Sender<Vec<Recorded>>,
) {
    loop {
        let Some(rows) = claims.lock().await.recv().await else { return };
        let mut settled = Vec::new();
        match prepare(&deliver, &rows, &mut settled).await {
            Ok(batches) => {
                for batch in batches {
                    if ready.send(batch).await.is_err() {
                        return;
                    }
                }
            }
            Err(problem) => {
                tracing::warn!(code = problem.code, detail = %problem.detail, "a batch cannot be prepared now");
                let due_ms = deliver.now().ms() + NOT_NOW_MS;
                settled.clear();
                let again = RowOutcome::Again { due_ms, reason: Some(problem.detail), counted: false };
                settled.extend(rows.into_iter().map(|row| deliver.recorded(row, again.clone())));
            }
        }
        if !settled.is_empty() && record.send(settled).await.is_err() {
            return;
        }
    }
}

/// All rows of a batch are of one campaign. Rows that will not be sent go to `settled`.
async fn prepare(deliver: &Deliver, rows: &[Claimed], settled: &mut Vec<Recorded>) -> Result<Vec<Ready>, Problem> {
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let workspace = first.workspace;
    let sender = deliver.senders().get(workspace).await?;
    let channel = deliver.channel(&sender.channel)?;
    let allowed = ask(deliver, rows, settled).await?;
    let requests: Vec<_> = allowed.iter().map(|row| deliver.render_request(row)).collect();
    let rendered = deliver.renderer().render(workspace, &first.campaign, &requests).await?;
    if rendered.len() != requests.len() {
        return Err(Problem::internal(format!("{} messages rendered of {}", rendered.len(), requests.len())));
    }
    let mut messages = Vec::with_capacity(allowed.len());
    for ((row, request), result) in allowed.into_iter().zip(&requests).zip(rendered) {
        match result {
            Ok(rendered) => {
                let outgoing = outgoing(deliver, &row, &sender, rendered, &request.unsubscribe_url);
                messages.push((row, outgoing));
            }
            Err(failure) => settled.push(deliver.recorded(row, RowOutcome::Failed { reason: failure.reason })),
        }
    }
    let size = if channel.capabilities().batches { CHANNEL_BATCH } else { 1 };
    let mut batches = Vec::with_capacity(messages.len().div_ceil(size));
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        let messages = messages.by_ref().take(size).collect();
        batches.push(Ready { channel: channel.clone(), sender: sender.clone(), messages });
    }
    Ok(batches)
}

/// The rows that may go out now. One question per topic: those of a campaign are nearly always about one.
async fn ask(deliver: &Deliver, rows: &[Claimed], settled: &mut Vec<Recorded>) -> Result<Vec<Claimed>, Problem> {
    let mut by_topic: BTreeMap<(&str, Option<&str>), Vec<&Claimed>> = BTreeMap::new();
    for row in rows {
        by_topic.entry((&row.channel, row.topic.as_deref())).or_default().push(row);
    }
    let mut allowed = Vec::with_capacity(rows.len());
    for ((channel, topic), rows) in by_topic {
        let Some(first) = rows.first() else { continue };
        let asked = Asked { channel, campaign: &first.campaign, topic };
        let recipients: Vec<_> = rows.iter().map(|row| (row.profile, row.address.clone())).collect();
        let answers = deliver.gate().check(first.workspace, asked, &recipients).await?;
        if answers.len() != rows.len() {
            let detail = format!("the gate gave {} answers to {} questions", answers.len(), rows.len());
            return Err(Problem::internal(detail));
        }
        for (row, answer) in rows.into_iter().zip(answers) {
            match answer {
                GateAnswer::Allow => allowed.push(row.clone()),
                GateAnswer::Skip(reason) => settled.push(deliver.recorded(row.clone(), RowOutcome::Skipped { reason })),
            }
        }
    }
    Ok(allowed)
}

/// Makes the message a channel gets: tracked links, the sender's defaults, the signed reference.
pub(crate) fn outgoing(
    deliver: &Deliver,
    row: &Claimed,
    sender: &Arc<Sender>,
    rendered: RenderedMessage,
    unsubscribe_url: &str,
) -> Outgoing {
    let links = deliver.links();
    let utm = rendered.utm.as_ref();
    let is_service = row.campaign == SERVICE;
    let or = |own: String, default: &str| if own.is_empty() { default.to_owned() } else { own };
    Outgoing {
        workspace: row.workspace,
        key: row.id,
        campaign: row.campaign.clone(),
        to: row.address.clone(),
        from_name: or(rendered.from_name, &sender.from_name),
        from_email: or(rendered.from_email, &sender.from_email),
        reply_to: or(rendered.reply_to, &sender.reply_to),
        subject: rendered.subject,
        html: rendered
            .html
            .map(|html| if is_service { html } else { rewrite_html(links, row.workspace, row.id, &html, utm).html }),
        text: if is_service { rendered.text } else { rewrite_text(links, row.workspace, row.id, &rendered.text, utm) },
        unsubscribe_url: (!is_service).then(|| unsubscribe_url.to_owned()),
        reference: links.reference(row.workspace, row.id),
        sender: sender.clone(),
        at: deliver.now(),
    }
}

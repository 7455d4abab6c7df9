//! Whose mail it is, and keeping it: many sessions share one transaction.

use super::super::store::{Kept, Store};
use super::super::{Fate, fate_of};
use super::Door;
use super::dialogue::{Received, Taker};
use async_trait::async_trait;
use base::{MessageId, WorkspaceId};
use deliver::links::Links;
use mail_parser::{Message, MessageParser};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Mails kept in one transaction at most, and mails that wait for the transaction before.
const BATCH_MAX: usize = 200;
const WAITING_MAX: usize = 256;
/// Longest subject and address that are listed; the raw mail has all of it.
const LISTED_CHARS_MAX: usize = 500;

type Job = (Vec<Kept>, oneshot::Sender<bool>);

/// Takes mail for the sandbox inbox.
pub(super) struct Mailbox {
    store: Store,
    links: Links,
    door: Arc<dyn Door>,
    jobs: mpsc::Sender<Job>,
}

impl Mailbox {
    /// The mailbox and the task that writes for it; the task ends when the mailbox is dropped.
    pub fn open(store: Store, links: Links, door: Arc<dyn Door>) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let keeper = keep_all(store.clone(), waiting);
        (Self { store, links, door, jobs }, keeper)
    }

    /// The message of ours that this mail is, by its signed reference.
    fn reference(&self, received: &Received, mail: Option<&Message<'_>>) -> Option<(WorkspaceId, MessageId)> {
        let of_path = self.links.read_reference(&received.from);
        of_path.or_else(|| self.links.read_reference(mail?.message_id()?))
    }

    async fn rows(&self, received: Received) -> Result<Vec<Kept>, Refused> {
        let mail = MessageParser::default().parse_headers(&received.raw);
        let ours = self.reference(&received, mail.as_ref());
        let ours = ours.filter(|(workspace, _)| received.login.is_none_or(|login| login == *workspace));
        let workspace = match (received.login, ours) {
            (Some(login), _) => login,
            (None, Some((workspace, _))) => workspace,
            (None, None) => self.door.only_workspace().await.ok_or(Refused::Nobodys)?,
        };
        let campaign = match (ours, &mail) {
            (Some(_), Some(mail)) => mail.header_raw("Feedback-ID").unwrap_or_default().trim(),
            _ => "",
        };
        let campaign = campaign.split(':').next().unwrap_or_default().to_owned();
        let subject = listed(mail.as_ref().and_then(|mail| mail.subject()).unwrap_or_default());
        let from = mail.as_ref().and_then(|mail| mail.from()?.first()?.address());
        let from = listed(from.filter(|from| !from.is_empty()).unwrap_or(&received.from));
        let mut recipients = received.to.into_iter().peekable();
        let mut rows = Vec::with_capacity(recipients.len());
        let mut message = ours.map(|(_, message)| message);
        while let Some(to) = recipients.next() {
            // The last recipient gets the bytes themselves.
            let raw = if recipients.peek().is_some() { received.raw.clone() } else { Vec::new() };
            rows.push(Kept {
                workspace,
                message: message.take().unwrap_or_else(|| self.store.new_message()),
                campaign: campaign.clone(),
                from: from.clone(),
                to: listed(&to),
                subject: subject.clone(),
                raw,
            });
        }
        drop(mail);
        if let Some(last) = rows.last_mut() {
            last.raw = received.raw;
        }
        Ok(rows)
    }
}

enum Refused {
    /// Nothing says whose mail it is.
    Nobodys,
}

#[async_trait]
impl Taker for Mailbox {
    async fn log_in(&self, password: &str) -> Option<WorkspaceId> {
        self.door.workspace_of_key(password).await
    }

    fn fate(&self, to: &str) -> Fate {
        fate_of(to)
    }

    async fn take(&self, received: Received) -> Result<(), &'static str> {
        const NOT_NOW: &str = "451 4.3.0 the sandbox cannot keep it now";
        let rows = self.rows(received).await.map_err(
            |Refused::Nobodys| "550 5.7.1 nothing says whose mail this is: log in, the password is an API key",
        )?;
        let (done, kept) = oneshot::channel();
        self.jobs.send((rows, done)).await.map_err(|_| NOT_NOW)?;
        if kept.await.unwrap_or(false) { Ok(()) } else { Err(NOT_NOW) }
    }
}

/// One transaction after the other, each with everything that came during the one before.
async fn keep_all(store: Store, mut jobs: mpsc::Receiver<Job>) {
    while let Some((mut rows, done)) = jobs.recv().await {
        let mut waiting = vec![done];
        while rows.len() < BATCH_MAX
            && let Ok((more, done)) = jobs.try_recv()
        {
            rows.extend(more);
            waiting.push(done);
        }
        let kept = store.keep(&rows).await;
        if let Err(error) = &kept {
            tracing::warn!(%error, "the sandbox cannot keep mail");
        }
        for done in waiting {
            // Whoever went away does not want to know.
            let _ = done.send(kept.is_ok());
        }
    }
}

fn listed(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LISTED_CHARS_MAX).collect()
}

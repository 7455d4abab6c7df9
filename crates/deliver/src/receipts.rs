//! What comes back later: bounces and complaints by mail, unsubscribing, and the view in the browser.
//!
//! Everything here is durable before it is answered: the row and the event are one transaction.

use crate::bounce::{BounceKind, BounceReport, BouncedRecipient};
use crate::emit::{About, bounced, event};
use crate::error::{DeliverError, Result};
use crate::guard;
use crate::links::{LinkKind, rewrite_html};
use crate::model::{Claimed, RowOutcome};
use crate::service::Deliver;
use crate::store::{self, MessageRow};
use base::{MessageId, ProfileId, Timestamp, WorkspaceId};
use events::{SystemEvent, names};

/// What was done about one recipient of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct BounceResult {
    pub address: String,
    pub kind: BounceKind,
    /// What the server said.
    pub status: String,
    pub action: BounceAction,
    pub message: Option<MessageId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BounceAction {
    /// The message is marked, and the event tells `consent`.
    Recorded,
    /// Known already, or the message had moved on.
    Nothing,
    /// The report names no message of this workspace.
    NoMessage,
    /// The server goes on trying.
    Waiting,
}

impl BounceAction {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Nothing => "nothing",
            Self::NoMessage => "no_message",
            Self::Waiting => "waiting",
        }
    }
}

/// What somebody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The topic of the message, on its channel; the channel when it has none.
    Topic,
    /// Everything on the channel.
    Channel,
}

/// Who got a message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageOf {
    pub workspace: WorkspaceId,
    /// None: a test message; nobody got it.
    pub profile: Option<ProfileId>,
    pub channel: String,
    pub address: String,
}

/// Who unsubscribes.
#[derive(Debug, Clone, PartialEq)]
pub struct UnsubscribePage {
    pub workspace: WorkspaceId,
    pub message: MessageId,
    /// What the message was about.
    pub topic: Option<String>,
    pub address: String,
    /// None: a test message; there is nobody to unsubscribe.
    pub campaign: Option<String>,
    /// The sender, for the page's title.
    pub from_name: String,
}

impl Deliver {
    /// Takes a mail that came to the bounce address. The return path (or the Message-ID in it) names our message; a
    /// report that names none of this workspace changes nothing: anybody can write such a mail.
    pub async fn take_bounce_mail(&self, workspace: WorkspaceId, raw: &[u8]) -> Result<Vec<BounceResult>> {
        let report = self.mail().read_bounce(raw).map_err(DeliverError::NotABounce)?;
        let message = self.message_of_report(workspace, &report);
        let row = match message {
            Some(id) => store::message(self.db(), workspace, id).await?,
            None => None,
        };
        let mut results = Vec::with_capacity(report.recipients.len());
        for recipient in &report.recipients {
            let action = match &row {
                _ if recipient.still_trying => BounceAction::Waiting,
                None => BounceAction::NoMessage,
                Some(row) => self.apply_bounce(workspace, row, recipient).await?,
            };
            results.push(BounceResult {
                address: recipient.address.clone(),
                kind: recipient.kind,
                status: recipient.reply.reason(),
                action,
                message: row.as_ref().map(|row| row.id),
            });
        }
        Ok(results)
    }

    fn message_of_report(&self, workspace: WorkspaceId, report: &BounceReport) -> Option<MessageId> {
        report
            .returned_to
            .iter()
            .map(String::as_str)
            .chain(report.original_message_id.as_deref())
            .filter_map(|text| self.links().read_reference(text))
            .find_map(|(of, message)| (of == workspace).then_some(message))
    }

    async fn apply_bounce(
        &self,
        workspace: WorkspaceId,
        row: &MessageRow,
        recipient: &BouncedRecipient,
    ) -> Result<BounceAction> {
        let now = self.now();
        let about = About::from_row(workspace, row);
        let mut tx = self.db().begin().await?;
        let mut halted = None;
        let event = match recipient.kind {
            BounceKind::AutoReply => return Ok(BounceAction::Nothing),
            BounceKind::Complaint => {
                if !store::mark_once(&mut tx, workspace, row.id, "complained_ms", now).await? {
                    return Ok(BounceAction::Nothing);
                }
                event(&about, names::EMAIL_MARKED_AS_SPAM, "email_complaint", now).with("address", row.address.as_str())
            }
            kind => {
                let (outcome, event) = if recipient.delivered {
                    let sent = RowOutcome::Sent { delivered: true, provider_ref: None };
                    (sent, event(&about, names::EMAIL_DELIVERED, "email_delivered", now))
                } else {
                    let reason = recipient.reply.reason();
                    let event = bounced(&about, kind, &reason, now);
                    (RowOutcome::Bounced { kind, reason }, event)
                };
                if !store::receipt(&mut tx, workspace, row.id, &outcome, now).await? {
                    return Ok(BounceAction::Nothing);
                }
                if kind == BounceKind::Hard && !recipient.delivered {
                    // It was counted as handed over when it went out.
                    let guard = &self.config().guard;
                    halted = guard::count(&mut tx, guard, workspace, &row.campaign, (0, 1), now).await?;
                }
                event
            }
        };
        self.finish(tx, &[event]).await?;
        self.halt(halted.as_slice());
        Ok(BounceAction::Recorded)
    }

    /// What the unsubscribe page shows. A GET calls only this: it never unsubscribes.
    pub async fn unsubscribe_page(&self, token: &str) -> Result<UnsubscribePage> {
        let token = self.links().verify(LinkKind::Unsubscribe, token)?;
        let row = store::message(self.db(), token.workspace, token.message).await?;
        let sender = self.senders().get(token.workspace).await?;
        Ok(UnsubscribePage {
            workspace: token.workspace,
            message: token.message,
            topic: row.as_ref().and_then(|row| row.topic.clone()),
            address: row.as_ref().map(|row| row.address.clone()).unwrap_or_default(),
            campaign: row.map(|row| row.campaign),
            from_name: sender.from_name.clone(),
        })
    }

    /// Whose preference page a link in a message shows.
    pub async fn message_of(&self, token: &str) -> Result<MessageOf> {
        let token = self.links().verify(LinkKind::Preferences, token)?;
        let row = store::message(self.db(), token.workspace, token.message).await?;
        Ok(match row {
            // Who was erased has no address here any more.
            Some(row) if !row.address.is_empty() => MessageOf {
                workspace: token.workspace,
                profile: Some(row.profile),
                channel: row.channel,
                address: row.address,
            },
            _ => {
                MessageOf { workspace: token.workspace, profile: None, channel: String::new(), address: String::new() }
            }
        })
    }

    /// Unsubscribes the recipient from what the message was about, or from marketing on its channel; durable when it
    /// returns. Repeating changes nothing.
    pub async fn unsubscribe(&self, token: &str, scope: Scope) -> Result<()> {
        self.change_consent(token, scope, true).await
    }

    /// Takes an unsubscribing back, from the page that confirmed it.
    pub async fn undo_unsubscribe(&self, token: &str, scope: Scope) -> Result<()> {
        self.change_consent(token, scope, false).await
    }

    async fn change_consent(&self, token: &str, scope: Scope, leaves: bool) -> Result<()> {
        let token = self.links().verify(LinkKind::Unsubscribe, token)?;
        let Some(row) = store::message(self.db(), token.workspace, token.message).await? else { return Ok(()) };
        let now = self.now();
        let about = About::from_row(token.workspace, &row);
        let topic = row.topic.as_deref().filter(|_| scope == Scope::Topic);
        let mut tx = self.db().begin().await?;
        // A change of mind is an event of its own each time; the time in the key tells them apart.
        let event = if leaves {
            store::mark_once(&mut tx, token.workspace, row.id, "unsubscribed_ms", now).await?;
            let left = event(&about, names::UNSUBSCRIBED, &format!("unsubscribed:{}", now.ms()), now);
            let left = left.with("method", "one_click");
            if let Some(topic) = topic { left.with("topic", topic) } else { left }
        } else {
            store::clear_unsubscribed(&mut tx, token.workspace, row.id).await?;
            let subject = topic.map_or_else(|| row.channel.clone(), |topic| format!("topic:{topic}/{}", row.channel));
            event(&about, names::CONSENT_CHANGED, &format!("resubscribed:{}", now.ms()), now)
                .with("channel", subject)
                .with("state", "subscribed")
                .with("declared", true)
                .with("method", "undo_unsubscribe")
        };
        let event = event.with("address", row.address.as_str());
        self.finish(tx, &[event]).await
    }

    async fn finish(&self, mut tx: db::Tx, events: &[SystemEvent]) -> Result<()> {
        events::emit_in_tx(&mut tx, events).await?;
        tx.commit().await?;
        self.wake_pipeline();
        Ok(())
    }

    /// The message as its recipient would see it now, for "view in browser".
    pub async fn view_in_browser(&self, token: &str) -> Result<String> {
        let token = self.links().verify(LinkKind::View, token)?;
        let row = store::message(self.db(), token.workspace, token.message).await?;
        let row = row.ok_or_else(|| DeliverError::Render("it was a test, or its recipient was erased".into()))?;
        let claimed = Claimed {
            workspace: token.workspace,
            id: row.id,
            campaign: row.campaign,
            profile: row.profile,
            channel: row.channel,
            address: row.address,
            topic: row.topic,
            attempt: 0,
            created: Timestamp::default(),
        };
        let request = self.render_request(&claimed);
        let rendered = self.renderer().render(token.workspace, &claimed.campaign, &[request]).await;
        let rendered = rendered.map_err(|problem| DeliverError::Render(problem.detail))?;
        let message = rendered
            .into_iter()
            .next()
            .ok_or_else(|| DeliverError::Render("the renderer gave nothing".into()))?
            .map_err(|failure| DeliverError::Render(failure.reason))?;
        let html = message.html.unwrap_or_else(|| format!("<pre>{}</pre>", escape(&message.text)));
        Ok(rewrite_html(self.links(), token.workspace, claimed.id, &html, message.utm.as_ref()).html)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! Reads what comes to a bounce address: delivery reports (RFC 3464), complaints (RFC 5965), and the free-text bounces of
//! servers older than both. Reading only; `deliver::bounce` judges.

mod dsn;
mod text;

use base::Timestamp;
use deliver::bounce::{BounceKind, BounceReport, BouncedRecipient, Reply};
use mail_auth::report::{Feedback, FeedbackType};
use mail_parser::{Address, Message, MessageParser, MimeHeaders};

/// Reads any of them. The error says why it is none.
pub fn read(raw: &[u8]) -> Result<BounceReport, String> {
    let message = MessageParser::default().parse(raw).ok_or("it is no mail")?;
    let mut report = BounceReport {
        returned_to: message.to().map(addresses).unwrap_or_default(),
        original_message_id: original_message_id(&message),
        recipients: Vec::new(),
        arrived_at: message.date().map(|date| Timestamp::from_ms(date.to_timestamp() * 1_000)),
    };
    for name in ["Delivered-To", "X-Original-To", "Envelope-To"] {
        if let Some(value) = message.header_raw(name) {
            report.returned_to.push(value.trim().to_owned());
        }
    }
    if let Some(complaint) = complaint(raw, &message) {
        report.recipients.push(complaint);
        return Ok(report);
    }
    if is_auto_reply(&message) {
        let address = message.from().map(addresses).unwrap_or_default().pop().unwrap_or_default();
        let reply = Reply::new(0, message.subject().unwrap_or_default());
        report.recipients.push(recipient(address, BounceKind::AutoReply, reply));
        return Ok(report);
    }
    report.recipients = dsn::read(&message);
    if report.recipients.is_empty() {
        report.recipients = text::read(&message, raw);
    }
    if report.recipients.is_empty() {
        return Err("no failed recipient is named in it".into());
    }
    Ok(report)
}

fn recipient(address: String, kind: BounceKind, reply: Reply) -> BouncedRecipient {
    BouncedRecipient { address, kind, still_trying: false, delivered: false, reply }
}

fn addresses(list: &Address<'_>) -> Vec<String> {
    list.iter().filter_map(|address| address.address()).map(str::to_owned).collect()
}

/// A complaint names its recipient, or at least carries the mail that was complained about.
fn complaint(raw: &[u8], message: &Message<'_>) -> Option<BouncedRecipient> {
    if !message.parts.iter().any(|part| part.is_content_type("message", "feedback-report")) {
        return None;
    }
    let feedback = Feedback::parse_rfc5322(raw).ok()?;
    let kind = match feedback.feedback_type() {
        FeedbackType::Abuse | FeedbackType::Fraud | FeedbackType::Virus | FeedbackType::Other => BounceKind::Complaint,
        _ => return None,
    };
    let address = feedback
        .original_rcpt_to()
        .map(|address| address.trim_matches(['<', '>', ' ']).to_owned())
        .or_else(|| original(message).and_then(|original| original.to().map(addresses)).and_then(|mut to| to.pop()))
        .unwrap_or_default();
    let reply = Reply::new(0, &format!("complaint from {}", feedback.user_agent().unwrap_or("a mailbox provider")));
    Some(recipient(address, kind, reply))
}

/// Holiday notices and other answers nobody wrote (RFC 3834); the words that say so are checked too, because old
/// programs set no header.
fn is_auto_reply(message: &Message<'_>) -> bool {
    if message.parts.iter().any(|part| part.is_content_type("message", "delivery-status")) {
        return false;
    }
    let header = |name: &str| message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
    if header("Auto-Submitted").starts_with("auto-replied")
        || header("X-Autoreply") == "yes"
        || !header("X-Autorespond").is_empty()
    {
        return !looks_like_failure(message);
    }
    let subject = message.subject().unwrap_or_default().to_lowercase();
    [
        "out of office",
        "out of the office",
        "autoreply",
        "automatic reply",
        "auto-reply",
        "on vacation",
        "abwesenheit",
        "afwezig",
        "frånvaro",
    ]
    .iter()
    .any(|words| subject.contains(words))
}

fn looks_like_failure(message: &Message<'_>) -> bool {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    ["undeliver", "failure", "failed", "returned mail", "delivery status", "rejected mail"]
        .iter()
        .any(|words| subject.contains(words))
}

/// The mail that came back, when it is attached.
fn original<'x>(message: &'x Message<'x>) -> Option<&'x Message<'x>> {
    message.parts.iter().find_map(|part| part.message())
}

fn original_message_id(message: &Message<'_>) -> Option<String> {
    if let Some(id) = original(message).and_then(|original| original.message_id()) {
        return Some(id.to_owned());
    }
    // Only its headers, or quoted in the text.
    message.parts.iter().filter_map(|part| part.text_contents()).find_map(|text| {
        let line = text.lines().find(|line| line.trim_start().to_ascii_lowercase().starts_with("message-id:"))?;
        let id = line.split_once(':')?.1.trim().trim_matches(['<', '>']);
        (!id.is_empty()).then(|| id.to_owned())
    })
}

#[cfg(test)]
mod tests;

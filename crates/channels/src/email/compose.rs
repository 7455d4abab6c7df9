//! An outgoing message as RFC 5322 bytes.
//!
//! The Message-ID is the signed reference of the message, so that a repeated handover is recognisable and a report that
//! quotes it names its message. Control characters never reach a header.

use deliver::Outgoing;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;

/// Longest subject in characters; longer ones are cut, as every client does.
const SUBJECT_CHARS_MAX: usize = 500;

/// Characters of the reference in a boundary, which may be 70 long in all (RFC 2046, 5.1.1).
const BOUNDARY_REFERENCE_CHARS: usize = 40;

/// Makes the message, unsigned.
pub fn compose(message: &Outgoing) -> Vec<u8> {
    let sender = &message.sender;
    let mut builder = MessageBuilder::new()
        .header("From", address(&message.from_name, &message.from_email))
        .header("To", address("", &message.to))
        .subject(clean(&message.subject).chars().take(SUBJECT_CHARS_MAX).collect::<String>())
        .date(Date { date: message.at.ms().div_euclid(1_000) })
        .message_id(format!("{}@{}", word(&message.reference), word(sender.domain())));
    if !message.reply_to.is_empty() {
        builder = builder.header("Reply-To", address("", &message.reply_to));
    }
    if let Some(url) = &message.unsubscribe_url {
        let url: String = url.chars().filter(|c| c.is_ascii_graphic() && *c != '<' && *c != '>').collect();
        builder = builder
            .header("List-Unsubscribe", Raw::new(format!("<{url}>")))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"))
            .header("Feedback-ID", Raw::new(feedback_id(message)));
    }
    builder = match &message.html {
        None => builder.text_body(message.text.as_str()),
        Some(html) => builder.body(alternatives(message, html)),
    };
    builder.write_to_vec().unwrap_or_default()
}

/// The plain text and the HTML, as two ways to read the same (RFC 2046, 5.1.4).
fn alternatives<'x>(message: &'x Outgoing, html: &'x str) -> MimePart<'x> {
    let content_type = ContentType::new("multipart/alternative").attribute("boundary", boundary(message, html));
    MimePart::new(
        content_type,
        vec![MimePart::new("text/plain", message.text.as_str()), MimePart::new("text/html", html)],
    )
}

/// The line between the parts: the same for the same message, so that a repeated handover is the same bytes, and found
/// in neither part. `=_` cannot stand in a quoted-printable or base64 part (RFC 2045, 6.7); a part sent as it is may hold
/// anything.
fn boundary(message: &Outgoing, html: &str) -> String {
    let reference: String = word(&message.reference).chars().take(BOUNDARY_REFERENCE_CHARS).collect();
    (0_u64..)
        .map(|count| format!("=_{count:x}_{reference}"))
        .find(|boundary| !message.text.contains(boundary.as_str()) && !html.contains(boundary.as_str()))
        .unwrap_or_default()
}

/// `campaign:workspace:email:tutti`: what mailbox providers group complaints by.
fn feedback_id(message: &Outgoing) -> String {
    format!("{}:{}:email:tutti", word(&message.campaign), word(&message.workspace.to_string()))
}

/// Letters, digits, `_`, `-` and `.`: mail-builder writes Message-IDs and raw headers as they are.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || ['_', '-', '.'].contains(c)).collect()
}

fn address<'x>(name: &str, email: &str) -> Address<'x> {
    let name = clean(name);
    let email = ascii_address(email).unwrap_or_else(|_| clean(email).replace(['<', '>', ' '], ""));
    Address::new_address((!name.is_empty()).then_some(name), email)
}

/// The address with its domain in ASCII (Punycode), as it goes into headers and envelope.
pub fn ascii_address(address: &str) -> Result<String, String> {
    if !deliver::sender::is_address(address) {
        return Err("the address is not one that mail can be sent to".into());
    }
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    match url::Host::parse(domain) {
        Ok(host) => Ok(format!("{local}@{host}")),
        Err(error) => Err(format!("the domain cannot be resolved: {error}")),
    }
}

/// One line without control characters: nothing in it can start another header.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

//! What is wrong with a message, and what could be better. Pure.

use crate::merge::WorkspaceMerge;
use crate::{EmailMessage, footer};
use base::Json;
use serde::{Deserialize, Serialize};
use template::email::{CompiledEmail, RenderedEmail};

/// Gmail cuts a message here and hides the unsubscribe link with the rest.
const CLIPPED_FROM_BYTES: usize = 102 * 1024;
/// Phones show about this much of a subject.
const SUBJECT_SHOWN_CHARS: usize = 60;
/// Inboxes show about this much after the subject.
const PREHEADER_SHOWN_CHARS: usize = 140;
/// Warnings of the template room that say the same as a check here, or that the footer answers.
const SAID_HERE: &[&str] = &["no_subject", "long_subject", "no_unsubscribe_link", "too_large"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The message cannot be sent.
    Blocking,
    Advice,
}

/// One finding. `code` is stable, for programs; `detail` says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCheck {
    pub code: String,
    pub severity: Severity,
    pub detail: String,
}

impl MessageCheck {
    pub(crate) fn blocking(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), severity: Severity::Blocking, detail: detail.into() }
    }
    pub(crate) fn advice(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.into(), severity: Severity::Advice, detail: detail.into() }
    }
}

/// What can be seen in the text alone.
pub(crate) fn of_message(message: &EmailMessage) -> Vec<MessageCheck> {
    let mut out = Vec::new();
    if message.subject.trim().is_empty() {
        out.push(MessageCheck::blocking("empty_subject", "write a subject"));
    }
    if message.body.trim().is_empty() {
        out.push(MessageCheck::blocking("empty_body", "write the message"));
    }
    if message.preheader.trim().is_empty() && !message.body.contains("<mj-preview") {
        let detail = "without a preheader, inboxes show the first words of the body after the subject";
        out.push(MessageCheck::advice("no_preheader", detail));
    }
    if footer::needed(&message.source()) {
        let detail = "the message does not place {{ unsubscribe_url }}, so a footer with an unsubscribe link is added";
        out.push(MessageCheck::advice("footer_added", detail));
    }
    out
}

/// What compiling found.
pub(crate) fn of_compiled(_message: &EmailMessage, compiled: &CompiledEmail) -> Vec<MessageCheck> {
    let ours = compiled.warnings().iter().filter(|warning| !SAID_HERE.contains(&warning.code));
    ours.map(|warning| {
        let place = warning.at.map_or_else(String::new, |at| format!(" ({}, {at})", warning.part));
        MessageCheck::advice(warning.code, format!("{}{place}", warning.message))
    })
    .collect()
}

/// Data that some recipients lack and the message does not replace.
pub(crate) fn of_data(message: &EmailMessage, compiled: &CompiledEmail, customers: &[Json]) -> Vec<MessageCheck> {
    let mut out = Vec::new();
    for path in compiled.variables() {
        let Some(field) = path.strip_prefix("customer.") else { continue };
        let missing = customers.iter().filter(|customer| is_empty(lookup(customer, field))).count();
        if missing == 0 || !shown_without_default(message, &path) {
            continue;
        }
        let detail = format!(
            "{path} is empty for {missing} of {} recipients looked at; write {{{{ {path} | default: '…' }}}}",
            customers.len()
        );
        out.push(MessageCheck::advice("missing_fallback", detail));
    }
    out
}

fn lookup<'a>(customer: &'a Json, field: &str) -> Option<&'a Json> {
    field.split('.').try_fold(customer, |value, name| value.get(name))
}

fn is_empty(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => true,
        Some(Json::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

/// True when an output tag shows `path` and has no `default` filter.
fn shown_without_default(message: &EmailMessage, path: &str) -> bool {
    let parts = [&message.subject, &message.preheader, &message.body].into_iter().chain(message.text.as_ref());
    parts.flat_map(|part| part.split("{{").skip(1)).any(|rest| {
        let tag = rest.split("}}").next().unwrap_or(rest);
        let shown = tag.trim_start_matches('-').split('|').next().unwrap_or(tag).trim();
        shown == path && !tag.contains("default")
    })
}

/// Who it comes from.
pub(crate) fn of_sender(message: &EmailMessage, about: &WorkspaceMerge) -> Vec<MessageCheck> {
    let mut out = Vec::new();
    if message.from_email.is_empty() && about.from_email.is_empty() {
        out.push(MessageCheck::blocking("no_sender", "set the sender's address in the message or in the settings"));
    }
    if about.postal_address.trim().is_empty() {
        let detail = "marketing mail must name the sender's postal address in many countries; add it in the settings";
        out.push(MessageCheck::advice("no_postal_address", detail));
    }
    out
}

/// What shows only in finished messages.
pub(crate) fn of_rendered(emails: &[RenderedEmail]) -> Vec<MessageCheck> {
    let mut out = Vec::new();
    let largest = emails.iter().map(|email| email.html.len()).max().unwrap_or(0);
    if CLIPPED_FROM_BYTES < largest {
        let detail = format!("the HTML has {} KB; Gmail cuts messages at 102 KB", largest / 1024);
        out.push(MessageCheck::advice("too_large", detail));
    }
    if emails.iter().any(|email| email.subject.trim().is_empty()) && emails.len() > 1 {
        out.push(MessageCheck::advice("subject_empty_for_some", "the subject is empty for some recipients"));
    }
    let longest = emails.iter().map(|email| email.subject.chars().count()).max().unwrap_or(0);
    if SUBJECT_SHOWN_CHARS < longest {
        let detail = format!("the subject has {longest} characters; phones show about {SUBJECT_SHOWN_CHARS}");
        out.push(MessageCheck::advice("long_subject", detail));
    }
    let longest = emails.iter().map(|email| email.preheader.chars().count()).max().unwrap_or(0);
    if PREHEADER_SHOWN_CHARS < longest {
        let detail = format!("the preheader has {longest} characters; inboxes show about {PREHEADER_SHOWN_CHARS}");
        out.push(MessageCheck::advice("long_preheader", detail));
    }
    out
}

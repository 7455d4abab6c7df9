//! What an event says about consent. Pure.
//!
//! | said by | strength |
//! |---|---|
//! | `context.consent`: `{"email": "subscribed"}` or `{"email": {"state", "text", "method", "ip"}}` on any event | strong |
//! | "Unsubscribed" `{channel}` (`channel: "all"` for every channel), "Email Marked as Spam" | strong |
//! | "Consent Changed" `{channel, state, declared: true, …}`: entered by somebody of the company | strong |
//! | traits `email_consent`, `sms_consent`, … of an identify call | weak |
//!
//! The later statement holds; at the same moment "unsubscribed" does. A weak "subscribed" never undoes a strong
//! "unsubscribed": programs repeat traits for years after the customer pressed the link.

use crate::address::truncated_ip;
use crate::{ConsentState, ContactChannel, Proof};
use base::{Json, Timestamp};
use events::{Event, EventKind, names};

/// Bytes kept of the sentence a customer agreed to, and of the method's name.
const PROOF_TEXT_BYTES_MAX: usize = 2_000;
const METHOD_BYTES_MAX: usize = 100;
const TRAIT_SUFFIX: &str = "_consent";
/// Property that marks a "Consent Changed" event which declares something, as opposed to one that reports.
pub(crate) const DECLARED: &str = "declared";

/// One statement about one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub channel: ContactChannel,
    pub state: ConsentState,
    pub weak: bool,
    pub at: Timestamp,
    pub proof: Proof,
}

/// What holds after a row of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub statement: Statement,
    /// The latest statement heard, whether it changed anything or not.
    pub last: Timestamp,
}

impl Held {
    pub fn first(statement: Statement) -> Self {
        Self { last: statement.at, statement }
    }

    /// Takes the next statement in order of time.
    pub fn hear(&mut self, next: Statement) {
        self.last = self.last.max(next.at);
        let held = &self.statement;
        let undoes_a_no = next.state != ConsentState::Unsubscribed && held.state == ConsentState::Unsubscribed;
        let weakens_proof = next.state == held.state;
        if next.weak && !held.weak && (undoes_a_no || weakens_proof) {
            return;
        }
        self.statement = next;
    }
}

/// The order statements count in: by time; at one moment "unsubscribed" has the last word.
fn order(statement: &Statement) -> (Timestamp, bool, bool, &str) {
    let restrictive = statement.state == ConsentState::Unsubscribed;
    (statement.at, restrictive, !statement.weak, &statement.proof.event)
}

/// What holds after all of `statements`, whatever order they are in.
pub(crate) fn settle(mut statements: Vec<Statement>) -> Option<Held> {
    statements.sort_by(|one, other| order(one).cmp(&order(other)));
    let mut statements = statements.into_iter();
    let mut held = Held::first(statements.next()?);
    statements.for_each(|next| held.hear(next));
    Some(held)
}

/// Cheap look: false for almost every event.
pub(crate) fn may_tell(event: &Event) -> bool {
    match event.kind {
        EventKind::Track if is_about_consent(&event.name) => true,
        EventKind::Identify if event.traits.text().contains(TRAIT_SUFFIX) => true,
        _ => event.context.text().contains("\"consent\""),
    }
}

fn is_about_consent(name: &str) -> bool {
    matches!(name, names::UNSUBSCRIBED | names::EMAIL_MARKED_AS_SPAM | names::CONSENT_CHANGED)
}

/// All statements of an event; at most one per channel, the strong ones before the weak.
pub(crate) fn read(event: &Event) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut say = |statement: Statement| {
        if !statements.iter().any(|other| other.channel == statement.channel) {
            statements.push(statement);
        }
    };
    if event.kind == EventKind::Track {
        by_name(event).into_iter().for_each(&mut say);
    }
    if let Some(channels) = event.context.get("consent").and_then(Json::as_object) {
        for (name, value) in channels {
            let Ok(channel) = ContactChannel::parse(name) else { continue };
            if let Some((state, proof)) = declared(event, value) {
                say(Statement { channel, state, weak: false, at: event.at, proof });
            }
        }
    }
    if event.kind == EventKind::Identify {
        for channel in ContactChannel::ALL {
            let Some(value) = event.traits.get(&format!("{}{TRAIT_SUFFIX}", channel.name())) else { continue };
            if let Some(state) = state_of(value) {
                let proof = Proof { method: Some("trait".into()), ..proof_of(event) };
                say(Statement { channel, state, weak: true, at: event.at, proof });
            }
        }
    }
    statements
}

fn by_name(event: &Event) -> Vec<Statement> {
    let text = |key: &str| event.properties.get(key).and_then(Json::as_str);
    let unsubscribe = |channel, method: &str| Statement {
        channel,
        state: ConsentState::Unsubscribed,
        weak: false,
        at: event.at,
        proof: Proof {
            method: Some(text("method").unwrap_or(method).chars().take(METHOD_BYTES_MAX).collect()),
            ..proof_of(event)
        },
    };
    match event.name.as_str() {
        names::UNSUBSCRIBED => match text("channel") {
            Some("all") => ContactChannel::ALL.map(|channel| unsubscribe(channel, "link")).into(),
            Some(channel) => {
                ContactChannel::parse(channel).map(|channel| unsubscribe(channel, "link")).into_iter().collect()
            }
            // Of the channel it came by; e-mail is where the event's name comes from.
            None => {
                vec![unsubscribe(ContactChannel::parse(event.channel.name()).unwrap_or(ContactChannel::Email), "link")]
            }
        },
        names::EMAIL_MARKED_AS_SPAM => vec![unsubscribe(ContactChannel::Email, "complaint")],
        names::CONSENT_CHANGED
            if event.source.is_none() && event.properties.get(DECLARED) == Some(&Json::Bool(true)) =>
        {
            let state = text("state").and_then(|state| ConsentState::parse(state).ok());
            let channel = text("channel").and_then(|channel| ContactChannel::parse(channel).ok());
            let (Some(state), Some(channel)) = (state, channel) else { return Vec::new() };
            let mut proof = detailed(event, event.properties.map());
            if let Some(by) = text("source") {
                proof.source = by.to_owned();
            }
            vec![Statement { channel, state, weak: false, at: event.at, proof }]
        }
        _ => Vec::new(),
    }
}

fn declared(event: &Event, value: &Json) -> Option<(ConsentState, Proof)> {
    match value {
        Json::Object(object) => {
            let state = state_of(object.get("state").or_else(|| object.get("status"))?)?;
            Some((state, detailed(event, object)))
        }
        other => Some((state_of(other)?, proof_of(event))),
    }
}

fn state_of(value: &Json) -> Option<ConsentState> {
    match value {
        Json::Bool(true) => Some(ConsentState::Subscribed),
        Json::Bool(false) => Some(ConsentState::Unsubscribed),
        Json::String(text) => ConsentState::parse(text).ok(),
        _ => None,
    }
}

fn detailed(event: &Event, object: &base::JsonMap) -> Proof {
    let text = |key: &str, bytes_max: usize| {
        let text = object.get(key).and_then(Json::as_str)?;
        let mut end = text.len().min(bytes_max);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        (0 < end).then(|| text[..end].to_owned())
    };
    let plain = proof_of(event);
    Proof {
        method: text("method", METHOD_BYTES_MAX),
        text: text("text", PROOF_TEXT_BYTES_MAX),
        ip: text("ip", METHOD_BYTES_MAX).and_then(|ip| truncated_ip(&ip)).or(plain.ip),
        source: plain.source,
        event: plain.event,
    }
}

fn proof_of(event: &Event) -> Proof {
    Proof {
        source: event.source.map_or_else(|| event.channel.name().to_owned(), |source| source.to_string()),
        method: None,
        text: None,
        ip: event.context.get("ip").and_then(Json::as_str).and_then(truncated_ip),
        event: event.id.to_string(),
    }
}

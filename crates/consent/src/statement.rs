//! What an event says about consent. Pure.
//!
//! | said by | strength |
//! |---|---|
//! | `context.consent`: `{"email": "subscribed"}` or `{"topic:news": {"state", "text", "method", "ip"}}` on any event | strong |
//! | "Unsubscribed" `{channel}` (`channel: "all"` for every channel), "Email Marked as Spam" | strong |
//! | "Consent Changed" `{channel, state, declared: true, …}`: entered by somebody of the company | strong |
//! | "Subscription Requested" `{subjects, …}` of Tutti's own: pending, until the mailbox confirms | strong |
//! | `context.consent.categoryPreferences` of Segment: purposes; a no to one of two categories is a no | strong |
//! | traits `email_consent`, `sms_consent`, … of an identify call | weak |
//!
//! The later statement holds; at the same moment "unsubscribed" does. A weak "subscribed" never undoes a strong
//! "unsubscribed" or "pending": programs repeat traits for years after the customer pressed the link. A request for a
//! subscription ("pending") never undoes one that is there.

use crate::address::truncated_ip;
use crate::{Basis, ConsentState, ContactChannel, Frequency, Proof, Purpose, SUBSCRIPTION_REQUESTED, Subject};
use base::{Json, Timestamp};
use events::{Event, EventKind, names};

/// Bytes kept of the sentence a customer agreed to, and of the method's name.
const PROOF_TEXT_BYTES_MAX: usize = 2_000;
const METHOD_BYTES_MAX: usize = 100;
const VERSION_BYTES_MAX: usize = 100;
/// Statements one event can make; a workspace's topics on all their channels fit.
const STATEMENTS_MAX: usize = 200;
const CATEGORIES: &str = "categoryPreferences";
const TRAIT_SUFFIX: &str = "_consent";
/// Property that marks a "Consent Changed" event which declares something, as opposed to one that reports.
pub(crate) const DECLARED: &str = "declared";

/// One statement about one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub subject: Subject,
    pub state: ConsentState,
    pub weak: bool,
    pub at: Timestamp,
    /// The end of a pause (milliseconds), the name of a frequency.
    pub detail: Option<String>,
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
        if next.state == ConsentState::Pending && held.state == ConsentState::Subscribed {
            return;
        }
        let undoes_a_no = next.state != ConsentState::Unsubscribed
            && matches!(held.state, ConsentState::Unsubscribed | ConsentState::Pending);
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
    matches!(name, names::UNSUBSCRIBED | names::EMAIL_MARKED_AS_SPAM | names::CONSENT_CHANGED | SUBSCRIPTION_REQUESTED)
}

/// All statements of an event; at most one per subject, the strong ones before the weak.
pub(crate) fn read(event: &Event) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut say = |statement: Statement| {
        let known = statements.iter().any(|other| other.subject == statement.subject);
        if !known && statements.len() < STATEMENTS_MAX {
            statements.push(statement);
        }
    };
    if event.kind == EventKind::Track {
        by_name(event).into_iter().for_each(&mut say);
    }
    if let Some(subjects) = event.context.get("consent").and_then(Json::as_object) {
        for (name, value) in subjects {
            // When somebody wants to hear is said on the preference page, not by a web page.
            let Some(subject) = Subject::parse(name).ok().filter(|subject| !subject.is_wish()) else { continue };
            if let Some((state, proof)) = declared(event, value) {
                say(Statement { subject, state, weak: false, at: event.at, detail: None, proof });
            }
        }
        by_category(event, subjects).into_iter().for_each(&mut say);
    }
    if event.kind == EventKind::Identify {
        for channel in ContactChannel::ALL {
            let Some(value) = event.traits.get(&format!("{}{TRAIT_SUFFIX}", channel.name())) else { continue };
            if let Some(state) = state_of(value) {
                let proof = Proof { method: Some("trait".into()), ..proof_of(event) };
                say(Statement { subject: channel.into(), state, weak: true, at: event.at, detail: None, proof });
            }
        }
    }
    statements
}

/// Segment's categories as purposes. Two categories may be one purpose: a no to either is a no.
fn by_category(event: &Event, consent: &base::JsonMap) -> Vec<Statement> {
    let Some(categories) = consent.get(CATEGORIES).and_then(Json::as_object) else { return Vec::new() };
    let of_purpose = |purpose: Purpose| {
        let said = categories.iter().filter(|(name, _)| Purpose::of_category(name) == Some(purpose));
        let states: Vec<ConsentState> = said.filter_map(|(_, value)| state_of(value)).collect();
        let state = states.iter().find(|state| **state != ConsentState::Subscribed).or(states.first()).copied()?;
        let proof = Proof { method: Some("categories".into()), ..proof_of(event) };
        Some(Statement { subject: Subject::Purpose(purpose), state, weak: false, at: event.at, detail: None, proof })
    };
    Purpose::ALL.into_iter().filter_map(of_purpose).collect()
}

fn by_name(event: &Event) -> Vec<Statement> {
    match event.name.as_str() {
        names::UNSUBSCRIBED => left(event).into_iter().map(|subject| unsubscribe(event, subject, "link")).collect(),
        names::EMAIL_MARKED_AS_SPAM => vec![unsubscribe(event, ContactChannel::Email.into(), "complaint")],
        names::CONSENT_CHANGED
            if event.source.is_none() && event.properties.get(DECLARED) == Some(&Json::Bool(true)) =>
        {
            declaration(event).into_iter().collect()
        }
        SUBSCRIPTION_REQUESTED if event.source.is_none() => requested(event),
        _ => Vec::new(),
    }
}

fn text_of<'e>(event: &'e Event, key: &str) -> Option<&'e str> {
    event.properties.get(key).and_then(Json::as_str)
}

/// What somebody who unsubscribed left.
fn left(event: &Event) -> Vec<Subject> {
    let of_channel = |channel: ContactChannel| match text_of(event, "topic").map(crate::TopicKey::parse) {
        Some(Ok(topic)) => Subject::TopicOn(topic, channel),
        _ => Subject::Channel(channel),
    };
    match text_of(event, "channel") {
        Some("all") => ContactChannel::ALL.map(Subject::Channel).into(),
        Some(channel) => ContactChannel::parse(channel).map(of_channel).into_iter().collect(),
        // Of the channel it came by; e-mail is where the event's name comes from.
        None => {
            vec![of_channel(ContactChannel::parse(event.channel.name()).unwrap_or(ContactChannel::Email))]
        }
    }
}

fn unsubscribe(event: &Event, subject: Subject, method: &str) -> Statement {
    let method = text_of(event, "method").unwrap_or(method).chars().take(METHOD_BYTES_MAX).collect();
    Statement {
        subject,
        state: ConsentState::Unsubscribed,
        weak: false,
        at: event.at,
        detail: None,
        proof: Proof { method: Some(method), ..proof_of(event) },
    }
}

pub(crate) fn own_proof(event: &Event) -> Proof {
    let mut proof = detailed(event, event.properties.map());
    if let Some(by) = text_of(event, "source") {
        proof.source = by.to_owned();
    }
    proof
}

fn declaration(event: &Event) -> Option<Statement> {
    let state = ConsentState::parse(text_of(event, "state")?).ok()?;
    let subject = Subject::parse(text_of(event, "channel")?).ok()?;
    let detail = text_of(event, "detail");
    let detail = match subject {
        Subject::Pause => detail.filter(|text| text.parse::<i64>().is_ok()),
        Subject::Frequency => detail.filter(|text| Frequency::parse(text).is_some()),
        _ => None,
    };
    let detail = detail.map(str::to_owned);
    Some(Statement { subject, state, weak: false, at: event.at, detail, proof: own_proof(event) })
}

/// The subjects of a "Subscription Requested".
pub(crate) fn requested_subjects(event: &Event) -> Vec<Subject> {
    let list = event.properties.get("subjects").and_then(Json::as_array);
    let subjects = list.into_iter().flatten().filter_map(Json::as_str).filter_map(|text| Subject::parse(text).ok());
    subjects.filter(|subject| !subject.is_wish()).take(STATEMENTS_MAX).collect()
}

fn requested(event: &Event) -> Vec<Statement> {
    // Nobody has to confirm what is subscribed to without.
    let plain = event.properties.get("confirm") == Some(&Json::Bool(false));
    let state = if plain { ConsentState::Subscribed } else { ConsentState::Pending };
    let subjects = requested_subjects(event).into_iter();
    subjects
        .map(|subject| Statement { subject, state, weak: false, at: event.at, detail: None, proof: own_proof(event) })
        .collect()
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
        text_version: text("text_version", VERSION_BYTES_MAX),
        basis: object.get("basis").and_then(Json::as_str).and_then(Basis::parse),
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
        text_version: None,
        basis: None,
        ip: event.context.get("ip").and_then(Json::as_str).and_then(truncated_ip),
        event: event.id.to_string(),
    }
}

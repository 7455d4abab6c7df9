//! One classifier for everything that says "no": SMTP replies, delivery reports, complaints.
//!
//! What decides, in this order: the enhanced status code (RFC 3463), words that are known to mean something else than
//! their code, the reply code. Pure. Reading mails is in `channels`; this module owns the words and the judgement.

use base::Timestamp;
use serde::{Deserialize, Serialize};

/// What a refusal says about the address, the message or us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BounceKind {
    /// The address does not exist (any more): never write to it again.
    Hard,
    /// The mailbox is full, away, or the server has a bad day: may work later.
    Soft,
    /// We are refused, not the recipient: reputation, a block list, too fast.
    Block,
    /// The message is refused: content, size, authentication, a rule of the receiver.
    Policy,
    /// The recipient pressed "spam".
    Complaint,
    /// A holiday notice or another automatic answer; no bounce at all.
    AutoReply,
    Unknown,
}

impl BounceKind {
    pub const ALL: [BounceKind; 7] =
        [Self::Hard, Self::Soft, Self::Block, Self::Policy, Self::Complaint, Self::AutoReply, Self::Unknown];
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::Block => "block",
            Self::Policy => "policy",
            Self::Complaint => "complaint",
            Self::AutoReply => "auto_reply",
            Self::Unknown => "unknown",
        }
    }
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub code: u16,
    /// `5.1.1`
    pub enhanced: Option<(u8, u16, u16)>,
    pub text: String,
}

/// Longest part of a server's answer that is kept.
const REPLY_CHARS_MAX: usize = 300;

impl Reply {
    /// From a reply's code and text (`5.1.1 <x@y>: no such user`).
    pub fn new(code: u16, text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_control() || *c == ' ').take(REPLY_CHARS_MAX).collect();
        Self { code, enhanced: find_enhanced(&text), text: text.trim().to_owned() }
    }
    /// From a status field of a delivery report and its diagnostic text.
    pub fn of_status(status: Option<(u8, u16, u16)>, diagnostic: &str) -> Self {
        let diagnostic = diagnostic.trim();
        let after_type = diagnostic.split_once(';').map_or(diagnostic, |(_, text)| text).trim();
        let code =
            after_type.get(..3).and_then(|digits| digits.parse::<u16>().ok()).filter(|code| (200..600).contains(code));
        let mut reply = Self::new(code.unwrap_or(0), after_type);
        // A vague status field (5.0.0) gives way to a precise one in the text.
        reply.enhanced = match (status, reply.enhanced) {
            (Some((class, 0, 0)), Some(precise)) if precise.0 == class => Some(precise),
            (Some(status), _) => Some(status),
            (None, found) => found,
        };
        reply
    }
    pub fn is_permanent(&self) -> bool {
        match self.enhanced {
            Some((class, _, _)) if self.code == 0 => class == 5,
            _ => self.code >= 500,
        }
    }
    /// What is shown: `550 5.1.1 no such user`.
    pub fn reason(&self) -> String {
        if self.code == 0 {
            return match self.enhanced {
                Some((a, b, c)) if !self.text.contains(&format!("{a}.{b}.{c}")) => {
                    format!("{a}.{b}.{c} {}", self.text).trim().to_owned()
                }
                _ => self.text.clone(),
            };
        }
        if self.text.starts_with(&self.code.to_string()) {
            self.text.clone()
        } else {
            format!("{} {}", self.code, self.text).trim().to_owned()
        }
    }
}

/// Reads `5.1.1` where a status code stands: three numbers with dots, class 2, 4 or 5.
pub fn parse_status(text: &str) -> Option<(u8, u16, u16)> {
    let mut parts = text.trim().split('.');
    let class = parts.next()?.parse::<u8>().ok().filter(|class| [2, 4, 5].contains(class))?;
    let subject = parts.next()?.parse().ok().filter(|subject| *subject <= 999)?;
    let last = parts.next()?;
    let digits = last.find(|c: char| !c.is_ascii_digit()).unwrap_or(last.len());
    let detail = last[..digits].parse().ok().filter(|detail| *detail <= 999)?;
    (parts.next().is_none() || digits < last.len()).then_some((class, subject, detail))
}

fn find_enhanced(text: &str) -> Option<(u8, u16, u16)> {
    text.split(|c: char| c.is_whitespace() || "()[]#:;,<>".contains(c))
        .filter(|word| {
            word.len() >= 5 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.') && word.matches('.').count() == 2
        })
        .find_map(parse_status)
}

/// Words whose meaning is stronger than the code they come with. Lower case.
const NO_SUCH_USER: &[&str] = &[
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "does not exist",
    "doesn't exist",
    "no mailbox here",
    "mailbox unavailable",
    "invalid recipient",
    "recipient address rejected: user",
    "unrouteable address",
    "unknown recipient",
    "account that you tried to reach",
    "unknown or illegal alias",
    "no such mailbox",
    "mailbox not found",
    "address rejected: unknown",
    "user not found",
    "recipient not found",
    "no longer available",
    "account has been disabled",
    "account is disabled",
    "account disabled",
    "inactive user",
    "not a valid mailbox",
    "invalid mailbox",
    "unknown local part",
    "addressee unknown",
    "host unknown",
    "host not found",
    "unknown host",
    "name or service not known",
    "domain does not exist",
    "no such domain",
    "user doesn't have",
    "not listed in",
    "no such person",
    "undeliverable address",
    "bad destination",
    "is not known",
];
const MAILBOX_FULL: &[&str] = &[
    "mailbox full",
    "mailbox is full",
    "over quota",
    "quota exceeded",
    "exceeded storage",
    "out of storage",
    "insufficient system storage",
    "inbox is full",
    "too many messages",
    "disk quota",
    "full mailbox",
    "exceeds the quota",
    "overquota",
];
const BLOCKED: &[&str] = &[
    "blocklist",
    "blacklist",
    "block list",
    "black list",
    "spamhaus",
    "barracuda",
    "sorbs",
    "spamcop",
    "reputation",
    "too many connections",
    "rate limit",
    "ratelimit",
    "throttl",
    "sending too fast",
    "too much mail",
    "your ip",
    "client host",
    "blocked using",
    "banned",
    "access denied",
    "unsolicited mail originating",
    "temporarily deferred due to",
];
const POLICY: &[&str] = &[
    "spam",
    "virus",
    "content rejected",
    "message rejected",
    "rejected for policy",
    "policy",
    "dmarc",
    "dkim",
    "spf ",
    "not authorized",
    "not permitted",
    "message too large",
    "size limit",
    "maximum size",
    "exceeds size",
    "relaying denied",
    "relay access denied",
    "relay not permitted",
];
const GREYLISTED: &[&str] = &["greylist", "graylist", "try again later", "grey-list"];

/// Judges an answer.
pub fn classify(reply: &Reply) -> BounceKind {
    let text = reply.text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if let Some((class, subject, detail)) = reply.enhanced {
        let by_code = match (subject, detail) {
            // "Bad destination mailbox", "syntax", "ambiguous", "moved", "null MX"; 5.1.7 and 5.1.8 are about the sender.
            (1, 7 | 8) => BounceKind::Policy,
            (1, _) => BounceKind::Hard,
            (2, 1) if says(NO_SUCH_USER) || !says(MAILBOX_FULL) => BounceKind::Hard,
            (2, _) => BounceKind::Soft,
            (3, 4) => BounceKind::Policy,
            (3, _) => BounceKind::Soft,
            (4, 4) if class == 5 => BounceKind::Hard,
            (4, _) => BounceKind::Soft,
            (5, _) => BounceKind::Policy,
            (6, _) => BounceKind::Policy,
            (7, _) if says(BLOCKED) => BounceKind::Block,
            (7, _) => BounceKind::Policy,
            _ => BounceKind::Unknown,
        };
        // Servers put 5.1.1 and 5.7.1 on nearly everything; the plain words decide between the three readings.
        let judged = match by_code {
            BounceKind::Hard | BounceKind::Unknown if says(MAILBOX_FULL) => BounceKind::Soft,
            BounceKind::Policy | BounceKind::Unknown if says(NO_SUCH_USER) && !says(BLOCKED) => BounceKind::Hard,
            BounceKind::Unknown => by_words(&text, reply),
            other => other,
        };
        return if class == 4 && judged == BounceKind::Hard { BounceKind::Soft } else { judged };
    }
    by_words(&text, reply)
}

fn by_words(text: &str, reply: &Reply) -> BounceKind {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(MAILBOX_FULL) || says(GREYLISTED) {
        return BounceKind::Soft;
    }
    if says(BLOCKED) {
        return BounceKind::Block;
    }
    if says(NO_SUCH_USER) {
        return if reply.is_permanent() || reply.code == 0 { BounceKind::Hard } else { BounceKind::Soft };
    }
    if says(POLICY) {
        return BounceKind::Policy;
    }
    match reply.code {
        400..=499 => BounceKind::Soft,
        550 | 551 | 553 => BounceKind::Hard,
        552 => BounceKind::Soft,
        554 => BounceKind::Policy,
        _ => BounceKind::Unknown,
    }
}

/// What a mail at the bounce address turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct BounceReport {
    /// The addresses the mail itself was sent to: one of them may be a return path of ours.
    pub returned_to: Vec<String>,
    /// The Message-ID of the mail that came back, when the report holds it.
    pub original_message_id: Option<String>,
    pub recipients: Vec<BouncedRecipient>,
    pub arrived_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BouncedRecipient {
    pub address: String,
    pub kind: BounceKind,
    /// The server goes on trying: nothing is decided yet.
    pub still_trying: bool,
    /// A success report: it arrived.
    pub delivered: bool,
    pub reply: Reply,
}

#[cfg(test)]
mod tests;

//! Bounces in a server's own words, from before there was a standard (and from some that still ignore it).
//!
//! There is no grammar. What helps: the failed address stands near words of failure, before the returned mail is quoted.
//! A short list of such words finds the line; the address is taken from it or from the lines next to it. Our own address
//! and the reporting server's daemon are never recipients.

use super::{addresses, recipient};
use deliver::bounce::{BounceKind, BouncedRecipient, Reply, classify};
use mail_parser::{Message, PartType};

/// Lines read; a report is short, what follows is the mail that came back.
const LINES_MAX: usize = 200;
/// Lines between the words of failure and the addresses they are about.
const REACH_LINES: usize = 12;

/// Words that introduce the failed addresses. Lower case.
const FAILURE_WORDS: &[&str] = &[
    "following address",
    "following recipient",
    "following users",
    "not be delivered",
    "could not deliver",
    "couldn't deliver",
    "undeliverable",
    "unable to deliver",
    "cannot be delivered",
    "delivery failed",
    "delivery failure",
    "failed to deliver",
    "was not delivered",
    "not delivered to",
    "failed recipient",
    "failed address",
    "fatal errors",
    "delivery to the following",
    "unknown user",
    "user unknown",
    "no such user",
    "not our customer",
    "does not exist",
    "mailbox full",
    "mailbox is full",
    "quota",
    "rejected",
    "not accepted",
    "not a valid",
    "invalid recipient",
    "could not be sent",
    "couldn't be delivered",
    "can't be delivered",
    "returned to sender",
    "no longer",
    "not found",
    "not listed",
    "delayed",
    "deferred",
    "has not been delivered",
    "not yet been delivered",
    "bounced",
    "this is a permanent error",
    "intended recipient",
    "inactive",
    "disabled",
    "not known",
    "unrouteable",
    "recipient address",
    "sorry",
    "failed permanently",
    "failure",
    "the message you sent to",
    "your message to",
    "message to",
    "could not reach",
    "could not send",
    "unreachable",
    "original message follows",
    "transcript",
    "undelivered",
    "did not reach",
    "error-for:",
    "delivery of email to",
];

/// Words whose line names the address itself; nothing near it does.
const SAME_LINE_WORDS: &[&str] = &["your message was addressed"];

/// Fields of the returned mail, quoted in the report: these people wrote it or were meant to read it.
const QUOTED_FIELDS: &[&str] = &["to:", "cc:", "from:", "sender:", "reply-to:", "subject:", "sent:"];

/// Headers of the report that name our side of the dialogue.
const OUR_HEADERS: &[&str] = &["to", "from", "sender", "return-path", "delivered-to", "errors-to"];

/// From here on the returned mail is quoted.
const QUOTE_STARTS: &[&str] = &[
    "--- below this line is a copy",
    "------ this is a copy",
    "----- original message",
    "---- original message",
    "-----original message",
    "--- original message",
    "received: from",
    "received: by",
    "return-path:",
    "----- message header follows",
    "unsent message follows",
    "----- unsent message",
    "the message header",
    "--- message headers",
    "original message headers",
    "message headers follow",
    "--- header of",
    "| message text follows",
    "message follows",
];

const TEMPORARY_WORDS: &[&str] = &[
    "will be retried",
    "still trying",
    "keep trying",
    "continue to try",
    "not yet been delivered",
    "has been delayed",
    "is delayed",
    "delayed mail",
    "warning",
    "temporar",
    "will try again",
    "you do not need to resend",
    "deferred",
    "transient",
    "delayed",
    "postponed",
];

/// The failed recipients named in the text of `message`.
pub fn read(message: &Message<'_>, raw: &[u8]) -> Vec<BouncedRecipient> {
    let subject = message.subject().unwrap_or_default().to_lowercase();
    let text = readable(message, raw);
    let ours: Vec<String> = message
        .headers_raw()
        .filter(|(name, _)| OUR_HEADERS.iter().any(|ours| name.eq_ignore_ascii_case(ours)))
        .flat_map(|(_, value)| addresses_in(value))
        .map(|address| address.to_lowercase())
        .collect();
    if let Some(list) = message.header_raw("X-Failed-Recipients") {
        let named: Vec<String> = list.split(',').flat_map(addresses_in).collect();
        if !named.is_empty() {
            return judged(dedupe(named), &subject, &text);
        }
    }
    let lines: Vec<&str> = text.lines().take(LINES_MAX).take_while(|line| !starts_quote(line)).collect();
    let mut found = named(&lines, &subject, &ours, false);
    if found.is_empty() {
        // Nobody else is named: then it is the one the returned mail was for.
        found = named(&lines, &subject, &ours, true);
    }
    if found.is_empty() {
        found.extend(bare_names(message, &lines));
    }
    judged(dedupe(found), &subject, &lines.join("\n"))
}

/// Addresses near words of failure; with `quoted`, also in fields of the returned mail.
fn named(lines: &[&str], subject: &str, ours: &[String], quoted: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut reach = if FAILURE_WORDS.iter().any(|words| subject.contains(words)) { REACH_LINES } else { 0 };
    for line in lines {
        let lower = line.to_lowercase();
        if FAILURE_WORDS.iter().any(|words| lower.contains(words)) {
            reach = REACH_LINES;
        } else if is_named_alone(line) || SAME_LINE_WORDS.iter().any(|words| lower.contains(words)) {
            reach = reach.max(1);
        }
        if reach == 0 {
            continue;
        }
        reach -= 1;
        if !quoted && is_quoted_field(&lower) {
            continue;
        }
        let is_ours = |address: &String| ours.contains(&address.to_lowercase()) || is_writer(&lower, address);
        let candidates = addresses_in(line).into_iter().filter(|address| !is_ours(address));
        found.extend(candidates.filter(|address| !is_daemon(address)));
    }
    found
}

/// `<user@example.com>:` on a line of its own: how qmail and its heirs begin each failure, whatever the language.
fn is_named_alone(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('<') && line.ends_with(">:") && line.matches('<').count() == 1
}

fn is_quoted_field(lower: &str) -> bool {
    let line = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '*' || c == '|');
    QUOTED_FIELDS.iter().any(|field| line.starts_with(field))
}

/// "not accepting mail from x@y": who wrote, not who was written to.
fn is_writer(lower: &str, address: &str) -> bool {
    lower.contains(&format!("mail from {}", address.to_lowercase()))
}

/// Some providers list mailbox names without their own domain, indented, after the line that says they failed.
fn bare_names(message: &Message<'_>, lines: &[&str]) -> Vec<String> {
    let from = message.from().map(addresses).unwrap_or_default();
    let Some((_, domain)) = from.first().and_then(|from| from.rsplit_once('@')) else { return Vec::new() };
    let after = lines.iter().skip_while(|line| !line.to_lowercase().contains("could not be delivered"));
    let mut names = after.skip_while(|line| !line.trim_end().ends_with(':')).skip(1).peekable();
    while names.next_if(|line| line.trim().is_empty()).is_some() {}
    names
        .take_while(|line| line.starts_with([' ', '\t']) && line.split_whitespace().count() == 1)
        .map(|line| format!("{}@{domain}", line.trim()))
        .filter(|address| is_plain_address(address))
        .collect()
}

fn judged(found: Vec<String>, subject: &str, text: &str) -> Vec<BouncedRecipient> {
    let lower = text.to_lowercase();
    let permanent = lower.contains("permanent")
        || lower.contains("fatal")
        || lower.contains("giving up")
        || lower.contains("given up");
    let temporary = !permanent && TEMPORARY_WORDS.iter().any(|words| lower.contains(words) || subject.contains(words));
    found
        .into_iter()
        .map(|address| {
            let said = words_about(text, &address);
            let reply = Reply::of_status(None, &said);
            let kind = match classify(&reply) {
                _ if temporary => BounceKind::Soft,
                BounceKind::Unknown => classify(&Reply::new(0, &lower)),
                kind => kind,
            };
            BouncedRecipient { still_trying: temporary, ..recipient(address, kind, reply) }
        })
        .collect()
}

/// What the server says about this address: its line and the one after.
fn words_about(text: &str, address: &str) -> String {
    let mut lines = text.lines().skip_while(|line| !line.contains(address));
    let mut said = lines.next().unwrap_or_default().trim().to_owned();
    if let Some(next) = lines.find(|line| !line.trim().is_empty()) {
        said.push(' ');
        said.push_str(next.trim());
    }
    said
}

fn readable(message: &Message<'_>, raw: &[u8]) -> String {
    let mut text = String::new();
    for part in &message.parts {
        if let PartType::Text(part) = &part.body {
            text.push_str(part);
            text.push('\n');
        } else if let PartType::Html(html) = &part.body {
            text.push_str(
                &html
                    .replace("<br>", "\n")
                    .replace("<BR>", "\n")
                    .replace("</p>", "\n")
                    .replace("&nbsp;", " ")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">"),
            );
            text.push('\n');
        }
    }
    if text.trim().is_empty() { String::from_utf8_lossy(raw).into_owned() } else { text }
}

fn starts_quote(line: &str) -> bool {
    let lower = line.trim_start().to_lowercase();
    QUOTE_STARTS.iter().any(|start| lower.starts_with(start))
}

fn is_daemon(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_lowercase();
    ["mailer-daemon", "postmaster", "mailer_daemon", "mdaemon", "abuse", "hostmaster", "noreply", "no-reply"]
        .contains(&local.as_str())
}

fn dedupe(found: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for address in found {
        if !out.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            out.push(address);
        }
    }
    out
}

/// Reports shorten addresses with dots ("david...@example.com"): those name nobody.
pub(super) fn is_plain_address(text: &str) -> bool {
    deliver::sender::is_address(text) && !text.contains("..")
}

/// Words of a line that are addresses.
fn addresses_in(line: &str) -> Vec<String> {
    line.split(|c: char| c.is_whitespace() || "<>()[]\",;'`=".contains(c))
        .map(|word| {
            word.trim_start_matches("mailto:")
                .trim_start_matches("RFC822:")
                .trim_start_matches("SMTP:")
                .trim_matches(['.', ':', '*', '!', '?'])
        })
        .filter(|word| is_plain_address(word) && word.rsplit('@').next().is_some_and(|domain| domain.contains('.')))
        .map(str::to_owned)
        .collect()
}

//! Events whose user agent says that a bot sent them: answered as accepted, counted by bot, and nobody's.
//!
//! `context.userAgent` is what counts, not the header of the request: a server sends events for its visitors.

use crate::wire::{AgentContext, part_of};
use base::Timestamp;
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Bots a source tells apart between two writes; further ones are counted as a whole.
const AGENTS_AT_ONCE_MAX: usize = 200;
/// Characters kept of a user agent.
const AGENT_CHARS_MAX: usize = 200;
/// Bots shown for a source.
pub(crate) const AGENTS_SHOWN_MAX: i64 = 100;
/// Where further ones are counted.
const OTHERS: &str = "";

/// A bot that sent events to a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Bot {
    /// Its user agent, cut to 200 characters; empty: bots beyond the 200 told apart.
    pub agent: String,
    pub events: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// What is not written yet.
#[derive(Debug, Default)]
pub(crate) struct BotCounts(Mutex<HashMap<String, Bot>>);

impl BotCounts {
    pub fn count(&self, agent: &str, now: Timestamp) {
        let agent: String = agent.chars().filter(|letter| !letter.is_control()).take(AGENT_CHARS_MAX).collect();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = counts.len() >= AGENTS_AT_ONCE_MAX && !counts.contains_key(&agent);
        let agent = if full { OTHERS.to_owned() } else { agent };
        let blank = Bot { agent: agent.clone(), events: 0, first_at: now, last_at: now };
        let bot = counts.entry(agent).or_insert(blank);
        bot.events += 1;
        bot.last_at = bot.last_at.max(now);
    }

    pub fn take(&self) -> Vec<Bot> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_values().collect()
    }

    /// Puts back what could not be written.
    pub fn put_back(&self, bots: Vec<Bot>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for bot in bots {
            match counts.get_mut(&bot.agent) {
                Some(later) => {
                    later.events += bot.events;
                    later.first_at = later.first_at.min(bot.first_at);
                }
                None => {
                    counts.insert(bot.agent.clone(), bot);
                }
            }
        }
    }
}

/// The user agent a context states.
pub(crate) fn agent_of(context: &RawValue) -> Option<String> {
    let mut held = String::new();
    let context: AgentContext<'_> = part_of(context.get(), &mut held);
    context.user_agent.get().map(str::to_owned)
}

/// The user agent of an item whose sender is a bot; the item's own counts before the batch's.
///
/// Cost: a search for the key and a look-up, about a tenth of a microsecond; only the context of a bot, or one that
/// leaves a doubt, is read as JSON.
pub(crate) fn bot_of(context: Option<&RawValue>, of_batch: Option<&str>) -> Option<String> {
    let own = match context.map_or(Stated::Nothing, |raw| stated(raw.get())) {
        Stated::Nothing => None,
        Stated::Plainly(agent) if !agents::is_bot(agent) => return None,
        Stated::Plainly(_) | Stated::Unclear => context.and_then(agent_of),
    };
    let agent = own.as_deref().or(of_batch)?;
    agents::is_bot(agent).then(|| agent.to_owned())
}

/// What a glance at a context tells.
enum Stated<'a> {
    Nothing,
    Plainly(&'a str),
    /// The key stands there twice, its value is no plain text, or something is escaped.
    Unclear,
}

fn stated(text: &str) -> Stated<'_> {
    const KEY: &[u8] = b"\"userAgent\"";
    // An escape may spell the key otherwise.
    if memchr::memmem::find(text.as_bytes(), b"\\u").is_some() {
        return Stated::Unclear;
    }
    let Some(at) = memchr::memmem::find(text.as_bytes(), KEY) else { return Stated::Nothing };
    let rest = &text[at + KEY.len()..];
    let value = rest.trim_start().strip_prefix(':').and_then(|rest| rest.trim_start().strip_prefix('"'));
    let Some((agent, after)) = value.and_then(|value| value.split_once('"')) else { return Stated::Unclear };
    if agent.contains('\\') || memchr::memmem::find(after.as_bytes(), KEY).is_some() {
        return Stated::Unclear;
    }
    Stated::Plainly(agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot(context: &str) -> Option<String> {
        let raw: &RawValue = serde_json::from_str(context).unwrap();
        bot_of(Some(raw), Some("Googlebot/2.1"))
    }

    #[test]
    fn a_glance_and_a_reading_agree() {
        let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
        let is = |context: String, expected: Option<&str>| assert_eq!(bot(&context).as_deref(), expected, "{context}");
        is(format!(r#"{{"userAgent":"{browser}"}}"#), None);
        is(format!(r#"{{"a":1, "userAgent" : "{browser}" ,"b":2}}"#), None);
        is(r#"{"userAgent":"curl/8.5"}"#.into(), Some("curl/8.5"));
        is(r#"{"userAgent":"curl\/8.5"}"#.into(), Some("curl/8.5"));
        // Somewhere else, twice, or no text: the reading decides, and then the batch.
        is(format!(r#"{{"page":{{"userAgent":"curl/8.5"}},"userAgent":"{browser}"}}"#), None);
        is(r#"{"page":{"userAgent":"curl/8.5"}}"#.into(), Some("Googlebot/2.1"));
        is(r#"{"userAgent":null}"#.into(), Some("Googlebot/2.1"));
        is(r#"{"userAgent":7}"#.into(), None);
        is("{}".into(), Some("Googlebot/2.1"));
        // The same key, spelt otherwise.
        is(r#"{"user\u0041gent":"curl/8.5"}"#.into(), Some("curl/8.5"));
        is(format!(r#"{{"\u0075serAgent":"{browser}","page":{{"title":"caf\u00e9"}}}}"#), None);
        is(r#"{"page":{"title":"caf\u00e9"}}"#.into(), Some("Googlebot/2.1"));
    }
}

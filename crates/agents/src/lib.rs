//! Who sends an event: a person's browser or app, or a bot that says so in its user agent.
//!
//! Crawlers, monitors, link checkers and libraries say what they are. Those that pass for browsers are told by what they
//! do, elsewhere (`deliver` for opens and clicks). Cost: a hash of the text; the list is searched once per text and
//! thread, about a microsecond.

mod tokens;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::cell::RefCell;
use std::sync::LazyLock;
use tokens::{EXCEPTIONS, PREFIXES, TOKENS};

/// Only the beginning of a user agent is looked at.
pub const AGENT_BYTES_MAX: usize = 1_024;
/// Answers a thread remembers.
const REMEMBERED: usize = 1_024;

static TOKEN_SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| search(TOKENS));
static EXCEPTION_SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| search(EXCEPTIONS));

fn search(words: &[&str]) -> Option<AhoCorasick> {
    // The lists are constants, and `every_word_can_be_searched` builds them.
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(words).ok()
}

/// True when the user agent is that of a bot. An empty one is nobody's.
pub fn is_bot(user_agent: &str) -> bool {
    thread_local! {
        static KNOWN: RefCell<Vec<Option<(u64, bool)>>> = RefCell::new(vec![None; REMEMBERED]);
    }
    let agent = cut(user_agent.trim());
    let hash = xxhash_rust::xxh3::xxh3_64(agent.as_bytes());
    KNOWN.with_borrow_mut(|known| {
        let slot = &mut known[hash as usize % REMEMBERED];
        match slot {
            Some((seen, answer)) if *seen == hash => *answer,
            _ => slot.insert((hash, looks_like_a_bot(agent))).1,
        }
    })
}

/// The part of the text that is looked at, cut at a character.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(AGENT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn looks_like_a_bot(agent: &str) -> bool {
    let starts_with = |prefix: &&str| {
        agent.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    if PREFIXES.iter().any(starts_with) {
        return true;
    }
    let (Some(tokens), Some(exceptions)) = (&*TOKEN_SEARCH, &*EXCEPTION_SEARCH) else { return false };
    if !tokens.is_match(agent) {
        return false;
    }
    // A brand whose name holds a token: what is left without it decides.
    let spaces = vec![" "; EXCEPTIONS.len()];
    tokens.is_match(&exceptions.replace_all(agent, &spaces))
}

#[cfg(test)]
mod tests;

//! Opens and clicks: every hit is kept as it came and given a class; decisions use the human ones only.

mod classify;
mod record;

pub use classify::{Class, HitKind};
pub use record::HITS_RECLASSIFIED;

use crate::error::Result;
use crate::links::{LinkKind, LinkToken};
use crate::service::Deliver;
use base::Timestamp;

/// A request for a tracked link or the pixel, as the edge saw it.
#[derive(Debug, Clone)]
pub struct Hit {
    pub token: LinkToken,
    pub kind: HitKind,
    /// `GET` or `HEAD`.
    pub method: String,
    pub user_agent: String,
    pub ip: String,
    pub at: Timestamp,
}

/// Longest user agent kept.
const USER_AGENT_CHARS_MAX: usize = 300;

impl Deliver {
    /// Checks a click's token; answers where it leads.
    pub fn click_target(&self, token: &str) -> Result<LinkToken> {
        self.links().verify(LinkKind::Click, token)
    }

    /// Checks the pixel's token.
    pub fn open_target(&self, token: &str) -> Result<LinkToken> {
        self.links().verify(LinkKind::Open, token)
    }

    /// The time a hit carries.
    pub fn hit_of(&self, token: LinkToken, method: &str, user_agent: &str, ip: &str) -> Hit {
        let kind = if token.kind == LinkKind::Click { HitKind::Click } else { HitKind::Open };
        let user_agent = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect();
        Hit { token, kind, method: method.to_owned(), user_agent, ip: ip.to_owned(), at: self.now() }
    }
}

#[cfg(test)]
mod tests;

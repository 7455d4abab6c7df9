//! The phrases, one constant per language. `{v}`, `{from}` and `{to}` are replaced.

mod en;
mod fy;
mod nl;
mod sv;

use super::Locale;
use crate::{AmountOf, Occurrence, Op, Unit};

pub(super) struct Phrases {
    pub everyone: &'static str,
    pub lead: &'static str,
    pub anybody: &'static str,
    pub and: &'static str,
    pub or: &'static str,
    pub not: &'static str,
    pub and_more: &'static str,
    pub between_dates: &'static str,
    pub did: &'static str,
    pub did_not: &'static str,
    pub at_least: &'static str,
    pub exactly: &'static str,
    pub at_most: &'static str,
    /// Of the first or last time.
    pub occurrence: fn(Occurrence) -> &'static str,
    /// What a property comes to; `{v}` is the property.
    pub amount_of: fn(AmountOf) -> &'static str,
    pub sequence: &'static str,
    pub sequence_not: &'static str,
    pub then: &'static str,
    pub then_at_once: &'static str,
    /// `{v}`: what did not follow, with its span.
    pub then_not: &'static str,
    pub within: &'static str,
    /// `{v}`: a percentage without its sign.
    pub sample: &'static str,
    pub sample_from: &'static str,
    pub sample_seed: &'static str,
    pub time: &'static str,
    pub times: &'static str,
    pub in_last: &'static str,
    pub since: &'static str,
    pub from_to: &'static str,
    pub through: &'static str,
    pub with: &'static str,
    pub subscribed: &'static str,
    pub unsubscribed: &'static str,
    pub consent_unknown: &'static str,
    pub consent_pending: &'static str,
    pub topic: &'static str,
    /// What data may be used for.
    pub purpose: fn(&str) -> &'static str,
    pub reachable: &'static str,
    pub in_segment: &'static str,
    pub not_in_segment: &'static str,
    /// What follows the name of the trait or property.
    pub op: fn(Op) -> &'static str,
    /// One and several, after [`Phrases::within`].
    pub unit_within: fn(Unit) -> (&'static str, &'static str),
    /// One and several.
    pub unit: fn(Unit) -> (&'static str, &'static str),
    /// A channel's name; channels not known here keep theirs.
    pub channel: fn(&str) -> String,
}

pub(super) fn of(locale: Locale) -> &'static Phrases {
    match locale {
        Locale::En => &en::PHRASES,
        Locale::Nl => &nl::PHRASES,
        Locale::Sv => &sv::PHRASES,
        Locale::Fy => &fy::PHRASES,
    }
}

//! English.

use super::Phrases;
use crate::{AmountOf, Occurrence, Op, Unit};

pub(super) const PHRASES: Phrases = Phrases {
    everyone: "All customers.",
    lead: "Customers for whom {v}.",
    anybody: "anything holds",
    and: " and ",
    or: " or ",
    not: "not ({v})",
    and_more: "and {v} more",
    between_dates: "is between {from} and {to}",
    did: "{v} happened",
    did_not: "{v} did not happen",
    at_least: "at least {v}",
    exactly: "exactly {v}",
    at_most: "at most {v}",
    occurrence,
    amount_of,
    sequence: "they did {v}",
    sequence_not: "they did not do {v}",
    then: ", then ",
    then_at_once: ", directly after that ",
    then_not: ", and then not {v}",
    within: "within {v}",
    sample: "they are in a random {v} % of all customers",
    sample_from: "from {v} % on",
    sample_seed: "draw {v}",
    time: "time",
    times: "times",
    in_last: "in the last {v}",
    since: "since {v}",
    from_to: "from {from} to {to}",
    through: "through {v}",
    with: "with {v}",
    subscribed: "they are subscribed to {v}",
    unsubscribed: "they are unsubscribed from {v}",
    consent_unknown: "they never said yes or no to {v}",
    consent_pending: "they were asked to confirm {v}, and did not yet",
    topic: "the topic {v}",
    purpose,
    reachable: "they can be reached by {v}",
    in_segment: "they are in the segment {v}",
    not_in_segment: "they are not in the segment {v}",
    op,
    unit_within: unit,
    unit,
    channel,
};

fn occurrence(occurrence: Occurrence) -> &'static str {
    match occurrence {
        Occurrence::First => "for the first time",
        Occurrence::Last => "for the last time",
    }
}

fn amount_of(of: AmountOf) -> &'static str {
    match of {
        AmountOf::Sum => "in all, {v}",
        AmountOf::Average => "on average, {v}",
        AmountOf::Min => "the lowest {v}",
        AmountOf::Max => "the highest {v}",
        AmountOf::Distinct => "the number of different values of {v}",
    }
}

fn op(op: Op) -> &'static str {
    match op {
        Op::Equals => "is {v}",
        Op::NotEquals => "is not {v}",
        Op::In => "is one of {v}",
        Op::NotIn => "is none of {v}",
        Op::Contains => "contains {v}",
        Op::NotContains => "does not contain {v}",
        Op::StartsWith => "starts with {v}",
        Op::EndsWith => "ends with {v}",
        Op::Matches => "matches the pattern {v}",
        Op::Gt => "is more than {v}",
        Op::Gte => "is at least {v}",
        Op::Lt => "is less than {v}",
        Op::Lte => "is at most {v}",
        Op::Between => "is between {from} and {to}",
        Op::Before => "is before {v}",
        Op::After => "is after {v}",
        Op::WithinLast => "is within the last {v}",
        Op::NotWithinLast => "is not within the last {v}",
        Op::AnniversaryInNext => "comes round in the next {v}",
        Op::AnniversaryToday => "comes round today",
        Op::IsTrue => "is true",
        Op::IsFalse => "is false",
        Op::Exists => "is known",
        Op::NotExists => "is not known",
    }
}

fn unit(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minute => ("minute", "minutes"),
        Unit::Hour => ("hour", "hours"),
        Unit::Day => ("day", "days"),
        Unit::Week => ("week", "weeks"),
        Unit::Month => ("month", "months"),
        Unit::Year => ("year", "years"),
    }
}

fn purpose(purpose: &str) -> &'static str {
    match purpose {
        "marketing" => "marketing",
        "analytics" => "analytics",
        "personalisation" => "personalisation",
        "ads" => "advertising",
        _ => "other purposes",
    }
}

fn channel(channel: &str) -> String {
    match channel {
        "email" => "e-mail",
        "sms" => "text message",
        "push" => "push message",
        "phone" => "phone",
        other => other,
    }
    .to_owned()
}

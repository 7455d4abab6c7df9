//! Frisian.

use super::Phrases;
use crate::{AmountOf, Occurrence, Op, Unit};

pub(super) const PHRASES: Phrases = Phrases {
    everyone: "Alle klanten.",
    lead: "Klanten dêr't foar jildt: {v}.",
    anybody: "alles is goed",
    and: " en ",
    or: " of ",
    not: "net ({v})",
    and_more: "en noch {v}",
    between_dates: "leit tusken {from} en {to}",
    did: "{v} is bard",
    did_not: "{v} is net bard",
    at_least: "op syn minst {v}",
    exactly: "krekt {v}",
    at_most: "op syn heechst {v}",
    occurrence,
    amount_of,
    sequence: "die {v}",
    sequence_not: "die net {v}",
    then: ", dêrnei ",
    then_at_once: ", daliks dêrnei ",
    then_not: ", en dêrnei net {v}",
    within: "binnen {v}",
    sample: "heart by in willekeurige {v} % fan alle klanten",
    sample_from: "fan {v} % ôf",
    sample_seed: "lotting {v}",
    time: "kear",
    times: "kear",
    in_last: "yn de lêste {v}",
    since: "sûnt {v}",
    from_to: "fan {from} oant en mei {to}",
    through: "fia {v}",
    with: "mei {v}",
    subscribed: "oanmeld foar {v}",
    unsubscribed: "ôfmeld foar {v}",
    consent_unknown: "nea ja of nee sein tsjin {v}",
    consent_pending: "frege om {v} te befêstigjen, noch net dien",
    topic: "it ûnderwerp {v}",
    purpose,
    reachable: "te berikken fia {v}",
    in_segment: "yn it segmint {v}",
    not_in_segment: "net yn it segmint {v}",
    op,
    unit_within: unit,
    unit,
    channel,
};

fn occurrence(occurrence: Occurrence) -> &'static str {
    match occurrence {
        Occurrence::First => "foar it earst",
        Occurrence::Last => "foar it lêst",
    }
}

fn amount_of(of: AmountOf) -> &'static str {
    match of {
        AmountOf::Sum => "yn totaal {v}",
        AmountOf::Average => "trochinoar {v}",
        AmountOf::Min => "de leechste {v}",
        AmountOf::Max => "de heechste {v}",
        AmountOf::Distinct => "it tal ferskillende wearden fan {v}",
    }
}

fn op(op: Op) -> &'static str {
    match op {
        Op::Equals => "is {v}",
        Op::NotEquals => "is net {v}",
        Op::In => "is ien fan {v}",
        Op::NotIn => "is gjinien fan {v}",
        Op::Contains => "befettet {v}",
        Op::NotContains => "befettet net {v}",
        Op::StartsWith => "begjint mei {v}",
        Op::EndsWith => "einiget op {v}",
        Op::Matches => "past op it patroan {v}",
        Op::Gt => "is mear as {v}",
        Op::Gte => "is op syn minst {v}",
        Op::Lt => "is minder as {v}",
        Op::Lte => "is op syn heechst {v}",
        Op::Between => "leit tusken {from} en {to}",
        Op::Before => "is foar {v}",
        Op::After => "is nei {v}",
        Op::WithinLast => "falt yn de lêste {v}",
        Op::NotWithinLast => "falt net yn de lêste {v}",
        Op::AnniversaryInNext => "komt werom yn de kommende {v}",
        Op::AnniversaryToday => "komt hjoed werom",
        Op::IsTrue => "is wier",
        Op::IsFalse => "is net wier",
        Op::Exists => "is bekend",
        Op::NotExists => "is net bekend",
    }
}

fn unit(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minute => ("minút", "minuten"),
        Unit::Hour => ("oere", "oeren"),
        Unit::Day => ("dei", "dagen"),
        Unit::Week => ("wike", "wiken"),
        Unit::Month => ("moanne", "moannen"),
        Unit::Year => ("jier", "jier"),
    }
}

fn purpose(purpose: &str) -> &'static str {
    match purpose {
        "marketing" => "marketing",
        "analytics" => "statistyk",
        "personalisation" => "persoanlik meitsje",
        "ads" => "advertinsjes",
        _ => "oare doelen",
    }
}

fn channel(channel: &str) -> String {
    match channel {
        "email" => "e-mail",
        "sms" => "sms",
        "push" => "pushberjocht",
        "phone" => "tillefoan",
        other => other,
    }
    .to_owned()
}

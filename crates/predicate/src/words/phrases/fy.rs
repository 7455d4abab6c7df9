//! Frisian.

use super::Phrases;
use crate::{Op, Unit};

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
    unit,
    channel,
};

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

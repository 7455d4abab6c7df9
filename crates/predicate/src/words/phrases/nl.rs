//! Dutch.

use super::Phrases;
use crate::{AmountOf, Occurrence, Op, Unit};

pub(super) const PHRASES: Phrases = Phrases {
    everyone: "Alle klanten.",
    lead: "Klanten waarvoor geldt: {v}.",
    anybody: "alles is goed",
    and: " en ",
    or: " of ",
    not: "niet ({v})",
    and_more: "en nog {v}",
    between_dates: "ligt tussen {from} en {to}",
    did: "{v} is gebeurd",
    did_not: "{v} is niet gebeurd",
    at_least: "minstens {v}",
    exactly: "precies {v}",
    at_most: "hoogstens {v}",
    occurrence,
    amount_of,
    sequence: "deed {v}",
    sequence_not: "deed niet {v}",
    then: ", daarna ",
    then_at_once: ", direct daarna ",
    then_not: ", en daarna niet {v}",
    within: "binnen {v}",
    sample: "hoort bij een willekeurige {v} % van alle klanten",
    sample_from: "vanaf {v} %",
    sample_seed: "trekking {v}",
    time: "keer",
    times: "keer",
    in_last: "in de laatste {v}",
    since: "sinds {v}",
    from_to: "van {from} tot en met {to}",
    through: "via {v}",
    with: "met {v}",
    subscribed: "aangemeld voor {v}",
    unsubscribed: "afgemeld voor {v}",
    consent_unknown: "nooit ja of nee gezegd tegen {v}",
    consent_pending: "gevraagd om {v} te bevestigen, nog niet gedaan",
    topic: "het onderwerp {v}",
    purpose,
    reachable: "bereikbaar via {v}",
    in_segment: "in het segment {v}",
    not_in_segment: "niet in het segment {v}",
    op,
    unit_within: unit,
    unit,
    channel,
};

fn occurrence(occurrence: Occurrence) -> &'static str {
    match occurrence {
        Occurrence::First => "voor het eerst",
        Occurrence::Last => "voor het laatst",
    }
}

fn amount_of(of: AmountOf) -> &'static str {
    match of {
        AmountOf::Sum => "in totaal {v}",
        AmountOf::Average => "gemiddeld {v}",
        AmountOf::Min => "de laagste {v}",
        AmountOf::Max => "de hoogste {v}",
        AmountOf::Distinct => "het aantal verschillende waarden van {v}",
    }
}

fn op(op: Op) -> &'static str {
    match op {
        Op::Equals => "is {v}",
        Op::NotEquals => "is niet {v}",
        Op::In => "is een van {v}",
        Op::NotIn => "is geen van {v}",
        Op::Contains => "bevat {v}",
        Op::NotContains => "bevat niet {v}",
        Op::StartsWith => "begint met {v}",
        Op::EndsWith => "eindigt op {v}",
        Op::Matches => "past op het patroon {v}",
        Op::Gt => "is meer dan {v}",
        Op::Gte => "is minstens {v}",
        Op::Lt => "is minder dan {v}",
        Op::Lte => "is hoogstens {v}",
        Op::Between => "ligt tussen {from} en {to}",
        Op::Before => "is voor {v}",
        Op::After => "is na {v}",
        Op::WithinLast => "valt in de laatste {v}",
        Op::NotWithinLast => "valt niet in de laatste {v}",
        Op::AnniversaryInNext => "komt terug in de komende {v}",
        Op::AnniversaryToday => "komt vandaag terug",
        Op::IsTrue => "is waar",
        Op::IsFalse => "is onwaar",
        Op::Exists => "is bekend",
        Op::NotExists => "is niet bekend",
    }
}

fn unit(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minute => ("minuut", "minuten"),
        Unit::Hour => ("uur", "uur"),
        Unit::Day => ("dag", "dagen"),
        Unit::Week => ("week", "weken"),
        Unit::Month => ("maand", "maanden"),
        Unit::Year => ("jaar", "jaar"),
    }
}

fn purpose(purpose: &str) -> &'static str {
    match purpose {
        "marketing" => "marketing",
        "analytics" => "statistiek",
        "personalisation" => "persoonlijk maken",
        "ads" => "advertenties",
        _ => "andere doelen",
    }
}

fn channel(channel: &str) -> String {
    match channel {
        "email" => "e-mail",
        "sms" => "sms",
        "push" => "pushbericht",
        "phone" => "telefoon",
        other => other,
    }
    .to_owned()
}

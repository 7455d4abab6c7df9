//! Swedish.

use super::Phrases;
use crate::{AmountOf, Occurrence, Op, Unit};

pub(super) const PHRASES: Phrases = Phrases {
    everyone: "Alla kunder.",
    lead: "Kunder där {v}.",
    anybody: "allt stämmer",
    and: " och ",
    or: " eller ",
    not: "inte ({v})",
    and_more: "och {v} till",
    between_dates: "ligger mellan {from} och {to}",
    did: "{v} har hänt",
    did_not: "{v} har inte hänt",
    at_least: "minst {v}",
    exactly: "exakt {v}",
    at_most: "högst {v}",
    occurrence,
    amount_of,
    sequence: "gjorde {v}",
    sequence_not: "gjorde inte {v}",
    then: ", sedan ",
    then_at_once: ", direkt därefter ",
    then_not: ", och sedan inte {v}",
    within: "inom {v}",
    sample: "hör till slumpvis valda {v} % av alla kunder",
    sample_from: "från {v} %",
    sample_seed: "dragning {v}",
    time: "gång",
    times: "gånger",
    in_last: "under de senaste {v}",
    since: "sedan {v}",
    from_to: "från {from} till och med {to}",
    through: "via {v}",
    with: "med {v}",
    subscribed: "har anmält sig till {v}",
    unsubscribed: "har avanmält sig från {v}",
    consent_unknown: "har aldrig sagt ja eller nej till {v}",
    consent_pending: "har ombetts att bekräfta {v} men inte gjort det än",
    topic: "ämnet {v}",
    purpose,
    reachable: "kan nås via {v}",
    in_segment: "ingår i segmentet {v}",
    not_in_segment: "ingår inte i segmentet {v}",
    op,
    unit_within,
    unit,
    channel,
};

fn occurrence(occurrence: Occurrence) -> &'static str {
    match occurrence {
        Occurrence::First => "för första gången",
        Occurrence::Last => "senast",
    }
}

fn amount_of(of: AmountOf) -> &'static str {
    match of {
        AmountOf::Sum => "totalt {v}",
        AmountOf::Average => "i genomsnitt {v}",
        AmountOf::Min => "lägsta {v}",
        AmountOf::Max => "högsta {v}",
        AmountOf::Distinct => "antalet olika värden av {v}",
    }
}

fn op(op: Op) -> &'static str {
    match op {
        Op::Equals => "är {v}",
        Op::NotEquals => "är inte {v}",
        Op::In => "är något av {v}",
        Op::NotIn => "är inget av {v}",
        Op::Contains => "innehåller {v}",
        Op::NotContains => "innehåller inte {v}",
        Op::StartsWith => "börjar med {v}",
        Op::EndsWith => "slutar på {v}",
        Op::Matches => "passar mönstret {v}",
        Op::Gt => "är mer än {v}",
        Op::Gte => "är minst {v}",
        Op::Lt => "är mindre än {v}",
        Op::Lte => "är högst {v}",
        Op::Between => "ligger mellan {from} och {to}",
        Op::Before => "är före {v}",
        Op::After => "är efter {v}",
        Op::WithinLast => "är inom de senaste {v}",
        Op::NotWithinLast => "är inte inom de senaste {v}",
        Op::AnniversaryInNext => "infaller inom de närmaste {v}",
        Op::AnniversaryToday => "infaller i dag",
        Op::IsTrue => "är sant",
        Op::IsFalse => "är falskt",
        Op::Exists => "är känt",
        Op::NotExists => "är inte känt",
    }
}

fn unit(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minute => ("minuten", "minuterna"),
        Unit::Hour => ("timmen", "timmarna"),
        Unit::Day => ("dagen", "dagarna"),
        Unit::Week => ("veckan", "veckorna"),
        Unit::Month => ("månaden", "månaderna"),
        Unit::Year => ("året", "åren"),
    }
}

fn unit_within(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Minute => ("minut", "minuter"),
        Unit::Hour => ("timme", "timmar"),
        Unit::Day => ("dag", "dagar"),
        Unit::Week => ("vecka", "veckor"),
        Unit::Month => ("månad", "månader"),
        Unit::Year => ("år", "år"),
    }
}

fn purpose(purpose: &str) -> &'static str {
    match purpose {
        "marketing" => "marknadsföring",
        "analytics" => "statistik",
        "personalisation" => "personanpassning",
        "ads" => "annonser",
        _ => "andra ändamål",
    }
}

fn channel(channel: &str) -> String {
    match channel {
        "email" => "e-post",
        "sms" => "sms",
        "push" => "pushmeddelande",
        "phone" => "telefon",
        other => other,
    }
    .to_owned()
}

//! Whether a rule may be, and what to know of it before it is switched on.

use crate::limits::*;
use crate::model::{Draft, KINDS, Keep, Target, Unit, Warning, What};
use crate::ports::Needs;
use base::FieldError;

/// Display names of events that tell who somebody is.
const TELLING: [&str; 3] = ["Identified", "Group Joined", "Alias Declared"];
const TELLING_KINDS: [&str; 3] = ["identify", "group", "alias"];

/// What is wrong with a rule; empty when it may be.
pub(crate) fn flaws(draft: &Draft, needs: &Needs, attribution_days: i64) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut flaw = |pointer: &str, code: &str, detail: String| {
        found.push(FieldError { pointer: pointer.into(), code: code.into(), detail });
    };
    let Target { what, name } = &draft.target;
    match what {
        What::Event if name.trim().is_empty() => {
            flaw("/target/name", "missing", "say which event: its name, such as \"Product Viewed\"".into());
        }
        What::Event if NAME_CHARS_MAX < name.chars().count() || name.contains('\0') => {
            flaw("/target/name", "too_long", format!("the name of an event has at most {NAME_CHARS_MAX} characters"));
        }
        What::Event if needs.is_protected(name) => {
            let detail = format!("\"{name}\" is proof of what somebody agreed to, or of who is who: it is never cut");
            flaw("/target/name", "retention_protected", detail);
        }
        What::Kind if !KINDS.contains(&name.as_str()) => {
            flaw("/target/name", "unknown", format!("the kinds are {}", KINDS.join(", ")));
        }
        What::EverythingElse if !name.is_empty() => {
            flaw("/target/name", "unknown", "everything else has no name".into());
        }
        _ => {}
    }
    if let Some(keep) = draft.keep {
        let most = match keep.unit {
            Unit::Day => KEEP_DAYS_MAX,
            Unit::Month => KEEP_MONTHS_MAX,
        };
        if !(1..=most).contains(&keep.amount) {
            flaw("/keep/amount", "out_of_range", format!("keep events between 1 and {most} {}s", keep.unit.name()));
        } else if may_cover_orders(&draft.target, needs) && keep.days_min() < attribution_days {
            let detail = format!(
                "an order is credited to messages for {attribution_days} days (the workspace's attribution window): \
                 what orders are made of or credited by is kept at least so long"
            );
            flaw("/keep/amount", "needed_by_orders", detail);
        }
    }
    found
}

/// The name as rules are found by it.
pub(crate) fn tidied(mut draft: Draft) -> Draft {
    draft.target.name = draft.target.name.trim().to_owned();
    draft
}

fn covers_orders(target: &Target, needs: &Needs) -> bool {
    match target.what {
        What::Event => needs.is_order(&target.name),
        What::Kind => target.name == "track",
        What::EverythingElse => true,
    }
}

fn covers_touches(target: &Target, needs: &Needs) -> bool {
    match target.what {
        What::Event => needs.is_touch(&target.name),
        What::Kind => target.name == "track",
        What::EverythingElse => true,
    }
}

fn may_cover_orders(target: &Target, needs: &Needs) -> bool {
    covers_orders(target, needs) || covers_touches(target, needs)
}

fn covers_tellings(target: &Target) -> bool {
    match target.what {
        What::Event => TELLING.contains(&target.name.as_str()),
        What::Kind => TELLING_KINDS.contains(&target.name.as_str()),
        What::EverythingElse => true,
    }
}

/// What stays, and what will be less exact. `attribution_days` None: not known.
pub(crate) fn warnings(draft: &Draft, needs: &Needs, attribution_days: Option<i64>) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |code: &str, detail: &str| found.push(Warning { code: code.into(), detail: detail.into() });
    let Some(keep) = draft.keep else {
        warn("forever", "These events are kept for ever, whatever a wider rule says.");
        return found;
    };
    if covers_orders(&draft.target, needs) {
        warn("orders_stay", "Orders and revenue in reports stay as they are; only the events in the history go.");
    }
    if covers_touches(&draft.target, needs) {
        warn("attribution_stays", "What messages are credited with stays; opens and clicks go from timelines.");
    }
    if covers_tellings(&draft.target) {
        warn(
            "traits_stay",
            "Customers keep their traits, identifiers and consent. Where a value came from is shown only as far back \
             as the history goes.",
        );
        warn(
            "merges_less_exact",
            "A merge that is older than the history is taken apart by what is left of it: traits said before are lost \
             to both.",
        );
    }
    warn(
        "counters_stay",
        "A customer's first and last visit and number of events stay as they were counted; the timeline gets shorter.",
    );
    if attribution_days.is_some_and(|days| needs_more(draft, keep, needs, days)) {
        warn(
            "kept_for_orders",
            "The attribution window is longer than this rule keeps events: what orders need is kept until it has passed.",
        );
    }
    found
}

fn needs_more(draft: &Draft, keep: Keep, needs: &Needs, days: i64) -> bool {
    may_cover_orders(&draft.target, needs) && keep.days_min() < days
}

//! `date`: reads a time as people and systems write it, shows it with strftime signs in a time zone.

mod parse;
mod strftime;

use super::{Answer, Args};
use crate::budget::Budget;
use crate::error::Fault;
use crate::locale::Locale;
use crate::value::{Val, is_empty, to_text};
use jiff::tz::TimeZone;

/// Longer formats are no date formats.
const FORMAT_BYTES_MAX: usize = 1_000;

/// What is no time is shown as it is.
pub(super) fn date<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    let format = args.val(0);
    if value.is_nil() || format.is_nil() || is_empty(&format) {
        return Ok(value);
    }
    let zone_name = args.named("time_zone").map_or(budget.ctx.time_zone.into(), |name| to_text(name));
    let zone = time_zone(&zone_name)?;
    let locale = match args.named("locale") {
        Some(name) => Locale::of(&to_text(name)),
        None => Locale::of(budget.ctx.locale),
    };
    let Some(time) = parse::parse(&value, budget.ctx.now_ms, &zone) else {
        return Ok(value);
    };
    let format = to_text(&format);
    if FORMAT_BYTES_MAX < format.len() {
        return Err(Fault::msg(format!("a date format has at most {FORMAT_BYTES_MAX} bytes")));
    }
    budget.steps(DATE_STEPS)?;
    budget.new_text(strftime::format(&time.to_zoned(zone), &format, locale))
}

/// What reading and writing one date costs, compared with other filters.
const DATE_STEPS: u64 = 10;

fn time_zone(name: &str) -> Result<TimeZone, Fault> {
    match name {
        "UTC" | "" => Ok(TimeZone::UTC),
        name => TimeZone::get(name)
            .map_err(|_| Fault::msg(format!("there is no time zone '{name}'; use a name such as Europe/Amsterdam"))),
    }
}

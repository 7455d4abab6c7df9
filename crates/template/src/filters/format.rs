//! `default` and `money`.

use super::{Answer, Args};
use crate::budget::Budget;
use crate::error::Fault;
use crate::locale::Locale;
use crate::value::{Number, Val, is_empty, to_text};

pub(super) fn default<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    let keeps_false = args.named("allow_false").is_some_and(Val::is_truthy) && matches!(value, Val::Bool(_));
    let is_missing = !keeps_false && (!value.is_truthy() || is_empty(&value));
    Ok(if is_missing { args.val(0) } else { value })
}

/// Reads minor units (cents) and a currency code; the locale is the second argument, the option, or the message's.
pub(super) fn money<'a>(value: Val<'a>, args: &Args<'a>, budget: &mut Budget<'a>) -> Answer<'a> {
    if value.is_nil() {
        return Ok(Val::Nil);
    }
    let code = to_text(&args.val(0)).into_owned();
    let currency = base::Currency::parse(&code).map_err(|error| Fault::msg(format!("money: {error}")))?;
    let minor = match Number::of(&value) {
        Number::Int(minor) => minor,
        Number::Float(minor) => minor.round() as i64,
    };
    let locale = match args.named("locale").or(args.get(1)) {
        Some(locale) => Locale::of(&to_text(locale)),
        None => Locale::of(budget.ctx.locale),
    };
    budget.new_text(locale.money(minor, currency.code(), currency.decimals()))
}

//! Filters on numbers.

use super::{Answer, Args};
use crate::budget::Budget;
use crate::error::Fault;
use crate::value::{Number, Val, round_decimal};

/// Floats show no more decimals than this.
const ROUND_DIGITS_MAX: i64 = 18;

fn number<'a>(args: &Args<'a>) -> Number {
    Number::of(&args.val(0))
}

/// A float as a whole number, clamped to what fits.
fn whole<'a>(float: f64) -> Val<'a> {
    Val::Int(float as i64)
}

pub(super) fn abs<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(match Number::of(&value) {
        Number::Int(int) => Val::Int(int.saturating_abs()),
        Number::Float(float) => Val::Float(float.abs()),
    })
}

pub(super) fn at_least<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    let (a, b) = (Number::of(&value), number(args));
    Ok(if a.float() < b.float() { b } else { a }.val())
}

pub(super) fn at_most<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    let (a, b) = (Number::of(&value), number(args));
    Ok(if b.float() < a.float() { b } else { a }.val())
}

pub(super) fn ceil<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(match Number::of(&value) {
        Number::Int(int) => Val::Int(int),
        Number::Float(float) => whole(float.ceil()),
    })
}

pub(super) fn floor<'a>(value: Val<'a>, _: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(match Number::of(&value) {
        Number::Int(int) => Val::Int(int),
        Number::Float(float) => whole(float.floor()),
    })
}

/// Negative digits round to tens, hundreds and so on.
pub(super) fn round<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    let digits = (number(args).float() as i64).clamp(-ROUND_DIGITS_MAX, ROUND_DIGITS_MAX);
    let value = Number::of(&value);
    if digits < 0 {
        let unit = 10i64.pow((-digits) as u32);
        let rounded = (value.float() / unit as f64).round() * unit as f64;
        return Ok(whole(rounded));
    }
    Ok(match value {
        Number::Int(int) => Val::Int(int),
        Number::Float(float) if digits == 0 => whole(round_decimal(float, 0)),
        Number::Float(float) => Val::Float(round_decimal(float, digits as u32)),
    })
}

pub(super) fn plus<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Number::of(&value).plus(number(args)).val())
}

pub(super) fn minus<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Number::of(&value).minus(number(args)).val())
}

pub(super) fn times<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Number::of(&value).times(number(args)).val())
}

pub(super) fn divided_by<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Number::of(&value).divided_by(divisor(args)?).val())
}

pub(super) fn modulo<'a>(value: Val<'a>, args: &Args<'a>, _: &mut Budget<'a>) -> Answer<'a> {
    Ok(Number::of(&value).modulo(divisor(args)?).val())
}

fn divisor(args: &Args<'_>) -> Result<Number, Fault> {
    let divisor = number(args);
    if divisor.is_zero() {
        return Err(Fault::msg("cannot divide by zero"));
    }
    Ok(divisor)
}

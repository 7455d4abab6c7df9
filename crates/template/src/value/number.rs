//! Numbers as Liquid counts: whole numbers stay whole, and 10.1 + 2.2 is 12.3.
//!
//! Floats are added, subtracted and multiplied as the decimal numbers they are written as, because
//! prices are written that way; where a decimal would need more than 38 digits, plain floats are used.

use super::Val;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i64),
    Float(f64),
}

/// `mantissa / 10^scale`.
#[derive(Clone, Copy)]
struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// More decimals than this and the float is used as it is.
const SCALE_MAX: u32 = 18;
/// Mantissas stay below this, so that a product of two fits in an i128.
const MANTISSA_MAX: i128 = 1_000_000_000_000_000_000;

impl Number {
    /// Reads a value as filters do: texts by their leading number, anything else as 0.
    pub fn of(value: &Val<'_>) -> Number {
        match value {
            Val::Int(int) => Number::Int(*int),
            Val::Float(float) => Number::Float(*float),
            _ => match value.as_str() {
                Some(text) => Number::parse(text.trim()),
                None => Number::Int(0),
            },
        }
    }

    fn parse(text: &str) -> Number {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if let Some((whole, fraction)) = digits.split_once('.')
            && is_digits(whole)
            && is_digits(fraction)
            && let Ok(float) = text.parse()
        {
            return Number::Float(float);
        }
        let sign_len = usize::from(text.starts_with(['-', '+']));
        let end = text[sign_len..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |at| at + sign_len);
        match text[..end].parse::<i64>() {
            Ok(int) => Number::Int(int),
            Err(_) => Number::Float(text[..end].parse().unwrap_or(0.0)).or_zero(),
        }
    }

    fn or_zero(self) -> Number {
        match self {
            Number::Float(0.0) => Number::Int(0),
            other => other,
        }
    }

    pub fn float(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }

    pub fn is_zero(self) -> bool {
        self.float() == 0.0
    }

    pub fn val<'a>(self) -> Val<'a> {
        match self {
            Number::Int(int) => Val::Int(int),
            Number::Float(float) => Val::Float(float),
        }
    }

    pub fn plus(self, other: Number) -> Number {
        self.combine(other, i64::checked_add, |a, b| aligned(a, b, i128::checked_add), |a, b| a + b)
    }

    pub fn minus(self, other: Number) -> Number {
        self.combine(other, i64::checked_sub, |a, b| aligned(a, b, i128::checked_sub), |a, b| a - b)
    }

    pub fn times(self, other: Number) -> Number {
        let decimal = |a: Decimal, b: Decimal| {
            Some(Decimal { mantissa: a.mantissa.checked_mul(b.mantissa)?, scale: a.scale + b.scale })
        };
        self.combine(other, i64::checked_mul, decimal, |a, b| a * b)
    }

    /// The remainder, with the sign of the divisor. The divisor must not be zero.
    pub fn modulo(self, other: Number) -> Number {
        let int = |a: i64, b: i64| {
            a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        };
        let floor_mod = |a: i128, b: i128| {
            a.checked_rem(b).map(|rest| if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        };
        self.combine(other, int, |a, b| aligned(a, b, floor_mod), |a, b| a - b * (a / b).floor())
    }

    /// Whole numbers divide to whole numbers, rounding down. The divisor must not be zero.
    pub fn divided_by(self, other: Number) -> Number {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => match a.checked_div_euclid(b) {
                Some(_) => {
                    let quotient = a / b;
                    Number::Int(if a % b != 0 && ((a < 0) != (b < 0)) { quotient - 1 } else { quotient })
                }
                None => Number::Float(a as f64 / b as f64),
            },
            (a, b) => Number::Float(a.float() / b.float()),
        }
    }

    fn combine(
        self,
        other: Number,
        int: impl Fn(i64, i64) -> Option<i64>,
        decimal: impl Fn(Decimal, Decimal) -> Option<Decimal>,
        float: impl Fn(f64, f64) -> f64,
    ) -> Number {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return match int(a, b) {
                Some(result) => Number::Int(result),
                None => Number::Float(float(a as f64, b as f64)),
            };
        }
        let exact = match (Decimal::of(self), Decimal::of(other)) {
            (Some(a), Some(b)) => decimal(a, b).map(Decimal::float),
            _ => None,
        };
        Number::Float(exact.unwrap_or_else(|| float(self.float(), other.float())))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl Decimal {
    fn of(number: Number) -> Option<Decimal> {
        let (mantissa, scale) = match number {
            Number::Int(int) => (i128::from(int), 0),
            Number::Float(float) => {
                if !float.is_finite() || 1e17 <= float.abs() {
                    return None;
                }
                let text = format!("{float}");
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                let scale = fraction.len() as u32;
                if SCALE_MAX < scale {
                    return None;
                }
                (format!("{whole}{fraction}").parse().ok()?, scale)
            }
        };
        (mantissa.abs() < MANTISSA_MAX).then_some(Decimal { mantissa, scale })
    }

    fn float(self) -> f64 {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        format!("{sign}{whole}.{fraction}0").parse().unwrap_or(0.0)
    }
}

fn aligned(a: Decimal, b: Decimal, apply: impl Fn(i128, i128) -> Option<i128>) -> Option<Decimal> {
    let scale = a.scale.max(b.scale);
    let widen = |d: Decimal| d.mantissa.checked_mul(10i128.pow(scale - d.scale));
    Some(Decimal { mantissa: apply(widen(a)?, widen(b)?)?, scale })
}

/// Rounds half away from zero, by the digits the number is written with.
pub(crate) fn round_decimal(value: f64, digits: u32) -> f64 {
    match Decimal::of(Number::Float(value)) {
        Some(decimal) if digits < decimal.scale => {
            let unit = 10i128.pow(decimal.scale - digits);
            let half = if decimal.mantissa < 0 { -unit / 2 } else { unit / 2 };
            Decimal { mantissa: (decimal.mantissa + half) / unit, scale: digits }.float()
        }
        Some(_) => value,
        None if digits == 0 => value.round(),
        None => value,
    }
}

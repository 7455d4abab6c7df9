//! Money in minor units (cents, öre) with its ISO 4217 currency.

use serde::{Deserialize, Serialize};
use std::fmt;

/// ISO 4217 code, upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// An amount in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MoneyError {
    #[error("\"{0}\" is not an ISO 4217 currency code of three letters")]
    BadCurrency(String),
    #[error("\"{0}\" is not the code of a currency (ISO 4217)")]
    UnknownCurrency(Currency),
    #[error("cannot add {0} to {1}")]
    CurrencyMismatch(Currency, Currency),
    #[error("{0} is too large an amount")]
    OutOfRange(f64),
}

/// The codes of ISO 4217 in use (January 2026), without funds, metals and tests.
const IN_USE: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP \
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG \
SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST \
XAF XCD XCG XOF XPF YER ZAR ZMW ZWG BGN HRK ANG";

impl Currency {
    pub const EUR: Currency = Currency(*b"EUR");
    pub const SEK: Currency = Currency(*b"SEK");
    pub const USD: Currency = Currency(*b"USD");

    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let bytes = code.trim().as_bytes();
        match <[u8; 3]>::try_from(bytes) {
            Ok(letters) if letters.iter().all(u8::is_ascii_alphabetic) => {
                Ok(Self(letters.map(|letter| letter.to_ascii_uppercase())))
            }
            _ => Err(MoneyError::BadCurrency(code.chars().take(12).collect())),
        }
    }
    /// The same, and only a code of ISO 4217 that is in use (or was until lately): for what comes from outside.
    pub fn in_use(code: &str) -> Result<Self, MoneyError> {
        let currency = Self::parse(code)?;
        match IN_USE.split(' ').any(|known| known == currency.code()) {
            true => Ok(currency),
            false => Err(MoneyError::UnknownCurrency(currency)),
        }
    }
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
    /// Digits after the decimal point (ISO 4217): most have 2.
    pub fn decimals(&self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"ISK" | b"CLP" | b"VND" | b"XAF" | b"XOF" => 0,
            b"BHD" | b"KWD" | b"OMR" | b"TND" | b"JOD" => 3,
            _ => 2,
        }
    }
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
    /// From an amount in major units as sources write it (`12.99`), rounded half away from zero.
    pub fn from_major(amount: f64, currency: Currency) -> Result<Self, MoneyError> {
        let scaled = (amount * 10f64.powi(currency.decimals() as i32)).round();
        if !scaled.is_finite() || scaled.abs() > 9e15 {
            return Err(MoneyError::OutOfRange(amount));
        }
        Ok(Self { minor: scaled as i64, currency })
    }
    pub fn major(self) -> f64 {
        self.minor as f64 / 10f64.powi(self.currency.decimals() as i32)
    }
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(other.currency, self.currency));
        }
        Ok(Money { minor: self.minor.saturating_add(other.minor), currency: self.currency })
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        Currency::parse(&code)
    }
}
impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.code().to_owned()
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.*}", self.currency, self.currency.decimals() as usize, self.major())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_round_to_the_minor_unit_of_their_currency() {
        assert_eq!(Money::from_major(12.995, Currency::EUR).unwrap().minor, 1300);
        assert_eq!(Money::from_major(-4.65, Currency::EUR).unwrap().minor, -465);
        assert_eq!(Money::from_major(500.0, Currency::parse("jpy").unwrap()).unwrap().minor, 500);
        assert!(Money::from_major(f64::NAN, Currency::EUR).is_err());
        assert!(Currency::parse("EURO").is_err());
        assert_eq!(Currency::in_use("sek"), Ok(Currency::SEK));
        assert!(Currency::in_use("EUX").is_err() && Currency::in_use("EURO").is_err());
        assert_eq!(Money::new(1299, Currency::EUR).to_string(), "EUR 12.99");
    }
}

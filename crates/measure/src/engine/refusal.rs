//! Why an order event is no order: the one place that says what happens to what cannot be used.
//!
//! | the event says | what happens |
//! |---|---|
//! | no amount at all | an order of 0: it did happen |
//! | `revenue`, `total`, `value` or a product's `price` or `quantity` that is no number ("abc", `[]`, `true`) | refused: `amount_invalid` |
//! | an amount beyond 9·10¹⁵ minor units, or not finite (1e30) | refused: `amount_out_of_range` |
//! | a currency that ISO 4217 does not have | refused: `currency_unknown` |
//! | no currency, null or an empty text | the workspace's currency |
//! | a refund in another currency than its order | refused: `currency_differs`; the order keeps its worth |
//! | a refund without an amount | the whole order went back |
//! | a cancellation, whatever its amount | the order is cancelled |
//! | a time in the future | never comes here: `collect` takes a live event to have happened when it was received, and refuses the row of a file |
//!
//! A refused event changes no order and no sum. It stands in `measure_refused_order` with its reason, is counted in
//! [`crate::Measures::refused_orders`], and stays in the history, so nothing is lost: a corrected "Order Updated" for
//! the same order makes it count.

use base::Json;

/// Characters kept of what could not be used.
const SAID_CHARS_MAX: usize = 60;

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    AmountInvalid,
    AmountOutOfRange,
    CurrencyUnknown,
    CurrencyDiffers,
}

impl Reason {
    pub const fn name(self) -> &'static str {
        match self {
            Self::AmountInvalid => "amount_invalid",
            Self::AmountOutOfRange => "amount_out_of_range",
            Self::CurrencyUnknown => "currency_unknown",
            Self::CurrencyDiffers => "currency_differs",
        }
    }
}

/// A reason and what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub reason: Reason,
    pub said: String,
}

impl Refusal {
    /// `key` names the property, `value` is what it holds.
    pub fn of(reason: Reason, key: &str, value: &Json) -> Self {
        let said = format!("{key}: {value}").chars().take(SAID_CHARS_MAX).collect();
        Self { reason, said }
    }
}

//! Orders whose amounts cannot be money: told to the sender, and not counted as orders of 0.
//!
//! The event itself is kept, because it did happen; `measure` leaves such an order out. A currency there is not is
//! refused: without it the amounts mean nothing, and nobody could correct them later.

use crate::check::ItemProblem;
use crate::wire::Item;
use base::{Currency, Json, JsonMap, Money};
use events::EventKind;

/// Events that say what an order is worth.
const ORDER_EVENTS: [&str; 5] =
    ["Order Completed", "Order Updated", "Order Refunded", "Order Cancelled", "Order Canceled"];
/// Where an order's worth is looked for.
const AMOUNTS: [&str; 5] = ["revenue", "total", "value", "refund", "amount"];

/// Refuses an unknown currency; answers what to warn of.
pub(crate) fn check(item: &Item<'_>, kind: EventKind) -> Result<Option<ItemProblem>, ItemProblem> {
    let is_order = kind == EventKind::Track && item.event.get().is_some_and(|name| ORDER_EVENTS.contains(&name));
    let Some(raw) = item.properties.filter(|_| is_order) else { return Ok(None) };
    // What cannot be read at all was told before.
    let Ok(properties) = serde_json::from_str::<JsonMap>(raw.get()) else { return Ok(None) };
    let currency = currency(&properties)?.unwrap_or(Currency::EUR);
    let named = AMOUNTS.iter().filter_map(|name| Some((format!("/properties/{name}"), properties.get(*name)?)));
    let products = properties.get("products").and_then(Json::as_array).into_iter().flatten().enumerate();
    let prices = products.flat_map(|(index, product)| {
        let place = move |name: &str| format!("/properties/products/{index}/{name}");
        ["price", "quantity"].into_iter().filter_map(move |name| Some((place(name), product.get(name)?)))
    });
    let wrong = named.chain(prices).find(|(_, value)| !is_amount(value, currency));
    Ok(wrong.map(|(pointer, _)| ItemProblem {
        code: "invalid_amount",
        pointer,
        detail: "is not an amount of money; the event is kept, the order is not counted with it".into(),
    }))
}

fn currency(properties: &JsonMap) -> Result<Option<Currency>, ItemProblem> {
    let code = match properties.get("currency") {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(code)) if code.trim().is_empty() => return Ok(None),
        Some(Json::String(code)) => code.as_str(),
        Some(_) => "",
    };
    Currency::in_use(code).map(Some).map_err(|error| ItemProblem {
        code: "unknown_currency",
        pointer: "/properties/currency".into(),
        detail: error.to_string(),
    })
}

/// A number that fits the currency, or text that is one. Nothing said is nothing wrong.
fn is_amount(value: &Json, currency: Currency) -> bool {
    let amount = match value {
        Json::Null => return true,
        Json::String(text) if text.trim().is_empty() => return true,
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    amount.is_some_and(|amount| Money::from_major(amount, currency).is_ok())
}

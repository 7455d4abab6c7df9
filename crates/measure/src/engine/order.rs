//! What an order is worth, told by events that may come late, twice or in the wrong order.
//!
//! An order's row is folded from what was said about it. All steps but "updated" commute, so the order of arrival
//! does not matter. Net worth: nothing when cancelled; revenue less refunds (at most the revenue) when placed; minus
//! the refund when only the refund is known, because the money did go back.

use base::{Currency, Json, JsonMap, Money, ProfileId, Timestamp, WorkspaceId};
use events::{Channel, Event, EventKind};

/// The longest order id kept; longer ones are cut, as no shop writes such.
const ORDER_ID_CHARS_MAX: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Completed,
    Updated,
    Refunded,
    Cancelled,
}

/// One thing said about an order.
#[derive(Debug, Clone)]
pub(crate) struct OrderStep {
    pub workspace: WorkspaceId,
    pub order_id: String,
    pub profile: ProfileId,
    pub at: Timestamp,
    pub channel: Channel,
    pub step: Step,
    /// None: the event names no amount.
    pub amount: Option<Money>,
    pub currency: Currency,
}

/// An order as stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderRow {
    pub workspace: WorkspaceId,
    pub order_id: String,
    pub profile: ProfileId,
    pub at: Timestamp,
    pub day: i64,
    pub channel: String,
    pub currency: Currency,
    pub revenue_minor: i64,
    pub refunded_minor: i64,
    pub placed: bool,
    pub cancelled: bool,
    pub duplicates: i64,
}

/// What an order adds to the sums of its day, channel and currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NetOrder {
    pub counted: i64,
    pub net_minor: i64,
}

pub(crate) fn step_of(event: &Event) -> Option<Step> {
    if event.kind != EventKind::Track {
        return None;
    }
    match event.name.as_str() {
        "Order Completed" => Some(Step::Completed),
        "Order Updated" => Some(Step::Updated),
        "Order Refunded" => Some(Step::Refunded),
        "Order Cancelled" | "Order Canceled" => Some(Step::Cancelled),
        _ => None,
    }
}

impl OrderStep {
    /// Reads an order event. `home` is the currency meant when the event names none.
    pub fn read(event: &Event, profile: ProfileId, step: Step, home: Currency) -> Self {
        let properties = event.properties.map();
        let currency = properties
            .get("currency")
            .and_then(Json::as_str)
            .and_then(|code| Currency::parse(code).ok())
            .unwrap_or(home);
        let channel = properties.get("channel").and_then(Json::as_str).and_then(Channel::parse);
        Self {
            workspace: event.workspace,
            order_id: order_id(properties).unwrap_or_else(|| format!("message:{}", event.message_id)),
            profile,
            at: event.at,
            channel: channel.unwrap_or(event.channel),
            step,
            amount: amount(properties, step).and_then(|major| Money::from_major(major, currency).ok()),
            currency,
        }
    }
}

impl OrderRow {
    /// The first thing heard of an order.
    pub fn new(step: &OrderStep, day: i64) -> Self {
        Self {
            workspace: step.workspace,
            order_id: step.order_id.clone(),
            profile: step.profile,
            at: step.at,
            day,
            channel: step.channel.name().to_owned(),
            currency: step.currency,
            revenue_minor: 0,
            refunded_minor: 0,
            placed: false,
            cancelled: false,
            duplicates: 0,
        }
    }

    /// Folds one more step in; `day` is the day of the step.
    pub fn apply(&mut self, step: &OrderStep, day: i64) {
        match step.step {
            Step::Completed if self.placed => self.duplicates += 1,
            Step::Completed => self.place(step, day),
            Step::Updated if self.placed => {
                if let Some(amount) = step.amount {
                    self.revenue_minor = amount.minor;
                    self.currency = amount.currency;
                }
            }
            Step::Updated => self.place(step, day),
            Step::Cancelled => self.cancelled = true,
            Step::Refunded => self.refund(step),
        }
    }

    fn place(&mut self, step: &OrderStep, day: i64) {
        self.placed = true;
        self.profile = step.profile;
        self.at = step.at;
        self.day = day;
        self.channel = step.channel.name().to_owned();
        self.currency = step.currency;
        self.revenue_minor = step.amount.map_or(0, |amount| amount.minor);
    }

    fn refund(&mut self, step: &OrderStep) {
        match step.amount {
            // A refund in another currency than the order cannot be taken off it.
            Some(amount) if self.placed && amount.currency != self.currency => {}
            Some(amount) => {
                self.refunded_minor = self.refunded_minor.saturating_add(amount.minor.saturating_abs());
                if !self.placed {
                    self.currency = amount.currency;
                }
            }
            // Without an amount the whole order went back.
            None => self.refunded_minor = i64::MAX,
        }
    }

    pub fn net(&self) -> NetOrder {
        if self.cancelled {
            return NetOrder::default();
        }
        if self.placed {
            let refunded = self.refunded_minor.min(self.revenue_minor.max(0));
            return NetOrder { counted: 1, net_minor: self.revenue_minor - refunded };
        }
        // "Everything" of an unknown amount is not a number: it counts once the order itself is known.
        let refunded = if self.refunded_minor == i64::MAX { 0 } else { self.refunded_minor };
        NetOrder { counted: 0, net_minor: -refunded }
    }
}

fn order_id(properties: &JsonMap) -> Option<String> {
    ["order_id", "orderId", "order_number"].iter().find_map(|key| match properties.get(*key)? {
        Json::String(text) if !text.trim().is_empty() => Some(text.trim().chars().take(ORDER_ID_CHARS_MAX).collect()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The amount in major units: `revenue`, else `total`, else `value`, else the sum of the products.
fn amount(properties: &JsonMap, step: Step) -> Option<f64> {
    let keys: &[&str] = match step {
        Step::Refunded => &["refund", "amount", "revenue", "total", "value"],
        _ => &["revenue", "total", "value"],
    };
    let named = keys.iter().find_map(|key| properties.get(*key).and_then(number));
    named.or_else(|| products_sum(properties))
}

fn products_sum(properties: &JsonMap) -> Option<f64> {
    let products = properties.get("products")?.as_array()?;
    let mut sum = None;
    for product in products {
        if let Some(price) = product.get("price").and_then(number) {
            let quantity = product.get("quantity").and_then(number).unwrap_or(1.0);
            *sum.get_or_insert(0.0) += price * quantity;
        }
    }
    sum
}

/// A number, or text that is one: many sources write amounts as text.
fn number(value: &Json) -> Option<f64> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

//! What an order is worth, told by events that may come late, twice or in the wrong order.
//!
//! An order's row is folded from what was said about it. All steps but "updated" commute, so the order of arrival
//! does not matter. Net worth: nothing when cancelled; revenue less refunds (at most the revenue) when placed; minus
//! the refund when only the refund is known, because the money did go back. What cannot be used: refusal.rs.

use super::refusal::{Reason, Refusal};
use base::{Currency, Json, JsonMap, Money, ProfileId, Timestamp, WorkspaceId};
use events::names::{ORDER_COMPLETED, ORDER_REFUNDED};
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

const ORDER_UPDATED: &str = "Order Updated";
/// The order events of the Segment e-commerce specification, and what each says. Both spellings are in use.
const STEPS: [(&str, Step); 5] = [
    (ORDER_COMPLETED, Step::Completed),
    (ORDER_UPDATED, Step::Updated),
    (ORDER_REFUNDED, Step::Refunded),
    ("Order Cancelled", Step::Cancelled),
    ("Order Canceled", Step::Cancelled),
];
/// The names of the events orders are made of.
pub const ORDER_EVENTS: [&str; STEPS.len()] = {
    let mut names = [""; STEPS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = STEPS[at].0;
        at += 1;
    }
    names
};
/// Those that say what an order is worth.
pub(crate) const WORTH: [&str; 2] = [ORDER_COMPLETED, ORDER_UPDATED];

impl Step {
    pub fn says_worth(self) -> bool {
        matches!(self, Step::Completed | Step::Updated)
    }
}

pub(crate) fn step_of(event: &Event) -> Option<Step> {
    if event.kind != EventKind::Track {
        return None;
    }
    STEPS.iter().find(|(name, _)| *name == event.name).map(|(_, step)| *step)
}

impl OrderStep {
    /// Reads an order event. `home` is the currency meant when the event names none.
    pub fn read(event: &Event, profile: ProfileId, step: Step, home: Currency) -> Result<Self, Refusal> {
        let properties = event.properties.map();
        // Nothing is paid by a cancellation: what it says of money does not matter.
        let (currency, amount) = match step {
            Step::Cancelled => (home, None),
            _ => money(properties, step, home)?,
        };
        let channel = properties.get("channel").and_then(Json::as_str).and_then(Channel::parse);
        Ok(Self {
            workspace: event.workspace,
            order_id: order_id_of(event),
            profile,
            at: event.at,
            channel: channel.unwrap_or(event.channel),
            step,
            amount,
            currency,
        })
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

    /// Folds one more step in; `day` is the day of the step. A step that cannot be folded changes nothing.
    pub fn apply(&mut self, step: &OrderStep, day: i64) -> Result<(), Refusal> {
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
            Step::Refunded => self.refund(step)?,
        }
        Ok(())
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

    fn refund(&mut self, step: &OrderStep) -> Result<(), Refusal> {
        match step.amount {
            Some(amount) if self.placed && amount.currency != self.currency => {
                return Err(Refusal::of(Reason::CurrencyDiffers, "currency", &amount.currency.code().into()));
            }
            Some(amount) => {
                self.refunded_minor = self.refunded_minor.saturating_add(amount.minor.saturating_abs());
                if !self.placed {
                    self.currency = amount.currency;
                }
            }
            // Without an amount the whole order went back.
            None => self.refunded_minor = i64::MAX,
        }
        Ok(())
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

/// The order the event is about; one without a number is known by the event's messageId.
pub(crate) fn order_id_of(event: &Event) -> String {
    order_id(event.properties.map()).unwrap_or_else(|| format!("message:{}", event.message_id))
}

fn order_id(properties: &JsonMap) -> Option<String> {
    ["order_id", "orderId", "order_number"].iter().find_map(|key| match properties.get(*key)? {
        Json::String(text) if !text.trim().is_empty() => Some(text.trim().chars().take(ORDER_ID_CHARS_MAX).collect()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// What the event says of money: its currency, and the amount if it names one.
fn money(properties: &JsonMap, step: Step, home: Currency) -> Result<(Currency, Option<Money>), Refusal> {
    let currency = match said(properties, "currency") {
        None => home,
        Some(value) => value
            .as_str()
            .and_then(|code| Currency::in_use(code).ok())
            .ok_or_else(|| Refusal::of(Reason::CurrencyUnknown, "currency", value))?,
    };
    let Some((key, major)) = amount(properties, step)? else { return Ok((currency, None)) };
    match Money::from_major(major, currency) {
        Ok(money) => Ok((currency, Some(money))),
        Err(_) => Err(Refusal::of(Reason::AmountOutOfRange, key, &major.into())),
    }
}

/// A property that says something: not null, not empty text.
fn said<'p>(properties: &'p JsonMap, key: &str) -> Option<&'p Json> {
    properties.get(key).filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()))
}

/// The amount in major units and where it stands: `revenue`, else `total`, else `value`, else the sum of the products.
fn amount(properties: &JsonMap, step: Step) -> Result<Option<(&'static str, f64)>, Refusal> {
    let keys: &[&'static str] = match step {
        Step::Refunded => &["refund", "amount", "revenue", "total", "value"],
        _ => &["revenue", "total", "value"],
    };
    match keys.iter().find_map(|key| Some((*key, said(properties, key)?))) {
        Some((key, value)) => number(key, value).map(|number| Some((key, number))),
        None => Ok(products_sum(properties)?.map(|sum| ("products", sum))),
    }
}

fn products_sum(properties: &JsonMap) -> Result<Option<f64>, Refusal> {
    let Some(products) = properties.get("products").and_then(Json::as_array) else { return Ok(None) };
    let mut sum = None;
    for product in products.iter().filter_map(Json::as_object) {
        let Some(price) = said(product, "price") else { continue };
        let quantity = said(product, "quantity").map_or(Ok(1.0), |quantity| number("quantity", quantity))?;
        *sum.get_or_insert(0.0) += number("price", price)? * quantity;
    }
    Ok(sum)
}

/// A number, or text that is one: many sources write amounts as text.
fn number(key: &str, value: &Json) -> Result<f64, Refusal> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if number.is_infinite() => Err(Refusal::of(Reason::AmountOutOfRange, key, value)),
        Some(number) if !number.is_nan() => Ok(number),
        _ => Err(Refusal::of(Reason::AmountInvalid, key, value)),
    }
}

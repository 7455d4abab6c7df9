//! Lines of orders become orders: one `Order Completed` or `Order Refunded` each.
//!
//! Lines of one order need not stand together: an order stays open for [`ORDER_WINDOW_ROWS`] rows after its last
//! line. Negative quantities and cancelled orders (status, or a number like `C536379`) are refunds. The order's
//! messageId follows from its number, so an order counts once however often a file holds it.

use super::customers::{Person, Ready, content_id, finish, not_later, shown};
use super::mapping::Mapping;
use super::rows::Row;
use super::values::{id_text, number, text, time};
use super::{DateOrder, ORDER_LINES_MAX, ORDER_ROWS_OPEN_MAX, ORDER_WINDOW_ROWS, ORDERS_CLOSED_KEPT};
use base::{Currency, Json, JsonMap, Money, Timestamp};
use events::names::{ORDER_COMPLETED, ORDER_REFUNDED};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use xxhash_rust::xxh3::xxh3_64;

/// Words in a status column that make an order a refund.
const CANCELLED: &[&str] = &[
    "cancelled",
    "canceled",
    "refunded",
    "returned",
    "voided",
    "geannuleerd",
    "terugbetaald",
    "geretourneerd",
    "avbruten",
    "annullerad",
    "återbetald",
    "returnerad",
];

/// One line as read.
#[derive(Debug, Default)]
struct Line {
    order_id: Option<String>,
    person: Person,
    at: Option<Timestamp>,
    quantity: Option<f64>,
    unit_price: Option<f64>,
    stated_total: Option<f64>,
    refund: bool,
    currency: Option<String>,
    channel: Option<String>,
    country: Option<String>,
    product: JsonMap,
    /// Of the whole order: coupon, shipping, tax, discount, free properties.
    order: JsonMap,
    /// Traits of the customer a column was mapped to.
    traits: JsonMap,
}

/// An order that may still get lines.
#[derive(Debug, Serialize, Deserialize)]
struct OpenOrder {
    order_id: String,
    refund: bool,
    last_row: u64,
    lines: usize,
    person: Person,
    at: Timestamp,
    currency: String,
    channel: Option<String>,
    country: Option<String>,
    line_sum: f64,
    stated_total: Option<f64>,
    products: Vec<Json>,
    order: JsonMap,
    traits: JsonMap,
}

/// The open orders; what a checkpoint keeps.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct OrderWindow {
    open: HashMap<String, OpenOrder>,
    /// (last row, key), to find what is complete.
    by_last_row: BTreeSet<(u64, String)>,
    open_rows: usize,
    closed: VecDeque<u64>,
    /// Customers whose traits were sent already; emptied when full, because the inbox drops repeats anyway.
    told: HashSet<u64>,
    #[serde(skip)]
    closed_set: HashSet<u64>,
}

pub(crate) struct OrderRows {
    mapping: Mapping,
    zone: TimeZone,
    date_order: DateOrder,
    decimal_comma: bool,
    currency: String,
    /// A later date is a mistake of the file.
    latest: Timestamp,
    pub window: OrderWindow,
}

impl OrderRows {
    pub fn new(mapping: Mapping, mut window: OrderWindow, latest: Timestamp) -> Self {
        window.closed_set = window.closed.iter().copied().collect();
        Self {
            zone: mapping.zone(),
            date_order: mapping.date_order.unwrap_or(DateOrder::DayMonth),
            decimal_comma: mapping.decimal_comma.unwrap_or(false),
            currency: mapping.currency.clone().unwrap_or_else(|| Currency::EUR.code().to_owned()),
            mapping,
            latest,
            window,
        }
    }

    /// Takes one line; the error says why it cannot be used.
    pub fn add(&mut self, row: &Row, row_number: u64) -> Result<(), String> {
        let line = self.read(row)?;
        let order_id = line.order_id.clone().ok_or("the row has no order number")?;
        let at = line.at.ok_or("the row has no date")?;
        if line.person.is_nobody() {
            return Err("no customer: the row has no customer id, e-mail address, phone number or loyalty card".into());
        }
        let negative = |amount: Option<f64>| amount.is_some_and(|amount| amount < 0.0);
        let refund =
            line.refund || looks_cancelled(&order_id) || negative(line.quantity) || negative(line.stated_total);
        let key = format!("{}{order_id}", if refund { "-" } else { "+" });
        if self.window.closed_set.contains(&xxh3_64(key.as_bytes())) {
            return Err(format!(
                "order {} was complete {ORDER_WINDOW_ROWS} rows earlier; sort the file by order number",
                shown(&order_id)
            ));
        }
        let open = match self.window.open.get_mut(&key) {
            Some(open) => {
                if open.person != line.person {
                    return Err(format!("order {} belongs to another customer in its other rows", shown(&order_id)));
                }
                if open.lines >= ORDER_LINES_MAX {
                    return Err(format!("order {} has more than {ORDER_LINES_MAX} lines", shown(&order_id)));
                }
                self.window.by_last_row.remove(&(open.last_row, key.clone()));
                open
            }
            None => self.window.open.entry(key.clone()).or_insert_with(|| OpenOrder {
                order_id,
                refund,
                last_row: row_number,
                lines: 0,
                person: line.person.clone(),
                at,
                currency: line.currency.clone().unwrap_or_else(|| self.currency.clone()),
                channel: line.channel.clone(),
                country: line.country.clone(),
                line_sum: 0.0,
                stated_total: None,
                products: Vec::new(),
                order: JsonMap::new(),
                traits: JsonMap::new(),
            }),
        };
        open.take(line, row_number);
        self.window.by_last_row.insert((row_number, key));
        self.window.open_rows += 1;
        Ok(())
    }

    /// The orders that are complete when the file has been read to `row_number`.
    pub fn completed(&mut self, row_number: u64) -> Vec<Ready> {
        self.close(row_number.saturating_sub(ORDER_WINDOW_ROWS), ORDER_ROWS_OPEN_MAX)
    }

    /// All that is left, at the end of the file.
    pub fn finish(&mut self) -> Vec<Ready> {
        self.close(u64::MAX, 0)
    }

    fn close(&mut self, last_row_before: u64, open_rows_max: usize) -> Vec<Ready> {
        let mut ready = Vec::new();
        while let Some((last_row, _)) = self.window.by_last_row.first() {
            if *last_row >= last_row_before && self.window.open_rows <= open_rows_max {
                break;
            }
            let Some((_, key)) = self.window.by_last_row.pop_first() else { break };
            let Some(order) = self.window.open.remove(&key) else { continue };
            self.window.open_rows -= order.lines;
            self.window.remember_closed(xxh3_64(key.as_bytes()));
            ready.extend(self.window.identify(&order));
            ready.push(order.event(self.mapping.channel.as_deref()));
        }
        ready
    }

    fn read(&self, row: &Row) -> Result<Line, String> {
        let mut line = Line::default();
        for (column, cell) in row.columns.iter().zip(&row.cells) {
            let target = self.mapping.target(super::ImportKind::Orders, column);
            if !line.person.take(&target, cell)? {
                self.take_cell(&mut line, &target, cell)?;
            }
        }
        match line.quantity {
            Some(0.0) => return Err("the quantity is 0".into()),
            _ if line.unit_price.is_some_and(|price| price < 0.0) => return Err("the price is negative".into()),
            _ => {}
        }
        Ok(line)
    }

    fn take_cell(&self, line: &mut Line, target: &str, cell: &Json) -> Result<(), String> {
        let Some(found) = text(cell) else { return Ok(()) };
        let found = found.into_owned();
        let amount = || {
            let amount = number(cell, self.decimal_comma)
                .ok_or_else(|| format!("\"{}\" in {target} is not a number", shown(&found)))?;
            // Which currency it is in may stand in a later column; a quadrillion is too much in any.
            match Money::from_major(amount, Currency::EUR) {
                Ok(_) => Ok(amount),
                Err(_) => Err(format!("\"{}\" in {target} is too large", shown(&found))),
            }
        };
        match target {
            "ignore" => {}
            "order_id" => line.order_id = id_text(cell),
            "ordered_at" => {
                let at = time(cell, self.date_order, &self.zone)
                    .ok_or_else(|| format!("\"{}\" in ordered_at is not a date", shown(&found)))?;
                line.at = Some(not_later(at, self.latest, target)?);
            }
            "quantity" => line.quantity = Some(amount()?),
            "unit_price" => line.unit_price = Some(amount()?),
            "total" => line.stated_total = Some(amount()?),
            "discount" | "shipping" | "tax" => {
                line.order.insert(target.to_owned(), json!(amount()?));
            }
            "currency" => {
                let currency = Currency::in_use(&found).map_err(|error| error.to_string())?;
                line.currency = Some(currency.code().to_owned());
            }
            "channel" => {
                let channel = events::Channel::parse(&found)
                    .ok_or_else(|| format!("\"{}\" is no channel (web, app, shop, phone)", shown(&found)))?;
                line.channel = Some(channel.name().to_owned());
            }
            "country" => line.country = Some(found),
            "status" => line.refund = CANCELLED.contains(&found.to_lowercase().as_str()),
            "product_id" => {
                line.product.insert("product_id".into(), json!(id_text(cell)));
            }
            "product_name" => {
                line.product.insert("name".into(), json!(found));
            }
            "category" | "brand" | "size" | "color" => {
                line.product.insert(target.to_owned(), json!(found));
            }
            named => {
                if let Some(name) = named.strip_prefix("trait:") {
                    line.traits.insert(name.to_owned(), cell.clone());
                } else {
                    line.order.insert(named.strip_prefix("property:").unwrap_or(named).to_owned(), cell.clone());
                }
            }
        }
        Ok(())
    }
}

/// `C536379`: retailers write a cancellation under the number of an invoice of its own.
fn looks_cancelled(order_id: &str) -> bool {
    const DIGITS_MIN: usize = 4;
    order_id
        .strip_prefix(['C', 'c'])
        .is_some_and(|digits| digits.len() >= DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// An amount in the currency's minor units and back: no 19.999999 in an event.
fn rounded(amount: f64, currency: &str) -> f64 {
    let currency = Currency::parse(currency).unwrap_or(Currency::EUR);
    Money::from_major(amount, currency).map_or(amount, Money::major)
}

impl OpenOrder {
    fn take(&mut self, line: Line, row_number: u64) {
        self.last_row = row_number;
        self.lines += 1;
        // Lines of one order may carry slightly different times; the order happened at the first.
        self.at = line.at.map_or(self.at, |at| at.min(self.at));
        self.stated_total = self.stated_total.or(line.stated_total);
        for (name, value) in line.order {
            self.order.entry(name).or_insert(value);
        }
        self.traits.extend(line.traits);
        let quantity = line.quantity.map(f64::abs);
        if let Some(price) = line.unit_price {
            self.line_sum += price * quantity.unwrap_or(1.0);
        }
        let mut product = line.product;
        if product.is_empty() && line.unit_price.is_none() {
            return;
        }
        if let Some(price) = line.unit_price {
            product.insert("price".into(), json!(price));
        }
        let quantity = quantity.unwrap_or(1.0);
        let whole = quantity.fract() == 0.0 && quantity < 1e15;
        product.insert("quantity".into(), if whole { json!(quantity as i64) } else { json!(quantity) });
        self.products.push(Json::Object(product));
    }

    fn event(self, default_channel: Option<&str>) -> Ready {
        let name = if self.refund { ORDER_REFUNDED } else { ORDER_COMPLETED };
        let message_id = match &self.order_id {
            short if short.len() <= 60 => format!("imp-{}-{short}", name.to_lowercase().replace(' ', "-")),
            long => content_id("imp-order-", &format!("{name}:{long}")),
        };
        let extra = |name: &str| self.order.get(name).and_then(Json::as_f64).unwrap_or(0.0);
        let total = self
            .stated_total
            .map_or_else(|| self.line_sum - extra("discount") + extra("shipping") + extra("tax"), f64::abs);
        let mut properties = JsonMap::new();
        properties.insert("order_id".into(), json!(self.order_id));
        properties.insert("total".into(), json!(rounded(total, &self.currency)));
        if !self.refund {
            let revenue = total - extra("shipping") - extra("tax");
            properties.insert("revenue".into(), json!(rounded(revenue, &self.currency)));
        }
        properties.insert("currency".into(), json!(self.currency));
        properties.extend(self.order);
        if let Some(country) = self.country {
            properties.insert("country".into(), json!(country));
        }
        properties.insert("products".into(), Json::Array(self.products));
        let (mut event, mut context) = (JsonMap::new(), JsonMap::new());
        event.insert("type".into(), json!("track"));
        event.insert("event".into(), json!(name));
        event.insert("messageId".into(), json!(message_id));
        self.person.write(&mut event, &mut context);
        event.insert("timestamp".into(), json!(self.at));
        context.insert("channel".into(), json!(self.channel.as_deref().or(default_channel).unwrap_or("import")));
        event.insert("properties".into(), Json::Object(properties));
        event.insert("context".into(), Json::Object(context));
        Ready { message_id, json: Json::Object(event).to_string(), order: true }
    }
}

impl OrderWindow {
    fn remember_closed(&mut self, key: u64) {
        self.closed.push_back(key);
        self.closed_set.insert(key);
        if self.closed.len() > ORDERS_CLOSED_KEPT
            && let Some(oldest) = self.closed.pop_front()
        {
            self.closed_set.remove(&oldest);
        }
    }

    /// What the order tells about the customer, once per customer and content.
    fn identify(&mut self, order: &OpenOrder) -> Option<Ready> {
        let mut traits = order.traits.clone();
        if let Some(country) = &order.country {
            traits.insert("country".into(), json!(country));
        }
        for (name, value) in [("email", &order.person.email), ("phone", &order.person.phone)] {
            if let Some(value) = value {
                traits.insert(name.into(), json!(value));
            }
        }
        if traits.is_empty() {
            return None;
        }
        let (mut event, mut context) = (JsonMap::new(), JsonMap::new());
        event.insert("type".into(), json!("identify"));
        order.person.write(&mut event, &mut context);
        context.insert("channel".into(), json!("import"));
        event.insert("traits".into(), Json::Object(traits));
        event.insert("context".into(), Json::Object(context));
        let ready = finish("imp-customer-", event);
        if self.told.len() >= ORDERS_CLOSED_KEPT {
            self.told.clear();
        }
        self.told.insert(xxh3_64(ready.message_id.as_bytes())).then_some(ready)
    }
}

//! What a customer does: sessions, orders, shop visits, returns, calls. Pure: chance and time are arguments.

use crate::catalogue::Product;
use crate::config::SHARE_RETURNED;
use crate::customer::{Customer, Device};
use crate::wire::{Happening, Source, Who, identify, product_json};
use base::Timestamp;
use jiff::tz::TimeZone;
use rand::{Rng, RngExt};
use serde_json::json;

pub(crate) const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Share of sessions that come through an advertisement or a mail.
const SHARE_PAID: f64 = 0.35;
/// Share of shop visits that end in a purchase.
const SHOP_CONVERSION: f64 = 0.45;
const CALLS_PER_MONTH: f64 = 0.03;
/// Share of sessions on another device in which a customer signs in.
const SHARE_SIGNS_IN: f64 = 0.7;
/// Discount in the sales of January and July.
const SALE_PERCENT: i64 = 20;

/// utm_source, utm_medium, utm_campaign, click id.
const CAMPAIGNS: [(&str, &str, &str, &str); 6] = [
    ("google", "cpc", "brand", "gclid"),
    ("google", "cpc", "sneakers", "gclid"),
    ("instagram", "paid_social", "lookbook", "fbclid"),
    ("facebook", "paid_social", "retarget", "fbclid"),
    ("bing", "cpc", "hiking", "msclkid"),
    ("tiktok", "paid_social", "classic", "ttclid"),
];
const REFERRERS: [&str; 4] =
    ["", "https://www.google.com/", "https://duckduckgo.com/", "https://www.wandelnet.example/"];

/// One order that was placed; kept to send parts of it back and for the CSV file.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub id: String,
    pub at: Timestamp,
    pub source: Source,
    /// Product, price paid for one, quantity.
    pub lines: Vec<(&'static Product, i64, u32)>,
    pub coupon: Option<&'static str>,
    pub shop: Option<&'static str>,
    pub refund: Option<Refund>,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub at: Timestamp,
    pub minor: i64,
}

impl Order {
    pub fn total_minor(&self) -> i64 {
        self.lines.iter().map(|(_, price, quantity)| price * *quantity as i64).sum()
    }
}

/// Collects what one customer does, in no order of time.
pub(crate) struct Life<'a, R> {
    pub customer: &'a Customer,
    pub rng: &'a mut R,
    pub happenings: Vec<Happening>,
    pub orders: Vec<Order>,
    /// Begins the ids of orders.
    pub order_prefix: String,
}

impl<'a, R: Rng> Life<'a, R> {
    pub fn new(customer: &'a Customer, rng: &'a mut R, order_prefix: String) -> Self {
        Self { customer, rng, happenings: Vec::new(), orders: Vec::new(), order_prefix }
    }

    /// Everything between two times.
    pub fn play(&mut self, start: Timestamp, until: Timestamp) {
        let joined = start.plus_ms((until.ms_since(start) as f64 * self.customer.joined) as i64);
        let mut visits = vec![joined];
        visits.extend(self.times(joined, until, self.customer.tastes.online_visits));
        let sign_up_visit = self.rng.random_range(0..3usize).min(visits.len() - 1);
        let mut seen = vec![false; self.customer.devices.len()];
        for (index, at) in visits.iter().enumerate() {
            let signed_up = self.customer.signed_up && index > sign_up_visit;
            let device = self.pick_device(signed_up, index);
            let mut signed_in = signed_up && seen[device];
            let mut at = *at;
            if signed_up && !seen[device] && self.rng.random_bool(SHARE_SIGNS_IN) {
                signed_in = true;
                let (device, source) = self.device(device);
                self.happenings.push(identify(self.customer, device, source, at, false));
                at = at.plus_ms(500);
            }
            seen[device] |= signed_in;
            at = self.session(device, at, signed_in);
            if self.customer.signed_up && index == sign_up_visit {
                let (of, source) = self.device(device);
                self.happenings.push(identify(self.customer, of, source, at.plus_ms(20_000), true));
                seen[device] = true;
            }
        }
        if self.customer.signed_up {
            let since = visits[sign_up_visit].plus_ms(DAY_MS);
            for at in self.times(since, until, self.customer.tastes.shop_visits) {
                if self.rng.random_bool(SHOP_CONVERSION) {
                    self.order_in_shop(at);
                }
            }
            if self.customer.phone.is_some() {
                for at in self.times(since, until, CALLS_PER_MONTH) {
                    self.call(at);
                }
            }
        }
        self.returns(until);
        self.happenings.retain(|happening| happening.at < until);
        self.orders.retain(|order| order.at < until);
        self.happenings.sort_by_key(|happening| happening.at);
    }

    /// Times of a Poisson process, moved to hours when people are awake.
    fn times(&mut self, from: Timestamp, until: Timestamp, per_month: f64) -> Vec<Timestamp> {
        let mut times = Vec::new();
        let mut at = from;
        loop {
            let uniform: f64 = self.rng.random();
            let gap_ms = -(1.0 - uniform).ln() / per_month.max(1e-6) * 30.44 * DAY_MS as f64;
            at = at.plus_ms(gap_ms.min(1e15) as i64);
            // Between 8 and 22 h; most in the evening.
            let hour = 8.0 + 14.0 * self.rng.random::<f64>().powf(0.7);
            let waking = Timestamp::from_ms(at.utc_day() * DAY_MS + (hour * 3_600_000.0) as i64);
            if at >= until {
                return times;
            }
            if waking > from && waking < until {
                times.push(waking);
            }
        }
    }

    fn pick_device(&mut self, signed_up: bool, visit: usize) -> usize {
        let browsers = self.customer.devices.iter().filter(|device| !device.app).count();
        let usable = if signed_up { self.customer.devices.len() } else { browsers };
        if visit == 0 || self.rng.random_bool(0.5) { 0 } else { self.rng.random_range(0..usable) }
    }

    fn device(&self, index: usize) -> (&'a Device, Source) {
        let device = &self.customer.devices[index];
        (device, if device.app { Source::App } else { Source::Website })
    }

    /// One visit; answers when it ended.
    pub fn session(&mut self, device: usize, start: Timestamp, signed_in: bool) -> Timestamp {
        let (device, source) = self.device(device);
        let who = Who::Device { device, signed_in };
        let mut at = start;
        self.landing(source, at, &who);
        let month = month_of(at);
        let looked_at: Vec<&'static Product> =
            (0..self.rng.random_range(0..4)).map(|_| self.customer.choose(self.rng, month)).collect();
        for product in &looked_at {
            at = at.plus_ms(self.rng.random_range(8_000..90_000));
            let viewed = Happening::new("track", "Product Viewed", at, source, self.customer, &who)
                .properties(product_json(product, product.price_minor, 1));
            self.happenings.push(viewed);
        }
        let Some(wanted) = looked_at.last() else { return at };
        // The chance is per visit; not every visit looks at a product, hence the factor.
        if !self.rng.random_bool((self.customer.tastes.conversion * 1.6).min(1.0)) {
            return at;
        }
        at = at.plus_ms(self.rng.random_range(5_000..60_000));
        let added = Happening::new("track", "Product Added", at, source, self.customer, &who).properties(product_json(
            wanted,
            wanted.price_minor,
            1,
        ));
        self.happenings.push(added);
        if self.rng.random_bool(0.3) {
            return at; // An abandoned cart.
        }
        at = at.plus_ms(self.rng.random_range(20_000..4 * MINUTE_MS));
        let wanted = vec![*wanted];
        self.order(source, at, &who, wanted, None);
        at
    }

    fn landing(&mut self, source: Source, at: Timestamp, who: &Who<'_>) {
        let category = self.customer.favourite().name();
        let (path, title) = match self.rng.random_range(0..3) {
            0 => ("/".to_owned(), "Noordkaap".to_owned()),
            1 => (format!("/{category}"), format!("Noordkaap {category}")),
            _ => ("/sale".to_owned(), "Sale".to_owned()),
        };
        if source == Source::App {
            self.happenings.push(Happening::new("screen", &title, at, source, self.customer, who));
            return;
        }
        let mut page = Happening::new("page", &title, at, source, self.customer, who)
            .properties(json!({ "path": path, "title": title }));
        if self.rng.random_bool(SHARE_PAID) {
            let (utm_source, medium, name, click_id) = CAMPAIGNS[self.rng.random_range(0..CAMPAIGNS.len())];
            let search = format!(
                "?utm_source={utm_source}&utm_medium={medium}&utm_campaign={name}&{click_id}={:016x}",
                self.rng.random::<u64>()
            );
            page = page
                .page(&path, &title, &search, &format!("https://www.{utm_source}.com/"))
                .context("campaign", json!({ "source": utm_source, "medium": medium, "name": name }));
        } else {
            let referrer = REFERRERS[self.rng.random_range(0..REFERRERS.len())];
            page = page.page(&path, &title, "", referrer);
        }
        self.happenings.push(page);
    }

    /// A purchase at a till, with the card or the e-mail for the receipt.
    pub fn order_in_shop(&mut self, at: Timestamp) {
        let shops = self.customer.region.shops();
        let near = shops.iter().find(|(_, city)| *city == self.customer.city);
        let shop = near.unwrap_or(&shops[self.rng.random_range(0..shops.len())]).0;
        let month = month_of(at);
        let lines = (0..self.rng.random_range(1..3)).map(|_| self.customer.choose(self.rng, month)).collect();
        self.order(Source::Shop, at, &Who::Till, lines, Some(shop));
    }

    /// A purchase on the first browser, signed in.
    pub fn order_online(&mut self, at: Timestamp) {
        let (device, source) = self.device(0);
        let product = self.customer.choose(self.rng, month_of(at));
        self.order(source, at, &Who::Device { device, signed_in: true }, vec![product], None);
    }

    fn order(
        &mut self,
        source: Source,
        at: Timestamp,
        who: &Who<'_>,
        products: Vec<&'static Product>,
        shop: Option<&'static str>,
    ) {
        let sale =
            matches!(month_of(at), 1 | 7) && self.rng.random_bool(0.3 + 0.5 * self.customer.tastes.price_sensitivity);
        let percent = if sale { 100 - SALE_PERCENT } else { 100 };
        let mut lines: Vec<(&'static Product, i64, u32)> = Vec::new();
        for product in products {
            match lines.iter_mut().find(|(known, _, _)| known.id == product.id) {
                Some((_, _, quantity)) => *quantity += 1,
                None => lines.push((product, product.price_minor * percent / 100, 1)),
            }
        }
        let letter = if source == Source::Shop { 'S' } else { 'W' };
        let id = format!("{letter}{}-{}", self.order_prefix, self.orders.len() + 1);
        let order = Order { id, at, source, lines, coupon: sale.then_some("SALE20"), shop, refund: None };
        let mut properties = json!({
            "order_id": order.id, "revenue": order.total_minor() as f64 / 100.0,
            "total": order.total_minor() as f64 / 100.0, "currency": "EUR",
            "products": order.lines.iter().map(|(product, price, quantity)| product_json(product, *price, *quantity)).collect::<Vec<_>>(),
        });
        if let Some(coupon) = order.coupon {
            properties["coupon"] = coupon.into();
        }
        if let Some(shop) = shop {
            properties["store"] = shop.into();
        }
        self.happenings
            .push(Happening::new("track", "Order Completed", at, source, self.customer, who).properties(properties));
        self.orders.push(order);
    }

    /// Sends one product of some orders back, to where it was bought, within three weeks.
    fn returns(&mut self, until: Timestamp) {
        let share = SHARE_RETURNED * (0.6 + 0.8 * self.customer.tastes.price_sensitivity);
        for index in 0..self.orders.len() {
            if !self.rng.random_bool(share) {
                continue;
            }
            let order = self.orders[index].clone();
            let at = order.at.plus_ms(self.rng.random_range(3 * DAY_MS..21 * DAY_MS));
            let (product, price, _) = order.lines[self.rng.random_range(0..order.lines.len())];
            // Orders of visitors who never left a name cannot be found again by the till.
            if at >= until || !self.customer.signed_up {
                continue;
            }
            let who = if order.source == Source::Shop {
                Who::Till
            } else {
                Who::Device { device: &self.customer.devices[0], signed_in: true }
            };
            let refund =
                Happening::new("track", "Order Refunded", at, order.source, self.customer, &who).properties(json!({
                    "order_id": order.id, "total": price as f64 / 100.0, "currency": "EUR",
                    "products": [product_json(product, price, 1)],
                }));
            self.happenings.push(refund);
            self.orders[index].refund = Some(Refund { at, minor: price });
        }
    }

    pub fn call(&mut self, at: Timestamp) {
        let reasons = ["order_status", "return", "advice", "complaint"];
        let reason = reasons[self.rng.random_range(0..reasons.len())];
        let call = Happening::new("track", "Call Completed", at, Source::Phone, self.customer, &Who::Caller)
            .properties(json!({
                "reason": reason, "duration_s": self.rng.random_range(40..900), "resolved": self.rng.random_bool(0.85),
            }));
        self.happenings.push(call);
    }
}

/// Month (1 to 12) in the shop's time zone is close enough to UTC for a season.
pub(crate) fn month_of(at: Timestamp) -> i8 {
    let instant = jiff::Timestamp::from_millisecond(at.ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned(TimeZone::UTC).month()
}

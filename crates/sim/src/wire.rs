//! Events in the form of the Segment specification, and the batches they travel in.

use crate::catalogue::Product;
use crate::customer::{Consent, Customer, Device};
use base::{Json, JsonMap, Timestamp};
use serde_json::json;

/// Where events come from; each has its own write key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    Website,
    App,
    Shop,
    Phone,
}

impl Source {
    pub const ALL: [Source; 4] = [Self::Website, Self::App, Self::Shop, Self::Phone];
    /// `context.channel`.
    pub const fn channel(self) -> &'static str {
        match self {
            Self::Website => "web",
            Self::App => "app",
            Self::Shop => "shop",
            Self::Phone => "phone",
        }
    }
    /// `kind` of the source in the API.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Website => "website",
            other => other.channel(),
        }
    }
}

const SHOP_URL: &str = "https://www.noordkaap.example";

/// Who the event says it is about.
pub(crate) enum Who<'a> {
    /// A browser or app, signed in or not.
    Device { device: &'a Device, signed_in: bool },
    /// A loyalty card at the till, or the e-mail for the receipt.
    Till,
    /// The number of the telephone.
    Caller,
}

/// One event, without messageId.
pub(crate) struct Happening {
    pub at: Timestamp,
    pub source: Source,
    pub json: JsonMap,
}

impl Happening {
    pub fn new(kind: &str, name: &str, at: Timestamp, source: Source, customer: &Customer, who: &Who<'_>) -> Self {
        let mut json = JsonMap::new();
        json.insert("type".into(), kind.into());
        match kind {
            "track" => drop(json.insert("event".into(), name.into())),
            "page" | "screen" => drop(json.insert("name".into(), name.into())),
            _ => {}
        }
        json.insert("timestamp".into(), at.to_string().into());
        let mut context = JsonMap::new();
        context.insert("channel".into(), source.channel().into());
        context.insert("locale".into(), customer.region.locale().into());
        match who {
            Who::Device { device, signed_in } => {
                json.insert("anonymousId".into(), device.anonymous_id.as_str().into());
                if *signed_in {
                    json.insert("userId".into(), customer.user_id().into());
                }
                context.insert("userAgent".into(), device.user_agent.into());
                context.insert("timezone".into(), customer.region.time_zone().into());
            }
            Who::Till => drop(context.insert("externalIds".into(), json!([till_id(customer)]))),
            Who::Caller => {
                let phone = customer.phone.as_deref().unwrap_or_default();
                context.insert("externalIds".into(), json!([external_id("phone", phone)]));
            }
        }
        json.insert("context".into(), context.into());
        Self { at, source, json }
    }

    /// Changes when it happened.
    pub fn move_to(&mut self, at: Timestamp) {
        self.at = at;
        self.json.insert("timestamp".into(), at.to_string().into());
    }

    pub fn properties(mut self, properties: Json) -> Self {
        self.json.insert("properties".into(), properties);
        self
    }

    pub fn context(mut self, key: &str, value: Json) -> Self {
        if let Some(Json::Object(context)) = self.json.get_mut("context") {
            context.insert(key.to_owned(), value);
        }
        self
    }

    /// The page a browser shows; `search` with its question mark.
    pub fn page(self, path: &str, title: &str, search: &str, referrer: &str) -> Self {
        let page = json!({
            "path": path, "url": format!("{SHOP_URL}{path}{search}"), "title": title, "search": search,
            "referrer": referrer,
        });
        self.context("page", page)
    }
}

fn external_id(kind: &str, value: &str) -> Json {
    json!({ "id": value, "type": kind, "collection": "users", "encoding": "none" })
}

fn till_id(customer: &Customer) -> Json {
    match &customer.loyalty_card {
        Some(card) => external_id("loyalty_card", card),
        None => external_id("email", &customer.email),
    }
}

/// `identify` of a sign-up (with all traits) or of a sign-in on another device (with few).
pub(crate) fn identify(customer: &Customer, device: &Device, source: Source, at: Timestamp, full: bool) -> Happening {
    let who = Who::Device { device, signed_in: true };
    let mut event = Happening::new("identify", "", at, source, customer, &who);
    let mut traits = JsonMap::new();
    traits.insert("email".into(), customer.email.as_str().into());
    if full {
        let (year, month, day) = customer.birthday;
        traits.insert("first_name".into(), customer.first_name.into());
        traits.insert("last_name".into(), customer.last_name.into());
        traits.insert("birthday".into(), format!("{year}-{month:02}-{day:02}").into());
        traits.insert("country".into(), customer.region.country().into());
        traits.insert("city".into(), customer.city.into());
        traits.insert("postal_code".into(), customer.postal_code.as_str().into());
        traits.insert("street".into(), customer.street.as_str().into());
        traits.insert("language".into(), customer.region.locale()[..2].into());
        traits.insert("created_at".into(), at.to_string().into());
        if let Some(phone) = &customer.phone {
            traits.insert("phone".into(), phone.as_str().into());
        }
        if let Some(card) = &customer.loyalty_card {
            traits.insert("loyalty_card".into(), card.as_str().into());
            event = event.context("externalIds", json!([external_id("loyalty_card", card)]));
        }
        match customer.consent {
            Consent::Subscribed => event = event.context("consent", json!({ "email": "subscribed" })),
            Consent::Unsubscribed => event = event.context("consent", json!({ "email": "unsubscribed" })),
            Consent::Unasked => {}
        }
    }
    event.json.insert("traits".into(), traits.into());
    event
}

/// The properties of a product as the e-commerce specification names them.
pub(crate) fn product_json(product: &Product, price_minor: i64, quantity: u32) -> Json {
    json!({
        "product_id": product.id, "name": product.name, "brand": product.brand_name(),
        "category": product.category.name(), "price": price_minor as f64 / 100.0, "quantity": quantity,
    })
}

/// Body of `POST /v1/batch` of finished events.
pub(crate) fn batch_body(events: &[String]) -> Vec<u8> {
    let size: usize = events.iter().map(|event| event.len() + 1).sum();
    let mut body = Vec::with_capacity(size + 16);
    body.extend_from_slice(b"{\"batch\":[");
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(event.as_bytes());
    }
    body.extend_from_slice(b"]}");
    body
}

//! A product as a feed tells of it: the attributes of the Google Merchant product data specification.

use base::{Currency, Money, Timestamp, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(Availability { InStock = "in_stock", OutOfStock = "out_of_stock", Preorder = "preorder", Backorder = "backorder" });
words!(Condition { New = "new", Refurbished = "refurbished", Used = "used" });
words!(Gender { Male = "male", Female = "female", Unisex = "unisex" });
words!(AgeGroup { Newborn = "newborn", Infant = "infant", Toddler = "toddler", Kids = "kids", Adult = "adult" });

/// What one item of a feed says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_image_links: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_starts_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_ends_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub google_product_category: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mpn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_group: Option<AgeGroup>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// custom_label_0 to custom_label_4.
    #[serde(default)]
    pub custom_labels: [Option<String>; crate::limits::CUSTOM_LABELS],
    /// What else the feed says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
}

impl Item {
    /// The shop's own category; Google's when it names none.
    pub fn category(&self) -> Option<&str> {
        self.product_type.as_deref().or(self.google_product_category.as_deref())
    }

    /// There is a sale price, and `now` lies in its period.
    pub fn is_on_sale(&self, now: Timestamp) -> bool {
        self.sale_price.is_some()
            && self.sale_starts_at.is_none_or(|start| start <= now)
            && self.sale_ends_at.is_none_or(|end| now < end)
    }

    /// What it costs at this moment.
    pub fn price_at(&self, now: Timestamp) -> Option<Money> {
        if self.is_on_sale(now) { self.sale_price } else { self.price }
    }
}

/// A product of a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub id: base::ProductId,
    pub source: String,
    pub item: Item,
    pub first_seen: Timestamp,
    /// The last feed that had it.
    pub last_seen: Timestamp,
    /// The last feed that said something else of it.
    pub changed_at: Timestamp,
    /// The whole feed that did not have it any more.
    pub gone_at: Option<Timestamp>,
}

/// From `at` on it cost this and was to be had so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    #[serde(rename = "at")]
    pub at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale_price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
}

impl Change {
    pub(crate) fn of(item: &Item, at: Timestamp) -> Self {
        Self { at_ms: at.ms(), price: item.price, sale_price: item.sale_price, availability: item.availability }
    }
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (self.price, self.sale_price, self.availability) == (other.price, other.sale_price, other.availability)
    }
}

/// A product with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductDetail {
    pub product: Product,
    /// Others of its group, of the same source.
    pub variants: Vec<Product>,
    /// Newest first.
    pub history: Vec<Change>,
}

/// `12.90`, `1,299.00`, `12,90`, `1.299,00`: what a shop may mean by it, without rounding. None: no amount.
pub(crate) fn amount(text: &str, currency: Currency) -> Option<Money> {
    let digits_only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\'').collect();
    let last = text.rfind(['.', ',']);
    let (whole, fraction) = match last {
        None => (text.clone(), ""),
        Some(at) => {
            let (mark, fraction) = (text.as_bytes()[at] as char, &text[at + 1..]);
            let others = text[..at].contains(['.', ',']);
            let repeated = text.matches(mark).count() > 1;
            // One comma before three digits parts thousands; a point is the decimal point of the specification.
            let parts_thousands = fraction.len() == 3 && (repeated || (mark == ',' && !others));
            match parts_thousands {
                true => (text.clone(), ""),
                false if repeated => return None,
                false => (text[..at].to_owned(), fraction),
            }
        }
    };
    let groups: Vec<&str> = whole.split(['.', ',']).collect();
    let grouped = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3);
    if !grouped || !groups.iter().all(|group| digits_only(group)) || !(fraction.is_empty() || digits_only(fraction)) {
        return None;
    }
    minor(&groups.concat(), fraction, currency)
}

fn minor(whole: &str, fraction: &str, currency: Currency) -> Option<Money> {
    let decimals = currency.decimals() as usize;
    let fraction = fraction.trim_end_matches('0');
    // More decimals than the currency has would have to be rounded: nobody pays that.
    if fraction.len() > decimals {
        return None;
    }
    let text = format!("{whole}{fraction:0<decimals$}");
    let minor: i64 = text.parse().ok().filter(|minor| *minor <= 9_000_000_000_000_000)?;
    Some(Money::new(minor, currency))
}

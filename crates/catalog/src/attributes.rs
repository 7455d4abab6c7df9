//! From what a feed writes to a product, or to what is wrong with it.

use crate::limits::*;
use crate::product::{AgeGroup, Availability, Condition, Gender, Item, amount};
use base::{Currency, Money, Timestamp};
use std::collections::BTreeMap;

/// An item as it was read: attributes by their names in the specification, in the order of the feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawItem {
    /// From 1.
    pub number: u64,
    /// Of text files, from 1.
    pub line: Option<u64>,
    pub fields: Vec<(String, String)>,
    /// It could not be read whole.
    pub flaw: Option<Flaw>,
    /// A quotation mark may have made text of rows that follow it.
    pub swallowed: Option<Swallowed>,
}

/// What stands within the quotes of fields that go over lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Swallowed {
    /// The line the quote opens in.
    pub from: u64,
    /// Of lines that look like rows: their ids.
    pub ids: Vec<String>,
}

/// Why an item is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Flaw {
    pub attribute: Option<String>,
    pub code: &'static str,
    pub detail: String,
}

impl Flaw {
    pub fn new(attribute: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { attribute: Some(attribute.to_owned()), code, detail: detail.into() }
    }
}

impl Flaw {
    pub(crate) fn too_large() -> Self {
        let detail = format!("the item has more than {} KB or {FIELDS_MAX} attributes", ITEM_BYTES_MAX >> 10);
        Self { attribute: None, code: "unreadable_item", detail }
    }
}

/// How much of a wrong value is quoted.
const QUOTED_CHARS_MAX: usize = 60;

pub(crate) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if short.len() < text.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

/// The name of an attribute however a feed writes it: `image link`, `g:image_link`, `imageLink`, `Image Link`. Empty:
/// it is longer than the names that are kept, and a table repeats it with every item.
pub(crate) fn normal_name(written: &str) -> String {
    let written = written.trim();
    let bare = written.split_once(':').filter(|(prefix, _)| *prefix == "g").map_or(written, |(_, name)| name);
    let mut name = String::with_capacity(bare.len() + 4);
    let mut before_is_lower = false;
    for letter in bare.trim().chars() {
        if letter.is_whitespace() || letter == '-' || letter == '_' {
            if !name.ends_with('_') {
                name.push('_');
            }
            before_is_lower = false;
            continue;
        }
        if letter.is_uppercase() && before_is_lower {
            name.push('_');
        }
        before_is_lower = letter.is_lowercase() || letter.is_ascii_digit();
        name.extend(letter.to_lowercase());
    }
    match name.as_str() {
        "offer_id" => "id".into(),
        "additional_image_links" => "additional_image_link".into(),
        "product_types" => "product_type".into(),
        _ if name.chars().count() > EXTRA_NAME_CHARS_MAX => String::new(),
        _ => name,
    }
}

impl RawItem {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, value)| known == name && !value.trim().is_empty());
        found.map(|(_, value)| value.trim())
    }

    /// Bytes of memory, about.
    pub(crate) fn weight(&self) -> usize {
        let fields = self.fields.iter().map(|(name, value)| name.len() + value.len() + size_of::<(String, String)>());
        let swallowed = self.swallowed.iter().flat_map(|swallowed| &swallowed.ids);
        let ids = swallowed.map(|id| id.len() + size_of::<String>());
        size_of::<Self>() + fields.sum::<usize>() + ids.sum::<usize>()
    }

    /// More than an item may have.
    pub(crate) fn is_too_large(&self) -> bool {
        let bytes: usize = self.fields.iter().map(|(_, value)| value.len()).sum();
        bytes > ITEM_BYTES_MAX || self.fields.len() > FIELDS_MAX
    }

    /// Of an item that is refused only whose it is counts.
    pub(crate) fn keep_id(&mut self) {
        let id = self.id().map(|id| ("id".to_owned(), id.to_owned()));
        self.fields = id.into_iter().collect();
    }

    /// The id, if one can be made out: also of an item that is refused.
    pub fn id(&self) -> Option<&str> {
        self.get("id").filter(|id| id.chars().count() <= ID_CHARS_MAX && !id.chars().any(char::is_control))
    }

    /// The product, or the first thing that is wrong.
    pub fn read(&self) -> Result<Item, Flaw> {
        if let Some(flaw) = &self.flaw {
            return Err(flaw.clone());
        }
        let missing = |name: &str| Flaw::new(name, "missing_attribute", format!("an item needs the attribute {name}"));
        let id = self.text("id", ID_CHARS_MAX)?.ok_or_else(|| missing("id"))?;
        // As it was written: without them it would be the id of another item.
        if self.get("id").is_some_and(|written| written.contains(char::is_control)) {
            let detail = "an id has no line breaks, tabs or other control characters";
            return Err(Flaw::new("id", "bad_value", detail));
        }
        let title = self.text("title", TITLE_CHARS_MAX)?.ok_or_else(|| missing("title"))?;
        let (sale_starts_at, sale_ends_at) = self.period("sale_price_effective_date")?;
        let (price, sale_price) = (self.price("price")?, self.price("sale_price")?);
        if let (Some(price), Some(sale)) = (price, sale_price)
            && price.currency != sale.currency
        {
            let detail = format!("the sale price is in {} and the price in {}", sale.currency, price.currency);
            return Err(Flaw::new("sale_price", "bad_price", detail));
        }
        Ok(Item {
            id,
            title,
            group_id: self.text("item_group_id", ID_CHARS_MAX)?,
            description: self.text("description", DESCRIPTION_CHARS_MAX)?,
            link: self.link("link")?,
            image_link: self.link("image_link")?,
            additional_image_links: self.images()?,
            price,
            sale_price,
            sale_starts_at,
            sale_ends_at,
            availability: self.word("availability", "bad_availability", Availability::parse, Availability::NAMES)?,
            brand: self.text("brand", BRAND_CHARS_MAX)?,
            google_product_category: self.category("google_product_category")?,
            product_type: self.category("product_type")?,
            gtin: self.gtin()?,
            mpn: self.text("mpn", BRAND_CHARS_MAX)?,
            condition: self.word("condition", "bad_value", Condition::parse, Condition::NAMES)?,
            color: self.text("color", WORD_CHARS_MAX)?,
            size: self.text("size", WORD_CHARS_MAX)?,
            gender: self.word("gender", "bad_value", Gender::parse, Gender::NAMES)?,
            age_group: self.word("age_group", "bad_value", AgeGroup::parse, AgeGroup::NAMES)?,
            material: self.text("material", MATERIAL_CHARS_MAX)?,
            custom_labels: self.labels()?,
            attributes: self.extra(),
        })
    }

    fn text(&self, name: &str, chars_max: usize) -> Result<Option<String>, Flaw> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let length = value.chars().count();
        if length > chars_max {
            let detail = format!("has {length} characters; {chars_max} are allowed");
            return Err(Flaw::new(name, "text_too_long", detail));
        }
        // NUL is no text to a database, and other controls are no text to a reader.
        let plain: String =
            value.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect();
        Ok(Some(plain).filter(|text| !text.trim().is_empty()))
    }

    fn link(&self, name: &str) -> Result<Option<String>, Flaw> {
        let Some(text) = self.text(name, LINK_CHARS_MAX)? else { return Ok(None) };
        check_link(name, &text)?;
        Ok(Some(text))
    }

    /// Several attributes, or one with commas between.
    fn images(&self) -> Result<Vec<String>, Flaw> {
        const NAME: &str = "additional_image_link";
        let mut images = Vec::new();
        let all = self.fields.iter().filter(|(name, _)| name == NAME).map(|(_, value)| value.trim());
        for image in all.flat_map(|value| value.split(",http").enumerate()) {
            let image = if image.0 == 0 { image.1.to_owned() } else { format!("http{}", image.1) };
            if image.is_empty() || images.len() >= IMAGES_MAX {
                continue;
            }
            if image.chars().count() > LINK_CHARS_MAX {
                return Err(Flaw::new(
                    NAME,
                    "text_too_long",
                    format!("a link has at most {LINK_CHARS_MAX} characters"),
                ));
            }
            check_link(NAME, image.trim())?;
            images.push(image.trim().to_owned());
        }
        Ok(images)
    }

    fn price(&self, name: &str) -> Result<Option<Money>, Flaw> {
        self.get(name).map(|text| price(name, text)).transpose()
    }

    fn period(&self, name: &str) -> Result<(Option<Timestamp>, Option<Timestamp>), Flaw> {
        let Some(text) = self.get(name) else { return Ok((None, None)) };
        let bad = || {
            let detail = format!("{} is no period such as 2026-11-20T00:00+0100/2026-11-30T23:59+0100", quoted(text));
            Flaw::new(name, "bad_date", detail)
        };
        let (start, end) = text.split_once('/').ok_or_else(bad)?;
        let (start, end) = (time(start).ok_or_else(bad)?, time(end).ok_or_else(bad)?);
        if end < start {
            return Err(Flaw::new(name, "bad_date", format!("{} ends before it begins", quoted(text))));
        }
        Ok((Some(start), Some(end)))
    }

    fn word<T>(
        &self,
        name: &str,
        code: &'static str,
        parse: fn(&str) -> Option<T>,
        words: &[&str],
    ) -> Result<Option<T>, Flaw> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let normal = text.to_lowercase().replace([' ', '-'], "_");
        parse(&normal).map(Some).ok_or_else(|| {
            let detail = format!("{} is not one of {}", quoted(text), words.join(", "));
            Flaw::new(name, code, detail)
        })
    }

    /// `Home & Garden > Kitchen>Pans`, with one form of the marks between.
    fn category(&self, name: &str) -> Result<Option<String>, Flaw> {
        let Some(text) = self.text(name, CATEGORY_CHARS_MAX)? else { return Ok(None) };
        let parts: Vec<&str> = text.split('>').map(str::trim).filter(|part| !part.is_empty()).collect();
        Ok(Some(parts.join(" > ")).filter(|path| !path.is_empty()))
    }

    fn gtin(&self) -> Result<Option<String>, Flaw> {
        let Some(text) = self.get("gtin") else { return Ok(None) };
        let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
        if !(8..=14).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Flaw::new("gtin", "bad_gtin", format!("{} is no number of 8 to 14 digits", quoted(text))));
        }
        Ok(Some(digits))
    }

    fn labels(&self) -> Result<[Option<String>; CUSTOM_LABELS], Flaw> {
        let mut labels: [Option<String>; CUSTOM_LABELS] = Default::default();
        for (at, label) in labels.iter_mut().enumerate() {
            *label = self.text(&format!("custom_label_{at}"), WORD_CHARS_MAX)?;
        }
        Ok(labels)
    }

    /// What is said beyond what the room knows, as much as is kept.
    fn extra(&self) -> BTreeMap<String, String> {
        let mut extra = BTreeMap::new();
        for (name, value) in &self.fields {
            let value = value.trim();
            let fits = name.chars().count() <= EXTRA_NAME_CHARS_MAX && value.chars().count() <= EXTRA_VALUE_CHARS_MAX;
            if extra.len() < EXTRA_MAX && fits && is_name(name) && !value.is_empty() && !is_known(name) {
                let plain = value.chars().filter(|letter| !letter.is_control()).collect();
                extra.entry(name.clone()).or_insert(plain);
            }
        }
        extra
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}

fn is_known(name: &str) -> bool {
    const KNOWN: &[&str] = &[
        "id",
        "title",
        "item_group_id",
        "description",
        "link",
        "image_link",
        "additional_image_link",
        "price",
        "sale_price",
        "sale_price_effective_date",
        "availability",
        "brand",
        "google_product_category",
        "product_type",
        "gtin",
        "mpn",
        "condition",
        "color",
        "size",
        "gender",
        "age_group",
        "material",
        "custom_label_0",
        "custom_label_1",
        "custom_label_2",
        "custom_label_3",
        "custom_label_4",
        // What it costs to send is not kept: it depends on who buys.
        "shipping",
        "tax",
    ];
    KNOWN.contains(&name)
}

fn check_link(name: &str, text: &str) -> Result<(), Flaw> {
    let is_web = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_web && !text.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(Flaw::new(name, "bad_link", format!("{} is no address that begins with https://", quoted(text))))
}

/// `12.90 EUR` or `EUR 12.90`.
fn price(name: &str, text: &str) -> Result<Money, Flaw> {
    let bad = |detail: String| Flaw::new(name, "bad_price", detail);
    let letters = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let text = text.trim();
    let ends = (text.get(text.len().saturating_sub(3)..), text.get(..3));
    let (number, code) = match ends {
        (Some(code), _) if letters(code) => (&text[..text.len() - 3], code),
        (_, Some(code)) if letters(code) => (&text[3..], code),
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => {
            let plain: String =
                text.chars().filter(|letter| letter.is_ascii_digit() || ".,".contains(*letter)).collect();
            let detail = format!("{} has no currency: write {plain} EUR, with the code of yours", quoted(text));
            return Err(Flaw::new(name, "price_without_currency", detail));
        }
        _ => return Err(bad(format!("{} is no price such as 12.90 EUR", quoted(text)))),
    };
    let currency = Currency::in_use(code).map_err(|error| bad(error.to_string()))?;
    amount(number.trim(), currency).ok_or_else(|| bad(format!("{} is no price such as 12.90 EUR", quoted(text))))
}

/// ISO 8601 as feeds write it: `2026-11-20T13:00+0100` has no colon in its offset.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < 10 || !text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    for form in ["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"] {
        if let Ok(at) = jiff::Timestamp::strptime(form, text) {
            return Some(Timestamp::from_ms(at.as_millisecond()));
        }
    }
    Timestamp::parse(text).ok()
}

#[cfg(test)]
mod tests;

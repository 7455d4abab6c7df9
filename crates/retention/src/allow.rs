//! What stays of the properties of an anonymised event: money, products and quantities. Everything that is not on the
//! list goes, also inside the products of an order; so does a value that is none of its kind, for free text is where
//! people are.

use base::{Json, JsonMap};

/// Properties that may stay. `products` is a list of objects with the same properties.
pub const KEPT_PROPERTIES: [&str; 14] = [
    "amount",
    "currency",
    "discount",
    "price",
    "product_id",
    "products",
    "quantity",
    "revenue",
    "shipping",
    "sku",
    "subtotal",
    "tax",
    "total",
    "value",
];
/// Products of one event that are looked at.
const PRODUCTS_MAX: usize = 1_000;
/// Characters of a product's number, and of a number written as text.
const CODE_CHARS_MAX: usize = 64;
const CURRENCY_CHARS: usize = 3;

/// The properties (a JSON object as text) without what could be about a person.
pub fn kept_properties(text: &str) -> String {
    let all: JsonMap = serde_json::from_str(text).unwrap_or_default();
    Json::Object(kept(&all, true)).to_string()
}

fn kept(all: &JsonMap, with_products: bool) -> JsonMap {
    let mut left = JsonMap::new();
    for (name, value) in all {
        let stays = match name.as_str() {
            "products" => match value {
                Json::Array(products) if with_products => {
                    let products = products.iter().take(PRODUCTS_MAX).filter_map(Json::as_object);
                    let products: Vec<Json> = products.map(|product| Json::Object(kept(product, false))).collect();
                    left.insert(name.clone(), Json::Array(products));
                    continue;
                }
                _ => false,
            },
            "product_id" | "sku" => is_code(value),
            "currency" => value.as_str().is_some_and(|text| {
                text.len() == CURRENCY_CHARS && text.bytes().all(|byte| byte.is_ascii_alphabetic())
            }),
            listed if KEPT_PROPERTIES.contains(&listed) => is_number(value),
            _ => false,
        };
        if stays {
            left.insert(name.clone(), value.clone());
        }
    }
    left
}

/// A product's number: no words, no address.
fn is_code(value: &Json) -> bool {
    match value {
        Json::Number(_) => true,
        Json::String(text) => {
            let of_code = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            !text.is_empty() && text.len() <= CODE_CHARS_MAX && text.bytes().all(of_code)
        }
        _ => false,
    }
}

fn is_number(value: &Json) -> bool {
    match value {
        Json::Number(_) => true,
        Json::String(text) => text.len() <= CODE_CHARS_MAX && text.trim().parse::<f64>().is_ok_and(f64::is_finite),
        _ => false,
    }
}

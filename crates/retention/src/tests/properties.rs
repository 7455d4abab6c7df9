//! What stays of properties, and where cutoffs lie.

use super::*;
use proptest::prelude::*;

fn left(properties: serde_json::Value) -> serde_json::Value {
    serde_json::from_str(&kept_properties(&properties.to_string())).unwrap()
}

#[test]
fn money_products_and_quantities_stay_and_nothing_else() {
    let order = serde_json::json!({
        "order_id": "zz-order", "revenue": 50.5, "currency": "EUR", "total": "12.30", "coupon": "FOR-ZZ",
        "email": "zz@mail.example", "note": "for zz", "quantity": 2, "tax": null, "shipping": {"to": "zz"},
        "products": [{"product_id": "sku-1", "name": "Mug of zz", "price": 9, "quantity": "1", "products": [{"sku": "a"}]},
                     "zz", {"sku": "for zz", "value": true}],
    });
    let expected = serde_json::json!({
        "revenue": 50.5, "currency": "EUR", "total": "12.30", "quantity": 2,
        "products": [{"product_id": "sku-1", "price": 9, "quantity": "1"}, {}],
    });
    assert_eq!(left(order), expected);
    for (text, expected) in [("", "{}"), ("[1]", "{}"), ("{\"value\":\"zz\"}", "{}"), ("{\"currency\":\"a b\"}", "{}")]
    {
        assert_eq!(kept_properties(text), expected, "{text}");
    }
}

#[test]
fn a_keep_in_months_ends_on_the_same_day_or_the_last_of_a_shorter_month() {
    let cutoff = |now: &str, amount, unit| Keep { amount, unit }.cutoff(Timestamp::parse(now).unwrap()).to_string();
    assert_eq!(cutoff("2026-03-31T15:00:00Z", 1, Unit::Month), "2026-02-28T00:00:00.000Z");
    assert_eq!(cutoff("2026-11-22T00:00:00Z", 13, Unit::Month), "2025-10-22T00:00:00.000Z");
    assert_eq!(cutoff("2026-11-22T23:59:59Z", 30, Unit::Day), "2026-10-23T00:00:00.000Z");
    assert_eq!(cutoff("2026-11-22T10:00:00Z", 1_200, Unit::Month), "1926-11-22T00:00:00.000Z");
}

proptest! {
    /// Text that is not on the list never gets through, wherever it stands.
    #[test]
    fn no_free_text_survives(word in "[a-z]{6,12}", key in "[a-z_]{1,12}", depth in 0usize..3) {
        let mut value = serde_json::json!({ key.clone(): format!("{word} {word}") });
        for _ in 0..depth {
            value = serde_json::json!({ "products": [value], key.clone(): { "x": word.clone() } });
        }
        let kept = kept_properties(&value.to_string());
        prop_assert!(!kept.contains(&word) || key.contains(&word), "{}", kept);
    }
}

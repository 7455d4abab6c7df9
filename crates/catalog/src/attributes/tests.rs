use super::*;
use crate::product::Availability;

fn raw(fields: &[(&str, &str)]) -> RawItem {
    let base = [("id", "MUG-1"), ("title", "Mug")];
    let with = base.iter().filter(|(name, _)| !fields.iter().any(|(known, _)| known == name)).chain(fields);
    RawItem { number: 1, fields: with.map(|(n, v)| (n.to_string(), v.to_string())).collect(), ..RawItem::default() }
}

fn item(fields: &[(&str, &str)]) -> Item {
    raw(fields).read().expect("a product")
}

#[track_caller]
fn flaw(fields: &[(&str, &str)]) -> (String, &'static str, String) {
    let flaw = raw(fields).read().expect_err("refused");
    (flaw.attribute.unwrap_or_default(), flaw.code, flaw.detail)
}

fn eur(minor: i64) -> Option<Money> {
    Some(Money::new(minor, Currency::EUR))
}

#[test]
fn names_are_the_same_however_a_feed_writes_them() {
    let one = ["image link", "Image Link", "g:image_link", "imageLink", "image-link", " image_link "];
    assert!(one.iter().all(|name| normal_name(name) == "image_link"));
    assert_eq!(normal_name("custom label 0"), "custom_label_0");
    assert_eq!(
        (normal_name("offerId"), normal_name("GTIN"), normal_name("productTypes")),
        ("id".into(), "gtin".into(), "product_type".into())
    );
}

#[test]
fn prices_are_read_as_shops_write_them_and_never_rounded() {
    for (text, minor) in [
        ("12.90 EUR", 1290),
        ("EUR 12.9", 1290),
        ("12,90 EUR", 1290),
        ("1,299.00 EUR", 129_900),
        ("1.299,00 EUR", 129_900),
        ("1299 eur", 129_900),
        ("12EUR", 1200),
        ("1,299 EUR", 129_900),
        ("12.900 EUR", 1290),
        ("1 299,00 EUR", 129_900),
    ] {
        assert_eq!(item(&[("price", text)]).price, eur(minor), "{text}");
    }
    assert_eq!(item(&[("price", "500 JPY")]).price.map(|price| price.minor), Some(500));
    for text in ["12.999 EUR", "-1 EUR", "12.9.0 EUR", "abc EUR", "1,29,9.00 EUR", " EUR", "12 EUX"] {
        assert_eq!(flaw(&[("price", text)]).1, "bad_price", "{text}");
    }
}

#[test]
fn every_flaw_is_named_with_its_attribute() {
    let (attribute, code, detail) = flaw(&[("price", "€ 12,90")]);
    assert_eq!((attribute.as_str(), code), ("price", "price_without_currency"));
    assert!(detail.contains("write 12,90 EUR"), "{detail}");
    let long = "x".repeat(151);
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let cases: [Case<'_>; 13] = [
        (&[("id", " ")], "id", "missing_attribute"),
        (&[("title", "")], "title", "missing_attribute"),
        (&[("title", &long)], "title", "text_too_long"),
        (&[("id", &long)], "id", "text_too_long"),
        (&[("availability", "maybe")], "availability", "bad_availability"),
        (&[("condition", "neuf")], "condition", "bad_value"),
        (&[("gender", "x")], "gender", "bad_value"),
        (&[("link", "javascript:alert(1)")], "link", "bad_link"),
        (&[("image_link", "shop.example/a.jpg")], "image_link", "bad_link"),
        (&[("gtin", "12x4567890123")], "gtin", "bad_gtin"),
        (&[("sale_price_effective_date", "2026-11-20")], "sale_price_effective_date", "bad_date"),
        (
            &[("sale_price_effective_date", "2026-11-20T00:00Z/2026-11-19T00:00Z")],
            "sale_price_effective_date",
            "bad_date",
        ),
        (&[("price", "10 EUR"), ("sale_price", "9 USD")], "sale_price", "bad_price"),
    ];
    for (fields, attribute, code) in cases {
        let found = flaw(fields);
        assert_eq!((found.0.as_str(), found.1), (attribute, code), "{}", found.2);
    }
}

#[test]
fn a_sale_counts_in_its_period_only() {
    let one = item(&[
        ("price", "20 EUR"),
        ("sale_price", "15 EUR"),
        ("sale_price_effective_date", "2026-11-20T00:00+0100/2026-11-30T23:59+0100"),
    ]);
    let at = |text: &str| one.price_at(Timestamp::parse(text).expect("a time"));
    assert_eq!(at("2026-11-19T22:59:59Z"), eur(2000));
    assert_eq!(at("2026-11-19T23:00:00Z"), eur(1500));
    assert_eq!(at("2026-11-30T22:59:00Z"), eur(2000));
    let always = item(&[("price", "20 EUR"), ("sale_price", "15 EUR")]);
    assert!(always.is_on_sale(Timestamp::from_ms(0)));
}

#[test]
fn what_the_room_does_not_know_is_kept_within_limits() {
    let mut fields: Vec<(String, String)> =
        (0..EXTRA_MAX + 10).map(|n| (format!("extra_{n:03}"), "x".into())).collect();
    fields.push(("energy_efficiency_class".into(), "A".into()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let one = item(&fields);
    assert_eq!(one.attributes.len(), EXTRA_MAX);
    let one = item(&[("shipping", "NL:::5 EUR"), ("energy_efficiency_class", "A"), ("huge", &"x".repeat(1_001))]);
    assert_eq!(
        one.attributes.into_iter().collect::<Vec<_>>(),
        [("energy_efficiency_class".to_owned(), "A".to_owned())]
    );
}

#[test]
fn values_are_brought_to_one_form() {
    let one = item(&[
        ("availability", "In Stock"),
        ("product_type", "Home >Kitchen>  Mugs"),
        ("gtin", "871-2345 678906"),
        ("additional_image_link", "https://s.example/1.jpg,https://s.example/2,b.jpg"),
        ("additional_image_link", "https://s.example/3.jpg"),
        ("custom_label_0", "winter"),
        ("custom_label_4", "x"),
        ("title", "Mug\u{0}, blue"),
    ]);
    assert_eq!((one.availability, one.category()), (Some(Availability::InStock), Some("Home > Kitchen > Mugs")));
    assert_eq!((one.gtin.as_deref(), one.title.as_str()), (Some("8712345678906"), "Mug, blue"));
    assert_eq!(
        one.additional_image_links,
        ["https://s.example/1.jpg", "https://s.example/2,b.jpg", "https://s.example/3.jpg"]
    );
    assert_eq!((one.custom_labels[0].as_deref(), one.custom_labels[4].as_deref()), (Some("winter"), Some("x")));
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_reader(name in "[a-z_]{1,30}", value in "\\PC{0,60}") {
        let names = ["price", "sale_price", "availability", "link", "gtin", "sale_price_effective_date", "title", "id"];
        for known in names.iter().copied().chain([name.as_str()]) {
            let _ = raw(&[(known, &value)]).read();
        }
    }

    #[test]
    fn an_amount_with_its_currency_is_read_back(minor in 0i64..1_000_000_000) {
        let price = Money::new(minor, Currency::EUR);
        let text = format!("{}.{:02} EUR", minor / 100, minor % 100);
        proptest::prop_assert_eq!(item(&[("price", &text)]).price, Some(price));
    }
}

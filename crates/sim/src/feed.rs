//! The shop's products as a feed, as shops publish it for Google: RSS 2.0 with the attributes of its namespace.
//!
//! There are no pictures: the shop is nowhere a browser could ask.

use crate::catalogue::{CATALOGUE, Category, Product};
use std::fmt::Write;

/// Where the shop would be.
const SHOP: &str = "https://www.noordkaap.example";
/// What sandals cost while they are on sale, in percent.
const SALE_PERCENT: i64 = 80;

/// All products; the same on every call.
pub fn product_feed() -> String {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\">\n\
         <channel>\n<title>Noordkaap</title>\n",
    );
    for (place, product) in CATALOGUE.iter().enumerate() {
        feed.push_str("<item>\n");
        let mut tell = |name: &str, value: &str| {
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            // Writing to a text cannot fail.
            let _ = writeln!(feed, "<g:{name}>{value}</g:{name}>");
        };
        tell("id", product.id);
        tell("title", product.name);
        tell("brand", product.brand_name());
        tell("product_type", &format!("Shoes > {}", shelf(product.category)));
        tell("link", &format!("{SHOP}/p/{}", product.id.to_lowercase()));
        tell("price", &euros(product.price_minor));
        if product.category == Category::Sandals {
            tell("sale_price", &euros(product.price_minor * SALE_PERCENT / 100));
        }
        // One in twelve is sold out.
        tell("availability", if place % 12 == 11 { "out_of_stock" } else { "in_stock" });
        tell("condition", "new");
        tell("age_group", if product.name.ends_with("Kids") { "kids" } else { "adult" });
        if let Some(group) = group(product) {
            tell("item_group_id", &group);
        }
        feed.push_str("</item>\n");
    }
    feed.push_str("</channel>\n</rss>\n");
    feed
}

fn euros(minor: i64) -> String {
    format!("{}.{:02} EUR", minor / 100, minor % 100)
}

fn shelf(category: Category) -> &'static str {
    match category {
        Category::Sneakers => "Sneakers",
        Category::Running => "Running",
        Category::Hiking => "Hiking",
        Category::Boots => "Boots",
        Category::Sandals => "Sandals",
    }
}

/// Shoes of one name that differ in their last word: "Kanaal Low" and "Kanaal High".
fn group(product: &Product) -> Option<String> {
    let family = |one: &Product| {
        let (family, _) = one.name.rsplit_once(' ')?;
        // The name of a brand alone makes no family.
        (!one.brand_name().starts_with(family)).then_some(family)
    };
    let others = || CATALOGUE.iter().filter(|one| one.id != product.id && one.brand == product.brand);
    let is_root = others().any(|one| family(one) == Some(product.name));
    let root = match family(product) {
        _ if is_root => product.name,
        Some(name) if others().any(|one| family(one) == Some(name) || one.name == name) => name,
        _ => return None,
    };
    Some(root.to_lowercase().replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_is_in_the_feed_once_and_families_hold_together() {
        let feed = product_feed();
        assert_eq!(
            (feed.matches("<item>").count(), feed.matches("<g:price>").count()),
            (CATALOGUE.len(), CATALOGUE.len())
        );
        assert!(feed.contains("<g:brand>Polder &amp; Co</g:brand>") && feed.contains("<g:price>89.95 EUR</g:price>"));
        assert_eq!(feed.matches("<g:item_group_id>kanaal</g:item_group_id>").count(), 2);
        assert_eq!(feed.matches("<g:item_group_id>noordkaap-classic</g:item_group_id>").count(), 2);
        assert!(!feed.contains("<g:item_group_id>fjällstig</g:item_group_id>"));
        assert_eq!(feed, product_feed());
    }
}

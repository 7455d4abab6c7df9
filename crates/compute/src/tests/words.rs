//! Every aggregate has words in every language.

use crate::{AGGREGATES, Definition, PropertyUse, sentence};
use predicate::Locale;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn every_aggregate_reads_as_a_sentence_of_its_own_in_every_language() {
    for locale in Locale::ALL {
        let mut sentences = BTreeSet::new();
        for aggregate in AGGREGATES {
            let with: &[bool] = match aggregate.property() {
                PropertyUse::No => &[false],
                PropertyUse::Yes => &[true],
                PropertyUse::Optional => &[false, true],
            };
            for with in with {
                let definition = json!({ "aggregate": aggregate.name(), "property": with.then_some("revenue"),
                    "event": { "name": "Order Completed", "window": { "last": { "amount": 90, "unit": "day" } } } });
                let text = sentence(&Definition::parse(&definition).expect("it parses"), locale);
                assert!(text.contains("“Order Completed”") && text.contains("90"), "{text}");
                assert_eq!(text.contains("revenue"), *with, "{text}");
                assert!(sentences.insert(text.clone()), "twice in {}: {text}", locale.name());
            }
        }
    }
}

#[test]
fn the_stored_form_reads_back_the_same() {
    for definition in [
        json!({ "version": 1, "aggregate": "sum", "property": "revenue", "event": { "name": "Order Completed",
            "window": { "last": { "amount": 90, "unit": "day" } },
            "where": [{ "property": "currency", "op": "equals", "value": "EUR" }], "channel": "web" } }),
        json!({ "version": 1, "formula": "spent / target" }),
    ] {
        let once = Definition::parse(&definition).expect("it parses").to_json();
        assert_eq!(once, Definition::parse(&once).expect("it parses again").to_json());
        assert_eq!(once["aggregate"], definition["aggregate"]);
        assert_eq!(once["event"]["where"], definition["event"]["where"]);
    }
    let newer = json!({ "version": 2, "formula": "a" });
    assert!(Definition::parse(&newer).expect_err("refused").to_string().contains("version 2"));
}

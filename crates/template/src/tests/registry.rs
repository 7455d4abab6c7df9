//! Every filter and tag in the lists does what its example says.

use super::{check, render};
use crate::{OutputContext, filters, tags};
use serde_json::{Value, json};
use std::collections::HashSet;

#[test]
fn every_filter_does_what_its_example_says() {
    for filter in filters() {
        let (template, shows) = filter.example;
        assert!(template.contains(filter.name), "the example of '{}' does not use it", filter.name);
        check(template, json!({}), shows);
    }
}

#[test]
fn every_tag_does_what_its_example_says() {
    for tag in tags() {
        let (template, shows) = tag.example;
        assert!(template.contains(tag.name), "the example of '{}' does not use it", tag.name);
        check(template, json!({}), shows);
    }
}

#[test]
fn names_in_the_lists_are_unique() {
    let filter_names: HashSet<_> = filters().iter().map(|filter| filter.name).collect();
    assert_eq!(filter_names.len(), filters().len());
    let tag_names: HashSet<_> = tags().iter().map(|tag| tag.name).collect();
    assert_eq!(tag_names.len(), tags().len());
}

/// Every filter with every kind of value, as input and as arguments: an answer or an error, never a panic.
#[test]
fn every_filter_takes_any_value() {
    let values = json!({ "v": [null, true, 0, -7, 1.5, 1e300, "", "a b", "-3.2", "2026-03-01", "\u{1F600}é", [1, "x", null, [2]], {"a": 1, "b": [2]}, i64::MAX, i64::MIN] });
    let count = values["v"].as_array().map_or(0, Vec::len);
    let indexes: Vec<usize> = (0..count).collect();
    for filter in filters() {
        for input in &indexes {
            for arg in &indexes {
                let args: Vec<String> = (0..filter.args.1).map(|n| format!("v[{}]", (arg + n) % count)).collect();
                let colon = if args.is_empty() { "" } else { ": " };
                let template = format!("{{{{ v[{input}] | {}{colon}{} }}}}", filter.name, args.join(", "));
                let _: Result<String, String> = render(OutputContext::Html, &template, &values);
            }
        }
    }
    let _: Value = values;
}

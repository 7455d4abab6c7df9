use crate::document::Document;
use crate::rules::{Rules, RulesDoc, TraitRuleDoc};
use crate::survivor::{ALL, Said};
use base::Json;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const SOURCES: [&str; 3] = ["crm", "shop", "import"];

/// Rules with a trait for each survivor, called like it, and `other` without one.
fn rules() -> Rules {
    let line = |code: &str, sources: &[&str]| TraitRuleDoc {
        pattern: code.to_owned(),
        rule: code.to_owned(),
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
    };
    let traits =
        ALL.into_iter().map(|survivor| line(survivor.code(), if survivor.has_sources() { &SOURCES[..2] } else { &[] }));
    Rules::new(1, RulesDoc { traits: traits.collect(), ..RulesDoc::default() })
}

fn said(value: Json, at: i64, source: &str, whom: &str) -> Said {
    Said(value, at, source.to_owned(), whom.to_owned())
}

#[track_caller]
fn check(code: &str, sayings: &[(Json, i64, &str, &str)], expected: Json) {
    let rules = rules();
    let mut document = Document::default();
    for (value, at, source, whom) in sayings {
        document.hear(&rules, code, said(value.clone(), *at, source, whom));
    }
    assert_eq!(document.get(code).cloned().unwrap_or_default(), expected, "{code}: {sayings:?}");
}

#[test]
fn each_rule_keeps_what_it_says() {
    let three =
        |one: Json, two: Json, three: Json| [(one, 1, "shop", ""), (two, 3, "crm", ""), (three, 2, "import", "")];
    check("latest", &three(json!("a"), json!("b"), json!("c")), json!("b"));
    check("first", &three(json!("a"), json!("b"), json!("c")), json!("a"));
    check("most_trusted", &three(json!("a"), json!("b"), json!("c")), json!("b"));
    check("most_trusted", &[(json!("a"), 1, "shop", ""), (json!("c"), 9, "import", "")], json!("a"));
    check("max", &three(json!(2), json!(1), json!(10)), json!(10));
    check("max", &three(json!("2026-01-09"), json!("2026-11-01"), json!("2025-12-31")), json!("2026-11-01"));
    check("min", &three(json!(2), json!(1.5), json!(10)), json!(1.5));
    check("min", &three(json!(true), json!(false), json!(true)), json!(false));
    check("max", &three(json!("many"), json!(3), json!({"a": 1})), json!(3));
    check("longest", &three(json!("A. de Vries"), json!("Anna de Vries"), json!("Anna")), json!("Anna de Vries"));
    check("union", &three(json!(["b", "a"]), json!("c"), json!(["a", null])), json!(["a", "b", "c"]));
}

#[test]
fn a_sum_counts_every_account_of_every_source_once() {
    let all = [
        (json!(5), 1, "shop", "u1"),
        (json!(7), 2, "shop", "u2"),
        (json!(6), 3, "shop", "u1"),
        (json!(1), 1, "crm", "u1"),
    ];
    check("sum", &all, json!(14));
    check("sum", &[(json!(0.1), 1, "shop", "u1"), (json!(0.2), 2, "shop", "u2")], json!(0.3));
    check("sum", &[(json!("many"), 1, "shop", "u1"), (json!(3), 2, "shop", "u2")], json!(3));
    // Before anybody was named it was the same account's.
    check("sum", &[(json!(5), 1, "shop", ""), (json!(8), 2, "shop", "u1")], json!(8));
}

#[test]
fn a_trait_that_is_taken_back_forgets_what_was_said_before_whatever_the_rule() {
    for survivor in ALL {
        let code = survivor.code();
        let single = |value: Json| if code == "union" { json!([value]) } else { value };
        check(
            code,
            &[(json!(9), 1, "crm", "u1"), (Json::Null, 5, "import", ""), (json!(3), 4, "crm", "u1")],
            Json::Null,
        );
        check(
            code,
            &[(json!(9), 1, "crm", "u1"), (json!(3), 6, "shop", "u1"), (Json::Null, 5, "import", "")],
            single(json!(3)),
        );
    }
}

#[test]
fn a_rule_begins_with_what_held_before_and_leaves_it_when_it_goes() {
    let (none, rules) = (Rules::defaults(), rules());
    let mut document = Document::default();
    document.hear(none, "max", said(json!(5), 10, "crm", ""));
    document.hear(&rules, "max", said(json!(3), 20, "crm", ""));
    assert_eq!(document.get("max"), Some(&json!(5)));
    assert!(document.text().contains("\"v\":2"), "what may come to hold later is kept: {}", document.text());
    let mut document = Document::parse(&document.text()).unwrap();
    document.hear(&rules, "max", said(Json::Null, 15, "crm", ""));
    assert_eq!(document.get("max"), Some(&json!(3)), "the greater one was taken back");
    document.hear(none, "max", said(json!(1), 30, "crm", ""));
    assert_eq!(document.get("max"), Some(&json!(1)));
    assert!(document.text().starts_with("{\"v\":1,"), "nothing else is left of it: {}", document.text());
}

#[test]
fn a_pattern_is_for_every_trait_it_fits_but_not_for_how_a_customer_was_found() {
    let line = TraitRuleDoc { pattern: "*".into(), rule: "max".into(), sources: Vec::new() };
    let rules = Rules::new(1, RulesDoc { traits: vec![line], ..RulesDoc::default() });
    assert!(rules.of_trait("points").is_some());
    assert!(rules.of_trait("first_utm_source").is_none());
}

fn value() -> impl Strategy<Value = Json> {
    prop_oneof![
        1 => Just(Json::Null),
        4 => (0..6i64).prop_map(|number| json!(number)),
        1 => (0..4i64).prop_map(|number| json!(number as f64 / 4.0)),
        2 => "[a-c]{1,3}".prop_map(|text| json!(text)),
        1 => any::<bool>().prop_map(|yes| json!(yes)),
        2 => proptest::collection::vec("[a-c]", 0..3).prop_map(|list| json!(list)),
    ]
}

/// (trait, value, time, source, account, profile).
type Saying = (usize, Json, i64, usize, usize, usize);

fn saying() -> impl Strategy<Value = Saying> {
    (0..ALL.len(), value(), 0..6i64, 0..SOURCES.len(), 0..3usize, 0..3usize)
}

fn hear(document: &mut Document, rules: &Rules, (name, value, at, source, whom, _): &Saying) {
    let whom = ["", "u1", "u2"][*whom];
    document.hear(rules, ALL[*name].code(), said(value.clone(), *at, SOURCES[*source], whom));
}

/// What is known, however the document is laid out: traits with times and sources, and what is kept beside them.
fn known(document: &Document, rules: &Rules) -> BTreeMap<String, (Json, i64, String, Vec<Said>)> {
    let traits = ALL.into_iter().map(|survivor| survivor.code());
    let shown = |code: &str| {
        document
            .iter()
            .find(|item| item.name == code)
            .map(|item| (item.value.clone(), item.at.ms(), item.source.to_owned()))
    };
    traits
        .map(|code| {
            let (value, at, source) = shown(code).unwrap_or_default();
            (code.to_owned(), (value, at, source, document.holding(rules, code)))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_sayings_come_to_the_same_in_any_order_on_any_profiles_merged_in_any_order(
        sayings in proptest::collection::vec(saying(), 0..14),
        order in proptest::collection::vec(any::<u32>(), 14),
        merges in 0..6usize,
        stored in any::<bool>(),
    ) {
        let rules = rules();
        let mut together = Document::default();
        sayings.iter().for_each(|saying| hear(&mut together, &rules, saying));
        let mut shuffled: Vec<(u32, &Saying)> = order.iter().copied().zip(&sayings).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let mut apart = [Document::default(), Document::default(), Document::default()];
        for (_, saying) in shuffled {
            hear(&mut apart[saying.5], &rules, saying);
        }
        if stored {
            apart = apart.map(|document| Document::parse(&document.text()).unwrap());
        }
        // Six orders in which three can become one.
        let order = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][merges];
        let [mut one, two, three] = order.map(|index| apart[index].clone());
        one.absorb(&two, &rules);
        one.absorb(&three, &rules);
        prop_assert_eq!(known(&one, &rules), known(&together, &rules));
        let once = one.clone();
        one.absorb(&two, &rules);
        one.absorb(&once, &rules);
        prop_assert_eq!(known(&one, &rules), known(&once, &rules), "merged twice");
        let mut other_way = three;
        let mut rest = two;
        rest.absorb(&order.map(|index| apart[index].clone())[0], &rules);
        other_way.absorb(&rest, &rules);
        prop_assert_eq!(known(&other_way, &rules), known(&together, &rules), "the other way round");
    }

    #[test]
    fn nothing_is_lost_of_what_the_rules_promise(sayings in proptest::collection::vec(saying(), 1..14)) {
        let rules = rules();
        let mut document = Document::default();
        sayings.iter().for_each(|saying| hear(&mut document, &rules, saying));
        let of = |code: &str| -> Vec<(Json, i64)> {
            let number = ALL.iter().position(|survivor| survivor.code() == code).unwrap();
            let all: Vec<&Saying> = sayings.iter().filter(|saying| saying.0 == number).collect();
            let reset = all.iter().filter(|saying| saying.1.is_null()).map(|saying| saying.2).max();
            let stays = |saying: &&&Saying| !saying.1.is_null() && reset.is_none_or(|reset| reset < saying.2);
            all.iter().filter(stays).map(|saying| (saying.1.clone(), saying.2)).collect()
        };
        let numbers = |code: &str| of(code).into_iter().filter_map(|(value, _)| value.as_f64()).collect::<Vec<f64>>();
        if let Some(greatest) = numbers("max").into_iter().max_by(f64::total_cmp) {
            prop_assert_eq!(document.get("max").and_then(Json::as_f64), Some(greatest));
        }
        if let Some(smallest) = numbers("min").into_iter().min_by(f64::total_cmp) {
            prop_assert_eq!(document.get("min").and_then(Json::as_f64), Some(smallest));
        }
        for (value, _) in of("union") {
            let all = document.get("union").and_then(Json::as_array).cloned().unwrap_or_default();
            match value {
                Json::Array(items) => prop_assert!(items.iter().all(|item| all.contains(item))),
                one => prop_assert!(all.contains(&one)),
            }
        }
        let times = |code: &str| of(code).into_iter().map(|(_, at)| at).collect::<Vec<i64>>();
        let shown = |code: &str| document.iter().find(|item| item.name == code).map(|item| item.at.ms());
        prop_assert_eq!(shown("latest"), times("latest").into_iter().max());
        prop_assert_eq!(shown("first"), times("first").into_iter().min());
    }
}

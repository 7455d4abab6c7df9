//! Conditions that earlier programs saved are read by this one; those of a later one are refused by name.

use super::*;

const V1: &str = include_str!("../../tests/golden/condition-v1.json");

#[test]
fn a_condition_of_version_1_is_read_whole() {
    let json: Json = serde_json::from_str(V1).unwrap();
    let read = condition(json);
    let mut kinds = std::collections::BTreeSet::new();
    fn note(part: &Condition, kinds: &mut std::collections::BTreeSet<&'static str>) {
        kinds.insert(part.kind_name());
        part.children().into_iter().for_each(|(_, child)| note(child, kinds));
    }
    note(&read, &mut kinds);
    assert_eq!(kinds.len(), KINDS.len(), "the golden condition holds every kind: {kinds:?}");
    assert_eq!(condition(read.to_json()), read);
}

#[test]
fn a_condition_of_a_later_version_is_refused_by_name() {
    let mut json: Json = serde_json::from_str(V1).unwrap();
    json["version"] = json!(2);
    let errors = parse(&json).expect_err("must be refused");
    assert_eq!(errors.0[0].detail, "version 2 is not known here; this program reads version 1");
}

//! Conditions that earlier programs saved are read by this one; those of a later one are refused by name.

use super::*;

const V1: &str = include_str!("../../tests/golden/condition-v1.json");
/// What was added to version 1 later.
const V1_SEQUENCES: &str = include_str!("../../tests/golden/condition-v1-sequences.json");

#[test]
fn a_condition_of_version_1_is_read_whole() {
    let mut kinds = std::collections::BTreeSet::new();
    fn note(part: &Condition, kinds: &mut std::collections::BTreeSet<&'static str>) {
        kinds.insert(part.kind_name());
        part.children().into_iter().for_each(|(_, child)| note(child, kinds));
    }
    for text in [V1, V1_SEQUENCES] {
        let read = condition(serde_json::from_str(text).unwrap());
        note(&read, &mut kinds);
        assert_eq!(condition(read.to_json()), read);
    }
    assert_eq!(kinds.len(), KINDS.len(), "the golden conditions hold every kind: {kinds:?}");
}

#[test]
fn a_condition_of_a_later_version_is_refused_by_name() {
    let mut json: Json = serde_json::from_str(V1).unwrap();
    json["version"] = json!(2);
    let errors = parse(&json).expect_err("must be refused");
    assert_eq!(errors.0[0].detail, "version 2 is not known here; this program reads version 1");
}

//! What earlier programs stored of a profile is read by this one; what a later one stored is refused by name.

use crate::document::Document;
use base::Timestamp;

const V1: &str = include_str!("../../tests/golden/document-v1.json");
const V2: &str = include_str!("../../tests/golden/document-v2.json");
const RULES_V1: &str = include_str!("../../tests/golden/rules-v1.json");

#[test]
fn traits_of_version_1_are_read() {
    let mut document = Document::parse(V1).unwrap();
    assert_eq!((document.email(), document.city()), (Some("anna@voorbeeld.nl"), Some("Sneek")));
    let seen: Vec<_> = document.iter().map(|one| (one.name.to_owned(), one.at.ms(), one.source.to_owned())).collect();
    assert_eq!(seen.len(), 3, "what was taken back is not shown: {seen:?}");
    assert_eq!(seen[1], ("vip".to_owned(), 1_795_332_480_991, "import".to_owned()));
    assert_eq!(document.text(), V1.trim_end(), "and is still what is written; another form is a new version");
    document.set("city", &"Leeuwarden".into(), Timestamp::from_ms(1_795_332_480_000), "import");
    assert_eq!(document.get("city"), None, "taken back later than this was said");
}

#[test]
fn traits_of_version_2_are_read_with_what_their_rules_keep() {
    let document = Document::parse(V2).unwrap();
    assert_eq!(document.get("points"), Some(&40.into()));
    assert_eq!(document.text(), V2.trim_end(), "and is still what is written; another form is a new version");
}

#[test]
fn identity_rules_of_version_1_are_read() {
    let rules = crate::RulesDoc::parse(RULES_V1).unwrap();
    assert_eq!(rules.text(), RULES_V1.trim_end(), "and is still what is written; another form is a new version");
    let error = crate::RulesDoc::parse(&RULES_V1.replace("\"v\":1", "\"v\":2")).unwrap_err();
    assert!(error.contains("version 2 of stored identity rules is not known to this program"), "{error}");
}

#[test]
fn traits_of_a_later_version_are_refused_by_name() {
    let error = Document::parse(&V1.replace("\"v\":1", "\"v\":3")).unwrap_err();
    assert!(error.to_string().contains("version 3 of stored traits is not known to this program"), "{error}");
}

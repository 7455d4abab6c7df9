//! What earlier programs stored of a profile is read by this one; what a later one stored is refused by name.

use crate::document::Document;
use base::Timestamp;

const V1: &str = include_str!("../../tests/golden/document-v1.json");

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
fn traits_of_a_later_version_are_refused_by_name() {
    let error = Document::parse(&V1.replace("\"v\":1", "\"v\":2")).unwrap_err();
    assert!(error.to_string().contains("version 2 of stored traits is not known to this program"), "{error}");
}

//! Quality on public data: no labels, no settings, only the types of the columns.
//!
//! The data is in `data/identity` of `$TUTTI_SHARED`, or of `../shared` beside the repository.

use matching::{Field, FieldKind, Options, Quality, Records, link};
use std::path::PathBuf;

const FEBRL: &[(&str, FieldKind)] = &[
    ("given_name", FieldKind::GivenName),
    ("surname", FieldKind::FamilyName),
    ("street_number", FieldKind::HouseNumber),
    ("address_1", FieldKind::Street),
    ("address_2", FieldKind::Street),
    ("suburb", FieldKind::City),
    ("postcode", FieldKind::Postcode),
    ("state", FieldKind::Region),
    ("date_of_birth", FieldKind::DateOfBirth),
    ("soc_sec_id", FieldKind::Id),
];

const FAKE: &[(&str, FieldKind)] = &[
    ("first_name", FieldKind::GivenName),
    ("surname", FieldKind::FamilyName),
    ("dob", FieldKind::DateOfBirth),
    ("city", FieldKind::City),
    ("email", FieldKind::Email),
];

fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../../shared");
    let shared = std::env::var_os("TUTTI_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("data/identity")).filter(|folder| folder.is_dir())
}

fn check(file: &str, columns: &[(&str, FieldKind)], truth: &str, f1_min: f64) {
    let Some(folder) = folder() else {
        println!("skipped: no shared data");
        return;
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(folder.join(file)).unwrap();
    let headers = reader.headers().unwrap().clone();
    let place = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let mut records = Records::new(columns.iter().map(|(name, kind)| Field::new(*name, *kind)).collect()).unwrap();
    let mut people = Vec::new();
    for (key, row) in reader.records().enumerate() {
        let row = row.unwrap();
        let values: Vec<_> = columns.iter().map(|(name, _)| row.get(place(name))).collect();
        records.push(key as u128, &values).unwrap();
        let person = row[place(truth)].split("-org").next().unwrap().split("-dup").next().unwrap().to_owned();
        people.push(person);
    }
    let linkage = link(records, Options { cut_bits: 0.0, threads: 1 }).unwrap();
    let pairs: Vec<_> = linkage.clusters().map(|(row, cluster)| (cluster, people[row as usize].as_str())).collect();
    let quality = Quality::of(&pairs);
    println!("{file}: precision {:.4} recall {:.4} F1 {:.4}", quality.precision(), quality.recall(), quality.f1());
    assert!(quality.f1() >= f1_min, "{file}: F1 {} is below {f1_min}", quality.f1());
}

#[test]
fn febrl_1_is_linked_without_an_error() {
    check("febrl_dataset1.csv", FEBRL, "rec_id", 1.0);
}

#[test]
fn febrl_2_is_linked_with_f1_of_0_998() {
    check("febrl_dataset2.csv", FEBRL, "rec_id", 0.998);
}

#[test]
fn febrl_3_is_linked_with_f1_of_0_9995() {
    check("febrl_dataset3.csv", FEBRL, "rec_id", 0.9995);
}

#[test]
fn fake_1000_is_linked_with_f1_of_0_903() {
    check("fake_1000.csv", FAKE, "cluster", 0.903);
}

//! Records that come later, by way of a saved model; and records that are nobody's.

use crate::made::{Person, fields, people, records, values};
use matching::{Found, Options, Quality, SavedModel, Update, link};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const OPTIONS: Options = Options { cut_bits: 0.0, threads: 1 };

/// The records `from..` come after the others were linked; who is with whom afterwards, and pairs compared.
fn updated(people: &[Person], from: usize) -> (HashMap<u128, u128>, u64, u64) {
    let first = link(records(people, 0..from), OPTIONS).unwrap();
    let model: SavedModel = first.model.save(&first.records);
    let mut cluster_of: HashMap<u128, u128> = first.clusters().collect();
    let mut update = Update::new(&model, fields(), 0.0).unwrap();
    for (index, person) in people.iter().enumerate().skip(from) {
        update.add(index as u128, &values(person)).unwrap();
    }
    for part in (0..people.len()).collect::<Vec<_>>().chunks(100) {
        update.pass(&records(people, part.iter().copied()));
    }
    let row = |key: u128| (key, values(&people[key as usize]));
    let mut links: Vec<Found> = update.compare_new();
    let candidates = update.candidates();
    for part in candidates.chunks(50) {
        links.extend(update.compare(&part.iter().map(|key| row(*key)).collect::<Vec<_>>()).unwrap());
    }
    let compared = update.compared();
    let mut members: BTreeMap<u128, Vec<u128>> = BTreeMap::new();
    cluster_of.iter().for_each(|(record, cluster)| members.entry(*cluster).or_default().push(*record));
    let led: BTreeSet<u128> =
        links.iter().filter(|found| found.other < from as u128).map(|found| cluster_of[&found.other]).collect();
    let known: Vec<Vec<_>> = led.iter().map(|name| members[name].iter().map(|key| row(*key)).collect()).collect();
    let placement = update.place(&links, &known, |_, _| false).unwrap();
    for cluster in &placement.clusters {
        let keys: Vec<u128> = cluster.iter().map(|record| placement.records.key(*record as usize)).collect();
        let name = *keys.iter().min().unwrap();
        cluster_of.extend(keys.iter().map(|key| (*key, name)));
    }
    for key in from as u128..people.len() as u128 {
        cluster_of.entry(key).or_insert(key);
    }
    (cluster_of, compared, first.compared)
}

fn f1(people: &[Person], clusters: impl Iterator<Item = (u128, u128)>) -> f64 {
    Quality::of(&clusters.map(|(record, cluster)| (cluster, people[record as usize].truth)).collect::<Vec<_>>()).f1()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn an_update_finds_nearly_what_a_new_search_finds(seed in 0u64..1_000) {
        let mut people = people(seed, 1_200);
        // Those who come later are of anybody.
        people.sort_by_key(|person| person.values[4].clone());
        let from = people.len() * 9 / 10;
        let (clusters, compared, before) = updated(&people, from);
        let whole = link(records(&people, 0..people.len()), OPTIONS).unwrap();
        let (later, at_once) = (f1(&people, clusters.into_iter()), f1(&people, whole.clusters()));
        prop_assert!(later > at_once - 0.02 && later > 0.95, "by an update {}, at once {}", later, at_once);
        prop_assert!(compared * 3 < before, "{} of {} pairs", compared, before);
    }
}

#[test]
fn a_saved_model_comes_back_and_another_one_is_refused() {
    let people = people(4, 300);
    let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let saved = linkage.model.save(&linkage.records);
    assert!(Update::new(&saved, fields(), 0.0).is_ok());
    let fewer = fields()[1..].to_vec();
    assert!(matches!(Update::new(&saved, fewer, 0.0), Err(matching::Error::Saved(_))));
}

/// F1 over real people when `junk` is among the records.
fn among(people: &[Person], junk: impl Iterator<Item = [Option<String>; 5]>) -> f64 {
    let mut all = people.to_vec();
    all.extend(junk.map(|values| Person { values, truth: usize::MAX }));
    let linkage = link(records(&all, 0..all.len()), OPTIONS).unwrap();
    f1(&all, linkage.clusters().filter(|(record, _)| (*record as usize) < people.len()))
}

#[test]
fn junk_does_not_hide_the_duplicates_of_real_people() {
    let people = people(13, 1_500);
    let clean = among(&people, std::iter::empty());
    let text = |value: &str| Some(value.to_owned());
    let equal = (0..20_000).map(|_| [text("Test"), text("Test"), None, None, text("0600000000")]);
    let with = among(&people, equal);
    assert!(with > clean - 0.01, "20,000 equal records: F1 {with}, without them {clean}");
    let numbered = (0..20_000).map(|n| {
        [text("Test"), text("Test"), text("1970-01-01"), Some(format!("test{n}@test.example")), text("0600000000")]
    });
    let with = among(&people, numbered);
    assert!(with > clean - 0.02, "20,000 that differ in the address: F1 {with}, without them {clean}");
}

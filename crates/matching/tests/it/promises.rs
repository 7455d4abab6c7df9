use crate::made::{Person, Random, fields, people, records, values};
use matching::{Error, Field, FieldKind, Linkage, Linker, Options, Quality, Records, link, stable_names};
use proptest::prelude::*;
use std::collections::HashMap;

const OPTIONS: Options = Options { cut_bits: 0.0, threads: 1 };

fn clusters(linkage: &Linkage) -> Vec<(u128, u128)> {
    linkage.clusters().collect()
}

fn quality(people: &[Person], clusters: impl Iterator<Item = (u128, u128)>) -> Quality {
    Quality::of(&clusters.map(|(record, cluster)| (cluster, people[record as usize].truth)).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_records_and_the_number_of_threads_change_nothing(seed in 0u64..1_000, shuffle in 0u64..1_000) {
        let people = people(seed, 800);
        let straight = link(records(&people, 0..people.len()), OPTIONS).unwrap();
        let mut order: Vec<usize> = (0..people.len()).collect();
        let mut random = Random::new(shuffle);
        (1..order.len()).rev().for_each(|index| order.swap(index, random.below(index + 1)));
        let mixed = link(records(&people, order.into_iter()), Options { threads: 3, ..OPTIONS }).unwrap();
        prop_assert_eq!(clusters(&straight), clusters(&mixed));
        prop_assert_eq!(straight.links, mixed.links);
    }

    #[test]
    fn people_made_from_any_seed_are_found_again(seed in 0u64..1_000) {
        let people = people(seed, 400);
        let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
        let quality = quality(&people, linkage.clusters());
        prop_assert!(quality.precision() > 0.97 && quality.recall() > 0.95, "{:?}", quality);
    }

    #[test]
    fn adding_records_keeps_the_names_of_clusters(seed in 0u64..1_000) {
        let people = people(seed, 400);
        let fitted = people.len() / 2;
        let mut linker = Linker::new(link(records(&people, 0..fitted), OPTIONS).unwrap(), 0.0);
        let mut before: HashMap<u128, u128> = linker.clusters().collect();
        for (index, person) in people.iter().enumerate().skip(fitted) {
            let added = linker.add(index as u128, &values(person)).unwrap();
            for (record, name) in linker.clusters() {
                let old = before.insert(record, name);
                let kept = old.is_none_or(|old| old == name || (added.ended.contains(&old) && added.cluster == name));
                prop_assert!(kept, "record {} went from {:?} to {}", record, old, name);
            }
        }
        let (batch, later) = (link(records(&people, 0..people.len()), OPTIONS).unwrap(), linker.clusters());
        let (batch, later) = (quality(&people, batch.clusters()).f1(), quality(&people, later).f1());
        prop_assert!(later > batch - 0.05 && later > 0.92, "one by one {}, at once {}", later, batch);
    }
}

#[test]
fn a_new_fit_keeps_the_names_that_were_given() {
    let people = people(7, 300);
    let first = link(records(&people, 0..people.len() / 2), OPTIONS).unwrap();
    let before: HashMap<u128, u128> = first.clusters().collect();
    let second = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let names = stable_names(second.clusters(), &before);
    let mut linker = Linker::new(second, 0.0);
    linker.rename(&names);
    let after: HashMap<u128, u128> = linker.clusters().collect();
    let mut by_name: HashMap<u128, Vec<u128>> = HashMap::new();
    before.iter().for_each(|(record, name)| by_name.entry(*name).or_default().push(*record));
    for (name, members) in by_name {
        let together = members.iter().all(|record| after[record] == after[&members[0]]);
        let alone = after.values().filter(|other| **other == after[&members[0]]).count() >= members.len();
        assert!(!together || !alone || after[&members[0]] == name || before.contains_key(&after[&members[0]]));
    }
    let kept = before.iter().filter(|(record, name)| after[*record] == **name).count();
    assert!(kept * 100 >= before.len() * 98, "{kept} of {}", before.len());
}

#[test]
fn a_record_between_two_people_does_not_make_them_one() {
    let mut people = people(11, 300);
    let of = |truth: usize, people: &[Person]| {
        people.iter().position(|person| person.truth == truth && person.values.iter().all(Option::is_some)).unwrap()
    };
    // Somebody typed one person's name and birthday together with another's e-mail address and telephone.
    let (a, b) = (of(1, &people), of(2, &people));
    for (first, second) in [(a, b), (a, b), (b, a)] {
        let mut values = people[first].values.clone();
        values[3] = people[second].values[3].clone();
        values[4] = people[second].values[4].clone();
        people.push(Person { values, truth: usize::MAX });
    }
    for (truth, from) in [(1, a), (1, a), (2, b), (2, b)] {
        let values = people[from].values.clone();
        people.push(Person { values, truth });
    }
    let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let cluster: HashMap<u128, u128> = linkage.clusters().collect();
    assert_ne!(cluster[&(a as u128)], cluster[&(b as u128)]);
    let bridge = people.iter().position(|person| person.truth == usize::MAX).unwrap() as u32;
    let strong = |with: usize| linkage.links.iter().any(|l| l.bits > 0.0 && (l.left, l.right) == (with as u32, bridge));
    assert!(strong(a) || strong(b), "the bridge resembles at least one of them, or this test shows nothing");
}

#[test]
fn em_finds_the_errors_that_were_planted() {
    let people = people(3, 3_000);
    let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let mut persons = HashMap::<usize, Vec<usize>>::new();
    people.iter().enumerate().for_each(|(record, person)| persons.entry(person.truth).or_default().push(record));
    let pairs: Vec<(usize, usize)> = persons
        .values()
        .flat_map(|own| own.iter().flat_map(|a| own.iter().map(|b| (*a, *b))))
        .filter(|(a, b)| a < b)
        .collect();
    for (index, field) in fields().iter().enumerate() {
        let values = pairs
            .iter()
            .filter_map(|(a, b)| Some((linkage.records.value(*a, index)?, linkage.records.value(*b, index)?)));
        let equal: Vec<bool> = values.map(|(a, b)| a == b).collect();
        let planted = equal.iter().filter(|equal| **equal).count() as f64 / equal.len() as f64;
        let found = linkage.model.weights(&linkage.records, index)[0].m;
        assert!((found - planted).abs() < 0.015, "{}: m {found}, planted {planted}", field.name);
    }
    // 16 * 16 given names, all as likely: two strangers share one in 256 times, less what typos take.
    let given = linkage.model.weights(&linkage.records, 0);
    let typed_right = (80.0f64 / 90.0).powi(2);
    assert!((given[0].u * 256.0 / typed_right - 1.0).abs() < 0.15, "u {}", given[0].u);
    let all = people.len() as f64 * (people.len() as f64 - 1.0) / 2.0;
    let prior = (pairs.len() as f64 / (all - pairs.len() as f64)).log2();
    assert!((f64::from(linkage.model.prior_bits()) - prior).abs() < 0.3, "prior {}", linkage.model.prior_bits());
}

#[test]
fn a_waterfall_adds_up_and_rare_values_say_more() {
    let mut people = people(5, 300);
    for truth in 0..40 {
        let mut common = people[truth * 3].clone();
        common.values[1] = Some("jansen".to_owned());
        people.push(common);
    }
    let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let link = linkage.links.iter().max_by(|a, b| a.bits.total_cmp(&b.bits)).unwrap();
    let waterfall = linkage.model.explain(&linkage.records, link.left as usize, link.right as usize);
    let sum = waterfall.prior_bits + waterfall.steps.iter().map(|step| step.bits).sum::<f32>();
    assert!((sum - waterfall.bits).abs() < 1e-3 && (waterfall.bits - link.bits).abs() < 1e-3);
    assert!(waterfall.probability > 0.999);
    let last = people.len();
    let common = linkage.model.explain(&linkage.records, last - 1, last - 2);
    assert_eq!(common.steps[1].level, Some("exact"));
    assert!(common.steps[1].frequency_bits < -1.0, "{:?}", common.steps[1]);
}

#[test]
fn few_or_empty_records_are_linked_without_a_guess() {
    let mut none = Records::new(fields()).unwrap();
    assert_eq!(clusters(&link(none.clone(), OPTIONS).unwrap()), []);
    none.push(4, &[None; 5]).unwrap();
    none.push(9, &[None, Some(" "), Some("unknown"), Some("-"), None]).unwrap();
    assert_eq!(clusters(&link(none, OPTIONS).unwrap()), [(4, 4), (9, 9)]);
}

#[test]
fn strangers_stay_strangers() {
    let mut people = people(21, 2_000);
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(person.truth));
    let linkage = link(records(&people, 0..people.len()), OPTIONS).unwrap();
    let joined = people.len() - linkage.cluster_count();
    assert!(joined <= 4, "{joined} of {} were taken for somebody else", people.len());
}

#[test]
fn wrong_input_is_named() {
    assert_eq!(Records::new(Vec::new()).unwrap_err(), Error::Fields { given: 0 });
    let mut records = Records::new(vec![Field::new("id", FieldKind::Id)]).unwrap();
    assert_eq!(records.push(1, &[]).unwrap_err(), Error::Width { key: 1, given: 0, expected: 1 });
    records.push(1, &[Some("a")]).unwrap();
    assert_eq!(records.push(1, &[Some("b")]).unwrap_err(), Error::KeyTwice { key: 1 });
    assert_eq!(link(records, Options { cut_bits: f32::NAN, threads: 1 }).unwrap_err(), Error::Options);
}

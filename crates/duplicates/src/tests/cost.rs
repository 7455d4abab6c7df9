//! What an update costs, counted in pairs compared.

use super::*;
use crate::schedule::Limits;
use std::time::{Duration, Instant};

/// No whole search because of many new ones.
const MANY: Limits = Limits { people_at_once: 10_000, changed_max: 100_000 };

/// Somebody made from a number, with little in common with others.
fn somebody(number: u32) -> PersonFields {
    let mix = |salt: u32| {
        let draw = (u64::from(number) * 8 + u64::from(salt)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((draw ^ (draw >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33) as usize
    };
    let syllables = ["ka", "ro", "ti", "mel", "son", "ver", "hul", "pe", "dra", "lin", "jo", "fen"];
    let name = |draw: usize, parts: u32| -> String {
        (0..parts).map(|part| syllables[draw / 12_usize.pow(part) % 12]).collect()
    };
    let born = format!("{}-{:02}-{:02}", 1940 + mix(2) % 65, 1 + mix(3) % 12, 1 + mix(4) % 28);
    let (first, last) = (name(mix(0), 2), name(mix(1), 4));
    let email = format!("{first}{}@mail.example", mix(5) % 10_000_000);
    let phone = format!("06{:08}", mix(6) % 100_000_000);
    fields([&first, &last, &born, &email, &phone, "", "", "", ""])
}

/// Somebody comes again, a little different each time.
fn once_more(town: &Town, of: u32, id: u32) {
    let was = town.people.lock()[&of].clone();
    let wrong = |field: usize| {
        let value = was.0[field].clone().unwrap();
        format!("{}{}", &value[..2], &value[3..])
    };
    match id % 5 {
        0 => town.twin(of, id, &[(3, ""), (0, &wrong(0))]),
        1 => town.twin(of, id, &[(4, "")]),
        2 => town.twin(of, id, &[(1, &wrong(1)), (4, &wrong(4))]),
        3 => town.twin(of, id, &[(2, &wrong(2)), (3, &wrong(3))]),
        _ => town.twin(of, id, &[(0, &wrong(0)), (4, ""), (3, "")]),
    }
}

/// The longest time this thread did nothing else, until stopped.
async fn longest_silence(stop: Arc<AtomicU64>) -> Duration {
    let (mut longest, mut last) = (Duration::ZERO, Instant::now());
    while stop.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
        longest = longest.max(last.elapsed());
        last = Instant::now();
    }
    longest
}

// One thread answers everybody here: whatever is compared on it keeps the others waiting.
#[tokio::test]
async fn others_are_answered_while_many_new_customers_are_compared() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let town = Arc::new(Town::default());
    town.people.lock().extend((1..=6_000).map(|number| (number, somebody(number))));
    for n in 0..400 {
        once_more(&town, 1 + n * 14, 200_000 + n);
    }
    let clock = Arc::new(testkit::clock());
    let duplicates = Duplicates::open(store.db.clone(), town.clone(), clock, KEY).await.unwrap();
    duplicates.find(SHOP).await.unwrap();
    // Families of namesakes: everybody shares blocks with the whole family.
    for n in 0..4_000 {
        let mut namesake = somebody(10_000 + n / 200);
        namesake.0[4] = Some(format!("06{:08}", 7_000_000 + n));
        town.people.lock().insert(1 + n, namesake);
    }
    let stop = Arc::new(AtomicU64::new(0));
    let listening = tokio::spawn(longest_silence(stop.clone()));
    let started = Instant::now();
    let updated = duplicates.with_limits(MANY).update(SHOP).await.unwrap();
    let took = started.elapsed();
    stop.store(1, Ordering::Relaxed);
    let silence = listening.await.unwrap();
    println!("{} pairs in {took:?}, the longest silence {silence:?}", updated.update.compared);
    assert!(updated.update.compared > 300_000, "{}", updated.update.compared);
    assert!(silence * 4 < took, "nobody was answered for {silence:?} of {took:?}");
}

#[tokio::test]
async fn a_hundred_new_among_a_hundred_thousand_cost_a_small_part_of_a_search() {
    let store = testkit::sqlite(MIGRATIONS).await;
    let town = Arc::new(Town::default());
    town.people.lock().extend((1..=100_000).map(|number| (number, somebody(number))));
    for n in 0..3_000 {
        once_more(&town, 1 + n * 31, 200_000 + n);
    }
    let clock = Arc::new(testkit::clock());
    let duplicates = Duplicates::open(store.db.clone(), town.clone(), clock, KEY).await.unwrap();
    let whole = duplicates.find(SHOP).await.unwrap();
    assert_eq!(whole.state, RunState::Done, "{:?}", whole.error);
    for n in 0..100 {
        once_more(&town, 7 + n * 310, 300_000 + n);
    }
    let updated = duplicates.update(SHOP).await.unwrap();
    println!("a search compared {} pairs, an update of 100 {}", whole.compared, updated.update.compared);
    assert_eq!(updated.update.people, 100);
    assert!(updated.update.compared * 100 < whole.compared, "{} of {}", updated.update.compared, whole.compared);
    assert!(updated.groups >= whole.groups + 90, "{} after {}", updated.groups, whole.groups);
}

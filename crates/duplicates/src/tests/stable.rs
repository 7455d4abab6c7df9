//! Whatever happens to customers and suggestions, in any order: names stay, and nothing refused comes back.

use super::*;
use crate::schedule::Limits;
use std::collections::{BTreeSet, HashSet};

/// splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

type Groups = BTreeMap<GroupId, BTreeSet<u32>>;

async fn groups(duplicates: &Duplicates) -> Groups {
    let all = duplicates.page(SHOP, None, 1_000).await.unwrap();
    all.into_iter().map(|group| (group.id, group.members.iter().map(|member| member.number()).collect())).collect()
}

/// A group that still has half of its people, and no other group wants them, keeps its name.
fn names_stay(before: &Groups, after: &Groups) {
    for (id, old) in before {
        let shares = |other: &BTreeSet<u32>| other.intersection(old).count();
        let heirs: Vec<(&GroupId, &BTreeSet<u32>)> =
            after.iter().filter(|(_, group)| 2 * shares(group) >= old.len()).collect();
        let [(heir, group)] = heirs.as_slice() else { continue };
        let rivals = before.iter().filter(|(other, was)| *other != id && was.intersection(group).next().is_some());
        if rivals.count() == 0 {
            assert_eq!(heir, &id, "{old:?} became {group:?}");
        }
    }
}

/// Something happens to the customers, or somebody decides.
async fn happen(
    chance: &mut Chance,
    duplicates: &Duplicates,
    town: &Town,
    next: &mut u32,
    refused: &mut Vec<[u32; 2]>,
) {
    let ids: Vec<u32> = town.people.lock().keys().copied().collect();
    let one = ids[chance.below(ids.len())];
    let suggestions = groups(duplicates).await;
    let some = suggestions.iter().nth(chance.below(suggestions.len().max(1)));
    match chance.below(6) {
        0 | 1 => {
            *next += 1;
            town.twin(one, *next, &[(3, &format!("again{next}@work.example")), (4, "")]);
        }
        2 => {
            let field = [0, 1, 3, 5, 7][chance.below(5)];
            town.twin(one, one, &[(field, &format!("Changed {}", chance.below(50)))]);
        }
        3 => {
            let Some((_, members)) = some else { return };
            let [first, second] = [members.first().unwrap(), members.last().unwrap()];
            town.people.lock().remove(second);
            let mut merged = town.merged.lock();
            merged.values_mut().filter(|into| into.number() == *second).for_each(|into| *into = ProfileId::new(*first));
            merged.insert(ProfileId::new(*second), ProfileId::new(*first));
        }
        4 => {
            let Some((id, members)) = some else { return };
            let members: Vec<u32> = members.iter().copied().collect();
            let pairs = members.iter().enumerate().flat_map(|(at, one)| members[at + 1..].iter().map(|b| [*one, *b]));
            refused.extend(pairs);
            assert!(duplicates.reject_group(SHOP, *id, None).await.unwrap());
        }
        _ => {
            let Some((_, members)) = some else { return };
            let [first, second] = [*members.first().unwrap(), *members.last().unwrap()];
            refused.push([first, second]);
            duplicates.reject(SHOP, &[(ProfileId::new(second), ProfileId::new(first))]).await.unwrap();
        }
    }
}

fn nothing_refused(after: &Groups, refused: &[[u32; 2]], town: &Town) {
    let merged = town.merged.lock();
    let today = |id: u32| merged.get(&ProfileId::new(id)).map_or(id, |into| into.number());
    for [one, other] in refused {
        let (one, other) = (today(*one), today(*other));
        let both = after.values().find(|group| one != other && group.contains(&one) && group.contains(&other));
        assert_eq!(both, None, "{one} and {other} were refused");
    }
}

#[tokio::test]
async fn names_stay_and_nothing_refused_comes_back_whatever_happens() {
    on_every_store(async |duplicates, town, _| {
        let duplicates = duplicates.with_limits(Limits { people_at_once: 3, changed_max: 1_000 });
        for seed in 0..3 {
            let mut chance = Chance(seed);
            let (mut next, mut refused) = (10_000 * (seed as u32 + 1), Vec::new());
            let (mut known, mut ended) = (HashSet::new(), HashSet::new());
            duplicates.find(SHOP).await.unwrap();
            for round in 0..12 {
                for _ in 0..=chance.below(3) {
                    let before = groups(&duplicates).await;
                    happen(&mut chance, &duplicates, &town, &mut next, &mut refused).await;
                    names_stay(&before, &groups(&duplicates).await);
                }
                let before = groups(&duplicates).await;
                let status = match chance.below(4) {
                    0 => duplicates.find(SHOP).await.unwrap(),
                    _ => duplicates.update(SHOP).await.unwrap(),
                };
                assert_eq!((status.state, &status.update.error), (RunState::Done, &None), "{:?}", status.error);
                let after = groups(&duplicates).await;
                names_stay(&before, &after);
                nothing_refused(&after, &refused, &town);
                let members: Vec<u32> = after.values().flatten().copied().collect();
                let distinct: BTreeSet<u32> = members.iter().copied().collect();
                assert_eq!(members.len(), distinct.len(), "seed {seed}, round {round}: somebody is in two suggestions");
                assert!(members.iter().all(|member| town.people.lock().contains_key(member)), "somebody is gone");
                ended.extend(known.iter().copied().filter(|id| !after.contains_key(id)));
                assert!(after.keys().all(|id| !ended.contains(id)), "a name is given a second time");
                known.extend(after.keys().copied());
            }
        }
    })
    .await;
}

//! The room on both engines.

mod cost;
mod stable;
mod updates;

use crate::*;
use base::{ProfileId, WorkspaceId};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SHOP: WorkspaceId = WorkspaceId::new(1);
const OTHER_SHOP: WorkspaceId = WorkspaceId::new(2);

const KEY: [u8; 32] = [7; 32];

/// The customers of the shop; nobody else has any.
#[derive(Default)]
struct Town {
    /// How often they were read; from the given time on nobody answers any more.
    pages: AtomicU64,
    silent_after: AtomicU64,
    people: Mutex<BTreeMap<u32, PersonFields>>,
    apart: Mutex<Vec<(ProfileId, ProfileId)>>,
    merged: Mutex<BTreeMap<ProfileId, ProfileId>>,
}

#[async_trait::async_trait]
impl People for Town {
    async fn count(&self, _: WorkspaceId) -> Result<u64, String> {
        Ok(self.people.lock().len() as u64)
    }
    async fn page(
        &self,
        workspace: WorkspaceId,
        after: ProfileId,
        limit: usize,
    ) -> Result<Vec<(ProfileId, PersonFields)>, String> {
        let read = self.pages.fetch_add(1, Ordering::Relaxed) + 1;
        let silent = self.silent_after.load(Ordering::Relaxed);
        if silent > 0 && read > silent {
            std::future::pending::<()>().await;
        }
        let people = self.people.lock();
        let later = people.range(after.number() + 1..).filter(|_| workspace == SHOP);
        Ok(later.take(limit).map(|(id, fields)| (ProfileId::new(*id), fields.clone())).collect())
    }
    async fn some(&self, workspace: WorkspaceId, ids: &[ProfileId]) -> Result<Vec<(ProfileId, PersonFields)>, String> {
        let people = self.people.lock();
        let there = ids.iter().filter(|_| workspace == SHOP);
        Ok(there.filter_map(|id| Some((*id, people.get(&id.number())?.clone()))).collect())
    }
    async fn canonical(
        &self,
        _: WorkspaceId,
        ids: &[ProfileId],
    ) -> Result<std::collections::HashMap<ProfileId, ProfileId>, String> {
        let merged = self.merged.lock();
        Ok(ids.iter().map(|id| (*id, merged.get(id).copied().unwrap_or(*id))).collect())
    }
    async fn apart(&self, _: WorkspaceId) -> Result<Vec<(ProfileId, ProfileId)>, String> {
        Ok(self.apart.lock().clone())
    }
}

fn fields(values: [&str; 9]) -> PersonFields {
    PersonFields(values.map(|value| (!value.is_empty()).then(|| value.to_owned())))
}

impl Town {
    /// `id` is `of` once more, with changes.
    fn twin(&self, of: u32, id: u32, changes: &[(usize, &str)]) {
        let mut people = self.people.lock();
        let mut copy = people[&of].clone();
        for (field, value) in changes {
            copy.0[*field] = (!value.is_empty()).then(|| (*value).to_owned());
        }
        people.insert(id, copy);
    }
}

/// 300 different people, and duplicates of three of them: 1001 of 1, 1002 of 2, 1003 and 1004 of 3.
fn town() -> Town {
    let firsts =
        ["Anna", "Bert", "Carla", "Dirk", "Eva", "Frans", "Gerda", "Hans", "Ida", "Jan", "Klaas", "Lies", "Mina"];
    let lasts = ["Jansen", "de Vries", "Hoekstra", "Bakker", "Visser", "Smit", "Mulder", "Bos", "Vos", "Peters", "Kok"];
    let streets = ["Kerkstraat", "Dorpsweg", "Havenkade", "Molenpad", "Singel", "Buorren", "Langestraat"];
    let cities = ["Drachten", "Goingarijp", "Sneek", "Leeuwarden", "Groningen"];
    let town = Town::default();
    let mut people = town.people.lock();
    for number in 1..=300_u32 {
        let n = number as usize;
        let (first, last) = (firsts[n * 7 % 13], lasts[n * 5 % 11]);
        let born = format!("{}-{:02}-{:02}", 1950 + n * 13 % 50, 1 + n * 5 % 12, 1 + n * 11 % 28);
        let email = format!("{}.{}{}@mail.example", first.to_lowercase(), number * 37, number);
        let phone = format!("+316{:08}", (number * 7_919_777) % 100_000_000);
        let street = format!("{} {}", streets[n * 3 % 7], 1 + n * 17 % 190);
        let code = format!("{}{}", 8_000 + n * 29 % 1_900, ["AB", "CD", "EF"][n % 3]);
        people.insert(number, fields([first, last, &born, &email, &phone, &street, &code, cities[n % 5], "NL"]));
    }
    drop(people);
    town.twin(1, 1001, &[(3, "other.address@work.example"), (4, "")]);
    town.twin(2, 1002, &[(0, "Berrt"), (3, "")]);
    town.twin(3, 1003, &[(4, ""), (5, "Singel 999")]);
    town.twin(3, 1004, &[(3, "third@work.example"), (4, "+31699999999")]);
    town
}

async fn on_every_store(test: impl AsyncFn(Duplicates, Arc<Town>, db::Db)) {
    for store in testkit::stores(MIGRATIONS).await {
        println!("on {}", store.name);
        let town = Arc::new(town());
        let clock = Arc::new(testkit::clock());
        let duplicates = Duplicates::open(store.db.clone(), town.clone(), clock, KEY).await.unwrap();
        test(duplicates, town, store.db.clone()).await;
    }
}

/// The suggestion whose smallest member this is.
async fn id(duplicates: &Duplicates, first: u32) -> GroupId {
    let all = duplicates.page(SHOP, None, 100).await.unwrap();
    all.into_iter().find(|group| group.members[0].number() == first).expect("it is suggested").id
}

async fn found(duplicates: &Duplicates) -> Vec<Vec<u32>> {
    let status = duplicates.find(SHOP).await.unwrap();
    assert_eq!(status.state, RunState::Done, "{:?}", status.error);
    suggested(duplicates).await
}

/// Who is suggested, and that the list is in order and complete.
async fn suggested(duplicates: &Duplicates) -> Vec<Vec<u32>> {
    let status = duplicates.status(SHOP).await.unwrap();
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = duplicates.page(SHOP, cursor.as_deref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = Some(Duplicates::cursor(last));
        all.extend(page);
    }
    assert!(all.is_sorted_by(|one, other| one.bits >= other.bits), "surest first");
    assert_eq!(status.groups, all.len() as u64);
    let mut members: Vec<Vec<u32>> =
        all.iter().map(|group| group.members.iter().map(|member| member.number()).collect()).collect();
    members.sort();
    members
}

#[tokio::test]
async fn planted_duplicates_are_found_with_evidence_that_adds_up() {
    on_every_store(async |duplicates, _, _| {
        assert_eq!(duplicates.status(SHOP).await.unwrap().state, RunState::Never);
        assert_eq!(found(&duplicates).await, [vec![1, 1001], vec![2, 1002], vec![3, 1003, 1004]]);
        let two = id(&duplicates, 2).await;
        assert_eq!(GroupId::parse(&two.to_string()), Some(two));
        let group = duplicates.group(SHOP, two).await.unwrap().unwrap();
        assert!(group.probability() > 0.9, "{}", group.probability());
        let pair = &group.pairs[0];
        let sum: f32 = pair.prior_bits + pair.evidence.iter().map(|step| step.bits).sum::<f32>();
        assert!((sum - pair.bits).abs() < 0.01, "{sum} {}", pair.bits);
        let level = |name: &str| {
            let field = FIELDS.iter().position(|(field, _)| *field == name).unwrap();
            pair.evidence.iter().find(|step| step.field == field).unwrap().level.clone()
        };
        assert_eq!((level("last_name").as_deref(), level("first_name").as_deref()), (Some("exact"), Some("one edit")));
        assert_eq!(level("email"), None, "one of them has none");
        assert!(duplicates.page(OTHER_SHOP, None, 10).await.unwrap().is_empty());
        assert_eq!(duplicates.status(OTHER_SHOP).await.unwrap().state, RunState::Never);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_refused_is_not_suggested_again_and_the_rest_of_a_group_stays() {
    on_every_store(async |duplicates, town, _| {
        found(&duplicates).await;
        let one = id(&duplicates, 1).await;
        assert!(duplicates.reject_group(SHOP, one, None).await.unwrap());
        assert!(!duplicates.reject_group(SHOP, one, None).await.unwrap(), "it is gone");
        duplicates.reject(SHOP, &[(ProfileId::new(1004), ProfileId::new(3))]).await.unwrap();
        town.apart.lock().push((ProfileId::new(1002), ProfileId::new(2)));
        let left = found(&duplicates).await;
        let [group] = left.as_slice() else { panic!("one group: {left:?}") };
        assert!(group.contains(&1003) && group.len() == 2, "{group:?}");
        let last = id(&duplicates, group[0]).await;
        assert!(duplicates.settle(SHOP, last).await.unwrap() && !duplicates.settle(SHOP, last).await.unwrap());
        assert!(duplicates.page(SHOP, None, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn erased_people_are_in_no_suggestion_and_nothing_but_numbers_is_stored() {
    on_every_store(async |duplicates, town, db| {
        found(&duplicates).await;
        for table in ["duplicate_group", "duplicate_run"] {
            let column = if table == "duplicate_group" { "pairs" } else { "COALESCE(error, '')" };
            for row in db.query(&format!("SELECT {column} AS text FROM {table}"), &[]).await.unwrap() {
                let text = row.text("text").unwrap();
                let values = town.people.lock()[&2].0.clone();
                assert!(
                    values.iter().flatten().all(|value| value.len() < 4 || !text.contains(value.as_str())),
                    "{text}"
                );
            }
        }
        let mut tx = db.begin().await.unwrap();
        assert!(Duplicates::erase(&mut tx, SHOP, &[ProfileId::new(1003)]).await.unwrap() > 0);
        tx.commit().await.unwrap();
        let left = duplicates.page(SHOP, None, 10).await.unwrap();
        let mut left: Vec<Vec<u32>> =
            left.iter().map(|group| group.members.iter().map(|one| one.number()).collect()).collect();
        left.sort();
        assert_eq!(left, [vec![1, 1001], vec![2, 1002], vec![3, 1004]], "the rest of a group stays");
        let mut seen = crate::seen::Seen::new();
        store::read_seen(&db, SHOP, (0, u32::MAX), &mut seen).await.unwrap();
        assert_eq!((seen.len(), seen.contains_key(&1003)), (303, false), "no fingerprint of them is kept");
    })
    .await;
}

#[tokio::test]
async fn a_search_cut_off_by_a_stop_has_failed_and_says_why() {
    on_every_store(async |duplicates, town, db| {
        store::begin(&db, SHOP, testkit::NOW).await.unwrap();
        let again = Duplicates::open(db, town, Arc::new(testkit::clock()), KEY).await.unwrap();
        let status = again.status(SHOP).await.unwrap();
        assert_eq!(
            (status.state, status.error.as_deref()),
            (RunState::Failed, Some("the program was stopped meanwhile"))
        );
        assert_eq!(found(&again).await.len(), 3);
        drop(duplicates);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_follows_who_somebody_became_and_silences_nobody_else() {
    on_every_store(async |duplicates, town, _| {
        found(&duplicates).await;
        duplicates.reject(SHOP, &[(ProfileId::new(2), ProfileId::new(1002))]).await.unwrap();
        // 1002 was merged into 900, which looks like it.
        let copy = town.people.lock().remove(&1002).unwrap();
        town.people.lock().insert(900, copy);
        town.merged.lock().insert(ProfileId::new(1002), ProfileId::new(900));
        assert_eq!(found(&duplicates).await, [vec![1, 1001], vec![3, 1003, 1004]]);
        // Of 3, 1003, 1004 and a fourth, two pairs stay when the pairs across are refused.
        let fourth = town.people.lock()[&1004].clone();
        town.people.lock().insert(1005, fourth);
        let pairs = [(3, 1004), (3, 1005), (1003, 1004), (1003, 1005)];
        let pairs = pairs.map(|(one, other)| (ProfileId::new(one), ProfileId::new(other)));
        duplicates.reject(SHOP, &pairs).await.unwrap();
        assert_eq!(found(&duplicates).await, [vec![1, 1001], vec![3, 1003], vec![1004, 1005]]);
    })
    .await;
}

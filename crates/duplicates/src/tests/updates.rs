//! Updates between two searches.

use super::*;
use crate::schedule::Limits;

/// A few at a time, and no whole search because of it.
const FEW: Limits = Limits { people_at_once: 2, changed_max: 100 };

async fn update(duplicates: &Duplicates) -> UpdateStatus {
    let status = duplicates.update(SHOP).await.unwrap();
    assert_eq!((status.state, &status.update.error), (RunState::Done, &None), "{:?}", status.error);
    status.update
}

async fn by_id(duplicates: &Duplicates) -> BTreeMap<GroupId, (u32, Vec<u32>)> {
    let all = duplicates.page(SHOP, None, 100).await.unwrap();
    let numbers = |group: &Group| group.members.iter().map(|member| member.number()).collect();
    all.iter().map(|group| (group.id, (group.version, numbers(group)))).collect()
}

#[tokio::test]
async fn who_is_new_or_changed_is_compared_alone_and_the_other_suggestions_stay_as_they_are() {
    on_every_store(async |duplicates, town, _| {
        found(&duplicates).await;
        let whole = duplicates.status(SHOP).await.unwrap();
        let before = by_id(&duplicates).await;
        assert_eq!(update(&duplicates).await.people, 0, "nobody changed");
        assert_eq!(by_id(&duplicates).await, before);

        // Somebody new who is 5, and somebody new who is nobody else; 1004 comes once more; 1002 is somebody else now.
        town.twin(5, 2001, &[(3, "other@work.example"), (4, "")]);
        let alone = ["Zebedeus", "Quist", "1931-01-09", "z@quist.example", "", "Nergens 1", "9999ZZ", "Ulrum", "NL"];
        town.people.lock().insert(2002, fields(alone));
        town.twin(1004, 2003, &[(3, "fourth@work.example")]);
        town.people
            .lock()
            .insert(1002, fields(["Xavier", "Ybema", "1999-12-31", "", "", "Elders 3", "1111XX", "", ""]));
        let done = update(&duplicates).await;
        assert_eq!(suggested(&duplicates).await, [vec![1, 1001], vec![3, 1003, 1004, 2003], vec![5, 2001]]);
        assert_eq!(done.people, 4);
        assert!(done.compared < whole.compared / 10, "{} of {}", done.compared, whole.compared);
        let after = by_id(&duplicates).await;
        let three = before.iter().find(|(_, (_, members))| members[0] == 3).unwrap().0;
        assert_eq!(after[three], (2, vec![3, 1003, 1004, 2003]), "its name stays, its version says that it changed");
        let one = before.iter().find(|(_, (_, members))| members[0] == 1).unwrap().0;
        assert_eq!(after[one], before[one]);

        // 1003 was merged away, the rest of the suggestion stays; the evidence adds up.
        town.people.lock().remove(&1003);
        town.merged.lock().insert(ProfileId::new(1003), ProfileId::new(1));
        update(&duplicates).await;
        assert_eq!(by_id(&duplicates).await[three], (3, vec![3, 1004, 2003]));
        for pair in duplicates.group(SHOP, *three).await.unwrap().unwrap().pairs {
            let sum: f32 = pair.prior_bits + pair.evidence.iter().map(|step| step.bits).sum::<f32>();
            assert!((sum - pair.bits).abs() < 0.01, "{sum} {}", pair.bits);
        }
        // A new search comes to the same, with the same names.
        let updated = by_id(&duplicates).await;
        found(&duplicates).await;
        assert_eq!(by_id(&duplicates).await, updated);
    })
    .await;
}

#[tokio::test]
async fn an_update_that_is_killed_goes_on_with_those_it_did_not_get_to() {
    on_every_store(async |duplicates, town, db| {
        found(&duplicates).await;
        let news: Vec<(u32, u32)> = (0..6).map(|n| (10 + n, 3001 + n)).collect();
        for (of, id) in &news {
            town.twin(*of, *id, &[(3, &format!("new{id}@work.example"))]);
        }
        // A part reads everybody four times (each time a page and the end). It falls silent in the second part.
        let killed = duplicates.with_limits(FEW);
        town.pages.store(0, Ordering::Relaxed);
        town.silent_after.store(6, Ordering::Relaxed);
        let cut = tokio::time::timeout(std::time::Duration::from_secs(5), killed.update(SHOP)).await;
        assert!(cut.is_err(), "it was at work when it was killed");
        town.silent_after.store(0, Ordering::Relaxed);
        drop(killed);
        let again = Duplicates::open(db, town.clone(), Arc::new(testkit::clock()), KEY).await.unwrap();
        assert_eq!(again.status(SHOP).await.unwrap().update.people, 2, "the first part was kept");
        let again = again.with_limits(FEW);
        assert_eq!(update(&again).await.people, 4, "the others are looked at, and nobody twice");
        let all = suggested(&again).await;
        for (of, id) in news {
            assert!(all.contains(&vec![of, id]), "{of} and {id}: {all:?}");
        }
        assert_eq!(update(&again).await.people, 0);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_that_grew_is_searched_anew_and_one_never_searched_is_left_alone() {
    on_every_store(async |duplicates, town, _| {
        let status = duplicates.update(SHOP).await.unwrap();
        assert_eq!((status.state, status.whole_at), (RunState::Never, None));
        found(&duplicates).await;
        for n in 0..61 {
            let id = 4_000 + n;
            town.twin(20 + n, id, &[(3, &format!("more{id}@work.example"))]);
        }
        let status = duplicates.update(SHOP).await.unwrap();
        assert_eq!((status.state, status.people, status.update.people), (RunState::Done, 365, 0));
        assert!(suggested(&duplicates).await.len() >= 60);
        assert!(!duplicates.is_searching());
    })
    .await;
}

#[tokio::test]
async fn a_search_asked_for_during_an_update_begins_when_it_has_ended() {
    on_every_store(async |duplicates, _, _| {
        found(&duplicates).await;
        assert!(duplicates.claim(SHOP, service::Busy::Updating));
        assert!(duplicates.status(SHOP).await.unwrap().update.running);
        assert_eq!(duplicates.start(SHOP).await.unwrap().state, RunState::Running);
        duplicates.release_update(SHOP, false).await.unwrap();
        assert_eq!(duplicates.status(SHOP).await.unwrap().state, RunState::Done);
        assert!(!duplicates.is_searching());
    })
    .await;
}

#[tokio::test]
async fn what_was_decided_on_meanwhile_is_not_written_over() {
    on_every_store(async |duplicates, town, _| {
        found(&duplicates).await;
        let before = by_id(&duplicates).await;
        let (three, _) = before.iter().find(|(_, (_, members))| members[0] == 3).unwrap();
        assert!(!duplicates.reject_group(SHOP, *three, Some(9)).await.unwrap(), "not what was seen");
        // Refused while it is a suggestion: it is parted at once, and no update brings the two together again.
        duplicates.reject(SHOP, &[(ProfileId::new(3), ProfileId::new(1003))]).await.unwrap();
        let apart = |all: &[Vec<u32>]| !all.iter().any(|group| group.contains(&3) && group.contains(&1003));
        assert!(apart(&suggested_now(&duplicates).await));
        town.twin(3, 5001, &[(3, "fifth@work.example")]);
        town.twin(1003, 1003, &[(7, "Sneek")]);
        update(&duplicates).await;
        let all = suggested(&duplicates).await;
        assert!(apart(&all) && all.iter().any(|group| group.contains(&5001)), "{all:?}");
        assert!(duplicates.reject_group(SHOP, id(&duplicates, 1).await, Some(1)).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn who_was_put_into_a_suggestion_a_moment_ago_is_not_refused_unseen() {
    on_every_store(async |duplicates, _, db| {
        found(&duplicates).await;
        let one = id(&duplicates, 1).await;
        // An update is writing when the person decides.
        let mut tx = db.begin().await.unwrap();
        store::lock(&mut tx, SHOP).await.unwrap();
        let deciding = tokio::spawn({
            let duplicates = duplicates.clone();
            async move { duplicates.reject_group(SHOP, one, Some(1)).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let sql = "UPDATE duplicate_group SET version = 2 WHERE workspace_id = $1 AND id = $2";
        assert_eq!(tx.execute(sql, &[SHOP.into(), one.0.into()]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(!deciding.await.unwrap().unwrap(), "it is not the version that was seen");
        assert_eq!(duplicates.group(SHOP, one).await.unwrap().map(|group| group.version), Some(2), "it stays");
        assert!(duplicates.reject_group(SHOP, one, Some(2)).await.unwrap());
    })
    .await;
}

/// The count in the status follows with the next update.
async fn suggested_now(duplicates: &Duplicates) -> Vec<Vec<u32>> {
    by_id(duplicates).await.into_values().map(|(_, members)| members).collect()
}

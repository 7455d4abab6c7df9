//! Devices several people share.

use super::rules::kind;
use super::*;
use proptest::prelude::*;

const DAY: i64 = 86_400;

impl World {
    async fn watch_devices(&self, users: u32, days: u32) {
        self.change_rules(|rules| {
            rules.shared_devices = crate::SharedDeviceRule { enabled: true, users, days };
        })
        .await;
    }

    async fn shared(&self) -> Vec<crate::SharedDevice> {
        self.profiles.shared_devices(SHOP, &Default::default()).await.unwrap().items
    }
}

/// Somebody signs in on the tablet.
fn sign_in(n: i64, user: &str) -> Event {
    identify(n).user(user).anonymous("tablet")
}

#[tokio::test]
async fn a_tablet_that_more_sign_in_on_joins_nobody_and_has_a_visitor_of_its_own() {
    on_every_store(async |world| {
        world.watch_devices(2, 30).await;
        let anna = world.feed(vec![sign_in(1, "anna")]).await.events[0].profile;
        assert_eq!(world.feed(vec![track(2).anonymous("tablet")]).await.events[0].profile, anna, "hers until now");
        let bert = world.feed(vec![sign_in(3, "bert")]).await.events[0].profile;
        assert!(world.shared().await.is_empty(), "two may share one");
        let batch = vec![sign_in(4, "carl"), track(5).anonymous("tablet"), track(6).anonymous("tablet").user("bert")];
        let third = world.feed(batch).await.events;
        let (carl, visitor) = (third[0].profile, third[1].profile);
        assert!(third[1].created && ![anna, bert, carl].contains(&visitor), "what nobody signed in for is nobody's");
        assert_eq!(third[2].profile, bert);
        let shared = world.shared().await;
        assert_eq!((shared[0].kind.as_str(), shared[0].value.as_str()), ("anonymous_id", "tablet"));
        assert_eq!((shared[0].users, shared[0].limit, shared[0].days), (3, 2, 30));
        assert_eq!(shared[0].visitor.as_ref().map(|one| one.id), Some(visitor));
        let by_mail = world.feed(vec![identify(7).anonymous("tablet").id("email", "dora@x.nl")]).await;
        assert!(by_mail.merges.is_empty() && by_mail.events[0].created, "it joins nobody");
        assert_eq!(world.feed(vec![page(8).anonymous("tablet")]).await.events[0].profile, visitor);
        assert_eq!(world.find(SHOP, "anonymous_id", "tablet").await, Some(visitor));
        let events: Vec<u64> = {
            let all = world.profiles.summaries(SHOP, &[anna, bert, carl]).await.unwrap();
            all.into_iter().map(|one| one.events).collect()
        };
        assert_eq!(events, [2, 2, 1], "nobody lost an event, nobody got another's");
        assert!(world.profiles.shared_devices(OTHER_SHOP, &Default::default()).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn only_sign_ins_of_the_last_days_count_and_switching_off_lets_nobody_in() {
    on_every_store(async |world| {
        world.watch_devices(1, 7).await;
        world.feed(vec![sign_in(0, "anna")]).await;
        world.feed(vec![sign_in(8 * DAY, "bert")]).await;
        assert!(world.shared().await.is_empty(), "eight days lie between them");
        world.feed(vec![sign_in(9 * DAY, "carl")]).await;
        assert_eq!(world.shared().await.len(), 1);
        world.change_rules(|rules| rules.shared_devices.enabled = false).await;
        let dora = world.feed(vec![sign_in(10 * DAY, "dora")]).await;
        assert!(dora.events[0].created && dora.merges.is_empty());
        world
            .feed(vec![
                track(10 * DAY + 1).anonymous("other").user("dora"),
                track(10 * DAY + 2).anonymous("other").user("ed"),
            ])
            .await;
        assert_eq!(world.shared().await.len(), 1, "no new one is looked for");
    })
    .await;
}

#[tokio::test]
async fn a_device_that_is_let_go_starts_afresh_also_after_a_failed_batch() {
    on_every_store(async |world| {
        world.watch_devices(1, 30).await;
        world.feed_and_fail(vec![sign_in(1, "anna"), sign_in(2, "bert")]).await;
        assert!(world.shared().await.is_empty());
        world.feed(vec![sign_in(1, "anna"), sign_in(2, "bert")]).await;
        let visitor = world.feed(vec![track(3).anonymous("tablet")]).await.events[0].profile;
        assert!(matches!(
            world.profiles.release_device(SHOP, "anonymous_id", "phone").await,
            Err(crate::ProfileError::NoSharedDevice(_))
        ));
        world.profiles.release_device(SHOP, "anonymous_id", "tablet").await.unwrap();
        assert!(world.shared().await.is_empty());
        world.feed_and_fail(vec![track(4).anonymous("tablet")]).await;
        let carl = world.feed(vec![sign_in(5, "carl")]).await;
        assert!(carl.merges.is_empty(), "what was done meanwhile stays with its visitor");
        assert_eq!(world.feed(vec![track(6).anonymous("tablet")]).await.events[0].profile, carl.events[0].profile);
        assert_eq!(world.profiles.summaries(SHOP, &[visitor]).await.unwrap()[0].events, 1);
        world.feed(vec![sign_in(7, "anna")]).await;
        assert_eq!(world.shared().await.len(), 1, "and is watched again");
    })
    .await;
}

#[tokio::test]
async fn an_erased_person_is_not_among_those_who_signed_in() {
    on_every_store(async |world| {
        world.watch_devices(1, 30).await;
        let anna = world.feed(vec![sign_in(1, "anna")]).await.events[0].profile;
        let count = async || {
            let rows = world.db().query("SELECT COUNT(*) AS found FROM profile_device_user", &[]).await.unwrap();
            rows[0].i64("found").unwrap()
        };
        assert_eq!(count().await, 1);
        world.feed(vec![system(2, "Profile Erased", anna)]).await;
        assert_eq!(count().await, 0);
        world.feed(vec![sign_in(3, "bert"), sign_in(4, "carl")]).await;
        let visitor = world.feed(vec![track(5).anonymous("tablet")]).await.events[0].profile;
        world.feed(vec![system(6, "Profile Erased", visitor)]).await;
        assert!(world.shared().await.is_empty(), "the visitor's device is forgotten with it");
        let dora = world.feed(vec![sign_in(7, "dora")]).await.events[0].profile;
        assert_eq!(world.feed(vec![track(8).anonymous("tablet")]).await.events[0].profile, dora);
    })
    .await;
}

/// (kind of call, user, device).
fn call() -> impl Strategy<Value = (u8, usize, usize)> {
    (0..4u8, 0..4usize, 0..2usize)
}

async fn run(calls: &[(u8, usize, usize)], cuts: &[usize], fail_first: bool) -> Vec<String> {
    let world = World::on(testkit::sqlite(MIGRATIONS).await);
    world
        .change_rules(|rules| {
            rules.shared_devices = crate::SharedDeviceRule { enabled: true, users: 2, days: 30 };
            kind(rules, "anonymous_id").limit = 3;
        })
        .await;
    let events: Vec<Event> = calls
        .iter()
        .enumerate()
        .map(|(n, (what, user, device))| {
            let (user, device) = (format!("u{user}"), format!("d{device}"));
            match what {
                0 => track(n as i64).anonymous(&device),
                1 => identify(n as i64).anonymous(&device).id("email", &format!("{user}@x.nl")),
                _ => identify(n as i64).anonymous(&device).user(&user),
            }
        })
        .collect();
    let (mut rest, mut cuts, mut whose) = (&events[..], cuts.iter().copied().cycle(), Vec::new());
    while !rest.is_empty() {
        let (batch, after) = rest.split_at(cuts.next().unwrap_or(1).clamp(1, rest.len()));
        if fail_first {
            world.feed_and_fail(batch.to_vec()).await;
        }
        whose.extend(world.feed(batch.to_vec()).await.events.into_iter().map(|item| item.profile));
        rest = after;
    }
    let today = world.profiles.canonical(SHOP, &whose).await.unwrap();
    let mut seen: Vec<String> = whose.iter().map(|id| today[id].to_string()).collect();
    for id in today.values().copied().collect::<std::collections::BTreeSet<_>>() {
        let profile = world.profiles.get(SHOP, id).await.unwrap();
        let known: Vec<String> =
            profile.identifiers.iter().map(|seen| format!("{}={}", seen.kind, seen.value)).collect();
        assert!(
            known.iter().filter(|known| known.starts_with("user_id=")).count() < 2,
            "two people are one: {known:?}"
        );
        seen.push(format!("{id} {known:?} {}", profile.summary.events));
    }
    seen.extend(world.shared().await.into_iter().map(|device| format!("{} {}", device.value, device.users)));
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_is_who_on_shared_devices_does_not_hang_on_how_the_log_is_cut(
        calls in proptest::collection::vec(call(), 1..20),
        cuts in proptest::collection::vec(1..7usize, 1..4),
        fail_first in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let whole = run(&calls, &[calls.len()], false).await;
            assert_eq!(run(&calls, &cuts, fail_first).await, whole);
            assert_eq!(run(&calls, &[1], false).await, whole);
        });
    }
}

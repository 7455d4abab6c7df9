//! From draft to outbox, killed anywhere.

use super::*;

/// More than one chunk, so that progress between chunks matters.
const PEOPLE: u32 = 1_234;

#[tokio::test]
async fn a_launch_killed_between_any_two_steps_reaches_everybody_exactly_once() {
    for store in testkit::stores(&migrations()).await {
        let mut shop = Shop::new(&store.db, PEOPLE);
        shop.world.refusals.lock().insert(7, Refusal::NoConsent);
        let (mut kills, mut steps, mut done) = (0, 0, false);
        while !done {
            let id = shop.draft().await.id;
            let campaigns = shop.campaigns.clone();
            let work = killed_after(steps, async move {
                campaigns.launch(SHOP, id, Some(u64::from(PEOPLE) - 1)).await.unwrap();
                campaigns.tick().await.unwrap();
            });
            done = work.await.is_some();
            kills += i32::from(!done);
            // Every single step at the start and then ever wider apart: a chunk has thousands of equal steps.
            steps += 1 + steps / 6;
            shop.restart();
            let expected = if shop.state(id).await == CampaignState::Draft { 0 } else { i64::from(PEOPLE) - 1 };
            shop.campaigns.tick().await.unwrap();
            shop.campaigns.tick().await.unwrap();
            let asked_once = i64::from(expected > 0);
            assert_eq!(shop.rows(id).await, (expected, asked_once), "{} killed after {steps} steps", store.name);
        }
        assert!(15 <= kills, "the launch was killed {kills} times on {}", store.name);
    }
}

#[tokio::test]
async fn two_programs_that_tick_at_once_enqueue_everybody_once() {
    for store in testkit::stores(&migrations()).await {
        let shop = Shop::new(&store.db, PEOPLE);
        let other = start(&store.db, &shop.world, &shop.clock);
        let id = shop.launched().await.id;
        let (a, b) = tokio::join!(shop.campaigns.tick(), other.tick());
        a.unwrap();
        b.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.rows(id).await, (i64::from(PEOPLE), 1), "{}", store.name);
        assert_eq!(shop.state(id).await, CampaignState::Sending);
    }
}

#[tokio::test]
async fn the_review_says_who_gets_nothing_and_why() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 10);
    shop.world.refusals.lock().extend([(1, Refusal::NoConsent), (2, Refusal::NoConsent), (3, Refusal::Suppressed)]);
    shop.world.addresses.lock().extend([(5, "Same@example.org".into()), (6, "same@example.org".into())]);
    let review = shop.campaigns.review(SHOP, shop.draft().await.id).await.unwrap();
    assert_eq!((review.audience, review.recipients, review.estimated_seconds), (10, 6, Some(3)));
    let reasons: Vec<_> = review.exclusions.iter().map(|exclusion| (exclusion.reason, exclusion.count)).collect();
    assert_eq!(reasons, [(Refusal::NoConsent, 2), (Refusal::Suppressed, 1), (Refusal::DuplicateAddress, 1)]);
    assert_eq!(review.sample[0].subject, "Hello");
}

#[tokio::test]
async fn the_audience_and_the_message_are_frozen_at_launch() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 10);
    shop.world.addresses.lock().extend([(5, "same@example.org".into()), (6, "same@example.org".into())]);
    let id = shop.launched().await.id;
    *shop.world.audience.lock() = (100..200).collect();
    shop.world.refusals.lock().insert(1, Refusal::NoConsent);
    shop.campaigns.tick().await.unwrap();
    assert_eq!(
        shop.rows(id).await,
        (8, 1),
        "ten, less the one who withdrew consent and the one with a duplicate address"
    );
    let progress = shop.campaigns.progress(SHOP, id).await.unwrap();
    assert_eq!((progress.audience, progress.pending, progress.skipped), (10, 8, 2));
    let frozen = shop.campaigns.frozen_message(SHOP, id).await.unwrap().unwrap();
    assert_eq!(frozen["subject"], "Hello");
}

#[tokio::test]
async fn a_launch_is_refused_with_the_reason() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 100);
    let id = shop.draft().await.id;
    let refused = shop.campaigns.launch(SHOP, id, Some(50)).await;
    assert!(matches!(refused, Err(CampaignError::RecipientsChanged { confirmed: 50, actual: 100 })));
    let severity = Severity::Blocking;
    *shop.world.checks.lock() = vec![Check { code: "empty_subject".into(), severity, detail: "no subject".into() }];
    assert!(matches!(shop.campaigns.launch(SHOP, id, Some(100)).await, Err(CampaignError::Blocked(_))));
    shop.world.checks.lock().clear();
    *shop.world.audience.lock() = RoaringBitmap::new();
    assert!(matches!(shop.campaigns.launch(SHOP, id, Some(0)).await, Err(CampaignError::Blocked(_))));
    assert_eq!(shop.state(id).await, CampaignState::Draft);
    *shop.world.audience.lock() = (1..=103).collect();
    shop.campaigns.launch(SHOP, id, Some(100)).await.unwrap();
    assert!(matches!(shop.campaigns.launch(SHOP, id, Some(100)).await, Err(CampaignError::AlreadyLaunched)));
}

#[tokio::test]
async fn of_launches_at_the_same_time_one_wins_and_the_others_are_told_so() {
    for store in testkit::stores(&migrations()).await {
        let shop = Shop::new(&store.db, 100);
        let id = shop.draft().await.id;
        let launch = || shop.campaigns.launch(SHOP, id, Some(100));
        let (a, b, c, d) = tokio::join!(launch(), launch(), launch(), launch());
        let outcomes = [a, b, c, d].map(|outcome| outcome.map(|_| ()));
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let told = outcomes.iter().filter(|outcome| matches!(outcome, Err(CampaignError::AlreadyLaunched))).count();
        assert_eq!((won, told), (1, 3), "{}: {outcomes:?}", store.name);
    }
}

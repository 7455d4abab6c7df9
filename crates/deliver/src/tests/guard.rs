//! A campaign to a bad list stops by itself, and only a person lets it go on.

use super::*;

#[tokio::test]
async fn a_campaign_that_bounces_too_much_is_halted_until_a_person_resumes_it() {
    for store in testkit::stores(&migrations()).await {
        let provider = Arc::new(Provider::default());
        let guarded = |config: &mut DeliverConfig| config.guard = BounceGuard::default();
        let deliver = open_with(&store.db, store.dir(), provider.clone(), "boot", guarded);
        let mut addresses = numbered("slowhard", 1_500);
        addresses.extend(numbered("fine", 1_500));
        launch(&deliver, &addresses).await;
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn({
            let deliver = deliver.clone();
            async move { deliver.run(stopped).await }
        });
        let started = Instant::now();
        while deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap().is_none() || progress(&deliver).await.sending > 0 {
            assert!(started.elapsed() < PATIENCE, "{:?}", progress(&deliver).await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let halted = progress(&deliver).await;
        assert!(halted.pending > 0 && halted.bounced > 10, "{}: {halted:?}", store.name);
        assert_eq!(deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap().as_deref(), Some("bounce_rate"));
        // Whoever was not told of the halt does not start it again.
        deliver.resume(WORKSPACE, CAMPAIGN).await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(progress(&deliver).await, halted, "{}", store.name);
        deliver.pause(WORKSPACE, CAMPAIGN).await.unwrap();
        assert_eq!(deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap(), None, "somebody knows");
        deliver.resume(WORKSPACE, CAMPAIGN).await.unwrap();
        while progress(&deliver).await.bounced == halted.bounced {
            assert!(started.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.send(true).unwrap();
        worker.await.unwrap();
        assert!(provider.given.lock().values().all(|times| *times == 1), "nobody twice");
    }
}

#[tokio::test]
async fn a_few_bad_addresses_or_a_small_campaign_are_not_halted() {
    for store in testkit::stores(&migrations()).await {
        let guarded = |config: &mut DeliverConfig| config.guard = BounceGuard::default();
        let deliver = open_with(&store.db, store.dir(), Arc::default(), "boot", guarded);
        launch(&deliver, &numbered("hard", 150)).await;
        assert_eq!(run_until(&deliver, Progress::finished).await.bounced, 150);
        assert_eq!(deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap(), None);
    }
}

#[tokio::test]
async fn bounces_that_come_by_mail_count_too() {
    let store = testkit::sqlite(&migrations()).await;
    let guarded = |config: &mut DeliverConfig| config.guard = BounceGuard { hard_rate_max: 0.05, handed_min: 20 };
    let deliver = open_with(&store.db, store.dir(), Arc::default(), "boot", guarded);
    // Some wait for ever, so that the campaign goes on.
    let mut addresses = numbered("short", 20);
    addresses.extend(numbered("hang", 3));
    launch(&deliver, &addresses).await;
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn({
        let deliver = deliver.clone();
        async move { deliver.run(stopped).await }
    });
    let started = Instant::now();
    while progress(&deliver).await.sent < 20 {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sent = RecipientFilter { state: Some(State::Sent), search: None };
    let sent = deliver.recipients(WORKSPACE, CAMPAIGN, &sent, &PageRequest::default()).await.unwrap().items;
    for (number, recipient) in sent.iter().take(2).enumerate() {
        assert_eq!(deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap(), None, "after {number}");
        let reference = deliver.links().reference(WORKSPACE, recipient.message);
        let report = format!("bounce+{reference}@bounces.example hard 5.1.1 no such user");
        let results = deliver.take_bounce_mail(WORKSPACE, report.as_bytes()).await.unwrap();
        assert_eq!(results[0].action, BounceAction::Recorded);
    }
    assert_eq!(deliver.halted(WORKSPACE, CAMPAIGN).await.unwrap().as_deref(), Some("bounce_rate"));
    worker.abort();
}

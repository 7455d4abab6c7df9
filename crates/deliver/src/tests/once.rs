//! Every message exists once, is sent once, and every outcome moves it on.

use super::*;

#[tokio::test]
async fn every_kind_of_answer_ends_in_the_right_state_and_only_for_its_own_recipient() {
    for store in testkit::stores(&migrations()).await {
        let provider = Arc::new(Provider::default());
        let deliver = open(&store.db, store.dir(), provider.clone(), "boot");
        let mut addresses = numbered("fine", 60);
        for word in ["hard", "once", "never", "down", "lost", "noconsent", "badtemplate", "short"] {
            addresses.extend(numbered(word, 3));
        }
        assert_eq!(launch(&deliver, &addresses).await, addresses.len() as u64);
        assert_eq!(launch(&deliver, &addresses).await, 0, "asked for again: the rows are there already");
        let progress = run_until(&deliver, Progress::finished).await;
        let expected = Progress {
            audience: 84,
            delivered: 60 + 3 + 3, // fine, once, down
            sent: 3,
            bounced: 3 + 3, // hard, never
            failed: 3,
            skipped: 3,
            unconfirmed: 3,
            ..Progress::default()
        };
        assert_eq!(progress, expected, "{}", store.name);
        let given = provider.given.lock().clone();
        let fine = |message: &&Outgoing| message.to.starts_with("fine");
        assert!(provider.seen.lock().iter().filter(fine).all(|message| given[&message.key] == 1), "nobody twice");
        let events = emitted(&store.db).await;
        assert_eq!(events["Email Sent"], 69);
        assert_eq!(events["Email Delivered"], 66);
        assert_eq!((events["Email Bounced"], events["Email Failed"], events["Email Skipped"]), (6, 3, 3));
        // The unconfirmed wait for a person; nothing sends them again by itself.
        assert_eq!(run_until(&deliver, |_| true).await.unconfirmed, 3);
        assert_eq!(deliver.resend_unconfirmed(WORKSPACE, CAMPAIGN).await.unwrap(), 3);
        run_until(&deliver, Progress::finished).await;
        assert!(given.len() == provider.given.lock().len());
    }
}

#[tokio::test]
async fn a_paused_campaign_is_not_claimed_and_resumes_with_the_rest_only() {
    let store = testkit::sqlite(&migrations()).await;
    let provider = Arc::new(Provider::default());
    let deliver = open(&store.db, store.dir(), provider.clone(), "boot");
    launch(&deliver, &numbered("fine", 2_000)).await;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn({
        let deliver = deliver.clone();
        async move { deliver.run(stopped).await }
    });
    while provider.given.lock().len() < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    deliver.pause(WORKSPACE, CAMPAIGN).await.unwrap();
    // What was claimed comes back to pending; nothing stays in a worker's hands.
    let started = Instant::now();
    while progress(&deliver).await.sending > 0 {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let paused = progress(&deliver).await;
    assert!(paused.pending > 0 && paused.delivered >= 100, "{paused:?}");
    assert_eq!(provider.given.lock().len() as u64, paused.delivered);
    deliver.resume(WORKSPACE, CAMPAIGN).await.unwrap();
    while !progress(&deliver).await.finished() {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(true).unwrap();
    worker.await.unwrap();
    assert_eq!(progress(&deliver).await.delivered, 2_000);
    assert!(provider.given.lock().values().all(|times| *times == 1));
}

#[tokio::test]
async fn cancelling_skips_what_is_left_and_says_so() {
    let store = testkit::sqlite(&migrations()).await;
    let deliver = open(&store.db, store.dir(), Arc::default(), "boot");
    launch(&deliver, &numbered("fine", 700)).await;
    deliver.pause(WORKSPACE, CAMPAIGN).await.unwrap();
    deliver.cancel(WORKSPACE, CAMPAIGN).await.unwrap();
    let progress = progress(&deliver).await;
    assert_eq!((progress.skipped, progress.finished()), (700, true));
    assert_eq!(emitted(&store.db).await["Email Skipped"], 700);
    let report = deliver.report(WORKSPACE, CAMPAIGN).await.unwrap();
    assert_eq!(
        report.failures,
        [FailureRow { reason: "skipped cancelled".into(), count: 700, example: "cancelled".into() }]
    );
    assert_eq!(report.delivered_rate, None);
}

#[tokio::test]
async fn two_workers_on_one_store_send_nothing_twice() {
    for store in testkit::stores(&migrations()).await {
        let provider = Arc::new(Provider::default());
        let one = open(&store.db, &store.dir().join("one"), provider.clone(), "boot");
        let two = open(&store.db, &store.dir().join("two"), provider.clone(), "boot");
        let addresses = numbered("fine", 1_500);
        launch(&one, &addresses).await;
        // Both settle the past first, as two programs that start would; on SQLite there is one program only.
        one.recover().await.unwrap();
        two.recover().await.unwrap();
        let (first, _) = tokio::join!(run_until(&one, Progress::finished), run_until(&two, Progress::finished));
        assert_eq!(first.delivered, 1_500, "{}", store.name);
        assert_eq!(provider.given.lock().len(), 1_500);
        assert!(provider.given.lock().values().all(|times| *times == 1));
    }
}

#[tokio::test]
async fn pages_of_recipients_cover_everybody_once_and_filters_hold() {
    for store in testkit::stores(&migrations()).await {
        let deliver = open(&store.db, store.dir(), Arc::default(), "boot");
        let mut addresses = numbered("fine", 30);
        addresses.extend(numbered("hard", 5));
        launch(&deliver, &addresses).await;
        run_until(&deliver, Progress::finished).await;
        let mut seen = Vec::new();
        let mut page = PageRequest { limit: Some(8), cursor: None };
        loop {
            let found = deliver.recipients(WORKSPACE, CAMPAIGN, &RecipientFilter::default(), &page).await.unwrap();
            seen.extend(found.items.iter().map(|item| item.profile.number()));
            match found.next_cursor {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(seen, (1..=35).collect::<Vec<u32>>(), "{}", store.name);
        let all = PageRequest::default();
        let bounced = RecipientFilter { state: Some(State::Bounced), search: None };
        assert_eq!(deliver.recipients(WORKSPACE, CAMPAIGN, &bounced, &all).await.unwrap().items.len(), 5);
        let named = RecipientFilter { state: None, search: Some("FINE2@".into()) };
        assert_eq!(deliver.recipients(WORKSPACE, CAMPAIGN, &named, &all).await.unwrap().items.len(), 1);
        let wild = RecipientFilter { state: None, search: Some("%".into()) };
        assert!(deliver.recipients(WORKSPACE, CAMPAIGN, &wild, &all).await.unwrap().items.is_empty());
        let elsewhere = WorkspaceId::new(2);
        assert!(
            deliver.recipients(elsewhere, CAMPAIGN, &RecipientFilter::default(), &all).await.unwrap().items.is_empty()
        );
        assert_eq!(deliver.messages_of(WORKSPACE, &[ProfileId::new(1)], 10).await.unwrap().len(), 1);
        let report = deliver.report(WORKSPACE, CAMPAIGN).await.unwrap();
        assert_eq!(report.series.iter().map(|point| point.sent).sum::<u64>(), 30);
        assert_eq!(report.delivered_rate, Some(30.0 / 35.0));
    }
}

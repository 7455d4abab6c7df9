//! Sending, pausing, cancelling, finishing.

use super::*;

#[tokio::test]
async fn a_campaign_is_finished_only_when_nothing_is_pending() {
    for store in testkit::stores(&migrations()).await {
        let mut shop = Shop::new(&store.db, 20);
        let id = shop.launched().await.id;
        shop.campaigns.tick().await.unwrap();
        shop.deliver(id, 19, "sent").await;
        for _ in 0..3 {
            shop.restart();
            shop.campaigns.tick().await.unwrap();
            assert_eq!(shop.state(id).await, CampaignState::Sending, "{}: one is pending", store.name);
        }
        shop.deliver(id, 1, "unconfirmed").await;
        shop.campaigns.tick().await.unwrap();
        let campaign = shop.campaigns.get(SHOP, id).await.unwrap();
        assert_eq!((campaign.state, campaign.finished_at.is_some()), (CampaignState::Finished, true));
        // What is sent again makes it unfinished.
        assert_eq!(shop.campaigns.resend_unconfirmed(SHOP, id).await.unwrap(), 1);
        assert_eq!(shop.state(id).await, CampaignState::Sending);
        shop.deliver(id, 1, "sent").await;
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.state(id).await, CampaignState::Finished, "{}", store.name);
    }
}

#[tokio::test]
async fn messages_left_unconfirmed_are_remembered_until_they_go_out_again() {
    for store in testkit::stores(&migrations()).await {
        let mut shop = Shop::new(&store.db, 3);
        let id = shop.launched().await.id;
        shop.campaigns.tick().await.unwrap();
        shop.deliver(id, 1, "sent").await;
        shop.deliver(id, 2, "unconfirmed").await;
        shop.campaigns.tick().await.unwrap();
        let before = shop.campaigns.get(SHOP, id).await.unwrap();
        assert_eq!(before.unconfirmed_left, 0, "{}: nobody has decided yet", store.name);
        assert_eq!(shop.campaigns.leave_unconfirmed(SHOP, id).await.unwrap(), 2);
        shop.restart();
        let after = shop.campaigns.get(SHOP, id).await.unwrap();
        assert_eq!((after.unconfirmed_left, after.version), (2, before.version), "{}", store.name);
        assert_eq!(after.state, CampaignState::Finished, "{}: leaving them changes nothing else", store.name);
        shop.campaigns.resend_unconfirmed(SHOP, id).await.unwrap();
        assert_eq!(shop.campaigns.get(SHOP, id).await.unwrap().unconfirmed_left, 0, "{}", store.name);
    }
}

#[tokio::test]
async fn a_paused_launch_stops_and_goes_on_where_it_was() {
    for store in testkit::stores(&migrations()).await {
        let shop = Shop::new(&store.db, 1_500);
        let id = shop.launched().await.id;
        shop.campaigns.pause(SHOP, id).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!((shop.rows(id).await.0, shop.run(id).await.as_str()), (0, "Paused"), "{}", store.name);
        assert_eq!(shop.campaigns.progress(SHOP, id).await.unwrap().pending, 1_500);
        shop.campaigns.resume(SHOP, id).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!((shop.rows(id).await, shop.run(id).await.as_str()), ((1_500, 1), "Running"));
        shop.campaigns.pause(SHOP, id).await.unwrap();
        shop.deliver(id, 1_500, "sent").await;
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.state(id).await, CampaignState::Paused, "a paused campaign stays paused");
        shop.campaigns.resume(SHOP, id).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.state(id).await, CampaignState::Finished);
    }
}

#[tokio::test]
async fn a_pause_killed_at_any_step_is_told_to_the_outbox_in_the_end() {
    let store = testkit::sqlite(&migrations()).await;
    let mut shop = Shop::new(&store.db, 5);
    let (mut steps, mut done) = (0, false);
    while !done {
        let id = shop.launched().await.id;
        shop.campaigns.tick().await.unwrap();
        let campaigns = shop.campaigns.clone();
        let work = killed_after(steps, async move { campaigns.pause(SHOP, id).await.unwrap() });
        done = work.await.is_some();
        steps += 1;
        shop.restart();
        shop.campaigns.tick().await.unwrap();
        let expected = if shop.state(id).await == CampaignState::Paused { "Paused" } else { "Running" };
        assert_eq!(shop.run(id).await, expected, "killed after {steps} steps");
    }
    assert!(3 < steps);
}

#[tokio::test]
async fn a_cancelled_campaign_gives_up_what_is_pending() {
    for store in testkit::stores(&migrations()).await {
        let shop = Shop::new(&store.db, 10);
        let id = shop.launched().await.id;
        shop.campaigns.tick().await.unwrap();
        shop.deliver(id, 4, "sent").await;
        shop.campaigns.cancel(SHOP, id).await.unwrap();
        let progress = shop.campaigns.progress(SHOP, id).await.unwrap();
        assert_eq!((progress.audience, progress.sent, progress.skipped, progress.pending), (10, 4, 6, 0));
        assert!(matches!(shop.campaigns.resume(SHOP, id).await, Err(CampaignError::WrongState { .. })));
        // Cancelled before anything was enqueued: all ten count as skipped.
        let early = shop.launched().await.id;
        shop.campaigns.cancel(SHOP, early).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        let progress = shop.campaigns.progress(SHOP, early).await.unwrap();
        assert_eq!((progress.audience, progress.skipped), (10, 10), "{}", store.name);
    }
}

#[tokio::test]
async fn a_scheduled_campaign_starts_at_its_time_and_is_held_when_it_is_too_late() {
    for store in testkit::stores(&migrations()).await {
        let mut shop = Shop::new(&store.db, 3);
        let hour = 3_600_000;
        let schedule = Schedule { at: testkit::NOW.plus_ms(hour), latest: testkit::NOW.plus_ms(3 * hour) };
        let [early, late] = [shop.draft().await.id, shop.draft().await.id];
        shop.campaigns.schedule(SHOP, early, schedule).await.unwrap();
        let later = Schedule { at: testkit::NOW.plus_ms(4 * hour), latest: testkit::NOW.plus_ms(5 * hour) };
        shop.campaigns.schedule(SHOP, late, later).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.state(early).await, CampaignState::Scheduled);
        shop.clock.advance_ms(hour);
        shop.campaigns.tick().await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!(
            (shop.state(early).await, shop.rows(early).await),
            (CampaignState::Sending, (3, 1)),
            "{}",
            store.name
        );
        // The program was down for days.
        shop.clock.advance_ms(100 * hour);
        shop.restart();
        shop.campaigns.tick().await.unwrap();
        let held = shop.campaigns.get(SHOP, late).await.unwrap();
        assert_eq!((held.state, held.held.as_deref()), (CampaignState::Scheduled, Some("overdue")));
        assert_eq!(shop.rows(late).await.0, 0);
        // Now a person decides: send it all the same.
        shop.campaigns.launch(SHOP, late, Some(3)).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        assert_eq!(shop.rows(late).await, (3, 1));
    }
}

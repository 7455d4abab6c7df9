//! A campaign that the outbox stopped by itself.

use super::*;

#[tokio::test]
async fn a_halted_campaign_is_paused_with_its_reason_and_only_a_person_resumes_it() {
    for store in testkit::stores(&migrations()).await {
        let mut shop = Shop::new(&store.db, 50);
        let id = shop.launched().await.id;
        shop.campaigns.tick().await.unwrap();
        *shop.world.halted.lock() = Some("bounce_rate".into());
        shop.campaigns.tick().await.unwrap();
        let halted = shop.campaigns.get(SHOP, id).await.unwrap();
        assert_eq!(
            (halted.state, halted.held.as_deref()),
            (CampaignState::Paused, Some("bounce_rate")),
            "{}",
            store.name
        );
        assert_eq!(
            (shop.run(id).await.as_str(), shop.world.alerts.lock().as_slice()),
            ("Paused", ["bounce_rate".to_owned()].as_slice())
        );
        shop.restart();
        for _ in 0..3 {
            shop.campaigns.tick().await.unwrap();
        }
        assert_eq!(shop.state(id).await, CampaignState::Paused, "{}", store.name);
        shop.campaigns.resume(SHOP, id).await.unwrap();
        shop.campaigns.tick().await.unwrap();
        let resumed = shop.campaigns.get(SHOP, id).await.unwrap();
        assert_eq!((resumed.state, resumed.held), (CampaignState::Sending, None), "{}", store.name);
        assert_eq!((shop.run(id).await.as_str(), shop.world.alerts.lock().len()), ("Running", 1), "told once");
    }
}

//! Editing, duplicating, testing, isolation.

use super::*;

fn edit(name: &str) -> CampaignDraft {
    CampaignDraft { name: name.into(), segment_id: None, message: json!({}), channel: "email".into(), topic: None }
}

#[tokio::test]
async fn a_stale_edit_and_an_edit_after_the_launch_are_refused() {
    for store in testkit::stores(&migrations()).await {
        let shop = Shop::new(&store.db, 3);
        let draft = shop.draft().await;
        let edited = shop.campaigns.update(SHOP, draft.id, edit("Summer"), Some(1)).await.unwrap();
        assert_eq!((edited.name.as_str(), edited.version), ("Summer", 2));
        let stale = shop.campaigns.update(SHOP, draft.id, edit("Autumn"), Some(1)).await;
        assert!(matches!(stale, Err(CampaignError::Stale { given: 1, current: 2 })), "{}", store.name);
        let launched = shop.launched().await;
        let late = shop.campaigns.update(SHOP, launched.id, edit("Late"), None).await;
        assert!(matches!(late, Err(CampaignError::NotEditable { .. })));
        assert!(shop.campaigns.delete(SHOP, launched.id).await.is_err());
        let copy = shop.campaigns.duplicate(SHOP, launched.id).await.unwrap();
        assert_eq!((copy.name.as_str(), copy.state), ("Spring (copy)", CampaignState::Draft));
        shop.campaigns.delete(SHOP, copy.id).await.unwrap();
        assert!(matches!(shop.campaigns.get(SHOP, copy.id).await, Err(CampaignError::NotFound(_))));
    }
}

#[tokio::test]
async fn bad_drafts_are_refused_with_the_field() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 3);
    let field = |result: Result<Campaign, CampaignError>| match result {
        Err(CampaignError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(shop.campaigns.create(SHOP, edit("  ")).await), "name");
    assert_eq!(field(shop.campaigns.create(SHOP, edit(&"x".repeat(201))).await), "name");
    let sms = CampaignDraft { channel: "sms".into(), ..edit("a") };
    assert_eq!(field(shop.campaigns.create(SHOP, sms).await), "channel");
}

#[tokio::test]
async fn a_test_says_so_in_its_subject_and_counts_nowhere() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 3);
    let id = shop.draft().await.id;
    let send = |addresses: &[&str]| {
        let addresses: Vec<String> = addresses.iter().map(|address| (*address).to_owned()).collect();
        let campaigns = shop.campaigns.clone();
        async move { campaigns.send_test(SHOP, id, &addresses, None).await }
    };
    assert_eq!(send(&["a@example.org", "A@example.org ", "b@example.org"]).await.unwrap().len(), 2);
    assert_eq!(shop.world.tests.lock()[0], ("a@example.org".into(), "[Test] Hello".into()));
    for bad in [&[][..], &["nobody"], &["a@b"], &["a b@example.org"], &["a@example.org, b@example.org"]] {
        assert!(matches!(send(bad).await, Err(CampaignError::Invalid { field: "emails", .. })), "{bad:?}");
    }
    assert_eq!(shop.rows(id).await.0, 0);
    assert_eq!(shop.state(id).await, CampaignState::Draft);
}

#[tokio::test]
async fn another_workspace_cannot_see_or_touch_a_campaign() {
    let store = testkit::sqlite(&migrations()).await;
    let shop = Shop::new(&store.db, 3);
    let id = shop.launched().await.id;
    let other = WorkspaceId::new(2);
    assert!(shop.campaigns.get(other, id).await.is_err());
    assert!(shop.campaigns.pause(other, id).await.is_err());
    assert!(shop.campaigns.update(other, id, edit("x"), None).await.is_err());
    assert!(shop.campaigns.list(other, None, &Default::default()).await.unwrap().items.is_empty());
    assert_eq!(shop.campaigns.list(SHOP, None, &Default::default()).await.unwrap().items.len(), 1);
    let sending = shop.campaigns.list(SHOP, Some(CampaignState::Sending), &Default::default()).await.unwrap();
    assert!(sending.items.is_empty());
}

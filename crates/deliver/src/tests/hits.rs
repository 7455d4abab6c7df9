//! What recipients do, and what comes back by mail.

use super::*;
use crate::links::{LinkKind, Links};

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";

/// One campaign sent to three people, and what they were given.
async fn sent(db: &Db, folder: &Path) -> (Deliver, Vec<Outgoing>) {
    let provider = Arc::new(Provider::default());
    let deliver = open(db, folder, provider.clone(), "boot");
    launch(&deliver, &numbered("short", 3)).await;
    run_until(&deliver, Progress::finished).await;
    let mut seen = provider.seen.lock().clone();
    seen.sort_by(|a, b| a.to.cmp(&b.to));
    // Later than a machine would come.
    let sql = "UPDATE outbox SET sent_ms = sent_ms - 60000";
    db.execute(sql, &[] as &[Val]).await.unwrap();
    (deliver, seen)
}

fn tokens(message: &Outgoing, path: &str) -> Vec<String> {
    let html = message.html.as_deref().unwrap();
    html.split(path).skip(1).map(|rest| rest.split(['"', '.']).next().unwrap().to_owned()).collect()
}

async fn click(deliver: &Deliver, token: &str, method: &str, agent: &str) {
    let token = deliver.click_target(token).unwrap();
    deliver.hit(deliver.hit_of(token, method, agent, "192.0.2.1")).await;
}

#[tokio::test]
async fn human_and_machine_hits_are_counted_apart_and_a_burst_is_taken_back() {
    for store in testkit::stores(&migrations()).await {
        let (deliver, seen) = sent(&store.db, store.dir()).await;
        let links = tokens(&seen[0], "/t/c/");
        assert_eq!(links.len(), 3, "three links tracked, the unsubscribe link not");
        click(&deliver, &links[0], "GET", CHROME).await;
        click(&deliver, &links[0], "HEAD", CHROME).await;
        let open = deliver.open_target(&tokens(&seen[1], "/t/o/")[0]).unwrap();
        deliver.hit(deliver.hit_of(open, "GET", "Mozilla/5.0", "192.0.2.1")).await;
        let report = deliver.report(WORKSPACE, CAMPAIGN).await.unwrap();
        assert_eq!(report.clicks, HitCounts { human: 1, machine: 1, unknown: 0, unique: 1 }, "{}", store.name);
        assert_eq!(report.opens, HitCounts { human: 0, machine: 1, unknown: 0, unique: 1 });
        assert_eq!(
            report.links,
            [LinkRow { url: "https://shop.example/1".into(), clicks_human: 1, clicks_machine: 1, unique: 1 }]
        );
        // The second and third link within seconds: a scanner had all of them.
        click(&deliver, &links[1], "GET", CHROME).await;
        click(&deliver, &links[2], "GET", CHROME).await;
        let report = deliver.report(WORKSPACE, CAMPAIGN).await.unwrap();
        assert_eq!(report.clicks, HitCounts { human: 0, machine: 4, unknown: 0, unique: 0 });
        assert_eq!(report.opens.unique, 0);
        let events = emitted(&store.db).await;
        assert_eq!((events["Email Link Clicked"], events["Email Opened"], events[HITS_RECLASSIFIED]), (4, 1, 1));
    }
}

#[tokio::test]
async fn unsubscribing_is_recorded_once_and_can_be_taken_back() {
    for store in testkit::stores(&migrations()).await {
        let (deliver, seen) = sent(&store.db, store.dir()).await;
        let url = seen[0].unsubscribe_url.clone().unwrap();
        let token = url.rsplit('/').next().unwrap();
        assert_eq!(deliver.unsubscribe_page(token).await.unwrap().address, seen[0].to);
        assert_eq!(deliver.report(WORKSPACE, CAMPAIGN).await.unwrap().unsubscribes, 0, "looking does nothing");
        deliver.unsubscribe(token, crate::Scope::Topic).await.unwrap();
        assert_eq!(deliver.report(WORKSPACE, CAMPAIGN).await.unwrap().unsubscribes, 1);
        assert_eq!(emitted(&store.db).await["Unsubscribed"], 1, "durable when it returned");
        deliver.undo_unsubscribe(token, crate::Scope::Topic).await.unwrap();
        assert_eq!(deliver.report(WORKSPACE, CAMPAIGN).await.unwrap().unsubscribes, 0);
        assert_eq!(emitted(&store.db).await["Consent Changed"], 1);
        let click = &tokens(&seen[0], "/t/c/")[0];
        assert!(
            matches!(deliver.unsubscribe(click, crate::Scope::Channel).await, Err(DeliverError::BadToken)),
            "a click's token does not unsubscribe"
        );
        let test = deliver.links().unsubscribe(WORKSPACE, MessageId::derived("test"));
        deliver.unsubscribe(test.rsplit('/').next().unwrap(), crate::Scope::Topic).await.unwrap();
    }
}

#[tokio::test]
async fn a_bounce_by_mail_moves_its_message_on_and_never_back() {
    for store in testkit::stores(&migrations()).await {
        let (deliver, seen) = sent(&store.db, store.dir()).await;
        let mail =
            |message: &Outgoing, rest: &str| format!("{} {rest}", Links::return_path(&message.reference, "b.example"));
        let take = |raw: String| {
            let deliver = deliver.clone();
            async move { deliver.take_bounce_mail(WORKSPACE, raw.as_bytes()).await.unwrap().remove(0).action }
        };
        assert_eq!(take(mail(&seen[0], "hard 5.1.1 gone")).await, BounceAction::Recorded);
        assert_eq!(take(mail(&seen[0], "hard 5.1.1 gone")).await, BounceAction::Nothing, "the same report again");
        assert_eq!(take(mail(&seen[1], "complaint spam")).await, BounceAction::Recorded);
        assert_eq!(take("bounce+00@b.example hard x".into()).await, BounceAction::NoMessage, "not signed by us");
        let progress = progress(&deliver).await;
        assert_eq!((progress.bounced, progress.sent), (1, 2));
        let report = deliver.report(WORKSPACE, CAMPAIGN).await.unwrap();
        assert_eq!((report.complaints, report.failures[0].reason.as_str()), (1, "bounced hard"));
        let events = emitted(&store.db).await;
        assert_eq!((events["Email Bounced"], events["Email Marked as Spam"]), (1, 1));
        let elsewhere =
            deliver.take_bounce_mail(WorkspaceId::new(2), mail(&seen[2], "hard x").as_bytes()).await.unwrap();
        assert_eq!(elsewhere[0].action, BounceAction::NoMessage, "another workspace's message");
    }
}

#[tokio::test]
async fn an_erased_person_is_in_no_row_and_the_counts_stay() {
    for store in testkit::stores(&migrations()).await {
        let (deliver, seen) = sent(&store.db, store.dir()).await;
        click(&deliver, &tokens(&seen[0], "/t/c/")[0], "GET", CHROME).await;
        let mut tx = store.db.begin().await.unwrap();
        deliver.forget(&mut tx, WORKSPACE, ProfileId::new(1)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(progress(&deliver).await.sent, 3);
        let found = RecipientFilter { state: None, search: Some("short0".into()) };
        let page = deliver.recipients(WORKSPACE, CAMPAIGN, &found, &PageRequest::default()).await.unwrap();
        assert!(page.items.is_empty());
        let hits = store.db.query("SELECT hit_id FROM message_hit", &[] as &[Val]).await.unwrap();
        assert!(hits.is_empty());
    }
}

#[tokio::test]
async fn a_message_can_be_seen_in_the_browser_by_who_has_its_link() {
    let store = testkit::sqlite(&migrations()).await;
    let (deliver, seen) = sent(&store.db, store.dir()).await;
    let url = deliver.links().view(WORKSPACE, seen[0].key);
    let html = deliver.view_in_browser(url.rsplit('/').next().unwrap()).await.unwrap();
    assert!(html.contains("/t/c/") && html.contains("leave"));
    assert!(deliver.view_in_browser("x").await.is_err());
    assert!(deliver.links().verify(LinkKind::View, url.rsplit('/').next().unwrap()).is_ok());
}

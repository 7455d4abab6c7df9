//! Two programs on one PostgreSQL, one of which disappears.

use super::*;

const LEASE_MS: i64 = 250;
const MESSAGES: usize = 400;

async fn shared_store() -> Option<testkit::Store> {
    testkit::stores(&migrations()).await.into_iter().find(|store| store.name == "postgresql")
}

fn lively(config: &mut DeliverConfig) {
    (config.heartbeat_ms, config.lease_ms) = (20, LEASE_MS);
}

fn start(deliver: &Deliver) -> (tokio::task::JoinHandle<()>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let deliver = deliver.clone();
    (tokio::spawn(async move { deliver.run(stopped).await }), stop)
}

async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < PATIENCE, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn nobody_twice(providers: [&Provider; 2]) -> usize {
    let mut all: HashMap<MessageId, u32> = HashMap::new();
    for provider in providers {
        provider.given.lock().iter().for_each(|(id, times)| *all.entry(*id).or_default() += times);
    }
    assert!(all.values().all(|times| *times == 1), "somebody got it twice");
    all.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_node_that_never_comes_back_are_sent_by_another_and_what_it_had_in_hand_is_in_question() {
    let Some(store) = shared_store().await else { return };
    let (lost, other) = (Arc::new(Provider::default()), Arc::new(Provider { calm: true, ..Provider::default() }));
    let one = open_with(&store.db, &store.dir().join("one"), lost.clone(), "boot", lively);
    let in_hand = one.config().concurrency;
    launch(&one, &numbered("hang", MESSAGES)).await;
    let (worker, _stop) = start(&one);
    until("all hands to be full", async || lost.given.lock().len() == in_hand).await;
    // The worker's tasks end in the middle, its heartbeat with them.
    worker.abort();
    let _ = worker.await;
    assert!(progress(&one).await.sending > in_hand as u64, "some are claimed and not in hand");
    let two = open_with(&store.db, &store.dir().join("two"), other.clone(), "boot", lively);
    let end = run_until(&two, Progress::finished).await;
    assert_eq!((end.unconfirmed, end.delivered), (in_hand as u64, (MESSAGES - in_hand) as u64));
    assert_eq!(nobody_twice([&lost, &other]), MESSAGES, "nobody forgotten");
    // Back after all: its journal knows no answers either.
    drop(one);
    let again = open_with(&store.db, &store.dir().join("one"), lost.clone(), "boot", lively);
    let report = again.recover().await.unwrap();
    assert_eq!((report.found, report.unconfirmed), (in_hand, in_hand));
    assert_eq!(progress(&again).await, end);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_only_frozen_sends_nothing_that_was_taken_over_and_its_late_answers_count() {
    let Some(store) = shared_store().await else { return };
    let (frozen, other) = (Arc::new(Provider::default()), Arc::new(Provider { calm: true, ..Provider::default() }));
    // One beat at its start, and then none: as good as frozen for the others.
    let silent = |config: &mut DeliverConfig| config.heartbeat_ms = 3_600_000;
    let one = open_with(&store.db, &store.dir().join("one"), frozen.clone(), "boot", silent);
    let in_hand = one.config().concurrency;
    launch(&one, &numbered("wait", MESSAGES)).await;
    let (worker, stop) = start(&one);
    until("all hands to be full", async || frozen.given.lock().len() == in_hand).await;
    let two = open_with(&store.db, &store.dir().join("two"), other.clone(), "boot", lively);
    let taken = run_until(&two, Progress::finished).await;
    assert_eq!((taken.unconfirmed, taken.delivered), (in_hand as u64, (MESSAGES - in_hand) as u64));
    frozen.let_go.send_replace(true);
    until("the late answers", async || progress(&one).await.unconfirmed == 0).await;
    stop.send(true).unwrap();
    worker.await.unwrap();
    assert_eq!(progress(&one).await.delivered, MESSAGES as u64);
    assert_eq!(frozen.given.lock().len(), in_hand, "nothing more went out from its memory");
    assert_eq!(nobody_twice([&frozen, &other]), MESSAGES);
    let events = emitted(&store.db).await;
    assert_eq!(events["Email Sent"], MESSAGES, "an event for each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_sends_again_is_not_settled_by_a_late_answer_of_the_old_node() {
    let Some(store) = shared_store().await else { return };
    let (frozen, other) = (Arc::new(Provider::default()), Arc::new(Provider { calm: true, ..Provider::default() }));
    let silent = |config: &mut DeliverConfig| config.heartbeat_ms = 3_600_000;
    let one = open_with(&store.db, &store.dir().join("one"), frozen.clone(), "boot", silent);
    launch(&one, &numbered("wait", 3)).await;
    let (worker, stop) = start(&one);
    until("all hands to be full", async || frozen.given.lock().len() == 3).await;
    let two = open_with(&store.db, &store.dir().join("two"), other.clone(), "boot", lively);
    assert_eq!(run_until(&two, Progress::finished).await.unconfirmed, 3);
    assert_eq!(two.resend_unconfirmed(WORKSPACE, CAMPAIGN).await.unwrap(), 3);
    frozen.let_go.send_replace(true);
    stop.send(true).unwrap();
    worker.await.unwrap();
    assert_eq!(progress(&two).await.pending, 3, "the late answers changed nothing");
    assert_eq!(run_until(&two, Progress::finished).await.delivered, 3);
    assert_eq!(other.given.lock().len(), 3, "as the person asked");
}

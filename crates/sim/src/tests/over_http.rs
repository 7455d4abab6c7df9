//! Against a small server of our own: what it counts is what the player and the live shop say they did.

use super::*;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Json as Body, Router};
use serde_json::json;
use std::time::Duration;

#[derive(Default)]
struct Seen {
    events: Vec<Json>,
    refusals: u32,
    busy_left: u32,
    keys: BTreeSet<String>,
    hits: BTreeMap<String, u32>,
    heads: u32,
    /// Addresses the inbox holds a message for.
    mailed: Vec<String>,
    base: String,
}

type Shared = Arc<Mutex<Seen>>;

async fn batch(State(seen): State<Shared>, headers: HeaderMap, Body(body): Body<Json>) -> impl IntoResponse {
    let mut seen = seen.lock().unwrap();
    seen.keys.insert(headers["authorization"].to_str().unwrap().to_owned());
    if seen.busy_left > 0 {
        seen.busy_left -= 1;
        seen.refusals += 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")], Body(json!({}))).into_response();
    }
    seen.events.extend(body["batch"].as_array().unwrap().iter().cloned());
    Body(json!({"success": true})).into_response()
}

async fn list(State(seen): State<Shared>, headers: HeaderMap) -> impl IntoResponse {
    assert_eq!(headers["authorization"], "Bearer tk_live_test");
    let seen = seen.lock().unwrap();
    let item = |(index, to): (usize, &String)| json!({"id": format!("box_{index}"), "to": to, "subject": "Sneakers"});
    Body(json!({ "items": seen.mailed.iter().enumerate().map(item).collect::<Vec<_>>(), "next_cursor": null }))
}

async fn detail(State(seen): State<Shared>, Path(id): Path<String>) -> impl IntoResponse {
    let base = seen.lock().unwrap().base.clone();
    let html =
        format!(r#"<a href="{base}/t/c/{id}-1">1</a><a href="{base}/t/c/{id}-2">2</a><img src="{base}/t/o/{id}.gif">"#);
    let header = json!({"name": "List-Unsubscribe", "value": format!("<mailto:a@b.example>, <{base}/t/u/{id}>")});
    Body(json!({ "html": html, "headers": [header] }))
}

async fn tracked(
    State(seen): State<Shared>,
    method: Method,
    Path((kind, _token)): Path<(String, String)>,
) -> StatusCode {
    let mut seen = seen.lock().unwrap();
    *seen.hits.entry(format!("{method} {kind}")).or_default() += 1;
    seen.heads += u32::from(method == Method::HEAD);
    StatusCode::OK
}

async fn serve(seen: Seen) -> (Shared, Target) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api_url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Seen { base: api_url.clone(), ..seen }));
    let router = Router::new()
        .route("/v1/batch", post(batch))
        .route("/api/v1/sandbox/messages", get(list))
        .route("/api/v1/sandbox/messages/{id}", get(detail))
        .route("/t/{kind}/{token}", any(tracked))
        .with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let key = |name: &str| name.to_owned();
    let keys = WriteKeys { website: key("web"), app: key("app"), shop: key("shop"), phone: key("phone") };
    (seen, Target { api_url, keys })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_arrives_whole_through_a_server_that_is_busy_at_times() {
    let (seen, target) = serve(Seen { busy_left: 5, ..Seen::default() }).await;
    let world = world(2, 200, 6);
    let last = Mutex::new(Progress { customers_done: 0, customers_total: 0, events: 0 });
    let report = |progress: Progress| {
        let mut last = last.lock().unwrap();
        if progress.events > last.events {
            *last = progress;
        }
    };
    let played = Player::new(target).unwrap().play(&world, 4, &report).await.unwrap();
    let seen = seen.lock().unwrap();
    let ids = |events: &[Json]| events.iter().map(|event| event["messageId"].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(ids(&seen.events), ids(&events(&world)));
    assert_eq!((played.events, played.waits), (seen.events.len() as u64, 5));
    let last = *last.lock().unwrap();
    assert_eq!((last.customers_done, last.customers_total, last.events), (200, 200, played.events));
    assert_eq!(seen.keys.len(), 4, "each source has its own key");
    // One customer's events of one source arrive in order.
    let mut latest: HashMap<(String, String), String> = HashMap::new();
    for event in &seen.events {
        let id = event["messageId"].as_str().unwrap().split('-').nth(2).unwrap().to_owned();
        let key = (id, event["context"]["channel"].to_string());
        let at = event["timestamp"].as_str().unwrap().to_owned();
        assert!(latest.get(&key).is_none_or(|before| *before <= at), "{event}");
        latest.insert(key, at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_error_that_says_why() {
    let (_seen, mut target) = serve(Seen::default()).await;
    target.api_url.push_str("/nowhere");
    let outcome = Player::new(target).unwrap().play(&world(2, 5, 1), 1, &|_| {}).await;
    assert!(matches!(&outcome, Err(SimError::Refused { status: 404, .. })), "{outcome:?}");
}

/// Everybody reads, clicks or unsubscribes at once, so that a second of real time shows all of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_live_shop_answers_mail_and_visits() {
    let world = world(4, 3_000, 1);
    let known = (0..3_000).map(|number| world.customer(number)).filter(|customer| customer.signed_up);
    let known: Vec<Customer> = known.take(150).collect();
    let mut mailed: Vec<String> = known.iter().map(|customer| customer.email.clone()).collect();
    mailed.push("stranger@example.com".into());
    let (seen, target) = serve(Seen { mailed, ..Seen::default() }).await;
    let clock = Arc::new(base::SystemClock);
    let effects = TrueEffects {
        click_after_open: 0.5,
        order_after_click: 0.5,
        unsubscribe_after_open: 0.5,
        ..TrueEffects::default()
    };
    let config = LiveConfig {
        events_per_s: 40.0,
        speed: 1e6,
        poll: Duration::from_millis(300),
        api_key: Some("tk_live_test".into()),
        answer_existing: true,
    };
    let live = Live::new(world, Player::new(target).unwrap(), effects, config, clock).unwrap();
    let totals = live.run(tokio::time::sleep(Duration::from_secs(8))).await;
    let seen = seen.lock().unwrap();
    assert_eq!((totals.messages, totals.failed), (150, 0), "{totals:?}");
    let hits = |key: &str| seen.hits.get(key).copied().unwrap_or(0) as u64;
    assert_eq!(hits("GET o"), totals.opens + totals.machine_opens);
    assert_eq!(hits("GET c") + hits("HEAD c"), totals.clicks + totals.machine_clicks);
    assert_eq!(hits("POST u"), totals.unsubscribes);
    assert_eq!(hits("GET u"), 0, "nobody unsubscribes by looking");
    let proxies = known.iter().filter(|one| one.privacy_proxy || one.security_gateway).count() as u64;
    let gateways = known.iter().filter(|one| one.security_gateway).count() as u64;
    assert_eq!((totals.machine_opens, totals.machine_clicks, seen.heads as u64), (proxies, 2 * gateways, gateways));
    assert!(
        totals.opens > 30 && totals.clicks > 10 && totals.orders_from_messages > 3 && totals.unsubscribes > 3,
        "{totals:?}"
    );
    let orders = seen.events.iter().filter(|event| event["event"] == "Order Completed").count() as u64;
    assert_eq!(orders, totals.orders_from_messages + totals.orders_without_message, "no other orders than these");
    assert_eq!(seen.events.len() as u64, totals.events);
    let ids: HashSet<String> = seen.events.iter().map(|event| event["messageId"].to_string()).collect();
    assert_eq!(ids.len(), seen.events.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_from_before_the_start_are_left_alone() {
    let world = world(4, 300, 1);
    let mailed =
        (0..300).map(|number| world.customer(number)).filter(|one| one.signed_up).map(|one| one.email).collect();
    let (seen, target) = serve(Seen { mailed, ..Seen::default() }).await;
    let clock = Arc::new(ManualClock::at(UNTIL));
    let config = LiveConfig {
        events_per_s: 0.0,
        speed: 1e-9,
        poll: Duration::from_millis(100),
        api_key: Some("tk_live_test".into()),
        answer_existing: false,
    };
    let live = Live::new(world, Player::new(target).unwrap(), TrueEffects::default(), config, clock).unwrap();
    let totals = live.run(tokio::time::sleep(Duration::from_secs(1))).await;
    assert_eq!(totals, LiveTotals::default());
    assert!(seen.lock().unwrap().hits.is_empty());
}

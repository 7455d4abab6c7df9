//! What customers are worth over the API, and sign-ups nobody confirms.

use super::*;
use crate::adapters::{SignUpPeople, is_usable_address};
use ::consent::SignUps;
use base::Clock;

#[tokio::test]
async fn a_customers_scores_say_why_and_follow_the_boundaries() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "Shop", "kind": "server" })).await.json;
    let now = base::SystemClock.now();
    let order = |user: usize, number: usize| {
        json!({ "type": "track", "event": "Order Completed", "userId": format!("u{user}"),
            "timestamp": now.plus_ms(-86_400_000 * (50 - 10 * user as i64)),
            "properties": { "order_id": format!("{user}-{number}"), "revenue": 10 * user, "currency": "EUR" } })
    };
    let orders: Vec<Value> = (1..=5)
        .flat_map(|user| (0..user).map(move |number| (user, number)))
        .map(|(user, number)| order(user, number))
        .collect();
    let sent = server.ask("POST", "/v1/batch", "", json!({ "writeKey": source["write_key"], "batch": orders })).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let found = server.until("/api/v1/profiles?q=u5", |found| found["items"][0]["orders"] == 5).await;
    let id = found["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/profiles/{id}");

    let put = |body: Value| server.ask("PUT", "/api/v1/measure/rfm", &server.key, body);
    let counted = put(json!({})).await;
    assert_eq!(counted.status, 200, "{}", counted.text);
    assert_eq!((&counted.json["window_days"], &counted.json["boundaries"]), (&json!(365), &Value::Null));
    let count = &counted.json["counted"];
    assert_eq!((&count["customers"], &count["customers_within_window"]), (&json!(5), &json!(5)));
    assert_eq!(count["boundaries"]["frequency"], json!([1, 2, 3, 4]));
    assert_eq!(count["segments"].as_array().map(Vec::len), Some(11));
    assert_eq!(count["distribution"].as_array().map(Vec::len), Some(25));
    assert_eq!(server.get("/api/v1/measure/rfm").await.json, counted.json);
    let rfm = server.get(&path).await.json["value"]["rfm"].clone();
    assert_eq!(
        (&rfm["segment"], &rfm["frequency"]["score"], &rfm["frequency"]["value"]),
        (&json!("champions"), &json!(5), &json!(5))
    );
    assert_eq!((&rfm["monetary_minor"]["value"], &rfm["recency_days"]["value"]), (&json!(25_000), &json!(0)));

    let by_hand = json!({ "recency_days": [1, 2, 3, 4], "frequency": [5, 6, 7, 8], "monetary_minor": [1, 1, 1, 1] });
    assert_eq!(put(json!({ "window_days": 30, "boundaries": by_hand })).await.json["boundaries"], by_hand);
    let rfm = server.get(&path).await.json["value"]["rfm"].clone();
    assert_eq!((&rfm["frequency"]["score"], &rfm["window_days"]), (&json!(1), &json!(30)));
    for (body, pointer) in [
        (json!({ "window_days": 0 }), "/window_days"),
        (
            json!({ "boundaries": { "recency_days": [1, 2, 3], "frequency": [1, 2, 3, 4], "monetary_minor": [1, 2, 3, 4] } }),
            "/boundaries/recency_days",
        ),
        (
            json!({ "boundaries": { "recency_days": [1, 2, 3, 4], "frequency": [4, 3, 2, 1], "monetary_minor": [1, 2, 3, 4] } }),
            "/boundaries/frequency",
        ),
    ] {
        let refused = put(body).await;
        let found = (refused.status, &refused.json["code"], &refused.json["errors"][0]["pointer"]);
        assert_eq!(found, (422, &json!("bad_rfm"), &json!(pointer)), "{}", refused.text);
    }
    assert!(server.get("/api/v1/audit").await.text.contains("measure.rfm"));
    for report in ["home", "measure/revenue", "measure/attribution"] {
        for days in ["0", "3661", "4294967295"] {
            let refused = server.get(&format!("/api/v1/{report}?days={days}")).await;
            assert_eq!((refused.status, &refused.json["code"]), (400, &json!("bad_period")), "{report} {days}");
        }
        assert_eq!(server.get(&format!("/api/v1/{report}?days=3660")).await.status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn only_who_is_nothing_but_a_sign_up_is_taken_for_one() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "Site", "kind": "website" })).await.json;
    let key = source["write_key"].as_str().expect("a write key").to_owned();
    let people = SignUpPeople::of(&server.running.app);
    let workspace = base::WorkspaceId::new(1);
    let mut ids = Vec::new();
    for name in ["anna", "bert", "cor"] {
        let mail = format!("{name}@mail.example");
        let asked = server.ask("POST", "/v1/subscribe", "", json!({ "writeKey": key, "email": mail })).await;
        assert_eq!(asked.status, 202, "{}", asked.text);
        let path = format!("/api/v1/profiles?q={mail}");
        let found = server.until(&path, |found| found["items"][0]["id"].is_string()).await;
        ids.push(found["items"][0]["id"].as_str().and_then(|id| id.parse::<base::ProfileId>().ok()).expect("an id"));
        // Its mail is on the timeline too.
        server.until(&format!("/api/v1/sandbox/messages?q={mail}"), |found| found["items"][0]["id"].is_string()).await;
    }
    let (anna, bert, cor) = (ids[0], ids[1], ids[2]);
    let context = |name: &str| json!({ "externalIds": [{ "type": "email", "id": format!("{name}@mail.example") }] });
    let seen = json!({ "type": "page", "name": "Shoes", "anonymousId": "b1", "context": context("bert") });
    let told = json!({ "type": "identify", "anonymousId": "c1", "traits": { "first_name": "Cor" }, "context": context("cor") });
    let sent = server.ask("POST", "/v1/batch", "", json!({ "writeKey": key, "batch": [seen, told] })).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    server
        .until(&format!("/api/v1/profiles/{cor}"), |found| {
            found["identifiers"].as_array().is_some_and(|all| all.len() == 2)
        })
        .await;
    assert!(people.is_only_sign_up(workspace, anna).await.expect("an answer"));
    assert!(!people.is_only_sign_up(workspace, bert).await.expect("an answer"), "looked at a page");
    assert!(!people.is_only_sign_up(workspace, cor).await.expect("an answer"), "has a name");
    assert!(!people.is_only_sign_up(workspace, base::ProfileId::new(9_999)).await.expect("an answer"), "is nobody");
    people.erase(workspace, anna).await.expect("erased");
    people.erase(workspace, anna).await.expect("erased once more");
    let gone = format!("/api/v1/profiles/{anna}");
    server.until_gone(&gone).await;
    server.stop().await;
}

/// Days ago, as events say it.
fn days_ago(days: i64) -> Value {
    json!(base::SystemClock.now().plus_ms(-days * 86_400_000))
}

#[tokio::test]
async fn whose_history_was_cut_is_not_taken_for_a_sign_up() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "Shop", "kind": "server" })).await.json;
    let context = |name: &str| json!({ "externalIds": [{ "type": "email", "id": format!("{name}@mail.example") }] });
    let bought = json!({ "type": "track", "event": "Order Completed", "timestamp": days_ago(400), "context": context("gast"),
        "properties": { "order_id": "G1", "revenue": 12.5, "currency": "EUR" } });
    let viewed = json!({ "type": "track", "event": "Product Viewed", "timestamp": days_ago(400), "context": context("kijk"),
        "properties": { "sku": "S1" } });
    let batch = json!({ "writeKey": source["write_key"], "batch": [bought, viewed] });
    assert_eq!(server.ask("POST", "/v1/batch", "", batch).await.status, 200);
    let mut ids = Vec::new();
    for name in ["gast", "kijk", "form"] {
        let mail = format!("{name}@mail.example");
        let form = json!({ "writeKey": source["write_key"], "email": mail });
        assert_eq!(server.ask("POST", "/v1/subscribe", "", form).await.status, 202);
        server.until(&format!("/api/v1/sandbox/messages?q={mail}"), |found| found["items"][0]["id"].is_string()).await;
        let found = server.get(&format!("/api/v1/profiles?q={mail}")).await.json;
        ids.push(found["items"][0]["id"].as_str().and_then(|id| id.parse::<base::ProfileId>().ok()).expect("an id"));
    }
    let rule = json!({ "target": { "what": "kind", "name": "track" }, "keep": { "amount": 13, "unit": "month" }, "action": "delete" });
    let made = server.post("/api/v1/retention/rules", rule).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let dry = retention_run(&server, "dry-run").await;
    let path = format!("/api/v1/retention/rules/{}/enable", made.json["id"].as_str().expect("an id"));
    assert_eq!(server.post(&path, json!({ "dry_run": dry["id"] })).await.status, 200);
    assert_eq!(retention_run(&server, "run").await["deleted"], 2, "the order and the view");

    let people = SignUpPeople::of(&server.running.app);
    assert!(people.has_caught_up().await, "nothing waits");
    let mut only = Vec::new();
    for id in ids {
        only.push(people.is_only_sign_up(base::WorkspaceId::new(1), id).await.expect("an answer"));
    }
    assert_eq!(only, [false, false, true], "who bought, who looked around, who only filled in the form");
    server.stop().await;
}

/// Asks for a run of the rules and waits for its end.
async fn retention_run(server: &Server, what: &str) -> Value {
    let body = if what == "run" { Value::Null } else { json!({}) };
    let begun = server.post(&format!("/api/v1/retention/{what}"), body).await;
    assert_eq!(begun.status, 202, "{}", begun.text);
    let path = format!("/api/v1/retention/runs/{}", begun.json["id"].as_str().expect("an id"));
    server.until(&path, |run| run["state"] != "running").await
}

#[tokio::test]
async fn what_waits_in_the_log_is_not_known_yet() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().expect("a folder");
    let config = crate::config::Config { data_dir: dir.path().join("data"), ..Default::default() };
    let bound = std::net::SocketAddr::from(([127, 0, 0, 1], 7700));
    // Opened and not started: nobody reads the log.
    let program = crate::wire::Program::open(&config, bound, false).await.expect("the program opens");
    let people = SignUpPeople::of(&program.app);
    assert!(people.has_caught_up().await, "an empty log");
    let (now, profile) = (base::SystemClock.now(), base::ProfileId::new(1));
    let event = events::SystemEvent::new(
        base::WorkspaceId::new(1),
        "Order Completed",
        "o1",
        profile,
        now,
        events::Channel::System,
    );
    program.app.inbox.append_system(&[event], now).await.expect("accepted");
    assert!(!people.has_caught_up().await, "an order waits");
}

#[test]
fn a_phone_number_is_read_in_the_region_of_the_workspace() {
    let usable = |region: &str| is_usable_address("phone", "(212) 555-2368", region);
    assert!(usable("US") && !usable("NL"));
    assert!(is_usable_address("phone", "+31 6 12345678", "US"), "with a country code the region does not matter");
}

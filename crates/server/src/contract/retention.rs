//! Retention and anonymising over the API, in the whole program.

use super::*;
use base::Clock;

const DAY_MS: i64 = 86_400_000;

async fn ended(server: &Server, begun: &Answer) -> Value {
    assert_eq!(begun.status, 202, "{}", begun.text);
    let path = format!("/api/v1/retention/runs/{}", begun.json["id"].as_str().expect("an id"));
    server.until(&path, |run| run["state"] != "running").await
}

async fn stored(server: &Server) -> u64 {
    server.get("/api/v1/health").await.json["workspace"]["events_stored"].as_u64().expect("a number")
}

/// An order, a view and an old view of somebody; waits until they are stored.
async fn plant(server: &Server) -> String {
    let source = server.post("/api/v1/sources", json!({ "name": "Shop", "kind": "server" })).await.json;
    let old = base::SystemClock.now().plus_ms(-400 * DAY_MS);
    let view = |at: Value| json!({ "type": "track", "event": "Product Viewed", "userId": "an", "timestamp": at, "properties": { "note": "an" } });
    let order = json!({ "type": "track", "event": "Order Completed", "userId": "an", "properties": { "order_id": "A1", "revenue": 12.5, "currency": "EUR" } });
    let who = json!({ "type": "identify", "userId": "an", "traits": { "email": "an@acme.nl" } });
    let batch = json!({ "writeKey": source["write_key"], "batch": [who, view(json!(old)), view(Value::Null), order] });
    assert_eq!(server.ask("POST", "/v1/batch", "", batch).await.status, 200);
    server.until("/api/v1/health", |health| health["workspace"]["events_stored"] == 4).await;
    let found = server.until("/api/v1/profiles?q=an@acme.nl", |found| found["items"][0]["id"].is_string()).await;
    found["items"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_rule_is_tried_out_switched_on_and_followed() {
    let server = Server::start().await;
    plant(&server).await;
    let nothing = server.post("/api/v1/retention/run", Value::Null).await;
    assert_eq!((nothing.status, &nothing.json["code"]), (409, &json!("retention_nothing_to_do")));
    let wrong = json!({ "target": { "what": "kind", "name": "clicks" }, "keep": { "amount": 0, "unit": "day" }, "action": "delete" });
    let wrong = server.post("/api/v1/retention/rules", wrong).await;
    assert_eq!((wrong.status, &wrong.json["code"]), (422, &json!("retention_rule_invalid")));
    let rule = json!({ "target": { "what": "event", "name": "Product Viewed" }, "keep": { "amount": 13, "unit": "month" }, "action": "delete" });
    let made = server.post("/api/v1/retention/rules", rule.clone()).await;
    assert_eq!((made.status, &made.json["enabled"]), (201, &json!(false)), "{}", made.text);
    assert_eq!(server.post("/api/v1/retention/rules", rule).await.json["code"], json!("retention_rule_exists"));
    let path = format!("/api/v1/retention/rules/{}", made.json["id"].as_str().expect("an id"));
    let early = server.post(&format!("{path}/enable"), json!({})).await;
    assert_eq!((early.status, &early.json["code"]), (409, &json!("dry_run_needed")));
    let dry = ended(&server, &server.post("/api/v1/retention/dry-run", json!({})).await).await;
    assert_eq!((&dry["state"], &dry["mode"], &dry["events"]), (&json!("done"), &json!("dry_run"), &json!(1)), "{dry}");
    assert_eq!(dry["rules"][0]["names"], json!([{ "name": "Product Viewed", "kind": "track", "events": 1 }]));
    assert_eq!(stored(&server).await, 4, "a dry run changes nothing");
    let on = server.post(&format!("{path}/enable"), json!({ "dry_run": dry["id"] })).await;
    assert_eq!((on.status, &on.json["enabled"]), (200, &json!(true)), "{}", on.text);
    let run = ended(&server, &server.post("/api/v1/retention/run", Value::Null).await).await;
    assert_eq!((&run["state"], &run["deleted"]), (&json!("done"), &json!(1)), "{run}");
    assert_eq!(stored(&server).await, 3);
    let overview = server.get("/api/v1/retention").await.json;
    assert_eq!((&overview["rules_on"], &overview["last_run"]["id"]), (&json!(1), &run["id"]));
    let receipts = server.get("/api/v1/retention/runs?mode=run").await.json;
    assert_eq!(receipts["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.get("/api/v1/retention/runs?mode=x").await.json["code"], json!("bad_mode"));
    let gone = server.ask("DELETE", &path, &server.key, Value::Null).await;
    assert_eq!((gone.status, server.get(&path).await.status), (204, 404));
    server.stop().await;
}

/// Asks until it is so.
async fn eventually(server: &Server, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1_500 {
        let found = server.get(path).await.json;
        if is_so(&found) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it never came to be: {}", server.get(path).await.text);
}

#[tokio::test]
async fn a_cut_is_in_the_audit_trail_and_in_every_segment_at_once() {
    let server = Server::start().await;
    let id = plant(&server).await;
    let often =
        json!({ "event": { "name": "Product Viewed", "op": "performed", "count": { "op": "at_least", "value": 2 } } });
    let segment = json!({ "name": "Looks often", "description": "", "condition": often });
    let segment = server.post("/api/v1/segments", segment).await;
    assert_eq!((segment.status, &segment.json["count"]), (201, &json!(1)), "{}", segment.text);
    let segment = format!("/api/v1/segments/{}", segment.json["id"].as_str().expect("an id"));
    let rule = json!({ "target": { "what": "event", "name": "Product Viewed" }, "keep": { "amount": 13, "unit": "month" }, "action": "anonymise" });
    let made = server.post("/api/v1/retention/rules", rule).await.json;
    let rule = made["id"].as_str().expect("an id");
    let dry = ended(&server, &server.post("/api/v1/retention/dry-run", json!({})).await).await;
    let enable = format!("/api/v1/retention/rules/{rule}/enable");
    assert_eq!(server.post(&enable, json!({ "dry_run": dry["id"] })).await.status, 200);
    let run = ended(&server, &server.post("/api/v1/retention/run", Value::Null).await).await;
    assert_eq!((&run["state"], &run["anonymised"]), (&json!("done"), &json!(1)), "{run}");
    assert_eq!(server.get(&segment).await.json["count"], json!(0), "the old view counts no more");
    let anew = server.post("/api/v1/segments/count", json!({ "condition": often })).await;
    assert_eq!(anew.json["count"], json!(0), "{}", anew.text);
    let timeline = format!("/api/v1/profiles/{id}/timeline");
    let exits = |found: &Value| {
        let all = found["items"].as_array().into_iter().flatten();
        all.filter(|event| event["name"] == "Segment Exited").count()
    };
    eventually(&server, &timeline, |found| exits(found) == 1).await;
    let again = ended(&server, &server.post("/api/v1/retention/run", Value::Null).await).await;
    assert_eq!((&again["state"], &again["anonymised"]), (&json!("done"), &json!(0)), "{again}");
    let trail = server.get("/api/v1/audit").await.json;
    let of = |run: &Value| {
        let all = trail["items"].as_array().expect("entries").iter();
        all.filter(|entry| entry["action"] == "retention.ended" && entry["object"] == run["id"]).collect::<Vec<_>>()
    };
    assert_eq!((of(&run).len(), of(&again).len()), (1, 1), "{trail}");
    let (entry, after) = (of(&run)[0], &of(&run)[0]["after"]);
    assert_eq!((&entry["actor"], &entry["ip"]), (&json!("system"), &Value::Null));
    assert_eq!(
        entry["summary"],
        json!(
            "the retention rules were followed at once: 0 events deleted, 1 made anonymous; rules for \"Product Viewed\""
        )
    );
    assert_eq!((&after["receipt"], &after["trigger"], &after["anonymised"]), (&run["id"], &json!("person"), &json!(1)));
    assert_eq!((&after["rules"][0]["rule"], &after["rules"][0]["events"]), (&json!(rule), &json!(1)), "{after}");
    assert_eq!(exits(&server.get(&timeline).await.json), 1, "told once");
    server.stop().await;
}

#[tokio::test]
async fn of_two_who_ask_for_the_same_erasure_one_hears_that_it_is_under_way() {
    let server = Server::start().await;
    let id = plant(&server).await;
    let (path, anonymise) = (format!("/api/v1/profiles/{id}"), format!("/api/v1/profiles/{id}/anonymise"));
    let (erased, anonymised) =
        tokio::join!(server.ask("DELETE", &path, &server.key, Value::Null), server.post(&anonymise, Value::Null));
    let mut answers = [erased, anonymised];
    answers.sort_by_key(|answer| answer.status);
    let [first, second] = &answers;
    assert_eq!(first.status, 202, "{}", first.text);
    // Where the log was quicker there is nobody any more.
    let codes = [json!("erasure_under_way"), json!("not_found")];
    assert!([409, 404].contains(&second.status) && codes.contains(&second.json["code"]), "{}", second.text);
    assert_eq!(server.get(&path).await.status, 404);
    let trail = server.get("/api/v1/audit").await.json;
    let all = trail["items"].as_array().expect("entries").iter();
    let kinds = [json!("profile.erase"), json!("profile.anonymise")];
    assert_eq!(all.filter(|entry| kinds.contains(&entry["action"])).count(), 1, "{trail}");
    server.stop().await;
}

#[tokio::test]
async fn somebody_who_is_anonymised_is_gone_and_still_counted() {
    let server = Server::start().await;
    let id = plant(&server).await;
    let revenue = server.get("/api/v1/measure/revenue").await.json["items"].clone();
    let shown = server.get(&format!("/api/v1/profiles/{id}/anonymise")).await;
    assert_eq!(shown.json["stays"][0], json!({ "what": "events", "count": 4 }), "{}", shown.text);
    assert_eq!(shown.json["stays"][1], json!({ "what": "orders", "count": 1 }));
    let asked = server.post(&format!("/api/v1/profiles/{id}/anonymise"), Value::Null).await;
    assert_eq!((asked.status, &asked.json["profile_id"]), (202, &json!(id)), "{}", asked.text);
    assert_eq!(server.get(&format!("/api/v1/profiles/{id}")).await.status, 404);
    let path = format!("/api/v1/profiles/{id}/erasure");
    let done = server.until(&path, |erasure| erasure["state"] == "done").await;
    assert_eq!(done["anonymised"], json!(true), "{done}");
    assert_eq!(stored(&server).await, 4, "what happened is still counted");
    assert_eq!(server.get("/api/v1/measure/revenue").await.json["items"], revenue);
    server.stop().await;
}

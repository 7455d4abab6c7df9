//! Companies from a source's calls to what a person does with them, over the API.

use super::*;
use base::Clock;

async fn delete(server: &Server, path: &str) -> Answer {
    server.ask("DELETE", path, &server.key, Value::Null).await
}

#[tokio::test]
async fn a_group_call_is_seen_changed_exported_and_forgotten() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "CRM", "kind": "server" })).await.json;
    let now = base::SystemClock.now();
    let call = |user: &str, group: &str, traits: Value| json!({ "type": "group", "userId": user, "groupId": group, "traits": traits });
    let order = json!({ "type": "track", "event": "Order Completed", "userId": "an", "timestamp": now,
        "properties": { "order_id": "A1", "total": 129.5, "revenue": 129.5, "currency": "EUR" } });
    let acme = json!({ "name": "Acme BV", "website": "https://www.acme.nl", "role": "Buyer", "contact": "an@acme.nl" });
    let identify = json!({ "type": "identify", "userId": "an", "traits": { "email": "an@acme.nl", "name": "An" } });
    let batch = json!({ "writeKey": source["write_key"], "batch": [
        identify, call("an", "acme", acme), call("bo", "acme", json!({})), call("bo", "bolt", json!({})), order,
        call("cy", "null", json!({ "name": "Nothing" })),
    ] });
    let sent = server.ask("POST", "/v1/batch", "", batch).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let listed = server.until("/api/v1/companies?q=ACME", |found| found["items"][0]["members"] == 2).await;
    let id = listed["items"][0]["id"].as_str().expect("an id").to_owned();
    let company = server.get(&format!("/api/v1/companies/{id}")).await.json;
    assert_eq!((&company["domain"], &company["former_members"]), (&json!("acme.nl"), &json!(0)));
    let rollup = &company["rollup"];
    let revenue = json!([{ "minor": 12950, "currency": "EUR" }]);
    assert_eq!((&rollup["revenue"], &rollup["orders"], &rollup["active_30d"]), (&revenue, &json!(1), &json!(2)));
    let all = server.get("/api/v1/companies?sort=name&limit=1").await.json;
    assert_eq!((&all["items"][0]["group_id"], all["next_cursor"].is_string()), (&json!("acme"), true));
    let members = server.get(&format!("/api/v1/companies/{id}/members")).await.json;
    let an =
        members["items"].as_array().expect("members").iter().find(|one| one["role"] == "Buyer").expect("the buyer");
    let an = an["profile"]["id"].as_str().expect("an id").to_owned();
    let of_an = server.get(&format!("/api/v1/profiles/{an}/companies")).await.json;
    assert_eq!(
        (&of_an["items"][0]["company"]["name"], &of_an["items"][0]["role"]),
        (&json!("Acme BV"), &json!("Buyer"))
    );

    // By hand.
    let path = format!("/api/v1/companies/{id}/members");
    let changed = server.post(&path, json!({ "profile_id": an, "role": "Owner" })).await;
    assert_eq!((changed.status, &changed.json["visible"]), (202, &json!(true)), "{}", changed.text);
    let held = server.get(&format!("/api/v1/profiles/{an}/export")).await.json;
    assert_eq!((&held["companies"][0]["role"], &held["companies"][0]["group_id"]), (&json!("Owner"), &json!("acme")));
    let page = server.get(&format!("/api/v1/profiles/{an}/export?format=html&language=nl")).await.text;
    assert!(page.contains("Bedrijven waar je bij hoort") && page.contains("Acme BV"));
    assert_eq!(delete(&server, &format!("{path}/{an}")).await.status, 202);
    let former = server.get(&format!("{path}?state=former")).await.json;
    assert_eq!((&former["items"][0]["role"], former["items"][0]["left_at"].is_string()), (&json!("Owner"), true));
    let patched = server
        .ask("PATCH", &format!("/api/v1/companies/{id}"), &server.key, json!({ "traits": { "plan": "Gold" } }))
        .await;
    assert_eq!((patched.status, &patched.json["plan"], &patched.json["members"]), (200, &json!("Gold"), &json!(1)));
    let customers = async || server.get("/api/v1/profiles").await.json["items"].as_array().map(Vec::len);
    let before = customers().await;
    let made = server.post("/api/v1/companies", json!({ "group_id": "cord", "traits": { "name": "Cord" } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(before.is_some_and(|before| before > 0));
    assert_eq!(customers().await, before, "a company made by hand makes no customer");
    for (body, pointer) in [
        (json!({ "group_id": " ", "traits": {} }), "/group_id"),
        (json!({ "group_id": "x", "traits": { "left": true } }), "/traits/left"),
    ] {
        let refused = server.post("/api/v1/companies", body).await;
        let found = (refused.status, &refused.json["code"], &refused.json["errors"][0]["pointer"]);
        assert_eq!(found, (422, &json!("invalid_company"), &json!(pointer)), "{}", refused.text);
    }
    let audit = server.get("/api/v1/audit").await.text;
    assert!(
        ["company.create", "company.update", "company.member"].iter().all(|action| audit.contains(action)),
        "{audit}"
    );

    // Nobody is left of a person who is erased, nor of a company that is deleted.
    assert_eq!(delete(&server, &format!("/api/v1/profiles/{an}")).await.status, 202);
    let company = server.until(&format!("/api/v1/companies/{id}"), |found| found["former_members"] == 0).await;
    assert!(!company.to_string().contains("an@acme.nl"), "{company}");
    assert_eq!(delete(&server, &format!("/api/v1/companies/{id}")).await.status, 202);
    assert_eq!(server.get(&format!("/api/v1/companies/{id}")).await.status, 404);
    server.stop().await;
}

//! Connections as the API describes them: what is sent and answered fits the shapes of every kind.

use super::*;

/// Secrets of the definitions below; no answer may hold them.
const SECRETS: [&str; 4] = ["hush-signature", "hush-token", "hush-password", "hush-key"];

/// One of each kind, secrets and all.
fn definitions() -> [Value; 4] {
    let mapping = json!({ "columns": { "mail": "email" }, "currency": "SEK", "date_order": "day_month" });
    [
        json!({ "kind": "webhook", "signature": { "scheme": "github", "secret": SECRETS[0] },
            "challenge": { "kind": "meta", "token": SECRETS[1] },
            "mapping": { "rules": [{ "type": "track", "event": { "text": "Bought" }, "user_id": { "path": "$.id" } }] } }),
        json!({ "kind": "database", "engine": "postgres", "host": "db.invalid", "database": "shop", "user": "reader",
            "password": SECRETS[2], "query": "SELECT * FROM t WHERE id > :since", "cursor_column": "id",
            "import_kind": "customers", "mapping": mapping, "schedule": { "daily_at": "03:00", "time_zone": "Europe/Amsterdam" } }),
        json!({ "kind": "folder", "import_kind": "orders", "mapping": mapping,
            "object_store": { "endpoint": "https://s3.invalid", "bucket": "b", "key_id": "k", "secret": SECRETS[3] } }),
        json!({ "kind": "feed", "url": "https://shop.invalid/feed.xml" }),
    ]
}

/// Panics where `value` is not what the description says of `shape`.
fn assert_fits(document: &Value, shape: &str, value: &Value) {
    let schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{shape}"), "components": document["components"] });
    let validator = jsonschema::options().build(&schema).expect("a schema");
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{shape}: {wrong:#?}\n{value:#}");
}

#[tokio::test]
async fn every_kind_is_answered_as_it_is_described_and_never_with_its_secret() {
    let (server, document) = (Server::start().await, document());
    for definition in definitions() {
        let kind = definition["kind"].as_str().expect("a kind").to_owned();
        let request = json!({ "name": kind, "definition": definition });
        assert_fits(&document, "ConnectionRequest", &request);
        let made = server.post("/api/v1/connections", request).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_fits(&document, "ConnectionView", &made.json);
        assert_eq!(made.json["kind"], json!(kind));
        let path = format!("/api/v1/connections/{}", made.json["id"].as_str().expect("an id"));
        let runs = server.get(&format!("{path}/runs")).await.json;
        assert_fits(&document, "Listed_RunView", &runs);
        // What was answered can be sent back as it is: the secret stays.
        let change = json!({ "enabled": false, "definition": made.json["definition"] });
        assert_fits(&document, "ChangeRequest", &change);
        let changed = server.ask("PATCH", &path, &server.key, change).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(changed.json["definition"], made.json["definition"]);
        let all = [&made.text, &changed.text, &server.get("/api/v1/connections").await.text];
        assert!(SECRETS.iter().all(|secret| all.iter().all(|text| !text.contains(secret))), "{all:?}");
    }
    assert_fits(&document, "Listed_ConnectionView", &server.get("/api/v1/connections").await.json);
    server.stop().await;
}

#[tokio::test]
async fn a_test_a_trial_and_a_payload_are_answered_as_they_are_described() {
    let (server, document) = (Server::start().await, document());
    let unreachable = json!({ "definition": { "kind": "folder", "folder": "/nowhere", "import_kind": "orders" } });
    assert_fits(&document, "ConnectionTestRequest", &unreachable);
    let tested = server.post("/api/v1/connections/test", unreachable).await;
    assert_eq!((tested.status, &tested.json["ok"], &tested.json["mapping"]), (200, &json!(false), &Value::Null));
    assert_fits(&document, "ConnectionTestView", &tested.json);

    let definition = json!({ "kind": "webhook", "mapping": { "rules": [
        { "type": "track", "event": { "text": "Bought" }, "user_id": { "path": "$.id" } }] } });
    let made = server.post("/api/v1/connections", json!({ "name": "till", "definition": definition })).await.json;
    let door = made["webhook_url"].as_str().expect("an address").split("/v1/").nth(1).expect("a path").to_owned();
    for body in [json!({ "id": "a" }), json!(["no", "id"]), json!("text")] {
        let taken = server.ask("POST", &format!("/v1/{door}"), "", body).await;
        assert_eq!(taken.status, 200, "{}", taken.text);
        assert_fits(&document, "WebhookAnswer", &taken.json);
    }
    let path = format!("/api/v1/connections/{}/payloads", made["id"].as_str().expect("an id"));
    let payloads = server.get(&path).await.json;
    assert_eq!(payloads["items"].as_array().map(Vec::len), Some(3), "{payloads}");
    assert_fits(&document, "Listed_PayloadView", &payloads);

    for payload in [json!({ "id": "a" }), json!([1]), json!("text")] {
        let trial = json!({ "mapping": definition["mapping"], "payload": payload });
        assert_fits(&document, "TryRequest", &trial);
        assert_fits(&document, "TryView", &server.post("/api/v1/connections/try", trial).await.json);
    }
    server.stop().await;
}

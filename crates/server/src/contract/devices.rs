//! Devices and addresses from a source's call to what a person sees, over the API.

use super::*;

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/17.5 Mobile/15E148 Safari/604.1";

/// Sends one call of a customer and waits for their id.
async fn send(server: &Server, key: &Value, call: Value, email: &str) -> String {
    let sent = server.ask("POST", "/v1/batch", "", json!({ "writeKey": key, "batch": [call] })).await;
    assert_eq!((sent.status, &sent.json["accepted"]), (200, &json!(1)), "{}", sent.text);
    let found = server.until(&format!("/api/v1/profiles?q={email}"), |found| found["items"][0]["id"].is_string()).await;
    found["items"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_device_is_seen_exported_and_forgotten() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "Shop", "kind": "website" })).await.json;
    let context = json!({ "userAgent": IPHONE, "ip": "192.0.2.77", "locale": "fy-NL", "timezone": "Europe/Amsterdam",
        "location": { "country": "NL" }, "device": { "id": "IDFV-7", "token": "s3cr3t" } });
    let call = json!({ "type": "identify", "userId": "an", "anonymousId": "b1", "traits": { "email": "an@fjord.example" },
        "context": context });
    let an = send(&server, &source["write_key"], call, "an@fjord.example").await;
    let path = format!("/api/v1/profiles/{an}/devices");
    let listed = server.get(&path).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    let device = &listed.json["items"][0];
    let told = [&device["type"], &device["brand"], &device["os"], &device["os_version"], &device["client"]];
    assert_eq!(told, [&json!("phone"), &json!("Apple"), &json!("iOS"), &json!("17.5"), &json!("Mobile Safari")]);
    assert_eq!((&device["language"], &device["time_zone"]), (&json!("fy-NL"), &json!("Europe/Amsterdam")));
    assert_eq!((&device["country"], &device["has_push_token"]), (&json!("NL"), &json!(true)));
    assert!(device["id"].as_str().is_some_and(|id| id.starts_with("dev_")), "{device}");
    assert!(!listed.text.contains("s3cr3t") && !listed.text.contains("IDFV-7"), "{}", listed.text);
    assert_eq!(server.get("/api/v1/profiles/prf_99999/devices").await.status, 404);
    let export = server.get(&format!("/api/v1/profiles/{an}/export")).await.json;
    assert_eq!(export["devices"][0]["client"], json!("Mobile Safari"));
    let page = server.get(&format!("/api/v1/profiles/{an}/export?format=html&language=nl")).await.text;
    assert!(page.contains("Apparaten die je gebruikte") && page.contains("Mobile Safari"), "{page}");
    // The history holds the network only.
    let timeline = server.get(&format!("/api/v1/profiles/{an}/timeline")).await.text;
    assert!(timeline.contains("192.0.2.0") && !timeline.contains("192.0.2.77"), "{timeline}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_kept_of_addresses_is_chosen_and_written_down() {
    let server = Server::start().await;
    let found = server.get("/api/v1/privacy").await;
    assert_eq!((found.status, found.json), (200, json!({ "ip": "truncated", "geo": null })));
    let put = async |body: Value| server.ask("PUT", "/api/v1/privacy", &server.key, body).await;
    for wrong in [json!({ "ip": "some" }), json!({ "ip": "" }), json!({ "ip": "Full" })] {
        let refused = put(wrong).await;
        assert_eq!((refused.status, &refused.json["code"]), (422, &json!("invalid_privacy")), "{}", refused.text);
    }
    let set = put(json!({ "ip": "dropped" })).await;
    assert_eq!((set.status, &set.json["ip"]), (200, &json!("dropped")), "{}", set.text);
    assert!(server.get("/api/v1/audit").await.text.contains("privacy.change"));

    let source = server.post("/api/v1/sources", json!({ "name": "Shop", "kind": "website" })).await.json;
    let call = json!({ "type": "identify", "userId": "bo", "traits": { "email": "bo@fjord.example", "ip": "192.0.2.78" },
        "context": { "ip": "192.0.2.77" } });
    let bo = send(&server, &source["write_key"], call, "bo@fjord.example").await;
    let timeline = server.get(&format!("/api/v1/profiles/{bo}/timeline")).await.text;
    assert!(!timeline.contains("192.0.2"), "{timeline}");
    server.stop().await;
}

#[tokio::test]
async fn a_payload_of_a_webhook_waits_for_its_mapping_without_whole_addresses() {
    let server = Server::start().await;
    let made =
        server.post("/api/v1/connections", json!({ "name": "Calls", "definition": { "kind": "webhook" } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let url = made.json["webhook_url"].as_str().expect("an address");
    let door = &url[url.find("/v1/webhooks/").expect("a path")..];
    let payload =
        json!({ "who": "an", "clientIp": "unknown, 203.0.113.77", "remote_addr": { "v6": "2001:db8:1:2::3" } });
    let sent = server.ask("POST", door, "", payload).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let id = made.json["id"].as_str().expect("an id");
    let kept = server.get(&format!("/api/v1/connections/{id}/payloads")).await;
    let expected = json!({ "who": "an", "clientIp": "unknown, 203.0.113.0", "remote_addr": { "v6": "2001:db8:1::" } });
    assert_eq!(kept.json["items"][0]["body"], expected, "{}", kept.text);
    let rule = json!({ "type": "track", "event": { "text": "Called" }, "user_id": { "path": "$.who" },
        "properties": [{ "name": "from", "value": { "path": "$.ip" } }] });
    let tried = json!({ "mapping": { "rules": [rule] }, "payload": { "who": "an", "ip": "203.0.113.77" } });
    let tried = server.post("/api/v1/connections/try", tried).await;
    assert!(tried.text.contains("203.0.113.0") && !tried.text.contains("203.0.113.77"), "{}", tried.text);
    server.stop().await;
}

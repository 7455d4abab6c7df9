//! A sign-up from the form to the mailbox to the preference page to the erasure, over HTTP as people's browsers ask.

use super::*;

const MAIL: &str = "anna@mail.example";

/// As a browser posts a form.
async fn form(server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
    let coded = |text: &str| text.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace(' ', "+");
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", coded(value))).collect();
    let request = http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.join("&")));
    server.send(request.expect("a request")).await
}

/// The path of the link in the only mail with this subject.
async fn link(server: &Server, subject: &str) -> String {
    let path = format!("/api/v1/sandbox/messages?q={MAIL}");
    let has = |found: &Value| mails(found, subject).len() == 1;
    let found = server.until(&path, has).await;
    let id = mails(&found, subject)[0]["id"].as_str().expect("an id").to_owned();
    let opened = server.get(&format!("/api/v1/sandbox/messages/{id}")).await.json;
    let links = opened["links"].as_array().expect("links");
    let url = links.iter().filter_map(|link| link["url"].as_str()).find(|url| url.contains("/p/confirm/"));
    path_of(url.expect("a link to confirm"))
}

fn mails<'a>(found: &'a Value, subject: &str) -> Vec<&'a Value> {
    found["items"]
        .as_array()
        .map(|all| all.iter().filter(|mail| mail["subject"] == subject).collect())
        .unwrap_or_default()
}

fn path_of(url: &str) -> String {
    let at = url.find("/p/").expect("a page of ours");
    url[at..].to_owned()
}

fn email(preferences: &Value) -> &Value {
    preferences["channels"].as_array().expect("channels").iter().find(|one| one["channel"] == "email").expect("e-mail")
}

#[tokio::test]
async fn a_sign_up_is_confirmed_changed_and_erased_without_signing_in() {
    let server = Server::start().await;
    let source = server.post("/api/v1/sources", json!({ "name": "Site", "kind": "website" })).await.json;
    let key = source["write_key"].as_str().expect("a write key").to_owned();
    let topic = json!({ "key": "news", "name": { "en": "News", "nl": "Nieuws" }, "channels": ["email"] });
    assert_eq!(server.post("/api/v1/consent/topics", topic.clone()).await.status, 201);
    assert_eq!(server.post("/api/v1/consent/topics", topic).await.json["code"], "topic_exists");

    // The form: the same answer for everybody, one mail.
    let fields =
        [("writeKey", key.as_str()), ("email", MAIL), ("topics", "news"), ("language", "en"), ("text", "Yes & please")];
    for _ in 0..2 {
        let answer = form(&server, "/v1/subscribe", &fields).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert!(answer.text.contains("Look into your mailbox"));
    }
    for (body, status, code) in [
        (json!({ "writeKey": key, "email": "nobody" }), 422, "bad_address"),
        (json!({ "writeKey": key, "email": MAIL, "topics": ["planted"] }), 422, "unknown_topic"),
        (json!({ "writeKey": "planted", "email": MAIL }), 401, "unknown_write_key"),
        (json!({ "email": MAIL }), 401, "missing_write_key"),
    ] {
        let refused = server.ask("POST", "/v1/subscribe", "", body).await;
        assert_eq!((refused.status, &refused.json["code"]), (status, &json!(code)), "{}", refused.text);
    }
    let confirm = link(&server, "Please confirm your subscription").await;
    let people = server.until(&format!("/api/v1/profiles?q={MAIL}"), |found| found["items"][0]["id"].is_string()).await;
    let id = people["items"][0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/v1/profiles/{id}/preferences");
    let pending = server.get(&path).await.json;
    assert_eq!(
        (&email(&pending)["state"], &pending["topics"][0]["channels"][0]["why"]),
        (&json!("pending"), &json!("not_confirmed"))
    );

    // Looking confirms nothing; the button does, once.
    let page = server.ask("GET", &confirm, "", Value::Null).await;
    assert_eq!(page.status, 200);
    assert!(page.headers["content-security-policy"].to_str().expect("text").contains("default-src 'none'"));
    assert_eq!(
        (&page.headers["referrer-policy"], &page.headers["x-robots-tag"]),
        (&http::HeaderValue::from_static("no-referrer"), &http::HeaderValue::from_static("noindex, nofollow"))
    );
    assert_eq!(email(&server.get(&path).await.json)["state"], "pending");
    assert!(form(&server, &confirm, &[("action", "yes")]).await.text.contains("You are subscribed"));
    let subscribed = server.until(&path, |found| email(found)["state"] == "subscribed").await;
    let way = &subscribed["topics"][0]["channels"][0];
    assert_eq!(
        (&way["allowed"], &way["proof"]["method"], &way["proof"]["text"]),
        (&json!(true), &json!("double_opt_in"), &json!("Yes & please"))
    );
    assert!(form(&server, &confirm, &[("action", "yes")]).await.text.contains("Answered already"));

    // The preference page.
    let made = server.post(&format!("{path}/link"), Value::Null).await;
    let own = path_of(made.json["url"].as_str().expect("a link"));
    let page = server.ask("GET", &format!("{own}?lang=nl"), "", Value::Null).await;
    assert!(page.status == 200 && page.text.contains("Nieuws") && !page.text.contains(MAIL), "{}", page.text);
    let saved = form(
        &server,
        &own,
        &[("action", "save"), ("shown", "email"), ("on", "email"), ("shown", "topic:news/email"), ("pause", "14")],
    )
    .await;
    assert!(saved.text.contains("Saved. This changed:"), "{}", saved.text);
    let left = server.until(&path, |found| found["paused_until"].is_string()).await;
    assert_eq!(
        (&email(&left)["state"], &left["topics"][0]["channels"][0]["state"]),
        (&json!("subscribed"), &json!("unsubscribed"))
    );
    let history = server.get(&format!("/api/v1/profiles/{id}/consent?limit=100")).await.json;
    assert!(
        history["items"]
            .as_array()
            .expect("a history")
            .iter()
            .any(|said| said["channel"] == "pause" && said["detail"].is_string())
    );

    // Forged and foreign tokens lead nowhere, and a token of one kind is none of another.
    for wrong in [
        "/p/AAAA".to_owned(),
        "/p/confirm/AAAA".to_owned(),
        format!("{own}x"),
        own.replace("/p/", "/p/confirm/"),
        confirm.replace("/p/confirm/", "/p/"),
    ] {
        assert_eq!(server.ask("GET", &wrong, "", Value::Null).await.status, 404, "{wrong}");
        assert_eq!(form(&server, &wrong, &[("action", "leave")]).await.status, 404, "{wrong}");
    }
    assert_eq!(email(&server.get(&path).await.json)["state"], "subscribed");

    // Own data and erasure go by the mailbox.
    assert!(form(&server, &own, &[("action", "data")]).await.text.contains("We sent a mail to a…@mail.example"));
    let data = link(&server, "Your data at Your company").await;
    let copy = form(&server, &data, &[("action", "json")]).await;
    assert!(
        copy.headers["content-disposition"].to_str().expect("text").starts_with("attachment")
            && copy.text.contains(MAIL)
    );
    form(&server, &own, &[("action", "erase")]).await;
    let erase = link(&server, "Do you want to be erased?").await;
    assert!(form(&server, &erase, &[("action", "erase")]).await.text.contains("You will be erased"));
    server.until_gone(&path).await;
    assert_eq!(server.ask("GET", &own, "", Value::Null).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn settings_topics_and_previews() {
    let server = Server::start().await;
    let mut settings = server.get("/api/v1/consent/settings").await.json;
    assert_eq!((&settings["version"], settings["purposes"].as_array().map(Vec::len)), (&json!(0), Some(4)));
    settings["accent"] = json!("#ffee00");
    let pale = server.ask("PUT", "/api/v1/consent/settings", &server.key, settings.clone()).await;
    assert_eq!((pale.status, &pale.json["code"]), (422, &json!("low_contrast")), "{}", pale.text);
    settings["accent"] = json!("#123456");
    settings["company"] = json!("Fjord <Outdoor>");
    for page in ["preferences", "confirm", "confirmation_mail"] {
        let body = json!({ "language": "sv", "page": page, "settings": settings });
        let shown = server.post("/api/v1/consent/preview", body).await;
        let html = shown.json["html"].as_str().unwrap_or_default();
        assert!(
            shown.status == 200 && html.contains("Fjord &lt;Outdoor&gt;") && html.contains("#123456"),
            "{page}: {}",
            shown.text
        );
    }
    let saved = server.ask("PUT", "/api/v1/consent/settings", &server.key, settings.clone()).await;
    assert_eq!((saved.status, &saved.json["version"]), (200, &json!(1)), "{}", saved.text);
    let stale = server.ask("PUT", "/api/v1/consent/settings", &server.key, settings).await;
    assert_eq!((stale.status, &stale.json["code"]), (412, &json!("stale_version")));

    // A topic that a campaign names stays.
    let topic = json!({ "key": "news", "name": { "en": "News" }, "channels": ["email"] });
    server.post("/api/v1/consent/topics", topic).await;
    let draft =
        json!({ "name": "Spring", "topic": "news", "message": { "subject": "Hi", "kind": "plain", "body": "Hi" } });
    let campaign = server.post("/api/v1/campaigns", draft).await;
    assert_eq!((campaign.status, &campaign.json["topic"]), (201, &json!("news")), "{}", campaign.text);
    let unknown = server.post("/api/v1/campaigns", json!({ "name": "x", "topic": "planted", "message": {} })).await;
    assert_eq!((unknown.status, &unknown.json["code"]), (422, &json!("unknown_topic")), "{}", unknown.text);
    let used = server.ask("DELETE", "/api/v1/consent/topics/news", &server.key, Value::Null).await;
    assert_eq!((used.status, &used.json["code"]), (409, &json!("topic_in_use")));
    let listed = server.get("/api/v1/consent/topics").await.json;
    assert_eq!(listed["items"][0]["used_by"][0]["name"], "Spring");

    // The list of addresses nothing goes to, out and in.
    server.post("/api/v1/suppressions", json!({ "channel": "email", "address": "Gone@x.nl" })).await;
    let csv = server.get("/api/v1/suppressions/export").await;
    assert!(csv.text.starts_with("channel,address,reason,at\nemail,gone@x.nl,manual,"), "{}", csv.text);
    server.stop().await;
}

//! Rights are decided before a path, a query or a body is looked at, on every route.

use super::*;

/// A body that no route takes, so that whoever looks at it first says 400 or 422.
fn wrong_body(method: &Method) -> Value {
    if matches!(*method, Method::GET | Method::DELETE) { Value::Null } else { json!({ "nonsense": "\u{0}" }) }
}

#[tokio::test]
async fn who_may_not_use_a_route_is_told_only_that() {
    let server = Server::start().await;
    let (document, mut checked) = (document(), 0);
    let health = server.key_with(&["health.read"]).await;
    let home = server.key_with(&["home.read"]).await;
    for route in routes(&document) {
        let Some(scopes) = route.scopes() else { continue };
        let (method, path) = (route.method.as_str(), format!("{}?limit=nonsense", route.with_nonsense()));
        let anonymous = server.ask(method, &path, "", wrong_body(&route.method)).await;
        assert_eq!((anonymous.status, &anonymous.json["code"]), (401, &json!("unauthenticated")), "{method} {path}");
        let forged = server.ask(method, &path, "tk_live_forged", wrong_body(&route.method)).await;
        assert_eq!(forged.status, 401, "{method} {path}");
        if scopes.is_empty() {
            continue;
        }
        let other = if scopes.contains(&"health.read") { &home } else { &health };
        let refused = server.ask(method, &path, other, wrong_body(&route.method)).await;
        assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")), "{method} {path}");
        checked += 1;
    }
    assert!(checked > 60, "{checked} routes");
    server.stop().await;
}

#[tokio::test]
async fn a_route_that_needs_several_rights_is_closed_to_whoever_lacks_one() {
    let server = Server::start().await;
    let (document, mut checked) = (document(), 0);
    for route in routes(&document) {
        let Some(scopes) = route.scopes().filter(|scopes| 1 < scopes.len()) else { continue };
        for missing in &scopes {
            let others: Vec<&str> = scopes.iter().filter(|scope| *scope != missing).copied().collect();
            let key = server.key_with(&others).await;
            let (method, path) = (route.method.as_str(), route.with_nonsense());
            let refused = server.ask(method, &path, &key, wrong_body(&route.method)).await;
            assert_eq!((refused.status, &refused.json["code"]), (403, &json!("forbidden")), "{method} {path}");
            assert!(refused.text.contains(missing), "it says what is missing: {}", refused.text);
            checked += 1;
        }
    }
    assert!(10 < checked, "{checked} times something was missing");
    server.stop().await;
}

#[tokio::test]
async fn what_is_gone_for_ever_is_taken_only_by_who_may_erase_people() {
    let server = Server::start().await;
    let document = document();
    let may: Vec<String> = routes(&document)
        .into_iter()
        .filter(|route| route.scopes().is_some_and(|scopes| scopes.contains(&"profile.erase")))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    for needed in [
        "DELETE /api/v1/companies/{id}",
        "DELETE /api/v1/profiles/{id}",
        "POST /api/v1/profiles/{id}/anonymise",
        "POST /api/v1/retention/rules",
        "PUT /api/v1/retention/rules/{id}",
        "DELETE /api/v1/retention/rules/{id}",
        "POST /api/v1/retention/rules/{id}/enable",
        "POST /api/v1/retention/rules/{id}/disable",
        "POST /api/v1/retention/run",
    ] {
        assert!(may.iter().any(|route| route == needed), "{needed}: {may:?}");
    }
    let settings = server.key_with(&["workspace.read", "workspace.write"]).await;
    let both = server.key_with(&["workspace.write", "profile.erase"]).await;
    let rule = json!({ "target": { "what": "event", "name": "Product Viewed" }, "keep": { "amount": 1, "unit": "day" }, "action": "delete" });
    let refused = server.ask("POST", "/api/v1/retention/rules", &settings, rule.clone()).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(server.ask("POST", "/api/v1/retention/run", &settings, Value::Null).await.status, 403);
    let made = server.ask("POST", "/api/v1/retention/rules", &both, rule).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let seen = server.ask("POST", "/api/v1/retention/dry-run", &settings, json!({})).await;
    assert_eq!(seen.status, 202, "looking changes nothing: {}", seen.text);
    server.stop().await;
}

#[tokio::test]
async fn a_key_with_what_a_route_says_it_needs_is_let_in() {
    let server = Server::start().await;
    for route in routes(&document()).iter().filter(|route| route.method == Method::GET) {
        let Some(scopes) = route.scopes().filter(|scopes| !scopes.is_empty()) else { continue };
        let key = server.key_with(&scopes).await;
        let answer = server.ask("GET", &route.with_nonsense(), &key, Value::Null).await;
        assert!(![401, 403].contains(&answer.status), "GET {}: {}", route.path, answer.text);
    }
    server.stop().await;
}

#[tokio::test]
async fn only_who_runs_the_installation_sees_its_numbers() {
    let server = Server::start().await;
    let all = server.get("/api/v1/health").await.json;
    assert!(all["inbox"]["end_bytes"].is_u64() && all["pipeline"]["events_total"].is_u64(), "{all}");
    assert_eq!((&all["database"]["ok"], &all["database"]["kind"]), (&json!(true), &json!("sqlite")));
    assert_eq!((&all["lake"]["ok"], &all["ready"]), (&json!(true), &json!(true)));
    let limited = server.key_with(&["health.read"]).await;
    let own = server.ask("GET", "/api/v1/health", &limited, Value::Null).await.json;
    for hidden in ["inbox", "pipeline", "history", "disk_free_bytes"] {
        assert_eq!(own[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(own["workspace"]["events_stored"], json!(0));
    assert!(own["database"]["ok"].as_bool().is_some());
    server.stop().await;
}

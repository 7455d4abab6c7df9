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

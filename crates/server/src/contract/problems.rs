//! Every error is a problem, whoever made it.

use super::*;

async fn raw(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.send(request.body(Body::from(body)).expect("a request")).await
}

fn check(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status, answer.json["code"].as_str()), (status, Some(code)), "{what}: {}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
    assert_eq!(answer.json["type"], format!("/docs/errors/{code}"));
    assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{what}: {}", answer.text);
}

#[tokio::test]
async fn no_error_is_bare() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.key);
    let auth = ("authorization", bearer.as_str());
    let json = ("content-type", "application/json");
    for path in ["/v1/track", "/v1/batch", "/v1/identify"] {
        let answer = raw(&server, "POST", path, &[("content-encoding", "zstd"), json], b"{}".to_vec()).await;
        check(&answer, 415, "unsupported_encoding", path);
    }
    check(&raw(&server, "GET", "/v1/nowhere", &[], Vec::new()).await, 404, "no_such_route", "/v1/nowhere");
    check(&raw(&server, "GET", "/api/v1/nowhere", &[auth], Vec::new()).await, 404, "no_such_route", "/api/v1/nowhere");
    check(&raw(&server, "POST", "/api/nowhere", &[], Vec::new()).await, 404, "no_such_route", "/api/nowhere");
    let large = vec![b' '; 3 << 20];
    check(&raw(&server, "POST", "/api/v1/segments", &[auth, json], large).await, 413, "body_too_large", "large");
    let answer = raw(&server, "POST", "/api/v1/segments", &[auth, json], b"{".to_vec()).await;
    check(&answer, 400, "malformed_json", "cut off");
    let mut methods = 0;
    for route in routes(&document()) {
        // No route takes TRACE.
        let answer = raw(&server, "TRACE", &route.with_nonsense(), &[auth], Vec::new()).await;
        check(&answer, 405, "method_not_allowed", &route.path);
        assert!(answer.headers.contains_key("allow"), "{}", route.path);
        methods += 1;
    }
    assert!(methods > 80);
    server.stop().await;
}

#[tokio::test]
async fn every_error_of_every_route_has_a_page() {
    let server = Server::start().await;
    let mut seen = std::collections::BTreeSet::new();
    for route in routes(&document()) {
        for body in [Value::Null, json!({}), json!({ "nonsense": 1 }), json!([])] {
            let body = if matches!(route.method, Method::GET | Method::DELETE) { Value::Null } else { body };
            // Signing out or in is not what is tested here.
            let answer = server.ask(route.method.as_str(), &route.with_nonsense(), &server.key, body).await;
            if let Some(code) = answer.json["code"].as_str().filter(|_| answer.status >= 400) {
                seen.insert(code.to_owned());
            }
        }
    }
    for code in &seen {
        let page = server.get(&format!("/docs/errors/{code}")).await;
        assert_eq!(page.status, 200, "{code}");
        assert!(page.headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/html")));
        assert!(page.text.contains("How to fix it"), "{code}");
    }
    assert!(seen.len() > 8, "{seen:?}");
    assert_eq!(server.get("/docs/errors").await.status, 200);
    assert_eq!(server.get("/docs/errors/no_such_code").await.status, 404);
    server.stop().await;
}

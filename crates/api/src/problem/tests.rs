use super::*;
use axum::routing::{get, post};
use tower::ServiceExt;

fn router() -> Router {
    let routes = Router::new()
        .route(
            "/panics",
            get(|| async {
                if true {
                    panic!("boom")
                }
            }),
        )
        .route("/takes", post(|body: bytes::Bytes| async move { body.len().to_string() }))
        .route("/late", get(|| async { StatusCode::REQUEST_TIMEOUT }))
        .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/odd", get(|| async { StatusCode::IM_A_TEAPOT }))
        .route("/readyz", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "database: gone") }))
        .layer(axum::extract::DefaultBodyLimit::max(10))
        .layer(tower_http::decompression::RequestDecompressionLayer::new());
    with_problems(routes)
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, HeaderMap, serde_json::Value) {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap_or_default())
}

/// Method, path, headers and body; then status, code and a part of the detail.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str, &'a str);

#[tokio::test]
async fn every_bare_error_becomes_a_problem_that_says_what_and_where() {
    let zstd = [("content-encoding", "zstd")];
    let cases: [Case; 7] = [
        ("GET", "/panics", &[], "", 500, "internal", "something went wrong inside"),
        ("GET", "/broken", &[], "", 500, "internal", "something went wrong inside"),
        ("GET", "/nowhere", &[], "", 404, "no_such_route", "GET /nowhere"),
        ("GET", "/takes", &[], "", 405, "method_not_allowed", "/takes does not take GET"),
        ("POST", "/takes", &[], "12345678901", 413, "body_too_large", "POST /takes"),
        ("POST", "/takes", &zstd, "1", 415, "unsupported_encoding", "\"zstd\""),
        ("GET", "/late", &[], "", 408, "request_timeout", "GET /late"),
    ];
    for (method, path, headers, body, status, code, detail) in cases {
        let (answered, headers, problem) = ask(method, path, headers, body).await;
        assert_eq!(answered, status, "{method} {path}");
        assert_eq!(headers["content-type"], "application/problem+json", "{method} {path}");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["type"], format!("/docs/errors/{code}"));
        assert!(crate::errors::find(code).is_some(), "{code} has no page");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
}

#[tokio::test]
async fn what_the_framework_adds_to_an_error_stays_and_other_answers_are_left_alone() {
    let (_, headers, _) = ask("GET", "/takes", &[], "").await;
    assert_eq!(headers["allow"], "POST");
    let (status, headers, _) = ask("GET", "/readyz", &[], "").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (503, "text/plain; charset=utf-8"));
    let (status, _, problem) = ask("GET", "/odd", &[], "").await;
    assert_eq!((status, problem["code"].as_str()), (418, Some("bad_request")));
}

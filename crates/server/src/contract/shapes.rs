//! What the answers look like: every list is a page, and a snapshot per resource. Ids, times and secrets are masked.

use super::*;

/// A report is not a list of things: what it answers belongs together.
const REPORTS: [&str; 5] = [
    "/api/v1/measure/revenue",
    "/api/v1/measure/attribution",
    "/api/v1/plan/suggestions",
    "/api/v1/plan/violations",
    "/api/v1/products/runs/{id}",
];

#[tokio::test]
async fn every_list_takes_limit_and_cursor_and_answers_with_a_page() {
    let server = Server::start().await;
    fill(&server).await;
    let (document, mut lists) = (document(), 0);
    for route in routes(&document).iter().filter(|route| route.method == Method::GET) {
        let is_list = route.answer_schema(&document).is_some_and(|schema| has_field(schema, "items", &document));
        if !is_list || REPORTS.contains(&route.path.as_str()) {
            continue;
        }
        lists += 1;
        let schema = route.answer_schema(&document).expect("a schema");
        assert!(has_field(schema, "next_cursor", &document), "{} has no next_cursor", route.path);
        let parameters = route.described["parameters"].as_array().cloned().unwrap_or_default();
        for name in ["limit", "cursor"] {
            assert!(parameters.iter().any(|one| one["name"] == name && one["in"] == "query"), "{} {name}", route.path);
        }
        if route.path.contains('{') {
            continue;
        }
        walk(&server, &route.path).await;
        let wrong = server.get(&format!("{}?limit=many", route.path)).await;
        assert_eq!((wrong.status, &wrong.json["code"]), (400, &json!("malformed_query")), "{}", route.path);
    }
    assert!(lists > 18, "{lists} lists");
    server.stop().await;
}

/// `allOf` with a shape that takes no further fields is a shape nothing fits.
#[test]
fn no_closed_shape_is_a_part_of_another() {
    let document = document();
    let shapes = document["components"]["schemas"].as_object().expect("shapes");
    let closed = |part: &Value| {
        let name = part["$ref"].as_str().and_then(|at| at.rsplit('/').next());
        name.is_some_and(|name| shapes[name]["additionalProperties"] == json!(false))
    };
    let wrong: Vec<&String> = shapes
        .iter()
        .filter(|(_, shape)| shape["allOf"].as_array().is_some_and(|parts| parts.iter().any(closed)))
        .map(|(name, _)| name)
        .collect();
    assert!(
        wrong.is_empty(),
        "{wrong:?}: put the closed shape in a field of its own, or leave deny_unknown_fields out"
    );
    assert!(shapes.values().any(|shape| shape["additionalProperties"] == json!(false)), "no closed shape was found");
}

/// Page by page of one, a list holds what it holds at once.
async fn walk(server: &Server, path: &str) {
    let whole = server.get(&format!("{path}?limit=500")).await.json;
    let whole = whole["items"].as_array().unwrap_or_else(|| panic!("{path}: {whole}")).len();
    let (mut cursor, mut found, mut turns) = (String::new(), 0, 0);
    loop {
        let page = server.get(&format!("{path}?limit=1{cursor}")).await.json;
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{path}: {page}")).len();
        assert!(items <= 1, "{path} ignores limit");
        found += items;
        turns += 1;
        assert!(turns <= whole + 50, "{path} goes in circles");
        match page["next_cursor"].as_str() {
            Some(next) => {
                cursor = format!(
                    "&cursor={}",
                    percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC)
                )
            }
            None => break,
        }
    }
    // The log of changes and of live events may have grown meanwhile.
    assert!(found >= whole, "{path}: {found} of {whole} page by page");
}

/// Two of everything that can be made.
async fn fill(server: &Server) {
    let message = json!({ "subject": "Hello", "preheader": "", "from_name": "", "from_email": "", "reply_to": "",
        "kind": "plain", "body": "Hello", "text": null, "utm": { "enabled": false, "source": "", "medium": "", "campaign": "" } });
    let condition = json!({ "version": 1, "all": [] });
    for name in ["first", "second"] {
        let made = [
            server.post("/api/v1/sources", json!({ "name": name, "kind": "website" })).await,
            server.post("/api/v1/users", json!({ "email": format!("{name}@example.nl"), "name": name, "role": "viewer" })).await,
            server.post("/api/v1/templates", json!({ "name": name, "message": message })).await,
            server.post("/api/v1/segments", json!({ "name": name, "condition": condition })).await,
            server.post("/api/v1/campaigns", json!({ "name": name, "message": message })).await,
            server.post("/api/v1/suppressions", json!({ "channel": "email", "address": format!("{name}@example.se") })).await,
            server.post("/api/v1/profiles", json!({ "identifiers": [{ "kind": "user_id", "value": name }], "traits": { "name": name, "city": "Sneek" } })).await,
            server.send(upload(server, &format!("{name}.csv"))).await,
            server.send(products(server, name)).await,
        ];
        for answer in made {
            assert!((200..300).contains(&answer.status), "{}", answer.text);
        }
    }
}

fn products(server: &Server, name: &str) -> http::Request<Body> {
    let request = http::Request::post(format!("/api/v1/products/feed?source={name}"))
        .header("authorization", format!("Bearer {}", server.key));
    let feed = format!("id,title,product_type\n{name},Product {name},Category {name}\n");
    request.body(Body::from(feed)).expect("a request")
}

fn upload(server: &Server, name: &str) -> http::Request<Body> {
    let request = http::Request::post(format!("/api/v1/imports?kind=customers&name={name}"))
        .header("authorization", format!("Bearer {}", server.key));
    request.body(Body::from("customer_id,email\n1,a@example.nl\n")).expect("a request")
}

#[tokio::test]
async fn a_preview_reads_the_raw_file_and_the_file_of_a_form_alike() {
    let server = Server::start().await;
    let file = "klantnr;E-mail\n1;a@example.nl\n";
    let form = format!(
        "--X\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\ncustomers\r\n--X\r\ncontent-disposition: form-data; \
         name=\"file\"; filename=\"klanten.csv\"\r\ncontent-type: text/csv\r\n\r\n{file}\r\n--X--\r\n"
    );
    let ask = async |kind: &str, query: &str, body: String| {
        let request = http::Request::post(format!("/api/v1/imports/preview{query}"))
            .header("authorization", format!("Bearer {}", server.key))
            .header("content-type", kind);
        server.send(request.body(Body::from(body)).expect("a request")).await
    };
    let raw = ask("application/octet-stream", "?kind=customers&name=klanten.csv", file.to_owned()).await;
    let multipart = ask("multipart/form-data; boundary=X", "", form).await;
    assert_eq!((raw.status, &raw.json), (200, &multipart.json));
    assert_eq!(raw.json["mapping"]["columns"], json!({ "klantnr": "customer_id", "E-mail": "email" }));
    assert!(raw.json["fields"].as_array().is_some_and(|fields| fields.contains(&json!("loyalty_card"))));
    let empty = ask("multipart/form-data; boundary=X", "", "--X--\r\n".to_owned()).await;
    assert_eq!((empty.status, &empty.json["code"]), (422, &json!("missing_file")));
    server.stop().await;
}

#[tokio::test]
async fn each_resource_looks_like_this() {
    let server = Server::start().await;
    let condition = json!({ "version": 1, "all": [] });
    let table: [(&str, &str, Value); 24] = [
        ("GET", "/api/v1/me", Value::Null),
        ("GET", "/api/v1/workspace", Value::Null),
        ("PATCH", "/api/v1/workspace", json!({ "currency": "EURO" })),
        ("GET", "/api/v1/home", Value::Null),
        ("POST", "/api/v1/sources", json!({ "name": "Website", "kind": "website" })),
        ("GET", "/api/v1/sources", Value::Null),
        ("POST", "/api/v1/sources", json!({ "name": "Website", "kind": "radio" })),
        ("POST", "/api/v1/users", json!({ "email": "an@example.nl", "name": "An", "role": "viewer" })),
        ("POST", "/api/v1/users", json!({ "email": "an", "name": "An", "role": "chief" })),
        ("GET", "/api/v1/users", Value::Null),
        ("POST", "/api/v1/segments", json!({ "name": "All", "condition": condition })),
        (
            "POST",
            "/api/v1/segments",
            json!({ "name": "Bad", "condition": { "version": 1, "all": [{ "nonsense": 1 }] } }),
        ),
        ("GET", "/api/v1/segments", Value::Null),
        ("POST", "/api/v1/segments/count", json!({ "condition": condition })),
        ("POST", "/api/v1/campaigns", json!({ "name": "Spring" })),
        ("POST", "/api/v1/campaigns", json!({ "name": "" })),
        ("GET", "/api/v1/campaigns", Value::Null),
        ("POST", "/api/v1/profiles", json!({ "identifiers": [] })),
        ("GET", "/api/v1/profiles", Value::Null),
        ("POST", "/api/v1/suppressions", json!({ "channel": "radio", "address": "x" })),
        ("GET", "/api/v1/suppressions", Value::Null),
        ("GET", "/api/v1/senders", Value::Null),
        ("GET", "/api/v1/imports", Value::Null),
        ("GET", "/api/v1/measure/attribution", Value::Null),
    ];
    for (number, (method, path, body)) in table.into_iter().enumerate() {
        let answer = server.ask(method, path, &server.key, body.clone()).await;
        let shown = json!({ "asked": { "route": format!("{method} {path}"), "body": body },
            "status": answer.status, "answer": masked(&answer.json) });
        let name = format!("{number:02}_{}{}", method.to_lowercase(), path.replace("/api/v1", "").replace('/', "_"));
        insta::assert_json_snapshot!(name, shown);
    }
    server.stop().await;
}

/// Without what differs from run to run.
fn masked(value: &Value) -> Value {
    const SECRET: [&str; 11] = [
        "request_id",
        "write_key",
        "key",
        "link",
        "took_ms",
        "prefix",
        "day",
        "lag_ms",
        "events_per_s",
        "backlog_bytes",
        "backlog_events",
    ];
    match value {
        Value::Array(items) => items.iter().take(3).map(masked).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let masked = match value {
                    Value::Null => Value::Null,
                    _ if SECRET.contains(&name.as_str()) => json!(format!("<{name}>")),
                    _ if name.ends_with("_at") => json!("<time>"),
                    Value::String(text) => json!(masked_text(text)),
                    other => masked(other),
                };
                (name.clone(), masked)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::String(text) => json!(masked_text(text)),
        other => other.clone(),
    }
}

/// `seg_01k…` becomes `seg_<id>`.
fn masked_text(text: &str) -> String {
    match text.split_once('_') {
        Some((kind, id))
            if kind.len() <= 4
                && id.len() >= 10
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && id.bytes().any(|byte| byte.is_ascii_digit()) =>
        {
            format!("{kind}_<id>")
        }
        _ => text.to_owned(),
    }
}

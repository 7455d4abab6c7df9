//! Products from a feed that is sent to what is looked up of them, over the API.

use super::*;

const FEED: &str = "id\titem group id\ttitle\tbrand\tprice\tavailability\tproduct type\timage link\n\
MUG-B\tMUG\tMug, blue\tSkogen\t12.90 EUR\tin stock\tHome > Mugs\thttps://shop.example/b.jpg\n\
MUG-R\tMUG\tMug, red\tSkogen\t12.90 EUR\tout of stock\tHome > Mugs\t\n\
PAN\t\tPan\tZee\t49 EUR\tpreorder\tHome\t\n\
LID\t\tLid\tZee\t9\tin stock\tHome\t\n";

async fn send(server: &Server, query: &str, feed: &[u8]) -> Answer {
    let request = http::Request::post(format!("/api/v1/products/feed{query}"))
        .header("content-type", "application/octet-stream")
        .header("authorization", format!("Bearer {}", server.key));
    server.send(request.body(Body::from(feed.to_vec())).expect("a request")).await
}

#[tokio::test]
async fn a_feed_becomes_products_that_are_found_looked_up_and_deleted() {
    let server = Server::start().await;
    let sent = send(&server, "", FEED.as_bytes()).await;
    assert_eq!((sent.status, &sent.json["state"]), (202, &json!("done")), "{}", sent.text);
    let counts = ["items", "accepted", "refused", "created"].map(|name| sent.json[name].as_u64().unwrap_or_default());
    assert_eq!(counts, [4, 3, 1, 3]);
    let run = sent.json["id"].as_str().expect("an id");
    let refused = server.get(&format!("/api/v1/products/runs/{run}/refused")).await.json;
    let first = &refused["items"][0];
    assert_eq!((&first["line"], &first["code"]), (&json!(5), &json!("price_without_currency")), "{refused}");

    let found = server.get("/api/v1/products?q=mug&availability=in_stock").await.json;
    let blue = &found["items"][0];
    assert_eq!((&blue["product_id"], &blue["source"]), (&json!("MUG-B"), &json!("upload")), "{found}");
    assert_eq!(blue["price"], json!({ "minor": 1290, "currency": "EUR" }));
    let id = blue["id"].as_str().expect("an id").to_owned();
    let one = server.get(&format!("/api/v1/products/{id}")).await.json;
    assert_eq!((&one["variants"][0]["product_id"], &one["title"]), (&json!("MUG-R"), &json!("Mug, blue")));
    assert_eq!(one["history"].as_array().map(Vec::len), Some(1));
    let cards = server.get("/api/v1/products/lookup?ids=MUG-B,NONE,PAN").await.json;
    assert_eq!(cards["products"].as_object().map(|all| all.len()), Some(2), "{cards}");
    assert_eq!(cards["products"]["MUG-B"]["image_link"], json!("https://shop.example/b.jpg"));
    let categories = server.get("/api/v1/products/categories").await.json;
    assert_eq!(categories["items"][1], json!({ "category": "Home > Mugs", "products": 2 }));
    let sources = server.get("/api/v1/products/sources").await.json;
    assert_eq!((&sources["items"][0]["products"], &sources["items"][0]["name"]), (&json!(3), &Value::Null));

    let gone = server.ask("DELETE", &format!("/api/v1/products/{id}"), &server.key, Value::Null).await;
    assert_eq!(gone.status, 204);
    let gone = server.ask("DELETE", "/api/v1/products?source=upload", &server.key, Value::Null).await;
    assert_eq!((gone.status, gone.json), (200, json!({ "deleted": 2 })));
    let audit = server.get("/api/v1/audit").await.text;
    let actions = ["product.feed", "product.delete", "product.delete_source"];
    assert!(actions.iter().all(|action| audit.contains(action)), "{audit}");
    server.stop().await;
}

#[tokio::test]
async fn a_feed_that_is_none_or_half_is_refused_and_one_that_shrinks_waits() {
    let server = Server::start().await;
    for (query, feed, code) in [
        ("", "<html></html>", "feed_not_readable"),
        ("", "id,title\n", "feed_empty"),
        ("", "<rss><channel><item>", "feed_cut_off"),
        ("", "<!DOCTYPE rss []><rss></rss>", "feed_forbidden_xml"),
        ("?mode=some", FEED, "bad_feed_mode"),
        ("?source=a%20b", FEED, "bad_source"),
    ] {
        let refused = send(&server, query, feed.as_bytes()).await;
        assert_eq!((refused.status, &refused.json["code"]), (422, &json!(code)), "{}", refused.text);
    }
    send(&server, "?source=web", FEED.as_bytes()).await;
    let one = "id,title\nPAN,Pan\n";
    let held = send(&server, "?source=web", one.as_bytes()).await;
    assert_eq!(
        (held.status, &held.json["state"], &held.json["would_go"]),
        (202, &json!("held"), &json!(2)),
        "{}",
        held.text
    );
    let path = format!("/api/v1/products/runs/{}/apply", held.json["id"].as_str().expect("an id"));
    let applied = server.post(&path, json!({})).await;
    assert_eq!((applied.status, &applied.json["gone"]), (202, &json!(2)), "{}", applied.text);
    let again = server.post(&path, json!({})).await;
    assert_eq!((again.status, &again.json["code"]), (409, &json!("run_not_held")));
    let gone = server.get("/api/v1/products?gone=only").await.json;
    assert_eq!(gone["items"].as_array().map(Vec::len), Some(2));
    let many: Vec<String> = (0..101).map(|id| id.to_string()).collect();
    let lookup = server.get(&format!("/api/v1/products/lookup?ids={}", many.join(","))).await;
    assert_eq!((lookup.status, &lookup.json["code"]), (422, &json!("too_many_ids")));
    let filter = server.get("/api/v1/products?availability=maybe").await;
    assert_eq!((filter.status, &filter.json["code"]), (422, &json!("bad_filter")));
    server.stop().await;
}

#[tokio::test]
async fn a_connection_fetches_only_what_the_server_may_ask() {
    let server = Server::start().await;
    let feed = |url: &str| json!({ "name": "Feed", "definition": { "kind": "feed", "url": url, "user": "anna", "secret": "hush" } });
    let made = server.post("/api/v1/connections", feed("https://169.254.169.254/feed.xml")).await;
    assert_eq!((made.status, &made.json["kind"]), (201, &json!("feed")), "{}", made.text);
    assert!(!made.text.contains("hush") && made.json["definition"]["secret_set"] == json!(true));
    let body = json!({ "definition": made.json["definition"], "id": made.json["id"] });
    let tested = server.post("/api/v1/connections/test", body).await;
    assert_eq!(
        (&tested.json["ok"], &tested.json["code"]),
        (&json!(false), &json!("host_not_allowed")),
        "{}",
        tested.text
    );
    let wrong = server.post("/api/v1/connections", feed("ftp://shop.example")).await;
    assert_eq!((wrong.status, &wrong.json["code"]), (422, &json!("invalid_connection")));
    server.stop().await;
}

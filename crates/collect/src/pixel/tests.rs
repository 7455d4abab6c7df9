use super::*;
use serde_json::json;

#[track_caller]
fn check(query: &[(&str, &str)], expected: Option<(EventKind, serde_json::Value)>) {
    let query: Vec<(String, String)> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let headers = PixelHeaders { user_agent: Some("UA"), referer: Some("https://shop.example/") };
    let call = read_pixel(&query, headers)
        .map(|call| (call.kind, serde_json::from_slice::<serde_json::Value>(&call.body).unwrap()));
    assert_eq!(call, expected);
}

#[test]
fn a_pixel_carries_a_call_in_its_query() {
    let context = json!({ "userAgent": "UA", "page": { "url": "https://shop.example/" } });
    check(
        &[("write_key", "wk_1"), ("type", "track"), ("event", "Shown"), ("anonymous_id", "a"), ("color", "red")],
        Some((
            EventKind::Track,
            json!({ "writeKey": "wk_1", "type": "track", "event": "Shown", "anonymousId": "a",
                    "properties": { "color": "red" }, "context": context }),
        )),
    );
    // {"writeKey":"wk","type":"page","anonymousId":"a"}
    check(
        &[("data", "eyJ3cml0ZUtleSI6IndrIiwidHlwZSI6InBhZ2UiLCJhbm9ueW1vdXNJZCI6ImEifQ==")],
        Some((EventKind::Page, json!({ "writeKey": "wk", "type": "page", "anonymousId": "a", "context": context }))),
    );
    check(&[("data", "%%%")], None);
    check(&[("type", "dance"), ("write_key", "wk")], None);
    assert_eq!(&PIXEL_GIF[..6], b"GIF89a");
}

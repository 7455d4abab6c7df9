//! What libraries and client hints say, and that it wins over the user agent.

use super::{EDGE, event, facts, heard, told};
use events::{Channel, Event, RawJson};
use proptest::prelude::*;
use serde_json::{Value, json};

#[track_caller]
fn check(context: Value, expected: &str) {
    let found = facts(&context);
    assert_eq!(found.as_ref().map_or("nothing".to_owned(), told), expected, "{context}");
}

#[test]
fn client_hints_win_over_the_frozen_user_agent() {
    let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
    check(
        json!({"userAgent": chrome, "userAgentData": {"mobile": true, "platform": "Android", "platformVersion": "15.0.0",
               "model": "Pixel 9", "brands": [{"brand": "Not?A_Brand", "version": "99"},
               {"brand": "Chromium", "version": "131"}, {"brand": "Google Chrome", "version": "131"}]}}),
        "phone Google Pixel 9 / Android 15 / browser Chrome Mobile 131",
    );
    let windows = |version: &str| {
        json!({"userAgent": EDGE, "userAgentData": {"mobile": false, "platform": "Windows", "platformVersion": version,
               "fullVersionList": [{"brand": "Microsoft Edge", "version": "131.0.2903.51"}]}})
    };
    check(windows("15.0.0"), "computer - - / Windows 11 / browser Edge 131");
    check(windows("10.0.0"), "computer - - / Windows 10 / browser Edge 131");
    check(windows(""), "computer - - / Windows - / browser Edge 131");
    let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    check(
        json!({"userAgent": mac, "userAgentData": {"mobile": false, "platform": "macOS", "platformVersion": "14.6.1",
               "brands": [{"brand": "Brave", "version": "131"}]}}),
        "computer Apple Mac / macOS 14.6 / browser Brave 131",
    );
}

#[test]
fn the_library_of_an_app_is_believed() {
    check(
        json!({"device": {"id": "B5372DB0", "manufacturer": "Apple", "model": "iPhone15,2", "name": "Annas iPhone",
               "type": "ios"}, "os": {"name": "iOS", "version": "18.1"}, "app": {"name": "Fjord", "version": "3.2.1"}}),
        "phone Apple iPhone15,2 / iOS 18.1 / app Fjord 3.2.1",
    );
    check(
        json!({"device": {"manufacturer": "Apple", "model": "iPad14,3", "type": "ios"}, "os": {"name": "iPadOS", "version": "17"}}),
        "tablet Apple iPad14,3 / iOS 17 / -",
    );
    check(
        json!({"device": {"manufacturer": "samsung", "model": "SM-S921B", "type": "android"},
               "os": {"name": "Android", "version": "14"}, "app": {"name": "Fjord", "version": 7},
               "userAgent": "Dalvik/2.1.0 (Linux; U; Android 14; SM-S921B Build/UP1A.231005.007)"}),
        "phone samsung SM-S921B / Android 14 / app Fjord 7",
    );
    check(json!({"device": {"type": "server"}}), "server - - / - / -");
}

#[test]
fn on_a_page_the_browser_counts_and_not_what_the_site_calls_itself() {
    check(
        json!({"userAgent": EDGE, "app": {"name": "Fjord shop", "version": "1"}}),
        "computer - - / Windows - / browser Edge 131",
    );
}

#[test]
fn the_rest_of_the_context_is_taken_as_it_is_sent() {
    let found = facts(&json!({"userAgent": EDGE, "locale": "fy-NL", "timezone": "Europe/Amsterdam",
        "location": {"country": "NL", "city": "Ljouwert", "latitude": 53.2}, "device": {"token": "secret"}}));
    let found = found.expect("a device");
    assert_eq!((found.language.as_deref(), found.time_zone.as_deref()), (Some("fy-NL"), Some("Europe/Amsterdam")));
    let place = found.place.clone().expect("a place");
    assert_eq!((place.country.as_deref(), place.city.as_deref()), (Some("NL"), Some("Ljouwert")));
    assert_eq!((found.push, found.channel.as_deref()), (Some(true), Some("web")));
    assert!(!format!("{found:?}").contains("secret"));
    let none = facts(&json!({"userAgent": EDGE, "device": {"token": ""}})).expect("a device");
    assert_eq!(none.push, Some(false));
}

#[test]
fn what_tells_of_no_device_is_none() {
    check(json!({"locale": "nl-NL", "timezone": "Europe/Amsterdam"}), "nothing");
    check(json!({"device": {"id": "only-an-id"}}), "nothing");
    check(json!({"library": {"name": "analytics-node"}, "ip": "192.0.2.0"}), "nothing");
    let own = Event { source: None, channel: Channel::System, ..event(0, "a", &json!({ "userAgent": EDGE })) };
    assert_eq!(heard(&own), None);
}

#[test]
fn values_of_the_wrong_type_say_nothing() {
    check(
        json!({"userAgent": EDGE, "userAgentData": [1], "device": "x", "os": 7, "app": null, "locale": {}, "screen": []}),
        "computer - - / Windows - / browser Edge 131",
    );
    check(json!({"userAgent": {"a": EDGE}, "device": {"model": ["x"], "type": 3}}), "nothing");
    let twice = RawJson::new(format!(r#"{{"userAgent":"x","locale":"a","userAgent":"{EDGE}","locale":"b"}}"#));
    let found = heard(&Event { context: twice, ..event(0, "a", &json!({})) }).expect("a device");
    assert_eq!(found.facts.language.as_deref(), Some("b"));
}

#[test]
fn a_device_is_told_from_others_by_its_id_else_by_the_browser() {
    let key = |anonymous: &str, context: Value| heard(&event(0, anonymous, &context)).expect("a device").key;
    let app = |id: &str| json!({"device": {"id": id, "type": "ios"}});
    assert_eq!(key("a", app("1")), key("b", app("1")));
    assert_ne!(key("a", app("1")), key("a", app("2")));
    let browser = |agent: &str| json!({ "userAgent": agent });
    assert_eq!(key("a", browser(EDGE)), key("a", browser(&EDGE.replace("131", "132"))));
    assert_ne!(key("a", browser(EDGE)), key("b", browser(EDGE)));
    assert_ne!(key("a", browser(EDGE)), key("a", browser(super::IPHONE)));
    assert_ne!(key("", browser(EDGE)), key("", browser(super::IPHONE)));
    assert!(!key("a", app("B5372DB0")).to_string().contains("B5372DB0"));
}

proptest! {
    #[test]
    fn no_context_makes_it_stumble(text in "[ -~]{0,60}", name in "(userAgent|userAgentData|device|os|screen)") {
        let context = json!({"userAgent": text, "device": {"model": text, "type": text}, name: text});
        let _ = facts(&context);
    }
}

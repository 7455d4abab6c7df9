//! What common user agents say.

use super::{EDGE, IPHONE, facts, told};
use serde_json::json;

#[track_caller]
fn check(agent: &str, expected: &str) {
    let found = facts(&json!({ "userAgent": agent }));
    assert_eq!(found.as_ref().map_or("nothing".to_owned(), told), expected, "{agent}");
}

#[test]
fn every_pattern_can_be_read() {
    assert!(crate::agent::warm_up());
}

#[test]
fn phones() {
    check(IPHONE, "phone Apple iPhone / iOS 17.5 / browser Mobile Safari 17.5");
    check(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        "phone - - / Android - / browser Chrome Mobile 131",
    );
    check(
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.144 Mobile Safari/537.36",
        "phone Google Pixel 8 Pro / Android 14 / browser Chrome Mobile 120",
    );
    check(
        "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        "phone Samsung SM-S921B / Android 14 / browser Samsung Internet 25",
    );
    check(
        "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
        "phone - - / Android 14 / browser Firefox Mobile 132",
    );
    check(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1",
        "phone Apple iPhone / iOS 17.5 / browser Chrome Mobile iOS 126",
    );
}

#[test]
fn tablets() {
    check(
        "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
        "tablet Apple iPad / iOS 16.6 / browser Mobile Safari 16.6",
    );
    check(
        "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        "tablet Samsung SM-X700 / Android 13 / browser Chrome 120",
    );
    check(
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "tablet - - / Android - / browser Chrome 131",
    );
}

#[test]
fn an_ipad_that_passes_for_a_mac_is_told_by_its_screen() {
    let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15";
    check(mac, "computer Apple Mac / macOS - / browser Safari 17.5");
    let on = |width: u32, height: u32| {
        let context = json!({"userAgent": mac, "screen": {"width": width, "height": height, "density": 2}});
        facts(&context).and_then(|facts| facts.hardware).map(|one| (one.kind.name(), one.model.unwrap_or_default()))
    };
    assert_eq!(on(1024, 1366), Some(("tablet", "iPad".to_owned())));
    assert_eq!(on(1440, 900), Some(("computer", "Mac".to_owned())));
    assert_eq!(on(1024, 768), Some(("computer", "Mac".to_owned())));
}

#[test]
fn computers() {
    check(EDGE, "computer - - / Windows - / browser Edge 131");
    check(
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        "computer - - / Ubuntu - / browser Firefox 133",
    );
    check(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "computer - - / Linux - / browser Chrome 131",
    );
    check(
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "computer - - / ChromeOS 14541 / browser Chrome 131",
    );
    check(
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
        "computer - - / Windows 7 / browser Chrome 109",
    );
}

#[test]
fn pages_inside_apps_are_of_the_app() {
    check(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/464.0.0.30.109;FBBV/598323405;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBID/phone;FBLC/nl_NL]",
        "phone Apple iPhone14,5 / iOS 17.5 / app Facebook 464",
    );
    check(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 333.0.6.33.93 (iPhone14,5; iOS 17_5; nl_NL; nl; scale=3.00; 1170x2532; 607775580)",
        "phone Apple iPhone14,5 / iOS 17.5 / app Instagram 333",
    );
    check(
        "Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36",
        "phone Samsung SM-A536B / Android 13 / app Chrome Mobile WebView -",
    );
    check(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
        "phone Apple iPhone / iOS 17.5 / app Mobile Safari UI/WKWebView -",
    );
}

#[test]
fn televisions_and_other_things() {
    check(
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/2.2 Chrome/63.0.3239.84 TV Safari/537.36",
        "tv Samsung SMART-TV / Tizen 6 / browser Samsung Internet 2.2",
    );
    check(
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36 WebAppManager",
        "tv LG Web0S SmartTV / Web0S - / browser Chrome 79",
    );
    check(
        "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15",
        "console Sony PlayStation 5 / - / browser Safari 13",
    );
}

#[test]
fn programs_and_nonsense_are_no_devices() {
    for agent in [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.69 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "",
        "   ",
        "hello",
        "\u{0}\u{1}",
    ] {
        check(agent, "nothing");
    }
    let endless = "Mozilla/5.0 (iPhone; ".repeat(10_000);
    assert!(facts(&json!({ "userAgent": endless })).is_some_and(|facts| facts.hardware.is_some()));
}

#[test]
fn the_same_text_is_read_once() {
    let first = crate::agent::parse(EDGE);
    assert!(std::sync::Arc::ptr_eq(&first, &crate::agent::parse(&format!(" {EDGE} "))));
}

use super::classify::{BURST_MS, EarlierClick, classify, is_burst};
use super::*;

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36";

#[track_caller]
fn check(kind: HitKind, method: &str, agent: &str, after_ms: i64, expected: Class) {
    let sent = Timestamp::from_ms(1_000_000);
    assert_eq!(
        classify(kind, method, agent, sent.plus_ms(after_ms), Some(sent)),
        expected,
        "{method} {agent} +{after_ms}"
    );
}

#[test]
fn hits_are_told_apart_by_method_time_and_name() {
    check(HitKind::Click, "GET", CHROME, 60_000, Class::Human);
    check(HitKind::Click, "HEAD", CHROME, 60_000, Class::Machine);
    check(HitKind::Click, "GET", CHROME, 1_500, Class::Machine);
    check(HitKind::Click, "GET", "", 60_000, Class::Unknown);
    check(
        HitKind::Click,
        "GET",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        60_000,
        Class::Machine,
    );
    check(HitKind::Click, "GET", "python-requests/2.32", 60_000, Class::Machine);
    check(HitKind::Open, "GET", "Mozilla/5.0", 60_000, Class::Machine);
    check(
        HitKind::Open,
        "GET",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        60_000,
        Class::Human,
    );
    check(HitKind::Open, "GET", "Thunderbird", 60_000, Class::Human);
}

#[test]
fn many_links_within_seconds_are_a_scanner() {
    let click = |ms, url: &str| EarlierClick { at: Timestamp::from_ms(ms), url: url.into() };
    let earlier = [click(0, "https://a/1"), click(500, "https://a/2")];
    let at = Timestamp::from_ms(1_000);
    assert!(is_burst(&earlier, "https://a/3", at));
    assert!(!is_burst(&earlier, "https://a/2", at), "the same two links again are a person's double click");
    assert!(!is_burst(&earlier, "https://a/3", Timestamp::from_ms(BURST_MS + 600)), "minutes apart is reading");
}

//! Whose address a request is from.

use super::*;

#[track_caller]
fn check(forwarded: Option<&str>, expected: Option<&str>) {
    let mut headers = HeaderMap::new();
    if let Some(text) = forwarded {
        headers.insert("x-forwarded-for", text.parse().expect("a header"));
    }
    let proxy = SocketAddr::from(([198, 51, 100, 1], 443));
    let expected = expected.map(|text| text.parse::<IpAddr>().expect("an address"));
    assert_eq!(sender(Some(Extension(ConnectInfo(proxy))), &headers), expected, "{forwarded:?}");
}

#[test]
fn a_sender_is_whom_the_first_proxy_names_and_never_the_proxy() {
    check(None, Some("198.51.100.1"));
    check(Some("203.0.113.7"), Some("203.0.113.7"));
    check(Some("203.0.113.7:4711"), Some("203.0.113.7"));
    check(Some(" 203.0.113.7 , 10.0.0.1"), Some("203.0.113.7"));
    check(Some("[2001:db8::7]:4711, 10.0.0.1"), Some("2001:db8::7"));
    check(Some("2001:db8::7"), Some("2001:db8::7"));
    for nobody in ["unknown", "unknown, 10.0.0.1", "", "_hidden", "203.0.113"] {
        check(Some(nobody), None);
    }
}

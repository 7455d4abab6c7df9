use super::*;

#[track_caller]
fn check(text: &str, expected_ms: Option<i64>) {
    assert_eq!(Timestamp::parse(text).ok().map(Timestamp::ms), expected_ms, "{text}");
}

#[test]
fn every_way_sources_write_a_time_is_read() {
    check("2026-11-22T10:00:00Z", Some(1_795_341_600_000));
    check("2026-11-22T11:00:00.250+01:00", Some(1_795_341_600_250));
    check("2026-11-22T10:00:00", Some(1_795_341_600_000));
    check("2026-11-22 10:00:00", Some(1_795_341_600_000));
    check("2026-11-22", Some(1_795_305_600_000));
    check("1795341600", Some(1_795_341_600_000));
    check("1795341600000", Some(1_795_341_600_000));
    check("yesterday", None);
    check("", None);
}

#[test]
fn a_time_survives_json() {
    let at = Timestamp::from_ms(1_795_341_600_250);
    let text = serde_json::to_string(&at).unwrap();
    assert_eq!(text, "\"2026-11-22T10:00:00.250Z\"");
    assert_eq!(serde_json::from_str::<Timestamp>(&text).unwrap(), at);
}

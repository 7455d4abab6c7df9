use super::*;
use serde_json::json;

#[track_caller]
fn check_number(text: &str, decimal_comma: bool, expected: Option<f64>) {
    assert_eq!(number(&json!(text), decimal_comma), expected, "{text}");
}

#[test]
fn numbers_are_read_as_the_file_writes_them() {
    check_number("2.55", false, Some(2.55));
    check_number("1,234.56", false, Some(1234.56));
    check_number("1.234,56", true, Some(1234.56));
    check_number("€ 12,50", true, Some(12.5));
    check_number("-11", false, Some(-11.0));
    check_number("1 234,5", true, Some(1234.5));
    check_number("twelve", false, None);
    check_number("", false, None);
    assert_eq!(number(&json!(3.5), true), Some(3.5));
    assert!(shows_decimal_comma("12,5") && shows_decimal_comma("1.234,567"));
    assert!(!shows_decimal_comma("1,234") && !shows_decimal_comma("12.5"));
}

#[track_caller]
fn check_time(text: &str, order: DateOrder, zone: &str, expected: Option<&str>) {
    let zone = TimeZone::get(zone).unwrap();
    let found = time(&json!(text), order, &zone).map(|at| at.to_string());
    assert_eq!(found.as_deref(), expected, "{text}");
}

#[test]
fn dates_are_read_in_the_files_order_and_zone() {
    use DateOrder::{DayMonth, MonthDay};
    check_time("2010-12-01 08:26:00", DayMonth, "UTC", Some("2010-12-01T08:26:00.000Z"));
    check_time("2010-12-01 08:26:00", DayMonth, "Europe/Amsterdam", Some("2010-12-01T07:26:00.000Z"));
    check_time("12/1/2010 8:26", MonthDay, "UTC", Some("2010-12-01T08:26:00.000Z"));
    check_time("1-12-2010 08:26", DayMonth, "UTC", Some("2010-12-01T08:26:00.000Z"));
    check_time("01.12.10", DayMonth, "UTC", Some("2010-12-01T00:00:00.000Z"));
    check_time("12/1/2010 8:26 PM", MonthDay, "UTC", Some("2010-12-01T20:26:00.000Z"));
    check_time("2010-12-01T08:26:00+01:00", DayMonth, "UTC", Some("2010-12-01T07:26:00.000Z"));
    check_time("1291191960", DayMonth, "UTC", Some("2010-12-01T08:26:00.000Z"));
    check_time("31/31/2010", DayMonth, "UTC", None);
    check_time("soon", DayMonth, "UTC", None);
}

#[test]
fn text_that_is_not_utf8_is_windows_1252() {
    assert_eq!(text_of("fôarname".as_bytes()), "fôarname");
    assert_eq!(text_of(b"caf\xe9 \x80 5"), "café € 5");
    assert_eq!(id_text(&json!("17850.0")).as_deref(), Some("17850"));
    assert_eq!(id_text(&json!("A.0")).as_deref(), Some("A.0"));
    assert_eq!(text(&json!(" NaN ")), None);
}

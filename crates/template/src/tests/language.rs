//! What marketers rely on, beyond the golden cases.

use super::{NOW_MS, check, check_error, render};
use crate::{NoPartials, OutputContext, Position, RenderContext, RenderError, Template};
use serde_json::json;
use std::collections::HashMap;

#[test]
fn unknown_data_is_empty_and_default_fills_it() {
    check("Hi {{ customer.first_name | default: 'friend' }}{{ a.b.c[3].d }}", json!({}), "Hi friend");
    check("{% if customer.age > 18 %}adult{% else %}?{% endif %}", json!({}), "?");
}

#[test]
fn errors_name_line_and_column_and_what_to_do() {
    check_error(
        "Hi\n  {{ name | upcas }}",
        json!({}),
        "line 2, column 13: there is no filter 'upcas'; did you mean 'upcase'?",
    );
    check_error("a {% if x %} b", json!({}), "line 1, column 3: 'if' is not closed: '{% endif %}' is missing");
    check_error("é{{ 'a }}", json!({}), "line 1, column 5: this text is not closed");
    check_error("{{ a", json!({}), "output is not closed");
    check_error("{% if a = 1 %}{% endif %}", json!({}), "line 1, column 9");
    check_error(
        "\n{{ 1 | divided_by: 0 }}",
        json!({}),
        "line 2, column 1: cannot divide by zero (filter 'divided_by')",
    );
    check_error("{% if age > 18 %}{% endif %}", json!({ "age": "20" }), "cannot compare a text with a number");
    check_error("{% endif %}", json!({}), "closes nothing");
    check_error("{% for x in y %}{% endif %}{% endfor %}", json!({}), "'endif' stands where 'endfor' is expected");
    check_error("{% render 'nope' %}", json!({}), "no content block named 'nope'");
}

#[test]
fn a_template_can_stop_the_message() {
    let stops = Template::parse("{% if products.size == 0 %}{% abort_message 'nothing to show' %}{% endif %}x")
        .expect("a template");
    let ctx = RenderContext::new(OutputContext::Html, NOW_MS);
    assert_eq!(stops.render(&json!({ "products": [] }), &ctx), Err(RenderError::Aborted("nothing to show".into())));
    assert_eq!(stops.render(&json!({ "products": [1] }), &ctx).as_deref(), Ok("x"));
    let with_brackets = Template::parse("{% abort_message('no ' | append: 'stock') %}").expect("a template");
    assert_eq!(with_brackets.render(&json!({}), &ctx), Err(RenderError::Aborted("no stock".into())));
}

#[test]
fn dates_are_in_the_recipients_zone_and_language() {
    let show = |template: &str, time_zone: &str, locale: &str| {
        let ctx = RenderContext { time_zone, locale, ..RenderContext::new(OutputContext::Text, NOW_MS) };
        Template::parse(template)
            .expect("a template")
            .render(&json!({ "at": "2026-07-04T22:30:00Z", "ms": 1_772_366_400_000_i64 }), &ctx)
    };
    let long = "{{ at | date: '%A %-d %B %Y %H:%M' }}";
    assert_eq!(show(long, "Europe/Amsterdam", "nl").as_deref(), Ok("zondag 5 juli 2026 00:30"));
    assert_eq!(show(long, "Europe/Stockholm", "sv-SE").as_deref(), Ok("söndag 5 juli 2026 00:30"));
    assert_eq!(show(long, "Europe/Amsterdam", "fy").as_deref(), Ok("snein 5 july 2026 00:30"));
    assert_eq!(show(long, "America/New_York", "en").as_deref(), Ok("Saturday 4 July 2026 18:30"));
    assert_eq!(
        show("{{ ms | date: '%F %T %z %:z %Z %s %j %U %V' }}", "Europe/Amsterdam", "en").as_deref(),
        Ok("2026-03-01 13:00:00 +0100 +01:00 CET 1772366400 060 09 09")
    );
    assert_eq!(
        show("{{ '2026-03-01' | date: '%a %e %b %^b %I%p %l%P %10Y' }}", "UTC", "en").as_deref(),
        Ok("Sun  1 Mar MAR 12AM 12am 0000002026")
    );
    assert_eq!(show("{{ 'no date' | date: '%F' }}", "UTC", "en").as_deref(), Ok("no date"));
    assert!(
        show("{{ at | date: '%F' }}", "Mars/Olympus", "en")
            .is_err_and(|error| error.to_string().contains("no time zone 'Mars/Olympus'"))
    );
}

#[test]
fn times_are_read_as_people_write_them() {
    for text in [
        "March 14, 2016 10:30",
        "14 Mar 2016 10:30",
        "2016-03-14 10:30:00",
        "2016-03-14T10:30",
        "2016-03-14 11:30:00 +0100",
        "14th of March 2016 10:30 am",
        "Mon, 14 Mar 2016 10:30:00 +0000",
        "2016-03-14T10:30:00Z",
    ] {
        check(&format!("{{{{ '{text}' | date: '%s' }}}}"), json!({}), "1457951400");
    }
}

#[test]
fn prices_are_written_as_the_language_does() {
    for (locale, minor, code, expected) in [
        ("en", 123_456, "EUR", "€1,234.56"),
        ("nl", 123_456, "EUR", "€\u{a0}1.234,56"),
        ("nl", -5, "EUR", "€\u{a0}-0,05"),
        ("sv", 1_299, "SEK", "12,99\u{a0}kr"),
        ("sv", 123_456, "EUR", "1\u{a0}234,56\u{a0}€"),
        ("fy", 1_299, "EUR", "€\u{a0}12,99"),
        ("en", 500, "JPY", "JPY\u{a0}500"),
        ("en", -1_299, "USD", "-$12.99"),
    ] {
        check("{{ m | money: c, l }}", json!({ "m": minor, "c": code, "l": locale }), expected);
    }
    check_error("{{ 1 | money: 'EURO' }}", json!({}), "not an ISO 4217");
}

#[test]
fn content_blocks_see_the_data_but_not_the_variables_around_them() {
    let blocks = HashMap::from([(
        "footer".to_string(),
        Template::parse("{{ shop }}{{ local }}{{ year }}{% assign inner = 1 %}").expect("a template"),
    )]);
    let ctx = RenderContext { partials: &blocks, ..RenderContext::new(OutputContext::Text, NOW_MS) };
    let template = Template::parse(
        "{% assign local = 'x' %}{% content_block 'footer', year: 2026 %}|{% include 'footer' %}|{{ inner }}",
    )
    .expect("a template");
    assert_eq!(template.render(&json!({ "shop": "Redbad" }), &ctx).as_deref(), Ok("Redbad2026|Redbadx|1"));
    assert_eq!(template.partials(), ["footer"]);
    let _ = NoPartials;
}

#[test]
fn a_content_block_that_fails_names_its_own_line() {
    let blocks =
        HashMap::from([("bad".to_string(), Template::parse("\n\n {{ 1 | divided_by: 0 }}").expect("a template"))]);
    let ctx = RenderContext { partials: &blocks, ..RenderContext::new(OutputContext::Text, NOW_MS) };
    let error =
        Template::parse("{% render 'bad' %}").expect("a template").render(&json!({}), &ctx).expect_err("an error");
    assert_eq!(error.position(), Some(Position { line: 3, column: 2 }));
}

#[test]
fn the_data_a_template_needs_is_known_without_rendering() {
    let needs = |source: &str| Template::parse(source).expect("a template").variables();
    assert_eq!(
        needs("{{ customer.first_name | default: shop.name }} {{ order.total }}"),
        ["customer.first_name", "order.total", "shop.name"]
    );
    assert_eq!(
        needs("{% for item in order.items limit: n %}{{ item.price }}{{ forloop.index }}{% endfor %}"),
        ["n", "order.items", "order.items[].price"]
    );
    assert_eq!(
        needs("{% assign o = order %}{{ o.id }}{% capture t %}{{ a }}{% endcapture %}{{ t }}"),
        ["a", "order", "order.id"]
    );
    assert_eq!(
        needs("{% if a.b == c['d e'] %}{% endif %}{{ list[0].x }}{{ list.size }}{{ map[key] }}"),
        ["a.b", "c.d e", "key", "list", "list[].x", "map[]"]
    );
}

#[test]
fn the_same_template_and_data_give_the_same_text() {
    let data = json!({ "items": [{"n": "a"}, {"n": "b"}] });
    let source = "{% for i in items %}{% cycle 'x', 'y' %}{{ i.n }}{% endfor %}{{ 'now' | date: '%s' }}";
    assert_eq!(render(OutputContext::Text, source, &data), render(OutputContext::Text, source, &data));
}

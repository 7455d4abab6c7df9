//! Hostile templates and data: a clear error soon, never a panic, never a hang.

use super::{NOW_MS, render, render_error};
use crate::email::{BodyKind, CompiledEmail, EmailSource, append_pixel, html_to_text, rewrite_links};
use crate::{LimitKind, Limits, OutputContext, RenderContext, RenderError, Template, filters, tags};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Far above what any case takes in an unoptimised build on a busy machine; a hang takes for ever.
const SLOW: Duration = Duration::from_secs(20);

#[track_caller]
fn stops_at(limit: LimitKind, source: &str) {
    let started = Instant::now();
    match render_error(source, &RenderContext::new(OutputContext::Text, NOW_MS)) {
        RenderError::Limit { limit: met, .. } => assert_eq!(met, limit, "{source}"),
        other => panic!("{source}: {other}"),
    }
    assert!(started.elapsed() < SLOW, "{source} took {:?}", started.elapsed());
}

#[test]
fn loops_without_end_are_stopped() {
    stops_at(LimitKind::LoopIterations, "{% for i in (1..100000000) %}{% endfor %}");
    stops_at(LimitKind::LoopIterations, "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}");
    stops_at(LimitKind::OutputBytes, "{% tablerow i in (1..100000000) cols:0 %}{% endtablerow %}");
    stops_at(LimitKind::Steps, "{{ (1..9223372036854775807) | join: 'x' }}");
    stops_at(
        LimitKind::Steps,
        "{% assign a = (1..100000) | reverse %}{% for i in (1..1000) %}{% assign b = a | sort %}{% endfor %}",
    );
}

#[test]
fn texts_that_grow_without_end_are_stopped() {
    stops_at(
        LimitKind::OutputBytes,
        "{% assign s = '0123456789' %}{% for i in (1..100) %}{% assign s = s | append: s %}{% endfor %}",
    );
    stops_at(
        LimitKind::OutputBytes,
        "{% assign s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}{% for i in (1..10) %}{% assign s = s | replace: 'a', s %}{% endfor %}",
    );
    stops_at(
        LimitKind::OutputBytes,
        "{% capture s %}{% for i in (1..50000) %}0123456789012345678901234567890123456789012345678901234567890123456789{% endfor %}{% endcapture %}",
    );
    stops_at(
        LimitKind::Steps,
        "{% capture s %}{% for i in (1..9999) %}0123456789012345678901234567890{% endfor %}{% endcapture %}{% for i in (1..9999) %}{% assign t = s | upcase %}{% endfor %}",
    );
}

#[test]
fn content_blocks_that_include_themselves_are_stopped() {
    let blocks = HashMap::from([
        ("me".to_string(), Template::parse("{% include 'me' %}").expect("a template")),
        ("two".to_string(), Template::parse("{% render 'two' %}{% render 'two' %}").expect("a template")),
    ]);
    let ctx = RenderContext { partials: &blocks, ..RenderContext::new(OutputContext::Text, NOW_MS) };
    for source in ["{% include 'me' %}", "{% render 'two' %}"] {
        assert!(
            matches!(render_error(source, &ctx), RenderError::Limit { limit: LimitKind::IncludeDepth, .. }),
            "{source}"
        );
    }
}

#[test]
fn limits_are_the_callers() {
    let limits = Limits { output_bytes_max: 5, ..Limits::default() };
    let ctx = RenderContext { limits, ..RenderContext::new(OutputContext::Text, NOW_MS) };
    let template = Template::parse("{{ v }}").expect("a template");
    assert_eq!(template.render(&json!({ "v": "12345" }), &ctx).as_deref(), Ok("12345"));
    assert!(template.render(&json!({ "v": "123456" }), &ctx).is_err());
    let nesting = RenderContext { limits: Limits { nesting_max: 2, ..Limits::default() }, ..ctx };
    assert!(matches!(
        render_error("{% if true %}{% if true %}{% endif %}{% endif %}", &nesting),
        RenderError::Limit { limit: LimitKind::Nesting, .. }
    ));
}

/// A megabyte of the same thing: read or refused, soon.
#[test]
fn large_and_deep_templates_are_read_or_refused() {
    for piece in [
        "{% if a %}",
        "{{ a }}",
        "{{",
        "{%",
        "{% raw %}",
        "{% comment %}",
        "{% doc %}",
        "[",
        "{{ a[",
        "{% for x in y %}",
        "{{ a | append: b }}",
        "{% liquid ",
        "{% case x %}{% when 1 %}",
        "{",
        "é",
        "{{ '",
        "{%- -%}",
    ] {
        let source = piece.repeat(1024 * 1024 / piece.len());
        let started = Instant::now();
        let _: Result<String, String> = render(OutputContext::Html, &source, &Value::Null);
        let email = EmailSource {
            kind: BodyKind::Html,
            subject: String::new(),
            preheader: String::new(),
            body: source.chars().take(200_000).collect(),
            text: None,
        };
        let _ = CompiledEmail::compile(&email).is_ok();
        assert!(started.elapsed() < SLOW, "{piece} took {:?}", started.elapsed());
    }
    let nested = format!("{}x{}", "{{ a[", "b[".repeat(5_000));
    assert!(Template::parse(&nested).is_err());
    let chain = format!("{{% if a {} %}}x{{% endif %}}", "and a ".repeat(100_000));
    assert_eq!(render(OutputContext::Text, &chain, &json!({ "a": 1 })).as_deref(), Ok("x"));
    assert!(Template::parse(&"x".repeat(2 * 1024 * 1024)).is_err_and(|error| error.message.contains("bytes")));
}

/// The libraries behind MJML and CSS follow elements by recursion.
#[test]
fn deep_markup_is_refused_before_it_exhausts_the_stack() {
    for piece in [
        "<div>",
        "<b>",
        "<table><tr><td>",
        "<p><b class=x></p>",
        "<mj-section>",
        "<mj-column>",
        "<!--",
        "<a href=\"",
        "</b>",
        "<i>x</p>",
    ] {
        for (kind, before, after) in [
            (BodyKind::Html, "<style>b{color:red}</style>", ""),
            (
                BodyKind::Mjml,
                "<mjml><mj-body><mj-section><mj-column><mj-text>",
                "</mj-text></mj-column></mj-section></mj-body></mjml>",
            ),
        ] {
            for count in [100, 140, 20_000] {
                let body = format!("{before}{}{after}", piece.repeat(count));
                let email = EmailSource { kind, subject: "s".into(), preheader: String::new(), body, text: None };
                let started = Instant::now();
                if let Ok(compiled) = CompiledEmail::compile(&email) {
                    let _ = compiled.render(&Value::Null, &RenderContext::new(OutputContext::Html, NOW_MS));
                }
                assert!(started.elapsed() < SLOW, "{piece} took {:?}", started.elapsed());
            }
        }
    }
}

/// Deepest markup that is allowed, well closed, goes all the way through.
#[test]
fn the_deepest_allowed_markup_goes_through() {
    let deep = format!("{}x{}", "<div>".repeat(140), "</div>".repeat(140));
    let html = EmailSource {
        kind: BodyKind::Html,
        subject: "s".into(),
        preheader: String::new(),
        body: format!("<style>div{{color:red}}</style>{deep}"),
        text: None,
    };
    assert!(CompiledEmail::compile(&html).is_ok());
    let mjml = EmailSource {
        kind: BodyKind::Mjml,
        body: format!(
            "<mjml><mj-body><mj-section><mj-column><mj-text>{deep}</mj-text></mj-column></mj-section></mj-body></mjml>"
        ),
        ..html
    };
    assert!(CompiledEmail::compile(&mjml).is_ok());
}

fn piece() -> impl Strategy<Value = String> {
    let tag_names: Vec<String> = tags()
        .iter()
        .flat_map(|tag| [tag.name.to_string(), format!("end{}", tag.name)])
        .chain(["else", "elsif a", "when 1"].map(String::from))
        .collect();
    let filter_names: Vec<&str> = filters().iter().map(|filter| filter.name).collect();
    let expr = prop::sample::select(vec![
        "a",
        "a.b",
        "a[0]",
        "'x'",
        "1",
        "-2.5",
        "(1..3)",
        "(a..9999999999)",
        "blank",
        "nil",
        "a == 'x' or b",
        "x in a",
        "x = a",
        "'p' with a",
        "[",
    ]);
    prop_oneof![
        (prop::sample::select(tag_names), expr.clone(), any::<bool>()).prop_map(|(name, expr, dash)| if dash {
            format!("{{%- {name} {expr} -%}}")
        } else {
            format!("{{% {name} {expr} %}}")
        }),
        (expr.clone(), prop::sample::select(filter_names), expr)
            .prop_map(|(a, filter, b)| format!("{{{{ {a} | {filter}: {b} }}}}")),
        prop::sample::select(vec![
            "{{",
            "}}",
            "{%",
            "%}",
            "<b>",
            "</td>",
            "<table>",
            "<a href=\"",
            "\"",
            "<!--",
            "<mj-text>",
            "{{ a }}",
            "é",
            "\n",
            "lqd0x",
            "<style>b{color:red}</style>"
        ])
        .prop_map(String::from),
        "[a-z<>{}%|:'\". \\n]{0,8}",
    ]
}

/// Blocks that close, so that rendering is reached often.
fn closed() -> impl Strategy<Value = String> {
    let leaf = piece();
    leaf.prop_recursive(4, 32, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|parts| parts.concat());
        prop_oneof![
            body.clone().prop_map(|body| format!("{{% if a %}}{body}{{% else %}}{body}{{% endif %}}")),
            body.clone().prop_map(|body| format!("{{% for x in a reversed %}}{body}{{% endfor %}}")),
            body.clone().prop_map(|body| format!("{{% capture c %}}{body}{{% endcapture %}}{{{{ c }}}}")),
            body.prop_map(|body| format!(
                "<table><tr>{{% tablerow x in (1..3) cols:2 %}}<td>{body}</td>{{% endtablerow %}}</tr></table>"
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_template_gives_text_or_an_error(parts in prop::collection::vec(closed(), 0..6)) {
        let source = parts.concat();
        let data = json!({ "a": [1, "x", {"b": null}], "b": "text" });
        for output in [OutputContext::Text, OutputContext::Html, OutputContext::Header] {
            let _ = render(output, &source, &data);
        }
        if let Ok(template) = Template::parse(&source) {
            let _ = template.variables();
        }
    }

    #[test]
    fn any_email_compiles_or_is_refused(parts in prop::collection::vec(closed(), 0..5)) {
        let body = parts.concat();
        for (kind, body) in [(BodyKind::Html, body.clone()), (BodyKind::Plain, body.clone()), (BodyKind::Mjml, format!("<mjml><mj-body><mj-section><mj-column><mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>"))] {
            let source = EmailSource { kind, subject: body.chars().take(20).collect(), preheader: String::new(), body, text: None };
            if let Ok(email) = CompiledEmail::compile(&source) {
                let _ = email.render(&json!({ "a": [1, "x"] }), &RenderContext::new(OutputContext::Html, NOW_MS));
            }
        }
    }

    #[test]
    fn any_text_can_be_read_as_html(html in "[a-z<>/!=\"'&;# \\-\\n]{0,80}", any_text in any::<String>()) {
        for html in [html, any_text] {
            let _ = html_to_text(&html);
            let same = rewrite_links(&html, &mut |_| None);
            prop_assert_eq!(&same, &html);
            prop_assert!(append_pixel(&html, "https://x/p.gif").len() > html.len());
        }
    }
}

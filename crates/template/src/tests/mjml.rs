//! Liquid in every position of an MJML message.

use super::email::{send, source};
use crate::email::{BodyKind, CompiledEmail};
use serde_json::{Value, json};

fn in_body(inner: &str) -> String {
    format!("<mjml><mj-body>{inner}</mj-body></mjml>")
}

fn in_text(inner: &str) -> String {
    in_body(&format!("<mj-section><mj-column><mj-text>{inner}</mj-text></mj-column></mj-section>"))
}

#[track_caller]
fn html(body: &str, data: &Value) -> String {
    match send(&source(BodyKind::Mjml, body), data) {
        Ok(sent) => sent.html,
        Err(error) => panic!("{error}\n{body}"),
    }
}

#[track_caller]
fn refused(body: &str) -> String {
    CompiledEmail::compile(&source(BodyKind::Mjml, body)).expect_err("an error").to_string()
}

#[test]
fn conditions_with_angle_brackets_and_ampersands_work_in_text() {
    let body = in_text("{% if a < b and t contains '&' %}<b>{{ t }}</b> yes{% else %}no{% endif %}");
    let sent = html(&body, &json!({ "a": 1, "b": 2, "t": "x & y" }));
    assert!(sent.contains("<b>x &amp; y</b> yes") && !sent.contains("no</div>"), "{sent}");
}

#[test]
fn loops_go_around_sections_columns_and_components() {
    let body = in_body(
        "{% for p in products %}<mj-section><mj-column><mj-text>S{{ p }}</mj-text></mj-column></mj-section>{% endfor %}\
         <mj-section>{% if two %}<mj-column><mj-text>two</mj-text></mj-column>{% endif %}<mj-column>{% for p in products %}<mj-button href=\"https://x/{{ p }}\">B{{ p }}</mj-button>{% endfor %}</mj-column></mj-section>",
    );
    let sent = html(&body, &json!({ "products": ["1", "2"] }));
    for expected in ["S1", "S2", "B1", "B2", "href=\"https://x/1\"", "href=\"https://x/2\""] {
        assert!(sent.contains(expected), "{expected} in {sent}");
    }
    assert!(!sent.contains("two") && !sent.contains("lqd") && !sent.contains("{%"), "{sent}");
}

#[test]
fn loops_go_around_table_rows_and_cells() {
    let body = in_body(
        "<mj-section><mj-column><mj-table>{% for r in rows %}<tr>{% for c in r %}<td>{{ c }}</td>{% endfor %}</tr>{% endfor %}</mj-table></mj-column></mj-section>",
    );
    let sent = html(&body, &json!({ "rows": [["a", "b"], ["c", "<d>"]] }));
    assert!(sent.contains("<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>&lt;d&gt;</td></tr>"), "{sent}");
}

#[test]
fn liquid_works_in_attributes() {
    let body = in_body(
        "<mj-section background-color=\"{{ brand }}\"><mj-column><mj-image src=\"{{ img }}\" alt=\"{{ alt }}\" href=\"{{ url }}?a=1&amp;b={{ n | url_encode }}\" />\
         <mj-text color=\"{% if vip %}gold{% else %}{{ brand }}{% endif %}\"><a href=\"{{ url }}\" style=\"color:{{ brand }};{% if vip %}font-weight:bold;{% endif %}\">x</a></mj-text></mj-column></mj-section>",
    );
    let sent = html(
        &body,
        &json!({ "brand": "#123456", "img": "https://i/x.png", "alt": "A \"red\" <shoe>", "url": "https://shop", "n": "a&b", "vip": true }),
    );
    for expected in [
        "#123456",
        "src=\"https://i/x.png\"",
        "alt=\"A &quot;red&quot; &lt;shoe&gt;\"",
        "href=\"https://shop?a=1&amp;b=a%26b\"",
        "color:gold",
        "color:#123456;font-weight:bold;",
    ] {
        assert!(sent.contains(expected), "{expected} in {sent}");
    }
    assert!(!sent.contains("lqd"), "{sent}");
}

#[test]
fn liquid_works_in_titles_previews_styles_and_raw_parts() {
    let body = "<mjml><mj-head><mj-title>T {{ n }}</mj-title><mj-preview>P {% if n %}{{ n }}{% endif %}</mj-preview><mj-style>.x{color:{{ c }}}</mj-style></mj-head>\
        <mj-body><mj-raw><!-- {{ n }} --><p>{% raw %}{{ kept }}{% endraw %}</p></mj-raw><mj-section><mj-column><mj-text>{% comment %} <b> {% endcomment %}a{% # note %}{%- if n -%} b {%- endif -%} c</mj-text></mj-column></mj-section></mj-body></mjml>";
    let sent = html(body, &json!({ "n": "N", "c": "red" }));
    for expected in ["<title>T N</title>", "P N", ".x{color:red}", "<!-- N -->", "{{ kept }}", "abc"] {
        assert!(sent.contains(expected), "{expected} in {sent}");
    }
}

#[test]
fn assignments_at_the_top_count_everywhere() {
    let body = in_body(
        "{% assign total = order.items | map: 'price' | sum %}<mj-section><mj-column><mj-text>{{ total | money: 'EUR', 'nl' }}</mj-text></mj-column></mj-section>",
    );
    assert!(html(&body, &json!({ "order": { "items": [{"price": 100}, {"price": 250}] } })).contains("€\u{a0}3,50"));
}

#[test]
fn styles_marked_inline_are_inlined() {
    let body = "<mjml><mj-head><mj-style inline=\"inline\">.red{color:red}</mj-style></mj-head><mj-body><mj-section><mj-column><mj-text><p class=\"red\">{{ n }}</p></mj-text></mj-column></mj-section></mj-body></mjml>";
    let sent = html(body, &json!({ "n": "<x>" }));
    assert!(
        sent.contains("<p class=\"red\" style=\"color: red;\">&lt;x&gt;</p>")
            || sent.contains("style=\"color:red\">&lt;x&gt;</p>"),
        "{sent}"
    );
    assert!(sent.contains("<!--[if mso"), "{sent}");
}

#[test]
fn the_text_part_is_what_a_person_reads() {
    let body = in_body(
        "<mj-section><mj-column><mj-text><h1>Hi {{ n }}</h1></mj-text><mj-button href=\"https://x/?a=1&b=2\">Buy</mj-button></mj-column></mj-section>",
    );
    let mut email = source(BodyKind::Mjml, &body);
    email.preheader = "hidden words".into();
    let sent = send(&email, &json!({ "n": "Ane" })).expect("an e-mail");
    assert_eq!(sent.text, "Hi Ane\n\nBuy [1]\n\n[1] https://x/?a=1&b=2");
    let after_body = sent.html.split_once("<body").and_then(|(_, rest)| rest.split_once('>')).expect("a body").1;
    assert!(
        after_body.starts_with("<div style=\"display:none;") && after_body.contains("hidden words</div>"),
        "{after_body}"
    );
}

#[test]
fn errors_say_where_and_what_to_do() {
    assert!(
        refused("<mj-body></mj-body>").starts_with("body, line 1, column 1: "),
        "{}",
        refused("<mj-body></mj-body>")
    );
    let unclosed = refused(&in_text("{{ a }}\n<p>x"));
    assert!(unclosed.contains("line 2, column") && unclosed.contains("close every element"), "{unclosed}");
    let include = refused(&in_body("\n  <mj-include path=\"/etc/passwd\" />"));
    assert!(include.contains("mj-include does not load files"), "{include}");
    let lost = refused("<mjml><mj-head>{% assign a = 1 %}</mj-head><mj-body></mj-body></mjml>");
    assert!(lost.contains("line 1, column 16: MJML drops what stands here: {% assign a = 1 %}"), "{lost}");
    let split = refused(&in_body("<mj-section><mj-column><mj-text>{% if a %}x</mj-text></mj-column></mj-section>"));
    assert!(split.contains("'if' is not closed"), "{split}");
}

#[test]
fn unknown_elements_and_missing_alt_texts_are_warnings() {
    let body = in_body("<mj-section><mj-column><mj-chart /><mj-image src=\"x\" /></mj-column></mj-section>");
    let email = CompiledEmail::compile(&source(BodyKind::Mjml, &body)).expect("an e-mail");
    let codes: Vec<_> = email.warnings().iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["unknown_element", "image_without_alt", "no_unsubscribe_link"]);
}

#[test]
fn markup_in_data_cannot_break_out_of_a_message() {
    let body = in_body(
        "<mj-section><mj-column><mj-text>{{ v }}</mj-text><mj-button href=\"{{ v }}\">{{ v }}</mj-button></mj-column></mj-section>",
    );
    let sent = html(&body, &json!({ "v": "\"><script>alert(1)</script><!--" }));
    assert!(!sent.contains("<script") && !sent.contains("\"><script"), "{sent}");
}

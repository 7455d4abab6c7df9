//! The e-mail from what the author wrote to what one person gets.

use super::NOW_MS;
use crate::email::{BodyKind, CompileError, CompiledEmail, EmailSource, Part, RenderedEmail};
use crate::{OutputContext, Position, RenderContext, RenderError};
use serde_json::{Value, json};

pub(super) fn source(kind: BodyKind, body: &str) -> EmailSource {
    EmailSource { kind, subject: "Hi {{ name }}".into(), preheader: String::new(), body: body.into(), text: None }
}

pub(super) fn send(source: &EmailSource, data: &Value) -> Result<RenderedEmail, String> {
    let email = CompiledEmail::compile(source).map_err(|error| error.to_string())?;
    email.render(data, &RenderContext::new(OutputContext::Html, NOW_MS)).map_err(|error| error.to_string())
}

fn refused(source: &EmailSource) -> CompileError {
    CompiledEmail::compile(source).expect_err("an error")
}

fn codes(source: &EmailSource) -> Vec<&'static str> {
    CompiledEmail::compile(source).expect("an e-mail").warnings().iter().map(|warning| warning.code).collect()
}

#[test]
fn subject_and_preheader_are_one_line_and_the_preheader_is_hidden_first() {
    let mut email = source(BodyKind::Html, "<p>Body</p>");
    email.subject = "Hi\n {{ name }} ".into();
    email.preheader = "See <b> {{ name }}".into();
    let sent = send(&email, &json!({ "name": "Ane\r\nBcc: x" })).expect("an e-mail");
    assert_eq!(sent.subject, "Hi AneBcc: x");
    assert_eq!(sent.preheader, "See <b> Ane Bcc: x");
    let body = sent.html.split_once("<body>").expect("a body").1;
    assert!(
        body.starts_with("<div style=\"display:none;") && body.contains(">See &lt;b&gt; Ane Bcc: x</div><p>Body</p>"),
        "{body}"
    );
    assert_eq!(sent.text, "Body");
    email.preheader = String::new();
    assert!(!send(&email, &json!({})).expect("an e-mail").html.contains("display:none"));
}

#[test]
fn plain_mail_has_no_html() {
    let sent = send(&source(BodyKind::Plain, "Hi {{ name }} <3"), &json!({ "name": "<Ane>" })).expect("an e-mail");
    assert_eq!((sent.html.as_str(), sent.text.as_str()), ("", "Hi <Ane> <3"));
}

#[test]
fn a_given_text_part_is_used() {
    let email = EmailSource { text: Some("Text {{ name }}".into()), ..source(BodyKind::Html, "<p>x</p>") };
    assert_eq!(send(&email, &json!({ "name": "A&B" })).expect("an e-mail").text, "Text A&B");
}

#[test]
fn css_is_inlined_and_media_queries_stay() {
    let email = source(
        BodyKind::Html,
        "<html><head><style>p{color:red} a:hover{color:blue} @media (max-width:9px){p{color:green}}</style></head><body><p>{% if a < b %}{{ name }}{% endif %} &amp; x</p></body></html>",
    );
    let sent = send(&email, &json!({ "name": "N", "a": 1, "b": 2 })).expect("an e-mail");
    assert!(
        sent.html.contains("<p style=\"color: red;\">N &amp; x</p>")
            || sent.html.contains("<p style=\"color:red\">N &amp; x</p>"),
        "{}",
        sent.html
    );
    assert!(sent.html.contains("@media") && sent.html.contains("a:hover"), "{}", sent.html);
}

#[test]
fn liquid_in_html_tables_styles_and_attributes_survives_inlining() {
    let email = source(
        BodyKind::Html,
        "<style>td{color:red}</style><table>{% for r in rows %}<tr {% if r.x %}class=\"hot\"{% endif %}><td style=\"width:{{ r.w }}px\"><a href=\"https://x/?a={{ r.n | url_encode }}&amp;b=1\">{{ r.n }}</a></td></tr>{% endfor %}</table>",
    );
    let sent =
        send(&email, &json!({ "rows": [{"n": "a b", "w": 5, "x": true}, {"n": "<c>", "w": 6}] })).expect("an e-mail");
    for expected in [
        "<a href=\"https://x/?a=a+b&amp;b=1\">a b</a>",
        "https://x/?a=%3Cc%3E&amp;b=1\">&lt;c&gt;</a>",
        "width:5px",
        "width:6px",
        "class=\"hot\"",
    ] {
        assert!(sent.html.replace("width: ", "width:").contains(expected), "{expected} in {}", sent.html);
    }
    assert_eq!(sent.html.matches("<tr").count(), 2, "{}", sent.html);
}

#[test]
fn errors_name_the_part_and_the_place_in_what_was_written() {
    let mut email = source(BodyKind::Html, "<p>x</p>");
    email.subject = "{{ a | nope }}".into();
    assert_eq!((refused(&email).part, refused(&email).at), (Part::Subject, Position { line: 1, column: 8 }));
    let body = refused(&source(BodyKind::Html, "<p>\n{{ a | nope }}"));
    assert_eq!((body.part, body.at), (Part::Body, Position { line: 2, column: 8 }));
    assert!(body.to_string().starts_with("body, line 2, column 8: there is no filter 'nope'"), "{body}");
    let email = CompiledEmail::compile(&source(
        BodyKind::Html,
        "<style>p{color:red}</style>\n<p>é\n {{ 1 | divided_by: z }}</p>",
    ))
    .expect("an e-mail");
    let error =
        email.render(&json!({ "z": 0 }), &RenderContext::new(OutputContext::Html, NOW_MS)).expect_err("an error");
    assert_eq!(error.position(), Some(Position { line: 3, column: 2 }));
}

#[test]
fn a_message_that_stops_itself_says_so() {
    let email = CompiledEmail::compile(&source(
        BodyKind::Html,
        "{% unless name %}{% abort_message 'no name' %}{% endunless %}",
    ))
    .expect("an e-mail");
    assert_eq!(
        email.render(&json!({}), &RenderContext::new(OutputContext::Html, NOW_MS)),
        Err(RenderError::Aborted("no name".into()))
    );
}

#[test]
fn what_somebody_should_look_at_is_a_warning() {
    let good = "<p>Hi <img src=x alt=y> <a href=\"{{ unsubscribe_url }}\">stop</a></p>";
    assert_eq!(codes(&source(BodyKind::Html, good)), Vec::<&str>::new());
    assert_eq!(
        codes(&source(BodyKind::Html, "<img src=x><a href=\"#\">x</a><script></script>")),
        ["image_without_alt", "empty_link", "unsupported_element", "no_unsubscribe_link"]
    );
    assert_eq!(codes(&EmailSource { subject: " ".into(), ..source(BodyKind::Html, good) }), ["no_subject"]);
    assert_eq!(codes(&source(BodyKind::Html, &(good.to_string() + &"x".repeat(110_000)))), ["too_large"]);
    assert_eq!(codes(&source(BodyKind::Plain, "x")), ["no_unsubscribe_link"]);
}

#[test]
fn the_data_an_email_needs_is_known() {
    let email = EmailSource {
        preheader: "{{ shop }}".into(),
        ..source(BodyKind::Html, "{{ order.total | money: order.currency }}")
    };
    assert_eq!(
        CompiledEmail::compile(&email).expect("an e-mail").variables(),
        ["name", "order.currency", "order.total", "shop"]
    );
}

/// The budget is 200 µs for a mail of 8 KB in an optimised build; this bound only catches a change of order.
#[test]
fn rendering_for_one_person_is_quick() {
    const ROUNDS: u32 = 200;
    const SLOW_US: u128 = 20_000;
    let row = "<mj-section><mj-column><mj-text>Hi {{ name | default: 'friend' }}, <a href=\"https://shop.example/{{ p.id }}?c={{ name | url_encode }}\">{{ p.title }}</a> now {{ p.price | money: 'EUR' }}{% if p.new %} new{% endif %}</mj-text></mj-column></mj-section>";
    let body =
        format!("<mjml><mj-body>{}{{% for p in products %}}{row}{{% endfor %}}</mj-body></mjml>", row.repeat(24));
    let email = CompiledEmail::compile(&source(BodyKind::Mjml, &body)).expect("an e-mail");
    let data = json!({ "name": "Ane", "p": {"id": 1, "title": "Shoe", "price": 9900}, "products": [{"id": 7, "title": "Red & blue", "price": 12900, "new": true}] });
    let ctx = RenderContext::new(OutputContext::Html, NOW_MS);
    let started = std::time::Instant::now();
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        bytes = email.render(&data, &ctx).expect("a mail").html.len();
    }
    let each_us = started.elapsed().as_micros() / u128::from(ROUNDS);
    println!("{} bytes of MJML, {bytes} bytes of HTML with its text part: {each_us} µs a person", body.len());
    assert!(each_us < SLOW_US, "{each_us} µs");
}

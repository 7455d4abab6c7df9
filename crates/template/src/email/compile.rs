//! From what the author wrote to one Liquid template of finished HTML: once per campaign.

use super::markup::{self, Scan};
use super::tokens::{self, Hidden};
use super::{BodyKind, CompileError, PREHEADER_VARIABLE, Part, Warning};
use crate::error::Position;
use crate::lexer;
use crate::template::Template;
use mrml::prelude::parser::{Error as MjmlError, ParserOptions};
use mrml::prelude::render::RenderOptions;
use std::borrow::Cow;
use std::ops::Range;

/// Mail programs cut at a fifth of this; larger bodies are mistakes.
pub const BODY_BYTES_MAX: usize = 512 * 1024;
/// CSS rules times elements: what inlining costs.
const CSS_WORK_MAX: usize = 5_000_000;
/// Gmail shows no more of a message.
const CLIPPED_FROM_BYTES: usize = 102 * 1024;

#[rustfmt::skip]
const MJML_ELEMENTS: &[&str] = &[
    "mj-accordion", "mj-accordion-element", "mj-accordion-text", "mj-accordion-title", "mj-attributes", "mj-all", "mj-class", "mj-body",
    "mj-breakpoint", "mj-button", "mj-carousel", "mj-carousel-image", "mj-column", "mj-divider", "mj-font", "mj-group", "mj-head", "mj-hero",
    "mj-image", "mj-include", "mj-navbar", "mj-navbar-link", "mj-preview", "mj-raw", "mj-section", "mj-social", "mj-social-element",
    "mj-spacer", "mj-style", "mj-table", "mj-text", "mj-title", "mj-wrapper",
];

/// Hidden in every mail program, but first in the text, so the inbox shows it after the subject.
const PREHEADER_STYLE: &str =
    "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;";

pub(super) struct Body {
    pub template: Template,
    pub warnings: Vec<Warning>,
}

/// What every step needs to say where something is.
struct Source<'s> {
    text: &'s str,
    spans: Vec<Range<usize>>,
    scan: Scan<'s>,
}

impl Source<'_> {
    fn position(&self, offset: usize) -> Position {
        Position::of(self.text, offset)
    }

    fn error(&self, offset: usize, message: impl Into<String>, advice: &'static str) -> CompileError {
        CompileError { part: Part::Body, message: message.into(), at: self.position(offset), advice }
    }
}

pub(super) fn body(kind: BodyKind, text: &str) -> Result<Body, CompileError> {
    let start = Position { line: 1, column: 1 };
    if BODY_BYTES_MAX < text.len() {
        let message = format!("the body has {} bytes; {BODY_BYTES_MAX} are allowed", text.len());
        return Err(error_at(start, message, "take images out of the text and link to them"));
    }
    let written = Template::parse(text).map_err(|error| CompileError::liquid(Part::Body, error))?;
    if kind == BodyKind::Plain {
        return Ok(Body { template: written, warnings: Vec::new() });
    }
    let spans = lexer::lex(text).map(|lexed| lexed.spans).unwrap_or_default();
    let scan = markup::scan(text, &spans)
        .map_err(|error| error_at(Position::of(text, error.at), error.message, "check that every element is closed"))?;
    let source = Source { text, spans, scan };
    let mut warnings = Vec::new();
    let hidden = tokens::hide(text, &source.spans, &source.scan.places);
    let html = match kind {
        BodyKind::Mjml => mjml(&source, &hidden, &mut warnings)?,
        _ => html(&source, &hidden, &mut warnings)?,
    };
    lint(&source, kind, &mut warnings);
    let template = finished(&source, &hidden, &with_preheader(&html), &mut warnings)?;
    Ok(Body { template, warnings })
}

/// Brings the Liquid back into the finished HTML and reads it.
fn finished(
    source: &Source<'_>,
    hidden: &Hidden,
    html: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Template, CompileError> {
    let shown = hidden.show(html, source.text, &source.spans);
    if let Some(number) = shown.lost.first() {
        let span = source.spans[*number].clone();
        let message = format!("MJML drops what stands here: {}", shorten(&source.text[span.clone()]));
        let advice = "put Liquid into texts, links, colours or around sections, columns and rows";
        return Err(source.error(span.start, message, advice));
    }
    if CLIPPED_FROM_BYTES < shown.text.len() {
        let kilobytes = shown.text.len() / 1024;
        let message = format!("the HTML has {kilobytes} KB; Gmail cuts messages at 102 KB");
        warnings.push(Warning { code: "too_large", part: Part::Body, message, at: None });
    }
    Template::parse_from(&shown.text, Some(shown.origins(source.text))).map_err(|error| {
        let advice = "this Liquid does not survive where it stands; \
            put whole blocks inside one element or around whole elements";
        error_at(error.at, error.message, advice)
    })
}

fn error_at(at: Position, message: String, advice: &'static str) -> CompileError {
    CompileError { part: Part::Body, message, at, advice }
}

fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    if text.chars().count() <= CHARS_MAX {
        text.to_string()
    } else {
        text.chars().take(CHARS_MAX).chain("...".chars()).collect()
    }
}

fn mjml(source: &Source<'_>, hidden: &Hidden, warnings: &mut Vec<Warning>) -> Result<String, CompileError> {
    let first = source.scan.elements.first();
    if first.is_none_or(|element| element.name != "mjml") {
        let at = first.map_or(0, |element| element.at);
        return Err(source.error(at, "the first element is not <mjml>", "start with <mjml><mj-body>"));
    }
    let parsed = mrml::mjml::Mjml::parse_with_options(&hidden.text, &ParserOptions::default())
        .map_err(|error| mjml_error(source, hidden, &error))?;
    for warning in &parsed.warnings {
        let at = hidden.origin(warning.span.start);
        if warning.kind == mrml::prelude::parser::WarningKind::UnexpectedAttribute {
            let name = hidden.text.get(warning.span.start..warning.span.end).unwrap_or("");
            let message = format!("MJML does not know the attribute {} here", shorten(name));
            warnings.push(Warning {
                code: "unknown_attribute",
                part: Part::Body,
                message,
                at: Some(source.position(at)),
            });
        }
    }
    // The default would have the reader's mail program ask Google for the fonts that are named. `<mj-font>` still can.
    let options = RenderOptions { fonts: Default::default(), ..RenderOptions::default() };
    let rendered = parsed.element.render(&options);
    let html = rendered.map_err(|error| {
        source.error(
            0,
            format!("MJML cannot be made into HTML: {error}"),
            "simplify the message step by step to find the element",
        )
    })?;
    let inline = inline_styles(&parsed.element);
    if inline.is_empty() {
        return Ok(html);
    }
    check_css_work(source, inline.matches('{').count())?;
    let inliner = css_inline::CSSInliner::options()
        .load_remote_stylesheets(false)
        .inline_style_tags(false)
        .keep_style_tags(true)
        .extra_css(Some(Cow::Owned(inline)))
        .build();
    Ok(inlined(&inliner, html, hidden, source, warnings))
}

/// The CSS of `<mj-style inline="inline">`: MJML asks to inline only that.
fn inline_styles(mjml: &mrml::mjml::Mjml) -> String {
    let head = mjml.head().map(|head| head.children().as_slice()).unwrap_or_default();
    head.iter()
        .filter_map(|child| match child {
            mrml::mj_head::MjHeadChild::MjStyle(style) if style.attributes.inline.as_deref() == Some("inline") => {
                Some(style.children())
            }
            _ => None,
        })
        .collect()
}

fn html(source: &Source<'_>, hidden: &Hidden, warnings: &mut Vec<Warning>) -> Result<String, CompileError> {
    let text = &hidden.text;
    let elements = || source.scan.elements.iter();
    let has = |name: &str| elements().any(|element| element.name.eq_ignore_ascii_case(name));
    let whole = if has("html") || has("body") {
        text.clone()
    } else {
        format!("<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{text}</body></html>")
    };
    if !has("style") {
        return Ok(whole);
    }
    let rules = elements().filter(|element| element.name.eq_ignore_ascii_case("style")).map(|element| {
        let content = &source.text[element.content_at..];
        content[..content.find("</").unwrap_or(content.len())].matches('{').count()
    });
    check_css_work(source, rules.sum())?;
    let inliner = css_inline::CSSInliner::options()
        .load_remote_stylesheets(false)
        .keep_style_tags(true)
        .remove_inlined_selectors(true)
        .keep_at_rules(true)
        .build();
    Ok(inlined(&inliner, whole, hidden, source, warnings))
}

fn check_css_work(source: &Source<'_>, rules: usize) -> Result<(), CompileError> {
    if CSS_WORK_MAX < rules.saturating_mul(source.scan.elements.len()) {
        return Err(source.error(
            0,
            format!("{rules} CSS rules for {} elements are too many", source.scan.elements.len()),
            "use fewer rules",
        ));
    }
    Ok(())
}

/// Inlines; when that would lose Liquid, keeps the style sheet instead and says so.
fn inlined(
    inliner: &css_inline::CSSInliner<'_>,
    html: String,
    hidden: &Hidden,
    source: &Source<'_>,
    warnings: &mut Vec<Warning>,
) -> String {
    let reason = match inliner.inline(&html) {
        Ok(inlined) if hidden.show(&inlined, source.text, &source.spans).lost.is_empty() => {
            return inlined;
        }
        Ok(_) => "Liquid stands where inlining would drop it".to_string(),
        Err(error) => error.to_string(),
    };
    let message = format!("the CSS stays in a style element, which some mail programs ignore: {reason}");
    warnings.push(Warning { code: "css_not_inlined", part: Part::Body, message, at: None });
    html
}

fn mjml_error(source: &Source<'_>, hidden: &Hidden, error: &MjmlError) -> CompileError {
    let (offset, message, advice) = match error {
        MjmlError::UnexpectedElement { position, .. } => {
            (position.start, "this element cannot stand here", "see the MJML reference for what may stand inside what")
        }
        MjmlError::UnexpectedToken { position, .. } => {
            (position.start, "this cannot stand here", "close every element, also inside mj-text")
        }
        MjmlError::MissingAttribute { position, .. } => {
            (position.start, "an attribute is missing", "see the MJML reference for this element")
        }
        MjmlError::InvalidAttribute { position, .. } => {
            (position.start, "this attribute has a wrong value", "see the MJML reference for this element")
        }
        MjmlError::InvalidFormat { position, .. } => {
            (position.start, "this cannot be read", "close every element, also inside mj-text")
        }
        MjmlError::IncludeLoaderError { position, .. } => {
            (position.start, "mj-include does not load files here", "use a content block: {% render 'name' %}")
        }
        MjmlError::EndOfStream { .. } => (
            hidden.text.len(),
            "the text ends before every element is closed",
            "close every element, also inside mj-text",
        ),
        MjmlError::NoRootNode => (0, "there is no <mjml> element", "start with <mjml><mj-body>"),
        _ => (0, "this is no MJML", "check quotes and angle brackets"),
    };
    source.error(hidden.origin(offset), message, advice)
}

fn lint(source: &Source<'_>, kind: BodyKind, warnings: &mut Vec<Warning>) {
    let mut warn = |code, message: String, at: usize| {
        warnings.push(Warning { code, part: Part::Body, message, at: Some(source.position(at)) })
    };
    for element in &source.scan.elements {
        let name = element.name.to_ascii_lowercase();
        if kind == BodyKind::Mjml && name.starts_with("mj-") && !MJML_ELEMENTS.contains(&name.as_str()) {
            warn("unknown_element", format!("MJML does not know <{name}>; it will not show"), element.at);
        }
        if matches!(name.as_str(), "img" | "mj-image") && !element.has("alt") {
            warn(
                "image_without_alt",
                format!("this <{name}> has no alt text; say what it shows, or alt=\"\" for decoration"),
                element.at,
            );
        }
        match element.attribute("href").map(str::trim) {
            Some("" | "#") => warn("empty_link", "this link goes nowhere".into(), element.at),
            Some(href) if href.to_ascii_lowercase().starts_with("javascript:") => {
                warn("script_link", "mail programs do not run scripts".into(), element.at)
            }
            _ => {}
        }
        if matches!(name.as_str(), "script" | "form" | "iframe" | "video" | "object") {
            warn("unsupported_element", format!("mail programs drop <{name}>"), element.at);
        }
    }
}

/// Puts the preheader first into the body; shown when the message has one.
fn with_preheader(html: &str) -> String {
    let div = format!(
        "{{% if {PREHEADER_VARIABLE} != '' %}}<div style=\"{PREHEADER_STYLE}\">{{{{ {PREHEADER_VARIABLE} }}}}</div>{{% endif %}}"
    );
    let at = after_body_tag(html).unwrap_or(0);
    [&html[..at], &div, &html[at..]].concat()
}

/// The offset after `<body ...>`.
fn after_body_tag(html: &str) -> Option<usize> {
    let scan = markup::scan(html, &[]).ok()?;
    scan.elements.iter().find(|element| element.name.eq_ignore_ascii_case("body")).map(|body| body.content_at)
}

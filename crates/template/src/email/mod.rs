//! E-mails: subject, preheader, HTML and text from Liquid in MJML, HTML or plain text.
//!
//! [`CompiledEmail::compile`] does the slow work once per campaign: MJML to HTML, CSS into style attributes,
//! everything parsed. [`CompiledEmail::render`] then only walks the trees, for each recipient.

mod compile;
mod entities;
mod links;
mod markup;
mod text;
mod tokens;

pub use compile::BODY_BYTES_MAX;
pub use links::{append_pixel, rewrite_links};
pub use text::html_to_text;

use crate::context::{OutputContext, RenderContext};
use crate::error::{ParseError, Position, RenderError};
use crate::render;
use crate::template::Template;
use std::collections::BTreeSet;
use std::fmt;

/// How the HTML gets the preheader; data of this name is hidden.
pub(crate) const PREHEADER_VARIABLE: &str = "tutti_preheader";
/// Inboxes show fewer characters.
const SUBJECT_CHARS_MAX: usize = 150;
/// What the one-click unsubscribe address is called in templates.
const UNSUBSCRIBE_VARIABLE: &str = "unsubscribe_url";

/// What the body is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    Mjml,
    Html,
    Plain,
}

/// What the author wrote; all of it is Liquid.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EmailSource {
    pub kind: BodyKind,
    pub subject: String,
    /// What inboxes show after the subject; may be empty.
    #[serde(default)]
    pub preheader: String,
    pub body: String,
    /// The plain-text part; made from the HTML when none is given.
    #[serde(default)]
    pub text: Option<String>,
}

/// Which part of an e-mail something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Subject,
    Preheader,
    Body,
    Text,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Subject => "subject",
            Part::Preheader => "preheader",
            Part::Body => "body",
            Part::Text => "text",
        })
    }
}

/// The e-mail cannot be sent as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}, {at}: {message}; {advice}")]
pub struct CompileError {
    pub part: Part,
    pub message: String,
    /// In the text the author wrote.
    pub at: Position,
    pub advice: &'static str,
}

impl CompileError {
    pub(crate) fn liquid(part: Part, error: ParseError) -> CompileError {
        CompileError { part, message: error.message, at: error.at, advice: "correct the Liquid there" }
    }
}

/// The e-mail can be sent, but somebody should look.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable, for programs: `image_without_alt`, `no_unsubscribe_link`, `too_large` and so on.
    pub code: &'static str,
    pub part: Part,
    pub message: String,
    pub at: Option<Position>,
}

/// An e-mail ready to be rendered for many people.
#[derive(Debug)]
pub struct CompiledEmail {
    kind: BodyKind,
    subject: Template,
    preheader: Template,
    body: Template,
    text: Option<Template>,
    warnings: Vec<Warning>,
}

/// An e-mail for one person. `html` is empty for a plain one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RenderedEmail {
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub text: String,
}

impl CompiledEmail {
    pub fn compile(source: &EmailSource) -> Result<CompiledEmail, CompileError> {
        let parse = |part: Part, text: &str| Template::parse(text).map_err(|error| CompileError::liquid(part, error));
        let subject = parse(Part::Subject, &source.subject)?;
        let preheader = parse(Part::Preheader, &source.preheader)?;
        let text = source.text.as_deref().filter(|text| !text.trim().is_empty());
        let text = text.map(|text| parse(Part::Text, text)).transpose()?;
        let body = compile::body(source.kind, &source.body)?;
        let mut email =
            CompiledEmail { kind: source.kind, subject, preheader, body: body.template, text, warnings: body.warnings };
        email.lint(source);
        Ok(email)
    }

    fn lint(&mut self, source: &EmailSource) {
        let mut warn =
            |code, part, message: &str| self.warnings.push(Warning { code, part, message: message.into(), at: None });
        if source.subject.trim().is_empty() {
            warn("no_subject", Part::Subject, "the subject is empty");
        }
        if SUBJECT_CHARS_MAX < source.subject.chars().count() && !source.subject.contains('{') {
            warn("long_subject", Part::Subject, "inboxes do not show a subject this long");
        }
        if !self.body.variables().iter().any(|name| name == UNSUBSCRIBE_VARIABLE) && self.body.partials().is_empty() {
            warn("no_unsubscribe_link", Part::Body, "there is no unsubscribe link; add one to {{ unsubscribe_url }}");
        }
        let has_preview = source.kind == BodyKind::Mjml && source.body.contains("<mj-preview");
        if has_preview && !source.preheader.trim().is_empty() {
            warn("two_preheaders", Part::Preheader, "the body has an mj-preview too; inboxes show the preheader first");
        }
    }

    /// Renders for one person. The output context of `ctx` is set for each part; its limits hold for each part.
    pub fn render(&self, data: &serde_json::Value, ctx: &RenderContext) -> Result<RenderedEmail, RenderError> {
        let header = ctx.with_output(OutputContext::Header);
        let plain = ctx.with_output(OutputContext::Text);
        let html_ctx = ctx.with_output(OutputContext::Html);
        let part = |part: Part| move |error: RenderError| named(error, part);
        let subject = one_line(&self.subject.render(data, &header).map_err(part(Part::Subject))?);
        let preheader = one_line(&self.preheader.render(data, &plain).map_err(part(Part::Preheader))?);
        let body_ctx = if self.kind == BodyKind::Plain { &plain } else { &html_ctx };
        let body = render::render(&self.body, data, body_ctx, &[(PREHEADER_VARIABLE, &preheader)])?;
        let text = match &self.text {
            Some(text) => Some(text.render(data, &plain).map_err(part(Part::Text))?),
            None => None,
        };
        let (html, text) = match (self.kind, text) {
            (BodyKind::Plain, text) => (String::new(), text.unwrap_or(body)),
            (_, Some(text)) => (body, text),
            (_, None) => {
                let text = html_to_text(&body);
                (body, text)
            }
        };
        Ok(RenderedEmail { subject, preheader, html, text })
    }

    /// The data all parts read, as paths such as `customer.first_name`.
    pub fn variables(&self) -> Vec<String> {
        let parts = [&self.subject, &self.preheader, &self.body].into_iter().chain(&self.text);
        let names: BTreeSet<String> = parts.flat_map(Template::variables).collect();
        names.into_iter().collect()
    }

    /// The content blocks all parts name.
    pub fn partials(&self) -> Vec<String> {
        let parts = [&self.subject, &self.preheader, &self.body].into_iter().chain(&self.text);
        let names: BTreeSet<String> = parts.flat_map(Template::partials).collect();
        names.into_iter().collect()
    }

    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

/// Says which part an error is in; the body is understood.
fn named(error: RenderError, part: Part) -> RenderError {
    match error {
        RenderError::Invalid { message, at } => {
            RenderError::Invalid { message: format!("in the {part}: {message}"), at }
        }
        other => other,
    }
}

/// Header lines have no line ends; whitespace runs become one space.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

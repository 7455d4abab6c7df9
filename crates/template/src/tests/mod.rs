mod context;
mod email;
mod golden;
mod hostile;
mod language;
mod links;
mod mjml;
mod registry;

use crate::{OutputContext, RenderContext, RenderError, Template};
use serde_json::Value;

/// 2026-03-01 12:00 UTC.
const NOW_MS: i64 = 1_772_366_400_000;

/// Parses and renders `source`; errors become their text.
fn render(output: OutputContext, source: &str, data: &Value) -> Result<String, String> {
    let template = Template::parse(source).map_err(|error| error.to_string())?;
    template.render(data, &RenderContext::new(output, NOW_MS)).map_err(|error| error.to_string())
}

/// The one place that renders plain text.
#[track_caller]
fn check(source: &str, data: Value, expected: &str) {
    assert_eq!(render(OutputContext::Text, source, &data).as_deref(), Ok(expected), "{source}");
}

#[track_caller]
fn check_error(source: &str, data: Value, expected: &str) {
    let error = render(OutputContext::Text, source, &data).expect_err("an error");
    assert!(error.contains(expected), "{source}: {error}");
}

fn render_error(source: &str, ctx: &RenderContext) -> RenderError {
    Template::parse(source).expect("a template").render(&Value::Null, ctx).expect_err("an error")
}

//! The golden Liquid cases: what other engines answer, replayed here.

use crate::{OutputContext, RenderContext, Template};
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;

/// At least this many of the 1,054 cases must pass.
const PASS_MIN: usize = 1_002;

fn cases() -> Option<Vec<Value>> {
    let shared = match std::env::var_os("TUTTI_SHARED") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../../shared"),
    };
    let text = std::fs::read_to_string(shared.join("data/golden-liquid/golden_liquid.json")).ok()?;
    let mut all: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    match all["tests"].take() {
        Value::Array(cases) => Some(cases),
        _ => panic!("the golden file has no tests"),
    }
}

/// Renders one case as the reference did: as plain text, in UTC.
fn run(case: &Value) -> Result<String, String> {
    let mut partials = HashMap::new();
    for (name, source) in case["templates"].as_object().into_iter().flatten() {
        partials.insert(name.clone(), Template::parse(source.as_str().unwrap_or("")).map_err(|e| e.to_string())?);
    }
    let template = Template::parse(case["template"].as_str().expect("a template")).map_err(|e| e.to_string())?;
    let ctx = RenderContext { partials: &partials, ..RenderContext::new(OutputContext::Text, 1_772_366_400_000) };
    template.render(&case["data"], &ctx).map_err(|e| e.to_string())
}

fn is_right(case: &Value, actual: &Result<String, String>) -> bool {
    match actual {
        Err(_) => case["invalid"] == true,
        Ok(text) => {
            let any_of = case["results"].as_array().into_iter().flatten();
            any_of.chain(case.get("result")).any(|expected| expected == text.as_str())
        }
    }
}

#[test]
fn golden_liquid_cases_pass() {
    let Some(cases) = cases() else {
        println!("skipped: no shared data");
        return;
    };
    let mut passed = 0;
    for case in &cases {
        let actual = run(case);
        if is_right(case, &actual) {
            passed += 1;
        } else {
            println!(
                "differs: {}\n  template {}\n  expected {} {} {}\n  actual {actual:?}",
                case["name"], case["template"], case["result"], case["results"], case["invalid"]
            );
        }
    }
    println!("golden Liquid: {passed} of {} cases pass", cases.len());
    assert!(PASS_MIN <= passed, "only {passed} of {} cases pass", cases.len());
}

//! A schema that may be used: JSON Schema 2020-12, within its own bounds, and cheap for every event there is.
//!
//! Hostile schemas are refused by name before anything is compiled: references that leave the schema, references in a
//! circle, references that multiply, expressions that explode. Patterns run on an engine whose time is linear in the
//! text, so look-around and back references are not there.

use crate::error::{PlanError, Result};
use crate::limits::*;
use crate::shape::Shape;
use base::Json;
use jsonschema::{Draft, PatternOptions, Validator};

/// Keywords whose value is a schema.
const SUBSCHEMAS: [&str; 11] = [
    "additionalProperties",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contentSchema",
];
/// Keywords whose values are schemas by name.
const SUBSCHEMA_MAPS: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];
/// Keywords whose value is a list of schemas.
pub(crate) const SUBSCHEMA_LISTS: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords that name a place to be referred to from elsewhere, or refer to one that is only known in use.
const NAMED_PLACES: [&str; 5] = ["$dynamicRef", "$dynamicAnchor", "$anchor", "$recursiveRef", "$recursiveAnchor"];
const DIALECTS: [&str; 2] =
    ["https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#"];

/// A schema ready to judge events.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub validator: Validator,
    pub shape: Shape,
}

/// Checks and compiles a schema of properties or traits.
pub(crate) fn compile(schema: &Json) -> Result<Compiled> {
    check(schema)?;
    let mut own = schema.clone();
    if let Json::Object(map) = &mut own {
        // Who it says it is must not change where its references lead.
        map.shift_remove("$id");
        map.shift_remove("$schema");
    }
    let patterns =
        PatternOptions::regex().size_limit(PATTERN_COMPILED_BYTES_MAX).dfa_size_limit(PATTERN_COMPILED_BYTES_MAX);
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(patterns)
        .offline()
        .build(&own)
        .map_err(|error| {
            PlanError::schema("schema_invalid", error.instance_path().to_string(), cut(&error.to_string()))
        })?;
    Ok(Compiled { validator, shape: Shape::of(&own) })
}

fn cut(text: &str) -> String {
    const CHARS_MAX: usize = 300;
    text.chars().take(CHARS_MAX).collect()
}

fn check(schema: &Json) -> Result<()> {
    if !schema.is_object() {
        return Err(PlanError::schema("schema_invalid", "", "a schema is a JSON object"));
    }
    // Depth first: nothing after this recurses deeper than what it allows.
    if let Some(place) = too_deep(schema, SCHEMA_DEPTH_MAX) {
        let detail = format!("objects and arrays are nested more than {SCHEMA_DEPTH_MAX} deep");
        return Err(PlanError::schema("schema_too_deep", place, detail));
    }
    let bytes = schema.to_string().len();
    if bytes > SCHEMA_BYTES_MAX {
        let detail = format!("the schema has {bytes} bytes, {SCHEMA_BYTES_MAX} are allowed");
        return Err(PlanError::schema("schema_too_large", "", detail));
    }
    if let Some(dialect) = schema.get("$schema")
        && !dialect.as_str().is_some_and(|name| DIALECTS.contains(&name))
    {
        let detail = format!("schemas are JSON Schema 2020-12: leave $schema out, or say {}", DIALECTS[0]);
        return Err(PlanError::schema("schema_invalid", "/$schema", detail));
    }
    if schema.get("type").is_some_and(|kind| kind != "object") {
        let detail = "properties and traits are an object: the type of the schema itself is \"object\"";
        return Err(PlanError::schema("schema_invalid", "/type", detail));
    }
    let mut walk = Walk { root: schema, nodes: 0, properties: 0, patterns: 0, unevaluated: 0, within: Vec::new() };
    walk.schema(schema, "")?;
    // Definitions nobody refers to are checked too: they are compiled.
    for keyword in ["$defs", "definitions"] {
        for (name, one) in schema.get(keyword).and_then(Json::as_object).into_iter().flatten() {
            walk.schema(one, &format!("/{keyword}/{}", crate::shape::segment(name)))?;
        }
    }
    Ok(())
}

/// The place where `value` is nested deeper than `levels`.
fn too_deep(value: &Json, levels: usize) -> Option<String> {
    let inner: Vec<(String, &Json)> = match value {
        Json::Object(map) => map.iter().map(|(name, inner)| (crate::shape::segment(name), inner)).collect(),
        Json::Array(list) => list.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect(),
        _ => return None,
    };
    if levels == 0 {
        return Some(String::new());
    }
    inner.into_iter().find_map(|(name, inner)| too_deep(inner, levels - 1).map(|rest| format!("/{name}{rest}")))
}

/// What a local reference points to.
pub(crate) fn resolve<'a>(root: &'a Json, reference: &str) -> Option<&'a Json> {
    let pointer = reference.strip_prefix('#')?;
    // A pointer in a URI may be percent-encoded; names that need it are not for references here.
    (!pointer.contains('%')).then(|| root.pointer(pointer)).flatten()
}

struct Walk<'a> {
    root: &'a Json,
    /// Schemas met with every reference followed.
    nodes: usize,
    properties: usize,
    patterns: usize,
    unevaluated: usize,
    /// References being followed.
    within: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn schema(&mut self, schema: &'a Json, at: &str) -> Result<()> {
        self.nodes += 1;
        if self.nodes > SCHEMA_NODES_MAX {
            let detail = format!("with its references followed it holds more than {SCHEMA_NODES_MAX} schemas");
            return Err(PlanError::schema("schema_too_complex", at, detail));
        }
        let Json::Object(map) = schema else { return Ok(()) };
        for keyword in NAMED_PLACES {
            if map.contains_key(keyword) {
                let detail = "places are referred to by JSON pointer only, such as #/$defs/price";
                return Err(PlanError::schema("schema_invalid", format!("{at}/{keyword}"), detail));
            }
        }
        if !at.is_empty() && (map.contains_key("$id") || map.contains_key("$schema")) {
            let detail = "a schema inside a schema has neither $id nor $schema";
            return Err(PlanError::schema("schema_invalid", at, detail));
        }
        if let Some(pattern) = map.get("pattern").and_then(Json::as_str) {
            self.pattern(pattern, &format!("{at}/pattern"))?;
        }
        let names = map.get("patternProperties").and_then(Json::as_object).into_iter().flatten();
        for (pattern, _) in names {
            self.pattern(pattern, &format!("{at}/patternProperties"))?;
        }
        self.unevaluated +=
            ["unevaluatedProperties", "unevaluatedItems"].iter().filter(|word| map.contains_key(**word)).count();
        if self.unevaluated > SCHEMA_UNEVALUATED_MAX {
            let detail = format!(
                "unevaluatedProperties and unevaluatedItems stand there more than {SCHEMA_UNEVALUATED_MAX} times"
            );
            return Err(PlanError::schema("schema_too_complex", at, detail));
        }
        if let Some(Json::Object(properties)) = map.get("properties") {
            self.properties += properties.len();
            if self.properties > SCHEMA_PROPERTIES_MAX {
                let detail = format!("it names more than {SCHEMA_PROPERTIES_MAX} properties");
                return Err(PlanError::schema("schema_too_wide", format!("{at}/properties"), detail));
            }
        }
        self.reference(map.get("$ref"), at)?;
        self.inside(map, at)
    }

    fn inside(&mut self, map: &'a base::JsonMap, at: &str) -> Result<()> {
        for keyword in SUBSCHEMAS {
            if let Some(inner) = map.get(keyword) {
                self.schema(inner, &format!("{at}/{keyword}"))?;
            }
        }
        for keyword in SUBSCHEMA_MAPS {
            for (name, inner) in map.get(keyword).and_then(Json::as_object).into_iter().flatten() {
                self.schema(inner, &format!("{at}/{keyword}/{}", crate::shape::segment(name)))?;
            }
        }
        for keyword in SUBSCHEMA_LISTS {
            for (index, inner) in map.get(keyword).and_then(Json::as_array).into_iter().flatten().enumerate() {
                self.schema(inner, &format!("{at}/{keyword}/{index}"))?;
            }
        }
        Ok(())
    }

    fn reference(&mut self, reference: Option<&'a Json>, at: &str) -> Result<()> {
        let Some(reference) = reference else { return Ok(()) };
        let place = format!("{at}/$ref");
        let Some(reference) = reference.as_str() else {
            return Err(PlanError::schema("schema_invalid", place, "$ref is text"));
        };
        if !reference.starts_with('#') {
            let detail = "a reference must stay in the schema: begin it with #/";
            return Err(PlanError::schema("schema_remote_ref", place, detail));
        }
        let Some(target) = resolve(self.root, reference) else {
            return Err(PlanError::schema("schema_invalid", place, "the reference leads nowhere in this schema"));
        };
        if reference == "#" || self.within.contains(&reference) {
            return Err(PlanError::schema("schema_recursive", place, "the reference leads back to itself"));
        }
        self.within.push(reference);
        let done = self.schema(target, &place);
        self.within.pop();
        done
    }

    fn pattern(&mut self, pattern: &str, at: &str) -> Result<()> {
        let refused = |detail: String| Err(PlanError::schema("schema_pattern", at, detail));
        self.patterns += 1;
        if self.patterns > PATTERNS_MAX {
            return refused(format!("with its references followed it holds more than {PATTERNS_MAX} patterns"));
        }
        if pattern.chars().count() > PATTERN_CHARS_MAX {
            return refused(format!("a pattern has at most {PATTERN_CHARS_MAX} characters"));
        }
        let built = regex::RegexBuilder::new(pattern)
            .size_limit(PATTERN_COMPILED_BYTES_MAX)
            .dfa_size_limit(PATTERN_COMPILED_BYTES_MAX)
            .build();
        match built {
            Ok(_) => Ok(()),
            Err(regex::Error::CompiledTooBig(_)) => {
                refused("the pattern can explode: it repeats what it repeats".into())
            }
            Err(_) => refused("the pattern cannot be used: look-around and back references are not there".into()),
        }
    }
}

#[cfg(test)]
mod tests;

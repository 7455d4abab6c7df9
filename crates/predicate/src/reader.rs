//! Reads the JSON form: collects every mistake with its place instead of stopping at the first.

use crate::{Condition, ConditionError, ConditionErrors, KINDS};
use base::{Json, JsonMap};

/// Version of the JSON form this program writes and reads.
pub const CONDITION_VERSION: u64 = 1;
/// Conditions in one tree, groups included.
pub const CONDITION_NODES_MAX: usize = 500;
/// Groups inside groups.
pub const CONDITION_DEPTH_MAX: usize = 20;
/// Values of one `in` list.
pub const LIST_VALUES_MAX: usize = 10_000;
/// Bytes of one name or text value.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Mistakes reported at once.
const ERRORS_MAX: usize = 20;

/// Reads `{"version":1, "KIND":…}`. `version` may be missing and is then 1.
pub fn parse(json: &Json) -> Result<Condition, ConditionErrors> {
    let mut reader = Reader::default();
    let condition = reader.root(json);
    match condition {
        Some(condition) if reader.errors.is_empty() => Ok(condition),
        _ => Err(ConditionErrors(reader.errors)),
    }
}

/// The state of one reading. `at` arguments are the JSON pointer of the value being read.
#[derive(Debug, Default)]
pub struct Reader {
    errors: Vec<ConditionError>,
    nodes: usize,
    depth: usize,
    said_too_many: bool,
}

impl Reader {
    /// Notes a mistake; answers None so that a reader can `return` it.
    pub fn fail<T>(&mut self, at: &str, code: &'static str, detail: impl Into<String>) -> Option<T> {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(ConditionError { pointer: at.to_owned(), code, detail: detail.into() });
        }
        None
    }

    fn root(&mut self, json: &Json) -> Option<Condition> {
        let Some(object) = json.as_object() else {
            return self.fail("", "not_an_object", "a condition is a JSON object such as {\"all\":[]}");
        };
        match object.get("version") {
            None => self.condition(json, ""),
            Some(version) if version.as_u64() == Some(CONDITION_VERSION) => {
                let mut rest = object.clone();
                rest.remove("version");
                self.condition(&Json::Object(rest), "")
            }
            Some(version) => self.fail(
                "/version",
                "version_unknown",
                format!("version {version} is not known here; this program reads version {CONDITION_VERSION}"),
            ),
        }
    }

    /// Counts conditions, or parts of one that cost as much; None when there are too many.
    pub(crate) fn count(&mut self, parts: usize, at: &str) -> Option<()> {
        self.nodes += parts;
        if self.nodes <= CONDITION_NODES_MAX {
            return Some(());
        }
        if !std::mem::replace(&mut self.said_too_many, true) {
            let detail =
                format!("more than {CONDITION_NODES_MAX} conditions; save a part of them as a segment of its own");
            self.fail::<()>(at, "too_many_conditions", detail);
        }
        None
    }

    /// One condition of any kind.
    pub fn condition(&mut self, json: &Json, at: &str) -> Option<Condition> {
        self.count(1, at)?;
        if self.depth >= CONDITION_DEPTH_MAX {
            let detail =
                format!("groups are nested more than {CONDITION_DEPTH_MAX} deep; save the inner part as a segment");
            return self.fail(at, "too_deep", detail);
        }
        let Some(object) = json.as_object() else {
            return self.fail(at, "not_an_object", "a condition is a JSON object such as {\"trait\":{…}}");
        };
        let mut entries = object.iter();
        let (Some((key, body)), None) = (entries.next(), entries.next()) else {
            let detail = format!("a condition has exactly one key, one of: {}", kind_names());
            return self.fail(at, "one_key_wanted", detail);
        };
        let Some(kind) = KINDS.iter().find(|kind| kind.name == key) else {
            let detail = format!("\"{}\" is no kind of condition; use one of: {}", cut(key), kind_names());
            return self.fail(&child(at, key), "kind_unknown", detail);
        };
        self.depth += 1;
        let condition = (kind.read)(self, body, &child(at, key));
        self.depth -= 1;
        condition
    }

    /// The members of a group.
    pub fn conditions(&mut self, json: &Json, at: &str) -> Option<Vec<Condition>> {
        let Some(items) = json.as_array() else {
            return self.fail(at, "not_a_list", "a group is a list of conditions: [{…},{…}]");
        };
        let mut conditions = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if self.nodes > CONDITION_NODES_MAX {
                return None;
            }
            conditions.extend(self.condition(item, &format!("{at}/{index}")));
        }
        Some(conditions)
    }

    /// An object that has no keys but `known`.
    pub fn object<'a>(&mut self, json: &'a Json, at: &str, known: &[&str]) -> Option<&'a JsonMap> {
        let Some(object) = json.as_object() else {
            return self.fail(at, "not_an_object", format!("an object with {} is wanted here", known.join(", ")));
        };
        for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
            let detail = format!("\"{}\" is not known here; use {}", cut(key), known.join(", "));
            self.fail::<()>(&child(at, key), "field_unknown", detail);
        }
        Some(object)
    }

    /// A text that must be there and must not be empty.
    pub fn text(&mut self, object: &JsonMap, key: &str, at: &str) -> Option<String> {
        match object.get(key) {
            Some(Json::String(text)) => self.checked_text(text, &child(at, key)),
            Some(_) => self.fail(&child(at, key), "not_a_text", format!("{key} is a text")),
            None => self.fail(&child(at, key), "missing", format!("{key} is missing")),
        }
    }

    /// A text that may be missing or null.
    pub fn optional_text(&mut self, object: &JsonMap, key: &str, at: &str) -> Option<String> {
        match object.get(key) {
            None | Some(Json::Null) => None,
            Some(_) => self.text(object, key, at),
        }
    }

    /// Refuses empty and oversized text and NUL.
    pub fn checked_text(&mut self, text: &str, at: &str) -> Option<String> {
        if text.is_empty() {
            return self.fail(at, "empty", "this must not be empty");
        }
        if text.len() > TEXT_BYTES_MAX {
            let detail = format!("{} bytes are too long; at most {TEXT_BYTES_MAX}", text.len());
            return self.fail(at, "too_long", detail);
        }
        if text.contains('\0') {
            return self.fail(at, "nul_character", "the text holds a NUL character; remove it");
        }
        Some(text.to_owned())
    }
}

fn kind_names() -> String {
    KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// `at` + "/" + key, escaped as RFC 6901 wants.
pub(crate) fn child(at: &str, key: &str) -> String {
    format!("{at}/{}", cut(key).replace('~', "~0").replace('/', "~1"))
}

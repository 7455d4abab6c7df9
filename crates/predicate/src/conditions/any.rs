//! `{"any":[…]}`: at least one condition holds.

use super::{earliest_change, members_json};
use crate::condition::ConditionKind;
use crate::{Condition, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct Any(pub Vec<Condition>);

impl ConditionKind for Any {
    const NAME: &'static str = "any";
    const LABEL: &'static str = "Any of these";

    fn example() -> Json {
        json!([
            { "trait": { "name": "country", "op": "equals", "value": "NL" } },
            { "trait": { "name": "country", "op": "equals", "value": "SE" } },
        ])
    }
    fn json_schema() -> Json {
        json!({ "type": "array", "title": Self::LABEL, "minItems": 1, "items": { "$ref": "#/condition" } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        if body.as_array().is_some_and(Vec::is_empty) {
            return reader.fail(at, "empty", "\"any\" wants at least one condition; nobody would match");
        }
        reader.conditions(body, at).map(Any)
    }
    fn write(&self) -> Json {
        members_json(&self.0)
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        self.0.iter().any(|condition| condition.matches(facts, now))
    }
    fn describe(&self, words: &Words) -> String {
        words.group(&self.0, false)
    }
    fn references(&self, into: &mut References) {
        self.0.iter().for_each(|condition| condition.collect_references(into));
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        earliest_change(&self.0, facts, now)
    }
}

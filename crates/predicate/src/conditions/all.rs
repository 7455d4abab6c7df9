//! `{"all":[…]}`: every condition holds. With no conditions: everybody.

use super::{earliest_change, members_json};
use crate::condition::ConditionKind;
use crate::{Condition, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct All(pub Vec<Condition>);

impl ConditionKind for All {
    const NAME: &'static str = "all";
    const LABEL: &'static str = "All of these";

    fn example() -> Json {
        json!([{ "trait": { "name": "country", "op": "equals", "value": "NL" } }])
    }
    fn json_schema() -> Json {
        json!({ "type": "array", "title": Self::LABEL, "items": { "$ref": "#/condition" } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        reader.conditions(body, at).map(All)
    }
    fn write(&self) -> Json {
        members_json(&self.0)
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        self.0.iter().all(|condition| condition.matches(facts, now))
    }
    fn describe(&self, words: &Words) -> String {
        words.group(&self.0, true)
    }
    fn references(&self, into: &mut References) {
        self.0.iter().for_each(|condition| condition.collect_references(into));
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        earliest_change(&self.0, facts, now)
    }
}

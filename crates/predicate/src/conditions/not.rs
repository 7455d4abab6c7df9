//! `{"not":{…}}`: the condition does not hold.

use crate::condition::ConditionKind;
use crate::{Condition, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct Not(pub Box<Condition>);

impl ConditionKind for Not {
    const NAME: &'static str = "not";
    const LABEL: &'static str = "None of this";

    fn example() -> Json {
        json!({ "trait": { "name": "country", "op": "equals", "value": "NL" } })
    }
    fn json_schema() -> Json {
        json!({ "title": Self::LABEL, "$ref": "#/condition" })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        reader.condition(body, at).map(|inner| Not(Box::new(inner)))
    }
    fn write(&self) -> Json {
        self.0.part_json()
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        !self.0.matches(facts, now)
    }
    fn describe(&self, words: &Words) -> String {
        words.not(&self.0.clause(words))
    }
    fn references(&self, into: &mut References) {
        self.0.collect_references(into);
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        self.0.next_change(facts, now)
    }
}

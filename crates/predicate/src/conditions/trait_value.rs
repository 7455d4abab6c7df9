//! `{"trait":{"name":"country","op":"equals","value":"NL"}}`: what is known about the customer.

use crate::condition::ConditionKind;
use crate::{ProfileFacts, Reader, References, ValueTest, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct TraitIs {
    /// Path of the trait.
    pub name: String,
    pub test: ValueTest,
}

impl ConditionKind for TraitIs {
    const NAME: &'static str = "trait";
    const LABEL: &'static str = "Customer property";

    fn example() -> Json {
        json!({ "name": "country", "op": "equals", "value": "NL" })
    }
    fn json_schema() -> Json {
        let [(op, op_schema), (value, value_schema)] = ValueTest::schema_properties();
        json!({ "type": "object", "title": Self::LABEL, "required": ["name", "op"], "additionalProperties": false,
            "properties": { "name": { "type": "string", "title": "Property", "x-source": "traits" }, op: op_schema, value: value_schema } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["name", "op", "value"])?;
        let name = reader.text(object, "name", at);
        let test = ValueTest::read(reader, object, at);
        Some(TraitIs { name: name?, test: test? })
    }
    fn write(&self) -> Json {
        let mut json = json!({ "name": self.name });
        self.test.write_into(&mut json);
        json
    }
    fn matches(&self, facts: &dyn ProfileFacts, now: Timestamp) -> bool {
        self.test.holds(now, |each| facts.trait_values(&self.name, each))
    }
    fn describe(&self, words: &Words) -> String {
        words.test(&self.name, &self.test)
    }
    fn references(&self, into: &mut References) {
        into.traits.insert(self.name.clone());
        into.time |= self.test.is_relative();
    }
    fn next_change(&self, facts: &dyn ProfileFacts, now: Timestamp) -> Option<Timestamp> {
        self.test.next_change(now, |each| facts.trait_values(&self.name, each))
    }
}

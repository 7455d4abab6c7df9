//! `{"segment":{"id":"seg_…","op":"in"}}`: the customer is (not) in another saved segment.

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::{ProfileFacts, Reader, References, Words};
use base::{Json, SegmentId, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct InSegment {
    pub id: SegmentId,
    /// True for `not_in`.
    pub negated: bool,
}

impl ConditionKind for InSegment {
    const NAME: &'static str = "segment";
    const LABEL: &'static str = "In another segment";

    fn example() -> Json {
        json!({ "id": "seg_0190a6c6f6c07c3e8a6d0b1f5a2c9e10", "op": "in" })
    }
    fn json_schema() -> Json {
        json!({ "type": "object", "title": Self::LABEL, "required": ["id"], "additionalProperties": false,
            "properties": { "id": { "type": "string", "x-source": "segments" },
                "op": { "type": "string", "enum": ["in", "not_in"] } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["id", "op"])?;
        let id = reader.text(object, "id", at)?;
        let Ok(id) = id.parse() else {
            return reader.fail(&child(at, "id"), "id_invalid", "the id of a segment starts with seg_");
        };
        let negated = match reader.optional_text(object, "op", at).as_deref() {
            None | Some("in") => false,
            Some("not_in") => true,
            Some(_) => return reader.fail(&child(at, "op"), "op_unknown", "use in or not_in"),
        };
        Some(InSegment { id, negated })
    }
    fn write(&self) -> Json {
        json!({ "id": self.id.to_string(), "op": if self.negated { "not_in" } else { "in" } })
    }
    fn matches(&self, facts: &dyn ProfileFacts, _now: Timestamp) -> bool {
        facts.in_segment(self.id) != self.negated
    }
    fn describe(&self, words: &Words) -> String {
        words.segment(self.id, self.negated)
    }
    fn references(&self, into: &mut References) {
        into.segments.insert(self.id);
    }
    fn next_change(&self, _facts: &dyn ProfileFacts, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

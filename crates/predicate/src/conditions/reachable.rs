//! `{"reachable":{"channel":"email"}}`: subscribed, has an address, and the address is not suppressed.

use crate::condition::ConditionKind;
use crate::{ConsentState, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct Reachable {
    pub channel: String,
}

impl ConditionKind for Reachable {
    const NAME: &'static str = "reachable";
    const LABEL: &'static str = "Can be reached";

    fn example() -> Json {
        json!({ "channel": "email" })
    }
    fn json_schema() -> Json {
        json!({ "type": "object", "title": Self::LABEL, "required": ["channel"], "additionalProperties": false,
            "properties": { "channel": { "type": "string", "x-source": "message_channels" } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["channel"])?;
        reader.text(object, "channel", at).map(|channel| Reachable { channel })
    }
    fn write(&self) -> Json {
        json!({ "channel": self.channel })
    }
    fn matches(&self, facts: &dyn ProfileFacts, _now: Timestamp) -> bool {
        facts.consent(&self.channel) == ConsentState::Subscribed
            && facts.has_address(&self.channel)
            && !facts.suppressed(&self.channel)
    }
    fn describe(&self, words: &Words) -> String {
        words.reachable(&self.channel)
    }
    fn references(&self, into: &mut References) {
        into.channels.insert(self.channel.clone());
    }
    fn next_change(&self, _facts: &dyn ProfileFacts, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

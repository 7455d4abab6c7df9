//! `{"consent":{"channel":"email","state":"subscribed"}}`: what the customer said about a channel.

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::{ConsentState, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

#[derive(Debug, Clone, PartialEq)]
pub struct ConsentIs {
    pub channel: String,
    pub state: ConsentState,
}

impl ConditionKind for ConsentIs {
    const NAME: &'static str = "consent";
    const LABEL: &'static str = "Consent";

    fn example() -> Json {
        json!({ "channel": "email", "state": "subscribed" })
    }
    fn json_schema() -> Json {
        let states = ConsentState::ALL.map(ConsentState::name);
        json!({ "type": "object", "title": Self::LABEL, "required": ["channel", "state"], "additionalProperties": false,
            "properties": { "channel": { "type": "string", "x-source": "message_channels" },
                "state": { "type": "string", "enum": states } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["channel", "state"])?;
        let channel = reader.text(object, "channel", at);
        let state = reader.text(object, "state", at)?;
        let Some(state) = ConsentState::parse(&state) else {
            return reader.fail(&child(at, "state"), "state_unknown", "use subscribed, unsubscribed or unknown");
        };
        Some(ConsentIs { channel: channel?, state })
    }
    fn write(&self) -> Json {
        json!({ "channel": self.channel, "state": self.state.name() })
    }
    fn matches(&self, facts: &dyn ProfileFacts, _now: Timestamp) -> bool {
        facts.consent(&self.channel) == self.state
    }
    fn describe(&self, words: &Words) -> String {
        words.consent(&self.channel, self.state)
    }
    fn references(&self, into: &mut References) {
        into.channels.insert(self.channel.clone());
    }
    fn next_change(&self, _facts: &dyn ProfileFacts, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

//! What the customer said about a channel, a topic, a topic on a channel, or a purpose:
//! `{"consent":{"channel":"email","state":"subscribed"}}`, `{"consent":{"topic":"news","state":"pending"}}`,
//! `{"consent":{"topic":"news","channel":"email","state":"unsubscribed"}}`,
//! `{"consent":{"purpose":"analytics","state":"unknown"}}`. Unknown: never asked. Topics count as they were said, without
//! the default that a topic may have for who said nothing.

use crate::condition::ConditionKind;
use crate::reader::child;
use crate::{ConsentState, ProfileFacts, Reader, References, Words};
use base::{Json, Timestamp};
use serde_json::json;

const TOPIC: &str = "topic:";
const PURPOSE: &str = "purpose:";
/// What data may be used for.
const PURPOSES: [&str; 4] = ["marketing", "analytics", "personalisation", "ads"];

#[derive(Debug, Clone, PartialEq)]
pub struct ConsentIs {
    /// As the consent room writes it: `email`, `topic:news`, `topic:news/email`, `purpose:analytics`.
    pub subject: String,
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
        json!({ "type": "object", "title": Self::LABEL, "required": ["state"], "additionalProperties": false,
            "properties": { "channel": { "type": "string", "x-source": "message_channels" },
                "topic": { "type": "string", "x-source": "consent_topics" },
                "purpose": { "type": "string", "enum": PURPOSES },
                "state": { "type": "string", "enum": states } } })
    }
    fn read(reader: &mut Reader, body: &Json, at: &str) -> Option<Self> {
        let object = reader.object(body, at, &["channel", "topic", "purpose", "state"])?;
        let mut text = |key: &str| object.contains_key(key).then(|| reader.text(object, key, at));
        let (channel, topic, purpose) = (text("channel"), text("topic"), text("purpose"));
        if channel.is_none() && topic.is_none() && purpose.is_none() {
            // A channel is what nearly everybody means.
            reader.text(object, "channel", at);
        }
        let state = reader.text(object, "state", at);
        let subject = match (channel, topic, purpose) {
            (Some(channel), None, None) => channel?,
            (None, Some(topic), None) => format!("{TOPIC}{}", topic?),
            (Some(channel), Some(topic), None) => format!("{TOPIC}{}/{}", topic?, channel?),
            (None, None, Some(purpose)) => {
                let purpose = purpose?;
                if !PURPOSES.contains(&purpose.as_str()) {
                    let detail = "use marketing, analytics, personalisation or ads";
                    return reader.fail(&child(at, "purpose"), "purpose_unknown", detail);
                }
                format!("{PURPOSE}{purpose}")
            }
            (None, None, None) => return None,
            _ => return reader.fail(&child(at, "purpose"), "subject_twice", "a purpose has no channel and no topic"),
        };
        let Some(state) = ConsentState::parse(&state?) else {
            let detail = "use subscribed, unsubscribed, pending or unknown";
            return reader.fail(&child(at, "state"), "state_unknown", detail);
        };
        Some(ConsentIs { subject, state })
    }
    fn write(&self) -> Json {
        let state = self.state.name();
        if let Some(purpose) = self.subject.strip_prefix(PURPOSE) {
            return json!({ "purpose": purpose, "state": state });
        }
        match self.subject.strip_prefix(TOPIC).map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            None => json!({ "channel": self.subject, "state": state }),
            Some((topic, "")) => json!({ "topic": topic, "state": state }),
            Some((topic, channel)) => json!({ "topic": topic, "channel": channel, "state": state }),
        }
    }
    fn matches(&self, facts: &dyn ProfileFacts, _now: Timestamp) -> bool {
        facts.consent(&self.subject) == self.state
    }
    fn describe(&self, words: &Words) -> String {
        words.consent(&self.subject, self.state)
    }
    fn references(&self, into: &mut References) {
        into.channels.insert(self.subject.clone());
    }
    fn next_change(&self, _facts: &dyn ProfileFacts, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}

//! What can go wrong.

use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    #[error("\"{0}\" is not a contact channel: email, sms, push, whatsapp, post or phone")]
    Channel(String),
    #[error("\"{0}\" is not what a consent is about: a channel, topic:KEY, topic:KEY/CHANNEL or purpose:NAME")]
    Subject(String),
    #[error("\"{0}\" is not a state of consent: subscribed, unsubscribed, pending or unknown")]
    State(String),
    #[error("\"{0}\" is not a reason to suppress an address: bounce_hard, complaint, manual or unsubscribed_all")]
    Reason(String),
    #[error("this is not an address of channel {channel}: {detail}")]
    Address { channel: &'static str, detail: &'static str },
    #[error("a topic's {field} cannot be used: {detail}")]
    Topic { field: &'static str, detail: &'static str },
    #[error("there is no such topic")]
    NoTopic,
    #[error("there is a topic with the key {0} already")]
    TopicExists(String),
    #[error("the topic is used by {}; archive it instead", .0.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(", "))]
    TopicInUse(Vec<crate::TopicUser>),
    #[error("a workspace has at most {} topics", crate::TOPICS_MAX)]
    TooManyTopics,
    #[error("{pointer}: {detail}")]
    Setting { pointer: &'static str, detail: String },
    #[error("white text on this colour has a contrast of {ratio}:1; 4.5:1 is needed to be read by everybody")]
    LowContrast { ratio: f64 },
    #[error("a pause ends in the future, within a year")]
    Pause,
    #[error("it was changed meanwhile; read it again")]
    Stale,
    #[error("stored consent data cannot be read: {0}")]
    Stored(String),
    #[error("{0}")]
    Elsewhere(Problem),
    #[error("there is no such suppressed address")]
    NotSuppressed,
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
}

impl ConsentError {
    pub(crate) fn stored(error: impl std::fmt::Display) -> Self {
        Self::Stored(error.to_string())
    }
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        let text = error.to_string();
        match error {
            ConsentError::Channel(_) => Problem::invalid("bad_channel", &text).at("/channel", "bad_channel", text),
            ConsentError::State(_) => Problem::invalid("bad_state", &text).at("/state", "bad_state", text),
            ConsentError::Reason(_) => Problem::invalid("bad_reason", &text).at("/reason", "bad_reason", text),
            ConsentError::Address { .. } => Problem::invalid("bad_address", &text).at("/address", "bad_address", text),
            ConsentError::Subject(_) => Problem::invalid("bad_subject", &text).at("/subject", "bad_subject", text),
            ConsentError::Topic { field, .. } => {
                Problem::invalid("bad_topic", &text).at(format!("/{field}"), "bad_topic", text)
            }
            ConsentError::NoTopic => Problem::new(ProblemKind::NotFound, "not_found", text),
            ConsentError::TopicExists(_) => Problem::conflict("topic_exists", text),
            ConsentError::TopicInUse(users) => {
                users.into_iter().fold(Problem::conflict("topic_in_use", text), |problem, user| {
                    problem.used_by(user.kind, user.id, user.name)
                })
            }
            ConsentError::TooManyTopics => Problem::invalid("too_many_topics", text),
            ConsentError::Setting { pointer, detail } => {
                Problem::invalid("bad_setting", text).at(pointer, "bad_setting", detail)
            }
            ConsentError::LowContrast { .. } => {
                Problem::invalid("low_contrast", &text).at("/accent", "low_contrast", text)
            }
            ConsentError::Pause => Problem::invalid("bad_pause", &text).at("/pause_until", "bad_pause", text),
            ConsentError::Stale => Problem::new(ProblemKind::Stale, "stale_version", text),
            ConsentError::Stored(detail) => Problem::internal(detail),
            ConsentError::Elsewhere(problem) => problem,
            ConsentError::NotSuppressed => Problem::new(ProblemKind::NotFound, "not_found", text),
            ConsentError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", text),
            ConsentError::Db(error) => error.into(),
            ConsentError::Inbox(error) => error.into(),
        }
    }
}

//! What can go wrong.

use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    #[error("\"{0}\" is not a contact channel: email, sms, push, whatsapp, post or phone")]
    Channel(String),
    #[error("\"{0}\" is not a state of consent: subscribed, unsubscribed or unknown")]
    State(String),
    #[error("\"{0}\" is not a reason to suppress an address: bounce_hard, complaint, manual or unsubscribed_all")]
    Reason(String),
    #[error("this is not an address of channel {channel}: {detail}")]
    Address { channel: &'static str, detail: &'static str },
    #[error("there is no such suppressed address")]
    NotSuppressed,
    #[error("the cursor \"{0}\" is not one this list gave out")]
    Cursor(String),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error(transparent)]
    Inbox(#[from] events::InboxError),
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        let text = error.to_string();
        match error {
            ConsentError::Channel(_) => Problem::invalid("bad_channel", &text).at("/channel", "bad_channel", text),
            ConsentError::State(_) => Problem::invalid("bad_state", &text).at("/state", "bad_state", text),
            ConsentError::Reason(_) => Problem::invalid("bad_reason", &text).at("/reason", "bad_reason", text),
            ConsentError::Address { .. } => Problem::invalid("bad_address", &text).at("/address", "bad_address", text),
            ConsentError::NotSuppressed => Problem::new(ProblemKind::NotFound, "not_found", text),
            ConsentError::Cursor(_) => Problem::new(ProblemKind::Malformed, "bad_cursor", text),
            ConsentError::Db(error) => error.into(),
            ConsentError::Inbox(error) => error.into(),
        }
    }
}

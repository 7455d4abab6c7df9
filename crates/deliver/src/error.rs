//! What can go wrong in `deliver`, with what and where.

use base::{Problem, ProblemKind};

#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    #[error(transparent)]
    Db(#[from] db::DbError),
    /// A tracking or unsubscribe link that we did not sign (or that was cut on the way).
    #[error("the link is not one of ours, or it was cut short")]
    BadToken,
    #[error("sender setting {field}: {detail}")]
    BadSender { field: &'static str, detail: String },
    #[error("a sealed secret cannot be opened: the instance key is not the one it was sealed with")]
    BadSecret,
    #[error("there is no channel \"{0}\"")]
    NoChannel(String),
    #[error("there is no message {0} in this workspace")]
    NoMessage(String),
    #[error("the mail is neither a delivery report nor a complaint: {0}")]
    NotABounce(String),
    #[error("the handover journal {path}: {detail}")]
    Journal { path: String, detail: String },
    #[error("the message cannot be shown: {0}")]
    Render(String),
    #[error("{0}")]
    Key(String),
}

impl From<DeliverError> for Problem {
    fn from(error: DeliverError) -> Self {
        let text = error.to_string();
        match error {
            DeliverError::Db(error) => error.into(),
            DeliverError::BadToken => Problem::new(ProblemKind::NotFound, "link_not_valid", text),
            DeliverError::BadSender { field, detail } => Problem::invalid("sender_not_valid", text).at(
                format!("/{}", field.replace('.', "/")),
                "invalid",
                detail,
            ),
            DeliverError::NoMessage(_) => Problem::new(ProblemKind::NotFound, "not_found", text),
            DeliverError::NotABounce(_) => Problem::invalid("not_a_bounce", text),
            DeliverError::Render(_) => Problem::new(ProblemKind::NotFound, "message_not_available", text),
            DeliverError::Journal { .. } => Problem::new(ProblemKind::Unavailable, "journal_unavailable", text),
            DeliverError::BadSecret | DeliverError::NoChannel(_) | DeliverError::Key(_) => Problem::internal(text),
        }
    }
}

pub type Result<T> = std::result::Result<T, DeliverError>;

//! The e-mail as its author writes it.

use crate::ContentError;
use base::Json;
use serde::{Deserialize, Serialize};
use template::email::{BODY_BYTES_MAX, BodyKind, EmailSource};

/// No inbox shows a tenth of this; longer ones are mistakes.
const HEADER_CHARS_MAX: usize = 1_000;

/// Subject, sender and body of an e-mail. Empty sender fields mean the workspace's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailMessage {
    pub subject: String,
    /// What inboxes show after the subject.
    pub preheader: String,
    pub from_name: String,
    pub from_email: String,
    pub reply_to: String,
    pub kind: BodyKind,
    pub body: String,
    /// The plain-text part; made from the body when there is none.
    pub text: Option<String>,
    pub utm: Utm,
}

/// Campaign parameters that are put on every link, so that web analytics knows where visits came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Utm {
    pub enabled: bool,
    pub source: String,
    pub medium: String,
    /// Empty: the campaign's name.
    pub campaign: String,
}

impl Default for EmailMessage {
    fn default() -> Self {
        Self {
            subject: String::new(),
            preheader: String::new(),
            from_name: String::new(),
            from_email: String::new(),
            reply_to: String::new(),
            kind: BodyKind::Mjml,
            body: String::new(),
            text: None,
            utm: Utm::default(),
        }
    }
}

impl Default for Utm {
    fn default() -> Self {
        Self { enabled: true, source: "tutti".into(), medium: "email".into(), campaign: String::new() }
    }
}

impl EmailMessage {
    /// Reads a message as the API takes it; null is an empty one.
    pub fn read(json: &Json) -> Result<Self, ContentError> {
        if json.is_null() {
            return Ok(Self::default());
        }
        let message = EmailMessage::deserialize(json).map_err(|error| ContentError::Malformed(error.to_string()))?;
        message.checked()
    }

    /// Refuses what cannot be stored or sent. A draft may be unfinished; that is for the checks.
    pub fn checked(self) -> Result<Self, ContentError> {
        let headers = [
            ("subject", &self.subject),
            ("preheader", &self.preheader),
            ("from_name", &self.from_name),
            ("from_email", &self.from_email),
            ("reply_to", &self.reply_to),
        ];
        for (field, text) in headers {
            if HEADER_CHARS_MAX < text.chars().count() {
                let detail = format!("is longer than {HEADER_CHARS_MAX} characters");
                return Err(ContentError::Invalid { field, detail });
            }
        }
        for (field, address) in [("from_email", &self.from_email), ("reply_to", &self.reply_to)] {
            if !address.is_empty() && !plausible_address(address) {
                return Err(ContentError::Invalid { field, detail: "is no e-mail address".into() });
            }
        }
        for (field, text) in [("body", Some(&self.body)), ("text", self.text.as_ref())] {
            if text.is_some_and(|text| BODY_BYTES_MAX < text.len()) {
                return Err(ContentError::Invalid { field, detail: format!("is larger than {BODY_BYTES_MAX} bytes") });
            }
            if text.is_some_and(|text| text.contains('\0')) {
                return Err(ContentError::Invalid { field, detail: "holds a NUL character".into() });
            }
        }
        Ok(self)
    }

    pub(crate) fn source(&self) -> EmailSource {
        EmailSource {
            kind: self.kind,
            subject: self.subject.clone(),
            preheader: self.preheader.clone(),
            body: self.body.clone(),
            text: self.text.clone().filter(|text| !text.trim().is_empty()),
        }
    }
}

fn plausible_address(address: &str) -> bool {
    let clean = !address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    clean && address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

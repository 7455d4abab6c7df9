//! What a connection does, as people write it down. Secrets travel in, never out: they are taken out of a definition
//! before it is stored.

use crate::error::invalid;
use crate::kinds::{DatabaseDefinition, FeedDefinition, FolderDefinition};
use crate::limits::DEFINITION_BYTES_MAX;
use crate::model::Kind;
use crate::webhook::WebhookDefinition;
use base::Problem;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Definition {
    Webhook(WebhookDefinition),
    Folder(FolderDefinition),
    Database(DatabaseDefinition),
    Feed(FeedDefinition),
}

/// What is sealed before it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Secrets {
    /// Of a webhook's signature, the password of a database, or the secret of an object store's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Of a webhook's challenge: Meta's verify token, X's consumer secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// The token of a webhook's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Definition {
    /// Reads a definition; the error says which field is wrong.
    pub fn read(json: base::Json) -> Result<Self, Problem> {
        if json.to_string().len() > DEFINITION_BYTES_MAX {
            let detail = format!("the definition has more than {} KB", DEFINITION_BYTES_MAX / 1024);
            return Err(invalid("/definition", detail));
        }
        serde_json::from_value(json).map_err(|error| invalid("/definition", error.to_string()))
    }

    pub fn kind(&self) -> Kind {
        match self {
            Self::Webhook(_) => Kind::Webhook,
            Self::Folder(_) => Kind::Folder,
            Self::Database(_) => Kind::Database,
            Self::Feed(_) => Kind::Feed,
        }
    }

    /// Takes the secret out, if the request brought one.
    pub(crate) fn take_secret(&mut self) -> Option<String> {
        let secret = match self {
            Self::Webhook(webhook) => webhook.signature.secret.take(),
            Self::Database(database) => database.password.take(),
            Self::Feed(feed) => feed.secret.take(),
            Self::Folder(folder) => folder.object_store.as_mut().and_then(|store| store.secret.take()),
        };
        secret.filter(|secret| !secret.is_empty())
    }

    /// Takes the token of a challenge out, if the request brought one.
    pub(crate) fn take_challenge(&mut self) -> Option<String> {
        let Self::Webhook(webhook) = self else { return None };
        webhook.challenge.token.take().filter(|token| !token.is_empty())
    }

    /// Whether a stored token of a challenge still has a use.
    pub(crate) fn needs_challenge(&self) -> bool {
        matches!(self, Self::Webhook(webhook) if webhook.challenge.kind.needs_token())
    }

    /// Refuses what cannot be carried out, with a pointer to it. Nothing outside is asked.
    pub(crate) fn check(&self, secrets: &Secrets) -> Result<(), Problem> {
        match self {
            Self::Webhook(webhook) => webhook.check(secrets.secret.as_deref(), secrets.challenge.as_deref()),
            Self::Folder(folder) => folder.check(secrets.secret.as_deref()),
            Self::Database(database) => database.check(),
            Self::Feed(feed) => feed.check(secrets.secret.as_deref()),
        }
    }

    /// When it is asked again; None for what comes by itself.
    pub(crate) fn schedule(&self) -> Option<&crate::Schedule> {
        match self {
            Self::Webhook(_) => None,
            Self::Folder(folder) => Some(&folder.schedule),
            Self::Database(database) => Some(&database.schedule),
            Self::Feed(feed) => Some(&feed.schedule),
        }
    }
}

//! What a connection does, as people write it down. Secrets travel in, never out: they are taken out of a definition
//! before it is stored.
//!
//! One list, [`kinds!`]; whatever else a kind is stands in its own file as [`Settings`]. How a definition is described to
//! clients follows from both (`shape`).

use crate::connector::Connector;
use crate::error::invalid;
use crate::kinds::{DatabaseDefinition, FeedDefinition, FolderDefinition};
use crate::limits::DEFINITION_BYTES_MAX;
use crate::rows::{RowsKind, RowsMapping};
use crate::schedule::Schedule;
use crate::shape::KindShape;
use crate::webhook::WebhookDefinition;
use base::Problem;
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal => $definition:ty),+ $(,)?) => {
        base::words!(
            /// How data comes.
            #[derive(utoipa::ToSchema)]
            #[schema(as = ConnectionKind, rename_all = "snake_case")]
            Kind { $($(#[$doc])* $kind = $name),+ }
        );

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        pub enum Definition { $($(#[$doc])* $kind($definition)),+ }

        impl Definition {
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind),+ }
            }

            /// What its kind says of it.
            pub(crate) fn settings(&self) -> &dyn Settings {
                match self { $(Self::$kind(one) => one),+ }
            }

            fn settings_mut(&mut self) -> &mut dyn Settings {
                match self { $(Self::$kind(one) => one),+ }
            }
        }

        /// What definitions of each kind look like.
        pub(crate) fn shapes() -> Vec<KindShape> {
            vec![$(KindShape::of::<$definition>($name)),+]
        }
    };
}

kinds! {
    /// Another system posts what happens.
    Webhook = "webhook" => WebhookDefinition,
    /// Files that appear in a folder or an object store.
    Folder = "folder" => FolderDefinition,
    /// The answer of a query.
    Database = "database" => DatabaseDefinition,
    /// A list of products.
    Feed = "feed" => FeedDefinition,
}

/// What every kind of connection says of itself.
pub(crate) trait Settings {
    /// Refuses what cannot be carried out, with a pointer to it. Nothing outside is asked.
    fn check(&self, secrets: &Secrets) -> Result<(), Problem>;
    /// Takes the secret out, if the request brought one.
    fn take_secret(&mut self) -> Option<String>;
    /// Says which secrets are stored.
    fn mark_stored(&mut self, secrets: &Secrets);
    /// What becomes of the secret of `before`, which this definition replaces without bringing one.
    fn stored_secret(&self, before: &Definition) -> StoredSecret;
    /// Who asks it, and when; None for what comes by itself.
    fn pulled(&self) -> Option<(&'static dyn Connector, &Schedule)> {
        None
    }
    /// What its rows are, and how they are read; None for what brings no rows.
    fn rows(&self) -> Option<(RowsKind, &RowsMapping)> {
        None
    }
    /// Others call an address of its own.
    fn has_address(&self) -> bool {
        false
    }
    /// Takes the token of a challenge out, if the request brought one.
    fn take_challenge(&mut self) -> Option<String> {
        None
    }
    /// Whether a stored token of a challenge still has a use.
    fn needs_challenge(&self) -> bool {
        false
    }
    /// False where the cursor of `before` means nothing to it.
    fn goes_on_from(&self, _before: &Definition) -> bool {
        true
    }
    /// False where its cursor is no place people could name.
    fn shows_cursor(&self) -> bool {
        true
    }
}

/// A secret is only for the server it was given for. Otherwise whoever may edit a connection could send it to a server of
/// their own.
pub(crate) enum StoredSecret {
    Stays,
    /// There is no use for it.
    Goes,
    /// It has to be said again, if there is one.
    Again(Problem),
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

/// For `skip_serializing_if`: true of what only travels in. `skip_serializing` would leave it out of the described shape,
/// too.
pub(crate) fn only_travels_in<T>(_: &T) -> bool {
    true
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

    pub(crate) fn take_secret(&mut self) -> Option<String> {
        self.settings_mut().take_secret().filter(|secret| !secret.is_empty())
    }

    pub(crate) fn take_challenge(&mut self) -> Option<String> {
        self.settings_mut().take_challenge().filter(|token| !token.is_empty())
    }

    pub(crate) fn mark_stored(&mut self, secrets: &Secrets) {
        self.settings_mut().mark_stored(secrets);
    }

    /// None for what comes by itself.
    pub(crate) fn connector(&self) -> Option<&'static dyn Connector> {
        self.settings().pulled().map(|(connector, _)| connector)
    }

    /// When it is asked again; None for what comes by itself.
    pub(crate) fn schedule(&self) -> Option<&Schedule> {
        self.settings().pulled().map(|(_, schedule)| schedule)
    }
}

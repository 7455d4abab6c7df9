//! Who may do what: workspaces, users, roles, sessions, API keys, the audit trail.
//!
//! A signed-in user has a role per workspace; an API key belongs to one workspace and carries scopes. Both become a
//! [`Caller`] with a set of [`Permission`]s, and every route asks for the one it needs. Passwords are argon2id;
//! session tokens and keys are stored hashed (SHA-256 of 256 random bits, so a fast hash is enough).

mod audit;
mod error;
mod idempotency;
mod keys;
mod permission;
mod secrets;
mod sessions;
mod users;
mod workspaces;

pub use audit::{AuditEntry, AuditRecord};
pub use error::AccessError;
pub use idempotency::{IDEMPOTENCY_KEPT_MS, Remembered};
pub use keys::{ApiKey, NewApiKey};
pub use permission::{Permission, PermissionSet, Role};
pub use secrets::hash_token;
pub use sessions::{SESSION_MS, SessionToken};
pub use users::{Member, NewUser, PASSWORD_CHARS_MIN, Setup, User, UserPatch};
pub use workspaces::{Attribution, NewWorkspace, Touch, Workspace, WorkspacePatch};

use base::{ApiKeyId, Clock, Rng, UserId, WorkspaceId};
use db::{Db, Migration};
use std::sync::Arc;

pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "access/0001_init", sql: include_str!("../migrations/0001_init.sql") }];

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User {
        id: UserId,
        email: String,
    },
    Key {
        id: ApiKeyId,
        name: String,
    },
    /// The program itself, on the command line of the machine it runs on.
    Console,
    /// The program by itself: at night, or bringing to its end what somebody began.
    System,
}

impl Actor {
    /// As the audit trail shows it.
    pub fn label(&self) -> String {
        match self {
            Actor::User { email, .. } => email.clone(),
            Actor::Key { name, .. } => format!("API key \"{name}\""),
            Actor::Console => "console".into(),
            Actor::System => "system".into(),
        }
    }
}

/// An authenticated request: who, in which workspace, with which rights.
#[derive(Debug, Clone)]
pub struct Caller {
    pub workspace: WorkspaceId,
    pub actor: Actor,
    pub role: Option<Role>,
    pub permissions: PermissionSet,
}

impl Caller {
    pub fn require(&self, permission: Permission) -> Result<(), AccessError> {
        if self.permissions.has(permission) { Ok(()) } else { Err(AccessError::Forbidden { permission }) }
    }
}

/// The service.
pub struct Access {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) hashing: tokio::sync::Semaphore,
    pub(crate) attempts: sessions::Attempts,
}

/// Passwords hashed at the same time: argon2 takes a core and 19 MiB each, a flood of sign-ins must not take them all.
const HASHES_AT_ONCE_MAX: usize = 2;

impl Access {
    pub fn new(db: Db, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Self {
        Self {
            db,
            clock,
            rng,
            hashing: tokio::sync::Semaphore::new(HASHES_AT_ONCE_MAX),
            attempts: sessions::Attempts::default(),
        }
    }

    /// True until the first user exists.
    pub async fn setup_needed(&self) -> Result<bool, AccessError> {
        Ok(self.db.query_one("SELECT user_id FROM account LIMIT 1", &[]).await?.is_none())
    }
}

#[cfg(test)]
mod tests;

//! Signing in: sessions, one-time links, and the brake on guessing.

use crate::{Access, AccessError, Actor, Caller, PermissionSet, Role, User, hash_token};
use base::{Timestamp, UserId, WorkspaceId};
use db::Val;
use std::collections::HashMap;

/// A session lasts this long.
pub const SESSION_MS: i64 = 14 * 24 * 3_600_000;
/// Failed attempts per address before it has to wait.
pub const ATTEMPTS_MAX: u32 = 10;
pub const ATTEMPTS_WINDOW_MS: i64 = 15 * 60_000;
/// Addresses remembered; beyond it the oldest windows are forgotten.
const ATTEMPT_ADDRESSES_MAX: usize = 10_000;

/// The secret a browser holds; stored hashed.
#[derive(Debug, Clone)]
pub struct SessionToken(pub String);

/// Failed attempts per address: (count, window start).
#[derive(Default)]
pub(crate) struct Attempts(parking_lot::Mutex<HashMap<String, (u32, Timestamp)>>);

impl Attempts {
    pub(crate) fn check(&self, email: &str, now: Timestamp) -> Result<(), AccessError> {
        match self.0.lock().get(email) {
            Some((count, start)) if *count >= ATTEMPTS_MAX && now.ms_since(*start) < ATTEMPTS_WINDOW_MS => {
                let wait_ms = ATTEMPTS_WINDOW_MS - now.ms_since(*start);
                Err(AccessError::TooManyAttempts { retry_after_s: (wait_ms / 1_000) as u32 + 1 })
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn failed(&self, email: &str, now: Timestamp) {
        let mut attempts = self.0.lock();
        if attempts.len() >= ATTEMPT_ADDRESSES_MAX {
            attempts.retain(|_, (_, start)| now.ms_since(*start) < ATTEMPTS_WINDOW_MS);
        }
        let entry = attempts.entry(email.to_owned()).or_insert((0, now));
        if now.ms_since(entry.1) >= ATTEMPTS_WINDOW_MS {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    pub(crate) fn succeeded(&self, email: &str) {
        self.0.lock().remove(email);
    }
}

impl Access {
    /// Checks the password and opens a session. The same answer, after the same work, whether the address or the
    /// password is wrong.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<(SessionToken, User), AccessError> {
        let (email, now) = (email.trim().to_lowercase(), self.clock.now());
        self.attempts.check(&email, now)?;
        let user = self.user_by_email(&email).await?;
        let hash = match &user {
            Some((_, Some(hash))) => hash.clone(),
            _ => self.hash_password("no such user").await?,
        };
        let right = self.verify_password(password, &hash).await?;
        match user {
            Some((user, Some(_))) if right => {
                self.attempts.succeeded(&email);
                Ok((self.open_session(user.id).await?, user))
            }
            _ => {
                self.attempts.failed(&email, now);
                Err(AccessError::BadCredentials)
            }
        }
    }

    pub async fn open_session(&self, user: UserId) -> Result<SessionToken, AccessError> {
        let (token, now) = (self.new_token(), self.clock.now());
        self.db.execute("DELETE FROM session WHERE expires_ms < $1", &[now.into()]).await?;
        let sql = "INSERT INTO session (token_hash, user_id, created_ms, expires_ms) VALUES ($1, $2, $3, $4)";
        let args = [hash_token(&token).into(), user.to_string().into(), now.into(), now.plus_ms(SESSION_MS).into()];
        self.db.execute(sql, &args).await?;
        Ok(SessionToken(token))
    }

    pub async fn sign_out(&self, token: &str) -> Result<(), AccessError> {
        self.db.execute("DELETE FROM session WHERE token_hash = $1", &[hash_token(token).into()]).await?;
        Ok(())
    }

    /// The caller behind a session cookie, in `workspace` or else in the user's first.
    pub async fn caller_of_session(
        &self,
        token: &str,
        workspace: Option<WorkspaceId>,
    ) -> Result<(Caller, User), AccessError> {
        let sql = "SELECT user_id FROM session WHERE token_hash = $1 AND expires_ms > $2";
        let args = [hash_token(token).into(), Val::from(self.clock.now())];
        let row = self.db.query_one(sql, &args).await?.ok_or(AccessError::Unauthenticated)?;
        let user = self.user(row.parse("user_id")?).await?.ok_or(AccessError::Unauthenticated)?;
        let sql = "SELECT workspace_id, role FROM membership WHERE user_id = $1 ORDER BY workspace_id";
        let rows = self.db.query(sql, &[user.id.to_string().into()]).await?;
        for row in &rows {
            let found = WorkspaceId::from_sql(row.i64("workspace_id")?);
            if workspace.is_none_or(|wanted| wanted == found) {
                let role = Role::parse(&row.text("role")?);
                let caller = Caller {
                    workspace: found,
                    actor: Actor::User { id: user.id, email: user.email.clone() },
                    role,
                    permissions: role.map_or(PermissionSet::default(), Role::permissions),
                };
                return Ok((caller, user));
            }
        }
        Err(match workspace {
            Some(id) => AccessError::NotFound { what: "workspace", id: id.to_string() },
            None => AccessError::Unauthenticated,
        })
    }

    /// A link that signs `user` in once, within `valid_ms`.
    pub async fn make_login_link(&self, user: UserId, valid_ms: i64) -> Result<String, AccessError> {
        let token = self.new_token();
        let sql = "INSERT INTO login_link (token_hash, user_id, expires_ms) VALUES ($1, $2, $3)";
        let expires = self.clock.now().plus_ms(valid_ms);
        self.db.execute(sql, &[hash_token(&token).into(), user.to_string().into(), expires.into()]).await?;
        Ok(token)
    }

    /// Uses the link up and opens a session.
    pub async fn redeem_login_link(&self, token: &str) -> Result<SessionToken, AccessError> {
        let mut tx = self.db.begin().await?;
        let sql = "DELETE FROM login_link WHERE token_hash = $1 RETURNING user_id, expires_ms";
        let row = tx.query_one(sql, &[hash_token(token).into()]).await?;
        tx.commit().await?;
        let row = row.ok_or(AccessError::Unauthenticated)?;
        if row.time("expires_ms")? < self.clock.now() {
            return Err(AccessError::Unauthenticated);
        }
        self.open_session(row.parse("user_id")?).await
    }
}

//! Users and their membership of workspaces.

use crate::{Access, AccessError, NewWorkspace, Role, SessionToken, Workspace};
use base::{Timestamp, UserId, WorkspaceId};
use db::{Row, Val};
use serde::{Deserialize, Serialize};

pub const PASSWORD_CHARS_MIN: usize = 10;
const PASSWORD_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 200;

/// Languages the product speaks.
pub const LOCALES: [&str; 4] = ["en", "nl", "sv", "fy"];
const THEMES: [&str; 3] = ["system", "light", "dark"];

#[derive(Debug, Clone, Serialize)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    /// Empty: none was chosen yet.
    pub locale: String,
    pub theme: String,
    pub created_at: Timestamp,
}

/// A user as a member of one workspace.
#[derive(Debug, Clone, Serialize)]
pub struct Member {
    #[serde(flatten)]
    pub user: User,
    pub role: Role,
}

/// The first run: the first user, who owns the first workspace.
#[derive(Debug, Clone, Deserialize)]
pub struct Setup {
    pub email: String,
    pub password: String,
    pub name: String,
    pub workspace: NewWorkspace,
}

#[derive(Debug, Clone, Deserialize)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// None: the user signs in by a link.
    pub password: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct UserPatch {
    pub name: Option<String>,
    pub locale: Option<String>,
    pub theme: Option<String>,
    pub password: Option<String>,
    /// Needed for a new password where there is one: an open browser is not enough to take an account over.
    pub current_password: Option<String>,
}

fn invalid<T>(pointer: &'static str, code: &'static str, detail: impl Into<String>) -> Result<T, AccessError> {
    Err(AccessError::Invalid { pointer, code, detail: detail.into() })
}

fn check_email(email: &str) -> Result<String, AccessError> {
    let email = email.trim().to_lowercase();
    if email_address::EmailAddress::is_valid(&email) {
        Ok(email)
    } else {
        invalid("/email", "bad_email", "this is not an e-mail address")
    }
}

fn check_password(password: &str) -> Result<(), AccessError> {
    match password.chars().count() {
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(()),
        _ => {
            invalid("/password", "bad_password", format!("use {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters"))
        }
    }
}

fn check_name(name: &str) -> Result<String, AccessError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains('\0') {
        return invalid("/name", "bad_name", format!("use 1 to {NAME_CHARS_MAX} characters"));
    }
    Ok(name.to_owned())
}

fn user_of(row: &Row) -> Result<User, db::DbError> {
    Ok(User {
        id: row.parse("user_id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        locale: row.text("locale")?,
        theme: row.text("theme")?,
        created_at: row.time("created_ms")?,
    })
}

const USER_COLUMNS: &str = "a.user_id, a.email, a.name, a.locale, a.theme, a.created_ms";

impl Access {
    /// Makes the first workspace and its owner; only while there is no user.
    pub async fn setup(&self, setup: Setup) -> Result<(User, Workspace, SessionToken), AccessError> {
        if !self.setup_needed().await? {
            return Err(AccessError::SetUpAlready);
        }
        let new = NewUser { email: setup.email, name: setup.name, role: Role::Owner, password: Some(setup.password) };
        let checked = self.check_new_user(new).await?;
        let workspace = self.create_workspace(setup.workspace).await?;
        let (member, _) = self.insert_user(workspace.id, checked).await?;
        let token = self.open_session(member.user.id).await?;
        Ok((member.user, workspace, token))
    }

    /// Adds somebody to a workspace; a known address keeps its account and password. True: the account is new. Only then
    /// may a sign-in link be handed out: an account may belong to other workspaces too.
    pub async fn add_user(&self, workspace: WorkspaceId, new: NewUser) -> Result<(Member, bool), AccessError> {
        let checked = self.check_new_user(new).await?;
        self.insert_user(workspace, checked).await
    }

    async fn check_new_user(&self, new: NewUser) -> Result<NewUser, AccessError> {
        if let Some(password) = &new.password {
            check_password(password)?;
        }
        Ok(NewUser { email: check_email(&new.email)?, name: check_name(&new.name)?, ..new })
    }

    async fn insert_user(&self, workspace: WorkspaceId, new: NewUser) -> Result<(Member, bool), AccessError> {
        let now = self.clock.now();
        let hash = match &new.password {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let id = UserId::new(now, &*self.rng);
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO account (user_id, email, name, password_hash, locale, theme, created_ms) \
                   VALUES ($1, $2, $3, $4, '', 'system', $5) ON CONFLICT (email) DO NOTHING";
        let args = [id.to_string().into(), (&new.email).into(), (&new.name).into(), hash.into(), Val::from(now)];
        let created = tx.execute(sql, &args).await? == 1;
        let sql = format!("SELECT {USER_COLUMNS} FROM account a WHERE a.email = $1");
        let row = tx.query_one(&sql, &[(&new.email).into()]).await?;
        let user = user_of(&row.ok_or_else(|| AccessError::Internal("the account just written is gone".into()))?)?;
        let sql = "INSERT INTO membership (workspace_id, user_id, role, created_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (workspace_id, user_id) DO NOTHING";
        let args = [workspace.into(), user.id.to_string().into(), new.role.name().into(), now.into()];
        if tx.execute(sql, &args).await? == 0 {
            return Err(AccessError::Conflict("this person is a member of the workspace already".into()));
        }
        tx.commit().await?;
        Ok((Member { user, role: new.role }, created))
    }

    pub async fn user(&self, id: UserId) -> Result<Option<User>, AccessError> {
        let sql = format!("SELECT {USER_COLUMNS} FROM account a WHERE a.user_id = $1");
        Ok(self.db.query_one(&sql, &[id.to_string().into()]).await?.as_ref().map(user_of).transpose()?)
    }

    /// The user and the password hash.
    pub(crate) async fn user_by_email(&self, email: &str) -> Result<Option<(User, Option<String>)>, AccessError> {
        let sql = format!("SELECT {USER_COLUMNS}, a.password_hash FROM account a WHERE a.email = $1");
        match self.db.query_one(&sql, &[email.into()]).await? {
            Some(row) => Ok(Some((user_of(&row)?, row.opt_text("password_hash")?))),
            None => Ok(None),
        }
    }

    pub async fn members(&self, workspace: WorkspaceId) -> Result<Vec<Member>, AccessError> {
        let sql = format!(
            "SELECT {USER_COLUMNS}, m.role FROM membership m JOIN account a ON a.user_id = m.user_id \
             WHERE m.workspace_id = $1 ORDER BY a.email"
        );
        let rows = self.db.query(&sql, &[workspace.into()]).await?;
        rows.iter()
            .map(|row| {
                let role = Role::parse(&row.text("role")?).unwrap_or(Role::Viewer);
                Ok(Member { user: user_of(row)?, role })
            })
            .collect()
    }

    /// Changes somebody's role; the last owner stays one.
    pub async fn set_role(&self, workspace: WorkspaceId, user: UserId, role: Role) -> Result<(), AccessError> {
        self.keep_an_owner(workspace, user, Some(role)).await?;
        let sql = "UPDATE membership SET role = $3 WHERE workspace_id = $1 AND user_id = $2";
        let args = [workspace.into(), user.to_string().into(), Val::from(role.name())];
        self.found(self.db.execute(sql, &args).await?, "user", user.to_string())
    }

    /// Takes somebody out of the workspace; their account and other workspaces stay.
    pub async fn remove_user(&self, workspace: WorkspaceId, user: UserId) -> Result<(), AccessError> {
        self.keep_an_owner(workspace, user, None).await?;
        let sql = "DELETE FROM membership WHERE workspace_id = $1 AND user_id = $2";
        let removed = self.db.execute(sql, &[workspace.into(), user.to_string().into()]).await?;
        self.found(removed, "user", user.to_string())
    }

    async fn keep_an_owner(&self, workspace: WorkspaceId, user: UserId, role: Option<Role>) -> Result<(), AccessError> {
        let members = self.members(workspace).await?;
        let others = members.iter().any(|member| member.role == Role::Owner && member.user.id != user);
        if role != Some(Role::Owner) && !others {
            return Err(AccessError::Conflict("a workspace needs an owner: make somebody else one first".into()));
        }
        Ok(())
    }

    pub(crate) fn found(&self, rows: u64, what: &'static str, id: String) -> Result<(), AccessError> {
        if rows == 0 { Err(AccessError::NotFound { what, id }) } else { Ok(()) }
    }

    /// What somebody may change about themselves. A new password ends their other sessions.
    pub async fn patch_user(&self, id: UserId, patch: UserPatch) -> Result<User, AccessError> {
        let mut user =
            self.user(id).await?.ok_or_else(|| AccessError::NotFound { what: "user", id: id.to_string() })?;
        if let Some(name) = &patch.name {
            user.name = check_name(name)?;
        }
        if let Some(locale) = patch.locale {
            if !LOCALES.contains(&locale.as_str()) {
                return invalid("/locale", "unknown_locale", format!("choose one of {}", LOCALES.join(", ")));
            }
            user.locale = locale;
        }
        if let Some(theme) = patch.theme {
            if !THEMES.contains(&theme.as_str()) {
                return invalid("/theme", "unknown_theme", format!("choose one of {}", THEMES.join(", ")));
            }
            user.theme = theme;
        }
        let sql = "UPDATE account SET name = $2, locale = $3, theme = $4 WHERE user_id = $1";
        let key = Val::from(id.to_string());
        let args = [key.clone(), (&user.name).into(), (&user.locale).into(), (&user.theme).into()];
        self.db.execute(sql, &args).await?;
        if let Some(password) = &patch.password {
            check_password(password)?;
            self.check_current_password(&user, patch.current_password.as_deref()).await?;
            let hash = self.hash_password(password).await?;
            let sql = "UPDATE account SET password_hash = $2 WHERE user_id = $1";
            self.db.execute(sql, &[key.clone(), hash.into()]).await?;
            self.db.execute("DELETE FROM session WHERE user_id = $1", &[key]).await?;
        }
        Ok(user)
    }

    /// Wrong ones count as failed sign-ins of the address.
    async fn check_current_password(&self, user: &User, given: Option<&str>) -> Result<(), AccessError> {
        let Some((_, Some(hash))) = self.user_by_email(&user.email).await? else { return Ok(()) };
        let now = self.clock.now();
        self.attempts.check(&user.email, now)?;
        let Some(given) = given else {
            return invalid("/current_password", "current_password_required", "say your present password too");
        };
        if !self.verify_password(given, &hash).await? {
            self.attempts.failed(&user.email, now);
            return invalid("/current_password", "wrong_password", "this is not your present password");
        }
        self.attempts.succeeded(&user.email);
        Ok(())
    }
}

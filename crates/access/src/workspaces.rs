//! Workspaces: one company or brand each, isolated from all others.

use crate::{Access, AccessError, Caller, Permission, Role};
use base::{Currency, Timestamp, UserId, WorkspaceId};
use db::{Row, Val};
use serde::{Deserialize, Serialize};

/// Which contact a conversion may be credited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    Click,
    OpenOrClick,
}

/// How conversions are credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribution {
    /// A conversion counts for a touch at most this many days before it.
    pub window_days: u32,
    pub touch: Touch,
}

pub const ATTRIBUTION_WINDOW_DAYS_MAX: u32 = 90;

impl Default for Attribution {
    fn default() -> Self {
        Self { window_days: 7, touch: Touch::OpenOrClick }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    /// IANA name; days and hours on screens and in reports are of this zone.
    pub time_zone: String,
    pub currency: Currency,
    pub is_demo: bool,
    pub attribution: Attribution,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Deserialize)]
pub struct NewWorkspace {
    pub name: String,
    pub time_zone: String,
    pub currency: Currency,
    #[serde(default)]
    pub is_demo: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct WorkspacePatch {
    pub name: Option<String>,
    pub time_zone: Option<String>,
    pub currency: Option<Currency>,
    pub attribution: Option<Attribution>,
}

const COLUMNS: &str = "workspace_id, name, time_zone, currency, is_demo, attribution, created_ms";
const NAME_CHARS_MAX: usize = 100;

fn workspace_of(row: &Row) -> Result<Workspace, db::DbError> {
    Ok(Workspace {
        id: WorkspaceId::from_sql(row.i64("workspace_id")?),
        name: row.text("name")?,
        time_zone: row.text("time_zone")?,
        currency: Currency::parse(&row.text("currency")?).unwrap_or(Currency::EUR),
        is_demo: row.bool("is_demo")?,
        attribution: serde_json::from_str(&row.text("attribution")?).unwrap_or_default(),
        created_at: row.time("created_ms")?,
    })
}

fn check(name: &str, time_zone: &str) -> Result<(), AccessError> {
    let length = name.trim().chars().count();
    if length == 0 || length > NAME_CHARS_MAX {
        let detail = format!("use 1 to {NAME_CHARS_MAX} characters");
        return Err(AccessError::Invalid { pointer: "/name", code: "bad_name", detail });
    }
    if jiff::tz::TimeZone::get(time_zone).is_err() {
        let detail = format!("\"{time_zone}\" is not an IANA time zone such as Europe/Amsterdam");
        return Err(AccessError::Invalid { pointer: "/time_zone", code: "unknown_time_zone", detail });
    }
    Ok(())
}

impl Access {
    pub async fn create_workspace(&self, new: NewWorkspace) -> Result<Workspace, AccessError> {
        check(&new.name, &new.time_zone)?;
        let mut tx = self.db.begin().await?;
        let row = tx.query_one("SELECT COALESCE(MAX(workspace_id), 0) AS top FROM workspace", &[]).await?;
        let top = row.map(|row| row.i64("top")).transpose()?.unwrap_or(0);
        let workspace = Workspace {
            id: WorkspaceId::from_sql(top + 1),
            name: new.name.trim().to_owned(),
            time_zone: new.time_zone,
            currency: new.currency,
            is_demo: new.is_demo,
            attribution: Attribution::default(),
            created_at: self.clock.now(),
        };
        let sql = format!("INSERT INTO workspace ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        let args = [
            workspace.id.into(),
            (&workspace.name).into(),
            (&workspace.time_zone).into(),
            workspace.currency.code().into(),
            workspace.is_demo.into(),
            attribution_json(workspace.attribution).into(),
            Val::from(workspace.created_at),
        ];
        tx.execute(&sql, &args).await?;
        tx.commit().await?;
        Ok(workspace)
    }

    /// True for who runs the installation: who may change the workspace it was set up with.
    pub async fn is_operator(&self, caller: &Caller) -> Result<bool, AccessError> {
        if !caller.permissions.has(Permission::WorkspaceWrite) {
            return Ok(false);
        }
        let row = self.db.query_one("SELECT MIN(workspace_id) AS first FROM workspace", &[]).await?;
        let first = row.map(|row| row.opt_i64("first")).transpose()?.flatten();
        Ok(first.map(WorkspaceId::from_sql) == Some(caller.workspace))
    }

    pub async fn workspace(&self, id: WorkspaceId) -> Result<Workspace, AccessError> {
        let sql = format!("SELECT {COLUMNS} FROM workspace WHERE workspace_id = $1");
        let row = self.db.query_one(&sql, &[id.into()]).await?;
        let row = row.ok_or_else(|| AccessError::NotFound { what: "workspace", id: id.to_string() })?;
        Ok(workspace_of(&row)?)
    }

    pub async fn workspaces(&self) -> Result<Vec<Workspace>, AccessError> {
        let rows = self.db.query(&format!("SELECT {COLUMNS} FROM workspace ORDER BY workspace_id"), &[]).await?;
        Ok(rows.iter().map(workspace_of).collect::<Result<_, _>>()?)
    }

    /// The workspaces a user is a member of, with the role there.
    pub async fn workspaces_of(&self, user: UserId) -> Result<Vec<(Workspace, Role)>, AccessError> {
        let sql = "SELECT w.workspace_id, w.name, w.time_zone, w.currency, w.is_demo, w.attribution, w.created_ms, m.role \
                   FROM membership m JOIN workspace w ON w.workspace_id = m.workspace_id \
                   WHERE m.user_id = $1 ORDER BY w.workspace_id";
        let rows = self.db.query(sql, &[user.to_string().into()]).await?;
        rows.iter()
            .map(|row| Ok((workspace_of(row)?, Role::parse(&row.text("role")?).unwrap_or(Role::Viewer))))
            .collect()
    }

    /// Makes `user` an owner of `workspace`.
    pub async fn add_owner(&self, workspace: WorkspaceId, user: UserId) -> Result<(), AccessError> {
        let sql = "INSERT INTO membership (workspace_id, user_id, role, created_ms) VALUES ($1, $2, 'owner', $3) \
                   ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = 'owner'";
        self.db.execute(sql, &[workspace.into(), user.to_string().into(), self.clock.now().into()]).await?;
        Ok(())
    }

    pub async fn patch_workspace(&self, id: WorkspaceId, patch: WorkspacePatch) -> Result<Workspace, AccessError> {
        let mut workspace = self.workspace(id).await?;
        workspace.name = patch.name.map_or(workspace.name, |name| name.trim().to_owned());
        workspace.time_zone = patch.time_zone.unwrap_or(workspace.time_zone);
        workspace.currency = patch.currency.unwrap_or(workspace.currency);
        workspace.attribution = patch.attribution.unwrap_or(workspace.attribution);
        check(&workspace.name, &workspace.time_zone)?;
        if !(1..=ATTRIBUTION_WINDOW_DAYS_MAX).contains(&workspace.attribution.window_days) {
            let detail = format!("use 1 to {ATTRIBUTION_WINDOW_DAYS_MAX} days");
            return Err(AccessError::Invalid { pointer: "/attribution/window_days", code: "out_of_range", detail });
        }
        let sql =
            "UPDATE workspace SET name = $2, time_zone = $3, currency = $4, attribution = $5 WHERE workspace_id = $1";
        let args = [
            id.into(),
            (&workspace.name).into(),
            (&workspace.time_zone).into(),
            workspace.currency.code().into(),
            Val::from(attribution_json(workspace.attribution)),
        ];
        self.db.execute(sql, &args).await?;
        Ok(workspace)
    }
}

fn attribution_json(attribution: Attribution) -> String {
    serde_json::to_string(&attribution).unwrap_or_default()
}

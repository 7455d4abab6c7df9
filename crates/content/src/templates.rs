//! Saved messages, to begin campaigns with.

use crate::{ContentError, Contents, EmailMessage};
use base::{Page, PageRequest, TemplateId, Timestamp, WorkspaceId};
use db::{Row, Val};
use serde::{Deserialize, Serialize};

const NAME_CHARS_MAX: usize = 200;

/// What the author may change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateDraft {
    pub name: String,
    pub message: EmailMessage,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SavedTemplate {
    pub id: TemplateId,
    pub name: String,
    pub message: EmailMessage,
    /// Grows with every edit; the ETag.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "template_id, name, message, version, created_ms, updated_ms";

fn template_of(row: &Row) -> Result<SavedTemplate, ContentError> {
    let message = serde_json::from_str(&row.text("message")?);
    Ok(SavedTemplate {
        id: row.parse("template_id")?,
        name: row.text("name")?,
        message: message.map_err(|error| ContentError::Malformed(error.to_string()))?,
        version: row.i64("version")?,
        created_at: row.time("created_ms")?,
        updated_at: row.time("updated_ms")?,
    })
}

fn checked(draft: TemplateDraft) -> Result<(String, String), ContentError> {
    let name = draft.name.trim().to_owned();
    if name.is_empty() || NAME_CHARS_MAX < name.chars().count() {
        let detail = format!("must have 1 to {NAME_CHARS_MAX} characters");
        return Err(ContentError::Invalid { field: "name", detail });
    }
    let message = draft.message.checked()?;
    let text = serde_json::to_string(&message).map_err(|error| ContentError::Malformed(error.to_string()))?;
    Ok((name, text))
}

impl Contents {
    pub async fn create_template(
        &self,
        workspace: WorkspaceId,
        draft: TemplateDraft,
    ) -> Result<SavedTemplate, ContentError> {
        let (name, message) = checked(draft)?;
        let id = TemplateId::new(self.now(), self.rng());
        let sql = "INSERT INTO content_template (workspace_id, template_id, name, message, version, created_ms,
            updated_ms) VALUES ($1, $2, $3, $4, 1, $5, $6)";
        let now = Val::from(self.now());
        let args = [workspace.into(), id.to_string().into(), name.into(), message.into(), now.clone(), now];
        self.db().execute(sql, &args).await?;
        self.template(workspace, id).await
    }

    pub async fn template(&self, workspace: WorkspaceId, id: TemplateId) -> Result<SavedTemplate, ContentError> {
        let sql = format!("SELECT {COLUMNS} FROM content_template WHERE workspace_id = $1 AND template_id = $2");
        let row = self.db().query_one(&sql, &[workspace.into(), id.to_string().into()]).await?;
        row.as_ref().map_or(Err(ContentError::NotFound(id)), template_of)
    }

    /// Newest first.
    pub async fn templates(
        &self,
        workspace: WorkspaceId,
        page: &PageRequest,
    ) -> Result<Page<SavedTemplate>, ContentError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM content_template WHERE workspace_id = $1 AND ($2 = '' OR template_id < $2)
             ORDER BY template_id DESC LIMIT $3"
        );
        let limit = page.limit();
        let before = page.cursor.as_deref().unwrap_or_default();
        let rows = self.db().query(&sql, &[workspace.into(), before.into(), (limit + 1).into()]).await?;
        let rows = rows.iter().map(template_of).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(rows, limit, |template| template.id.to_string()))
    }

    /// Edits a template; `version` is the one the editor saw (None: whatever it is now).
    pub async fn update_template(
        &self,
        workspace: WorkspaceId,
        id: TemplateId,
        draft: TemplateDraft,
        version: Option<i64>,
    ) -> Result<SavedTemplate, ContentError> {
        let (name, message) = checked(draft)?;
        let current = self.template(workspace, id).await?.version;
        let given = version.unwrap_or(current);
        let sql = "UPDATE content_template SET name = $4, message = $5, version = version + 1, updated_ms = $6
            WHERE workspace_id = $1 AND template_id = $2 AND version = $3";
        let args =
            [workspace.into(), id.to_string().into(), given.into(), name.into(), message.into(), self.now().into()];
        if self.db().execute(sql, &args).await? == 0 {
            let current = self.template(workspace, id).await?.version;
            return Err(ContentError::Stale { given, current });
        }
        self.template(workspace, id).await
    }

    pub async fn delete_template(&self, workspace: WorkspaceId, id: TemplateId) -> Result<(), ContentError> {
        let sql = "DELETE FROM content_template WHERE workspace_id = $1 AND template_id = $2";
        match self.db().execute(sql, &[workspace.into(), id.to_string().into()]).await? {
            0 => Err(ContentError::NotFound(id)),
            _ => Ok(()),
        }
    }
}

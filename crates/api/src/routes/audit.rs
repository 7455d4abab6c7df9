//! The audit trail.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged};
use access::AuditEntry;
use axum::extract::State;
use base::Timestamp;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Serialize, ToSchema)]
struct EntryView {
    id: String,
    #[schema(value_type = String)]
    at: Timestamp,
    actor: String,
    action: String,
    object: String,
    summary: String,
    #[schema(value_type = Option<Object>)]
    before: Option<base::Json>,
    #[schema(value_type = Option<Object>)]
    after: Option<base::Json>,
    ip: Option<String>,
}

/// Who changed what, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "access", security(("api_key" = ["audit.read"])), params(PageQuery),
    responses((status = 200, body = Listed<EntryView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<EntryView>>> {
    let workspace = auth.workspace();
    let page = app.access.audit_trail(workspace, &page).await?.map(|entry: AuditEntry| EntryView {
        id: entry.id.to_string(),
        at: entry.at,
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        summary: entry.summary,
        before: entry.before,
        after: entry.after,
        ip: entry.ip,
    });
    Ok(Json(page.into()))
}

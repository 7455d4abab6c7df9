//! The audit trail.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Query};
use access::{AuditEntry, Permission};
use axum::extract::State;
use base::{PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
pub(super) struct PageQuery {
    /// Rows on the page, 50 unless told, 500 at most.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl From<PageQuery> for PageRequest {
    fn from(query: PageQuery) -> Self {
        PageRequest { limit: query.limit, cursor: query.cursor }
    }
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

#[derive(Serialize, ToSchema)]
struct Entries {
    items: Vec<EntryView>,
    next_cursor: Option<String>,
}

/// Who changed what, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "access", params(PageQuery),
    responses((status = 200, body = Entries), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Query(query): Query<PageQuery>) -> ApiResult<Json<Entries>> {
    let workspace = auth.require(Permission::AuditRead)?;
    let page = app.access.audit_trail(workspace, &query.into()).await?.map(|entry: AuditEntry| EntryView {
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
    Ok(Json(Entries { items: page.items, next_cursor: page.next_cursor }))
}

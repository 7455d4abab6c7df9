//! Sources: who may send events, and how each is doing.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path};
use access::{AuditRecord, Permission};
use axum::extract::State;
use base::{Problem, SourceId, Timestamp, WorkspaceId};
use collect::{Rejection, Source, SourceKind};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, rename, delete))
        .routes(routes!(rotate))
        .routes(routes!(rejections))
}

#[derive(Serialize, ToSchema)]
struct SourceView {
    id: String,
    name: String,
    /// website, app, server, shop, phone or other.
    kind: String,
    /// Public by nature: it stands in web pages.
    write_key: String,
    /// Keys rotated out that are still accepted.
    old_keys: Vec<OldKey>,
    events: u64,
    rejected: u64,
    #[schema(value_type = Option<String>)]
    last_event_at: Option<Timestamp>,
    last_error: Option<String>,
    #[schema(value_type = Option<String>)]
    last_error_at: Option<Timestamp>,
    #[schema(value_type = String)]
    created_at: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct OldKey {
    write_key: String,
    #[schema(value_type = String)]
    accepted_until: Timestamp,
}

#[derive(Serialize, ToSchema)]
struct Sources {
    items: Vec<SourceView>,
}

fn view(source: Source) -> SourceView {
    let old = source.old_keys.into_iter();
    SourceView {
        id: source.id.to_string(),
        name: source.name,
        kind: source.kind.name().to_owned(),
        write_key: source.write_key,
        old_keys: old.map(|(write_key, accepted_until)| OldKey { write_key, accepted_until }).collect(),
        events: source.events,
        rejected: source.rejected,
        last_event_at: source.last_event_at,
        last_error: source.last_error,
        last_error_at: source.last_error_at,
        created_at: source.created_at,
    }
}

async fn audit(
    app: &App,
    auth: &Auth,
    workspace: WorkspaceId,
    action: &'static str,
    id: SourceId,
    summary: String,
) -> ApiResult<()> {
    let record = AuditRecord { action, object: id.to_string(), summary, ip: auth.ip.clone(), ..AuditRecord::default() };
    Ok(app.access.audit(workspace, &auth.caller.actor, record).await?)
}

/// The workspace's sources.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources",
    responses((status = 200, body = Sources), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<Sources>> {
    let workspace = auth.require(Permission::SourceRead)?;
    Ok(Json(Sources { items: app.collect.sources(workspace).await?.into_iter().map(view).collect() }))
}

/// One source.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<SourceView>> {
    let workspace = auth.require(Permission::SourceRead)?;
    Ok(Json(view(app.collect.source(workspace, id).await?)))
}

#[derive(Deserialize, ToSchema)]
struct SourceRequest {
    name: String,
    /// website, app, server, shop, phone or other.
    kind: String,
}

/// Makes a source with its write key.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", request_body = SourceRequest,
    responses((status = 201, body = SourceView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SourceRequest>,
) -> ApiResult<(StatusCode, Json<SourceView>)> {
    let workspace = auth.require(Permission::SourceWrite)?;
    let kind = SourceKind::parse(&body.kind).ok_or_else(|| {
        let detail = format!("the kind must be one of {}", SourceKind::ALL.map(SourceKind::name).join(", "));
        Problem::invalid("invalid_kind", detail.clone()).at("/kind", "invalid_kind", detail)
    })?;
    let source = app.collect.create_source(workspace, &body.name, kind).await?;
    audit(&app, &auth, workspace, "source.create", source.id, format!("made the source \"{}\"", source.name)).await?;
    Ok((StatusCode::CREATED, Json(view(source))))
}

#[derive(Deserialize, ToSchema)]
struct RenameRequest {
    name: String,
}

/// Renames a source.
#[utoipa::path(patch, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)), request_body = RenameRequest,
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn rename(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(body): Json<RenameRequest>,
) -> ApiResult<Json<SourceView>> {
    let workspace = auth.require(Permission::SourceWrite)?;
    let source = app.collect.rename_source(workspace, id, &body.name).await?;
    audit(&app, &auth, workspace, "source.rename", id, format!("renamed a source to \"{}\"", source.name)).await?;
    Ok(Json(view(source)))
}

/// Removes a source: its keys stop working at once, its events stay.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", tag = "sources", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<StatusCode> {
    let workspace = auth.require(Permission::SourceWrite)?;
    app.collect.delete_source(workspace, id).await?;
    audit(&app, &auth, workspace, "source.delete", id, "removed a source".into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the source a new write key; the old one is accepted for 24 hours more.
#[utoipa::path(post, path = "/api/v1/sources/{id}/rotate", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404)))]
async fn rotate(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<SourceView>> {
    let workspace = auth.require(Permission::SourceWrite)?;
    let source = app.collect.rotate_source(workspace, id).await?;
    audit(&app, &auth, workspace, "source.rotate", id, format!("rotated the write key of \"{}\"", source.name)).await?;
    Ok(Json(view(source)))
}

#[derive(Serialize, ToSchema)]
struct RejectionView {
    #[schema(value_type = String)]
    at: Timestamp,
    code: String,
    /// JSON pointer into the item.
    pointer: String,
    detail: String,
    /// The item as it came, cut at 2 KB.
    item: String,
}

#[derive(Serialize, ToSchema)]
struct Rejections {
    items: Vec<RejectionView>,
}

/// The last items that were refused, newest first.
#[utoipa::path(get, path = "/api/v1/sources/{id}/rejections", tag = "sources", params(("id" = String, Path)),
    responses((status = 200, body = Rejections), (status = 401), (status = 403), (status = 404)))]
async fn rejections(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<Rejections>> {
    let workspace = auth.require(Permission::SourceRead)?;
    let view = |Rejection { at, code, pointer, detail, item }| RejectionView { at, code, pointer, detail, item };
    Ok(Json(Rejections { items: app.collect.rejections(workspace, id).await?.into_iter().map(view).collect() }))
}

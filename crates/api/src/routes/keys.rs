//! API keys.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use access::{ApiKey, Permission};
use axum::extract::State;
use base::{ApiKeyId, Timestamp};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

#[derive(Serialize, ToSchema)]
struct KeyView {
    id: String,
    name: String,
    /// The first characters, to tell keys apart.
    prefix: String,
    scopes: Vec<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    last_used_at: Option<Timestamp>,
}

#[derive(Serialize, ToSchema)]
struct Keys {
    #[serde(flatten)]
    page: Listed<KeyView>,
    /// Every scope there is.
    scopes: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct NewKeyView {
    /// Shown this once.
    key: String,
    #[serde(flatten)]
    info: KeyView,
}

fn view(key: ApiKey) -> KeyView {
    KeyView {
        id: key.id.to_string(),
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes,
        created_at: key.created_at,
        last_used_at: key.last_used_at,
    }
}

/// The workspace's keys.
#[utoipa::path(get, path = "/api/v1/keys", tag = "access", security(("api_key" = ["key.read"])), params(PageQuery),
    responses((status = 200, body = Keys), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Keys>> {
    let keys = app.access.keys(auth.workspace()).await?;
    let page = Listed::cut(keys, &page, |key| key.id.to_string(), view)?;
    Ok(Json(Keys { page, scopes: Permission::ALL.iter().map(|permission| permission.name()).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyRequest {
    name: String,
    /// Names of permissions, or `*` for all the maker has.
    scopes: Vec<String>,
}

/// Makes a key; it can do no more than its maker.
#[utoipa::path(post, path = "/api/v1/keys", tag = "access", security(("api_key" = ["key.write"])), request_body = KeyRequest,
    responses((status = 201, body = NewKeyView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<KeyRequest>,
) -> ApiResult<(StatusCode, Json<NewKeyView>)> {
    let workspace = auth.workspace();
    let new = app.access.create_key(workspace, &body.name, &body.scopes, auth.caller.permissions).await?;
    auth.note(&app, "key.create", new.info.id, format!("made the API key \"{}\"", new.info.name)).await?;
    Ok((StatusCode::CREATED, Json(NewKeyView { key: new.key, info: view(new.info) })))
}

/// Revokes a key at once.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "access", security(("api_key" = ["key.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn revoke(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ApiKeyId>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.access.revoke_key(workspace, id).await?;
    auth.note(&app, "key.revoke", id, "revoked an API key").await?;
    Ok(StatusCode::NO_CONTENT)
}

//! API keys.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Path};
use access::{ApiKey, AuditRecord, Permission};
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
    items: Vec<KeyView>,
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
#[utoipa::path(get, path = "/api/v1/keys", tag = "access", responses((status = 200, body = Keys), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth) -> ApiResult<Json<Keys>> {
    let workspace = auth.require(Permission::KeyRead)?;
    let items = app.access.keys(workspace).await?.into_iter().map(view).collect();
    Ok(Json(Keys { items, scopes: Permission::ALL.iter().map(|permission| permission.name()).collect() }))
}

#[derive(Deserialize, ToSchema)]
struct KeyRequest {
    name: String,
    /// Names of permissions, or `*` for all the maker has.
    scopes: Vec<String>,
}

/// Makes a key; it can do no more than its maker.
#[utoipa::path(post, path = "/api/v1/keys", tag = "access", request_body = KeyRequest,
    responses((status = 201, body = NewKeyView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<KeyRequest>,
) -> ApiResult<(StatusCode, Json<NewKeyView>)> {
    let workspace = auth.require(Permission::KeyWrite)?;
    let new = app.access.create_key(workspace, &body.name, &body.scopes, auth.caller.permissions).await?;
    let record = AuditRecord {
        action: "key.create",
        object: new.info.id.to_string(),
        summary: format!("made the API key \"{}\"", new.info.name),
        ip: auth.ip.clone(),
        ..AuditRecord::default()
    };
    app.access.audit(workspace, &auth.caller.actor, record).await?;
    Ok((StatusCode::CREATED, Json(NewKeyView { key: new.key, info: view(new.info) })))
}

/// Revokes a key at once.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "access", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn revoke(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ApiKeyId>) -> ApiResult<StatusCode> {
    let workspace = auth.require(Permission::KeyWrite)?;
    app.access.revoke_key(workspace, id).await?;
    let record = AuditRecord {
        action: "key.revoke",
        object: id.to_string(),
        summary: "revoked an API key".into(),
        ip: auth.ip.clone(),
        ..AuditRecord::default()
    };
    app.access.audit(workspace, &auth.caller.actor, record).await?;
    Ok(StatusCode::NO_CONTENT)
}

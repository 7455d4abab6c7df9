//! Sources: who may send events, and how each is doing.

use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path};
use axum::extract::State;
use base::{Problem, SourceId, Timestamp};
use collect::{Correction, Rejection, Source, SourceKind};
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
        .routes(routes!(replay))
        .routes(routes!(bots))
}

#[derive(Serialize, ToSchema)]
struct SourceView {
    id: String,
    name: String,
    /// website, app, server, shop, phone or other; of a connection webhook, folder, database or feed.
    kind: String,
    /// Public by nature: it stands in web pages.
    write_key: String,
    /// Keys rotated out that are still accepted.
    old_keys: Vec<OldKey>,
    events: u64,
    rejected: u64,
    /// Events of bots, kept apart: they are not among `events` and nobody's.
    bots: u64,
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
        bots: source.bots,
        last_event_at: source.last_event_at,
        last_error: source.last_error,
        last_error_at: source.last_error_at,
        created_at: source.created_at,
    }
}

/// The workspace's sources.
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", security(("api_key" = ["source.read"])), params(PageQuery),
    responses((status = 200, body = Listed<SourceView>), (status = 401), (status = 403)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<SourceView>>> {
    let sources = app.collect.sources(auth.workspace()).await?;
    Ok(Json(Listed::cut(sources, &page, |source| source.id.to_string(), view)?))
}

/// One source.
#[utoipa::path(get, path = "/api/v1/sources/{id}", tag = "sources", security(("api_key" = ["source.read"])), params(("id" = String, Path)),
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<SourceView>> {
    let workspace = auth.workspace();
    Ok(Json(view(app.collect.source(workspace, id).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SourceRequest {
    name: String,
    /// website, app, server, shop, phone or other.
    kind: String,
}

/// Makes a source with its write key.
#[utoipa::path(post, path = "/api/v1/sources", tag = "sources", security(("api_key" = ["source.write"])), request_body = SourceRequest,
    responses((status = 201, body = SourceView), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SourceRequest>,
) -> ApiResult<(StatusCode, Json<SourceView>)> {
    let workspace = auth.workspace();
    let kind = SourceKind::parse(&body.kind).filter(|kind| SourceKind::SENDING.contains(kind)).ok_or_else(|| {
        let names = SourceKind::SENDING.map(SourceKind::name).join(", ");
        let detail = format!("the kind must be one of {names}; others are made with POST /api/v1/connections");
        Problem::invalid("invalid_kind", detail.clone()).at("/kind", "invalid_kind", detail)
    })?;
    let source = app.collect.create_source(workspace, &body.name, kind).await?;
    auth.note(&app, "source.create", source.id, format!("made the source \"{}\"", source.name)).await?;
    Ok((StatusCode::CREATED, Json(view(source))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenameRequest {
    name: String,
}

/// Renames a source.
#[utoipa::path(patch, path = "/api/v1/sources/{id}", tag = "sources", security(("api_key" = ["source.write"])), params(("id" = String, Path)), request_body = RenameRequest,
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn rename(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(body): Json<RenameRequest>,
) -> ApiResult<Json<SourceView>> {
    let workspace = auth.workspace();
    let source = app.collect.rename_source(workspace, id, &body.name).await?;
    auth.note(&app, "source.rename", id, format!("renamed a source to \"{}\"", source.name)).await?;
    Ok(Json(view(source)))
}

/// Removes a source: its keys stop working at once, its events stay.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", tag = "sources", security(("api_key" = ["source.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
async fn delete(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.collect.delete_source(workspace, id).await?;
    app.connect.forget(workspace, id).await?;
    auth.note(&app, "source.delete", id, "removed a source").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the source a new write key; the old one is accepted for 24 hours more.
#[utoipa::path(post, path = "/api/v1/sources/{id}/rotate", tag = "sources", security(("api_key" = ["source.write"])), params(("id" = String, Path)),
    responses((status = 200, body = SourceView), (status = 401), (status = 403), (status = 404)))]
async fn rotate(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SourceId>) -> ApiResult<Json<SourceView>> {
    let workspace = auth.workspace();
    let source = app.collect.rotate_source(workspace, id).await?;
    auth.note(&app, "source.rotate", id, format!("rotated the write key of \"{}\"", source.name)).await?;
    Ok(Json(view(source)))
}

#[derive(Serialize, ToSchema)]
struct RejectionView {
    /// For `POST …/rejections/replay`.
    id: String,
    #[schema(value_type = String)]
    at: Timestamp,
    code: String,
    /// JSON pointer into the item.
    pointer: String,
    detail: String,
    /// The item as it came, cut at 8 KB.
    item: String,
    /// It was kept whole and is stored nowhere else: it can be tried again.
    replayable: bool,
}

/// The last items that were refused, newest first.
#[utoipa::path(get, path = "/api/v1/sources/{id}/rejections", tag = "sources", security(("api_key" = ["source.read"])),
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<RejectionView>), (status = 401), (status = 403), (status = 404)))]
async fn rejections(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<RejectionView>>> {
    let view = |one: Rejection| RejectionView {
        id: one.id,
        at: one.at,
        code: one.code,
        pointer: one.pointer,
        detail: one.detail,
        item: one.item,
        replayable: one.replayable,
    };
    let rejections = app.collect.rejections(auth.workspace(), id).await?;
    Ok(Json(Listed::cut(rejections, &page, |one| one.id.clone(), view)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    /// Ids of `GET …/rejections`; left out: all that can be tried again (none, when `corrected` is given).
    #[serde(default)]
    ids: Option<Vec<String>>,
    /// Items as somebody put them right.
    #[serde(default)]
    corrected: Vec<CorrectedItem>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectedItem {
    id: String,
    /// The whole item.
    #[schema(value_type = Object)]
    item: base::JsonMap,
}

#[derive(Serialize, ToSchema)]
struct ReplayAnswer {
    /// Stored now; they leave the list.
    accepted: u32,
    /// Of those: seen before, and counted once.
    duplicates: u32,
    refused: Vec<RefusedView>,
}

#[derive(Serialize, ToSchema)]
struct RefusedView {
    id: String,
    code: &'static str,
    /// JSON pointer into the item.
    pointer: String,
    detail: String,
}

/// Tries refused items again, as they came or corrected: what is accepted counts once and leaves the list.
#[utoipa::path(post, path = "/api/v1/sources/{id}/rejections/replay", tag = "sources", security(("api_key" = ["source.write"])),
    params(("id" = String, Path)), request_body = ReplayRequest,
    responses((status = 200, body = ReplayAnswer), (status = 401), (status = 403), (status = 404), (status = 422), (status = 429), (status = 503)))]
async fn replay(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Json(body): Json<ReplayRequest>,
) -> ApiResult<Json<ReplayAnswer>> {
    let corrected: Vec<Correction> =
        body.corrected.into_iter().map(|one| Correction { id: one.id, item: one.item }).collect();
    let done = app.collect.replay_rejections(auth.workspace(), id, body.ids.as_deref(), &corrected).await?;
    auth.note(&app, "source.replay", id, format!("tried refused items again: {} accepted", done.accepted)).await?;
    let refused = done.refused.into_iter().map(|one| RefusedView {
        id: one.id,
        code: one.code,
        pointer: one.pointer,
        detail: one.detail,
    });
    Ok(Json(ReplayAnswer { accepted: done.accepted, duplicates: done.duplicates, refused: refused.collect() }))
}

/// A bot that sent events.
#[derive(Serialize, ToSchema)]
struct BotView {
    /// Its user agent, cut to 200 characters; empty: bots beyond those told apart.
    agent: String,
    events: u64,
    #[schema(value_type = String)]
    first_at: Timestamp,
    #[schema(value_type = String)]
    last_at: Timestamp,
}

/// Bots that sent events to a source, the busiest first.
#[utoipa::path(get, path = "/api/v1/sources/{id}/bots", tag = "sources", security(("api_key" = ["source.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<BotView>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn bots(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SourceId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<BotView>>> {
    let bots = app.collect.bots(auth.workspace(), id).await?;
    let view = |bot: collect::Bot| BotView {
        agent: bot.agent,
        events: bot.events,
        first_at: bot.first_at,
        last_at: bot.last_at,
    };
    Ok(Json(Listed::cut(bots, &page, |bot| bot.agent.clone(), view)?))
}

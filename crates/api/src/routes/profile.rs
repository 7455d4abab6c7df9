//! Customers: lists and search, one customer with everything known, the timeline, changing, erasing, exporting.

mod anonymise;
mod export;
mod export_page;
mod export_words;
mod identity;
mod rules;
mod views;

use crate::list::bad_cursor;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use axum::extract::State;
use base::{EventId, JsonMap, Page, Problem, ProblemKind, ProfileId, SegmentId, Timestamp};
use events::{Channel, Identifier};
pub(super) use export::own_copy;
use http::StatusCode;
use lake::TimelineFilter;
use profile::Sort;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use views::{ProfileView, TimelineEvent, name_campaigns};
pub(super) use views::{SummaryView, summaries};

/// How long a change is waited for before it is answered as accepted but not visible yet.
const VISIBLE_WAIT_MS: u64 = 3_000;
const VISIBLE_POLL_MS: u64 = 20;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, erase))
        .routes(routes!(timeline))
        .routes(routes!(erasure))
        .merge(identity::routes())
        .merge(rules::routes())
        .merge(export::routes())
        .merge(anonymise::routes())
}

/// Waits until the pipeline has taken everything that is in the inbox now. False when it takes too long.
pub(super) async fn caught_up(app: &App) -> bool {
    let end = app.inbox.end();
    let wait = async {
        while app.pipeline.status().cursor < end {
            tokio::time::sleep(Duration::from_millis(VISIBLE_POLL_MS)).await;
        }
    };
    tokio::time::timeout(Duration::from_millis(VISIBLE_WAIT_MS), wait).await.is_ok()
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// An identifier of any kind, or the beginning of a name, e-mail address or city.
    q: Option<String>,
    /// Members of this saved segment only (without `q`).
    segment: Option<String>,
    /// last_seen (the default) or created; latest first.
    sort: Option<String>,
}

/// Customers, found, by segment, or all.
#[utoipa::path(get, path = "/api/v1/profiles", tag = "people", security(("api_key" = ["profile.read"])), params(ListQuery, PageQuery),
    responses((status = 200, body = Listed<SummaryView>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn list(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<ListQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<SummaryView>>> {
    let workspace = auth.workspace();
    let q = query.q.filter(|q| !q.trim().is_empty());
    let segment = query.segment.filter(|id| !id.is_empty());
    let (found, next_cursor) = match (q, segment) {
        (Some(q), _) => {
            let found = app.profile.search(workspace, &q, &page).await?;
            (found.items, found.next_cursor)
        }
        (None, Some(segment)) => {
            let id: SegmentId = segment.parse().map_err(|_| Problem::not_found("segment", &segment))?;
            let after = page.cursor.as_deref().map(|text| text.parse::<ProfileId>().map_err(|_| bad_cursor()));
            let after = after.transpose()?;
            let (ids, more) = app.segment.members_page(workspace, id, after, page.limit() as usize)?;
            let next = if more { ids.last().map(ProfileId::to_string) } else { None };
            (app.profile.summaries(workspace, &ids).await?, next)
        }
        (None, None) => {
            let sort = match query.sort.as_deref() {
                None | Some("" | "last_seen") => Sort::LastSeen,
                Some("created") => Sort::Created,
                Some(_) => {
                    return Err(Problem::new(ProblemKind::Malformed, "bad_sort", "sort is last_seen or created").into());
                }
            };
            let found = app.profile.list(workspace, sort, &page).await?;
            (found.items, found.next_cursor)
        }
    };
    Ok(Json(Listed { items: summaries(&app, workspace, found).await?, next_cursor }))
}

/// Everything about one customer. An id that was merged away answers the survivor.
#[utoipa::path(get, path = "/api/v1/profiles/{id}", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path)),
    responses((status = 200, body = ProfileView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ProfileId>) -> ApiResult<Json<ProfileView>> {
    let workspace = auth.workspace();
    let profile = app.profile.get(workspace, id).await?;
    Ok(Json(views::whole(&app, workspace, profile).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// web, app, shop, phone, email, sms, push, server, import or system.
    channel: Option<String>,
    /// Name of the event.
    name: Option<String>,
}

/// What the customer and we did, over all channels, newest first.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/timeline", tag = "people", security(("api_key" = ["profile.read"])), params(("id" = String, Path), TimelineQuery, PageQuery),
    responses((status = 200, body = Listed<TimelineEvent>), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn timeline(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Query(query): Query<TimelineQuery>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<TimelineEvent>>> {
    let workspace = auth.workspace();
    app.profile.get(workspace, id).await?;
    let ids = app.profile.aliases(workspace, id).await?;
    let malformed = |code, detail: &str| Problem::new(ProblemKind::Malformed, code, detail);
    let channel = match query.channel.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Some(Channel::parse(text).ok_or_else(|| malformed("bad_channel", "there is no such channel"))?),
        None => None,
    };
    let before = page.cursor.as_deref().map(|text| read_position(text).ok_or_else(bad_cursor)).transpose()?;
    let limit = page.limit();
    let filter = TimelineFilter { channel, name: query.name.filter(|name| !name.is_empty()) };
    let found = app.lake.timeline(workspace, &ids, before, limit as usize + 1, &filter).await?;
    let page = Page::cut(found, limit, |last| format!("{}~{}", last.at.ms(), last.id));
    let mut listed: Listed<TimelineEvent> = page.map(TimelineEvent::from).into();
    name_campaigns(&app, workspace, &mut listed.items).await;
    Ok(Json(listed))
}

fn read_position(cursor: &str) -> Option<(Timestamp, EventId)> {
    let (at, id) = cursor.split_once('~')?;
    Some((Timestamp::from_ms(at.parse().ok()?), id.parse().ok()?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentifierRequest {
    /// user_id, email, phone, loyalty_card, anonymous_id or a kind of your own.
    kind: String,
    value: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateRequest {
    identifiers: Vec<IdentifierRequest>,
    #[serde(default)]
    #[schema(value_type = Object)]
    traits: JsonMap,
}

/// A change that was accepted.
#[derive(Serialize, ToSchema)]
struct Accepted {
    /// Null when the change is durable but not visible yet.
    #[schema(value_type = Option<String>)]
    id: Option<ProfileId>,
    /// messageId of the event that carries the change.
    message_id: String,
}

/// Makes a customer, or completes the one that has one of the identifiers.
#[utoipa::path(post, path = "/api/v1/profiles", tag = "people", security(("api_key" = ["profile.write"])), request_body = CreateRequest,
    responses((status = 201, body = Accepted), (status = 202, body = Accepted), (status = 401), (status = 403), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<CreateRequest>,
) -> ApiResult<(StatusCode, Json<Accepted>)> {
    let workspace = auth.workspace();
    let declared = body.identifiers.into_iter().map(|one| Identifier { kind: one.kind, value: one.value });
    let declared: Vec<Identifier> = declared.collect();
    let message_id = app.profile.create(workspace, &declared, body.traits).await?;
    caught_up(&app).await;
    let mut id = None;
    for identifier in &declared {
        if id.is_none() {
            id = app.profile.find(workspace, &identifier.kind, &identifier.value).await?;
        }
    }
    let object = id.map(|id| id.to_string()).unwrap_or_default();
    auth.note(&app, "profile.create", object, "made or completed a customer").await?;
    let status = if id.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(Accepted { id, message_id })))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PatchRequest {
    /// Null takes a trait back.
    #[schema(value_type = Object)]
    traits: JsonMap,
}

/// Sets traits.
#[utoipa::path(patch, path = "/api/v1/profiles/{id}", tag = "people", security(("api_key" = ["profile.write"])), params(("id" = String, Path)), request_body = PatchRequest,
    responses((status = 200, body = ProfileView), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn patch(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
    Json(body): Json<PatchRequest>,
) -> ApiResult<Json<ProfileView>> {
    let workspace = auth.workspace();
    app.profile.patch(workspace, id, body.traits).await?;
    auth.note(&app, "profile.update", id.to_string(), "changed traits of a customer").await?;
    caught_up(&app).await;
    let profile = app.profile.get(workspace, id).await?;
    Ok(Json(views::whole(&app, workspace, profile).await?))
}

/// Proof that an erasure was asked for.
#[derive(Serialize, ToSchema)]
struct Receipt {
    #[schema(value_type = String)]
    profile_id: ProfileId,
    /// All ids that go.
    #[schema(value_type = Vec<String>)]
    ids: Vec<ProfileId>,
    #[schema(value_type = String)]
    requested_at: Timestamp,
    message_id: String,
}

impl From<profile::ErasureReceipt> for Receipt {
    fn from(receipt: profile::ErasureReceipt) -> Self {
        let profile::ErasureReceipt { profile, ids, requested_at, message_id } = receipt;
        Self { profile_id: profile, ids, requested_at, message_id }
    }
}

/// Erases the customer in every room, in the history and in this order of the log; not to be undone. 409 while that, or
/// anonymising, is under way already.
#[utoipa::path(delete, path = "/api/v1/profiles/{id}", tag = "people", security(("api_key" = ["profile.erase"])), params(("id" = String, Path)),
    responses((status = 202, body = Receipt), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn erase(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<ProfileId>,
) -> ApiResult<(StatusCode, Json<Receipt>)> {
    let workspace = auth.workspace();
    let receipt = app.profile.erase(workspace, id).await?;
    auth.note(&app, "profile.erase", receipt.profile.to_string(), "erased a customer").await?;
    caught_up(&app).await;
    Ok((StatusCode::ACCEPTED, Json(receipt.into())))
}

/// How far an erasure is.
#[derive(Serialize, ToSchema)]
struct Erasure {
    #[schema(value_type = String)]
    profile_id: ProfileId,
    /// All ids that go, merged ones included.
    #[schema(value_type = Vec<String>)]
    ids: Vec<ProfileId>,
    /// erasing (nowhere to be seen any more, files still hold traces) or done (no byte is left in the data folder).
    state: &'static str,
    #[schema(value_type = String)]
    erased_at: Timestamp,
    #[schema(value_type = Option<String>)]
    finished_at: Option<Timestamp>,
    /// The history keeps what happened, cut down, as events of nobody.
    anonymised: bool,
}

/// How far the erasure of a customer is: done when no file holds anything of them.
#[utoipa::path(get, path = "/api/v1/profiles/{id}/erasure", tag = "people", security(("api_key" = ["profile.erase"])), params(("id" = String, Path)),
    responses((status = 200, body = Erasure), (status = 401), (status = 403), (status = 404)))]
async fn erasure(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<ProfileId>) -> ApiResult<Json<Erasure>> {
    let progress = app.profile.erasure(auth.workspace(), id).await?;
    Ok(Json(Erasure {
        profile_id: progress.profile,
        ids: progress.ids,
        state: if progress.finished_at.is_some() { "done" } else { "erasing" },
        erased_at: progress.erased_at,
        finished_at: progress.finished_at,
        anonymised: progress.anonymised,
    }))
}

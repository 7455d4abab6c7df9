//! Segments: count, save, list members. What there is to ask for is in `pickers`.

mod pickers;

use super::content::{Tagged, tagged, wanted_version};
use super::profile::{SummaryView, summaries};
use crate::list::bad_cursor;
use crate::problem::ApiResult;
use crate::{App, Auth, Json, Listed, PageQuery, Paged, Path, Query};
use access::Permission;
use axum::extract::State;
use base::{Problem, ProfileId, SegmentId, Share, Timestamp, WorkspaceId};
use http::{HeaderMap, StatusCode};
use predicate::{Condition, KINDS, Locale, Op, ValueType};
use segment::{NewSegment, SavedSegment, SegmentError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Customers shown with a count.
const SAMPLE_DEFAULT: usize = 10;
const SAMPLE_MAX: usize = 50;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(count))
        .routes(routes!(sentence))
        .routes(routes!(schema))
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(members))
        .routes(routes!(member))
        .merge(pickers::routes())
}

async fn people(app: &App, workspace: WorkspaceId, ids: &[ProfileId]) -> ApiResult<Vec<SummaryView>> {
    summaries(app, workspace, app.profile.summaries(workspace, ids).await?).await
}

/// The language of sentences: asked for, else the signed-in user's, else English.
pub(super) fn locale_of(auth: &Auth, asked: Option<&str>) -> Locale {
    let own = auth.user.as_ref().map(|user| user.locale.as_str());
    Locale::of(asked.or(own).unwrap_or_default())
}

fn parsed(condition: &Value) -> Result<Condition, SegmentError> {
    Ok(predicate::parse(condition)?)
}

#[derive(Deserialize, IntoParams)]
struct CountQuery {
    /// Customers to show: 10 unless told, 50 at most, 0 for none.
    sample: Option<usize>,
    /// Language of the sentence: en, nl, sv, fy.
    locale: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CountRequest {
    /// A condition, `{"version":1,"all":[…]}`.
    #[schema(value_type = Object)]
    condition: Value,
}

#[derive(Serialize, ToSchema)]
struct PartCountView {
    /// JSON pointer into the condition; "" is the whole.
    pointer: String,
    count: u64,
}

#[derive(Serialize, ToSchema)]
struct ConditionWarning {
    pointer: String,
    code: &'static str,
    detail: String,
}

#[derive(Serialize, ToSchema)]
struct CountAnswer {
    count: u64,
    /// Customers in the workspace.
    total: u64,
    /// `count / total`.
    #[schema(value_type = f64)]
    share: Share,
    took_ms: f64,
    /// How many of them can be reached, by channel.
    reach: BTreeMap<String, u64>,
    /// The count of every part of the condition, parents before children.
    breakdown: Vec<PartCountView>,
    sample: Vec<SummaryView>,
    sentence: String,
    warnings: Vec<ConditionWarning>,
}

/// Counts a condition without saving it.
#[utoipa::path(post, path = "/api/v1/segments/count", tag = "segments", security(("api_key" = ["segment.read"])), params(CountQuery), request_body = CountRequest,
    responses((status = 200, body = CountAnswer), (status = 401), (status = 403), (status = 422), (status = 503)))]
async fn count(
    State(app): State<Arc<App>>,
    auth: Auth,
    Query(query): Query<CountQuery>,
    Json(body): Json<CountRequest>,
) -> ApiResult<Json<CountAnswer>> {
    let workspace = auth.workspace();
    let condition = parsed(&body.condition)?;
    let started = std::time::Instant::now();
    let sample = query.sample.unwrap_or(SAMPLE_DEFAULT).min(SAMPLE_MAX);
    let counted = app.segment.count(workspace, &condition, sample).await?;
    let took_ms = started.elapsed().as_secs_f64() * 1_000.0;
    // Who may count may not always see who they are.
    let sample = if auth.caller.require(Permission::ProfileRead).is_ok() {
        people(&app, workspace, &counted.sample).await?
    } else {
        Vec::new()
    };
    let warnings = app.segment.warnings(workspace, &condition)?;
    Ok(Json(CountAnswer {
        count: counted.count,
        total: counted.total,
        share: Share::of(counted.count, counted.total),
        took_ms,
        reach: counted.reach.into_iter().collect(),
        breakdown: counted
            .breakdown
            .into_iter()
            .map(|part| PartCountView { pointer: part.pointer, count: part.count })
            .collect(),
        sample,
        sentence: app.segment.sentence(workspace, &condition, locale_of(&auth, query.locale.as_deref()))?,
        warnings: warnings
            .into_iter()
            .map(|warning| ConditionWarning { pointer: warning.pointer, code: warning.code, detail: warning.detail })
            .collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SentenceRequest {
    #[schema(value_type = Object)]
    condition: Value,
    /// en, nl, sv, fy.
    locale: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SentenceAnswer {
    sentence: String,
}

/// Says a condition in words.
#[utoipa::path(post, path = "/api/v1/segments/sentence", tag = "segments", security(("api_key" = ["segment.read"])), request_body = SentenceRequest,
    responses((status = 200, body = SentenceAnswer), (status = 401), (status = 403), (status = 422)))]
async fn sentence(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SentenceRequest>,
) -> ApiResult<Json<SentenceAnswer>> {
    let workspace = auth.workspace();
    let locale = locale_of(&auth, body.locale.as_deref());
    let sentence = app.segment.sentence(workspace, &parsed(&body.condition)?, locale)?;
    Ok(Json(SentenceAnswer { sentence }))
}

#[derive(Serialize, ToSchema)]
struct ConditionKindView {
    /// The key in a condition.
    kind: &'static str,
    label: &'static str,
    /// A whole condition of this kind.
    #[schema(value_type = Object)]
    example: Value,
    /// JSON Schema of what stands under the key; `#/condition` is any condition, `x-source` names the picker.
    #[schema(value_type = Object)]
    json_schema: Value,
}

#[derive(Serialize, ToSchema)]
struct ConditionSchema {
    version: u64,
    conditions: Vec<ConditionKindView>,
    /// Operators offered by type of value.
    trait_ops: BTreeMap<&'static str, Vec<&'static str>>,
}

/// Every kind of condition, for forms.
#[utoipa::path(get, path = "/api/v1/segments/schema", tag = "segments", security(("api_key" = ["segment.read"])),
    responses((status = 200, body = ConditionSchema), (status = 401), (status = 403)))]
async fn schema() -> ApiResult<Json<ConditionSchema>> {
    let kind = |kind: &predicate::Kind| ConditionKindView {
        kind: kind.name,
        label: kind.label,
        example: serde_json::json!({ kind.name: (kind.example)() }),
        json_schema: (kind.json_schema)(),
    };
    let ops = |value_type: ValueType| (value_type.name(), Op::of_type(value_type).map(Op::name).collect());
    Ok(Json(ConditionSchema {
        version: predicate::CONDITION_VERSION,
        conditions: KINDS.iter().map(kind).collect(),
        trait_ops: ValueType::ALL.into_iter().map(ops).collect(),
    }))
}

#[derive(Serialize, ToSchema)]
struct SegmentUserView {
    /// campaign, segment, …
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct SegmentView {
    id: String,
    name: String,
    description: String,
    #[schema(value_type = Object)]
    condition: Value,
    sentence: String,
    count: u64,
    /// Customers in the workspace.
    total: u64,
    used_by: Vec<SegmentUserView>,
    #[schema(value_type = String)]
    created_at: Timestamp,
    #[schema(value_type = String)]
    updated_at: Timestamp,
    version: i64,
    /// Since midnight UTC.
    entered_today: u64,
    exited_today: u64,
}

async fn view(app: &App, auth: &Auth, saved: SavedSegment) -> ApiResult<SegmentView> {
    let workspace = auth.workspace();
    let used_by = app.segment.used_by(workspace, saved.id).await?;
    let used_by = used_by.into_iter().map(|user| SegmentUserView { kind: user.kind, id: user.id, name: user.name });
    Ok(SegmentView {
        id: saved.id.to_string(),
        sentence: app.segment.sentence(workspace, &saved.condition, locale_of(auth, None))?,
        name: saved.name,
        description: saved.description,
        condition: saved.condition.to_json(),
        count: saved.count,
        total: app.segment.total(workspace)?,
        used_by: used_by.collect(),
        created_at: saved.created_at,
        updated_at: saved.updated_at,
        version: saved.version,
        entered_today: saved.entered_today,
        exited_today: saved.exited_today,
    })
}

/// Saved segments, newest first.
#[utoipa::path(get, path = "/api/v1/segments", tag = "segments", security(("api_key" = ["segment.read"])), params(PageQuery),
    responses((status = 200, body = Listed<SegmentView>), (status = 401), (status = 403), (status = 503)))]
async fn list(State(app): State<Arc<App>>, auth: Auth, Paged(page): Paged) -> ApiResult<Json<Listed<SegmentView>>> {
    let workspace = auth.workspace();
    let all = app.segment.list(workspace).await?;
    let cut = Listed::cut(all, &page, |saved| saved.id.to_string(), |saved| saved)?;
    let mut items = Vec::with_capacity(cut.items.len());
    for saved in cut.items {
        items.push(view(&app, &auth, saved).await?);
    }
    Ok(Json(Listed { items, next_cursor: cut.next_cursor }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SegmentRequest {
    name: String,
    description: Option<String>,
    #[schema(value_type = Object)]
    condition: Value,
}

impl SegmentRequest {
    fn read(self) -> Result<NewSegment, SegmentError> {
        let condition = parsed(&self.condition)?;
        Ok(NewSegment { name: self.name, description: self.description.unwrap_or_default(), condition })
    }
}

/// Saves a segment and fills it.
#[utoipa::path(post, path = "/api/v1/segments", tag = "segments", security(("api_key" = ["segment.write"])), request_body = SegmentRequest,
    responses((status = 201, body = SegmentView), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn create(
    State(app): State<Arc<App>>,
    auth: Auth,
    Json(body): Json<SegmentRequest>,
) -> ApiResult<(StatusCode, Tagged<SegmentView>)> {
    let workspace = auth.workspace();
    let saved = app.segment.create(workspace, body.read()?).await?;
    auth.note(&app, "segment.create", saved.id, format!("made the segment \"{}\"", saved.name)).await?;
    Ok((StatusCode::CREATED, tagged(saved.version, view(&app, &auth, saved).await?)))
}

/// One saved segment.
#[utoipa::path(get, path = "/api/v1/segments/{id}", tag = "segments", security(("api_key" = ["segment.read"])), params(("id" = String, Path)),
    responses((status = 200, body = SegmentView), (status = 401), (status = 403), (status = 404)))]
async fn get(State(app): State<Arc<App>>, auth: Auth, Path(id): Path<SegmentId>) -> ApiResult<Tagged<SegmentView>> {
    let workspace = auth.workspace();
    let saved = app.segment.get(workspace, id).await?;
    Ok(tagged(saved.version, view(&app, &auth, saved).await?))
}

/// Changes a segment; send the ETag you edited as `If-Match`.
#[utoipa::path(put, path = "/api/v1/segments/{id}", tag = "segments", security(("api_key" = ["segment.write"])), params(("id" = String, Path)),
    request_body = SegmentRequest,
    responses((status = 200, body = SegmentView), (status = 401), (status = 403), (status = 404), (status = 412), (status = 422)))]
async fn update(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    headers: HeaderMap,
    Json(body): Json<SegmentRequest>,
) -> ApiResult<Tagged<SegmentView>> {
    let workspace = auth.workspace();
    let saved = app.segment.update(workspace, id, wanted_version(&headers)?, body.read()?).await?;
    // Segments that ask for this one may have told who entered and left them.
    app.pipeline.wake();
    auth.note(&app, "segment.update", id, format!("changed the segment \"{}\"", saved.name)).await?;
    Ok(tagged(saved.version, view(&app, &auth, saved).await?))
}

/// Deletes a segment that nothing uses.
#[utoipa::path(delete, path = "/api/v1/segments/{id}", tag = "segments", security(("api_key" = ["segment.write"])), params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409), (status = 412)))]
async fn delete(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let workspace = auth.workspace();
    app.segment.delete(workspace, id, wanted_version(&headers)?).await?;
    auth.note(&app, "segment.delete", id, "deleted a segment").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Members of a segment, by id.
#[utoipa::path(get, path = "/api/v1/segments/{id}/members", tag = "segments", security(("api_key" = ["segment.read", "profile.read"])), params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<SummaryView>), (status = 401), (status = 403), (status = 404)))]
async fn members(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path(id): Path<SegmentId>,
    Paged(page): Paged,
) -> ApiResult<Json<Listed<SummaryView>>> {
    let workspace = auth.workspace();
    let after = page.cursor.as_deref().map(|text| text.parse::<ProfileId>().map_err(|_| bad_cursor())).transpose()?;
    let (ids, more) = app.segment.members_page(workspace, id, after, page.limit() as usize)?;
    let next_cursor = ids.last().filter(|_| more).map(ProfileId::to_string);
    Ok(Json(Listed { items: people(&app, workspace, &ids).await?, next_cursor }))
}

#[derive(Serialize, ToSchema)]
struct IsMember {
    member: bool,
}

/// Is this customer in the segment?
#[utoipa::path(get, path = "/api/v1/segments/{id}/members/{profile_id}", tag = "segments", security(("api_key" = ["segment.read"])),
    params(("id" = String, Path), ("profile_id" = String, Path)),
    responses((status = 200, body = IsMember), (status = 401), (status = 403), (status = 404)))]
async fn member(
    State(app): State<Arc<App>>,
    auth: Auth,
    Path((id, profile)): Path<(SegmentId, ProfileId)>,
) -> ApiResult<Json<IsMember>> {
    let workspace = auth.workspace();
    // A merged id still stands for the customer.
    let canonical = app.profile.canonical(workspace, &[profile]).await?;
    let profile = canonical.get(&profile).copied().ok_or_else(|| Problem::not_found("profile", profile))?;
    Ok(Json(IsMember { member: app.segment.contains(workspace, id, profile)? }))
}
